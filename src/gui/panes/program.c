/* program.c - see program.h.
 *
 * The text buffer and the document hold the same bytes, except inside the
 * handlers below: @following is set while the buffer follows the document,
 * and each change by hand is handed to the document right after the buffer
 * has made it. A document that is no UTF-8 cannot be in a text buffer: it is
 * shown with replacement characters, and not editable.
 */
#include "config.h"

#include "gui/panes/program.h"

#include <string.h>

#include <glib/gi18n.h>

#include <gtksourceview/gtksource.h>

struct _VbetProgramPane {
  GtkScrolledWindow parent_instance;
  VbetSession *session; /* owned */
  GtkWidget *view;
  GtkTextBuffer *buffer; /* owned by the view */
  GArray *tokens;        /* of Token: what is coloured now */
  gboolean following;
  gboolean mirrors; /* buffer and document hold the same bytes */
  gboolean grouped; /* the user action under way is one revision */
  gboolean selecting;
  gsize deleted_start; /* between "delete-range" and its end */
  gsize deleted_length;
};

G_DEFINE_FINAL_TYPE (VbetProgramPane, vbet_program_pane, GTK_TYPE_SCROLLED_WINDOW)

typedef struct {
  VbetTokenClass kind;
  gsize start; /* bytes */
  gsize length;
} Token;

static VbetDocument *
document_of (VbetProgramPane *self)
{
  return vbet_session_get_document (self->session);
}

/* --- bytes and iterators -------------------------------------------------------------- */

/* Walks through the text once, turning rising byte offsets into iterators. */
typedef struct {
  GtkTextBuffer *buffer;
  const char *text;
  gsize size;
  gsize byte;
  gint character;
} Walker;

static Walker
walker (VbetProgramPane *self)
{
  Walker walk = { .buffer = self->buffer };
  walk.text = vbet_document_text (document_of (self), &walk.size);
  return walk;
}

static GtkTextIter
walk_to (Walker *self, gsize byte)
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

static gsize
byte_of (VbetProgramPane *self, const GtkTextIter *iter)
{
  const char *text = vbet_document_text (document_of (self), NULL);
  return (gsize)(g_utf8_offset_to_pointer (text, gtk_text_iter_get_offset (iter)) - text);
}

/* --- colours and underlines -------------------------------------------------------------- */

static const char *
tag_of (VbetTokenClass kind)
{
  switch (kind) {
  case VBET_TOKEN_CALL:
    return "call";
  case VBET_TOKEN_KEY:
    return "key";
  case VBET_TOKEN_VALUE:
    return "value";
  case VBET_TOKEN_STRING:
  case VBET_TOKEN_REGEX:
    return "string";
  case VBET_TOKEN_COMMENT:
    return "comment";
  case VBET_TOKEN_NAME:
  case VBET_TOKEN_PUNCTUATION:
  case VBET_TOKEN_UNKNOWN:
  default:
    return NULL;
  }
}

static void
collect_token (VbetTokenClass kind, VbetSpan span, gpointer data)
{
  Token token = { kind, span.start, span.length };
  if (tag_of (kind) != NULL)
    g_array_append_val (data, token);
}

static gboolean
same_token (const Token *a, const Token *b, gsize shift)
{
  return a->kind == b->kind && a->length == b->length && a->start + shift == b->start;
}

/* Colours the tokens that are not as they were: between the first and the last that changed. */
static void
colour (VbetProgramPane *self, gsize old_size)
{
  g_autoptr (GArray) old = g_steal_pointer (&self->tokens);
  gsize size = 0, shift = 0;
  guint head = 0, tail = 0;
  vbet_document_text (document_of (self), &size);
  shift = size - old_size; /* wraps around for a shorter text, and back again */
  self->tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  vbet_program_for_each_token (vbet_session_get_program (self->session), collect_token, self->tokens);
  guint common = MIN (old->len, self->tokens->len);
  while (head < common
         && same_token (&g_array_index (old, Token, head), &g_array_index (self->tokens, Token, head), 0))
    head++;
  while (tail < common - head
         && same_token (&g_array_index (old, Token, old->len - 1 - tail),
                        &g_array_index (self->tokens, Token, self->tokens->len - 1 - tail), shift))
    tail++;
  Walker walk = walker (self);
  gsize from = head > 0 ? g_array_index (self->tokens, Token, head - 1).start
                              + g_array_index (self->tokens, Token, head - 1).length
                        : 0;
  gsize to = tail > 0 ? g_array_index (self->tokens, Token, self->tokens->len - tail).start : size;
  GtkTextIter start = walk_to (&walk, from), end = walk_to (&walk, to);
  static const char *const tags[] = { "call", "key", "value", "string", "comment" };
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    gtk_text_buffer_remove_tag_by_name (self->buffer, tags[i], &start, &end);
  for (guint i = head; i < self->tokens->len - tail; i++) {
    const Token *token = &g_array_index (self->tokens, Token, i);
    start = walk_to (&walk, token->start);
    end = walk_to (&walk, token->start + token->length);
    gtk_text_buffer_apply_tag_by_name (self->buffer, tag_of (token->kind), &start, &end);
  }
}

