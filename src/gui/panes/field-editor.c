/* field-editor.c - the editors of the inspector's form, one kind of widget each; see field-private.h. */
#include "config.h"

#include "base/images.h"
#include "base/kernels.h"
#include "gui/panes/field-private.h"

#include <string.h>

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

/* Lines of a long text that are shown. */
#define TEXT_HEIGHT 150

/* The colours that the language has names for, as canvas and colour button show them. */
static const struct {
  const char *name;
  const char *hex;
} colors[] = {
  { "red", "#e01b24" },  { "orange", "#ff7800" }, { "yellow", "#f6d32d" }, { "green", "#33d17a" },
  { "blue", "#3584e4" }, { "purple", "#9141ac" }, { "brown", "#986a44" },  { "gray", "#77767b" },
};

/* --- what the user does ------------------------------------------------------------------ */

static void
on_changed (VbetField *self)
{
  if (!self->loading)
    _vbet_field_edited (self, FALSE);
}

static void
on_chosen (VbetField *self)
{
  if (!self->loading)
    _vbet_field_edited (self, TRUE);
}

static gboolean
on_focus_out (GtkWidget *widget, GdkEventFocus *event, VbetField *self)
{
  _vbet_field_left (self);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, VbetField *self)
{
  if (event->keyval != GDK_KEY_Escape || !self->dirty)
    return GDK_EVENT_PROPAGATE;
  _vbet_field_revert (self);
  return GDK_EVENT_STOP;
}

static void
listen (VbetField *self, GtkWidget *widget)
{
  g_signal_connect (widget, "focus-out-event", G_CALLBACK (on_focus_out), self);
  g_signal_connect (widget, "key-press-event", G_CALLBACK (on_key), self);
}

/* --- making ------------------------------------------------------------------------------- */

static GtkWidget *
make_entry (VbetField *self)
{
  GtkWidget *entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 8);
  gtk_widget_set_hexpand (entry, TRUE);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (vbet_field_flush), self);
  listen (self, entry);
  return entry;
}

/* Columns of the names that there are. */
enum {
  NAME,
  WHAT, /* what is said of it */
};

static void
list_name (GtkListStore *store, const char *name, const char *what)
{
  gtk_list_store_insert_with_values (store, NULL, -1, NAME, name, WHAT, what, -1);
}

static void
list_images (GtkListStore *store)
{
  g_autoptr (GPtrArray) images = vbet_images_list ();
  for (guint i = 0; i < images->len; i++) {
    const VbetImageInfo *image = g_ptr_array_index (images, i);
    g_autofree char *what = image->with[0] != '\0' ? g_strdup_printf (_ ("with %s"), image->with)
                            : image->current       ? g_strdup (_ ("the standard image"))
                                                   : g_strdup ("");
    list_name (store, image->name, what);
  }
}

static void
list_kernels (GtkListStore *store)
{
  g_autoptr (GPtrArray) kernels = vbet_kernels_list ();
  for (guint i = 0; i < kernels->len; i++) {
    const VbetKernelInfo *kernel = g_ptr_array_index (kernels, i);
    g_autofree char *what = kernel->current
                                ? g_strdup_printf (_ ("Linux %s, the standard kernel"), kernel->release)
                                : g_strdup_printf (_ ("Linux %s"), kernel->release);
    if (vbet_kernel_info_is_whole (kernel))
      list_name (store, kernel->name, what);
  }
  g_autofree char *stock = vbet_kernels_stock ();
  if (stock != NULL)
    list_name (store, VBET_KERNEL_STOCK, _ ("the distribution's kernel"));
}

/* What this host has under names, an attribute a row. */
static const struct {
  const char *key;
  const char *says; /* accessible name of the list */
  void (*list) (GtkListStore *store);
} known_names[] = {
  { "image", N_ ("Images of this host"), list_images },
  { "kernel", N_ ("Kernels of this host"), list_kernels },
};

/* Index in known_names[] of what the editor chooses. */
static gsize
find_known (VbetField *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_names); i++)
    if (strcmp (known_names[i].key, self->spec->key) == 0)
      return i;
  g_return_val_if_reached (0);
}

