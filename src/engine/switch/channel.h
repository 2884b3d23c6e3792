/* channel.h - one process vbet-switch and the channel to it.
 *
 * Starts the program, sends messages (JSON text, with descriptors) without ever
 * blocking, hands on what comes back, and tells once when the process has
 * ended. It knows nothing of what the messages mean: that is switch/client.c.
 */
#pragma once

#include <gio/gio.h>

#define VBET_SWITCH_FDS 8 /* a message */

typedef struct VbetSwitchChannel VbetSwitchChannel;

typedef struct {
  /* @fds: (array length=n_fds): descriptors that came along; the callee puts -1 in place of those it keeps */
  void (*message) (VbetSwitchChannel *channel, const char *text, gsize size, int *fds, guint n_fds,
                   gpointer user_data);
  /* The process has ended, or could not be talked to any more and was killed; the last callback.
   * @clean: by itself and with exit code 0 */
  void (*ended) (VbetSwitchChannel *channel, gboolean clean, gpointer user_data);
} VbetSwitchChannelCallbacks;

/** vbet_switch_channel_open: starts @program; callbacks come from the thread-default main context. */
VbetSwitchChannel *vbet_switch_channel_open (const char *program, const VbetSwitchChannelCallbacks *callbacks,
                                             gpointer user_data, GError **error);

/** vbet_switch_channel_close: kills the process if it still runs; no callback comes afterwards. NULL is ignored. */
void vbet_switch_channel_close (VbetSwitchChannel *self);

/** vbet_switch_channel_send: @fds: (array length=n_fds) (nullable): at most VBET_SWITCH_FDS; duplicated when they must wait. */
void vbet_switch_channel_send (VbetSwitchChannel *self, const char *text, const int *fds, guint n_fds);

/** vbet_switch_channel_kill: ended() follows. */
void vbet_switch_channel_kill (VbetSwitchChannel *self);

/** vbet_switch_channel_get_pid: Returns: 0 once the process has ended. */
GPid vbet_switch_channel_get_pid (VbetSwitchChannel *self);
