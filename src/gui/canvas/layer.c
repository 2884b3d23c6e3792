/* layer.c - see layer.h. */
#include "config.h"

#include "gui/canvas/layer.h"

#define SIDE 256
/* Squares out of sight that are kept beyond as many as are in sight. */
#define SPARE 48

typedef struct {
  int column, row;
  cairo_surface_t *surface; /* (nullable): like the window's, so that copying it is cheap */
  gboolean dirty;
  VbetRect stale; /* if dirty: what of it is to be drawn, in pixels from its corner */
} Square;

struct VbetLayer {
  GHashTable *squares; /* of Square, by place */
  /* what they were drawn with */
  const VbetPalette *palette;
  double zoom;
  double scale;
  gboolean grid;
  /* what was seen at the zoom before */
  cairo_surface_t *before; /* (nullable) */
  VbetRect before_rect;    /* in lab units */
  double before_zoom;
  /* what was painted last */
  int x, y, width, height;
};

static guint
square_hash (gconstpointer key)
{
  const Square *square = key;
  return (guint)square->column * 73856093u ^ (guint)square->row * 19349663u;
}

static gboolean
square_equal (gconstpointer a, gconstpointer b)
{
  const Square *x = a, *y = b;
  return x->column == y->column && x->row == y->row;
}

static void
square_free (gpointer data)
{
  Square *self = data;
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_free (self);
}

VbetLayer *
vbet_layer_new (void)
{
  VbetLayer *self = g_new0 (VbetLayer, 1);
  self->squares = g_hash_table_new_full (square_hash, square_equal, square_free, NULL);
  return self;
}

void
vbet_layer_free (VbetLayer *self)
{
  g_hash_table_unref (self->squares);
  g_clear_pointer (&self->before, cairo_surface_destroy);
  g_free (self);
}

void
vbet_layer_forget (VbetLayer *self)
{
  g_hash_table_remove_all (self->squares);
  g_clear_pointer (&self->before, cairo_surface_destroy);
}

static int
number_of (double pixel)
{
  return (int)floor (pixel / SIDE);
}

static void
soil (Square *square, VbetRect pixels)
{
  VbetRect all = { 0, 0, SIDE, SIDE };
  pixels.x -= (double)square->column * SIDE;
  pixels.y -= (double)square->row * SIDE;
  if (!vbet_rect_intersects (pixels, all))
    return;
  square->stale = square->dirty ? vbet_rect_union (square->stale, pixels) : pixels;
  square->dirty = TRUE;
}

void
vbet_layer_damage (VbetLayer *self, VbetRect rect)
{
  VbetRect pixels = vbet_rect_grow ((VbetRect){ rect.x * self->zoom, rect.y * self->zoom,
                                                rect.width * self->zoom, rect.height * self->zoom },
                                    2);
  int left = number_of (CLAMP (pixels.x, -1e8, 1e8)),
      right = number_of (CLAMP (pixels.x + pixels.width, -1e8, 1e8));
  int top = number_of (CLAMP (pixels.y, -1e8, 1e8)),
      bottom = number_of (CLAMP (pixels.y + pixels.height, -1e8, 1e8));
  if ((double)(right - left + 1) * (bottom - top + 1) > g_hash_table_size (self->squares)) {
    GHashTableIter iter;
    gpointer square = NULL;
    g_hash_table_iter_init (&iter, self->squares);
    while (g_hash_table_iter_next (&iter, &square, NULL))
      soil (square, pixels);
    return;
  }
  for (int row = top; row <= bottom; row++)
    for (int column = left; column <= right; column++) {
      Square key = { .column = column, .row = row };
      Square *square = g_hash_table_lookup (self->squares, &key);
      if (square != NULL)
        soil (square, pixels);
    }
}

/* --- drawing ---------------------------------------------------------------------- */

/* Draws what is stale of @square: into an image, which software draws fast, and that onto the kept surface.
 */
