/* document.h - the lab's text with its revisions.
 *
 * The document is the only thing the window edits: every gesture of the
 * canvas and every keystroke of the program pane becomes a revision here.
 * Undo, redo, the "unsaved" mark and the history list are positions in that
 * one list of revisions; nothing else in the window remembers how to undo.
 *
 * Theory of operation: a revision is a list of replaced ranges (offset, the
 * bytes that were there, the bytes that came instead), so that memory goes
 * with what was changed and a text view can follow range by range. Position
 * @current counts the revisions that are in force: 0 is the text as loaded.
 * An edit at position n drops the revisions after n, then adds its own.
 *
 * GLib only: no widget, no file.
 */
#pragma once

#include <glib-object.h>

#include "engine/language/edit.h"

/* Older revisions than this are forgotten, oldest first. */
#define VBET_DOCUMENT_MAX_REVISIONS 5000

#define VBET_TYPE_DOCUMENT (vbet_document_get_type ())
G_DECLARE_FINAL_TYPE (VbetDocument, vbet_document, VBET, DOCUMENT, GObject)

/* Signals:
 *   "replaced" (guint64 start, guint64 removed, guint64 inserted): bytes, right after each replaced range
 *   "changed" (): once after a whole edit, undo, redo or load
 *   "history-changed" (): what can be undone or redone, or whether it is saved, may be different now
 */

/** vbet_document_new: Returns: (transfer full): an empty text. */
VbetDocument *vbet_document_new (void);

/** vbet_document_load: @text: (array length=size): becomes the text; the history begins anew and the text
 * counts as saved. */
void vbet_document_load (VbetDocument *self, const char *text, gsize size);

/** vbet_document_text: @ret_size: (out) (optional): bytes. Returns: (transfer none): the text, NUL-terminated
 * besides; valid until the next edit. */
const char *vbet_document_text (VbetDocument *self, gsize *ret_size);

/**
 * vbet_document_replace:
 * @start, @length: bytes that go; clamped to the text
 * @text: (array length=size): what comes instead
 * @label: what was done, for people: "Move host1"
 *
 * One edit. A replacement by the same bytes is no edit.
 */
void vbet_document_replace (VbetDocument *self, gsize start, gsize length, const char *text, gsize size,
                            const char *label);

/**
 * vbet_document_type:
 *
 * As vbet_document_replace(), for keystrokes: it joins the revision before it
 * when that was typed too and the two touch; a new line begins a new revision,
 * and so does a new word: what undo takes back is what one remembers to have typed.
 */
void vbet_document_type (VbetDocument *self, gsize start, gsize length, const char *text, gsize size);

/** vbet_document_apply: all of @edits as one revision. */
void vbet_document_apply (VbetDocument *self, const VbetEdits *edits, const char *label);

/** vbet_document_begin: edits up to the matching vbet_document_end() are one revision called @label; nests.
 */
void vbet_document_begin (VbetDocument *self, const char *label);
/** vbet_document_end: of the outermost begin: what was done since is one revision. */
void vbet_document_end (VbetDocument *self);
/** vbet_document_cancel: ends it like vbet_document_end(), but takes everything back that was done since the
 * outermost begin. */
void vbet_document_cancel (VbetDocument *self);

/** vbet_document_relabel: between begin and end: the revision is called @label after all. */
void vbet_document_relabel (VbetDocument *self, const char *label);

/** vbet_document_seal: the next keystroke begins a revision of its own. */
void vbet_document_seal (VbetDocument *self);

/** vbet_document_undo: Returns: FALSE when there was nothing to undo. */
gboolean vbet_document_undo (VbetDocument *self);
/** vbet_document_redo: Returns: FALSE when nothing was undone. */
gboolean vbet_document_redo (VbetDocument *self);
/** vbet_document_undo_label: Returns: (nullable): what undo would take back. */
const char *vbet_document_undo_label (VbetDocument *self);
/** vbet_document_redo_label: Returns: (nullable): what redo would do again. */
const char *vbet_document_redo_label (VbetDocument *self);

/** vbet_document_n_revisions: how many revisions there are, in force or undone. */
guint vbet_document_n_revisions (VbetDocument *self);
/** vbet_document_current: how many of them are in force. */
guint vbet_document_current (VbetDocument *self);
/** vbet_document_revision_label: @index: from 0, the oldest. Returns: (transfer none): what it is called. */
const char *vbet_document_revision_label (VbetDocument *self, guint index);
/** vbet_document_revision_time: Returns: when it was made or last grew, in microseconds since 1970. */
gint64 vbet_document_revision_time (VbetDocument *self, guint index);
/**
 * vbet_document_revision_summary:
 * @max_lines: at most so many
 *
 * Returns: (transfer full): what it changed, for people: lines "− removed" and "+ inserted" without blanks at
 * their ends, and "…" where there is more; valid UTF-8.
 */
char *vbet_document_revision_summary (VbetDocument *self, guint index, guint max_lines);
/** vbet_document_saved: Returns: the position that is on disk; -1 when none that can be reached is. */
gint64 vbet_document_saved (VbetDocument *self);
/** vbet_document_go_to: undoes or redoes until @position revisions are in force. */
void vbet_document_go_to (VbetDocument *self, guint position);

/** vbet_document_is_modified: whether the text differs from what was loaded or saved last, by revision. */
gboolean vbet_document_is_modified (VbetDocument *self);
/** vbet_document_mark_saved: the text as it is now is on disk. */
void vbet_document_mark_saved (VbetDocument *self);
/** vbet_document_mark_unsaved: no revision counts as saved any more. */
void vbet_document_mark_unsaved (VbetDocument *self);
