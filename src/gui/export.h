/* export.h - a lab's picture without a window. */
#pragma once

#include <glib.h>

/** vbet_export_png: draws the lab in the file @lab to @picture, @scale pixels a lab unit. Needs no display.
 */
gboolean vbet_export_png (const char *lab, const char *picture, double scale, GError **error);
