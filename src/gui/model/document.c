/* document.c - see document.h. */
#include "config.h"

#include "gui/model/document.h"

#include <string.h>

/* More edits than this are one range: who follows, as a text view does, follows each range on its own. */
#define EDITS_ONE_BY_ONE 64

#include <glib/gi18n.h>

/* A line of a summary is cut after so many characters. */
#define SUMMARY_WIDTH 90

/* One replaced range. @start is where it stood when it was replaced. */
typedef struct {
  gsize start;
  GBytes *removed;
  GBytes *inserted;
} Change;

typedef struct {
  char *label;
  gboolean typed; /* by keystrokes: may grow */
  gint64 time;    /* us since 1970 */
  GPtrArray *changes;
} Revision;

struct _VbetDocument {
  GObject parent_instance;
  GString *text;
  GPtrArray *revisions;
  guint current;   /* revisions in force */
  gint64 saved;    /* position that is on disk; -1: none that can be reached */
  guint depth;     /* of vbet_document_begin() */
  Revision *group; /* (owned) (nullable): open while depth > 0 and something was done */
  char *group_label;
  gboolean sealed;
};

G_DEFINE_FINAL_TYPE (VbetDocument, vbet_document, G_TYPE_OBJECT)

static void
change_free (gpointer data)
{
  Change *self = data;
  g_bytes_unref (self->removed);
  g_bytes_unref (self->inserted);
  g_free (self);
}

static void
revision_free (gpointer data)
{
  Revision *self = data;
  if (self == NULL)
    return;
  g_free (self->label);
  g_ptr_array_unref (self->changes);
  g_free (self);
}

static Revision *
revision_new (const char *label)
{
  Revision *self = g_new0 (Revision, 1);
  self->label = g_strdup (label);
  self->changes = g_ptr_array_new_with_free_func (change_free);
  return self;
}

static void
emit (VbetDocument *self, const char *name)
{
  g_signal_emit_by_name (self, name);
}

/* Bytes [start, start + length) become @with; tells those who follow the text. */
static void
splice (VbetDocument *self, gsize start, gsize length, GBytes *with)
{
  gsize size = 0;
  const char *bytes = g_bytes_get_data (with, &size);
  g_string_erase (self->text, (gssize)start, (gssize)length);
  if (size > 0)
    g_string_insert_len (self->text, (gssize)start, bytes, (gssize)size);
  g_signal_emit_by_name (self, "replaced", (guint64)start, (guint64)length, (guint64)size);
}

static void
drop_redo (VbetDocument *self)
{
  if (self->current < self->revisions->len)
    g_ptr_array_set_size (self->revisions, (gint)self->current);
  if (self->saved > (gint64)self->current)
    self->saved = -1;
}

static void
append_revision (VbetDocument *self, Revision *revision)
{
  drop_redo (self);
  revision->time = g_get_real_time ();
  g_ptr_array_add (self->revisions, revision);
  self->current++;
  if (self->revisions->len > VBET_DOCUMENT_MAX_REVISIONS) {
    g_ptr_array_remove_index (self->revisions, 0);
    self->current--;
    self->saved = self->saved > 0 ? self->saved - 1 : -1;
  }
}

/* Does one change; narrows it to the bytes that differ. Returns NULL when none does. */
static Change *
perform (VbetDocument *self, gsize start, gsize length, const char *text, gsize size)
{
  start = MIN (start, self->text->len);
  length = MIN (length, self->text->len - start);
  if (length == size && memcmp (self->text->str + start, text, size) == 0)
    return NULL;
  Change *change = g_new0 (Change, 1);
  change->start = start;
  change->removed = g_bytes_new (self->text->str + start, length);
  change->inserted = g_bytes_new (text, size);
  splice (self, start, length, change->inserted);
  return change;
}

void
vbet_document_begin (VbetDocument *self, const char *label)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self));
  if (self->depth++ == 0) {
    g_free (self->group_label);
    self->group_label = g_strdup (label);
  }
}

void
vbet_document_relabel (VbetDocument *self, const char *label)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self) && self->depth > 0);
  g_free (self->group_label);
  self->group_label = g_strdup (label);
  if (self->group == NULL)
    return;
  g_free (self->group->label);
  self->group->label = g_strdup (label);
}

