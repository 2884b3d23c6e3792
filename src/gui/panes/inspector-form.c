/* inspector-form.c - the fields and the list of NICs of what is selected; see inspector-private.h. */
#include "config.h"

#include "gui/panes/inspector-private.h"
#include "gui/panes/measured.h"
#include "gui/tag.h"

#include <string.h>

#include <glib/gi18n.h>

/* A switch may have hundreds of ports; their rows are made when they are asked for. */
#define NICS_SHOWN 12

/* --- sections ------------------------------------------------------------------------- */

void
_vbet_inspector_section_free (VbetFormSection *section)
{
  for (guint i = 0; i < section->size; i++)
    g_free ((char *)section->objects[i].name);
  g_free (section->objects);
  g_ptr_array_unref (section->fields);
  g_object_unref (section->labels);
  g_free (section);
}

static VbetFormSection *
section_new (VbetInspector *self, const VbetObject *objects, guint size)
{
  VbetFormSection *section = g_new0 (VbetFormSection, 1);
  section->inspector = self;
  section->objects = g_memdup2 (objects, size * sizeof *objects);
  section->size = size;
  section->fields = g_ptr_array_new ();
  section->labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  for (guint i = 0; i < size; i++)
    section->objects[i].name = g_strdup (objects[i].name);
  g_ptr_array_add (self->sections, section);
  return section;
}

static void
on_commit (VbetField *field, const char *value, VbetFormSection *section)
{
  g_autoptr (GError) error = NULL;
  if (section->inspector->rebuilding)
    return;
  if (!vbet_session_set_attribute (section->inspector->session, section->objects, section->size,
                                   vbet_field_get_key (field), value, &error))
    vbet_field_fail (field, error->message);
}

static GtkWidget *
add_field (VbetFormSection *section, const VbetFormField *model, const char *prefix, GtkWidget *box)
{
  GtkWidget *field = vbet_field_new (section->objects[0].kind, model, prefix);
  vbet_field_align (VBET_FIELD (field), section->labels);
  g_signal_connect (field, "commit", G_CALLBACK (on_commit), section);
  gtk_box_pack_start (GTK_BOX (box), field, FALSE, FALSE, 0);
  g_ptr_array_add (section->fields, field);
  return field;
}

static GtkWidget *
new_box (int spacing)
{
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, spacing);
}

static void
on_expanded (GtkExpander *expander, GParamSpec *property, VbetInspector *self)
{
  const char *name = atk_object_get_name (gtk_widget_get_accessible (GTK_WIDGET (expander)));
  if (gtk_expander_get_expanded (expander))
    g_hash_table_add (self->open, g_strdup (name));
  else
    g_hash_table_remove (self->open, name);
}

static GtkWidget *
add_more (VbetInspector *self, GtkWidget *box, const char *name)
{
  GtkWidget *expander = gtk_expander_new (_ ("More"));
  GtkWidget *inside = new_box (6);
  gtk_widget_set_margin_top (inside, 6);
  gtk_container_add (GTK_CONTAINER (expander), inside);
  gtk_box_pack_start (GTK_BOX (box), expander, FALSE, FALSE, 0);
  atk_object_set_name (gtk_widget_get_accessible (expander), name);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), g_hash_table_contains (self->open, name));
  g_signal_connect (expander, "notify::expanded", G_CALLBACK (on_expanded), self);
  return inside;
}

/* Adds the fields of @objects: those used most at once, the others under "More". @wanted: (nullable): which
 * NIC keys make sense here. */
