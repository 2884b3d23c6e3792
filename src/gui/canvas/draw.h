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

/* The colours and measures of one appearance. */
typedef struct {
  VbetColour paper; /* background */
  VbetColour grid;
  VbetColour ink;   /* names */
  VbetColour faint; /* details, hints */
  VbetColour tile;  /* inside of a device's tile */
  VbetColour glyph; /* lines of the device's picture */
  VbetColour glyph_fill;
  VbetColour cable;
  VbetColour accent;    /* selection */
  VbetColour on_accent; /* text on it */
  VbetColour note;
  VbetColour states[6];  /* by VbetDeviceState */
  VbetColour loads[3];   /* of cables: low, middle, high */
  VbetColour led;        /* carrier */
  VbetColour led_bright; /* traffic */
  gboolean dark;
  gboolean strong;   /* high contrast */
  double text_scale; /* to be VbetViewInput's */
  double line_scale; /* of cables and outlines */
} VbetPalette;

/** vbet_palette_light: Returns: (transfer none): for light themes, and for paper. */
const VbetPalette *vbet_palette_light (void);
/** vbet_palette_dark: Returns: (transfer none): for dark themes. */
const VbetPalette *vbet_palette_dark (void);
/** vbet_palette_contrast: Returns: (transfer none): for high-contrast themes. */
const VbetPalette *vbet_palette_contrast (void);
/** vbet_palette_contrast_dark: Returns: (transfer none): static. */
const VbetPalette *vbet_palette_contrast_dark (void);
/** vbet_palette_projector: Returns: (transfer none): high contrast, large texts, thick cables. */
const VbetPalette *vbet_palette_projector (void);

typedef enum {
  VBET_APPEARANCE_THEME, /* as the desktop's theme is; light where there is none */
  VBET_APPEARANCE_LIGHT,
  VBET_APPEARANCE_DARK,
  VBET_APPEARANCE_CONTRAST,
  VBET_APPEARANCE_CONTRAST_DARK,
  VBET_APPEARANCE_PROJECTOR,
} VbetAppearance;

/** vbet_palette_for: Returns: (transfer none): its colours and measures. */
const VbetPalette *vbet_palette_for (VbetAppearance appearance);
/** vbet_appearance_from_name: "light", "dark", "contrast", "contrast-dark", "projector". */
gboolean vbet_appearance_from_name (const char *name, VbetAppearance *ret_appearance);

/** vbet_colour_mix: @part: of @b, from 0 to 1; the rest is @a. */
VbetColour vbet_colour_mix (VbetColour a, VbetColour b, double part);
/** vbet_colour_contrast: Returns: the contrast ratio of WCAG 2, from 1 to 21. */
double vbet_colour_contrast (VbetColour a, VbetColour b);
/** vbet_palette_tint: @colour: (nullable): as in a lab's text: a name, or "#rrggbb". Returns: FALSE for
 * anything else. */
gboolean vbet_palette_tint (const VbetPalette *palette, const char *colour, VbetColour *ret_line,
                            VbetColour *ret_fill);

/* Texts, tiles and icons as they were drawn last, for whoever draws them again and again. */
typedef struct VbetDrawCache VbetDrawCache;

/** vbet_draw_cache_new: Returns: (transfer full): an empty one. */
VbetDrawCache *vbet_draw_cache_new (void);
/** vbet_draw_cache_free: @self: (nullable) */
void vbet_draw_cache_free (VbetDrawCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetDrawCache, vbet_draw_cache_free)

/** vbet_draw_measure: a VbetMeasure, for VbetViewInput; @cache: its data: a VbetDrawCache. */
void vbet_draw_measure (VbetTextStyle style, const char *text, double *ret_width, double *ret_height,
                        gpointer cache);

/**
 * vbet_draw_view:
 * @cr: scaled by @view's zoom, and moved, so that a unit of it is a lab unit
 * @clip: what of it can be seen, in lab units; items outside are left out
 * @cache: (nullable): NULL to draw everything anew, at its exact place
 *
 * Draws all items of @view, and what a tool is in the middle of, not the background.
 */
void vbet_draw_view (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                     VbetDrawCache *cache);
/** vbet_draw_items: as vbet_draw_view(), but the lab only; what is on its way is left out. */
void vbet_draw_items (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                      VbetDrawCache *cache);
/** vbet_draw_tool: what a tool is in the middle of. */
void vbet_draw_tool (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetDrawCache *cache);
/** vbet_draw_leds: the lamps of cables; @lit: those with traffic are in the bright half of blinking.
 * Returns: whether any blinks. */
gboolean vbet_draw_leds (cairo_t *cr, const VbetView *view, const VbetPalette *palette, VbetRect clip,
                         VbetDrawCache *cache, gboolean lit);

/** vbet_draw_paper: fills @clip with the background, with a dotted grid when @zoom leaves room for it. */
void vbet_draw_paper (cairo_t *cr, const VbetPalette *palette, VbetRect clip, double zoom);

/** vbet_draw_glyph: the picture of a device kind in a square with side @size around (@x, @y). */
void vbet_draw_glyph (cairo_t *cr, const VbetPalette *palette, VbetKind kind, double x, double y,
                      double size);
/** vbet_draw_icon: the picture called @name: a kind, a tool ("select", "cable", "note", "frame"), or what the
 * attribute icon= can name. Returns: FALSE, and nothing drawn, when there is none. */
gboolean vbet_draw_icon (cairo_t *cr, const VbetPalette *palette, const char *name, double x, double y,
                         double size);
/** vbet_draw_icon_names: Returns: (transfer full): NULL-terminated: all that icon= can name, sorted. */
char **vbet_draw_icon_names (void);

/* --- picture.c: files and pages --- */

/**
 * vbet_draw_page:
 * @width, @height: of the page, in units of @cr
 *
 * Draws all of @view, with its paper, as large as the page allows, in the middle of it; never larger than
 * @most units a lab unit.
 */
void vbet_draw_page (cairo_t *cr, const VbetView *view, const VbetPalette *palette, double width,
                     double height, double most);
/**
 * vbet_draw_to_file:
 * @scale: pixels a lab unit in a PNG picture; in others, which are sharp at any size, points a lab unit
 * @path: what it ends in says what is written: .png, .svg or .pdf
 *
 * Writes all of @view, with a margin, as one page that fits it.
 */
gboolean vbet_draw_to_file (const VbetView *view, const VbetPalette *palette, double scale, const char *path,
                            GError **error);
