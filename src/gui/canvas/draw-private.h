/* draw-private.h - what draw.c, draw-cable.c, draw-text.c and glyph.c share. */
#pragma once

#include <librsvg/rsvg.h>
#include <pango/pangocairo.h>

#include "gui/canvas/draw.h"

struct VbetDrawCache {
  const VbetPalette *palette; /* what the pictures were drawn with */
  double zoom;
  double scale;                            /* of the surface they are for */
  GHashTable *pictures;                    /* key → cairo_surface_t: tiles of devices */
  GHashTable *icons;                       /* key → RsvgHandle */
  GHashTable *layouts[VBET_TEXT_NOTE + 1]; /* text → PangoLayout, at text scale 1 */
  PangoContext *context;                   /* (nullable) */
  GArray *near;                            /* of guint: for one call of vbet_draw_view() after the other */
};

/* What drawing needs at hand. */
typedef struct {
  cairo_t *cr;
  const VbetPalette *palette;
  VbetDrawCache *cache;
  gboolean exact; /* nothing is rounded to whole pixels and no picture is used twice */
  double zoom;
  double text_scale;
} VbetPen;

/* draw.c */
void _vbet_draw_source (cairo_t *cr, const VbetColour *colour, double alpha);
void _vbet_draw_rounded (cairo_t *cr, VbetRect box, double radius);

/* draw-text.c */
PangoLayout *_vbet_draw_layout (VbetDrawCache *cache, VbetTextStyle style, const char *text);
void _vbet_draw_text (VbetPen *pen, const VbetItem *item);
void _vbet_draw_note (VbetPen *pen, const VbetItem *item);

/* draw-cable.c */
void _vbet_draw_cable (VbetPen *pen, const VbetItem *item);
void _vbet_draw_wire (VbetPen *pen, const VbetItem *item);
void _vbet_draw_leds (VbetPen *pen, const VbetItem *item, gboolean lit);

/* glyph.c: the picture called @icon, or that of @kind, in a square with side @size around (@x, @y); @colour:
 * (nullable): a tint, as the lab's text has it. */
void _vbet_draw_icon (VbetPen *pen, const char *icon, VbetKind kind, const char *colour, double x, double y,
                      double size);
