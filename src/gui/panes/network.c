/* network.c - see network.h. */
#include "config.h"

#include "gui/panes/network.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/mac.h"
#include "engine/model/kinds.h"
#include "gui/poller.h"
#include "gui/reply.h"

#define INTERVAL_MS 1000

enum {
  PORT_NUMBER,
  PORT_NEIGHBOUR,
  PORT_VLAN,
  PORT_ROLE,
  PORT_STATE,
  PORT_COST,
  PORT_RX,
  PORT_TX,
  PORT_DROPPED,
  N_PORT
};

enum {
  MAC_ADDRESS,
  MAC_OWNER, /* whose NIC it is */
  MAC_VLAN,
  MAC_PORT,
  MAC_NEIGHBOUR, /* what is at the other end of the cable in that port */
  MAC_AGE,
  N_MAC
};

struct _VbetNetwork {
  GtkBox parent_instance;
  VbetSession *session; /* owned */
  char *device;         /* (nullable) */
  GtkWidget *problem;   /* box: why it does not work */
  GtkWidget *reason;    /* label in it */
  GtkWidget *command;   /* label in it: what to type as root */
  GtkWidget *copy;      /* button in it */
  GtkWidget *retry;     /* likewise */
  GtkWidget *summary;   /* label */
  GtkWidget *tables;    /* box, of a switch */
  GtkListStore *ports;
  GtkListStore *macs;
  GtkTreeModelFilter *shown; /* of @macs */
  GtkWidget *wanted;         /* entry: which addresses are shown */
  GtkWidget *heading;        /* label above them */
  GtkWidget *leases;         /* grid, of a gateway */
  VbetPoller *poller;
};

G_DEFINE_FINAL_TYPE (VbetNetwork, vbet_network, GTK_TYPE_BOX)

/* --- words ------------------------------------------------------------------------------ */

static const char *
role_text (const char *role)
{
  static const struct {
    const char *role;
    const char *text;
  } texts[] = { { "root", N_ ("root port") },
                { "designated", N_ ("designated") },
                { "alternate", N_ ("alternate") },
                { "backup", N_ ("backup") },
                { "disabled", N_ ("disabled") } };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (role, texts[i].role) == 0)
      return _ (texts[i].text);
  return "–";
}

static gboolean
has_carrier (VbetNetwork *self, guint number)
{
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), self->device);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, number) : NULL;
  GHashTable *all = vbet_session_get_traffic (self->session);
  const VbetTraffic *traffic
      = all != NULL && nic != NULL && nic->cable != NULL ? g_hash_table_lookup (all, nic->cable) : NULL;
  return traffic == NULL || traffic->carrier[nic->cable_end == 1 ? 1 : 0];
}

static const char *
state_text (VbetNetwork *self, GVariant *nic)
{
  const char *state = vbet_reply_text (nic, "stp"), *cable = vbet_reply_text (nic, "cable");
  if (cable == NULL || *cable == '\0')
    return _ ("no cable");
  if (!has_carrier (self, (guint)vbet_reply_number (nic, "index", 0)))
    return _ ("no carrier");
  switch (vbet_port_state_from_name (state)) {
  case VBET_PORT_DISCARDING:
    return _ ("blocked");
  case VBET_PORT_LEARNING:
    return _ ("learning");
  case VBET_PORT_FORWARDING:
    return _ ("forwarding");
  case VBET_PORT_PLAIN:
  default:
    return _ ("open");
  }
}

static char *
end_text (const VbetTopology *topology, const char *name, guint nic)
{
  const VbetDevice *device = name != NULL ? vbet_topology_device (topology, name) : NULL;
  if (device == NULL)
    return g_strdup ("–");
  return (device->kind & VBET_KIND_GUEST) != 0 ? g_strdup_printf ("%s eth%u", name, nic - 1)
                                               : g_strdup_printf (_ ("%s, port %u"), name, nic);
}

/* What is at the other end of the cable in port @number; (transfer full). */
static char *
neighbour_text (VbetNetwork *self, guint number)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  const VbetDevice *device = vbet_topology_device (topology, self->device);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, number) : NULL;
  const VbetCable *cable
      = nic != NULL && nic->cable != NULL ? vbet_topology_cable (topology, nic->cable) : NULL;
  if (cable == NULL)
    return g_strdup ("–");
  const VbetCableEnd *peer = &cable->ends[1 - nic->cable_end];
  return end_text (topology, peer->device, peer->nic);
}

