/* check-routing.c - what the OSPF configurations of routers must have in common to become neighbours, and what each must have
 * of its own.
 *
 * Read is what FRR's manual calls interface and router commands of OSPF for IPv4, as far as RFC 2328 (10.5, "Receiving Hello
 * Packets") has them agree: area, hello and dead interval; and the type of network, without which routes are missing.
 * Whatever else stands in a configuration, or in a VRF, is passed over.
 */
#include "config.h"

#include <string.h>

#include "engine/model/check-private.h"

#define HELLO_DEFAULT 10 /* seconds, as FRR */
#define DEAD_HELLOS 4    /* what a router waits for at most without another word */
#define AREA_NONE G_MAXUINT64

/* Of one NIC. */
typedef struct {
  char *name;        /* "eth0", owned */
  guint64 area;      /* AREA_NONE: not said here */
  guint hello, dead; /* seconds; 0: not said */
  char *type;        /* (nullable): "point-to-point", owned */
  gboolean passive;
} Interface;

typedef struct {
  VbetAddress prefix;
  guint64 area;
} Network;

/* Of one router. */
typedef struct {
  GArray *interfaces; /* of Interface */
  GArray *networks;   /* of Network */
  gboolean runs;      /* OSPF at all */
  gboolean all_passive;
  char *router_id; /* (nullable), owned */
} Ospf;

/* A NIC on which OSPF speaks. */
typedef struct {
  const VbetCheckPort *port;
  VbetSpan span;
  guint64 area;
  guint hello, dead;
  const char *type;
} Speaker;

static void
interface_clear (gpointer data)
{
  Interface *self = data;
  g_free (self->name);
  g_free (self->type);
}

static void
ospf_free (gpointer data)
{
  Ospf *self = data;
  g_array_unref (self->interfaces);
  g_array_unref (self->networks);
  g_free (self->router_id);
  g_free (self);
}

static Ospf *
ospf_new (void)
{
  Ospf *self = g_new0 (Ospf, 1);
  self->interfaces = g_array_new (FALSE, TRUE, sizeof (Interface));
  g_array_set_clear_func (self->interfaces, interface_clear);
  self->networks = g_array_new (FALSE, TRUE, sizeof (Network));
  return self;
}

static Interface *
find_interface (const Ospf *self, const char *name)
{
  for (guint i = 0; i < self->interfaces->len; i++)
    if (strcmp (g_array_index (self->interfaces, Interface, i).name, name) == 0)
      return &g_array_index (self->interfaces, Interface, i);
  return NULL;
}

static Interface *
need_interface (Ospf *self, const char *name)
{
  if (find_interface (self, name) == NULL) {
    Interface made = { g_strdup (name), AREA_NONE, 0, 0, NULL, FALSE };
    g_array_append_val (self->interfaces, made);
  }
  return find_interface (self, name);
}

/* --- reading ------------------------------------------------------------------------------- */

/* "0", "0.0.0.0": the same area. */
static guint64
area_of (const char *text)
{
  VbetAddress address;
  guint64 number;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    return number;
  if (!vbet_address_parse (text, &address) || address.is_v6)
    return AREA_NONE;
  return (guint64)address.bytes[0] << 24 | (guint64)address.bytes[1] << 16 | (guint64)address.bytes[2] << 8
         | address.bytes[3];
}

static guint
seconds_of (const char *text)
{
  guint64 number;
  return g_ascii_string_to_unsigned (text, 10, 1, 65535, &number, NULL) ? (guint)number : 0;
}

static gboolean
is (char **words, guint count, guint at, const char *word)
{
  return at < count && strcmp (words[at], word) == 0;
}

/* "ip ospf …" below an interface; values for one address of several are passed over. */
static void
read_interface (Interface *self, char **words, guint count)
{
  if (!is (words, count, 0, "ip") || !is (words, count, 1, "ospf") || count < 3)
    return;
  if (strcmp (words[2], "area") == 0 && count == 4)
    self->area = area_of (words[3]);
  else if (strcmp (words[2], "hello-interval") == 0 && count == 4)
    self->hello = seconds_of (words[3]);
  else if (strcmp (words[2], "dead-interval") == 0 && count == 4)
    self->dead = seconds_of (words[3]);
  else if (strcmp (words[2], "passive") == 0 && count == 3)
    self->passive = TRUE;
  else if (strcmp (words[2], "network") == 0 && count >= 4) {
    g_free (self->type);
    self->type = g_strdup (words[3]);
  }
}

