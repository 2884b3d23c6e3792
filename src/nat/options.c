/* options.c - see options.h. */
#include "config.h"

#include "nat/options.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/error.h"

#define MTU_MIN 576
#define MTU_MAX 9000
#define LEASES 16      /* how many addresses libslirp gives */
#define FIRST_LEASE 15 /* of a network that has room for them all */
#define FIRST_GUEST 4  /* after network, gateway and name server */

/* Decimal without sign or blank. */
static gboolean
parse_number (const char *text, guint64 min, guint64 max, guint *ret_number)
{
  guint64 number = 0;
  if (!g_ascii_isdigit (text[0]) || !g_ascii_string_to_unsigned (text, 10, min, max, &number, NULL))
    return FALSE;
  *ret_number = (guint)number;
  return TRUE;
}

gboolean
vbet_nat_parse_address (const char *text, guint32 *ret_address)
{
  struct in_addr address;
  if (inet_pton (AF_INET, text, &address) != 1)
    return FALSE;
  *ret_address = ntohl (address.s_addr);
  return TRUE;
}

gboolean
vbet_nat_parse_mac (const char *text, guint8 ret_mac[6])
{
  if (strlen (text) != 17)
    return FALSE;
  for (guint i = 0; i < 6; i++) {
    int high = g_ascii_xdigit_value (text[3 * i]), low = g_ascii_xdigit_value (text[3 * i + 1]);
    if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != '-'))
      return FALSE;
    ret_mac[i] = (guint8)(high << 4 | low);
  }
  return TRUE;
}

gboolean
vbet_nat_parse_forward (const char *text, VbetNatForward *ret_forward)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 5);
  VbetNatForward forward = { 0 };
  if (g_strv_length (parts) != 4 || (strcmp (parts[0], "tcp") != 0 && strcmp (parts[0], "udp") != 0)
      || !parse_number (parts[1], 1, 65535, &forward.host_port)
      || !parse_number (parts[3], 1, 65535, &forward.guest_port))
    return FALSE;
  forward.udp = parts[0][0] == 'u';
  forward.by_mac = vbet_nat_parse_mac (parts[2], forward.mac);
  if (!forward.by_mac && !vbet_nat_parse_address (parts[2], &forward.address))
    return FALSE;
  *ret_forward = forward;
  return TRUE;
}

static gboolean
parse_network (VbetNatOptions *self, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 3);
  return g_strv_length (parts) == 2 && vbet_nat_parse_address (parts[0], &self->network)
         && parse_number (parts[1], 8, 29, &self->prefix)
         && (self->network & ~vbet_nat_options_mask (self)) == 0;
}

static gboolean
add_forward (VbetNatOptions *self, const char *text)
{
  VbetNatForward forward;
  if (self->forwards->len == VBET_NAT_FORWARDS_MAX || !vbet_nat_parse_forward (text, &forward))
    return FALSE;
  forward.text = g_strdup (text);
  g_array_append_val (self->forwards, forward);
  return TRUE;
}

static gboolean
add_lease (VbetNatOptions *self, const char *text)
{
  VbetNatLease lease;
  if (self->leases->len == VBET_NAT_LEASES_MAX || !vbet_nat_lease_parse (text, &lease))
    return FALSE;
  g_array_append_val (self->leases, lease);
  return TRUE;
}

/* Returns: FALSE when @argument is no option, or has a wrong value. No work for GOptionContext, which would take
 * "--host=no" for "--host". */
static gboolean
take (VbetNatOptions *self, const char *argument)
{
  if (strcmp (argument, "--no-dhcp") == 0)
    self->dhcp = FALSE;
  else if (strcmp (argument, "--isolated") == 0)
    self->isolated = TRUE;
  else if (strcmp (argument, "--host") == 0)
    self->host = TRUE;
  else if (g_str_has_prefix (argument, "--network="))
    return parse_network (self, argument + strlen ("--network="));
  else if (g_str_has_prefix (argument, "--mtu="))
    return parse_number (argument + strlen ("--mtu="), MTU_MIN, MTU_MAX, &self->mtu);
  else if (g_str_has_prefix (argument, "--forward="))
    return add_forward (self, argument + strlen ("--forward="));
  else if (g_str_has_prefix (argument, "--lease="))
    return add_lease (self, argument + strlen ("--lease="));
  else
    return FALSE;
  return TRUE;
}

static void
forward_clear (gpointer data)
{
  VbetNatForward *forward = data;
  g_free (forward->text);
}

gboolean
vbet_nat_options_parse (VbetNatOptions *self, const char *const *argv, GError **error)
{
  *self = (VbetNatOptions){ .network = 10u << 24 | 2u << 8, .prefix = 24, .mtu = 1500, .dhcp = TRUE };
  self->forwards = g_array_new (FALSE, FALSE, sizeof (VbetNatForward));
  self->leases = g_array_new (FALSE, FALSE, sizeof (VbetNatLease));
  g_array_set_clear_func (self->forwards, forward_clear);
  for (guint i = 0; argv[i] != NULL; i++) {
    if (take (self, argv[i]))
      continue;
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, "vbet-nat does not know what to do with “%s”", argv[i]);
    return FALSE;
  }
  return TRUE;
}

void
vbet_nat_options_clear (VbetNatOptions *self)
{
  g_clear_pointer (&self->forwards, g_array_unref);
  g_clear_pointer (&self->leases, g_array_unref);
}

guint32
vbet_nat_options_mask (const VbetNatOptions *self)
{
  return G_MAXUINT32 << (32 - self->prefix);
}

guint32
vbet_nat_options_first_lease (const VbetNatOptions *self)
{
  guint32 size = ~vbet_nat_options_mask (self) + 1;
  return self->network + (size > FIRST_LEASE + LEASES ? FIRST_LEASE : FIRST_GUEST);
}

gboolean
vbet_nat_options_holds (const VbetNatOptions *self, guint32 address)
{
  guint32 host = address & ~vbet_nat_options_mask (self);
  /* The second and third are the gateway's own. */
  return (address & vbet_nat_options_mask (self)) == self->network && host != 0 && host != 2 && host != 3
         && host != ~vbet_nat_options_mask (self);
}

void
vbet_nat_options_prefix6 (const VbetNatOptions *self, guint8 ret_bytes[16])
{
  static const guint8 ours[4] = { 0xfd, 0x56, 0x42, 0x45 };
  memset (ret_bytes, 0, 16);
  memcpy (ret_bytes, ours, sizeof ours);
  for (guint i = 0; i < 4; i++)
    ret_bytes[4 + i] = (guint8)(self->network >> (24 - 8 * i));
}
