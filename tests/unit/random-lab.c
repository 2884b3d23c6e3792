/* random-lab.c - see random-lab.h.
 *
 * A lab has a few names. Each is a device of any kind, or a cable, or nothing;
 * each thing has each attribute with one of few values or not at all.
 */
#include "config.h"

#include "unit/random-lab.h"

#include <string.h>

#define NAMES 8
#define NICS 3
#define KEYS 10  /* that a thing may have at most */
#define VALUES 5 /* of one key at most */
#define FILES 3

typedef struct {
  const char *key;
  const char *values[VALUES]; /* "%1$u" is the number of the device, "%2$u" that of the NIC */
  gboolean port;              /* the number of the value, from 1, is that of a NIC, which must be there */
} Key;

typedef struct {
  const char *name; /* of the kind */
  guint nics;       /* at most; 0: its one NIC comes by itself */
  gboolean guest;
  Key keys[KEYS];
} Kind;

#define DRAWN                                                                                                \
  { "label", { "\"x\"", "\"a \\\"b\\\"\\n\"" } },                                                            \
  {                                                                                                          \
    "at",                                                                                                    \
    {                                                                                                        \
      "(1, 2)", "(3, 4)"                                                                                     \
    }                                                                                                        \
  }
#define GUEST                                                                                                \
  DRAWN,                                                                                                     \
      { "gateway", { "10.0.1.254", "10.0.2.254", "fd00:1::ff", "[10.0.1.254, fd00:2::ff]", "10.9.9.9" } },   \
      { "dns", { "9.9.9.9", "[9.9.9.9, 2620:fe::fe]" } }, { "mem", { "96M", "128M" } },                      \
      { "autostart", { "no", "yes" } }, { "services", { "web", "[web, ssh]" } },                             \
  {                                                                                                          \
    "boot",                                                                                                  \
    {                                                                                                        \
      "\"true\""                                                                                             \
    }                                                                                                        \
  }

static const Kind kinds[] = {
  { "host", NICS, TRUE, { GUEST } },
  { "router", NICS, TRUE, { GUEST, { "routing", { "\"router ospf\\n\"", "\"router rip\\n\"" } } } },
  { "firewall", NICS, TRUE, { GUEST, { "rules", { "\"table inet a {}\"", "\"\"" } } } },
  { "switch",
    NICS,
    FALSE,
    { DRAWN,
      { "stp", { "yes", "no" } },
      { "ageing", { "20s" } },
      { "priority", { "4096" } },
      { "mirror", { "1", "2" }, TRUE },
      { "vlans", { "[2, 3]" } } } },
  { "hub", NICS, FALSE, { DRAWN } },
  { "ap", NICS, FALSE, { DRAWN, { "isolation", { "no", "yes" } }, { "ageing", { "20s" } } } },
  { "gateway",
    0,
    FALSE,
    { DRAWN, { "network", { "10.5.0.0/24" } }, { "dhcp", { "no", "yes" } }, { "isolated", { "yes" } } } },
  { "tap", 0, FALSE, { DRAWN } },
  { "remote",
    0,
    FALSE,
    { DRAWN, { "peer", { "\"127.0.0.1:7000\"", "\"127.0.0.1:7001\"" } }, { "vni", { "5" } } } },
};

static const Key guest_nic[KEYS] = {
  { "ip",
    { "10.0.%2$u.%1$u/24", "10.0.%2$u.1%1$u/24", "fd00:%2$u::%1$u/64",
      "[10.0.%2$u.2%1$u/24, fd00:%2$u::1%1$u/64]", "10.0.3.%1$u/24" } },
  { "dhcp", { "no", "yes" } },
  { "mtu", { "1000", "1500", "9000" } },
  { "mac", { "02:00:00:00:%1$02u:%2$02u", "02:00:00:01:%1$02u:%2$02u" } },
};
static const Key switch_port[KEYS]
    = { { "vlan", { "2", "3" } }, { "trunk", { "[2, 3]" } }, { "cost", { "5" } } };
