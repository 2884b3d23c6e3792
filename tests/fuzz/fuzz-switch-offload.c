/* fuzz-switch-offload.c - a virtio-net header and a frame of any bytes: refused, or cut and filled into
 * frames of a wire.
 *
 * The input: 12 bytes of header, one that says where the frame is in pieces, the frame. Checked: as many
 * frames as were told, as long, each within what one may be, whose checksums are right when that of the whole
 * said so.
 */
#include "config.h"

#include <string.h>
#include <sys/uio.h>

#include "fuzz/fuzz.h"
#include "switch/core/offload.h"

#define PIECES 5

typedef struct {
  guint longest;
  guint count;
  guint64 bytes;
} Sum;

static void
on_whole (const VbetFrame *frame, gpointer user_data)
{
  Sum *sum = user_data;
  g_assert_null (frame->parts);
  g_assert_cmpuint (frame->size, >=, VBET_FRAME_HEADER);
  g_assert_cmpuint (frame->size, <=, sum->longest);
  g_assert_cmpuint (vbet_checksum (frame->data, frame->size, 0), <, G_MAXUINT64); /* all bytes are there */
  sum->count++;
  sum->bytes += frame->size;
}

static void
use (const VbetFrame *frame)
{
  VbetFrameStore store;
  guint8 header[VBET_OFFLOAD_HEADER];
  Sum sum = { .longest = vbet_offload_wire_size (frame) };
  guint64 bytes;
  guint count = vbet_offload_wire_count (frame, &bytes);
  g_autofree guint8 *whole = g_malloc (frame->size);
  vbet_offload_copy (frame, whole);
  g_assert_cmpint (memcmp (whole, frame->data, frame->parts->head), ==, 0);
  vbet_offload_write (frame, 1, header);
  VbetOffload again;
  g_assert_true (
      vbet_offload_read (header, whole, MIN (frame->size, VBET_OFFLOAD_HEAD), frame->size, &again));
  g_assert_cmpint (again.gso, ==, frame->parts->offload.gso);
  vbet_frame_store_init (&store, 64 << 20);
  g_assert_true (vbet_offload_resolve (frame, &store, on_whole, &sum));
  g_assert_cmpuint (sum.count, ==, count);
  g_assert_cmpuint (sum.bytes, ==, bytes);
  vbet_frame_store_reclaim (&store);
  vbet_frame_store_finish (&store);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct iovec rest[PIECES];
  VbetFrameParts parts = { .rest = rest };
  if (size < VBET_OFFLOAD_HEADER + 2 || size > VBET_FRAME_MAX)
    return 0;
  guint cut = data[VBET_OFFLOAD_HEADER] + 1;
  const uint8_t *bytes = data + VBET_OFFLOAD_HEADER + 1;
  size -= VBET_OFFLOAD_HEADER + 1;
  parts.head = (guint)MIN (size, VBET_OFFLOAD_HEAD);
  g_autofree guint8 *head = g_memdup2 (bytes, parts.head);
  for (size_t at = parts.head; at < size && parts.n_rest < PIECES; parts.n_rest++) {
    size_t now = parts.n_rest == PIECES - 1 ? size - at : MIN (cut, size - at);
    rest[parts.n_rest] = (struct iovec){ .iov_base = g_memdup2 (bytes + at, now), .iov_len = now };
    at += now;
  }
  VbetFrame frame = { .data = head, .size = (guint)size, .parts = &parts };
  if (vbet_offload_read (data, head, parts.head, frame.size, &parts.offload))
    use (&frame);
  for (guint i = 0; i < parts.n_rest; i++)
    g_free (rest[i].iov_base);
  return 0;
}