void
vbet_document_end (VbetDocument *self)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self) && self->depth > 0);
  if (--self->depth > 0 || self->group == NULL)
    return;
  append_revision (self, g_steal_pointer (&self->group));
  emit (self, "changed");
  emit (self, "history-changed");
}

static void
take_back (VbetDocument *self, const Revision *revision)
{
  for (guint i = revision->changes->len; i > 0; i--) {
    Change *change = g_ptr_array_index (revision->changes, i - 1);
    splice (self, change->start, g_bytes_get_size (change->inserted), change->removed);
  }
}

void
vbet_document_cancel (VbetDocument *self)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self) && self->depth > 0);
  gboolean changed = self->group != NULL;
  if (changed)
    take_back (self, self->group);
  g_clear_pointer (&self->group, revision_free);
  self->depth--;
  if (changed && self->depth == 0)
    emit (self, "changed");
}

void
vbet_document_replace (VbetDocument *self, gsize start, gsize length, const char *text, gsize size,
                       const char *label)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self));
  vbet_document_begin (self, label);
  Change *change = perform (self, start, length, text, size);
  if (change != NULL) {
    if (self->group == NULL)
      self->group = revision_new (self->group_label);
    g_ptr_array_add (self->group->changes, change);
  }
  vbet_document_end (self);
}

/* Whether @text, typed behind what @last inserted, begins another word. */
static gboolean
begins_word (const Change *last, const char *text)
{
  gsize size = 0;
  const char *before = g_bytes_get_data (last->inserted, &size);
  return size > 0 && (before[size - 1] == ' ' || before[size - 1] == '\t') && !g_ascii_isspace (*text);
}

/* Whether a keystroke at @start that removes @length bytes goes on where @last ended. */
static gboolean
continues (const Change *last, gsize start, gsize length, const char *text, gsize size)
{
  gsize inserted = g_bytes_get_size (last->inserted);
  gsize removed = g_bytes_get_size (last->removed);
  if (size > 0 && length == 0) /* typing on */
    return inserted > 0 && start == last->start + inserted && !begins_word (last, text);
  if (size == 0 && inserted == 0) /* deleting on, backwards or forwards */
    return removed > 0 && (start + length == last->start || start == last->start);
  return FALSE;
}

void
vbet_document_type (VbetDocument *self, gsize start, gsize length, const char *text, gsize size)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self));
  Revision *last
      = self->current > 0 && self->current == self->revisions->len && self->saved != (gint64)self->current
            ? g_ptr_array_index (self->revisions, self->current - 1)
            : NULL;
  gboolean joins
      = self->depth == 0 && !self->sealed && last != NULL && last->typed && last->changes->len > 0
        && continues (g_ptr_array_index (last->changes, last->changes->len - 1), start, length, text, size)
        && memchr (text, '\n', size) == NULL;
  self->sealed = FALSE;
  if (joins) {
    Change *change = perform (self, start, length, text, size);
    if (change == NULL)
      return;
    g_ptr_array_add (last->changes, change);
    last->time = g_get_real_time ();
    emit (self, "changed");
    return;
  }
  guint before = self->current;
  vbet_document_replace (self, start, length, text, size, size > 0 ? _ ("Typing") : _ ("Deletion"));
  if (self->depth == 0 && self->current > before)
    ((Revision *)g_ptr_array_index (self->revisions, self->current - 1))->typed = TRUE;
}

/* All from the first edit to the last as one replaced range. */
static void
apply_at_once (VbetDocument *self, const VbetEdits *edits, const char *label)
{
  const VbetTextEdit *last = vbet_edits_get (edits, vbet_edits_size (edits) - 1);
  gsize size = 0, new_size = 0;
  const char *text = vbet_document_text (self, &size);
  gsize start = vbet_edits_get (edits, 0)->span.start, rest = size - last->span.start - last->span.length;
  g_autofree char *after = vbet_edits_apply (edits, text, size, &new_size);
  vbet_document_replace (self, start, size - rest - start, after + start, new_size - rest - start, label);
}