/* Read anew each time: images and kernels are built while the window is open. */
static void
list_names (VbetField *self, GtkListStore *store)
{
  gtk_list_store_clear (store);
  known_names[find_known (self)].list (store);
}

static void
on_popup (GtkComboBox *box, GParamSpec *property, VbetField *self)
{
  gboolean shown = FALSE;
  g_object_get (box, "popup-shown", &shown, NULL);
  if (!shown)
    return;
  self->loading = TRUE;
  list_names (self, GTK_LIST_STORE (gtk_combo_box_get_model (box)));
  self->loading = FALSE;
}

static void
on_name_chosen (GtkComboBox *box, VbetField *self)
{
  if (gtk_combo_box_get_active (box) >= 0)
    on_chosen (self);
}

static void
on_folder (GtkNativeDialog *dialog, gint response, GtkEntry *entry)
{
  g_autofree char *path = NULL;
  if (response == GTK_RESPONSE_ACCEPT)
    path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));
  if (path != NULL) {
    gtk_entry_set_text (entry, path);
    gtk_widget_activate (GTK_WIDGET (entry)); /* as if typed, and Enter */
  }
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
let_go (gpointer entry, GClosure *closure)
{
  (void)closure;
  g_object_unref (entry);
}

static void
on_choose (GtkWidget *button, GtkEntry *entry)
{
  GtkWidget *top = gtk_widget_get_toplevel (button);
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (_ ("Shared folder"), GTK_IS_WINDOW (top) ? GTK_WINDOW (top) : NULL,
                                     GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Share"), _ ("_Cancel"));
  const char *now = gtk_entry_get_text (entry);
  if (g_path_is_absolute (now))
    (void)gtk_file_chooser_set_filename (GTK_FILE_CHOOSER (dialog), now);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  /* The dialog holds the entry, which may go with another selection, and itself until it was answered. */
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_folder), g_object_ref (entry), let_go, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* The entry is what is read and written; the button fills it. */
static GtkWidget *
make_folder (VbetField *self, VbetFieldWay *way)
{
  GtkWidget *entry = make_entry (self);
  GtkWidget *button = gtk_button_new_from_icon_name ("folder-open-symbolic", GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_tooltip_text (button, _ ("Choose a folder"));
  atk_object_set_name (gtk_widget_get_accessible (button), _ ("Choose a folder"));
  g_signal_connect (button, "clicked", G_CALLBACK (on_choose), entry);
  way->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_container_add (GTK_CONTAINER (way->box), entry);
  gtk_container_add (GTK_CONTAINER (way->box), button);
  return entry;
}

/* Entry and list are one editor: the entry is what is read, written and told of. */
static GtkWidget *
make_names (VbetField *self, VbetFieldWay *way)
{
  g_autoptr (GtkListStore) store = gtk_list_store_new (2, G_TYPE_STRING, G_TYPE_STRING);
  GtkCellRenderer *what = gtk_cell_renderer_text_new ();
  list_names (self, store);
  way->box = gtk_combo_box_new_with_model_and_entry (GTK_TREE_MODEL (store));
  gtk_combo_box_set_entry_text_column (GTK_COMBO_BOX (way->box), NAME);
  g_object_set (what, "scale", PANGO_SCALE_SMALL, "sensitive", FALSE, "ellipsize", PANGO_ELLIPSIZE_END,
                "width-chars", 24, NULL);
  gtk_cell_layout_pack_end (GTK_CELL_LAYOUT (way->box), what, FALSE);
  gtk_cell_layout_add_attribute (GTK_CELL_LAYOUT (way->box), what, "text", WHAT);
  GtkWidget *entry = gtk_bin_get_child (GTK_BIN (way->box));
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 8);
  gtk_widget_set_hexpand (way->box, TRUE);
  atk_object_set_name (gtk_widget_get_accessible (way->box), _ (known_names[find_known (self)].says));
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (vbet_field_flush), self);
  g_signal_connect (way->box, "changed", G_CALLBACK (on_name_chosen), self);
  g_signal_connect (way->box, "notify::popup-shown", G_CALLBACK (on_popup), self);
  listen (self, entry);
  return entry;
}

static GtkWidget *
make_switch (VbetField *self)
{
  GtkWidget *toggle = gtk_switch_new ();
  gtk_widget_set_halign (toggle, GTK_ALIGN_START);
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (toggle, "notify::active", G_CALLBACK (on_chosen), self);
  return toggle;
}

