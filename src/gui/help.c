/* help.c - see help.h. */
#include "config.h"

#include "gui/help.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/paths.h"

/* --- keys, about --------------------------------------------------------------------------- */

void
vbet_help_show_shortcuts (GtkApplicationWindow *window)
{
  g_return_if_fail (GTK_IS_APPLICATION_WINDOW (window));
  if (gtk_application_window_get_help_overlay (window) == NULL) {
    g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/net/vbet/Vbet/shortcuts.ui");
    gtk_application_window_set_help_overlay (
        window, GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "shortcuts")));
  }
  gtk_window_present (GTK_WINDOW (gtk_application_window_get_help_overlay (window)));
}

void
vbet_help_show_about (GtkWindow *parent)
{
  GtkWidget *dialog = gtk_about_dialog_new ();
  GtkAboutDialog *about = GTK_ABOUT_DIALOG (dialog);
  gtk_about_dialog_set_program_name (about, "vBET");
  gtk_about_dialog_set_version (about, PACKAGE_VERSION);
  gtk_about_dialog_set_logo_icon_name (about, "net.vbet.Vbet");
  gtk_about_dialog_set_comments (about, _ ("Design, run and show computer networks"));
  gtk_about_dialog_set_license_type (about, GTK_LICENSE_GPL_3_0);
  /* Translators: your name, one a line */
  gtk_about_dialog_set_translator_credits (about, _ ("translator-credits"));
  gtk_window_set_transient_for (GTK_WINDOW (dialog), parent);
  gtk_window_set_title (GTK_WINDOW (dialog), _ ("About vBET"));
  g_signal_connect (dialog, "response", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- a manual page as text ------------------------------------------------------------------- */

/* What a formatter writes for a terminal: "x\bx" is bold, "_\bx" is underlined. */
static void
insert_formatted (GtkTextBuffer *buffer, const char *text)
{
  GtkTextIter end;
  gtk_text_buffer_set_text (buffer, "", 0);
  gtk_text_buffer_get_end_iter (buffer, &end);
  while (*text != '\0') {
    const char *next = g_utf8_next_char (text);
    const char *tag = NULL;
    while (*next == '\b' && next[1] != '\0') {
      tag = *text == '_' && next[1] != '_' ? "underlined" : "bold";
      text = next + 1;
      next = g_utf8_next_char (text);
    }
    gtk_text_buffer_insert_with_tags_by_name (buffer, &end, text, (int)(next - text), tag, NULL);
    text = next;
  }
}

static const char *
summary (void)
{
  return _ (
      "The manual page vbet-language(5) could not be shown: neither mandoc nor man is installed, or the "
      "page is missing. In short:\n\n"
      "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"
      "    a host that is called h1, with one NIC\n"
      "sw = alloc(switch)\n"
      "    a switch; it gets as many ports as it has cables\n"
      "link(h1, sw)\n"
      "    a cable from a free NIC of h1 to sw\n"
      "link(NIC(h1, 1), sw, delay=10ms, loss=1%)\n"
      "    the same, from a certain NIC, and with what it does to its frames\n"
      "# a comment\n");
}

static void
on_manual (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkTextBuffer) buffer = data;
  g_autofree char *text = NULL;
  gboolean ok = g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &text, NULL, NULL)
                && g_subprocess_get_successful (G_SUBPROCESS (source)) && text != NULL && *text != '\0';
  GtkTextIter start;
  insert_formatted (buffer, ok ? text : summary ());
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_place_cursor (buffer, &start);
}

static GSubprocess *
start_formatter (void)
{
  g_autofree char *page = vbet_paths_data ("man/vbet-language.5");
  gboolean here = g_file_test (page, G_FILE_TEST_EXISTS);
  g_autofree char *mandoc = g_find_program_in_path ("mandoc");
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_setenv (launcher, "MANWIDTH", "88", TRUE);
  g_subprocess_launcher_setenv (launcher, "MAN_KEEP_FORMATTING", "1", TRUE);
  g_subprocess_launcher_setenv (launcher, "GROFF_NO_SGR", "1", TRUE);
  g_subprocess_launcher_setenv (launcher, "MANPAGER", "cat", TRUE);
  if (here && mandoc != NULL)
    return g_subprocess_launcher_spawn (launcher, NULL, mandoc, "-T", "utf8", "-O", "width=88", page, NULL);
  if (here)
    return g_subprocess_launcher_spawn (launcher, NULL, "man", "-l", page, NULL);
  return g_subprocess_launcher_spawn (launcher, NULL, "man", "5", "vbet-language", NULL);
}

