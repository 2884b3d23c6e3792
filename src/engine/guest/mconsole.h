/* mconsole.h - the management console of a guest's kernel, and what it tells unasked.
 *
 * Datagrams over unix sockets (drivers/mconsole.h of user-mode Linux, version
 * 2, host byte order). The kernel's socket lies in a folder that the guest can
 * write to, and replies come from there: nothing in them is trusted.
 */
#pragma once

#include <gio/gio.h>

#define VBET_MCONSOLE_REQUEST_SIZE 524
#define VBET_MCONSOLE_TEXT_MAX 512

/* What a guest's kernel tells on its notification socket. */
typedef enum {
  VBET_MCONSOLE_NOTIFY_SOCKET, /* its management console is there: at each boot */
  VBET_MCONSOLE_NOTIFY_PANIC,
  VBET_MCONSOLE_NOTIFY_HANG,
  VBET_MCONSOLE_NOTIFY_USER, /* written to /proc/mconsole inside */
} VbetMconsoleNotify;

/** vbet_mconsole_encode: @out: VBET_MCONSOLE_REQUEST_SIZE bytes. Returns: FALSE when @command is longer than 511 bytes. */
gboolean vbet_mconsole_encode (const char *command, guint8 *out);

/**
 * vbet_mconsole_decode_reply:
 * @ret_more: (out): whether another packet of the same reply follows
 * @ret_text: (out) (transfer full): valid UTF-8, without the trailing NUL
 *
 * Returns: FALSE when @data is no reply.
 */
gboolean vbet_mconsole_decode_reply (const guint8 *data, gsize size, guint32 *ret_error, gboolean *ret_more,
                                     char **ret_text);

/** vbet_mconsole_decode_notify: Returns: FALSE when @data is no notification. @ret_text: (transfer full), valid UTF-8. */
gboolean vbet_mconsole_decode_notify (const guint8 *data, gsize size, VbetMconsoleNotify *ret_type,
                                      char **ret_text);

#define VBET_TYPE_MCONSOLE (vbet_mconsole_get_type ())
G_DECLARE_FINAL_TYPE (VbetMconsole, vbet_mconsole, VBET, MCONSOLE, GObject)

/* Signals:
 *   "notify-text" (VbetMconsoleNotify type, const char *text) */

/**
 * vbet_mconsole_new:
 * @kernel_dir: the kernel's own folder (uml_dir/umid), in which it makes "mconsole"; only needed at the first command
 * @client_path: path for our end; removed with the object
 * @notify_path: path of the notification socket; removed with the object
 */
VbetMconsole *vbet_mconsole_new (const char *kernel_dir, const char *client_path, const char *notify_path,
                                 GError **error);

/**
 * vbet_mconsole_set_root:
 * @root: descriptor of the folder above the kernel's, stays the caller's; -1: by the path again
 *
 * For a kernel with a root of its own, in which that path means another folder than here.
 */
void vbet_mconsole_set_root (VbetMconsole *self, int root);

/**
 * vbet_mconsole_command_async:
 * @timeout_ms: after this the answer is VBET_ERROR_TIMEOUT
 *
 * Sends one command; commands wait for each other, in order.
 */
void vbet_mconsole_command_async (VbetMconsole *self, const char *command, guint timeout_ms,
                                  GAsyncReadyCallback callback, gpointer user_data);
/** vbet_mconsole_command_finish: Returns: (transfer full): the reply's text; NULL with @error when the kernel refused. */
char *vbet_mconsole_command_finish (VbetMconsole *self, GAsyncResult *result, GError **error);

/** vbet_mconsole_close: cancels what waits and removes the sockets; the object answers nothing any more. */
void vbet_mconsole_close (VbetMconsole *self);