void
vbet_document_apply (VbetDocument *self, const VbetEdits *edits, const char *label)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self));
  if (vbet_edits_size (edits) > EDITS_ONE_BY_ONE) {
    apply_at_once (self, edits, label);
    return;
  }
  vbet_document_begin (self, label);
  /* From the end to the start, since all offsets refer to the text before. */
  for (guint i = vbet_edits_size (edits); i > 0; i--) {
    const VbetTextEdit *edit = vbet_edits_get (edits, i - 1);
    vbet_document_replace (self, edit->span.start, edit->span.length, edit->text, strlen (edit->text), label);
  }
  vbet_document_end (self);
}

void
vbet_document_seal (VbetDocument *self)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self));
  self->sealed = TRUE;
}

static void
do_again (VbetDocument *self)
{
  Revision *revision = g_ptr_array_index (self->revisions, self->current++);
  for (guint i = 0; i < revision->changes->len; i++) {
    Change *change = g_ptr_array_index (revision->changes, i);
    splice (self, change->start, g_bytes_get_size (change->removed), change->inserted);
  }
}

void
vbet_document_go_to (VbetDocument *self, guint position)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self) && self->depth == 0);
  position = MIN (position, self->revisions->len);
  if (position == self->current)
    return;
  while (self->current > position)
    take_back (self, g_ptr_array_index (self->revisions, --self->current));
  while (self->current < position)
    do_again (self);
  self->sealed = TRUE;
  emit (self, "changed");
  emit (self, "history-changed");
}

gboolean
vbet_document_undo (VbetDocument *self)
{
  g_return_val_if_fail (VBET_IS_DOCUMENT (self), FALSE);
  if (self->current == 0)
    return FALSE;
  vbet_document_go_to (self, self->current - 1);
  return TRUE;
}

gboolean
vbet_document_redo (VbetDocument *self)
{
  g_return_val_if_fail (VBET_IS_DOCUMENT (self), FALSE);
  if (self->current == self->revisions->len)
    return FALSE;
  vbet_document_go_to (self, self->current + 1);
  return TRUE;
}

const char *
vbet_document_revision_label (VbetDocument *self, guint index)
{
  g_return_val_if_fail (VBET_IS_DOCUMENT (self) && index < self->revisions->len, NULL);
  return ((Revision *)g_ptr_array_index (self->revisions, index))->label;
}

gint64
vbet_document_revision_time (VbetDocument *self, guint index)
{
  g_return_val_if_fail (VBET_IS_DOCUMENT (self) && index < self->revisions->len, 0);
  return ((Revision *)g_ptr_array_index (self->revisions, index))->time;
}

/* Adds the lines of @bytes with @sign before each; FALSE when there is room for no more. */
static gboolean
summarize (GString *summary, const char *sign, const char *bytes, gsize size, guint *left)
{
  if (size == 0)
    return TRUE;
  g_autofree char *text = g_utf8_make_valid (bytes, (gssize)size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_strstrip (lines[i]);
    if (lines[i][0] == '\0')
      continue;
    if (*left == 0)
      return FALSE;
    --*left;
    gboolean cut = g_utf8_strlen (lines[i], -1) > SUMMARY_WIDTH;
    if (cut)
      *g_utf8_offset_to_pointer (lines[i], SUMMARY_WIDTH) = '\0';
    g_string_append_printf (summary, "%s%s %s%s", summary->len > 0 ? "\n" : "", sign, lines[i],
                            cut ? "…" : "");
  }
  return TRUE;
}

/* What @revision's keystrokes come to: @ret_removed and @ret_inserted, when they are all at one place. */
static gboolean
join_changes (const Revision *revision, GString *removed, GString *inserted)
{
  for (guint i = 0; i < revision->changes->len; i++) {
    const Change *change = g_ptr_array_index (revision->changes, i);
    const Change *last = i > 0 ? g_ptr_array_index (revision->changes, i - 1) : NULL;
    gsize n_removed = 0, n_inserted = 0;
    const char *was = g_bytes_get_data (change->removed, &n_removed);
    const char *is = g_bytes_get_data (change->inserted, &n_inserted);
    gboolean backwards = last != NULL && change->start + n_removed == last->start;
    if (n_removed > 0)
      g_string_insert_len (removed, backwards ? 0 : -1, was, (gssize)n_removed);
    if (n_inserted > 0)
      g_string_append_len (inserted, is, (gssize)n_inserted);
  }
  return revision->typed;
}

