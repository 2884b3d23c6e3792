/* edit.h - text edits: the smallest change of bytes that says what was meant.
 *
 * An edit list is ordered by position, does not overlap, and its offsets all
 * refer to the text before the edit. What to change for a gesture of the
 * canvas is decided in model/gesture.h, which knows the topology. Pure.
 */
#pragma once

#include <glib.h>

#include "engine/language/diagnostic.h"

typedef struct {
  VbetSpan span; /* bytes that go */
  char *text;    /* what comes instead */
} VbetTextEdit;

typedef struct VbetEdits VbetEdits;

/** vbet_edits_new: Returns: (transfer full): edits that change nothing. */
VbetEdits *vbet_edits_new (void);
/** vbet_edits_free: @self: (nullable) */
void vbet_edits_free (VbetEdits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetEdits, vbet_edits_free)

/** vbet_edits_replace: adds one edit; overlapping an earlier one is a programming error. */
void vbet_edits_replace (VbetEdits *self, VbetSpan span, const char *text);

/** vbet_edits_size: how many edits there are. */
guint vbet_edits_size (const VbetEdits *self);
/** vbet_edits_get: @index: in order of position. */
const VbetTextEdit *vbet_edits_get (const VbetEdits *self, guint index);

/** vbet_edits_apply: Returns: (transfer full): @text (array length=size) with the edits done; @ret_size:
 * (out). */
char *vbet_edits_apply (const VbetEdits *self, const char *text, gsize size, gsize *ret_size);
