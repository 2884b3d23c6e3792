/* socket-port.c - see socket-port.h. */
#include "config.h"

#include "switch/socket-port.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/core/fair-queue.h"
#include "switch/io-private.h"
#include "switch/remote.h"

struct VbetSocketPort {
  VbetIo *io;
  VbetEndpoint *endpoint;
  char *device;
  guint nic;
  int fd;             /* -1: nobody connected */
  gboolean is_device; /* a TAP device rather than a socket */
  VbetRemote *remote; /* a UDP socket: what it has beside others; NULL: no such */
  guint64 serial;
  VbetFdRef ref;
  gboolean waits_to_write; /* EPOLLOUT is watched */
  guint n_pending;
  VbetFrame pending[VBET_PORT_BATCH]; /* sent to us in this run; bytes belong to the sender */
  VbetFairQueue queue;
  VbetSocketPortClosed closed;
  gpointer user_data;
};

/* --- sending ---------------------------------------------------------------------- */

static void
watch (VbetSocketPort *self, gboolean to_write)
{
  if (self->waits_to_write == to_write || self->fd < 0)
    return;
  self->waits_to_write = to_write;
  vbet_loop_change (self->io->loop, self->ref, EPOLLIN | EPOLLRDHUP | (to_write ? EPOLLOUT : 0u));
}

static void
count_passed (VbetSocketPort *self, const VbetFrame *frames, guint n)
{
  VbetCounters *rx = vbet_endpoint_get_rx (self->endpoint);
  for (guint i = 0; i < n; i++)
    vbet_counters_pass (rx, frames[i].size);
}

/* A TAP device takes one frame a call, and says EIO while it is down. */
static int
write_device (VbetSocketPort *self, const VbetFrame *frames, guint n)
{
  guint done = 0;
  while (done < n && write (self->fd, frames[done].data, frames[done].size) >= 0)
    done++;
  return done > 0 ? (int)done : -1;
}

/* Writes until done or the socket is full. Returns: frames that are dealt with: passed, or dropped by an
 * error. */
