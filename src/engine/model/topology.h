/* topology.h - what a lab is: an immutable value made from its program.
 *
 * Devices, NICs, cables, notes, checks and steps, each with the span of text
 * it came from. Elaboration reports everything that is wrong and still returns
 * the parts that make sense. Pure.
 */
#pragma once

#include <glib.h>

#include "base/cable-quality.h"
#include "engine/language/diagnostic.h"
#include "engine/language/program.h"
#include "engine/language/value.h"
#include "engine/model/schema.h"

#define VBET_MAC_DIGEST_SIZE 16 /* bytes */

typedef struct {
  const char *key;  /* interned */
  VbetValue *value; /* checked against the schema */
  VbetSpan span;    /* of "key=value" */
} VbetAttribute;

/* Written attributes in order; read through vbet_attributes_get(). */
typedef GPtrArray VbetAttributes; /* of VbetAttribute */

typedef struct {
  guint index;                /* from 1: NIC(x, index) is eth(index-1) */
  guint8 mac[6];              /* written or derived */
  VbetAttributes *attributes; /* ip, dhcp, mtu … */
  const char *cable;          /* (nullable): name of the cable plugged in; owned by that cable */
  guint cable_end;            /* 0 or 1 when @cable is set */
  VbetSpan span;              /* of its alloc(NIC …), or of what made it */
} VbetNic;

typedef struct {
  char *path;
  GBytes *contents;
  guint mode;
  VbetSpan span;
} VbetFile;

typedef struct {
  char *name;
  VbetKind kind;
  VbetAttributes *attributes;
  GPtrArray *nics;  /* of VbetNic, by rising index; indices may have holes after a live detach */
  GPtrArray *files; /* of VbetFile */
  VbetSpan span;    /* of its alloc(…) */
} VbetDevice;

typedef struct {
  char *device; /* NULL: this end is free */
  guint nic;    /* index from 1 */
} VbetCableEnd;

typedef struct {
  char *name;
  VbetAttributes *attributes;
  VbetCableEnd ends[2];
  VbetSpan span;
} VbetCable;

typedef struct {
  char *text;
  VbetAttributes *attributes;
  VbetSpan span;
} VbetNote;

/* One statement of a step, or a check at top level. */
typedef enum {
  VBET_ACTION_START, /* devices */
  VBET_ACTION_STOP,
  VBET_ACTION_RESTART,
  VBET_ACTION_PAUSE,
  VBET_ACTION_RESUME,
  VBET_ACTION_EXEC,   /* devices[0], command */
  VBET_ACTION_EXPECT, /* devices[0], command, pattern, … */
  VBET_ACTION_PING,   /* devices[0], target, loss */
  VBET_ACTION_EDIT,   /* any other call: run by vbet_topology_call(topology, source) */
} VbetActionKind;

typedef struct {
  VbetActionKind kind;
  char *source; /* the statement as written */
  VbetSpan span;
  guint line;     /* from 1 */
  char **devices; /* (nullable), NULL-terminated */
  char *command;  /* EXEC, EXPECT */
  char *pattern;  /* EXPECT: text to find, or PCRE pattern */
  gboolean is_regex;
  gboolean absent;  /* EXPECT: wait until the pattern is no longer there */
  gint64 within_ns; /* EXPECT, PING: how long to try */
  char *target;     /* PING: a device, or a literal address */
  double loss;      /* PING: percent allowed */
} VbetAction;

typedef struct {
  char *title;
  char *text;         /* (nullable): shown to the class */
  GPtrArray *actions; /* of VbetAction */
  VbetSpan span;
} VbetStep;

typedef struct VbetTopology VbetTopology;

struct VbetTopology {
  gint refs;                   /* private */
  char *name;                  /* of the lab */
  char *seed;                  /* (nullable): of its MACs, see vbet_mac_derive() */
  GPtrArray *devices;          /* of VbetDevice, in order of the text */
  GPtrArray *cables;           /* of VbetCable */
  GPtrArray *notes;            /* of VbetNote */
  GPtrArray *checks;           /* of VbetAction: expect/ping at top level */
  GPtrArray *steps;            /* of VbetStep */
  GHashTable *devices_by_name; /* private: name → VbetDevice */
  GHashTable *cables_by_name;  /* private: name → VbetCable */
};

/**
 * vbet_topology_elaborate:
 * @lab_name: seeds derived MAC addresses
 * @diagnostics: (nullable): gets the findings of meaning (not those of syntax)
 *
 * Returns: (transfer full): the topology; only when no error was found is it fit to run.
 */
VbetTopology *vbet_topology_elaborate (const VbetProgram *program, const char *lab_name,
                                       VbetDiagnostics *diagnostics);

/** vbet_topology_new_empty: Returns: (transfer full): a lab without anything, from which starting is a difference. */
VbetTopology *vbet_topology_new_empty (const char *lab_name);

