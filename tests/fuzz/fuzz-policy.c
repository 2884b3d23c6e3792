/* fuzz-policy.c - any bytes as a firewall's policy, and as a message between it and its server.
 *
 * A policy that is taken compiles to rules that close all they open; one that is not has a reason.
 * Messages get a right code first, so that what is behind it is reached; what is read packs to the same bytes.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "policy/compile.h"
#include "policy/message.h"

static const PolicyKey key = { "0123456789abcdef", 16 };

static void
try_policy (const uint8_t *data, size_t size)
{
  static const uint32_t addresses[] = { 0xc0a80101, 0x0a000001 };
  char reason[POLICY_REASON_SIZE];
  Policy policy;
  if (!policy_parse ((const char *)data, size, &policy, reason)) {
    g_assert_true (reason[0] != '\0' && g_utf8_validate (reason, -1, NULL));
    return;
  }
  g_autofree char *rules = g_malloc (POLICY_RULESET_SIZE);
  size_t made = policy_compile (&policy, addresses, G_N_ELEMENTS (addresses), rules);
  g_assert_cmpuint (made, <, POLICY_RULESET_SIZE - 1);
  g_assert_cmpuint (made, ==, strlen (rules));
  g_assert_true (g_str_is_ascii (rules) && g_str_has_suffix (rules, "  }\n}\n"));
  size_t quotes = 0;
  for (size_t i = 0; i < made; i++)
    quotes += rules[i] == '"';
  g_assert_cmpuint (quotes % 4, ==, 0); /* two comments a rule, and no word of the policy ends one */
}

/* The same bytes with a header and a code as @type has them. Returns: (transfer full). */
static uint8_t *
sealed (PolicyType type, const uint8_t *data, size_t size, size_t *ret_size)
{
  size_t signed_size = POLICY_HEADER_SIZE + size;
  size_t whole = signed_size + SHA256_SIZE;
  uint8_t *message = g_malloc (whole);
  const uint8_t header[POLICY_HEADER_SIZE] = { 'F',
                                               'P',
                                               1,
                                               (uint8_t)type,
                                               (uint8_t)(whole >> 24),
                                               (uint8_t)(whole >> 16),
                                               (uint8_t)(whole >> 8),
                                               (uint8_t)whole };
  memcpy (message, header, sizeof header);
  if (size > 0)
    memcpy (message + sizeof header, data, size);
  hmac_sha256 (key.bytes, key.size, message, signed_size, message + signed_size);
  *ret_size = whole;
  return message;
}

static void
try_report (const uint8_t *data, size_t size)
{
  size_t whole;
  PolicyReport report;
  uint8_t again[POLICY_REPORT_MAX];
  uint8_t challenge[POLICY_NONCE_SIZE] = { 0 };
  g_assert_true (policy_report_unpack (&key, challenge, data, size, &report) != POLICY_TRUSTED);
  memcpy (challenge, data, MIN (size, sizeof challenge));
  g_autofree uint8_t *message = sealed (POLICY_REPORT, data, size, &whole);
  if (policy_report_unpack (&key, challenge, message, whole, &report) != POLICY_TRUSTED)
    return;
  g_assert_cmpuint (policy_report_pack (&key, &report, again), ==, whole);
  g_assert_cmpmem (again, whole, message, whole);
}

static void
try_answer (const uint8_t *data, size_t size)
{
  size_t whole;
  PolicyAnswer answer;
  uint8_t nonce[POLICY_NONCE_SIZE] = { 0 };
  g_assert_true (policy_answer_unpack (&key, nonce, data, size, &answer) != POLICY_TRUSTED);
  memcpy (nonce, data, MIN (size, sizeof nonce));
  g_autofree uint8_t *message = sealed (POLICY_ANSWER, data, size, &whole);
  if (policy_answer_unpack (&key, nonce, message, whole, &answer) != POLICY_TRUSTED)
    return;
  g_autofree uint8_t *again = g_malloc (POLICY_ANSWER_MAX);
  g_assert_cmpuint (policy_answer_pack (&key, &answer, again), ==, whole);
  g_assert_cmpmem (again, whole, message, whole);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  if (data[0] == 'R')
    try_report (data + 1, size - 1);
  else if (data[0] == 'A')
    try_answer (data + 1, size - 1);
  else
    try_policy (data, size);
  return 0;
}
