/* match.c - what a rule asks of a packet, as options of iptables; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <stdlib.h>
#include <string.h>

#define PORTS_MAX 15 /* of -m multiport; a range counts twice */

/* What a key is compared with. */
typedef struct {
  const Token *at;
  const char *relation; /* "==", "!=", "<", ">", "<=", ">=" */
  bool is_set;
  VECTOR (const char *) items;
} Values;

Item *
add_match (Program *program)
{
  Item item = { .is_match = true };
  vector_add (&program->items, item);
  return &program->items.items[program->items.count - 1];
}

void
add_way (Item *item, int families, const char *protocol, const char *options)
{
  Way way = { .families = families, .protocol = protocol, .options = options };
  vector_add (&item->ways, way);
}

static const char *
read_value (Cursor *cursor)
{
  return need_text (cursor, "a value");
}

static Values
read_values (Cursor *cursor)
{
  static const char *const relations[] = { "==", "!=", "<", ">", "<=", ">=" };
  Values values = { .relation = "==" };
  for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++)
    if (accept_mark (cursor, relations[i]))
      values.relation = relations[i];
  values.at = cursor->token;
  if (accept_mark (cursor, "{")) {
    values.is_set = true;
    while (!accept_mark (cursor, "}")) {
      vector_add (&values.items, read_value (cursor));
      if (!accept_mark (cursor, ",") && !is_mark (cursor->token, "}"))
        fail_at (cursor->token, "syntax error, unexpected “%s”", cursor->token->text);
    }
  } else {
    do
      vector_add (&values.items, read_value (cursor));
    while (accept_mark (cursor, ","));
  }
  return values;
}

static bool
is_not (const Values *values)
{
  return same (values->relation, "!=");
}

/* Only "==" and "!=" make sense of names and addresses. */
static void
need_equality (const Values *values)
{
  if (!same (values->relation, "==") && !is_not (values))
    fail_at (values->at, "“%s” makes no sense here", values->relation);
}

/* One way a value; with "!=": directly where there is one value, else as "none of these". */
static void
add_value_ways (Program *program, const Values *values, int families, const char *protocol,
                char *(*option) (const char *value, bool negated))
{
  Item *item = add_match (program);
  need_equality (values);
  item->none = is_not (values) && values->items.count != 1;
  for (int i = 0; i < values->items.count; i++)
    add_way (item, families, protocol, option (values->items.items[i], is_not (values) && !item->none));
}

static const char *
bang (bool negated)
{
  return negated ? " !" : "";
}

/* --- interfaces, addresses ---------------------------------------------------------- */

static char *
interface_option (const char *option, const char *value, bool negated)
{
  char *name = copy_text (value, strlen (value));
  size_t size = strlen (name);
  if (size > 0 && name[size - 1] == '*')
    name[size - 1] = '+';
  return format_text ("%s %s %s", bang (negated), option, name);
}

static char *
input_option (const char *value, bool negated)
{
  return interface_option ("-i", value, negated);
}

static char *
output_option (const char *value, bool negated)
{
  return interface_option ("-o", value, negated);
}

static char *
address_option (char side, const char *value, bool negated)
{
  if (strchr (value, '-') != NULL)
    return format_text (" -m iprange%s --%s-range %s", bang (negated), side == 's' ? "src" : "dst", value);
  return format_text ("%s -%c %s", bang (negated), side, value);
}

static char *
source_option (const char *value, bool negated)
{
  return address_option ('s', value, negated);
}

static char *
destination_option (const char *value, bool negated)
{
  return address_option ('d', value, negated);
}

static char *
hardware_option (const char *value, bool negated)
{
  return format_text (" -m mac%s --mac-source %s", bang (negated), value);
}

/* --- protocols -------------------------------------------------------------------------- */

