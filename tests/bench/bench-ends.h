/* bench-ends.h - both ends of a way through a switch, as devices have them: sockets of every kind that a
 * switch offers, and rings in memory, as a guest's virtio-net driver has them.
 *
 * An end sends copies of one frame, which it keeps, and throws away what it receives: what is measured is the
 * switch.
 */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <glib.h>

#define BENCH_BATCH 64
#define BENCH_FRAME_MAX 1600

typedef struct BenchRings BenchRings;

typedef struct {
  int fd;                  /* frames, or of a ring's end its connection; -1: none */
  int control;             /* -1: none */
  struct sockaddr_un peer; /* where a stock guest sends; family 0: connected */
  BenchRings *rings;       /* NULL: a socket */
  guint8 *frame;
  struct mmsghdr out[BENCH_BATCH];
  struct iovec out_iov;
} BenchEnd;

/** bench_end_init: @fd: (transfer full). */
void bench_end_init (BenchEnd *self, int fd);
void bench_end_finish (BenchEnd *self);
/** bench_end_join: becomes a guest of a switch that speaks the "daemon" protocol. @number: of its name,
 * unlike others.
 */
gboolean bench_end_join (BenchEnd *self, const char *path, guint number);
/** bench_end_boot: becomes a guest with virtio-net rings, connected to the port that listens at @path. */
gboolean bench_end_boot (BenchEnd *self, const char *path);
/** bench_connect: Returns: a socket connected to @path, -1. */
int bench_connect (const char *path, int type);

/** bench_end_address: what it sends from now on: frames of @size bytes from device @source to device
 * @destination. */
void bench_end_address (BenchEnd *self, guint destination, guint source, gsize size);
/** bench_end_send: Returns: how many of @n (at most BENCH_BATCH) it could. */
guint bench_end_send (BenchEnd *self, guint n);
/** bench_end_receive: Returns: how many came, at most BENCH_BATCH. */
guint bench_end_receive (BenchEnd *self);
/** bench_end_wait: sleeps until something comes. Returns: FALSE when nothing did. */
gboolean bench_end_wait (BenchEnd *self, int milliseconds);

/* bench-rings.c */
BenchRings *bench_rings_boot (int fd);
void bench_rings_free (BenchRings *self);
void bench_rings_address (BenchRings *self, const guint8 *frame, gsize size);
guint bench_rings_send (BenchRings *self, guint n);
guint bench_rings_receive (BenchRings *self);
gboolean bench_rings_wait (BenchRings *self, int milliseconds);
