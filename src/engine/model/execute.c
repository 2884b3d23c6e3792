/* execute.c - the calls that change a topology, one function each. */
#include "config.h"

#include <string.h>

#include "engine/model/context.h"

#define ENDS (VBET_KIND_DEVICE | VBET_KIND_NIC)

/* --- attach --- */

static void
attach_nic (VbetContext *self, VbetDevice *device, const VbetNode *node)
{
  VbetThing nic;
  if (!vbet_context_evaluate (self, node, VBET_KIND_NIC, &nic))
    return;
  if (nic.device != NULL) {
    if (nic.nic != NULL)
      vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_TAKEN, node->span,
                            "this NIC already is NIC %u of %s; a NIC is in one device only", nic.nic->index,
                            nic.device->name);
    else
      vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_TAKEN, node->span,
                            "a NIC of %s already is in a device; alloc(NIC) makes a new one",
                            nic.device->name);
    return;
  }
  if (!vbet_context_may_grow (self, device, node))
    return;
  vbet_topology_attach (self->topology, device, nic.nic, 0);
  nic.loose->device = device;
  self->n_nics++;
}

static void
run_attach (VbetContext *self, const VbetNode *node)
{
  VbetThing device;
  const VbetNode *first = vbet_node_positional (node, 0);
  if (!vbet_context_evaluate (self, first, VBET_KIND_DEVICE, &device))
    return;
  VbetPorts *ports = vbet_context_ports (self, device.device);
  if (ports != NULL)
    ports->attach_node = node;
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    if (child == first || child->kind == VBET_NODE_KEYWORD)
      continue;
    if (child->kind != VBET_NODE_ELLIPSIS)
      attach_nic (self, device.device, child);
    else if (ports != NULL)
      ports->elastic = TRUE;
  }
}

/* --- plug and link --- */

/* The very NIC that @thing (NIC) is, chosen if need be; @make: a switch or hub gets a new port. */
static VbetNic *
settle (VbetContext *self, const VbetThing *thing, const VbetNode *node, gboolean make)
{
  if (thing->device == NULL) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_NOT_PLUGGED, node->span,
                          "this NIC is in no device, so no cable can go into it");
    return NULL;
  }
  return thing->nic != NULL ? thing->nic : vbet_context_next_free (self, thing->device, node, make);
}

static void
plug (VbetContext *self, VbetCable *cable, const VbetNode *cable_node, VbetDevice *device, VbetNic *nic,
      const VbetNode *nic_node)
{
  const VbetCableEnd *ends = cable->ends;
  if (nic->cable == cable->name)
    vbet_diagnostics_add (self->diagnostics, VBET_E_SELF, nic_node->span,
                          "both ends of %s would be in NIC %u of %s", cable->name, nic->index, device->name);
  else if (nic->cable != NULL)
    vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_BUSY, nic_node->span, "NIC %u of %s already has %s",
                          nic->index, device->name, nic->cable);
  else if (ends[0].device != NULL && ends[1].device != NULL)
    vbet_diagnostics_add (self->diagnostics, VBET_E_THIRD_END, cable_node->span,
                          "a cable has two ends, and those of %s are in NIC %u of %s and NIC %u of %s",
                          cable->name, ends[0].nic, ends[0].device, ends[1].nic, ends[1].device);
  else
    vbet_topology_plug (self->topology, cable, ends[0].device == NULL ? 0 : 1, device, nic);
}

static void
run_plug (VbetContext *self, const VbetNode *node)
{
  VbetThing cable, nic;
  const VbetNode *cable_node = vbet_node_positional (node, 0), *nic_node = vbet_node_positional (node, 1);
  gboolean good = vbet_context_evaluate (self, cable_node, VBET_KIND_CABLE, &cable);
  if (!vbet_context_evaluate (self, nic_node, VBET_KIND_NIC, &nic) || !good)
    return;
  VbetNic *there = settle (self, &nic, nic_node, !self->declared);
  if (there != NULL)
    plug (self, cable.cable, cable_node, nic.device, there, nic_node);
}

