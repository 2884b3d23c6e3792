/* frame.c - see frame.h. */
#include "config.h"

#include "switch/core/frame.h"

#define TYPE_8021Q 0x8100
#define TYPE_8021AD 0x88a8
#define MAX_TAGS 2

guint64
vbet_mac_from_bytes (const guint8 bytes[6])
{
  guint64 mac = 0;
  for (guint i = 0; i < 6; i++)
    mac = mac << 8 | bytes[i];
  return mac;
}

void
vbet_mac_to_bytes (guint64 mac, guint8 ret_bytes[6])
{
  for (guint i = 0; i < 6; i++)
    ret_bytes[i] = (guint8)(mac >> (40 - 8 * i));
}

/* Reads two bytes at *@offset and moves on; FALSE at the end of the frame. */
static gboolean
take_u16 (const VbetFrame *frame, guint *offset, guint16 *ret_value)
{
  if (frame->size < 2 || *offset > frame->size - 2)
    return FALSE;
  *ret_value = (guint16)(frame->data[*offset] << 8 | frame->data[*offset + 1]);
  *offset += 2;
  return TRUE;
}

gboolean
vbet_frame_parse (const VbetFrame *frame, VbetFrameHeader *ret_header)
{
  if (frame->size < VBET_FRAME_HEADER)
    return FALSE;
  VbetFrameHeader header = {
    .destination = vbet_frame_destination (frame),
    .source = vbet_frame_source (frame),
  };
  guint offset = 12;
  if (!take_u16 (frame, &offset, &header.type))
    return FALSE;
  for (guint tag = 0; tag < MAX_TAGS && (header.type == TYPE_8021Q || header.type == TYPE_8021AD); tag++) {
    guint16 control;
    if (!take_u16 (frame, &offset, &control) || !take_u16 (frame, &offset, &header.type))
      return FALSE;
    if (!header.tagged) {
      header.tagged = TRUE;
      header.vlan = control & 0x0fff;
      header.priority = (guint8)(control >> 13);
    }
  }
  header.payload = offset;
  *ret_header = header;
  return TRUE;
}
