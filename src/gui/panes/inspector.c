/* inspector.c - see inspector.h: life, and keeping up with selection, document and states. */
#include "config.h"

#include "gui/panes/inspector-private.h"
#include "gui/panes/measured.h"

#include <string.h>

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (VbetInspector, vbet_inspector, GTK_TYPE_BOX)

#define WIDTH 292
#define SELECTION_REST 40 /* milliseconds */

void
_vbet_inspector_fail (VbetInspector *self, const char *reason)
{
  gtk_label_set_text (GTK_LABEL (self->reason), reason != NULL ? reason : "");
  gtk_widget_set_visible (self->reason, reason != NULL);
}

/* What the form is about: the selected devices, in order of the text; without any, the cables; without those,
 * the notes. Names are the topology's. */
static GArray *
selected_objects (VbetInspector *self)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  GHashTable *selection = vbet_session_get_selection (self->session);
  GArray *objects = g_array_new (FALSE, FALSE, sizeof (VbetObject));
  if (g_hash_table_size (selection) == 0)
    return objects;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    VbetObject object = { device->kind, device->name, 0 };
    if (g_hash_table_contains (selection, device->name))
      g_array_append_val (objects, object);
  }
  guint only = objects->len;
  for (guint i = 0; i < topology->cables->len && only == 0; i++) {
    VbetObject object = { VBET_KIND_CABLE, ((VbetCable *)g_ptr_array_index (topology->cables, i))->name, 0 };
    if (g_hash_table_contains (selection, object.name))
      g_array_append_val (objects, object);
  }
  only = objects->len;
  for (guint i = 0; i < topology->notes->len && only == 0; i++) {
    g_autofree char *name = vbet_note_name (i);
    VbetObject object = { VBET_KIND_NOTE, NULL, i };
    if (g_hash_table_contains (selection, name))
      g_array_append_val (objects, object);
  }
  return objects;
}

/* Everything that decides which widgets the form has; a change of values alone keeps them. */
static char *
shape_of (VbetInspector *self, const VbetObject *objects, guint size)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  GString *shape = g_string_new (NULL);
  for (guint i = 0; i < size; i++)
    g_string_append_printf (shape, "%u %s %u\n", (guint)objects[i].kind,
                            objects[i].name != NULL ? objects[i].name : "", objects[i].nic);
  if (size == 0)
    g_string_append_printf (shape, "lab %s %u %u %u %u", vbet_session_get_name (self->session),
                            topology->devices->len, topology->cables->len, topology->steps->len,
                            topology->checks->len);
  const VbetDevice *device = size == 1 && (objects[0].kind & VBET_KIND_DEVICE) != 0
                                 ? vbet_topology_device (topology, objects[0].name)
                                 : NULL;
  const VbetCable *cable = size == 1 && objects[0].kind == VBET_KIND_CABLE
                               ? vbet_topology_cable (topology, objects[0].name)
                               : NULL;
  for (guint i = 0; device != NULL && i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    const VbetCable *plugged = nic->cable != NULL ? vbet_topology_cable (topology, nic->cable) : NULL;
    const VbetCableEnd *peer = plugged != NULL ? &plugged->ends[nic->cable_end == 0 ? 1 : 0] : NULL;
    g_string_append_printf (shape, "nic %u %s %s %u\n", nic->index, nic->cable != NULL ? nic->cable : "",
                            peer != NULL && peer->device != NULL ? peer->device : "",
                            peer != NULL ? peer->nic : 0);
  }
  if (device != NULL && device->kind == VBET_KIND_GATEWAY) {
    /* What the table and the figures of a gateway are made of. */
    static const char *const keys[] = { "network", "dhcp", "isolated", "host", "forward" };
    for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
      const VbetValue *value = vbet_attributes_get (device->attributes, keys[i]);
      g_autofree char *text = value != NULL ? vbet_value_to_text (value) : NULL;
      g_string_append_printf (shape, "%s %s\n", keys[i], text != NULL ? text : "");
    }
  }
  for (guint i = 0; device != NULL && i < device->files->len; i++) {
    const VbetFile *file = g_ptr_array_index (device->files, i);
    g_string_append_printf (shape, "file %s %u\n", file->path, g_bytes_hash (file->contents));
  }
  for (int end = 0; cable != NULL && end < 2; end++)
    g_string_append_printf (shape, "end %s %u\n",
                            cable->ends[end].device != NULL ? cable->ends[end].device : "",
                            cable->ends[end].nic);
  g_string_append_printf (shape, "all %d", self->all_nics);
  return g_string_free (shape, FALSE);
}

typedef struct {
  const char *name;
  GtkWidget *found;
} Search;

