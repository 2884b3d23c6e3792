/* agent.h - the process of a firewall that fetches its policy and puts it in force.
 *
 * Once a second it reports to the server and asks for what is new. What it takes is made
 * to rules, tried, kept in /var/lib/fwpolicy for the next boot and put in force by one
 * transaction of nft, in that order: killed between any two of them it goes on from there when
 * it is started again. What it refuses changes nothing.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

typedef struct {
  const char *root;
  struct sockaddr_in server;
  bool foreground;
} AgentOptions;

/** agent_run: goes on until it is killed. Returns: the exit code, when it cannot. */
int agent_run (const AgentOptions *options);
