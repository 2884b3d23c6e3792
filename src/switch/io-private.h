/* io-private.h - the buffers of VbetIo, for the ports that move frames by messages. */
#pragma once

#include <sys/socket.h> /* mmsghdr */

#include "switch/io.h"

#define VBET_PORT_BATCH 64 /* frames a system call */

struct VbetIo {
  VbetLoop *loop;
  VbetFabric *fabric;
  struct VbetVhost *vhost;
  struct VbetRemotes *remotes;
  struct VbetCaptures *captures;
  guint8 *buffers; /* VBET_PORT_BATCH of them */
  gsize stride;
  struct mmsghdr rx[VBET_PORT_BATCH];
  struct iovec rx_iov[VBET_PORT_BATCH];
  struct mmsghdr tx[VBET_PORT_BATCH];
  struct iovec tx_iov[VBET_PORT_BATCH][2]; /* what a remote puts before the frame; the frame */
};

/* Makes the receive buffers hold frames of ports with @mtu bytes. */
void _vbet_io_reserve (VbetIo *self, guint mtu);
