/* udp-address.c - see udp-address.h. */
#include "config.h"

#include "engine/model/udp-address.h"

#include <string.h>

#define NAME_LENGTH_MAX 253 /* of a name of the DNS */

static gboolean
parse_port (const char *text, guint *ret_port)
{
  gsize length = strlen (text);
  if (length == 0 || length > 5 || strspn (text, "0123456789") != length)
    return FALSE;
  *ret_port = (guint)g_ascii_strtoull (text, NULL, 10);
  return *ret_port >= 1 && *ret_port <= 65535;
}

static gboolean
is_name (const char *text)
{
  gsize length = strlen (text);
  gboolean digits_only = TRUE;
  for (const char *at = text; *at != '\0'; at++) {
    if (!g_ascii_isalnum (*at) && strchr ("-_.", *at) == NULL)
      return FALSE;
    digits_only &= g_ascii_isdigit (*at) || *at == '.';
  }
  return length > 0 && length <= NAME_LENGTH_MAX && !digits_only; /* "10.0.0" is a slip, no name */
}

/* "fe80::1%eth0": the scope is the name of an interface of the real host. */
static gboolean
parse_v6 (const char *text, VbetAddress *ret_address)
{
  g_auto (GStrv) parts = g_strsplit (text, "%", 2);
  if (parts[0] == NULL || !vbet_address_parse (parts[0], ret_address))
    return FALSE;
  gboolean scope_ok = parts[1] == NULL || (parts[1][0] != '\0' && strpbrk (parts[1], "%[]: /") == NULL);
  return ret_address->is_v6 && ret_address->prefix < 0 && scope_ok;
}

static gboolean
parse_host (const char *text, VbetUdpAddress *self)
{
  self->host = g_strdup (text);
  self->literal = vbet_address_parse (text, &self->address);
  return self->literal ? !self->address.is_v6 && self->address.prefix < 0 : is_name (text);
}

/* Splits "HOST:PORT" or "[HOST]:PORT". */
static gboolean
parse (const char *text, VbetUdpAddress *self)
{
  const char *colon = strrchr (text, ':');
  if (colon == NULL || !parse_port (colon + 1, &self->port))
    return FALSE;
  if (text[0] != '[') {
    g_autofree char *host = g_strndup (text, (gsize)(colon - text));
    return parse_host (host, self);
  }
  if (colon < text + 2 || colon[-1] != ']')
    return FALSE;
  self->host = g_strndup (text + 1, (gsize)(colon - text) - 2);
  self->literal = TRUE;
  return parse_v6 (self->host, &self->address);
}

gboolean
vbet_udp_peer_parse (const char *text, VbetUdpAddress *ret_address)
{
  memset (ret_address, 0, sizeof *ret_address);
  if (parse (text, ret_address))
    return TRUE;
  vbet_udp_address_clear (ret_address);
  return FALSE;
}

gboolean
vbet_udp_listen_parse (const char *text, VbetUdpAddress *ret_address)
{
  memset (ret_address, 0, sizeof *ret_address);
  if (parse_port (text, &ret_address->port) || (parse (text, ret_address) && ret_address->literal))
    return TRUE;
  vbet_udp_address_clear (ret_address);
  return FALSE;
}

void
vbet_udp_address_clear (VbetUdpAddress *self)
{
  g_clear_pointer (&self->host, g_free);
}

static gboolean
same_address (const VbetUdpAddress *a, const VbetUdpAddress *b)
{
  return a->literal && b->literal && a->address.is_v6 == b->address.is_v6
         && memcmp (a->address.bytes, b->address.bytes, a->address.is_v6 ? 16 : 4) == 0;
}

gboolean
vbet_udp_address_is_every (const VbetUdpAddress *self)
{
  static const guint8 zero[16];
  return self->host == NULL
         || (self->literal && memcmp (self->address.bytes, zero, self->address.is_v6 ? 16 : 4) == 0);
}

static gboolean
is_loopback (const VbetUdpAddress *self)
{
  static const guint8 v6[16] = { [15] = 1 };
  if (!self->literal)
    return self->host != NULL && g_ascii_strcasecmp (self->host, "localhost") == 0;
  return self->address.is_v6 ? memcmp (self->address.bytes, v6, sizeof v6) == 0
                             : self->address.bytes[0] == 127;
}

gboolean
vbet_udp_leads_to (const VbetUdpAddress *peer, const VbetUdpAddress *listen)
{
  return peer->port == listen->port
         && (same_address (peer, listen)
             || (is_loopback (peer) && (vbet_udp_address_is_every (listen) || is_loopback (listen))));
}
