/* fake-driver.c - see fake-driver.h. */
#include "config.h"

#include "unit/fake-driver.h"

#include <string.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURNS 1000

void
fake_switch_init (FakeSwitch *self)
{
  self->loop = vbet_loop_new ();
  self->fabric = vbet_fabric_new (1);
  self->io = vbet_io_new (self->loop, self->fabric);
}

void
fake_switch_finish (FakeSwitch *self)
{
  vbet_fabric_free (self->fabric);
  vbet_io_free (self->io);
  vbet_loop_free (self->loop);
}

void
fake_switch_pump (FakeSwitch *self)
{
  gboolean more = TRUE;
  for (guint turn = 0; more && turn < TURNS; turn++) {
    VbetEvent event;
    more = FALSE;
    g_assert_cmpint (vbet_loop_wait (self->loop, 0), ==, 0);
    while (vbet_loop_next (self->loop, &event)) {
      more = TRUE;
      if (event.type == VBET_FD_VHOST)
        vbet_vhost_port_event (event.owner, event.events, turn);
      else if (event.type == VBET_FD_RING)
        vbet_vhost_ring_event (event.owner, event.events, turn);
    }
    more |= vbet_vhost_run (self->io, turn);
    more |= vbet_fabric_run (self->fabric, turn);
  }
}

VbetVhostPort *
fake_driver_connect (FakeDriver *self, FakeSwitch *to, const char *device,
                     const VbetVhostCallbacks *callbacks, gpointer user_data)
{
  int pair[2];
  *self = (FakeDriver){ .to = to, .backend = -1, .held = -1 };
  self->memory_fd = memfd_create ("guest", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (self->memory_fd, FAKE_MEMORY), ==, 0);
  self->memory = mmap (NULL, FAKE_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, self->memory_fd, 0);
  g_assert_true (self->memory != MAP_FAILED);
  for (guint i = 0; i < 2; i++) {
    self->kick[i] = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
    int ends[2];
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==, 0);
    self->call[i] = ends[0];
    self->call_in[i] = ends[1];
  }
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), ==, 0);
  self->fd = pair[0];
  self->held = pair[1];
  return fake_driver_reconnect (self, to, device, callbacks, user_data);
}

VbetVhostPort *
fake_driver_reconnect (FakeDriver *self, FakeSwitch *to, const char *device,
                       const VbetVhostCallbacks *callbacks, gpointer user_data)
{
  self->to = to;
  VbetEndpoint *endpoint = vbet_fabric_find_guest (to->fabric, device, 1);
  if (endpoint == NULL) {
    g_assert_cmpint (vbet_socket_port_add_guest (to->io, device, 1, 1500, NULL, NULL), ==, 0);
    endpoint = vbet_fabric_find_guest (to->fabric, device, 1);
  }
  VbetVhostPort *port = vbet_vhost_port_of (to->io, endpoint, callbacks, user_data);
  g_assert_cmpint (vbet_vhost_port_connect (port, dup (self->held), 7, G_GUINT64_CONSTANT (0x020102030405),
                                            &(VbetVhostLink){ TRUE, 10000 }),
                   ==, 0);
  return port;
}

void
fake_driver_finish (FakeDriver *self)
{
  munmap (self->memory, FAKE_MEMORY);
  close (self->memory_fd);
  for (guint i = 0; i < 2; i++) {
    close (self->kick[i]);
    close (self->call[i]);
    close (self->call_in[i]);
  }
  if (self->backend >= 0)
    close (self->backend);
  if (self->held >= 0)
    close (self->held);
  close (self->fd);
}

