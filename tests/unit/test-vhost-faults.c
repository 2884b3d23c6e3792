/* test-vhost-faults.c - ports by vhost-user when things go wrong: the switch dies at any moment of a boot,
 * guests flood, cut their memory, block what they share, reset for ever; nobody else notices. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/guest-memory.h"
#include "unit/fake-driver.h"
#include "unit/harness.h"

#define LITTLE (12 + 60) /* bytes of a small frame, header included */

static const VbetVhostCallbacks no_callbacks = { NULL, NULL, NULL };

static void
wire (FakeSwitch *to, const char *cable, const char *a, const char *b)
{
  CU_ASSERT_EQUAL_FATAL (vbet_fabric_add_cable (to->fabric, cable, a, 1, b, 1, NULL, 0), 0);
}

static void
join (FakeSwitch *to, FakeDriver *driver, const char *device)
{
  fake_driver_connect (driver, to, device, &no_callbacks, NULL);
  fake_driver_boot (driver, 0);
}

static void
forget (FakeDriver *driver)
{
  guint32 head, size;
  while (fake_driver_take (driver, 0, &head, &size) || fake_driver_take (driver, 1, &head, &size))
    continue;
}

/* One frame goes from @from to @to and arrives. */
static gboolean
passes (FakeDriver *from, FakeDriver *to)
{
  guint8 bytes[LITTLE] = { 0 };
  guint part = LITTLE;
  guint32 head, size;
  forget (from);
  forget (to);
  fake_driver_fill (to, 1);
  fake_driver_transmit (from, from->avail[1] % FAKE_RING_SIZE, bytes, &part, 1);
  fake_driver_kick (from, 1);
  return fake_driver_take (from, 1, &head, &size) && fake_driver_take (to, 0, &head, &size) && size == LITTLE;
}

/* A switch with two that talk, and one that does not behave. */
typedef struct {
  FakeSwitch to;
  FakeDriver a, b, bad;
  guint closed;
} Group;

static void
on_closed (const char *device, guint nic, guint64 serial, gpointer user_data)
{
  Group *group = user_data;
  (void)nic, (void)serial;
  CU_ASSERT_STRING_EQUAL (device, "bad");
  group->closed++;
}

static const VbetVhostCallbacks counting = { on_closed, NULL, NULL };

static void
setup (Group *group)
{
  group->closed = 0;
  fake_switch_init (&group->to);
  join (&group->to, &group->a, "a");
  join (&group->to, &group->b, "b");
  fake_driver_connect (&group->bad, &group->to, "bad", &counting, group);
  fake_driver_boot (&group->bad, 0);
  wire (&group->to, "ab", "a", "b");
}

static void
teardown (Group *group)
{
  CU_ASSERT_TRUE (passes (&group->a, &group->b));
  CU_ASSERT_TRUE (passes (&group->b, &group->a));
  fake_switch_finish (&group->to);
  fake_driver_finish (&group->a);
  fake_driver_finish (&group->b);
  fake_driver_finish (&group->bad);
}

static guint
count_fds (void)
{
  guint n = 0;
  DIR *dir = opendir ("/proc/self/fd");
  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n;
}

/* --- a switch that dies ------------------------------------------------------------------- */

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

static const VbetVhostCallbacks keeping = { NULL, on_kept, NULL };

static void
replay (VbetVhostPort *port, GArray *all)
{
  for (guint i = 0; i < all->len; i++) {
    Kept *kept = &g_array_index (all, Kept, i);
    CU_ASSERT_EQUAL (vbet_vhost_port_replay (port, 7, kept->bytes, kept->size, kept->fds, kept->n_fds), 0);
  }
}

static void
forget_kept (GArray *all)
{
  for (guint i = 0; i < all->len; i++) {
    Kept *kept = &g_array_index (all, Kept, i);
    for (guint k = 0; k < kept->n_fds; k++)
      close (kept->fds[k]);
  }
}

