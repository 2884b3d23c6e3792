/* schema.h - the one table of attributes: what may be set on what.
 *
 * The checker, the inspector's form, completion in the program pane and the
 * manual page are all made from this table. Pure.
 */
#pragma once

#include <glib.h>

#include "engine/language/value.h"

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
} VbetKind;

/* Kinds that are a user-mode Linux. */
#define VBET_KIND_GUEST (VBET_KIND_HOST | VBET_KIND_ROUTER | VBET_KIND_FIREWALL)
/* Kinds that lead out of the lab; they have exactly one NIC. */
#define VBET_KIND_OUTSIDE (VBET_KIND_GATEWAY | VBET_KIND_TAP | VBET_KIND_REMOTE)
#define VBET_KIND_DEVICE (VBET_KIND_GUEST | VBET_KIND_SWITCH | VBET_KIND_HUB | VBET_KIND_OUTSIDE)

/* When a change of the attribute takes effect on a running lab. */
typedef enum {
  VBET_LIVE_AT_ONCE, /* the engine changes the running device, NIC or cable */
  VBET_LIVE_RESTART, /* at the device's next start */
  VBET_LIVE_VISUAL,  /* only the canvas cares */
} VbetLive;

typedef struct {
  const char *key;
  guint kinds;        /* mask of VbetKind */
  VbetValueType type; /* of the value, or of each item of a list */
  gboolean list;      /* a list of @type is allowed besides one */
  gboolean pair;      /* "a/b" per direction is allowed */
  double minimum;     /* in base units; with @maximum 0 and @minimum 0: no range */
  double maximum;
  const char *unit;           /* for the form: "ms", "Mbit", "" */
  const char *const *choices; /* (nullable): allowed NAMEs or STRINGs, NULL-terminated */
  const char *default_text;   /* as the language writes it, "" for none */
  VbetLive live;
  const char *help; /* one sentence */
  double floor;     /* besides 0, the least value */
} VbetAttributeSpec;

/** vbet_schema_specs: @ret_size: (out): number of rows. Returns: (array length=ret_size): the whole table. */
const VbetAttributeSpec *vbet_schema_specs (guint *ret_size);
/** vbet_schema_find: Returns: (nullable): the row for @key on objects of @kind. */
const VbetAttributeSpec *vbet_schema_find (VbetKind kind, const char *key);
/** vbet_schema_suggest: Returns: (nullable): the key of @kind most like @key, for did-you-mean. */
const char *vbet_schema_suggest (VbetKind kind, const char *key);
/** vbet_schema_default: Returns: (transfer full) (nullable): the default value of the row. */
VbetValue *vbet_schema_default (const VbetAttributeSpec *spec);

/** vbet_kind_name: Returns: "host", "NIC", … */
const char *vbet_kind_name (VbetKind kind);
/** vbet_kind_from_name: Returns: FALSE when @name is no kind that alloc() knows (or "note"). */
gboolean vbet_kind_from_name (const char *name, VbetKind *ret_kind);