/* "10", "10 · trunk 20, 30"; "1" of a port that says nothing. */
static char *
vlan_text (VbetNetwork *self, guint number)
{
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), self->device);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, number) : NULL;
  if (nic == NULL)
    return g_strdup ("");
  g_autoptr (GPtrArray) trunk = vbet_attributes_list (nic->attributes, "trunk");
  int own = (int)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "vlan");
  g_autoptr (GString) list = g_string_new (NULL);
  for (guint i = 0; i < trunk->len; i++) {
    g_autofree char *text = vbet_value_to_text (g_ptr_array_index (trunk, i));
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", text);
  }
  if (trunk->len == 0)
    return g_strdup_printf ("%d", own != 0 ? own : 1);
  return own != 0 ? g_strdup_printf (_ ("%d native, trunk %s"), own, list->str)
                  : g_strdup_printf (_ ("trunk %s"), list->str);
}

/* Whose NIC has @mac; (transfer full). */
static char *
owner_text (VbetNetwork *self, const char *mac)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    for (guint k = 0; k < device->nics->len; k++) {
      const VbetNic *nic = g_ptr_array_index (device->nics, k);
      char text[VBET_MAC_TEXT_SIZE];
      if (g_ascii_strcasecmp (vbet_mac_to_text (nic->mac, ':', text), mac) == 0)
        return end_text (topology, device->name, nic->index);
    }
  }
  return g_strdup ("");
}

/* --- a switch ------------------------------------------------------------------------------- */

static void
show_tree (VbetNetwork *self, GVariant *reply)
{
  const char *root = vbet_reply_text (reply, "root"), *id = vbet_reply_text (reply, "bridge_id");
  g_autofree char *text = NULL;
  if (root == NULL || id == NULL) {
    text = g_strdup (_ ("Spanning tree: off"));
  } else if (g_str_equal (root, id)) {
    text = g_strdup_printf (_ ("Spanning tree: this switch is the root\nIdentifier %s"), id);
  } else {
    GHashTable *roots = vbet_session_get_roots (self->session);
    GHashTableIter iter;
    gpointer name = NULL;
    g_hash_table_iter_init (&iter, roots);
    gboolean known = g_hash_table_size (roots) == 1 && g_hash_table_iter_next (&iter, &name, NULL);
    text = g_strdup_printf (_ ("Spanning tree: the root is %s, at a cost of %.0f\nIdentifier %s"),
                            known ? (const char *)name : root, vbet_reply_number (reply, "root_cost", 0), id);
  }
  gtk_label_set_text (GTK_LABEL (self->summary), text);
}

/* Row @number of @store, made when there are fewer. */
static void
row_at (GtkListStore *store, guint number, GtkTreeIter *ret)
{
  if (!gtk_tree_model_iter_nth_child (GTK_TREE_MODEL (store), ret, NULL, (int)number))
    gtk_list_store_append (store, ret);
}

static void
cut_rows (GtkListStore *store, guint size)
{
  GtkTreeIter row;
  while (gtk_tree_model_iter_nth_child (GTK_TREE_MODEL (store), &row, NULL, (int)size))
    gtk_list_store_remove (store, &row);
}

static void
show_ports (VbetNetwork *self, GVariant *reply)
{
  g_autoptr (GPtrArray) nics = vbet_reply_list (reply, "nics");
  for (guint i = 0; i < nics->len; i++) {
    GVariant *nic = g_ptr_array_index (nics, i);
    guint number = (guint)vbet_reply_number (nic, "index", 0);
    g_autofree char *neighbour = neighbour_text (self, number), *vlan = vlan_text (self, number);
    double cost = vbet_reply_number (nic, "cost", 0);
    GtkTreeIter row;
    row_at (self->ports, i, &row);
    gtk_list_store_set (self->ports, &row, PORT_NUMBER, number, PORT_NEIGHBOUR, neighbour, PORT_VLAN, vlan,
                        PORT_ROLE, role_text (vbet_reply_text (nic, "role")), PORT_STATE,
                        state_text (self, nic), PORT_COST, (guint64)cost, PORT_RX,
                        (guint64)vbet_reply_number (nic, "rx_frames", 0), PORT_TX,
                        (guint64)vbet_reply_number (nic, "tx_frames", 0), PORT_DROPPED,
                        (guint64)vbet_reply_number (nic, "dropped", 0), -1);
  }
  cut_rows (self->ports, nics->len);
}

