/* fuzz-cow.c - a copy-on-write header from a disk that a guest could write to: what is read can be written the same. */
#include "config.h"

#include <string.h>

#include "engine/guest/disk.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* Inputs are short: the rest of the header is zero, unless the input is long enough to be one itself. */
  guint8 header[VBET_COW_HEADER_SIZE] = { 0 };
  guint8 again[VBET_COW_HEADER_SIZE];
  memcpy (header, data, MIN (size, sizeof header));
  g_auto (VbetCowHeader) read = { NULL };
  if (!vbet_cow_header_decode (header, sizeof header, &read))
    return 0;
  g_assert_true (vbet_cow_header_encode (&read, again));
  g_auto (VbetCowHeader) back = { NULL };
  g_assert_true (vbet_cow_header_decode (again, sizeof again, &back));
  g_assert_cmpstr (back.base, ==, read.base);
  g_assert_cmpuint (back.mtime, ==, read.mtime);
  g_assert_cmpuint (back.size, ==, read.size);
  return 0;
}
