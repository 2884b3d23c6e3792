/* test-switch-client.c - the real vbet-switch behind the engine's client: plugging, guests that misbehave, death. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "engine/switch/client-private.h"
#include "unit/switch-fixture.h"

/* --- tests: cables --------------------------------------------------------------------------------- */

static const VbetCableSettings *
cut_cable (VbetCableSettings *settings, gboolean up)
{
  vbet_cable_settings_init (settings);
  settings->quality[0].up = settings->quality[1].up = up;
  return settings;
}

static void
test_plug_while_frames_flow (void)
{
  VbetCableSettings settings;
  SwitchFixture f;
  int fds[2];
  guint32 marker = 0;
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  sw_add_pair (&f, "a", "b", fds);
  sw_assert_passes (fds[0], fds[1], 1);
  sw_assert_passes (fds[1], fds[0], 2);
  CU_ASSERT_TRUE (vbet_switch_client_remove_cable (f.client, "ab", &error));
  sw_state (&f);
  for (guint i = 0; i < 50; i++)
    CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 100 + i, 64), 0);
  UNTIL (vbet_switch_state_find_port (sw_state (&f), "a", 1)->tx.dropped == 50);
  sw_plug (&f, "other", "b", 1, "a", 1);
  sw_state (&f);
  sw_assert_passes (fds[0], fds[1], 3);
  CU_ASSERT_TRUE (vbet_switch_client_set_cable (f.client, "other", cut_cable (&settings, FALSE), &error));
  sw_state (&f);
  CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 200, 64), 0);
  UNTIL (vbet_switch_state_find_cable (sw_state (&f), "other")->ba.dropped == 1);
  CU_ASSERT_TRUE (vbet_switch_client_set_cable (f.client, "other", cut_cable (&settings, TRUE), &error));
  sw_state (&f);
  sw_assert_passes (fds[0], fds[1], 4);
  CU_ASSERT_EQUAL (recv (fds[1], &marker, sizeof marker, MSG_DONTWAIT), -1);
  CU_ASSERT_EQUAL (errno, EAGAIN);
  close (fds[0]);
  close (fds[1]);
  UNTIL (f.closes == 2);
  sw_teardown (&f);
}

static void
test_star_and_addresses (void)
{
  VbetSwitchBridgeSettings forgetful = { .ageing = 0, .priority = 32768 };
  SwitchFixture f;
  int fds[3];
  guint32 marker = 0;
  g_autoptr (GError) error = NULL;
  static const char *const names[] = { "h1", "h2", "h3" };
  sw_setup (&f);
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_add_bridge (f.client, "sw", "switch", 300, NULL, &error));
  for (guint i = 0; i < 3; i++) {
    g_autofree char *cable = g_strdup_printf ("k%u", i);
    sw_add_guest (&f, names[i]);
    CU_ASSERT_TRUE (vbet_switch_client_add_bridge_port (f.client, "sw", i + 1, "sw", &error));
    sw_plug (&f, cable, names[i], 1, "sw", i + 1);
    fds[i] = sw_link_up (&f, names[i]);
  }
  UNTIL (f.connects == 3);
  sw_state (&f);
  CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 7, 64), 0); /* unknown: flooded */
  CU_ASSERT_EQUAL (sw_get (fds[1], &marker), 64);
  CU_ASSERT_EQUAL (sw_get (fds[2], &marker), 64);
  CU_ASSERT_EQUAL (sw_put (fds[1], 1, 2, 8, 64), 0); /* learned */
  CU_ASSERT_EQUAL (sw_get (fds[0], &marker), 64);
  CU_ASSERT_EQUAL (sw_put (fds[2], 1, 3, 9, 64), 0);
  CU_ASSERT_EQUAL (sw_get (fds[0], &marker), 64);
  CU_ASSERT_EQUAL (sw_get_within (fds[1], &marker, 0), -EAGAIN);
  const VbetSwitchState *now = sw_state (&f);
  const VbetSwitchBridgeState *bridge = vbet_switch_state_find_bridge (now, "sw");
  CU_ASSERT_PTR_NOT_NULL_FATAL (bridge);
  CU_ASSERT_EQUAL (bridge->flooded, 1);
  CU_ASSERT_EQUAL (bridge->ageing, 300);
  CU_ASSERT_EQUAL (bridge->addresses, 3);
  CU_ASSERT_EQUAL (bridge->macs->len, 3);
  for (guint i = 0; i < bridge->macs->len; i++) {
    const VbetSwitchMac *mac = &g_array_index (bridge->macs, VbetSwitchMac, i);
    CU_ASSERT_EQUAL (mac->mac[5], mac->nic);
    CU_ASSERT_TRUE (mac->age >= 0 && mac->age < 300);
  }
  CU_ASSERT_EQUAL (vbet_switch_state_find_port (now, "h1", 1)->rx.frames, 2);
  CU_ASSERT_EQUAL (vbet_switch_state_find_port (now, "h1", 1)->tx.bytes, 64);
  VBET_ASSERT_TEXT (vbet_switch_state_find_port (now, "sw", 2)->cable, "k1");
  CU_ASSERT_EQUAL (vbet_switch_state_find_cable (now, "k0")->ba.frames, 2);
  CU_ASSERT_TRUE (vbet_switch_client_set_bridge (f.client, "sw", &forgetful, &error));
  CU_ASSERT_EQUAL (vbet_switch_state_find_bridge (sw_state (&f), "sw")->macs->len, 0);
  CU_ASSERT_TRUE (vbet_switch_client_remove_bridge (f.client, "sw", &error));
  CU_ASSERT_EQUAL (sw_state (&f)->cables->len, 0);
  for (guint i = 0; i < 3; i++)
    close (fds[i]);
  UNTIL (f.closes == 3);
  sw_teardown (&f);
}

