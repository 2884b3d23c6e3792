/* vhost-port.c - messages of a guest's kernel; see vhost-port.h. The protocol is QEMU's vhost-user. */
#include "config.h"

#include "switch/vhost-port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd-message.h"
#include "switch/vhost-private.h"

#define QUEUE_FRAMES VBET_PORT_QUEUE_FRAMES
#define QUEUE_BYTES VBET_PORT_QUEUE_BYTES

#define HEADER 12 /* bytes: request, flags, size of what follows; each u32 of the host's order */
#define FLAG_VERSION 1u
#define FLAG_REPLY 4u
#define LONG_AGO (G_MININT64 / 2)
#define NO_FD 0x100u /* in the number of a ring: no descriptor comes along */
#define CONFIG_MAX 256
#define CONFIG_CHANGED 2 /* our message */
#define FULL_DUPLEX 1

#define PROTOCOL_BACKEND_REQUESTS VHOST_F (5)
#define PROTOCOL_CONFIG VHOST_F (9)
#define OUR_PROTOCOL (PROTOCOL_BACKEND_REQUESTS | PROTOCOL_CONFIG)
#define OUR_FEATURES                                                                                         \
  (VHOST_CSUM | VHOST_GUEST_CSUM | VHOST_MTU | VHOST_MAC | VHOST_GUEST_TSO4 | VHOST_GUEST_TSO6               \
   | VHOST_GUEST_ECN | VHOST_HOST_TSO4 | VHOST_HOST_TSO6 | VHOST_HOST_ECN | VHOST_MRG_RXBUF | VHOST_STATUS   \
   | VHOST_INDIRECT | VHOST_EVENT_IDX | VHOST_PROTOCOL | VHOST_VERSION_1 | VHOST_SPEED_DUPLEX)

typedef enum {
  GET_FEATURES = 1,
  SET_FEATURES = 2,
  SET_OWNER = 3,
  RESET_OWNER = 4,
  SET_MEM_TABLE = 5,
  SET_VRING_NUM = 8,
  SET_VRING_ADDR = 9,
  SET_VRING_BASE = 10,
  GET_VRING_BASE = 11,
  SET_VRING_KICK = 12,
  SET_VRING_CALL = 13,
  SET_VRING_ERR = 14,
  GET_PROTOCOL_FEATURES = 15,
  SET_PROTOCOL_FEATURES = 16,
  GET_QUEUE_NUM = 17,
  SET_VRING_ENABLE = 18,
  SET_BACKEND_FD = 21,
  GET_CONFIG = 24,
  SET_CONFIG = 25,
} Request;

/* A whole message. */
typedef struct {
  guint32 request;
  guint32 size;
  const guint8 *body;
  int *fds; /* those that are used are taken out: -1 */
  guint n_fds;
} Message;

static guint32
word32 (const guint8 *at)
{
  guint32 value;
  memcpy (&value, at, sizeof value);
  return value;
}

static guint64
word64 (const guint8 *at)
{
  guint64 value;
  memcpy (&value, at, sizeof value);
  return value;
}

/* --- answers ---------------------------------------------------------------------------- */

