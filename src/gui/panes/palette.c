/* palette.c - see palette.h. */
#include "config.h"

#include "gui/panes/palette.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/canvas/canvas.h"
#include "gui/canvas/draw.h"

#define PICTURE 34
#define DRAGGED VBET_VIEW_TILE

typedef struct {
  const char *tool; /* parameter of win.tool */
  const char *icon;
  const char *label;
  const char *tooltip;
  VbetKind kind; /* 0 for tools */
} Entry;

static const Entry tools_first[] = {
  { "select", "select", N_ ("Select"), N_ ("Select and move (V or Esc)"), 0 },
  { "cable", "cable", N_ ("Cable"), N_ ("Draw cables from device to device (C)"), 0 },
};

static const Entry tools_last[] = {
  { "frame", "frame", N_ ("Frame"),
    N_ ("A frame around devices (M): click here, then drag it out on the canvas"), 0 },
};

static gboolean
is_device (const Entry *entry)
{
  return (entry->kind & VBET_KIND_DEVICE) != 0;
}

/* Returns: (transfer full) (element-type Entry): in the order of the buttons. */
static GArray *
list_entries (void)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  guint size = 0;
  const VbetKindSpec *kinds = vbet_kind_specs (&size);
  g_array_append_vals (entries, tools_first, G_N_ELEMENTS (tools_first));
  for (guint i = 0; i < size; i++) {
    Entry entry = { kinds[i].name, kinds[i].icon, kinds[i].label, kinds[i].tooltip, kinds[i].kind };
    if ((kinds[i].kind & VBET_KIND_PLACED) != 0)
      g_array_append_val (entries, entry);
  }
  return g_array_append_vals (entries, tools_last, G_N_ELEMENTS (tools_last));
}

static gboolean
on_draw (GtkWidget *widget, cairo_t *cr, gpointer data)
{
  const Entry *entry = data;
  double x = gtk_widget_get_allocated_width (widget) / 2.0,
         y = gtk_widget_get_allocated_height (widget) / 2.0;
  vbet_draw_icon (cr, vbet_canvas_theme_palette (widget), entry->icon, x, y, PICTURE);
  return GDK_EVENT_PROPAGATE;
}

/* What hangs at the pointer while a device is dragged. */
static void
on_drag_begin (GtkWidget *widget, GdkDragContext *context, gpointer data)
{
  const Entry *entry = data;
  cairo_surface_t *surface = gdk_window_create_similar_surface (
      gtk_widget_get_window (widget), CAIRO_CONTENT_COLOR_ALPHA, (int)DRAGGED, (int)DRAGGED);
  cairo_t *cr = cairo_create (surface);
  const VbetPalette *palette = vbet_canvas_theme_palette (widget);
  cairo_set_source_rgb (cr, palette->tile.red, palette->tile.green, palette->tile.blue);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, palette->accent.red, palette->accent.green, palette->accent.blue);
  cairo_set_line_width (cr, 4);
  cairo_rectangle (cr, 0, 0, DRAGGED, DRAGGED);
  cairo_stroke (cr);
  vbet_draw_icon (cr, palette, entry->icon, DRAGGED / 2, DRAGGED / 2, 48);
  cairo_destroy (cr);
  cairo_surface_set_device_offset (surface, -DRAGGED / 2, -DRAGGED / 2);
  gtk_drag_set_icon_surface (context, surface);
  cairo_surface_destroy (surface);
}

static void
on_drag_data_get (GtkWidget *widget, GdkDragContext *context, GtkSelectionData *selection, guint info,
                  guint time, gpointer data)
{
  const Entry *entry = data;
  gtk_selection_data_set (selection, gtk_selection_data_get_target (selection), 8,
                          (const guchar *)entry->tool, (int)strlen (entry->tool));
}

static GtkWidget *
new_button (const Entry *described)
{
  const GtkTargetEntry targets[] = { { (char *)VBET_CANVAS_KIND_TARGET, GTK_TARGET_SAME_APP, 0 } };
  GtkWidget *button = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *picture = gtk_drawing_area_new ();
  Entry *entry = g_memdup2 (described, sizeof *described);
  g_autofree char *action = g_strconcat ("win.tool::", entry->tool, NULL);
  g_object_set_data_full (G_OBJECT (button), "vbet-entry", entry, g_free);
  gtk_widget_set_size_request (picture, 44, PICTURE + 2);
  g_signal_connect (picture, "draw", G_CALLBACK (on_draw), entry);
  gtk_container_add (GTK_CONTAINER (box), picture);
  gtk_container_add (GTK_CONTAINER (box), gtk_label_new (_ (entry->label)));
  gtk_container_add (GTK_CONTAINER (button), box);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, _ (entry->tooltip));
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), GTK_STYLE_CLASS_FLAT);
  atk_object_set_name (gtk_widget_get_accessible (button), _ (entry->label));
  if (entry->kind != 0 || g_str_equal (entry->tool, "frame")) {
    g_object_set_data (G_OBJECT (button), "vbet-kind", (gpointer)entry->tool);
    /* With Shift, which goes on placing, GTK asks for MOVE. */
    gtk_drag_source_set (button, GDK_BUTTON1_MASK, targets, G_N_ELEMENTS (targets),
                         GDK_ACTION_COPY | GDK_ACTION_MOVE);
    g_signal_connect (button, "drag-begin", G_CALLBACK (on_drag_begin), entry);
    g_signal_connect (button, "drag-data-get", G_CALLBACK (on_drag_data_get), entry);
  }
  return button;
}

/* Two columns, tools first; where even that is too high, it scrolls. */
GtkWidget *
vbet_palette_new (void)
{
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  int row = 0, column = 0;
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 2);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 2);
  gtk_style_context_add_class (gtk_widget_get_style_context (scrolled), "vbet-palette");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  atk_object_set_name (gtk_widget_get_accessible (grid), _ ("Palette"));
  g_autoptr (GArray) entries = list_entries ();
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);
    gboolean new_group = i > 0 && is_device (entry) != is_device (entry - 1);
    if (new_group) {
      row += column > 0 ? 1 : 0;
      column = 0;
      gtk_grid_attach (GTK_GRID (grid), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL), 0, row++, 2, 1);
    }
    gtk_grid_attach (GTK_GRID (grid), new_button (entry), column, row, 1, 1);
    column++;
    if (column == 2) {
      column = 0;
      row++;
    }
  }
  gtk_container_add (GTK_CONTAINER (scrolled), grid);
  gtk_widget_show_all (scrolled);
  return scrolled;
}
