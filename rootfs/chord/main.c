/* main.c - chord: a node of a Chord ring (Stoica et al. 2001), and the commands that ask it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "daemon.h"

#define PATIENCE 120000 /* milliseconds between two packets of an answer */

typedef struct {
  const char *listen;
  const char *via;
  const char *socket;
  bool foreground;
} Options;

static const struct {
  const char *name;
  int arguments;
  const char *usage;
} commands[] = {
  { "join", 0, "join [OPTION]..." }, { "leave", 0, "leave" },       { "put", 2, "put KEY VALUE" },
  { "get", 1, "get KEY" },           { "lookup", 1, "lookup KEY" }, { "ring", 0, "ring" },
  { "status", 0, "status" },
};

static void
usage (FILE *file)
{
  fprintf (
      file,
      "Usage: chord COMMAND [OPTION]...\n"
      "A node of a Chord ring: a table of keys and values that is spread over many nodes.\n"
      "\n"
      "  chord join            run a node here, in a ring of its own\n"
      "    --via ADDRESS[:PORT]    in the ring of the node there\n"
      "    --listen ADDRESS[:PORT] this node's own address, by which others reach it (default: the one that\n"
      "                            leads to --via, else the first one), and UDP port (%d)\n"
      "    --foreground            stay; a signal makes the node leave\n"
      "  chord leave           hand the keys over, and end the node\n"
      "  chord put KEY VALUE   store a value\n"
      "  chord get KEY         print the value\n"
      "  chord lookup KEY      print who has the key, and each node asked on the way\n"
      "  chord ring            print all nodes in the order of the ring\n"
      "  chord status          print the node's neighbours, fingers and number of keys\n"
      "\n"
      "  --socket PATH         of the node's commands (default: " CONTROL_PATH ")\n"
      "  --help                show this help\n"
      "\n"
      "A key has at most %d bytes, a value %d; write -- before one that begins with \"-\".\n"
      "Exit code: 0 done, 1 failed, 2 wrong usage.\n",
      CHORD_PORT, CHORD_KEY_MAX, CHORD_VALUE_MAX);
}

/* --- join ------------------------------------------------------------------------------ */

/* The address that the kernel would send to @via from. */
static bool
address_towards (const ChordPeer *via, uint32_t *ret_address)
{
  struct sockaddr_in far = { .sin_family = AF_INET, .sin_port = htons (via->port) }, own = { 0 };
  socklen_t size = sizeof own;
  far.sin_addr.s_addr = htonl (via->address);
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool found = fd >= 0 && connect (fd, (struct sockaddr *)&far, sizeof far) == 0
               && getsockname (fd, (struct sockaddr *)&own, &size) == 0;
  if (found)
    *ret_address = ntohl (own.sin_addr.s_addr);
  if (fd >= 0)
    close (fd);
  return found;
}

/* The first address of a NIC that is up. */
static bool
first_address (uint32_t *ret_address)
{
  struct ifaddrs *list;
  bool found = false;
  if (getifaddrs (&list) < 0)
    return false;
  for (const struct ifaddrs *at = list; at != NULL && !found; at = at->ifa_next) {
    if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_LOOPBACK) != 0
        || (at->ifa_flags & IFF_UP) == 0)
      continue;
    struct sockaddr_in address;
    memcpy (&address, at->ifa_addr, sizeof address);
    *ret_address = ntohl (address.sin_addr.s_addr);
    found = true;
  }
  freeifaddrs (list);
  return found;
}

static bool
parse_option (const char *option, const char *text, ChordPeer *ret_peer)
{
  if (text == NULL || control_parse_address (text, ret_peer))
    return true;
  complain ("%s: \"%s\" is not the address of a node; write 10.0.1.2 or 10.0.1.2:%d", option, text,
            CHORD_PORT);
  return false;
}

static int
run_join (const Options *options)
{
  DaemonOptions node = { .socket = options->socket, .foreground = options->foreground };
  uint32_t address = 0; /* as GCC 14 wants it: it does not follow the two ways to find one */
  if (!parse_option ("--listen", options->listen, &node.listen)
      || !parse_option ("--via", options->via, &node.via))
    return EXIT_USAGE;
  if (options->listen == NULL) {
    if (options->via != NULL ? !address_towards (&node.via, &address) : !first_address (&address)) {
      complain ("%s; give this host one, or name one by --listen",
                options->via != NULL ? "no address of this host leads there" : "this host has no address");
      return EXIT_FAILED;
    }
    chord_peer_init (&node.listen, address, CHORD_PORT);
  }
  if (chord_peer_equal (&node.listen, &node.via)) {
    complain ("--via names this node itself; name another one, or none for a ring of its own");
    return EXIT_USAGE;
  }
  return daemon_run (&node);
}

