/* message.c - what a firewall and the policy server say to each other, as bytes; see message.h. */
#include "message.h"

#include <string.h>

#define PROTOCOL 1

typedef struct {
  const uint8_t *at;
  size_t left;
  bool sound; /* nothing was asked for that is not there */
} Reader;

/* --- bytes ---------------------------------------------------------------------------------- */

static void
put (uint8_t **at, const void *bytes, size_t size)
{
  if (size > 0)
    memcpy (*at, bytes, size);
  *at += size;
}

static void
put_number (uint8_t **at, uint32_t number)
{
  for (unsigned i = 0; i < 4; i++)
    *(*at)++ = (uint8_t)(number >> (24 - 8 * i));
}

static void
put_string (uint8_t **at, const char *text, size_t limit)
{
  size_t size = strnlen (text, limit);
  *(*at)++ = (uint8_t)size;
  put (at, text, size);
}

static const uint8_t *
take (Reader *reader, size_t size)
{
  const uint8_t *bytes = reader->at;
  reader->sound = reader->sound && size <= reader->left;
  if (!reader->sound)
    return NULL;
  reader->at += size;
  reader->left -= size;
  return bytes;
}

static void
take_bytes (Reader *reader, void *ret_bytes, size_t size)
{
  const uint8_t *bytes = take (reader, size);
  if (bytes != NULL)
    memcpy (ret_bytes, bytes, size);
}

static uint32_t
take_byte (Reader *reader)
{
  const uint8_t *byte = take (reader, 1);
  return byte != NULL ? *byte : 0;
}

static uint32_t
take_number (Reader *reader)
{
  const uint8_t *b = take (reader, 4);
  return b != NULL ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}

/* Printable ASCII of less than @room bytes: it comes to logs and terminals. */
static void
take_string (Reader *reader, char *ret_text, size_t room)
{
  size_t size = take_byte (reader);
  const uint8_t *bytes = take (reader, size);
  reader->sound = reader->sound && size < room;
  for (size_t i = 0; reader->sound && i < size; i++)
    reader->sound = bytes[i] >= ' ' && bytes[i] <= '~';
  if (!reader->sound)
    return;
  memcpy (ret_text, bytes, size);
  ret_text[size] = '\0';
}

/* --- what all messages have ------------------------------------------------------------------ */

static void
put_header (uint8_t **at, PolicyType type)
{
  const uint8_t header[POLICY_HEADER_SIZE] = { 'F', 'P', PROTOCOL, (uint8_t)type };
  put (at, header, sizeof header);
}

static size_t
put_size (uint8_t *data, size_t size)
{
  uint8_t *at = data + POLICY_HEADER_SIZE - 4;
  put_number (&at, (uint32_t)size);
  return size;
}

/* The code, for what is in @data up to @end. Returns: the size of all. */
static size_t
seal (const PolicyKey *key, uint8_t *data, const uint8_t *end)
{
  size_t size = (size_t)(end - data);
  put_size (data, size + SHA256_SIZE);
  hmac_sha256 (key->bytes, key->size, data, size, data + size);
  return size + SHA256_SIZE;
}

size_t
policy_message_size (const uint8_t header[POLICY_HEADER_SIZE], PolicyType type)
{
  static const size_t limits[] = { [POLICY_HELLO] = POLICY_HELLO_SIZE,
                                   [POLICY_REPORT] = POLICY_REPORT_MAX,
                                   [POLICY_ANSWER] = POLICY_ANSWER_MAX };
  Reader reader = { header + 4, 4, true };
  size_t size = take_number (&reader);
  bool known = header[0] == 'F' && header[1] == 'P' && header[2] == PROTOCOL && header[3] == type;
  return known && size >= POLICY_HEADER_SIZE && size <= limits[type] ? size : 0;
}

/* Whether the bytes are one message of @type with a right code. @ret_body: what is between header and code. */
static PolicyTrust
unseal (const PolicyKey *key, PolicyType type, const uint8_t *data, size_t size, Reader *ret_body)
{
  uint8_t code[SHA256_SIZE];
  if (size < POLICY_HEADER_SIZE + SHA256_SIZE || policy_message_size (data, type) != size)
    return POLICY_MALFORMED;
  size_t signed_size = size - SHA256_SIZE;
  hmac_sha256 (key->bytes, key->size, data, signed_size, code);
  *ret_body = (Reader){ data + POLICY_HEADER_SIZE, signed_size - POLICY_HEADER_SIZE, true };
  return sha256_equal (code, data + signed_size) ? POLICY_TRUSTED : POLICY_FORGED;
}