/* Below "router ospf". */
static void
read_router (Ospf *self, char **words, guint count)
{
  Network network;
  if (is (words, count, 0, "network") && is (words, count, 2, "area") && count == 4) {
    network.area = area_of (words[3]);
    if (vbet_address_parse (words[1], &network.prefix) && network.prefix.prefix >= 0
        && network.area != AREA_NONE)
      g_array_append_val (self->networks, network);
  } else if (is (words, count, 0, "passive-interface") && count == 2) {
    if (strcmp (words[1], "default") == 0)
      self->all_passive = TRUE;
    else
      need_interface (self, words[1])->passive = TRUE;
  } else if (is (words, count, 0, "no") && is (words, count, 1, "passive-interface") && count == 3) {
    need_interface (self, words[2])->passive = FALSE;
  } else if (count >= 2 && strcmp (words[count - 2], "router-id") == 0
             && (count == 2 || is (words, count, 0, "ospf"))) {
    g_free (self->router_id);
    self->router_id = g_strdup (words[count - 1]);
  }
}

/* Without comments and blanks; FRR does not look at indentation. */
static guint
split (char *line, char **words, guint max)
{
  guint count = 0;
  for (char *at = line; *at != '\0' && count < max;) {
    at += strspn (at, " \t\r");
    if (*at == '\0' || *at == '!' || *at == '#')
      break;
    words[count++] = at;
    at += strcspn (at, " \t\r");
    if (*at != '\0')
      *at++ = '\0';
  }
  return count;
}

/* Lines belong to the block that was begun last; every other word that begins a block ends it. */
static void
read_configuration (Ospf *self, const char *text)
{
  static const char *const blocks[]
      = { "interface", "router", "exit", "end", "vrf", "route-map", "line", "key", "mpls", "bfd", NULL };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char *interface = NULL; /* of @lines */
  gboolean router = FALSE;
  for (gsize i = 0; lines[i] != NULL; i++) {
    char *words[8];
    guint count = split (lines[i], words, G_N_ELEMENTS (words));
    if (count == 0)
      continue;
    if (g_strv_contains (blocks, words[0])) {
      interface = is (words, count, 0, "interface") && count == 2 ? words[1] : NULL;
      router = is (words, count, 0, "router") && is (words, count, 1, "ospf") && count == 2;
      self->runs = self->runs || router;
    } else if (interface != NULL) {
      read_interface (need_interface (self, interface), words, count);
    } else if (router) {
      read_router (self, words, count);
    } else if (count >= 2 && strcmp (words[count - 2], "router-id") == 0 && self->router_id == NULL) {
      self->router_id = g_strdup (words[count - 1]); /* of zebra: for all protocols that have none */
    }
  }
}

/* (transfer full) (nullable): what @device does by OSPF; NULL: nothing. */
static Ospf *
ospf_of (const VbetDevice *device)
{
  if (device->kind != VBET_KIND_ROUTER)
    return NULL;
  const VbetValue *routing = vbet_attributes_get (device->attributes, "routing");
  gboolean written = routing != NULL && strstr (routing->as.text, "ospf") != NULL;
  gboolean service = vbet_device_has_service (device, "ospf");
  if (!written && !service)
    return NULL;
  Ospf *self = ospf_new ();
  if (written)
    read_configuration (self, routing->as.text);
  if (service && !self->runs) {
    /* As the engine makes it: every network is in area 0. */
    Network all = { .area = 0 };
    if (vbet_address_parse ("0.0.0.0/0", &all.prefix))
      g_array_append_val (self->networks, all);
    self->runs = TRUE;
  }
  if (!self->runs)
    g_clear_pointer (&self, ospf_free);
  return self;
}

/* --- who speaks where ------------------------------------------------------------------------- */

/* The area in which @nic is by the longest "network" that holds one of its addresses. */
static guint64
network_area (const Ospf *self, const VbetNic *nic)
{
  g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
  guint64 area = AREA_NONE;
  gint longest = -1;
  for (guint i = 0; i < self->networks->len; i++) {
    const Network *network = &g_array_index (self->networks, Network, i);
    for (guint k = 0; k < addresses->len; k++) {
      const VbetAddress *address = &((const VbetValue *)addresses->pdata[k])->as.address;
      if (!address->is_v6 && address->prefix >= network->prefix.prefix && network->prefix.prefix > longest
          && vbet_address_same_subnet (&network->prefix, address)) {
        longest = network->prefix.prefix;
        area = network->area;
      }
    }
  }
  return area;
}

