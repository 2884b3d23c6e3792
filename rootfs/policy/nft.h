/* nft.h - gives rules to nft, which makes one transaction of them. */
#pragma once

#include "policy.h"

/**
 * nft_run:
 * @ruleset: @size bytes of nft's language
 * @check: whether it only tries
 * @ret_reason: what nft complains of
 *
 * Blocks until nft has ended, for at most 20 s.
 *
 * Returns: whether they are in force, or could be.
 */
bool nft_run (const char *ruleset, size_t size, bool check, char ret_reason[POLICY_REASON_SIZE]);
