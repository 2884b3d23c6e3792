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
  const char *label;
  const char *tooltip;
  VbetKind kind; /* 0 for tools */
} Entry;

static const Entry entries[] = {
  { "select", N_ ("Select"), N_ ("Select and move (Esc)"), 0 },
  { "cable", N_ ("Cable"), N_ ("Draw cables from device to device (C)"), 0 },
  { "host", N_ ("Host"), N_ ("A computer (H): drag it onto the canvas, or click here and then there"),
    VBET_KIND_HOST },
  { "router", N_ ("Router"), N_ ("A router (R): drag it onto the canvas, or click here and then there"),
    VBET_KIND_ROUTER },
  { "firewall", N_ ("Firewall"), N_ ("A firewall (F): drag it onto the canvas, or click here and then there"),
    VBET_KIND_FIREWALL },
  { "switch", N_ ("Switch"), N_ ("A switch (S): drag it onto the canvas, or click here and then there"),
    VBET_KIND_SWITCH },
  { "hub", N_ ("Hub"), N_ ("A hub (U): drag it onto the canvas, or click here and then there"),
    VBET_KIND_HUB },
};

static const VbetPalette *
palette_of (GtkWidget *widget)
{
  GdkRGBA ink;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), GTK_STATE_FLAG_NORMAL, &ink);
  return ink.red + ink.green + ink.blue > 1.8 ? vbet_palette_dark () : vbet_palette_light ();
}

static void
draw_select (cairo_t *cr)
{
  cairo_move_to (cr, -7, -12);
  cairo_line_to (cr, -7, 9);
  cairo_line_to (cr, -2, 4.5);
  cairo_line_to (cr, 1.5, 12);
  cairo_line_to (cr, 5, 10.5);
  cairo_line_to (cr, 1.8, 3.2);
  cairo_line_to (cr, 8, 3);
  cairo_close_path (cr);
}

static void
draw_cable (cairo_t *cr)
{
  cairo_move_to (cr, -11, 9);
  cairo_curve_to (cr, -2, 10, 1, -9, 11, -9);
  cairo_new_sub_path (cr);
  cairo_arc (cr, -12, 9, 3.5, 0, 2 * G_PI);
  cairo_new_sub_path (cr);
  cairo_arc (cr, 12, -9, 3.5, 0, 2 * G_PI);
}

static gboolean
on_draw (GtkWidget *widget, cairo_t *cr, gpointer data)
{
  const Entry *entry = data;
  const VbetPalette *palette = palette_of (widget);
  double x = gtk_widget_get_allocated_width (widget) / 2.0,
         y = gtk_widget_get_allocated_height (widget) / 2.0;
  if (entry->kind != 0) {
    vbet_draw_glyph (cr, palette, entry->kind, x, y, PICTURE);
    return GDK_EVENT_PROPAGATE;
  }
  cairo_translate (cr, x, y);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 2);
  if (g_str_equal (entry->tool, "select"))
    draw_select (cr);
  else
    draw_cable (cr);
  cairo_set_source_rgb (cr, palette->glyph_fill.red, palette->glyph_fill.green, palette->glyph_fill.blue);
  if (g_str_equal (entry->tool, "select"))
    cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, palette->glyph.red, palette->glyph.green, palette->glyph.blue);
  cairo_stroke (cr);
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
  const VbetPalette *palette = palette_of (widget);
  cairo_set_source_rgb (cr, palette->tile.red, palette->tile.green, palette->tile.blue);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, palette->accent.red, palette->accent.green, palette->accent.blue);
  cairo_set_line_width (cr, 4);
  cairo_rectangle (cr, 0, 0, DRAGGED, DRAGGED);
  cairo_stroke (cr);
  vbet_draw_glyph (cr, palette, entry->kind, DRAGGED / 2, DRAGGED / 2, 48);
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
new_button (const Entry *entry)
{
  const GtkTargetEntry targets[] = { { (char *)VBET_CANVAS_KIND_TARGET, GTK_TARGET_SAME_APP, 0 } };
  GtkWidget *button = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *picture = gtk_drawing_area_new ();
  g_autofree char *action = g_strconcat ("win.tool::", entry->tool, NULL);
  gtk_widget_set_size_request (picture, 56, PICTURE + 4);
  g_signal_connect (picture, "draw", G_CALLBACK (on_draw), (gpointer)entry);
  gtk_container_add (GTK_CONTAINER (box), picture);
  gtk_container_add (GTK_CONTAINER (box), gtk_label_new (_ (entry->label)));
  gtk_container_add (GTK_CONTAINER (button), box);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, _ (entry->tooltip));
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), GTK_STYLE_CLASS_FLAT);
  atk_object_set_name (gtk_widget_get_accessible (button), _ (entry->label));
  if (entry->kind != 0) {
    g_object_set_data (G_OBJECT (button), "vbet-kind", (gpointer)entry->tool);
    gtk_drag_source_set (button, GDK_BUTTON1_MASK, targets, G_N_ELEMENTS (targets), GDK_ACTION_COPY);
    g_signal_connect (button, "drag-begin", G_CALLBACK (on_drag_begin), (gpointer)entry);
    g_signal_connect (button, "drag-data-get", G_CALLBACK (on_drag_data_get), (gpointer)entry);
  }
  return button;
}

GtkWidget *
vbet_palette_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "vbet-palette");
  atk_object_set_name (gtk_widget_get_accessible (box), _ ("Palette"));
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++) {
    if (i > 0 && entries[i].kind != 0 && entries[i - 1].kind == 0)
      gtk_container_add (GTK_CONTAINER (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
    gtk_container_add (GTK_CONTAINER (box), new_button (&entries[i]));
  }
  gtk_widget_show_all (box);
  return box;
}