/* The switch is gone while the guest says message @moment of its boot; the next one goes on. */
static void
die_at (guint moment)
{
  FakeSwitch first, second;
  FakeDriver d, other;
  guint64 features = 0;
  guint step = 0;
  gboolean more = TRUE;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Kept));
  fake_switch_init (&first);
  fake_driver_connect (&d, &first, "a", &keeping, all);
  for (; step < moment; step++)
    CU_ASSERT_TRUE (fake_driver_boot_step (&d, &features, step));
  fake_switch_finish (&first);
  d.to = NULL;
  if (step != 1) { /* else it waits for its answer */
    more = fake_driver_boot_step (&d, &features, step);
    step++;
  }
  fake_switch_init (&second);
  join (&second, &other, "b");
  VbetVhostPort *port = fake_driver_reconnect (&d, &second, "a", &keeping, all);
  vbet_vhost_port_resume (port, all->len);
  wire (&second, "k", "a", "b");
  guint told = all->len;
  fake_switch_pump (&second); /* nothing is read before all is replayed */
  if (told > 0)
    CU_ASSERT_EQUAL (all->len, told);
  replay (port, all);
  fake_switch_pump (&second);
  for (; more; step++)
    more = fake_driver_boot_step (&d, &features, step);
  CU_ASSERT_TRUE (passes (&d, &other));
  CU_ASSERT_TRUE (passes (&other, &d));
  fake_switch_finish (&second);
  forget_kept (all);
  fake_driver_finish (&d);
  fake_driver_finish (&other);
}

static void
test_dies_during_boot (void)
{
  for (guint moment = 0; moment < 6 + 12; moment++)
    if (moment != 1) /* the answer is there */
      die_at (moment);
}

/* The question is still in the socket: it is answered unless the guest has the answer already, read or not.
 */
static void
test_answered_once (void)
{
  for (guint kind = 0; kind < 3; kind++) {
    FakeSwitch to;
    FakeDriver d;
    guint32 request;
    guint64 answer;
    guint32 faked[5] = { 1, 5, 8, 0, 0 };
    fake_switch_init (&to);
    fake_driver_connect (&d, &to, "a", &no_callbacks, NULL);
    fake_switch_finish (&to);
    d.to = NULL;
    fake_driver_say (&d, 1, NULL, 0, NULL, 0);
    if (kind == 1) /* it is answered, which is not read yet */
      CU_ASSERT_EQUAL (send (d.held, faked, sizeof faked, 0), sizeof faked);
    if (kind == 2) /* it was read, too, and the next question asked */
      fake_driver_say (&d, 15, NULL, 0, NULL, 0);
    fake_switch_init (&to);
    VbetVhostPort *port = fake_driver_reconnect (&d, &to, "a", &no_callbacks, NULL);
    vbet_vhost_port_resume (port, 0);
    fake_switch_pump (&to);
    CU_ASSERT_EQUAL (fake_driver_hear (&d, &request, &answer, sizeof answer), 8);
    CU_ASSERT_EQUAL (request, kind == 2 ? 15 : 1);
    CU_ASSERT_EQUAL (fake_driver_hear (&d, &request, &answer, sizeof answer), -1);
    fake_switch_finish (&to);
    fake_driver_finish (&d);
  }
}

/* What the dead switch did not say any more is said by the next one: that there are frames, that carrier
 * changed. */
