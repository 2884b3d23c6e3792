/* fuzz-switch-vhost.c - what a guest's kernel says to its port by vhost-user, and what is then in its rings.
 *
 * The input is a list of messages: a byte for the request, one for its descriptors, one for the size of its
 * body, the body; numbers that are often right ones come from a small table.
 */
#include "config.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "unit/fake-driver.h"

#define BOOTED 0x80 /* bit of the first byte: begin behind a proper boot */

static void
put_frames (FakeDriver *driver, const uint8_t *data, size_t size)
{
  size_t at = size / 2 < 0x10000 ? size / 2 : 0x10000;
  memcpy (driver->memory + FAKE_RING (1), data, at);                           /* descriptors */
  memcpy (driver->memory + FAKE_RING (1) + 0x4000, data, at < 256 ? at : 256); /* available */
  memcpy (driver->memory + FAKE_BUFFERS, data + at, size - at < 0x10000 ? size - at : 0x10000);
  fake_driver_kick (driver, 1);
  fake_driver_kick (driver, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const VbetVhostCallbacks callbacks = { NULL, NULL, NULL };
  FakeSwitch to;
  FakeDriver driver, other;
  if (size < 4)
    return 0;
  fake_switch_init (&to);
  fake_driver_connect (&driver, &to, "a", &callbacks, NULL);
  fake_driver_connect (&other, &to, "b", &callbacks, NULL);
  vbet_fabric_add_cable (to.fabric, "k", "a", 1, "b", 1, NULL, 0);
  fake_driver_boot (&other, 0);
  fake_driver_fill (&other, 32);
  if (data[0] & BOOTED)
    fake_driver_boot (&driver, 0);
  for (size_t at = 1; at + 3 < size;) {
    guint8 body[256];
    guint32 length = MIN (data[at + 2], size - at - 3);
    int fds[] = { driver.memory_fd, driver.kick[0], driver.call_in[1], driver.memory_fd };
    memcpy (body, data + at + 3, length);
    fake_driver_say (&driver, data[at] % 32, body, length, fds + (data[at + 1] >> 4) % 3,
                     (data[at + 1] & 15) % 2 + (data[at + 1] & 15) / 15);
    at += 3 + length;
  }
  put_frames (&driver, data, size);
  fake_switch_finish (&to);
  fake_driver_finish (&driver);
  fake_driver_finish (&other);
  return 0;
}
