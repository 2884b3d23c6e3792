/* check-link.c - what the ends of a cable, or all NICs of a segment, must have in common and do not: the size of packets, the
 * VLANs of two switches, one DHCP server. */
#include "config.h"

#include <string.h>

#include "base/vlan-set.h"
#include "engine/model/check-private.h"

/* VLANs that a message names; of more it says how many. */
#define NAMED_MAX 5

/* "eth0 of h1", or "port 3 of sw1": (transfer full) */
static char *
port_name (const VbetCheckPort *port)
{
  if ((port->device->kind & VBET_KIND_GUEST) != 0)
    return g_strdup_printf ("eth%u of %s", port->nic->index - 1, port->device->name);
  return g_strdup_printf ("port %u of %s", port->nic->index, port->device->name);
}

/* Where to say something of a NIC: at its attribute, else at the NIC. */
static VbetSpan
span_of (const VbetCheckPort *port, const char *key)
{
  const VbetAttribute *attribute = _vbet_check_attribute (port->nic->attributes, key);
  return attribute != NULL ? attribute->span : port->nic->span;
}

/* --- the size of packets ---------------------------------------------------------------------- */

static gint64
mtu_of (const VbetCheckPort *port)
{
  return vbet_attributes_integer (port->nic->attributes, VBET_KIND_NIC, "mtu");
}

/* A NIC that takes less than the first of its segment, or the first where the other takes more: what is written is the
 * place, since 1500 is what all others have. */
static void
check_mtus (const VbetCheck *self)
{
  g_autoptr (GHashTable) first
      = g_hash_table_new (NULL, NULL); /* root of a segment to its first guest's port */
  for (guint i = 0; i < self->ports->len; i++) {
    const VbetCheckPort *port = _vbet_check_port (self, i);
    if ((port->device->kind & VBET_KIND_GUEST) == 0 || port->nic->cable == NULL)
      continue;
    gpointer root = GUINT_TO_POINTER (_vbet_check_root (self, i));
    const VbetCheckPort *other = g_hash_table_lookup (first, root);
    if (other == NULL) {
      g_hash_table_insert (first, root, (gpointer)port);
      continue;
    }
    gint64 mtu = mtu_of (port), others = mtu_of (other);
    if (mtu == others)
      continue;
    const VbetCheckPort *written
        = _vbet_check_attribute (port->nic->attributes, "mtu") != NULL ? port : other;
    g_autofree char *name = port_name (port), *with = port_name (other);
    vbet_diagnostics_add (self->diagnostics, VBET_W_MTU, span_of (written, "mtu"),
                          "%s has an MTU of %" G_GINT64_FORMAT
                          " bytes and %s, on the same link, one of %" G_GINT64_FORMAT
                          ": longer packets are lost between them",
                          name, mtu, with, others);
  }
}

/* --- VLANs of two switches --------------------------------------------------------------------- */

/* What a port of a switch that keeps VLANs apart does. */
typedef struct {
  const VbetCheckPort *port;
  gint64 untagged; /* VLAN of untagged frames; 0: they are dropped */
  gboolean has_trunk;
  VbetVlanSet tagged;
} VlanPort;

/* As the switch itself decides it: one port with a VLAN, or its own list, and it keeps them apart. */
static gboolean
keeps_vlans (const VbetDevice *device)
{
  if (vbet_attributes_get (device->attributes, "vlans") != NULL)
    return TRUE;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    if (vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "vlan") > 0
        || vbet_attributes_get (nic->attributes, "trunk") != NULL)
      return TRUE;
  }
  return FALSE;
}

static void
vlan_port_init (VlanPort *self, const VbetCheckPort *port)
{
  g_autoptr (GPtrArray) trunk = vbet_attributes_list (port->nic->attributes, "trunk");
  memset (self, 0, sizeof *self);
  self->port = port;
  self->has_trunk = trunk->len > 0;
  self->untagged = vbet_attributes_integer (port->nic->attributes, VBET_KIND_NIC, "vlan");
  if (self->untagged == 0 && !self->has_trunk)
    self->untagged = 1;
  for (guint i = 0; i < trunk->len; i++)
    vbet_vlan_set_add (&self->tagged, (guint)((const VbetValue *)trunk->pdata[i])->as.integer);
}

/* Whether a port of @device beside @but carries VLAN @vlan, so that somebody waits for it there. */
static gboolean
has_vlan (const VbetDevice *device, const VbetNic *but, guint vlan)
{
  for (guint i = 0; i < device->nics->len; i++) {
    VbetCheckPort port = { device, device->nics->pdata[i], 0 };
    VlanPort vlans;
    if (port.nic == but)
      continue;
    vlan_port_init (&vlans, &port);
    if (vlans.untagged == vlan || vbet_vlan_set_has (&vlans.tagged, vlan))
      return TRUE;
  }
  return FALSE;
}

/* Text for what a port does with untagged frames. */
static char *
untagged_text (const VlanPort *self)
{
  g_autofree char *name = port_name (self->port);
  return self->untagged != 0 ? g_strdup_printf ("in VLAN %" G_GINT64_FORMAT " at %s", self->untagged, name)
                             : g_strdup_printf ("dropped at %s", name);
}

