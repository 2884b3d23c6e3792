/* compile.c - a policy as the rules of one firewall; see compile.h. */
#include "compile.h"

#include "text.h"

bool
policy_is_own (const Policy *policy, unsigned network, const uint32_t *addresses, size_t n)
{
  if (network >= policy->n_networks)
    return true;
  const PolicyNetwork *of = &policy->networks[network];
  for (size_t i = 0; i < n; i++)
    if ((addresses[i] & policy_mask (of->prefix)) == of->address)
      return true;
  return false;
}

/* "ip saddr 192.168.1.0/24 ", or nothing for anywhere. */
static void
add_network (PolicyText *text, const Policy *policy, const char *what, unsigned network)
{
  if (network >= policy->n_networks)
    return;
  const PolicyNetwork *of = &policy->networks[network];
  policy_text_add (text, "ip %s %u.%u.%u.%u/%u ", what, of->address >> 24, of->address >> 16 & 255,
                   of->address >> 8 & 255, of->address & 255, of->prefix);
}

static void
add_ports (PolicyText *text, const char *protocol, const char *what, const PolicyService *service)
{
  policy_text_add (text, service->first == service->last ? "%s %s %u " : "%s %s %u-%u ", protocol, what,
                   service->first, service->last);
}

static void
add_match (PolicyText *text, const PolicyService *service, unsigned protocol, bool answer)
{
  if (protocol == POLICY_ICMP)
    policy_text_add (text, "icmp type %s ", answer ? "echo-reply" : "echo-request");
  else if (protocol != POLICY_EVERYTHING)
    add_ports (text, protocol == POLICY_TCP ? "tcp" : "udp", answer ? "sport" : "dport", service);
}

/* One line: what is asked, or the answers to it. */
static void
add_line (PolicyText *text, const Policy *policy, const PolicyRule *rule, unsigned protocol, bool answer)
{
  policy_text_add (text, "    %s",
                   rule->from == POLICY_ANYWHERE && rule->to == POLICY_ANYWHERE ? "meta nfproto ipv4 " : "");
  add_network (text, policy, answer ? "daddr" : "saddr", rule->from);
  add_network (text, policy, answer ? "saddr" : "daddr", rule->to);
  add_match (text, &rule->service, protocol, answer);
  policy_text_add (text, "%saccept comment \"line %u: %s from %s to %s%s\"\n",
                   answer ? "ct direction reply ct state established " : "", rule->line, rule->service.text,
                   policy_network_name (policy, rule->from), policy_network_name (policy, rule->to),
                   answer ? ", answers" : "");
}

static void
add_rule (PolicyText *text, const Policy *policy, const PolicyRule *rule)
{
  for (unsigned protocol = POLICY_TCP; protocol <= POLICY_EVERYTHING; protocol *= 2) {
    if ((rule->service.protocols & protocol) == 0)
      continue;
    add_line (text, policy, rule, protocol, false);
    add_line (text, policy, rule, protocol, true);
  }
}

size_t
policy_compile (const Policy *policy, const uint32_t *addresses, size_t n, char ret_text[POLICY_RULESET_SIZE])
{
  PolicyText text;
  policy_text_begin (&text, ret_text, POLICY_RULESET_SIZE);
  policy_text_add (&text, "# version %u of the policy\n", policy->version);
  /* To delete a table that is not there is an error; to add one that is there is none. */
  policy_text_add (&text, "table inet vbet\ndelete table inet vbet\n"
                          "table inet " POLICY_TABLE "\ndelete table inet " POLICY_TABLE "\n");
  policy_text_add (&text, "table inet " POLICY_TABLE " {\n"
                          "  chain forward {\n"
                          "    type filter hook forward priority filter; policy drop;\n");
  for (unsigned i = 0; i < policy->n_rules; i++) {
    const PolicyRule *rule = &policy->rules[i];
    if (policy_is_own (policy, rule->from, addresses, n) || policy_is_own (policy, rule->to, addresses, n))
      add_rule (&text, policy, rule);
  }
  /* What routers say of packets that were allowed: without it, large ones could get lost in silence. */
  policy_text_add (&text, "    ct state related icmp type { destination-unreachable, time-exceeded, "
                          "parameter-problem } accept\n"
                          "  }\n"
                          "}\n");
  return text.size;
}
