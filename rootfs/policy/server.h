/* server.h - the process that gives the policy to all firewalls which have the key.
 *
 * It reads the file anew for each of them, so an edit is served at once, and gives it as it is:
 * whether it is a policy each firewall decides, and tells. What connects is anybody:
 * at most SERVER_CLIENTS at a time, a few of an address, some seconds each, one short message.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#define SERVER_CLIENTS 32
#define SERVER_CLIENTS_OF_ONE 4 /* of an address */
#define SERVER_PATIENCE 3       /* seconds for a whole connection */

typedef struct {
  const char *root;
  struct sockaddr_in listen;
  bool foreground;
} ServerOptions;

/** server_run: serves until it is killed. Returns: the exit code, when it cannot. */
int server_run (const ServerOptions *options);
