/* dissect.c - see dissect.h. */
#include "config.h"

#include "capture/dissect.h"

#include <stdarg.h>
#include <string.h>

#include "base/mac.h"

/* What is left of the frame. */
typedef struct {
  const guint8 *at;
  guint left;
} Bytes;

static gboolean
has (const Bytes *self, guint size)
{
  return self->left >= size;
}

static void
skip (Bytes *self, guint size)
{
  size = MIN (size, self->left);
  self->at += size;
  self->left -= size;
}

static guint
u16 (const guint8 *at)
{
  return (guint)at[0] << 8 | at[1];
}

static guint32
u32 (const guint8 *at)
{
  return (guint32)u16 (at) << 16 | u16 (at + 2);
}

static void G_GNUC_PRINTF (2, 3) say (VbetDissection *self, const char *format, ...)
{
  gsize used = strlen (self->info);
  va_list arguments;
  va_start (arguments, format);
  g_vsnprintf (self->info + used, sizeof self->info - used, format, arguments);
  va_end (arguments);
}

static void
name_protocol (VbetDissection *self, const char *protocol)
{
  g_strlcpy (self->protocol, protocol, sizeof self->protocol);
}

static void
print_ipv4 (char *to, gsize size, const guint8 *address)
{
  g_snprintf (to, size, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
}

/* As RFC 5952 writes it: the longest run of zero groups, of two at least, is "::". */
static void
print_ipv6 (char *to, gsize size, const guint8 *address)
{
  guint best = 8;
  guint best_length = 1;
  for (guint i = 0; i < 8; i++) {
    guint length = 0;
    while (i + length < 8 && u16 (address + 2 * (i + length)) == 0)
      length++;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
  }
  *to = '\0';
  for (guint i = 0; i < 8; i++) {
    char group[8];
    if (i == best) {
      g_strlcat (to, "::", size);
      i += best_length - 1;
      continue;
    }
    gboolean first = *to == '\0' || g_str_has_suffix (to, "::");
    g_snprintf (group, sizeof group, first ? "%x" : ":%x", u16 (address + 2 * i));
    g_strlcat (to, group, size);
  }
}

static void
cut_short (VbetDissection *self)
{
  say (self, "%scut short", *self->info == '\0' || g_str_has_suffix (self->info, ": ") ? "" : ", ");
}

/* --- applications ------------------------------------------------------------------- */

/* A name of DNS; compression is followed no further than the first pointer's place. */
static void
say_dns_name (VbetDissection *self, Bytes in)
{
  char name[96] = "";
  gsize used = 0;
  while (in.left > 0 && in.at[0] > 0 && in.at[0] < 64 && has (&in, 1u + in.at[0])) {
    guint length = in.at[0];
    for (guint i = 0; i < length && used + 2 < sizeof name; i++)
      name[used++] = g_ascii_isgraph (in.at[1 + i]) ? (char)in.at[1 + i] : '?';
    if (used + 2 < sizeof name)
      name[used++] = '.';
    skip (&in, 1 + length);
  }
  name[used > 1 ? used - 1 : used] = '\0';
  say (self, "%s", used > 0 ? name : "the root");
}

static void
dissect_dns (VbetDissection *self, Bytes in)
{
  name_protocol (self, "DNS");
  if (!has (&in, 12)) {
    cut_short (self);
    return;
  }
  gboolean response = (in.at[2] & 0x80) != 0;
  guint code = in.at[3] & 15;
  guint answers = u16 (in.at + 6);
  guint questions = u16 (in.at + 4);
  skip (&in, 12);
  say (self, response ? "response" : "query");
  if (questions > 0) {
    say (self, " for ");
    say_dns_name (self, in);
  }
  if (response && code == 3)
    say (self, ": no such name");
  else if (response && code != 0)
    say (self, ": error %u", code);
  else if (response)
    say (self, ": %u answer%s", answers, answers == 1 ? "" : "s");
}

static void
dissect_dhcp (VbetDissection *self, Bytes in)
{
  static const char *const types[]
      = { "", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform" };
  name_protocol (self, "DHCP");
  if (!has (&in, 240)) {
    cut_short (self);
    return;
  }
  char address[16];
  char mac[VBET_MAC_TEXT_SIZE];
  gboolean from_server = in.at[0] == 2;
  print_ipv4 (address, sizeof address, in.at + 16);
  vbet_mac_to_text (in.at + 28, ':', mac);
  skip (&in, 240);
  while (has (&in, 2) && in.at[0] != 255) {
    if (in.at[0] == 53 && has (&in, 3)) {
      guint type = in.at[2];
      say (self, "%s", type > 0 && type < G_N_ELEMENTS (types) ? types[type] : "message");
      break;
    }
    skip (&in, in.at[0] == 0 ? 1 : 2u + in.at[1]);
  }
  if (from_server)
    say (self, " of %s to %s", address, mac);
  else
    say (self, " by %s", mac);
}

static void
dissect_rip (VbetDissection *self, Bytes in)
{
  name_protocol (self, "RIP");
  if (!has (&in, 4)) {
    cut_short (self);
    return;
  }
  say (self, "%s, version %u, %u routes", in.at[0] == 1 ? "request" : "response", in.at[1],
       (in.left - 4) / 20);
}

static const char *
application_of (guint port)
{
  switch (port) {
  case 20:
  case 21:
    return "FTP";
  case 22:
    return "SSH";
  case 23:
    return "Telnet";
  case 25:
    return "SMTP";
  case 69:
    return "TFTP";
  case 80:
    return "HTTP";
  case 123:
    return "NTP";
  case 161:
  case 162:
    return "SNMP";
  case 179:
    return "BGP";
  case 443:
    return "TLS";
  case 514:
    return "Syslog";
  case 4789:
    return "VXLAN";
  case 51820:
    return "WireGuard";
  default:
    return NULL;
  }
}

/* --- transport ---------------------------------------------------------------------- */

static void
dissect_udp (VbetDissection *self, Bytes in)
{
  name_protocol (self, "UDP");
  if (!has (&in, 8)) {
    cut_short (self);
    return;
  }
  guint from = u16 (in.at);
  guint to = u16 (in.at + 2);
  guint length = u16 (in.at + 4);
  skip (&in, 8);
  if (from == 53 || to == 53 || from == 5353) {
    dissect_dns (self, in);
  } else if (from == 67 || from == 68) {
    dissect_dhcp (self, in);
  } else if (from == 520 || to == 520) {
    dissect_rip (self, in);
  } else {
    const char *application = application_of (to);
    if (application == NULL)
      application = application_of (from);
    if (application != NULL)
      name_protocol (self, application);
    say (self, "port %u to %u, %u bytes", from, to, length >= 8 ? length - 8 : 0);
  }
}

/* The first line of readable text at the beginning of a segment. */
static void
say_text (VbetDissection *self, Bytes in)
{
  char line[80];
  guint n = 0;
  while (n < in.left && n + 1 < sizeof line && g_ascii_isprint (in.at[n])) {
    line[n] = (char)in.at[n];
    n++;
  }
  line[n] = '\0';
  if (n > 3)
    say (self, ": %s", line);
}

/* @size: bytes of the segment, which may not all be there. */
static void
dissect_tcp (VbetDissection *self, Bytes in, guint size)
{
  static const char *const flags[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG" };
  name_protocol (self, "TCP");
  if (!has (&in, 20)) {
    cut_short (self);
    return;
  }
  guint from = u16 (in.at);
  guint to = u16 (in.at + 2);
  guint header = (in.at[12] >> 4) * 4u;
  guint payload = size >= header ? size - header : 0;
  const char *application = application_of (MIN (from, to));
  say (self, "port %u to %u [", from, to);
  gboolean first = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++) {
    if (in.at[13] >> i & 1) {
      say (self, "%s%s", first ? "" : " ", flags[i]);
      first = FALSE;
    }
  }
  say (self, "] seq %u", u32 (in.at + 4));
  if (in.at[13] & 0x10)
    say (self, " ack %u", u32 (in.at + 8));
  say (self, ", %u bytes", payload);
  skip (&in, MAX (header, 20));
  if (payload > 0 && application != NULL)
    name_protocol (self, application);
  if (payload > 0 && application != NULL && g_str_equal (application, "HTTP"))
    say_text (self, in);
}

static void
dissect_icmp (VbetDissection *self, Bytes in)
{
  static const char *const unreachable[]
      = { "network unreachable", "host unreachable", "protocol unreachable", "port unreachable",
          "fragmentation needed" };
  name_protocol (self, "ICMP");
  if (!has (&in, 8)) {
    cut_short (self);
    return;
  }
  guint type = in.at[0];
  guint code = in.at[1];
  if (type == 8 || type == 0)
    say (self, "echo %s, id %u, seq %u", type == 8 ? "request" : "reply", u16 (in.at + 4), u16 (in.at + 6));
  else if (type == 3 && code < G_N_ELEMENTS (unreachable))
    say (self, "%s", unreachable[code]);
  else if (type == 3)
    say (self, "unreachable, code %u", code);
  else if (type == 5)
    say (self, "redirect to %u.%u.%u.%u", in.at[4], in.at[5], in.at[6], in.at[7]);
  else if (type == 11)
    say (self, "time exceeded");
  else
    say (self, "type %u, code %u", type, code);
}

static void
dissect_icmp6 (VbetDissection *self, Bytes in)
{
  char target[VBET_DISSECTION_ADDRESS];
  name_protocol (self, "ICMPv6");
  if (!has (&in, 8)) {
    cut_short (self);
    return;
  }
  guint type = in.at[0];
  switch (type) {
  case 1:
    say (self, "unreachable, code %u", in.at[1]);
    return;
  case 2:
    say (self, "packet too big, MTU %u", u32 (in.at + 4));
    return;
  case 3:
    say (self, "time exceeded");
    return;
  case 128:
  case 129:
    say (self, "echo %s, id %u, seq %u", type == 128 ? "request" : "reply", u16 (in.at + 4), u16 (in.at + 6));
    return;
  case 133:
    say (self, "router solicitation");
    return;
  case 134:
    say (self, "router advertisement");
    return;
  case 135:
  case 136:
    if (!has (&in, 24)) {
      cut_short (self);
      return;
    }
    print_ipv6 (target, sizeof target, in.at + 8);
    say (self, type == 135 ? "who has %s?" : "%s is here", target);
    return;
  case 130:
  case 131:
  case 132:
  case 143:
    say (self, "multicast listener %s", type == 130 ? "query" : "report");
    return;
  default:
    say (self, "type %u, code %u", type, in.at[1]);
  }
}

static void
dissect_ospf (VbetDissection *self, Bytes in)
{
  static const char *const types[] = { "",
                                       "hello",
                                       "database description",
                                       "link state request",
                                       "link state update",
                                       "link state acknowledgment" };
  name_protocol (self, "OSPF");
  if (!has (&in, 12)) {
    cut_short (self);
    return;
  }
  char router[16];
  char area[16];
  guint type = in.at[1];
  print_ipv4 (router, sizeof router, in.at + 4);
  print_ipv4 (area, sizeof area, in.at + 8);
  say (self, "%s of router %s, area %s", type > 0 && type < G_N_ELEMENTS (types) ? types[type] : "packet",
       router, area);
}

/* @size: bytes behind the IP header. */
static void
dissect_transport (VbetDissection *self, guint number, Bytes in, guint size)
{
  switch (number) {
  case 1:
    dissect_icmp (self, in);
    return;
  case 2:
    name_protocol (self, "IGMP");
    say (self, "%s",
         in.left > 0 && in.at[0] == 0x11   ? "query"
         : in.left > 0 && in.at[0] == 0x17 ? "leave"
                                           : "report");
    return;
  case 6:
    dissect_tcp (self, in, size);
    return;
  case 17:
    dissect_udp (self, in);
    return;
  case 47:
    name_protocol (self, "GRE");
    break;
  case 50:
    name_protocol (self, "ESP");
    break;
  case 58:
    dissect_icmp6 (self, in);
    return;
  case 89:
    dissect_ospf (self, in);
    return;
  case 112:
    name_protocol (self, "VRRP");
    break;
  default:
    say (self, "protocol %u, ", number);
    break;
  }
  say (self, "%u bytes", size);
}

/* --- network ------------------------------------------------------------------------ */

static void
dissect_ipv4 (VbetDissection *self, Bytes in)
{
  name_protocol (self, "IPv4");
  guint header = in.left > 0 ? (in.at[0] & 15) * 4u : 0;
  if (!has (&in, 20) || header < 20 || !has (&in, header)) {
    cut_short (self);
    return;
  }
  guint total = u16 (in.at + 2);
  guint fragment = u16 (in.at + 6);
  guint number = in.at[9];
  guint ttl = in.at[8];
  print_ipv4 (self->from, sizeof self->from, in.at + 12);
  print_ipv4 (self->to, sizeof self->to, in.at + 16);
  skip (&in, header);
  guint size = total >= header ? total - header : 0;
  in.left = MIN (in.left, size);
  if ((fragment & 0x1fff) != 0) {
    say (self, "fragment at %u, %u bytes", (fragment & 0x1fff) * 8, size);
    return;
  }
  dissect_transport (self, number, in, size);
  if (fragment & 0x2000)
    say (self, ", first fragment");
  if (ttl <= 1 && number == 1)
    say (self, ", ttl %u", ttl);
}

static void
dissect_ipv6 (VbetDissection *self, Bytes in)
{
  name_protocol (self, "IPv6");
  if (!has (&in, 40)) {
    cut_short (self);
    return;
  }
  guint number = in.at[6];
  guint size = u16 (in.at + 4);
  print_ipv6 (self->from, sizeof self->from, in.at + 8);
  print_ipv6 (self->to, sizeof self->to, in.at + 24);
  skip (&in, 40);
  in.left = MIN (in.left, size);
  /* Hop-by-hop, routing and destination options stand in front; each is 8 bytes at least. */
  while ((number == 0 || number == 43 || number == 60) && has (&in, 8)) {
    guint length = (in.at[1] + 1u) * 8;
    number = in.at[0];
    size = size >= length ? size - length : 0;
    skip (&in, length);
  }
  if (number == 44)
    say (self, "fragment, %u bytes", size);
  else
    dissect_transport (self, number, in, size);
}

static void
dissect_arp (VbetDissection *self, Bytes in)
{
  name_protocol (self, "ARP");
  if (!has (&in, 28)) {
    cut_short (self);
    return;
  }
  char sender[16];
  char target[16];
  char mac[VBET_MAC_TEXT_SIZE];
  guint operation = u16 (in.at + 6);
  vbet_mac_to_text (in.at + 8, ':', mac);
  print_ipv4 (sender, sizeof sender, in.at + 14);
  print_ipv4 (target, sizeof target, in.at + 24);
  if (operation == 1 && strcmp (sender, target) == 0)
    say (self, "%s is at %s (announcement)", sender, mac);
  else if (operation == 1)
    say (self, "who has %s? tell %s", target, sender);
  else if (operation == 2)
    say (self, "%s is at %s", sender, mac);
  else
    say (self, "operation %u", operation);
}

/* Behind a length field: logical link control. */
static void
dissect_llc (VbetDissection *self, Bytes in)
{
  name_protocol (self, "LLC");
  if (!has (&in, 3)) {
    cut_short (self);
    return;
  }
  guint service = in.at[0];
  skip (&in, 3);
  if (service != 0x42 || !has (&in, 4)) {
    say (self, "service %02x", service);
    return;
  }
  name_protocol (self, "STP");
  guint type = in.at[3];
  if (type == 0x80)
    say (self, "topology change");
  else if (has (&in, 27))
    say (self, "root %u.%02x%02x%02x%02x%02x%02x, cost %u%s", u16 (in.at + 5), in.at[7], in.at[8], in.at[9],
         in.at[10], in.at[11], in.at[12], u32 (in.at + 13), in.at[4] & 1 ? ", topology change" : "");
  else
    cut_short (self);
}

static void
dissect_type (VbetDissection *self, guint type, Bytes in)
{
  if (type < 0x600) {
    dissect_llc (self, in);
    return;
  }
  switch (type) {
  case 0x0800:
    dissect_ipv4 (self, in);
    return;
  case 0x0806:
    dissect_arp (self, in);
    return;
  case 0x86dd:
    dissect_ipv6 (self, in);
    return;
  case 0x8847:
    name_protocol (self, "MPLS");
    break;
  case 0x8863:
  case 0x8864:
    name_protocol (self, "PPPoE");
    break;
  case 0x88cc:
    name_protocol (self, "LLDP");
    break;
  default:
    say (self, "type %04x, ", type);
    break;
  }
  say (self, "%u bytes", in.left);
}

void
vbet_dissect (const guint8 *data, guint captured, guint size, VbetDissection *ret_dissection)
{
  VbetDissection *self = ret_dissection;
  Bytes in = { .at = data, .left = captured };
  memset (self, 0, sizeof *self);
  name_protocol (self, "Ethernet");
  if (!has (&in, 14)) {
    say (self, "%u bytes, too short for a header", size);
    return;
  }
  vbet_mac_to_text (in.at, ':', self->to);
  vbet_mac_to_text (in.at + 6, ':', self->from);
  guint type = u16 (in.at + 12);
  skip (&in, 14);
  for (guint tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8) && has (&in, 4); tags++) {
    say (self, "VLAN %u: ", u16 (in.at) & 0xfff);
    type = u16 (in.at + 2);
    skip (&in, 4);
  }
  dissect_type (self, type, in);
}