static void
add_fields (VbetInspector *self, const VbetObject *objects, guint size, const char *prefix, GtkWidget *box,
            const char *const *wanted)
{
  g_autoptr (GPtrArray) models = vbet_form_fields (vbet_session_get_topology (self->session), objects, size,
                                                   vbet_session_get_diagnostics (self->session));
  VbetFormSection *section = section_new (self, objects, size);
  g_autofree char *of = g_strchomp (g_strdup (prefix));
  g_autofree char *name = *of != '\0' ? g_strdup_printf (_ ("More of %s"), of) : g_strdup (_ ("More"));
  GtkWidget *more = NULL;
  for (guint i = 0; i < models->len; i++) {
    const VbetFormField *model = g_ptr_array_index (models, i);
    if (wanted != NULL && !model->is_set && !g_strv_contains (wanted, model->spec->key))
      continue;
    if (size == 1 && objects[0].kind == VBET_KIND_GATEWAY && strcmp (model->spec->key, "forward") == 0)
      continue; /* it has a table of its own */
    if (!model->is_main && more == NULL)
      more = add_more (self, box, name);
    add_field (section, model, prefix, model->is_main ? box : more);
  }
}

void
_vbet_inspector_update_fields (VbetInspector *self)
{
  gboolean running = vbet_session_is_running (self->session);
  for (guint i = 0; i < self->sections->len; i++) {
    const VbetFormSection *section = g_ptr_array_index (self->sections, i);
    g_autoptr (GPtrArray) models
        = vbet_form_fields (vbet_session_get_topology (self->session), section->objects, section->size,
                            vbet_session_get_diagnostics (self->session));
    for (guint k = 0; k < section->fields->len; k++) {
      VbetField *field = g_ptr_array_index (section->fields, k);
      for (guint m = 0; m < models->len; m++) {
        const VbetFormField *model = g_ptr_array_index (models, m);
        if (strcmp (model->spec->key, vbet_field_get_key (field)) == 0)
          vbet_field_update (field, model);
      }
      vbet_field_show_restart (field, running);
    }
  }
}

/* --- links to other things ---------------------------------------------------------------- */

static void
on_link (GtkWidget *button, VbetInspector *self)
{
  g_autofree char *name = g_strdup (vbet_tag_text (button, "vbet-name"));
  vbet_session_select (self->session, name, FALSE);
}

/* A button that selects the device or cable @name. */
static GtkWidget *
link_new (VbetInspector *self, const char *text, const char *name, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_label (text);
  GtkWidget *label = gtk_bin_get_child (GTK_BIN (button));
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "vbet-link");
  vbet_tag_set_text (button, "vbet-name", name);
  g_signal_connect (button, "clicked", G_CALLBACK (on_link), self);
  return button;
}

static GtkWidget *
heading_new (const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "vbet-heading");
  return label;
}

/* --- NICs ------------------------------------------------------------------------------------ */

static void
on_add_nic (GtkWidget *button, VbetInspector *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *device = g_strdup (vbet_tag_text (button, "vbet-name"));
  if (!vbet_session_add_nic (self->session, device, &error)) {
    _vbet_inspector_fail (self, error->message);
    return;
  }
  const VbetDevice *grown = vbet_topology_device (vbet_session_get_topology (self->session), device);
  if (grown == NULL || grown->nics->len == 0)
    return;
  /* The next thing is its address. */
  guint nic = ((VbetNic *)g_ptr_array_index (grown->nics, grown->nics->len - 1))->index;
  g_free (self->wanted_focus);
  self->wanted_focus = g_strdup_printf ("eth%u %s", nic - 1, _ ("Addresses"));
}

static void
on_remove_nic (GtkWidget *button, VbetInspector *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *device = g_strdup (vbet_tag_text (button, "vbet-name"));
  guint nic = (guint)vbet_tag_number (button, "vbet-nic");
  if (!vbet_session_remove_nic (self->session, device, nic, &error))
    _vbet_inspector_fail (self, error->message);
}

static void
on_all_nics (GtkWidget *button, VbetInspector *self)
{
  self->all_nics = TRUE;
  g_signal_emit_by_name (self->session, "selection-changed");
}

static GtkWidget *
peer_new (VbetInspector *self, const VbetNic *nic)
{
  const VbetCable *cable = nic->cable != NULL
                               ? vbet_topology_cable (vbet_session_get_topology (self->session), nic->cable)
                               : NULL;
  if (cable == NULL) {
    GtkWidget *label = gtk_label_new (_ ("no cable"));
    gtk_label_set_xalign (GTK_LABEL (label), 0);
    gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
    return label;
  }
  const VbetCableEnd *peer = &cable->ends[nic->cable_end == 0 ? 1 : 0];
  g_autofree char *end = _vbet_inspector_end_text (self, peer);
  g_autofree char *text = peer->device != NULL ? g_strdup_printf ("→ %s", end) : g_strdup (cable->name);
  g_autofree char *tooltip = g_strdup_printf (_ ("Select the cable %s"), cable->name);
  return link_new (self, text, cable->name, tooltip);
}

