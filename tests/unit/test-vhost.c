/* test-vhost.c - ports by vhost-user against a fake driver: what it is told, frames, carrier, lies, a
 * successor. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/fake-driver.h"
#include "unit/harness.h"

#define FRAME_MAX 2000

/* --- a port of another kind at the far end ----------------------------------------------- */

typedef struct {
  guint frames;
  guint longest;
  guint8 last[FRAME_MAX];
  guint last_size;
} Plain;

static void
plain_send (gpointer port, const VbetFrame *frame)
{
  Plain *self = port;
  CU_ASSERT_PTR_NULL (frame->parts);
  self->frames++;
  self->longest = MAX (self->longest, frame->size);
  self->last_size = MIN (frame->size, FRAME_MAX);
  memcpy (self->last, frame->data, self->last_size);
}

static void
plain_nothing (gpointer port)
{
  (void)port;
}

static const VbetPortClass plain_class = { plain_send, plain_nothing, NULL, plain_nothing, NULL };

static void
add_plain (FakeSwitch *to, Plain *plain)
{
  VbetEndpoint *endpoint;
  *plain = (Plain){ 0 };
  CU_ASSERT_EQUAL_FATAL (vbet_fabric_add_port (to->fabric, "plain", 1, 1500, &plain_class, plain, &endpoint),
                         0);
  vbet_endpoint_set_connected (endpoint, TRUE);
}

/* --- frames --------------------------------------------------------------------------------- */

/* A TCP frame over IPv4 as a guest leaves it to the device, behind its header. Returns: bytes of all. */
static guint
make_tcp (guint8 *bytes, guint payload, guint gso_size)
{
  static const guint8 headers[12 + 14 + 20 + 20]
      = { 1, 1, 54, 0, 0,    0,  34, 0, 16, 0, 0, 0, 2,  0, 0,    0,    0,  2, 2, 0, 0,  0,
          0, 1, 8,  0, 0x45, 0,  0,  0, 0,  1, 0, 0, 64, 6, 0,    0,    10, 0, 0, 1, 10, 0,
          0, 2, 4,  1, 0,    80, 0,  0, 0,  1, 0, 0, 0,  1, 0x50, 0x10, 1,  0, 0, 0 };
  memcpy (bytes, headers, sizeof headers);
  for (guint i = 0; i < payload; i++)
    bytes[sizeof headers + i] = (guint8)(i * 3);
  bytes[1] = gso_size > 0 ? 1 : 0;
  bytes[4] = (guint8)gso_size;
  bytes[5] = (guint8)(gso_size >> 8);
  guint length = payload + 40;
  bytes[12 + 16] = (guint8)(length >> 8);
  bytes[12 + 17] = (guint8)length;
  return (guint)sizeof headers + payload;
}

static void
wire (FakeSwitch *to, const char *a, const char *b)
{
  CU_ASSERT_EQUAL_FATAL (vbet_fabric_add_cable (to->fabric, "k", a, 1, b, 1, NULL, 0), 0);
}

