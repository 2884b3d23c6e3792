/* application.c - see application.h. */
#include "config.h"

#include "gui/application.h"

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

#include "gui/appearance.h"
#include "gui/export.h"
#include "gui/help.h"
#include "gui/preferences.h"
#include "gui/settings.h"
#include "gui/window/window.h"

struct _VbetApplication {
  GtkApplication parent_instance;
  gboolean empty;         /* begin with an empty lab, not with the start page */
  GSettings *settings;    /* (nullable) */
  GtkWidget *preferences; /* (nullable): open now; owned by GTK */
  GtkWidget *help;        /* likewise */
};

G_DEFINE_FINAL_TYPE (VbetApplication, vbet_application, GTK_TYPE_APPLICATION)

static void
on_new_window (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  VbetWindow *window = vbet_window_new (application);
  vbet_window_show_start (window);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_new_lab (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  GtkWindow *active = gtk_application_get_active_window (application);
  /* A window that only shows its start page is the new one. */
  if (VBET_IS_WINDOW (active) && vbet_window_is_on_start (VBET_WINDOW (active)))
    vbet_window_show_lab (VBET_WINDOW (active));
  else
    gtk_window_present (GTK_WINDOW (vbet_window_new (application)));
}

/* Comes at every start; a window that shows what was named on the command line is there already. */
static void
vbet_application_activate (GApplication *application)
{
  if (gtk_application_get_windows (GTK_APPLICATION (application)) != NULL)
    return;
  if (VBET_APPLICATION (application)->empty)
    on_new_lab (NULL, NULL, application);
  else
    on_new_window (NULL, NULL, application);
}

static void
vbet_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++) {
    VbetWindow *window = vbet_window_find (GTK_APPLICATION (application), files[i]);
    if (window != NULL) {
      gtk_window_present (GTK_WINDOW (window));
      continue;
    }
    window = vbet_window_new (GTK_APPLICATION (application));
    gtk_window_present (GTK_WINDOW (window));
    vbet_window_open (window, files[i]);
  }
}

/* Each window closes in its own way: it may ask. */
static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (data));
  for (GList *link = windows; link != NULL; link = link->next)
    gtk_window_close (link->data);
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (data);
  if (window != NULL && GTK_IS_APPLICATION_WINDOW (window))
    vbet_help_show_shortcuts (GTK_APPLICATION_WINDOW (window));
}

static void
on_help (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_help_show_language (&VBET_APPLICATION (data)->help);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_help_show_about (gtk_application_get_active_window (data));
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetApplication *self = data;
  if (self->settings == NULL)
    return;
  if (self->preferences == NULL) {
    self->preferences
        = vbet_preferences_new (self->settings, gtk_application_get_active_window (GTK_APPLICATION (self)));
    g_signal_connect (self->preferences, "destroy", G_CALLBACK (gtk_widget_destroyed), &self->preferences);
  }
  gtk_window_present (GTK_WINDOW (self->preferences));
}

static void
add_shortcuts (GtkApplication *application)
{
  static const struct {
    const char *action;
    const char *keys[4];
  } shortcuts[] = {
    { "app.new-lab", { "<Control>n" } },
    { "app.new-window", { "<Control><Shift>n" } },
    { "app.quit", { "<Control>q" } },
    { "app.preferences", { "<Control>comma" } },
    { "app.shortcuts", { "<Control>question", "F1" } },
    { "app.help", { "<Shift>F1" } },
    { "win.menu", { "F10" } },
    { "win.next-area", { "F6" } },
    { "win.previous-area", { "<Shift>F6" } },
    { "win.projector", { "F11" } },
    { "win.show-palette", { "F9" } },
    { "win.show-panes", { "<Shift>F9" } },
    { "win.open", { "<Control>o" } },
    { "win.save", { "<Control>s" } },
    { "win.save-as", { "<Control><Shift>s" } },
    { "win.close", { "<Control>w" } },
    { "win.undo", { "<Control>z" } },
    { "win.redo", { "<Control><Shift>z", "<Control>y" } },
    { "win.select-all", { "<Control>a" } },
    { "win.copy", { "<Control>c" } },
    { "win.cut", { "<Control>x" } },
    { "win.paste", { "<Control>v" } },
    { "win.duplicate", { "<Control>d" } },
    { "win.find-device", { "<Control>f" } },
    { "win.select-connected", { "<Control>e" } },
    { "win.select-invert", { "<Control><Shift>i" } },
    { "win.zoom-selection", { "<Control>8" } },
    { "win.show-grid", { "<Control>apostrophe" } },
    { "win.show-minimap", { "<Control><Shift>m" } },
    { "win.run", { "F5" } },
    { "win.show-inspector", { "F4" } },
    { "win.inspect", { "<Alt>Return" } },
    { "win.stop", { "<Shift>F5" } },
    { "win.step-next", { "F8" } },
    { "win.step-cancel", { "<Shift>F8" } },
    { "win.console", { "<Control>t" } },
    { "win.console-all", { "<Control><Shift>t" } },
    { "win.shell", { "<Control><Shift>r" } },
    { "win.run-on", { "<Control><Shift>x" } },
    { "win.console-find", { "<Control><Shift>f" } },
    { "win.console-broadcast", { "<Control><Shift>b" } },
    { "win.tile-consoles", { "<Control><Shift>g" } },
    { "win.console-detach", { "<Control><Shift>d" } },
    { "win.export", { "<Control><Shift>e" } },
    { "win.print", { "<Control>p" } },
    { "win.zoom-in", { "<Control>plus", "<Control>equal", "<Control>KP_Add" } },
    { "win.zoom-out", { "<Control>minus", "<Control>KP_Subtract" } },
    { "win.zoom-reset", { "<Control>0", "<Control>KP_0" } },
    { "win.zoom-fit", { "<Control>9" } },
  };
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (application, shortcuts[i].action, shortcuts[i].keys);
}

