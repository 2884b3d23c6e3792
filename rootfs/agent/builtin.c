/* builtin.c - what modprobe means where the kernel has it built in; see builtin.h. */
#include "builtin.h"

#include <stddef.h>
#include <string.h>

/* Names that scripts and the kernel use for modules that are called otherwise; "-" is written "_" here. */
static const char *const aliases[][2] = {
  { "net_pf_10", "ipv6" },
  { "net_pf_16_proto_12", "nfnetlink" },
  { "net_pf_17", "af_packet" },
  { "nfnetlink_subsys_1", "nf_conntrack_netlink" },
  { "nfnetlink_subsys_10", "nf_tables" },
  { "ip_conntrack", "nf_conntrack" },
  { "nf_conntrack_ipv4", "nf_conntrack" },
  { "nf_conntrack_ipv6", "nf_conntrack" },
  { "nf_nat_ipv4", "nf_nat" },
  { "nf_nat_ipv6", "nf_nat" },
  { "sit0", "sit" },
  { "tunl0", "ipip" },
  { "gre0", "ip_gre" },
  { "rtnl_link_bond", "bonding" },
  { "rtnl_link_erspan", "ip_gre" },
  { "rtnl_link_gre", "ip_gre" },
  { "rtnl_link_gretap", "ip_gre" },
  { "rtnl_link_ip6gre", "ip6_gre" },
  { "rtnl_link_ip6gretap", "ip6_gre" },
  { "rtnl_link_ip6tnl", "ip6_tunnel" },
  { "rtnl_link_vlan", "8021q" },
  { "rtnl_link_vti", "ip_vti" },
  { "rtnl_link_vti6", "ip6_vti" },
  { "rtnl_link_xfrm", "xfrm_interface" },
};

/* Beginnings of aliases: what follows is the name, after @name. */
static const struct {
  const char *prefix;
  const char *name;
} prefixes[] = {
  { "rtnl_link_", "" },   { "ipt_", "xt_" },      { "ip6t_", "xt_" },
  { "net_sch_", "sch_" }, { "net_cls_", "cls_" }, { "net_act_", "act_" },
};

static char
plain (char c)
{
  return c == '-' ? '_' : c;
}

/* Length of @name where @text begins with it; 0 where it does not. */
static size_t
begins (const char *text, const char *name)
{
  size_t length = 0;
  for (; name[length] != '\0'; length++)
    if (plain (text[length]) != plain (name[length]))
      return 0;
  return length;
}

/* Whether the list has the module @first@second. */
static bool
lists (const char *list, const char *first, const char *second)
{
  if (first[0] == '\0' && second[0] == '\0')
    return false;
  for (const char *line = list; line != NULL && *line != '\0';) {
    size_t length = strcspn (line, "\n");
    const char *file = line;
    for (size_t i = 0; i < length; i++)
      if (line[i] == '/')
        file = line + i + 1;
    size_t done = begins (file, first);
    if (done > 0 || first[0] == '\0') {
      size_t more = begins (file + done, second);
      if ((more > 0 || second[0] == '\0') && strncmp (file + done + more, ".ko", strlen (".ko")) == 0)
        return true;
    }
    line += length;
    line += *line == '\n' ? 1 : 0;
  }
  return false;
}

bool
builtin_has (const char *list, const char *name)
{
  if (lists (list, "", name))
    return true;
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
    if (begins (name, aliases[i][0]) == strlen (name) && name[0] != '\0')
      return lists (list, "", aliases[i][1]);
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
    size_t length = begins (name, prefixes[i].prefix);
    if (length > 0)
      return lists (list, prefixes[i].name, name + length);
  }
  return false;
}

typedef struct {
  bool all; /* every word is a module, not only the first */
  bool remove;
  bool show;
  bool other; /* an option that is for kmod to judge */
} Options;

static void
read_long (Options *options, const char *word)
{
  if (strcmp (word, "--all") == 0)
    options->all = true;
  else if (strcmp (word, "--remove") == 0)
    options->remove = true;
  else if (strcmp (word, "--show-depends") == 0)
    options->show = true;
  else if (strcmp (word, "--quiet") != 0 && strcmp (word, "--verbose") != 0
           && strcmp (word, "--use-blacklist") != 0 && strcmp (word, "--dry-run") != 0
           && strcmp (word, "--syslog") != 0 && strcmp (word, "--ignore-install") != 0)
    options->other = true;
}

static void
read_short (Options *options, const char *letters)
{
  for (; *letters != '\0'; letters++)
    if (*letters == 'a')
      options->all = true;
    else if (*letters == 'r')
      options->remove = true;
    else if (*letters == 'D')
      options->show = true;
    else if (strchr ("qvbnsi", *letters) == NULL)
      options->other = true;
}

/* Moves the options in front, as getopt does. Returns: where the words begin. */
static int
read_options (Options *options, int argc, char **argv)
{
  int words = 1;
  for (int i = 1; i < argc; i++) {
    char *word = argv[i];
    if (word[0] != '-' || word[1] == '\0')
      continue;
    memmove (argv + words + 1, argv + words, (size_t)(i - words) * sizeof *argv);
    argv[words++] = word;
    if (strcmp (word, "--") == 0)
      return words;
    if (word[1] == '-')
      read_long (options, word);
    else
      read_short (options, word + 1);
  }
  return words;
}

ModprobeVerdict
modprobe_decide (const char *list, int *argc, char **argv, const char **ret_name)
{
  Options options = { 0 };
  int words = read_options (&options, *argc, argv);
  *ret_name = words < *argc ? argv[words] : NULL;
  if (options.other || words >= *argc)
    return MODPROBE_KMOD;
  if (options.remove || options.show) {
    if (!builtin_has (list, *ret_name))
      return MODPROBE_KMOD;
    return options.remove ? MODPROBE_REFUSE : MODPROBE_SHOW;
  }
  if (!options.all) /* what follows the name are its parameters */
    return builtin_has (list, *ret_name) ? MODPROBE_DONE : MODPROBE_KMOD;
  int kept = words;
  for (int i = words; i < *argc; i++)
    if (!builtin_has (list, argv[i]))
      argv[kept++] = argv[i];
  argv[kept] = NULL;
  *argc = kept;
  return kept == words ? MODPROBE_DONE : MODPROBE_KMOD;
}
