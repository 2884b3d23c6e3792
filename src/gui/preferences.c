/* preferences.c - see preferences.h: a table of settings, and a control for each kind of them. */
#include "config.h"

#include "gui/preferences.h"

#include <glib/gi18n.h>

typedef struct {
  const char *value;
  const char *label;
} Choice;

static const Choice appearances[] = { { "system", N_ ("As the desktop") },
                                      { "light", N_ ("Light") },
                                      { "dark", N_ ("Dark") },
                                      { "high-contrast", N_ ("High contrast") },
                                      { NULL, NULL } };

/* A key the schema has not is left out. */
typedef struct {
  const char *key;       /* NULL: a heading */
  const char *label;     /* with a mnemonic */
  const char *hint;      /* (nullable): what it means, as tooltip */
  const Choice *choices; /* (nullable): for a text with a few values */
} Setting;

static const Setting appearance_page[] = {
  { NULL, N_ ("Colours") },
  { "appearance", N_ ("_Colours:"), N_ ("Dark and high contrast also hold for the canvas"), appearances },
  { NULL, N_ ("On the canvas") },
  { "show-addresses", N_ ("_Addresses of devices") },
  { "show-nics", N_ ("Names of _NICs at the ends of cables") },
  { "show-load", N_ ("_Load of cables while the lab runs") },
  { "show-vlans", N_ ("_VLANs at the ports of switches") },
  { "show-grid", N_ ("_Grid") },
  { "show-minimap", N_ ("_Map of the whole lab in the corner") },
  { NULL, N_ ("Parts of the window") },
  { "show-palette", N_ ("_Palette") },
  { "show-inspector", N_ ("_Inspector") },
  { "show-panes", N_ ("Panes _below: consoles, program, calls, problems") },
  { "show-status", N_ ("_Status line") },
  { NULL },
};

static const Choice console_colours[]
    = { { "dark", N_ ("Always dark") }, { "theme", N_ ("As the window") }, { NULL, NULL } };

static const Setting work_page[] = {
  { NULL, N_ ("Addresses") },
  { "propose-addresses", N_ ("_Propose addresses for what is cabled") },
  { "address-pool", N_ ("_Take them from:"), N_ ("An IPv4 network, such as 10.0.0.0/8") },
  { NULL, N_ ("Drawing") },
  { "snap", N_ ("S_nap to the grid and to what stands nearby") },
  { NULL, N_ ("Consoles") },
  { "tile-consoles", N_ ("_Side by side") },
  { "console-colours", N_ ("_Colours:"), NULL, console_colours },
  { "console-font", N_ ("_Font:") },
  { "console-zoom", N_ ("Si_ze of text:"), N_ ("1 is normal") },
  { NULL, N_ ("Program pane") },
  { "program-zoom", N_ ("Size of the _program's letters:"), N_ ("1 is normal") },
  { NULL, N_ ("Files") },
  { "autosave-interval", N_ ("Seconds between _automatic copies:"),
    N_ ("What is not saved yet is found again after a crash") },
  { NULL },
};

/* --- controls ----------------------------------------------------------------------------------- */

static GtkWidget *
new_switch (GSettings *settings, const Setting *setting)
{
  GtkWidget *check = gtk_check_button_new_with_mnemonic (_ (setting->label));
  g_settings_bind (settings, setting->key, check, "active", G_SETTINGS_BIND_DEFAULT);
  return check;
}

static GtkWidget *
new_combo (GSettings *settings, const Setting *setting)
{
  GtkWidget *combo = gtk_combo_box_text_new ();
  for (const Choice *choice = setting->choices; choice->value != NULL; choice++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), choice->value, _ (choice->label));
  g_settings_bind (settings, setting->key, combo, "active-id", G_SETTINGS_BIND_DEFAULT);
  return combo;
}

static GtkWidget *
new_number (GSettings *settings, const Setting *setting, GSettingsSchemaKey *key)
{
  g_autoptr (GVariant) range = g_settings_schema_key_get_range (key);
  g_autoptr (GVariant) bounds = NULL;
  const char *kind = NULL;
  gboolean whole = g_variant_type_equal (g_settings_schema_key_get_value_type (key), G_VARIANT_TYPE_INT32);
  double low = 0, high = 1e6;
  int first = 0, last = 0;
  g_variant_get (range, "(&sv)", &kind, &bounds);
  if (g_str_equal (kind, "range") && g_variant_is_of_type (bounds, G_VARIANT_TYPE ("(ii)")))
    g_variant_get (bounds, "(ii)", &first, &last), low = first, high = last;
  else if (g_str_equal (kind, "range") && g_variant_is_of_type (bounds, G_VARIANT_TYPE ("(dd)")))
    g_variant_get (bounds, "(dd)", &low, &high);
  GtkWidget *spin = gtk_spin_button_new_with_range (low, high, whole ? 1 : 0.1);
  g_settings_bind (settings, setting->key, spin, "value", G_SETTINGS_BIND_DEFAULT);
  return spin;
}