/** vbet_topology_ref: Returns: (transfer full): @self; topologies never change. */
VbetTopology *vbet_topology_ref (VbetTopology *self);
/** vbet_topology_unref: @self: (nullable) */
void vbet_topology_unref (VbetTopology *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetTopology, vbet_topology_unref)

/**
 * vbet_topology_call:
 * @source: (array length=size): one or more calls, executed in order: alloc, free, attach, detach, plug, unplug,
 *          link, set, file, note
 * @diagnostics: findings, made for @source
 *
 * What the calls make of @self: a step's edits and "vbetctl call". Here, unlike in a lab text, order has meaning and
 * inverses are allowed.
 *
 * Returns: (transfer full) (nullable): the new topology; NULL when there was an error.
 */
VbetTopology *vbet_topology_call (VbetTopology *self, const char *source, gsize size,
                                  VbetDiagnostics *diagnostics);

/**
 * vbet_topology_actions:
 * @source: (array length=size): statements as a step holds them
 *
 * Returns: (transfer full) (element-type VbetAction): what they ask for; NULL when there was an error.
 */
GPtrArray *vbet_topology_actions (const VbetTopology *self, const char *source, gsize size,
                                  VbetDiagnostics *diagnostics);

/** vbet_topology_device: @name: (nullable). Returns: (transfer none) (nullable): the device of that name. */
const VbetDevice *vbet_topology_device (const VbetTopology *self, const char *name);
/** vbet_topology_cable: @name: (nullable). Returns: (transfer none) (nullable): the cable of that name. */
const VbetCable *vbet_topology_cable (const VbetTopology *self, const char *name);
/** vbet_device_nic: @index: from 1. Returns: (transfer none) (nullable). */
const VbetNic *vbet_device_nic (const VbetDevice *self, guint index);
/** vbet_device_has_service: whether services= of @self names @service. */
gboolean vbet_device_has_service (const VbetDevice *self, const char *service);
/** vbet_nic_address: Returns: (transfer none) (nullable): the first address of a family that is written for @self. */
const VbetAddress *vbet_nic_address (const VbetNic *self, gboolean is_v6);
/**
 * vbet_nic_reaches:
 *
 * Returns: whether @address is in the network of an address that is written for @self, so that it can be a next
 * hop. Linux has no IPv6 on a NIC with an MTU of less than 1280 bytes.
 */
gboolean vbet_nic_reaches (const VbetNic *self, const VbetAddress *address);

/** vbet_attributes_get: Returns: (nullable): the written value of @key. */
const VbetValue *vbet_attributes_get (const VbetAttributes *self, const char *key);

/* Typed reads with the schema's default where nothing is written. @kind is that of the object the attributes are of. */
/** vbet_attributes_boolean: of a BOOL. */
gboolean vbet_attributes_boolean (const VbetAttributes *self, VbetKind kind, const char *key);
/** vbet_attributes_integer: of an INTEGER, SIZE, DURATION, …: in base units. */
gint64 vbet_attributes_integer (const VbetAttributes *self, VbetKind kind, const char *key);
/**
 * vbet_attributes_number: @direction: of a cable: 0 from its first end to its second, 1 back.
 * Any number or boolean in base units (bytes, nanoseconds, percent, bits a second).
 */
double vbet_attributes_number (const VbetAttributes *self, VbetKind kind, const char *key, guint direction);
/** vbet_attributes_quality: of a cable: what is set for both directions. */
void vbet_attributes_quality (const VbetAttributes *self, VbetCableSettings *ret_settings);
/** vbet_attributes_text: Returns: (transfer none) (nullable): a STRING or NAME; lives as long as the topology. */
const char *vbet_attributes_text (const VbetAttributes *self, VbetKind kind, const char *key);
/** vbet_attributes_list: Returns: (transfer container): VbetValue items; one value counts as a list of one; never NULL. */
GPtrArray *vbet_attributes_list (const VbetAttributes *self, const char *key);

/** vbet_topology_to_json: Returns: (transfer full): what "vbetctl show --json" prints, see vbetctl(1). */
char *vbet_topology_to_json (const VbetTopology *self);

/**
 * vbet_mac_derive:
 * @seed: (nullable): what seed() of the text says
 *
 * The MAC of a NIC that has none written: locally administered, unicast, from a hash of the four.
 */
void vbet_mac_derive (const char *lab_name, const char *seed, const char *device, guint nic,
                      guint8 ret_mac[6]);
/** vbet_mac_digest: a hash of what is the same in all derived MACs of a lab: where two labs have the same, the NICs of one
 * number in devices of one name have equal MACs. */
void vbet_mac_digest (const char *lab_name, const char *seed, guint8 ret_digest[VBET_MAC_DIGEST_SIZE]);
