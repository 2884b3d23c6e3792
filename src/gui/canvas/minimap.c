/* minimap.c - see minimap.h.
 *
 * Devices and cables are drawn once a change of the lab and kept as a
 * picture; while the canvas moves, only the rectangle of what is in sight is
 * drawn anew.
 */
#include "config.h"

#include "gui/canvas/minimap.h"

#include <glib/gi18n.h>

#include "gui/canvas/canvas-private.h"

/* Its largest and smallest size, in pixels. */
#define WIDTH 190
#define HEIGHT 130
#define LEAST 56
#define PADDING 8.0
#define DOT 2.6
/* Around the outermost devices, in lab units. */
#define MARGIN (VBET_VIEW_TILE * 0.9)

struct _VbetMinimap {
  GtkDrawingArea parent_instance;

  VbetCanvas *canvas;         /* borrowed: it lives in the same window, and outlives this */
  cairo_surface_t *picture;   /* (nullable): NULL: to be drawn */
  const VbetPalette *painted; /* what the picture has its colours from */
  VbetRect lab;               /* what it covers, in lab units */
  gboolean lab_known;
  double width; /* of the map, in pixels: as the lab's */
  double height;
  gboolean wanted;
  gboolean dragging;
  guint idle;
};

G_DEFINE_FINAL_TYPE (VbetMinimap, vbet_minimap, GTK_TYPE_DRAWING_AREA)

static VbetRect
lab_of (VbetMinimap *self)
{
  VbetSession *session = vbet_canvas_get_session (self->canvas);
  guint n = vbet_session_get_topology (session)->devices->len;
  const VbetPoint *points = vbet_session_get_positions (session);
  if (self->lab_known)
    return self->lab;
  self->lab_known = TRUE;
  self->lab = (VbetRect){ 0, 0, 0, 0 };
  for (guint i = 0; i < n; i++) {
    VbetRect point = { points[i].x, points[i].y, 0, 0 };
    self->lab = i == 0 ? point : vbet_rect_union (self->lab, point);
  }
  if (n > 0)
    self->lab = vbet_rect_grow (self->lab, MARGIN);
  double scale = MIN ((WIDTH - 2 * PADDING) / MAX (self->lab.width, 1),
                      (HEIGHT - 2 * PADDING) / MAX (self->lab.height, 1));
  self->width = CLAMP (ceil (self->lab.width * scale + 2 * PADDING), LEAST, WIDTH);
  self->height = CLAMP (ceil (self->lab.height * scale + 2 * PADDING), LEAST, HEIGHT);
  return self->lab;
}

/* Pixels a lab unit, and where the lab's corner is. */
static double
scale_of (VbetMinimap *self, VbetPoint *ret_corner)
{
  VbetRect lab = lab_of (self);
  double scale = MIN ((self->width - 2 * PADDING) / MAX (lab.width, 1),
                      (self->height - 2 * PADDING) / MAX (lab.height, 1));
  *ret_corner = (VbetPoint){ (self->width - lab.width * scale) / 2, (self->height - lab.height * scale) / 2 };
  return scale;
}

/* --- drawing ------------------------------------------------------------------------ */

static void
set_colour (cairo_t *cr, const VbetColour *colour, double alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, alpha);
}

static void
draw_cables (VbetMinimap *self, cairo_t *cr, const VbetPalette *palette)
{
  VbetSession *session = vbet_canvas_get_session (self->canvas);
  const VbetTopology *topology = vbet_session_get_topology (session);
  const VbetPoint *points = vbet_session_get_positions (session);
  g_autoptr (GHashTable) index = g_hash_table_new (g_str_hash, g_str_equal);
  VbetPoint corner;
  double scale = scale_of (self, &corner);
  for (guint i = 0; i < topology->devices->len; i++)
    g_hash_table_insert (index, ((VbetDevice *)g_ptr_array_index (topology->devices, i))->name,
                         GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (topology->cables, i);
    guint ends[2];
    for (guint end = 0; end < 2; end++)
      ends[end] = cable->ends[end].device != NULL
                      ? GPOINTER_TO_UINT (g_hash_table_lookup (index, cable->ends[end].device))
                      : 0;
    if (ends[0] == 0 || ends[1] == 0)
      continue;
    for (guint end = 0; end < 2; end++) {
      VbetPoint at = points[ends[end] - 1];
      double x = corner.x + (at.x - self->lab.x) * scale, y = corner.y + (at.y - self->lab.y) * scale;
      if (end == 0)
        cairo_move_to (cr, x, y);
      else
        cairo_line_to (cr, x, y);
    }
  }
  set_colour (cr, &palette->cable, 0.55);
  cairo_set_line_width (cr, 0.7);
  cairo_stroke (cr);
}

