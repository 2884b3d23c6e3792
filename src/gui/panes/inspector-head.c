/* inspector-head.c - the top of the inspector: what is selected, its name and its power; and the lab, when
 * nothing is.
 */
#include "config.h"

#include "gui/panes/inspector-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* --- words -------------------------------------------------------------------------------- */

static const char *
kind_text (VbetKind kind)
{
  const VbetKindSpec *spec = vbet_kind_spec (kind);
  return spec != NULL ? _ (spec->title) : "";
}

static const char *
state_text (VbetDeviceState state)
{
  switch (state) {
  case VBET_STATE_BOOTING:
    return _ ("booting");
  case VBET_STATE_READY:
    return _ ("running");
  case VBET_STATE_PAUSED:
    return _ ("paused");
  case VBET_STATE_STOPPING:
    return _ ("stopping");
  case VBET_STATE_FAILED:
    return _ ("failed");
  case VBET_STATE_OFF:
  default:
    return _ ("off");
  }
}

char *
_vbet_inspector_end_text (VbetInspector *self, const VbetCableEnd *end)
{
  const VbetDevice *device
      = end->device != NULL ? vbet_topology_device (vbet_session_get_topology (self->session), end->device)
                            : NULL;
  if (device == NULL)
    return g_strdup (_ ("a free end"));
  if ((device->kind & VBET_KIND_GUEST) != 0)
    return g_strdup_printf ("%s eth%u", end->device, end->nic - 1);
  return g_strdup_printf (_ ("%s, port %u"), end->device, end->nic);
}

/* --- the name ---------------------------------------------------------------------------------- */

static void
show_name_reason (VbetInspector *self, const char *reason)
{
  GtkStyleContext *style = gtk_widget_get_style_context (self->name);
  gtk_label_set_text (GTK_LABEL (self->name_reason), reason != NULL ? reason : "");
  gtk_widget_set_visible (self->name_reason, reason != NULL);
  if (reason != NULL)
    gtk_style_context_add_class (style, "error");
  else
    gtk_style_context_remove_class (style, "error");
}

/* Whether the device may be called what is typed; tries the gesture without doing it. */
static gboolean
check_name (VbetInspector *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  if (strcmp (name, self->renaming) == 0) {
    show_name_reason (self, NULL);
    return TRUE;
  }
  g_autoptr (VbetEdits) edits
      = vbet_gesture_rename_device (vbet_session_get_program (self->session),
                                    vbet_session_get_topology (self->session), self->renaming, name, &error);
  show_name_reason (self, edits == NULL ? error->message : NULL);
  return edits != NULL;
}

static void
on_name_changed (VbetInspector *self)
{
  if (!self->updating && self->renaming != NULL)
    check_name (self, gtk_entry_get_text (GTK_ENTRY (self->name)));
}

void
_vbet_inspector_flush_name (VbetInspector *self)
{
  g_autoptr (GError) error = NULL;
  if (self->renaming == NULL || self->updating || !gtk_widget_get_visible (self->name))
    return;
  g_autofree char *name = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (self->name))));
  g_autofree char *old = g_strdup (self->renaming);
  if (strcmp (name, old) == 0 || !check_name (self, name))
    return;
  g_free (self->renaming);
  self->renaming = g_strdup (name);
  if (!vbet_session_rename (self->session, old, name, &error))
    show_name_reason (self, error->message);
}

static gboolean
on_name_left (GtkWidget *entry, GdkEventFocus *event, VbetInspector *self)
{
  _vbet_inspector_flush_name (self);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_name_key (GtkWidget *entry, GdkEventKey *event, VbetInspector *self)
{
  if (event->keyval != GDK_KEY_Escape || self->renaming == NULL)
    return GDK_EVENT_PROPAGATE;
  gtk_entry_set_text (GTK_ENTRY (entry), self->renaming);
  return GDK_EVENT_STOP;
}

/* --- power ---------------------------------------------------------------------------------------- */

static const struct {
  const char *action;
  const char *icon;
  const char *text;
} powers[] = {
  { "win.console", "utilities-terminal-symbolic", N_ ("Console") },
  { "win.device-start", "media-playback-start-symbolic", N_ ("Start") },
  { "win.device-stop", "media-playback-stop-symbolic", N_ ("Stop") },
  { "win.device-restart", "view-refresh-symbolic", N_ ("Restart") },
  { "win.device-pause", "media-playback-pause-symbolic", N_ ("Pause") },
  { "win.device-resume", "media-seek-forward-symbolic", N_ ("Resume") },
};

static GtkWidget *
make_power (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "linked");
  for (guint i = 0; i < G_N_ELEMENTS (powers); i++) {
    GtkWidget *button = gtk_button_new_from_icon_name (powers[i].icon, GTK_ICON_SIZE_BUTTON);
    g_autofree char *name = g_strdup_printf (_ ("%s the selected"), _ (powers[i].text));
    gtk_actionable_set_action_name (GTK_ACTIONABLE (button), powers[i].action);
    gtk_widget_set_tooltip_text (button, _ (powers[i].text));
    gtk_widget_set_focus_on_click (button, FALSE);
    atk_object_set_name (gtk_widget_get_accessible (button), name);
    gtk_box_pack_start (GTK_BOX (box), button, TRUE, TRUE, 0);
  }
  return box;
}