/* --- what asks the node --------------------------------------------------------------------- */

/* What others stored may hold anything: a terminal gets no control characters. */
static void
print (char *bytes, size_t size)
{
  bool clean = isatty (STDOUT_FILENO) == 1;
  for (size_t i = 0; clean && i < size; i++)
    if (((unsigned char)bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t') || bytes[i] == 0x7f)
      bytes[i] = '?';
  fwrite (bytes, 1, size, stdout);
}

/* Prints what the node answers. Returns: the exit code. */
static int
read_answer (int fd)
{
  char packet[CONTROL_PACKET_MAX];
  struct pollfd wait = { fd, POLLIN, 0 };
  while (poll (&wait, 1, PATIENCE) > 0) {
    ssize_t size = recv (fd, packet, sizeof packet - 1, 0);
    if (size <= 0)
      break;
    packet[size] = '\0';
    if (packet[0] == CONTROL_OUTPUT) {
      print (packet + 1, (size_t)size - 1);
    } else if (packet[0] == CONTROL_END && size >= 2) {
      if (packet[2] != '\0')
        complain ("%s", packet + 2);
      return packet[1];
    }
  }
  complain ("the node ended, or does not answer; see \"chord status\"");
  return EXIT_FAILED;
}

static int
run_command (const Options *options, char *const *words, size_t count)
{
  char packet[CONTROL_PACKET_MAX];
  size_t size = control_pack (words, count, packet);
  if (size == 0) {
    complain ("a key has 1 to %d bytes and a value at most %d", CHORD_KEY_MAX, CHORD_VALUE_MAX);
    return EXIT_USAGE;
  }
  int fd = control_connect (options->socket);
  if (fd == -ENOENT || fd == -ECONNREFUSED)
    complain ("no node runs here (with %s); start one by \"chord join\"", options->socket);
  else if (fd < 0)
    complain ("the node's socket %s cannot be used: %s", options->socket, strerror (-fd));
  if (fd < 0)
    return EXIT_FAILED;
  int status = EXIT_FAILED;
  if (send (fd, packet, size, MSG_NOSIGNAL) < 0)
    complain ("the node does not take the command: %s", strerror (errno));
  else
    status = read_answer (fd);
  close (fd);
  if (fflush (stdout) == 0 || status != EXIT_DONE)
    return status;
  complain ("the answer cannot be written: %s", strerror (errno));
  return EXIT_FAILED;
}

/* Whether @name is a command with that many arguments; says so when not. */
static bool
check_command (const char *name, int arguments)
{
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp (commands[i].name, name) != 0)
      continue;
    if (commands[i].arguments == arguments)
      return true;
    complain ("it is \"chord %s\"; see chord --help", commands[i].usage);
    return false;
  }
  complain ("there is no command \"%s\"; see chord --help", name);
  return false;
}

int
main (int argc, char **argv)
{
  static const struct option names[]
      = { { "listen", required_argument, NULL, 'l' }, { "via", required_argument, NULL, 'v' },
          { "socket", required_argument, NULL, 's' }, { "foreground", no_argument, NULL, 'f' },
          { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 } };
  Options options = { .socket = CONTROL_PATH };
  for (int option; (option = getopt_long (argc, argv, "", names, NULL)) != -1;) {
    switch (option) {
    case 'l':
      options.listen = optarg;
      break;
    case 'v':
      options.via = optarg;
      break;
    case 's':
      options.socket = optarg;
      break;
    case 'f':
      options.foreground = true;
      break;
    case 'h':
      usage (stdout);
      return EXIT_DONE;
    default: /* getopt() has said it */
      return EXIT_USAGE;
    }
  }
  if (optind == argc) {
    usage (stderr);
    return EXIT_USAGE;
  }
  if (!check_command (argv[optind], argc - optind - 1))
    return EXIT_USAGE;
  bool joins = strcmp (argv[optind], "join") == 0;
  if (!joins && (options.listen != NULL || options.via != NULL || options.foreground)) {
    complain ("--listen, --via and --foreground are for \"chord join\"");
    return EXIT_USAGE;
  }
  return joins ? run_join (&options) : run_command (&options, argv + optind, (size_t)(argc - optind));
}
