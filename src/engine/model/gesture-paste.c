/* gesture-paste.c - copy a group of devices as a lab text, paste a lab text as a group.
 *
 * Both write a group out in full: every device by name, every NIC, every cable
 * among them as a link() with numbers; values as they were written. A copy is
 * a group as it is; a paste is a group with other names, addresses and
 * positions. Steps and checks are not part of a group.
 */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"
#include "engine/model/udp-address.h"

typedef struct {
  const VbetScene *scene;  /* what is written out */
  GHashTable *names;       /* of name to name: the devices of the group and what they are called */
  GHashTable *notes;       /* (nullable) set of positions in topology->notes, plus 1; NULL: all of them */
  GHashTable *addresses;   /* (nullable) of address without prefix to other address; "" for none */
  GHashTable *macs_taken;  /* (nullable) set of MACs as text that cannot be used again */
  GHashTable *ports_taken; /* (nullable) set of UDP ports at which remotes receive */
  double dx;
  double dy;
} Group;

static const char *
name_in_group (const Group *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->names, name) : NULL;
}

/* --- values ------------------------------------------------------------------- */

/* @value with another address where it has one; (transfer full) (nullable): NULL: nothing is left of it. */
static char *
address_text (const Group *self, const VbetValue *value)
{
  g_autofree char *plain = vbet_address_to_text (&value->as.address, FALSE);
  const char *other = self->addresses != NULL ? g_hash_table_lookup (self->addresses, plain) : NULL;
  if (other == NULL)
    return vbet_value_to_text (value);
  if (*other == '\0')
    return NULL;
  if (value->as.address.prefix < 0)
    return g_strdup (other);
  return g_strdup_printf ("%s/%d", other, value->as.address.prefix);
}

static char *
addresses_text (const Group *self, const GPtrArray *items)
{
  g_autoptr (GString) out = g_string_new ("[");
  for (guint i = 0; i < items->len; i++) {
    const VbetValue *item = items->pdata[i];
    g_autofree char *text
        = item->type == VBET_VALUE_ADDRESS ? address_text (self, item) : vbet_value_to_text (item);
    if (text != NULL)
      g_string_append_printf (out, "%s%s", out->len > 1 ? ", " : "", text);
  }
  if (out->len == 1)
    return NULL;
  g_string_append_c (out, ']');
  return g_strdup (out->str);
}

static gboolean
has_addresses (const VbetValue *value)
{
  return value->type == VBET_VALUE_ADDRESS
         || (value->type == VBET_VALUE_LIST && value->as.list->len > 0
             && ((const VbetValue *)value->as.list->pdata[0])->type == VBET_VALUE_ADDRESS);
}

static gboolean
is_taken_port (GHashTable *taken, const VbetValue *listen)
{
  g_auto (VbetUdpAddress) address = { 0 };
  return listen->type == VBET_VALUE_STRING && vbet_udp_listen_parse (listen->as.text, &address)
         && g_hash_table_contains (taken, GUINT_TO_POINTER (address.port));
}

/* The text of an attribute's value in the group; (transfer full) (nullable). */
static char *
attribute_text (const Group *self, const VbetAttribute *attribute)
{
  const VbetValue *value = attribute->value;
  if (strcmp (attribute->key, "at") == 0 && value->type == VBET_VALUE_POINT)
    return vbet_gesture_point (value->as.point.x + self->dx, value->as.point.y + self->dy);
  if (value->type == VBET_VALUE_ADDRESS)
    return address_text (self, value);
  if (has_addresses (value))
    return addresses_text (self, value->as.list);
  if (value->type == VBET_VALUE_MAC && self->macs_taken != NULL) {
    g_autofree char *mac = vbet_value_to_text (value);
    return g_hash_table_contains (self->macs_taken, mac) ? NULL : g_steal_pointer (&mac);
  }
  if (self->ports_taken != NULL && strcmp (attribute->key, "listen") == 0
      && is_taken_port (self->ports_taken, value))
    return NULL; /* two remotes of a lab have two ports; which, somebody must agree with the far end */
  /* As it was written: raw text keeps its lines. */
  const char *source = self->scene->text + attribute->span.start;
  const char *equals = memchr (source, '=', attribute->span.length);
  if (equals == NULL)
    return vbet_value_to_text (value);
  gsize skip = (gsize)(equals + 1 - source);
  g_autofree char *text = g_strndup (equals + 1, attribute->span.length - skip);
  return g_strdup (g_strstrip (text));
}

static void
append_attributes (const Group *self, GString *out, const VbetAttributes *attributes)
{
  for (guint i = 0; i < attributes->len; i++) {
    const VbetAttribute *attribute = attributes->pdata[i];
    g_autofree char *text = attribute->value != NULL ? attribute_text (self, attribute) : NULL;
    if (text != NULL)
      g_string_append_printf (out, ", %s=%s", attribute->key, text);
  }
}

