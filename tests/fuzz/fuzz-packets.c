/* fuzz-packets.c - a capture that somebody else wrote, and frames of any kind in the list of packets. */
#include "config.h"

#include <string.h>

#include "capture/dissect.h"
#include "capture/packets.h"
#include "fuzz/fuzz.h"

static void
check_line (const guint8 *data, gsize captured, gsize size)
{
  VbetDissection line;
  vbet_dissect (data, (guint)captured, (guint)size, &line);
  g_assert_nonnull (memchr (line.info, '\0', sizeof line.info));
  g_assert_true (g_str_is_ascii (line.info) && g_str_is_ascii (line.from) && g_str_is_ascii (line.to));
  g_assert_true (*line.protocol != '\0');
}

static gboolean
on_block (const guint8 *block, gsize size, const VbetPacket *packet, gpointer user_data)
{
  (void)user_data;
  if (packet != NULL) {
    g_assert_true (packet->data >= block && packet->data + packet->captured <= block + size);
    g_assert_true (g_utf8_validate (packet->name, -1, NULL));
    check_line (packet->data, packet->captured, packet->size);
  }
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (VbetPackets) packets = vbet_packets_new ();
  for (guint i = 0; i < 2; i++)
    vbet_packets_feed (packets, data, size, on_block, NULL);
  vbet_packets_get_missed (packets);
  check_line (data, size, size);
  return 0;
}