static void
renew (VbetLayer *self, cairo_t *cr, const VbetLayerInput *input, Square *square)
{
  if (square->surface == NULL) {
    square->surface = cairo_surface_create_similar (cairo_get_target (cr), CAIRO_CONTENT_COLOR, SIDE, SIDE);
    square->stale = (VbetRect){ 0, 0, SIDE, SIDE };
  }
  int left = (int)CLAMP (floor (square->stale.x), 0, SIDE),
      top = (int)CLAMP (floor (square->stale.y), 0, SIDE);
  int right = (int)CLAMP (ceil (square->stale.x + square->stale.width), 0, SIDE);
  int bottom = (int)CLAMP (ceil (square->stale.y + square->stale.height), 0, SIDE);
  square->dirty = FALSE;
  if (right <= left || bottom <= top)
    return;
  double zoom = self->zoom, x = (double)square->column * SIDE + left, y = (double)square->row * SIDE + top;
  VbetRect part = { x / zoom, y / zoom, (right - left) / zoom, (bottom - top) / zoom };
  cairo_surface_t *image = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int)ceil ((right - left) * self->scale), (int)ceil ((bottom - top) * self->scale));
  cairo_surface_set_device_scale (image, self->scale, self->scale);
  cairo_t *inner = cairo_create (image);
  cairo_translate (inner, -x, -y);
  cairo_scale (inner, zoom, zoom);
  vbet_draw_paper (inner, input->palette, part, input->grid ? zoom : 0);
  vbet_draw_items (inner, input->view, input->palette, part, input->cache);
  cairo_destroy (inner);
  cairo_t *onto = cairo_create (square->surface);
  cairo_set_operator (onto, CAIRO_OPERATOR_SOURCE);
  cairo_set_source_surface (onto, image, left, top);
  cairo_rectangle (onto, left, top, right - left, bottom - top);
  cairo_fill (onto);
  cairo_destroy (onto);
  cairo_surface_destroy (image);
}

static Square *
square_at (VbetLayer *self, int column, int row)
{
  Square key = { .column = column, .row = row };
  Square *square = g_hash_table_lookup (self->squares, &key);
  if (square == NULL) {
    square = g_new0 (Square, 1);
    square->column = column;
    square->row = row;
    square->dirty = TRUE;
    g_hash_table_add (self->squares, square);
  }
  return square;
}

static void
put_square (cairo_t *cr, const VbetLayerInput *input, const Square *square)
{
  int x = square->column * SIDE - input->x, y = square->row * SIDE - input->y;
  cairo_set_source_surface (cr, square->surface, x, y);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_rectangle (cr, x, y, SIDE, SIDE);
  cairo_fill (cr);
}

/* What was seen at the zoom before, at its place of now. */
static void
put_before (VbetLayer *self, cairo_t *cr, const VbetLayerInput *input)
{
  const VbetColour *paper = &input->palette->paper;
  cairo_set_source_rgb (cr, paper->red, paper->green, paper->blue);
  cairo_rectangle (cr, 0, 0, input->width, input->height);
  cairo_fill (cr);
  if (self->before == NULL)
    return;
  double scale = self->zoom / self->before_zoom;
  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, input->width, input->height);
  cairo_clip (cr);
  cairo_translate (cr, self->before_rect.x * self->zoom - input->x,
                   self->before_rect.y * self->zoom - input->y);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, self->before, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_restore (cr);
}

static gboolean
has_picture (VbetLayer *self)
{
  GHashTableIter iter;
  gpointer square = NULL;
  g_hash_table_iter_init (&iter, self->squares);
  while (g_hash_table_iter_next (&iter, &square, NULL))
    if (((Square *)square)->surface != NULL)
      return TRUE;
  return FALSE;
}

