/* fuzz-switch-remote.c - what the far end of a remote sends is the input: datagrams, taken apart as the
 * switch does.
 *
 * Each datagram is two bytes of length and its bytes, of which a copy of just
 * that size is read, so that reading past the end is seen. Checked: no frame
 * is longer than its datagram, only our header and our network get through, and
 * the state of the far end is one that what came explains.
 */
#include "config.h"

#include "fuzz/fuzz.h"
#include "switch/core/far-end.h"
#include "switch/core/vxlan.h"

static void
take (VbetFarEnd *far_end, const guint8 *data, guint size, guint32 vni, gint64 now)
{
  if (!vbet_vxlan_read (data, size, vni))
    return;
  g_assert_cmpuint (size, >=, VBET_VXLAN_HEADER);
  guint8 expected[VBET_VXLAN_HEADER];
  vbet_vxlan_write (vni, expected);
  g_assert_true ((data[0] & expected[0]) != 0 && memcmp (data + 4, expected + 4, 3) == 0);
  VbetFrame frame = { .data = data + VBET_VXLAN_HEADER, .size = size - VBET_VXLAN_HEADER };
  gboolean hello = vbet_far_end_heard (far_end, &frame, now);
  VbetFarState state = vbet_far_end_state (far_end, now);
  g_assert_true (state == VBET_FAR_HEARD || state == VBET_FAR_CUT);
  g_assert_true (!hello || frame.size >= 20);
  g_assert_true (!hello || (state == VBET_FAR_CUT) == !far_end->carrier);
  g_assert_true (!far_end->known || g_utf8_validate (far_end->identity.lab, -1, NULL));
  VbetFarIdentity own = far_end->identity;
  g_assert_false (vbet_far_end_clashes (far_end, &own, now));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  VbetFarEnd far_end;
  gint64 now = 0;
  vbet_far_end_init (&far_end, now);
  while (size >= 2) {
    guint length = MIN ((guint)data[0] << 8 | data[1], (guint)size - 2);
    g_autofree guint8 *datagram = g_memdup2 (data + 2, length);
    now += (gint64)data[1] * VBET_FAR_HELLO_INTERVAL / 64;
    if (data[0] == 0xff)
      vbet_far_end_refused (&far_end, now);
    else
      take (&far_end, datagram, length, length % 2 == 0 ? 42 : VBET_VXLAN_VNI_MAX, now);
    g_assert_nonnull (vbet_far_state_name (vbet_far_end_state (&far_end, now)));
    data += 2 + length;
    size -= 2 + length;
  }
  return 0;
}
