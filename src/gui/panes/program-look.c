/* program-look.c - how the text looks: colours by its own tokens, underlines, what is selected, the size.
 *
 * The tokens are the parser's own, so that a colour never says something else
 * than the parser. Schemes are only about what is not text: current line,
 * line numbers, brackets, matches. They follow the theme.
 */
#include "config.h"

#include "gui/panes/program-private.h"

#include <glib/gi18n.h>

#include "base/paths.h"
#include "gui/model/places.h"

/* How long what others wrote stays marked. */
#define FLASH_MS 1600

#define ZOOM_STEP 1.1
#define ZOOM_MIN 0.5
#define ZOOM_MAX 4.0

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
  VbetProgramToken token = { kind, span.start, span.length };
  if (tag_of (kind) != NULL)
    g_array_append_val (data, token);
}

static gboolean
same_token (const VbetProgramToken *a, const VbetProgramToken *b, gsize shift)
{
  return a->kind == b->kind && a->length == b->length && a->start + shift == b->start;
}

/* Colours the tokens that are not as they were: between the first and the last that changed. */
void
_vbet_program_colour (VbetProgramPane *self)
{
  g_autoptr (GArray) old = g_steal_pointer (&self->tokens);
  VbetWalker walk = _vbet_program_walker (self);
  gsize shift = walk.size - self->coloured; /* wraps around for a shorter text, and back again */
  guint head = 0, tail = 0;
  GArray *now = g_array_new (FALSE, FALSE, sizeof (VbetProgramToken));
  vbet_program_for_each_token (vbet_session_get_program (self->session), collect_token, now);
  guint common = MIN (old->len, now->len);
#define TOKEN(array, index) (&g_array_index (array, VbetProgramToken, index))
  while (head < common && same_token (TOKEN (old, head), TOKEN (now, head), 0))
    head++;
  while (tail < common - head
         && same_token (TOKEN (old, old->len - 1 - tail), TOKEN (now, now->len - 1 - tail), shift))
    tail++;
  gsize from = head > 0 ? TOKEN (now, head - 1)->start + TOKEN (now, head - 1)->length : 0;
  gsize to = tail > 0 ? TOKEN (now, now->len - tail)->start : walk.size;
  GtkTextIter start = _vbet_walker_to (&walk, from), end = _vbet_walker_to (&walk, to);
  static const char *const tags[] = { "call", "key", "value", "string", "comment" };
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    gtk_text_buffer_remove_tag_by_name (self->buffer, tags[i], &start, &end);
  for (guint i = head; i < now->len - tail; i++) {
    start = _vbet_walker_to (&walk, TOKEN (now, i)->start);
    end = _vbet_walker_to (&walk, TOKEN (now, i)->start + TOKEN (now, i)->length);
    gtk_text_buffer_apply_tag_by_name (self->buffer, tag_of (TOKEN (now, i)->kind), &start, &end);
  }
#undef TOKEN
  self->tokens = now;
  self->coloured = walk.size;
}

/* Something missing is shown at its neighbour. */
void
_vbet_program_underlined (const VbetDiagnostic *finding, const char *text, gsize size, gsize *ret_start,
                          gsize *ret_end)
{
  gsize start = MIN (finding->span.start, size), end = MIN (start + finding->span.length, size);
  if (start == end && start > 0 && text[start - 1] != '\n')
    start = (gsize)(g_utf8_prev_char (text + start) - text);
  else if (start == end && end < size)
    end = (gsize)(g_utf8_next_char (text + end) - text);
  *ret_start = start;
  *ret_end = end;
}