/* The switch or hub that is the first end of link() @node; NULL when it is something else. */
static VbetDevice *
link_centre (VbetContext *self, const VbetNode *node)
{
  VbetDevice *device = vbet_context_peek_device (self, vbet_node_positional (node, 0));
  return device != NULL && (device->kind & VBET_KIND_RELAY) != 0 ? device : NULL;
}

const VbetMade *
vbet_context_link_cables (VbetContext *self, const VbetNode *node)
{
  guint ends = 0;
  for (guint i = 0; i < node->n_children; i++)
    ends += node->children[i]->kind != VBET_NODE_KEYWORD;
  VbetMade *made = g_new0 (VbetMade, 1);
  made->n_cables = link_centre (self, node) != NULL ? ends - 1 : 1;
  made->first_cable = self->topology->cables->len;
  g_hash_table_insert (self->made, (gpointer)node, made);
  const char *name = g_hash_table_lookup (self->given_names, node);
  if (name != NULL && made->n_cables > 1) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_NAMELESS, node->name_span,
                          "this link() makes %u cables, which cannot all be called %s", made->n_cables, name);
    g_hash_table_remove (self->given_names, node);
  }
  g_autoptr (GPtrArray) attributes = vbet_context_attributes (self, node, VBET_KIND_CABLE, FALSE);
  for (guint i = 0; i < made->n_cables; i++) {
    g_autofree char *cable = vbet_context_name_for (self, node, VBET_KIND_CABLE);
    vbet_topology_add_cable (self->topology, cable, g_ptr_array_ref (attributes), node->span);
  }
  return made;
}

/* One cable of a link(): from @first, a device or a certain NIC, to the end at @node; only looks at that end
 * when @first is NULL, since something is wrong with it. */
static void
link_pair (VbetContext *self, VbetCable *cable, const VbetThing *first, const VbetNode *first_node,
           const VbetNode *node)
{
  VbetThing second;
  if (!vbet_context_evaluate (self, node, ENDS, &second) || first == NULL)
    return;
  VbetNic *nic = settle (self, first, first_node, TRUE);
  if (nic != NULL)
    plug (self, cable, first_node, first->device, nic, first_node);
  nic = settle (self, &second, node, TRUE);
  if (nic != NULL)
    plug (self, cable, node, second.device, nic, node);
}

static void
run_link (VbetContext *self, const VbetNode *node)
{
  const VbetNode *first_node = vbet_node_positional (node, 0);
  VbetThing first;
  gboolean good = vbet_context_evaluate (self, first_node, ENDS, &first);
  const VbetMade *made
      = self->declared ? g_hash_table_lookup (self->made, node) : vbet_context_link_cables (self, node);
  gboolean many = link_centre (self, node) != NULL;
  guint n = 0;
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    if (child == first_node || child->kind == VBET_NODE_KEYWORD)
      continue;
    if (n > 0 && !many) {
      vbet_diagnostics_add (
          self->diagnostics, VBET_E_LINK_MANY, child->span,
          "a cable has two ends; only a switch, hub or access point as the first end links to more than one");
      return;
    }
    if (made == NULL || n >= made->n_cables)
      return;
    link_pair (self, self->topology->cables->pdata[made->first_cable + n], good ? &first : NULL, first_node,
               child);
    n++;
  }
}

/* --- set --- */

static void
set_attribute (VbetContext *self, const VbetThing *thing, const VbetAttribute *attribute)
{
  VbetAttributes **of = NULL;
  if (thing->kind == VBET_KIND_NIC && thing->device != NULL) {
    vbet_topology_set_nic (self->topology, thing->device, thing->nic, attribute->key, attribute->value,
                           attribute->span);
    return;
  }
  if (thing->kind == VBET_KIND_NIC)
    of = &thing->nic->attributes;
  else
    of = thing->kind == VBET_KIND_CABLE ? &thing->cable->attributes : &thing->device->attributes;
  VbetAttributes *changed = vbet_attributes_with (*of, attribute->key, attribute->value, attribute->span);
  g_ptr_array_unref (*of);
  *of = changed;
}

