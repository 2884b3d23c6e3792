/* confine.h - what a service of a lab gives up before it reads its first byte.
 *
 * Stages, in this order: root (the process goes on as the lab user), life
 * (dies with its parent), limits (no core dump, no new process), no_new_privs,
 * Landlock, system calls. A service gets its descriptors from the engine and needs no more.
 */
#pragma once

#include <glib.h>

#include "base/call-filter.h"
#include "base/sandbox.h"

#define VBET_CONFINE_LAYERS 6

typedef struct {
  const char *name;     /* of the process: started by descriptor it would be called after its number */
  gboolean many_files;  /* room for as many descriptors as the user may have */
  VbetSandboxRule rule; /* the only files that stay; those of no access: none */
  VbetSandboxLimit limits;
  VbetCallFilter calls; /* the only system calls that stay */
} VbetConfinement;

/**
 * vbet_confine:
 * @ret_layers: (array zero-terminated=1): names of the layers that hold: "user", "limits", "no_new_privs",
 * "landlock", "calls"
 *
 * Best effort but for root: Returns: 0, or -errno when the process would have to go on as root.
 */
int vbet_confine (const VbetConfinement *confinement, const char *ret_layers[VBET_CONFINE_LAYERS]);