static void
search (GtkWidget *widget, gpointer data)
{
  Search *self = data;
  if (self->found == NULL && gtk_widget_get_can_focus (widget)
      && g_strcmp0 (atk_object_get_name (gtk_widget_get_accessible (widget)), self->name) == 0)
    self->found = widget;
  else if (self->found == NULL && GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search, self);
}

/* Returns: (transfer full) (nullable): what the widget of the form that has the keyboard is called. */
static char *
focus_name (VbetInspector *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (self->form);
  GtkWidget *focus = GTK_IS_WINDOW (window) ? gtk_window_get_focus (GTK_WINDOW (window)) : NULL;
  return focus != NULL && gtk_widget_is_ancestor (focus, self->form)
             ? g_strdup (atk_object_get_name (gtk_widget_get_accessible (focus)))
             : NULL;
}

static void
destroy (GtkWidget *widget, gpointer data)
{
  gtk_widget_destroy (widget);
}

static void
rebuild (VbetInspector *self, const VbetObject *objects, guint size)
{
  g_autofree char *focus
      = self->wanted_focus != NULL ? g_steal_pointer (&self->wanted_focus) : focus_name (self);
  self->rebuilding = TRUE;
  self->traffic = NULL;
  self->measured = NULL;
  gtk_container_foreach (GTK_CONTAINER (self->form), destroy, NULL);
  g_ptr_array_set_size (self->sections, 0);
  self->rebuilding = FALSE;
  _vbet_inspector_fail (self, NULL);
  if (size == 0)
    _vbet_inspector_fill_lab (self);
  else
    _vbet_inspector_fill (self, objects, size);
  gtk_widget_show_all (self->form);
  Search wanted = { focus, NULL };
  if (focus != NULL)
    search (self->form, &wanted);
  if (wanted.found != NULL)
    gtk_widget_grab_focus (wanted.found);
}

static void update_live (VbetInspector *self, const VbetObject *objects, guint size);

static void
update (VbetInspector *self)
{
  g_autoptr (GArray) objects = selected_objects (self);
  const VbetObject *first = &g_array_index (objects, VbetObject, 0);
  g_autofree char *shape = shape_of (self, first, objects->len);
  if (g_strcmp0 (shape, self->shape) != 0) {
    vbet_inspector_flush (self);
    if (self->idle != 0) /* that changed the document: once more, with what is then */
      return;
    rebuild (self, first, objects->len);
    g_free (self->shape);
    self->shape = g_steal_pointer (&shape);
  }
  _vbet_inspector_update_fields (self);
  _vbet_inspector_update_head (self, first, objects->len);
  _vbet_inspector_update_traffic (self, first, objects->len);
  if (self->measured != NULL)
    vbet_measured_update (VBET_MEASURED (self->measured));
  update_live (self, first, objects->len);
}

static gboolean
on_idle (gpointer data)
{
  VbetInspector *self = data;
  self->idle = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* Later, since the change may come from one of the form's own fields, and since many may come at once. */
static void
update_soon (VbetInspector *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_idle, self, NULL);
}

static void
on_traffic (VbetInspector *self)
{
  if (self->traffic != NULL)
    update_soon (self);
}

static void
on_selection (VbetInspector *self)
{
  /* What was typed into the form of what was selected before is meant for that. */
  vbet_inspector_flush (self);
  /* Making a form takes longer than drawing a frame: what the hand did comes first, also the second click of
   * two. */
  if (self->idle == 0)
    self->idle = g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, SELECTION_REST, on_idle, self, NULL);
}

void
vbet_inspector_flush (VbetInspector *self)
{
  g_return_if_fail (VBET_IS_INSPECTOR (self));
  _vbet_inspector_flush_name (self);
  for (guint i = 0; i < self->sections->len; i++) {
    VbetFormSection *section = g_ptr_array_index (self->sections, i);
    for (guint k = 0; k < section->fields->len; k++)
      vbet_field_flush (g_ptr_array_index (section->fields, k));
  }
}

VbetMeasurements *
vbet_inspector_get_measurements (VbetInspector *self)
{
  return self->measurements;
}

void
vbet_inspector_focus (VbetInspector *self)
{
  g_return_if_fail (VBET_IS_INSPECTOR (self));
  if (self->idle != 0) {
    g_clear_handle_id (&self->idle, g_source_remove);
    update (self);
  }
  gtk_widget_child_focus (self->form, GTK_DIR_TAB_FORWARD);
}

/* --- life ---------------------------------------------------------------------------------------------- */

static void
make_stack (VbetInspector *self)
{
  self->switcher = gtk_stack_switcher_new ();
  self->stack = gtk_stack_new ();
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (self->switcher), GTK_STACK (self->stack));
  gtk_widget_set_halign (self->switcher, GTK_ALIGN_CENTER);
  gtk_widget_set_no_show_all (self->switcher, TRUE);
  gtk_widget_set_margin_bottom (self->switcher, 4);
  gtk_stack_set_vhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_box_pack_start (GTK_BOX (self), self->switcher, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->stack, TRUE, TRUE, 0);
}