static GtkWidget *
make_choice (VbetField *self)
{
  GtkWidget *box = gtk_combo_box_text_new ();
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (box), "", _ ("Default"));
  for (guint i = 0; self->spec->choices[i] != NULL; i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (box), self->spec->choices[i], self->spec->choices[i]);
  gtk_widget_set_hexpand (box, TRUE);
  g_signal_connect_swapped (box, "changed", G_CALLBACK (on_chosen), self);
  return box;
}

static GtkWidget *
make_checks (VbetField *self)
{
  GtkWidget *grid = gtk_grid_new ();
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_widget_set_hexpand (grid, TRUE);
  for (int i = 0; self->spec->choices[i] != NULL; i++) {
    GtkWidget *check = gtk_check_button_new_with_label (self->spec->choices[i]);
    gtk_widget_set_name (check, self->spec->choices[i]);
    gtk_grid_attach (GTK_GRID (grid), check, i % 2, i / 2, 1, 1);
    g_signal_connect_swapped (check, "toggled", G_CALLBACK (on_chosen), self);
  }
  return grid;
}

static GtkWidget *
make_text (VbetField *self, VbetFieldWay *way)
{
  g_autoptr (GtkSourceBuffer) buffer = gtk_source_buffer_new (NULL);
  GtkWidget *view = gtk_source_view_new_with_buffer (buffer);
  way->box = gtk_scrolled_window_new (NULL, NULL);
  gtk_source_buffer_set_style_scheme (buffer, NULL); /* the theme's own colours */
  gtk_source_buffer_set_max_undo_levels (buffer, 0); /* the lab's history is the only one */
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), strcmp (self->spec->key, "text") != 0);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 4);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 4);
  if (strcmp (self->spec->key, "text") == 0)
    gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (way->box), GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (way->box), TEXT_HEIGHT / 2);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (way->box), TEXT_HEIGHT * 2);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (way->box), TRUE);
  gtk_container_add (GTK_CONTAINER (way->box), view);
  g_signal_connect_swapped (buffer, "changed", G_CALLBACK (on_changed), self);
  listen (self, view);
  return view;
}

static GtkWidget *
make_color (VbetField *self)
{
  GtkWidget *button = gtk_color_button_new ();
  gtk_color_button_set_title (GTK_COLOR_BUTTON (button), _ ("Colour on the canvas"));
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect_swapped (button, "color-set", G_CALLBACK (on_chosen), self);
  return button;
}

void
_vbet_field_make_editor (VbetField *self, int index)
{
  VbetFieldWay *way = &self->ways[index];
  way->field = self;
  switch (self->editor) {
  case VBET_EDITOR_SWITCH:
    way->widget = make_switch (self);
    break;
  case VBET_EDITOR_CHOICE:
    way->widget = make_choice (self);
    break;
  case VBET_EDITOR_CHECKS:
    way->widget = make_checks (self);
    break;
  case VBET_EDITOR_NAMES:
    way->widget = make_names (self, way);
    break;
  case VBET_EDITOR_FOLDER:
    way->widget = make_folder (self, way);
    break;
  case VBET_EDITOR_TEXT:
    way->widget = make_text (self, way);
    break;
  case VBET_EDITOR_COLOR:
    way->widget = make_color (self);
    break;
  case VBET_EDITOR_ENTRY:
  default:
    way->widget = make_entry (self);
    break;
  }
  if (way->box == NULL)
    way->box = way->widget;
}

/* --- reading ------------------------------------------------------------------------------- */

static char *
read_checks (GtkWidget *grid)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (grid));
  char *text = g_strdup ("");
  for (GList *link = g_list_last (children); link != NULL; link = link->prev) {
    g_autofree char *before = text;
    gboolean on = gtk_toggle_button_get_active (link->data);
    text = vbet_form_with_item (before, gtk_widget_get_name (link->data), on);
  }
  return text;
}