/* --- tests: guests that misbehave --------------------------------------------------------------------- */

static void
test_slow_reader (void)
{
  enum { FRAMES = 20000, WINDOW = 32 };
  SwitchFixture f;
  int slow[2];
  int quick[2];
  guint32 marker = 0;
  sw_setup (&f);
  sw_add_pair (&f, "a", "b", slow); /* b never reads */
  sw_add_pair (&f, "c", "d", quick);
  for (guint32 i = 0; i < FRAMES; i++) {
    CU_ASSERT_TRUE (sw_put (slow[0], 2, 1, i, 1000) == 0 || errno == EAGAIN);
    CU_ASSERT_EQUAL_FATAL (sw_put (quick[0], 4, 3, i, 1000), 0);
    if (i >= WINDOW) {
      CU_ASSERT_EQUAL_FATAL (sw_get (quick[1], &marker), 1000);
      CU_ASSERT_EQUAL_FATAL (marker, i - WINDOW);
    }
  }
  const VbetSwitchState *now = sw_state (&f);
  const VbetSwitchPortState *b = vbet_switch_state_find_port (now, "b", 1);
  CU_ASSERT_EQUAL (b->queued, 1024);
  CU_ASSERT_TRUE (b->rx.dropped > 100);
  CU_ASSERT_EQUAL (vbet_switch_state_find_port (now, "d", 1)->rx.dropped, 0);
  /* it begins to read: what was queued comes, in order, and then the line works as before */
  guint32 last = 0;
  guint got = 0;
  while (sw_get_within (slow[1], &marker, got < 1024 ? 10000 : 0) == 1000) {
    CU_ASSERT_TRUE_FATAL (got == 0 || marker > last);
    last = marker;
    got++;
  }
  CU_ASSERT_TRUE (got > 1024);
  UNTIL (vbet_switch_state_find_port (sw_state (&f), "b", 1)->queued == 0);
  while (sw_get_within (slow[1], &marker, 0) == 1000)
    ;
  sw_assert_passes (slow[0], slow[1], 77);
  for (guint i = 0; i < 2; i++) {
    close (slow[i]);
    close (quick[i]);
  }
  UNTIL (f.closes == 4);
  sw_teardown (&f);
}

