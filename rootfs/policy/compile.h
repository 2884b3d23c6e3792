/* compile.h - a policy as the rules of one firewall, for nft.
 *
 * A firewall gets the rules of its own networks: those in which it has an address. It is
 * no way through between the networks of others. A rule becomes two lines: one for packets
 * of who begins, one for the answers to them. So what a new version no longer allows
 * ends at once, connections that are under way as well. Pure.
 */
#pragma once

#include "policy.h"

#define POLICY_TABLE "fwpolicy"                             /* nft's table, of the family inet */
#define POLICY_RULESET_SIZE (1024 + 800 * POLICY_RULES_MAX) /* bytes that are enough for any policy */

/** policy_is_own: Returns: whether one of @n @addresses, in the order of this host, is in @network, or that is anywhere. */
bool policy_is_own (const Policy *policy, unsigned network, const uint32_t *addresses, size_t n);
/**
 * policy_compile:
 * @addresses: those of the firewall, @n of them
 *
 * What "nft -f" makes of the text is one transaction: the table, and the one with
 * which a firewall of vBET starts, are replaced whole or not at all.
 *
 * Returns: the size of the text, which is less than POLICY_RULESET_SIZE.
 */
size_t policy_compile (const Policy *policy, const uint32_t *addresses, size_t n,
                       char ret_text[POLICY_RULESET_SIZE]);