static void
vbet_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { "new-lab", on_new_lab },     { "new-window", on_new_window },
    { "quit", on_quit },           { "preferences", on_preferences },
    { "shortcuts", on_shortcuts }, { "help", on_help },
    { "about", on_about },
  };
  G_APPLICATION_CLASS (vbet_application_parent_class)->startup (application);
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();
  gtk_source_init ();
  gtk_css_provider_load_from_resource (css, "/net/vbet/Vbet/style.css");
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (), GTK_STYLE_PROVIDER (css),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
  add_shortcuts (GTK_APPLICATION (application));
  vbet_appearance_add_icons ();
  VBET_APPLICATION (application)->settings = vbet_settings_new ();
  if (VBET_APPLICATION (application)->settings != NULL)
    vbet_appearance_follow (VBET_APPLICATION (application)->settings);
}

static int
export_picture (GVariantDict *options, const char *picture)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) files = NULL;
  const char *style = "light";
  VbetAppearance appearance = VBET_APPEARANCE_LIGHT;
  double scale = 0;
  g_variant_dict_lookup (options, G_OPTION_REMAINING, "^aay", &files);
  g_variant_dict_lookup (options, "scale", "d", &scale);
  g_variant_dict_lookup (options, "export-style", "&s", &style);
  if (files == NULL || files[0] == NULL || files[1] != NULL) {
    g_printerr (_ ("vbet: --export takes one lab: vbet --export PICTURE.png LAB.vbet\n"));
    return 2;
  }
  if (!vbet_appearance_from_name (style, &appearance)) {
    g_printerr (_ ("vbet: --export-style is light, dark, contrast, contrast-dark or projector, not “%s”\n"),
                style);
    return 2;
  }
  if (vbet_export_lab (files[0], picture, appearance, scale, &error))
    return 0;
  g_printerr ("vbet: %s\n", error->message);
  return 1;
}

/* Before a display is looked for: what needs none. */
static int
vbet_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  const char *picture = NULL;
  g_auto (GStrv) files = NULL;
  if (g_variant_dict_contains (options, "version")) {
    g_print ("vbet %s\n", PACKAGE_VERSION);
    return 0;
  }
  if (g_variant_dict_lookup (options, "export", "^&ay", &picture))
    return export_picture (options, picture);
  VBET_APPLICATION (application)->empty = g_variant_dict_contains (options, "new");
  if (!g_variant_dict_lookup (options, G_OPTION_REMAINING, "^aay", &files))
    return -1;
  if (!g_application_register (application, NULL, NULL))
    return 1;
  g_autoptr (GPtrArray) opened = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; files[i] != NULL; i++)
    g_ptr_array_add (opened, g_file_new_for_commandline_arg (files[i]));
  g_application_open (application, (GFile **)opened->pdata, (int)opened->len, "");
  return -1;
}

static void
vbet_application_finalize (GObject *object)
{
  g_clear_object (&VBET_APPLICATION (object)->settings);
  G_OBJECT_CLASS (vbet_application_parent_class)->finalize (object);
}

static void
vbet_application_class_init (VbetApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = vbet_application_finalize;
  application_class->startup = vbet_application_startup;
  application_class->activate = vbet_application_activate;
  application_class->open = vbet_application_open;
  application_class->handle_local_options = vbet_application_handle_local_options;
}

static void
vbet_application_init (VbetApplication *self)
{
  const GOptionEntry options[] = {
    { "export", 0, 0, G_OPTION_ARG_FILENAME, NULL,
      _ ("Write a picture of the lab (.png, .svg, .pdf) and end; needs no display"), _ ("PICTURE") },
    { "export-style", 0, 0, G_OPTION_ARG_STRING, NULL,
      _ ("Its colours: light (default), dark, contrast, contrast-dark or projector"), _ ("STYLE") },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, NULL,
      _ ("Size of the picture: pixels a lab unit (default: 2 for PNG, else 1)"), _ ("N") },
    { "new", 0, 0, G_OPTION_ARG_NONE, NULL, _ ("Begin with an empty lab instead of the start page"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, _ ("Show the version and end"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, _ ("[LAB.vbet …]") },
    { NULL },
  };
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

VbetApplication *
vbet_application_new (void)
{
  return g_object_new (VBET_TYPE_APPLICATION, "application-id", "net.vbet.Vbet", "flags",
                       G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_OPEN, NULL);
}
