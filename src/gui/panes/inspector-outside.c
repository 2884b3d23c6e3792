/* inspector-outside.c - what a gateway gives, and its forwarded ports as a table; see inspector-private.h. */
#include "config.h"

#include "gui/panes/inspector-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "engine/model/forward.h"
#include "gui/tag.h"

#define FIRST_PORT 8080 /* that is proposed */
#define LEASES 16

/* --- what it gives -------------------------------------------------------------------------- */

/* Address number @number of the network; (transfer full). */
static char *
address_at (const VbetAddress *network, guint number)
{
  VbetAddress address = *network;
  guint32 value = 0;
  for (guint i = 0; i < 4; i++)
    value = value << 8 | network->bytes[i];
  value += number;
  for (guint i = 0; i < 4; i++)
    address.bytes[i] = (guint8)(value >> (24 - 8 * i));
  return vbet_address_to_text (&address, FALSE);
}

static void
add_given (GtkWidget *grid, int *row, const char *what, const char *value)
{
  GtkWidget *title = gtk_label_new (what), *label = gtk_label_new (value);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_style_context_add_class (gtk_widget_get_style_context (title), "dim-label");
  gtk_grid_attach (GTK_GRID (grid), title, 0, *row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), label, 1, (*row)++, 1, 1);
}

static void
add_gives (const VbetDevice *device, GtkWidget *box)
{
  VbetAddress network = vbet_forward_network (device);
  GtkWidget *grid = gtk_grid_new ();
  guint first = network.prefix > 26 ? 4 : 15;
  int row = 0;
  g_autofree char *all = vbet_address_to_text (&network, TRUE), *router = address_at (&network, 2);
  g_autofree char *server = address_at (&network, 3), *low = address_at (&network, first);
  g_autofree char *high = address_at (&network, MIN (first + LEASES - 1, (1u << (32 - network.prefix)) - 2));
  g_autofree char *range = g_strdup_printf ("%s – %s", low, high);
  g_autofree char *prefix6
      = g_strdup_printf ("fd56:4245:%x:%x::/64", (guint)network.bytes[0] << 8 | network.bytes[1],
                         (guint)network.bytes[2] << 8 | network.bytes[3]);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 8);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  add_given (grid, &row, _ ("Network"), all);
  add_given (grid, &row, _ ("Router"), router);
  if (!vbet_attributes_boolean (device->attributes, VBET_KIND_GATEWAY, "isolated"))
    add_given (grid, &row, _ ("Name server"), server);
  add_given (grid, &row, _ ("By DHCP"),
             vbet_attributes_boolean (device->attributes, VBET_KIND_GATEWAY, "dhcp") ? range : _ ("nothing"));
  add_given (grid, &row, _ ("IPv6"), prefix6);
  gtk_box_pack_start (GTK_BOX (box), grid, FALSE, FALSE, 0);
}

/* --- forwards ------------------------------------------------------------------------------- */

/* One forward in the table. */
typedef struct {
  VbetInspector *inspector;
  char *gateway;
  guint index;
  GtkWidget *protocol; /* combo box */
  GtkWidget *here;     /* entry */
  GtkWidget *device;   /* combo box with entry */
  GtkWidget *there;    /* entry */
  GtkWidget *reason;   /* label */
} Row;

/* GWeakNotify: its widgets are gone. */
static void
row_free (gpointer data, GObject *widget)
{
  Row *self = data;
  (void)widget;
  g_free (self->gateway);
  g_free (self);
}

/* (transfer full): the texts of @gateway's forwards. */
static GPtrArray *
forwards_of (VbetInspector *self, const char *gateway)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), gateway);
  g_autoptr (GPtrArray) list
      = device != NULL ? vbet_attributes_list (device->attributes, "forward") : g_ptr_array_new ();
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (texts, g_strdup (((const VbetValue *)g_ptr_array_index (list, i))->as.text));
  return texts;
}

static void
write_forwards (VbetInspector *self, const char *gateway, const GPtrArray *texts)
{
  VbetObject object = { VBET_KIND_GATEWAY, gateway, 0 };
  g_autoptr (GString) value = g_string_new ("[");
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (value, "%s\"%s\"", i > 0 ? ", " : "", (const char *)g_ptr_array_index (texts, i));
  g_string_append_c (value, ']');
  if (!vbet_session_set_attribute (self->session, &object, 1, "forward", texts->len > 0 ? value->str : NULL,
                                   &error))
    _vbet_inspector_fail (self, error->message);
}

