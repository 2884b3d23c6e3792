/* vxlan.h - the header that VXLAN (RFC 7348) puts before a frame. Pure. */
#pragma once

#include <glib.h>

#define VBET_VXLAN_HEADER 8         /* bytes */
#define VBET_VXLAN_VNI_MAX 0xffffff /* network identifiers have 24 bits */

/** vbet_vxlan_write: @vni: at most VBET_VXLAN_VNI_MAX. */
void vbet_vxlan_write (guint32 vni, guint8 ret_header[VBET_VXLAN_HEADER]);
/**
 * vbet_vxlan_read:
 * @data: (array length=size): a datagram
 *
 * Reserved bits are not looked at, as the RFC has it.
 *
 * Returns: FALSE when it has no room for the header, the flag I is not set, or it is of another network than
 * @vni; else the frame begins at VBET_VXLAN_HEADER.
 */
gboolean vbet_vxlan_read (const guint8 *data, gsize size, guint32 vni);
