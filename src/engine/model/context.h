/* context.h - what elaboration (elaborate.c) and the execution of calls (call.c) share.
 *
 * Both read the same calls with the same checks; they differ in two things:
 *
 *   - A lab's text is declared: order has no meaning, every alloc() and link()
 *     has made its objects (in @made) before anything else is looked at, and
 *     NICs that the text numbers are kept from "next free".
 *   - A step's statements are executed one after the other: an alloc() makes
 *     its object when it is come to.
 *
 * Every function reports what is wrong itself, once; FALSE or NULL means that
 * it has done so, or that the syntax was wrong there and the parser has.
 */
#pragma once

#include "engine/model/calls.h"
#include "engine/model/findings.h"
#include "engine/model/topology-private.h"

/* Most files of one device. */
#define VBET_FILES_MAX 1000
/* Most bytes of a text that goes to a guest: an attribute's, a file's. */
#define VBET_TEXT_MAX (256 * 1024)
/* Most bytes of a seed. */
#define VBET_SEED_MAX 255
/* Most devices of a lab, as many as generated ones have: an engine holds five descriptors for one that is off already. */
#define VBET_LAB_DEVICES_MAX 1000

/* A NIC that the text allocates. */
typedef struct {
  VbetNic *nic;       /* owned until it is attached */
  VbetDevice *device; /* NULL: in no device yet */
  const VbetNode *node;
} VbetLooseNic;

/* What a device's NICs are used for; only of declared labs. */
typedef struct {
  gboolean elastic;            /* "...": as many NICs as are used */
  const VbetNode *attach_node; /* (nullable): the last attach() that put NICs in */
  const VbetNode *alloc_node;
  guint highest;        /* greatest number written anywhere */
  guint anonymous;      /* uses in steps of a NIC without number */
  guint cursor;         /* NICs up to this number are known not to be free */
  GHashTable *numbered; /* (nullable): set of numbers that plug() and link() name */
} VbetPorts;

/* What one alloc(), or one link() of a declared lab, made. */
typedef struct {
  VbetDevice *device;
  VbetLooseNic *loose;
  VbetCable *cable;
  guint first_cable; /* of a link(): in topology->cables */
  guint n_cables;
} VbetMade;

typedef struct {
  VbetTopology *topology;       /* being built; owned by the caller */
  VbetDiagnostics *diagnostics; /* never NULL */
  const VbetProgram *program;
  gboolean declared;         /* a lab's text, not a step's statements */
  GHashTable *made;          /* of an alloc() or link() node to its VbetMade */
  GHashTable *ports;         /* (nullable): of VbetDevice to VbetPorts, when declared */
  GHashTable *reserved;      /* (nullable): names that no nameless object may get */
  GPtrArray *loose;          /* of VbetLooseNic: all of them */
  GHashTable *nic_names;     /* of name to VbetLooseNic */
  GHashTable *broken;        /* names that would be something's, were it not for an error that was reported */
  GHashTable *lab_nic_names; /* (nullable): those of the lab's text, in a step: only for a better message */
  GHashTable *given_names;   /* of an alloc() or link() node to the name that it is given */
  guint counters[VBET_KIND_BITS];  /* per kind: no generated name up to this number is free ... */
  GTree *released[VBET_KIND_BITS]; /* (nullable): ... but these */
  guint n_nics;                    /* in the whole lab */
  guint suggestions;               /* searches for a similar name still allowed: each costs time */
  gsize counted;                   /* up to this byte of the text ... */
  guint lines;                     /* ... there are so many line ends */
} VbetContext;

/* What an expression denotes. */
typedef struct {
  VbetKind kind;       /* of a device, or NIC, or CABLE */
  VbetDevice *device;  /* the device, or the one of the NIC */
  VbetNic *nic;        /* NULL with kind NIC: the next free one of @device */
  VbetLooseNic *loose; /* (nullable): the NIC as allocated in this text */
  VbetCable *cable;
} VbetThing;

/** vbet_context_init: @topology, @program, @diagnostics: borrowed for the life of @self. To be cleared by
 * vbet_context_clear(). */
void vbet_context_init (VbetContext *self, VbetTopology *topology, const VbetProgram *program,
                        VbetDiagnostics *diagnostics);
/** vbet_context_clear: frees what @self holds, not @self. */
void vbet_context_clear (VbetContext *self);

/* --- context.c: nodes and names --- */

/** vbet_node_ungroup: Returns: (nullable): what stands in braces, if need be several; NULL when that is not
 * one thing. */
const VbetNode *vbet_node_ungroup (const VbetNode *node);
/** vbet_node_positional: Returns: (nullable): positional argument number @index, from 0, of CALL @node. */
const VbetNode *vbet_node_positional (const VbetNode *node, guint index);
/** vbet_context_source: Returns: (transfer full): the text of @span. */
char *vbet_context_source (const VbetContext *self, VbetSpan span);
/** vbet_context_line: Returns: the line of byte @offset, from 1; fast when asked in rising order. */
guint vbet_context_line (VbetContext *self, gsize offset);

/** vbet_context_call: Returns: (nullable): what CALL @node calls; @report: say so when there is no such call.
 */