static void
protocol_way (const Token *at, const char *name, const char **ret_name, int *ret_families)
{
  *ret_families = IP_BOTH;
  *ret_name = name;
  if (same (name, "icmp") || same (name, "1")) {
    *ret_name = "icmp";
    *ret_families = IPV4;
  } else if (same (name, "icmpv6") || same (name, "ipv6-icmp") || same (name, "58")) {
    *ret_name = "ipv6-icmp";
    *ret_families = IPV6;
  } else if (strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (name)) {
    fail_at (at, "“%s” is no protocol", name);
  }
}

static void
match_protocol (Cursor *cursor, Program *program, int families)
{
  Values values = read_values (cursor);
  need_equality (&values);
  Item *item = add_match (program);
  item->none = is_not (&values);
  for (int i = 0; i < values.items.count; i++) {
    const char *name;
    int possible;
    protocol_way (values.at, values.items.items[i], &name, &possible);
    add_way (item, families & possible, name, "");
  }
}

static void
match_family (Cursor *cursor, Program *program)
{
  Values values = read_values (cursor);
  need_equality (&values);
  Item *item = add_match (program);
  int families = 0;
  for (int i = 0; i < values.items.count; i++) {
    const char *name = values.items.items[i];
    families |= same (name, "ipv4") || same (name, "ip") ? IPV4 : same (name, "ipv6") || same (name, "ip6") ? IPV6 : 0;
  }
  if (families == 0)
    fail_at (values.at, "“%s” is not carried out here: only IPv4 and IPv6 are", values.items.items[0]);
  add_way (item, is_not (&values) ? IP_BOTH & ~families : families, NULL, "");
}

/* --- ports ---------------------------------------------------------------------------------- */

/* nft's "a-b" is "a:b" for iptables; "<", ">" become ranges. */
static const char *
port_range (const Values *values, const char *value)
{
  long number = strtol (value, NULL, 10);
  if (same (values->relation, "<"))
    return format_text ("0:%ld", number - 1);
  if (same (values->relation, "<="))
    return format_text ("0:%ld", number);
  if (same (values->relation, ">"))
    return format_text ("%ld:65535", number + 1);
  if (same (values->relation, ">="))
    return format_text ("%ld:65535", number);
  char *range = copy_text (value, strlen (value));
  char *dash = strchr (range, '-');
  /* Service names may have a dash; ranges begin with a digit. */
  if (dash != NULL && range[0] >= '0' && range[0] <= '9')
    *dash = ':';
  return range;
}

static void
add_ports (Item *item, const Values *values, const char *protocol, const char *side)
{
  if (values->items.count == 1) {
    add_way (item, IP_BOTH, protocol,
             format_text (" -m %s%s --%s %s", protocol, bang (is_not (values)), side,
                          port_range (values, values->items.items[0])));
    return;
  }
  Buffer list = { 0 };
  int room = PORTS_MAX;
  for (int i = 0; i < values->items.count; i++) {
    const char *range = port_range (values, values->items.items[i]);
    int needs = strchr (range, ':') != NULL ? 2 : 1;
    if (needs > room) {
      if (is_not (values))
        fail_at (values->at, "at most %d ports can be excluded at one time on this kernel", PORTS_MAX);
      add_way (item, IP_BOTH, protocol, format_text (" -m multiport --%ss %s", side, list.text));
      list = (Buffer){ 0 };
      room = PORTS_MAX;
    }
    buffer_add (&list, "%s%s", list.size > 0 ? "," : "", range);
    room -= needs;
  }
  add_way (item, IP_BOTH, protocol, format_text (" -m multiport%s --%ss %s", bang (is_not (values)), side, list.text));
}

static void
match_ports (Cursor *cursor, Program *program, const char *const *protocols, const char *side)
{
  Values values = read_values (cursor);
  Item *item = add_match (program);
  if (values.items.count == 0)
    return; /* an empty set: never */
  for (; *protocols != NULL; protocols++)
    add_ports (item, &values, *protocols, side);
}

/* --- TCP flags -------------------------------------------------------------------------------- */

