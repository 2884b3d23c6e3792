/* places.h - what of a lab is written where, and back: the program pane's half of the shared selection. Pure.
 */
#pragma once

#include "engine/language/edit.h"
#include "engine/language/program.h"
#include "engine/model/topology.h"

/**
 * vbet_places_object_at:
 *
 * What a cursor at @byte is about: the device, cable or note ("note#N") written there; else what a name there
 * names; else what the statement around it makes or changes.
 *
 * Returns: (transfer full) (nullable)
 */
char *vbet_places_object_at (const VbetProgram *program, const VbetTopology *topology, gsize byte);

/**
 * vbet_places_of:
 *
 * Returns: (transfer full) (element-type VbetSpan): where @name is written: the statement that makes it, then
 * statements that only change it; empty when there is no such object.
 */
GArray *vbet_places_of (const VbetProgram *program, const VbetTopology *topology, const char *name);

/**
 * vbet_places_toggle_comment:
 * @start, @end: bytes of @text; every line that they touch is meant
 *
 * Returns: (transfer full): makes comments of the lines, or text again when all are comments; empty lines
 * stay.
 */
VbetEdits *vbet_places_toggle_comment (const char *text, gsize size, gsize start, gsize end);

/** vbet_places_same: Returns: the byte of @after that stands behind as many letters as byte @byte of @before:
 * where a cursor belongs when only blanks have changed. */
gsize vbet_places_same (const char *before, gsize byte, const char *after);
