/* schema.c - the table of attributes. */
#include "config.h"

#include "engine/model/schema.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/impairment.h"
#include "engine/model/suggest.h"

#define KIBI 1024.0
#define MEBI (KIBI * 1024.0)
#define GIBI (MEBI * 1024.0)
#define SECOND 1e9
#define ANY 0, 0

static const char *const service_choices[]
    = { "ospf", "ospf6", "rip", "bgp", "isis", "dhcp-server", "dns-server", "web", "ssh", NULL };

/* How numbers of impairments are written. */
#define TYPE_FLAG VBET_VALUE_BOOL
#define TYPE_TIME VBET_VALUE_DURATION
#define TYPE_SHARE VBET_VALUE_PERCENT
#define TYPE_BITS VBET_VALUE_RATE
#define TYPE_COUNT VBET_VALUE_INTEGER
#define TYPE_MEAN VBET_VALUE_INTEGER
#define TYPE_BYTES VBET_VALUE_SIZE
#define TYPE_SPREAD VBET_VALUE_NAME

#define IMPAIRMENT(id, field, kind, attribute, ours)                                                         \
  { .kinds = VBET_KIND_CABLE,                                                                                \
    .type = TYPE_##kind,                                                                                     \
    .live = VBET_LIVE_AT_ONCE,                                                                               \
    VBET_IMPAIRMENT_MEMBERS attribute },

/* Rows are grouped by what they are of, in the order in which a form or a manual page shows them. Where two
 * kinds have different defaults, a key has a row for each. */