static void
test_says_it_again (void)
{
  FakeSwitch first, second;
  FakeDriver d;
  guint8 answer[64];
  guint64 count;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Kept));
  fake_switch_init (&first);
  fake_driver_connect (&d, &first, "a", &keeping, all);
  fake_driver_boot (&d, 0);
  fake_switch_finish (&first);
  (void)!read (d.call[0], &count, sizeof count);
  fake_switch_init (&second);
  VbetVhostPort *port = fake_driver_reconnect (&d, &second, "a", &no_callbacks, NULL);
  vbet_vhost_port_resume (port, all->len);
  CU_ASSERT_EQUAL (read (d.call[0], &count, sizeof count), -1);
  replay (port, all);
  for (guint ring = 0; ring < 2; ring++)
    CU_ASSERT_EQUAL (read (d.call[ring], &count, sizeof count), 8);
  CU_ASSERT_EQUAL (recv (d.backend, answer, sizeof answer, MSG_DONTWAIT), 12);
  fake_switch_finish (&second);
  forget_kept (all);
  fake_driver_finish (&d);
}

/* --- guests that do not behave ---------------------------------------------------------------- */

/* Chains that hold no frame: too short, too long, to be written to, none at all. Each comes back. */
static void
test_sizes (void)
{
  static const guint sizes[][2] = { { 1, 0 }, { 12, 0 }, { 12, 13 }, { 25, 0 }, { 0, 0 }, { 12, 0xffffff } };
  Group group;
  guint32 head, size;
  setup (&group);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "ab"), 0);
  wire (&group.to, "bad", "bad", "b");
  fake_driver_fill (&group.b, 16);
  const VbetCounters *tx = vbet_endpoint_get_tx (vbet_fabric_find_guest (group.to.fabric, "bad", 1));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint n = sizes[i][1] > 0 ? 2 : 1;
    fake_driver_offer (&group.bad, 1, i * 2, sizes[i], n);
    fake_driver_kick (&group.bad, 1);
    CU_ASSERT_TRUE (fake_driver_take (&group.bad, 1, &head, &size));
    CU_ASSERT_EQUAL (head, i * 2);
    CU_ASSERT_EQUAL (tx->dropped, i + 1);
  }
  CU_ASSERT_FALSE (fake_driver_take (&group.b, 0, &head, &size));
  CU_ASSERT_TRUE (passes (&group.bad, &group.b));
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "bad"), 0);
  wire (&group.to, "ab", "a", "b");
  teardown (&group);
}

/* Somebody floods everybody, b is slow: a's few frames to b are not those that find no room. */
static void
test_flood_of_broadcasts (void)
{
  Group group;
  guint8 bytes[LITTLE] = { 0 };
  guint part = LITTLE;
  guint32 head, size;
  guint from_a = 0;
  setup (&group);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "ab"), 0);
  CU_ASSERT_EQUAL (
      vbet_fabric_add_bridge (group.to.fabric, "s", vbet_relay_class_find ("switch"), G_MAXINT64 / 4), 0);
  for (guint nic = 1; nic <= 3; nic++) {
    static const char *const names[] = { "a", "b", "bad" };
    CU_ASSERT_EQUAL (vbet_fabric_add_bridge_port (group.to.fabric, "s", nic, "s"), 0);
    CU_ASSERT_EQUAL (
        vbet_fabric_add_cable (group.to.fabric, names[nic - 1], "s", nic, names[nic - 1], 1, NULL, 0), 0);
  }
  for (guint i = 0; i < 5000; i++) {
    gboolean is_a = i % 100 == 99;
    FakeDriver *from = is_a ? &group.a : &group.bad;
    memset (bytes + 12, 0xff, 6);
    bytes[12 + 6] = 2;
    bytes[12 + 11] = is_a ? 1 : 9;
    fake_driver_transmit (from, from->avail[1] % FAKE_RING_SIZE, bytes, &part, 1);
    fake_driver_kick (from, 1);
  }
  for (guint room = 32; room > 0;) {
    fake_driver_fill (&group.b, room);
    fake_driver_kick (&group.b, 0);
    for (room = 0; fake_driver_take (&group.b, 0, &head, &size); room++)
      from_a += fake_driver_buffer (&group.b, 0, head)[12 + 11] == 1;
  }
  CU_ASSERT_EQUAL (from_a, 50);
  CU_ASSERT_EQUAL (vbet_fabric_remove_bridge (group.to.fabric, "s"), 0);
  wire (&group.to, "ab", "a", "b");
  teardown (&group);
}