static void
test_sizes (void)
{
  SwitchFixture f;
  int fds[2];
  guint32 marker = 0;
  sw_setup (&f);
  sw_add_pair (&f, "a", "b", fds);
  CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 1, 1519), 0); /* one too long */
  CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 1, 4000), 0); /* longer than any buffer */
  CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 1, 13), 0);   /* a runt */
  CU_ASSERT_EQUAL (send (fds[0], "", 0, 0), 0);        /* nothing at all */
  CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 2, 1518), 0);
  CU_ASSERT_EQUAL (sw_get (fds[1], &marker), 1518);
  CU_ASSERT_EQUAL (marker, 2);
  CU_ASSERT_EQUAL (sw_put (fds[0], 2, 1, 3, 14), 0);
  CU_ASSERT_EQUAL (sw_get (fds[1], &marker), 14);
  const VbetSwitchPortState *a = vbet_switch_state_find_port (sw_state (&f), "a", 1);
  CU_ASSERT_EQUAL (a->tx.frames, 2);
  CU_ASSERT_EQUAL (a->tx.dropped, 4);
  close (fds[0]);
  close (fds[1]);
  UNTIL (f.closes == 2);
  sw_teardown (&f);
}

/* A jumbo port beside ordinary ones: long frames pass between jumbo ports only. */
static void
test_jumbo (void)
{
  SwitchFixture f;
  guint32 marker = 0;
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  for (guint i = 0; i < 2; i++) {
    g_autofree char *path = sw_socket_path (&f, i == 0 ? "a" : "b");
    CU_ASSERT_TRUE (vbet_switch_client_add_guest_port (f.client, i == 0 ? "a" : "b", 1, 3900, path, &error));
  }
  sw_plug (&f, "ab", "a", 1, "b", 1);
  int a = sw_link_up (&f, "a");
  int b = sw_link_up (&f, "b");
  UNTIL (f.connects == 2);
  sw_state (&f);
  CU_ASSERT_EQUAL (sw_put (a, 2, 1, 5, 3918), 0);
  CU_ASSERT_EQUAL (sw_get (b, &marker), 3918);
  sw_add_guest (&f, "c");
  CU_ASSERT_TRUE (vbet_switch_client_remove_cable (f.client, "ab", &error));
  sw_plug (&f, "ac", "a", 1, "c", 1);
  int c = sw_link_up (&f, "c");
  UNTIL (f.connects == 3);
  sw_state (&f);
  CU_ASSERT_EQUAL (sw_put (a, 2, 1, 6, 3918), 0);
  CU_ASSERT_EQUAL (sw_put (a, 2, 1, 7, 1500), 0);
  CU_ASSERT_EQUAL (sw_get (c, &marker), 1500);
  CU_ASSERT_EQUAL (vbet_switch_state_find_port (sw_state (&f), "c", 1)->rx.dropped, 1);
  close (a);
  close (b);
  close (c);
  UNTIL (f.closes == 3);
  sw_teardown (&f);
}

/* A guest that reboots leaves its old connection open and makes a new one: the new one counts. */
static void
test_replaced_connection (void)
{
  SwitchFixture f;
  int fds[2];
  guint32 marker = 0;
  sw_setup (&f);
  sw_add_pair (&f, "a", "b", fds);
  sw_assert_passes (fds[0], fds[1], 1);
  int newer = sw_link_up (&f, "b");
  CU_ASSERT_EQUAL (sw_get (fds[1], &marker), 0); /* the old one ends */
  sw_assert_passes (fds[0], newer, 2);
  sw_assert_passes (newer, fds[0], 3);
  CU_ASSERT_TRUE (vbet_switch_client_get_connected (f.client, "b", 1));
  CU_ASSERT_EQUAL (f.closes, 0);
  close (fds[1]);
  sw_assert_passes (fds[0], newer, 4);
  close (newer);
  UNTIL (f.closes == 1);
  CU_ASSERT_FALSE (vbet_switch_client_get_connected (f.client, "b", 1));
  close (fds[0]);
  UNTIL (f.closes == 2);
  sw_teardown (&f);
}