void
_vbet_program_underline (VbetProgramPane *self)
{
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  VbetWalker walk = _vbet_program_walker (self);
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, "error", &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, "warning", &start, &end);
  gtk_source_buffer_remove_source_marks (GTK_SOURCE_BUFFER (self->buffer), &start, &end, NULL);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *finding = vbet_diagnostics_get (findings, i);
    const char *tag = finding->severity == VBET_SEVERITY_ERROR ? "error" : "warning";
    gsize from = 0, to = 0;
    _vbet_program_underlined (finding, walk.text, walk.size, &from, &to);
    start = _vbet_walker_to (&walk, from);
    end = _vbet_walker_to (&walk, to);
    gtk_text_buffer_apply_tag_by_name (self->buffer, tag, &start, &end);
    gtk_text_iter_set_line_offset (&start, 0);
    gtk_source_buffer_create_source_mark (GTK_SOURCE_BUFFER (self->buffer), NULL, tag, &start);
  }
}

static void
apply_tag (VbetProgramPane *self, VbetWalker *walk, const char *tag, VbetSpan span)
{
  GtkTextIter start = _vbet_walker_to (walk, span.start);
  GtkTextIter end = _vbet_walker_to (walk, span.start + span.length);
  gtk_text_buffer_apply_tag_by_name (self->buffer, tag, &start, &end);
}

/* Shows where the selected devices, cables and notes are written. */
void
_vbet_program_show_selection (VbetProgramPane *self)
{
  GHashTableIter names;
  gpointer name = NULL;
  GtkTextIter start, end;
  VbetWalker walk = _vbet_program_walker (self);
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, "selected", &start, &end);
  if (!self->mirrors)
    return;
  g_hash_table_iter_init (&names, vbet_session_get_selection (self->session));
  while (g_hash_table_iter_next (&names, &name, NULL)) {
    g_autoptr (GArray) places = vbet_places_of (vbet_session_get_program (self->session),
                                                vbet_session_get_topology (self->session), name);
    for (guint i = 0; i < places->len; i++)
      apply_tag (self, &walk, "selected", g_array_index (places, VbetSpan, i));
  }
}

/* --- what others wrote ------------------------------------------------------------------ */

static gboolean
on_flash_over (gpointer data)
{
  VbetProgramPane *self = data;
  GtkTextIter start, end;
  self->flash = 0;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, "news", &start, &end);
  return G_SOURCE_REMOVE;
}

void
_vbet_program_flash (VbetProgramPane *self)
{
  VbetWalker walk = _vbet_program_walker (self);
  gsize first = G_MAXSIZE;
  if (self->news->len == 0 || gtk_widget_has_focus (self->view)) {
    g_array_set_size (self->news, 0);
    return;
  }
  if (self->flash != 0)
    on_flash_over (self);
  g_clear_handle_id (&self->flash, g_source_remove);
  for (guint i = 0; i < self->news->len; i++) {
    VbetSpan span = g_array_index (self->news, VbetSpan, i);
    while (span.length > 0 && g_ascii_isspace (walk.text[MIN (span.start, walk.size)])) {
      span.start++;
      span.length--;
    }
    apply_tag (self, &walk, "news", span);
    first = MIN (first, span.start);
  }
  g_array_set_size (self->news, 0);
  _vbet_program_reveal (self, first);
  self->flash = g_timeout_add (FLASH_MS, on_flash_over, self);
}

/* --- size -------------------------------------------------------------------------------- */

double
vbet_program_pane_get_zoom (VbetProgramPane *self)
{
  return self->zoom;
}

void
vbet_program_pane_set_zoom (VbetProgramPane *self, double zoom)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_return_if_fail (VBET_IS_PROGRAM_PANE (self));
  zoom = CLAMP (zoom, ZOOM_MIN, ZOOM_MAX);
  if (ABS (zoom - 1) < 0.02)
    zoom = 1;
  if (zoom == self->zoom)
    return;
  self->zoom = zoom;
  g_ascii_formatd (number, sizeof number, "%.3f", zoom);
  g_autofree char *css = g_strdup_printf ("textview { font-size: %sem; }", number);
  gtk_css_provider_load_from_data (self->css, css, -1, NULL);
  g_signal_emit_by_name (self, "zoom-changed");
}

void
vbet_program_pane_zoom_by (VbetProgramPane *self, int steps)
{
  double zoom = self->zoom;
  for (; steps > 0; steps--)
    zoom *= ZOOM_STEP;
  for (; steps < 0; steps++)
    zoom /= ZOOM_STEP;
  vbet_program_pane_set_zoom (self, zoom);
}