/* --- objects ------------------------------------------------------------------- */

/* How many of its NICs must be written: all of a guest, of others up to the last that has attributes. */
static guint
count_written_nics (const VbetDevice *device)
{
  guint n = 0;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    if ((device->kind & VBET_KIND_GUEST) != 0 || nic->attributes->len > 0)
      n = nic->index;
  }
  /* Ports beside written ones are written, too: a number alone does not make them. */
  if (n > 0 && device->nics->len > 0)
    n = MAX (n, ((const VbetNic *)device->nics->pdata[device->nics->len - 1])->index);
  return n;
}

static char *
device_line (const Group *self, const VbetDevice *device)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint nics = count_written_nics (device);
  g_string_append_printf (out, "%s = %salloc(%s", name_in_group (self, device->name),
                          nics > 0 ? "attach(" : "", vbet_kind_name (device->kind));
  append_attributes (self, out, device->attributes);
  g_string_append_c (out, ')');
  for (guint k = 1; k <= nics; k++) {
    const VbetNic *nic = vbet_device_nic (device, k);
    g_string_append (out, ", alloc(NIC");
    if (nic != NULL)
      append_attributes (self, out, nic->attributes);
    g_string_append_c (out, ')');
  }
  if (nics > 0)
    g_string_append_c (out, ')');
  return g_strdup (out->str);
}

/* file(…) of another device; (transfer full) (nullable). */
static char *
file_line (const Group *self, const VbetDevice *device, const VbetFile *file)
{
  const VbetNode *call = vbet_scene_call_at (self->scene, file->span);
  const VbetNode *first = call != NULL ? vbet_gesture_positional (call, 0) : NULL;
  if (first == NULL || call->n_children < 3)
    return NULL;
  gsize from = first->span.start + first->span.length;
  g_autofree char *rest = g_strndup (self->scene->text + from, call->span.start + call->span.length - from);
  return g_strdup_printf ("file(%s%s", name_in_group (self, device->name), rest);
}

static char *
cable_line (const Group *self, const VbetCable *cable)
{
  const char *a = name_in_group (self, cable->ends[0].device);
  const char *b = name_in_group (self, cable->ends[1].device);
  if (a == NULL || b == NULL)
    return NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_string_append_printf (out, "link(NIC(%s, %u), NIC(%s, %u)", a, cable->ends[0].nic, b, cable->ends[1].nic);
  append_attributes (self, out, cable->attributes);
  g_string_append_c (out, ')');
  return g_strdup (out->str);
}

static char *
note_line (const Group *self, const VbetNote *note)
{
  g_autoptr (VbetValue) text = vbet_value_new_text (VBET_VALUE_STRING, note->text);
  g_autofree char *quoted = vbet_value_to_text (text);
  g_autoptr (GString) out = g_string_new (NULL);
  g_string_append_printf (out, "note(%s", quoted);
  append_attributes (self, out, note->attributes);
  g_string_append_c (out, ')');
  return g_strdup (out->str);
}

static GPtrArray *
group_lines (const Group *self)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  const VbetTopology *topology = self->scene->topology;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = topology->devices->pdata[i];
    if (name_in_group (self, device->name) == NULL)
      continue;
    g_ptr_array_add (lines, device_line (self, device));
    for (guint f = 0; f < device->files->len; f++) {
      char *line = file_line (self, device, device->files->pdata[f]);
      if (line != NULL)
        g_ptr_array_add (lines, line);
    }
  }
  for (guint i = 0; i < topology->cables->len; i++) {
    char *line = cable_line (self, topology->cables->pdata[i]);
    if (line != NULL)
      g_ptr_array_add (lines, line);
  }
  for (guint i = 0; i < topology->notes->len; i++)
    if (self->notes == NULL || g_hash_table_contains (self->notes, GUINT_TO_POINTER (i + 1)))
      g_ptr_array_add (lines, note_line (self, topology->notes->pdata[i]));
  return lines;
}

/* "note#2" is the third note. */
static gboolean
note_index (const VbetTopology *topology, const char *name, guint *ret_index)
{
  guint64 index = 0;
  if (!g_str_has_prefix (name, "note#") || topology->notes->len == 0
      || !g_ascii_string_to_unsigned (name + strlen ("note#"), 10, 0, topology->notes->len - 1, &index, NULL))
    return FALSE;
  *ret_index = (guint)index;
  return TRUE;
}