/* A guest that resets its NIC again and again disturbs nobody, and its NIC works in the end. */
static void
test_many_resets (void)
{
  SwitchFixture f;
  int fds[2];
  int quick[2];
  sw_setup (&f);
  sw_add_pair (&f, "a", "b", fds);
  sw_add_pair (&f, "c", "d", quick);
  for (guint i = 0; i < 150; i++) {
    close (fds[1]);
    fds[1] = sw_link_up (&f, "b");
    sw_assert_passes (quick[0], quick[1], i);
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  CU_ASSERT_EQUAL (sw_put (fds[1], 1, 2, 42, 64), 0);
  guint32 marker = 0;
  CU_ASSERT_EQUAL (sw_get (fds[0], &marker), 64);
  CU_ASSERT_EQUAL (marker, 42);
  sw_assert_passes (fds[0], fds[1], 43);
  for (guint i = 0; i < 2; i++) {
    close (fds[i]);
    close (quick[i]);
  }
  UNTIL (!vbet_switch_client_get_connected (f.client, "a", 1)
         && !vbet_switch_client_get_connected (f.client, "b", 1));
  sw_teardown (&f);
}

/* Two switches joined twice: one broadcast circles for ever. Others pass undisturbed, and unplugging ends it. */
static void
test_storm (void)
{
  SwitchFixture f;
  int quick[2];
  guint32 marker = 0;
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  for (guint i = 0; i < 2; i++) {
    const char *name = i == 0 ? "s1" : "s2";
    CU_ASSERT_TRUE (vbet_switch_client_add_bridge (f.client, name, "switch", 300, NULL, &error));
    for (guint nic = 1; nic <= 3; nic++)
      CU_ASSERT_TRUE (vbet_switch_client_add_bridge_port (f.client, name, nic, name, &error));
  }
  sw_plug (&f, "loop1", "s1", 1, "s2", 1);
  sw_plug (&f, "loop2", "s1", 2, "s2", 2);
  sw_add_guest (&f, "h");
  sw_plug (&f, "kh", "h", 1, "s1", 3);
  int host = sw_link_up (&f, "h"); /* never reads */
  UNTIL (f.connects == 1);
  sw_add_pair (&f, "a", "b", quick);
  CU_ASSERT_EQUAL (sw_put (host, 0xff, 1, 1, 60), 0);
  UNTIL (vbet_switch_state_find_cable (sw_state (&f), "loop1")->ab.frames > 1000);
  for (guint i = 0; i < 500; i++)
    sw_assert_passes (quick[0], quick[1], i);
  CU_ASSERT_EQUAL (vbet_switch_state_find_port (sw_state (&f), "b", 1)->rx.dropped, 0);
  CU_ASSERT_TRUE (vbet_switch_client_remove_cable (f.client, "loop1", &error));
  guint64 before = 0;
  guint64 after = 1;
  UNTIL ((before = after, after = vbet_switch_state_find_cable (sw_state (&f), "loop2")->ab.frames)
         == before);
  while (sw_get_within (host, &marker, 0) == 60)
    ;
  sw_assert_passes (quick[0], quick[1], 9999);
  close (host);
  close (quick[0]);
  close (quick[1]);
  UNTIL (f.closes == 3);
  sw_teardown (&f);
}

/* --- tests: the process dies ------------------------------------------------------------------------------ */

static void
test_killed_under_load (void)
{
  VbetCableSettings settings;
  SwitchFixture f;
  int fds[2];
  guint32 marker = 0;
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  CU_ASSERT_TRUE (vbet_switch_client_add_bridge (f.client, "sw", "switch", 300, NULL, &error));
  sw_add_pair (&f, "a", "b", fds);
  sw_add_guest (&f, "c"); /* over a switch, cable down */
  CU_ASSERT_TRUE (vbet_switch_client_add_bridge_port (f.client, "sw", 1, "sw", &error));
  CU_ASSERT_TRUE (
      vbet_switch_client_add_cable (f.client, "kc", "c", 1, "sw", 1, cut_cable (&settings, FALSE), &error));
  for (guint round = 1; round <= 3; round++) {
    for (guint32 i = 0; i < 40; i++)
      sw_put (fds[0], 2, 1, 1000 + i, 500);
    CU_ASSERT_EQUAL (kill (vbet_switch_client_get_pid (f.client), SIGKILL), 0);
    for (guint32 i = 0; i < 40; i++) /* nobody reads now: the socket takes what it holds, and never ends */
      CU_ASSERT_TRUE (sw_put (fds[0], 2, 1, 2000 + i, 500) == 0 || errno == EAGAIN);
    UNTIL (f.restarts == round);
    CU_ASSERT_EQUAL (vbet_switch_client_get_restarts (f.client), round);
    gssize n;
    do
      n = sw_get (fds[1], &marker); /* what was under way, never an end-of-file */
    while (n == 500 && marker != 2000 + 39);
    CU_ASSERT_EQUAL (n, 500);
    sw_assert_passes (fds[0], fds[1], round);
    sw_assert_passes (fds[1], fds[0], round + 100);
  }
  CU_ASSERT_EQUAL (f.closes, 0);
  CU_ASSERT_FALSE (vbet_switch_state_find_cable (sw_state (&f), "kc")->up[0]);
  CU_ASSERT_PTR_NOT_NULL (vbet_switch_state_find_bridge (sw_state (&f), "sw"));
  close (fds[0]);
  close (fds[1]);
  UNTIL (f.closes == 2);
  sw_teardown (&f);
}

/* Everything that happens while there is no process is true when there is one again. */
static void
test_changes_while_dead (void)
{
  SwitchFixture f;
  int fds[2];
  int quick[2];
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  sw_add_pair (&f, "a", "b", fds);
  CU_ASSERT_EQUAL (kill (vbet_switch_client_get_pid (f.client), SIGKILL), 0);
  close (fds[1]);
  fds[1] = sw_link_up (&f, "b");
  sw_add_guest (&f, "c");
  CU_ASSERT_TRUE (vbet_switch_client_remove_cable (f.client, "ab", &error));
  sw_plug (&f, "ca", "c", 1, "a", 1);
  quick[0] = sw_link_up (&f, "c");
  UNTIL (f.restarts == 1 && f.connects >= 3);
  sw_state (&f);
  sw_assert_passes (quick[0], fds[0], 1);
  CU_ASSERT_EQUAL (sw_state (&f)->cables->len, 1);
  CU_ASSERT_TRUE (vbet_switch_client_remove_port (f.client, "c", 1, &error));
  guint32 marker;
  CU_ASSERT_EQUAL (sw_get (quick[0], &marker), 0);
  close (quick[0]);
  close (fds[0]);
  close (fds[1]);
  UNTIL (!vbet_switch_client_get_connected (f.client, "a", 1)
         && !vbet_switch_client_get_connected (f.client, "b", 1));
  sw_teardown (&f);
}

/* A process that hangs is replaced once somebody wants something of it. */
static void
test_hangs (void)
{
  VbetCableSettings settings;
  SwitchFixture f;
  int fds[2];
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  sw_add_pair (&f, "a", "b", fds);
  f.client->patience = 20000;
  GPid hung = vbet_switch_client_get_pid (f.client);
  CU_ASSERT_EQUAL (kill (hung, SIGSTOP), 0);
  gboolean up = FALSE;
  UNTIL (vbet_switch_client_get_pid (f.client) != hung
         || !vbet_switch_client_set_cable (f.client, "ab", cut_cable (&settings, up = !up), &error));
  f.client->patience = DEADLINE;
  UNTIL (f.restarts == 1);
  CU_ASSERT_TRUE (vbet_switch_client_set_cable (f.client, "ab", cut_cable (&settings, TRUE), &error));
  sw_state (&f);
  sw_assert_passes (fds[0], fds[1], 1);
  close (fds[0]);
  close (fds[1]);
  UNTIL (f.closes == 2);
  sw_teardown (&f);
}

static void
test_gives_up (void)
{
  SwitchFixture f;
  g_autoptr (GError) error = NULL;
  sw_setup_program (&f, "/bin/false");
  sw_add_guest (&f, "a");
  CU_ASSERT_TRUE (vbet_switch_client_start (f.client, &error));
  UNTIL (f.failed != NULL);
  CU_ASSERT_EQUAL (vbet_switch_client_get_pid (f.client), 0);
  vbet_switch_client_get_state_async (f.client, NULL, sw_on_state, &f);
  sw_teardown (&f);
}

static void
test_cannot_start (void)
{
  SwitchFixture f;
  g_autoptr (GError) error = NULL;
  sw_setup_program (&f, "/no/such/program");
  CU_ASSERT_FALSE (vbet_switch_client_start (f.client, &error));
  CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, VBET_ERROR_HOST));
  sw_teardown (&f);
}