/* The bytes a finding's underline covers: something missing is shown at its neighbour. */
static void
underlined (const VbetDiagnostic *finding, const char *text, gsize size, gsize *ret_start, gsize *ret_end)
{
  gsize start = MIN (finding->span.start, size), end = MIN (start + finding->span.length, size);
  if (start == end && start > 0 && text[start - 1] != '\n')
    start = (gsize)(g_utf8_prev_char (text + start) - text);
  else if (start == end && end < size)
    end = (gsize)(g_utf8_next_char (text + end) - text);
  *ret_start = start;
  *ret_end = end;
}

static void
underline (VbetProgramPane *self)
{
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  Walker walk = walker (self);
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, "error", &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, "warning", &start, &end);
  gtk_source_buffer_remove_source_marks (GTK_SOURCE_BUFFER (self->buffer), &start, &end, NULL);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *finding = vbet_diagnostics_get (findings, i);
    const char *tag = finding->severity == VBET_SEVERITY_ERROR ? "error" : "warning";
    gsize from = 0, to = 0;
    underlined (finding, walk.text, walk.size, &from, &to);
    start = walk_to (&walk, from);
    end = walk_to (&walk, to);
    gtk_text_buffer_apply_tag_by_name (self->buffer, tag, &start, &end);
    gtk_text_iter_set_line_offset (&start, 0);
    gtk_source_buffer_create_source_mark (GTK_SOURCE_BUFFER (self->buffer), NULL, tag, &start);
  }
}

/* Shows where the selected devices and cables are written. */
static void
show_selection (VbetProgramPane *self)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  GHashTableIter names;
  gpointer name = NULL;
  GtkTextIter start, end;
  Walker walk = walker (self);
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, "selected", &start, &end);
  if (!self->mirrors)
    return;
  g_hash_table_iter_init (&names, vbet_session_get_selection (self->session));
  while (g_hash_table_iter_next (&names, &name, NULL)) {
    const VbetDevice *device = vbet_topology_device (topology, name);
    const VbetCable *cable = device == NULL ? vbet_topology_cable (topology, name) : NULL;
    if (device == NULL && cable == NULL)
      continue;
    VbetSpan span = device != NULL ? device->span : cable->span;
    start = walk_to (&walk, span.start);
    end = walk_to (&walk, span.start + span.length);
    gtk_text_buffer_apply_tag_by_name (self->buffer, "selected", &start, &end);
  }
}

/* --- following the document ------------------------------------------------------------------ */

/* Takes over the whole document. */
static void
reload (VbetProgramPane *self)
{
  gsize size = 0;
  const char *text = vbet_document_text (document_of (self), &size);
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
}

static gboolean
in_step (VbetProgramPane *self)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  g_autofree char *shown = gtk_text_buffer_get_slice (self->buffer, &start, &end, TRUE);
  gsize size = 0;
  const char *text = vbet_document_text (document_of (self), &size);
  return strlen (shown) == size && memcmp (shown, text, size) == 0;
}

static gsize
coloured_size (VbetProgramPane *self)
{
  return GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (self), "vbet-coloured"));
}

static void
on_changed (VbetProgramPane *self)
{
  gsize size = 0;
  if (!self->mirrors || !in_step (self))
    reload (self);
  vbet_document_text (document_of (self), &size);
  if (!self->mirrors)
    return;
  colour (self, coloured_size (self));
  g_object_set_data (G_OBJECT (self), "vbet-coloured", GSIZE_TO_POINTER (size));
  underline (self);
  show_selection (self);
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
  vbet_document_type (document_of (self), byte_of (self, &start), 0, text, (gsize)size);
  self->following = FALSE;
  /* The buffer has changed tags meanwhile, not text: its caller's iterator is asked for again. */
  gtk_text_buffer_get_iter_at_offset (buffer, end,
                                      gtk_text_iter_get_offset (&start) + (gint)g_utf8_strlen (text, size));
}

