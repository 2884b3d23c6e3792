/* judge.h - what a firewall knows of its policy, and whether it takes another one.
 *
 * A text is taken as a whole or not at all, and its version never goes back: who
 * has an old policy of the server, and even the key, opens nothing that was closed. Pure.
 */
#pragma once

#include "message.h"

typedef struct {
  uint32_t version;            /* that is in force; 0: none */
  uint8_t digest[SHA256_SIZE]; /* of its text */
  uint8_t judged[SHA256_SIZE]; /* of the text that was judged last; 0: it is to be judged again */
  bool refuses;                /* what was judged last */
  char reason[POLICY_REASON_SIZE];
} PolicyState;

typedef enum {
  POLICY_KEEP,   /* it is the one that is in force */
  POLICY_ADOPT,  /* it is a newer one */
  POLICY_REFUSE, /* it is none, or not newer */
} PolicyVerdict;

/**
 * policy_judge:
 * @text: @size bytes of which the server is known to be the author
 * @ret_policy: the policy, unless it is refused
 * @ret_reason: why it is refused
 */
PolicyVerdict policy_judge (const PolicyState *self, const char *text, size_t size, Policy *ret_policy,
                            char ret_reason[POLICY_REASON_SIZE]);
/** policy_state_adopt: the @text of @version is in force from now on. */
void policy_state_adopt (PolicyState *self, uint32_t version, const char *text, size_t size);
/** policy_state_keep: the server has the text that is in force. */
void policy_state_keep (PolicyState *self);
/** policy_state_refuse: what the server has is not taken. @text: (nullable): what need not be judged again. */
void policy_state_refuse (PolicyState *self, const char *text, size_t size, const char *reason);
