/* message.h - what a firewall and the policy server say to each other, as bytes.
 *
 *   server    HELLO    challenge(16)
 *   firewall  REPORT   challenge(16) nonce(16) version(4) verdict(1) digest(32) name reason code(32)
 *   server    ANSWER   nonce(16) result(1) bytes(4) text code(32)
 *
 * Each begins with "FP", 1, its type(1) and its size(4); name and reason have their length (1)
 * in front; numbers have the most significant byte first. The code is HMAC-SHA-256 of all that
 * is before it, with the key that server and firewalls share. Each side answers a random number
 * of the other's under its code, and the type is under it: a message that was recorded is of no
 * use later, nor in the other direction. Nothing is secret but the key. Pure.
 */
#pragma once

#include "policy.h"
#include "sha256.h"

#define POLICY_HEADER_SIZE 8
#define POLICY_NONCE_SIZE 16
#define POLICY_KEY_MIN 16
#define POLICY_KEY_MAX 256
#define POLICY_HOST_SIZE 33 /* a firewall's name, with its NUL */
#define POLICY_HELLO_SIZE (POLICY_HEADER_SIZE + POLICY_NONCE_SIZE)
#define POLICY_REPORT_MAX                                                                                    \
  (POLICY_HEADER_SIZE + 2 * POLICY_NONCE_SIZE + 4 + 1 + SHA256_SIZE + POLICY_HOST_SIZE + POLICY_REASON_SIZE  \
   + SHA256_SIZE)
#define POLICY_ANSWER_MAX (POLICY_HEADER_SIZE + POLICY_NONCE_SIZE + 5 + POLICY_SIZE_MAX + SHA256_SIZE)

typedef struct {
  uint8_t bytes[POLICY_KEY_MAX];
  size_t size;
} PolicyKey;

typedef enum { POLICY_HELLO = 1, POLICY_REPORT, POLICY_ANSWER } PolicyType;

typedef struct {
  uint8_t challenge[POLICY_NONCE_SIZE]; /* the server's */
  uint8_t nonce[POLICY_NONCE_SIZE];     /* the firewall's own */
  uint32_t version;                     /* that is in force; 0: none */
  bool refuses;                         /* what was served last */
  uint8_t digest[SHA256_SIZE];          /* of the text that was judged last: it need not be sent again */
  char name[POLICY_HOST_SIZE];
  char reason[POLICY_REASON_SIZE]; /* of the refusal */
} PolicyReport;

typedef enum {
  POLICY_TEXT,      /* @text is the policy */
  POLICY_UNCHANGED, /* it is the one that was judged */
  POLICY_ABSENT,    /* the server has none that can be read */
  POLICY_TOO_LARGE, /* it has @bytes, too many */
} PolicyResult;

typedef struct {
  uint8_t nonce[POLICY_NONCE_SIZE];
  PolicyResult result;
  uint32_t bytes;
  const char *text; /* (unowned): of @bytes bytes, with POLICY_TEXT alone */
} PolicyAnswer;

typedef enum {
  POLICY_TRUSTED,
  POLICY_MALFORMED, /* it is no such message */
  POLICY_FORGED,    /* it is of somebody who has another key, or was changed on its way */
  POLICY_STALE,     /* it answers another challenge */
} PolicyTrust;

/** policy_key_read: a key of the @size bytes of its file, without white space around it. Returns: whether it has
 * POLICY_KEY_MIN to POLICY_KEY_MAX bytes. */
bool policy_key_read (const char *bytes, size_t size, PolicyKey *ret_key);

/** policy_message_size: Returns: how many bytes the message has that begins with @header, its header included; 0: it is
 * none of @type, or longer than any of that type. */
size_t policy_message_size (const uint8_t header[POLICY_HEADER_SIZE], PolicyType type);

/** policy_hello_pack: the server's first word, a random @challenge. */
void policy_hello_pack (const uint8_t challenge[POLICY_NONCE_SIZE], uint8_t ret_data[POLICY_HELLO_SIZE]);
/** policy_hello_unpack: Returns: whether the bytes are one. */
bool policy_hello_unpack (const uint8_t *data, size_t size, uint8_t ret_challenge[POLICY_NONCE_SIZE]);

/** policy_report_pack: Returns: the size of the message. */
size_t policy_report_pack (const PolicyKey *key, const PolicyReport *report,
                           uint8_t ret_data[POLICY_REPORT_MAX]);
/** policy_report_unpack: @challenge is what this connection began with. Returns: whether the report counts. */
PolicyTrust policy_report_unpack (const PolicyKey *key, const uint8_t challenge[POLICY_NONCE_SIZE],
                                  const uint8_t *data, size_t size, PolicyReport *ret_report);

/** policy_answer_pack: Returns: the size of the message. */
size_t policy_answer_pack (const PolicyKey *key, const PolicyAnswer *answer,
                           uint8_t ret_data[POLICY_ANSWER_MAX]);
/** policy_answer_unpack: @nonce is that of the report. @ret_answer: its text points into @data. Returns: whether the
 * answer counts. */
PolicyTrust policy_answer_unpack (const PolicyKey *key, const uint8_t nonce[POLICY_NONCE_SIZE],
                                  const uint8_t *data, size_t size, PolicyAnswer *ret_answer);
