/* switch-fixture.c - see switch-fixture.h. */
#include "config.h"

#include "unit/switch-fixture.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"

/* --- a client, its folder, what it said ------------------------------------------------- */

static void
on_port_state (VbetSwitchClient *client, const char *device, guint nic, gboolean connected, SwitchFixture *f)
{
  if (connected)
    f->connects++;
  else
    f->closes++;
}

static void
on_restarted (VbetSwitchClient *client, SwitchFixture *f)
{
  f->restarts++;
}

static void
on_failed (VbetSwitchClient *client, const char *reason, SwitchFixture *f)
{
  g_free (f->failed);
  f->failed = g_strdup (reason);
}

static void
on_problem (VbetSwitchClient *client, const char *message, SwitchFixture *f)
{
  g_free (f->problem);
  f->problem = g_strdup (message);
}

void
sw_setup_program (SwitchFixture *f, const char *program)
{
  *f = (SwitchFixture){ .dir = g_dir_make_tmp ("vbet-test-XXXXXX", NULL) };
  CU_ASSERT_PTR_NOT_NULL_FATAL (f->dir);
  f->client = vbet_switch_client_new (program, f->dir);
  g_signal_connect (f->client, "port-state", G_CALLBACK (on_port_state), f);
  g_signal_connect (f->client, "restarted", G_CALLBACK (on_restarted), f);
  g_signal_connect (f->client, "failed", G_CALLBACK (on_failed), f);
  g_signal_connect (f->client, "problem", G_CALLBACK (on_problem), f);
}

void
sw_setup (SwitchFixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = vbet_paths_program ("vbet-switch");
  sw_setup_program (f, program);
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_start (f->client, &error));
}

gboolean
sw_keep_going (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SwitchFixture *f = user_data;
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE (vbet_switch_client_stop_finish (VBET_SWITCH_CLIENT (source), result, &error));
  f->stopped = TRUE;
}

void
sw_teardown (SwitchFixture *f)
{
  GPid pid = vbet_switch_client_get_pid (f->client);
  vbet_switch_client_stop_async (f->client, on_stopped, f);
  UNTIL (f->stopped);
  CU_ASSERT_EQUAL (vbet_switch_client_get_pid (f->client), 0);
  CU_ASSERT_TRUE (pid == 0 || (kill (pid, 0) != 0 && errno == ESRCH));
  if (f->problem != NULL)
    fprintf (stderr, "problem: %s\n", f->problem);
  CU_ASSERT_PTR_NULL (f->problem);
  CU_ASSERT_EQUAL (g_rmdir (f->dir), 0); /* every socket is gone */
  g_object_unref (f->client);
  vbet_switch_state_free (f->state);
  g_free (f->failed);
  g_free (f->problem);
  g_free (f->dir);
}

void
sw_on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SwitchFixture *f = user_data;
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&f->state, vbet_switch_state_free);
  f->state = vbet_switch_client_get_state_finish (VBET_SWITCH_CLIENT (source), result, &error);
}

const VbetSwitchState *
sw_state (SwitchFixture *f)
{
  g_clear_pointer (&f->state, vbet_switch_state_free);
  vbet_switch_client_get_state_async (f->client, NULL, sw_on_state, f);
  UNTIL (f->state != NULL);
  return f->state;
}

/* --- guests that are sockets ------------------------------------------------------------------ */

char *
sw_socket_path (SwitchFixture *f, const char *device)
{
  return g_build_filename (f->dir, device, NULL);
}

/* Connects as a guest would, but lets the engine, which is in this very thread, run while it must wait. */
int
sw_connect_path (const char *path, int type)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  CU_ASSERT_TRUE_FATAL (fd >= 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  UNTIL (connect (fd, (struct sockaddr *)&address, sizeof address) == 0 || errno != EAGAIN);
  return fd;
}

/* The guest's `ip link set up`. */
int
sw_link_up (SwitchFixture *f, const char *device)
{
  g_autofree char *path = sw_socket_path (f, device);
  return sw_connect_path (path, SOCK_SEQPACKET);
}

void
sw_add_guest (SwitchFixture *f, const char *device)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = sw_socket_path (f, device);
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_add_guest_port (f->client, device, 1, 1500, path, &error));
}

void
sw_plug (SwitchFixture *f, const char *cable, const char *a, guint nic_a, const char *b, guint nic_b)
{
  g_autoptr (GError) error = NULL;
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_add_cable (f->client, cable, a, nic_a, b, nic_b, NULL, &error));
}

/* Two guests "a" and "b", both up, with the cable "ab" between them. */
void
sw_add_pair (SwitchFixture *f, const char *a, const char *b, int fds[2])
{
  g_autofree char *cable = g_strconcat (a, b, NULL);
  guint before = f->connects;
  sw_add_guest (f, a);
  sw_add_guest (f, b);
  sw_plug (f, cable, a, 1, b, 1);
  fds[0] = sw_link_up (f, a);
  fds[1] = sw_link_up (f, b);
  UNTIL (f->connects == before + 2);
  sw_state (f); /* the switch has both now */
}

void
sw_fill_frame (guint8 *data, guint size, guint8 destination, guint8 source, guint32 marker)
{
  memset (data, 0, size);
  data[0] = 2;
  data[5] = destination;
  data[6] = 2;
  data[11] = source;
  data[12] = 0x88;
  data[13] = 0xb5;
  if (size >= 18)
    memcpy (data + 14, &marker, sizeof marker);
}

/* Returns: 0, or errno of a socket that is full or closed. */
int
sw_put (int fd, guint8 destination, guint8 source, guint32 marker, guint size)
{
  guint8 data[4000];
  sw_fill_frame (data, size, destination, source, marker);
  return send (fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size ? 0 : errno;
}

static gssize
receive_within (int fd, guint8 *data, gsize size, gint64 ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;
  for (;;) {
    ssize_t n = recv (fd, data, size, MSG_DONTWAIT);
    if (n >= 0)
      return n;
    if (errno != EAGAIN || g_get_monotonic_time () > end)
      return -errno;
    struct pollfd waits = { .fd = fd, .events = POLLIN };
    poll (&waits, 1, 5);
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
}

gssize
sw_receive (int fd, guint8 *data, gsize size)
{
  return receive_within (fd, data, size, DEADLINE / 1000);
}

gssize
sw_get_within (int fd, guint32 *ret_marker, gint64 ms)
{
  guint8 data[4000];
  gssize n = receive_within (fd, data, sizeof data, ms);
  if (n >= 18)
    memcpy (ret_marker, data + 14, sizeof *ret_marker);
  return n;
}

gssize
sw_get (int fd, guint32 *ret_marker)
{
  return sw_get_within (fd, ret_marker, DEADLINE / 1000);
}

/* One frame goes from @from to @to and arrives as the next one. */
void
sw_assert_passes (int from, int to, guint32 marker)
{
  guint32 came = 0;
  CU_ASSERT_EQUAL (sw_put (from, 2, 1, marker, 64), 0);
  CU_ASSERT_EQUAL (sw_get (to, &came), 64);
  CU_ASSERT_EQUAL (came, marker);
}
