/* minimap.h - the lab in small, in a corner of the canvas: where one is, and a way to elsewhere. */
#pragma once

#include "gui/canvas/canvas.h"

#define VBET_TYPE_MINIMAP (vbet_minimap_get_type ())
G_DECLARE_FINAL_TYPE (VbetMinimap, vbet_minimap, VBET, MINIMAP, GtkDrawingArea)

/** vbet_minimap_new: shows itself as long as not all of the lab is in sight. */
GtkWidget *vbet_minimap_new (VbetCanvas *canvas);
/** vbet_minimap_set_wanted: whether it may show itself. */
void vbet_minimap_set_wanted (VbetMinimap *self, gboolean wanted);
