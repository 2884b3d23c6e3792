/* reach.h - what of the real host a lab names, and the lab without it.
 *
 * A lab may come from anybody. What it does inside its guests is its own
 * matter; what it takes of the host is listed here, so that somebody can be
 * asked before it runs for the first time: files (kernels, images), ports,
 * TAP devices, other machines, and gateways that lead out. Steps count, too:
 * what they will do is named as if it were done. One table, by the schema's
 * rows; an attribute that names something of the host has to be in it. Pure.
 */
#pragma once

#include "engine/model/topology.h"

/* One thing of the host. */
typedef struct {
  char *device;    /* which names it; "" in a step, of a device that gets its name there */
  const char *key; /* of the schema; static */
  char *value;     /* as the language writes it, all of it; "" when it is the default that names it */
  char *sentence;  /* for people: one line, no control characters, bounded; translated */
} VbetReach;

/**
 * vbet_reach_list:
 *
 * Returns: (transfer full) (element-type VbetReach): all that @self and its steps name, each once, in the
 * order of the text; empty for a lab that needs nothing of the host.
 */
GPtrArray *vbet_reach_list (const VbetTopology *self);

/**
 * vbet_reach_to_line: Returns: (transfer full): what @self names, without who names it: two devices with the
 * same kernel have the same line.
 */
char *vbet_reach_to_line (const VbetReach *self);

/**
 * vbet_reach_digest:
 * @list: (element-type VbetReach)
 *
 * Returns: (transfer full): SHA-256, in hexadecimal digits, of the different lines of @list in alphabetical
 * order. It stays when addresses are edited, and is another one with a new forward.
 */
char *vbet_reach_digest (const GPtrArray *list);

/**
 * vbet_reach_isolate:
 *
 * Guests have the default kernel and image; gateways are isolated and forward nothing; TAP devices and
 * remotes are hubs with nobody behind them. Steps are as they were: what they make has to be isolated again.
 *
 * Returns: (transfer full): the same lab without all that vbet_reach_list() lists of its devices.
 */
VbetTopology *vbet_reach_isolate (const VbetTopology *self);
