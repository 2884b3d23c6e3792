/* daemon.h - the process that is a node of a Chord ring: its sockets and its clock around the core. */
#pragma once

#include "core.h"

typedef struct {
  ChordPeer listen;
  ChordPeer via; /* port 0: it makes a ring of its own */
  const char *socket;
  bool foreground;
} DaemonOptions;

/** daemon_run: joins, and runs until the node has left. Returns: the exit code: what went wrong was said. In the
 * background it returns once the node is in the ring, or could not join. */
int daemon_run (const DaemonOptions *options);