void
fake_driver_say (FakeDriver *self, guint32 request, gconstpointer body, guint32 size, const int *fds,
                 guint n_fds)
{
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (16 * sizeof (int))];
  } control;
  guint32 header[3] = { request, 1, size };
  struct iovec iov[2] = { { header, sizeof header }, { (void *)body, size } };
  struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
  if (n_fds > 0) {
    memset (&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
    struct cmsghdr *rights = CMSG_FIRSTHDR (&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
    memcpy (CMSG_DATA (rights), fds, n_fds * sizeof (int));
  }
  if (sendmsg (self->fd, &message, MSG_NOSIGNAL) >= 0 && self->to != NULL)
    fake_switch_pump (self->to);
}

void
fake_driver_say_ring (FakeDriver *self, guint32 request, guint32 index, guint32 value, int fd)
{
  guint32 body[2] = { index, value };
  fake_driver_say (self, request, body, sizeof body, &fd, fd >= 0 ? 1 : 0);
}

gssize
fake_driver_hear (FakeDriver *self, guint32 *ret_request, gpointer body, gsize size)
{
  guint32 header[3];
  if (recv (self->fd, header, sizeof header, MSG_DONTWAIT) != sizeof header)
    return -1;
  g_assert_cmpuint (header[1], ==, 5);
  g_assert_cmpuint (header[2], <=, size);
  *ret_request = header[0];
  return header[2] > 0 ? recv (self->fd, body, header[2], MSG_DONTWAIT) : 0;
}

/* Those of one ring. */
static void
boot_ring (FakeDriver *self, guint ring, guint step)
{
  guint64 at = FAKE_USER + FAKE_RING (ring);
  guint64 address[5] = { ring, at, at + 0x8000, at + 0x4000, 0 };
  switch (step) {
  case 0:
    fake_driver_say_ring (self, 8, ring, FAKE_RING_SIZE, -1);
    break;
  case 1:
    fake_driver_say_ring (self, 10, ring, 0, -1);
    break;
  case 2:
    fake_driver_say (self, 9, address, sizeof address, NULL, 0);
    break;
  case 3:
    fake_driver_say_ring (self, 12, ring, 0, self->kick[ring]);
    break;
  case 4:
    fake_driver_say_ring (self, 13, ring, 0, self->call_in[ring]);
    break;
  default:
    fake_driver_say_ring (self, 18, ring, 1, -1);
  }
}

gboolean
fake_driver_boot_step (FakeDriver *self, guint64 *features, guint step)
{
  guint32 request;
  guint64 offered = 0;
  guint64 table[5] = { 1, FAKE_GUEST, FAKE_MEMORY, FAKE_USER, 0 };
  int pair[2];
  switch (step) {
  case 0:
    fake_driver_say (self, 1, NULL, 0, NULL, 0);
    break;
  case 1:
    g_assert_cmpint (fake_driver_hear (self, &request, &offered, sizeof offered), ==, sizeof offered);
    g_assert_cmpuint (request, ==, 1);
    if (*features == 0)
      *features = offered;
    break;
  case 2:
    fake_driver_say (self, 3, NULL, 0, NULL, 0);
    break;
  case 3:
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), ==, 0);
    if (self->backend >= 0)
      close (self->backend);
    self->backend = pair[0];
    fake_driver_say_ring (self, 21, 0, 0, pair[1]);
    close (pair[1]);
    break;
  case 4:
    fake_driver_say (self, 2, features, sizeof *features, NULL, 0);
    break;
  case 5:
    fake_driver_say (self, 5, table, sizeof table, &self->memory_fd, 1);
    break;
  default:
    boot_ring (self, (step - 6) / 6, (step - 6) % 6);
    return step < 6 + 6 * 2 - 1;
  }
  return TRUE;
}

void
fake_driver_boot (FakeDriver *self, guint64 features)
{
  for (guint step = 0; fake_driver_boot_step (self, &features, step);)
    step++;
}

guint8 *
fake_driver_buffer (FakeDriver *self, guint ring, guint buffer)
{
  return self->memory + FAKE_BUFFERS + (buffer + FAKE_RING_SIZE * ring) * FAKE_BUFFER;
}

/* Descriptor numbers are those of buffers; further parts use the numbers that follow. */
void
fake_driver_offer (FakeDriver *self, guint ring, guint buffer, const guint *parts, guint n_parts)
{
  guint8 *base = self->memory + FAKE_RING (ring);
  guint64 at = FAKE_GUEST + (guint64)(fake_driver_buffer (self, ring, buffer) - self->memory);
  for (guint i = 0; i < n_parts; i++) {
    guint16 flags = (guint16)((i + 1 < n_parts ? 1 : 0) | (ring == 0 ? 2 : 0));
    guint16 next = (guint16)(buffer + i + 1);
    guint32 length = parts[i];
    guint8 *descriptor = base + (buffer + i) * 16;
    memcpy (descriptor, &at, 8);
    memcpy (descriptor + 8, &length, 4);
    memcpy (descriptor + 12, &flags, 2);
    memcpy (descriptor + 14, &next, 2);
    at += length;
  }
  guint16 head = (guint16)buffer;
  memcpy (base + 0x4000 + 4 + (self->avail[ring] % FAKE_RING_SIZE) * 2, &head, 2);
  self->avail[ring]++;
  memcpy (base + 0x4000 + 2, &self->avail[ring], 2);
}

void
fake_driver_fill (FakeDriver *self, guint n)
{
  guint size = FAKE_BUFFER;
  for (guint i = 0; i < n; i++)
    fake_driver_offer (self, 0, self->avail[0] % FAKE_RING_SIZE, &size, 1);
}

void
fake_driver_transmit (FakeDriver *self, guint buffer, const guint8 *bytes, const guint *parts, guint n_parts)
{
  guint size = 0;
  for (guint i = 0; i < n_parts; i++)
    size += parts[i];
  memcpy (fake_driver_buffer (self, 1, buffer), bytes, size);
  fake_driver_offer (self, 1, buffer, parts, n_parts);
}

void
fake_driver_kick (FakeDriver *self, guint ring)
{
  eventfd_write (self->kick[ring], 1);
  fake_switch_pump (self->to);
}

gboolean
fake_driver_take (FakeDriver *self, guint ring, guint32 *ret_head, guint32 *ret_bytes)
{
  guint8 *used = self->memory + FAKE_RING (ring) + 0x8000;
  guint16 index;
  memcpy (&index, used + 2, 2);
  if (index == self->used[ring])
    return FALSE;
  guint8 *entry = used + 4 + (self->used[ring]++ % FAKE_RING_SIZE) * 8;
  memcpy (ret_head, entry, 4);
  memcpy (ret_bytes, entry + 4, 4);
  return TRUE;
}
