/* apply.c - hands scripts to iptables-restore and asks it for counters; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/common.h"

#define PROGRAM "/usr/sbin/xtables-legacy-multi"

/* Runs a part of xtables-legacy-multi. Returns: its exit status; what it wrote to standard output and error. */
static int
run (const char *const *argv, const char *input, char **ret_output)
{
  int in = memfd_create ("input", MFD_CLOEXEC);
  int out = memfd_create ("output", MFD_CLOEXEC);
  int status = 0;
  if (in < 0 || out < 0 || write_all (in, input, strlen (input)) != 0 || lseek (in, 0, SEEK_SET) != 0)
    fail ("%s", strerror (errno));
  pid_t pid = fork ();
  if (pid == 0) {
    dup2 (in, 0);
    dup2 (out, 1);
    dup2 (out, 2);
    execv (PROGRAM, (char *const *) argv);
    _exit (127);
  }
  if (pid < 0)
    fail ("%s", strerror (errno));
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  off_t size = lseek (out, 0, SEEK_END);
  char *text = allocate ((size_t) size + 1);
  if (pread (out, text, (size_t) size, 0) != size)
    text[0] = '\0';
  close (in);
  close (out);
  *ret_output = text;
  return WIFEXITED (status) ? WEXITSTATUS (status) : 126;
}

/* Loads the modules of the matches and targets in @text: the kernel would start modprobe for each. */
static void
load_modules (const char *text, int family)
{
  static const char *const flags[] = { " -m ", " -j " };
  const char *prefixes[] = { "xt_", family == IPV4 ? "ipt_" : "ip6t_" };
  VECTOR (const char *) seen = { 0 };
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
    for (const char *at = strstr (text, flags[i]); at != NULL; at = strstr (at, flags[i])) {
      at += strlen (flags[i]);
      char *name = copy_text (at, strcspn (at, " \n"));
      bool known = strchr (name, '.') != NULL;
      for (int j = 0; j < seen.count; j++)
        known = known || same (seen.items[j], name);
      if (known)
        continue;
      vector_add (&seen, name);
      for (size_t j = 0; j < sizeof prefixes / sizeof prefixes[0]; j++)
        module_load (format_text ("%s%s", prefixes[j], name));
    }
  for (int table = 0; table < TABLES; table++)
    if (strstr (text, format_text ("*%s\n", table_names[table])) != NULL)
      module_load (format_text ("%s_%s", family == IPV4 ? "iptable" : "ip6table", table_names[table]));
}

static unsigned
present_tables (int family)
{
  unsigned present = 0;
  char *names = read_text (family == IPV4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names");
  for (int table = 0; names != NULL && table < TABLES; table++)
    if (strstr (names, table_names[table]) != NULL)
      present |= 1U << table;
  return present;
}

/* Returns: NULL, or what iptables-restore complained of; *@ret_at: the rule, if it said which. */
static const char *
restore (const Script *script, int family, bool check_only, const Token **ret_at)
{
  const char *argv[] = { family == IPV4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore", "-w", "5",
                         check_only ? "--test" : NULL, NULL };
  char *output = NULL;
  *ret_at = NULL;
  if (script->text.size == 0)
    return NULL;
  load_modules (script->text.text, family);
  int status = run (argv, script->text.text, &output);
  if (status == 0)
    return NULL;
  const char *line = strstr (output, "line: ");
  if (line == NULL && (line = strstr (output, "line ")) != NULL)
    line--;
  int number = line != NULL ? atoi (line + strlen ("line: ")) : 0;
  if (number > 0 && number <= script->from.count)
    *ret_at = script->from.items[number - 1];
  output[strcspn (output, "\n")] = '\0';
  return output[0] != '\0' ? output : "iptables-restore failed";
}

void
apply (const Ruleset *before, const Ruleset *now, bool check_only)
{
  static const int families[] = { IPV4, IPV6 };
  Script scripts[2] = { 0 };
  check_rules (now);
  /* Both first: an error of ours in either changes nothing. */
  for (int i = 0; i < 2; i++)
    emit (now, families[i], present_tables (families[i]), &scripts[i]);
  for (int i = 0; i < 2; i++) {
    const Token *at = NULL;
    const char *complaint = restore (&scripts[i], families[i], check_only, &at);
    if (complaint == NULL)
      continue;
    if (i == 1 && !check_only) {
      const Token *ignored = NULL;
      Script old = { 0 };
      emit (before, families[0], present_tables (families[0]), &old);
      restore (&old, families[0], false, &ignored);
    }
    fail_at (at, "Could not process rule: %s", complaint);
  }
}

void
read_counters (int last, long long (*counters)[2])
{
  static const char *const programs[] = { "iptables-legacy-save", "ip6tables-legacy-save" };
  for (int i = 0; i < 2; i++) {
    const char *argv[] = { programs[i], "-c", NULL };
    char *output = NULL;
    if (present_tables (i == 0 ? IPV4 : IPV6) == 0 || run (argv, "", &output) != 0)
      continue;
    for (char *line = strtok (output, "\n"); line != NULL; line = strtok (NULL, "\n")) {
      long long packets = 0;
      long long bytes = 0;
      const char *mark = strstr (line, "--comment nft-");
      int id = mark != NULL ? atoi (mark + strlen ("--comment nft-")) : 0;
      if (id <= 0 || id > last || sscanf (line, "[%lld:%lld]", &packets, &bytes) != 2)
        continue;
      counters[id][0] += packets;
      counters[id][1] += bytes;
    }
  }
}