static void
show_macs (VbetNetwork *self, GVariant *reply)
{
  g_autoptr (GPtrArray) list = vbet_reply_list (reply, "addresses");
  for (guint i = 0; i < list->len; i++) {
    GVariant *mac = g_ptr_array_index (list, i);
    const char *address = vbet_reply_text (mac, "mac");
    guint port = (guint)vbet_reply_number (mac, "nic", 0);
    g_autofree char *owner = owner_text (self, address != NULL ? address : "");
    g_autofree char *neighbour = neighbour_text (self, port);
    guint vlan = (guint)vbet_reply_number (mac, "vlan", 0);
    GtkTreeIter row;
    row_at (self->macs, i, &row);
    gtk_list_store_set (self->macs, &row, MAC_ADDRESS, address, MAC_OWNER, owner, MAC_VLAN,
                        vlan != 0 ? vlan : 1, MAC_PORT, port, MAC_NEIGHBOUR, neighbour, MAC_AGE,
                        (guint)vbet_reply_number (mac, "age", 0), -1);
  }
  cut_rows (self->macs, list->len);
  g_autofree char *text
      = g_strdup_printf (ngettext ("%u address learned", "%u addresses learned", list->len), list->len);
  gtk_label_set_text (GTK_LABEL (self->heading), text);
}

static gboolean
is_wanted (GtkTreeModel *model, GtkTreeIter *row, gpointer data)
{
  VbetNetwork *self = data;
  g_autofree char *wanted = g_utf8_casefold (gtk_entry_get_text (GTK_ENTRY (self->wanted)), -1);
  g_autofree char *address = NULL, *owner = NULL, *neighbour = NULL;
  guint vlan = 0;
  gtk_tree_model_get (model, row, MAC_ADDRESS, &address, MAC_OWNER, &owner, MAC_NEIGHBOUR, &neighbour,
                      MAC_VLAN, &vlan, -1);
  g_autofree char *all
      = g_strdup_printf ("%s %s %s vlan %u", address != NULL ? address : "", owner != NULL ? owner : "",
                         neighbour != NULL ? neighbour : "", vlan);
  g_autofree char *folded = g_utf8_casefold (all, -1);
  return strstr (folded, wanted) != NULL;
}

/* --- a gateway, a TAP device, a remote ---------------------------------------------------------- */

static void
destroy (GtkWidget *widget, gpointer data)
{
  (void)data;
  gtk_widget_destroy (widget);
}

static GtkWidget *
cell (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), class_name == NULL);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  if (class_name != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class_name);
  gtk_widget_show (label);
  return label;
}

static void
show_leases (VbetNetwork *self, GVariant *reply)
{
  g_autoptr (GPtrArray) list = vbet_reply_list (reply, "leases");
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  gtk_container_foreach (GTK_CONTAINER (self->leases), destroy, NULL);
  gtk_grid_attach (GTK_GRID (self->leases), cell (_ ("Addresses given"), "vbet-heading"), 0, 0, 2, 1);
  for (guint i = 0; i < list->len; i++) {
    GVariant *lease = g_ptr_array_index (list, i);
    const char *name = vbet_reply_text (lease, "device"), *mac = vbet_reply_text (lease, "mac"),
               *address = vbet_reply_text (lease, "address");
    g_autofree char *who = name != NULL
                               ? end_text (topology, name, (guint)vbet_reply_number (lease, "nic", 1))
                               : g_strdup (mac != NULL ? mac : "");
    gtk_grid_attach (GTK_GRID (self->leases), cell (who, "dim-label"), 0, (int)i + 1, 1, 1);
    gtk_grid_attach (GTK_GRID (self->leases), cell (address != NULL ? address : "", NULL), 1, (int)i + 1, 1,
                     1);
  }
  if (list->len == 0)
    gtk_grid_attach (GTK_GRID (self->leases), cell (_ ("none yet; a NIC asks with dhcp=yes"), "dim-label"), 0,
                     1, 2, 1);
}

