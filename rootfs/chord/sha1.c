/* sha1.c - the Secure Hash Algorithm 1 (RFC 3174); see sha1.h. */
#include "sha1.h"

#include <string.h>

static uint32_t
rotate (uint32_t word, unsigned count)
{
  return word << count | word >> (32 - count);
}

/* Section 5: function and constant of step @t. */
static uint32_t
mix (unsigned t, uint32_t b, uint32_t c, uint32_t d)
{
  if (t < 20)
    return ((b & c) | (~b & d)) + 0x5a827999;
  if (t < 40)
    return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60)
    return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

/* Section 6.1, steps a to e. */
static void
take_block (uint32_t h[5], const uint8_t *block)
{
  uint32_t w[80];
  for (unsigned t = 0; t < 16; t++, block += 4)
    w[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
  for (unsigned t = 16; t < 80; t++)
    w[t] = rotate (w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
  for (unsigned t = 0; t < 80; t++) {
    uint32_t next = rotate (a, 5) + mix (t, b, c, d) + e + w[t];
    e = d;
    d = c;
    c = rotate (b, 30);
    b = a;
    a = next;
  }
  h[0] += a;
  h[1] += b;
  h[2] += c;
  h[3] += d;
  h[4] += e;
}

void
sha1 (const void *data, size_t size, uint8_t ret_digest[SHA1_SIZE])
{
  uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
  const uint8_t *bytes = data;
  size_t left = size;
  for (; left >= SHA1_BLOCK; left -= SHA1_BLOCK, bytes += SHA1_BLOCK)
    take_block (h, bytes);

  /* Section 4: a bit that is 1, zeros, and the length in bits fill the last block, or two. */
  uint8_t tail[2 * SHA1_BLOCK] = { 0 };
  size_t tail_size = left + 9 <= SHA1_BLOCK ? SHA1_BLOCK : sizeof tail;
  if (left > 0)
    memcpy (tail, bytes, left);
  tail[left] = 0x80;
  uint64_t bits = (uint64_t)size * 8;
  for (unsigned i = 0; i < 8; i++)
    tail[tail_size - 1 - i] = (uint8_t)(bits >> 8 * i);
  for (size_t at = 0; at < tail_size; at += SHA1_BLOCK)
    take_block (h, tail + at);

  for (unsigned i = 0; i < SHA1_SIZE; i++)
    ret_digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}
