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
extern const VbetTool vbet_tool_frame;
extern const VbetTool vbet_tool_cable;

/* --- tool-wire.c: a cable in the hand, shared by the tools --- */

typedef struct {
  gboolean active;
  char *from;  /* (nullable): device at the end that stays */
  guint nic;   /* of it: from 1; 0: any; VBET_NIC_NEW */
  char *cable; /* (nullable): the cable of which @end is in the hand; NULL: it is a new one */
  guint end;
  VbetPoint loose_at; /* where a cable that is re-plugged lies with its other end in nothing */
} VbetWire;

/** vbet_wire_start: from @item, a device or handle. Returns: FALSE when no cable can begin there. */
gboolean vbet_wire_start (VbetCanvas *canvas, VbetWire *self, const VbetItem *item, VbetPoint at);
/** vbet_wire_motion: the cable in the hand leads to @at now, in lab units. */
void vbet_wire_motion (VbetCanvas *canvas, VbetWire *self, VbetPoint at);
/** vbet_wire_drop: plugs it in at @at. Returns: FALSE when there is nothing to plug it into; all is as
 * before. */
gboolean vbet_wire_drop (VbetCanvas *canvas, VbetWire *self, VbetPoint at);
/** vbet_wire_clear: nothing is in the hand; the overlay is empty. */
void vbet_wire_clear (VbetCanvas *canvas, VbetWire *self);
/** vbet_wire_is_near: whether @at is within the handles that @device shows now. */
gboolean vbet_wire_is_near (VbetCanvas *canvas, const char *device, VbetPoint at);

/* --- what tools may ask of the canvas --- */

/** vbet_canvas_overlay: the tool's picture of what it is in the middle of; call vbet_canvas_refresh() after a
 * change. */
VbetOverlay *vbet_canvas_overlay (VbetCanvas *self);
/** vbet_canvas_set_names: sets the overlay's names (each nullable; copied). */
void vbet_canvas_set_names (VbetCanvas *self, const char *hover, const char *target, const char *wire_from);
/** vbet_canvas_set_lifted: the overlay's @lifted (nullable; copied). */
void vbet_canvas_set_lifted (VbetCanvas *self, const char *cable);
/** vbet_canvas_set_moved: the overlay's @moved: (transfer full) (nullable). */
void vbet_canvas_set_moved (VbetCanvas *self, GHashTable *names);
/** vbet_canvas_clear_overlay: nothing is in the middle of anything; call vbet_canvas_refresh() after it. */
void vbet_canvas_clear_overlay (VbetCanvas *self);
/** vbet_canvas_refresh: the view model is no longer right. */
void vbet_canvas_refresh (VbetCanvas *self);
/** vbet_canvas_item_at: Returns: (nullable): what is at a point in lab units. */
const VbetItem *vbet_canvas_item_at (VbetCanvas *self, VbetPoint at);
/** vbet_canvas_fail: tells people that a gesture was not possible; frees @error. */
void vbet_canvas_fail (VbetCanvas *self, GError *error);
/** vbet_canvas_place: puts a new device, or a note, of @kind down at @at. @edit: a note's text is asked for
 * at once. */
void vbet_canvas_place (VbetCanvas *self, VbetKind kind, VbetPoint at, gboolean edit);
/** vbet_canvas_place_frame: likewise, a note that is a frame around @rect. */
void vbet_canvas_place_frame (VbetCanvas *self, VbetRect rect, gboolean edit);
/**
 * vbet_canvas_snap_to:
 * @moved: (nullable): set of names of what moves with it, and is nothing to line up with
 * @lines: line up with other devices, too, and show it; else only the grid
 * @modifiers: with Alt there is no snapping
 */
VbetPoint vbet_canvas_snap_to (VbetCanvas *self, VbetPoint at, GHashTable *moved, gboolean lines,
                               GdkModifierType modifiers);
/** vbet_canvas_snap: Returns: @at moved to the grid. */
VbetPoint vbet_canvas_snap (VbetPoint at);
/** vbet_canvas_set_cursor: @name: of CSS; where the theme lacks it, the usual one. */
void vbet_canvas_set_cursor (VbetCanvas *self, const char *name);
/** vbet_canvas_place_kind: Returns: the kind that the tool "place" puts down. */
VbetKind vbet_canvas_place_kind (VbetCanvas *self);
