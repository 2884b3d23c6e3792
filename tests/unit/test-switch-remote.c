/* test-switch-remote.c - the real vbet-switch with a cable that goes on by UDP; the far end is a socket of
 * the test. */
#include "config.h"

#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/lab/remote.h"
#include "switch/core/far-end.h"
#include "switch/core/vxlan.h"
#include "unit/switch-fixture.h"

/* Returns: a UDP socket at 127.0.0.1, not blocking. @port: to be bound to, 0: any, then that which it has. */
static int
open_udp (guint *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16)*port) };
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  CU_ASSERT_EQUAL_FATAL (bind (fd, (struct sockaddr *)&address, sizeof address), 0);
  CU_ASSERT_EQUAL (getsockname (fd, (struct sockaddr *)&address, &size), 0);
  *port = ntohs (address.sin_port);
  return fd;
}

static guint
free_port (void)
{
  guint port = 0;
  close (open_udp (&port));
  return port;
}

static void
send_to (int fd, guint port, gconstpointer data, gsize size)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16)port) };
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  CU_ASSERT_EQUAL (sendto (fd, data, size, 0, (struct sockaddr *)&address, sizeof address), (gssize)size);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **ret_result = data;
  (void)source;
  *ret_result = g_object_ref (result);
}

static VbetRemoteSocket *
open_remote (guint peer, guint listen, gboolean any_port, int replaces, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *peer_text = g_strdup_printf ("127.0.0.1:%u", peer);
  g_autofree char *listen_text = g_strdup_printf ("%u", listen);
  vbet_remote_open_async (peer_text, listen_text, any_port, replaces, NULL, on_opened, &result);
  UNTIL (result != NULL);
  return vbet_remote_open_finish (result, error);
}

typedef struct {
  SwitchFixture f;
  int guest;
  int peer;
  guint peer_port;
  guint here;
  gint64 vni;
  VbetRemoteSocket *socket;
} World;

static void
setup (World *world, gint64 vni)
{
  g_autoptr (GError) error = NULL;
  memset (world, 0, sizeof *world);
  world->vni = vni;
  world->here = free_port ();
  world->peer = open_udp (&world->peer_port);
  sw_setup (&world->f);
  sw_add_guest (&world->f, "a");
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_add_outside_port (world->f.client, "far", 1, 1500, &error));
  vbet_switch_client_set_carrier (world->f.client, "far", 1, FALSE);
  world->socket = open_remote (world->peer_port, world->here, vni >= 0, -1, &error);
  CU_ASSERT_PTR_NOT_NULL_FATAL (world->socket);
  VbetSwitchRemote remote = { .vni = vni, .to = &world->socket->to, .to_size = world->socket->to_size };
  CU_ASSERT_TRUE_FATAL (
      vbet_switch_client_connect_remote (world->f.client, "far", 1, world->socket->fd, &remote, &error));
  sw_plug (&world->f, "c", "a", 1, "far", 1);
  world->guest = sw_link_up (&world->f, "a");
}

static void
teardown (World *world)
{
  close (world->guest);
  if (world->peer >= 0)
    close (world->peer);
  vbet_remote_socket_free (world->socket);
  UNTIL (!vbet_switch_client_get_connected (world->f.client, "a", 1));
  sw_teardown (&world->f);
}

static gboolean
far_is (World *world, const char *state)
{
  VbetSwitchFarEnd far_end;
  return vbet_switch_client_get_far_end (world->f.client, "far", 1, &far_end)
         && strcmp (far_end.state, state) == 0;
}

/* The next datagram at the far end, without VXLAN's header; 0: none yet. */
static gsize
take (World *world, guint8 data[2000])
{
  gssize size = recv (world->peer, data, 2000, 0);
  if (size <= 0 || world->vni < 0)
    return size > 0 ? (gsize)size : 0;
  CU_ASSERT_TRUE (vbet_vxlan_read (data, (gsize)size, (guint32)world->vni));
  memmove (data, data + VBET_VXLAN_HEADER, (gsize)size - VBET_VXLAN_HEADER);
  return (gsize)size - VBET_VXLAN_HEADER;
}

/* Whether the next datagram that came is a hello with that carrier; others are passed over. */
static gboolean
hears_hello (World *world, gboolean carrier)
{
  guint8 data[2000], hello[VBET_FAR_HELLO_SIZE];
  gsize size;
  vbet_far_hello_write (carrier, NULL, hello);
  while ((size = take (world, data)) > 0)
    if (size == sizeof hello && memcmp (data, hello, size) == 0)
      return TRUE;
  return FALSE;
}

/* Whether a frame of the guest with @marker came. */
static gboolean
hears_frame (World *world, guint32 marker, guint size)
{
  guint8 data[2000], frame[2000];
  gsize got;
  sw_fill_frame (frame, size, 9, 1, marker);
  while ((got = take (world, data)) > 0)
    if (got == size && memcmp (data, frame, size) == 0)
      return TRUE;
  return FALSE;
}