static gboolean
is_port (const char *text)
{
  guint64 number = 0;
  return g_ascii_string_to_unsigned (text, 10, 1, 65535, &number, NULL);
}

static char *
text_of (GtkWidget *entry)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (entry))));
}

/* Whether another forward of the same protocol begins at the same port. */
static gboolean
is_taken (Row *self, const char *protocol, const char *here)
{
  g_autoptr (GPtrArray) texts = forwards_of (self->inspector, self->gateway);
  g_autofree char *begin = g_strdup_printf ("%s:%s:", protocol, here);
  for (guint i = 0; i < texts->len; i++)
    if (i != self->index && g_str_has_prefix (g_ptr_array_index (texts, i), begin))
      return TRUE;
  return FALSE;
}

/* Returns: (transfer full) (nullable): what is typed as the language has it. @ret_wrong: (out) (transfer
 * full) (nullable): what is the matter with it; it may be right all the same. */
static char *
read_row (Row *self, char **ret_wrong)
{
  const VbetTopology *topology = vbet_session_get_topology (self->inspector->session);
  g_autofree char *protocol = gtk_combo_box_text_get_active_text (GTK_COMBO_BOX_TEXT (self->protocol));
  g_autofree char *here = text_of (self->here), *there = text_of (self->there);
  g_autofree char *name = text_of (gtk_bin_get_child (GTK_BIN (self->device)));
  const VbetDevice *gateway = vbet_topology_device (topology, self->gateway);
  VbetAddress address;
  *ret_wrong = NULL;
  if (!is_port (here) || !is_port (there))
    *ret_wrong = g_strdup (_ ("A port is a number from 1 to 65535."));
  else if (vbet_topology_device (topology, name) == NULL && !vbet_address_parse (name, &address))
    *ret_wrong = g_strdup_printf (_ ("Nothing is called “%s”."), name);
  else if (is_taken (self, protocol, here))
    *ret_wrong = g_strdup_printf (_ ("Another forward begins at port %s."), here);
  if (*ret_wrong != NULL || gateway == NULL)
    return NULL;
  g_autofree char *text = g_strdup_printf ("%s:%s:%s:%s", protocol, here, name, there);
  g_autoptr (GError) error = NULL;
  g_autofree char *leads = vbet_forward_resolve (topology, gateway, text, &error);
  if (leads == NULL)
    *ret_wrong = g_strdup (error->message);
  else if (atoi (here) < 1024)
    *ret_wrong = g_strdup (_ ("Ports below 1024 are often for root only: 8080 and the like always work."));
  return g_steal_pointer (&text);
}

static void
check_row (Row *self)
{
  g_autofree char *wrong = NULL;
  g_autofree char *text = read_row (self, &wrong);
  GtkStyleContext *style = gtk_widget_get_style_context (self->reason);
  gtk_label_set_text (GTK_LABEL (self->reason), wrong != NULL ? wrong : "");
  gtk_widget_set_visible (self->reason, wrong != NULL);
  gtk_style_context_remove_class (style, text != NULL ? "vbet-error" : "vbet-warning");
  gtk_style_context_add_class (style, text != NULL ? "vbet-warning" : "vbet-error");
}

static void
commit_row (Row *self)
{
  g_autofree char *wrong = NULL;
  g_autofree char *text = read_row (self, &wrong);
  if (text == NULL || self->inspector->rebuilding)
    return;
  g_autoptr (GPtrArray) texts = forwards_of (self->inspector, self->gateway);
  if (self->index >= texts->len || strcmp (g_ptr_array_index (texts, self->index), text) == 0)
    return;
  g_free (g_ptr_array_index (texts, self->index));
  g_ptr_array_index (texts, self->index) = g_steal_pointer (&text);
  write_forwards (self->inspector, self->gateway, texts);
}

static gboolean
on_left (GtkWidget *entry, GdkEvent *event, Row *self)
{
  (void)entry;
  (void)event;
  commit_row (self);
  return GDK_EVENT_PROPAGATE;
}

static void
on_chosen (GtkComboBox *combo, Row *self)
{
  check_row (self);
  /* In a combo box with an entry, typing is no choice. */
  if (!gtk_combo_box_get_has_entry (combo) || gtk_combo_box_get_active (combo) >= 0)
    commit_row (self);
}

static void
on_remove (GtkWidget *button, Row *self)
{
  (void)button;
  g_autoptr (GPtrArray) texts = forwards_of (self->inspector, self->gateway);
  if (self->index < texts->len) {
    g_ptr_array_remove_index (texts, self->index);
    write_forwards (self->inspector, self->gateway, texts);
  }
}

