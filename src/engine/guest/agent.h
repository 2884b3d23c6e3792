/* agent.h - the engine's end of the line to the agent inside a guest.
 *
 * Runs jobs (commands, file transfers) and small requests over the frames of
 * base/agent-protocol.h. The guest is hostile: what it says is bounded in
 * memory and time, and a frame that fits no job is dropped.
 */
#pragma once

#include <gio/gio.h>

#include "engine/guest/guest.h"

#define VBET_AGENT_OUTPUT_MAX (1024 * 1024)   /* bytes collected of one stream of a command */
#define VBET_AGENT_FILE_MAX (8 * 1024 * 1024) /* bytes collected of a file that is fetched */

#define VBET_TYPE_AGENT (vbet_agent_get_type ())
G_DECLARE_FINAL_TYPE (VbetAgent, vbet_agent, VBET, AGENT, GObject)

/* Signals:
 *   "hello" (): the guest is up; again after the guest rebooted by itself (then the jobs under way have failed)
 *   "problem" (const char *sentence, gboolean fatal): something other than our agent writes to the line; @fatal: it is
 *       an agent, but not of our version, and there will be no hello. Once
 *   "console-room" (): the answer to vbet_agent_ask_console()
 *   "link" (guint nic, gboolean up): the guest has that NIC set up or down; after vbet_agent_ask_links()
 *   "alarm" (const char *key, const char *kind, const char *text): something is wrong in the guest, or no longer
 *       (@kind is ""), or all is well (@key is "", too); valid UTF-8 of bounded length, also before "hello"
 *   "closed" (): the line is gone, with everything that held its other end */

/** vbet_agent_new: @fd: (transfer full): a stream socket, our end. */
VbetAgent *vbet_agent_new (int fd, const char *guest_name);

/** vbet_agent_get_problem: Returns: (nullable): the sentence of "problem". */
const char *vbet_agent_get_problem (VbetAgent *self);

/** vbet_agent_exec_async, vbet_agent_pause_job, vbet_agent_exec_finish, vbet_agent_put_async, vbet_agent_put_finish,
 * vbet_agent_get_async, vbet_agent_get_finish: as the functions of guest.h of these names. All fail with
 * VBET_ERROR_STATE before the first "hello". */
guint vbet_agent_exec_async (VbetAgent *self, const char *const *argv, GBytes *input, VbetExecOutput output,
                             gpointer output_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
void vbet_agent_pause_job (VbetAgent *self, guint job, gboolean pause);
VbetExecResult *vbet_agent_exec_finish (VbetAgent *self, GAsyncResult *result, GError **error);
void vbet_agent_put_async (VbetAgent *self, const char *path, guint mode, GBytes *contents,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean vbet_agent_put_finish (VbetAgent *self, GAsyncResult *result, GError **error);
void vbet_agent_get_async (VbetAgent *self, const char *path, VbetExecOutput output, gpointer output_data,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *vbet_agent_get_finish (VbetAgent *self, GAsyncResult *result, GError **error);

/* --- a program in a terminal of its own, for somebody who types and reads --- */

typedef struct _VbetAgentTerminal VbetAgentTerminal;

typedef struct {
  /* @data is taken as soon as vbet_agent_terminal_taken() says so; until then it counts as waiting. */
  void (*output) (const guint8 *data, gsize size, gpointer user_data);
  /* All that was typed is on its way. Must not call back into the terminal at once. */
  void (*room) (gpointer user_data);
  /* The program or the guest has ended, or misbehaves: the terminal is gone. @why: (nullable): a sentence, when it is
   * not that the program has ended. */
  void (*ended) (const char *why, gpointer user_data);
} VbetAgentTerminalEvents;

/**
 * vbet_agent_terminal_open: Returns: (nullable): lasts until "ended" is called or vbet_agent_terminal_close();
 *   NULL with @error when the guest is not up, or its agent too old.
 */
VbetAgentTerminal *vbet_agent_terminal_open (VbetAgent *self, const char *const *argv, guint rows,
                                             guint columns, const VbetAgentTerminalEvents *events,
                                             gpointer user_data, GError **error);
/** vbet_agent_terminal_type: @data: (array length=size): goes to the program as if it were typed. */
void vbet_agent_terminal_type (VbetAgentTerminal *self, const guint8 *data, gsize size);
/** vbet_agent_terminal_is_full: whether the caller should wait for "room" before it types more. */
gboolean vbet_agent_terminal_is_full (VbetAgentTerminal *self);
/** vbet_agent_terminal_taken: @size bytes of output are out of the way: as many more may come. */
void vbet_agent_terminal_taken (VbetAgentTerminal *self, gsize size);
/** vbet_agent_terminal_resize: the terminal has that many rows and columns from now on. */
void vbet_agent_terminal_resize (VbetAgentTerminal *self, guint rows, guint columns);
/** vbet_agent_terminal_close: hangs it up; no event follows. What does not end by itself is killed. */
void vbet_agent_terminal_close (VbetAgentTerminal *self);

/** vbet_agent_ask_links: the signal "link" for each NIC, and for each change from now on; an old agent says nothing. */
void vbet_agent_ask_links (VbetAgent *self);
/** vbet_agent_set_carrier: Returns: FALSE when the guest cannot be told now. */
gboolean vbet_agent_set_carrier (VbetAgent *self, guint nic, gboolean carrier);
/** vbet_agent_set_speed: @speed: Mbit/s. Returns: FALSE when the guest cannot be told now, or its agent is too old. */
gboolean vbet_agent_set_speed (VbetAgent *self, guint nic, guint speed);
/** vbet_agent_set_clock: the guest's clock becomes the host's. */
gboolean vbet_agent_set_clock (VbetAgent *self);
/**
 * vbet_agent_ask_console: asks the guest to say ("console-room") when its console takes the next piece of typing;
 *   remembered before the first hello.
 */
void vbet_agent_ask_console (VbetAgent *self);
/** vbet_agent_power_off: asks for a clean shutdown. Returns: FALSE when the guest cannot be asked now. */
gboolean vbet_agent_power_off (VbetAgent *self);

/** vbet_agent_close: ends the line; jobs under way fail, no signal follows. */
void vbet_agent_close (VbetAgent *self);
/** vbet_agent_is_open: whether somebody is at the other end of its line, also before it said hello. */
gboolean vbet_agent_is_open (VbetAgent *self);