static const Key outside_nic[KEYS] = { { "mtu", { "1500", "1400" } } };
static const Key no_keys[KEYS];
static const Key cable_keys[KEYS] = {
  { "delay", { "1ms", "1ms/2ms" } },
  { "loss", { "0.5%%", "1%%/0%%" } },
  { "rate", { "10Mbit" } },
  { "up", { "no", "yes" } },
};

static const char *const paths[FILES] = { "/etc/motd", "/root/a", "/root/b" };
static const char *const contents[] = { "\"1\"", "\"2\\n\"", "\"1\", mode=0700" };

typedef enum { NOTHING, DEVICE, CABLE } What;

/* Numbers of values count from 1; 0: not written. */
typedef struct {
  What what;
  guint kind; /* number in @kinds */
  guint nics;
  guint values[KEYS];
  guint nic_values[NICS][KEYS];
  guint files[FILES];
  guint ends[2][2]; /* of a cable: number of the device's name, number of its NIC from 1; 0: free */
} Thing;

struct RandomLab {
  Thing things[NAMES];
  guint seed; /* of the MACs; 0: none */
};

/* --- drawing --- */

static guint
below (GRand *random, guint limit)
{
  return (guint)g_rand_int_range (random, 0, (gint32)limit);
}

static void
draw_value (GRand *random, const Key *keys, guint *values, guint key)
{
  guint count = 0;
  while (keys[key].key != NULL && count < VALUES && keys[key].values[count] != NULL)
    count++;
  values[key] = count > 0 && below (random, 2) == 0 ? 1 + below (random, count) : 0;
}

static void
draw_values (GRand *random, const Key *keys, guint *values)
{
  for (guint key = 0; key < KEYS; key++)
    draw_value (random, keys, values, key);
}

static const Key *
nic_keys (const Kind *kind)
{
  if (kind->guest)
    return guest_nic;
  return kind->nics == 0 ? outside_nic : strcmp (kind->name, "switch") == 0 ? switch_port : no_keys;
}

static void
draw_end (GRand *random, guint end[2])
{
  end[0] = below (random, NAMES);
  end[1] = below (random, NICS + 1);
}

/* Of a device's @kind, all of its NICs, too, though it may not have them now. */
static void
draw_thing (GRand *random, Thing *self)
{
  guint what = below (random, 8);
  self->what = what == 0 ? NOTHING : what < 5 ? DEVICE : CABLE;
  self->kind = below (random, G_N_ELEMENTS (kinds));
  self->nics = below (random, NICS + 1);
  draw_values (random, self->what == CABLE ? cable_keys : kinds[self->kind].keys, self->values);
  for (guint nic = 0; nic < NICS; nic++)
    draw_values (random, nic_keys (&kinds[self->kind]), self->nic_values[nic]);
  for (guint file = 0; file < FILES; file++)
    self->files[file] = below (random, G_N_ELEMENTS (contents) + 1);
  draw_end (random, self->ends[0]);
  draw_end (random, self->ends[1]);
}

RandomLab *
vbet_random_lab_new (GRand *random)
{
  RandomLab *self = g_new0 (RandomLab, 1);
  for (guint i = 0; i < NAMES; i++)
    draw_thing (random, &self->things[i]);
  return self;
}

static void
edit_thing (GRand *random, Thing *self)
{
  guint nic = below (random, NICS);
  switch (below (random, 7)) {
  case 0:
    draw_thing (random, self);
    break;
  case 1:
    self->nics = below (random, NICS + 1);
    break;
  case 2:
    draw_end (random, self->ends[below (random, 2)]);
    break;
  case 3:
    self->files[below (random, FILES)] = below (random, G_N_ELEMENTS (contents) + 1);
    break;
  case 4:
    draw_value (random, self->what == CABLE ? cable_keys : kinds[self->kind].keys, self->values,
                below (random, KEYS));
    break;
  default:
    draw_value (random, nic_keys (&kinds[self->kind]), self->nic_values[nic], below (random, KEYS));
    break;
  }
}

