/* palette.h - the strip on the left: tools and devices to put on the canvas.
 *
 * A device can be dragged onto the canvas, or clicked here and then there.
 */
#pragma once

#include <gtk/gtk.h>

/** vbet_palette_new: Returns: (transfer floating): the strip; its buttons trigger the window's action
 * "win.tool". */
GtkWidget *vbet_palette_new (void);