static guint
write_messages (VbetSocketPort *self, const VbetFrame *frames, guint n)
{
  VbetIo *io = self->io;
  VbetCounters *rx = vbet_endpoint_get_rx (self->endpoint);
  guint done = 0;
  while (done < n) {
    int sent = self->is_device ? write_device (self, frames + done, n - done)
                               : sendmmsg (self->fd, io->tx + done, n - done, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      count_passed (self, frames + done, (guint)sent);
      done += (guint)sent;
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      break;
    if (self->remote != NULL)
      vbet_remote_error (self->remote, errno);
    if (errno == EPIPE || errno == ECONNRESET || errno == ECONNREFUSED || errno == ENOTCONN) {
      rx->dropped += n - done; /* the device is gone; the loop will tell */
      return n;
    } else if (errno != EINTR) {
      rx->dropped++;
      done++;
    }
  }
  return done;
}

static guint
write_frames (VbetSocketPort *self, const VbetFrame *frames, guint n)
{
  VbetIo *io = self->io;
  for (guint i = 0; i < n; i++) {
    io->tx_iov[i][1] = (struct iovec){ .iov_base = (void *)frames[i].data, .iov_len = frames[i].size };
    if (self->remote != NULL)
      vbet_remote_address (self->remote, &io->tx[i].msg_hdr, io->tx_iov[i]);
  }
  guint done = write_messages (self, frames, n);
  for (guint i = 0; self->remote != NULL && i < n; i++)
    vbet_remote_unaddress (&io->tx[i].msg_hdr, io->tx_iov[i]);
  return done;
}

static void
drain_queue (VbetSocketPort *self)
{
  while (vbet_fair_queue_length (&self->queue) > 0) {
    VbetFrame frames[VBET_PORT_BATCH];
    guint n = vbet_fair_queue_peek (&self->queue, frames, VBET_PORT_BATCH);
    guint done = write_frames (self, frames, n);
    vbet_fair_queue_pop (&self->queue, done);
    if (done < n)
      return;
  }
}

static void
port_flush (gpointer port)
{
  VbetSocketPort *self = port;
  VbetCounters *rx = vbet_endpoint_get_rx (self->endpoint);
  guint n = self->n_pending;
  guint done = 0;
  self->n_pending = 0;
  if (self->fd < 0) {
    rx->dropped += n;
    return;
  }
  if (G_UNLIKELY (vbet_fair_queue_length (&self->queue) > 0))
    drain_queue (self);
  if (vbet_fair_queue_length (&self->queue) == 0)
    done = write_frames (self, self->pending, n);
  for (; G_UNLIKELY (done < n); done++)
    if (!vbet_fair_queue_push (&self->queue, &self->pending[done]))
      rx->dropped++;
  watch (self, vbet_fair_queue_length (&self->queue) > 0);
}

static void
port_send (gpointer port, const VbetFrame *frame)
{
  VbetSocketPort *self = port;
  if (self->n_pending == VBET_PORT_BATCH)
    port_flush (self);
  self->pending[self->n_pending++] = *frame;
}

/* --- life ---------------------------------------------------------------------------- */

static void
hang_up (VbetSocketPort *self)
{
  if (self->fd < 0)
    return;
  vbet_loop_remove (self->io->loop, self->ref);
  close (self->fd);
  g_clear_pointer (&self->remote, vbet_remote_free);
  self->fd = -1;
  self->ref = 0;
  self->waits_to_write = FALSE;
  vbet_endpoint_get_rx (self->endpoint)->dropped += vbet_fair_queue_length (&self->queue);
  vbet_fair_queue_pop (&self->queue, vbet_fair_queue_length (&self->queue));
}

static void
port_destroy (gpointer port)
{
  VbetSocketPort *self = port;
  hang_up (self);
  vbet_fair_queue_finish (&self->queue);
  g_free (self->device);
  g_free (self);
}

static guint
port_queued (gpointer port)
{
  const VbetSocketPort *self = port;
  return vbet_fair_queue_length (&self->queue);
}

static const VbetPortClass socket_port_class
    = { .send = port_send, .flush = port_flush, .queued = port_queued, .destroy = port_destroy };

static VbetSocketPort *
port_new (VbetIo *io, const char *device, guint nic, guint mtu)
{
  VbetSocketPort *self = g_new0 (VbetSocketPort, 1);
  guint frame = mtu + VBET_FRAME_HEADER + VBET_FRAME_VLAN_TAG + 48; /* record header, rounding */
  self->io = io;
  self->device = g_strdup (device);
  self->nic = nic;
  self->fd = -1;
  vbet_fair_queue_init (&self->queue, VBET_PORT_QUEUE_FRAMES,
                        MIN ((gsize)frame * VBET_PORT_QUEUE_FRAMES, VBET_PORT_QUEUE_BYTES));
  return self;
}

int
vbet_socket_port_add_guest (VbetIo *io, const char *device, guint nic, guint mtu, VbetSocketPortClosed closed,
                            gpointer user_data)
{
  VbetSocketPort *self = port_new (io, device, nic, mtu);
  int result = vbet_fabric_add_port (io->fabric, device, nic, mtu, &socket_port_class, self, &self->endpoint);
  if (result != 0) {
    port_destroy (self);
    return result;
  }
  self->closed = closed;
  self->user_data = user_data;
  /* A frame that fills a buffer is too long; a device does not say so. */
  _vbet_io_reserve (io, mtu + 1 + VBET_VXLAN_HEADER);
  return 0;
}

VbetSocketPort *
vbet_socket_port_of (VbetIo *io, VbetEndpoint *endpoint, VbetSocketPortClosed closed, gpointer user_data)
{
  VbetSocketPort *self = vbet_endpoint_get_port (endpoint, &socket_port_class);
  if (self != NULL)
    return self;
  self = port_new (io, vbet_endpoint_get_device (endpoint), vbet_endpoint_get_nic (endpoint),
                   vbet_endpoint_get_mtu (endpoint));
  self->endpoint = endpoint;
  self->closed = closed;
  self->user_data = user_data;
  vbet_fabric_replace_port (endpoint, &socket_port_class, self);
  return self;
}

int
vbet_socket_port_add_stock (VbetIo *io, const char *bridge, guint mtu, int fd, VbetSocketPort **ret_port)
{
  VbetSocketPort *self = port_new (io, NULL, 0, mtu);
  int result
      = vbet_fabric_add_direct_port (io->fabric, bridge, mtu, &socket_port_class, self, &self->endpoint);
  if (result != 0) {
    port_destroy (self);
    return result;
  }
  _vbet_io_reserve (io, mtu);
  int ours = fcntl (fd, F_DUPFD_CLOEXEC, 0); /* so that a failure below leaves the caller's alone */
  result = ours < 0 ? -errno : vbet_socket_port_connect (self, ours, 0);
  if (result != 0) {
    vbet_fabric_remove_direct_port (io->fabric, self->endpoint);
    return result;
  }
  close (fd);
  *ret_port = self;
  return 0;
}

void
vbet_socket_port_remove_stock (VbetSocketPort *self)
{
  vbet_fabric_remove_direct_port (self->io->fabric, self->endpoint);
}

int
vbet_socket_port_connect (VbetSocketPort *self, int fd, guint64 serial)
{
  hang_up (self);
  int size = VBET_PORT_SNDBUF;
  self->is_device = setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) != 0 && errno == ENOTSOCK;
  self->ref = vbet_loop_add (self->io->loop, fd, EPOLLIN | EPOLLRDHUP, VBET_FD_PORT, self);
  if (self->ref == 0) {
    int result = -errno;
    close (fd);
    vbet_endpoint_set_connected (self->endpoint, FALSE);
    return result;
  }
  self->fd = fd;
  self->serial = serial;
  vbet_endpoint_set_connected (self->endpoint, TRUE);
  return 0;
}