typedef struct {
  guint frames;
  guint run; /* since the last flush */
  guint longest_run;
} Plain;

static void
plain_send (gpointer port, const VbetFrame *frame)
{
  Plain *self = port;
  CU_ASSERT_PTR_NULL (frame->parts);
  self->frames++;
  self->run++;
  self->longest_run = MAX (self->longest_run, self->run);
}

static void
plain_flush (gpointer port)
{
  ((Plain *)port)->run = 0;
}

static void
plain_destroy (gpointer port)
{
  (void)port;
}

static const VbetPortClass plain_class = { plain_send, plain_flush, NULL, plain_destroy, NULL };

/* Huge segments that are to be cut into tiny ones: all are, but the others get their turn between. */
static void
test_tiny_segments (void)
{
  static const guint8 headers[12 + 14 + 20 + 20]
      = { 1, 1, 54, 0, 48,   0,  34, 0, 16, 0, 0, 0, 2,  0, 0,    0,    0,  2, 2, 0, 0,  0,
          0, 1, 8,  0, 0x45, 0,  0,  0, 0,  1, 0, 0, 64, 6, 0,    0,    10, 0, 0, 1, 10, 0,
          0, 2, 4,  1, 0,    80, 0,  0, 0,  1, 0, 0, 0,  1, 0x50, 0x10, 1,  0, 0, 0 };
  enum { SIZE = 60000, CHAINS = 60 };
  guint size = SIZE;
  Group group;
  Plain plain = { 0 };
  VbetEndpoint *endpoint;
  setup (&group);
  CU_ASSERT_EQUAL (vbet_fabric_add_port (group.to.fabric, "plain", 1, 1500, &plain_class, &plain, &endpoint),
                   0);
  vbet_endpoint_set_connected (endpoint, TRUE);
  wire (&group.to, "bad", "bad", "plain");
  for (guint i = 0; i < CHAINS; i++) {
    memcpy (fake_driver_buffer (&group.bad, 1, i), headers, sizeof headers);
    fake_driver_offer (&group.bad, 1, i, &size, 1);
  }
  fake_driver_kick (&group.bad, 1);
  CU_ASSERT_TRUE (plain.frames >= CHAINS * (SIZE - sizeof headers) / 48);
  CU_ASSERT_TRUE (plain.longest_run <= 4096 + SIZE / 48);
  teardown (&group);
}

/* A message a thousand times over: the last one counts, and no descriptor stays behind. */
static void
test_repeats (void)
{
  static const guint32 requests[] = { 12, 13, 14, 21 };
  Group group;
  setup (&group);
  guint64 table[5] = { 1, FAKE_GUEST, FAKE_MEMORY, FAKE_USER, 0 };
  guint before = count_fds ();
  for (guint i = 0; i < 1000; i++) {
    for (guint k = 0; k < G_N_ELEMENTS (requests); k++)
      fake_driver_say_ring (&group.bad, requests[k], k % 2, 0, group.bad.call_in[k % 2]);
    fake_driver_say (&group.bad, 5, table, sizeof table, &group.bad.memory_fd, 1);
  }
  CU_ASSERT_EQUAL (group.closed, 0);
  CU_ASSERT_TRUE (count_fds () <= before + 1);
  teardown (&group);
}

/* Eight descriptors with a message that takes none, and more than the message may have. */
static void
test_superfluous_descriptors (void)
{
  Group group;
  int fds[16];
  setup (&group);
  guint before = count_fds ();
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = group.bad.memory_fd;
  guint32 body[2] = { 0, FAKE_RING_SIZE };
  for (guint i = 0; i < 100; i++)
    fake_driver_say (&group.bad, 8, body, sizeof body, fds, i % 16);
  CU_ASSERT_EQUAL (count_fds (), before);
  teardown (&group);
}

