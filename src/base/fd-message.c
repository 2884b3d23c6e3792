/* fd-message.c - see fd-message.h. */
#include "config.h"

#include "base/fd-message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for what is beside the bytes, aligned as it must be. */
typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE (VBET_FD_MESSAGE_MAX * sizeof (int))];
} Control;

ssize_t
vbet_fd_message_send (int socket, const void *data, size_t size, const int *fds, unsigned n_fds, int flags)
{
  Control control;
  struct iovec part = { .iov_base = (void *)data, .iov_len = size };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  if (n_fds > VBET_FD_MESSAGE_MAX)
    return -EINVAL;
  if (n_fds > 0) {
    memset (&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
    struct cmsghdr *header = CMSG_FIRSTHDR (&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
    memcpy (CMSG_DATA (header), fds, n_fds * sizeof (int));
  }
  ssize_t sent;
  do
    sent = sendmsg (socket, &message, flags | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent >= 0 ? sent : -errno;
}

/* Returns: how many descriptors of @message are in @ret_fds; closes those beyond. */
static unsigned
take_fds (struct msghdr *message, int *ret_fds, unsigned room)
{
  unsigned taken = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR (message); header != NULL;
       header = CMSG_NXTHDR (message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
      continue;
    size_t n = (header->cmsg_len - CMSG_LEN (0)) / sizeof (int);
    for (size_t i = 0; i < n; i++) {
      int fd;
      memcpy (&fd, CMSG_DATA (header) + i * sizeof fd, sizeof fd);
      if (taken < room)
        ret_fds[taken++] = fd;
      else
        (void)close (fd);
    }
  }
  return taken;
}

ssize_t
vbet_fd_message_receive (int socket, void *data, size_t size, int flags, int *ret_fds, unsigned room,
                         unsigned *ret_n_fds, int *ret_flags)
{
  Control control;
  struct iovec part = { .iov_base = data, .iov_len = size };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control };
  *ret_n_fds = 0;
  if (room > VBET_FD_MESSAGE_MAX)
    return -EINVAL;
  message.msg_controllen = CMSG_SPACE (room * sizeof (int));
  ssize_t got = recvmsg (socket, &message, flags | MSG_CMSG_CLOEXEC);
  if (got < 0)
    return -errno;
  *ret_n_fds = take_fds (&message, ret_fds, room);
  if (ret_flags != NULL)
    *ret_flags = message.msg_flags;
  return got;
}
