/* test-switch-faults.c - the real process between hostile and hasty peers: killed while it answers, flooded
 * with messages and frames. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/switch-fixture.h"

#define GET_FEATURES 1
#define SET_FEATURES 2
#define SET_VRING_CALL 13
#define GET_CONFIG 24
#define ANSWER_TIMEOUT 15 /* s */

/* A guest's kernel that asks and asks, in a thread of its own. */
typedef struct {
  int fd;
  gint asked;
  gint stop;
  const char *problem; /* NULL: every question had its one answer */
} Asker;

static gboolean
say (int fd, guint32 request, guint64 body, int descriptor)
{
  guint32 header[3] = { request, 1, request == GET_FEATURES ? 0 : 8 };
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control;
  struct iovec iov[2] = { { header, sizeof header }, { &body, header[2] } };
  struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
  if (descriptor >= 0) {
    memset (&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = sizeof control.bytes;
    struct cmsghdr *rights = CMSG_FIRSTHDR (&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN (sizeof (int));
    memcpy (CMSG_DATA (rights), &descriptor, sizeof descriptor);
  }
  return sendmsg (fd, &message, MSG_NOSIGNAL) > 0;
}

static gpointer
ask (gpointer data)
{
  Asker *self = data;
  struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT };
  fcntl (self->fd, F_SETFL, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  while (!g_atomic_int_get (&self->stop) && self->problem == NULL) {
    guint32 answer[8];
    if (!say (self->fd, SET_FEATURES, 0, -1) || !say (self->fd, GET_FEATURES, 0, -1))
      self->problem = "the connection ended";
    else if (recv (self->fd, answer, sizeof answer, 0) != 20 || answer[0] != GET_FEATURES)
      self->problem = "a question had no answer, or two";
    g_atomic_int_inc (&self->asked);
  }
  return NULL;
}

static int
connect_vhost (SwitchFixture *f, const char *device)
{
  static const guint8 mac[6] = { 2, 0, 0, 0, 0, 1 };
  g_autofree char *name = g_strdup_printf ("%s-vhost", device);
  g_autofree char *path = sw_socket_path (f, name);
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_offer_vhost (f->client, device, 1, mac, path, NULL));
  int fd = sw_connect_path (path, SOCK_STREAM);
  CU_ASSERT_TRUE_FATAL (fd >= 0);
  return fd;
}

/* Killed at any moment, also between a question and its answer: the next process goes on where it was. */
static void
test_killed_while_it_answers (void)
{
  SwitchFixture f;
  Asker asker = { 0 };
  sw_setup (&f);
  sw_add_guest (&f, "a");
  asker.fd = connect_vhost (&f, "a");
  GThread *thread = g_thread_new ("asker", ask, &asker);
  for (guint round = 1; round <= 4; round++) { /* a fifth death would be given up */
    gint before = g_atomic_int_get (&asker.asked);
    UNTIL (asker.problem != NULL || g_atomic_int_get (&asker.asked) > before + 100);
    kill (vbet_switch_client_get_pid (f.client), SIGKILL);
    UNTIL (f.restarts == round);
  }
  gint before = g_atomic_int_get (&asker.asked);
  UNTIL (asker.problem != NULL || g_atomic_int_get (&asker.asked) > before + 100);
  g_atomic_int_set (&asker.stop, 1);
  g_thread_join (thread);
  VBET_ASSERT_TEXT (asker.problem != NULL ? asker.problem : "none", "none");
  close (asker.fd);
  sw_teardown (&f);
}

/* Returns: Mbit/s, as a driver reads them; 0: there is no answer. */
static guint
read_speed (int fd)
{
  guint32 question[3 + 8] = { GET_CONFIG, 1, 12 + 16, 0, 16, 0 };
  guint8 answer[sizeof question];
  guint32 speed = 0;
  CU_ASSERT_EQUAL (send (fd, question, 12 + 12 + 16, MSG_NOSIGNAL), 12 + 12 + 16);
  if (sw_receive (fd, answer, sizeof answer) == 12 + 12 + 16)
    memcpy (&speed, answer + 12 + 12 + 12, sizeof speed);
  return GUINT32_FROM_LE (speed);
}

/* What a guest is told of its cable's speed: before it connects, changed live, and by the next process. */
static void
test_speed (void)
{
  SwitchFixture f;
  sw_setup (&f);
  sw_add_guest (&f, "a");
  int fd = connect_vhost (&f, "a");
  CU_ASSERT_EQUAL (read_speed (fd), 10000);
  close (fd);
  UNTIL (!vbet_switch_client_get_connected (f.client, "a", 1));
  vbet_switch_client_set_speed (f.client, "a", 1, 100);
  vbet_switch_client_set_speed (f.client, "nobody", 1, 100);
  fd = connect_vhost (&f, "a");
  CU_ASSERT_EQUAL (read_speed (fd), 100);
  vbet_switch_client_set_speed (f.client, "a", 1, 2500);
  UNTIL (sw_state (&f) != NULL); /* all before is done */
  CU_ASSERT_EQUAL (read_speed (fd), 2500);
  kill (vbet_switch_client_get_pid (f.client), SIGKILL);
  UNTIL (f.restarts == 1);
  CU_ASSERT_EQUAL (read_speed (fd), 2500);
  close (fd);
  sw_teardown (&f);
}

/* A guest that pours messages with descriptors in, as fast as it can: the others' frames pass, neither
 * process runs out of descriptors, and what it said last counts. */
static void
test_flood_of_messages (void)
{
  SwitchFixture f;
  int fds[2];
  sw_setup (&f);
  sw_add_guest (&f, "bad");
  sw_add_pair (&f, "a", "b", fds);
  int bad = connect_vhost (&f, "bad");
  int ends[2];
  CU_ASSERT_EQUAL (socketpair (AF_UNIX, SOCK_STREAM, 0, ends), 0);
  struct timeval timeout = { .tv_usec = 20000 };
  fcntl (bad, F_SETFL, 0);
  setsockopt (bad, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  guint sent = 0;
  for (guint round = 0; round < 20; round++) {
    for (guint i = 0; i < 200; i++)
      sent += say (bad, SET_VRING_CALL, i % 2, ends[1]);
    sw_assert_passes (fds[0], fds[1], round + 1);
    sw_assert_passes (fds[1], fds[0], round + 1);
  }
  CU_ASSERT_TRUE (sent > 200);
  UNTIL (sw_state (&f) != NULL);
  CU_ASSERT_TRUE (vbet_switch_client_get_connected (f.client, "bad", 1));
  CU_ASSERT_EQUAL (f.restarts, 0);
  close (ends[0]);
  close (ends[1]);
  close (bad);
  UNTIL (!vbet_switch_client_get_connected (f.client, "bad", 1));
  sw_assert_passes (fds[0], fds[1], 1000);
  close (fds[0]);
  close (fds[1]);
  sw_teardown (&f);
}

/* A guest that talks nonsense has lost its NIC until it connects anew, and that is known. */
static void
test_lost (void)
{
  SwitchFixture f;
  sw_setup (&f);
  sw_add_guest (&f, "a");
  CU_ASSERT_FALSE (vbet_switch_client_has_lost (f.client, "a", 1));
  int fd = connect_vhost (&f, "a");
  UNTIL (vbet_switch_client_get_connected (f.client, "a", 1));
  CU_ASSERT_FALSE (vbet_switch_client_has_lost (f.client, "a", 1));
  CU_ASSERT_TRUE (say (fd, 9999, 0, -1));
  UNTIL (vbet_switch_client_has_lost (f.client, "a", 1));
  close (fd);
  fd = connect_vhost (&f, "a");
  UNTIL (vbet_switch_client_get_connected (f.client, "a", 1));
  CU_ASSERT_FALSE (vbet_switch_client_has_lost (f.client, "a", 1));
  close (fd);
  sw_teardown (&f);
}

static CU_TestInfo tests[] = {
  { "killed while it answers", test_killed_while_it_answers },
  { "the speed of a cable", test_speed },
  { "a flood of messages", test_flood_of_messages },
  { "a NIC that is lost", test_lost },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "switch faults", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