/* "NIC(x)" in a call about a NIC that there is: only where x has just one. */
static gboolean
settle_only (VbetContext *self, VbetThing *thing, const VbetNode *node)
{
  if (thing->kind != VBET_KIND_NIC || thing->nic != NULL)
    return TRUE;
  if (thing->device->nics->len == 1) {
    thing->nic = thing->device->nics->pdata[0];
    return TRUE;
  }
  vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_NUMBER, node->span,
                        "%s has %u NICs, so a number must say which: NIC(%s,1)", thing->device->name,
                        thing->device->nics->len, thing->device->name);
  return FALSE;
}

static void
run_set (VbetContext *self, const VbetNode *node)
{
  VbetThing thing;
  const VbetNode *what = vbet_node_positional (node, 0);
  if (!vbet_context_evaluate (self, what, VBET_KIND_DEVICE | VBET_KIND_NIC | VBET_KIND_CABLE, &thing)
      || !settle_only (self, &thing, what))
    return;
  if (node->n_children == 1)
    vbet_diagnostics_add (self->diagnostics, VBET_E_MISSING, node->name_span,
                          "set() lacks a key: set(x, key=value)");
  g_autoptr (GPtrArray) attributes = vbet_context_attributes (self, node, thing.kind, TRUE);
  for (guint i = 0; i < attributes->len; i++)
    set_attribute (self, &thing, attributes->pdata[i]);
}

/* --- file and note --- */

/* Whether @path can be that of a file in a guest. */
static gboolean
check_path (VbetContext *self, const VbetNode *node, const char *path)
{
  const char *fault = NULL;
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  gsize size = strlen (path);
  if (path[0] != '/')
    fault = "is not absolute; it starts with '/'";
  else if (g_strv_contains ((const char *const *)parts, ".."))
    fault = "has a \"..\" in it";
  else if (g_strv_contains ((const char *const *)parts, ".") || strstr (path, "//") != NULL)
    fault = "has an empty part or a \".\" in it";
  else if (path[size - 1] == '/')
    fault = "names a folder, not a file";
  else if (size > 255)
    fault = "is longer than 255 bytes";
  else if (strpbrk (path, "\n\r") != NULL)
    fault = "has a line end in it";
  if (fault != NULL)
    vbet_diagnostics_add (self->diagnostics, VBET_E_PATH, node->span, "the path %s", fault);
  return fault == NULL;
}

static void
run_file (VbetContext *self, const VbetNode *node, const VbetCallSpec *spec)
{
  VbetThing device;
  const VbetNode *device_node = vbet_node_positional (node, 0);
  const VbetNode *path_node = vbet_node_positional (node, 1);
  const VbetNode *text_node = vbet_node_ungroup (vbet_node_positional (node, 2));
  gboolean good = vbet_context_evaluate (self, device_node, VBET_KIND_DEVICE, &device);
  const char *path = vbet_context_text (self, path_node, "a path in quotes");
  gboolean removes = !self->declared && text_node != NULL && text_node->kind == VBET_NODE_NAME
                     && strcmp (text_node->name, "none") == 0;
  const char *text = removes ? NULL : vbet_context_text (self, text_node, "the text of the file in quotes");
  g_autoptr (GPtrArray) keywords = vbet_context_keywords (self, node, spec);
  if (good && (device.kind & VBET_KIND_GUEST) == 0) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_WRONG_DEVICE, device_node->span,
                          "%s is a %s; only a host, router or firewall has files", device.device->name,
                          vbet_kind_name (device.kind));
    good = FALSE;
  }
  if (path == NULL || !check_path (self, path_node, path) || !good || (text == NULL && !removes))
    return;
  if (self->declared && vbet_device_file (device.device, path) != NULL) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_FILE_TWICE, path_node->span, "%s already has a file %s",
                          device.device->name, path);
    return;
  }
  if (device.device->files->len >= VBET_FILES_MAX && !removes) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_LIMIT, node->name_span, "a device has at most %d files",
                          VBET_FILES_MAX);
    return;
  }
  if (text != NULL && strlen (text) > VBET_TEXT_MAX) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_LIMIT, text_node->span, "a file has at most %d KiB",
                          VBET_TEXT_MAX / 1024);
    return;
  }
  const VbetValue *mode = vbet_attributes_get (keywords, "mode");
  vbet_topology_set_file (self->topology, device.device, path,
                          removes ? NULL : g_bytes_new (text, strlen (text)),
                          mode != NULL ? (guint)mode->as.integer : 0644, node->span);
}

