/* problems.c - see problems.h. */
#include "config.h"

#include "gui/panes/problems.h"

#include <glib/gi18n.h>

#include "gui/tag.h"

/* Nobody reads more; the rest comes up as these are mended. */
#define MAX_ROWS 200

struct _VbetProblems {
  GtkScrolledWindow parent_instance;
  VbetSession *session; /* owned */
  GtkWidget *list;
  char *failures; /* what is shown of the running lab, to see whether it changed */
};

G_DEFINE_FINAL_TYPE (VbetProblems, vbet_problems, GTK_TYPE_SCROLLED_WINDOW)

static void
on_fix (GtkButton *button, VbetProblems *self)
{
  vbet_session_fix (self->session, (guint)vbet_tag_number (button, "vbet-index"));
}

static GtkWidget *
new_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (style != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), style);
  return label;
}

static GtkWidget *
new_row (VbetProblems *self, const VbetDiagnostic *finding, guint index)
{
  gboolean is_error = finding->severity == VBET_SEVERITY_ERROR;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *icon = gtk_image_new_from_icon_name (
      is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic", GTK_ICON_SIZE_MENU);
  GtkWidget *message = new_label (finding->message, NULL);
  g_autofree char *place = g_strdup_printf (_ ("line %u, column %u"), finding->line, finding->column);
  g_autofree char *name = g_strdup_printf (is_error ? _ ("error, line %u, column %u: %s")
                                                    : _ ("warning, line %u, column %u: %s"),
                                           finding->line, finding->column, finding->message);
  gtk_style_context_add_class (gtk_widget_get_style_context (icon), is_error ? "vbet-error" : "vbet-warning");
  gtk_label_set_line_wrap (GTK_LABEL (message), TRUE);
  gtk_widget_set_hexpand (message, TRUE);
  gtk_container_add (GTK_CONTAINER (box), icon);
  gtk_container_add (GTK_CONTAINER (box), new_label (place, "vbet-place"));
  gtk_container_add (GTK_CONTAINER (box), message);
  if (finding->fix != NULL) {
    g_autofree char *label = g_strdup_printf (_ ("Fix: %s"), finding->fix->label);
    GtkWidget *button = gtk_button_new_with_label (label);
    vbet_tag_set_number (button, "vbet-index", index);
    g_signal_connect_object (button, "clicked", G_CALLBACK (on_fix), self, 0);
    gtk_container_add (GTK_CONTAINER (box), button);
  }
  gtk_container_add (GTK_CONTAINER (box), new_label (finding->code, "dim-label"));
  gtk_container_add (GTK_CONTAINER (row), box);
  vbet_tag_set_number (row, "vbet-index", index);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  return row;
}

/* --- the running lab ------------------------------------------------------------------- */

static void
on_again (GtkButton *button, VbetProblems *self)
{
  g_signal_emit_by_name (self, "start", vbet_tag_text (button, "vbet-device"));
}

/* A device that failed: which, why, once more. */
static GtkWidget *
new_failure (VbetProblems *self, const char *device)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-error-symbolic", GTK_ICON_SIZE_MENU);
  GtkWidget *button = gtk_button_new_with_label (_ ("Start Again"));
  const char *reason = vbet_session_get_reason (self->session, device);
  GtkWidget *message = new_label (reason != NULL ? reason : _ ("no reason given"), NULL);
  g_autofree char *name
      = g_strdup_printf (_ ("%s failed: %s"), device, reason != NULL ? reason : _ ("no reason given"));
  gtk_style_context_add_class (gtk_widget_get_style_context (icon), "vbet-error");
  gtk_label_set_line_wrap (GTK_LABEL (message), TRUE);
  gtk_widget_set_hexpand (message, TRUE);
  vbet_tag_set_text (button, "vbet-device", device);
  vbet_tag_set_text (row, "vbet-device", device);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_again), self, 0);
  gtk_container_add (GTK_CONTAINER (box), icon);
  gtk_container_add (GTK_CONTAINER (box), new_label (device, "vbet-place"));
  gtk_container_add (GTK_CONTAINER (box), message);
  gtk_container_add (GTK_CONTAINER (box), button);
  gtk_container_add (GTK_CONTAINER (row), box);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  return row;
}

static void
on_restart (GtkButton *button, VbetProblems *self)
{
  g_signal_emit_by_name (self, "restart", vbet_tag_text (button, "vbet-device"));
}

static void
on_call_again (GtkButton *button, VbetProblems *self)
{
  g_signal_emit_by_name (self, "again", (gint64)vbet_tag_number (button, "vbet-call"));
}