static void
on_copy_address (GtkWidget *button, Row *self)
{
  g_autofree char *here = text_of (self->here), *text = g_strdup_printf ("127.0.0.1:%s", here);
  gtk_clipboard_set_text (gtk_widget_get_clipboard (button, GDK_SELECTION_CLIPBOARD), text, -1);
}

static gboolean
is_web (const char *there)
{
  static const char *const ports[] = { "80", "8000", "8080", "443", "8443", NULL };
  return g_strv_contains (ports, there);
}

static void
on_open (GtkWidget *button, Row *self)
{
  g_autofree char *here = text_of (self->here), *there = text_of (self->there);
  g_autofree char *address
      = g_strdup_printf ("%s://127.0.0.1:%s/", g_str_has_suffix (there, "443") ? "https" : "http", here);
  g_autoptr (GError) error = NULL;
  GtkWidget *window = gtk_widget_get_toplevel (button);
  if (!gtk_show_uri_on_window (GTK_WINDOW (window), address, GDK_CURRENT_TIME, &error))
    _vbet_inspector_fail (self->inspector, error->message);
}

static GtkWidget *
entry_new (Row *row, const char *text, const char *what)
{
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *name = g_strdup_printf ("%s %u", what, row->index + 1);
  gtk_entry_set_text (GTK_ENTRY (entry), text);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 6);
  gtk_entry_set_max_width_chars (GTK_ENTRY (entry), 6);
  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_DIGITS);
  gtk_widget_set_tooltip_text (entry, what);
  atk_object_set_name (gtk_widget_get_accessible (entry), name);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (check_row), row);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (commit_row), row);
  g_signal_connect (entry, "focus-out-event", G_CALLBACK (on_left), row);
  return entry;
}

static GtkWidget *
protocol_new (Row *row, const char *protocol)
{
  GtkWidget *combo = gtk_combo_box_text_new ();
  g_autofree char *name = g_strdup_printf ("%s %u", _ ("Protocol"), row->index + 1);
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), "tcp", "tcp");
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), "udp", "udp");
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), protocol);
  atk_object_set_name (gtk_widget_get_accessible (combo), name);
  g_signal_connect (combo, "changed", G_CALLBACK (on_chosen), row);
  return combo;
}

static GtkWidget *
device_new (Row *row, const char *device)
{
  const VbetTopology *topology = vbet_session_get_topology (row->inspector->session);
  GtkWidget *combo = gtk_combo_box_text_new_with_entry (), *entry = gtk_bin_get_child (GTK_BIN (combo));
  g_autofree char *name = g_strdup_printf ("%s %u", _ ("Device"), row->index + 1);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *one = g_ptr_array_index (topology->devices, i);
    if ((one->kind & VBET_KIND_GUEST) != 0)
      gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), one->name);
  }
  gtk_entry_set_text (GTK_ENTRY (entry), device);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 7);
  gtk_widget_set_tooltip_text (entry, _ ("The device it leads to, or an address"));
  atk_object_set_name (gtk_widget_get_accessible (entry), name);
  g_signal_connect (combo, "changed", G_CALLBACK (on_chosen), row);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (commit_row), row);
  g_signal_connect (entry, "focus-out-event", G_CALLBACK (on_left), row);
  return combo;
}

static GtkWidget *
button_new (const char *icon, const char *text, const char *tooltip, GCallback clicked, Row *row)
{
  GtkWidget *button = icon != NULL ? gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON)
                                   : gtk_button_new_with_label (text);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), tooltip);
  gtk_style_context_add_class (gtk_widget_get_style_context (button),
                               icon != NULL ? "vbet-small" : "vbet-link");
  g_signal_connect (button, "clicked", clicked, row);
  return button;
}

