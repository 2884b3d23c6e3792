/* offload.c - see offload.h. */
#include "config.h"

#include "switch/core/offload.h"

#include <string.h>

#define FLAG_NEEDS_CHECKSUM 1
#define GSO_ECN 0x80
#define GSO_SIZE_MIN 48 /* bytes; a smaller one makes thousands of frames of one */

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define PROTOCOL_TCP 6
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define TCP_CHECKSUM 16
#define TCP_FLAGS 13
#define TCP_FIN_PSH 0x09
#define TCP_CWR 0x80
#define UDP_CHECKSUM 6

static guint
get16 (const guint8 *at)
{
  return (guint)at[0] << 8 | at[1];
}

static void
put16 (guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

static guint16
get16_le (const guint8 *at)
{
  return (guint16)(at[0] | at[1] << 8);
}

static void
put16_le (guint8 *at, guint value)
{
  at[0] = (guint8)value;
  at[1] = (guint8)(value >> 8);
}

guint64
vbet_checksum (const guint8 *data, gsize size, guint64 sum)
{
  for (; size >= 4; size -= 4, data += 4) {
    guint32 word;
    memcpy (&word, data, sizeof word);
    sum += GUINT32_FROM_BE (word);
  }
  if (size >= 2) {
    sum += get16 (data);
    data += 2;
    size -= 2;
  }
  return size > 0 ? sum + ((guint64)data[0] << 8) : sum;
}

guint16
vbet_checksum_fold (guint64 sum)
{
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)sum;
}

/* --- the header -------------------------------------------------------------------------- */

/* Finds the IP header of what is to be cut and checks that TCP follows where the guest says. */
static gboolean
read_gso (const guint8 *head, guint head_size, guint size, VbetOffload *offload)
{
  VbetFrame frame = { .data = head, .size = head_size };
  VbetFrameHeader ethernet;
  if (!vbet_frame_parse (&frame, &ethernet))
    return FALSE;
  guint network = ethernet.payload;
  guint tcp = offload->checksum_start;
  if (offload->gso == VBET_GSO_TCP4) {
    if (ethernet.type != TYPE_IPV4 || network + IPV4_HEADER > head_size || head[network + 9] != PROTOCOL_TCP
        || (head[network] & 15) < 5 || tcp != network + (head[network] & 15) * 4u)
      return FALSE;
  } else if (ethernet.type != TYPE_IPV6 || network + IPV6_HEADER > tcp) {
    return FALSE;
  }
  if (tcp + TCP_HEADER > head_size || head[tcp + 12] >> 4 < 5)
    return FALSE;
  guint header = tcp + (guint)(head[tcp + 12] >> 4) * 4;
  if (header > MIN (head_size, VBET_OFFLOAD_HEAD) || header >= size)
    return FALSE;
  offload->network = (guint16)network;
  offload->header = (guint16)header;
  return TRUE;
}

gboolean
vbet_offload_read (const guint8 *header, const guint8 *head, guint head_size, guint size,
                   VbetOffload *ret_offload)
{
  VbetOffload offload = { .gso = header[1] & (guint8)~GSO_ECN, .ecn = (header[1] & GSO_ECN) != 0 };
  if (size < VBET_FRAME_HEADER || head_size < MIN (size, VBET_OFFLOAD_HEAD) || head_size > size)
    return FALSE;
  if (header[0] & FLAG_NEEDS_CHECKSUM) {
    offload.checksum = TRUE;
    offload.checksum_start = get16_le (header + 6);
    offload.checksum_offset = get16_le (header + 8);
    if (offload.checksum_start < VBET_FRAME_HEADER
        || (guint)offload.checksum_start + offload.checksum_offset + 2 > head_size)
      return FALSE;
  }
  if (offload.gso != VBET_GSO_NONE) {
    offload.gso_size = get16_le (header + 4);
    if ((offload.gso != VBET_GSO_TCP4 && offload.gso != VBET_GSO_TCP6) || !offload.checksum
        || offload.checksum_offset != TCP_CHECKSUM || offload.gso_size < GSO_SIZE_MIN
        || !read_gso (head, head_size, size, &offload))
      return FALSE;
  } else if (offload.ecn) {
    return FALSE;
  }
  *ret_offload = offload;
  return TRUE;
}

void
vbet_offload_write (const VbetFrame *frame, guint buffers, guint8 ret_header[VBET_OFFLOAD_HEADER])
{
  memset (ret_header, 0, VBET_OFFLOAD_HEADER);
  put16_le (ret_header + 10, buffers);
  if (frame->parts == NULL || !frame->parts->offload.checksum)
    return;
  const VbetOffload *offload = &frame->parts->offload;
  ret_header[0] = FLAG_NEEDS_CHECKSUM;
  put16_le (ret_header + 6, offload->checksum_start);
  put16_le (ret_header + 8, offload->checksum_offset);
  if (offload->gso == VBET_GSO_NONE)
    return;
  ret_header[1] = (guint8)(offload->gso | (offload->ecn ? GSO_ECN : 0));
  put16_le (ret_header + 2, offload->header);
  put16_le (ret_header + 4, offload->gso_size);
}

/* --- sizes --------------------------------------------------------------------------------- */

guint
vbet_offload_wire_size (const VbetFrame *frame)
{
  if (frame->parts == NULL || frame->parts->offload.gso == VBET_GSO_NONE)
    return frame->size;
  const VbetOffload *offload = &frame->parts->offload;
  return MIN (frame->size, (guint)offload->header + offload->gso_size);
}

