/* test-control.c - commands that do not arrive whole: they are refused by their number, not left without an
 * answer. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/control-message.h"
#include "switch/control.h"
#include "unit/fake-driver.h"
#include "unit/harness.h"

typedef struct {
  FakeSwitch to;
  VbetControl *control;
  int fd;
} Fixture;

static void
setup (Fixture *self)
{
  static const char *const layers[] = { NULL };
  int pair[2];
  char ready[256];
  fake_switch_init (&self->to);
  CU_ASSERT_EQUAL_FATAL (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
  self->fd = pair[0];
  self->control = vbet_control_new (self->to.io, pair[1], layers);
  CU_ASSERT_PTR_NOT_NULL_FATAL (self->control);
  CU_ASSERT_TRUE (recv (self->fd, ready, sizeof ready, 0) > 0);
}

static void
teardown (Fixture *self)
{
  vbet_control_free (self->control);
  close (self->fd);
  fake_switch_finish (&self->to);
}

static void
check_answer (Fixture *self, const char *expected)
{
  char answer[512] = "";
  CU_ASSERT_TRUE (vbet_control_event (self->control, EPOLLIN, 0));
  CU_ASSERT_TRUE (recv (self->fd, answer, sizeof answer - 1, 0) > 0);
  VBET_ASSERT_TEXT (answer, expected);
}

static void
test_too_long (void)
{
  Fixture self;
  setup (&self);
  g_autofree char *filler = g_strnfill (VBET_CONTROL_MESSAGE_MAX, 'x');
  g_autofree char *command = g_strdup_printf ("{\"id\":77,\"op\":\"%s\"}", filler);
  CU_ASSERT_TRUE (send (self.fd, command, strlen (command), 0) > 0);
  check_answer (&self, "{\"id\":77,\"error\":\"The command is too long\",\"errno\":90}");
  teardown (&self);
}

/* Without room for another descriptor the kernel drops those that come, and says so. */
static void
test_descriptors_lost (void)
{
  Fixture self;
  static const char command[] = "{\"id\":78,\"op\":\"sync\"}";
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control = { 0 };
  struct iovec iov = { .iov_base = (void *)command, .iov_len = strlen (command) };
  struct msghdr message
      = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.bytes };
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);
  setup (&self);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN (sizeof (int));
  memcpy (CMSG_DATA (header), &self.fd, sizeof (int));
  CU_ASSERT_TRUE (sendmsg (self.fd, &message, 0) > 0);
  struct rlimit files;
  CU_ASSERT_EQUAL (getrlimit (RLIMIT_NOFILE, &files), 0);
  struct rlimit none = { .rlim_cur = 3, .rlim_max = files.rlim_max };
  CU_ASSERT_EQUAL (setrlimit (RLIMIT_NOFILE, &none), 0);
  check_answer (&self, "{\"id\":78,\"error\":\"Descriptors of the command did not arrive\",\"errno\":24}");
  CU_ASSERT_EQUAL (setrlimit (RLIMIT_NOFILE, &files), 0);
  teardown (&self);
}

static CU_TestInfo tests[] = {
  { "a command that is too long", test_too_long },
  { "descriptors that did not arrive", test_descriptors_lost },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "control", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
