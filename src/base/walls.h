/* walls.h - what the layers of confinement that hold around a guest are worth, in plain words.
 *
 * One table for doctor, status and window; what each layer is stands in
 * vbet-security(7). Pure.
 */
#pragma once

#include <glib.h>

/**
 * vbet_walls_open:
 * @layers: (array zero-terminated=1): names of the layers that hold, as vbet-guest(8) reports them
 *
 * Returns: (transfer full) (array zero-terminated=1): a sentence, without its full stop, for each thing that a guest's root
 * could do to its host because a layer is missing; empty when all is shut.
 */
char **vbet_walls_open (const char *const *layers);

/** vbet_walls_remedy: Returns: what opens the way to all layers on most hosts, one sentence without its full stop. */
const char *vbet_walls_remedy (void);
