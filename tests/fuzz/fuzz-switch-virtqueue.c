/* fuzz-switch-virtqueue.c - a guest's memory is the input: whatever is in its rings, nothing outside of it is
 * touched, and what comes out of them as frames can be cut, filled and copied. */
#include "config.h"

#include <string.h>

#include "fuzz/fuzz.h"
#include "switch/core/offload.h"
#include "switch/core/virtqueue.h"

#define RINGS 0x400 /* bytes of the input before this are the rings */
#define SIZE 16
#define TURNS 64

static void
check_frame (const VbetFrame *frame, gpointer user_data)
{
  guint *longest = user_data;
  g_assert_null (frame->parts);
  g_assert_cmpuint (frame->size, <=, *longest);
  g_assert_cmpuint (vbet_checksum (frame->data, frame->size, 0), <, G_MAXUINT64); /* all bytes are there */
}

/* As a port does it: the first bytes are copied, the rest stays where it is. */
static void
use_frame (const VbetChain *chain, VbetFrameStore *store)
{
  guint8 bytes[VBET_OFFLOAD_HEADER + VBET_OFFLOAD_HEAD];
  struct iovec rest[VBET_CHAIN_PARTS];
  VbetFrameParts parts = { .rest = rest };
  guint copied = 0;
  if (chain->bytes_read < VBET_OFFLOAD_HEADER || chain->bytes_read > VBET_FRAME_MAX)
    return;
  for (guint i = 0; i < chain->n_read; i++) {
    struct iovec part = chain->parts[i];
    guint now = (guint)MIN (part.iov_len, sizeof bytes - copied);
    memcpy (bytes + copied, part.iov_base, now);
    copied += now;
    if (part.iov_len > now)
      rest[parts.n_rest++]
          = (struct iovec){ .iov_base = (guint8 *)part.iov_base + now, .iov_len = part.iov_len - now };
  }
  VbetFrame frame = { .data = bytes + VBET_OFFLOAD_HEADER,
                      .size = (guint)chain->bytes_read - VBET_OFFLOAD_HEADER,
                      .parts = &parts };
  parts.head = copied - VBET_OFFLOAD_HEADER;
  if (!vbet_offload_read (bytes, frame.data, parts.head, frame.size, &parts.offload))
    return;
  guint longest = vbet_offload_wire_size (&frame);
  vbet_offload_resolve (&frame, store, check_frame, &longest);
  vbet_frame_store_reclaim (store);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < RINGS || size > 8 * VBET_FRAME_MAX)
    return 0;
  g_autofree guint8 *bytes = g_memdup2 (data, size);
  VbetMemory memory = { .n = 2 };
  gsize half = size / 2 & ~(gsize)15;
  memory.regions[0] = (VbetMemoryRegion){ .guest = 0, .user = 0, .size = half, .host = bytes };
  memory.regions[1]
      = (VbetMemoryRegion){ .guest = 0x10000, .user = 0x10000, .size = size - half, .host = bytes + half };
  VbetQueue queue;
  VbetChain chain;
  VbetFrameStore store;
  if (!vbet_queue_start (&queue, &memory, SIZE, 0, 0x100, 0x180, (data[0] & 1) != 0))
    return 0;
  vbet_frame_store_init (&store, 4 << 20);
  for (guint turn = 0; turn < TURNS && vbet_queue_is_started (&queue); turn++) {
    VbetChainResult result = vbet_queue_take (&queue, &chain);
    if (result == VBET_CHAIN_NONE)
      break;
    if (result == VBET_CHAIN_OK) {
      gsize bytes_read = 0;
      for (guint i = 0; i < chain.n_read; i++)
        bytes_read += chain.parts[i].iov_len;
      g_assert_cmpuint (bytes_read, ==, chain.bytes_read);
      use_frame (&chain, &store);
      for (guint i = chain.n_read; i < chain.n_read + chain.n_write; i++)
        memset (chain.parts[i].iov_base, (int)turn, chain.parts[i].iov_len);
    }
    vbet_queue_give (&queue, chain.head, 1);
    vbet_queue_publish (&queue);
    vbet_queue_ask (&queue, turn % 3);
    vbet_queue_hush (&queue);
  }
  vbet_frame_store_finish (&store);
  return 0;
}
