/* generate.h - labs of a regular shape, as texts: star, ring, line, mesh, tree, grid.
 *
 * What is generated is an ordinary lab text in the style of vbetctl fmt: with
 * comments, positions, and on demand addresses with which every node reaches
 * every other. A shape consists of nodes and of cables between them; hosts
 * with more than one cable forward packets, as routers do. Pure.
 */
#pragma once

#include <glib.h>

#include "engine/model/schema.h"

/* Devices a generated lab may have. */
#define VBET_GENERATE_MAX_DEVICES 1000
/* Routes that may be written down; beyond that, a routing protocol has to find them. */
#define VBET_GENERATE_MAX_ROUTES 5000
/* Hosts at each router. */
#define VBET_GENERATE_MAX_HOSTS 20

typedef enum {
  VBET_SHAPE_STAR,
  VBET_SHAPE_RING,
  VBET_SHAPE_LINE,
  VBET_SHAPE_MESH,
  VBET_SHAPE_TREE,
  VBET_SHAPE_GRID,
} VbetShape;

#define VBET_N_SHAPES (VBET_SHAPE_GRID + 1)

/* What the sizes of a shape may be. */
typedef struct {
  const char *name;   /* "star" */
  const char *first;  /* what the first size counts: "nodes", "levels", "columns" */
  const char *second; /* (nullable): what the second size counts: "branches", "rows" */
  guint minimum, maximum, usual;
  guint second_minimum, second_maximum, second_usual; /* 0 without a second size */
} VbetShapeInfo;

typedef struct {
  VbetShape shape;
  guint size;         /* nodes (of a star: around its middle); of a tree: levels; of a grid: columns */
  guint second;       /* of a tree: branches of each node; of a grid: rows */
  VbetKind node;      /* HOST or ROUTER */
  guint hosts;        /* at each router; more than one stand on a switch */
  gboolean switched;  /* a star's middle is a switch; of others: a switch in the middle of each cable */
  gboolean addresses; /* every NIC has one, and there are gateways or routes */
  gboolean ospf;      /* who forwards finds the routes by OSPF; without it, they are written down */
} VbetGenerate;

/** vbet_shape_info: Returns: (transfer none): the row of @shape. */
const VbetShapeInfo *vbet_shape_info (VbetShape shape);
/** vbet_shape_from_name: Returns: FALSE when there is no such shape. */
gboolean vbet_shape_from_name (const char *name, VbetShape *ret_shape);

/** vbet_generate_usual: what a shape is when nobody chooses: of its usual size, of hosts at a switch for a
 * star, else of routers with OSPF; with addresses. */
VbetGenerate vbet_generate_usual (VbetShape shape);

/** vbet_generate_name: Returns: (transfer full): what the lab is called: "ring-5", "grid-4x3". */
char *vbet_generate_name (const VbetGenerate *what);

/**
 * vbet_generate_devices:
 *
 * Returns: how many devices the lab would have, switches included; G_MAXUINT when that is beyond all limits.
 */
guint vbet_generate_devices (const VbetGenerate *what);

/**
 * vbet_generate:
 *
 * Returns: (transfer full): the lab's text; NULL with @error (VBET_ERROR_USAGE) when a size is out of its
 * range, or there would be too many devices or routes.
 */
char *vbet_generate (const VbetGenerate *what, GError **error);