/* (nullable): what the engine can do about @alarm. */
static GtkWidget *
new_mending (VbetProblems *self, const char *device, const VbetAlarm *alarm)
{
  if (alarm->call <= 0 && !alarm->restart)
    return NULL;
  GtkWidget *button = gtk_button_new_with_label (alarm->call > 0 ? _ ("Try Again") : _ ("Restart"));
  vbet_tag_set_text (button, "vbet-device", device);
  vbet_tag_set_number (button, "vbet-call", (gsize)alarm->call);
  g_signal_connect_object (button, "clicked",
                           alarm->call > 0 ? G_CALLBACK (on_call_again) : G_CALLBACK (on_restart), self, 0);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  return button;
}

/* Something is wrong with a device that runs: which, what, what to do about it. */
static GtkWidget *
new_alarm (VbetProblems *self, const char *device, const VbetAlarm *alarm)
{
  const char *of = *device != '\0' ? device : _ ("the lab");
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic", GTK_ICON_SIZE_MENU);
  GtkWidget *place = new_label (of, "vbet-place");
  GtkWidget *text = new_label (alarm->text, NULL);
  g_autofree char *name = g_strdup_printf (_ ("warning, %s: %s"), of, alarm->text);
  gtk_style_context_add_class (gtk_widget_get_style_context (icon), "vbet-warning");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_valign (place, GTK_ALIGN_START);
  gtk_label_set_line_wrap (GTK_LABEL (text), TRUE);
  gtk_container_add (GTK_CONTAINER (lines), text);
  if (alarm->remedy != NULL) {
    GtkWidget *remedy = new_label (alarm->remedy, "dim-label");
    gtk_label_set_line_wrap (GTK_LABEL (remedy), TRUE);
    gtk_container_add (GTK_CONTAINER (lines), remedy);
    atk_object_set_description (gtk_widget_get_accessible (row), alarm->remedy);
  }
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_container_add (GTK_CONTAINER (box), icon);
  gtk_container_add (GTK_CONTAINER (box), place);
  gtk_container_add (GTK_CONTAINER (box), lines);
  GtkWidget *mending = new_mending (self, device, alarm);
  if (mending != NULL)
    gtk_container_add (GTK_CONTAINER (box), mending);
  gtk_container_add (GTK_CONTAINER (row), box);
  if (*device != '\0')
    gtk_widget_set_tooltip_text (row, _ ("Show the device's console"));
  vbet_tag_set_text (row, "vbet-device", device);
  vbet_tag_set_number (row, "vbet-alarm", TRUE);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  return row;
}

/* Calls @each for each alarm: of the lab, then of its devices in order of the text. */
static void
each_alarm (VbetProblems *self, void (*each) (const char *device, const VbetAlarm *alarm, gpointer data),
            gpointer data)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  for (guint i = 0; i <= topology->devices->len; i++) {
    const char *name = i > 0 ? ((VbetDevice *)g_ptr_array_index (topology->devices, i - 1))->name : "";
    GPtrArray *alarms = vbet_session_get_alarms (self->session, name);
    for (guint k = 0; alarms != NULL && k < alarms->len; k++)
      each (name, g_ptr_array_index (alarms, k), data);
  }
}

/* Names of the devices that have failed, in order of the text. */
static char **
failed_devices (VbetProblems *self)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < topology->devices->len && vbet_session_is_running (self->session); i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if (vbet_session_get_state (self->session, device->name) == VBET_STATE_FAILED)
      g_strv_builder_add (names, device->name);
  }
  return g_strv_builder_end (names);
}

/* Above the first of each kind: what the rows are about; only where there are both. */
static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  VbetProblems *self = data;
  gboolean running = vbet_tag_text (row, "vbet-device") != NULL;
  gboolean was = before != NULL && vbet_tag_text (before, "vbet-device") != NULL;
  gtk_list_box_row_set_header (row, NULL);
  if (self->failures == NULL || *self->failures == '\0' || (before != NULL && running == was))
    return;
  GtkWidget *header = new_label (running ? _ ("In the running lab") : _ ("In the text"), "vbet-heading");
  gtk_widget_set_margin_start (header, 12);
  gtk_widget_show (header);
  gtk_list_box_row_set_header (row, header);
}

static void
describe_alarm (const char *device, const VbetAlarm *alarm, gpointer data)
{
  g_string_append_printf (data, "%s %s\n%s\n%" G_GINT64_FORMAT " %d\n", device, alarm->text,
                          alarm->remedy != NULL ? alarm->remedy : "", alarm->call, alarm->restart);
}