static gboolean
on_scroll (GtkWidget *view, GdkEventScroll *event, VbetProgramPane *self)
{
  double dx = 0, dy = 0;
  if ((event->state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  if (event->direction == GDK_SCROLL_SMOOTH)
    gdk_event_get_scroll_deltas ((GdkEvent *)event, &dx, &dy);
  else
    dy = event->direction == GDK_SCROLL_UP ? -1 : event->direction == GDK_SCROLL_DOWN ? 1 : 0;
  if (dy != 0)
    vbet_program_pane_zoom_by (self, dy < 0 ? 1 : -1);
  return GDK_EVENT_STOP;
}

/* --- theme --------------------------------------------------------------------------------- */

/* What is coloured how, on light and on dark paper. */
static const struct {
  const char *tag;
  const char *property;
  const char *light;
  const char *dark;
} looks[] = {
  { "selected", "background", "#dcebfb", "#24405c" }, { "news", "background", "#fdeeb0", "#5b4d12" },
  { "call", "foreground", "#1a5fb4", "#84bdff" },     { "key", "foreground", "#813d9c", "#dca8ef" },
  { "value", "foreground", "#8a4b08", "#f5b971" },    { "string", "foreground", "#1f6f43", "#7fe0a5" },
  { "comment", "foreground", "#5e6a75", "#a3afba" },
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

static GtkSourceStyleScheme *
find_scheme (const char *name)
{
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();
  GtkSourceStyleScheme *scheme = gtk_source_style_scheme_manager_get_scheme (manager, name);
  if (scheme != NULL)
    return scheme;
  g_autofree char *styles = vbet_paths_data ("styles");
  gtk_source_style_scheme_manager_append_search_path (manager, styles);
  return gtk_source_style_scheme_manager_get_scheme (manager, name);
}

/* The theme may be another one now. */
static void
on_style_updated (GtkWidget *view, VbetProgramPane *self)
{
  GdkRGBA ink;
  gtk_style_context_get_color (gtk_widget_get_style_context (view), GTK_STATE_FLAG_NORMAL, &ink);
  gboolean dark = ink.red + ink.green + ink.blue > 1.8;
  GtkTextTagTable *tags = gtk_text_buffer_get_tag_table (self->buffer);
  GtkSourceStyleScheme *scheme = find_scheme (dark ? "vbet-dark" : "vbet-light");
  if (scheme != gtk_source_buffer_get_style_scheme (GTK_SOURCE_BUFFER (self->buffer)))
    gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (self->buffer), scheme);
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

void
_vbet_program_look_init (VbetProgramPane *self)
{
  GtkSourceView *source = GTK_SOURCE_VIEW (self->view);
  GtkTextView *text = GTK_TEXT_VIEW (self->view);
  self->zoom = 1;
  self->css = gtk_css_provider_new ();
  gtk_style_context_add_provider (gtk_widget_get_style_context (self->view), GTK_STYLE_PROVIDER (self->css),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  gtk_source_buffer_set_highlight_matching_brackets (GTK_SOURCE_BUFFER (self->buffer), TRUE);
  gtk_source_view_set_highlight_current_line (source, TRUE);
  gtk_source_view_set_show_line_numbers (source, TRUE);
  gtk_source_view_set_show_line_marks (source, TRUE);
  add_mark_kind (source, "error", "dialog-error", 2);
  add_mark_kind (source, "warning", "dialog-warning", 1);
  gtk_text_view_set_monospace (text, TRUE);
  gtk_text_view_set_left_margin (text, 6);
  gtk_text_view_set_top_margin (text, 6);
  gtk_text_view_set_bottom_margin (text, 24);
  make_tags (self->buffer);
  g_signal_connect (self->view, "style-updated", G_CALLBACK (on_style_updated), self);
  g_signal_connect (self->view, "scroll-event", G_CALLBACK (on_scroll), self);
  on_style_updated (self->view, self);
}