char *
vbet_document_revision_summary (VbetDocument *self, guint index, guint max_lines)
{
  g_return_val_if_fail (VBET_IS_DOCUMENT (self) && index < self->revisions->len, NULL);
  const Revision *revision = g_ptr_array_index (self->revisions, index);
  g_autoptr (GString) summary = g_string_new (NULL);
  g_autoptr (GString) removed = g_string_new (NULL);
  g_autoptr (GString) inserted = g_string_new (NULL);
  gboolean all = TRUE;
  if (join_changes (revision, removed, inserted)) {
    all = summarize (summary, "−", removed->str, removed->len, &max_lines)
          && summarize (summary, "+", inserted->str, inserted->len, &max_lines);
  } else {
    /* The changes of an edit list stand from the end to the start. */
    for (guint i = revision->changes->len; i > 0 && all; i--) {
      const Change *change = g_ptr_array_index (revision->changes, i - 1);
      gsize size = 0;
      const char *bytes = g_bytes_get_data (change->removed, &size);
      all = summarize (summary, "−", bytes, size, &max_lines);
      bytes = g_bytes_get_data (change->inserted, &size);
      all = all && summarize (summary, "+", bytes, size, &max_lines);
    }
  }
  if (!all)
    g_string_append (summary, "\n…");
  return g_string_free (g_steal_pointer (&summary), FALSE);
}

gint64
vbet_document_saved (VbetDocument *self)
{
  g_return_val_if_fail (VBET_IS_DOCUMENT (self), -1);
  return self->saved;
}

const char *
vbet_document_undo_label (VbetDocument *self)
{
  return self->current > 0 ? vbet_document_revision_label (self, self->current - 1) : NULL;
}

const char *
vbet_document_redo_label (VbetDocument *self)
{
  return self->current < self->revisions->len ? vbet_document_revision_label (self, self->current) : NULL;
}

guint
vbet_document_n_revisions (VbetDocument *self)
{
  return self->revisions->len;
}

guint
vbet_document_current (VbetDocument *self)
{
  return self->current;
}

gboolean
vbet_document_is_modified (VbetDocument *self)
{
  return self->saved != (gint64)self->current;
}

void
vbet_document_mark_saved (VbetDocument *self)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self));
  self->saved = self->current;
  self->sealed = TRUE;
  emit (self, "history-changed");
}

void
vbet_document_mark_unsaved (VbetDocument *self)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self));
  self->saved = -1;
  emit (self, "history-changed");
}

void
vbet_document_load (VbetDocument *self, const char *text, gsize size)
{
  g_return_if_fail (VBET_IS_DOCUMENT (self) && self->depth == 0);
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  g_ptr_array_set_size (self->revisions, 0);
  self->current = 0;
  self->saved = 0;
  splice (self, 0, self->text->len, bytes);
  emit (self, "changed");
  emit (self, "history-changed");
}

const char *
vbet_document_text (VbetDocument *self, gsize *ret_size)
{
  g_return_val_if_fail (VBET_IS_DOCUMENT (self), NULL);
  if (ret_size != NULL)
    *ret_size = self->text->len;
  return self->text->str;
}

VbetDocument *
vbet_document_new (void)
{
  return g_object_new (VBET_TYPE_DOCUMENT, NULL);
}

static void
vbet_document_finalize (GObject *object)
{
  VbetDocument *self = VBET_DOCUMENT (object);
  g_string_free (self->text, TRUE);
  g_ptr_array_unref (self->revisions);
  revision_free (self->group);
  g_free (self->group_label);
  G_OBJECT_CLASS (vbet_document_parent_class)->finalize (object);
}

static void
vbet_document_class_init (VbetDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->finalize = vbet_document_finalize;
  g_signal_new ("replaced", VBET_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                G_TYPE_UINT64, G_TYPE_UINT64, G_TYPE_UINT64);
  g_signal_new ("changed", VBET_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("history-changed", VBET_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
}

static void
vbet_document_init (VbetDocument *self)
{
  self->text = g_string_new (NULL);
  self->revisions = g_ptr_array_new_with_free_func (revision_free);
}