/* The driver lets go and comes back a thousand times; frames of the others pass all the while. */
static void
test_thousand_resets (void)
{
  Group group;
  setup (&group);
  for (guint i = 0; i < 1000; i++) {
    for (guint ring = 0; ring < 2; ring++) {
      fake_driver_say_ring (&group.bad, 18, ring, 0, -1);
      if (i % 2 == 0) {
        guint32 request, answer[2];
        fake_driver_say_ring (&group.bad, 11, ring, 0, -1);
        CU_ASSERT_EQUAL (fake_driver_hear (&group.bad, &request, answer, sizeof answer), 8);
      }
    }
    memset (group.bad.memory + FAKE_RING (0), 0, 0x20000);
    memset (group.bad.avail, 0, sizeof group.bad.avail);
    memset (group.bad.used, 0, sizeof group.bad.used);
    fake_driver_boot (&group.bad, 0);
    if (i % 50 == 0)
      CU_ASSERT_TRUE (passes (&group.a, &group.b));
  }
  CU_ASSERT_EQUAL (group.closed, 0);
  teardown (&group);
}

/* A guest that cuts its memory short while frames are in it loses itself, at once and told. */
static void
test_cut_memory (void)
{
  static const guint parts[] = { 12, 1400 };
  static const gsize cuts[] = { FAKE_BUFFERS, FAKE_RING (1), FAKE_RING (0), 4096, 0 };
  guint8 bytes[3000] = { 0 };
  CU_ASSERT_EQUAL (vbet_guest_memory_guard (), 0);
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    for (guint ring = 0; ring < 2; ring++) {
      Group group;
      setup (&group);
      fake_driver_fill (&group.bad, 8);
      fake_driver_transmit (&group.bad, 0, bytes, parts, 2);
      CU_ASSERT_EQUAL (ftruncate (group.bad.memory_fd, (off_t)cuts[i]), 0);
      eventfd_t one = 1;
      CU_ASSERT_EQUAL (write (group.bad.kick[ring], &one, sizeof one), 8);
      fake_switch_pump (&group.to);
      if (ring == 1)
        CU_ASSERT_EQUAL (group.closed, 1);
      teardown (&group);
    }
  }
}

/* Written to: the frame for it has nowhere to go. */
static void
test_cut_receiver (void)
{
  Group group;
  guint8 bytes[LITTLE] = { 0 };
  guint part = LITTLE;
  setup (&group);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "ab"), 0);
  wire (&group.to, "bad", "a", "bad");
  fake_driver_fill (&group.bad, 8);
  CU_ASSERT_EQUAL (ftruncate (group.bad.memory_fd, FAKE_BUFFERS), 0);
  fake_driver_transmit (&group.a, 0, bytes, &part, 1);
  fake_driver_kick (&group.a, 1);
  CU_ASSERT_EQUAL (group.closed, 1);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "bad"), 0);
  wire (&group.to, "ab", "a", "b");
  teardown (&group);
}

/* What a guest shares with the switch it can make wait; the switch must not. (It would for ever: the test has
 * an alarm.) */
static void
test_blocking_notifiers (void)
{
  Group group;
  int ends[2];
  guint8 bytes[LITTLE] = { 0 };
  guint part = LITTLE;
  setup (&group);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "ab"), 0);
  wire (&group.to, "bad", "a", "bad");
  fake_driver_fill (&group.bad, 32);
  alarm (60);
  CU_ASSERT_EQUAL (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  while (write (ends[1], bytes, sizeof bytes) > 0)
    continue;
  fake_driver_say_ring (&group.bad, 13, 0, 0, ends[1]);
  fcntl (ends[1], F_SETFL, 0);
  fake_driver_transmit (&group.a, 0, bytes, &part, 1);
  fake_driver_kick (&group.a, 1);
  close (ends[0]);
  close (ends[1]);
  alarm (0);
  CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "bad"), 0);
  wire (&group.to, "ab", "a", "b");
  teardown (&group);
}

