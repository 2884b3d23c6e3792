/* bench-targets.h - the switches that bench-switch measures: each started, with 2, 10 or 50 ports that have
 * an end. */
#pragma once

#include "bench/bench-ends.h"

#define BENCH_PORTS_MAX 50

typedef enum {
  BENCH_SOCKETS,  /* vbet-switch, SEQPACKET, as a guest's vector NIC */
  BENCH_VHOST,    /* vbet-switch, rings, as a guest's virtio-net NIC */
  BENCH_STOCK,    /* vbet-switch, the "daemon" protocol, as eth0=daemon */
  BENCH_CAPTURED, /* SEQPACKET while one of the two cables is captured, whole frames, and read */
  BENCH_LISTED,   /* likewise as the list of packets does: 256 bytes of each */
  BENCH_REFUSED,  /* likewise with a filter that wants none of them */
  BENCH_VDE,
  BENCH_UML,
  BENCH_BRIDGE, /* the host's own, veth pairs, packet sockets */
  BENCH_RELAY,  /* a loop of recvmmsg and sendmmsg that looks at nothing: what these sockets can do */
  BENCH_PAIR,   /* no process between at all */
  BENCH_KINDS,
} BenchKind;

typedef struct {
  BenchKind kind;
  const char *missing; /* NULL: it is there; else why not */
  pid_t pid;           /* 0: no process between */
  gpointer client;     /* VbetSwitchClient; NULL: none */
  guint n_ports;
  BenchEnd ends[BENCH_PORTS_MAX]; /* frames go from each even one to the next */
  guint window;                   /* frames under way between two ends */
} BenchTarget;

const char *bench_kind_name (BenchKind kind);
/** bench_target_start: @dir: an empty folder of its own. */
void bench_target_start (BenchTarget *self, BenchKind kind, guint n_ports, const char *dir);
void bench_target_stop (BenchTarget *self);