/* --- its window --------------------------------------------------------------------------------- */

static void
find_on (GtkTextView *view, const char *text, gboolean from_here)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter at, start, end;
  gtk_text_buffer_get_iter_at_mark (buffer, &at,
                                    from_here ? gtk_text_buffer_get_selection_bound (buffer)
                                              : gtk_text_buffer_get_insert (buffer));
  if (*text == '\0')
    return;
  gboolean found
      = gtk_text_iter_forward_search (&at, text, GTK_TEXT_SEARCH_CASE_INSENSITIVE, &start, &end, NULL);
  if (!found) {
    gtk_text_buffer_get_start_iter (buffer, &at);
    found = gtk_text_iter_forward_search (&at, text, GTK_TEXT_SEARCH_CASE_INSENSITIVE, &start, &end, NULL);
  }
  if (!found)
    return;
  gtk_text_buffer_select_range (buffer, &start, &end);
  gtk_text_view_scroll_to_mark (view, gtk_text_buffer_get_insert (buffer), 0.2, FALSE, 0, 0);
}

static void
on_search_changed (GtkEntry *entry, GtkTextView *view)
{
  find_on (view, gtk_entry_get_text (entry), FALSE);
}

static void
on_search_next (GtkEntry *entry, GtkTextView *view)
{
  find_on (view, gtk_entry_get_text (entry), TRUE);
}

static gboolean
on_help_key (GtkWidget *window, GdkEventKey *event, GtkWidget *search)
{
  if (event->keyval == GDK_KEY_Escape) {
    gtk_widget_destroy (window);
    return GDK_EVENT_STOP;
  }
  if (event->keyval == GDK_KEY_f && (event->state & GDK_CONTROL_MASK) != 0) {
    gtk_widget_grab_focus (search);
    return GDK_EVENT_STOP;
  }
  return GDK_EVENT_PROPAGATE;
}

static GtkWidget *
new_page (GtkTextBuffer *buffer)
{
  GtkWidget *view = gtk_text_view_new_with_buffer (buffer);
  gtk_text_buffer_create_tag (buffer, "bold", "weight", PANGO_WEIGHT_BOLD, NULL);
  gtk_text_buffer_create_tag (buffer, "underlined", "style", PANGO_STYLE_ITALIC, NULL);
  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_cursor_visible (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 18);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 12);
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("The language of labs"));
  return view;
}

void
vbet_help_show_language (GtkWidget **shown)
{
  if (*shown != NULL) {
    gtk_window_present (GTK_WINDOW (*shown));
    return;
  }
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *search = gtk_search_entry_new ();
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkTextBuffer *buffer = gtk_text_buffer_new (NULL);
  GtkWidget *view = new_page (buffer);
  gtk_header_bar_set_title (GTK_HEADER_BAR (header), _ ("The Language of Labs"));
  gtk_header_bar_set_show_close_button (GTK_HEADER_BAR (header), TRUE);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (header), search);
  gtk_window_set_titlebar (GTK_WINDOW (window), header);
  gtk_window_set_title (GTK_WINDOW (window), _ ("The Language of Labs"));
  gtk_window_set_default_size (GTK_WINDOW (window), 820, 680);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  gtk_container_add (GTK_CONTAINER (window), scroller);
  gtk_entry_set_placeholder_text (GTK_ENTRY (search), _ ("Find (Ctrl+F)"));
  atk_object_set_name (gtk_widget_get_accessible (search), _ ("Find in this page"));
  g_signal_connect (search, "search-changed", G_CALLBACK (on_search_changed), view);
  g_signal_connect (search, "activate", G_CALLBACK (on_search_next), view);
  g_signal_connect (window, "key-press-event", G_CALLBACK (on_help_key), search);
  *shown = window;
  g_signal_connect (window, "destroy", G_CALLBACK (gtk_widget_destroyed), shown);
  gtk_text_buffer_set_text (buffer, _ ("One moment …"), -1);
  g_autoptr (GSubprocess) formatter = start_formatter ();
  if (formatter != NULL)
    g_subprocess_communicate_utf8_async (formatter, NULL, NULL, on_manual, g_object_ref (buffer));
  else
    gtk_text_buffer_set_text (buffer, summary (), -1);
  g_object_unref (buffer);
  gtk_widget_show_all (window);
  gtk_widget_grab_focus (view);
}