static void
add_alarm (const char *device, const VbetAlarm *alarm, gpointer data)
{
  VbetProblems *self = data;
  gtk_container_add (GTK_CONTAINER (self->list), new_alarm (self, device, alarm));
}

static char *
describe_failures (VbetProblems *self, char **devices)
{
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; devices[i] != NULL; i++) {
    const char *reason = vbet_session_get_reason (self->session, devices[i]);
    g_string_append_printf (all, "%s %s\n", devices[i], reason != NULL ? reason : "");
  }
  each_alarm (self, describe_alarm, all);
  return g_string_free (g_steal_pointer (&all), FALSE);
}

static void
fill (VbetProblems *self)
{
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (self->list));
  g_auto (GStrv) failed = failed_devices (self);
  for (GList *link = rows; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
  g_free (self->failures);
  self->failures = describe_failures (self, failed);
  for (guint i = 0; i < MIN (vbet_diagnostics_size (findings), MAX_ROWS); i++)
    gtk_container_add (GTK_CONTAINER (self->list), new_row (self, vbet_diagnostics_get (findings, i), i));
  for (guint i = 0; failed[i] != NULL && i < MAX_ROWS; i++)
    gtk_container_add (GTK_CONTAINER (self->list), new_failure (self, failed[i]));
  each_alarm (self, add_alarm, self);
  gtk_widget_show_all (self->list);
}

/* States change often, failures seldom. */
static void
on_states (VbetProblems *self)
{
  g_auto (GStrv) failed = failed_devices (self);
  g_autofree char *now = describe_failures (self, failed);
  if (g_strcmp0 (now, self->failures) != 0)
    fill (self);
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, VbetProblems *self)
{
  guint index = (guint)vbet_tag_number (row, "vbet-index");
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  const char *device = vbet_tag_text (row, "vbet-device");
  if (device != NULL) {
    g_autofree char *copy = g_strdup (device);
    gboolean alarm = vbet_tag_number (row, "vbet-alarm") != 0;
    if (*copy != '\0')
      g_signal_emit_by_name (self, alarm ? "console" : "chosen", copy);
    return;
  }
  if (index >= vbet_diagnostics_size (findings))
    return;
  const VbetDiagnostic *finding = vbet_diagnostics_get (findings, index);
  g_signal_emit_by_name (self, "go-to", (guint64)finding->span.start, (guint64)finding->span.length);
}

GtkWidget *
vbet_problems_new (VbetSession *session)
{
  VbetProblems *self = g_object_new (VBET_TYPE_PROBLEMS, "visible", TRUE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "states-changed", G_CALLBACK (on_states), self, G_CONNECT_SWAPPED);
  fill (self);
  return GTK_WIDGET (self);
}

static void
vbet_problems_dispose (GObject *object)
{
  g_clear_object (&VBET_PROBLEMS (object)->session);
  G_OBJECT_CLASS (vbet_problems_parent_class)->dispose (object);
}

static void
vbet_problems_finalize (GObject *object)
{
  g_free (VBET_PROBLEMS (object)->failures);
  G_OBJECT_CLASS (vbet_problems_parent_class)->finalize (object);
}

static void
vbet_problems_class_init (VbetProblemsClass *klass)
{
  static const char *const texts[] = { "chosen", "start", "restart", "console" };
  G_OBJECT_CLASS (klass)->dispose = vbet_problems_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_problems_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_signal_new (texts[i], VBET_TYPE_PROBLEMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                  G_TYPE_STRING);
  g_signal_new ("again", VBET_TYPE_PROBLEMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_INT64);
  g_signal_new ("go-to", VBET_TYPE_PROBLEMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_UINT64, G_TYPE_UINT64);
}

static void
vbet_problems_init (VbetProblems *self)
{
  GtkWidget *placeholder = gtk_label_new (_ ("No problems: the lab's text says what it means."));
  self->list = gtk_list_box_new ();
  gtk_style_context_add_class (gtk_widget_get_style_context (placeholder), "dim-label");
  gtk_style_context_add_class (gtk_widget_get_style_context (self->list), "vbet-problems");
  gtk_label_set_line_wrap (GTK_LABEL (placeholder), TRUE);
  gtk_widget_set_valign (placeholder, GTK_ALIGN_CENTER);
  gtk_widget_show (placeholder);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), placeholder);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_list_box_set_header_func (GTK_LIST_BOX (self->list), set_header, self, NULL);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
  atk_object_set_name (gtk_widget_get_accessible (self->list), _ ("Problems"));
  gtk_container_add (GTK_CONTAINER (self), self->list);
  gtk_widget_show_all (self->list);
}