guint
vbet_offload_wire_count (const VbetFrame *frame, guint64 *ret_bytes)
{
  *ret_bytes = frame->size;
  if (frame->parts == NULL || frame->parts->offload.gso == VBET_GSO_NONE)
    return 1;
  const VbetOffload *offload = &frame->parts->offload;
  guint count = (frame->size - offload->header + offload->gso_size - 1) / offload->gso_size;
  *ret_bytes += (guint64)(count - 1) * offload->header;
  return count;
}

/* --- whole frames ---------------------------------------------------------------------------- */

/* Where the next byte of a frame is. */
typedef struct {
  const VbetFrame *frame;
  guint part; /* 0: the head */
  gsize offset;
} Cursor;

static void
copy_next (Cursor *self, guint8 *to, gsize size)
{
  const VbetFrameParts *parts = self->frame->parts;
  while (size > 0 && self->part <= parts->n_rest) {
    gboolean in_head = self->part == 0;
    const guint8 *data = in_head ? self->frame->data : parts->rest[self->part - 1].iov_base;
    gsize length = in_head ? parts->head : parts->rest[self->part - 1].iov_len;
    gsize now = MIN (size, length - self->offset);
    memcpy (to, data + self->offset, now);
    to += now;
    size -= now;
    self->offset += now;
    if (self->offset == length) {
      self->part++;
      self->offset = 0;
    }
  }
  if (size > 0)
    memset (to, 0, size); /* does not happen: the parts are as long as the frame */
}

void
vbet_offload_copy (const VbetFrame *frame, guint8 *to)
{
  Cursor cursor = { .frame = frame };
  if (frame->parts == NULL)
    memcpy (to, frame->data, frame->size);
  else
    copy_next (&cursor, to, frame->size);
}

/* The checksum of a frame whose pseudo header is summed up in its place already. */
static void
fill_checksum (guint8 *data, guint size, const VbetOffload *offload)
{
  guint8 *place = data + offload->checksum_start + offload->checksum_offset;
  guint16 sum = (guint16)~vbet_checksum_fold (
      vbet_checksum (data + offload->checksum_start, size - offload->checksum_start, 0));
  if (sum == 0 && offload->checksum_offset == UDP_CHECKSUM)
    sum = 0xffff; /* in UDP, 0 says that there is none */
  put16 (place, sum);
}

static void
set_sequence (guint8 *tcp, guint add)
{
  guint32 sequence = (guint32)(get16 (tcp + 4) << 16 | get16 (tcp + 6)) + add;
  put16 (tcp + 4, sequence >> 16);
  put16 (tcp + 6, sequence);
}

/* Makes the headers at @data those of segment @number, at @done bytes into the payload. */
static void
set_headers (guint8 *data, guint size, const VbetOffload *offload, guint whole, guint number, guint done,
             gboolean last)
{
  guint8 *ip = data + offload->network;
  guint8 *tcp = data + offload->checksum_start;
  if (offload->gso == VBET_GSO_TCP4) {
    put16 (ip + 2, size - offload->network);
    put16 (ip + 4, get16 (ip + 4) + number);
    put16 (ip + 10, 0);
    put16 (ip + 10, (guint16)~vbet_checksum_fold (vbet_checksum (ip, (ip[0] & 15) * 4u, 0)));
  } else {
    put16 (ip + 4, size - offload->network - IPV6_HEADER);
  }
  set_sequence (tcp, done);
  if (!last)
    tcp[TCP_FLAGS] &= (guint8)~TCP_FIN_PSH;
  if (number > 0 && offload->ecn)
    tcp[TCP_FLAGS] &= (guint8)~TCP_CWR;
  /* The sum of the pseudo header is there for the whole; the length is the only part of it that changes. */
  guint old_length = whole - offload->checksum_start, new_length = size - offload->checksum_start;
  guint64 sum = (guint64)get16 (tcp + TCP_CHECKSUM) + (guint16)~vbet_checksum_fold (old_length) + new_length;
  put16 (tcp + TCP_CHECKSUM, vbet_checksum_fold (sum));
}

static gboolean
cut (const VbetFrame *frame, VbetFrameStore *store, VbetOffloadEmit emit, gpointer user_data)
{
  const VbetOffload *offload = &frame->parts->offload;
  Cursor cursor = { .frame = frame };
  guint8 headers[VBET_OFFLOAD_HEAD];
  guint payload = frame->size - offload->header;
  copy_next (&cursor, headers, offload->header);
  for (guint done = 0, number = 0; done < payload; number++) {
    guint now = MIN (offload->gso_size, payload - done);
    VbetStoredFrame *segment = vbet_frame_store_take (store, offload->header + now);
    if (segment == NULL)
      return FALSE;
    segment->source = frame->source;
    memcpy (segment->data, headers, offload->header);
    copy_next (&cursor, segment->data + offload->header, now);
    set_headers (segment->data, segment->size, offload, frame->size, number, done, done + now == payload);
    fill_checksum (segment->data, segment->size, offload);
    VbetFrame look = vbet_stored_frame_look (segment);
    emit (&look, user_data);
    vbet_frame_store_spend (store, segment);
    done += now;
  }
  return TRUE;
}

gboolean
vbet_offload_resolve (const VbetFrame *frame, VbetFrameStore *store, VbetOffloadEmit emit, gpointer user_data)
{
  const VbetOffload *offload = &frame->parts->offload;
  if (offload->gso != VBET_GSO_NONE)
    return cut (frame, store, emit, user_data);
  VbetStoredFrame *whole = vbet_frame_store_take (store, frame->size);
  if (whole == NULL)
    return FALSE;
  whole->source = frame->source;
  vbet_offload_copy (frame, whole->data);
  if (offload->checksum)
    fill_checksum (whole->data, whole->size, offload);
  VbetFrame look = vbet_stored_frame_look (whole);
  emit (&look, user_data);
  vbet_frame_store_spend (store, whole);
  return TRUE;
}