static GtkWidget *
make_restart (VbetInspector *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *label = gtk_label_new (_ ("A change takes effect at the next start."));
  self->restart_button = gtk_button_new_with_label ("");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->restart_button), "win.device-restart");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "vbet-restart");
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->restart_button, FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_widget_set_no_show_all (box, TRUE);
  return box;
}

static void
update_power (VbetInspector *self, const VbetObject *objects, guint size)
{
  guint guests = 0, waiting = 0;
  const char *first = NULL;
  for (guint i = 0; i < size; i++) {
    if ((objects[i].kind & VBET_KIND_GUEST) == 0)
      continue;
    guests++;
    if (!vbet_session_get_needs_restart (self->session, objects[i].name))
      continue;
    waiting++;
    first = first != NULL ? first : objects[i].name;
  }
  gtk_widget_set_visible (self->power, guests > 0 && vbet_session_is_running (self->session));
  gtk_widget_set_visible (self->restart, waiting > 0);
  if (waiting == 0)
    return;
  g_autofree char *text
      = size == 1 ? g_strdup_printf (_ ("Restart %s now"), first) : g_strdup (_ ("Restart them now"));
  gtk_button_set_label (GTK_BUTTON (self->restart_button), text);
}

/* --- keeping up ----------------------------------------------------------------------------------------- */

static GtkWidget *
wrapped_label (const char *class_name)
{
  GtkWidget *label = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 20);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), class_name);
  return label;
}

void
_vbet_inspector_make_head (VbetInspector *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->name = gtk_entry_new ();
  self->title = wrapped_label ("vbet-inspector-title");
  self->subtitle = wrapped_label ("dim-label");
  self->name_reason = wrapped_label ("vbet-error");
  self->power = make_power ();
  self->restart = make_restart (self);
  gtk_widget_set_no_show_all (self->name, TRUE);
  gtk_widget_set_no_show_all (self->name_reason, TRUE);
  gtk_widget_show_all (self->power);
  gtk_widget_set_no_show_all (self->power, TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (self->name), 8);
  atk_object_set_name (gtk_widget_get_accessible (self->name), _ ("Name"));
  gtk_widget_set_tooltip_text (self->name, _ ("The device's name, which is also its host name"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->name), "vbet-inspector-name");
  gtk_style_context_add_class (gtk_widget_get_style_context (head), "vbet-inspector-head");
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (on_name_changed), self);
  g_signal_connect_swapped (self->name, "activate", G_CALLBACK (_vbet_inspector_flush_name), self);
  g_signal_connect (self->name, "focus-out-event", G_CALLBACK (on_name_left), self);
  g_signal_connect (self->name, "key-press-event", G_CALLBACK (on_name_key), self);
  GtkWidget *const parts[]
      = { self->title, self->name, self->name_reason, self->subtitle, self->power, self->restart };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_pack_start (GTK_BOX (head), parts[i], FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), head, FALSE, FALSE, 0);
}

static char *
subtitle_of (VbetInspector *self, const VbetObject *objects, guint size)
{
  if (size == 0)
    return g_strdup (_ ("This lab"));
  if (size > 1)
    return g_strdup (_ ("What is set here is set for all of them."));
  const char *kind = kind_text (objects[0].kind);
  if ((objects[0].kind & (VBET_KIND_GUEST | VBET_KIND_OUTSIDE)) == 0
      || !vbet_session_is_running (self->session))
    return g_strdup (kind);
  if ((objects[0].kind & VBET_KIND_OUTSIDE) != 0) /* why is said below, with what helps */
    return g_strdup_printf ("%s · %s", kind,
                            state_text (vbet_session_get_state (self->session, objects[0].name)));
  const char *reason = vbet_session_get_reason (self->session, objects[0].name);
  const char *state = state_text (vbet_session_get_state (self->session, objects[0].name));
  return reason != NULL ? g_strdup_printf ("%s · %s: %s", kind, state, reason)
                        : g_strdup_printf ("%s · %s", kind, state);
}