static GtkWidget *
remove_new (VbetInspector *self, const VbetDevice *device, const VbetNic *nic, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic", GTK_ICON_SIZE_BUTTON);
  g_autofree char *tooltip = g_strdup_printf (_ ("Remove %s"), name);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "vbet-small");
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), tooltip);
  vbet_tag_set_text (button, "vbet-name", device->name);
  vbet_tag_set_number (button, "vbet-nic", nic->index);
  g_signal_connect (button, "clicked", G_CALLBACK (on_remove_nic), self);
  return button;
}

static void
add_nic (VbetInspector *self, const VbetDevice *device, const VbetNic *nic, GtkWidget *box)
{
  static const char *const of_guest[] = { "ip", "dhcp", "mac", "mtu", NULL };
  static const char *const of_switch[] = { "vlan", "trunk", "cost", NULL };
  static const char *const of_none[] = { NULL };
  gboolean guest = (device->kind & VBET_KIND_GUEST) != 0;
  g_autofree char *name
      = guest ? g_strdup_printf ("eth%u", nic->index - 1) : g_strdup_printf (_ ("port %u"), nic->index);
  g_autofree char *prefix = g_strconcat (name, " ", NULL);
  GtkWidget *inside = new_box (4), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *title = gtk_label_new (name);
  gtk_style_context_add_class (gtk_widget_get_style_context (title), "vbet-nic-name");
  gtk_style_context_add_class (gtk_widget_get_style_context (inside), "vbet-nic");
  gtk_box_pack_start (GTK_BOX (head), title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (head), peer_new (self, nic), TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (head), remove_new (self, device, nic, name), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (inside), head, FALSE, FALSE, 0);
  VbetObject object = { VBET_KIND_NIC, device->name, nic->index };
  add_fields (self, &object, 1, prefix, inside,
              guest                              ? of_guest
              : device->kind == VBET_KIND_SWITCH ? of_switch
                                                 : of_none);
  gtk_box_pack_start (GTK_BOX (box), inside, FALSE, FALSE, 0);
}

static void
add_nics (VbetInspector *self, const VbetDevice *device, GtkWidget *box)
{
  guint n = device->nics->len;
  guint shown = self->all_nics ? n : MIN (n, NICS_SHOWN);
  gboolean guest = (device->kind & VBET_KIND_GUEST) != 0;
  gboolean full = n >= vbet_kind_most_nics (device->kind);
  gtk_box_pack_start (GTK_BOX (box), heading_new (guest ? _ ("NICs") : _ ("Ports")), FALSE, FALSE, 0);
  for (guint i = 0; i < shown; i++)
    add_nic (self, device, g_ptr_array_index (device->nics, i), box);
  if (shown < n) {
    g_autofree char *text = g_strdup_printf (ngettext ("Show all %u", "Show all %u", n), n);
    GtkWidget *all = gtk_button_new_with_label (text);
    g_signal_connect (all, "clicked", G_CALLBACK (on_all_nics), self);
    gtk_box_pack_start (GTK_BOX (box), all, FALSE, FALSE, 0);
  }
  if (full)
    return;
  GtkWidget *add = gtk_button_new_with_mnemonic (guest ? _ ("_Add a NIC") : _ ("_Add a port"));
  vbet_tag_set_text (add, "vbet-name", device->name);
  g_signal_connect (add, "clicked", G_CALLBACK (on_add_nic), self);
  gtk_box_pack_start (GTK_BOX (box), add, FALSE, FALSE, 0);
}

/* --- files ------------------------------------------------------------------------------------- */

