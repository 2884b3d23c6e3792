/* statement.c - what a rule does with a packet, as targets of iptables; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <string.h>

static void
add_target (Program *program, const char *ipv4, const char *ipv6)
{
  Item item = { .target = { ipv4, ipv6 } };
  vector_add (&program->items, item);
}

static void
add_verdict (Program *program, const char *verdict, const char *chain)
{
  Item item = { .verdict = verdict, .chain = chain };
  vector_add (&program->items, item);
}

/* --- reject ------------------------------------------------------------------------ */

static const char *
reject_name (const Token *at, const char *name, int family)
{
  static const char *const names[][3] = {
    /* nft, ICMP, ICMPv6 */
    { "net-unreachable", "icmp-net-unreachable", "icmp6-no-route" },
    { "host-unreachable", "icmp-host-unreachable", "icmp6-addr-unreachable" },
    { "prot-unreachable", "icmp-proto-unreachable", NULL },
    { "port-unreachable", "icmp-port-unreachable", "icmp6-port-unreachable" },
    { "net-prohibited", "icmp-net-prohibited", NULL },
    { "host-prohibited", "icmp-host-prohibited", NULL },
    { "admin-prohibited", "icmp-admin-prohibited", "icmp6-adm-prohibited" },
    { "no-route", "icmp-net-unreachable", "icmp6-no-route" },
    { "addr-unreachable", NULL, "icmp6-addr-unreachable" },
    { "policy-fail", NULL, "icmp6-policy-fail" },
    { "reject-route", NULL, "icmp6-reject-route" },
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (same (name, names[i][0]) && names[i][family == IPV4 ? 1 : 2] != NULL)
      return names[i][family == IPV4 ? 1 : 2];
  fail_at (at, "“%s” is no reason to reject with", name);
}

/* reject [with tcp reset | icmp|icmpv6|icmpx [type] NAME] */
static void
parse_reject (Cursor *cursor, Program *program)
{
  if (!accept_word (cursor, "with")) {
    add_target (program, "REJECT", "REJECT");
    return;
  }
  if (accept_word (cursor, "tcp")) {
    if (!accept_word (cursor, "reset"))
      fail_at (cursor->token, "“reset” is expected here");
    add_way (add_match (program), IP_BOTH, "tcp", "");
    add_target (program, "REJECT --reject-with tcp-reset", "REJECT --reject-with tcp-reset");
    return;
  }
  const Token *at = cursor->token;
  int families = accept_word (cursor, "icmpx")    ? IP_BOTH
                 : accept_word (cursor, "icmpv6") ? IPV6
                 : accept_word (cursor, "icmp")   ? IPV4
                                                  : 0;
  if (families == 0)
    fail_at (at, "“tcp reset”, “icmp”, “icmpv6” or “icmpx” is expected here");
  accept_word (cursor, "type");
  at = cursor->token;
  const char *name = need_text (cursor, "a reason");
  if (families != IP_BOTH)
    add_way (add_match (program), families, NULL, "");
  add_target (program,
              families & IPV4 ? format_text ("REJECT --reject-with %s", reject_name (at, name, IPV4)) : NULL,
              families & IPV6 ? format_text ("REJECT --reject-with %s", reject_name (at, name, IPV6)) : NULL);
}

/* --- log -------------------------------------------------------------------------------- */

static void
parse_log (Cursor *cursor, Program *program)
{
  Buffer options = { 0 };
  const char *group = NULL;
  buffer_add (&options, "%s", "");
  for (;;) {
    if (accept_word (cursor, "prefix")) {
      const char *prefix = need_text (cursor, "the text of a prefix");
      if (strpbrk (prefix, "\"\\\n") != NULL)
        fail_at (cursor->token - 1, "a prefix has no quotes and backslashes");
      buffer_add (&options, " --log-prefix \"%.29s\"", prefix);
    } else if (accept_word (cursor, "level")) {
      const char *level = need_text (cursor, "a level");
      buffer_add (&options, " --log-level %s", same (level, "warn") ? "warning" : same (level, "err") ? "error" : level);
    } else if (accept_word (cursor, "group")) {
      group = need_text (cursor, "a number");
    } else if (accept_word (cursor, "flags")) {
      do
        need_text (cursor, "a flag");
      while (accept_mark (cursor, ",") || is_word (cursor->token, "options") || is_word (cursor->token, "sequence"));
      buffer_add (&options, " --log-tcp-options --log-ip-options");
    } else {
      break;
    }
  }
  const char *target = group != NULL ? format_text ("NFLOG --nflog-group %s", group)
                                     : format_text ("LOG%s", options.text);
  add_target (program, target, target);
}

/* --- address translation -------------------------------------------------------------------- */

static void
skip_nat_flags (Cursor *cursor, Buffer *options)
{
  for (;;) {
    if (accept_word (cursor, "random"))
      buffer_add (options, " --random");
    else if (accept_word (cursor, "fully-random"))
      buffer_add (options, " --random-fully");
    else if (accept_word (cursor, "persistent"))
      buffer_add (options, " --persistent");
    else if (!accept_mark (cursor, ","))
      return;
  }
}

/* snat|dnat [ip|ip6] to ADDRESS[:PORT] */
static void
parse_nat (Cursor *cursor, Program *program, const char *target, const char *option)
{
  Buffer text = { 0 };
  int families = accept_word (cursor, "ip6") ? IPV6 : accept_word (cursor, "ip") ? IPV4 : 0;
  accept_word (cursor, "addr");
  accept_word (cursor, "prefix");
  if (!accept_word (cursor, "to"))
    fail_at (cursor->token, "“to” is expected here");
  const char *address = need_text (cursor, "an address");
  if (families == 0)
    families = address[0] == '[' || (strchr (address, ':') != NULL && strchr (address, '.') == NULL) ? IPV6 : IPV4;
  if (address[0] == ':')
    families = IP_BOTH;
  buffer_add (&text, "%s --%s %s", target, option, address);
  skip_nat_flags (cursor, &text);
  if (families != IP_BOTH)
    add_way (add_match (program), families, NULL, "");
  add_target (program, families & IPV4 ? text.text : NULL, families & IPV6 ? text.text : NULL);
}

/* masquerade|redirect [to :PORT] */
static void
parse_own_address (Cursor *cursor, Program *program, const char *target)
{
  Buffer text = { 0 };
  buffer_add (&text, "%s", target);
  if (accept_word (cursor, "to")) {
    const char *port = need_text (cursor, "a port");
    buffer_add (&text, " --to-ports %s", port[0] == ':' ? port + 1 : port);
  }
  skip_nat_flags (cursor, &text);
  add_target (program, text.text, text.text);
}

/* --- the rest ---------------------------------------------------------------------------------- */

static void
parse_counter (Cursor *cursor, Program *program)
{
  program->counts = true;
  while (is_word (cursor->token, "packets") || is_word (cursor->token, "bytes")) {
    cursor->token++;
    need_text (cursor, "a number");
  }
}

static bool
parse_verdict (Cursor *cursor, Program *program)
{
  static const char *const plain[] = { "accept", "drop", "return" };
  for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
    if (accept_word (cursor, plain[i])) {
      add_verdict (program, plain[i], NULL);
      return true;
    }
  if (is_word (cursor->token, "jump") || is_word (cursor->token, "goto")) {
    const char *verdict = (cursor->token++)->text;
    add_verdict (program, verdict, need_text (cursor, "the name of a chain"));
    return true;
  }
  return accept_word (cursor, "continue");
}

static bool
parse_mark (Cursor *cursor, Program *program)
{
  const char *target = is_word (cursor->token, "meta") ? "MARK" : is_word (cursor->token, "ct") ? "CONNMARK" : NULL;
  if (target == NULL || !is_word (cursor->token + 1, "mark") || !is_word (cursor->token + 2, "set"))
    return false;
  cursor->token += 3;
  const char *text = format_text ("%s --set-mark %s", target, need_text (cursor, "a mark"));
  add_target (program, text, text);
  return true;
}

void
parse_statement (Cursor *cursor, Program *program)
{
  const Token *at = cursor->token;
  if (parse_verdict (cursor, program) || parse_mark (cursor, program))
    return;
  if (accept_word (cursor, "counter"))
    parse_counter (cursor, program);
  else if (accept_word (cursor, "comment"))
    need_text (cursor, "the text of a comment");
  else if (accept_word (cursor, "log"))
    parse_log (cursor, program);
  else if (accept_word (cursor, "reject"))
    parse_reject (cursor, program);
  else if (accept_word (cursor, "snat"))
    parse_nat (cursor, program, "SNAT", "to-source");
  else if (accept_word (cursor, "dnat"))
    parse_nat (cursor, program, "DNAT", "to-destination");
  else if (accept_word (cursor, "masquerade"))
    parse_own_address (cursor, program, "MASQUERADE");
  else if (accept_word (cursor, "redirect"))
    parse_own_address (cursor, program, "REDIRECT");
  else if (accept_word (cursor, "notrack"))
    add_target (program, "CT --notrack", "CT --notrack");
  else if (is_word (at, "tcp") && is_word (at + 1, "option") && is_word (at + 2, "maxseg")) {
    cursor->token += 3;
    if (!accept_word (cursor, "size") || !accept_word (cursor, "set"))
      fail_at (cursor->token, "“size set” is expected here");
    const char *text = "TCPMSS --clamp-mss-to-pmtu";
    if (!accept_word (cursor, "rt"))
      text = format_text ("TCPMSS --set-mss %s", need_text (cursor, "a size"));
    else
      accept_word (cursor, "mtu");
    add_way (add_match (program), IP_BOTH, "tcp", " -m tcp --tcp-flags SYN,RST SYN");
    add_target (program, text, text);
  } else {
    fail_at (at, "“%s” is not known, or cannot be had on this kernel: it carries rules out by iptables", at->text);
  }
}
