/* fd-message.h - messages of unix sockets that bring descriptors along (SCM_RIGHTS, unix(7)).
 *
 * Of the C library only: the launcher of guests links no other.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define VBET_FD_MESSAGE_MAX 16 /* descriptors of one message */

/**
 * vbet_fd_message_send:
 * @data: (array length=size): at least a byte
 * @fds: (array length=n_fds): at most VBET_FD_MESSAGE_MAX; they stay open here
 * @flags: of sendmsg(2); there is never a signal for a reader that is gone
 *
 * Returns: bytes that were sent, or -errno.
 */
ssize_t vbet_fd_message_send (int socket, const void *data, size_t size, const int *fds, unsigned n_fds,
                              int flags);

/**
 * vbet_fd_message_receive:
 * @data: (array length=size)
 * @flags: of recvmsg(2)
 * @ret_fds: (array length=room): descriptors that came, which are the caller's then, and closed by exec(3); those beyond
 *   are closed. @room: at most VBET_FD_MESSAGE_MAX
 * @ret_n_fds: how many came; 0 on failure, too
 * @ret_flags: (out) (optional): what recvmsg(2) says of the message: MSG_TRUNC, MSG_CTRUNC
 *
 * Returns: bytes, 0 at the end of the connection, or -errno.
 */
ssize_t vbet_fd_message_receive (int socket, void *data, size_t size, int flags, int *ret_fds, unsigned room,
                                 unsigned *ret_n_fds, int *ret_flags);