char *
vbet_gesture_copy (const VbetProgram *program, const VbetTopology *topology, const char *const *names,
                   GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_autoptr (GHashTable) same = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) notes = g_hash_table_new (NULL, NULL);
  for (guint i = 0; names[i] != NULL; i++) {
    guint note = 0;
    if (note_index (topology, names[i], &note)) {
      g_hash_table_add (notes, GUINT_TO_POINTER (note + 1));
      continue;
    }
    const VbetDevice *device = vbet_scene_device (scene, names[i], error);
    if (device == NULL)
      return NULL;
    g_hash_table_insert (same, device->name, device->name);
  }
  Group group = { .scene = scene, .names = same, .notes = notes };
  g_autoptr (GPtrArray) lines = group_lines (&group);
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (out, "%s%s", (const char *)lines->pdata[i], scene->newline);
  return g_string_free (out, FALSE);
}

/* --- fresh names and addresses ---------------------------------------------------- */

/* "host1" gives "host4" where 1 to 3 are taken; "server" gives "server2". */
static char *
fresh_name (const VbetScene *target, const char *name, GHashTable *given)
{
  gsize stem = strlen (name);
  while (stem > 1 && g_ascii_isdigit (name[stem - 1]))
    stem--;
  gboolean numbered = name[stem] != '\0';
  g_autofree char *head = g_strndup (name, MIN (stem, 52));
  for (guint i = numbered ? 1 : 2;; i++) {
    g_autofree char *other = g_strdup_printf ("%s%u", head, i);
    if (!vbet_scene_is_taken (target, other) && !g_hash_table_contains (given, other))
      return g_steal_pointer (&other);
  }
}

/* of name to name, both owned */
static GHashTable *
map_names (const VbetScene *source, const VbetScene *target)
{
  GHashTable *map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);
  const GPtrArray *devices = source->topology->devices;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < devices->len; i++) {
      const VbetDevice *device = devices->pdata[i];
      /* First those that keep their names, so that no fresh one takes it. */
      gboolean taken = vbet_scene_is_taken (target, device->name);
      if (taken != (pass == 1))
        continue;
      char *name = taken ? fresh_name (target, device->name, given) : g_strdup (device->name);
      g_hash_table_add (given, name);
      g_hash_table_insert (map, g_strdup (device->name), name);
    }
  return map;
}

typedef void (*AddressFunc) (const VbetAddress *address, gpointer user_data);

static void
for_each_address (const VbetTopology *topology, AddressFunc func, gpointer user_data)
{
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = topology->devices->pdata[i];
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetNic *nic = device->nics->pdata[k];
      g_autoptr (GPtrArray) ips = vbet_attributes_list (nic->attributes, "ip");
      for (guint n = 0; n < ips->len; n++) {
        const VbetValue *value = ips->pdata[n];
        if (value->type == VBET_VALUE_ADDRESS)
          func (&value->as.address, user_data);
      }
    }
  }
}

static void
note_address (const VbetAddress *address, gpointer user_data)
{
  g_hash_table_add (user_data, vbet_address_to_text (address, FALSE));
}

typedef struct {
  GHashTable *taken; /* set of addresses as text, owned */
  GHashTable *kept;  /* likewise: those of the group that stay, perhaps twice on purpose */
  GHashTable *map;   /* of address to address, both owned */
} Renumbering;

/* Adds one to the address; FALSE when it leaves its subnet, and then it is the subnet's first. */
static gboolean
next_address (VbetAddress *address)
{
  guint bytes = address->is_v6 ? 16 : 4;
  VbetAddress before = *address;
  for (guint i = bytes; i > 0; i--)
    if (++address->bytes[i - 1] != 0)
      break;
  if (vbet_address_same_subnet (&before, address))
    return TRUE;
  for (guint i = 0; i < bytes; i++) {
    int kept = CLAMP (before.prefix - (int)i * 8, 0, 8);
    address->bytes[i] = (guint8)(before.bytes[i] & (0xff00 >> kept));
  }
  return FALSE;
}

/* The network's own address and, of IPv4, the broadcast address. */
static gboolean
is_special (const VbetAddress *address)
{
  guint width = address->is_v6 ? 128 : 32;
  if (address->prefix < 0 || (guint)address->prefix + 1 >= width)
    return FALSE;
  gboolean all_zero = TRUE;
  gboolean all_one = TRUE;
  for (guint bit = (guint)address->prefix; bit < width; bit++) {
    gboolean one = (address->bytes[bit / 8] >> (7 - bit % 8)) & 1;
    all_zero = all_zero && !one;
    all_one = all_one && one;
  }
  return all_zero || (all_one && !address->is_v6);
}