static void
add_files (const VbetDevice *device, GtkWidget *box)
{
  if (device->files->len == 0)
    return;
  gtk_box_pack_start (GTK_BOX (box), heading_new (_ ("Files")), FALSE, FALSE, 0);
  for (guint i = 0; i < device->files->len; i++) {
    const VbetFile *file = g_ptr_array_index (device->files, i);
    g_autofree char *contents
        = g_strndup (g_bytes_get_data (file->contents, NULL), MIN (g_bytes_get_size (file->contents), 20000));
    g_autofree char *valid = g_utf8_make_valid (contents, -1);
    GtkWidget *expander = gtk_expander_new (file->path);
    GtkWidget *text = gtk_label_new (valid);
    gtk_label_set_selectable (GTK_LABEL (text), TRUE);
    gtk_label_set_xalign (GTK_LABEL (text), 0);
    gtk_label_set_line_wrap (GTK_LABEL (text), TRUE);
    gtk_label_set_line_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars (GTK_LABEL (text), 20);
    gtk_style_context_add_class (gtk_widget_get_style_context (text), "monospace");
    gtk_container_add (GTK_CONTAINER (expander), text);
    gtk_box_pack_start (GTK_BOX (box), expander, FALSE, FALSE, 0);
  }
}

/* --- what is selected -------------------------------------------------------------------------- */

static void
add_ends (VbetInspector *self, const VbetCable *cable, GtkWidget *box)
{
  for (int i = 0; i < 2; i++) {
    const VbetCableEnd *end = &cable->ends[i];
    GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *title = gtk_label_new (i == 0 ? _ ("From") : _ ("To"));
    g_autofree char *text = _vbet_inspector_end_text (self, end);
    g_autofree char *tooltip
        = g_strdup_printf (_ ("Select %s"), end->device != NULL ? end->device : _ ("nothing"));
    GtkWidget *what
        = end->device != NULL ? link_new (self, text, end->device, tooltip) : gtk_label_new (text);
    gtk_label_set_xalign (GTK_LABEL (title), 0);
    gtk_widget_set_size_request (title, 50, -1);
    gtk_style_context_add_class (gtk_widget_get_style_context (title), "dim-label");
    gtk_box_pack_start (GTK_BOX (row), title, FALSE, FALSE, 0);
    gtk_box_pack_start (GTK_BOX (row), what, TRUE, TRUE, 0);
    gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  }
}

static void
name_ways (VbetInspector *self, const VbetCable *cable)
{
  const char *names[2];
  const VbetFormSection *section = g_ptr_array_index (self->sections, self->sections->len - 1);
  for (int end = 0; end < 2; end++)
    names[end] = cable->ends[end].device != NULL ? cable->ends[end].device : _ ("free end");
  g_autofree char *forth = g_strdup_printf ("%s → %s", names[0], names[1]);
  g_autofree char *back = g_strdup_printf ("%s → %s", names[1], names[0]);
  for (guint i = 0; i < section->fields->len; i++)
    vbet_field_name_ways (g_ptr_array_index (section->fields, i), forth, back);
}

static GtkWidget *
traffic_cell (const char *text, double xalign, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), (float)xalign);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, xalign > 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), xalign > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), class_name);
  return label;
}

static char *
rate_text (double bits)
{
  if (bits >= 1e9)
    return g_strdup_printf (_ ("%.1f Gbit/s"), bits / 1e9);
  if (bits >= 1e6)
    return g_strdup_printf (_ ("%.1f Mbit/s"), bits / 1e6);
  return bits >= 1e3 ? g_strdup_printf (_ ("%.1f kbit/s"), bits / 1e3)
                     : g_strdup_printf (_ ("%.0f bit/s"), bits);
}

static char *
traffic_text (const VbetTraffic *traffic, guint row, int way)
{
  switch (row) {
  case 0:
    return g_strdup (traffic->carrier[way] ? _ ("yes") : _ ("no"));
  case 1:
    return rate_text (traffic->bits[way]);
  case 2:
    return g_strdup_printf ("%.0f", traffic->frames[way]);
  case 3:
    return g_strdup_printf ("%" G_GUINT64_FORMAT, traffic->total_frames[way]);
  case 4:
    return g_format_size (traffic->total_bytes[way]);
  default:
    return g_strdup_printf ("%" G_GUINT64_FORMAT, traffic->dropped[way]);
  }
}

