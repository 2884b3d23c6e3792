/* policy.c - reads the policy of a distributed firewall; see policy.h. */
#include "policy.h"

#include <stdarg.h>
#include <string.h>

#include "text.h"

#define WORDS_MAX 7  /* allow tcp 80 from A to B */
#define WORD_SIZE 32 /* with its NUL; what is longer is nothing that has a meaning */

typedef struct {
  Policy *policy;
  unsigned line;
  unsigned n_words;
  char words[WORDS_MAX + 1][WORD_SIZE];
  PolicyText reason;
} Parser;

static const PolicyService services[] = {
  { "http", POLICY_TCP, 80, 80 },     { "https", POLICY_TCP, 443, 443 },
  { "ssh", POLICY_TCP, 22, 22 },      { "telnet", POLICY_TCP, 23, 23 },
  { "smtp", POLICY_TCP, 25, 25 },     { "dns", POLICY_TCP | POLICY_UDP, 53, 53 },
  { "ntp", POLICY_UDP, 123, 123 },    { "icmp", POLICY_ICMP, 0, 0 },
  { "any", POLICY_EVERYTHING, 0, 0 },
};

/* Returns: false, always. */
static bool __attribute__ ((format (printf, 2, 3))) fail (Parser *self, const char *format, ...)
{
  va_list arguments;
  policy_text_add (&self->reason, "line %u: ", self->line);
  va_start (arguments, format);
  policy_text_add_list (&self->reason, format, arguments);
  va_end (arguments);
  return false;
}

/* --- words ------------------------------------------------------------------------------- */

static bool
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* Copies the word at @text, of a line that ends at @end. @ret_end: where it ends. */
static bool
take_word (Parser *self, const char *text, const char *end, const char **ret_end)
{
  size_t size = 0;
  if (self->n_words > WORDS_MAX)
    return fail (self, "too many words; write one statement a line");
  char *word = self->words[self->n_words++];
  for (; text < end && !is_space (*text) && *text != '#'; text++) {
    if (*text < '!' || *text > '~')
      return fail (self, "a byte that is no plain text (%u); other letters may stand in comments alone",
                   (unsigned)(unsigned char)*text);
    if (size == WORD_SIZE - 1)
      return fail (self, "a word of more than %u letters; write version, network or allow",
                   (unsigned)WORD_SIZE - 1);
    word[size++] = *text;
  }
  word[size] = '\0';
  *ret_end = text;
  return true;
}

static bool
take_words (Parser *self, const char *text, const char *end)
{
  self->n_words = 0;
  while (text < end && *text != '#') {
    if (is_space (*text)) {
      text++;
      continue;
    }
    if (!take_word (self, text, end, &text))
      return false;
  }
  /* A comment may say anything, but a file with NULs is none that an editor made. */
  if (text < end && memchr (text, '\0', (size_t)(end - text)) != NULL)
    return fail (self, "a byte that is no plain text (0); a policy is a text file");
  return true;
}

/* Decimal, without sign and leading zeros, up to @limit. */
static bool
read_number (const char *text, size_t size, uint64_t limit, uint32_t *ret_number)
{
  uint64_t number = 0;
  if (size == 0 || size > 10 || (size > 1 && text[0] == '0'))
    return false;
  for (size_t i = 0; i < size; i++) {
    if (text[i] < '0' || text[i] > '9')
      return false;
    number = number * 10 + (uint64_t)(text[i] - '0');
  }
  *ret_number = (uint32_t)number;
  return number <= limit;
}

static bool
read_whole_number (const char *word, uint64_t limit, uint32_t *ret_number)
{
  return read_number (word, strlen (word), limit, ret_number);
}

/* "192.168.1.0/24" */
static bool
read_prefix (const char *word, uint32_t *ret_address, uint32_t *ret_prefix)
{
  uint32_t address = 0, byte;
  for (unsigned i = 0; i < 4; i++) {
    size_t size = strcspn (word, i < 3 ? "." : "/");
    if (!read_number (word, size, 255, &byte) || word[size] == '\0')
      return false;
    address = address << 8 | byte;
    word += size + 1;
  }
  *ret_address = address;
  return read_whole_number (word, 32, ret_prefix);
}

/* --- statements ---------------------------------------------------------------------------- */

