/* topology-private.h - building and changing a topology that nobody else sees yet.
 *
 * Once a topology is handed out it is never changed again; elaborate.c and
 * call.c change their own copy through these.
 *
 * Attribute lists are shared between copies: they are never changed in place,
 * vbet_attributes_with() makes a new one.
 */
#pragma once

#include "engine/model/topology.h"

/* More NICs than this in one lab are refused: a few bytes of text could ask for any number. */
#define VBET_LAB_NICS_MAX 65536

/** vbet_topology_copy: Returns: (transfer full): a copy that may be changed; values and attribute lists are
 * shared. */
VbetTopology *vbet_topology_copy (const VbetTopology *self);

/** vbet_topology_add_device: @attributes: (transfer full). @name must be free. */
VbetDevice *vbet_topology_add_device (VbetTopology *self, const char *name, VbetKind kind,
                                      VbetAttributes *attributes, VbetSpan span);
void vbet_topology_remove_device (VbetTopology *self, VbetDevice *device);
VbetCable *vbet_topology_add_cable (VbetTopology *self, const char *name, VbetAttributes *attributes,
                                    VbetSpan span);
void vbet_topology_remove_cable (VbetTopology *self, VbetCable *cable);

VbetNic *vbet_nic_new (VbetAttributes *attributes, VbetSpan span);
void vbet_nic_free (VbetNic *self);
/** vbet_topology_attach: @nic: (transfer full): gets @index (0: the lowest free one) and its MAC. */
void vbet_topology_attach (VbetTopology *self, VbetDevice *device, VbetNic *nic, guint index);
/** vbet_topology_detach: @nic is unplugged and freed. */
void vbet_topology_detach (VbetTopology *self, VbetDevice *device, VbetNic *nic);

void vbet_topology_plug (VbetTopology *self, VbetCable *cable, guint end, VbetDevice *device, VbetNic *nic);
void vbet_topology_unplug (VbetTopology *self, VbetCable *cable, guint end);

/** vbet_topology_set_nic: changes an attribute of a NIC in @device; a changed mac is the NIC's at once. */
void vbet_topology_set_nic (VbetTopology *self, VbetDevice *device, VbetNic *nic, const char *key,
                            VbetValue *value, VbetSpan span);

/** vbet_topology_set_file: @contents: (transfer full) (nullable): NULL removes the file. */
void vbet_topology_set_file (VbetTopology *self, VbetDevice *device, const char *path, GBytes *contents,
                             guint mode, VbetSpan span);
const VbetFile *vbet_device_file (const VbetDevice *device, const char *path);

VbetAttributes *vbet_attributes_new (void);
/** vbet_attributes_append: @key: interned; @value: (transfer full). Only while the list is being made. */
void vbet_attributes_append (VbetAttributes *self, const char *key, VbetValue *value, VbetSpan span);
/** vbet_attributes_with: Returns: (transfer full): a copy with @key set to @value; without it when @value is
 * NULL. */
VbetAttributes *vbet_attributes_with (const VbetAttributes *self, const char *key, VbetValue *value,
                                      VbetSpan span);

void vbet_action_free (VbetAction *self);
void vbet_step_free (VbetStep *self);
void vbet_note_free (VbetNote *self);
