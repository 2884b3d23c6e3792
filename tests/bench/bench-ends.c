/* bench-ends.c - see bench-ends.h. */
#define _GNU_SOURCE
#include "config.h"

#include "bench/bench-ends.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define SNDBUF (1024 * 1024)

void
bench_end_init (BenchEnd *self, int fd)
{
  int size = SNDBUF;
  *self = (BenchEnd){ .fd = fd, .control = -1, .frame = g_malloc0 (BENCH_FRAME_MAX) };
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void
bench_end_finish (BenchEnd *self)
{
  if (self->frame == NULL)
    return;
  bench_rings_free (self->rings);
  if (self->fd >= 0)
    close (self->fd);
  if (self->control >= 0)
    close (self->control);
  g_clear_pointer (&self->frame, g_free);
}

int
bench_connect (const char *path, int type)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

gboolean
bench_end_join (BenchEnd *self, const char *path, guint number)
{
  struct {
    guint32 magic;
    guint32 version;
    guint32 type;
    struct sockaddr_un own;
    guint8 padding[2];
  } request = { .magic = 0xfeedface, .version = 3, .own = { .sun_family = AF_UNIX } };
  int name[] = { getpid (), (int)number };
  memcpy (request.own.sun_path + 4, name, sizeof name);
  bench_end_init (self, socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  self->control = bench_connect (path, SOCK_STREAM);
  if (bind (self->fd, (struct sockaddr *)&request.own, sizeof request.own) != 0 || self->control < 0)
    return FALSE;
  if (write (self->control, &request, 124) != 124)
    return FALSE;
  struct pollfd waits = { .fd = self->control, .events = POLLIN };
  for (guint i = 0; i < 200; i++) { /* vbet's engine is in this process and must get its turn */
    while (g_main_context_iteration (NULL, FALSE))
      ;
    if (poll (&waits, 1, 10) > 0)
      return read (self->control, &self->peer, sizeof self->peer) == sizeof self->peer;
  }
  return FALSE;
}

gboolean
bench_end_boot (BenchEnd *self, const char *path)
{
  bench_end_init (self, bench_connect (path, SOCK_STREAM));
  self->rings = self->fd >= 0 ? bench_rings_boot (self->fd) : NULL;
  return self->rings != NULL;
}

void
bench_end_address (BenchEnd *self, guint destination, guint source, gsize size)
{
  memset (self->frame, 0, BENCH_FRAME_MAX);
  self->frame[0] = self->frame[6] = 2;
  self->frame[5] = (guint8)destination;
  self->frame[11] = (guint8)source;
  self->frame[12] = 0x88; /* for experiments: nobody looks inside */
  self->frame[13] = 0xb5;
  if (self->rings != NULL) {
    bench_rings_address (self->rings, self->frame, size);
    return;
  }
  memset (self->out, 0, sizeof self->out);
  self->out_iov = (struct iovec){ self->frame, size };
  for (guint i = 0; i < BENCH_BATCH; i++) {
    self->out[i].msg_hdr.msg_iov = &self->out_iov;
    self->out[i].msg_hdr.msg_iovlen = 1;
    if (self->peer.sun_family != 0) {
      self->out[i].msg_hdr.msg_name = &self->peer;
      self->out[i].msg_hdr.msg_namelen = sizeof self->peer;
    }
  }
}

guint
bench_end_send (BenchEnd *self, guint n)
{
  if (self->rings != NULL)
    return bench_rings_send (self->rings, n);
  int sent = sendmmsg (self->fd, self->out, n, MSG_DONTWAIT);
  return (guint)MAX (sent, 0);
}

guint
bench_end_receive (BenchEnd *self)
{
  guint8 sink[BENCH_FRAME_MAX];
  struct iovec iov = { sink, sizeof sink };
  struct mmsghdr in[BENCH_BATCH];
  if (self->rings != NULL)
    return bench_rings_receive (self->rings);
  memset (in, 0, sizeof in);
  for (guint i = 0; i < BENCH_BATCH; i++) {
    in[i].msg_hdr.msg_iov = &iov;
    in[i].msg_hdr.msg_iovlen = 1;
  }
  int came = recvmmsg (self->fd, in, BENCH_BATCH, MSG_DONTWAIT, NULL);
  return (guint)MAX (came, 0);
}

gboolean
bench_end_wait (BenchEnd *self, int milliseconds)
{
  struct pollfd waits = { .fd = self->fd, .events = POLLIN };
  if (self->rings != NULL)
    return bench_rings_wait (self->rings, milliseconds);
  return poll (&waits, 1, milliseconds) > 0;
}