static void
run_note (VbetContext *self, const VbetNode *node)
{
  const char *text = vbet_context_text (self, vbet_node_positional (node, 0), "a text in quotes");
  VbetAttributes *attributes = vbet_context_attributes (self, node, VBET_KIND_NOTE, FALSE);
  VbetNote *note = g_new0 (VbetNote, 1);
  note->text = g_strdup (text != NULL ? text : "");
  note->attributes = attributes;
  note->span = node->span;
  g_ptr_array_add (self->topology->notes, note);
}

/* For the whole lab and its NICs, so it is no edit of one thing: only the text says it. */
static void
run_seed (VbetContext *self, const VbetNode *node)
{
  const VbetNode *what = vbet_node_positional (node, 0);
  const char *text = vbet_context_text (self, what, "a text in quotes");
  if (text == NULL)
    return;
  if (!self->declared)
    vbet_diagnostics_add (self->diagnostics, VBET_E_STATEMENT, node->name_span,
                          "seed() may stand only at the top level of a lab's text");
  else if (text[0] == '\0' || strlen (text) > VBET_SEED_MAX)
    vbet_diagnostics_add (self->diagnostics, VBET_E_CONTENT, what->span, "a seed has 1 to %d bytes",
                          VBET_SEED_MAX);
  else if (self->topology->seed != NULL)
    vbet_diagnostics_add (self->diagnostics, VBET_E_TWICE, node->span, "a lab has one seed");
  else
    self->topology->seed = g_strdup (text);
}

/* --- the inverses --- */

static void
run_unplug (VbetContext *self, const VbetNode *node)
{
  VbetThing cable, nic;
  const VbetNode *cable_node = vbet_node_positional (node, 0), *nic_node = vbet_node_positional (node, 1);
  if (!vbet_context_evaluate (self, cable_node, VBET_KIND_CABLE, &cable))
    return;
  if (nic_node == NULL) {
    vbet_topology_unplug (self->topology, cable.cable, 0);
    vbet_topology_unplug (self->topology, cable.cable, 1);
    return;
  }
  if (!vbet_context_evaluate (self, nic_node, VBET_KIND_NIC, &nic))
    return;
  const VbetCableEnd *ends = cable.cable->ends;
  guint hits = 0, end = 0;
  for (guint i = 0; i < 2 && nic.device != NULL; i++)
    if (g_strcmp0 (ends[i].device, nic.device->name) == 0
        && (nic.nic == NULL || ends[i].nic == nic.nic->index)) {
      hits++;
      end = i;
    }
  if (hits == 1)
    vbet_topology_unplug (self->topology, cable.cable, end);
  else if (hits == 2)
    vbet_diagnostics_add (self->diagnostics, VBET_E_NIC_NUMBER, nic_node->span,
                          "both ends of %s are in %s, so a number must say which: NIC(%s,%u)",
                          cable.cable->name, nic.device->name, nic.device->name, ends[0].nic);
  else
    vbet_diagnostics_add (self->diagnostics, VBET_E_NOT_PLUGGED, nic_node->span, "%s is not plugged in there",
                          cable.cable->name);
}

