/* random-lab.h - labs drawn at random: any two have much in common, and one can be made from another by
 * edits. Needs no CUnit. */
#pragma once

#include <glib.h>

typedef struct RandomLab RandomLab;

/** vbet_random_lab_new: Returns: (transfer full): a lab drawn by @random. */
RandomLab *vbet_random_lab_new (GRand *random);
/** vbet_random_lab_edit: Returns: (transfer full): @self with some things changed, others added or gone. */
RandomLab *vbet_random_lab_edit (const RandomLab *self, GRand *random);
void vbet_random_lab_free (RandomLab *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RandomLab, vbet_random_lab_free)

/** vbet_random_lab_has_kind: Returns: whether devices of @kind, as alloc() names it, are drawn. */
gboolean vbet_random_lab_has_kind (const char *kind);

/**
 * vbet_random_lab_lines:
 *
 * Returns: (transfer full) (element-type utf8): its text, a statement a line; without any one of them it
 * mostly still is a lab. It has no errors, but the checker may warn of it.
 */
GPtrArray *vbet_random_lab_lines (const RandomLab *self);