/* What stands between the quotes of an error: (transfer full) (nullable): what to type as root. */
static char *
command_in (const char *reason)
{
  const char *from = strstr (reason, "“"), *to = from != NULL ? strstr (from, "”") : NULL;
  return to != NULL ? g_strndup (from + strlen ("“"), (gsize)(to - from) - strlen ("“")) : NULL;
}

static void
show_problem (VbetNetwork *self, const char *reason, gboolean failed)
{
  gtk_widget_set_visible (self->problem, reason != NULL);
  if (reason == NULL)
    return;
  g_autofree char *command = command_in (reason);
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->reason)), reason) != 0)
    gtk_label_set_text (GTK_LABEL (self->reason), reason);
  if (command != NULL && g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->command)), command) != 0)
    gtk_label_set_text (GTK_LABEL (self->command), command);
  gtk_widget_set_visible (self->command, command != NULL);
  gtk_widget_set_visible (self->copy, command != NULL);
  gtk_widget_set_visible (self->retry, failed);
}

/* What is known of the other end. Returns: (transfer full) (nullable) */
static char *
summary_text (GVariant *reply)
{
  static const struct {
    const char *state;
    const char *text;
  } far_ends[] = {
    { "heard", N_ ("The far end is there.") },
    { "unknown", N_ ("Nothing was heard of the far end, but nothing refuses.") },
    { "trying", N_ ("Nothing is known of the far end yet.") },
    { "refused", N_ ("The far end refuses: no lab receives there, or there is no way to it.") },
    { "cut", N_ ("The far end is there, but its cable leads to nobody.") },
    { "silent", N_ ("The far end has gone silent.") },
  };
  const char *far_end = vbet_reply_text (reply, "far_end"), *device = vbet_reply_text (reply, "device");
  const char *lab = vbet_reply_text (reply, "far_lab");
  if (g_strcmp0 (far_end, "heard") == 0 && lab != NULL && *lab != '\0')
    return g_strdup_printf (_ ("The far end is there: the lab %s."), lab);
  for (guint i = 0; far_end != NULL && i < G_N_ELEMENTS (far_ends); i++)
    if (strcmp (far_ends[i].state, far_end) == 0)
      return g_strdup (_ (far_ends[i].text));
  return device != NULL ? g_strdup_printf (_ ("Joined to %s of this computer"), device) : NULL;
}

static void
on_copy (VbetNetwork *self)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD);
  gtk_clipboard_set_text (clipboard, gtk_label_get_text (GTK_LABEL (self->command)), -1);
}

/* --- asking ----------------------------------------------------------------------------------------- */

static void
show (VbetNetwork *self, GVariant *reply)
{
  const char *kind_name = vbet_reply_text (reply, "kind");
  VbetKind kind = 0;
  const char *error = vbet_reply_text (reply, "error");
  gboolean known = kind_name != NULL && vbet_kind_from_name (kind_name, &kind);
  gboolean learns = known && (kind & VBET_KIND_LEARNER) != 0, is_gateway = kind == VBET_KIND_GATEWAY;
  gboolean failed = error != NULL && *error != '\0';
  show_problem (self, failed ? error : vbet_reply_text (reply, "problem"), failed);
  gtk_widget_set_visible (self->tables, learns);
  gtk_widget_set_visible (self->leases, is_gateway);
  if (learns) {
    gtk_widget_set_visible (self->summary, kind == VBET_KIND_SWITCH);
    if (kind == VBET_KIND_SWITCH)
      show_tree (self, reply);
    show_ports (self, reply);
    show_macs (self, reply);
  } else if (is_gateway) {
    show_leases (self, reply);
  } else {
    g_autofree char *text = failed ? NULL : summary_text (reply);
    gtk_widget_set_visible (self->summary, text != NULL);
    if (text != NULL && strcmp (gtk_label_get_text (GTK_LABEL (self->summary)), text) != 0)
      gtk_label_set_text (GTK_LABEL (self->summary), text);
  }
}

static gboolean
is_shown (gpointer data)
{
  VbetNetwork *self = data;
  return self->device != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));
}

static GVariant *
make_question (gpointer data)
{
  const VbetNetwork *self = data;
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", self->device);
  return g_variant_dict_end (&params);
}

