/* owner.h - who is at the other end of a unix socket.
 *
 * The modes of folders and sockets keep other users out already; this holds
 * when somebody has opened them, and tells a client that it has come to a
 * stranger.
 */
#pragma once

#include <glib.h>

/**
 * vbet_owner_is_ours:
 * @fd: a connected unix socket
 * @ret_pid: (out) (optional): the process at the other end
 *
 * Returns: whether the other end (of a client: who listened) runs as this process's user, as the user of this
 * process's labs, or as root; FALSE with @error, a sentence that names the other user.
 */
gboolean vbet_owner_is_ours (int fd, GPid *ret_pid, GError **error);

/**
 * vbet_owner_connect: blocks while the other end's queue is full.
 * @path: of a socket, as an engine named it
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @what: what it is, for messages: "console"
 *
 * Returns: (transfer full): a connected descriptor, close-on-exec, whose other end is vbet_owner_is_ours(); -1 with @error.
 */
int vbet_owner_connect (const char *path, int type, const char *what, GError **error);
