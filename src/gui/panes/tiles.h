/* tiles.h - widgets in a grid whose borders can be dragged. */
#pragma once

#include <gtk/gtk.h>

/** vbet_tiles_new: Returns: (transfer floating): a grid of @widgets (element-type GtkWidget), which have no
 * parent. */
GtkWidget *vbet_tiles_new (GPtrArray *widgets);
/** vbet_tiles_take_apart: takes @widgets out of the grid they are in; the caller holds a reference on each.
 */
void vbet_tiles_take_apart (GPtrArray *widgets);