/* The far end sends, from @fd, what @header (VXLAN's, if @vni) and a frame make. */
static void
say_frame (World *world, int fd, gint64 vni, guint32 marker, guint size)
{
  guint8 data[2000];
  guint header = vni >= 0 ? VBET_VXLAN_HEADER : 0;
  if (vni >= 0)
    vbet_vxlan_write ((guint32)vni, data);
  sw_fill_frame (data + header, size, 1, 9, marker);
  send_to (fd, world->here, data, size + header);
}

static void
assert_guest_gets (World *world, guint32 expected)
{
  guint32 marker = 0;
  CU_ASSERT_TRUE (sw_get (world->guest, &marker) > 0);
  CU_ASSERT_EQUAL (marker, expected);
}

static guint64
dropped (World *world)
{
  return vbet_switch_state_find_port (sw_state (&world->f), "far", 1)->tx.dropped;
}

/* Both ways, short and full. */
static void
assert_passes (World *world, guint32 marker)
{
  const guint sizes[] = { 60, 1514 };
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    CU_ASSERT_EQUAL (sw_put (world->guest, 9, 1, marker + i, sizes[i]), 0);
    UNTIL (hears_frame (world, marker + i, sizes[i]));
    say_frame (world, world->peer, world->vni, marker + 10 + i, sizes[i]);
    assert_guest_gets (world, marker + 10 + i);
  }
}

/* --- tests ------------------------------------------------------------------------------- */

static void
test_plain (void)
{
  World world;
  guint any = 0;
  setup (&world, -1);
  UNTIL (hears_hello (&world, FALSE));
  vbet_switch_client_set_carrier (world.f.client, "far", 1, TRUE);
  UNTIL (hears_hello (&world, TRUE));
  /* Nobody else is heard; what is empty or short is no end. */
  int stranger = open_udp (&any);
  say_frame (&world, stranger, -1, 1, 60);
  send_to (world.peer, world.here, "", 0);
  send_to (world.peer, world.here, "short", 5);
  assert_passes (&world, 100);
  UNTIL (vbet_switch_client_get_connected (world.f.client, "far", 1)); /* the switch tells it by and by */
  CU_ASSERT_EQUAL (dropped (&world), 1);
  close (stranger);
  /* A hello is not passed on. */
  guint8 hello[VBET_FAR_HELLO_SIZE];
  vbet_far_hello_write (FALSE, NULL, hello);
  send_to (world.peer, world.here, hello, sizeof hello);
  UNTIL (far_is (&world, "cut"));
  CU_ASSERT_FALSE (vbet_switch_client_get_connected (world.f.client, "far", 1));
  vbet_far_hello_write (TRUE, NULL, hello);
  send_to (world.peer, world.here, hello, sizeof hello);
  UNTIL (far_is (&world, "heard"));
  assert_passes (&world, 200);
  teardown (&world);
}

static void
test_gone_and_back (void)
{
  World world;
  setup (&world, -1);
  assert_passes (&world, 100);
  close (world.peer);
  world.peer = -1;
  UNTIL (far_is (&world, "refused"));
  CU_ASSERT_FALSE (vbet_switch_client_get_connected (world.f.client, "far", 1));
  /* Many frames into the void end nothing. */
  for (guint i = 0; i < 200; i++)
    sw_put (world.guest, 9, 1, i, 60);
  world.peer = open_udp (&world.peer_port);
  UNTIL (hears_hello (&world, FALSE));
  say_frame (&world, world.peer, -1, 300, 60);
  assert_guest_gets (&world, 300);
  UNTIL (far_is (&world, "heard"));
  assert_passes (&world, 400);
  /* The process dies; the next one has the socket. */
  kill (vbet_switch_client_get_pid (world.f.client), SIGKILL);
  UNTIL (world.f.restarts == 1);
  assert_passes (&world, 500);
  teardown (&world);
}

static gboolean
far_end_says (World *world, gboolean clash, const char *lab)
{
  VbetSwitchFarEnd far_end;
  return vbet_switch_client_get_far_end (world->f.client, "far", 1, &far_end) && far_end.clash == clash
         && g_strcmp0 (far_end.lab, lab) == 0;
}

static void
on_far_end (VbetSwitchClient *client, const char *device, gpointer data)
{
  (void)client;
  VBET_ASSERT_TEXT (device, "far");
  ++*(guint *)data;
}

static void
say_identity (World *world, guint8 run, guint8 macs, const char *lab)
{
  guint8 hello[VBET_FAR_HELLO_SIZE];
  VbetFarIdentity whose = { 0 };
  memset (whose.run, run, sizeof whose.run);
  memset (whose.macs, macs, sizeof whose.macs);
  vbet_far_identity_set_lab (&whose, lab);
  vbet_far_hello_write (TRUE, &whose, hello);
  send_to (world->peer, world->here, hello, sizeof hello);
}