/* An address that is taken becomes the next free one of its subnet, or none. */
static void
renumber_address (const VbetAddress *address, gpointer user_data)
{
  Renumbering *self = user_data;
  char *old = vbet_address_to_text (address, FALSE);
  if (g_hash_table_contains (self->map, old) || g_hash_table_contains (self->kept, old)) {
    g_free (old);
    return;
  }
  if (!g_hash_table_contains (self->taken, old)) {
    g_hash_table_add (self->kept, g_strdup (old));
    g_hash_table_add (self->taken, old);
    return;
  }
  VbetAddress other = *address;
  for (guint tries = 0; tries < 65536 && other.prefix >= 0; tries++) {
    next_address (&other);
    if (memcmp (other.bytes, address->bytes, sizeof other.bytes) == 0)
      break; /* all round the subnet, and none is free */
    g_autofree char *text = vbet_address_to_text (&other, FALSE);
    if (is_special (&other) || g_hash_table_contains (self->taken, text))
      continue;
    g_hash_table_add (self->taken, g_strdup (text));
    g_hash_table_insert (self->map, old, g_steal_pointer (&text));
    return;
  }
  g_hash_table_insert (self->map, old, g_strdup (""));
}

static GHashTable *
map_addresses (const VbetScene *source, const VbetScene *target)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Renumbering self = { taken, kept, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
  for_each_address (target->topology, note_address, taken);
  for_each_address (source->topology, renumber_address, &self);
  return self.map;
}

static GHashTable *
written_macs (const VbetTopology *topology)
{
  GHashTable *macs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = topology->devices->pdata[i];
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetNic *nic = device->nics->pdata[k];
      const VbetValue *mac = vbet_attributes_get (nic->attributes, "mac");
      if (mac != NULL)
        g_hash_table_add (macs, vbet_value_to_text (mac));
    }
  }
  return macs;
}

static GHashTable *
written_ports (const VbetTopology *topology)
{
  GHashTable *ports = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = topology->devices->pdata[i];
    const VbetValue *listen = vbet_attributes_get (device->attributes, "listen");
    g_auto (VbetUdpAddress) address = { 0 };
    if (listen != NULL && vbet_udp_listen_parse (listen->as.text, &address))
      g_hash_table_add (ports, GUINT_TO_POINTER (address.port));
  }
  return ports;
}

/* --- paste ------------------------------------------------------------------------- */

static VbetProgram *
parse_source (const char *text, const char *lab_name, VbetTopology **ret_topology, GError **error)
{
  gsize size = strlen (text);
  g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text, size);
  vbet_program_diagnose (program, findings);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, lab_name, findings);
  if (vbet_diagnostics_has_errors (findings)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_LANGUAGE, "what is to be pasted is no lab: %s",
                 vbet_diagnostics_get (findings, 0)->message);
    return NULL;
  }
  *ret_topology = g_steal_pointer (&topology);
  return g_steal_pointer (&program);
}

VbetEdits *
vbet_gesture_paste (const VbetProgram *program, const VbetTopology *topology, const char *source, double dx,
                    double dy, char ***ret_names, GError **error)
{
  g_autoptr (VbetTopology) pasted = NULL;
  g_autoptr (VbetProgram) text = parse_source (source, topology->name, &pasted, error);
  if (text == NULL)
    return NULL;
  g_autoptr (VbetScene) target = vbet_scene_new (program, topology);
  g_autoptr (VbetScene) scene = vbet_scene_new (text, pasted);
  g_autoptr (GHashTable) names = map_names (scene, target);
  g_autoptr (GHashTable) addresses = map_addresses (scene, target);
  g_autoptr (GHashTable) macs = written_macs (topology);
  g_autoptr (GHashTable) ports = written_ports (topology);
  Group group = { .scene = scene,
                  .names = names,
                  .addresses = addresses,
                  .macs_taken = macs,
                  .ports_taken = ports,
                  .dx = dx,
                  .dy = dy };
  g_autoptr (GPtrArray) lines = group_lines (&group);
  g_autoptr (VbetPatch) patch = vbet_patch_new (target);
  if (lines->len > 0)
    vbet_patch_add_statements (patch, lines);
  VbetLens lens = { .at_least = TRUE };
  VbetEdits *edits = vbet_gesture_check (target, patch, &lens, NULL, error);
  if (edits == NULL || ret_names == NULL)
    return edits;
  g_autoptr (GPtrArray) given = g_ptr_array_new ();
  for (guint i = 0; i < pasted->devices->len; i++) {
    const VbetDevice *device = pasted->devices->pdata[i];
    g_ptr_array_add (given, g_strdup (name_in_group (&group, device->name)));
  }
  g_ptr_array_add (given, NULL);
  *ret_names = (char **)g_ptr_array_free (g_steal_pointer (&given), FALSE);
  return edits;
}