/* What waits when it is full, and cannot be told not to, or not on every host, is no place to notify at. */
static void
test_refused_notifiers (void)
{
  for (guint kind = 0; kind < 2; kind++) {
    Group group;
    int ends[2] = { -1, -1 };
    setup (&group);
    CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "ab"), 0);
    wire (&group.to, "bad", "a", "bad");
    if (kind == 0)
      ends[1] = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
    else
      CU_ASSERT_EQUAL (pipe2 (ends, O_CLOEXEC | O_NONBLOCK), 0);
    guint closed = group.closed;
    fake_driver_say_ring (&group.bad, 13, 0, 0, ends[1]);
    CU_ASSERT_EQUAL (group.closed, closed + 1);
    close (ends[1]);
    if (ends[0] >= 0)
      close (ends[0]);
    CU_ASSERT_EQUAL (vbet_fabric_remove_cable (group.to.fabric, "bad"), 0);
    wire (&group.to, "ab", "a", "b");
    teardown (&group);
  }
}

/* --- a keeper that is busy ------------------------------------------------------------------------ */

typedef struct {
  gboolean busy;
  guint kept;
} Keeper;

static void
keep (const char *device, guint nic, guint64 serial, const guint8 *message, gsize size, const int *fds,
      guint n_fds, gpointer user_data)
{
  Keeper *keeper = user_data;
  (void)device, (void)nic, (void)serial, (void)message, (void)size, (void)fds, (void)n_fds;
  keeper->kept++;
}

static gboolean
keeper_is_busy (gpointer user_data)
{
  return ((Keeper *)user_data)->busy;
}

/* While what is to be kept does not go out, a guest that talks is not listened to. */
static void
test_busy_keeper (void)
{
  static const VbetVhostCallbacks callbacks = { NULL, keep, keeper_is_busy };
  FakeSwitch to;
  FakeDriver d, other;
  Keeper keeper = { 0 };
  fake_switch_init (&to);
  join (&to, &other, "b");
  fake_driver_connect (&d, &to, "a", &callbacks, &keeper);
  fake_driver_boot (&d, 0);
  wire (&to, "k", "a", "b");
  guint before = keeper.kept;
  keeper.busy = TRUE;
  for (guint i = 0; i < 50; i++)
    fake_driver_say_ring (&d, 13, 0, 0, d.call_in[0]);
  CU_ASSERT_EQUAL (keeper.kept, before);
  CU_ASSERT_TRUE (passes (&d, &other)); /* its frames go on */
  keeper.busy = FALSE;
  fake_switch_pump (&to); /* notices */
  fake_switch_pump (&to);
  CU_ASSERT_EQUAL (keeper.kept, before + 50);
  keeper.busy = TRUE;
  fake_driver_say_ring (&d, 13, 0, 0, d.call_in[0]);
  fake_switch_finish (&to); /* gone while it waits */
  fake_driver_finish (&d);
  fake_driver_finish (&other);
}

static CU_TestInfo tests[] = {
  { "the switch dies during a boot", test_dies_during_boot },
  { "a question is answered once", test_answered_once },
  { "what a dead switch did not say", test_says_it_again },
  { "chains that are no frames", test_sizes },
  { "a flood of broadcasts", test_flood_of_broadcasts },
  { "tiny segments", test_tiny_segments },
  { "a message a thousand times", test_repeats },
  { "descriptors nobody asked for", test_superfluous_descriptors },
  { "a thousand resets", test_thousand_resets },
  { "memory that is cut short", test_cut_memory },
  { "memory to write to that is cut short", test_cut_receiver },
  { "notifiers that block", test_blocking_notifiers },
  { "notifiers that wait are refused", test_refused_notifiers },
  { "a busy keeper", test_busy_keeper },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "vhost faults", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
