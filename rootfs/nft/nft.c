/* nft.c - the command line of nft(8) where the kernel has only iptables; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/common.h"

static void
usage (FILE *out)
{
  fputs ("Usage: nft [OPTION]... [COMMAND]...\n"
         "Changes and lists the packet filter. On this kernel, rules are carried out by\n"
         "iptables; what iptables cannot do is refused.\n"
         "\n"
         "  -f, --file FILE   read commands from FILE (- for standard input)\n"
         "  -c, --check       look for errors, change nothing\n"
         "  -a, --handle      list rules with their handles\n"
         "  -v, --version     show the version\n"
         "  -h, --help        show this help\n",
         out);
}

static char *
joined (char **words)
{
  Buffer out = { 0 };
  buffer_add (&out, "%s", "");
  for (; *words != NULL; words++)
    buffer_add (&out, "%s ", *words);
  return out.text;
}

static void
load (Ruleset *ruleset)
{
  Tokens tokens = { 0 };
  Listing nothing = { 0 };
  char *text = read_text (STATE_FILE);
  if (text == NULL)
    return;
  lex (&tokens, text, STATE_FILE);
  execute (ruleset, &tokens, &nothing);
}

static void
keep (const Ruleset *ruleset)
{
  Listing listing = { 0 };
  buffer_add (&listing.out, "%s", "");
  list_for_keeping (ruleset, &listing);
  if (file_write (STATE_FILE ".new", listing.out.text) != 0 || rename (STATE_FILE ".new", STATE_FILE) != 0)
    fail ("the rule set is in force, but cannot be kept in %s", STATE_FILE);
}

int
nft_main (int argc, char **argv)
{
  static const struct option options[] = {
    { "file", required_argument, NULL, 'f' },  { "check", no_argument, NULL, 'c' },
    { "handle", no_argument, NULL, 'a' },      { "version", no_argument, NULL, 'v' },
    { "help", no_argument, NULL, 'h' },        { "numeric", no_argument, NULL, 'n' },
    { "stateless", no_argument, NULL, 's' },   { "echo", no_argument, NULL, 'e' },
    { "optimize", no_argument, NULL, 'o' },    { "terse", no_argument, NULL, 't' },
    { NULL, 0, NULL, 0 },
  };
  const char *file = NULL;
  bool check_only = false;
  Listing listing = { 0 };
  int option;
  while ((option = getopt_long (argc, argv, "+f:cavhnsNSypTueot", options, NULL)) != -1)
    if (option == 'f')
      file = optarg;
    else if (option == 'c')
      check_only = true;
    else if (option == 'a')
      listing.handles = true;
    else if (option == 'v' || option == 'h' || option == '?') {
      if (option == 'v')
        puts ("nftables by iptables (vBET)");
      else
        usage (option == 'h' ? stdout : stderr);
      return option == '?' ? 1 : 0;
    }
  char *text = file != NULL ? read_text (file) : optind < argc ? joined (argv + optind) : NULL;
  if (text == NULL && file != NULL)
    fail ("%s cannot be read", file);
  if (text == NULL) {
    usage (stderr);
    return 1;
  }
  Tokens tokens = { 0 };
  Ruleset before = { 0 };
  Ruleset now = { 0 };
  load (&before);
  load (&now);
  lex (&tokens, text, file != NULL ? file : NULL);
  bool changed = execute (&now, &tokens, &listing);
  if (changed)
    apply (&before, &now, check_only);
  if (changed && !check_only)
    keep (&now);
  if (listing.out.size > 0)
    fputs (listing.out.text, stdout);
  return 0;
}
