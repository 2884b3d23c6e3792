/* kinds.h - the one table of kinds: what each is called, how it is shown, and what it can do.
 *
 * The language, the model, the engine, the canvas, the palette, completion and
 * the inspector read it; a kind's attributes are rows of schema.h. No other code
 * lists the kinds: what treats some of them alike asks for a class (below) or
 * for a field of the row. What is written by hand for each (its picture, its key
 * in the help, its menu entry, its word for editors) tests/unit/test-manual asks for. Pure.
 */
#pragma once

#include <glib.h>

/* Kinds of objects, as alloc() names them; also usable as bits of a mask. */
typedef enum {
  VBET_KIND_HOST = 1 << 0,
  VBET_KIND_ROUTER = 1 << 1,
  VBET_KIND_FIREWALL = 1 << 2,
  VBET_KIND_SWITCH = 1 << 3,
  VBET_KIND_HUB = 1 << 4,
  VBET_KIND_GATEWAY = 1 << 5,
  VBET_KIND_TAP = 1 << 6,
  VBET_KIND_REMOTE = 1 << 7,
  VBET_KIND_NIC = 1 << 8,
  VBET_KIND_CABLE = 1 << 9,
  VBET_KIND_NOTE = 1 << 10,
  VBET_KIND_AP = 1 << 11,
} VbetKind;

/* How many there are: arrays by the number of a kind's bit have that length. */
#define VBET_KIND_BITS 12

/* --- classes: kinds that something treats alike --- */

/* Kinds that are a user-mode Linux. */
#define VBET_KIND_GUEST (VBET_KIND_HOST | VBET_KIND_ROUTER | VBET_KIND_FIREWALL)
/* Guests that pass packets on from one network to another. */
#define VBET_KIND_FORWARDER (VBET_KIND_ROUTER | VBET_KIND_FIREWALL)
/* Kinds that the switch process relays frames for; they get ports as cables need them. */
#define VBET_KIND_RELAY (VBET_KIND_SWITCH | VBET_KIND_HUB | VBET_KIND_AP)
/* Relays that learn addresses. */
#define VBET_KIND_LEARNER (VBET_KIND_SWITCH | VBET_KIND_AP)
/* Kinds that lead out of the lab; they have exactly one NIC. */
#define VBET_KIND_OUTSIDE (VBET_KIND_GATEWAY | VBET_KIND_TAP | VBET_KIND_REMOTE)
#define VBET_KIND_DEVICE (VBET_KIND_GUEST | VBET_KIND_RELAY | VBET_KIND_OUTSIDE)
/* What stands on the canvas and is not a cable. */
#define VBET_KIND_PLACED (VBET_KIND_DEVICE | VBET_KIND_NOTE)

#define VBET_KIND_NICS_MAX 1024 /* of a device of any kind */

typedef struct {
  VbetKind kind;
  const char *name;    /* as alloc() and files write it */
  const char *icon;    /* picture in src/gui/icons; "" for none */
  char key;            /* that places one on the canvas, in lower case; 0 for none */
  const char *relay;   /* how the switch process passes its frames on; NULL for what is no relay */
  guint nics;          /* that one may have, at most; 0 for what is no device */
  guint rank;          /* in a layered drawing: the highest stands on top */
  const char *label;   /* translatable, as all that follow: below its button */
  const char *title;   /* at the head of the inspector */
  const char *tooltip; /* of its button; "" for none */
  const char *help;    /* one sentence of what it is; "" for what alloc() does not make */
} VbetKindSpec;

/**
 * vbet_kind_specs:
 * @ret_size: (out): number of rows
 *
 * Returns: (array length=ret_size) (transfer none): the whole table, in the order in which people are shown it.
 */
const VbetKindSpec *vbet_kind_specs (guint *ret_size);
/** vbet_kind_spec: Returns: (nullable) (transfer none): the row of @kind, which is one bit; else NULL. */
const VbetKindSpec *vbet_kind_spec (VbetKind kind);

/** vbet_kind_most_nics: Returns: how many NICs a device of @kind may have; 0 for what is no device. */
guint vbet_kind_most_nics (VbetKind kind);
/** vbet_kind_name: Returns: "host", "NIC", …; "object" for what is no kind. */
const char *vbet_kind_name (VbetKind kind);
/**
 * vbet_kind_from_name:
 * @ret_kind: (out) (optional): untouched on failure
 *
 * Returns: FALSE when @name is no kind that alloc() knows (or "note").
 */
gboolean vbet_kind_from_name (const char *name, VbetKind *ret_kind);
/**
 * vbet_kind_from_key:
 * @key: a lower-case letter
 *
 * Returns: the kind that it places on the canvas; 0 when it places none.
 */
VbetKind vbet_kind_from_key (guint key);