static char *
read_color (GtkWidget *button)
{
  GdkRGBA is, named;
  gtk_color_chooser_get_rgba (GTK_COLOR_CHOOSER (button), &is);
  for (guint i = 0; i < G_N_ELEMENTS (colors); i++)
    if (gdk_rgba_parse (&named, colors[i].hex) && gdk_rgba_equal (&is, &named))
      return g_strdup (colors[i].name);
  return g_strdup_printf ("#%02x%02x%02x", (guint)(is.red * 255 + 0.5), (guint)(is.green * 255 + 0.5),
                          (guint)(is.blue * 255 + 0.5));
}

char *
_vbet_field_read (VbetField *self, int index)
{
  GtkWidget *widget = self->ways[index].widget;
  switch (self->editor) {
  case VBET_EDITOR_SWITCH:
    return g_strdup (gtk_switch_get_active (GTK_SWITCH (widget)) ? "yes" : "no");
  case VBET_EDITOR_CHOICE: {
    const char *id = gtk_combo_box_get_active_id (GTK_COMBO_BOX (widget));
    return g_strdup (id != NULL ? id : "");
  }
  case VBET_EDITOR_CHECKS:
    return read_checks (widget);
  case VBET_EDITOR_TEXT: {
    char *text = NULL;
    g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget)), "text", &text, NULL);
    return text;
  }
  case VBET_EDITOR_COLOR:
    return read_color (widget);
  case VBET_EDITOR_ENTRY:
  case VBET_EDITOR_NAMES:
  case VBET_EDITOR_FOLDER:
  default:
    return g_strdup (gtk_entry_get_text (GTK_ENTRY (widget)));
  }
}

/* --- showing --------------------------------------------------------------------------------- */

static void
write_entry (VbetField *self, GtkWidget *entry, const char *text, const char *otherwise)
{
  if (strcmp (gtk_entry_get_text (GTK_ENTRY (entry)), text) != 0)
    gtk_entry_set_text (GTK_ENTRY (entry), text);
  if (self->is_mixed)
    otherwise = _ ("different");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), otherwise != NULL ? otherwise : "");
}

static void
write_text (GtkWidget *view, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  g_autofree char *is = NULL;
  g_object_get (buffer, "text", &is, NULL);
  if (strcmp (is, text) != 0)
    gtk_text_buffer_set_text (buffer, text, -1);
}

static void
write_checks (GtkWidget *grid, const char *text)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (grid));
  for (GList *link = children; link != NULL; link = link->next)
    gtk_toggle_button_set_active (link->data, vbet_form_has_item (text, gtk_widget_get_name (link->data)));
}

static void
write_color (GtkWidget *button, const char *text)
{
  GdkRGBA color = { 0, 0, 0, 0 };
  const char *hex = text;
  for (guint i = 0; i < G_N_ELEMENTS (colors); i++)
    if (strcmp (colors[i].name, text) == 0)
      hex = colors[i].hex;
  gtk_color_chooser_set_use_alpha (GTK_COLOR_CHOOSER (button), text[0] == '\0');
  if (gdk_rgba_parse (&color, hex) || text[0] == '\0')
    gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (button), &color);
}

void
_vbet_field_write (VbetField *self, int index, const char *text, const char *otherwise)
{
  GtkWidget *widget = self->ways[index].widget;
  const char *effective = text[0] == '\0' && otherwise != NULL ? otherwise : text;
  switch (self->editor) {
  case VBET_EDITOR_SWITCH:
    gtk_switch_set_active (GTK_SWITCH (widget), strcmp (effective, "yes") == 0);
    break;
  case VBET_EDITOR_CHOICE:
    gtk_combo_box_set_active_id (GTK_COMBO_BOX (widget), text);
    break;
  case VBET_EDITOR_CHECKS:
    write_checks (widget, text);
    break;
  case VBET_EDITOR_TEXT:
    write_text (widget, text);
    break;
  case VBET_EDITOR_COLOR:
    write_color (widget, text);
    break;
  case VBET_EDITOR_ENTRY:
  case VBET_EDITOR_NAMES:
  case VBET_EDITOR_FOLDER:
  default:
    write_entry (self, widget, text, otherwise);
    break;
  }
}

gboolean
_vbet_field_has_focus (VbetField *self)
{
  for (int way = 0; way < 2; way++)
    if (self->ways[way].widget != NULL && gtk_widget_has_focus (self->ways[way].widget))
      return TRUE;
  return FALSE;
}
