/* colours.c - the appearances of the canvas: colours, and how large texts and how thick lines are; see
 * draw.h.
 *
 * Every text has a contrast of 4.5:1 at least with what it stands on; the
 * tests compute it.
 */
#include "config.h"

#include "gui/canvas/draw.h"

#include <stdlib.h>
#include <string.h>

#define RGB(hex)                                                                                             \
  {                                                                                                          \
    (((hex) >> 16) & 0xff) / 255.0, (((hex) >> 8) & 0xff) / 255.0, ((hex)&0xff) / 255.0                      \
  }

const VbetPalette *
vbet_palette_light (void)
{
  static const VbetPalette palette = {
    .paper = RGB (0xfcfcfb),
    .grid = RGB (0xc4c4c0),
    .ink = RGB (0x1d2329),
    .faint = RGB (0x4f5a65),
    .tile = RGB (0xffffff),
    .glyph = RGB (0x2f4356),
    .glyph_fill = RGB (0xdbe8f5),
    .cable = RGB (0x5b6672),
    .accent = RGB (0x1c71d8),
    .on_accent = RGB (0xffffff),
    .note = RGB (0xfdf6c9),
    /* off grey, booting amber, ready green, paused blue, stopping grey, failed red */
    .states
    = { RGB (0x6f7a85), RGB (0xb56a00), RGB (0x1f8a4c), RGB (0x2a6fc9), RGB (0x6a747f), RGB (0xc01c28) },
    .loads = { RGB (0x2a7fb8), RGB (0xb87a00), RGB (0xc9302c) },
    .led = RGB (0x2f9e5a),
    .led_bright = RGB (0x13d15c),
    .text_scale = 1,
    .line_scale = 1,
  };
  return &palette;
}

const VbetPalette *
vbet_palette_dark (void)
{
  static const VbetPalette palette = {
    .paper = RGB (0x1e2125),
    .grid = RGB (0x4c535b),
    .ink = RGB (0xf2f4f6),
    .faint = RGB (0xb6c0ca),
    .tile = RGB (0x2a2f35),
    .glyph = RGB (0xd5e2ee),
    .glyph_fill = RGB (0x3d536b),
    .cable = RGB (0xa3afba),
    .accent = RGB (0x62a0ea),
    .on_accent = RGB (0x0b1420),
    .note = RGB (0x5a531f),
    .states
    = { RGB (0x85909b), RGB (0xf5a623), RGB (0x3fc97a), RGB (0x6ca8f5), RGB (0x96a1ab), RGB (0xff6b6b) },
    .loads = { RGB (0x5db4f0), RGB (0xf2b544), RGB (0xff7a70) },
    .led = RGB (0x2f9e5a),
    .led_bright = RGB (0x5dff9b),
    .dark = TRUE,
    .text_scale = 1,
    .line_scale = 1,
  };
  return &palette;
}

#define CONTRAST_COLOURS                                                                                     \
  .paper = RGB (0xffffff), .grid = RGB (0xd0d0d0), .ink = RGB (0x000000), .faint = RGB (0x1a1a1a),           \
  .tile = RGB (0xffffff), .glyph = RGB (0x000000), .glyph_fill = RGB (0xd9e9ff), .cable = RGB (0x000000),    \
  .accent = RGB (0x0044c4), .on_accent = RGB (0xffffff), .note = RGB (0xfff7b0),                             \
  .states                                                                                                    \
      = { RGB (0x444444), RGB (0x8a4b00), RGB (0x00632b), RGB (0x0044c4), RGB (0x444444), RGB (0xb00010) },  \
  .loads = { RGB (0x00568f), RGB (0x8a5200), RGB (0xb00010) }, .led = RGB (0x00732f),                        \
  .led_bright = RGB (0x00c853)

const VbetPalette *
vbet_palette_contrast (void)
{
  static const VbetPalette palette = { CONTRAST_COLOURS, .strong = TRUE, .text_scale = 1, .line_scale = 1.3 };
  return &palette;
}

const VbetPalette *
vbet_palette_contrast_dark (void)
{
  static const VbetPalette palette = {
    .paper = RGB (0x000000),
    .grid = RGB (0x3c3c3c),
    .ink = RGB (0xffffff),
    .faint = RGB (0xf0f0f0),
    .tile = RGB (0x000000),
    .glyph = RGB (0xffffff),
    .glyph_fill = RGB (0x16335c),
    .cable = RGB (0xffffff),
    .accent = RGB (0xffd60a),
    .on_accent = RGB (0x000000),
    .note = RGB (0x3d3700),
    .states
    = { RGB (0xbdbdbd), RGB (0xffb020), RGB (0x38f08a), RGB (0x8fc1ff), RGB (0xc8c8c8), RGB (0xff8080) },
    .loads = { RGB (0x6cc5ff), RGB (0xffc24a), RGB (0xff8a80) },
    .led = RGB (0x2fbf68),
    .led_bright = RGB (0x7dffb0),
    .dark = TRUE,
    .strong = TRUE,
    .text_scale = 1,
    .line_scale = 1.3,
  };
  return &palette;
}

