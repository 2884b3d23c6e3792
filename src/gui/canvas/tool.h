/* tool.h - a tool of the canvas: what pointer and keys mean while it is chosen.
 *
 * One file a tool (tool-select.c, tool-place.c, tool-cable.c), each a table of
 * functions; NULL members do nothing. A tool keeps what it is in the middle of
 * in the data that begin() returns, and shows it through the canvas's overlay.
 */
#pragma once

#include "gui/canvas/canvas.h"

/* A pointer event, once for all. */
typedef struct {
  VbetPoint at;    /* lab units */
  VbetPoint pixel; /* of the widget */
  guint presses;   /* 1, or 2 for the second press of a double click */
  GdkModifierType modifiers;
} VbetPointer;

typedef struct {
  const char *name;
  const char *cursor;                              /* CSS name */
  gpointer (*begin) (VbetCanvas *canvas);          /* chosen */
  void (*end) (VbetCanvas *canvas, gpointer data); /* another one is; frees @data */
  void (*press) (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer);
  void (*motion) (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer);
  void (*release) (VbetCanvas *canvas, gpointer data, const VbetPointer *pointer);
  void (*leave) (VbetCanvas *canvas, gpointer data);      /* the pointer left the canvas */
  gboolean (*cancel) (VbetCanvas *canvas, gpointer data); /* Escape; FALSE: there was nothing to give up */
} VbetTool;

extern const VbetTool vbet_tool_select;
extern const VbetTool vbet_tool_place;
extern const VbetTool vbet_tool_cable;

/* --- what tools may ask of the canvas --- */

/** vbet_canvas_overlay: the tool's picture of what it is in the middle of; call vbet_canvas_refresh() after a
 * change. */
VbetOverlay *vbet_canvas_overlay (VbetCanvas *self);
/** vbet_canvas_set_names: sets the overlay's names (each nullable; copied). */
void vbet_canvas_set_names (VbetCanvas *self, const char *hover, const char *target, const char *wire_from);
void vbet_canvas_clear_overlay (VbetCanvas *self);
/** vbet_canvas_refresh: the view model is no longer right. */
void vbet_canvas_refresh (VbetCanvas *self);
/** vbet_canvas_item_at: Returns: (nullable): what is at a point in lab units. */
const VbetItem *vbet_canvas_item_at (VbetCanvas *self, VbetPoint at);
/** vbet_canvas_fail: tells people that a gesture was not possible; frees @error. */
void vbet_canvas_fail (VbetCanvas *self, GError *error);
/** vbet_canvas_place: puts a new device of @kind down with its middle near @at. */
void vbet_canvas_place (VbetCanvas *self, VbetKind kind, VbetPoint at);
/** vbet_canvas_cable: cables two devices. */
void vbet_canvas_cable (VbetCanvas *self, const char *device_a, const char *device_b);
/** vbet_canvas_snap: Returns: @at moved to the grid. */
VbetPoint vbet_canvas_snap (VbetPoint at);
void vbet_canvas_set_cursor (VbetCanvas *self, const char *name);
VbetKind vbet_canvas_place_kind (VbetCanvas *self);