static bool
read_version (Parser *self)
{
  if (self->policy->version != 0)
    return fail (self, "the version is said already; keep one line of it");
  if (self->n_words != 2 || !read_whole_number (self->words[1], UINT32_MAX, &self->policy->version)
      || self->policy->version == 0)
    return fail (self, "a version is a number from 1 to 4294967295; write for example: version 1");
  return true;
}

uint32_t
policy_mask (unsigned length)
{
  return length == 0 ? 0 : UINT32_MAX << (32 - length);
}

static bool
is_name (const char *word)
{
  size_t size = strspn (word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  return word[size] == '\0' && size < POLICY_NAME_SIZE && word[0] > '9' && word[0] != '_';
}

static unsigned
find_network (const Policy *policy, const char *name)
{
  unsigned i = 0;
  while (i < policy->n_networks && strcmp (policy->networks[i].name, name) != 0)
    i++;
  return i;
}

static bool
check_range (Parser *self, const PolicyNetwork *network)
{
  const Policy *policy = self->policy;
  if ((network->address & ~policy_mask (network->prefix)) != 0) {
    uint32_t address = network->address & policy_mask (network->prefix);
    return fail (self, "%s is a host's address; the network's is %u.%u.%u.%u/%u", self->words[2],
                 address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255, network->prefix);
  }
  for (unsigned i = 0; i < policy->n_networks; i++) {
    const PolicyNetwork *other = &policy->networks[i];
    uint32_t mask = policy_mask (network->prefix < other->prefix ? network->prefix : other->prefix);
    if ((network->address & mask) == (other->address & mask))
      return fail (self, "network %s has addresses of network %s (line %u); give each address one name",
                   network->name, other->name, other->line);
  }
  return true;
}

static bool
read_network (Parser *self)
{
  Policy *policy = self->policy;
  PolicyNetwork network = { .line = self->line };
  if (self->n_words != 3)
    return fail (self, "a network has a name and addresses; write for example: network n1 192.168.1.0/24");
  const char *name = self->words[1];
  if (!is_name (name) || strcmp (name, "any") == 0)
    return fail (self,
                 "\"%s\" cannot be a network's name; take a letter, then letters, digits, - or _, at most %u",
                 name, (unsigned)POLICY_NAME_SIZE - 1);
  unsigned there = find_network (policy, name);
  if (there < policy->n_networks)
    return fail (self, "there is a network %s already (line %u); choose another name", name,
                 policy->networks[there].line);
  if (policy->n_networks == POLICY_NETWORKS_MAX)
    return fail (self, "a policy has at most %u networks; join some", (unsigned)POLICY_NETWORKS_MAX);
  memcpy (network.name, name, strlen (name));
  if (!read_prefix (self->words[2], &network.address, &network.prefix))
    return fail (self, "\"%s\" is no network; write for example 192.168.1.0/24", self->words[2]);
  if (!check_range (self, &network))
    return false;
  policy->networks[policy->n_networks++] = network;
  return true;
}

/* "tcp 80" or "tcp 8000-8080", the ports in @ports. */
static bool
read_ports (Parser *self, const char *protocol, const char *ports, PolicyService *ret_service)
{
  uint32_t first, last;
  size_t size = strcspn (ports, "-");
  bool sound = read_number (ports, size, UINT16_MAX, &first) && first > 0;
  last = first;
  if (sound && ports[size] == '-')
    sound = read_whole_number (ports + size + 1, UINT16_MAX, &last) && first <= last;
  if (!sound)
    return fail (self, "\"%s\" is no port; write one from 1 to 65535, or two as in 8000-8080", ports);
  PolicyText text;
  *ret_service = (PolicyService){ .protocols = strcmp (protocol, "tcp") == 0 ? POLICY_TCP : POLICY_UDP,
                                  .first = first,
                                  .last = last };
  policy_text_begin (&text, ret_service->text, sizeof ret_service->text);
  policy_text_add (&text, first == last ? "%s %u" : "%s %u-%u", protocol, first, last);
  return true;
}

/* The words of the service are those between "allow" and "from". */
static bool
read_service (Parser *self, unsigned count, PolicyService *ret_service)
{
  const char *name = self->words[1];
  bool has_ports = strcmp (name, "tcp") == 0 || strcmp (name, "udp") == 0;
  if (has_ports && count == 2)
    return read_ports (self, name, self->words[2], ret_service);
  if (has_ports)
    return fail (self, "%s needs a port; write for example: %s 80", name, name);
  for (unsigned i = 0; i < sizeof services / sizeof services[0] && count == 1; i++)
    if (strcmp (services[i].text, name) == 0) {
      *ret_service = services[i];
      return true;
    }
  return fail (self, "\"%s%s\" is no service; write its protocol and port, as in: tcp 8080", name,
               count == 1 ? "" : " …");
}

static bool
read_end (Parser *self, const char *name, unsigned *ret_network)
{
  *ret_network = POLICY_ANYWHERE;
  if (strcmp (name, "any") == 0)
    return true;
  *ret_network = find_network (self->policy, name);
  if (*ret_network < self->policy->n_networks)
    return true;
  return fail (self, "there is no network \"%s\" above; write for example: network %s 192.168.9.0/24", name,
               is_name (name) ? name : "n9");
}

static bool
rule_equal (const PolicyRule *a, const PolicyRule *b)
{
  return a->from == b->from && a->to == b->to && a->service.protocols == b->service.protocols
         && a->service.first == b->service.first && a->service.last == b->service.last;
}

static bool
add_rule (Parser *self, const PolicyRule *rule)
{
  Policy *policy = self->policy;
  if (rule->from == rule->to && rule->from != POLICY_ANYWHERE)
    return fail (self, "inside a network no firewall is passed; name another one after \"to\"");
  for (unsigned i = 0; i < policy->n_rules; i++)
    if (rule_equal (&policy->rules[i], rule))
      return fail (self, "line %u allows that already; remove one of them", policy->rules[i].line);
  if (policy->n_rules == POLICY_RULES_MAX)
    return fail (self, "a policy has at most %u rules; join some", (unsigned)POLICY_RULES_MAX);
  policy->rules[policy->n_rules++] = *rule;
  return true;
}

static bool
read_allow (Parser *self)
{
  PolicyRule rule = { .line = self->line };
  unsigned n = self->n_words;
  if ((n != 6 && n != 7) || strcmp (self->words[n - 4], "from") != 0
      || strcmp (self->words[n - 2], "to") != 0)
    return fail (self, "a rule is: allow SERVICE from NETWORK to NETWORK");
  return read_service (self, n - 5, &rule.service) && read_end (self, self->words[n - 3], &rule.from)
         && read_end (self, self->words[n - 1], &rule.to) && add_rule (self, &rule);
}

static bool
read_statement (Parser *self)
{
  const char *verb = self->words[0];
  if (self->n_words == 0)
    return true;
  if (strcmp (verb, "version") == 0)
    return read_version (self);
  bool network = strcmp (verb, "network") == 0;
  if (!network && strcmp (verb, "allow") != 0)
    return fail (self, "\"%s\" is no statement; write version, network or allow", verb);
  if (self->policy->version == 0)
    return fail (self, "the version comes first; begin with: version 1");
  return network ? read_network (self) : read_allow (self);
}

/* --- the whole ------------------------------------------------------------------------------- */

void
policy_too_large (size_t size, char ret_reason[POLICY_REASON_SIZE])
{
  PolicyText text;
  policy_text_begin (&text, ret_reason, POLICY_REASON_SIZE);
  policy_text_add (&text, "the policy has %s%u bytes; shorten it to %u",
                   size > UINT32_MAX ? "more than " : "", size > UINT32_MAX ? UINT32_MAX : (unsigned)size,
                   (unsigned)POLICY_SIZE_MAX);
}

bool
policy_parse (const char *text, size_t size, Policy *ret_policy, char ret_reason[POLICY_REASON_SIZE])
{
  Parser parser = { .policy = ret_policy };
  const char *end = text + size;
  policy_text_begin (&parser.reason, ret_reason, POLICY_REASON_SIZE);
  memset (ret_policy, 0, sizeof *ret_policy);
  if (size > POLICY_SIZE_MAX)
    return policy_too_large (size, ret_reason), false;
  for (const char *at = text; at < end;) {
    const char *line_end = memchr (at, '\n', (size_t)(end - at));
    if (line_end == NULL)
      line_end = end;
    parser.line++;
    if (!take_words (&parser, at, line_end) || !read_statement (&parser))
      return false;
    at = line_end + 1;
  }
  if (ret_policy->version == 0)
    policy_text_add (&parser.reason, "the policy has no version; begin with: version 1");
  return ret_policy->version != 0;
}

const char *
policy_network_name (const Policy *self, unsigned network)
{
  return network < self->n_networks ? self->networks[network].name : "any";
}
