/* main.c - fwpolicy: one policy for many firewalls: its server, the agent of each firewall, and who asks them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "files.h"
#include "policy.h"
#include "server.h"

typedef struct {
  char root[PATH_MAX];
  uint16_t port;
  struct in_addr listen;
  bool foreground;
} Options;

typedef struct {
  const char *name;
  int arguments;
  const char *usage;
  int (*run) (const Options *options, const char *argument);
} Command;

static void
usage (FILE *file)
{
  fprintf (file,
           "Usage: fwpolicy COMMAND [OPTION]...\n"
           "One policy for many firewalls: written on a server, in force on each of them.\n"
           "\n"
           "  fwpolicy serve          give /" FWPOLICY_TEXT " to all that have the key\n"
           "  fwpolicy agent SERVER   fetch the policy from the address SERVER and put it in force\n"
           "  fwpolicy show           print which version is in force, where, and who refuses one\n"
           "  fwpolicy check FILE     say whether FILE is a policy\n"
           "\n"
           "  --port N        of the server (default: %d)\n"
           "  --listen ADDRESS  serve: of this host only\n"
           "  --foreground    serve, agent: stay\n"
           "  --root DIR      the folder that all paths begin with (default: /)\n"
           "  --help          show this help\n"
           "\n"
           "Server and firewalls have the same key, %d to %d bytes, in /" FWPOLICY_KEY ".\n"
           "The log is /" FWPOLICY_LOG ". A policy is lines such as:\n"
           "\n"
           "  version 1                         # a higher number with every change\n"
           "  network n1 192.168.1.0/24\n"
           "  network n5 192.168.5.0/24\n"
           "  allow http from n1 to n5          # https, ssh, telnet, smtp, dns, ntp, icmp (ping), any\n"
           "  allow tcp 8000-8080 from any to n5\n"
           "\n"
           "What no line allows is denied; answers to what is allowed pass.\n"
           "Exit code: 0 done, 1 failed, 2 wrong usage.\n",
           FWPOLICY_PORT, POLICY_KEY_MIN, POLICY_KEY_MAX);
}

static int
run_serve (const Options *options, const char *argument)
{
  ServerOptions server = { .root = options->root, .foreground = options->foreground };
  server.listen = (struct sockaddr_in){ .sin_family = AF_INET,
                                        .sin_port = htons (options->port),
                                        .sin_addr = options->listen };
  return server_run (&server);
}

static int
run_agent (const Options *options, const char *argument)
{
  AgentOptions agent = { .root = options->root, .foreground = options->foreground };
  agent.server = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons (options->port) };
  if (inet_pton (AF_INET, argument, &agent.server.sin_addr) != 1) {
    complain ("\"%s\" is no address; write for example: fwpolicy agent 192.168.0.250", argument);
    return EXIT_USAGE;
  }
  return agent_run (&agent);
}

static int
run_show (const Options *options, const char *argument)
{
  bool serves = files_show (options->root, "server");
  if (files_show (options->root, "agent") || serves)
    return EXIT_DONE;
  complain ("neither server nor agent runs here; see fwpolicy --help");
  return EXIT_FAILED;
}

static int
run_check (const Options *options, const char *argument)
{
  char text[POLICY_SIZE_MAX + 1], reason[POLICY_REASON_SIZE];
  uint64_t size;
  Policy policy;
  int r = files_read (argument, text, sizeof text, &size);
  if (r == -EFBIG)
    policy_too_large ((size_t)size, reason);
  if (r < 0 || !policy_parse (text, (size_t)size, &policy, reason)) {
    complain ("%s: %s", argument,
              r == -EINVAL           ? "it is no file"
              : r < 0 && r != -EFBIG ? strerror (-r)
                                     : reason);
    return EXIT_FAILED;
  }
  printf ("%s: version %u, %u networks, %u rules\n", argument, policy.version, policy.n_networks,
          policy.n_rules);
  return EXIT_DONE;
}

static const Command *
find_command (char *const *words, int count)
{
  static const Command commands[] = { { "serve", 0, "serve", run_serve },
                                      { "agent", 1, "agent SERVER", run_agent },
                                      { "show", 0, "show", run_show },
                                      { "check", 1, "check FILE", run_check } };
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp (commands[i].name, words[0]) != 0)
      continue;
    if (commands[i].arguments == count - 1)
      return &commands[i];
    complain ("it is \"fwpolicy %s\"; see fwpolicy --help", commands[i].usage);
    return NULL;
  }
  complain ("there is no command \"%s\"; see fwpolicy --help", words[0]);
  return NULL;
}

static bool
take_option (Options *self, int option, const char *value)
{
  char *end;
  unsigned long number;
  switch (option) {
  case 'p':
    number = strtoul (value, &end, 10);
    self->port = (uint16_t)number;
    if (value[0] >= '0' && value[0] <= '9' && *end == '\0' && number > 0 && number <= UINT16_MAX)
      return true;
    complain ("--port: \"%s\" is no port; write a number from 1 to 65535", value);
    return false;
  case 'l':
    if (inet_pton (AF_INET, value, &self->listen) == 1)
      return true;
    complain ("--listen: \"%s\" is no address; write for example 192.168.0.250", value);
    return false;
  case 'r':
    if (realpath (value, self->root) != NULL)
      return true;
    complain ("--root: there is no folder %s; make it first", value);
    return false;
  case 'f':
    self->foreground = true;
    return true;
  default: /* getopt() has said it */
    return false;
  }
}

int
main (int argc, char **argv)
{
  static const struct option names[]
      = { { "port", required_argument, NULL, 'p' }, { "listen", required_argument, NULL, 'l' },
          { "root", required_argument, NULL, 'r' }, { "foreground", no_argument, NULL, 'f' },
          { "help", no_argument, NULL, 'h' },       { NULL, 0, NULL, 0 } };
  Options options = { .port = FWPOLICY_PORT };
  for (int option; (option = getopt_long (argc, argv, "", names, NULL)) != -1;) {
    if (option == 'h') {
      usage (stdout);
      return EXIT_DONE;
    }
    if (!take_option (&options, option, optarg))
      return EXIT_USAGE;
  }
  if (optind == argc) {
    usage (stderr);
    return EXIT_USAGE;
  }
  const Command *command = find_command (argv + optind, argc - optind);
  return command != NULL ? command->run (&options, argv[optind + 1]) : EXIT_USAGE;
}