static int
reply (VbetVhostPort *self, guint32 request, const guint8 *body, guint32 size)
{
  guint8 bytes[HEADER + CONFIG_MAX + 12];
  guint32 header[3] = { request, FLAG_VERSION | FLAG_REPLY, size };
  memcpy (bytes, header, HEADER);
  memcpy (bytes + HEADER, body, size);
  ssize_t sent = send (self->fd, bytes, HEADER + size, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent == (ssize_t)(HEADER + size) ? 0 : -EPIPE;
}

static int
reply_number (VbetVhostPort *self, guint32 request, guint64 number)
{
  return reply (self, request, (const guint8 *)&number, sizeof number);
}

/* The device's configuration (virtio 1.2, 5.1.4): any part of it may be asked for. */
static int
reply_config (VbetVhostPort *self, const Message *message)
{
  guint8 config[12 + CONFIG_MAX] = { 0 };
  guint8 body[12 + CONFIG_MAX];
  if (message->size < 12)
    return -EPROTO;
  guint32 offset = word32 (message->body), size = word32 (message->body + 4);
  if (offset > CONFIG_MAX || size > CONFIG_MAX - offset || message->size < 12 + size)
    return -EPROTO;
  vbet_mac_to_bytes (self->mac, config);
  config[6] = self->link.carrier ? 1 : 0;
  config[8] = 1; /* pairs of rings */
  guint mtu = MIN (vbet_endpoint_get_mtu (self->endpoint), 65535u);
  config[10] = (guint8)mtu;
  config[11] = (guint8)(mtu >> 8);
  guint32 speed = GUINT32_TO_LE (self->link.speed);
  memcpy (config + 12, &speed, sizeof speed);
  config[16] = FULL_DUPLEX;
  memcpy (body, message->body, 12);
  memcpy (body + 12, config + offset, size);
  return reply (self, message->request, body, 12 + size);
}

static void
tell_config (VbetVhostPort *self)
{
  guint32 message[3] = { CONFIG_CHANGED, FLAG_VERSION, 0 };
  if (self->backend_fd >= 0)
    (void)!send (self->backend_fd, message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
vbet_vhost_port_set_link (VbetVhostPort *self, const VbetVhostLink *link)
{
  if (self->link.carrier == link->carrier && self->link.speed == link->speed)
    return;
  self->link = *link;
  tell_config (self);
}

/* --- what the guest sets ------------------------------------------------------------------ */

/* A descriptor that a notification can be read from (@access O_RDONLY) or written to (O_WRONLY) without
 * waiting, whatever the guest does to the open file that it shares: a socket, to read from also an eventfd. Writing to an
 * eventfd waits when it is full, and no call can be told not to; pipes likewise on older hosts. User-mode Linux has a pair
 * of sockets there. */
static int
take_notifier (Message *message, int access)
{
  struct stat status;
  int fd = message->n_fds == 1 ? message->fds[0] : -1;
  if (fd < 0 || fstat (fd, &status) != 0)
    return -1;
  if (!S_ISSOCK (status.st_mode) && ((status.st_mode & S_IFMT) != 0 || access != O_RDONLY))
    return -1;
  int flags = fcntl (fd, F_GETFL);
  if (flags < 0 || fcntl (fd, F_SETFL, flags | O_NONBLOCK) != 0)
    return -1;
  message->fds[0] = -1;
  return fd;
}

static void
drop_kick (VbetVhostRing *ring)
{
  vbet_loop_remove (vbet_io_get_loop (ring->port->io), ring->kick_ref);
  ring->kick_ref = 0;
  if (ring->kick >= 0)
    close (ring->kick);
  ring->kick = -1;
}

static int
set_kick (VbetVhostRing *ring, Message *message)
{
  drop_kick (ring);
  if (word64 (message->body) & NO_FD)
    return -EPROTO; /* it would have us poll */
  ring->kick = take_notifier (message, O_RDONLY);
  if (ring->kick < 0)
    return -EBADF;
  ring->kick_ref = vbet_loop_add (vbet_io_get_loop (ring->port->io), ring->kick, EPOLLIN, VBET_FD_RING, ring);
  return ring->kick_ref != 0 ? 0 : -EBADF;
}

static int
set_call (VbetVhostRing *ring, Message *message)
{
  if (ring->call >= 0)
    close (ring->call);
  ring->call = -1;
  if (word64 (message->body) & NO_FD)
    return 0;
  ring->call = take_notifier (message, O_WRONLY);
  return ring->call >= 0 ? 0 : -EBADF;
}

static int
set_memory (VbetVhostPort *self, const Message *message)
{
  VbetGuestRegion regions[VBET_MEMORY_REGIONS];
  guint n = message->size >= 8 ? word32 (message->body) : 0;
  for (guint i = 0; i < VHOST_RINGS; i++)
    vbet_queue_stop (&self->rings[i].queue);
  vbet_guest_memory_unmap (&self->memory);
  if (n == 0 || n > VBET_MEMORY_REGIONS || message->size < 8 + n * 32 || message->n_fds != n)
    return -EPROTO;
  for (guint i = 0; i < n; i++) {
    const guint8 *at = message->body + 8 + (gsize)i * 32;
    regions[i] = (VbetGuestRegion){
      .guest = word64 (at), .size = word64 (at + 8), .user = word64 (at + 16), .offset = word64 (at + 24)
    };
  }
  return vbet_guest_memory_map (&self->memory, regions, message->fds, n);
}

static int
set_backend_fd (VbetVhostPort *self, Message *message)
{
  if (self->backend_fd >= 0)
    close (self->backend_fd);
  self->backend_fd = take_notifier (message, O_WRONLY);
  return self->backend_fd >= 0 ? 0 : -EBADF;
}

/* A message about one ring. Returns: -ENOSYS: it is about something else. */
static int
set_ring (VbetVhostPort *self, Message *message)
{
  if (message->size < 8)
    return -EPROTO;
  /* The number is 8 bits of a word where a descriptor may come along, else 32. */
  gboolean has_fd = message->request >= SET_VRING_KICK && message->request <= SET_VRING_ERR;
  guint32 index = word32 (message->body) & (has_fd ? 0xffu : G_MAXUINT32);
  guint32 value = word32 (message->body + 4);
  if (index >= VHOST_RINGS)
    return -EPROTO;
  VbetVhostRing *ring = &self->rings[index];
  switch (message->request) {
  case SET_VRING_NUM:
    ring->size = value;
    return 0;
  case SET_VRING_ADDR:
    if (message->size < 40)
      return -EPROTO;
    ring->descriptors = word64 (message->body + 8);
    ring->used = word64 (message->body + 16);
    ring->avail = word64 (message->body + 24);
    return 0;
  case SET_VRING_ENABLE:
    ring->enabled = value != 0;
    return 0;
  case SET_VRING_KICK:
    return set_kick (ring, message);
  case SET_VRING_CALL:
    return set_call (ring, message);
  case GET_VRING_BASE:
    drop_kick (ring); /* which stops it */
    return 0;
  default:
    return 0; /* where the ring begins it says itself; errors are not told */
  }
}

/* What changes the port, whether it comes from the guest or is played again. */
static int
apply (VbetVhostPort *self, Message *message)
{
  int result = 0;
  switch (message->request) {
  case SET_FEATURES:
    if (message->size < 8 || (word64 (message->body) & ~OUR_FEATURES) != 0)
      return -EPROTO;
    self->features = word64 (message->body);
    break;
  case SET_PROTOCOL_FEATURES:
    if (message->size < 8 || (word64 (message->body) & ~OUR_PROTOCOL) != 0)
      return -EPROTO;
    self->protocol_features = word64 (message->body);
    break;
  case SET_MEM_TABLE:
    result = set_memory (self, message);
    break;
  case SET_BACKEND_FD:
    result = set_backend_fd (self, message);
    break;
  default:
    result = set_ring (self, message);
  }
  for (guint i = 0; i < VHOST_RINGS; i++)
    vbet_vhost_ring_update (&self->rings[i]);
  return result;
}

static int
handle (VbetVhostPort *self, Message *message)
{
  switch (message->request) {
  case GET_FEATURES:
    return reply_number (self, message->request, OUR_FEATURES);
  case GET_PROTOCOL_FEATURES:
    return reply_number (self, message->request, OUR_PROTOCOL);
  case GET_QUEUE_NUM:
    return reply_number (self, message->request, 1);
  case GET_CONFIG:
    return reply_config (self, message);
  case SET_OWNER:
  case RESET_OWNER:
  case SET_CONFIG:
  case SET_VRING_BASE:
  case SET_VRING_ERR:
    return 0;
  case SET_FEATURES:
  case SET_PROTOCOL_FEATURES:
  case SET_MEM_TABLE:
  case SET_BACKEND_FD:
  case SET_VRING_NUM:
  case SET_VRING_ADDR:
  case SET_VRING_KICK:
  case SET_VRING_CALL:
  case SET_VRING_ENABLE:
  case GET_VRING_BASE:
    break;
  default:
    return -EPROTO;
  }
  /* First to the keeper: it must not miss what the guest knows to be done. */
  if (self->callbacks->kept != NULL)
    self->callbacks->kept (vbet_endpoint_get_device (self->endpoint), vbet_endpoint_get_nic (self->endpoint),
                           self->serial, self->message, HEADER + message->size, message->fds, message->n_fds,
                           self->user_data);
  int result = apply (self, message);
  if (result == 0 && message->request == GET_VRING_BASE) {
    guint32 answer[2] = { word32 (message->body), 0 };
    result = reply (self, message->request, (const guint8 *)answer, sizeof answer);
  }
  return result;
}

/* --- receiving -------------------------------------------------------------------------------- */

static void
close_fds (int *fds, guint n)
{
  for (guint i = 0; i < n; i++)
    if (fds[i] >= 0)
      close (fds[i]);
}

/* Reads at most what is missing of a message of @size bytes. Returns: bytes, 0 at the end, -errno. */
static ssize_t
read_some (VbetVhostPort *self, gsize size, int flags)
{
  guint n_fds = 0;
  ssize_t n
      = vbet_fd_message_receive (self->fd, self->message + self->got, size - self->got, flags | MSG_DONTWAIT,
                                 self->fds + self->n_fds, VBET_VHOST_FDS - self->n_fds, &n_fds, NULL);
  self->n_fds += n_fds;
  return n;
}

/* Reads what is missing of a message of @size bytes. Returns: 0 when it is whole, -EAGAIN, or another -errno.
 */
static int
fill (VbetVhostPort *self, gsize size)
{
  while (self->got < size) {
    ssize_t n = read_some (self, size, 0);
    if (n <= 0)
      return n == 0 ? -EPIPE : (int)n;
    self->got += (gsize)n;
  }
  return 0;
}

/* Copies a message that has come as a whole, and leaves it where it is. Returns: bytes of it; 0: it is not
 * (yet). */
static gsize
peek (VbetVhostPort *self)
{
  if (self->got > 0 || recv (self->fd, self->message, HEADER, MSG_PEEK | MSG_DONTWAIT) != (ssize_t)HEADER
      || word32 (self->message + 8) > VBET_VHOST_MESSAGE - HEADER)
    return 0;
  gsize size = HEADER + word32 (self->message + 8);
  if (read_some (self, size, MSG_PEEK) == (ssize_t)size) {
    self->got = size;
    return size;
  }
  close_fds (self->fds, self->n_fds);
  self->n_fds = 0;
  return 0;
}

/* Takes what was peeked at out of the socket; its descriptors go away with it, those that are used are
 * others. */
static int
consume (VbetVhostPort *self, gsize size)
{
  for (gsize done = 0; done < size;) {
    ssize_t n = recv (self->fd, self->message, size - done, MSG_DONTWAIT);
    if (n <= 0)
      return -EPIPE;
    done += (gsize)n;
  }
  return 0;
}

/* The older process may have died between its answer and taking the question out of the socket. The guest
 * waits for its answer and asks nothing more before: so if it does, or has not yet read one, it got it. */
static gboolean
was_answered (VbetVhostPort *self, guint32 request, gsize size)
{
  int waiting = 0, unread = 0;
  gboolean asks = request == GET_FEATURES || request == GET_PROTOCOL_FEATURES || request == GET_VRING_BASE
                  || request == GET_QUEUE_NUM || request == GET_CONFIG;
  if (!self->resumed)
    return FALSE;
  self->resumed = FALSE;
  return asks && ioctl (self->fd, FIONREAD, &waiting) == 0 && ioctl (self->fd, SIOCOUTQ, &unread) == 0
         && ((gsize)waiting > size || unread > 0);
}

static gboolean
is_busy (const VbetVhostPort *self)
{
  return self->callbacks->is_busy != NULL && self->callbacks->is_busy (self->user_data);
}

static int
receive (VbetVhostPort *self)
{
  gsize peeked = peek (self);
  int result = fill (self, HEADER);
  if (result != 0)
    return result;
  Message message = { .request = word32 (self->message), .size = word32 (self->message + 8) };
  if ((word32 (self->message + 4) & 3) != FLAG_VERSION || message.size > VBET_VHOST_MESSAGE - HEADER)
    return -EPROTO;
  result = fill (self, HEADER + message.size);
  if (result != 0)
    return result;
  message.body = self->message + HEADER;
  message.fds = self->fds;
  message.n_fds = self->n_fds;
  if (peeked == 0 || !was_answered (self, message.request, peeked))
    result = handle (self, &message);
  close_fds (self->fds, self->n_fds);
  self->got = 0;
  self->n_fds = 0;
  int consumed = peeked > 0 ? consume (self, peeked) : 0;
  if (result == 0)
    result = consumed;
  return result == -EAGAIN ? -EPIPE : result;
}

void
vbet_vhost_port_event (VbetVhostPort *self, guint32 events, gint64 now)
{
  (void)events, (void)now;
  int result = 0;
  if (self->replays > 0 || self->paused)
    return;
  for (guint i = 0; i < 16 && result == 0; i++) {
    if (is_busy (self)) {
      vbet_vhost_port_pause (self);
      return;
    }
    result = receive (self);
  }
  if (result != 0 && result != -EAGAIN && result != -EINTR)
    vbet_vhost_port_end (self);
}

void
vbet_vhost_port_listen (VbetVhostPort *self)
{
  gboolean listens = self->replays == 0 && !self->paused;
  vbet_loop_change (vbet_io_get_loop (self->io), self->ref, listens ? EPOLLIN | EPOLLRDHUP : 0u);
}

/* What the dead process had told the guest last may not have been told. */
static void
end_replay (VbetVhostPort *self)
{
  vbet_vhost_port_listen (self);
  tell_config (self);
  for (guint i = 0; i < VHOST_RINGS; i++)
    if (vbet_queue_is_started (&self->rings[i].queue))
      vbet_vhost_ring_call (&self->rings[i]);
}

int
vbet_vhost_port_replay (VbetVhostPort *self, guint64 serial, const guint8 *bytes, gsize size, const int *fds,
                        guint n_fds)
{
  int copies[VBET_VHOST_FDS];
  if (self->fd < 0 || self->serial != serial)
    return -ENOENT;
  if (size < HEADER || size > VBET_VHOST_MESSAGE || word32 (bytes + 8) != size - HEADER
      || n_fds > VBET_VHOST_FDS)
    return -EINVAL;
  for (guint i = 0; i < n_fds; i++)
    copies[i] = fcntl (fds[i], F_DUPFD_CLOEXEC, 0);
  Message message = { .request = word32 (bytes),
                      .size = (guint32)(size - HEADER),
                      .body = bytes + HEADER,
                      .fds = copies,
                      .n_fds = n_fds };
  int result = apply (self, &message);
  close_fds (copies, n_fds);
  if (self->replays > 0 && --self->replays == 0)
    end_replay (self);
  return result;
}

/* --- life ---------------------------------------------------------------------------------------- */

void
vbet_vhost_port_hang_up (VbetVhostPort *self)
{
  vbet_vhost_port_rest (self);
  for (guint i = 0; i < VHOST_RINGS; i++) {
    VbetVhostRing *ring = &self->rings[i];
    drop_kick (ring);
    if (ring->call >= 0)
      close (ring->call);
    *ring = (VbetVhostRing){ .port = self, .index = i, .kick = -1, .call = -1, .called = LONG_AGO };
  }
  vbet_vhost_port_drop (self);
  vbet_guest_memory_unmap (&self->memory);
  vbet_loop_remove (vbet_io_get_loop (self->io), self->ref);
  self->ref = 0;
  if (self->fd >= 0)
    close (self->fd);
  if (self->backend_fd >= 0)
    close (self->backend_fd);
  self->fd = self->backend_fd = -1;
  close_fds (self->fds, self->n_fds);
  self->got = 0;
  self->n_fds = 0;
  self->features = self->protocol_features = 0;
  self->replays = 0;
  self->resumed = FALSE;
  vbet_endpoint_set_connected (self->endpoint, FALSE);
}

void
vbet_vhost_port_end (VbetVhostPort *self)
{
  guint64 serial = self->serial;
  vbet_vhost_port_hang_up (self);
  if (self->callbacks->closed != NULL)
    self->callbacks->closed (vbet_endpoint_get_device (self->endpoint),
                             vbet_endpoint_get_nic (self->endpoint), serial, self->user_data);
}

void
vbet_vhost_port_free (gpointer port)
{
  VbetVhostPort *self = port;
  vbet_vhost_port_hang_up (self);
  vbet_fair_queue_finish (&self->queue);
  g_free (self);
}

VbetVhostPort *
vbet_vhost_port_find (VbetEndpoint *endpoint)
{
  return vbet_endpoint_get_port (endpoint, &vbet_vhost_port_class);
}

VbetVhostPort *
vbet_vhost_port_of (VbetIo *io, VbetEndpoint *endpoint, const VbetVhostCallbacks *callbacks,
                    gpointer user_data)
{
  VbetVhostPort *self = vbet_vhost_port_find (endpoint);
  if (self != NULL)
    return self;
  self = g_new0 (VbetVhostPort, 1);
  self->io = io;
  self->shared = vbet_io_get_vhost (io);
  self->endpoint = endpoint;
  self->callbacks = callbacks;
  self->user_data = user_data;
  self->fd = self->backend_fd = -1;
  for (guint i = 0; i < VHOST_RINGS; i++)
    self->rings[i] = (VbetVhostRing){ .port = self, .index = i, .kick = -1, .call = -1, .called = LONG_AGO };
  vbet_fair_queue_init (&self->queue, QUEUE_FRAMES, QUEUE_BYTES);
  vbet_fabric_replace_port (endpoint, &vbet_vhost_port_class, self);
  return self;
}

int
vbet_vhost_port_connect (VbetVhostPort *self, int fd, guint64 serial, guint64 mac, const VbetVhostLink *link)
{
  vbet_vhost_port_hang_up (self);
  self->mac = mac;
  self->link = *link;
  self->ref = vbet_loop_add (vbet_io_get_loop (self->io), fd, EPOLLIN | EPOLLRDHUP, VBET_FD_VHOST, self);
  if (self->ref == 0) {
    int result = -errno;
    close (fd);
    return result;
  }
  self->fd = fd;
  self->serial = serial;
  return 0;
}

void
vbet_vhost_port_resume (VbetVhostPort *self, guint replays)
{
  self->resumed = TRUE;
  self->replays = replays;
  vbet_vhost_port_listen (self);
}
