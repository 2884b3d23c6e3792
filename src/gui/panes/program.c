/* program.c - see program.h.
 *
 * The text buffer and the document hold the same bytes, except inside the
 * handlers below: @following is set while the buffer follows the document,
 * and each change by hand is handed to the document right after the buffer
 * has made it. A document that is no UTF-8 cannot be in a text buffer: it is
 * shown with replacement characters, and not editable.
 */
#include "config.h"

#include "gui/panes/program-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/model/places.h"

/* After such a pause in typing, what comes is another revision. */
#define PAUSE_MS 1500

G_DEFINE_FINAL_TYPE (VbetProgramPane, vbet_program_pane, GTK_TYPE_BOX)

VbetDocument *
_vbet_program_document (VbetProgramPane *self)
{
  return vbet_session_get_document (self->session);
}

/* --- bytes and iterators -------------------------------------------------------------- */

VbetWalker
_vbet_program_walker (VbetProgramPane *self)
{
  VbetWalker walk = { .buffer = self->buffer };
  walk.text = vbet_document_text (_vbet_program_document (self), &walk.size);
  return walk;
}

GtkTextIter
_vbet_walker_to (VbetWalker *self, gsize byte)
{
  GtkTextIter iter;
  byte = MIN (byte, self->size);
  if (byte < self->byte) {
    self->byte = 0;
    self->character = 0;
  }
  self->character += (gint)g_utf8_strlen (self->text + self->byte, (gssize)(byte - self->byte));
  self->byte = byte;
  gtk_text_buffer_get_iter_at_offset (self->buffer, &iter, self->character);
  return iter;
}

gsize
_vbet_program_byte (VbetProgramPane *self, const GtkTextIter *iter)
{
  const char *text = vbet_document_text (_vbet_program_document (self), NULL);
  return (gsize)(g_utf8_offset_to_pointer (text, gtk_text_iter_get_offset (iter)) - text);
}

gsize
_vbet_program_cursor (VbetProgramPane *self)
{
  GtkTextIter at;
  gtk_text_buffer_get_iter_at_mark (self->buffer, &at, gtk_text_buffer_get_insert (self->buffer));
  return _vbet_program_byte (self, &at);
}

/* --- following the document ------------------------------------------------------------------ */

/* Takes over the whole document. */
static void
reload (VbetProgramPane *self)
{
  gsize size = 0;
  const char *text = vbet_document_text (_vbet_program_document (self), &size);
  gboolean valid = g_utf8_validate_len (text, size, NULL);
  g_autofree char *shown = valid ? g_strndup (text, size) : g_utf8_make_valid (text, (gssize)size);
  self->following = TRUE;
  gtk_text_buffer_set_text (self->buffer, shown, -1);
  self->following = FALSE;
  self->mirrors = valid;
  g_array_set_size (self->tokens, 0);
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self->view), valid);
  GtkTextIter start;
  gtk_text_buffer_get_start_iter (self->buffer, &start);
  gtk_text_buffer_place_cursor (self->buffer, &start);
}

static void
on_replaced (VbetDocument *document, guint64 start, guint64 removed, guint64 inserted, VbetProgramPane *self)
{
  if (self->following || !self->mirrors)
    return;
  gsize size = 0;
  const char *text = vbet_document_text (document, &size);
  if (!g_utf8_validate_len (text, size, NULL)) {
    self->mirrors = FALSE; /* "changed" comes next, and reloads */
    return;
  }
  /* Up to @start the new bytes are the old ones, so this offset holds in the buffer as it still is. */
  GtkTextIter from, to, last;
  gtk_text_buffer_get_iter_at_offset (self->buffer, &from, (gint)g_utf8_strlen (text, (gssize)start));
  gtk_text_buffer_get_end_iter (self->buffer, &last);
  g_autofree char *rest = gtk_text_buffer_get_slice (self->buffer, &from, &last, TRUE);
  gint characters = (gint)g_utf8_strlen (rest, (gssize)removed);
  gtk_text_buffer_get_iter_at_offset (self->buffer, &to, gtk_text_iter_get_offset (&from) + characters);
  self->following = TRUE;
  gtk_text_buffer_delete (self->buffer, &from, &to);
  gtk_text_buffer_insert (self->buffer, &from, text + start, (gint)inserted);
  self->following = FALSE;
  /* Ranges that were written before have moved. */
  for (guint i = 0; i < self->news->len; i++) {
    VbetSpan *span = &g_array_index (self->news, VbetSpan, i);
    if (span->start >= start + removed)
      span->start += inserted - removed;
  }
  VbetSpan span = { start, inserted };
  if (inserted > 0 && inserted < size) /* a whole new text is no news */
    g_array_append_val (self->news, span);
}

