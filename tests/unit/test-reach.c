/* test-reach.c - what of the host a lab names, its digest, and the lab without it. */
#include "config.h"

#include <string.h>

#include "engine/model/reach.h"
#include "engine/model/topology-private.h"
#include "unit/harness.h"
#include "unit/lab.h"

#define HOST "h = attach(alloc(host%s), alloc(NIC, ip=10.0.0.1/24))\n"

/* "device key=value", a line each. */
static char *
listed (const VbetTopology *topology)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GPtrArray) list = vbet_reach_list (topology);
  for (guint i = 0; i < list->len; i++) {
    const VbetReach *reach = list->pdata[i];
    g_autofree char *line = vbet_reach_to_line (reach);
    g_string_append_printf (out, "%s%s %s", i > 0 ? "; " : "", reach->device, line);
  }
  return g_string_free (out, FALSE);
}

static void
check (const char *text, const char *wanted)
{
  g_autoptr (VbetTopology) topology = vbet_test_lab (text, NULL);
  g_autofree char *actual = listed (topology);
  VBET_ASSERT_TEXT (actual, wanted);
}

static char *
digest_of (const char *text)
{
  g_autoptr (VbetTopology) topology = vbet_test_lab (text, NULL);
  g_autoptr (GPtrArray) list = vbet_reach_list (topology);
  return vbet_reach_digest (list);
}

static void
test_nothing (void)
{
  check ("", "");
  check ("h = alloc(host, mem=64M, persist=yes, boot=\"\"\"cat /etc/passwd\"\"\")\nfile(h, \"/etc/x\", "
         "\"/etc/passwd\")\n",
         "");
  check ("s = alloc(switch)\nhub1 = alloc(hub)\ng = alloc(gateway, isolated=yes)\n", "");
  check ("h = alloc(host, kernel=\"stock\")\nf = alloc(firewall, kernel=\"stock\")\n", "");
}

static void
test_devices (void)
{
  check ("h = alloc(host, kernel=\"/tmp/k\", image=\"/tmp/i\")\n", "h kernel=\"/tmp/k\"; h image=\"/tmp/i\"");
  check ("r = alloc(router, image=\"other\")\n", "r image=\"other\"");
  check ("g = alloc(gateway)\n", "g isolated=");
  check ("g = alloc(gateway, isolated=no, host=yes)\n", "g isolated=; g host=");
  /* Each for itself: it is one set() away from the other. */
  check (
      "g = alloc(gateway, isolated=yes, host=yes, forward=[\"tcp:80:10.0.2.5:80\", \"udp:9:10.0.2.5:9\"])\n",
      "g host=; g forward=\"tcp:80:10.0.2.5:80\"; g forward=\"udp:9:10.0.2.5:9\"");
  check ("t = alloc(tap)\nu = alloc(tap, device=\"tap7\")\n", "t device=; u device=\"tap7\"");
  check ("m = alloc(remote, peer=\"192.0.2.7:7000\", listen=\"7000\")\n",
         "m peer=\"192.0.2.7:7000\"; m listen=\"7000\"");
}

/* What a step will do is named before the lab runs. */
static void
test_steps (void)
{
  check ("h = alloc(host)\nstep \"a\" {\n  set(h, kernel=\"/tmp/k\")\n}\n", "h kernel=\"/tmp/k\"");
  check ("step \"a\" {\n  h = alloc(host, image=\"/tmp/i\", mem=64M)\n  free(h)\n}\n", "h image=\"/tmp/i\"");
  check ("step \"a\" {\n  g = attach(alloc(gateway, dhcp=no))\n}\n", "g isolated=");
  check ("s = alloc(switch)\nstep \"a\" {\n  link(s, alloc(tap))\n}\n", " device=");
  check ("g = alloc(gateway, isolated=yes)\nstep \"a\" {\n  set(g, isolated=no)\n}\nstep \"b\" {\n  set(g, "
         "isolated=yes)\n}\n",
         "g isolated=");
  check ("g = alloc(gateway, isolated=yes)\nstep \"a\" {\n  set(g, isolated=default)\n}\n", "g isolated=");
  check ("g = alloc(gateway, isolated=yes)\nstep \"a\" {\n  set(g, host={yes}, "
         "forward=[\"tcp:1:10.0.2.5:1\"])\n}\n",
         "g host=; g forward=\"tcp:1:10.0.2.5:1\"");
  check ("h = alloc(host, kernel=\"/tmp/k\")\nstep \"a\" {\n  set(h, kernel=default)\n  set(h, "
         "kernel=\"stock\")\n}\n",
         "h kernel=\"/tmp/k\"");
  check ("h = alloc(host)\nstep \"a\" {\n  exec(h, \"set(h, kernel=1)\")\n  set(h, mem=64M)\n}\n", "");
}