bool
policy_key_read (const char *bytes, size_t size, PolicyKey *ret_key)
{
  static const char space[] = " \t\r\n";
  while (size > 0 && memchr (space, bytes[size - 1], sizeof space - 1) != NULL)
    size--;
  while (size > 0 && memchr (space, bytes[0], sizeof space - 1) != NULL)
    bytes++, size--;
  if (size < POLICY_KEY_MIN || size > POLICY_KEY_MAX)
    return false;
  memcpy (ret_key->bytes, bytes, size);
  ret_key->size = size;
  return true;
}

/* --- the three ----------------------------------------------------------------------------- */

void
policy_hello_pack (const uint8_t challenge[POLICY_NONCE_SIZE], uint8_t ret_data[POLICY_HELLO_SIZE])
{
  uint8_t *at = ret_data;
  put_header (&at, POLICY_HELLO);
  put (&at, challenge, POLICY_NONCE_SIZE);
  put_size (ret_data, POLICY_HELLO_SIZE);
}

bool
policy_hello_unpack (const uint8_t *data, size_t size, uint8_t ret_challenge[POLICY_NONCE_SIZE])
{
  if (size != POLICY_HELLO_SIZE || policy_message_size (data, POLICY_HELLO) != size)
    return false;
  memcpy (ret_challenge, data + POLICY_HEADER_SIZE, POLICY_NONCE_SIZE);
  return true;
}

size_t
policy_report_pack (const PolicyKey *key, const PolicyReport *report, uint8_t ret_data[POLICY_REPORT_MAX])
{
  uint8_t *at = ret_data;
  put_header (&at, POLICY_REPORT);
  put (&at, report->challenge, POLICY_NONCE_SIZE);
  put (&at, report->nonce, POLICY_NONCE_SIZE);
  put_number (&at, report->version);
  *at++ = report->refuses ? 1 : 0;
  put (&at, report->digest, SHA256_SIZE);
  put_string (&at, report->name, POLICY_HOST_SIZE - 1);
  put_string (&at, report->reason, POLICY_REASON_SIZE - 1);
  return seal (key, ret_data, at);
}

PolicyTrust
policy_report_unpack (const PolicyKey *key, const uint8_t challenge[POLICY_NONCE_SIZE], const uint8_t *data,
                      size_t size, PolicyReport *ret_report)
{
  Reader body;
  PolicyTrust trust = unseal (key, POLICY_REPORT, data, size, &body);
  if (trust != POLICY_TRUSTED)
    return trust;
  memset (ret_report, 0, sizeof *ret_report);
  take_bytes (&body, ret_report->challenge, POLICY_NONCE_SIZE);
  take_bytes (&body, ret_report->nonce, POLICY_NONCE_SIZE);
  ret_report->version = take_number (&body);
  uint32_t verdict = take_byte (&body);
  ret_report->refuses = verdict == 1;
  take_bytes (&body, ret_report->digest, SHA256_SIZE);
  take_string (&body, ret_report->name, sizeof ret_report->name);
  take_string (&body, ret_report->reason, sizeof ret_report->reason);
  if (!body.sound || body.left != 0 || verdict > 1 || ret_report->name[0] == '\0')
    return POLICY_MALFORMED;
  return memcmp (ret_report->challenge, challenge, POLICY_NONCE_SIZE) == 0 ? POLICY_TRUSTED : POLICY_STALE;
}

size_t
policy_answer_pack (const PolicyKey *key, const PolicyAnswer *answer, uint8_t ret_data[POLICY_ANSWER_MAX])
{
  uint8_t *at = ret_data;
  put_header (&at, POLICY_ANSWER);
  put (&at, answer->nonce, POLICY_NONCE_SIZE);
  *at++ = (uint8_t)answer->result;
  put_number (&at, answer->bytes);
  if (answer->result == POLICY_TEXT)
    put (&at, answer->text, answer->bytes);
  return seal (key, ret_data, at);
}

PolicyTrust
policy_answer_unpack (const PolicyKey *key, const uint8_t nonce[POLICY_NONCE_SIZE], const uint8_t *data,
                      size_t size, PolicyAnswer *ret_answer)
{
  Reader body;
  PolicyTrust trust = unseal (key, POLICY_ANSWER, data, size, &body);
  if (trust != POLICY_TRUSTED)
    return trust;
  memset (ret_answer, 0, sizeof *ret_answer);
  take_bytes (&body, ret_answer->nonce, POLICY_NONCE_SIZE);
  uint32_t result = take_byte (&body);
  ret_answer->bytes = take_number (&body);
  ret_answer->text = (const char *)body.at;
  if (!body.sound || result > POLICY_TOO_LARGE
      || body.left != (result == POLICY_TEXT ? ret_answer->bytes : 0))
    return POLICY_MALFORMED;
  ret_answer->result = (PolicyResult)result;
  if (result != POLICY_TEXT)
    ret_answer->text = NULL;
  return memcmp (ret_answer->nonce, nonce, POLICY_NONCE_SIZE) == 0 ? POLICY_TRUSTED : POLICY_STALE;
}
