/* test-fd-message.c - descriptors that messages bring along, and MACs as text. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd-message.h"
#include "base/mac.h"
#include "unit/harness.h"

static void
make_pair (int fds[2])
{
  CU_ASSERT_EQUAL_FATAL (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
}

static gboolean
is_open (int fd)
{
  return fcntl (fd, F_GETFD) >= 0;
}

static void
test_there_and_back (void)
{
  int ends[2], pipes[2], came[2] = { -1, -1 };
  unsigned n = 7;
  int flags = -1;
  char text[8];
  make_pair (ends);
  CU_ASSERT_EQUAL_FATAL (pipe (pipes), 0);
  CU_ASSERT_EQUAL (vbet_fd_message_send (ends[0], "word", 4, pipes, 2, 0), 4);
  CU_ASSERT_EQUAL (vbet_fd_message_receive (ends[1], text, sizeof text, 0, came, 2, &n, &flags), 4);
  CU_ASSERT_EQUAL (memcmp (text, "word", 4), 0);
  CU_ASSERT_EQUAL_FATAL (n, 2);
  CU_ASSERT_EQUAL (flags & (MSG_TRUNC | MSG_CTRUNC), 0);
  /* They are others, of the same pipe, and no program that is started gets them. */
  CU_ASSERT_TRUE ((fcntl (came[0], F_GETFD) & FD_CLOEXEC) != 0);
  CU_ASSERT_EQUAL (write (came[1], "x", 1), 1);
  CU_ASSERT_EQUAL (read (pipes[0], text, 1), 1);
  /* Without descriptors; nothing there; the end. */
  CU_ASSERT_EQUAL (vbet_fd_message_send (ends[0], "word", 4, NULL, 0, 0), 4);
  CU_ASSERT_EQUAL (vbet_fd_message_receive (ends[1], text, 2, 0, came, 2, &n, &flags), 2);
  CU_ASSERT_EQUAL (n, 0);
  CU_ASSERT_TRUE ((flags & MSG_TRUNC) != 0);
  CU_ASSERT_EQUAL (vbet_fd_message_receive (ends[1], text, sizeof text, 0, came, 2, &n, NULL), -EAGAIN);
  close (ends[0]);
  CU_ASSERT_EQUAL (vbet_fd_message_receive (ends[1], text, sizeof text, 0, came, 2, &n, NULL), 0);
  CU_ASSERT_EQUAL (vbet_fd_message_send (ends[1], "word", 4, NULL, 0, 0), -EPIPE); /* and no signal */
  close (ends[1]);
}

/* A stranger sends more than there is room for: no descriptor of it stays open. */
static void
test_too_many (void)
{
  for (unsigned room = 0; room <= 3; room++) {
    int ends[2], fds[8], came[8];
    unsigned n = 0;
    int flags = 0;
    char byte;
    make_pair (ends);
    int before = dup (ends[0]);
    close (before);
    for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
      fds[i] = ends[0];
    CU_ASSERT_EQUAL (vbet_fd_message_send (ends[0], "x", 1, fds, 8, 0), 1);
    CU_ASSERT_EQUAL (vbet_fd_message_receive (ends[1], &byte, 1, 0, came, room, &n, &flags), 1);
    CU_ASSERT_EQUAL (n, room);
    CU_ASSERT_TRUE ((flags & MSG_CTRUNC) != 0);
    for (unsigned i = 0; i < n; i++)
      close (came[i]);
    CU_ASSERT_FALSE (is_open (before));
    int after = dup (ends[0]);
    CU_ASSERT_EQUAL (after, before); /* the lowest number is free again */
    close (after);
    close (ends[0]);
    close (ends[1]);
  }
  int fds[VBET_FD_MESSAGE_MAX + 1] = { 0 };
  unsigned n = 7;
  CU_ASSERT_EQUAL (vbet_fd_message_send (0, "x", 1, fds, VBET_FD_MESSAGE_MAX + 1, 0), -EINVAL);
  CU_ASSERT_EQUAL (vbet_fd_message_receive (0, fds, 1, 0, fds, VBET_FD_MESSAGE_MAX + 1, &n, NULL), -EINVAL);
  CU_ASSERT_EQUAL (n, 0);
}

static void
test_macs (void)
{
  static const guint8 mac[6] = { 0x02, 0xff, 0x00, 0xa0, 0x0b, 0x9c };
  char text[VBET_MAC_TEXT_SIZE];
  VBET_ASSERT_TEXT (vbet_mac_to_text (mac, ':', text), "02:ff:00:a0:0b:9c");
  VBET_ASSERT_TEXT (vbet_mac_to_text (mac, '-', text), "02-ff-00-a0-0b-9c");
}

static CU_TestInfo tests[] = {
  { "there and back", test_there_and_back },
  { "more than there is room for", test_too_many },
  { "MACs", test_macs },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "messages with descriptors", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
