/* canvas-private.h - what canvas.c and canvas-input.c share. */
#pragma once

#include "gui/canvas/canvas.h"
#include "gui/canvas/draw.h"
#include "gui/canvas/layer.h"
#include "gui/canvas/tool.h"

/* A movement of the picture; canvas-navigate.c. */
typedef struct VbetGlide VbetGlide;

struct _VbetCanvas {
  GtkDrawingArea parent_instance;

  /* owned */
  VbetSession *session;
  VbetDrawCache *cache;
  char *hover; /* what the overlay's names point to */
  char *target;
  char *wire_from;
  char *lifted;
  char *editing;
  GHashTable *moved; /* (nullable) */

  /* canvas-paint.c; owned */
  VbetView *view;    /* (nullable): brought up to date when it is asked for */
  VbetView *front;   /* (nullable): what a tool moves, as it is shown now */
  guint stale;       /* what of @view is to be brought up to date */
  GHashTable *away;  /* (nullable): set of names: what @front shows */
  char *away_lifted; /* (nullable): the cable that is left out of @view */
  VbetLayer *layer;
  const VbetPalette *palette; /* (nullable): NULL: to be looked up */
  VbetAppearance appearance;
  guint blink_source; /* turns lamps on and off */
  gboolean lit;       /* those with traffic are in the bright half */
  gboolean again;     /* a frame is asked for that draws what this one left out */

  double zoom;
  VbetPoint origin; /* the lab point at the widget's upper left corner */
  gboolean fit_pending;
  gboolean fitted;   /* everything was brought into sight, and nobody zoomed or panned since */
  guint zoom_source; /* will tell that the zoom changed */
  guint show;

  gboolean grid;     /* is shown */
  GHashTable *found; /* (nullable); owned: set of names of what was looked for */
  VbetGlide *glide;  /* (nullable); owned */

  const VbetTool *tool;
  gpointer tool_data;
  VbetKind place_kind;
  VbetOverlay overlay;
  gboolean pressed;
  gboolean nudging; /* arrow keys are held; the overlay shows what they move */

  GtkGesture *pinch; /* owned */
  double pinch_zoom; /* when it began */
  gboolean space;    /* held: the pointer pans */
  gboolean panning;
  VbetPoint pan_pixel;
};

/* canvas.c */
VbetPoint _vbet_canvas_to_lab (VbetCanvas *self, double x, double y);
/* Zooms so that the lab point under the pixel (@x, @y) stays there. */
void _vbet_canvas_zoom_at (VbetCanvas *self, double zoom, double x, double y);
void _vbet_canvas_pan_by (VbetCanvas *self, double dx, double dy);
/* canvas-paint.c */
const VbetPalette *_vbet_canvas_palette (VbetCanvas *self);
void _vbet_canvas_paint_class_init (GtkWidgetClass *widget_class);
/* The lab, or where its devices are shown, is another. */
void _vbet_canvas_invalidate (VbetCanvas *self);
/* States, or what is measured of cables, are others. */
void _vbet_canvas_traffic_changed (VbetCanvas *self);
/* canvas-navigate.c */
/* Dims all but what was looked for; @cr in lab units. */
void _vbet_canvas_draw_found (VbetCanvas *self, cairo_t *cr, const VbetPalette *palette);
/* Where the devices are shown at this moment, one a device. */
const VbetPoint *_vbet_canvas_positions (VbetCanvas *self);
/* Whatever moves is where it goes. */
void _vbet_canvas_end_glide (VbetCanvas *self);
/* canvas-input.c: fills in the event handlers. */
void _vbet_canvas_input_class_init (GtkWidgetClass *widget_class);
void _vbet_canvas_input_init (VbetCanvas *self);
/* Writes down what arrow keys moved. */
void _vbet_canvas_end_nudge (VbetCanvas *self);
/* canvas-describe.c: (transfer full) (nullable): what a tooltip says of @item. */
char *_vbet_canvas_describe (VbetCanvas *self, const VbetItem *item);
/* What of the running cable is worth a word: (transfer full) (nullable). */
char *_vbet_canvas_describe_cable (VbetCanvas *self, const char *name);
/** _vbet_canvas_describe_alarms: Returns: (transfer full) (nullable): what is wrong with a device that runs. */
char *_vbet_canvas_describe_alarms (VbetCanvas *self, const char *device);
/* (transfer full): "eth0: 10.0.0.1/24, cable1 to r2, carrier". */
char *_vbet_canvas_describe_nic (VbetCanvas *self, const char *device, guint nic);