static GtkWidget *
new_text (GSettings *settings, const Setting *setting)
{
  gboolean font = g_str_has_suffix (setting->key, "-font");
  GtkWidget *control = font ? gtk_font_button_new () : gtk_entry_new ();
  g_settings_bind (settings, setting->key, control, font ? "font" : "text", G_SETTINGS_BIND_DEFAULT);
  return control;
}

/* A label before a control; the label's mnemonic and the control's accessible name belong together. */
static GtkWidget *
new_row (const Setting *setting, GtkWidget *control)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ (setting->label));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), control);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_pack_start (GTK_BOX (box), label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (box), control, FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
new_control (GSettings *settings, GSettingsSchema *schema, const Setting *setting)
{
  g_autoptr (GSettingsSchemaKey) key = g_settings_schema_get_key (schema, setting->key);
  const GVariantType *type = g_settings_schema_key_get_value_type (key);
  GtkWidget *control = NULL;
  if (g_variant_type_equal (type, G_VARIANT_TYPE_BOOLEAN))
    control = new_switch (settings, setting);
  else if (setting->choices != NULL)
    control = new_row (setting, new_combo (settings, setting));
  else if (g_variant_type_equal (type, G_VARIANT_TYPE_INT32)
           || g_variant_type_equal (type, G_VARIANT_TYPE_DOUBLE))
    control = new_row (setting, new_number (settings, setting, key));
  else
    control = new_row (setting, new_text (settings, setting));
  if (setting->hint != NULL)
    gtk_widget_set_tooltip_text (control, _ (setting->hint));
  gtk_widget_set_margin_start (control, 12);
  return control;
}

/* --- pages --------------------------------------------------------------------------------------- */

static void
add_heading (GtkWidget *page, const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "vbet-setting-heading");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_container_add (GTK_CONTAINER (page), label);
}

/* A heading comes with the first of its settings, so that none stands alone. */
static GtkWidget *
new_page (GSettings *settings, const Setting *table)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  const char *heading = NULL;
  g_object_get (settings, "settings-schema", &schema, NULL);
  g_object_set (page, "margin", 18, NULL);
  for (const Setting *setting = table; setting->key != NULL || setting->label != NULL; setting++) {
    if (setting->key == NULL) {
      heading = setting->label;
      continue;
    }
    if (!g_settings_schema_has_key (schema, setting->key))
      continue;
    if (heading != NULL)
      add_heading (page, _ (heading));
    heading = NULL;
    gtk_container_add (GTK_CONTAINER (page), new_control (settings, schema, setting));
  }
  return page;
}

/* While its pages go, GTK's notebook would ask itself for the tabs of those that are gone. */
static void
on_destroy (GtkWidget *window, GtkNotebook *book)
{
  gtk_notebook_set_show_tabs (book, FALSE);
}

static gboolean
on_key (GtkWidget *window, GdkEventKey *event)
{
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  gtk_window_close (GTK_WINDOW (window));
  return GDK_EVENT_STOP;
}

GtkWidget *
vbet_preferences_new (GSettings *settings, GtkWindow *parent)
{
  static const struct {
    const char *title;
    const Setting *table;
  } pages[] = { { N_ ("Appearance"), appearance_page }, { N_ ("Work"), work_page } };
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *book = gtk_notebook_new ();
  gtk_header_bar_set_title (GTK_HEADER_BAR (header), _ ("Preferences"));
  gtk_header_bar_set_show_close_button (GTK_HEADER_BAR (header), TRUE);
  gtk_window_set_titlebar (GTK_WINDOW (window), header);
  gtk_window_set_title (GTK_WINDOW (window), _ ("Preferences"));
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_type_hint (GTK_WINDOW (window), GDK_WINDOW_TYPE_HINT_DIALOG);
  gtk_notebook_set_show_border (GTK_NOTEBOOK (book), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    gtk_notebook_append_page (GTK_NOTEBOOK (book), new_page (settings, pages[i].table),
                              gtk_label_new (_ (pages[i].title)));
  gtk_notebook_set_show_tabs (GTK_NOTEBOOK (book), G_N_ELEMENTS (pages) > 1);
  gtk_container_add (GTK_CONTAINER (window), book);
  g_signal_connect (window, "destroy", G_CALLBACK (on_destroy), book);
  g_signal_connect (window, "key-press-event", G_CALLBACK (on_key), NULL);
  gtk_widget_show_all (header);
  gtk_widget_show_all (book);
  return window;
}
