/* plan.h - the difference between two topologies as a list of calls.
 *
 * Starting a lab is the difference from the empty topology, stopping the
 * difference to it, a live edit and a live undo the difference between the
 * running and the written one. Pure.
 */
#pragma once

#include <glib.h>

#include "engine/model/topology.h"

typedef enum {
  VBET_CALL_ALLOC, /* object: DEVICE or CABLE */
  VBET_CALL_FREE,
  VBET_CALL_ATTACH, /* device, nic */
  VBET_CALL_DETACH,
  VBET_CALL_PLUG, /* cable, end, device, nic */
  VBET_CALL_UNPLUG,
  VBET_CALL_SET,   /* object with key; value NULL: back to the default */
  VBET_CALL_FILE,  /* device, key = path; value NULL: the file goes */
  VBET_CALL_START, /* device */
  VBET_CALL_STOP,
} VbetCallVerb;

typedef struct {
  VbetCallVerb verb;
  VbetKind kind;    /* of the object the call is about: a device kind, NIC or CABLE */
  char *device;     /* (nullable) */
  guint nic;        /* from 1; 0: none */
  char *cable;      /* (nullable) */
  guint end;        /* 0 or 1, for PLUG and UNPLUG */
  const char *key;  /* SET, FILE; interned */
  VbetValue *value; /* (nullable) SET: the attribute; FILE: the contents, a STRING; mode: @to's VbetFile */
  VbetLive live;    /* SET: when it takes effect */
  char *text;       /* the call as the language writes it, for logs and for people */
} VbetCall;

/**
 * vbet_plan_new:
 * @from, @to: two topologies of one lab
 *
 * An order that works on a running lab: stop, unplug, detach, free; then alloc, file, attach, plug, set, start.
 * A device whose kind changed is freed and allocated anew. New guests with autostart get a START, after everything
 * they need. Guests that go get a STOP first.
 *
 * The attributes of a new device, NIC or cable belong to its ALLOC or ATTACH (they are in its text; read them from @to):
 * a SET is only about an object that was there before. A NIC whose MAC changed is detached and attached anew, its cable
 * unplugged before and plugged after.
 *
 * Returns: (transfer full) (element-type VbetCall): empty when nothing differs (notes, steps and spans do not count).
 */
GPtrArray *vbet_plan_new (const VbetTopology *from, const VbetTopology *to);
/** vbet_call_copy: Returns: (transfer full). */
VbetCall *vbet_call_copy (const VbetCall *self);
/** vbet_call_free: @self: (nullable) */
void vbet_call_free (VbetCall *self);
