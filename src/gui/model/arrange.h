/* arrange.h - new positions for devices that stand already: aligned, spread, or drawn anew in a style.
 *
 * An arrangement is what is drawn: some of a lab's devices as boxes (tile and
 * text below it), the cables among them, and the other devices as obstacles.
 * A style gives it points, by the arithmetic here or by Graphviz
 * (gui/graphviz.h); vbet_arrangement_settle() then makes positions of them:
 * on the grid, nothing over anything, where the devices were before. Pure.
 */
#pragma once

#include "engine/model/topology.h"
#include "gui/model/geometry.h"

typedef enum {
  VBET_STYLE_ORGANIC, /* neighbours together */
  VBET_STYLE_LAYERED, /* from the top down */
  VBET_STYLE_CIRCLE,
  VBET_STYLE_GRID,
} VbetStyle;

typedef enum {
  VBET_ALIGN_LEFT,
  VBET_ALIGN_CENTRE,
  VBET_ALIGN_RIGHT,
  VBET_ALIGN_TOP,
  VBET_ALIGN_MIDDLE,
  VBET_ALIGN_BOTTOM,
} VbetAlign;

typedef struct {
  guint n;
  guint *devices; /* positions in topology->devices */
  VbetKind *kinds;
  VbetRect *boxes; /* what each covers, around its position at (0, 0) */
  VbetPoint *old;  /* where each stands */
  guint *edges;    /* pairs */
  guint n_edges;
  GArray *obstacles; /* of VbetRect: what others cover */
  gboolean whole;    /* all of the lab */
} VbetArrangement;

/**
 * vbet_arrangement_new:
 * @positions: one a device of @topology
 * @names: (nullable): set of the devices that are to be arranged; NULL: all of them
 */
VbetArrangement *vbet_arrangement_new (const VbetTopology *topology, const VbetPoint *positions,
                                       GHashTable *names);
/** vbet_arrangement_free: @self: not NULL */
void vbet_arrangement_free (VbetArrangement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetArrangement, vbet_arrangement_free)

/** vbet_arrangement_is_simple: whether it is made of chains, rings and trees, which an ORGANIC drawing here
 * shows as what they are. */
gboolean vbet_arrangement_is_simple (const VbetArrangement *self);
/** vbet_arrangement_draw: Returns: (transfer full) (element-type VbetPoint): points in @style, anywhere. */
GArray *vbet_arrangement_draw (const VbetArrangement *self, VbetStyle style);
/** vbet_arrangement_settle: @points: as a style gave them; become positions. */
void vbet_arrangement_settle (const VbetArrangement *self, GArray *points);

/** vbet_arrange_align: @points: (inout) (array length=n). */
void vbet_arrange_align (VbetPoint *points, guint n, VbetAlign how);
/** vbet_arrange_distribute: the outer two stay, the others stand at equal distances between them. */
void vbet_arrange_distribute (VbetPoint *points, guint n, gboolean vertically);

/** vbet_style_from_name: Returns: whether @name is "organic", "layered", "circle" or "grid". */
gboolean vbet_style_from_name (const char *name, VbetStyle *ret_style);
/** vbet_align_from_name: Returns: whether @name is "left", "centre", "right", "top", "middle" or "bottom". */
gboolean vbet_align_from_name (const char *name, VbetAlign *ret_align);

/** vbet_arrangement_to_dot: Returns: (transfer full): the graph for Graphviz; device number i is "ni". */
char *vbet_arrangement_to_dot (const VbetArrangement *self);
/**
 * vbet_arrangement_from_plain:
 * @text: (array length=size): what Graphviz answered with -Tplain; any bytes
 *
 * Returns: (transfer full) (nullable) (element-type VbetPoint): points; NULL unless each device has exactly
 * one.
 */
GArray *vbet_arrangement_from_plain (const VbetArrangement *self, const char *text, gsize size);