static void
remove_nic (VbetContext *self, const VbetThing *nic, const VbetNode *node)
{
  if (nic->device == NULL) {
    vbet_diagnostics_add (self->diagnostics, VBET_E_NOT_PLUGGED, node->span, "this NIC is in no device");
    return;
  }
  /* Its name, if it had one, goes with it. */
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->nic_names);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((VbetLooseNic *)value)->nic == nic->nic)
      g_hash_table_iter_remove (&iter);
  vbet_topology_detach (self->topology, nic->device, nic->nic);
  self->n_nics--;
}

static void
run_detach (VbetContext *self, const VbetNode *node)
{
  VbetThing nic;
  const VbetNode *nic_node = vbet_node_positional (node, 0);
  if (vbet_context_evaluate (self, nic_node, VBET_KIND_NIC, &nic) && settle_only (self, &nic, nic_node))
    remove_nic (self, &nic, nic_node);
}

static void
run_free (VbetContext *self, const VbetNode *node)
{
  VbetThing thing;
  const VbetNode *what = vbet_node_positional (node, 0);
  if (!vbet_context_evaluate (self, what, VBET_KIND_DEVICE | VBET_KIND_NIC | VBET_KIND_CABLE, &thing)
      || !settle_only (self, &thing, what))
    return;
  if (thing.kind != VBET_KIND_NIC)
    vbet_context_release_name (self, thing.kind,
                               thing.kind == VBET_KIND_CABLE ? thing.cable->name : thing.device->name);
  if (thing.kind == VBET_KIND_NIC) {
    remove_nic (self, &thing, what);
  } else if (thing.kind == VBET_KIND_CABLE) {
    vbet_topology_remove_cable (self->topology, thing.cable);
  } else {
    while (thing.device->nics->len > 0) {
      VbetThing nic = { VBET_KIND_NIC, thing.device, thing.device->nics->pdata[thing.device->nics->len - 1] };
      remove_nic (self, &nic, what);
    }
    vbet_topology_remove_device (self->topology, thing.device);
  }
}

gboolean
vbet_context_run (VbetContext *self, const VbetNode *node, const VbetCallSpec *spec)
{
  switch (spec->word) {
  case VBET_WORD_START:
  case VBET_WORD_STOP:
  case VBET_WORD_RESTART:
  case VBET_WORD_PAUSE:
  case VBET_WORD_RESUME:
  case VBET_WORD_EXEC:
  case VBET_WORD_EXPECT:
  case VBET_WORD_PING:
  case VBET_WORD_NIC:
    return FALSE;
  default:
    break;
  }
  if (!vbet_context_check_arity (self, node, spec))
    return TRUE;
  switch (spec->word) {
  case VBET_WORD_ALLOC: {
    VbetThing thing;
    if (!self->declared)
      vbet_context_evaluate (self, node, VBET_KIND_DEVICE | VBET_KIND_NIC | VBET_KIND_CABLE, &thing);
    return TRUE;
  }
  case VBET_WORD_LINK:
    run_link (self, node);
    return TRUE;
  case VBET_WORD_SET:
    run_set (self, node);
    return TRUE;
  case VBET_WORD_FILE:
    run_file (self, node, spec);
    return TRUE;
  case VBET_WORD_NOTE:
    run_note (self, node);
    return TRUE;
  default:
    break;
  }
  g_ptr_array_unref (vbet_context_keywords (self, node, spec)); /* they have none: says so */
  switch (spec->word) {
  case VBET_WORD_ATTACH:
    run_attach (self, node);
    break;
  case VBET_WORD_PLUG:
    run_plug (self, node);
    break;
  case VBET_WORD_SEED:
    run_seed (self, node);
    break;
  case VBET_WORD_UNPLUG:
    run_unplug (self, node);
    break;
  case VBET_WORD_DETACH:
    run_detach (self, node);
    break;
  default:
    run_free (self, node);
    break;
  }
  return TRUE;
}
