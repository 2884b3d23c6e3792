/* accessible.h - the canvas for those who do not see it, and for tests.
 *
 * The canvas's accessible has one child for each device and cable of the view
 * model, in its order: name, description, place on the screen, states, and the
 * actions a hand has (select, open, delete).
 */
#pragma once

#include <gtk/gtk-a11y.h>
#include <gtk/gtk.h>

#define VBET_TYPE_CANVAS_ACCESSIBLE (vbet_canvas_accessible_get_type ())
G_DECLARE_FINAL_TYPE (VbetCanvasAccessible, vbet_canvas_accessible, VBET, CANVAS_ACCESSIBLE,
                      GtkWidgetAccessible)
