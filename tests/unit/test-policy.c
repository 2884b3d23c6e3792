/* test-policy.c - the policy of a distributed firewall: its text, the rules made of it, its messages and who believes
 * them. */
#include "config.h"

#include <string.h>
#include <glib.h>

#include "policy/compile.h"
#include "policy/judge.h"
#include "policy/message.h"
#include "policy/sha256.h"
#include "policy/text.h"
#include "harness.h"

#define HEAD "version 3\nnetwork n1 192.168.1.0/24\nnetwork n5 192.168.5.0/24\n"

static const uint32_t fw1[] = { 0xc0a80101, 0xc0a80001 }, fw2[] = { 0xc0a80201, 0xc0a80002 };

/* --- hashes --------------------------------------------------------------------- */

static void
assert_hex (const guint8 *bytes, gsize size, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  VBET_ASSERT_TEXT (text->str, expected);
}

/* FIPS 180-4's own examples, and every length around the ends of blocks against GLib's. */
static void
test_sha256 (void)
{
  guint8 digest[SHA256_SIZE], data[200];
  sha256 ("abc", 3, digest);
  assert_hex (digest, sizeof digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  sha256 ("", 0, digest);
  assert_hex (digest, sizeof digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (gsize size = 0; size < sizeof data; size++) {
    data[size] = (guint8)(size * 37);
    g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
    Sha256 hash;
    sha256_begin (&hash);
    sha256_add (&hash, data, size / 3);
    sha256_add (&hash, data + size / 3, size - size / 3);
    sha256_end (&hash, digest);
    assert_hex (digest, sizeof digest, expected);
  }
}

/* RFC 4231, sections 4.2 to 4.8. */
static void
test_hmac (void)
{
  static const struct {
    guint8 key_byte; /* repeated; 0: @key */
    gsize key_size;
    const char *key;
    guint8 data_byte; /* in the same way */
    gsize data_size;
    const char *data;
    const char *code;
  } cases[] = {
    { 0x0b, 20, NULL, 0, 8, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { 0, 4, "Jefe", 0, 28, "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { 0xaa, 20, NULL, 0xdd, 50, NULL, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
    { 0, 25,
      "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19",
      0xcd, 50, NULL, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
    { 0x0c, 20, NULL, 0, 20, "Test With Truncation", "a3b6167473100ee06e0c796c2955552b" },
    { 0xaa, 131, NULL, 0, 54, "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { 0xaa, 131, NULL, 0, 152,
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to "
      "be "
      "hashed before being used by the HMAC algorithm.",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 key[131], data[152], code[SHA256_SIZE];
    memset (key, cases[i].key_byte, sizeof key);
    memset (data, cases[i].data_byte, sizeof data);
    if (cases[i].key != NULL)
      memcpy (key, cases[i].key, cases[i].key_size);
    if (cases[i].data != NULL)
      memcpy (data, cases[i].data, cases[i].data_size);
    hmac_sha256 (key, cases[i].key_size, data, cases[i].data_size, code);
    assert_hex (code, strlen (cases[i].code) / 2, cases[i].code);
  }
}

static void
test_equal (void)
{
  guint8 a[SHA256_SIZE] = { 0 }, b[SHA256_SIZE] = { 0 };
  CU_ASSERT_TRUE (sha256_equal (a, b));
  for (guint bit = 0; bit < 8 * SHA256_SIZE; bit++) {
    b[bit / 8] ^= (guint8)(1u << bit % 8);
    CU_ASSERT_FALSE (sha256_equal (a, b));
    b[bit / 8] = 0;
  }
}

static void
test_text (void)
{
  char bytes[12];
  PolicyText text;
  policy_text_begin (&text, bytes, sizeof bytes);
  policy_text_add (&text, "%s %u%%", "a", 0u);
  VBET_ASSERT_TEXT (bytes, "a 0%");
  policy_text_add (&text, "%u", G_MAXUINT);
  VBET_ASSERT_TEXT (bytes, "a 0%4294967");
  CU_ASSERT_TRUE (text.cut);
  policy_text_add (&text, "more");
  VBET_ASSERT_TEXT (bytes, "a 0%4294967");
}

/* --- the text ----------------------------------------------------------------------- */

static void
test_parse (void)
{
  static const char text[] = "# Who may do what. Größe und Ähnliches darf hier stehen.\n"
                             "\n"
                             "version 4294967295\t# the last one\r\n"
                             "network n1 192.168.1.0/24\n"
                             "  network servers 10.0.0.0/8 # of all\n"
                             "network one 172.16.0.1/32\n"
                             "allow http from n1 to servers\n"
                             "allow tcp 8000-8080 from any to n1\n"
                             "allow udp 53 from n1 to any\n"
                             "allow icmp from any to any\n"
                             "allow any from servers to one";
  Policy policy;
  char reason[POLICY_REASON_SIZE];
  CU_ASSERT_TRUE_FATAL (policy_parse (text, sizeof text - 1, &policy, reason));
  CU_ASSERT_EQUAL (policy.version, G_MAXUINT32);
  CU_ASSERT_EQUAL (policy.n_networks, 3);
  VBET_ASSERT_TEXT (policy.networks[1].name, "servers");
  CU_ASSERT_EQUAL (policy.networks[1].address, 0x0a000000);
  CU_ASSERT_EQUAL (policy.networks[1].prefix, 8);
  CU_ASSERT_EQUAL (policy.networks[2].line, 6);
  CU_ASSERT_EQUAL (policy.n_rules, 5);
  CU_ASSERT_TRUE (policy.rules[0].service.protocols == POLICY_TCP && policy.rules[0].service.first == 80);
  CU_ASSERT_TRUE (policy.rules[0].from == 0 && policy.rules[0].to == 1 && policy.rules[0].line == 7);
  CU_ASSERT_TRUE (policy.rules[1].service.first == 8000 && policy.rules[1].service.last == 8080);
  CU_ASSERT_TRUE (policy.rules[1].from == POLICY_ANYWHERE && policy.rules[1].to == 0);
  VBET_ASSERT_TEXT (policy.rules[2].service.text, "udp 53");
  VBET_ASSERT_TEXT (policy_network_name (&policy, POLICY_ANYWHERE), "any");
  VBET_ASSERT_TEXT (policy_network_name (&policy, 2), "one");
}

/* Each kind of error, with its line and its remedy. */
static void
test_refused (void)
{
  static const struct {
    const char *text;
    const char *reason;
  } cases[] = {
    { "", "the policy has no version; begin with: version 1" },
    { "# nothing\n", "the policy has no version; begin with: version 1" },
    { "\n\nnetwork n1 10.0.0.0/8\n", "line 3: the version comes first; begin with: version 1" },
    { "version\n", "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version 0", "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version -1", "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version 007", "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version 1.5", "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version 4294967296",
      "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version 99999999999",
      "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version 1 2", "line 1: a version is a number from 1 to 4294967295; write for example: version 1" },
    { "version 1\nversion 2", "line 2: the version is said already; keep one line of it" },
    { HEAD "alow http from n1 to n5", "line 4: \"alow\" is no statement; write version, network or allow" },
    { HEAD "network n1",
      "line 4: a network has a name and addresses; write for example: network n1 192.168.1.0/24" },
    { HEAD "network any 10.0.0.0/8",
      "line 4: \"any\" cannot be a network's name; take a letter, then letters, digits, - or _, at most 15" },
    { HEAD "network 9 10.0.0.0/8",
      "line 4: \"9\" cannot be a network's name; take a letter, then letters, digits, - or _, at most 15" },
    { HEAD "network a\"b 10.0.0.0/8", "line 4: \"a\"b\" cannot be a network's name; take a letter, then "
                                      "letters, digits, - or _, at most 15" },
    { HEAD "network abcdefghijklmnop 10.0.0.0/8",
      "line 4: \"abcdefghijklmnop\" cannot be a network's name; take a letter, then letters, digits, - or _, "
      "at most 15" },
    { HEAD "network n1 10.0.0.0/8", "line 4: there is a network n1 already (line 2); choose another name" },
    { HEAD "network n6 10.0.0/8", "line 4: \"10.0.0/8\" is no network; write for example 192.168.1.0/24" },
    { HEAD "network n6 10.0.0.256/8",
      "line 4: \"10.0.0.256/8\" is no network; write for example 192.168.1.0/24" },
    { HEAD "network n6 10.0.0.0/33",
      "line 4: \"10.0.0.0/33\" is no network; write for example 192.168.1.0/24" },
    { HEAD "network n6 10.0.0.0", "line 4: \"10.0.0.0\" is no network; write for example 192.168.1.0/24" },
    { HEAD "network n6 10.0.0.0.0/8",
      "line 4: \"10.0.0.0.0/8\" is no network; write for example 192.168.1.0/24" },
    { HEAD "network n6 ::/0", "line 4: \"::/0\" is no network; write for example 192.168.1.0/24" },
    { HEAD "network n6 10.1.2.3/16",
      "line 4: 10.1.2.3/16 is a host's address; the network's is 10.1.0.0/16" },
    { HEAD "network n6 192.168.5.128/25",
      "line 4: network n6 has addresses of network n5 (line 3); give each address one name" },
    { HEAD "network n6 0.0.0.0/0",
      "line 4: network n6 has addresses of network n1 (line 2); give each address one name" },
    { HEAD "allow http from n1", "line 4: a rule is: allow SERVICE from NETWORK to NETWORK" },
    { HEAD "allow http to n5 from n1", "line 4: a rule is: allow SERVICE from NETWORK to NETWORK" },
    { HEAD "allow tcp 80 from n1 to n5 now", "line 4: a rule is: allow SERVICE from NETWORK to NETWORK" },
    { HEAD "allow tcp 80 from n1 to n5 right now", "line 4: too many words; write one statement a line" },
    { HEAD "allow htttp from n1 to n5",
      "line 4: \"htttp\" is no service; write its protocol and port, as in: tcp 8080" },
    { HEAD "allow http 80 from n1 to n5",
      "line 4: \"http …\" is no service; write its protocol and port, as in: tcp 8080" },
    { HEAD "allow tcp from n1 to n5", "line 4: tcp needs a port; write for example: tcp 80" },
    { HEAD "allow tcp 0 from n1 to n5",
      "line 4: \"0\" is no port; write one from 1 to 65535, or two as in 8000-8080" },
    { HEAD "allow udp 65536 from n1 to n5",
      "line 4: \"65536\" is no port; write one from 1 to 65535, or two as in 8000-8080" },
    { HEAD "allow tcp 90-80 from n1 to n5",
      "line 4: \"90-80\" is no port; write one from 1 to 65535, or two as in 8000-8080" },
    { HEAD "allow tcp 80- from n1 to n5",
      "line 4: \"80-\" is no port; write one from 1 to 65535, or two as in 8000-8080" },
    { HEAD "allow http from n9 to n5",
      "line 4: there is no network \"n9\" above; write for example: network n9 192.168.9.0/24" },
    { HEAD "allow http from n1 to 10.0.0.1",
      "line 4: there is no network \"10.0.0.1\" above; write for example: network n9 192.168.9.0/24" },
    { HEAD "allow http from n1 to n1",
      "line 4: inside a network no firewall is passed; name another one after \"to\"" },
    { HEAD "allow http from n1 to n5\n\nallow tcp 80 from n1 to n5",
      "line 6: line 4 allows that already; remove one of them" },
    { HEAD "\x7f"
           "ELF",
      "line 4: a byte that is no plain text (127); other letters may stand in comments alone" },
    { HEAD "netw\xc3\xb6rk n6 10.0.0.0/8",
      "line 4: a byte that is no plain text (195); other letters may stand in comments alone" },
    { HEAD "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "line 4: a word of more than 31 letters; write version, network or allow" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Policy policy;
    char reason[POLICY_REASON_SIZE];
    CU_ASSERT_FALSE (policy_parse (cases[i].text, strlen (cases[i].text), &policy, reason));
    VBET_ASSERT_TEXT (reason, cases[i].reason);
  }
}

static void
test_zeros (void)
{
  Policy policy;
  char reason[POLICY_REASON_SIZE];
  static const char word[] = "version 1\nnet\0work", comment[] = "version 1 # a\0b\n";
  CU_ASSERT_FALSE (policy_parse (word, sizeof word - 1, &policy, reason));
  VBET_ASSERT_TEXT (reason,
                    "line 2: a byte that is no plain text (0); other letters may stand in comments alone");
  CU_ASSERT_FALSE (policy_parse (comment, sizeof comment - 1, &policy, reason));
  VBET_ASSERT_TEXT (reason, "line 1: a byte that is no plain text (0); a policy is a text file");
}

/* As many networks and rules as there may be, and one more. */
static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("version 1\n");
  Policy policy;
  char reason[POLICY_REASON_SIZE];
  for (guint i = 0; i < POLICY_NETWORKS_MAX; i++)
    g_string_append_printf (text, "network n%u 10.%u.0.0/16\n", i, i);
  gsize networks = text->len;
  for (guint i = 0; i < POLICY_RULES_MAX; i++)
    g_string_append_printf (text, "allow tcp %u from n0 to n1\n", i + 1);
  CU_ASSERT_TRUE (policy_parse (text->str, text->len, &policy, reason));
  g_string_append (text, "allow udp 1 from n0 to n1\n");
  CU_ASSERT_FALSE (policy_parse (text->str, text->len, &policy, reason));
  VBET_ASSERT_TEXT (reason, "line 578: a policy has at most 512 rules; join some");
  g_string_truncate (text, networks);
  g_string_append (text, "network more 10.200.0.0/16\n");
  CU_ASSERT_FALSE (policy_parse (text->str, text->len, &policy, reason));
  VBET_ASSERT_TEXT (reason, "line 66: a policy has at most 64 networks; join some");
  g_string_assign (text, "version 1\n#");
  while (text->len < POLICY_SIZE_MAX)
    g_string_append_c (text, 'x');
  CU_ASSERT_TRUE (policy_parse (text->str, text->len, &policy, reason));
  g_string_append_c (text, 'x');
  CU_ASSERT_FALSE (policy_parse (text->str, text->len, &policy, reason));
  VBET_ASSERT_TEXT (reason, "the policy has 65537 bytes; shorten it to 65536");
}

/* --- rules --------------------------------------------------------------------------- */

static char *
compiled (const char *text, const uint32_t *addresses, gsize n)
{
  Policy policy;
  char reason[POLICY_REASON_SIZE];
  char *ruleset = g_malloc (POLICY_RULESET_SIZE);
  CU_ASSERT_TRUE_FATAL (policy_parse (text, strlen (text), &policy, reason));
  CU_ASSERT_EQUAL (policy_compile (&policy, addresses, n, ruleset), strlen (ruleset));
  return ruleset;
}

static void
test_compile (void)
{
  static const char text[]
      = HEAD "allow http from n1 to n5\nallow icmp from n5 to any\nallow any from any to any";
  g_autofree char *rules = compiled (text, fw1, G_N_ELEMENTS (fw1));
  VBET_ASSERT_TEXT (
      rules,
      "# version 3 of the policy\n"
      "table inet vbet\n"
      "delete table inet vbet\n"
      "table inet fwpolicy\n"
      "delete table inet fwpolicy\n"
      "table inet fwpolicy {\n"
      "  chain forward {\n"
      "    type filter hook forward priority filter; policy drop;\n"
      "    ip saddr 192.168.1.0/24 ip daddr 192.168.5.0/24 tcp dport 80 accept comment \"line 4: http from "
      "n1 "
      "to n5\"\n"
      "    ip daddr 192.168.1.0/24 ip saddr 192.168.5.0/24 tcp sport 80 ct direction reply ct state "
      "established accept comment \"line 4: http from n1 to n5, answers\"\n"
      "    ip saddr 192.168.5.0/24 icmp type echo-request accept comment \"line 5: icmp from n5 to any\"\n"
      "    ip daddr 192.168.5.0/24 icmp type echo-reply ct direction reply ct state established accept "
      "comment \"line 5: icmp from n5 to any, answers\"\n"
      "    meta nfproto ipv4 accept comment \"line 6: any from any to any\"\n"
      "    meta nfproto ipv4 ct direction reply ct state established accept comment \"line 6: any from any "
      "to any, answers\"\n"
      "    ct state related icmp type { destination-unreachable, time-exceeded, parameter-problem } accept\n"
      "  }\n"
      "}\n");
}

/* A firewall gets the rules of its own networks alone. */
static void
test_own_rules (void)
{
  static const char text[]
      = HEAD "network n2 192.168.2.0/24\n"
             "allow dns from n1 to n5\nallow tcp 1-9 from n5 to n2\nallow ssh from n2 to n1";
  g_autofree char *one = compiled (text, fw1, G_N_ELEMENTS (fw1)),
                  *two = compiled (text, fw2, G_N_ELEMENTS (fw2));
  g_autofree char *none = compiled (text, NULL, 0);
  CU_ASSERT_PTR_NOT_NULL (strstr (one, "tcp dport 53"));
  CU_ASSERT_PTR_NOT_NULL (strstr (one, "udp dport 53"));
  CU_ASSERT_PTR_NULL (strstr (one, "1-9"));
  CU_ASSERT_PTR_NULL (strstr (two, "53"));
  CU_ASSERT_PTR_NOT_NULL (strstr (two, "tcp dport 1-9"));
  CU_ASSERT_TRUE (strstr (one, "dport 22") != NULL && strstr (two, "dport 22") != NULL);
  CU_ASSERT_TRUE (strstr (none, "comment") == NULL && strstr (none, "policy drop") != NULL);
}

/* The longest rules there may be, all of them, find room. */
static void
test_large_ruleset (void)
{
  static const uint32_t own[] = { 0xc8c8c801 };
  static const char *const services[] = { "dns", "tcp 65534-65535" };
  for (guint kind = 0; kind < G_N_ELEMENTS (services); kind++) {
    g_autoptr (GString) text = g_string_new ("version 4294967295\n");
    guint rules = 0;
    for (guint i = 0; i < POLICY_NETWORKS_MAX; i++)
      g_string_append_printf (text, "network abcdefghijklm%02u 200.200.%u.0/24\n", i, 140 + i);
    for (guint i = 0; i < POLICY_NETWORKS_MAX; i++)
      for (guint k = 0; k < POLICY_NETWORKS_MAX && rules < POLICY_RULES_MAX; k++)
        if (i != k && ++rules > 0)
          g_string_append_printf (text, "allow %s from abcdefghijklm%02u to abcdefghijklm%02u\n",
                                  services[kind], i, k);
    g_autofree char *all = compiled (text->str, own, 1);
    CU_ASSERT_TRUE (g_str_has_suffix (all, "}\n"));
    CU_ASSERT_TRUE (strlen (all) < POLICY_RULESET_SIZE - 1);
  }
}

/* --- messages ------------------------------------------------------------------------ */

static const PolicyKey key = { "0123456789abcdef", 16 }, other_key = { "0123456789abcdeF", 16 };
static const guint8 challenge[POLICY_NONCE_SIZE] = { 1, 2, 3 }, nonce[POLICY_NONCE_SIZE] = { 4, 5, 6 };
static const guint8 other_nonce[POLICY_NONCE_SIZE] = { 4, 5, 7 };

static gsize
pack_report (guint8 ret_data[POLICY_REPORT_MAX])
{
  PolicyReport report = { .version = 7, .refuses = true, .name = "fw5", .reason = "line 3: no" };
  memcpy (report.challenge, challenge, sizeof challenge);
  memcpy (report.nonce, nonce, sizeof nonce);
  memset (report.digest, 9, sizeof report.digest);
  return policy_report_pack (&key, &report, ret_data);
}

static gsize
pack_answer (guint8 ret_data[POLICY_ANSWER_MAX])
{
  PolicyAnswer answer = { .result = POLICY_TEXT, .bytes = 9, .text = "version 1" };
  memcpy (answer.nonce, nonce, sizeof nonce);
  return policy_answer_pack (&key, &answer, ret_data);
}

static void
test_key (void)
{
  PolicyKey read;
  char large[POLICY_KEY_MAX + 1];
  memset (large, 'x', sizeof large);
  CU_ASSERT_TRUE (policy_key_read (" \n0123456789abcdef\r\n", 20, &read));
  CU_ASSERT_TRUE (read.size == 16 && memcmp (read.bytes, key.bytes, 16) == 0);
  CU_ASSERT_FALSE (policy_key_read ("0123456789abcde\n\n\n", 18, &read));
  CU_ASSERT_FALSE (policy_key_read ("", 0, &read));
  CU_ASSERT_TRUE (policy_key_read (large, sizeof large - 1, &read));
  CU_ASSERT_FALSE (policy_key_read (large, sizeof large, &read));
}

static void
test_messages (void)
{
  guint8 hello[POLICY_HELLO_SIZE], said[POLICY_NONCE_SIZE], data[POLICY_REPORT_MAX];
  g_autofree guint8 *answered = g_malloc (POLICY_ANSWER_MAX);
  PolicyReport report;
  PolicyAnswer answer;
  policy_hello_pack (challenge, hello);
  CU_ASSERT_TRUE (policy_hello_unpack (hello, sizeof hello, said));
  CU_ASSERT_EQUAL (memcmp (said, challenge, sizeof said), 0);
  CU_ASSERT_FALSE (policy_hello_unpack (hello, sizeof hello - 1, said));
  gsize size = pack_report (data);
  CU_ASSERT_EQUAL (policy_message_size (data, POLICY_REPORT), size);
  CU_ASSERT_EQUAL (policy_report_unpack (&key, challenge, data, size, &report), POLICY_TRUSTED);
  CU_ASSERT_TRUE (report.version == 7 && report.refuses && report.digest[31] == 9);
  VBET_ASSERT_TEXT (report.name, "fw5");
  VBET_ASSERT_TEXT (report.reason, "line 3: no");
  size = pack_answer (answered);
  CU_ASSERT_EQUAL (policy_message_size (answered, POLICY_ANSWER), size);
  CU_ASSERT_EQUAL (policy_answer_unpack (&key, nonce, answered, size, &answer), POLICY_TRUSTED);
  CU_ASSERT_TRUE (answer.result == POLICY_TEXT && answer.bytes == 9
                  && memcmp (answer.text, "version 1", 9) == 0);
}

/* Who has not the key makes no message, and changes not a bit of one. */
static void
test_forged (void)
{
  guint8 data[POLICY_REPORT_MAX];
  g_autofree guint8 *answered = g_malloc (POLICY_ANSWER_MAX);
  PolicyReport report;
  PolicyAnswer answer;
  gsize size = pack_report (data), answer_size = pack_answer (answered);
  CU_ASSERT_EQUAL (policy_report_unpack (&other_key, challenge, data, size, &report), POLICY_FORGED);
  CU_ASSERT_EQUAL (policy_answer_unpack (&other_key, nonce, answered, answer_size, &answer), POLICY_FORGED);
  for (gsize bit = 0; bit < 8 * size; bit++) {
    data[bit / 8] ^= (guint8)(1u << bit % 8);
    CU_ASSERT_NOT_EQUAL (policy_report_unpack (&key, challenge, data, size, &report), POLICY_TRUSTED);
    data[bit / 8] ^= (guint8)(1u << bit % 8);
  }
  for (gsize bit = 0; bit < 8 * answer_size; bit++) {
    answered[bit / 8] ^= (guint8)(1u << bit % 8);
    CU_ASSERT_NOT_EQUAL (policy_answer_unpack (&key, nonce, answered, answer_size, &answer), POLICY_TRUSTED);
    answered[bit / 8] ^= (guint8)(1u << bit % 8);
  }
}

static void
test_cut_short (void)
{
  guint8 data[POLICY_REPORT_MAX];
  g_autofree guint8 *answered = g_malloc (POLICY_ANSWER_MAX);
  PolicyReport report;
  PolicyAnswer answer;
  for (gsize size = pack_report (data); size-- > 0;) {
    g_autofree guint8 *copy = g_memdup2 (data, size + 1);
    CU_ASSERT_EQUAL (policy_report_unpack (&key, challenge, copy, size, &report), POLICY_MALFORMED);
  }
  for (gsize size = pack_answer (answered); size-- > 0;) {
    g_autofree guint8 *copy = g_memdup2 (answered, size + 1);
    CU_ASSERT_EQUAL (policy_answer_unpack (&key, nonce, copy, size, &answer), POLICY_MALFORMED);
  }
}

/* What was right once is not right again, nor in the other direction. */
static void
test_replayed (void)
{
  guint8 data[POLICY_REPORT_MAX];
  g_autofree guint8 *answered = g_malloc (POLICY_ANSWER_MAX);
  PolicyReport report;
  PolicyAnswer answer;
  gsize size = pack_report (data);
  CU_ASSERT_EQUAL (policy_report_unpack (&key, other_nonce, data, size, &report), POLICY_STALE);
  CU_ASSERT_EQUAL (policy_answer_unpack (&key, nonce, data, size, &answer), POLICY_MALFORMED);
  size = pack_answer (answered);
  CU_ASSERT_EQUAL (policy_answer_unpack (&key, other_nonce, answered, size, &answer), POLICY_STALE);
  CU_ASSERT_EQUAL (policy_report_unpack (&key, challenge, answered, size, &report), POLICY_MALFORMED);
}

/* A header that promises too much is refused before anything more is read. */
static void
test_sizes (void)
{
  guint8 header[POLICY_HEADER_SIZE] = { 'F', 'P', 1, POLICY_ANSWER, 0xff, 0xff, 0xff, 0xff };
  CU_ASSERT_EQUAL (policy_message_size (header, POLICY_ANSWER), 0);
  memcpy (header + 4, "\0\0\0\7", 4);
  CU_ASSERT_EQUAL (policy_message_size (header, POLICY_ANSWER), 0);
  memcpy (header + 4, "\0\0\1\0", 4);
  CU_ASSERT_EQUAL (policy_message_size (header, POLICY_ANSWER), 256);
  CU_ASSERT_EQUAL (policy_message_size (header, POLICY_REPORT), 0);
  header[2] = 2;
  CU_ASSERT_EQUAL (policy_message_size (header, POLICY_ANSWER), 0);
}

/* --- who takes what ------------------------------------------------------------------ */

static PolicyVerdict
judged (const PolicyState *state, const char *text, char ret_reason[POLICY_REASON_SIZE])
{
  Policy policy;
  return policy_judge (state, text, strlen (text), &policy, ret_reason);
}

static void
test_judge (void)
{
  static const char first[] = "version 3\n", second[] = "version 4\n", changed[] = "version 4 # other\n";
  PolicyState state = { 0 };
  char reason[POLICY_REASON_SIZE];
  CU_ASSERT_EQUAL (judged (&state, first, reason), POLICY_ADOPT);
  policy_state_adopt (&state, 3, first, strlen (first));
  CU_ASSERT_EQUAL (judged (&state, first, reason), POLICY_KEEP);
  CU_ASSERT_EQUAL (judged (&state, second, reason), POLICY_ADOPT);
  policy_state_adopt (&state, 4, second, strlen (second));
  CU_ASSERT_EQUAL (judged (&state, first, reason), POLICY_REFUSE);
  VBET_ASSERT_TEXT (reason, "version 3 is older than version 4, which is in force; give it a higher number");
  CU_ASSERT_EQUAL (judged (&state, changed, reason), POLICY_REFUSE);
  VBET_ASSERT_TEXT (reason, "version 4 is in force with another text; give the new one a higher number");
  CU_ASSERT_EQUAL (judged (&state, "version 5\ngarbage", reason), POLICY_REFUSE);
  VBET_ASSERT_TEXT (reason, "line 2: \"garbage\" is no statement; write version, network or allow");
}

static void
test_state (void)
{
  static const char text[] = "version 3\n", bad[] = "version x\n";
  static const guint8 nothing[SHA256_SIZE] = { 0 };
  PolicyState state = { 0 };
  guint8 digest[SHA256_SIZE];
  policy_state_adopt (&state, 3, text, strlen (text));
  policy_state_refuse (&state, bad, strlen (bad), "line 1: no");
  sha256 (bad, strlen (bad), digest);
  CU_ASSERT_TRUE (state.refuses && state.version == 3 && sha256_equal (state.judged, digest));
  VBET_ASSERT_TEXT (state.reason, "line 1: no");
  policy_state_keep (&state);
  sha256 (text, strlen (text), digest);
  CU_ASSERT_TRUE (!state.refuses && state.reason[0] == '\0' && sha256_equal (state.judged, digest));
  policy_state_refuse (&state, NULL, 0, "nft: no");
  CU_ASSERT_TRUE (state.refuses && sha256_equal (state.judged, nothing)
                  && sha256_equal (state.digest, digest));
}

static CU_TestInfo hash_tests[] = {
  { "SHA-256", test_sha256 },
  { "HMAC: the vectors of RFC 4231", test_hmac },
  { "equal in constant time", test_equal },
  { "text of bounded size", test_text },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo policy_tests[] = {
  { "a policy", test_parse },
  { "what is none", test_refused },
  { "NULs", test_zeros },
  { "bounds", test_bounds },
  { "rules", test_compile },
  { "rules of one's own networks", test_own_rules },
  { "the largest rule set", test_large_ruleset },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo message_tests[] = {
  { "keys", test_key },
  { "messages", test_messages },
  { "forged", test_forged },
  { "cut short", test_cut_short },
  { "replayed", test_replayed },
  { "sizes", test_sizes },
  { "versions do not go back", test_judge },
  { "what is remembered", test_state },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "hashes", NULL, NULL, NULL, NULL, hash_tests },
  { "policy", NULL, NULL, NULL, NULL, policy_tests },
  { "messages", NULL, NULL, NULL, NULL, message_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
