/* names.c - names of a lab's devices for the files of its guests; see names.h. */
#include "config.h"

#include "engine/guest/names.h"

#include <string.h>

#include "base/mac.h"

struct VbetGuestNames {
  VbetTopology *topology;
  GPtrArray *lines; /* of char *: those of each device in hosts(5), in the order of the topology */
  char *hosts_digest;
  char *clients;
  char *clients_digest;
};

/* A line for the first address of each family that @device has. */
static void
append_host_lines (GString *out, const VbetDevice *device)
{
  for (int family = 0; family < 2; family++) {
    const VbetAddress *address = NULL;
    for (guint i = 0; i < device->nics->len && address == NULL; i++)
      address = vbet_nic_address (g_ptr_array_index (device->nics, i), family == 1);
    if (address == NULL)
      continue;
    g_autofree char *text = vbet_address_to_text (address, FALSE);
    g_string_append_printf (out, "%s %s\n", text, device->name);
  }
}

static void
append_client (GString *out, const VbetDevice *device, const VbetNic *nic)
{
  const VbetAddress *address = vbet_nic_address (nic, FALSE);
  if (address == NULL && !vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp"))
    return;
  g_autofree char *text = address != NULL ? vbet_address_to_text (address, FALSE) : NULL;
  char mac[VBET_MAC_TEXT_SIZE];
  g_string_append_printf (out, "dhcp-host=%s,%s%s%s\n", vbet_mac_to_text (nic->mac, ':', mac),
                          text != NULL ? text : "", text != NULL ? "," : "", device->name);
}

static char *
clients_text (const VbetTopology *topology)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    for (guint j = 0; (device->kind & VBET_KIND_GUEST) != 0 && j < device->nics->len; j++)
      append_client (out, device, g_ptr_array_index (device->nics, j));
  }
  return g_string_free (out, FALSE);
}

/* Names do not depend on which lines are whose: each begins with an address. */
static char *
make_lines (GPtrArray *lines, const VbetTopology *topology)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < topology->devices->len; i++) {
    GString *text = g_string_new (NULL);
    append_host_lines (text, g_ptr_array_index (topology->devices, i));
    g_checksum_update (checksum, (const guchar *)text->str, (gssize)text->len);
    g_ptr_array_add (lines, g_string_free (text, FALSE));
  }
  return g_strdup (g_checksum_get_string (checksum));
}

VbetGuestNames *
vbet_guest_names_new (VbetTopology *topology)
{
  VbetGuestNames *self = g_rc_box_new0 (VbetGuestNames);
  self->topology = vbet_topology_ref (topology);
  self->lines = g_ptr_array_new_full (topology->devices->len, g_free);
  self->hosts_digest = make_lines (self->lines, topology);
  self->clients = clients_text (topology);
  self->clients_digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, self->clients, -1);
  return self;
}

VbetGuestNames *
vbet_guest_names_ref (VbetGuestNames *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  VbetGuestNames *self = data;
  vbet_topology_unref (self->topology);
  g_ptr_array_unref (self->lines);
  g_free (self->hosts_digest);
  g_free (self->clients);
  g_free (self->clients_digest);
}

void
vbet_guest_names_unref (VbetGuestNames *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, clear);
}

const VbetTopology *
vbet_guest_names_topology (const VbetGuestNames *self)
{
  return self->topology;
}

char *
vbet_guest_names_hosts (const VbetGuestNames *self, const VbetDevice *device)
{
  GString *out = g_string_new ("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
  gsize before = out->len;
  append_host_lines (out, device);
  /* Its own name must resolve even where it has no address. */
  if (out->len == before)
    g_string_append_printf (out, "127.0.1.1 %s\n", device->name);
  for (guint i = 0; i < self->lines->len; i++) {
    const VbetDevice *other = g_ptr_array_index (self->topology->devices, i);
    if (strcmp (other->name, device->name) != 0)
      g_string_append (out, g_ptr_array_index (self->lines, i));
  }
  return g_string_free (out, FALSE);
}

const char *
vbet_guest_names_hosts_digest (const VbetGuestNames *self)
{
  return self->hosts_digest;
}

const char *
vbet_guest_names_clients (const VbetGuestNames *self)
{
  return self->clients;
}

const char *
vbet_guest_names_clients_digest (const VbetGuestNames *self)
{
  return self->clients_digest;
}