static char *
title_of (VbetInspector *self, const VbetObject *objects, guint size)
{
  if (size == 0)
    return g_strdup (vbet_session_get_name (self->session));
  if (size > 1 && (objects[0].kind & VBET_KIND_DEVICE) != 0)
    return g_strdup_printf (ngettext ("%u device", "%u devices", size), size);
  if (size > 1 && objects[0].kind == VBET_KIND_CABLE)
    return g_strdup_printf (ngettext ("%u cable", "%u cables", size), size);
  if (size > 1)
    return g_strdup_printf (ngettext ("%u note", "%u notes", size), size);
  return g_strdup (objects[0].kind == VBET_KIND_NOTE ? _ ("Note") : objects[0].name);
}

void
_vbet_inspector_update_head (VbetInspector *self, const VbetObject *objects, guint size)
{
  gboolean one = size == 1 && (objects[0].kind & VBET_KIND_DEVICE) != 0;
  g_autofree char *title = title_of (self, objects, size);
  g_autofree char *subtitle = subtitle_of (self, objects, size);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->subtitle), subtitle);
  gtk_widget_set_visible (self->title, !one);
  gtk_widget_set_visible (self->name, one);
  self->updating = TRUE;
  if (!one) {
    g_clear_pointer (&self->renaming, g_free);
  } else if (g_strcmp0 (self->renaming, objects[0].name) != 0 || !gtk_widget_has_focus (self->name)) {
    g_free (self->renaming);
    self->renaming = g_strdup (objects[0].name);
    gtk_entry_set_text (GTK_ENTRY (self->name), objects[0].name);
    show_name_reason (self, NULL);
  }
  self->updating = FALSE;
  if (!one)
    show_name_reason (self, NULL);
  update_power (self, objects, size);
}

/* --- the lab
 * ------------------------------------------------------------------------------------------------ */

static void
add_line (VbetInspector *self, const char *class_name, char *text)
{
  GtkWidget *label = wrapped_label (class_name);
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_box_pack_start (GTK_BOX (self->form), label, FALSE, FALSE, 0);
  g_free (text);
}

static void
add_counts (VbetInspector *self, const VbetTopology *topology)
{
  guint size = 0;
  const VbetKindSpec *kinds = vbet_kind_specs (&size);
  GtkWidget *grid = gtk_grid_new ();
  int row = 0;
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  for (guint k = 0; k < size; k++) {
    gboolean cables = kinds[k].kind == VBET_KIND_CABLE;
    guint n = cables ? topology->cables->len : 0;
    for (guint i = 0; !cables && i < topology->devices->len; i++)
      n += ((VbetDevice *)g_ptr_array_index (topology->devices, i))->kind == kinds[k].kind ? 1 : 0;
    if (n == 0)
      continue;
    g_autofree char *number = g_strdup_printf ("%u", n);
    GtkWidget *count = gtk_label_new (number);
    GtkWidget *what = gtk_label_new (_ (kinds[k].title));
    gtk_label_set_xalign (GTK_LABEL (count), 1);
    gtk_label_set_xalign (GTK_LABEL (what), 0);
    gtk_style_context_add_class (gtk_widget_get_style_context (count), "vbet-figure");
    /* What, then how many: it needs no plural in any language. */
    gtk_grid_attach (GTK_GRID (grid), what, 0, row, 1, 1);
    gtk_grid_attach (GTK_GRID (grid), count, 1, row++, 1, 1);
  }
  gtk_box_pack_start (GTK_BOX (self->form), grid, FALSE, FALSE, 0);
}

void
_vbet_inspector_fill_lab (VbetInspector *self)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  guint steps = topology->steps->len, checks = topology->checks->len;
  if (topology->devices->len == 0) {
    add_line (
        self, "dim-label",
        g_strdup (_ ("There is nothing here yet. Drag a device from the left onto the canvas, or type a "
                     "program below.")));
    return;
  }
  add_counts (self, topology);
  if (steps > 0)
    add_line (self, "vbet-line",
              g_strdup_printf (ngettext ("%u step to show", "%u steps to show", steps), steps));
  if (checks > 0)
    add_line (self, "vbet-line",
              g_strdup_printf (ngettext ("%u check at the end", "%u checks at the end", checks), checks));
  add_line (
      self, "dim-label",
      g_strdup (_ ("Click a device, a cable or a note to see what it is and to change it. Shift and click "
                   "to take several.")));
}
