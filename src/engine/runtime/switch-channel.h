/* switch-channel.h - one process vbet-switch and the channel to it.
 *
 * Starts the program, sends messages (JSON text, with descriptors) without ever
 * blocking, hands on what comes back, and tells once when the process has
 * ended. It knows nothing of what the messages mean: that is switch-client.c.
 */
#pragma once

#include <gio/gio.h>

typedef struct VbetSwitchChannel VbetSwitchChannel;

typedef struct {
  /* @fd: descriptor that came along, the callee's; -1: none */
  void (*message) (VbetSwitchChannel *channel, const char *text, gsize size, int fd, gpointer user_data);
  /* The process has ended, or could not be talked to any more and was killed; the last callback.
   * @clean: by itself and with exit code 0 */
  void (*ended) (VbetSwitchChannel *channel, gboolean clean, gpointer user_data);
} VbetSwitchChannelCallbacks;

/** vbet_switch_channel_open: starts @program; callbacks come from the thread-default main context. */
VbetSwitchChannel *vbet_switch_channel_open (const char *program, const VbetSwitchChannelCallbacks *callbacks,
                                             gpointer user_data, GError **error);

/** vbet_switch_channel_close: kills the process if it still runs; no callback comes afterwards. NULL is ignored. */
void vbet_switch_channel_close (VbetSwitchChannel *self);

/** vbet_switch_channel_send: @fds: (array length=n_fds) (nullable): at most two; duplicated when they must wait. */
void vbet_switch_channel_send (VbetSwitchChannel *self, const char *text, const int *fds, guint n_fds);

/** vbet_switch_channel_kill: ended() follows. */
void vbet_switch_channel_kill (VbetSwitchChannel *self);

/** vbet_switch_channel_get_pid: Returns: 0 once the process has ended. */
GPid vbet_switch_channel_get_pid (VbetSwitchChannel *self);
