/* vxlan.c - see vxlan.h. */
#include "config.h"

#include "switch/core/vxlan.h"

#define FLAG_VNI 0x08 /* "I": the network identifier is valid */

void
vbet_vxlan_write (guint32 vni, guint8 ret_header[VBET_VXLAN_HEADER])
{
  const guint8 header[VBET_VXLAN_HEADER]
      = { FLAG_VNI, 0, 0, 0, (guint8)(vni >> 16), (guint8)(vni >> 8), (guint8)vni, 0 };
  for (guint i = 0; i < VBET_VXLAN_HEADER; i++)
    ret_header[i] = header[i];
}

gboolean
vbet_vxlan_read (const guint8 *data, gsize size, guint32 vni)
{
  return size >= VBET_VXLAN_HEADER && (data[0] & FLAG_VNI) != 0
         && ((guint32)data[4] << 16 | (guint32)data[5] << 8 | data[6]) == vni;
}