/* Whether the next hello that came is one of that identity; others are passed over. */
static gboolean
hears_identity (World *world, const VbetSwitchIdentity *identity)
{
  guint8 data[2000];
  gsize size;
  while ((size = take (world, data)) > 0) {
    VbetFarEnd far_end;
    vbet_far_end_init (&far_end, 0);
    if (vbet_far_end_heard (&far_end, &(VbetFrame){ .data = data, .size = (guint)size }, 1) && far_end.known
        && memcmp (far_end.identity.run, identity->run, sizeof identity->run) == 0
        && memcmp (far_end.identity.macs, identity->macs, sizeof identity->macs) == 0
        && strcmp (far_end.identity.lab, identity->lab) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
test_identity (void)
{
  World world;
  guint told = 0;
  VbetSwitchIdentity identity = { { 1, 2, 3 }, { 7, 7 }, "lab" };
  memset (identity.macs, 7, sizeof identity.macs);
  setup (&world, -1);
  g_signal_connect (world.f.client, "far-end", G_CALLBACK (on_far_end), &told);
  /* As long as nobody says whose this end is, it clashes with nobody. */
  say_identity (&world, 9, 7, "other");
  UNTIL (far_end_says (&world, FALSE, "other"));
  vbet_switch_client_set_identity (world.f.client, &identity);
  UNTIL (hears_identity (&world, &identity));
  say_identity (&world, 9, 7, "other");
  UNTIL (far_end_says (&world, TRUE, "other"));
  CU_ASSERT_TRUE (told >= 2);
  assert_passes (&world, 100);
  /* The next process says it, too. */
  kill (vbet_switch_client_get_pid (world.f.client), SIGKILL);
  UNTIL (world.f.restarts == 1);
  UNTIL (hears_identity (&world, &identity));
  say_identity (&world, 9, 7, "other");
  UNTIL (far_end_says (&world, TRUE, "other"));
  /* A seed here. */
  memset (identity.macs, 8, sizeof identity.macs);
  vbet_switch_client_set_identity (world.f.client, &identity);
  UNTIL (hears_identity (&world, &identity));
  UNTIL ((say_identity (&world, 9, 7, "other"), far_end_says (&world, FALSE, "other")));
  teardown (&world);
}

static void
test_vxlan (void)
{
  World world;
  guint any = 0;
  setup (&world, 42);
  UNTIL (hears_hello (&world, FALSE));
  int other_port = open_udp (&any);
  say_frame (&world, other_port, 43, 1, 60);
  say_frame (&world, other_port, -1, 2, 60);
  send_to (other_port, world.here, "", 0);
  send_to (other_port, world.here, "\x08\0\0\0\0\0\x2a", 7);
  say_frame (&world, other_port, 42, 3, 60); /* senders of VXLAN choose their ports */
  assert_guest_gets (&world, 3);
  CU_ASSERT_EQUAL (dropped (&world), 4);
  assert_passes (&world, 100);
  kill (vbet_switch_client_get_pid (world.f.client), SIGKILL);
  UNTIL (world.f.restarts == 1);
  assert_passes (&world, 200);
  close (other_port);
  teardown (&world);
}

static void
test_another_socket (void)
{
  World world;
  g_autoptr (GError) error = NULL;
  setup (&world, -1);
  assert_passes (&world, 100);
  /* Not beside the old one, but in its place. */
  CU_ASSERT_PTR_NULL (open_remote (world.peer_port, world.here, FALSE, -1, &error));
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, "is in use"));
  g_clear_error (&error);
  VbetRemoteSocket *next = open_remote (world.peer_port, world.here, TRUE, world.socket->fd, &error);
  CU_ASSERT_PTR_NOT_NULL_FATAL (next);
  vbet_remote_socket_free (world.socket);
  world.socket = next;
  world.vni = 7;
  VbetSwitchRemote remote = { .vni = 7, .to = &next->to, .to_size = next->to_size };
  CU_ASSERT_TRUE (vbet_switch_client_connect_remote (world.f.client, "far", 1, next->fd, &remote, &error));
  CU_ASSERT_TRUE (far_is (&world, "trying"));
  CU_ASSERT_FALSE (vbet_switch_client_get_connected (world.f.client, "far", 1));
  sw_state (&world.f); /* the process has it */
  guint8 data[2000];
  while (recv (world.peer, data, sizeof data, 0) >= 0) /* of the old one */
    ;
  UNTIL (hears_hello (&world, FALSE));
  assert_passes (&world, 200);
  teardown (&world);
  CU_ASSERT_PTR_NULL (open_remote (world.here, world.here, FALSE, -1, &error));
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  CU_ASSERT_PTR_NOT_NULL (strstr (error->message, "this end itself"));
}

static CU_TestInfo tests[] = {
  { "frames, hellos, strangers", test_plain },
  { "the far end goes and comes back", test_gone_and_back },
  { "VXLAN", test_vxlan },
  { "another socket", test_another_socket },
  { "whose hellos are", test_identity },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "remotes", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