static const VbetColour *
dot_colour (VbetSession *session, const char *name, const VbetPalette *palette)
{
  if (vbet_session_is_selected (session, name))
    return &palette->accent;
  VbetDeviceState state = vbet_session_get_state (session, name);
  return vbet_session_is_running (session) && state != VBET_STATE_OFF ? &palette->states[state]
                                                                      : &palette->glyph;
}

static void
draw_devices (VbetMinimap *self, cairo_t *cr, const VbetPalette *palette)
{
  VbetSession *session = vbet_canvas_get_session (self->canvas);
  const VbetTopology *topology = vbet_session_get_topology (session);
  const VbetPoint *points = vbet_session_get_positions (session);
  VbetPoint corner;
  double scale = scale_of (self, &corner);
  double radius = CLAMP (VBET_VIEW_TILE * scale / 2, 1.2, DOT * 2);
  /* The selected ones last, and a little larger. */
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < topology->devices->len; i++) {
      const VbetDevice *device = g_ptr_array_index (topology->devices, i);
      double half = radius + (pass == 1 ? 1.2 : 0);
      if (vbet_session_is_selected (session, device->name) != (pass == 1))
        continue;
      set_colour (cr, dot_colour (session, device->name, palette), 1);
      cairo_rectangle (cr, corner.x + (points[i].x - self->lab.x) * scale - half,
                       corner.y + (points[i].y - self->lab.y) * scale - half, 2 * half, 2 * half);
      cairo_fill (cr);
    }
}

static void
draw_picture (VbetMinimap *self, const VbetPalette *palette)
{
  GdkWindow *window = gtk_widget_get_window (GTK_WIDGET (self));
  self->picture
      = gdk_window_create_similar_surface (window, CAIRO_CONTENT_COLOR, (int)self->width, (int)self->height);
  cairo_t *cr = cairo_create (self->picture);
  set_colour (cr, &palette->paper, 1);
  cairo_paint (cr);
  draw_cables (self, cr, palette);
  draw_devices (self, cr, palette);
  cairo_destroy (cr);
}

static void
forget_picture (VbetMinimap *self)
{
  g_clear_pointer (&self->picture, cairo_surface_destroy);
}

static gboolean
vbet_minimap_draw (GtkWidget *widget, cairo_t *cr)
{
  VbetMinimap *self = VBET_MINIMAP (widget);
  const VbetPalette *palette = _vbet_canvas_palette (self->canvas);
  VbetRect seen = vbet_canvas_visible (self->canvas);
  VbetPoint corner;
  double scale = scale_of (self, &corner);
  if (self->painted != palette)
    forget_picture (self);
  self->painted = palette;
  if (self->picture == NULL)
    draw_picture (self, palette);
  cairo_set_source_surface (cr, self->picture, 0, 0);
  cairo_paint_with_alpha (cr, 0.94);
  /* What is in sight, as far as it is on the map. */
  double left = MAX (corner.x + (seen.x - self->lab.x) * scale, 1.5);
  double top = MAX (corner.y + (seen.y - self->lab.y) * scale, 1.5);
  double right = MIN (corner.x + (seen.x + seen.width - self->lab.x) * scale, self->width - 1.5);
  double bottom = MIN (corner.y + (seen.y + seen.height - self->lab.y) * scale, self->height - 1.5);
  if (right > left && bottom > top) {
    cairo_rectangle (cr, left, top, right - left, bottom - top);
    set_colour (cr, &palette->accent, 0.12);
    cairo_fill_preserve (cr);
    set_colour (cr, &palette->accent, 1);
    cairo_set_line_width (cr, 1.5);
    cairo_stroke (cr);
  }
  set_colour (cr, &palette->faint, 0.6);
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, 0.5, 0.5, self->width - 1, self->height - 1);
  cairo_stroke (cr);
  return GDK_EVENT_PROPAGATE;
}

/* --- when it is shown ------------------------------------------------------------------- */

static gboolean
is_due (VbetMinimap *self)
{
  VbetRect lab = lab_of (self), seen = vbet_canvas_visible (self->canvas);
  double inner = MARGIN / 2; /* a tile's edge that is cut off does not count yet */
  return self->wanted && lab.width > 0
         && (lab.x + inner < seen.x || lab.y + inner < seen.y
             || lab.x + lab.width - inner > seen.x + seen.width
             || lab.y + lab.height - inner > seen.y + seen.height)
         && gtk_widget_get_allocated_width (GTK_WIDGET (self->canvas)) > 2 * WIDTH
         && gtk_widget_get_allocated_height (GTK_WIDGET (self->canvas)) > (int)(1.5 * HEIGHT);
}