/* Puts what was painted last into one picture, and begins anew. */
static void
keep_before (VbetLayer *self, cairo_t *cr, const VbetLayerInput *input)
{
  /* While the zoom goes on and nothing was drawn sharp in between, the first picture is scaled each time: scaling
   * what was scaled would cost twice, and blur. */
  if (self->before != NULL && !has_picture (self)) {
    g_hash_table_remove_all (self->squares);
    return;
  }
  VbetLayerInput last = {
    .palette = input->palette, .x = self->x, .y = self->y, .width = self->width, .height = self->height
  };
  cairo_surface_t *picture
      = cairo_surface_create_similar (cairo_get_target (cr), CAIRO_CONTENT_COLOR, self->width, self->height);
  cairo_t *onto = cairo_create (picture);
  GHashTableIter iter;
  gpointer square = NULL;
  put_before (self, onto, &last);
  g_hash_table_iter_init (&iter, self->squares);
  while (g_hash_table_iter_next (&iter, &square, NULL))
    if (((Square *)square)->surface != NULL)
      put_square (onto, &last, square);
  cairo_destroy (onto);
  vbet_layer_forget (self);
  self->before = picture;
  self->before_zoom = self->zoom;
  self->before_rect = (VbetRect){ self->x / self->zoom, self->y / self->zoom, self->width / self->zoom,
                                  self->height / self->zoom };
}

/* Returns: whether the zoom is another: what was there before, scaled, is this frame. */
static gboolean
prepare (VbetLayer *self, cairo_t *cr, const VbetLayerInput *input)
{
  double scale = 1;
  gboolean zooms = FALSE;
  cairo_surface_get_device_scale (cairo_get_target (cr), &scale, NULL);
  if (self->palette != input->palette || self->scale != scale)
    vbet_layer_forget (self);
  else if ((zooms = self->zoom != input->view->zoom && g_hash_table_size (self->squares) > 0))
    keep_before (self, cr, input);
  else if (self->grid != input->grid)
    vbet_layer_forget (self);
  self->palette = input->palette;
  self->scale = scale;
  self->zoom = input->view->zoom;
  self->grid = input->grid;
  return zooms;
}

static gboolean
is_far (gpointer key, gpointer value, gpointer data)
{
  const Square *square = key;
  const VbetLayer *self = data;
  return square->column < number_of (self->x) - 1 || square->column > number_of (self->x + self->width) + 1
         || square->row < number_of (self->y) - 1 || square->row > number_of (self->y + self->height) + 1;
}

gboolean
vbet_layer_paint (VbetLayer *self, cairo_t *cr, const VbetLayerInput *input, gint64 until)
{
  gboolean complete = TRUE;
  if (prepare (self, cr, input))
    until = 1;
  int left = number_of (input->x), right = number_of (input->x + input->width - 1);
  int top = number_of (input->y), bottom = number_of (input->y + input->height - 1);
  gboolean covered = TRUE;
  for (int row = top; row <= bottom; row++)
    for (int column = left; column <= right; column++) {
      Square *square = square_at (self, column, row);
      if (square->dirty && (until == 0 || g_get_monotonic_time () < until))
        renew (self, cr, input, square);
      complete = complete && !square->dirty;
      covered = covered && square->surface != NULL;
    }
  cairo_save (cr);
  if (!covered)
    put_before (self, cr, input);
  for (int row = top; row <= bottom; row++)
    for (int column = left; column <= right; column++) {
      const Square *square = square_at (self, column, row);
      if (square->surface != NULL)
        put_square (cr, input, square);
    }
  cairo_restore (cr);
  self->x = input->x;
  self->y = input->y;
  self->width = input->width;
  self->height = input->height;
  if (covered)
    g_clear_pointer (&self->before, cairo_surface_destroy);
  guint seen = (guint)(right - left + 1) * (guint)(bottom - top + 1);
  if (g_hash_table_size (self->squares) > 2 * seen + SPARE)
    g_hash_table_foreach_remove (self->squares, is_far, self);
  return complete;
}
