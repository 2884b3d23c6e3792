/* gesture.h - gestures of the canvas as text edits.
 *
 * Each function answers with the edits that make the document say what the
 * gesture meant, touching as few bytes as it can, in the style of the text
 * around. @program and @topology belong together (the topology may come from
 * a program with errors; what it could not understand is left alone). All
 * return (transfer full) edits, or NULL with @error. Pure.
 */
#pragma once

#include "engine/language/edit.h"
#include "engine/language/program.h"
#include "engine/model/topology.h"

/* What an attribute is set on. */
typedef struct {
  VbetKind kind;    /* any device kind: a device; NIC; CABLE; NOTE */
  const char *name; /* device or cable; NULL for a note */
  guint nic;        /* NIC: from 1; NOTE: its position in topology->notes */
} VbetObject;

/** vbet_gesture_add_device: @name: (nullable): first free name of the kind when NULL. @ret_name: (out) (transfer full) (optional). */
VbetEdits *vbet_gesture_add_device (const VbetProgram *program, const VbetTopology *topology, VbetKind kind,
                                    const char *name, double x, double y, char **ret_name, GError **error);
/** vbet_gesture_remove_devices: @names: NULL-terminated. Their cables go too; so do steps' statements about nothing else. */
VbetEdits *vbet_gesture_remove_devices (const VbetProgram *program, const VbetTopology *topology,
                                        const char *const *names, GError **error);
/** vbet_gesture_rename_device: everywhere in the text; its NICs and cables stay. */
VbetEdits *vbet_gesture_rename_device (const VbetProgram *program, const VbetTopology *topology,
                                       const char *name, const char *new_name, GError **error);
/** vbet_gesture_add_nic: @ret_nic: (out) (optional): the new NIC's index. */
VbetEdits *vbet_gesture_add_nic (const VbetProgram *program, const VbetTopology *topology, const char *device,
                                 guint *ret_nic, GError **error);
/** vbet_gesture_remove_nic: with the end of the cable that is in it. @nic: from 1. */
VbetEdits *vbet_gesture_remove_nic (const VbetProgram *program, const VbetTopology *topology,
                                    const char *device, guint nic, GError **error);
/** vbet_gesture_add_cable: @nic_a, @nic_b: from 1; 0: the first free NIC, or a new one. */
VbetEdits *vbet_gesture_add_cable (const VbetProgram *program, const VbetTopology *topology,
                                   const char *device_a, guint nic_a, const char *device_b, guint nic_b,
                                   GError **error);
/** vbet_gesture_remove_cable: also what steps say about nothing else. */
VbetEdits *vbet_gesture_remove_cable (const VbetProgram *program, const VbetTopology *topology,
                                      const char *cable, GError **error);
/** vbet_gesture_move_cable_end: @end: 0 or 1; re-plugs it into another NIC (@nic 0: free or new). */
VbetEdits *vbet_gesture_move_cable_end (const VbetProgram *program, const VbetTopology *topology,
                                        const char *cable, guint end, const char *device, guint nic,
                                        GError **error);
/** vbet_gesture_set: @value: as the language writes it; NULL: unset, back to the default. */
VbetEdits *vbet_gesture_set (const VbetProgram *program, const VbetTopology *topology,
                             const VbetObject *object, const char *key, const char *value, GError **error);
/** vbet_gesture_set_many: likewise of all @objects: (array length=size) at once. */
VbetEdits *vbet_gesture_set_many (const VbetProgram *program, const VbetTopology *topology,
                                  const VbetObject *objects, guint size, const char *key, const char *value,
                                  GError **error);
/** vbet_gesture_move_devices: @names, @xs, @ys: (array length=size): sets at=(x,y) of each. */
VbetEdits *vbet_gesture_move_devices (const VbetProgram *program, const VbetTopology *topology,
                                      const char *const *names, const double *xs, const double *ys,
                                      guint size, GError **error);
/* Where a note stands: its upper left corner; with a width and height it is a frame. */
typedef struct {
  double x;
  double y;
  double width; /* 0: it has none */
  double height;
} VbetNotePlace;

/* Notes are known by their positions in topology->notes, from 0. */

/** vbet_gesture_add_note: it becomes the last of the notes. */
VbetEdits *vbet_gesture_add_note (const VbetProgram *program, const VbetTopology *topology, const char *text,
                                  const VbetNotePlace *place, GError **error);
/** vbet_gesture_remove_notes: @notes: (array length=size): those behind them move up. */
VbetEdits *vbet_gesture_remove_notes (const VbetProgram *program, const VbetTopology *topology,
                                      const guint *notes, guint size, GError **error);
/** vbet_gesture_set_note_text: raw text stays raw text where that can say @text. */
VbetEdits *vbet_gesture_set_note_text (const VbetProgram *program, const VbetTopology *topology, guint note,
                                       const char *text, GError **error);
/** vbet_gesture_place_notes: @notes, @places: (array length=size): sets at= of each, and size= of those whose place has
 * one. */
VbetEdits *vbet_gesture_place_notes (const VbetProgram *program, const VbetTopology *topology,
                                     const guint *notes, const VbetNotePlace *places, guint size,
                                     GError **error);
/** vbet_gesture_copy: @names: NULL-terminated: devices, and notes as "note#N", N from 0. Returns: (transfer full): a
 * lab text of them and of the cables among them. */
char *vbet_gesture_copy (const VbetProgram *program, const VbetTopology *topology, const char *const *names,
                         GError **error);
/**
 * vbet_gesture_paste: @source: what vbet_gesture_copy() gave, or any lab text. Names already taken get fresh ones,
 * addresses fresh ones of the same subnets; positions move by (@dx, @dy). @ret_names: (out) (transfer full)
 * (optional): the devices pasted.
 */
VbetEdits *vbet_gesture_paste (const VbetProgram *program, const VbetTopology *topology, const char *source,
                               double dx, double dy, char ***ret_names, GError **error);

/* An attribute that would do an object good, for vbet_gesture_set(). */
typedef struct {
  VbetObject object; /* its name is @device */
  char *device;
  const char *key; /* static */
  char *value;
} VbetProposal;

/**
 * vbet_gesture_propose_addresses:
 * @cable: the one that was just plugged in
 * @pool: IPv4; where subnets of /24 are taken from
 *
 * Addresses for the guests' NICs at both ends that have none and ask nobody for one: the next free one of the
 * link's subnet, or the first of a new subnet; dhcp=yes where a gateway gives addresses; and the default route of
 * hosts when one device alone leads out of the link. What is written is never changed.
 *
 * Returns: (transfer full) (element-type VbetProposal): in the order in which they are to be set.
 */
GPtrArray *vbet_gesture_propose_addresses (const VbetTopology *topology, const char *cable,
                                           const VbetAddress *pool);
/** vbet_gesture_parse_pool: whether @text can be a pool: an IPv4 network, /8 to /28. */
gboolean vbet_gesture_parse_pool (const char *text, VbetAddress *ret_pool, GError **error);
