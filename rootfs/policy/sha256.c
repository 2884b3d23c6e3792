/* sha256.c - the Secure Hash Algorithm 256 (FIPS 180-4) and HMAC with it (RFC 2104); see sha256.h. */
#include "sha256.h"

#include <string.h>

/* Section 4.2.2: from the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t
rotate (uint32_t word, unsigned count)
{
  return word >> count | word << (32 - count);
}

/* Section 6.2.2, step 1. */
static void
schedule (const uint8_t *block, uint32_t ret_w[64])
{
  uint32_t *w = ret_w;
  for (unsigned t = 0; t < 16; t++, block += 4)
    w[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
  for (unsigned t = 16; t < 64; t++) {
    uint32_t near = rotate (w[t - 2], 17) ^ rotate (w[t - 2], 19) ^ w[t - 2] >> 10;
    uint32_t far = rotate (w[t - 15], 7) ^ rotate (w[t - 15], 18) ^ w[t - 15] >> 3;
    w[t] = near + w[t - 7] + far + w[t - 16];
  }
}

/* Section 6.2.2, steps 2 to 4: @v are the working variables a to h. */
static void
take_block (uint32_t h[8], const uint8_t *block)
{
  uint32_t w[64], v[8];
  schedule (block, w);
  memcpy (v, h, sizeof v);
  for (unsigned t = 0; t < 64; t++) {
    uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    uint32_t one
        = v[7] + (rotate (v[4], 6) ^ rotate (v[4], 11) ^ rotate (v[4], 25)) + choice + constants[t] + w[t];
    uint32_t two = (rotate (v[0], 2) ^ rotate (v[0], 13) ^ rotate (v[0], 22)) + majority;
    memmove (v + 1, v, 7 * sizeof v[0]);
    v[4] += one;
    v[0] = one + two;
  }
  for (unsigned i = 0; i < 8; i++)
    h[i] += v[i];
}

void
sha256_begin (Sha256 *self)
{
  static const uint32_t start[8]
      = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
  memcpy (self->h, start, sizeof start);
  self->size = 0;
}

void
sha256_add (Sha256 *self, const void *data, size_t size)
{
  const uint8_t *bytes = data;
  while (size > 0) {
    size_t used = (size_t)(self->size % SHA256_BLOCK);
    size_t piece = size < SHA256_BLOCK - used ? size : SHA256_BLOCK - used;
    memcpy (self->block + used, bytes, piece);
    self->size += piece;
    bytes += piece;
    size -= piece;
    if (used + piece == SHA256_BLOCK)
      take_block (self->h, self->block);
  }
}

void
sha256_end (Sha256 *self, uint8_t ret_digest[SHA256_SIZE])
{
  /* Section 5.1.1: a bit that is 1, zeros, and the length in bits fill the last block, or two. */
  uint8_t tail[SHA256_BLOCK + 8] = { 0x80 };
  uint64_t bits = self->size * 8;
  size_t used = (size_t)(self->size % SHA256_BLOCK);
  size_t zeros = (used < SHA256_BLOCK - 8 ? SHA256_BLOCK - 8 : 2 * SHA256_BLOCK - 8) - used;
  for (unsigned i = 0; i < 8; i++)
    tail[zeros + i] = (uint8_t)(bits >> (56 - 8 * i));
  sha256_add (self, tail, zeros + 8);
  for (unsigned i = 0; i < SHA256_SIZE; i++)
    ret_digest[i] = (uint8_t)(self->h[i / 4] >> (24 - 8 * (i % 4)));
}

void
sha256 (const void *data, size_t size, uint8_t ret_digest[SHA256_SIZE])
{
  Sha256 hash;
  sha256_begin (&hash);
  sha256_add (&hash, data, size);
  sha256_end (&hash, ret_digest);
}

/* One of the two hashes of HMAC: of @key with each byte changed by @pad, and @data. */
static void
keyed (const uint8_t key[SHA256_BLOCK], uint8_t pad, const void *data, size_t size,
       uint8_t ret_digest[SHA256_SIZE])
{
  Sha256 hash;
  uint8_t block[SHA256_BLOCK];
  for (unsigned i = 0; i < SHA256_BLOCK; i++)
    block[i] = key[i] ^ pad;
  sha256_begin (&hash);
  sha256_add (&hash, block, sizeof block);
  sha256_add (&hash, data, size);
  sha256_end (&hash, ret_digest);
}

void
hmac_sha256 (const void *key, size_t key_size, const void *data, size_t size, uint8_t ret_code[SHA256_SIZE])
{
  uint8_t block[SHA256_BLOCK] = { 0 }, inner[SHA256_SIZE];
  if (key_size > SHA256_BLOCK)
    sha256 (key, key_size, block);
  else if (key_size > 0)
    memcpy (block, key, key_size);
  keyed (block, 0x36, data, size, inner);
  keyed (block, 0x5c, inner, sizeof inner, ret_code);
}

bool
sha256_equal (const uint8_t a[SHA256_SIZE], const uint8_t b[SHA256_SIZE])
{
  uint8_t difference = 0;
  for (unsigned i = 0; i < SHA256_SIZE; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}
