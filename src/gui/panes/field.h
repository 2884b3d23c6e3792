/* field.h - one row of the inspector's form: label, editor, "back to the default", and what is wrong.
 *
 * What is typed is checked at once, and told when it is right and Enter was
 * pressed, the field was left, or nothing was typed for a while. While
 * somebody types, nobody else changes what is in the field.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/model/form.h"

#define VBET_TYPE_FIELD (vbet_field_get_type ())
G_DECLARE_FINAL_TYPE (VbetField, vbet_field, VBET, FIELD, GtkBox)

/* Signal:
 *   "commit" (const char *value): set it to @value, as the language writes it; NULL: to the default */

/**
 * vbet_field_new:
 * @kind: of the objects it is about
 * @prefix: goes before the accessible name, such as "eth0 "; "" for none
 */
GtkWidget *vbet_field_new (VbetKind kind, const VbetFormField *model, const char *prefix);
/** vbet_field_align: its label is as wide as those of @group, unless the editor stands below it. */
void vbet_field_align (VbetField *self, GtkSizeGroup *group);
/** vbet_field_update: shows what is written now. */
void vbet_field_update (VbetField *self, const VbetFormField *model);
/** vbet_field_name_ways: what the two directions of a cable are called: "r1 → r2". */
void vbet_field_name_ways (VbetField *self, const char *forth, const char *back);
/** vbet_field_fail: what was told could not be done. */
void vbet_field_fail (VbetField *self, const char *reason);
/** vbet_field_flush: tells what is typed and right, if anything is, without waiting. */
void vbet_field_flush (VbetField *self);
/** vbet_field_show_restart: whether to say that a change takes effect at the next start. */
void vbet_field_show_restart (VbetField *self, gboolean show);
/** vbet_field_get_key: Returns: "mem" … */
const char *vbet_field_get_key (VbetField *self);
