/* gesture-private.h - what the gestures share: finding things in the text, patching it, checking the result.
 *
 * How a gesture works:
 *
 *   1. It says what the topology must be afterwards, as a "lens" on the
 *      topology as it is (this device gone, that name changed) and lines added.
 *   2. It patches the text in the plainest way.
 *   3. The patched text is parsed and elaborated; unless exactly the expected
 *      topology comes out, a way that touches more is tried.
 *
 * Step 3 is needed because a lab's text leaves much to be counted: link()
 * without a name takes the first free one, NIC(x) the next free NIC. Taking
 * one such line away may renumber all that follow; where it does, those are
 * written out ("pinned") so that they stay what they were.
 */
#pragma once

#include "base/error.h"
#include "engine/model/gesture.h"

/* --- gesture-scene.c: the text as the topology sees it ---------------------- */

/* What an expression of the text denotes; all NULL when it is nothing of the topology. */
typedef struct {
  VbetDevice *device; /* the device, or the one of the NIC */
  VbetNic *nic;       /* NULL for "NIC(x)" */
  VbetCable *cable;
  gboolean is_nic;
} VbetReferent;

/* One end of a cable, where the text plugs it in. */
typedef struct {
  const VbetNode *call; /* plug() or link() */
  const VbetNode *node; /* the argument that names the NIC */
  VbetCable *cable;
  guint end;
  gboolean counted; /* which NIC it is depends on the statements before */
} VbetUse;

typedef struct {
  const VbetProgram *program;
  const VbetTopology *topology;
  const char *text;
  gsize size;
  const char *newline; /* "\n" or "\r\n" */
  GHashTable *made;    /* of the place of an alloc() or link() to VbetReferent; a link's cable is its first */
  GHashTable *nic_names; /* of name to VbetReferent */
  GHashTable *names;     /* set of every name in the text */
  GArray *uses;          /* of VbetUse, in order of the text */
  GArray *comments;      /* of VbetSpan */
  GHashTable
      *use_of; /* of VbetCable to the two places in @uses of its ends, each plus 1; 0: not plugged in */
} VbetScene;

VbetScene *vbet_scene_new (const VbetProgram *program, const VbetTopology *topology);
void vbet_scene_free (VbetScene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetScene, vbet_scene_free)

/** vbet_scene_call_at: Returns: (nullable): the CALL that covers exactly @span. */
const VbetNode *vbet_scene_call_at (const VbetScene *self, VbetSpan span);
/** vbet_scene_resolve: what @node denotes. */
VbetReferent vbet_scene_resolve (const VbetScene *self, const VbetNode *node);
/** vbet_scene_is_taken: whether an object or anything in the text has that name. */
gboolean vbet_scene_is_taken (const VbetScene *self, const char *name);
/** vbet_scene_fresh_name: Returns: (transfer full): the first free of STEM1, STEM2, … that is not in @also
 * (nullable). */
char *vbet_scene_fresh_name (const VbetScene *self, const char *stem, GHashTable *also);
/** vbet_scene_source: Returns: (transfer full): the text of @span. */
char *vbet_scene_source (const VbetScene *self, VbetSpan span);
/** vbet_scene_link_cable: Returns: (nullable): cable number @index (from 0) that link() @call makes. */
VbetCable *vbet_scene_link_cable (const VbetScene *self, const VbetNode *call, guint index);
/** vbet_scene_use: Returns: (nullable): where the text plugs in an end of @cable. */
const VbetUse *vbet_scene_use (const VbetScene *self, const VbetCable *cable, guint end);
/** vbet_scene_is_grown: whether "..." or use, not an alloc(NIC), made @nic. */
gboolean vbet_scene_is_grown (const VbetScene *self, const VbetNic *nic);
/** vbet_scene_device: likewise vbet_topology_device(), with an error when there is none. */
VbetDevice *vbet_scene_device (const VbetScene *self, const char *name, GError **error);

/* Nodes, without a scene. */
const VbetNode *vbet_gesture_ungroup (const VbetNode *node);
const VbetNode *vbet_gesture_positional (const VbetNode *node, guint index);
gboolean vbet_gesture_is_call (const VbetNode *node, const char *name);
/** vbet_gesture_statement: Returns: the statement that @node is in. */
const VbetNode *vbet_gesture_statement (const VbetNode *node);
/** vbet_gesture_given_name: Returns: (nullable): the name that the text gives to what alloc() or link() @node
 * makes. */
const char *vbet_gesture_given_name (const VbetNode *node);

/* --- gesture-patch.c: edits, with the manners of the text ------------------- */

typedef struct VbetPatch VbetPatch;

VbetPatch *vbet_patch_new (const VbetScene *scene);
void vbet_patch_free (VbetPatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetPatch, vbet_patch_free)

/* Edits inside what another edit removes are dropped; removals may overlap. */
void vbet_patch_replace (VbetPatch *self, VbetSpan span, const char *text);
void vbet_patch_insert (VbetPatch *self, gsize offset, const char *text);
/** vbet_patch_remove_statement: with its line, and a comment behind it, when it stands alone there. */
void vbet_patch_remove_statement (VbetPatch *self, const VbetNode *statement);
/** vbet_patch_replace_statement: @lines: (element-type utf8): statements, one a line; none removes it. */
void vbet_patch_replace_statement (VbetPatch *self, const VbetNode *statement, const GPtrArray *lines);
/** vbet_patch_add_statements: @lines: (element-type utf8): after the last statement that is no step or check.
 */