/* "syn", "(fin | syn)" or "fin,syn": upper case, with commas. */
static char *
read_flags (Cursor *cursor)
{
  Buffer out = { 0 };
  bool braces = accept_mark (cursor, "(");
  do {
    const char *name = need_text (cursor, "a TCP flag");
    buffer_add (&out, "%s", out.size > 0 ? "," : "");
    for (; *name != '\0'; name++)
      buffer_add (&out, "%c", *name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
  } while (accept_mark (cursor, "|") || accept_mark (cursor, ","));
  if (braces)
    need_mark (cursor, ")");
  return out.text;
}

/* tcp flags [& MASK ==|!=] FLAGS, tcp flags FLAGS / MASK */
static void
match_flags (Cursor *cursor, Program *program)
{
  char *mask = NULL;
  bool negated = false;
  const Token *at = cursor->token;
  if (accept_mark (cursor, "&")) {
    mask = read_flags (cursor);
    negated = is_mark (cursor->token, "!=");
    if (!accept_mark (cursor, "==") && !accept_mark (cursor, "!="))
      fail_at (cursor->token, "“==” or “!=” is expected here");
  } else {
    negated = accept_mark (cursor, "!=");
    if (accept_mark (cursor, "==") || negated)
      mask = copy_text ("ALL", 3);
  }
  char *flags = read_flags (cursor);
  if (accept_word (cursor, "/"))
    mask = read_flags (cursor);
  if (mask == NULL && strchr (flags, ',') != NULL)
    fail_at (at, "several flags need a mask on this kernel: tcp flags & (fin | syn) == syn");
  add_way (add_match (program), IP_BOTH, "tcp",
           format_text (" -m tcp%s --tcp-flags %s %s", bang (negated), mask != NULL ? mask : flags,
                        same (flags, "0X0") || same (flags, "0") ? "NONE" : flags));
}

/* --- ICMP ------------------------------------------------------------------------------------------ */

static char *
icmp_option (const char *value, bool negated)
{
  return format_text (" -m icmp%s --icmp-type %s", bang (negated), value);
}

static char *
icmpv6_option (const char *value, bool negated)
{
  static const char *const names[][2] = {
    { "nd-router-solicit", "router-solicitation" },     { "nd-router-advert", "router-advertisement" },
    { "nd-neighbor-solicit", "neighbour-solicitation" }, { "nd-neighbor-advert", "neighbour-advertisement" },
    { "nd-redirect", "redirect" },                       { "mld-listener-query", "130" },
    { "mld-listener-report", "131" },                    { "mld-listener-done", "132" },
    { "mld-listener-reduction", "132" },                 { "mld2-listener-report", "143" },
    { "ind-neighbor-solicit", "141" },                   { "ind-neighbor-advert", "142" },
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (same (value, names[i][0]))
      value = names[i][1];
  return format_text (" -m icmp6%s --icmpv6-type %s", bang (negated), value);
}

/* --- connection tracking, marks and the rest ---------------------------------------------------------- */

static void
match_state (Cursor *cursor, Program *program)
{
  Values values = read_values (cursor);
  Buffer list = { 0 };
  need_equality (&values);
  for (int i = 0; i < values.items.count; i++) {
    buffer_add (&list, "%s", i > 0 ? "," : "");
    for (const char *c = values.items.items[i]; *c != '\0'; c++)
      buffer_add (&list, "%c", *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
  }
  add_way (add_match (program), IP_BOTH, NULL,
           format_text (" -m conntrack%s --ctstate %s", bang (is_not (&values)), list.text));
}

static char *
mark_option (const char *value, bool negated)
{
  return format_text (" -m mark%s --mark %s", bang (negated), value);
}

static char *
connection_mark_option (const char *value, bool negated)
{
  return format_text (" -m connmark%s --mark %s", bang (negated), value);
}

static char *
user_option (const char *value, bool negated)
{
  return format_text (" -m owner%s --uid-owner %s", bang (negated), value);
}

static char *
packet_type_option (const char *value, bool negated)
{
  return format_text (" -m pkttype%s --pkt-type %s", bang (negated), same (value, "host") ? "unicast" : value);
}

static char *
destination_type_option (const char *value, bool negated)
{
  char *type = copy_text (value, strlen (value));
  for (char *c = type; *c != '\0'; c++)
    *c = *c >= 'a' && *c <= 'z' ? (char) (*c - 'a' + 'A') : *c;
  return format_text (" -m addrtype%s --dst-type %s", bang (negated), type);
}

/* Numbers that a match of iptables compares for itself: ttl, hop limit. */
static void
match_hops (Cursor *cursor, Program *program, int family)
{
  Values values = read_values (cursor);
  const char *name = family == IPV4 ? "ttl" : "hl";
  const char *how = same (values.relation, "<") ? "lt" : same (values.relation, ">") ? "gt" : "eq";
  if (values.items.count != 1 || same (values.relation, "<=") || same (values.relation, ">="))
    fail_at (values.at, "this comparison cannot be had on this kernel");
  add_way (add_match (program), family, NULL,
           format_text (" -m %s%s --%s-%s %s", name, bang (is_not (&values)), name, how, values.items.items[0]));
}

static void
match_length (Cursor *cursor, Program *program, int families)
{
  Values values = read_values (cursor);
  if (values.items.count != 1)
    fail_at (values.at, "one length or range is expected here");
  add_way (add_match (program), families, NULL,
           format_text (" -m length%s --length %s", bang (is_not (&values)),
                        port_range (&values, values.items.items[0])));
}

/* limit rate [over] N/UNIT [burst N packets] */
static void
match_limit (Cursor *cursor, Program *program)
{
  const Token *at = cursor->token;
  if (!accept_word (cursor, "rate"))
    fail_at (at, "“rate” is expected here");
  bool over = accept_word (cursor, "over");
  const char *rate = need_text (cursor, "a rate such as 10/second");
  if (strchr (rate, '/') == NULL || is_word (cursor->token, "bytes/second") || is_word (cursor->token, "kbytes/second"))
    fail_at (at, "rates are packets a time on this kernel, such as 10/second");
  const char *burst = "5";
  if (accept_word (cursor, "burst")) {
    burst = need_text (cursor, "a number of packets");
    accept_word (cursor, "packets");
  }
  Item *item = add_match (program);
  if (over)
    add_way (item, IP_BOTH, NULL,
             format_text (" -m hashlimit --hashlimit-above %s --hashlimit-burst %s --hashlimit-name nft%d", rate, burst,
                          program->rule->id));
  else
    add_way (item, IP_BOTH, NULL, format_text (" -m limit --limit %s --limit-burst %s", rate, burst));
}

/* --- keys ------------------------------------------------------------------------------------------------- */

static const char *const tcp_only[] = { "tcp", NULL };
static const char *const udp_only[] = { "udp", NULL };
static const char *const sctp_only[] = { "sctp", NULL };
static const char *const any_transport[] = { "tcp", "udp", NULL };

/* Keys that are one option of iptables a value. */
static const struct {
  const char *words[2];
  int families;
  const char *protocol;
  char *(*option) (const char *value, bool negated);
} keys[] = {
  { { "iifname", NULL }, IP_BOTH, NULL, input_option },
  { { "iif", NULL }, IP_BOTH, NULL, input_option },
  { { "oifname", NULL }, IP_BOTH, NULL, output_option },
  { { "oif", NULL }, IP_BOTH, NULL, output_option },
  { { "ip", "saddr" }, IPV4, NULL, source_option },
  { { "ip", "daddr" }, IPV4, NULL, destination_option },
  { { "ip6", "saddr" }, IPV6, NULL, source_option },
  { { "ip6", "daddr" }, IPV6, NULL, destination_option },
  { { "ether", "saddr" }, IP_BOTH, NULL, hardware_option },
  { { "icmp", "type" }, IPV4, "icmp", icmp_option },
  { { "icmpv6", "type" }, IPV6, "ipv6-icmp", icmpv6_option },
  { { "ct", "mark" }, IP_BOTH, NULL, connection_mark_option },
  { { "mark", NULL }, IP_BOTH, NULL, mark_option },
  { { "skuid", NULL }, IP_BOTH, NULL, user_option },
  { { "pkttype", NULL }, IP_BOTH, NULL, packet_type_option },
};

static bool
accept_words (Cursor *cursor, const char *first, const char *second)
{
  if (!is_word (cursor->token, first) || (second != NULL && !is_word (cursor->token + 1, second)))
    return false;
  cursor->token += second != NULL ? 2 : 1;
  return true;
}

static bool
parse_key (Cursor *cursor, Program *program)
{
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    if (accept_words (cursor, keys[i].words[0], keys[i].words[1])) {
      Values values = read_values (cursor);
      add_value_ways (program, &values, keys[i].families, keys[i].protocol, keys[i].option);
      return true;
    }
  return false;
}

/* dport and sport of one protocol or of all. */
static bool
parse_ports (Cursor *cursor, Program *program)
{
  static const struct {
    const char *word;
    const char *const *protocols;
  } transports[] = { { "tcp", tcp_only }, { "udp", udp_only }, { "sctp", sctp_only }, { "th", any_transport } };
  for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++)
    for (int side = 0; side < 2; side++) {
      const char *name = side == 0 ? "dport" : "sport";
      if (accept_words (cursor, transports[i].word, name)) {
        match_ports (cursor, program, transports[i].protocols, name);
        return true;
      }
    }
  return false;
}

/* Keys with a grammar of their own. */
static bool
parse_special (Cursor *cursor, Program *program)
{
  if (accept_words (cursor, "ct", "state") || accept_words (cursor, "ct", "status"))
    match_state (cursor, program);
  else if (accept_words (cursor, "tcp", "flags"))
    match_flags (cursor, program);
  else if (accept_words (cursor, "l4proto", NULL))
    match_protocol (cursor, program, IP_BOTH);
  else if (accept_words (cursor, "ip", "protocol"))
    match_protocol (cursor, program, IPV4);
  else if (accept_words (cursor, "ip6", "nexthdr"))
    match_protocol (cursor, program, IPV6);
  else if (accept_words (cursor, "nfproto", NULL) || accept_words (cursor, "ether", "type"))
    match_family (cursor, program);
  else if (accept_words (cursor, "ip", "ttl"))
    match_hops (cursor, program, IPV4);
  else if (accept_words (cursor, "ip6", "hoplimit"))
    match_hops (cursor, program, IPV6);
  else if (accept_words (cursor, "ip", "length"))
    match_length (cursor, program, IPV4);
  else if (accept_words (cursor, "limit", NULL))
    match_limit (cursor, program);
  else
    return false;
  return true;
}

bool
parse_match (Cursor *cursor, Program *program)
{
  /* "mark set" is a statement. */
  if (is_word (cursor->token, "meta") && is_word (cursor->token + 1, "mark") && is_word (cursor->token + 2, "set"))
    return false;
  if (is_word (cursor->token, "ct") && is_word (cursor->token + 2, "set"))
    return false;
  const Token *start = cursor->token;
  bool meta = accept_word (cursor, "meta");
  if (meta && accept_word (cursor, "protocol")) {
    match_family (cursor, program);
    return true;
  }
  if (meta && accept_word (cursor, "length")) {
    match_length (cursor, program, IP_BOTH);
    return true;
  }
  if (is_word (cursor->token, "fib") && is_word (cursor->token + 1, "daddr") && is_word (cursor->token + 2, "type")) {
    cursor->token += 3;
    Values values = read_values (cursor);
    add_value_ways (program, &values, IP_BOTH, NULL, destination_type_option);
    return true;
  }
  if (parse_key (cursor, program) || parse_ports (cursor, program) || parse_special (cursor, program))
    return true;
  cursor->token = start;
  return false;
}
