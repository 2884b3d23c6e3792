/* cmd-status.c - vbetctl status: what a running lab's devices, NICs and cables do. */
#include "config.h"

#include <string.h>

#include "base/walls.h"
#include "cli/alarm-list.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "engine/model/schema.h"

/* What confines every guest that runs. Returns: (transfer full): "" if nothing does or none runs. */
static char *
common_layers (GPtrArray *devices)
{
  GPtrArray *common = NULL;
  for (guint i = 0; i < devices->len; i++) {
    GVariant *device = g_ptr_array_index (devices, i);
    g_autoptr (GPtrArray) layers = vbet_field_list (device, "layers");
    /* A gateway is a process with walls of its own kind. */
    if (vbet_field_integer (device, "pid") <= 0 || strcmp (vbet_field_text (device, "kind"), "gateway") == 0)
      continue;
    if (common == NULL)
      common = g_ptr_array_ref (layers);
    for (guint k = common->len; k > 0; k--)
      if (!g_ptr_array_find_with_equal_func (layers, g_ptr_array_index (common, k - 1), g_variant_equal,
                                             NULL))
        g_ptr_array_remove_index (common, k - 1);
  }
  GString *list = g_string_new (NULL);
  for (guint k = 0; common != NULL && k < common->len; k++) {
    GVariant *layer = g_ptr_array_index (common, k);
    if (g_variant_is_of_type (layer, G_VARIANT_TYPE_STRING))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", g_variant_get_string (layer, NULL));
  }
  g_clear_pointer (&common, g_ptr_array_unref);
  return g_string_free (list, FALSE);
}

/* How many of the guests that run have @value at @key. */
static guint
count_with (GPtrArray *devices, const char *key, const char *value)
{
  guint count = 0;
  for (guint i = 0; i < devices->len; i++)
    if (strcmp (vbet_field_text (g_ptr_array_index (devices, i), key), value) == 0)
      count++;
  return count;
}

/* How the guests' kernels run programs. */
static void
print_modes (GPtrArray *devices)
{
  guint traced = count_with (devices, "mode", "ptrace");
  guint filtered = count_with (devices, "mode", "seccomp");
  guint padded = count_with (devices, "padding", "loaded");
  if (traced > 0 && filtered > 0)
    vbet_output_print ("Their programs run by seccomp (%u guests) and ptrace (%u).\n", filtered, traced);
  else if (traced + filtered > 0)
    vbet_output_print ("Their programs run by %s.\n", traced > 0 ? "ptrace" : "seccomp");
  if (padded > 0)
    vbet_output_print ("Kernels helped by vbet-xstate.so: %u.\n", padded);
}

/* @layers: names with commas between; "": no guest runs. */
static void
print_open_walls (const char *layers)
{
  if (*layers == '\0')
    return;
  g_auto (GStrv) names = g_strsplit (layers, ", ", -1);
  g_auto (GStrv) open = vbet_walls_open ((const char *const *)names);
  for (gsize i = 0; open[i] != NULL; i++)
    vbet_output_print ("%s.\n", open[i]);
  if (open[0] != NULL)
    vbet_output_print ("To shut that: %s.\n", vbet_walls_remedy ());
}

static void
print_head (GVariant *status, GPtrArray *devices)
{
  g_autofree char *uptime = vbet_format_seconds (vbet_field_number (status, "uptime"));
  g_autofree char *state = vbet_output_line (vbet_field_text (status, "state"));
  g_autofree char *path = vbet_output_line (vbet_field_text (status, "path"));
  vbet_output_print ("%s: ", vbet_field_text (status, "id"));
  vbet_output_put (stdout, vbet_output_state_color (state), "%s", state);
  vbet_output_print (" for %s", uptime);
  if (*path != '\0')
    vbet_output_print (", from %s", path);
  vbet_output_print ("\n");
  if (vbet_field_boolean (status, "isolated"))
    vbet_output_print ("Isolated: it uses nothing of this machine that its text names.\n");
  g_autoptr (GVariant) lab_switch = vbet_field_dict (status, "switch");
  gint64 restarts = vbet_field_integer (lab_switch, "restarts");
  if (restarts > 0)
    vbet_output_print ("The switch process was started again %" G_GINT64_FORMAT " time%s.\n", restarts,
                       restarts == 1 ? "" : "s");
  g_autofree char *layers = common_layers (devices);
  if (*layers != '\0')
    vbet_output_print ("Guests are confined by %s.\n", layers);
  print_open_walls (layers);
  print_modes (devices);
}

