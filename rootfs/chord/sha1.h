/* sha1.h - the Secure Hash Algorithm 1 (RFC 3174), for programs without GLib.
 *
 * Chord spreads identifiers by it; nothing secret depends on it. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20  /* bytes of a digest */
#define SHA1_BLOCK 64 /* bytes that are worked on at a time */

/** sha1: the digest of @size bytes at @data (RFC 3174, section 6.1). */
void sha1 (const void *data, size_t size, uint8_t ret_digest[SHA1_SIZE]);
