/* fuzz-nat.c - options of vbet-nat, one a line, and DHCP frames: refused or understood, and what is
 * understood holds. */
#include "config.h"

#include "fuzz/fuzz.h"
#include "nat/lease.h"
#include "nat/options.h"

static void
check_options (const char *const *argv)
{
  g_auto (VbetNatOptions) options = { 0 };
  g_autoptr (GError) error = NULL;
  if (!vbet_nat_options_parse (&options, argv, &error)) {
    g_assert_nonnull (error);
    return;
  }
  g_assert_true (options.prefix >= 8 && options.prefix <= 29);
  g_assert_cmpuint (options.network & ~vbet_nat_options_mask (&options), ==, 0);
  g_assert_true (vbet_nat_options_holds (&options, vbet_nat_options_first_lease (&options)));
  for (guint i = 0; i < options.forwards->len; i++) {
    const VbetNatForward *forward = &g_array_index (options.forwards, VbetNatForward, i);
    g_assert_true (forward->host_port >= 1 && forward->host_port <= 65535);
    g_assert_true (forward->guest_port >= 1 && forward->guest_port <= 65535);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 300);
  VbetNatLease lease, again;
  check_options ((const char *const *)lines);
  if (vbet_nat_lease_read (data, size, &lease)) {
    g_autofree char *written = vbet_nat_lease_to_text (&lease);
    g_assert_true (vbet_nat_lease_parse (written, &again));
    g_assert_cmpuint (again.address, ==, lease.address);
  }
  return 0;
}
