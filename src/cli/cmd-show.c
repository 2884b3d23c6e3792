/* cmd-show.c - vbetctl show: what a lab text is made of. */
#include "config.h"

#include <string.h>

#include "base/mac.h"
#include "cli/command.h"
#include "cli/lab-file.h"
#include "cli/output.h"
#include "cli/result-list.h"
#include "engine/model/topology.h"

static char *
addresses_text (const VbetNic *nic)
{
  g_autoptr (GPtrArray) items = vbet_attributes_list (nic->attributes, "ip");
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < items->len; i++) {
    g_autofree char *item = vbet_value_to_text (g_ptr_array_index (items, i));
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", item);
  }
  if (vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp"))
    g_string_append (text, text->len > 0 ? " dhcp" : "dhcp");
  return g_string_free (text, FALSE);
}

static void
print_devices (const VbetTopology *topology)
{
  g_autoptr (VbetTable) table = vbet_table_new ("DEVICE|KIND|>NIC|NAME|MAC|ADDRESS|CABLE");
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    gboolean guest = (device->kind & VBET_KIND_GUEST) != 0;
    for (guint k = 0; k < MAX (device->nics->len, 1); k++) {
      const VbetNic *nic = k < device->nics->len ? g_ptr_array_index (device->nics, k) : NULL;
      vbet_table_add (table, k == 0 ? device->name : "");
      vbet_table_add (table, k == 0 ? vbet_kind_name (device->kind) : "");
      if (nic == NULL) {
        for (guint c = 0; c < 5; c++)
          vbet_table_add (table, "");
        continue;
      }
      char mac[VBET_MAC_TEXT_SIZE] = "";
      if (guest)
        vbet_mac_to_text (nic->mac, ':', mac);
      const char *peer = device->kind == VBET_KIND_REMOTE
                             ? vbet_attributes_text (device->attributes, VBET_KIND_REMOTE, "peer")
                             : NULL;
      g_autofree char *addresses = peer != NULL ? g_strdup (peer) : addresses_text (nic);
      vbet_table_add_format (table, "%u", nic->index);
      if (guest)
        vbet_table_add_format (table, "eth%u", nic->index - 1);
      else
        vbet_table_add (table, "");
      vbet_table_add (table, mac);
      vbet_table_add (table, addresses);
      vbet_table_add (table, nic->cable != NULL ? nic->cable : "-");
    }
  }
  vbet_table_print (table);
}

static char *
end_text (const VbetCableEnd *end)
{
  return end->device != NULL ? g_strdup_printf ("NIC(%s, %u)", end->device, end->nic) : g_strdup ("free");
}

static void
print_cables (const VbetTopology *topology)
{
  g_autoptr (VbetTable) table = vbet_table_new ("CABLE|FROM|TO|ATTRIBUTES");
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (topology->cables, i);
    g_autofree char *a = end_text (&cable->ends[0]);
    g_autofree char *b = end_text (&cable->ends[1]);
    g_autoptr (GString) attributes = g_string_new (NULL);
    for (guint k = 0; k < cable->attributes->len; k++) {
      const VbetAttribute *attribute = g_ptr_array_index (cable->attributes, k);
      g_autofree char *value = vbet_value_to_text (attribute->value);
      g_string_append_printf (attributes, "%s%s=%s", k > 0 ? " " : "", attribute->key, value);
    }
    vbet_table_add (table, cable->name);
    vbet_table_add (table, a);
    vbet_table_add (table, b);
    vbet_table_add (table, attributes->str);
  }
  vbet_table_print (table);
}

static const char *
plural (guint n)
{
  return n == 1 ? "" : "s";
}

static void
print_step (guint index, const VbetStep *step)
{
  g_autofree char *title = vbet_output_line (step->title);
  vbet_output_print ("  %u  %s\n", index, title);
}

static void
print_people (const VbetTopology *topology)
{
  guint devices = topology->devices->len;
  guint cables = topology->cables->len;
  guint checks = topology->checks->len;
  guint steps = topology->steps->len;
  g_autofree char *name = vbet_output_line (topology->name);
  vbet_output_print ("%s: %u device%s, %u cable%s, %u check%s, %u step%s\n", name, devices, plural (devices),
                     cables, plural (cables), checks, plural (checks), steps, plural (steps));
  if (devices > 0) {
    vbet_output_print ("\n");
    print_devices (topology);
  }
  if (cables > 0) {
    vbet_output_print ("\n");
    print_cables (topology);
  }
  if (checks > 0)
    vbet_output_print ("\nCHECKS\n");
  for (guint i = 0; i < checks; i++) {
    g_autofree char *check
        = vbet_one_line (((const VbetAction *)g_ptr_array_index (topology->checks, i))->source);
    vbet_output_print ("  %s\n", check);
  }
  if (steps > 0)
    vbet_output_print ("\nSTEPS\n");
  for (guint i = 0; i < steps; i++)
    print_step (i + 1, g_ptr_array_index (topology->steps, i));
}

int
vbet_cmd_show (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print devices, cables and steps as JSON", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, 1 }, &exit_code))
    return exit_code;
  g_autoptr (VbetLabFile) file = vbet_lab_file_load_valid (argv[1]);
  if (file == NULL)
    return VBET_EXIT_FAILURE;
  if (!json) {
    print_people (file->topology);
    return VBET_EXIT_OK;
  }
  g_autofree char *text = vbet_topology_to_json (file->topology);
  vbet_output_json (text);
  return VBET_EXIT_OK;
}
