/* sha256.h - the Secure Hash Algorithm 256 (FIPS 180-4) and HMAC with it (RFC 2104), for programs without GLib. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32  /* bytes of a digest */
#define SHA256_BLOCK 64 /* bytes that are worked on at a time */

typedef struct {
  uint32_t h[8];
  uint64_t size; /* bytes taken so far */
  uint8_t block[SHA256_BLOCK];
} Sha256;

/** sha256_begin: a digest of nothing yet. */
void sha256_begin (Sha256 *self);
/** sha256_add: @size more bytes. */
void sha256_add (Sha256 *self, const void *data, size_t size);
/** sha256_end: the digest of all that was added; @self is used up. */
void sha256_end (Sha256 *self, uint8_t ret_digest[SHA256_SIZE]);
/** sha256: the digest of @size bytes at @data. */
void sha256 (const void *data, size_t size, uint8_t ret_digest[SHA256_SIZE]);

/** hmac_sha256: the code of @size bytes at @data, which only who has @key can make (RFC 2104, section 2). */
void hmac_sha256 (const void *key, size_t key_size, const void *data, size_t size,
                  uint8_t ret_code[SHA256_SIZE]);
/** sha256_equal: Returns: whether two digests are the same, in a time that does not tell where they differ. */
bool sha256_equal (const uint8_t a[SHA256_SIZE], const uint8_t b[SHA256_SIZE]);