void vbet_patch_add_statements (VbetPatch *self, const GPtrArray *lines);
void vbet_patch_add_statement (VbetPatch *self, const char *line);
/** vbet_patch_add_after: a statement on a line of its own after @statement. */
void vbet_patch_add_after (VbetPatch *self, const VbetNode *statement, const char *line);
/** vbet_patch_add_argument: @text becomes argument number @index (from 0) of @call; G_MAXUINT: the last. */
void vbet_patch_add_argument (VbetPatch *self, const VbetNode *call, guint index, const char *text);
/** vbet_patch_remove_arguments: @gone: (array length=n_children): which arguments of @call go. */
void vbet_patch_remove_arguments (VbetPatch *self, const VbetNode *call, const gboolean *gone);

/**
 * vbet_patch_moved: Returns: (transfer full): what stands for the bytes of @span in a text given to the
 * patch: they move there, with all that the patch changes inside them.
 */
char *vbet_patch_moved (VbetSpan span);

/** vbet_patch_edits: Returns: (transfer full): in order, without overlaps. */
VbetEdits *vbet_patch_edits (VbetPatch *self);

/* --- gesture-check.c: does the patched text say what was meant? ------------- */

/* A topology as it should be, seen through what a gesture changes. Names belong to the caller. */
typedef struct {
  GHashTable *gone_devices; /* (nullable): set of names */
  GHashTable *gone_cables;  /* (nullable): set of names */
  GHashTable *gone_notes;   /* (nullable): set of positions, each plus 1; those behind them move up */
  gboolean placed_notes;    /* at= and size= of notes are left out */
  const char *renamed_from; /* (nullable) */
  const char *renamed_to;
  const char *shift_device; /* (nullable): its NIC number @shift_nic is gone, those above move down */
  guint shift_nic;
  const char *moved_cable; /* (nullable): its end @moved_end is in NIC @moved_nic of @moved_device */
  guint moved_end;
  const char *moved_device;
  guint moved_nic;
  const VbetObject
      *set_object;     /* (nullable): @set_key of it (without a name: of all of its kind) is left out */
  guint n_set_objects; /* how many @set_object points to; 0: one */
  const char *set_key;
  const char
      *every_nic_of; /* (nullable): also count NICs of this device that exist only because they are used */
  gboolean ignore_steps; /* the gesture edits them */
  gboolean loose;        /* generated names and counted NICs may be others */
  gboolean at_least;     /* there may be more than expected */
} VbetLens;

/**
 * vbet_gesture_check:
 * @added: (nullable): a lab text (statements) of what is new, in the scene's names
 *
 * Returns: (transfer full) (nullable): the edits of @patch when they make of the scene's topology what @lens
 * and
 * @added say, and no error that was not there; else NULL with @error.
 */
VbetEdits *vbet_gesture_check (const VbetScene *scene, VbetPatch *patch, const VbetLens *lens,
                               const GPtrArray *added, GError **error);

/* Lines of @added, as vbet_gesture_check() compares them; (transfer full). */
char *vbet_lens_device_line (const char *device, VbetKind kind);
char *vbet_lens_nic_line (const char *device, guint nic);
char *vbet_lens_cable_line (const VbetLens *lens, const char *cable, const char *device_a, guint nic_a,
                            const char *device_b, guint nic_b);
char *vbet_lens_note_line (guint index, const char *text);
char *vbet_lens_attribute_line (VbetKind kind, const char *name, guint nic, const char *key,
                                const VbetValue *value);

/* --- gesture-purge.c: taking things away ------------------------------------ */

typedef struct {
  const VbetScene *scene;
  VbetPatch *patch;
  GHashTable *devices; /* set of VbetDevice that go */
  GHashTable *cables;  /* set of VbetCable that go */
  GHashTable *nics;    /* (nullable): set of VbetNic that go */
  gboolean moving;     /* the cables do not go: they are only taken out of their link() */
  const char *shifted; /* (nullable): a device whose NICs get other numbers: nothing is pinned to them */
  gboolean pin;        /* write out what would be renumbered */
  /* private */
  GHashTable *renamed;   /* set of VbetCable whose generated names one that goes may change */
  GHashTable *rescued;   /* set of VbetDevice that were given a statement of their own */
  GHashTable *recounted; /* of name of a device to the place of its first use that goes, plus 1 */
} VbetPurge;

/** vbet_purge_run: patches the text so that the devices and cables are no more. */
void vbet_purge_run (VbetPurge *self);
/** vbet_purge_name_device: writes down the name of a device that has a generated one, as @name. */
void vbet_purge_name_device (const VbetScene *scene, VbetPatch *patch, const VbetDevice *device,
                             const char *name);
/** vbet_purge_pin_use: writes out which NIC @use takes, unless it cannot be. */
void vbet_purge_pin_use (const VbetScene *scene, VbetPatch *patch, const VbetUse *use);

/* --- gesture-cable.c --- */

/** vbet_gesture_attach_of: Returns: (nullable): the last attach() that puts NICs into @device. */
const VbetNode *vbet_gesture_attach_of (const VbetScene *scene, const VbetDevice *device);

/* --- gesture-device.c --- */

/** vbet_gesture_check_name: whether a new device can be called @name. */
gboolean vbet_gesture_check_name (const VbetScene *scene, const char *name, GError **error);
/** vbet_gesture_point: Returns: (transfer full): "(120, 80)". */
char *vbet_gesture_point (double x, double y);
