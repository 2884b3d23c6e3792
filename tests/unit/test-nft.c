/* test-nft.c - nftables rule sets as iptables carries them out (rootfs/nft), and what is refused.
 *
 * The translation ends the process on an error and frees nothing, as the
 * program does: each case runs in a process of its own.
 */
#include "config.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "nft/nft.h"
#include "unit/harness.h"

/* Only the rules of a script: no declarations. */
static void
print_rules (const Script *script, const char *family)
{
  g_auto (GStrv) lines = g_strsplit (script->text.text != NULL ? script->text.text : "", "\n", -1);
  const char *table = "";
  for (gsize i = 0; lines[i] != NULL; i++) {
    if (lines[i][0] == '*')
      table = lines[i] + 1;
    if (lines[i][0] == '-')
      g_print ("%s %s %s\n", family, table, lines[i] + strlen ("-A "));
  }
}

static void
run_case (const char *text, const char *command)
{
  Tokens tokens = { 0 };
  Ruleset ruleset = { 0 };
  Listing listing = { 0 };
  Script scripts[2] = { 0 };
  lex (&tokens, text, "x.nft");
  execute (&ruleset, &tokens, &listing);
  if (command != NULL) {
    Tokens more = { 0 };
    lex (&more, command, NULL);
    execute (&ruleset, &more, &listing);
  }
  check_rules (&ruleset);
  emit (&ruleset, IPV4, 0, &scripts[0]);
  emit (&ruleset, IPV6, 0, &scripts[1]);
  if (command != NULL) {
    list_for_keeping (&ruleset, &listing);
    g_print ("%s", listing.out.text != NULL ? listing.out.text : "");
    return;
  }
  print_rules (&scripts[0], "4");
  print_rules (&scripts[1], "6");
}

static void
expect (const char *text, const char *command, const char *expected)
{
  int ends[2];
  GString *actual = g_string_new (NULL);
  char piece[4096];
  ssize_t count;
  CU_ASSERT_EQUAL_FATAL (pipe (ends), 0);
  pid_t pid = fork ();
  if (pid == 0) {
    dup2 (ends[1], 1);
    dup2 (ends[1], 2);
    close (ends[0]);
    run_case (text, command);
    _exit (0);
  }
  close (ends[1]);
  while ((count = read (ends[0], piece, sizeof piece)) > 0)
    g_string_append_len (actual, piece, count);
  close (ends[0]);
  CU_ASSERT_EQUAL (waitpid (pid, NULL, 0), pid);
  VBET_ASSERT_TEXT (actual->str, expected);
  g_string_free (actual, TRUE);
}

/* Rules of one base chain, as those of iptables: the frame around them is left out. */
static void
expect_rules (const char *family, const char *rules, const char *expected)
{
  g_autofree char *text
      = g_strdup_printf ("table %s t {\n chain u { accept }\n chain c {\n type filter hook forward priority 0; policy drop;\n"
                         "%s\n }\n}\n",
                         family, rules);
  GString *all = g_string_new (NULL);
  static const char *const versions[] = { "4", "6" };
  g_auto (GStrv) lines = g_strsplit (expected, "\n", -1);
  for (int i = 0; i < 2; i++) {
    if (g_str_equal (family, i == 0 ? "ip6" : "ip"))
      continue;
    g_string_append_printf (all, "%s filter FORWARD -j t.c\n", versions[i]);
    for (gsize j = 0; lines[j] != NULL; j++)
      if (lines[j][0] == versions[i][0])
        g_string_append_printf (all, "%s filter %s\n", versions[i], lines[j] + 2);
      else if (lines[j][0] == '*')
        g_string_append_printf (all, "%s filter %s\n", versions[i], lines[j] + 2);
    g_string_append_printf (all, "%s filter t.c -j DROP\n", versions[i]);
  }
  expect (text, NULL, all->str);
  g_string_free (all, TRUE);
}

