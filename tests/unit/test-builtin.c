/* test-builtin.c - what modprobe says of modules that the kernel has built in (rootfs/agent/builtin.c). */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "agent/builtin.h"
#include "unit/harness.h"

#define LIST                                                                                                 \
  "kernel/net/ipv6/ipv6.ko\n"                                                                                \
  "kernel/net/8021q/8021q.ko\n"                                                                              \
  "kernel/net/netfilter/nf_conntrack.ko\n"                                                                   \
  "kernel/net/netfilter/xt_MASQUERADE.ko\n"                                                                  \
  "kernel/drivers/net/vxlan/vxlan.ko\n"                                                                      \
  "kernel/drivers/net/bonding/bonding.ko\n"                                                                  \
  "kernel/net/sched/sch_netem.ko\n"                                                                          \
  "kernel/net/ipv4/ip_gre.ko\n"                                                                              \
  "kernel/arch/x86/crypto/aesni-intel.ko\n"                                                                  \
  "kernel/net/ipv4/netfilter/nf_reject_ipv4.ko"

static void
test_names (void)
{
  static const char *const there[] = {
    "ipv6",           "8021q",          "nf_conntrack",      "nf-conntrack",
    "vxlan",          "bonding",        "sch_netem",         "aesni_intel",
    "aesni-intel",    "nf_reject_ipv4", "net-pf-10",         "rtnl-link-vxlan",
    "rtnl-link-bond", "rtnl-link-vlan", "nf_conntrack_ipv4", "nf_conntrack_ipv6",
    "ip_conntrack",   "ipt_MASQUERADE", "net-sch-netem",     "rtnl-link-gretap",
    "gre0",
  };
  static const char *const missing[] = {
    "",
    "ipv",
    "pv6",
    "ipv66",
    "ipv6.ko",
    "kernel",
    "net/ipv6/ipv6",
    "rtnl-link-",
    "rtnl-link-wireguard",
    "net-pf-11",
    "ipt_",
    "wireguard",
    "net-pf-1",
    "masquerade",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (there); i++) {
    if (!builtin_has (LIST, there[i]))
      g_printerr ("not found: %s\n", there[i]);
    CU_ASSERT_TRUE (builtin_has (LIST, there[i]));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++) {
    if (builtin_has (LIST, missing[i]))
      g_printerr ("found: %s\n", missing[i]);
    CU_ASSERT_FALSE (builtin_has (LIST, missing[i]));
  }
  CU_ASSERT_FALSE (builtin_has (NULL, "ipv6"));
  CU_ASSERT_FALSE (builtin_has ("", "ipv6"));
  CU_ASSERT_FALSE (builtin_has ("\n/\n//.ko\n.ko\n", ""));
}

/* @expected: "done", "refuse NAME", "show NAME", or kmod's command line. */
static void
expect (const char *line, const char *expected)
{
  int argc = 0;
  const char *name = NULL;
  g_autofree char *said = NULL;
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  gsize count = g_strv_length (words);
  g_autofree char **argv = g_memdup2 (words, (count + 1) * sizeof *words);
  argc = (int)count;
  switch (modprobe_decide (LIST, &argc, argv, &name)) {
  case MODPROBE_DONE:
    said = g_strdup ("done");
    break;
  case MODPROBE_REFUSE:
    said = g_strdup_printf ("refuse %s", name);
    break;
  case MODPROBE_SHOW:
    said = g_strdup_printf ("show %s", name);
    break;
  case MODPROBE_KMOD:
    said = g_strjoinv (" ", argv);
    CU_ASSERT_EQUAL ((guint)argc, g_strv_length (argv));
    break;
  }
  VBET_ASSERT_TEXT (said, expected);
}

static void
test_command_lines (void)
{
  expect ("modprobe ipv6", "done");
  expect ("modprobe -q ipv6", "done");
  expect ("modprobe -qv -- ipv6", "done");
  expect ("modprobe ipv6 -q", "done");
  expect ("modprobe bonding mode=1 miimon=100", "done");
  expect ("modprobe -n bonding", "done");
  expect ("modprobe -a ipv6 8021q nf-conntrack", "done");
  expect ("modprobe --all ipv6 rtnl-link-vxlan", "done");
  expect ("modprobe -a ipv6 none 8021q nothing", "modprobe -a none nothing");
  expect ("modprobe none ipv6", "modprobe none ipv6");
  expect ("modprobe none -q", "modprobe -q none");
  expect ("modprobe -r ipv6", "refuse ipv6");
  expect ("modprobe -r none", "modprobe -r none");
  expect ("modprobe -D 8021q", "show 8021q");
  expect ("modprobe --show-depends none", "modprobe --show-depends none");
  expect ("modprobe", "modprobe");
  expect ("modprobe -V", "modprobe -V");
  expect ("modprobe --help", "modprobe --help");
  expect ("modprobe --first-time ipv6", "modprobe --first-time ipv6");
  expect ("modprobe -d /tmp ipv6", "modprobe -d /tmp ipv6");
  expect ("modprobe -a", "modprobe -a");
  expect ("modprobe - ipv6", "modprobe - ipv6");
}

static CU_TestInfo builtin_tests[] = {
  { "names and aliases", test_names },
  { "command lines", test_command_lines },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "builtin", NULL, NULL, NULL, NULL, builtin_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