static gboolean
show_or_hide (gpointer data)
{
  VbetMinimap *self = data;
  self->idle = 0;
  gboolean due = is_due (self);
  gtk_widget_set_size_request (GTK_WIDGET (self), (int)self->width, (int)self->height);
  gtk_widget_set_visible (GTK_WIDGET (self), due);
  return G_SOURCE_REMOVE;
}

/* The canvas draws: it may be elsewhere. Nothing may be shown or hidden just then. */
static gboolean
on_canvas_draw (VbetMinimap *self)
{
  if (is_due (self) != gtk_widget_get_visible (GTK_WIDGET (self)) && self->idle == 0)
    self->idle = g_idle_add (show_or_hide, self);
  return GDK_EVENT_PROPAGATE;
}

static void
forget (VbetMinimap *self)
{
  forget_picture (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_lab_changed (VbetMinimap *self)
{
  self->lab_known = FALSE;
  forget (self);
  if (self->idle == 0)
    self->idle = g_idle_add (show_or_hide, self);
}

void
vbet_minimap_set_wanted (VbetMinimap *self, gboolean wanted)
{
  g_return_if_fail (VBET_IS_MINIMAP (self));
  self->wanted = wanted;
  if (self->idle == 0)
    self->idle = g_idle_add (show_or_hide, self);
}

/* --- pointer ------------------------------------------------------------------------------ */

static void
go_to (VbetMinimap *self, double x, double y)
{
  VbetPoint corner;
  double scale = scale_of (self, &corner);
  /* Beside the lab there is nothing to see. */
  VbetPoint at
      = { CLAMP (self->lab.x + (x - corner.x) / scale, self->lab.x, self->lab.x + self->lab.width),
          CLAMP (self->lab.y + (y - corner.y) / scale, self->lab.y, self->lab.y + self->lab.height) };
  vbet_canvas_centre_on (self->canvas, at, FALSE);
}

static gboolean
vbet_minimap_button_press (GtkWidget *widget, GdkEventButton *event)
{
  VbetMinimap *self = VBET_MINIMAP (widget);
  if (event->type != GDK_BUTTON_PRESS || event->button != GDK_BUTTON_PRIMARY)
    return GDK_EVENT_STOP;
  self->dragging = TRUE;
  go_to (self, event->x, event->y);
  return GDK_EVENT_STOP;
}

static gboolean
vbet_minimap_motion (GtkWidget *widget, GdkEventMotion *event)
{
  VbetMinimap *self = VBET_MINIMAP (widget);
  if (self->dragging)
    go_to (self, CLAMP (event->x, 0, self->width), CLAMP (event->y, 0, self->height));
  return GDK_EVENT_STOP;
}

static gboolean
vbet_minimap_button_release (GtkWidget *widget, GdkEventButton *event)
{
  VBET_MINIMAP (widget)->dragging = FALSE;
  return GDK_EVENT_STOP;
}

/* --- life ------------------------------------------------------------------------------------ */

static void
vbet_minimap_style_updated (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (vbet_minimap_parent_class)->style_updated (widget);
  forget (VBET_MINIMAP (widget));
}

static void
vbet_minimap_unrealize (GtkWidget *widget)
{
  forget (VBET_MINIMAP (widget));
  GTK_WIDGET_CLASS (vbet_minimap_parent_class)->unrealize (widget);
}

GtkWidget *
vbet_minimap_new (VbetCanvas *canvas)
{
  VbetMinimap *self = g_object_new (VBET_TYPE_MINIMAP, "halign", GTK_ALIGN_END, "valign", GTK_ALIGN_END,
                                    "margin", 12, "no-show-all", TRUE, NULL);
  VbetSession *session = vbet_canvas_get_session (canvas);
  self->canvas = canvas;
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), _ ("Click or drag to move over the lab"));
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), _ ("Map of the lab"));
  g_signal_connect_object (session, "changed", G_CALLBACK (on_lab_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (forget), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "states-changed", G_CALLBACK (forget), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (canvas, "draw", G_CALLBACK (on_canvas_draw), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  return GTK_WIDGET (self);
}

static void
vbet_minimap_dispose (GObject *object)
{
  VbetMinimap *self = VBET_MINIMAP (object);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->picture, cairo_surface_destroy);
  G_OBJECT_CLASS (vbet_minimap_parent_class)->dispose (object);
}

static void
vbet_minimap_class_init (VbetMinimapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = vbet_minimap_dispose;
  widget_class->draw = vbet_minimap_draw;
  widget_class->button_press_event = vbet_minimap_button_press;
  widget_class->button_release_event = vbet_minimap_button_release;
  widget_class->motion_notify_event = vbet_minimap_motion;
  widget_class->style_updated = vbet_minimap_style_updated;
  widget_class->unrealize = vbet_minimap_unrealize;
}

static void
vbet_minimap_init (VbetMinimap *self)
{
  gtk_widget_add_events (GTK_WIDGET (self),
                         GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK);
}