/* --- tests: the client's own checks -------------------------------------------------------------------------- */

#define REFUSED(call, code)                                                                                  \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GError) error = NULL;                                                                         \
    CU_ASSERT_FALSE (call);                                                                                  \
    CU_ASSERT_TRUE (g_error_matches (error, VBET_ERROR, code));                                              \
  }                                                                                                          \
  G_STMT_END

static void
test_refusals (void)
{
  VbetCableSettings settings;
  SwitchFixture f;
  g_autofree char *path = NULL;
  g_autofree char *taken = NULL;
  g_autofree char *long_path = NULL;
  g_autofree char *name = g_strnfill (100, 'x');
  sw_setup (&f);
  path = sw_socket_path (&f, "z");
  taken = sw_socket_path (&f, "file");
  long_path = sw_socket_path (&f, name);
  CU_ASSERT_TRUE (g_file_set_contents (taken, "x", 1, NULL));
  sw_add_guest (&f, "a");
  sw_add_guest (&f, "b");
  sw_add_guest (&f, "c");
  sw_plug (&f, "ab", "a", 1, "b", 1);
  VbetSwitchClient *client = f.client;
  REFUSED (vbet_switch_client_start (client, &error), VBET_ERROR_STATE);
  REFUSED (vbet_switch_client_add_guest_port (client, "a", 1, 1500, path, &error), VBET_ERROR_EXISTS);
  REFUSED (vbet_switch_client_add_guest_port (client, "z", 1, 1500, long_path, &error), VBET_ERROR_HOST);
  REFUSED (vbet_switch_client_add_guest_port (client, "z", 1, 1500, taken, &error), VBET_ERROR_EXISTS);
  REFUSED (vbet_switch_client_add_guest_port (client, "z", 0, 1500, path, &error), VBET_ERROR_USAGE);
  REFUSED (vbet_switch_client_add_guest_port (client, "z", 1, 10, path, &error), VBET_ERROR_USAGE);
  REFUSED (vbet_switch_client_add_guest_port (client, "", 1, 1500, path, &error), VBET_ERROR_USAGE);
  REFUSED (vbet_switch_client_add_guest_port (client, "z", 1, 1500, "relative", &error), VBET_ERROR_HOST);
  REFUSED (vbet_switch_client_add_bridge_port (client, "sw", 1, "sw", &error), VBET_ERROR_NOT_FOUND);
  REFUSED (vbet_switch_client_add_cable (client, "ab", "a", 1, "b", 1, NULL, &error), VBET_ERROR_EXISTS);
  REFUSED (vbet_switch_client_add_cable (client, "x", "a", 1, "c", 1, NULL, &error), VBET_ERROR_STATE);
  REFUSED (vbet_switch_client_add_cable (client, "x", "c", 1, "c", 1, NULL, &error), VBET_ERROR_USAGE);
  REFUSED (vbet_switch_client_add_cable (client, "x", "c", 2, "c", 1, NULL, &error), VBET_ERROR_NOT_FOUND);
  REFUSED (vbet_switch_client_remove_cable (client, "x", &error), VBET_ERROR_NOT_FOUND);
  REFUSED (vbet_switch_client_set_cable (client, "x", cut_cable (&settings, TRUE), &error),
           VBET_ERROR_NOT_FOUND);
  REFUSED (vbet_switch_client_remove_port (client, "z", 1, &error), VBET_ERROR_NOT_FOUND);
  REFUSED (vbet_switch_client_remove_bridge (client, "sw", &error), VBET_ERROR_NOT_FOUND);
  /* a name that another lab's engine listens on is not taken away */
  int other = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  CU_ASSERT_EQUAL (bind (other, (struct sockaddr *)&address, sizeof address), 0);
  CU_ASSERT_EQUAL (listen (other, 1), 0);
  REFUSED (vbet_switch_client_add_guest_port (client, "z", 1, 1500, path, &error), VBET_ERROR_EXISTS);
  CU_ASSERT_EQUAL (listen (other, 1), 0);
  REFUSED (vbet_switch_client_add_bridge (client, "sw", "hub", 0, path, &error), VBET_ERROR_EXISTS);
  close (other); /* now it is stale */
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE (vbet_switch_client_add_guest_port (client, "z", 1, 1500, path, &error));
  struct stat status;
  CU_ASSERT_EQUAL (stat (path, &status), 0);
  CU_ASSERT_EQUAL (status.st_mode & 0777, 0600);
  /* and what replaced our socket is not removed by us */
  CU_ASSERT_EQUAL (g_unlink (path), 0);
  CU_ASSERT_TRUE (g_file_set_contents (path, "x", 1, NULL));
  CU_ASSERT_TRUE (vbet_switch_client_remove_port (client, "z", 1, &error));
  CU_ASSERT_EQUAL (g_unlink (path), 0);
  CU_ASSERT_EQUAL (g_unlink (taken), 0);
  sw_teardown (&f);
}