static gboolean
in_step (VbetProgramPane *self)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  g_autofree char *shown = gtk_text_buffer_get_slice (self->buffer, &start, &end, TRUE);
  gsize size = 0;
  const char *text = vbet_document_text (_vbet_program_document (self), &size);
  return strlen (shown) == size && memcmp (shown, text, size) == 0;
}

static void
on_changed (VbetProgramPane *self)
{
  if (!self->mirrors || !in_step (self)) {
    reload (self);
    g_array_set_size (self->news, 0);
  }
  _vbet_program_fix_hide (self);
  if (!self->mirrors)
    return;
  _vbet_program_colour (self);
  _vbet_program_underline (self);
  _vbet_program_show_selection (self);
  _vbet_program_flash (self);
}

static gboolean
on_pause (gpointer data)
{
  VbetProgramPane *self = data;
  self->seal = 0;
  vbet_document_seal (_vbet_program_document (self));
  return G_SOURCE_REMOVE;
}

static void
await_pause (VbetProgramPane *self)
{
  g_clear_handle_id (&self->seal, g_source_remove);
  self->seal = g_timeout_add (PAUSE_MS, on_pause, self);
}

/* --- typing ------------------------------------------------------------------------------------- */

static void
on_inserted (GtkTextBuffer *buffer, GtkTextIter *end, const char *text, gint size, VbetProgramPane *self)
{
  if (self->following || !self->mirrors)
    return;
  GtkTextIter start = *end;
  gtk_text_iter_backward_chars (&start, (gint)g_utf8_strlen (text, size));
  self->following = TRUE;
  vbet_document_type (_vbet_program_document (self), _vbet_program_byte (self, &start), 0, text, (gsize)size);
  self->following = FALSE;
  await_pause (self);
  /* The buffer has changed tags meanwhile, not text: its caller's iterator is asked for again. */
  gtk_text_buffer_get_iter_at_offset (buffer, end,
                                      gtk_text_iter_get_offset (&start) + (gint)g_utf8_strlen (text, size));
}

static void
on_delete (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end, VbetProgramPane *self)
{
  if (self->following || !self->mirrors)
    return;
  self->deleted_start = _vbet_program_byte (self, start);
  self->deleted_length = _vbet_program_byte (self, end) - self->deleted_start;
}

static void
on_deleted (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end, VbetProgramPane *self)
{
  if (self->following || !self->mirrors)
    return;
  gint offset = gtk_text_iter_get_offset (start);
  self->following = TRUE;
  vbet_document_type (_vbet_program_document (self), self->deleted_start, self->deleted_length, "", 0);
  self->following = FALSE;
  await_pause (self);
  gtk_text_buffer_get_iter_at_offset (buffer, start, offset);
  *end = *start;
}

/* Typing over a selection deletes, then inserts: for the user that is one thing. */
static void
on_begin_action (GtkTextBuffer *buffer, VbetProgramPane *self)
{
  if (self->following || self->grouped || !gtk_text_buffer_get_has_selection (buffer))
    return;
  self->grouped = TRUE;
  vbet_document_begin (_vbet_program_document (self), _ ("Typing"));
}

static void
on_end_action (GtkTextBuffer *buffer, VbetProgramPane *self)
{
  if (!self->grouped)
    return;
  self->grouped = FALSE;
  self->following = TRUE;
  vbet_document_end (_vbet_program_document (self));
  self->following = FALSE;
}