int
vbet_socket_port_connect_remote (VbetSocketPort *self, int fd, const VbetRemoteSettings *settings)
{
  VbetRemote *remote = vbet_remote_new (self->io->remotes, fd, settings);
  if (remote == NULL) {
    close (fd);
    return -EINVAL;
  }
  int result = vbet_socket_port_connect (self, fd, settings->serial);
  if (result == 0)
    self->remote = remote;
  else
    vbet_remote_free (remote);
  return result;
}

static void
device_closed (VbetSocketPort *self)
{
  hang_up (self);
  vbet_endpoint_set_connected (self->endpoint, FALSE);
  if (self->closed != NULL)
    self->closed (self->device, self->nic, self->serial, self->user_data);
}

/* As receive(), from a TAP device. */
static gboolean
receive_device (VbetSocketPort *self, gint64 now)
{
  VbetIo *io = self->io;
  ssize_t size = 0;
  for (guint i = 0; i < VBET_PORT_BATCH; i++) {
    size = read (self->fd, io->rx_iov[i].iov_base, io->stride);
    if (size <= 0)
      break;
    VbetFrame frame = { .data = io->rx_iov[i].iov_base, .size = (gsize)size };
    if (G_UNLIKELY ((gsize)size == io->stride))
      vbet_endpoint_get_tx (self->endpoint)->dropped++;
    else
      vbet_fabric_input (io->fabric, self->endpoint, &frame, now);
  }
  gboolean gone = size < 0 && errno != EAGAIN && errno != EINTR; /* EBADFD: somebody removed it */
  vbet_fabric_run (io->fabric, now);
  return gone;
}

/* As receive(), from a UDP socket: nothing that comes, not even an error, ends it. */
static void
receive_remote (VbetSocketPort *self, gint64 now)
{
  VbetIo *io = self->io;
  VbetCounters *tx = vbet_endpoint_get_tx (self->endpoint);
  int n = recvmmsg (self->fd, io->rx, VBET_PORT_BATCH, MSG_DONTWAIT, NULL);
  if (n < 0)
    vbet_remote_error (self->remote, errno);
  for (int i = 0; i < n; i++) {
    VbetFrame frame = { .data = io->rx_iov[i].iov_base, .size = io->rx[i].msg_len };
    VbetRemoteTaken taken = vbet_remote_take (self->remote, &frame, now);
    if (G_UNLIKELY (taken == VBET_REMOTE_BAD || (io->rx[i].msg_hdr.msg_flags & MSG_TRUNC) != 0))
      tx->dropped++;
    else if (taken == VBET_REMOTE_FRAME)
      vbet_fabric_input (io->fabric, self->endpoint, &frame, now);
  }
  vbet_fabric_run (io->fabric, now);
}

/* Takes one batch, so that every port gets its turn. Returns: whether the device's side has ended; a message
 * of no bytes is also what a closed SEQPACKET socket gives, so @hung_up decides what it is. */
static gboolean
receive (VbetSocketPort *self, gboolean hung_up, gint64 now)
{
  VbetIo *io = self->io;
  int n = recvmmsg (self->fd, io->rx, VBET_PORT_BATCH, MSG_DONTWAIT, NULL);
  if (n <= 0)
    return n == 0 || hung_up;
  for (int i = 0; i < n; i++) {
    VbetFrame frame = { .data = io->rx_iov[i].iov_base, .size = io->rx[i].msg_len };
    if (G_UNLIKELY (frame.size == 0 && hung_up)) {
      vbet_fabric_run (io->fabric, now);
      return TRUE;
    }
    if (G_UNLIKELY (io->rx[i].msg_hdr.msg_flags & MSG_TRUNC))
      vbet_endpoint_get_tx (self->endpoint)->dropped++;
    else
      vbet_fabric_input (io->fabric, self->endpoint, &frame, now);
  }
  vbet_fabric_run (io->fabric, now);
  return FALSE;
}

void
vbet_socket_port_event (VbetSocketPort *self, guint32 events, gint64 now)
{
  if (events & EPOLLOUT)
    port_flush (self);
  if (self->is_device) {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 || ((events & EPOLLIN) != 0 && receive_device (self, now)))
      device_closed (self);
    return;
  }
  if (events & EPOLLERR) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error, &size); /* clears it, or the loop would spin */
    if (self->remote != NULL)
      vbet_remote_error (self->remote, error);
  }
  if (self->remote != NULL) {
    if (events & EPOLLIN)
      receive_remote (self, now);
    return;
  }
  gboolean hung_up = (events & (EPOLLHUP | EPOLLRDHUP)) != 0;
  if ((events & EPOLLIN || hung_up) && receive (self, hung_up, now))
    device_closed (self);
}

VbetSocketPort *
vbet_socket_port_find (VbetEndpoint *endpoint)
{
  return vbet_endpoint_get_port (endpoint, &socket_port_class);
}

VbetRemote *
vbet_socket_port_get_remote (VbetSocketPort *self)
{
  return self->remote;
}

int
vbet_socket_port_get_fd (const VbetSocketPort *self)
{
  return self->fd;
}