static const VbetAttributeSpec specs[] = {
  /* every device */
  { "at", VBET_KIND_PLACED, VBET_VALUE_POINT, FALSE, FALSE, -1e6, 1e6, "", NULL, "", VBET_LIVE_VISUAL,
    N_ ("Where it stands on the canvas, in pixels to the right and down; without it, the canvas finds a "
        "place.") },
  { "color", VBET_KIND_PLACED, VBET_VALUE_NAME, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_VISUAL,
    N_ ("Colour on the canvas: red, orange, yellow, green, blue, purple, brown, gray or \"#rrggbb\"."),
    .content = VBET_CONTENT_COLOR },
  { "label", VBET_KIND_DEVICE, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_VISUAL,
    N_ ("Text shown below the device; without it, its name.") },
  { "icon", VBET_KIND_DEVICE, VBET_VALUE_NAME, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_VISUAL,
    N_ ("Name of the picture on the canvas; without it, the one of its kind."),
    .content = VBET_CONTENT_PICTURE },
  { "autostart", VBET_KIND_DEVICE, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "yes", VBET_LIVE_RESTART,
    N_ ("Whether a guest starts with the lab; no leaves it off until start(). Other devices are always "
        "on.") },

  /* guests */
  { "mem", VBET_KIND_HOST | VBET_KIND_FIREWALL, VBET_VALUE_SIZE, FALSE, FALSE, 32 * MEBI, 16 * GIBI, "M",
    NULL, "64M", VBET_LIVE_RESTART,
    N_ ("Physical memory of the guest; the host lends only the pages that are used.") },
  { "mem", VBET_KIND_ROUTER, VBET_VALUE_SIZE, FALSE, FALSE, 32 * MEBI, 16 * GIBI, "M", NULL, "128M",
    VBET_LIVE_RESTART, N_ ("Physical memory of the guest; the host lends only the pages that are used.") },
  { "gateway", VBET_KIND_GUEST, VBET_VALUE_ADDRESS, TRUE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Address of the next hop of the default route; one of each family at most.") },
  { "dns", VBET_KIND_GUEST, VBET_VALUE_ADDRESS, TRUE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Addresses of the name servers, the first asked first.") },
  { "services", VBET_KIND_GUEST, VBET_VALUE_NAME, TRUE, FALSE, ANY, "", service_choices, "",
    VBET_LIVE_RESTART, N_ ("Servers started at boot.") },
  { "image", VBET_KIND_GUEST, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_RESTART,
    N_ ("Name or path of the root file system; without it, the standard image."),
    .content = VBET_CONTENT_IMAGE },
  { "kernel", VBET_KIND_GUEST, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_RESTART,
    N_ ("Name or path of a user-mode Linux kernel, or \"stock\"; without it, the lab kernel."),
    .content = VBET_CONTENT_KERNEL },
  { "persist", VBET_KIND_GUEST, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "no", VBET_LIVE_RESTART,
    N_ ("Whether what the guest writes to its disk is there again at its next start.") },
  { "share", VBET_KIND_GUEST, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_RESTART,
    N_ ("Folder of this machine that the guest finds as /host, live; a relative path starts at the lab's "
        "file."),
    .content = VBET_CONTENT_FOLDER },
  { "share-write", VBET_KIND_GUEST, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "no", VBET_LIVE_RESTART,
    N_ ("Whether the guest may change what is in its share.") },
  { "boot", VBET_KIND_GUEST, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_RESTART,
    N_ ("Shell commands run as root at the end of each boot."), .content = VBET_CONTENT_SHELL },
  { "routing", VBET_KIND_ROUTER, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("FRR configuration; the daemons that it speaks of are started. A router forwards packets with or "
        "without it."),
    .content = VBET_CONTENT_FRR },
  { "rules", VBET_KIND_FIREWALL, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Rule set of nftables; without it, nothing is forwarded but established traffic."),
    .content = VBET_CONTENT_NFTABLES },

  /* what learns addresses */
  { "ageing", VBET_KIND_LEARNER, VBET_VALUE_DURATION, FALSE, FALSE, 1 * SECOND, 1e6 * SECOND, "s", NULL,
    "300s", VBET_LIVE_AT_ONCE, N_ ("How long an address that is no longer heard stays in the table.") },

  /* switch */
  { "stp", VBET_KIND_SWITCH, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "no", VBET_LIVE_AT_ONCE,
    N_ ("Whether it runs the spanning tree protocol, so that loops do no harm.") },
  { "priority", VBET_KIND_SWITCH, VBET_VALUE_INTEGER, FALSE, FALSE, 0, 61440, "", NULL, "32768",
    VBET_LIVE_AT_ONCE,
    N_ ("Of the spanning tree: the switch with the lowest becomes the root; counts in steps of 4096.") },
  { "mirror", VBET_KIND_SWITCH, VBET_VALUE_INTEGER, FALSE, FALSE, 0, 1024, "", NULL, "0", VBET_LIVE_AT_ONCE,
    N_ ("Number of the port that gets a copy of every frame; 0 for none.") },
  { "vlans", VBET_KIND_SWITCH, VBET_VALUE_INTEGER, TRUE, FALSE, 1, 4094, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("VLANs that the switch carries; without it, those that its ports name.") },

  /* access point */
  { "isolation", VBET_KIND_AP, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "no", VBET_LIVE_AT_ONCE,
    N_ ("Whether the hosts cabled to it are kept from each other; they reach only what else is cabled to it, "
        "such as a router.") },

  /* gateway */
  { "network", VBET_KIND_GATEWAY, VBET_VALUE_ADDRESS, FALSE, FALSE, ANY, "", NULL, "10.0.2.0/24",
    VBET_LIVE_AT_ONCE,
    N_ ("Network on the lab's side: the gateway is its second address, the name server its third."),
    .content = VBET_CONTENT_NETWORK },
  { "dhcp", VBET_KIND_GATEWAY, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "yes", VBET_LIVE_AT_ONCE,
    N_ ("Whether it gives addresses to who asks by DHCP.") },
  { "forward", VBET_KIND_GATEWAY, VBET_VALUE_STRING, TRUE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Ports of the real host that lead into the lab, such as \"tcp:8080:host1:80\"."),
    .content = VBET_CONTENT_FORWARD },
  { "isolated", VBET_KIND_GATEWAY, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "no", VBET_LIVE_AT_ONCE,
    N_ ("Whether the lab is kept from the outside; forwarded ports still lead in.") },
  { "host", VBET_KIND_GATEWAY, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "no", VBET_LIVE_AT_ONCE,
    N_ ("Whether guests reach the real host's own services, those at 127.0.0.1, at the gateway's address.") },

  /* tap */
  { "device", VBET_KIND_TAP, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Name of the real host's TAP device; without it, the first free one."),
    .content = VBET_CONTENT_INTERFACE },

  /* remote */
  { "peer", VBET_KIND_REMOTE, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Where the cable goes on: the machine and the UDP port at which the far end receives, such as "
        "\"192.0.2.7:7000\"."),
    .content = VBET_CONTENT_PEER },
  { "listen", VBET_KIND_REMOTE, VBET_VALUE_STRING, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("UDP port of the real host at which this end receives, such as \"7000\"; with an address before it, "
        "only there."),
    .content = VBET_CONTENT_LISTEN },
  { "vni", VBET_KIND_REMOTE, VBET_VALUE_INTEGER, FALSE, FALSE, 0, 16777215, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("With it, frames are sent as VXLAN with this network identifier; without it, as they are.") },

  /* NIC */
  { "ip", VBET_KIND_NIC, VBET_VALUE_ADDRESS, TRUE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Addresses with their prefix lengths, such as 192.168.0.1/24."),
    .content = VBET_CONTENT_NIC_ADDRESS },
  { "dhcp", VBET_KIND_NIC, VBET_VALUE_BOOL, FALSE, FALSE, ANY, "", NULL, "no", VBET_LIVE_AT_ONCE,
    N_ ("Whether the guest asks for an address by DHCP.") },
  { "mac", VBET_KIND_NIC, VBET_VALUE_MAC, FALSE, FALSE, ANY, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("Hardware address; without it, one that the names of lab and device and the NIC's number give.") },
  { "mtu", VBET_KIND_NIC, VBET_VALUE_INTEGER, FALSE, FALSE, 576, 9000, "", NULL, "1500", VBET_LIVE_AT_ONCE,
    N_ ("Longest packet in bytes, without the Ethernet header.") },
  { "vlan", VBET_KIND_NIC, VBET_VALUE_INTEGER, FALSE, FALSE, 0, 4094, "", NULL, "0", VBET_LIVE_AT_ONCE,
    N_ ("On a port of a switch: the VLAN of its untagged frames; without it, they are in VLAN 1, or in none "
        "on a "
        "port that has a trunk.") },
  { "trunk", VBET_KIND_NIC, VBET_VALUE_INTEGER, TRUE, FALSE, 1, 4094, "", NULL, "", VBET_LIVE_AT_ONCE,
    N_ ("On a port of a switch: the VLANs that it carries with their tags.") },
  { "cost", VBET_KIND_NIC, VBET_VALUE_INTEGER, FALSE, FALSE, 0, 200000000, "", NULL, "0", VBET_LIVE_AT_ONCE,
    N_ ("On a port of a switch: its path cost in the spanning tree; 0: by the rate of its cable, 20000 for "
        "1 Gbit/s.") },

  /* cable */
  VBET_IMPAIRMENTS (IMPAIRMENT)

  /* note */
  { "size", VBET_KIND_NOTE, VBET_VALUE_POINT, FALSE, FALSE, 0, 1e6, "", NULL, "", VBET_LIVE_VISUAL,
    N_ ("Width and height; the note is then a frame with its text in the upper left corner.") },
};

