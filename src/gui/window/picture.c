/* picture.c - the lab as a picture: to a file, to a printer; and the load of cables. */
#include "config.h"

#include "gui/window/private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/export.h"
#include "gui/tag.h"

/* The footer of a printed page, in points. */
#define FOOTER 16.0
#define FOOTER_TEXT 8.0
/* Printed labs are at most so large: points a lab unit. */
#define PRINT_SCALE_MAX 1.2

static const struct {
  const char *suffix;
  const char *label;
} formats[] = {
  { ".png", N_ ("PNG pictures (*.png)") },
  { ".svg", N_ ("SVG drawings (*.svg)") },
  { ".pdf", N_ ("PDF documents (*.pdf)") },
};

/* --- to a file -------------------------------------------------------------------------- */

static int
format_of (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (lower, formats[i].suffix))
      return (int)i;
  return -1;
}

/* The format of the chooser's filter. */
static guint
chosen_format (GtkFileChooser *chooser)
{
  GtkFileFilter *filter = gtk_file_chooser_get_filter (chooser);
  const char *suffix = filter != NULL ? vbet_tag_text (filter, "vbet-suffix") : NULL;
  int format = suffix != NULL ? format_of (suffix) : 0;
  return format >= 0 ? (guint)format : 0;
}

/* Another type was chosen: the name ends as it should. */
static void
on_filter (GtkFileChooser *chooser)
{
  g_autofree char *name = gtk_file_chooser_get_current_name (chooser);
  if (name == NULL || format_of (name) < 0)
    return;
  g_autofree char *stem = g_strndup (name, strlen (name) - strlen (formats[0].suffix));
  g_autofree char *other = g_strconcat (stem, formats[chosen_format (chooser)].suffix, NULL);
  gtk_file_chooser_set_current_name (chooser, other);
}

static void
remember (VbetWindow *self, const char *path, const char *style)
{
  g_autofree char *folder = g_path_get_dirname (path);
  if (self->settings == NULL)
    return;
  g_settings_set_string (self->settings, "export-format", formats[format_of (path)].suffix + 1);
  g_settings_set_string (self->settings, "export-folder", folder);
  g_settings_set_string (self->settings, "export-style", style);
}

static void
on_export_chosen (GtkNativeDialog *dialog, int response, VbetWindow *self)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_filename (chooser) : NULL;
  const char *style = gtk_file_chooser_get_choice (chooser, "style");
  VbetAppearance appearance = VBET_APPEARANCE_LIGHT;
  if (path == NULL)
    return;
  vbet_appearance_from_name (style, &appearance);
  if (format_of (path) < 0) {
    g_autofree char *whole = g_strconcat (path, formats[chosen_format (chooser)].suffix, NULL);
    if (g_file_test (whole, G_FILE_TEST_EXISTS)) { /* nobody was asked about that one */
      g_autofree char *text
          = g_strdup_printf (_ ("%s is there already; export again with its whole name."), whole);
      _vbet_window_show_error (self, "file", text);
      return;
    }
    g_free (path);
    path = g_steal_pointer (&whole);
  }
  if (!vbet_export_session (self->session, path, appearance, vbet_canvas_get_show (self->canvas), 0,
                            &error)) {
    _vbet_window_show_error (self, "file", error->message);
    return;
  }
  remember (self, path, style != NULL ? style : "light");
  g_autofree char *text = g_strdup_printf (_ ("The picture is in %s."), path);
  vbet_notices_show (self->notices, "file", GTK_MESSAGE_INFO, text, NULL);
}

static void
add_formats (VbetWindow *self, GtkFileChooser *chooser)
{
  g_autofree char *last
      = self->settings != NULL ? g_settings_get_string (self->settings, "export-format") : g_strdup ("png");
  const char *suffix = formats[0].suffix;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    GtkFileFilter *filter = gtk_file_filter_new ();
    g_autofree char *pattern = g_strconcat ("*", formats[i].suffix, NULL);
    gtk_file_filter_set_name (filter, _ (formats[i].label));
    gtk_file_filter_add_pattern (filter, pattern);
    vbet_tag_set_text (filter, "vbet-suffix", formats[i].suffix);
    gtk_file_chooser_add_filter (chooser, filter);
    if (!g_str_equal (formats[i].suffix + 1, last))
      continue;
    gtk_file_chooser_set_filter (chooser, filter);
    suffix = formats[i].suffix;
  }
  g_autofree char *name = g_strconcat (vbet_session_get_name (self->session), suffix, NULL);
  gtk_file_chooser_set_current_name (chooser, name);
  g_signal_connect (chooser, "notify::filter", G_CALLBACK (on_filter), NULL);
}

static void
add_styles (VbetWindow *self, GtkFileChooser *chooser)
{
  static const char *const styles[] = { "light", "dark", "contrast", "projector", NULL };
  const char *labels[] = { _ ("Light"), _ ("Dark"), _ ("High contrast"),
                           _ ("For a projector: large texts, thick lines"), NULL };
  g_autofree char *last
      = self->settings != NULL ? g_settings_get_string (self->settings, "export-style") : g_strdup ("light");
  gtk_file_chooser_add_choice (chooser, "style", _ ("Colours"), (const char **)styles, labels);
  gtk_file_chooser_set_choice (chooser, "style", g_strv_contains (styles, last) ? last : "light");
}

