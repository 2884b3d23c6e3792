/* io.c - see io.h. */
#include "config.h"

#include "switch/io.h"

#include "switch/capture.h"
#include "switch/io-private.h"
#include "switch/remote.h"
#include "switch/vhost-port.h"

/* An odd number of cache lines between buffers keeps the headers of a batch from competing for the same few sets of the
 * cache. */
void
_vbet_io_reserve (VbetIo *self, guint mtu)
{
  gsize lines = (mtu + VBET_FRAME_HEADER + VBET_FRAME_VLAN_TAG + 63) / 64 | 1;
  if (lines * 64 <= self->stride)
    return;
  self->stride = lines * 64;
  g_free (self->buffers);
  self->buffers = g_malloc (self->stride * VBET_PORT_BATCH);
  for (guint i = 0; i < VBET_PORT_BATCH; i++)
    self->rx_iov[i] = (struct iovec){ .iov_base = self->buffers + i * self->stride, .iov_len = self->stride };
}

VbetIo *
vbet_io_new (VbetLoop *loop, VbetFabric *fabric)
{
  VbetIo *self = g_new0 (VbetIo, 1);
  self->loop = loop;
  self->fabric = fabric;
  self->vhost = vbet_vhost_new ();
  self->remotes = vbet_remotes_new ();
  self->captures = vbet_captures_new ();
  for (guint i = 0; i < VBET_PORT_BATCH; i++) {
    self->rx[i].msg_hdr = (struct msghdr){ .msg_iov = &self->rx_iov[i], .msg_iovlen = 1 };
    self->tx[i].msg_hdr = (struct msghdr){ .msg_iov = &self->tx_iov[i][1], .msg_iovlen = 1 };
  }
  _vbet_io_reserve (self, 1500);
  return self;
}

void
vbet_io_free (VbetIo *self)
{
  if (self == NULL)
    return;
  g_free (self->buffers);
  vbet_vhost_free (self->vhost);
  vbet_remotes_free (self->remotes);
  vbet_captures_free (self->captures);
  g_free (self);
}

VbetLoop *
vbet_io_get_loop (VbetIo *self)
{
  return self->loop;
}

VbetFabric *
vbet_io_get_fabric (VbetIo *self)
{
  return self->fabric;
}

VbetVhost *
vbet_io_get_vhost (VbetIo *self)
{
  return self->vhost;
}

VbetRemotes *
vbet_io_get_remotes (VbetIo *self)
{
  return self->remotes;
}

struct VbetCaptures *
vbet_io_get_captures (VbetIo *self)
{
  return self->captures;
}
