/* fake-driver.h - the other side of a vhost-user port: a guest's kernel with a virtio-net driver, in a few
 * lines. */
#pragma once

#include <glib.h>

#include "switch/vhost-port.h"

#define FAKE_MEMORY 0x100000
#define FAKE_GUEST G_GUINT64_CONSTANT (0x40000000) /* guest-physical */
#define FAKE_USER G_GUINT64_CONSTANT (0x7f0000000000)
#define FAKE_RING_SIZE 64
#define FAKE_RING(index) (0x10000 * (1 + (index))) /* descriptors; +0x4000 available, +0x8000 used */
#define FAKE_BUFFERS 0x40000 /* of 2,048 bytes each; those of ring 1 are 64 buffers on */
#define FAKE_BUFFER 2048

typedef struct {
  VbetLoop *loop;
  VbetFabric *fabric;
  VbetIo *io;
} FakeSwitch;

void fake_switch_init (FakeSwitch *self);
void fake_switch_finish (FakeSwitch *self);
/* Turns of the loop until nothing happens any more. */
void fake_switch_pump (FakeSwitch *self);

typedef struct {
  FakeSwitch *to;
  int fd; /* our end of the connection */
  int memory_fd;
  guint8 *memory;
  int kick[2];
  int call[2];    /* our ends of the pipes, … */
  int call_in[2]; /* … the switch's */
  int backend;    /* our end of its channel */
  int held;       /* a duplicate of the switch's end, as the engine has one */
  guint16 avail[2];
  guint16 used[2];
} FakeDriver;

/* Adds the port DEVICE, 1 and connects; nothing is said yet. */
VbetVhostPort *fake_driver_connect (FakeDriver *self, FakeSwitch *to, const char *device,
                                    const VbetVhostCallbacks *callbacks, gpointer user_data);
/* Connects the same guest to @to in place of the switch that it had and that is gone. */
VbetVhostPort *fake_driver_reconnect (FakeDriver *self, FakeSwitch *to, const char *device,
                                      const VbetVhostCallbacks *callbacks, gpointer user_data);
/* One message, or answer, of a boot; the switch may be gone (@to NULL) while it is said. Returns: FALSE: that
 * was all. */
gboolean fake_driver_boot_step (FakeDriver *self, guint64 *features, guint step);
/* All that a driver says at boot. @features: 0: all that are offered */
void fake_driver_boot (FakeDriver *self, guint64 features);
void fake_driver_finish (FakeDriver *self);

void fake_driver_say (FakeDriver *self, guint32 request, gconstpointer body, guint32 size, const int *fds,
                      guint n_fds);
void fake_driver_say_ring (FakeDriver *self, guint32 request, guint32 index, guint32 value, int fd);
/* Reads an answer. Returns: bytes of its body; -1: there is none. */
gssize fake_driver_hear (FakeDriver *self, guint32 *ret_request, gpointer body, gsize size);

/* Makes a chain available; the parts lie one behind the other in a buffer. */
void fake_driver_offer (FakeDriver *self, guint ring, guint buffer, const guint *parts, guint n_parts);
/* Gives @n receive buffers. */
void fake_driver_fill (FakeDriver *self, guint n);
/* Sends what is in @bytes, a header of 12 bytes first, from transmit buffer @buffer, in @parts. */
void fake_driver_transmit (FakeDriver *self, guint buffer, const guint8 *bytes, const guint *parts,
                           guint n_parts);
void fake_driver_kick (FakeDriver *self, guint ring);
/* Takes a chain that came back. Returns: FALSE: none did. */
gboolean fake_driver_take (FakeDriver *self, guint ring, guint32 *ret_head, guint32 *ret_bytes);
guint8 *fake_driver_buffer (FakeDriver *self, guint ring, guint buffer);