static void
warn_untagged (const VbetCheck *self, const VlanPort *a, const VlanPort *b)
{
  const char *key = _vbet_check_attribute (b->port->nic->attributes, "vlan") != NULL ? "vlan" : "trunk";
  g_autofree char *here = untagged_text (b), *there = untagged_text (a);
  vbet_diagnostics_add (self->diagnostics, VBET_W_NATIVE_VLAN, span_of (b->port, key),
                        "untagged frames of this cable are %s and %s: give both ports one vlan", there, here);
}

/* Tagged frames that @from sends and @to drops. */
static void
warn_tagged (const VbetCheck *self, const VlanPort *from, const VlanPort *to)
{
  g_autofree char *sender = port_name (from->port), *receiver = port_name (to->port);
  if (!to->has_trunk) {
    vbet_diagnostics_add (
        self->diagnostics, VBET_W_TRUNK, span_of (to->port, "vlan"),
        "%s drops the tagged frames of %s: %s keeps VLANs apart, and this port has no trunk", receiver,
        sender, to->port->device->name);
    return;
  }
  g_autoptr (GString) list = g_string_new (NULL);
  guint count = 0;
  for (guint vlan = 1; vlan < VBET_VLANS; vlan++) {
    if (!vbet_vlan_set_has (&from->tagged, vlan) || vbet_vlan_set_has (&to->tagged, vlan)
        || !has_vlan (to->port->device, to->port->nic, vlan))
      continue;
    if (count++ < NAMED_MAX)
      g_string_append_printf (list, "%s%u", list->len > 0 ? ", " : "", vlan);
  }
  if (count > NAMED_MAX)
    g_string_append_printf (list, " and %u more", count - NAMED_MAX);
  if (count > 0)
    vbet_diagnostics_add (self->diagnostics, VBET_W_TRUNK, span_of (to->port, "trunk"),
                          "%s drops the tagged frames of VLAN %s that %s sends: its trunk does not have %s",
                          receiver, list->str, sender, count == 1 ? "it" : "them");
}

/* The ends of @cable when both are ports of switches that keep VLANs apart; one that does not passes every frame as it is. */
static gboolean
vlan_ends (const VbetCheck *self, const VbetCable *cable, VlanPort ends[2])
{
  const VbetCheckPort *ports[2];
  for (guint i = 0; i < 2; i++) {
    guint position;
    if (!_vbet_check_end (self, &cable->ends[i], &position))
      return FALSE;
    ports[i] = _vbet_check_port (self, position);
    if (ports[i]->device->kind != VBET_KIND_SWITCH)
      return FALSE;
  }
  if (!keeps_vlans (ports[0]->device) || !keeps_vlans (ports[1]->device))
    return FALSE;
  vlan_port_init (&ends[0], ports[0]);
  vlan_port_init (&ends[1], ports[1]);
  return TRUE;
}

static void
check_vlans (const VbetCheck *self)
{
  const GPtrArray *cables = self->topology->cables;
  for (guint i = 0; i < cables->len; i++) {
    VlanPort ends[2];
    if (!vlan_ends (self, cables->pdata[i], ends))
      continue;
    if (ends[0].untagged != ends[1].untagged && ends[0].has_trunk == ends[1].has_trunk)
      warn_untagged (self, &ends[0], &ends[1]);
    if (ends[0].has_trunk)
      warn_tagged (self, &ends[0], &ends[1]);
    if (ends[1].has_trunk)
      warn_tagged (self, &ends[1], &ends[0]);
  }
}

/* --- DHCP servers -------------------------------------------------------------------------------- */

/* Whether @port leads to a server: a gateway that gives addresses, or a guest that has the service and an address there. */
static gboolean
serves_dhcp (const VbetCheckPort *port)
{
  const VbetDevice *device = port->device;
  if (device->kind == VBET_KIND_GATEWAY)
    return vbet_attributes_boolean (device->attributes, VBET_KIND_GATEWAY, "dhcp");
  if ((device->kind & VBET_KIND_GUEST) == 0 || vbet_attributes_get (port->nic->attributes, "ip") == NULL)
    return FALSE;
  return vbet_device_has_service (device, "dhcp-server");
}

static void
check_dhcp (const VbetCheck *self)
{
  g_autoptr (GHashTable) first
      = g_hash_table_new (NULL, NULL); /* root of a segment to its first server's port */
  for (guint i = 0; i < self->ports->len; i++) {
    const VbetCheckPort *port = _vbet_check_port (self, i);
    if (port->nic->cable == NULL || !serves_dhcp (port))
      continue;
    gpointer root = GUINT_TO_POINTER (_vbet_check_root (self, i));
    const VbetCheckPort *other = g_hash_table_lookup (first, root);
    if (other == NULL) {
      g_hash_table_insert (first, root, (gpointer)port);
      continue;
    }
    const VbetAttribute *attribute = _vbet_check_attribute (port->device->attributes, "services");
    vbet_diagnostics_add (
        self->diagnostics, VBET_W_TWO_DHCP, attribute != NULL ? attribute->span : port->device->span,
        "%s and %s both give addresses by DHCP on one link: who asks takes what comes first",
        other->device->name, port->device->name);
  }
}

void
_vbet_check_links (const VbetCheck *self)
{
  check_mtus (self);
  check_vlans (self);
  check_dhcp (self);
}
