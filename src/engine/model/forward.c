/* forward.c - see forward.h. */
#include "config.h"

#include "engine/model/forward.h"

#include "base/error.h"
#include "base/mac.h"
#include "engine/model/schema.h"

VbetAddress
vbet_forward_network (const VbetDevice *device)
{
  const VbetValue *written = vbet_attributes_get (device->attributes, "network");
  if (written != NULL)
    return written->as.address;
  g_autoptr (VbetValue) value = vbet_schema_default (vbet_schema_find (VBET_KIND_GATEWAY, "network"));
  return value->as.address;
}

/* The first address of @device in @network; NULL: it has none. */
static char *
address_in (const VbetDevice *device, const VbetAddress *network)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
    for (guint k = 0; k < addresses->len; k++) {
      const VbetAddress *address = &((const VbetValue *)g_ptr_array_index (addresses, k))->as.address;
      if (!address->is_v6 && vbet_address_same_subnet (network, address))
        return vbet_address_to_text (address, FALSE);
    }
  }
  return NULL;
}

/* The MAC of the first NIC that asks for an address; NULL: none does. */
static char *
asking_mac (const VbetDevice *device)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    char mac[VBET_MAC_TEXT_SIZE];
    if (vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp"))
      return g_strdup (vbet_mac_to_text (nic->mac, '-', mac));
  }
  return NULL;
}

char *
vbet_forward_resolve (const VbetTopology *topology, const VbetDevice *gateway, const char *text,
                      GError **error)
{
  VbetAddress network = vbet_forward_network (gateway), literal;
  g_auto (GStrv) parts = g_strsplit (text, ":", 4);
  g_autofree char *target = NULL;
  g_return_val_if_fail (g_strv_length (parts) == 4, NULL); /* checked with the text */
  const VbetDevice *device = vbet_topology_device (topology, parts[2]);
  if (device != NULL)
    target = address_in (device, &network);
  else if (vbet_address_parse (parts[2], &literal) && !literal.is_v6
           && vbet_address_same_subnet (&network, &literal))
    target = vbet_address_to_text (&literal, FALSE);
  if (target == NULL && device != NULL
      && vbet_attributes_boolean (gateway->attributes, VBET_KIND_GATEWAY, "dhcp"))
    target = asking_mac (device);
  if (target != NULL)
    return g_strdup_printf ("%s:%s:%s:%s", parts[0], parts[1], target, parts[3]);
  g_autofree char *name = vbet_address_to_text (&network, TRUE);
  if (device != NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "forward=\"%s\" leads nowhere: %s has no address in %s; give its NIC one, or dhcp=yes", text,
                 parts[2], name);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "forward=\"%s\" leads nowhere: %s is not in %s",
                 text, parts[2], name);
  return NULL;
}
