/* confine.h - what the switch gives up before it reads its first byte.
 *
 * Stages, in this order: root (the process goes on as the lab user), life
 * (dies with its parent), limits (no core dump, no new process), no_new_privs,
 * Landlock (no file can be opened, nothing made, no TCP). The switch gets every
 * descriptor from the engine, so it needs none of these.
 *
 * Abstract unix sockets stay reachable: that is how stock guests get frames.
 */
#pragma once

#include <glib.h>

/**
 * vbet_confine:
 * @ret_layers: (array zero-terminated=1): names of the layers that hold: "user", "limits", "no_new_privs",
 * "landlock"
 *
 * Best effort but for root: Returns: 0, or -errno when the process would have to go on as root.
 */
int vbet_confine (const char *ret_layers[5]);