static void
on_delete (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end, VbetProgramPane *self)
{
  if (self->following || !self->mirrors)
    return;
  self->deleted_start = byte_of (self, start);
  self->deleted_length = byte_of (self, end) - self->deleted_start;
}

static void
on_deleted (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end, VbetProgramPane *self)
{
  if (self->following || !self->mirrors)
    return;
  gint offset = gtk_text_iter_get_offset (start);
  self->following = TRUE;
  vbet_document_type (document_of (self), self->deleted_start, self->deleted_length, "", 0);
  self->following = FALSE;
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
  vbet_document_begin (document_of (self), _ ("Typing"));
}

static void
on_end_action (GtkTextBuffer *buffer, VbetProgramPane *self)
{
  if (!self->grouped)
    return;
  self->grouped = FALSE;
  self->following = TRUE;
  vbet_document_end (document_of (self));
  self->following = FALSE;
}

/* --- selection by the caret ------------------------------------------------------------------------ */

static const char *
object_at (const VbetTopology *topology, gsize byte)
{
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if (byte >= device->span.start && byte <= device->span.start + device->span.length)
      return device->name;
  }
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (topology->cables, i);
    if (byte >= cable->span.start && byte <= cable->span.start + cable->span.length)
      return cable->name;
  }
  return NULL;
}

/* A click into the text, or a step of the caret, selects what is written there. */
static void
on_caret (GtkTextBuffer *buffer, GtkTextIter *at, GtkTextMark *mark, VbetProgramPane *self)
{
  if (self->following || !self->mirrors || self->selecting || mark != gtk_text_buffer_get_insert (buffer)
      || !gtk_widget_has_focus (self->view) || gtk_text_buffer_get_has_selection (buffer))
    return;
  const char *name = object_at (vbet_session_get_topology (self->session), byte_of (self, at));
  if (name == NULL || vbet_session_is_selected (self->session, name))
    return;
  g_autofree char *copy = g_strdup (name);
  self->selecting = TRUE;
  vbet_session_select (self->session, copy, FALSE);
  self->selecting = FALSE;
}

void
vbet_program_pane_go_to (VbetProgramPane *self, gsize start, gsize length)
{
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  if (!self->mirrors)
    return;
  Walker walk = walker (self);
  GtkTextIter from = walk_to (&walk, start), to = walk_to (&walk, start + length);
  self->selecting = TRUE;
  gtk_text_buffer_select_range (self->buffer, &to, &from);
  self->selecting = FALSE;
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (self->buffer), 0.1,
                                FALSE, 0, 0);
  gtk_widget_grab_focus (self->view);
}

static gboolean
on_tooltip (GtkWidget *view, int x, int y, gboolean keyboard, GtkTooltip *tooltip, VbetProgramPane *self)
{
  GtkTextIter at;
  if (keyboard || !self->mirrors)
    return FALSE;
  gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (view), GTK_TEXT_WINDOW_WIDGET, x, y, &x, &y);
  if (!gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (view), &at, x, y))
    return FALSE;
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  gsize byte = byte_of (self, &at), size = 0, start = 0, end = 0;
  const char *text = vbet_document_text (document_of (self), &size);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *finding = vbet_diagnostics_get (findings, i);
    underlined (finding, text, size, &start, &end);
    if (byte < start || byte >= end)
      continue;
    gtk_tooltip_set_text (tooltip, finding->message);
    return TRUE;
  }
  return FALSE;
}

/* --- life ----------------------------------------------------------------------------------------------- */

GtkWidget *
vbet_program_pane_new (VbetSession *session)
{
  VbetProgramPane *self = g_object_new (VBET_TYPE_PROGRAM_PANE, "visible", TRUE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (document_of (self), "replaced", G_CALLBACK (on_replaced), self, 0);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (show_selection), self,
                           G_CONNECT_SWAPPED);
  reload (self);
  on_changed (self);
  return GTK_WIDGET (self);
}

static void
vbet_program_pane_finalize (GObject *object)
{
  VbetProgramPane *self = VBET_PROGRAM_PANE (object);
  g_array_unref (self->tokens);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_program_pane_parent_class)->finalize (object);
}

static void
vbet_program_pane_class_init (VbetProgramPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_program_pane_finalize;
}

/* What is coloured how, on light and on dark paper. */
static const struct {
  const char *tag;
  const char *property;
  const char *light;
  const char *dark;
} looks[] = {
  { "selected", "background", "#e1edfa", "#24405c" }, { "call", "foreground", "#1a5fb4", "#84bdff" },
  { "key", "foreground", "#813d9c", "#dca8ef" },      { "value", "foreground", "#8a4b08", "#f5b971" },
  { "string", "foreground", "#1f6f43", "#7fe0a5" },   { "comment", "foreground", "#5e6a75", "#a3afba" },
};

