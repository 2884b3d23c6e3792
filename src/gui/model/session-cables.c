/* session-cables.c - cables by hand, as revisions: plug, plug elsewhere, cut and mend; see session.h. */
#include "config.h"

#include "gui/model/session-private.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "engine/model/gesture.h"

/* VBET_NIC_NEW becomes the number of a NIC that the device is given. */
static gboolean
make_nic (VbetSession *self, const char *device, guint *nic, const char *label, GError **error)
{
  if (*nic != VBET_NIC_NEW)
    return TRUE;
  const VbetDevice *found = vbet_topology_device (self->topology, device);
  if (found != NULL && (found->kind & VBET_KIND_RELAY) != 0) {
    *nic = 0; /* a port more comes with the cable */
    return TRUE;
  }
  return _vbet_session_apply (self, vbet_gesture_add_nic (self->program, self->topology, device, nic, error),
                              label);
}

/* The cable in a NIC of @device that was free before: @used: set of NICs that were not. */
static const char *
new_cable (VbetSession *self, const char *device, GHashTable *used)
{
  const VbetDevice *found = vbet_topology_device (self->topology, device);
  for (guint i = 0; found != NULL && i < found->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (found->nics, i);
    if (nic->cable != NULL && !g_hash_table_contains (used, GUINT_TO_POINTER (nic->index)))
      return nic->cable;
  }
  return NULL;
}

static GHashTable *
used_nics (VbetSession *self, const char *device)
{
  GHashTable *used = g_hash_table_new (NULL, NULL);
  const VbetDevice *found = vbet_topology_device (self->topology, device);
  for (guint i = 0; found != NULL && i < found->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (found->nics, i);
    if (nic->cable != NULL)
      g_hash_table_add (used, GUINT_TO_POINTER (nic->index));
  }
  return used;
}

/* Gives the ends of @cable the addresses that are proposed; one that cannot be written is left out. */
static void
write_addresses (VbetSession *self, const char *cable, const char *label)
{
  if (!self->proposes || cable == NULL)
    return;
  g_autoptr (GPtrArray) proposals = vbet_gesture_propose_addresses (self->topology, cable, &self->pool);
  for (guint i = 0; i < proposals->len; i++) {
    const VbetProposal *proposal = g_ptr_array_index (proposals, i);
    _vbet_session_apply (self,
                         vbet_gesture_set (self->program, self->topology, &proposal->object, proposal->key,
                                           proposal->value, NULL),
                         label);
  }
}

gboolean
vbet_session_plug (VbetSession *self, const char *device_a, guint nic_a, const char *device_b, guint nic_b,
                   GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self) && device_a != NULL && device_b != NULL, FALSE);
  g_autofree char *label = g_strdup_printf (_ ("Cable %s – %s"), device_a, device_b);
  g_autoptr (GHashTable) used = used_nics (self, device_a);
  vbet_document_begin (self->document, label);
  gboolean ok = make_nic (self, device_a, &nic_a, label, error)
                && make_nic (self, device_b, &nic_b, label, error)
                && _vbet_session_apply (self,
                                        vbet_gesture_add_cable (self->program, self->topology, device_a,
                                                                nic_a, device_b, nic_b, error),
                                        label);
  if (ok)
    write_addresses (self, new_cable (self, device_a, used), label);
  return _vbet_session_finish (self, ok);
}

gboolean
vbet_session_add_cable (VbetSession *self, const char *device_a, const char *device_b, GError **error)
{
  return vbet_session_plug (self, device_a, 0, device_b, 0, error);
}

gboolean
vbet_session_replug (VbetSession *self, const char *cable, guint end, const char *device, guint nic,
                     GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self) && cable != NULL && device != NULL && end < 2, FALSE);
  g_autofree char *label = g_strdup_printf (_ ("Plug %s into %s"), cable, device);
  vbet_document_begin (self->document, label);
  gboolean ok
      = make_nic (self, device, &nic, label, error)
        && _vbet_session_apply (
            self, vbet_gesture_move_cable_end (self->program, self->topology, cable, end, device, nic, error),
            label);
  return _vbet_session_finish (self, ok);
}

gboolean
vbet_session_set_cables_up (VbetSession *self, gboolean up, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_auto (GStrv) cables = vbet_session_selected_cables (self);
  guint n = g_strv_length (cables);
  g_autofree char *label = n == 1 ? g_strdup_printf (up ? _ ("Mend %s") : _ ("Cut %s"), cables[0])
                           : up   ? g_strdup_printf (ngettext ("Mend %u cable", "Mend %u cables", n), n)
                                  : g_strdup_printf (ngettext ("Cut %u cable", "Cut %u cables", n), n);
  gboolean ok = TRUE;
  if (n == 0)
    return TRUE;
  vbet_document_begin (self->document, label);
  for (guint i = 0; cables[i] != NULL && ok; i++) {
    const VbetCable *cable = vbet_topology_cable (self->topology, cables[i]);
    VbetObject object = { VBET_KIND_CABLE, cables[i], 0 };
    /* Mended is what a cable is unless the text says otherwise. */
    if (cable != NULL && vbet_attributes_boolean (cable->attributes, VBET_KIND_CABLE, "up") != up)
      ok = _vbet_session_apply (
          self, vbet_gesture_set (self->program, self->topology, &object, "up", up ? NULL : "no", error),
          label);
  }
  return _vbet_session_finish (self, ok);
}

gboolean
vbet_session_set_pool (VbetSession *self, const char *pool, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  self->proposes = FALSE;
  if (pool == NULL)
    return TRUE;
  self->proposes = vbet_gesture_parse_pool (pool, &self->pool, error);
  return self->proposes;
}
