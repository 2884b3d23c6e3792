/* bench-udp.c - small datagrams from one guest to another at a given rate, sixty-four a system call, so that what is
 * measured is the way between the guests rather than their system calls. Linked statically: it runs in any guest.
 *
 * Usage: bench-udp receive
 *        bench-udp send ADDRESS RATE SECONDS   prints "SENT ARRIVED SECONDS"
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT 5202
#define BATCH 64
#define TICK 1000000 /* nanoseconds between bursts */
#define ASKS 50

/* 18 bytes of payload make a frame of 64 bytes with its checksum. */
typedef struct __attribute__ ((packed)) {
  uint32_t run;
  uint32_t ask; /* 1: how many of this run have come? */
  uint32_t count;
  uint8_t rest[6];
} Datagram;

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void
prepare (struct mmsghdr *messages, struct iovec *iov, Datagram *data, struct sockaddr_in *names)
{
  memset (messages, 0, BATCH * sizeof *messages);
  for (unsigned i = 0; i < BATCH; i++) {
    iov[i] = (struct iovec){ &data[i], sizeof data[i] };
    messages[i].msg_hdr.msg_iov = &iov[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = names != NULL ? &names[i] : NULL;
    messages[i].msg_hdr.msg_namelen = names != NULL ? sizeof names[i] : 0;
  }
}

static int
receive (int fd)
{
  struct mmsghdr messages[BATCH];
  struct iovec iov[BATCH];
  struct sockaddr_in names[BATCH];
  Datagram data[BATCH];
  uint32_t run = 0;
  uint32_t count = 0;
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons (PORT) };
  if (bind (fd, (struct sockaddr *)&any, sizeof any) != 0)
    return 1;
  for (;;) {
    prepare (messages, iov, data, names);
    int n = recvmmsg (fd, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < n; i++) {
      if (data[i].run != run) {
        run = data[i].run;
        count = 0;
      }
      if (data[i].ask == 0) {
        count++;
        continue;
      }
      data[i].count = count;
      sendto (fd, &data[i], sizeof data[i], 0, (struct sockaddr *)&names[i], messages[i].msg_hdr.msg_namelen);
    }
  }
}

/* Returns: how many have come; 0 when nobody answers. */
static uint32_t
ask (int fd, uint32_t run)
{
  Datagram question = { .run = run, .ask = 1 };
  struct pollfd waits = { .fd = fd, .events = POLLIN };
  usleep (100000); /* what is under way arrives */
  for (unsigned i = 0; i < ASKS; i++) {
    Datagram answer;
    send (fd, &question, sizeof question, 0);
    while (poll (&waits, 1, 100) > 0)
      if (recv (fd, &answer, sizeof answer, MSG_DONTWAIT) == sizeof answer && answer.run == run)
        return answer.count;
  }
  return 0;
}

static void
transmit (int fd, double rate, double seconds)
{
  struct mmsghdr messages[BATCH];
  struct iovec iov[BATCH];
  Datagram data[BATCH];
  uint32_t run = (uint32_t)getpid () << 16 | ((uint32_t)time (NULL) & 0xffff);
  double sent = 0;
  double start = now ();
  double passed = 0;
  memset (data, 0, sizeof data);
  for (unsigned i = 0; i < BATCH; i++)
    data[i].run = run;
  prepare (messages, iov, data, NULL);
  for (; passed < seconds; passed = now () - start) {
    double due = rate * passed - sent;
    if (due < 1) {
      struct timespec tick = { .tv_nsec = TICK };
      nanosleep (&tick, NULL);
      continue;
    }
    int n = sendmmsg (fd, messages, due < BATCH ? (unsigned)due : BATCH, 0);
    if (n > 0)
      sent += n;
  }
  printf ("%.0f %u %.6f\n", sent, ask (fd, run), passed);
}

int
main (int argc, char **argv)
{
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons (PORT) };
  if (argc == 2 && strcmp (argv[1], "receive") == 0)
    return receive (fd);
  if (argc != 5 || inet_pton (AF_INET, argv[2], &to.sin_addr) != 1
      || connect (fd, (struct sockaddr *)&to, sizeof to) != 0)
    return 2;
  transmit (fd, atof (argv[3]), atof (argv[4]));
  return 0;
}
