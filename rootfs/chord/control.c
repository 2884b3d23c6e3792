/* control.c - the socket between a node of Chord and its commands; see control.h. */
#define _GNU_SOURCE
#include "control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 8

void
complain (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  fputs ("chord: ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
}

static bool
parse_port (const char *text, uint16_t *ret_port)
{
  char *end;
  unsigned long port = strtoul (text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || port == 0 || port > UINT16_MAX)
    return false;
  *ret_port = (uint16_t)port;
  return true;
}

bool
control_parse_address (const char *text, ChordPeer *ret_peer)
{
  char address[INET_ADDRSTRLEN];
  struct in_addr parsed;
  uint16_t port = CHORD_PORT;
  size_t size = strcspn (text, ":");
  if (size >= sizeof address || (text[size] == ':' && !parse_port (text + size + 1, &port)))
    return false;
  memcpy (address, text, size);
  address[size] = '\0';
  if (inet_pton (AF_INET, address, &parsed) != 1)
    return false;
  uint32_t number = ntohl (parsed.s_addr);
  if (number >> 24 == 0 || number >> 24 >= 224) /* nobody's, a group's, or everybody's */
    return false;
  chord_peer_init (ret_peer, number, port);
  return true;
}

static int
open_socket (const char *path, struct sockaddr_un *ret_address)
{
  size_t size = strlen (path);
  if (size >= sizeof ret_address->sun_path)
    return -ENAMETOOLONG;
  *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  memcpy (ret_address->sun_path, path, size);
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  return fd >= 0 ? fd : -errno;
}

int
control_connect (const char *path)
{
  struct sockaddr_un address;
  int fd = open_socket (path, &address);
  if (fd < 0)
    return fd;
  if (connect (fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  int r = -errno;
  close (fd);
  return r;
}

int
control_listen (const char *path)
{
  int there = control_connect (path);
  struct stat status;
  if (there >= 0) {
    close (there);
    return -EADDRINUSE;
  }
  if (there == -ECONNREFUSED && stat (path, &status) == 0 && S_ISSOCK (status.st_mode))
    unlink (path);
  struct sockaddr_un address;
  int fd = open_socket (path, &address);
  if (fd < 0)
    return fd;
  mode_t mask = umask (0177); /* from its first moment on nobody else's */
  int r
      = bind (fd, (struct sockaddr *)&address, sizeof address) == 0 && listen (fd, BACKLOG) == 0 ? 0 : -errno;
  umask (mask);
  if (r == 0)
    return fd;
  close (fd);
  return r == -EADDRINUSE ? -EEXIST : r; /* a file that is no socket */
}

size_t
control_pack (char *const *words, size_t count, char ret_packet[CONTROL_PACKET_MAX])
{
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    size_t size = strlen (words[i]) + 1;
    if (size > CONTROL_PACKET_MAX - at)
      return 0;
    memcpy (ret_packet + at, words[i], size);
    at += size;
  }
  return at;
}

size_t
control_unpack (const char *packet, size_t size, const char **ret_words, size_t limit)
{
  size_t count = 0;
  if (size == 0 || packet[size - 1] != '\0')
    return 0;
  for (size_t at = 0; at < size; at += strlen (packet + at) + 1) {
    if (count == limit)
      return 0;
    ret_words[count++] = packet + at;
  }
  return count;
}