static void
test_matches (void)
{
  expect_rules ("ip", "accept", "4 t.c -j ACCEPT");
  expect_rules ("ip", "iifname \"eth0\" oifname != \"eth*\" drop", "4 t.c -i eth0 ! -o eth+ -j DROP");
  expect_rules ("ip", "ip saddr { 10.0.0.1, 10.1.0.0/16 } ip daddr 10.2.0.1-10.2.0.9 accept",
                "4 t.c -s 10.0.0.1 -m iprange --dst-range 10.2.0.1-10.2.0.9 -j ACCEPT\n"
                "4 t.c -s 10.1.0.0/16 -m iprange --dst-range 10.2.0.1-10.2.0.9 -j ACCEPT");
  expect_rules ("ip", "tcp dport 80 accept; tcp sport != 1-1023 drop; udp dport { 53, 1000-2000 } accept",
                "4 t.c -p tcp -m tcp --dport 80 -j ACCEPT\n4 t.c -p tcp -m tcp ! --sport 1:1023 -j DROP\n"
                "4 t.c -p udp -m multiport --dports 53,1000:2000 -j ACCEPT");
  expect_rules ("ip", "tcp dport < 1024 accept; tcp dport >= 40000 accept",
                "4 t.c -p tcp -m tcp --dport 0:1023 -j ACCEPT\n4 t.c -p tcp -m tcp --dport 40000:65535 -j ACCEPT");
  expect_rules ("ip", "meta l4proto { tcp, udp } th dport 53 accept",
                "4 t.c -p tcp -m tcp --dport 53 -j ACCEPT\n4 t.c -p udp -m udp --dport 53 -j ACCEPT");
  expect_rules ("ip", "ct state established,related accept; ct state != { new, untracked } drop",
                "4 t.c -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n"
                "4 t.c -m conntrack ! --ctstate NEW,UNTRACKED -j DROP");
  expect_rules ("ip", "ip protocol icmp icmp type { echo-request, echo-reply } accept",
                "4 t.c -p icmp -m icmp --icmp-type echo-request -j ACCEPT\n"
                "4 t.c -p icmp -m icmp --icmp-type echo-reply -j ACCEPT");
  expect_rules ("ip", "tcp flags & (fin|syn|rst|ack) == syn accept; tcp flags syn drop",
                "4 t.c -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT\n"
                "4 t.c -p tcp -m tcp --tcp-flags SYN SYN -j DROP");
  expect_rules ("ip", "limit rate 10/minute burst 3 packets accept; limit rate over 5/second drop",
                "4 t.c -m limit --limit 10/minute --limit-burst 3 -j ACCEPT\n"
                "4 t.c -m hashlimit --hashlimit-above 5/second --hashlimit-burst 5 --hashlimit-name nft3 -j DROP");
  /* Matches that exclude each other make no rule. */
  expect_rules ("ip", "meta l4proto udp tcp dport 80 accept", "");
}

static void
test_families (void)
{
  expect_rules ("inet", "tcp dport 22 accept", "* t.c -p tcp -m tcp --dport 22 -j ACCEPT");
  expect_rules ("inet", "ip saddr 10.0.0.1 accept; ip6 saddr fd00::/8 accept",
                "4 t.c -s 10.0.0.1 -j ACCEPT\n6 t.c -s fd00::/8 -j ACCEPT");
  expect_rules ("inet", "meta nfproto ipv6 drop; icmpv6 type nd-neighbor-solicit accept",
                "6 t.c -j DROP\n6 t.c -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT");
  expect_rules ("inet", "reject with icmpx type admin-prohibited",
                "4 t.c -j REJECT --reject-with icmp-admin-prohibited\n"
                "6 t.c -j REJECT --reject-with icmp6-adm-prohibited");
  expect_rules ("inet", "reject with tcp reset", "* t.c -p tcp -j REJECT --reject-with tcp-reset");
  expect_rules ("ip6", "ip6 daddr fd00::1 accept", "6 t.c -d fd00::1 -j ACCEPT");
}

/* Each thing is asked once; "none of these" and several statements need chains of their own. */
static void
test_helpers (void)
{
  expect_rules ("ip", "tcp dport 22 log prefix \"ssh \" level info drop",
                "4 t.c.2 -j LOG --log-prefix \"ssh \" --log-level info\n4 t.c.2 -j DROP\n"
                "4 t.c -p tcp -m tcp --dport 22 -j t.c.2");
  expect_rules ("ip", "log accept", "4 t.c -j LOG\n4 t.c -j ACCEPT");
  expect_rules ("ip", "tcp dport 22 ip saddr != { 10.0.0.1, 10.0.0.2 } drop",
                "4 t.c.2 -s 10.0.0.1 -j RETURN\n4 t.c.2 -s 10.0.0.2 -j RETURN\n4 t.c.2 -j DROP\n"
                "4 t.c -p tcp -m tcp --dport 22 -j t.c.2");
  expect_rules ("ip", "ip protocol != tcp drop", "4 t.c.2 -p tcp -j RETURN\n4 t.c.2 -j DROP\n4 t.c -j t.c.2");
  expect_rules ("ip", "tcp dport 80 counter accept",
                "4 t.c -p tcp -m tcp --dport 80 -m comment --comment nft-2 -j ACCEPT");
  expect_rules ("ip", "counter comment \"all\"", "4 t.c -m comment --comment nft-2");
}