static void
make_tags (GtkTextBuffer *buffer)
{
  GdkRGBA red = { 0.80, 0.15, 0.18, 1 }, amber = { 0.82, 0.50, 0, 1 };
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_text_buffer_create_tag (buffer, looks[i].tag, looks[i].property, looks[i].light, NULL);
  gtk_text_buffer_create_tag (buffer, "warning", "underline", PANGO_UNDERLINE_ERROR, "underline-rgba", &amber,
                              NULL);
  gtk_text_buffer_create_tag (buffer, "error", "underline", PANGO_UNDERLINE_ERROR, "underline-rgba", &red,
                              NULL);
  GtkTextTagTable *tags = gtk_text_buffer_get_tag_table (buffer);
  g_object_set (gtk_text_tag_table_lookup (tags, "call"), "weight", PANGO_WEIGHT_SEMIBOLD, NULL);
  g_object_set (gtk_text_tag_table_lookup (tags, "comment"), "style", PANGO_STYLE_ITALIC, NULL);
}

/* The theme may be another one now. */
static void
on_style_updated (GtkWidget *view, VbetProgramPane *self)
{
  GdkRGBA ink;
  gtk_style_context_get_color (gtk_widget_get_style_context (view), GTK_STATE_FLAG_NORMAL, &ink);
  gboolean dark = ink.red + ink.green + ink.blue > 1.8;
  GtkTextTagTable *tags = gtk_text_buffer_get_tag_table (self->buffer);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    g_object_set (gtk_text_tag_table_lookup (tags, looks[i].tag), looks[i].property,
                  dark ? looks[i].dark : looks[i].light, NULL);
}

static void
add_mark_kind (GtkSourceView *view, const char *category, const char *icon, int priority)
{
  GtkSourceMarkAttributes *attributes = gtk_source_mark_attributes_new ();
  gtk_source_mark_attributes_set_icon_name (attributes, icon);
  gtk_source_view_set_mark_attributes (view, category, attributes, priority);
  g_object_unref (attributes);
}

static void
vbet_program_pane_init (VbetProgramPane *self)
{
  GtkSourceView *source = GTK_SOURCE_VIEW (gtk_source_view_new ());
  GtkTextView *text = GTK_TEXT_VIEW (source);
  self->view = GTK_WIDGET (source);
  self->buffer = gtk_text_view_get_buffer (text);
  self->tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  gtk_source_buffer_set_max_undo_levels (GTK_SOURCE_BUFFER (self->buffer), 0);
  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (self->buffer), NULL); /* the theme's own colours */
  gtk_source_buffer_set_highlight_matching_brackets (GTK_SOURCE_BUFFER (self->buffer), TRUE);
  gtk_source_view_set_show_line_numbers (source, TRUE);
  gtk_source_view_set_show_line_marks (source, TRUE);
  gtk_source_view_set_auto_indent (source, TRUE);
  gtk_source_view_set_indent_width (source, 2);
  gtk_source_view_set_insert_spaces_instead_of_tabs (source, TRUE);
  add_mark_kind (source, "error", "dialog-error", 2);
  add_mark_kind (source, "warning", "dialog-warning", 1);
  gtk_text_view_set_monospace (text, TRUE);
  gtk_text_view_set_left_margin (text, 6);
  gtk_text_view_set_top_margin (text, 6);
  gtk_text_view_set_bottom_margin (text, 24);
  gtk_widget_set_has_tooltip (self->view, TRUE);
  atk_object_set_name (gtk_widget_get_accessible (self->view), _ ("Program"));
  make_tags (self->buffer);
  g_signal_connect_after (self->buffer, "insert-text", G_CALLBACK (on_inserted), self);
  g_signal_connect (self->buffer, "delete-range", G_CALLBACK (on_delete), self);
  g_signal_connect_after (self->buffer, "delete-range", G_CALLBACK (on_deleted), self);
  g_signal_connect (self->buffer, "begin-user-action", G_CALLBACK (on_begin_action), self);
  g_signal_connect (self->buffer, "end-user-action", G_CALLBACK (on_end_action), self);
  g_signal_connect (self->buffer, "mark-set", G_CALLBACK (on_caret), self);
  g_signal_connect (self->view, "style-updated", G_CALLBACK (on_style_updated), self);
  g_signal_connect (self->view, "query-tooltip", G_CALLBACK (on_tooltip), self);
  gtk_container_add (GTK_CONTAINER (self), self->view);
  gtk_widget_show (self->view);
}