/* --- selection by the caret ------------------------------------------------------------------------ */

/* A click into the text, or a step of the caret, selects what is written there. */
static void
on_caret (GtkTextBuffer *buffer, GtkTextIter *at, GtkTextMark *mark, VbetProgramPane *self)
{
  if (self->following || !self->mirrors || self->selecting || mark != gtk_text_buffer_get_insert (buffer)
      || !gtk_widget_has_focus (self->view) || gtk_text_buffer_get_has_selection (buffer))
    return;
  g_autofree char *name
      = vbet_places_object_at (vbet_session_get_program (self->session),
                               vbet_session_get_topology (self->session), _vbet_program_byte (self, at));
  if (name == NULL
      || (vbet_session_is_selected (self->session, name)
          && g_hash_table_size (vbet_session_get_selection (self->session)) == 1))
    return;
  self->selecting = TRUE;
  vbet_session_select (self->session, name, FALSE);
  self->selecting = FALSE;
}

/* Selected on the canvas: what is written of it comes into sight; the caret stays where it is. */
static void
on_selection (VbetProgramPane *self)
{
  GHashTableIter names;
  gpointer name = NULL;
  _vbet_program_show_selection (self);
  g_hash_table_iter_init (&names, vbet_session_get_selection (self->session));
  if (!self->mirrors || self->selecting || gtk_widget_has_focus (self->view)
      || !g_hash_table_iter_next (&names, &name, NULL))
    return;
  g_autoptr (GArray) places = vbet_places_of (vbet_session_get_program (self->session),
                                              vbet_session_get_topology (self->session), name);
  if (places->len > 0)
    _vbet_program_reveal (self, g_array_index (places, VbetSpan, 0).start);
}

void
_vbet_program_reveal (VbetProgramPane *self, gsize byte)
{
  VbetWalker walk = _vbet_program_walker (self);
  GtkTextIter at = _vbet_walker_to (&walk, byte);
  GtkTextMark *mark = gtk_text_buffer_get_mark (self->buffer, "vbet-reveal");
  if (mark == NULL)
    mark = gtk_text_buffer_create_mark (self->buffer, "vbet-reveal", &at, TRUE);
  gtk_text_buffer_move_mark (self->buffer, mark, &at);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), mark, 0.1, FALSE, 0, 0);
}

void
_vbet_program_replace (VbetProgramPane *self, gsize start, gsize length, const char *text, gsize select_start,
                       gsize select_length, const char *label)
{
  if (!self->mirrors)
    return;
  vbet_document_replace (_vbet_program_document (self), start, length, text, strlen (text), label);
  VbetWalker walk = _vbet_program_walker (self);
  GtkTextIter from = _vbet_walker_to (&walk, start + select_start);
  GtkTextIter to = _vbet_walker_to (&walk, start + select_start + select_length);
  gtk_text_buffer_select_range (self->buffer, &to, &from);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (self->buffer));
}

void
vbet_program_pane_go_to (VbetProgramPane *self, gsize start, gsize length)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  if (!self->mirrors)
    return;
  VbetWalker walk = _vbet_program_walker (self);
  GtkTextIter from = _vbet_walker_to (&walk, start), to = _vbet_walker_to (&walk, start + length);
  self->selecting = TRUE;
  gtk_text_buffer_select_range (self->buffer, &to, &from);
  self->selecting = FALSE;
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (self->buffer), 0.1,
                                FALSE, 0, 0);
  gtk_widget_grab_focus (self->view);
  g_autofree char *name = vbet_places_object_at (vbet_session_get_program (self->session),
                                                 vbet_session_get_topology (self->session), start);
  if (name == NULL)
    return;
  self->selecting = TRUE;
  vbet_session_select (self->session, name, FALSE);
  self->selecting = FALSE;
}

void
vbet_program_pane_go_to_line (VbetProgramPane *self, guint line)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  GtkTextIter start, end;
  if (!self->mirrors || line == 0)
    return;
  gtk_text_buffer_get_iter_at_line (self->buffer, &start, (int)line - 1);
  end = start;
  if (!gtk_text_iter_ends_line (&end))
    gtk_text_iter_forward_to_line_end (&end);
  gsize from = _vbet_program_byte (self, &start), to = _vbet_program_byte (self, &end);
  vbet_program_pane_go_to (self, from, to - from);
}