static void
make_live (VbetInspector *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  self->resources = VBET_RESOURCES (vbet_resources_new (self->runner));
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->resources)),
                               "vbet-inspector-form");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->network = VBET_NETWORK (vbet_network_new (self->session, self->runner));
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->network)),
                               "vbet-inspector-form");
  gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (self->resources), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (self->network), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (scrolled), box);
  gtk_stack_add_titled (GTK_STACK (self->stack), scrolled, "live", _ ("Live"));
}

/* A guest or a switch of a lab that runs has a second page; of a gateway or a TAP device, what it does stands
 * above its settings. */
static void
update_live (VbetInspector *self, const VbetObject *objects, guint size)
{
  gboolean running
      = size == 1 && vbet_session_is_running (self->session) && vbet_runner_get_client (self->runner) != NULL;
  gboolean is_guest = running && (objects[0].kind & VBET_KIND_GUEST) != 0
                      && vbet_session_get_state (self->session, objects[0].name) != VBET_STATE_OFF;
  gboolean is_switch = running && (objects[0].kind & VBET_KIND_LEARNER) != 0;
  gboolean is_outside = running && (objects[0].kind & VBET_KIND_OUTSIDE) != 0;
  gtk_widget_set_visible (self->switcher, is_guest || is_switch);
  if (!is_guest && !is_switch)
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "settings");
  gtk_widget_set_visible (GTK_WIDGET (self->resources), !is_switch);
  gtk_widget_set_visible (GTK_WIDGET (self->network), is_switch);
  gtk_widget_set_visible (GTK_WIDGET (self->outside), is_outside);
  vbet_resources_set_device (self->resources, is_guest ? objects[0].name : NULL);
  vbet_network_set_device (self->network, is_switch ? objects[0].name : NULL);
  vbet_network_set_device (self->outside, is_outside ? objects[0].name : NULL);
}

static void
make_form (VbetInspector *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->form = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  self->reason = gtk_label_new ("");
  gtk_label_set_line_wrap (GTK_LABEL (self->reason), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->reason), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (self->reason), 20);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->reason), "vbet-error");
  gtk_widget_set_no_show_all (self->reason, TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "vbet-inspector-form");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_box_pack_start (GTK_BOX (box), self->reason, FALSE, FALSE, 0);
  self->outside = VBET_NETWORK (vbet_network_new (self->session, self->runner));
  gtk_widget_set_no_show_all (GTK_WIDGET (self->outside), TRUE);
  gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (self->outside), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->form, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (scrolled), box);
  gtk_stack_add_titled (GTK_STACK (self->stack), scrolled, "settings", _ ("Settings"));
}

GtkWidget *
vbet_inspector_new (VbetSession *session, VbetRunner *runner)
{
  VbetInspector *self = g_object_new (VBET_TYPE_INSPECTOR, "orientation", GTK_ORIENTATION_VERTICAL,
                                      "width-request", WIDTH, NULL);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  self->measurements = vbet_measurements_new (session, runner);
  _vbet_inspector_make_head (self);
  make_stack (self);
  make_form (self);
  make_live (self);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-inspector");
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), _ ("Inspector"));
  g_signal_connect_object (session, "changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "traffic-changed", G_CALLBACK (on_traffic), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (runner, "phase-changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "states-changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (on_selection), self, G_CONNECT_SWAPPED);
  gtk_widget_show_all (GTK_WIDGET (self));
  update (self);
  return GTK_WIDGET (self);
}

static void
vbet_inspector_dispose (GObject *object)
{
  VbetInspector *self = VBET_INSPECTOR (object);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->renaming, g_free);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  G_OBJECT_CLASS (vbet_inspector_parent_class)->dispose (object);
}

static void
vbet_inspector_finalize (GObject *object)
{
  VbetInspector *self = VBET_INSPECTOR (object);
  g_ptr_array_unref (self->sections);
  g_hash_table_unref (self->open);
  g_clear_object (&self->measurements);
  g_clear_object (&self->runner);
  g_clear_object (&self->session);
  g_free (self->shape);
  g_free (self->wanted_focus);
  G_OBJECT_CLASS (vbet_inspector_parent_class)->finalize (object);
}

static void
vbet_inspector_class_init (VbetInspectorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_inspector_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_inspector_finalize;
}

static void
vbet_inspector_init (VbetInspector *self)
{
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->sections = g_ptr_array_new_with_free_func ((GDestroyNotify)_vbet_inspector_section_free);
}
