/* edit.c - lists of text edits, in order of position, and what they make of a text. */
#include "config.h"

#include "engine/language/edit.h"

struct VbetEdits {
  GPtrArray *items; /* of VbetTextEdit */
};

static void
edit_free (VbetTextEdit *edit)
{
  g_free (edit->text);
  g_free (edit);
}

VbetEdits *
vbet_edits_new (void)
{
  VbetEdits *self = g_new0 (VbetEdits, 1);
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
  return self;
}

void
vbet_edits_free (VbetEdits *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->items);
  g_free (self);
}

/* Whether @a stands before @b; of two at one place an insertion comes before a replacement, and later
 * insertions come after earlier ones. */
static gboolean
is_before (const VbetTextEdit *a, VbetSpan b)
{
  if (a->span.start != b.start)
    return a->span.start < b.start;
  return a->span.length == 0;
}

void
vbet_edits_replace (VbetEdits *self, VbetSpan span, const char *text)
{
  guint at = self->items->len;
  while (at > 0 && !is_before (self->items->pdata[at - 1], span))
    at--;
  const VbetTextEdit *before = at > 0 ? self->items->pdata[at - 1] : NULL;
  const VbetTextEdit *after = at < self->items->len ? self->items->pdata[at] : NULL;
  g_return_if_fail (before == NULL || before->span.start + before->span.length <= span.start);
  g_return_if_fail (after == NULL || span.start + span.length <= after->span.start);
  VbetTextEdit *edit = g_new0 (VbetTextEdit, 1);
  edit->span = span;
  edit->text = g_strdup (text);
  g_ptr_array_insert (self->items, (gint)at, edit);
}

guint
vbet_edits_size (const VbetEdits *self)
{
  return self->items->len;
}

const VbetTextEdit *
vbet_edits_get (const VbetEdits *self, guint index)
{
  return index < self->items->len ? self->items->pdata[index] : NULL;
}

char *
vbet_edits_apply (const VbetEdits *self, const char *text, gsize size, gsize *ret_size)
{
  GString *out = g_string_sized_new (size + 256);
  gsize done = 0;
  for (guint i = 0; i < self->items->len; i++) {
    const VbetTextEdit *edit = self->items->pdata[i];
    gsize start = MIN (edit->span.start, size);
    if (start > done)
      g_string_append_len (out, text + done, (gssize)(start - done));
    g_string_append (out, edit->text);
    done = MAX (done, MIN (edit->span.start + edit->span.length, size));
  }
  g_string_append_len (out, text + done, (gssize)(size - done));
  if (ret_size != NULL)
    *ret_size = out->len;
  return g_string_free (out, FALSE);
}