/* What is known of the other end of a remote; (transfer full). */
static char *
far_end_text (GVariant *device)
{
  static const struct {
    const char *state;
    const char *text;
  } texts[] = {
    { "heard", "is there" },
    { "unknown", "may be there: nothing was heard, nothing refused" },
    { "trying", "is not known yet" },
    { "refused", "refuses: nobody receives there, or there is no way" },
    { "cut", "is there, but its cable leads to nobody" },
    { "silent", "has gone silent" },
  };
  const char *state = vbet_field_text (device, "far_end"), *text = state;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strcmp (texts[i].state, state) == 0)
      text = texts[i].text;
  GString *all = g_string_new (NULL);
  g_string_printf (all, "%s %s", vbet_field_text (device, "peer"), text);
  g_autoptr (GVariant) heard = g_variant_lookup_value (device, "heard", NULL);
  const char *lab = vbet_field_text (device, "far_lab");
  if (heard != NULL && *lab != '\0')
    g_string_append_printf (all, " (lab %s, heard %.0f s ago)", lab, vbet_field_number (device, "heard"));
  else if (heard != NULL)
    g_string_append_printf (all, " (heard %.0f s ago)", vbet_field_number (device, "heard"));
  return g_string_free (all, FALSE);
}

static gboolean
has_lost_nic (GVariant *device)
{
  g_autoptr (GPtrArray) nics = vbet_field_list (device, "nics");
  for (guint i = 0; i < nics->len; i++)
    if (vbet_field_boolean (g_ptr_array_index (nics, i), "lost"))
      return TRUE;
  return FALSE;
}

static void
print_devices (GVariant *status, GPtrArray *devices)
{
  g_autoptr (VbetTable) table = vbet_table_new ("DEVICE|KIND|STATE|>UPTIME|>PID|>PROCESSES|>MEMORY|>CPU|");
  for (guint i = 0; i < devices->len; i++) {
    GVariant *device = g_ptr_array_index (devices, i);
    gint64 pid = vbet_field_integer (device, "pid");
    const char *error = vbet_field_text (device, "error");
    guint alarms = vbet_alarm_list_count (status, vbet_field_text (device, "name"));
    vbet_table_add (table, vbet_field_text (device, "name"));
    vbet_table_add (table, vbet_field_text (device, "kind"));
    vbet_table_add_state (table, vbet_field_text (device, "state"));
    if (pid > 0) {
      g_autofree char *uptime = vbet_format_seconds (vbet_field_number (device, "uptime"));
      g_autofree char *memory = vbet_format_bytes (vbet_field_integer (device, "memory"));
      g_autofree char *cpu = vbet_format_seconds (vbet_field_number (device, "cpu"));
      vbet_table_add (table, uptime);
      vbet_table_add_format (table, "%" G_GINT64_FORMAT, pid);
      vbet_table_add_format (table, "%" G_GINT64_FORMAT, vbet_field_integer (device, "processes"));
      vbet_table_add (table, memory);
      vbet_table_add (table, cpu);
    } else {
      for (guint c = 0; c < 5; c++)
        vbet_table_add (table, "-");
    }
    g_autofree char *far_end = *vbet_field_text (device, "far_end") != '\0' ? far_end_text (device) : NULL;
    if (*error != '\0')
      vbet_table_add (table, error);
    else if (far_end != NULL)
      vbet_table_add (table, far_end);
    else if (has_lost_nic (device))
      vbet_table_add (table, "a NIC is gone; stop the guest and start it");
    else if (vbet_field_boolean (device, "storm"))
      vbet_table_add (table, "a storm: is there a loop? Unplug one of its cables, or set stp=yes");
    else if (alarms > 0)
      vbet_table_add_format (table, "%u problem%s, see below", alarms, alarms == 1 ? "" : "s");
    else
      vbet_table_add (table, vbet_field_boolean (device, "needs_restart")
                                 ? "changed; takes effect at its next start"
                                 : "");
  }
  vbet_table_print (table);
}

/* Only inside a guest do a NIC's name and address mean something. */
static gboolean
is_guest (GVariant *device)
{
  VbetKind kind;
  return vbet_kind_from_name (vbet_field_text (device, "kind"), &kind) && (kind & VBET_KIND_GUEST) != 0;
}