static guint
on_answer (gpointer data, GVariant *reply, const GError *error, gint64 took)
{
  VbetNetwork *self = data;
  (void)error;
  (void)took;
  gboolean mine = reply != NULL && g_strcmp0 (vbet_reply_text (reply, "name"), self->device) == 0;
  if (mine)
    show (self, reply);
  return mine || reply == NULL ? INTERVAL_MS : 0;
}

void
vbet_network_set_device (VbetNetwork *self, const char *device)
{
  g_return_if_fail (VBET_IS_NETWORK (self));
  if (g_strcmp0 (device, self->device) != 0) {
    g_free (self->device);
    self->device = g_strdup (device);
    gtk_list_store_clear (self->ports);
    gtk_list_store_clear (self->macs);
    gtk_widget_hide (self->problem);
    gtk_widget_hide (self->summary);
    gtk_widget_hide (self->tables);
    gtk_widget_hide (self->leases);
  }
  vbet_poller_ask (self->poller);
}

/* --- life --------------------------------------------------------------------------------------------- */

static void
add_column (GtkWidget *tree, const char *title, int column, gboolean number)
{
  GtkCellRenderer *cell_renderer = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *view
      = gtk_tree_view_column_new_with_attributes (title, cell_renderer, "text", column, NULL);
  g_object_set (cell_renderer, "xalign", number ? 1.0 : 0.0, NULL);
  gtk_tree_view_column_set_sort_column_id (view, column);
  gtk_tree_view_column_set_resizable (view, TRUE);
  gtk_tree_view_append_column (GTK_TREE_VIEW (tree), view);
}

/* A table that can be sorted by its heads and scrolled sideways; @model: (transfer full). */
static GtkWidget *
make_table (GtkTreeModel *model, const char *name, GtkWidget **ret_tree)
{
  GtkTreeModel *sorted = gtk_tree_model_sort_new_with_model (model);
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  *ret_tree = gtk_tree_view_new_with_model (sorted);
  g_object_unref (sorted);
  g_object_unref (model);
  gtk_tree_view_set_enable_search (GTK_TREE_VIEW (*ret_tree), FALSE);
  atk_object_set_name (gtk_widget_get_accessible (*ret_tree), name);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (scrolled), *ret_tree);
  return scrolled;
}

static GtkWidget *
make_ports (VbetNetwork *self)
{
  GtkWidget *tree = NULL;
  self->ports
      = gtk_list_store_new (N_PORT, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                            G_TYPE_UINT64, G_TYPE_UINT64, G_TYPE_UINT64, G_TYPE_UINT64);
  GtkWidget *scrolled = make_table (g_object_ref (GTK_TREE_MODEL (self->ports)), _ ("Ports"), &tree);
  add_column (tree, _ ("Port"), PORT_NUMBER, TRUE);
  add_column (tree, _ ("Neighbour"), PORT_NEIGHBOUR, FALSE);
  add_column (tree, _ ("State"), PORT_STATE, FALSE);
  add_column (tree, _ ("Role"), PORT_ROLE, FALSE);
  add_column (tree, _ ("VLAN"), PORT_VLAN, FALSE);
  add_column (tree, _ ("Cost"), PORT_COST, TRUE);
  add_column (tree, _ ("Frames in"), PORT_RX, TRUE);
  add_column (tree, _ ("Frames out"), PORT_TX, TRUE);
  add_column (tree, _ ("Dropped"), PORT_DROPPED, TRUE);
  return scrolled;
}

static GtkWidget *
make_macs (VbetNetwork *self)
{
  GtkWidget *tree = NULL;
  self->macs = gtk_list_store_new (N_MAC, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT,
                                   G_TYPE_STRING, G_TYPE_UINT);
  GtkTreeModel *filter = gtk_tree_model_filter_new (GTK_TREE_MODEL (self->macs), NULL);
  self->shown = GTK_TREE_MODEL_FILTER (filter);
  gtk_tree_model_filter_set_visible_func (self->shown, is_wanted, self, NULL);
  GtkWidget *scrolled = make_table (filter, _ ("MAC table"), &tree);
  add_column (tree, _ ("MAC address"), MAC_ADDRESS, FALSE);
  add_column (tree, _ ("Port"), MAC_PORT, TRUE);
  add_column (tree, _ ("Neighbour"), MAC_NEIGHBOUR, FALSE);
  add_column (tree, _ ("VLAN"), MAC_VLAN, TRUE);
  add_column (tree, _ ("Age (s)"), MAC_AGE, TRUE);
  add_column (tree, _ ("Of"), MAC_OWNER, FALSE);
  return scrolled;
}

