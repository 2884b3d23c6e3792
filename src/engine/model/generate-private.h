/* generate-private.h - what generate.c (shapes) and generate-text.c (addresses, routes, text) share. */
#pragma once

#include "engine/model/generate.h"

/* One place in a net. */
typedef struct {
  guint node;
  guint nic; /* from 0 */
} VbetGenPlace;

/* Who can talk to each other without a router between: two ends of a cable, or all around a switch. */
typedef struct {
  GArray *places;   /* of VbetGenPlace */
  gboolean lan;     /* of hosts, behind a router; else a part of the shape */
  int switch_node;  /* index of the switch; -1: a mere cable */
  guint8 octets[3]; /* of its addresses; a wide net has two of its own */
  gboolean wide;    /* a /16 */
} VbetGenNet;

typedef struct {
  VbetKind kind;
  char name[16];
  double x, y;
  GArray *nets;  /* of guint: one a NIC; empty for a switch */
  gboolean leaf; /* a host at a router */
} VbetGenNode;

typedef struct {
  const VbetGenerate *what;
  GPtrArray *nodes; /* of VbetGenNode, in the order of the text */
  GPtrArray *nets;  /* of VbetGenNet */
} VbetGenPlan;

/** _vbet_generate_text: Returns: (transfer full): the text of @plan; NULL with @error. */
char *_vbet_generate_text (const VbetGenPlan *plan, GError **error);