const VbetAttributeSpec *
vbet_schema_specs (guint *ret_size)
{
  *ret_size = G_N_ELEMENTS (specs);
  return specs;
}

const VbetAttributeSpec *
vbet_schema_find (VbetKind kind, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    if ((specs[i].kinds & kind) != 0 && strcmp (specs[i].key, key) == 0)
      return &specs[i];
  return NULL;
}

/* What other programs call what we call otherwise. */
static const char *const synonyms[][2] = {
  { "address", "ip" },   { "addr", "ip" },        { "ipv4", "ip" },        { "ipv6", "ip" },
  { "hwaddr", "mac" },   { "latency", "delay" },  { "bandwidth", "rate" }, { "speed", "rate" },
  { "drop", "loss" },    { "ram", "mem" },        { "pos", "at" },         { "position", "at" },
  { "title", "label" },  { "name", "label" },     { "frr", "routing" },    { "nft", "rules" },
  { "policy", "rules" }, { "nameserver", "dns" }, { "script", "boot" },    { "limit", "queue" },
};

const char *
vbet_schema_suggest (VbetKind kind, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (synonyms); i++)
    if (strcmp (synonyms[i][0], key) == 0 && vbet_schema_find (kind, synonyms[i][1]) != NULL)
      return synonyms[i][1];
  VbetSuggest suggest;
  vbet_suggest_init (&suggest, key);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    if ((specs[i].kinds & kind) != 0)
      vbet_suggest_offer (&suggest, specs[i].key);
  return vbet_suggest_result (&suggest);
}

VbetValue *
vbet_schema_default (const VbetAttributeSpec *spec)
{
  if (spec->default_text[0] == '\0')
    return NULL;
  if (spec->type == VBET_VALUE_BOOL) /* asked for so often that parsing would be felt */
    return vbet_value_new_boolean (strcmp (spec->default_text, "yes") == 0);
  VbetValue *value = vbet_value_parse (spec->default_text, NULL);
  g_return_val_if_fail (value != NULL && value->type == spec->type, value);
  return value;
}