static void
print_nics (GPtrArray *devices)
{
  g_autoptr (VbetTable) table = vbet_table_new (
      "DEVICE|>NIC|NAME|MAC|CABLE|CARRIER|>RX FRAMES|>RX BYTES|>TX FRAMES|>TX BYTES|>DROPPED");
  gboolean any = FALSE;
  for (guint i = 0; i < devices->len; i++) {
    GVariant *device = g_ptr_array_index (devices, i);
    g_autoptr (GPtrArray) nics = vbet_field_list (device, "nics");
    gboolean guest = is_guest (device);
    for (guint k = 0; k < nics->len; k++) {
      GVariant *nic = g_ptr_array_index (nics, k);
      const char *cable = vbet_field_text (nic, "cable");
      g_autofree char *received = vbet_format_bytes (vbet_field_integer (nic, "rx_bytes"));
      g_autofree char *sent = vbet_format_bytes (vbet_field_integer (nic, "tx_bytes"));
      any = TRUE;
      vbet_table_add (table, vbet_field_text (device, "name"));
      vbet_table_add_format (table, "%" G_GINT64_FORMAT, vbet_field_integer (nic, "index"));
      vbet_table_add (table, guest ? vbet_field_text (nic, "name") : "");
      vbet_table_add (table, guest ? vbet_field_text (nic, "mac") : "");
      vbet_table_add (table, *cable != '\0' ? cable : "-");
      vbet_table_add (table, vbet_field_boolean (nic, "carrier") ? "yes" : "no");
      vbet_table_add_format (table, "%" G_GINT64_FORMAT, vbet_field_integer (nic, "rx_frames"));
      vbet_table_add (table, received);
      vbet_table_add_format (table, "%" G_GINT64_FORMAT, vbet_field_integer (nic, "tx_frames"));
      vbet_table_add (table, sent);
      vbet_table_add_format (table, "%" G_GINT64_FORMAT, vbet_field_integer (nic, "dropped"));
    }
  }
  if (!any)
    return;
  vbet_output_print ("\n");
  vbet_table_print (table);
}

static void
add_end (VbetTable *table, GPtrArray *ends, guint index)
{
  GVariant *end = index < ends->len ? g_ptr_array_index (ends, index) : NULL;
  const char *device = end != NULL ? vbet_field_text (end, "device") : "";
  if (*device == '\0')
    vbet_table_add (table, "free");
  else
    vbet_table_add_format (table, "NIC(%s, %" G_GINT64_FORMAT ")", device, vbet_field_integer (end, "nic"));
}

static void
print_cables (GPtrArray *cables)
{
  if (cables->len == 0)
    return;
  g_autoptr (VbetTable) table
      = vbet_table_new ("CABLE|FROM|TO|UP|>FRAMES →|>BYTES →|>FRAMES ←|>BYTES ←|>DROPPED");
  for (guint i = 0; i < cables->len; i++) {
    GVariant *cable = g_ptr_array_index (cables, i);
    g_autoptr (GPtrArray) ends = vbet_field_list (cable, "ends");
    g_autoptr (GVariant) ab = vbet_field_dict (cable, "ab");
    g_autoptr (GVariant) ba = vbet_field_dict (cable, "ba");
    g_autofree char *forth = vbet_format_bytes (vbet_field_integer (ab, "bytes"));
    g_autofree char *back = vbet_format_bytes (vbet_field_integer (ba, "bytes"));
    vbet_table_add (table, vbet_field_text (cable, "name"));
    add_end (table, ends, 0);
    add_end (table, ends, 1);
    vbet_table_add (table, vbet_field_boolean (cable, "up") ? "yes" : "no");
    vbet_table_add_format (table, "%" G_GINT64_FORMAT, vbet_field_integer (ab, "frames"));
    vbet_table_add (table, forth);
    vbet_table_add_format (table, "%" G_GINT64_FORMAT, vbet_field_integer (ba, "frames"));
    vbet_table_add (table, back);
    vbet_table_add_format (table, "%" G_GINT64_FORMAT,
                           vbet_field_integer (ab, "dropped") + vbet_field_integer (ba, "dropped"));
  }
  vbet_output_print ("\n");
  vbet_table_print (table);
}

static void
print_names (GPtrArray *devices)
{
  for (guint i = 0; i < devices->len; i++)
    vbet_output_print ("%s\n", vbet_field_text (g_ptr_array_index (devices, i), "name"));
}

int
vbet_cmd_status (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean json = FALSE;
  gboolean nodes = FALSE;
  gboolean wires = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the engine's status object as JSON", NULL },
    { "nodes", 0, 0, G_OPTION_ARG_NONE, &nodes, "Print only the devices' names, one a line", NULL },
    { "cables", 0, 0, G_OPTION_ARG_NONE, &wires, "Print only the cables' names, one a line", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, 1 }, &exit_code))
    return exit_code;
  if (json + nodes + wires > 1)
    return vbet_command_usage_error (self, "--json, --nodes and --cables exclude each other");
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetClient) client = vbet_connection_open (argv[1], &error);
  g_autoptr (GVariant) status
      = client != NULL ? vbet_connection_call_watched (client, "lab.status", NULL, NULL, &error) : NULL;
  if (status == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  if (json) {
    g_autofree char *text = vbet_json_text (status);
    vbet_output_json (text);
    return VBET_EXIT_OK;
  }
  g_autoptr (GPtrArray) devices = vbet_field_list (status, "devices");
  g_autoptr (GPtrArray) cables = vbet_field_list (status, "cables");
  if (nodes || wires) {
    print_names (nodes ? devices : cables);
    return VBET_EXIT_OK;
  }
  print_head (status, devices);
  if (devices->len > 0) {
    vbet_output_print ("\n");
    print_devices (status, devices);
  }
  print_nics (devices);
  print_cables (cables);
  vbet_alarm_list_print (status);
  return VBET_EXIT_OK;
}