/* --- life ----------------------------------------------------------------------------------------------- */

GtkWidget *
vbet_program_pane_new (VbetSession *session)
{
  VbetProgramPane *self
      = g_object_new (VBET_TYPE_PROGRAM_PANE, "visible", TRUE, "orientation", GTK_ORIENTATION_VERTICAL, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (_vbet_program_document (self), "replaced", G_CALLBACK (on_replaced), self, 0);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (on_selection), self, G_CONNECT_SWAPPED);
  reload (self);
  on_changed (self);
  return GTK_WIDGET (self);
}

GtkWidget *
vbet_program_pane_get_view (VbetProgramPane *self)
{
  g_return_val_if_fail (VBET_IS_PROGRAM_PANE (self), NULL);
  return self->view;
}

static void
vbet_program_pane_dispose (GObject *object)
{
  VbetProgramPane *self = VBET_PROGRAM_PANE (object);
  g_clear_handle_id (&self->flash, g_source_remove);
  g_clear_handle_id (&self->seal, g_source_remove);
  g_clear_handle_id (&self->hover, g_source_remove);
  g_clear_object (&self->search);
  G_OBJECT_CLASS (vbet_program_pane_parent_class)->dispose (object);
}

static void
vbet_program_pane_finalize (GObject *object)
{
  VbetProgramPane *self = VBET_PROGRAM_PANE (object);
  g_array_unref (self->tokens);
  g_array_unref (self->news);
  g_clear_object (&self->css);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_program_pane_parent_class)->finalize (object);
}

static void
vbet_program_pane_class_init (VbetProgramPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_program_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_program_pane_finalize;
  g_signal_new ("failed", VBET_TYPE_PROGRAM_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
  g_signal_new ("zoom-changed", VBET_TYPE_PROGRAM_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
}

static void
vbet_program_pane_init (VbetProgramPane *self)
{
  GtkSourceView *source = GTK_SOURCE_VIEW (gtk_source_view_new ());
  GtkTextView *text = GTK_TEXT_VIEW (source);
  self->view = GTK_WIDGET (source);
  self->buffer = gtk_text_view_get_buffer (text);
  self->tokens = g_array_new (FALSE, FALSE, sizeof (VbetProgramToken));
  self->news = g_array_new (FALSE, FALSE, sizeof (VbetSpan));
  gtk_source_buffer_set_max_undo_levels (GTK_SOURCE_BUFFER (self->buffer), 0);
  gtk_source_view_set_auto_indent (source, TRUE);
  gtk_source_view_set_indent_width (source, 2);
  gtk_source_view_set_insert_spaces_instead_of_tabs (source, TRUE);
  gtk_source_view_set_smart_backspace (source, TRUE);
  atk_object_set_name (gtk_widget_get_accessible (self->view), _ ("Program"));
  g_signal_connect_after (self->buffer, "insert-text", G_CALLBACK (on_inserted), self);
  g_signal_connect (self->buffer, "delete-range", G_CALLBACK (on_delete), self);
  g_signal_connect_after (self->buffer, "delete-range", G_CALLBACK (on_deleted), self);
  g_signal_connect (self->buffer, "begin-user-action", G_CALLBACK (on_begin_action), self);
  g_signal_connect (self->buffer, "end-user-action", G_CALLBACK (on_end_action), self);
  g_signal_connect (self->buffer, "mark-set", G_CALLBACK (on_caret), self);
  self->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_container_add (GTK_CONTAINER (self->scroller), self->view);
  gtk_widget_show_all (self->scroller);
  _vbet_program_find_init (self);
  gtk_box_pack_start (GTK_BOX (self), self->scroller, TRUE, TRUE, 0);
  _vbet_program_look_init (self);
  _vbet_program_fix_init (self);
  _vbet_program_complete_init (self);
  _vbet_program_edit_init (self);
}