static void
test_config (void)
{
  FakeSwitch to;
  FakeDriver d;
  guint32 request = 0;
  guint8 answer[512];
  guint32 ask[3 + 64] = { 0, 12, 0 };
  fake_switch_init (&to);
  VbetVhostPort *port = fake_driver_connect (&d, &to, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_boot (&d, 0);
  fake_driver_say (&d, 24, ask, 12 + 12, NULL, 0);
  CU_ASSERT_EQUAL_FATAL (fake_driver_hear (&d, &request, answer, sizeof answer), 24);
  CU_ASSERT_EQUAL (request, 24);
  CU_ASSERT_EQUAL (memcmp (answer + 12, "\2\1\2\3\4\5\1\0\1\0\xdc\5", 12), 0); /* MAC, link, pairs, 1500 */
  vbet_vhost_port_set_link (port, &(VbetVhostLink){ FALSE, 10000 });
  CU_ASSERT_EQUAL (recv (d.backend, answer, sizeof answer, MSG_DONTWAIT), 12);
  CU_ASSERT_EQUAL (answer[0], 2); /* "the configuration has changed" */
  vbet_vhost_port_set_link (port, &(VbetVhostLink){ FALSE, 10000 });
  CU_ASSERT_EQUAL (recv (d.backend, answer, sizeof answer, MSG_DONTWAIT), -1);
  ask[0] = 6;
  ask[1] = 2;
  fake_driver_say (&d, 24, ask, 12 + 2, NULL, 0);
  CU_ASSERT_EQUAL_FATAL (fake_driver_hear (&d, &request, answer, sizeof answer), 14);
  CU_ASSERT_EQUAL (answer[12], 0);
  ask[0] = 200;
  ask[1] = 100; /* over the end */
  fake_driver_say (&d, 24, ask, 12 + 100, NULL, 0);
  close (d.held);
  d.held = -1;
  CU_ASSERT_EQUAL (recv (d.fd, answer, sizeof answer, MSG_DONTWAIT), 0); /* closed */
  fake_switch_finish (&to);
  fake_driver_finish (&d);
}

/* Speed and duplex are offered, read as Linux does it (from 0 to the end of the one asked for) and told anew.
 */
static void
test_speed (void)
{
  FakeSwitch to;
  FakeDriver d;
  guint32 request = 0;
  guint8 answer[512];
  guint64 features = 0;
  guint32 ask[3 + 64] = { 0, 17, 0 };
  fake_switch_init (&to);
  VbetVhostPort *port = fake_driver_connect (&d, &to, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_boot (&d, 0);
  fake_driver_say (&d, 1, NULL, 0, NULL, 0);
  CU_ASSERT_EQUAL_FATAL (fake_driver_hear (&d, &request, &features, sizeof features), 8);
  CU_ASSERT_TRUE ((features >> 63) == 1);
  fake_driver_say (&d, 24, ask, 12 + 17, NULL, 0);
  CU_ASSERT_EQUAL_FATAL (fake_driver_hear (&d, &request, answer, sizeof answer), 12 + 17);
  CU_ASSERT_EQUAL (memcmp (answer + 12 + 12, "\x10\x27\0\0\1", 5), 0); /* 10000, full */
  vbet_vhost_port_set_link (port, &(VbetVhostLink){ TRUE, 100 });
  CU_ASSERT_EQUAL (recv (d.backend, answer, sizeof answer, MSG_DONTWAIT), 12);
  fake_driver_say (&d, 24, ask, 12 + 17, NULL, 0);
  CU_ASSERT_EQUAL_FATAL (fake_driver_hear (&d, &request, answer, sizeof answer), 12 + 17);
  CU_ASSERT_EQUAL (memcmp (answer + 12 + 12, "\x64\0\0\0\1", 5), 0);
  CU_ASSERT_EQUAL (answer[12 + 6], 1);
  fake_switch_finish (&to);
  fake_driver_finish (&d);
}

/* From guest to guest: once copied, as it is. */
static void
test_guest_to_guest (void)
{
  FakeSwitch to;
  FakeDriver a, b;
  guint8 bytes[8000], got[8000];
  static const guint parts[] = { 12, 100, 700, 3000 };
  guint32 head, size;
  fake_switch_init (&to);
  fake_driver_connect (&a, &to, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_connect (&b, &to, "b", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_boot (&a, 0);
  fake_driver_boot (&b, 0);
  wire (&to, "a", "b");
  fake_driver_fill (&b, 8);
  CU_ASSERT_EQUAL_FATAL (make_tcp (bytes, 12 + 3800 - 66, 1460), 12 + 3800);
  fake_driver_transmit (&a, 0, bytes, parts, 4);
  fake_driver_kick (&a, 1);
  CU_ASSERT_TRUE (fake_driver_take (&a, 1, &head, &size));
  CU_ASSERT_EQUAL (head, 0);
  guint n = 0, buffers = 0;
  while (fake_driver_take (&b, 0, &head, &size)) {
    memcpy (got + n, fake_driver_buffer (&b, 0, head), size);
    n += size;
    buffers++;
  }
  CU_ASSERT_EQUAL (n, 12 + 3800);
  CU_ASSERT_EQUAL (buffers, 2);
  bytes[10] = 2; /* the number of buffers, the only thing that changes */
  CU_ASSERT_EQUAL (memcmp (got, bytes, n), 0);
  guint64 count = 0;
  CU_ASSERT_EQUAL (read (b.call[0], &count, sizeof count), 8);
  CU_ASSERT_EQUAL (count, 1);
  fake_switch_finish (&to);
  fake_driver_finish (&a);
  fake_driver_finish (&b);
}

/* To anything else, and to a guest that does not take it: frames as they are on a wire. */
static void
test_whole_frames (void)
{
  FakeSwitch to;
  FakeDriver a, b;
  Plain plain;
  guint8 bytes[8000];
  static const guint parts[] = { 12, 3800 };
  guint32 head, size;
  fake_switch_init (&to);
  fake_driver_connect (&a, &to, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_connect (&b, &to, "b", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_boot (&a, 0);
  fake_driver_boot (&b, G_GUINT64_CONSTANT (1) << 32);
  add_plain (&to, &plain);
  wire (&to, "a", "plain");
  make_tcp (bytes, 12 + 3800 - 66, 1000);
  fake_driver_transmit (&a, 0, bytes, parts, 2);
  fake_driver_kick (&a, 1);
  CU_ASSERT_EQUAL (plain.frames, 4);
  CU_ASSERT_EQUAL (plain.longest, 1054);
  CU_ASSERT_EQUAL (plain.last_size, 54 + 3746 - 3000);
  CU_ASSERT_EQUAL (memcmp (plain.last + 54, bytes + 66 + 3000, 746), 0);
  vbet_fabric_remove_cable (to.fabric, "k");
  wire (&to, "a", "b");
  fake_driver_fill (&b, 8);
  fake_driver_transmit (&a, 2, bytes, parts, 2);
  fake_driver_kick (&a, 1);
  for (guint i = 0; i < 4; i++) {
    CU_ASSERT_TRUE (fake_driver_take (&b, 0, &head, &size));
    CU_ASSERT_EQUAL (size, 12 + 54 + (i < 3 ? 1000 : 746));
    CU_ASSERT_EQUAL (fake_driver_buffer (&b, 0, head)[0], 0); /* no checksum is missing */
  }
  CU_ASSERT_FALSE (fake_driver_take (&b, 0, &head, &size));
  fake_switch_finish (&to);
  fake_driver_finish (&a);
  fake_driver_finish (&b);
}

/* Without buffers frames wait, in order; then they are dropped and counted, and others go their way. */
static void
test_waiting (void)
{
  FakeSwitch to;
  FakeDriver a, b;
  guint8 bytes[200] = { 0 };
  guint part = 12 + 60;
  guint32 head, size;
  fake_switch_init (&to);
  fake_driver_connect (&a, &to, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_connect (&b, &to, "b", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_boot (&a, 0);
  fake_driver_boot (&b, 0);
  wire (&to, "a", "b");
  fake_driver_fill (&b, 2);
  for (guint i = 0; i < 1100; i++) {
    bytes[12 + 20] = (guint8)i;
    fake_driver_transmit (&a, i % FAKE_RING_SIZE, bytes, &part, 1);
    fake_driver_kick (&a, 1);
    CU_ASSERT_TRUE (fake_driver_take (&a, 1, &head, &size)); /* the sender is never held up */
  }
  const VbetCounters *rx = vbet_endpoint_get_rx (vbet_fabric_find_guest (to.fabric, "b", 1));
  CU_ASSERT_EQUAL (rx->frames, 2 + 1024);
  CU_ASSERT_EQUAL (rx->dropped, 1100 - 1026);
  for (guint i = 0; i < 1026; i++) {
    if (i >= 2 && i % 2 == 0) {
      fake_driver_fill (&b, 2);
      fake_driver_kick (&b, 0);
    }
    CU_ASSERT_TRUE_FATAL (fake_driver_take (&b, 0, &head, &size));
    CU_ASSERT_EQUAL (fake_driver_buffer (&b, 0, head)[12 + 20], (guint8)i);
  }
  fake_switch_finish (&to);
  fake_driver_finish (&a);
  fake_driver_finish (&b);
}

/* A lone frame is told at once; what follows closely is told together, a little later. */
static void
test_notifications (void)
{
  FakeSwitch to;
  FakeDriver a, b;
  guint8 bytes[200] = { 0 };
  guint part = 12 + 60;
  guint64 count = 0;
  fake_switch_init (&to);
  fake_driver_connect (&a, &to, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_connect (&b, &to, "b", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_boot (&a, 0);
  fake_driver_boot (&b, G_GUINT64_CONSTANT (1) << 32); /* it wants to hear of every chain */
  wire (&to, "a", "b");
  fake_driver_fill (&b, 32);
  CU_ASSERT_EQUAL (vbet_vhost_deadline (to.io), VBET_CABLE_NEVER);
  for (guint i = 0; i < 10; i++) {
    fake_driver_transmit (&a, i, bytes, &part, 1);
    fake_driver_kick (&a, 1);
  }
  CU_ASSERT_EQUAL (read (b.call[0], &count, sizeof count), 8);
  CU_ASSERT_EQUAL (count, 1);
  gint64 deadline = vbet_vhost_deadline (to.io);
  CU_ASSERT_TRUE (deadline > 0 && deadline < 1000000);
  vbet_vhost_run (to.io, deadline - 1);
  CU_ASSERT_EQUAL (read (b.call[0], &count, sizeof count), -1);
  vbet_vhost_run (to.io, deadline);
  CU_ASSERT_EQUAL (read (b.call[0], &count, sizeof count), 8);
  CU_ASSERT_EQUAL (count, 1);
  CU_ASSERT_EQUAL (vbet_vhost_deadline (to.io), VBET_CABLE_NEVER);
  fake_driver_transmit (&a, 10, bytes, &part, 1);
  fake_driver_kick (&a, 1); /* one is owed again when the port goes */
  fake_switch_finish (&to);
  fake_driver_finish (&a);
  fake_driver_finish (&b);
}

/* What the guest's driver says when it has taken everything: the next chain is to be told. */
static void
ask_for_next (FakeDriver *driver)
{
  guint8 *ring = driver->memory + FAKE_RING (0);
  memcpy (ring + 0x4000 + 4 + FAKE_RING_SIZE * 2, ring + 0x8000 + 2, 2);
}

/* A guest that was told and has not asked to be told again is told again, but not for ever. */
static void
test_sleepers (void)
{
  FakeSwitch to;
  FakeDriver a, b;
  guint8 bytes[200] = { 0 };
  guint part = 12 + 60;
  guint64 count = 0;
  guint nudges = 0;
  gint64 now = 1000000000;
  fake_switch_init (&to);
  fake_driver_connect (&a, &to, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_connect (&b, &to, "b", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  fake_driver_boot (&a, 0);
  fake_driver_boot (&b, 0);
  wire (&to, "a", "b");
  fake_driver_fill (&b, 32);
  for (guint i = 0; i < 2; i++) {
    fake_driver_transmit (&a, i, bytes, &part, 1);
    fake_driver_kick (&a, 1);
    CU_ASSERT_EQUAL (read (b.call[0], &count, sizeof count), i == 0 ? 8 : -1);
  }
  gint64 deadline = vbet_vhost_deadline (to.io);
  CU_ASSERT_TRUE (deadline > 0 && deadline <= 2000000);
  for (; deadline != VBET_CABLE_NEVER && nudges < 100; deadline = vbet_vhost_deadline (to.io)) {
    now = deadline;
    vbet_vhost_run (to.io, now);
    if (read (b.call[0], &count, sizeof count) == 8)
      nudges++;
  }
  CU_ASSERT_TRUE (nudges > 3 && nudges < 20);

  ask_for_next (&b);
  fake_driver_transmit (&a, 2, bytes, &part, 1);
  fake_driver_kick (&a, 1);
  ask_for_next (&b);
  while (read (b.call[0], &count, sizeof count) == 8)
    ;
  for (deadline = vbet_vhost_deadline (to.io); deadline != VBET_CABLE_NEVER;
       deadline = vbet_vhost_deadline (to.io))
    vbet_vhost_run (to.io, now = MAX (now, deadline));
  CU_ASSERT_TRUE (read (b.call[0], &count, sizeof count) == -1 || count == 1); /* owed from before, at most */
  fake_driver_transmit (&a, 3, bytes, &part, 1);
  fake_driver_kick (&a, 1); /* it is looked at again when the port goes */
  fake_switch_finish (&to);
  fake_driver_finish (&a);
  fake_driver_finish (&b);
}

static void
on_closed (const char *device, guint nic, guint64 serial, gpointer user_data)
{
  guint *closed = user_data;
  CU_ASSERT_STRING_EQUAL (device, "a");
  CU_ASSERT_EQUAL (nic, 1);
  CU_ASSERT_EQUAL (serial, 7);
  (*closed)++;
}

/* What makes no sense ends the connection, told once. */
static void
test_nonsense (void)
{
  static const VbetVhostCallbacks callbacks = { on_closed, NULL, NULL };
  guint64 many[40] = { 0 };
  for (guint lie = 0; lie < 9; lie++) {
    FakeSwitch to;
    FakeDriver d;
    guint closed = 0;
    fake_switch_init (&to);
    fake_driver_connect (&d, &to, "a", &callbacks, &closed);
    fake_driver_boot (&d, 0);
    guint64 table[5] = { 1, FAKE_GUEST, FAKE_MEMORY + 1, FAKE_USER, 0 };
    guint64 features = G_MAXUINT64;
    switch (lie) {
    case 0: /* more memory than the file has */
      fake_driver_say (&d, 5, table, sizeof table, &d.memory_fd, 1);
      break;
    case 1: /* memory without a file */
      fake_driver_say (&d, 5, table, sizeof table, NULL, 0);
      break;
    case 2: /* an event descriptor as memory */
      table[2] = 4096;
      fake_driver_say (&d, 5, table, sizeof table, &d.kick[0], 1);
      break;
    case 3: /* more regions than the message holds */
      table[0] = 8;
      fake_driver_say (&d, 5, table, sizeof table, &d.memory_fd, 1);
      break;
    case 4: /* a ring that is not there */
      fake_driver_say_ring (&d, 8, 2, 64, -1);
      break;
    case 5: /* a file as notification */
      fake_driver_say_ring (&d, 12, 0, 0, d.memory_fd);
      break;
    case 6: /* features nobody offered */
      fake_driver_say (&d, 2, &features, sizeof features, NULL, 0);
      break;
    case 7: /* an unknown request */
      fake_driver_say (&d, 99, many, sizeof many, NULL, 0);
      break;
    default: /* an offset that goes round */
      table[2] = 4096;
      table[4] = G_MAXUINT64 - 100;
      fake_driver_say (&d, 5, table, sizeof table, &d.memory_fd, 1);
    }
    CU_ASSERT_EQUAL (closed, 1);
    fake_switch_finish (&to);
    fake_driver_finish (&d);
    CU_ASSERT_EQUAL (closed, 1);
  }
}

/* --- a successor ------------------------------------------------------------------------------- */

typedef struct {
  guint8 bytes[VBET_VHOST_MESSAGE];
  gsize size;
  int fds[VBET_VHOST_FDS];
  guint n_fds;
} Kept;

static void
on_kept (const char *device, guint nic, guint64 serial, const guint8 *message, gsize size, const int *fds,
         guint n_fds, gpointer user_data)
{
  GArray *all = user_data;
  Kept kept = { .size = size, .n_fds = n_fds };
  (void)device, (void)nic, (void)serial;
  memcpy (kept.bytes, message, size);
  for (guint i = 0; i < n_fds; i++)
    kept.fds[i] = dup (fds[i]);
  g_array_append_val (all, kept);
}

/* The switch dies and another gets what was kept: the driver does not notice, no frame is lost that was not
 * given. */
static void
test_successor (void)
{
  static const VbetVhostCallbacks callbacks = { NULL, on_kept, NULL };
  FakeSwitch first, second;
  FakeDriver d;
  Plain plain;
  guint8 bytes[200] = { 0 };
  guint part = 12 + 60;
  guint32 head, size;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Kept));
  fake_switch_init (&first);
  fake_driver_connect (&d, &first, "a", &callbacks, all);
  fake_driver_boot (&d, 0);
  add_plain (&first, &plain);
  wire (&first, "a", "plain");
  fake_driver_transmit (&d, 0, bytes, &part, 1);
  fake_driver_kick (&d, 1);
  CU_ASSERT_EQUAL (plain.frames, 1);
  CU_ASSERT_TRUE (fake_driver_take (&d, 1, &head, &size));
  fake_switch_finish (&first);
  close (d.fd);

  /* Sent while nobody is there. */
  fake_driver_transmit (&d, 1, bytes, &part, 1);
  fake_driver_transmit (&d, 2, bytes, &part, 1);
  FakeDriver other;
  fake_switch_init (&second);
  VbetVhostPort *port
      = fake_driver_connect (&other, &second, "a", &(VbetVhostCallbacks){ NULL, NULL, NULL }, NULL);
  add_plain (&second, &plain);
  wire (&second, "a", "plain");
  for (guint i = 0; i < all->len; i++) {
    Kept *kept = &g_array_index (all, Kept, i);
    CU_ASSERT_EQUAL (vbet_vhost_port_replay (port, 7, kept->bytes, kept->size, kept->fds, kept->n_fds), 0);
    for (guint k = 0; k < kept->n_fds; k++)
      close (kept->fds[k]);
  }
  CU_ASSERT_EQUAL (vbet_vhost_port_replay (port, 8, bytes, 12, NULL, 0), -ENOENT); /* of another connection */
  CU_ASSERT_EQUAL (vbet_vhost_port_replay (port, 7, bytes, 11, NULL, 0), -EINVAL);
  fake_switch_pump (&second);
  CU_ASSERT_EQUAL (plain.frames, 2);
  CU_ASSERT_TRUE (fake_driver_take (&d, 1, &head, &size));
  CU_ASSERT_EQUAL (head, 1);
  CU_ASSERT_TRUE (fake_driver_take (&d, 1, &head, &size));
  CU_ASSERT_EQUAL (head, 2);
  d.to = &second;
  fake_driver_transmit (&d, 3, bytes, &part, 1);
  fake_driver_kick (&d, 1);
  CU_ASSERT_EQUAL (plain.frames, 3);
  fake_switch_finish (&second);
  d.fd = -1;
  fake_driver_finish (&d);
  fake_driver_finish (&other);
}

static CU_TestInfo tests[] = {
  { "what a driver is told", test_config },
  { "speed and duplex", test_speed },
  { "from guest to guest as it is", test_guest_to_guest },
  { "whole frames for all others", test_whole_frames },
  { "frames wait for buffers", test_waiting },
  { "notifications", test_notifications },
  { "guests that sleep", test_sleepers },
  { "messages that make no sense", test_nonsense },
  { "another process goes on", test_successor },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "vhost", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