static void
test_jumps (void)
{
  expect_rules ("ip", "tcp dport 80 jump u", "4 t.c.u -j ACCEPT\n4 t.c -p tcp -m tcp --dport 80 -j t.c.u");
  /* What returns to a base chain meets its policy; so does what a goto ends in. */
  expect_rules ("ip", "return", "4 t.c -j DROP");
  expect_rules ("ip", "goto u", "4 t.c.u -j ACCEPT\n4 t.c.2 -j t.c.u\n4 t.c.2 -j DROP\n4 t.c -j t.c.2");
  expect ("table ip t { chain a { return }\n chain b { tcp dport 1 goto a; log return }\n"
          "chain c { type filter hook input priority 0; jump b; } }",
          NULL,
          "4 filter INPUT -j t.c\n4 filter t.c.a -j RETURN\n4 filter t.c.b -p tcp -m tcp --dport 1 -g t.c.a\n"
          "4 filter t.c.b -j LOG\n4 filter t.c.b -j RETURN\n4 filter t.c -j t.c.b\n4 filter t.c -j ACCEPT\n");
}

/* "accept" ends one base chain; the next of the same hook has its say. */
static void
test_several_bases (void)
{
  expect ("table ip late { chain c { type filter hook input priority 10; policy drop; tcp dport 80 accept } }\n"
          "table ip early { chain c { type filter hook input priority filter - 5; tcp dport 81 accept; ip saddr 10.0.0.9 drop } }",
          NULL,
          "4 filter INPUT -j early.c\n4 filter early.c -p tcp -m tcp --dport 81 -j late.c\n"
          "4 filter early.c -s 10.0.0.9 -j DROP\n4 filter early.c -j late.c\n"
          "4 filter late.c -p tcp -m tcp --dport 80 -j ACCEPT\n4 filter late.c -j DROP\n");
}

static void
test_nat (void)
{
  expect ("table ip nat {\n chain post { type nat hook postrouting priority srcnat; oifname eth1 masquerade }\n"
          " chain pre { type nat hook prerouting priority dstnat; tcp dport 8080 dnat to 10.0.0.2:80; udp dport 5 redirect to :6 }\n"
          "}\ntable inet m { chain x { type filter hook forward priority mangle; meta mark set 7; "
          "tcp flags syn tcp option maxseg size set rt mtu } }",
          NULL,
          "4 mangle FORWARD -j m.x\n4 mangle m.x -j MARK --set-mark 7\n"
          "4 mangle m.x -p tcp -m tcp --tcp-flags SYN SYN -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n"
          "4 mangle m.x -j ACCEPT\n"
          "4 nat PREROUTING -j nat.pre\n4 nat nat.pre -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80\n"
          "4 nat nat.pre -p udp -m udp --dport 5 -j REDIRECT --to-ports 6\n4 nat nat.pre -j ACCEPT\n"
          "4 nat POSTROUTING -j nat.post\n4 nat nat.post -o eth1 -j MASQUERADE\n4 nat nat.post -j ACCEPT\n"
          "6 mangle FORWARD -j m.x\n6 mangle m.x -j MARK --set-mark 7\n"
          "6 mangle m.x -p tcp -m tcp --tcp-flags SYN SYN -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n"
          "6 mangle m.x -j ACCEPT\n");
}

static void
test_expansion (void)
{
  expect_rules ("ip", "tcp dport vmap { 22 : accept, 23:drop, 80: jump u }",
                "4 t.c -p tcp -m tcp --dport 22 -j ACCEPT\n4 t.c -p tcp -m tcp --dport 23 -j DROP\n"
                "4 t.c.u -j ACCEPT\n4 t.c -p tcp -m tcp --dport 80 -j t.c.u");
  expect_rules ("ip", "iifname . oifname { eth0 . eth1, eth1 . eth0 } accept",
                "4 t.c -i eth0 -o eth1 -j ACCEPT\n4 t.c -i eth1 -o eth0 -j ACCEPT");
  expect_rules ("ip", "ip saddr . tcp dport vmap { 10.0.0.1 . 80 : accept }",
                "4 t.c -p tcp -s 10.0.0.1 -m tcp --dport 80 -j ACCEPT");
  expect ("define nets = { 10.0.0.0/8,\n 10.1.0.0/16 }\ndefine port = 80\ntable ip t {\n"
          " set s { type ipv4_addr; elements = { 1.1.1.1, # one\n 2.2.2.2 } }\n"
          " chain c { type filter hook output priority 0; ip daddr @s tcp dport $port accept; \\\n ip daddr $nets drop } }",
          NULL,
          "4 filter OUTPUT -j t.c\n4 filter t.c -p tcp -d 1.1.1.1 -m tcp --dport 80 -j ACCEPT\n"
          "4 filter t.c -p tcp -d 2.2.2.2 -m tcp --dport 80 -j ACCEPT\n4 filter t.c -d 10.0.0.0/8 -j DROP\n"
          "4 filter t.c -d 10.1.0.0/16 -j DROP\n4 filter t.c -j ACCEPT\n");
}

