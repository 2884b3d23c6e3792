/* draw.h - draws a view model with cairo: the one drawing path of vBET.
 *
 * The screen, exported pictures and tests all come through vbet_draw_view();
 * it needs a cairo context, nothing of GTK and no display.
 */
#pragma once

#include <cairo.h>

#include "gui/model/view.h"

typedef struct {
  double red;
  double green;
  double blue;
} VbetColour;

/* The colours of one appearance. */
typedef struct {
  VbetColour paper; /* background */
  VbetColour grid;
  VbetColour ink;   /* names */
  VbetColour faint; /* details, hints */
  VbetColour tile;  /* inside of a device's tile */
  VbetColour glyph; /* lines of the device's picture */
  VbetColour glyph_fill;
  VbetColour cable;
  VbetColour accent; /* selection */
  VbetColour note;
  VbetColour states[6]; /* by VbetDeviceState */
} VbetPalette;

/** vbet_palette_light: Returns: (transfer none): for light themes, and for paper. */
const VbetPalette *vbet_palette_light (void);
/** vbet_palette_dark: Returns: (transfer none): for dark themes. */
const VbetPalette *vbet_palette_dark (void);

/* Tiles and texts as they were drawn last, for a canvas that draws them again and again. */
typedef struct VbetDrawCache VbetDrawCache;

VbetDrawCache *vbet_draw_cache_new (void);
void vbet_draw_cache_free (VbetDrawCache *self);

/**
 * vbet_draw_view:
 * @cr: scaled by @view's zoom, and moved, so that a unit of it is a lab unit
 * @clip: what of it can be seen, in lab units; items outside are left out
 * @cache: (nullable): NULL to draw everything anew, at its exact place
 *
 * Draws all items of @view, not the background.
 */
void vbet_draw_view (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                     VbetDrawCache *cache);

/** vbet_draw_paper: fills @clip with the background, with a dotted grid when @zoom leaves room for it. */
void vbet_draw_paper (cairo_t *cr, const VbetPalette *palette, VbetRect clip, double zoom);

/** vbet_draw_glyph: the picture of a device kind in a square with side @size around (@x, @y). */
void vbet_draw_glyph (cairo_t *cr, const VbetPalette *palette, VbetKind kind, double x, double y,
                      double size);

/**
 * vbet_draw_to_png:
 * @scale: pixels a lab unit
 *
 * Writes all of @view, with a margin, as a PNG picture.
 */
gboolean vbet_draw_to_png (const VbetView *view, const VbetPalette *palette, double scale, const char *path,
                           GError **error);
