/* judge.c - whether a firewall takes another policy; see judge.h. */
#include "judge.h"

#include <string.h>

#include "text.h"

PolicyVerdict
policy_judge (const PolicyState *self, const char *text, size_t size, Policy *ret_policy,
              char ret_reason[POLICY_REASON_SIZE])
{
  uint8_t digest[SHA256_SIZE];
  PolicyText reason;
  if (!policy_parse (text, size, ret_policy, ret_reason))
    return POLICY_REFUSE;
  if (self->version == 0 || ret_policy->version > self->version)
    return POLICY_ADOPT;
  sha256 (text, size, digest);
  if (sha256_equal (digest, self->digest))
    return POLICY_KEEP;
  policy_text_begin (&reason, ret_reason, POLICY_REASON_SIZE);
  if (ret_policy->version == self->version)
    policy_text_add (&reason, "version %u is in force with another text; give the new one a higher number",
                     self->version);
  else
    policy_text_add (&reason,
                     "version %u is older than version %u, which is in force; give it a higher number",
                     ret_policy->version, self->version);
  return POLICY_REFUSE;
}

void
policy_state_adopt (PolicyState *self, uint32_t version, const char *text, size_t size)
{
  self->version = version;
  sha256 (text, size, self->digest);
  policy_state_keep (self);
}

void
policy_state_keep (PolicyState *self)
{
  memcpy (self->judged, self->digest, SHA256_SIZE);
  self->refuses = false;
  self->reason[0] = '\0';
}

void
policy_state_refuse (PolicyState *self, const char *text, size_t size, const char *reason)
{
  PolicyText copy;
  memset (self->judged, 0, SHA256_SIZE);
  if (text != NULL)
    sha256 (text, size, self->judged);
  self->refuses = true;
  policy_text_begin (&copy, self->reason, sizeof self->reason);
  policy_text_add (&copy, "%s", reason);
}