void
_vbet_inspector_update_traffic (VbetInspector *self, const VbetObject *objects, guint size)
{
  static const char *const rows[]
      = { N_ ("Carrier"), N_ ("Rate now"), N_ ("Frames/s"), N_ ("Frames"), N_ ("Bytes"), N_ ("Dropped") };
  GHashTable *all = vbet_session_get_traffic (self->session);
  const VbetTraffic *traffic = all != NULL && size == 1 && objects[0].kind == VBET_KIND_CABLE
                                   ? g_hash_table_lookup (all, objects[0].name)
                                   : NULL;
  if (self->traffic == NULL)
    return;
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self->traffic));
  for (GList *link = children; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
  gtk_widget_set_visible (self->traffic, traffic != NULL);
  if (traffic == NULL)
    return;
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (self->session), objects[0].name);
  for (int way = 0; way < 2; way++) {
    const char *from = cable->ends[way].device, *to = cable->ends[1 - way].device;
    g_autofree char *text = g_strdup_printf ("%s → %s", from != NULL ? from : "–", to != NULL ? to : "–");
    gtk_grid_attach (GTK_GRID (self->traffic), traffic_cell (text, 1, "vbet-column"), 1 + way, 0, 1, 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gtk_grid_attach (GTK_GRID (self->traffic), traffic_cell (_ (rows[i]), 0, "dim-label"), 0, (int)i + 1, 1,
                     1);
    for (int way = 0; way < 2; way++) {
      g_autofree char *text = traffic_text (traffic, i, way);
      gtk_grid_attach (GTK_GRID (self->traffic), traffic_cell (text, 1, "vbet-number"), 1 + way, (int)i + 1,
                       1, 1);
    }
  }
  gtk_widget_show_all (self->traffic);
}

static void
add_traffic (VbetInspector *self)
{
  self->traffic = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->traffic), 8);
  gtk_grid_set_row_spacing (GTK_GRID (self->traffic), 3);
  gtk_box_pack_start (GTK_BOX (self->form), self->traffic, FALSE, FALSE, 0);
}

void
_vbet_inspector_fill (VbetInspector *self, const VbetObject *objects, guint size)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  const VbetDevice *device = size == 1 && (objects[0].kind & VBET_KIND_DEVICE) != 0
                                 ? vbet_topology_device (topology, objects[0].name)
                                 : NULL;
  const VbetCable *cable = size == 1 && objects[0].kind == VBET_KIND_CABLE
                               ? vbet_topology_cable (topology, objects[0].name)
                               : NULL;
  /* Addresses are what is looked for most. */
  GtkWidget *nics = new_box (6);
  gtk_box_pack_start (GTK_BOX (self->form), nics, FALSE, FALSE, 0);
  if (cable != NULL) {
    add_ends (self, cable, self->form);
    _vbet_inspector_add_presets (self, cable, self->form);
    add_traffic (self);
    self->measured = vbet_measured_new (self->measurements, cable->name);
    gtk_box_pack_start (GTK_BOX (self->form), self->measured, FALSE, FALSE, 0);
  }
  if (device != NULL)
    gtk_box_pack_end (GTK_BOX (nics), heading_new (_ ("Settings")), FALSE, FALSE, 0);
  add_fields (self, objects, size, "", self->form, NULL);
  const VbetFormSection *section = g_ptr_array_index (self->sections, 0);
  if (section->fields->len == 0) {
    GtkWidget *label = gtk_label_new (_ ("There is nothing that all of these have."));
    gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
    gtk_box_pack_start (GTK_BOX (self->form), label, FALSE, FALSE, 0);
  }
  if (cable != NULL)
    name_ways (self, cable);
  if (device != NULL && device->kind == VBET_KIND_GATEWAY)
    _vbet_inspector_add_gateway (self, device, self->form);
  if (device != NULL) {
    add_nics (self, device, nics);
    add_files (device, self->form);
  }
}