/* More things than one part of the answer holds. */
static void
test_large_state (void)
{
  SwitchFixture f;
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  CU_ASSERT_TRUE (vbet_switch_client_add_bridge (f.client, "a \"b\" é", "hub", 0, NULL, &error));
  for (guint i = 1; i <= 600; i++)
    CU_ASSERT_TRUE (vbet_switch_client_add_bridge_port (f.client, "a \"b\" é", i, "a \"b\" é", &error));
  for (guint i = 1; i <= 300; i++) {
    g_autofree char *cable = g_strdup_printf ("cable %u", i);
    sw_plug (&f, cable, "a \"b\" é", i, "a \"b\" é", 300 + i);
  }
  const VbetSwitchState *now = sw_state (&f);
  CU_ASSERT_EQUAL (now->ports->len, 600);
  CU_ASSERT_EQUAL (now->cables->len, 300);
  CU_ASSERT_EQUAL (now->bridges->len, 1);
  CU_ASSERT_EQUAL (vbet_switch_state_find_bridge (now, "a \"b\" é")->learns, FALSE);
  VBET_ASSERT_TEXT (vbet_switch_state_find_port (now, "a \"b\" é", 599)->cable, "cable 299");
  sw_teardown (&f);
}

static void
test_confinement (void)
{
  SwitchFixture f;
  sw_setup (&f);
  sw_state (&f);
  const char *const *layers = vbet_switch_client_get_layers (f.client);
  CU_ASSERT_PTR_NOT_NULL_FATAL (layers);
  CU_ASSERT_TRUE (g_strv_contains (layers, "no_new_privs"));
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", vbet_switch_client_get_pid (f.client));
  g_autofree char *text = NULL;
  CU_ASSERT_TRUE (g_file_get_contents (path, &text, NULL, NULL));
  CU_ASSERT_PTR_NOT_NULL (strstr (text, "NoNewPrivs:\t1"));
  CU_ASSERT_PTR_NULL (strstr (text, "\nUid:\t0"));
  sw_teardown (&f);
}

static CU_TestInfo cable_tests[] = {
  { "plug, unplug, re-plug while frames flow", test_plug_while_frames_flow },
  { "a star, its addresses, its counters", test_star_and_addresses },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo guest_tests[] = {
  { "a slow reader disturbs nobody", test_slow_reader },
  { "runts and giants", test_sizes },
  { "jumbo frames", test_jumbo },
  { "a newer connection replaces the older", test_replaced_connection },
  { "many resets", test_many_resets },
  { "a storm is its own affair", test_storm },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo death_tests[] = {
  { "killed under load", test_killed_under_load },
  { "changes while it is dead", test_changes_while_dead },
  { "hangs", test_hangs },
  { "gives up when it keeps dying", test_gives_up },
  { "cannot be started", test_cannot_start },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo client_tests[] = {
  { "what is refused", test_refusals },
  { "a large state", test_large_state },
  { "confinement", test_confinement },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "cables", NULL, NULL, NULL, NULL, cable_tests },
  { "guests", NULL, NULL, NULL, NULL, guest_tests },
  { "death", NULL, NULL, NULL, NULL, death_tests },
  { "client", NULL, NULL, NULL, NULL, client_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
