/* lab-picture.c - see lab-picture.h. The drawing is kept as an image until text, size or theme change. */
#include "config.h"

#include "gui/panes/lab-picture.h"

#include <string.h>

#include "gui/canvas/draw.h"
#include "gui/model/session.h"

#define MARGIN 16.0
/* A lab of two devices is not blown up. */
#define MAX_SCALE 1.0
/* From here on, addresses can be read. */
#define DETAIL_SCALE 0.6

struct _VbetLabPicture {
  GtkDrawingArea parent_instance;
  char *text; /* (nullable) */
  gboolean details;
  cairo_surface_t *image; /* (nullable) */
  int width, height;      /* of the image, in pixels of the widget */
  gboolean dark;
};

G_DEFINE_FINAL_TYPE (VbetLabPicture, vbet_lab_picture, GTK_TYPE_DRAWING_AREA)

static gboolean
is_dark (GtkWidget *widget)
{
  GdkRGBA ink;
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  gtk_style_context_get_color (style, GTK_STATE_FLAG_NORMAL, &ink);
  return ink.red + ink.green + ink.blue > 1.8;
}

static void
draw_lab (VbetLabPicture *self, cairo_t *cr, const VbetPalette *palette)
{
  g_autoptr (VbetSession) session = vbet_session_new ();
  vbet_session_load (session, self->text, strlen (self->text), NULL);
  VbetViewInput input = { .topology = vbet_session_get_topology (session),
                          .positions = vbet_session_get_positions (session),
                          .zoom = 1 };
  g_autoptr (VbetView) plain = vbet_view_new (&input);
  VbetRect box = vbet_rect_grow (vbet_view_bounds (plain), MARGIN);
  if (input.topology->devices->len == 0)
    return;
  double scale = MIN (MIN (self->width / box.width, self->height / box.height), MAX_SCALE);
  input.zoom = scale;
  input.show = self->details && scale >= DETAIL_SCALE ? VBET_SHOW_ADDRESSES : 0;
  g_autoptr (VbetView) view = vbet_view_new (&input);
  box = vbet_rect_grow (vbet_view_bounds (view), MARGIN);
  scale = MIN (MIN (self->width / box.width, self->height / box.height), MAX_SCALE);
  cairo_translate (cr, (self->width - box.width * scale) / 2, (self->height - box.height * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -box.x, -box.y);
  vbet_draw_view (cr, view, palette, box, NULL);
}

static void
make_image (VbetLabPicture *self)
{
  const VbetPalette *palette = self->dark ? vbet_palette_dark () : vbet_palette_light ();
  g_clear_pointer (&self->image, cairo_surface_destroy);
  self->image = gdk_window_create_similar_image_surface (gtk_widget_get_window (GTK_WIDGET (self)),
                                                         CAIRO_FORMAT_RGB24, self->width, self->height,
                                                         gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  cairo_t *cr = cairo_create (self->image);
  VbetRect all = { 0, 0, self->width, self->height };
  vbet_draw_paper (cr, palette, all, 0.1); /* too small for a grid */
  if (self->text != NULL)
    draw_lab (self, cr, palette);
  cairo_destroy (cr);
}

static gboolean
vbet_lab_picture_draw (GtkWidget *widget, cairo_t *cr)
{
  VbetLabPicture *self = VBET_LAB_PICTURE (widget);
  int width = gtk_widget_get_allocated_width (widget), height = gtk_widget_get_allocated_height (widget);
  gboolean dark = is_dark (widget);
  if (width < 2 || height < 2)
    return GDK_EVENT_PROPAGATE;
  if (self->image == NULL || width != self->width || height != self->height || dark != self->dark) {
    self->width = width;
    self->height = height;
    self->dark = dark;
    make_image (self);
  }
  cairo_set_source_surface (cr, self->image, 0, 0);
  cairo_paint_with_alpha (cr, gtk_widget_is_sensitive (widget) ? 1 : 0.5);
  return GDK_EVENT_PROPAGATE;
}

void
vbet_lab_picture_set_text (VbetLabPicture *self, const char *text, gboolean details)
{
  g_return_if_fail (VBET_IS_LAB_PICTURE (self));
  g_free (self->text);
  self->text = g_strdup (text);
  self->details = details;
  g_clear_pointer (&self->image, cairo_surface_destroy);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

GtkWidget *
vbet_lab_picture_new (int width, int height)
{
  GtkWidget *self = g_object_new (VBET_TYPE_LAB_PICTURE, "visible", TRUE, NULL);
  gtk_widget_set_size_request (self, width, height);
  return self;
}

static void
vbet_lab_picture_finalize (GObject *object)
{
  VbetLabPicture *self = VBET_LAB_PICTURE (object);
  g_clear_pointer (&self->image, cairo_surface_destroy);
  g_free (self->text);
  G_OBJECT_CLASS (vbet_lab_picture_parent_class)->finalize (object);
}

static void
vbet_lab_picture_class_init (VbetLabPictureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_lab_picture_finalize;
  GTK_WIDGET_CLASS (klass)->draw = vbet_lab_picture_draw;
}

static void
vbet_lab_picture_init (VbetLabPicture *self)
{
}
