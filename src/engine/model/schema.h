/* schema.h - the one table of attributes: what may be set on what.
 *
 * The checker, the inspector's form, completion in the program pane and the
 * manual page are all made from this table. Pure.
 */
#pragma once

#include <glib.h>

#include "engine/language/value.h"
#include "engine/model/kinds.h"

/* When a change of the attribute takes effect on a running lab. */
typedef enum {
  VBET_LIVE_AT_ONCE, /* the engine changes the running device, NIC or cable */
  VBET_LIVE_RESTART, /* at the device's next start */
  VBET_LIVE_VISUAL,  /* only the canvas cares */
} VbetLive;

/* What an address or a text is to say, beyond its type: how it is checked, and what it is edited with. */
typedef enum {
  VBET_CONTENT_PLAIN,
  VBET_CONTENT_NIC_ADDRESS, /* of a host, with the prefix length of its network */
  VBET_CONTENT_NETWORK,     /* of IPv4, with its prefix length */
  VBET_CONTENT_COLOR,
  VBET_CONTENT_PICTURE, /* name of one */
  VBET_CONTENT_FORWARD, /* PROTOCOL:PORT:DEVICE:PORT */
  VBET_CONTENT_INTERFACE,
  VBET_CONTENT_PEER, /* where a remote sends */
  VBET_CONTENT_LISTEN,
  VBET_CONTENT_KERNEL,
  VBET_CONTENT_IMAGE,
  VBET_CONTENT_FOLDER,
  VBET_CONTENT_FRR, /* from here on: of many lines */
  VBET_CONTENT_NFTABLES,
  VBET_CONTENT_SHELL,
  VBET_CONTENT_LINES, /* whatever is to be read */
} VbetContent;

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
  VbetContent content;
} VbetAttributeSpec;

/** vbet_schema_specs: @ret_size: (out): number of rows. Returns: (array length=ret_size): the whole table. */
const VbetAttributeSpec *vbet_schema_specs (guint *ret_size);
/** vbet_schema_find: Returns: (nullable): the row for @key on objects of @kind. */
const VbetAttributeSpec *vbet_schema_find (VbetKind kind, const char *key);
/** vbet_schema_suggest: Returns: (nullable): the key of @kind most like @key, for did-you-mean. */
const char *vbet_schema_suggest (VbetKind kind, const char *key);
/** vbet_schema_default: Returns: (transfer full) (nullable): the default value of the row. */
VbetValue *vbet_schema_default (const VbetAttributeSpec *spec);
