/* policy.h - the policy of a distributed firewall: who may do what between networks, as a person writes it.
 *
 *   version 3                        # first; a higher number with every change
 *   network n1 192.168.1.0/24        # a name for addresses
 *   network n5 192.168.5.0/24
 *   allow http from n1 to n5         # a service: http, https, ssh, dns, ntp, smtp …
 *   allow tcp 8000-8080 from n1 to n5
 *   allow icmp from any to n5        # ping, and its answer
 *   allow any from n5 to n1
 *
 * A statement a line; "#" begins a comment. What no line allows is denied; answers to
 * what is allowed pass. IPv4 only: of IPv6 nothing is allowed. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_SIZE_MAX 65536 /* bytes of the text */
#define POLICY_NETWORKS_MAX 64
#define POLICY_RULES_MAX 512
#define POLICY_NAME_SIZE 16    /* of a network, with its NUL */
#define POLICY_SERVICE_SIZE 16 /* "tcp 65534-65535" */
#define POLICY_REASON_SIZE 200 /* of a sentence that says why not */
#define POLICY_ANYWHERE POLICY_NETWORKS_MAX

typedef struct {
  char name[POLICY_NAME_SIZE];
  uint32_t address; /* in the order of this host */
  unsigned prefix;
  unsigned line;
} PolicyNetwork;

enum { POLICY_TCP = 1, POLICY_UDP = 2, POLICY_ICMP = 4, POLICY_EVERYTHING = 8 };

typedef struct {
  char text[POLICY_SERVICE_SIZE]; /* as it was written */
  unsigned protocols;             /* of the enum above */
  unsigned first, last;           /* ports, of TCP and UDP */
} PolicyService;

typedef struct {
  PolicyService service;
  unsigned from, to; /* indices of networks, or POLICY_ANYWHERE */
  unsigned line;
} PolicyRule;

typedef struct {
  uint32_t version; /* 1 and up */
  unsigned n_networks;
  PolicyNetwork networks[POLICY_NETWORKS_MAX];
  unsigned n_rules;
  PolicyRule rules[POLICY_RULES_MAX];
} Policy;

/**
 * policy_parse:
 * @text: @size bytes, which may be anything
 * @ret_policy: its contents count only when it is one
 * @ret_reason: why it is none: the line, what is wrong with it and what to write instead
 *
 * Returns: whether it is a policy as a whole; nothing of one with an error may be used.
 */
bool policy_parse (const char *text, size_t size, Policy *ret_policy, char ret_reason[POLICY_REASON_SIZE]);

/** policy_network_name: Returns: (transfer none): what @network, an index or POLICY_ANYWHERE, is called. */
const char *policy_network_name (const Policy *self, unsigned network);
/** policy_mask: Returns: the bits of an address that a prefix of @length, 0 to 32, says. */
uint32_t policy_mask (unsigned length);
/** policy_too_large: the reason why a text of @size bytes is none, which nobody read. */
void policy_too_large (size_t size, char ret_reason[POLICY_REASON_SIZE]);