RandomLab *
vbet_random_lab_edit (const RandomLab *self, GRand *random)
{
  RandomLab *edited = g_memdup2 (self, sizeof *self);
  for (guint edits = 1 + below (random, 12); edits > 0; edits--)
    edit_thing (random, &edited->things[below (random, NAMES)]);
  if (below (random, 8) == 0)
    edited->seed = below (random, 3);
  return edited;
}

void
vbet_random_lab_free (RandomLab *self)
{
  g_free (self);
}

gboolean
vbet_random_lab_has_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].name, kind) == 0)
      return TRUE;
  return FALSE;
}

/* --- writing --- */

static void add_line (GPtrArray *lines, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_line (GPtrArray *lines, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (lines, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* "%1$u" in a value, and so on: the table is ours. */
static char *
value_text (const char *value, guint device, guint nic)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return g_strdup_printf (value, device, nic);
#pragma GCC diagnostic pop
}

static void
add_sets (GPtrArray *lines, const char *object, const Key *keys, const guint *values, guint device, guint nic)
{
  for (guint key = 0; key < KEYS; key++) {
    if (keys[key].key == NULL || values[key] == 0 || keys[key].port)
      continue;
    g_autofree char *value = value_text (keys[key].values[values[key] - 1], device, nic);
    add_line (lines, "set(%s, %s=%s)", object, keys[key].key, value);
  }
}

static guint
nics_of (const Thing *self)
{
  if (self->what != DEVICE)
    return 0;
  return kinds[self->kind].nics == 0 ? 1 : MIN (self->nics, kinds[self->kind].nics);
}

static void
add_device (GPtrArray *lines, const Thing *self, guint number)
{
  const Kind *kind = &kinds[self->kind];
  g_autofree char *name = g_strdup_printf ("n%u", number);
  add_line (lines, "%s = alloc(%s)", name, kind->name);
  add_sets (lines, name, kind->keys, self->values, number, 0);
  for (guint nic = 1; nic <= nics_of (self); nic++) {
    g_autofree char *object = g_strdup_printf ("NIC(%s, %u)", name, nic);
    if (kind->nics > 0)
      add_line (lines, "attach(%s, alloc(NIC))", name);
    add_sets (lines, object, nic_keys (kind), self->nic_values[nic - 1], number, nic);
  }
  for (guint key = 0; key < KEYS; key++)
    if (kind->keys[key].port && self->values[key] > 0 && self->values[key] <= nics_of (self))
      add_line (lines, "set(%s, %s=%u)", name, kind->keys[key].key, self->values[key]);
  for (guint file = 0; kind->guest && file < FILES; file++)
    if (self->files[file] > 0)
      add_line (lines, "file(%s, \"%s\", %s)", name, paths[file], contents[self->files[file] - 1]);
}

static void
add_cable (GPtrArray *lines, const RandomLab *self, guint number, gboolean taken[NAMES][NICS])
{
  const Thing *cable = &self->things[number];
  g_autofree char *name = g_strdup_printf ("n%u", number);
  add_line (lines, "%s = alloc(cable)", name);
  add_sets (lines, name, cable_keys, cable->values, number, 0);
  for (guint end = 0; end < 2; end++) {
    guint device = cable->ends[end][0], nic = cable->ends[end][1];
    if (nic == 0 || nic > nics_of (&self->things[device]) || taken[device][nic - 1])
      continue;
    taken[device][nic - 1] = TRUE;
    add_line (lines, "plug(%s, NIC(n%u, %u))", name, device, nic);
  }
}

GPtrArray *
vbet_random_lab_lines (const RandomLab *self)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  gboolean taken[NAMES][NICS] = { 0 };
  if (self->seed > 0)
    add_line (lines, "seed(\"%u\")", self->seed);
  for (guint i = 0; i < NAMES; i++)
    if (self->things[i].what == DEVICE)
      add_device (lines, &self->things[i], i);
  for (guint i = 0; i < NAMES; i++)
    if (self->things[i].what == CABLE)
      add_cable (lines, self, i, taken);
  return lines;
}