static void
test_digest (void)
{
  g_autofree char *first = digest_of ("h = alloc(host, kernel=\"/tmp/k\")\ng = alloc(gateway)\n");
  g_autofree char *same
      = digest_of ("gw2 = alloc(gateway)\nx = attach(alloc(host, kernel=\"/tmp/k\", mem=96M), "
                   "alloc(NIC, ip=10.9.9.9/24))\ny = alloc(host, kernel=\"/tmp/k\")\n");
  g_autofree char *more
      = digest_of ("h = alloc(host, kernel=\"/tmp/k\")\ng = alloc(gateway, forward=\"tcp:1:10.0.2.5:1\")\n");
  g_autofree char *other = digest_of ("h = alloc(host, kernel=\"/tmp/l\")\ng = alloc(gateway)\n");
  CU_ASSERT_EQUAL (strlen (first), 64);
  VBET_ASSERT_TEXT (same, first);
  CU_ASSERT_STRING_NOT_EQUAL (more, first);
  CU_ASSERT_STRING_NOT_EQUAL (other, first);
}

/* What a stranger writes cannot hide, turn round or drown what is said of it. */
static void
test_sentences (void)
{
  g_autoptr (GString) text = g_string_new (
      "h = alloc(host, kernel=\"/tmp/\\u{202e}\\u{1b}[2J\\u{85}\\u{200b}{device}k\", image=\"/");
  for (guint i = 0; i < 5000; i++)
    g_string_append (text, "ab");
  g_string_append (text, "/end\")\n");
  g_autoptr (VbetTopology) topology = vbet_test_lab (text->str, NULL);
  g_autoptr (GPtrArray) list = vbet_reach_list (topology);
  CU_ASSERT_EQUAL_FATAL (list->len, 2);
  const VbetReach *kernel = list->pdata[0], *image = list->pdata[1];
  VBET_ASSERT_TEXT (
      kernel->sentence,
      "h runs the kernel \"/tmp/\\u{202e}\\u{1b}[2J\\u{85}\\u{200b}{device}k\" of this computer.");
  CU_ASSERT_TRUE (strlen (image->sentence) < 400);
  CU_ASSERT_PTR_NOT_NULL (strstr (image->sentence, "ababab … bababa"));
  CU_ASSERT_PTR_NOT_NULL (strstr (image->sentence, "/end\" of this computer."));
  CU_ASSERT_TRUE (strlen (image->value) > 10000);
}

static void
test_isolate (void)
{
  g_autoptr (VbetTopology) topology
      = vbet_test_lab ("h = attach(alloc(host, kernel=\"/tmp/k\", image=\"/tmp/i\", mem=96M), alloc(NIC, "
                       "ip=10.0.2.9/24), ...)\n"
                       "g = alloc(gateway, host=yes, forward=\"tcp:80:h:80\", dhcp=no, at=(1, 2))\n"
                       "t = alloc(tap, device=\"tap7\", at=(3, 4), label=\"out\")\n"
                       "m = alloc(remote, peer=\"192.0.2.7:7000\", listen=\"7000\", vni=3)\n"
                       "link(h, g)\nlink(h, t)\nlink(h, m)\nexpect(h, \"true\", \"\")\n"
                       "step \"a\" {\n  set(h, kernel=\"/tmp/k\")\n  t2 = alloc(tap)\n}\n",
                       NULL);
  g_autoptr (VbetTopology) isolated = vbet_reach_isolate (topology);
  vbet_test_check_topology (isolated);
  g_autofree char *before = listed (topology), *after = listed (isolated);
  CU_ASSERT_PTR_NOT_NULL (strstr (before, "m listen="));
  /* Only of its step, whose statements are isolated when they have run. */
  VBET_ASSERT_TEXT (after, "h kernel=\"/tmp/k\"; t2 device=");
  g_autofree char *cabling = vbet_test_cabling (topology), *same = vbet_test_cabling (isolated);
  VBET_ASSERT_TEXT (same, cabling);
  g_autofree char *devices = vbet_test_devices (isolated);
  VBET_ASSERT_TEXT (devices, "host h 3\ngateway g 1\nhub t 1\nhub m 1\n");
  const VbetDevice *t = vbet_topology_device (isolated, "t"), *h = vbet_topology_device (isolated, "h");
  CU_ASSERT_PTR_NULL (vbet_attributes_get (t->attributes, "device"));
  VBET_ASSERT_TEXT (vbet_attributes_text (t->attributes, t->kind, "label"), "out");
  CU_ASSERT_EQUAL (vbet_attributes_integer (h->attributes, h->kind, "mem"), 96 * 1024 * 1024);
  CU_ASSERT_EQUAL (isolated->steps->len, 1);
  CU_ASSERT_EQUAL (isolated->checks->len, 1);
  /* What a step made is isolated likewise, and the first is as it was. */
  static const char made[] = "t3 = alloc(tap)";
  g_autoptr (VbetTopology) stepped = vbet_topology_call (isolated, made, strlen (made), NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (stepped);
  g_autoptr (VbetTopology) again = vbet_reach_isolate (stepped);
  CU_ASSERT_EQUAL (vbet_topology_device (again, "t3")->kind, VBET_KIND_HUB);
  CU_ASSERT_EQUAL (vbet_topology_device (topology, "t")->kind, VBET_KIND_TAP);
}

static CU_TestInfo tests[] = {
  { "labs that need nothing", test_nothing },
  { "devices", test_devices },
  { "steps", test_steps },
  { "digest", test_digest },
  { "sentences", test_sentences },
  { "isolated", test_isolate },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = { { "reach", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