/* "tcp  8080  of this computer", "leads to  pc1  80"; what is wrong; what can be done. */
static void
add_row (VbetInspector *self, const char *gateway, guint index, const char *text, GtkWidget *box)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 4);
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4),
            *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *lines[2];
  if (g_strv_length (parts) != 4)
    return;
  Row *row = g_new0 (Row, 1);
  row->inspector = self;
  row->gateway = g_strdup (gateway);
  row->index = index;
  g_object_weak_ref (G_OBJECT (inside), row_free, row);
  for (guint i = 0; i < 2; i++) {
    lines[i] = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_pack_start (GTK_BOX (inside), lines[i], FALSE, FALSE, 0);
  }
  row->reason = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (row->reason), 0);
  gtk_label_set_line_wrap (GTK_LABEL (row->reason), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (row->reason), 20);
  gtk_widget_set_no_show_all (row->reason, TRUE);
  /* All widgets first: a change of one is checked together with the others. */
  GtkWidget *here = entry_new (row, parts[1], _ ("Port of this computer"));
  GtkWidget *there = entry_new (row, parts[3], _ ("Port of the device"));
  row->here = here;
  row->there = there;
  row->protocol = protocol_new (row, parts[0]);
  row->device = device_new (row, parts[2]);
  gtk_box_pack_start (GTK_BOX (lines[0]), row->protocol, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (lines[0]), here, TRUE, TRUE, 0);
  gtk_box_pack_end (
      GTK_BOX (lines[0]),
      button_new ("list-remove-symbolic", NULL, _ ("Remove this forward"), G_CALLBACK (on_remove), row),
      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (lines[1]), gtk_label_new ("→"), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (lines[1]), row->device, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (lines[1]), there, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (inside), row->reason, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (buttons),
                      button_new (NULL, _ ("Copy Address"), _ ("Copy the address of this forward"),
                                  G_CALLBACK (on_copy_address), row),
                      FALSE, FALSE, 0);
  if (is_web (parts[3]) && strcmp (parts[0], "tcp") == 0)
    gtk_box_pack_start (
        GTK_BOX (buttons),
        button_new (NULL, _ ("Open"), _ ("Open it in the web browser"), G_CALLBACK (on_open), row), FALSE,
        FALSE, 0);
  gtk_box_pack_start (GTK_BOX (inside), buttons, FALSE, FALSE, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (inside), "vbet-nic");
  gtk_box_pack_start (GTK_BOX (box), inside, FALSE, FALSE, 0);
  check_row (row);
}

/* A guest that a forward can lead to; (nullable) (transfer none). */
static const char *
likely_target (VbetInspector *self, const VbetDevice *gateway)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  const char *any = NULL;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    g_autofree char *text = g_strdup_printf ("tcp:1:%s:1", device->name);
    if ((device->kind & VBET_KIND_GUEST) == 0)
      continue;
    any = any != NULL ? any : device->name;
    g_autofree char *leads = vbet_forward_resolve (topology, gateway, text, NULL);
    if (leads != NULL)
      return device->name;
  }
  return any;
}

static void
on_add (GtkWidget *button, VbetInspector *self)
{
  g_autofree char *name = g_strdup (vbet_tag_text (button, "vbet-name"));
  const VbetDevice *gateway = vbet_topology_device (vbet_session_get_topology (self->session), name);
  const char *target = gateway != NULL ? likely_target (self, gateway) : NULL;
  g_autoptr (GPtrArray) texts = forwards_of (self, name);
  guint port = FIRST_PORT;
  if (target == NULL) {
    _vbet_inspector_fail (self, _ ("There is no host, router or firewall that it could lead to"));
    return;
  }
  for (guint i = 0; i < texts->len; i++) {
    g_auto (GStrv) parts = g_strsplit (g_ptr_array_index (texts, i), ":", 4);
    if (g_strv_length (parts) == 4 && (guint)atoi (parts[1]) >= port)
      port = MIN ((guint)atoi (parts[1]) + 1, 65535);
  }
  g_ptr_array_add (texts, g_strdup_printf ("tcp:%u:%s:80", port, target));
  g_free (self->wanted_focus);
  self->wanted_focus = g_strdup_printf ("%s %u", _ ("Port of this computer"), texts->len);
  write_forwards (self, name, texts);
}

void
_vbet_inspector_add_gateway (VbetInspector *self, const VbetDevice *device, GtkWidget *box)
{
  GtkWidget *heading = gtk_label_new (_ ("Forwarded ports"));
  GtkWidget *add = gtk_button_new_with_mnemonic (_ ("Add a _Forward"));
  g_autoptr (GPtrArray) texts = forwards_of (self, device->name);
  add_gives (device, box);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (heading), "vbet-heading");
  gtk_box_pack_start (GTK_BOX (box), heading, FALSE, FALSE, 0);
  for (guint i = 0; i < texts->len; i++)
    add_row (self, device->name, i, g_ptr_array_index (texts, i), box);
  gtk_widget_set_tooltip_text (add,
                               _ ("A port of this computer (127.0.0.1) that leads to a device of the lab"));
  vbet_tag_set_text (add, "vbet-name", device->name);
  g_signal_connect (add, "clicked", G_CALLBACK (on_add), self);
  gtk_box_pack_start (GTK_BOX (box), add, FALSE, FALSE, 0);
}
