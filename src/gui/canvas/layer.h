/* layer.h - the lab as it was drawn, in squares that are kept: panning only copies them, an edit draws a part
 * of one.
 *
 * What costs too much for one frame is drawn in the next ones: until then the
 * frame shows what was there before, scaled where the zoom has changed.
 */
#pragma once

#include "gui/canvas/draw.h"

typedef struct VbetLayer VbetLayer;

/* What the layer shows. */
typedef struct {
  const VbetView *view;
  const VbetPalette *palette;
  VbetDrawCache *cache;
  gboolean grid;
  int x, y; /* of the widget's upper left corner, in pixels from the lab's (0, 0) at the view's zoom */
  int width, height;
} VbetLayerInput;

/** vbet_layer_new: Returns: (transfer full): an empty one. */
VbetLayer *vbet_layer_new (void);
/** vbet_layer_free: @self: not NULL */
void vbet_layer_free (VbetLayer *self);
/** vbet_layer_damage: what is in @rect, in lab units, looks different now. */
void vbet_layer_damage (VbetLayer *self, VbetRect rect);
/** vbet_layer_forget: nothing of it is right any more. */
void vbet_layer_forget (VbetLayer *self);
/**
 * vbet_layer_paint:
 * @cr: of the widget: its upper left corner is (0, 0)
 * @until: the monotonic time, in microseconds, after which no more is drawn anew; 0: when all is
 *
 * Returns: whether all that is seen is as it should be; if not, paint again soon.
 */
gboolean vbet_layer_paint (VbetLayer *self, cairo_t *cr, const VbetLayerInput *input, gint64 until);