const VbetCallSpec *vbet_context_call (VbetContext *self, const VbetNode *node, gboolean report);
/** vbet_context_give_name: ASSIGN @node: remembers in @given_names what it names. FALSE: nothing is named. */
gboolean vbet_context_give_name (VbetContext *self, const VbetNode *node);
/** vbet_context_break_name: alloc() @node failed: the name it was given, if any, is not to be missed. */
void vbet_context_break_name (VbetContext *self, const VbetNode *node);
/** vbet_context_is_taken: whether an object has that name. */
gboolean vbet_context_is_taken (const VbetContext *self, const char *name);
/** vbet_context_name_for: Returns: (transfer full): the name that @node was given, or the first free one of
 * the kind. */
char *vbet_context_name_for (VbetContext *self, const VbetNode *node, VbetKind kind);
/** vbet_context_release_name: an object of that kind and name is no more. */
void vbet_context_release_name (VbetContext *self, VbetKind kind, const char *name);
/** vbet_context_check_arity: whether CALL @node has as many positional arguments as @spec wants. */
gboolean vbet_context_check_arity (VbetContext *self, const VbetNode *node, const VbetCallSpec *spec);
/** vbet_context_unknown_name: reports NAME @node. */
void vbet_context_unknown_name (VbetContext *self, const VbetNode *node);
/** vbet_context_warn_loose: of NICs that nothing took. */
void vbet_context_warn_loose (VbetContext *self);
/** vbet_context_ports: Returns: (nullable): only in a declared lab. */
VbetPorts *vbet_context_ports (const VbetContext *self, const VbetDevice *device);

/* --- values.c --- */

/** vbet_context_value: Returns: (transfer full) (nullable): the value at @node, as @spec wants it. */
VbetValue *vbet_context_value (VbetContext *self, const VbetAttributeSpec *spec, const VbetNode *node);
/**
 * vbet_context_attributes: @changes: "key=default" is allowed, and makes an attribute without value
 * Returns: (transfer full): the keys of CALL @node that are right for @kind; never NULL.
 */
VbetAttributes *vbet_context_attributes (VbetContext *self, const VbetNode *node, VbetKind kind,
                                         gboolean changes);
/** vbet_context_keywords: likewise for a call's own keys. */
VbetAttributes *vbet_context_keywords (VbetContext *self, const VbetNode *node, const VbetCallSpec *spec);
/** vbet_context_text: Returns: (nullable) (transfer none): the text that STRING @node holds; @what: "a
 * command in quotes". */
const char *vbet_context_text (VbetContext *self, const VbetNode *node, const char *what);

/* --- resolve.c: expressions --- */

/** vbet_context_alloc_kind: the KIND of alloc() @node; reports when there is none. */
gboolean vbet_context_alloc_kind (VbetContext *self, const VbetNode *node, VbetKind *ret_kind);
/** vbet_context_make: makes what alloc() @node asks for, and remembers it. */
const VbetMade *vbet_context_make (VbetContext *self, const VbetNode *node, VbetKind kind);
/** vbet_context_evaluate: what @node denotes, which must be of a kind in @wanted; executes nested calls
 * unless declared. */
gboolean vbet_context_evaluate (VbetContext *self, const VbetNode *node, guint wanted, VbetThing *ret_thing);
/** vbet_context_peek_device: Returns: (nullable): the device @node denotes, without reports and side effects.
 */
VbetDevice *vbet_context_peek_device (VbetContext *self, const VbetNode *node);
/** vbet_context_next_free: Returns: (nullable): the next free NIC; @make: a switch or hub gets a new port if
 * need be. */
VbetNic *vbet_context_next_free (VbetContext *self, VbetDevice *device, const VbetNode *node, gboolean make);
/** vbet_context_grow: adds NICs until @device has @count; @node: who asks for them. */
gboolean vbet_context_grow (VbetContext *self, VbetDevice *device, guint count, const VbetNode *node);
/** vbet_context_may_grow: whether @device and the lab can have one more NIC; reports at @node. */
gboolean vbet_context_may_grow (VbetContext *self, const VbetDevice *device, const VbetNode *node);

/* --- execute.c: calls that change a topology --- */

/** vbet_context_run: runs CALL @node, which @spec describes. FALSE: it is none that changes a topology. */
gboolean vbet_context_run (VbetContext *self, const VbetNode *node, const VbetCallSpec *spec);
/** vbet_context_link_cables: makes the cables of link() @node, and remembers them. */
const VbetMade *vbet_context_link_cables (VbetContext *self, const VbetNode *node);

/* --- call.c --- */

/** vbet_context_execute: executes one statement that changes the topology; @place_name: "a step", for
 * messages. */
void vbet_context_execute (VbetContext *self, const VbetNode *statement);

/* --- actions.c --- */

/** vbet_context_action: Returns: (transfer full) (nullable): the statement as an action; edits are executed.
 */
VbetAction *vbet_context_action (VbetContext *self, const VbetNode *statement);
/** vbet_context_step: Returns: (transfer full): STEP @node, its statements executed one after the other. */
VbetStep *vbet_context_step (VbetContext *self, const VbetNode *node);

/* --- check.c --- */

/** vbet_topology_check: warns of addresses that cannot be meant. */
void vbet_topology_check (const VbetTopology *self, VbetDiagnostics *diagnostics);