static const char small[] = "table ip t {\n set s { type ipv4_addr; elements = { 1.1.1.1, 2.2.2.2, 3.3.3.3 } }\n"
                            " chain c { type filter hook input priority 0; policy drop; tcp dport 1 accept\n tcp dport 2 accept }\n}\n";

static void
expect_listing (const char *command, const char *elements, const char *rules)
{
  g_autofree char *expected = g_strdup_printf ("table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { %s }\n\t}\n\n"
                                               "\tchain c {\n\t\ttype filter hook input priority 0; policy drop;\n%s\t}\n}\n",
                                               elements, rules);
  expect (small, command, expected);
}

static void
test_commands (void)
{
  const char *all = "1.1.1.1, 2.2.2.2, 3.3.3.3";
  const char *rules = "\t\ttcp dport 1 accept\n\t\ttcp dport 2 accept\n";
  expect_listing ("add table ip t", all, rules);
  expect_listing ("add rule ip t c tcp dport 3 accept", all,
                  "\t\ttcp dport 1 accept\n\t\ttcp dport 2 accept\n\t\ttcp dport 3 accept\n");
  expect_listing ("insert rule t c tcp dport 3 accept", all,
                  "\t\ttcp dport 3 accept\n\t\ttcp dport 1 accept\n\t\ttcp dport 2 accept\n");
  expect_listing ("add rule t c handle 1 tcp dport 3 accept", all,
                  "\t\ttcp dport 1 accept\n\t\ttcp dport 3 accept\n\t\ttcp dport 2 accept\n");
  expect_listing ("delete rule t c handle 1", all, "\t\ttcp dport 2 accept\n");
  expect_listing ("flush chain t c", all, "");
  expect_listing ("add element t s { 4.4.4.4 }", "1.1.1.1, 2.2.2.2, 3.3.3.3, 4.4.4.4", rules);
  expect_listing ("delete element t s { 1.1.1.1 }", "2.2.2.2, 3.3.3.3", rules);
  expect_listing ("delete element t s { 3.3.3.3, 2.2.2.2 }", "1.1.1.1", rules);
  expect (small, "delete table t", "");
  expect (small, "flush ruleset", "");
  expect (small, "flush ruleset; list ruleset; add table inet x", "table inet x {\n}\n");
}

static void
expect_error (const char *text, const char *error)
{
  g_autofree char *expected = g_strdup_printf ("%s\n", error);
  expect (text, NULL, expected);
}

static void
test_errors (void)
{
  expect_error ("table ip t {\n chain c {\n  frobnicate\n }\n}",
                "x.nft:3:3: Error: “frobnicate” is not known, or cannot be had on this kernel: it carries rules out by iptables");
  expect_error ("table ip t {\n chain c { accept", "x.nft:2:13: Error: syntax error, unexpected end of file: “}” is missing");
  expect_error ("table bridge t { }", "x.nft:1:7: Error: the family “bridge” cannot be had on this kernel");
  expect_error ("table ip t { chain c { jump nowhere } }",
                "x.nft:1:24: Error: No such file or directory: there is no chain “nowhere” to jump to");
  expect_error ("table ip t { chain c { ip saddr @none drop } }",
                "x.nft:1:33: Error: No such file or directory: there is no set “none” in table “t”");
  expect_error ("table ip t { chain c { type filter hook ingress priority 0; } }",
                "x.nft:1:41: Error: the hook “ingress” cannot be had on this kernel");
  expect_error ("table ip t { chain c { tcp dport $x accept } }", "x.nft:1:34: Error: $x is not defined");
  expect_error ("table ip t { chain c { log prefix \"x }", "x.nft:1:35: Error: a string has no end");
  expect_error ("table ip t { chain c { policy maybe; } }",
                "x.nft:1:31: Error: “maybe” is no policy; it is accept or drop");
  expect_error ("add rule ip t c accept", "x.nft:1:10: Error: No such file or directory: there is no such table");
  expect_error ("nonsense", "x.nft:1:1: Error: syntax error, unexpected “nonsense”");
  expect_error ("table ip t { chain c { tcp dport } }", "x.nft:1:34: Error: a value is missing here");
}

static CU_TestInfo nft_tests[] = {
  { "matches", test_matches },
  { "families", test_families },
  { "helper chains", test_helpers },
  { "jump, goto, return", test_jumps },
  { "several base chains on a hook", test_several_bases },
  { "address translation and marks", test_nat },
  { "maps, sets, definitions", test_expansion },
  { "commands", test_commands },
  { "errors", test_errors },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "nft", NULL, NULL, NULL, NULL, nft_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