static void
make_tables (VbetNetwork *self)
{
  self->tables = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->wanted = gtk_search_entry_new ();
  self->heading = cell ("", "vbet-heading");
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->wanted), _ ("Filter addresses"));
  gtk_entry_set_width_chars (GTK_ENTRY (self->wanted), 8);
  atk_object_set_name (gtk_widget_get_accessible (self->wanted), _ ("Filter addresses"));
  gtk_box_pack_start (GTK_BOX (self->tables), cell (_ ("Ports"), "vbet-heading"), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->tables), make_ports (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->tables), self->heading, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->tables), self->wanted, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->tables), make_macs (self), FALSE, FALSE, 0);
  g_signal_connect_object (self->wanted, "search-changed", G_CALLBACK (gtk_tree_model_filter_refilter),
                           self->shown, G_CONNECT_SWAPPED);
}

static GtkWidget *
wrapped (const char *class_name)
{
  GtkWidget *label = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 20);
  if (class_name != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class_name);
  return label;
}

static void
make_problem (VbetNetwork *self)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->retry = gtk_button_new_with_label (_ ("Try Again"));
  self->problem = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->reason = wrapped ("vbet-error");
  self->command = wrapped ("monospace");
  self->copy = gtk_button_new_with_label (_ ("Copy Command"));
  gtk_label_set_selectable (GTK_LABEL (self->command), TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->retry), "win.outside-retry");
  gtk_widget_set_tooltip_text (self->retry, _ ("Do what failed once more"));
  gtk_widget_set_tooltip_text (self->copy, _ ("Put what an administrator has to type on the clipboard"));
  gtk_box_pack_start (GTK_BOX (buttons), self->copy, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (buttons), self->retry, FALSE, FALSE, 0);
  GtkWidget *const parts[] = { self->reason, self->command, buttons };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_pack_start (GTK_BOX (self->problem), parts[i], FALSE, FALSE, 0);
  g_signal_connect_object (self->copy, "clicked", G_CALLBACK (on_copy), self, G_CONNECT_SWAPPED);
}

static void
on_map (VbetNetwork *self)
{
  vbet_poller_ask (self->poller);
}

GtkWidget *
vbet_network_new (VbetSession *session, VbetRunner *runner)
{
  static const VbetPollerCalls calls = { "device.status", is_shown, make_question, on_answer };
  VbetNetwork *self
      = g_object_new (VBET_TYPE_NETWORK, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 6, NULL);
  self->session = g_object_ref (session);
  self->poller = vbet_poller_new (&calls, runner, self);
  self->summary = wrapped (NULL);
  self->leases = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->leases), 8);
  gtk_grid_set_row_spacing (GTK_GRID (self->leases), 3);
  make_problem (self);
  make_tables (self);
  GtkWidget *const parts[] = { self->problem, self->summary, self->tables, self->leases };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    gtk_box_pack_start (GTK_BOX (self), parts[i], FALSE, FALSE, 0);
    gtk_widget_show_all (parts[i]);
    gtk_widget_hide (parts[i]);
    gtk_widget_set_no_show_all (parts[i], TRUE);
  }
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  gtk_widget_show (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

static void
vbet_network_dispose (GObject *object)
{
  VbetNetwork *self = VBET_NETWORK (object);
  g_clear_pointer (&self->poller, vbet_poller_free);
  g_clear_pointer (&self->device, g_free);
  self->tables = NULL;
  G_OBJECT_CLASS (vbet_network_parent_class)->dispose (object);
}

static void
vbet_network_finalize (GObject *object)
{
  VbetNetwork *self = VBET_NETWORK (object);
  g_clear_object (&self->ports);
  g_clear_object (&self->macs);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_network_parent_class)->finalize (object);
}

static void
vbet_network_class_init (VbetNetworkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_network_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_network_finalize;
}

static void
vbet_network_init (VbetNetwork *self)
{
  (void)self;
}
