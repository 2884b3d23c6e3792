/* canvas.h - the widget that shows a lab and lets hands work on it.
 *
 * It shows the session's view model through canvas/draw.h and hands pointer
 * and keys to the tool that is chosen. It changes nothing itself: tools call
 * the session's gestures.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/canvas/draw.h"
#include "gui/model/session.h"

#define VBET_CANVAS_MIN_ZOOM 0.1
#define VBET_CANVAS_MAX_ZOOM 4.0
/* What is dragged from the palette: the name of a device kind. */
#define VBET_CANVAS_KIND_TARGET "application/x-vbet-kind"

#define VBET_TYPE_CANVAS (vbet_canvas_get_type ())
G_DECLARE_FINAL_TYPE (VbetCanvas, vbet_canvas, VBET, CANVAS, GtkDrawingArea)

/* Signals:
 *   "device-activated" (const char *name): double click or Enter on a device
 *   "failed" (const char *message): a gesture was not possible
 *   "menu" (const char *name, double x, double y): a context menu is wanted; name: "" for the paper; pixels
 *   "rename" (const char *name): the name of a device, or the text of a note, is to be edited in place
 *   "tool-changed" (), "zoom-changed" ()
 */

/** vbet_canvas_new: Returns: (transfer floating): of @session, of which a reference is kept. */
GtkWidget *vbet_canvas_new (VbetSession *session);
/** vbet_canvas_get_session: Returns: (transfer none). */
VbetSession *vbet_canvas_get_session (VbetCanvas *self);

/** vbet_canvas_get_zoom: Returns: pixels a lab unit. */
double vbet_canvas_get_zoom (VbetCanvas *self);
/** vbet_canvas_set_zoom: keeps the middle of the canvas where it is. */
void vbet_canvas_set_zoom (VbetCanvas *self, double zoom);
/** vbet_canvas_fit: shows everything, at 100 % at most. */
void vbet_canvas_fit (VbetCanvas *self);
/** vbet_canvas_show: brings the device or cable called @name into sight. */
void vbet_canvas_show (VbetCanvas *self, const char *name);

/* --- canvas-navigate.c --- */

/** vbet_canvas_visible: what is in sight, in lab units. */
VbetRect vbet_canvas_visible (VbetCanvas *self);
/** vbet_canvas_get_pointer: @ret_at: (out): in lab units. Returns: whether the pointer is over the canvas. */
gboolean vbet_canvas_get_pointer (VbetCanvas *self, VbetPoint *ret_at);
/** vbet_canvas_centre_on: @middle: in lab units; @smoothly: by and by, where animations are wanted. */
void vbet_canvas_centre_on (VbetCanvas *self, VbetPoint middle, gboolean smoothly);
/** vbet_canvas_reveal: brings @rect into sight, smoothly, if it is not. */
void vbet_canvas_reveal (VbetCanvas *self, VbetRect rect);
/** vbet_canvas_fit_rect: zooms so that @rect fills the canvas. */
void vbet_canvas_fit_rect (VbetCanvas *self, VbetRect rect);
/** vbet_canvas_set_found: @names: (transfer full) (nullable): set of names of devices: the rest is dimmed. */
void vbet_canvas_set_found (VbetCanvas *self, GHashTable *names);
/** vbet_canvas_bounds_of: what the devices, cables and notes called @names (NULL-terminated) cover. */
VbetRect vbet_canvas_bounds_of (VbetCanvas *self, const char *const *names);
/**
 * vbet_canvas_glide_from:
 * @from: (transfer full) (element-type utf8 VbetPoint): where devices stood before
 *
 * Shows them on their way to where they stand; at once where people want no animations.
 */
void vbet_canvas_glide_from (VbetCanvas *self, GHashTable *from);

/** vbet_canvas_set_show: @show: of VbetShow. */
void vbet_canvas_set_show (VbetCanvas *self, guint show);
/** vbet_canvas_get_show: Returns: what vbet_canvas_set_show() set. */
guint vbet_canvas_get_show (VbetCanvas *self);
/** vbet_canvas_set_grid: whether its lines are drawn. */
void vbet_canvas_set_grid (VbetCanvas *self, gboolean shown);

/* --- canvas-paint.c --- */

/** vbet_canvas_set_appearance: how the lab is drawn; VBET_APPEARANCE_PROJECTOR for a class in the last row.
 */
void vbet_canvas_set_appearance (VbetCanvas *self, VbetAppearance appearance);
/** vbet_canvas_get_appearance: Returns: the colours in use. */
VbetAppearance vbet_canvas_get_appearance (VbetCanvas *self);
/** vbet_canvas_theme_palette: Returns: (transfer none): what goes with the theme of @widget: light, dark,
 * high contrast.
 */
const VbetPalette *vbet_canvas_theme_palette (GtkWidget *widget);

/* The tools, by name: "select", "cable", "place", "frame". */
/** vbet_canvas_use_select: the pointer selects and moves from now on. */
void vbet_canvas_use_select (VbetCanvas *self);
/** vbet_canvas_use_cable: the pointer draws cables from now on. */
void vbet_canvas_use_cable (VbetCanvas *self);
/** vbet_canvas_use_place: @kind: of a device, or NOTE. */
void vbet_canvas_use_place (VbetCanvas *self, VbetKind kind);
/** vbet_canvas_use_frame: the pointer draws a frame next. */
void vbet_canvas_use_frame (VbetCanvas *self);
/** vbet_canvas_get_tool: @ret_kind: (out) (optional): the kind to place, 0 for other tools. */
const char *vbet_canvas_get_tool (VbetCanvas *self, VbetKind *ret_kind);

/** vbet_canvas_get_view: Returns: (transfer none): what is shown now; valid until the next change. */
const VbetView *vbet_canvas_get_view (VbetCanvas *self);
/** vbet_canvas_to_pixels: where a rectangle in lab units is on the widget. */
GdkRectangle vbet_canvas_to_pixels (VbetCanvas *self, VbetRect rect);
/** vbet_canvas_place_named: puts a device of the kind @tool, a "note" or a "frame" down near @at. Returns: FALSE when
 * there is no such thing. */
gboolean vbet_canvas_place_named (VbetCanvas *self, const char *tool, VbetPoint at);
/** vbet_canvas_set_editing: @name: (nullable): its text is edited in place now, and not drawn. */
void vbet_canvas_set_editing (VbetCanvas *self, const char *name);
/** vbet_canvas_activate_item: what a double click on @name does. */
void vbet_canvas_activate_item (VbetCanvas *self, const char *name);