/* FALSE: it is silent on @port. */
static gboolean
speaker_init (Speaker *self, const Ospf *ospf, const VbetCheckPort *port)
{
  g_autofree char *name = g_strdup_printf ("eth%u", port->nic->index - 1);
  const Interface *interface = find_interface (ospf, name);
  const VbetAttribute *attribute = _vbet_check_attribute (port->device->attributes, "routing");
  if (attribute == NULL)
    attribute = _vbet_check_attribute (port->device->attributes, "services");
  if (attribute == NULL || (interface != NULL ? interface->passive : ospf->all_passive))
    return FALSE;
  *self = (Speaker){ .port = port, .span = attribute->span, .hello = HELLO_DEFAULT, .type = "broadcast" };
  self->area
      = interface != NULL && interface->area != AREA_NONE ? interface->area : network_area (ospf, port->nic);
  if (interface != NULL && interface->hello != 0)
    self->hello = interface->hello;
  self->dead = interface != NULL && interface->dead != 0 ? interface->dead : DEAD_HELLOS * self->hello;
  if (interface != NULL && interface->type != NULL)
    self->type = interface->type;
  return self->area != AREA_NONE;
}

static char *
area_text (guint64 area)
{
  if (area < 256 * 256)
    return g_strdup_printf ("%u", (guint)area);
  return g_strdup_printf ("%u.%u.%u.%u", (guint)(area >> 24), (guint)(area >> 16 & 255),
                          (guint)(area >> 8 & 255), (guint)(area & 255));
}

/* One word to each pair: what keeps them from hearing each other comes first. */
static void
compare_speakers (const VbetCheck *self, const Speaker *a, const Speaker *b)
{
  const char *first = a->port->device->name, *second = b->port->device->name;
  guint nic_a = a->port->nic->index - 1, nic_b = b->port->nic->index - 1;
  if (a->area != b->area) {
    g_autofree char *area_a = area_text (a->area), *area_b = area_text (b->area);
    vbet_diagnostics_add (
        self->diagnostics, VBET_W_OSPF, b->span,
        "OSPF: eth%u of %s is in area %s and eth%u of %s, on the same link, in area %s: they do not become "
        "neighbours",
        nic_a, first, area_a, nic_b, second, area_b);
  } else if (a->hello != b->hello || a->dead != b->dead) {
    const char *which = a->hello != b->hello ? "hello-interval" : "dead-interval";
    vbet_diagnostics_add (
        self->diagnostics, VBET_W_OSPF, b->span,
        "OSPF: eth%u of %s has a %s of %u s and eth%u of %s, on the same link, one of %u s: they do not "
        "become neighbours",
        nic_a, first, which, a->hello != b->hello ? a->hello : a->dead, nic_b, second,
        a->hello != b->hello ? b->hello : b->dead);
  } else if (strcmp (a->type, b->type) != 0) {
    vbet_diagnostics_add (
        self->diagnostics, VBET_W_OSPF, b->span,
        "OSPF: eth%u of %s takes the link for %s and eth%u of %s for %s: they become neighbours, but do not "
        "use the link",
        nic_a, first, a->type, nic_b, second, b->type);
  }
}

void
_vbet_check_routing (const VbetCheck *self)
{
  g_autoptr (GHashTable) first
      = g_hash_table_new_full (NULL, NULL, NULL, g_free); /* root of a segment to a Speaker */
  g_autoptr (GHashTable) ids
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL); /* to the device's name */
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (ospf_free);
  for (guint i = 0; i < self->topology->devices->len; i++) {
    const VbetDevice *device = self->topology->devices->pdata[i];
    Ospf *ospf = ospf_of (device);
    if (ospf == NULL)
      continue;
    g_ptr_array_add (kept, ospf); /* speakers point into it */
    const VbetAttribute *routing = _vbet_check_attribute (device->attributes, "routing");
    const char *other = ospf->router_id != NULL ? g_hash_table_lookup (ids, ospf->router_id) : NULL;
    if (other != NULL)
      vbet_diagnostics_add (self->diagnostics, VBET_W_ROUTER_ID, routing->span,
                            "OSPF: %s has the router identifier %s, as %s has: each router needs its own",
                            device->name, ospf->router_id, other);
    else if (ospf->router_id != NULL)
      g_hash_table_insert (ids, g_strdup (ospf->router_id), device->name);
    guint base = GPOINTER_TO_UINT (g_hash_table_lookup (self->first, device));
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetCheckPort *port = _vbet_check_port (self, base + k);
      Speaker speaker;
      if (port->nic->cable == NULL || !speaker_init (&speaker, ospf, port))
        continue;
      gpointer root = GUINT_TO_POINTER (_vbet_check_root (self, base + k));
      const Speaker *before = g_hash_table_lookup (first, root);
      if (before != NULL)
        compare_speakers (self, before, &speaker);
      else
        g_hash_table_insert (first, root, g_memdup2 (&speaker, sizeof speaker));
    }
  }
}