const VbetPalette *
vbet_palette_projector (void)
{
  static const VbetPalette palette = { CONTRAST_COLOURS, .strong = TRUE, .text_scale = 1.6, .line_scale = 2 };
  return &palette;
}

static const struct {
  const char *name;
  VbetAppearance appearance;
  const VbetPalette *(*palette) (void);
} appearances[] = {
  { "light", VBET_APPEARANCE_LIGHT, vbet_palette_light },
  { "dark", VBET_APPEARANCE_DARK, vbet_palette_dark },
  { "contrast", VBET_APPEARANCE_CONTRAST, vbet_palette_contrast },
  { "contrast-dark", VBET_APPEARANCE_CONTRAST_DARK, vbet_palette_contrast_dark },
  { "projector", VBET_APPEARANCE_PROJECTOR, vbet_palette_projector },
};

const VbetPalette *
vbet_palette_for (VbetAppearance appearance)
{
  for (guint i = 0; i < G_N_ELEMENTS (appearances); i++)
    if (appearances[i].appearance == appearance)
      return appearances[i].palette ();
  return vbet_palette_light ();
}

gboolean
vbet_appearance_from_name (const char *name, VbetAppearance *ret_appearance)
{
  for (guint i = 0; i < G_N_ELEMENTS (appearances); i++) {
    if (g_strcmp0 (name, appearances[i].name) != 0)
      continue;
    *ret_appearance = appearances[i].appearance;
    return TRUE;
  }
  return FALSE;
}

/* --- colours of the lab's text ---------------------------------------------------- */

VbetColour
vbet_colour_mix (VbetColour a, VbetColour b, double part)
{
  return (VbetColour){ a.red + (b.red - a.red) * part, a.green + (b.green - a.green) * part,
                       a.blue + (b.blue - a.blue) * part };
}

static double
linear (double part)
{
  return part <= 0.03928 ? part / 12.92 : pow ((part + 0.055) / 1.055, 2.4);
}

static double
luminance (const VbetColour *self)
{
  return 0.2126 * linear (self->red) + 0.7152 * linear (self->green) + 0.0722 * linear (self->blue);
}

double
vbet_colour_contrast (VbetColour a, VbetColour b)
{
  double x = luminance (&a) + 0.05, y = luminance (&b) + 0.05;
  return x > y ? x / y : y / x;
}

static gboolean
parse (const char *text, VbetColour *ret)
{
  static const struct {
    const char *name;
    VbetColour colour;
  } names[] = {
    { "red", RGB (0xd32f3a) },   { "orange", RGB (0xe07a10) }, { "yellow", RGB (0xd9b100) },
    { "green", RGB (0x2c9a4f) }, { "blue", RGB (0x2f74d0) },   { "purple", RGB (0x8a4fc2) },
    { "brown", RGB (0x8d5f3a) }, { "gray", RGB (0x76808a) },   { "grey", RGB (0x76808a) },
  };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (g_ascii_strcasecmp (text, names[i].name) != 0)
      continue;
    *ret = names[i].colour;
    return TRUE;
  }
  if (*text != '#' || strlen (text) != 7 || strspn (text + 1, "0123456789abcdefABCDEF") != 6)
    return FALSE;
  unsigned long value = strtoul (text + 1, NULL, 16);
  *ret = (VbetColour){ (double)(value >> 16 & 0xff) / 255, (double)(value >> 8 & 0xff) / 255,
                       (double)(value & 0xff) / 255 };
  return TRUE;
}

gboolean
vbet_palette_tint (const VbetPalette *palette, const char *colour, VbetColour *ret_line, VbetColour *ret_fill)
{
  VbetColour base;
  if (colour == NULL || !parse (colour, &base))
    return FALSE;
  /* Whatever the colour is, its lines can be seen. */
  *ret_fill = vbet_colour_mix (palette->tile, base, palette->dark ? 0.42 : 0.3);
  *ret_line = base;
  for (guint i = 0; i < 12 && vbet_colour_contrast (*ret_line, palette->tile) < (palette->strong ? 7 : 4.6);
       i++)
    *ret_line = vbet_colour_mix (*ret_line, palette->ink, 0.2);
  return TRUE;
}