void
_vbet_window_choose_export (VbetWindow *self)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (gtk_file_chooser_native_new (
      _ ("Export a picture"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel")));
  g_autofree char *folder
      = self->settings != NULL ? g_settings_get_string (self->settings, "export-folder") : g_strdup ("");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (chooser, TRUE);
  if (*folder != '\0')
    gtk_file_chooser_set_current_folder (chooser, folder);
  add_formats (self, chooser);
  add_styles (self, chooser);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_export_chosen), self, 0);
  g_signal_connect_after (chooser, "response", G_CALLBACK (g_object_unref), NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- to a printer --------------------------------------------------------------------------- */

/* What is printed is the lab at the moment when it was asked for. */
typedef struct {
  VbetView *view;
  char *footer;
} Page;

/* GClosureNotify: the operation is over. */
static void
page_free (gpointer data, GClosure *closure)
{
  Page *self = data;
  (void)closure;
  vbet_view_free (self->view);
  g_free (self->footer);
  g_free (self);
}

static void
on_draw_page (GtkPrintOperation *operation, GtkPrintContext *context, int number, Page *page)
{
  const VbetPalette *palette = vbet_palette_light ();
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  double width = gtk_print_context_get_width (context), height = gtk_print_context_get_height (context);
  g_autoptr (PangoLayout) layout = gtk_print_context_create_pango_layout (context);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans");
  vbet_draw_page (cr, page->view, palette, width, height - FOOTER, PRINT_SCALE_MAX);
  pango_font_description_set_absolute_size (font, FOOTER_TEXT * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, page->footer, -1);
  pango_layout_set_width (layout, (int)(width * PANGO_SCALE));
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
  pango_layout_set_alignment (layout, PANGO_ALIGN_RIGHT);
  cairo_set_source_rgb (cr, palette->faint.red, palette->faint.green, palette->faint.blue);
  cairo_move_to (cr, 0, height - FOOTER + 4);
  pango_cairo_show_layout (cr, layout);
}

static void
on_printed (GtkPrintOperation *operation, GtkPrintOperationResult result, VbetWindow *self)
{
  g_autoptr (GError) error = NULL;
  if (result != GTK_PRINT_OPERATION_RESULT_ERROR)
    return;
  gtk_print_operation_get_error (operation, &error);
  g_autofree char *text
      = g_strdup_printf (_ ("The lab was not printed: %s"), error != NULL ? error->message : "");
  _vbet_window_show_error (self, "print", text);
}

static GtkPrintOperation *
new_operation (VbetWindow *self)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%x");
  Page *page = g_new0 (Page, 1);
  page->view = vbet_export_view (self->session, vbet_palette_light (), vbet_canvas_get_show (self->canvas));
  page->footer = g_strdup_printf ("%s · %s", vbet_session_get_name (self->session), date);
  VbetRect box = vbet_view_bounds (page->view);
  gtk_page_setup_set_orientation (setup, box.width >= box.height ? GTK_PAGE_ORIENTATION_LANDSCAPE
                                                                 : GTK_PAGE_ORIENTATION_PORTRAIT);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_n_pages (operation, 1);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_job_name (operation, vbet_session_get_name (self->session));
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect_data (operation, "draw-page", G_CALLBACK (on_draw_page), page, page_free, 0);
  g_signal_connect_object (operation, "done", G_CALLBACK (on_printed), self, 0);
  return operation;
}

static void
on_print (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GtkPrintOperation) operation = new_operation (self);
  g_autoptr (GError) error = NULL;
  vbet_notices_hide (self->notices, "print");
  if (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, GTK_WINDOW (self), &error)
      == GTK_PRINT_OPERATION_RESULT_ERROR)
    _vbet_window_show_error (self, "print", error->message);
}

/* --- load ----------------------------------------------------------------------------------- */

static void
on_show_load (VbetWindow *self)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), "show-load");
  if (self->closing == VBET_CLOSING_NOW)
    return;
  guint show = vbet_canvas_get_show (self->canvas);
  vbet_canvas_set_show (self->canvas, g_variant_get_boolean (state) ? show | VBET_SHOW_LOAD
                                                                    : show & ~(guint)VBET_SHOW_LOAD);
}

void
_vbet_window_add_picture (VbetWindow *self)
{
  static const GActionEntry entries[] = { { .name = "print", .activate = on_print } };
  g_autoptr (GAction) load
      = self->settings != NULL
            ? g_settings_create_action (self->settings, "show-load")
            : G_ACTION (g_simple_action_new_stateful ("show-load", NULL, g_variant_new_boolean (FALSE)));
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), load);
  g_signal_connect_object (load, "notify::state", G_CALLBACK (on_show_load), self, G_CONNECT_SWAPPED);
  on_show_load (self);
}
