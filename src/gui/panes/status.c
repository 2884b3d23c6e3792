/* status.c - see status.h. */
#include "config.h"

#include "gui/panes/status.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/model/predict.h"

/* The machine is looked at again when the last look is older than this. */
#define LOOK_AGE_US (3 * G_USEC_PER_SEC)

struct _VbetStatus {
  GtkBox parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */
  VbetFigures *figures; /* owned */
  GCancellable *cancellable;
  GtkWidget *meter; /* level bar */
  GtkWidget *fit;   /* label: before Run */
  GtkWidget *nodes; /* labels: while it runs */
  GtkWidget *memory;
  GtkWidget *cpu;
  GtkWidget *frames;
  GtkWidget *problems; /* button */
  VbetMachine machine;
  gint64 looked; /* monotonic, µs */
  guint idle;    /* source */
};

G_DEFINE_FINAL_TYPE (VbetStatus, vbet_status, GTK_TYPE_BOX)

static void update_soon (VbetStatus *self);

/* --- the machine ------------------------------------------------------------------------- */

static void
on_meminfo (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetStatus) self = data;
  g_autofree char *text = NULL;
  gsize size = 0;
  if (g_file_load_contents_finish (G_FILE (source), result, &text, &size, NULL, NULL))
    self->machine.available = vbet_predict_meminfo (text, size);
  update_soon (self);
}

static void
on_shared (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetStatus) self = data;
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info_finish (G_FILE (source), result, NULL);
  if (info != NULL)
    self->machine.shared = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  update_soon (self);
}

static void
look_at_machine (VbetStatus *self)
{
  gint64 now = g_get_monotonic_time ();
  if (self->looked != 0 && now - self->looked < LOOK_AGE_US)
    return;
  g_autoptr (GFile) meminfo = g_file_new_for_path ("/proc/meminfo");
  g_autoptr (GFile) shared = g_file_new_for_path ("/dev/shm");
  self->looked = now;
  self->machine.processors = g_get_num_processors ();
  g_file_load_contents_async (meminfo, self->cancellable, on_meminfo, g_object_ref (self));
  g_file_query_filesystem_info_async (shared, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, G_PRIORITY_DEFAULT,
                                      self->cancellable, on_shared, g_object_ref (self));
}

/* --- words ---------------------------------------------------------------------------------- */

static char *
bytes_text (guint64 bytes)
{
  double mib = (double)bytes / (1024 * 1024);
  return mib < 1024 ? g_strdup_printf (_ ("%.0f MiB"), mib) : g_strdup_printf (_ ("%.1f GiB"), mib / 1024);
}

/* Memory of a lab is a guess: whole MiB are exact enough. */
static char *
about_text (guint64 bytes)
{
  guint64 mib = 1024 * 1024;
  guint64 step = bytes > 100 * mib ? 10 * mib : mib;
  return bytes_text ((bytes + step / 2) / step * step);
}

static char *
fit_text (const VbetPrediction *prediction, const VbetMachine *machine, VbetFit fit)
{
  g_autofree char *needs = about_text (prediction->memory);
  g_autofree char *has = about_text (machine->available);
  g_autofree char *largest = bytes_text (prediction->largest);
  g_autofree char *shared = about_text (machine->shared);
  if (machine->available == 0)
    return g_strdup_printf (_ ("needs about %s"), needs);
  if (fit == VBET_FIT_TOO_BIG && prediction->memory > machine->available)
    return g_strdup_printf (
        _ ("needs about %s, but %s are free: start fewer guests at once (autostart), or end other "
           "programs"),
        needs, has);
  if (fit == VBET_FIT_TOO_BIG && prediction->largest > machine->available)
    return g_strdup_printf (_ ("a guest has %s of memory, but %s are free: give it less"), largest, has);
  if (fit == VBET_FIT_TOO_BIG)
    return g_strdup_printf (
        _ ("a guest has %s of memory, but /dev/shm holds %s: give it less, or enlarge that"), largest,
        shared);
  if (fit == VBET_FIT_TIGHT && (double)prediction->memory > 0.75 * (double)machine->available)
    return g_strdup_printf (_ ("needs about %s of %s: little is left for other programs"), needs, has);
  if (fit == VBET_FIT_TIGHT)
    return g_strdup_printf (ngettext ("needs about %s of %s; %u processor for all: the start takes a while",
                                      "needs about %s of %s; %u processors for all: the start takes a while",
                                      machine->processors),
                            needs, has, machine->processors);
  return g_strdup_printf (_ ("needs about %s of %s"), needs, has);
}

static void
set_class (GtkWidget *widget, const char *name, gboolean set)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  if (set)
    gtk_style_context_add_class (style, name);
  else
    gtk_style_context_remove_class (style, name);
}

/* --- showing --------------------------------------------------------------------------------- */

static void
show_fit (VbetStatus *self, const VbetPrediction *prediction, gboolean running)
{
  VbetFit fit = vbet_predict_fit (prediction, &self->machine);
  gboolean show = !running && prediction->guests > 0;
  gtk_widget_set_visible (self->fit, show);
  gtk_widget_set_visible (self->meter, show && self->machine.available > 0);
  if (!show)
    return;
  g_autofree char *text = fit_text (prediction, &self->machine, fit);
  g_autofree char *guests = g_strdup_printf (
      ngettext ("%u guest on %u processors. What a guest really takes is less than its mem=.",
                "%u guests on %u processors. What a guest really takes is less than its mem=.",
                prediction->guests),
      prediction->guests, self->machine.processors);
  gtk_label_set_text (GTK_LABEL (self->fit), text);
  gtk_widget_set_tooltip_text (self->fit, guests);
  set_class (self->fit, "vbet-error", fit == VBET_FIT_TOO_BIG);
  set_class (self->fit, "vbet-warning", fit == VBET_FIT_TIGHT);
  set_class (self->meter, "vbet-meter-tight", fit == VBET_FIT_TIGHT);
  set_class (self->meter, "vbet-meter-full", fit == VBET_FIT_TOO_BIG);
  if (self->machine.available > 0)
    gtk_level_bar_set_value (GTK_LEVEL_BAR (self->meter),
                             CLAMP ((double)prediction->memory / (double)self->machine.available, 0.02, 1));
}

static void
show_nodes (VbetStatus *self)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  guint guests = 0, up = 0;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if ((device->kind & VBET_KIND_GUEST) == 0)
      continue;
    guests++;
    up += vbet_session_get_state (self->session, device->name) == VBET_STATE_READY ? 1 : 0;
  }
  g_autofree char *text
      = g_strdup_printf (ngettext ("%u of %u node up", "%u of %u nodes up", guests), up, guests);
  gtk_label_set_text (GTK_LABEL (self->nodes), text);
}

static void
show_usage (VbetStatus *self, const VbetPrediction *prediction)
{
  VbetLabUsage usage;
  gboolean known = vbet_figures_get_usage (self->figures, &usage);
  gtk_widget_set_visible (self->memory, known);
  gtk_widget_set_visible (self->cpu, known && usage.cpu >= 0);
  if (!known)
    return;
  g_autofree char *memory = about_text (usage.memory);
  g_autofree char *predicted = about_text (prediction->memory);
  g_autofree char *text = g_strdup_printf (_ ("%s of memory (about %s expected)"), memory, predicted);
  g_autofree char *cpu = g_strdup_printf (_ ("CPU %.0f %%"), usage.cpu * 100);
  g_autofree char *of = g_strdup_printf (ngettext ("Of one processor; the machine has %u, which is %u00 %%",
                                                   "Of one processor; the machine has %u, which are %u00 %%",
                                                   self->machine.processors),
                                         self->machine.processors, self->machine.processors);
  g_autofree char *processes = g_strdup_printf (
      ngettext ("%u process on the host", "%u processes on the host", usage.processes), usage.processes);
  gtk_label_set_text (GTK_LABEL (self->memory), text);
  gtk_label_set_text (GTK_LABEL (self->cpu), cpu);
  gtk_widget_set_tooltip_text (self->memory, processes);
  gtk_widget_set_tooltip_text (self->cpu, of);
}

static void
show_frames (VbetStatus *self)
{
  GHashTable *traffic = vbet_session_get_traffic (self->session);
  GHashTableIter iter;
  gpointer value = NULL;
  double frames = 0;
  gtk_widget_set_visible (self->frames, traffic != NULL);
  if (traffic == NULL)
    return;
  g_hash_table_iter_init (&iter, traffic);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    frames += ((VbetTraffic *)value)->frames[0] + ((VbetTraffic *)value)->frames[1];
  g_autofree char *text = g_strdup_printf (_ ("%.0f frames/s"), frames);
  gtk_label_set_text (GTK_LABEL (self->frames), text);
}

static void
show_problems (VbetStatus *self)
{
  guint n = vbet_session_count_problems (self->session);
  gtk_widget_set_visible (self->problems, n > 0);
  if (n == 0)
    return;
  g_autofree char *text = g_strdup_printf (ngettext ("%u problem", "%u problems", n), n);
  gtk_button_set_label (GTK_BUTTON (self->problems), text);
  set_class (self->problems, "vbet-error",
             vbet_diagnostics_has_errors (vbet_session_get_diagnostics (self->session)));
}

static void
update (VbetStatus *self)
{
  gboolean running = vbet_session_is_running (self->session);
  VbetPrediction prediction = vbet_predict (vbet_session_get_topology (self->session));
  show_fit (self, &prediction, running);
  gtk_widget_set_visible (self->nodes, running);
  if (running) {
    show_nodes (self);
    show_usage (self, &prediction);
  } else {
    gtk_widget_set_visible (self->memory, FALSE);
    gtk_widget_set_visible (self->cpu, FALSE);
  }
  show_frames (self);
  show_problems (self);
}

static gboolean
on_idle (gpointer data)
{
  VbetStatus *self = data;
  self->idle = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
update_soon (VbetStatus *self)
{
  if (self->idle == 0 && !g_cancellable_is_cancelled (self->cancellable))
    self->idle = g_idle_add (on_idle, self);
}

static void
on_changed (VbetStatus *self)
{
  look_at_machine (self);
  update_soon (self);
}

/* --- life --------------------------------------------------------------------------------------- */

static GtkWidget *
add_label (VbetStatus *self, const char *name)
{
  GtkWidget *label = gtk_label_new ("");
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "vbet-status-figure");
  gtk_widget_set_no_show_all (label, TRUE);
  gtk_widget_set_name (label, name);
  gtk_box_pack_start (GTK_BOX (self), label, FALSE, TRUE, 0);
  return label;
}

static void
fill (VbetStatus *self)
{
  self->meter = gtk_level_bar_new ();
  gtk_widget_set_valign (self->meter, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (self->meter, 90, -1);
  gtk_widget_set_no_show_all (self->meter, TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->meter), "vbet-meter");
  atk_object_set_name (gtk_widget_get_accessible (self->meter), _ ("Memory that the lab needs"));
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (self->meter), GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (self->meter), GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (self->meter), GTK_LEVEL_BAR_OFFSET_FULL);
  gtk_box_pack_start (GTK_BOX (self), self->meter, FALSE, FALSE, 0);
  self->fit = add_label (self, "fit");
  self->nodes = add_label (self, "nodes");
  self->memory = add_label (self, "memory");
  self->cpu = add_label (self, "cpu");
  self->frames = add_label (self, "frames");
  gtk_widget_set_tooltip_text (self->frames, _ ("Frames a second on all cables"));
  self->problems = gtk_button_new_with_label ("");
  gtk_button_set_relief (GTK_BUTTON (self->problems), GTK_RELIEF_NONE);
  gtk_widget_set_no_show_all (self->problems, TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->problems), "win.status-problems");
  gtk_widget_set_tooltip_text (self->problems, _ ("Show what is wrong with the lab"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->problems), "vbet-small");
  gtk_box_pack_end (GTK_BOX (self), self->problems, FALSE, FALSE, 0);
}

GtkWidget *
vbet_status_new (VbetSession *session, VbetRunner *runner, VbetFigures *figures)
{
  VbetStatus *self = g_object_new (VBET_TYPE_STATUS, "spacing", 10, NULL);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  self->figures = g_object_ref (figures);
  fill (self);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-status");
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), _ ("Status"));
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "states-changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "traffic-changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (figures, "usage-changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  gtk_widget_show (GTK_WIDGET (self));
  on_changed (self);
  return GTK_WIDGET (self);
}

static void
vbet_status_dispose (GObject *object)
{
  VbetStatus *self = VBET_STATUS (object);
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->idle, g_source_remove);
  G_OBJECT_CLASS (vbet_status_parent_class)->dispose (object);
}

static void
vbet_status_finalize (GObject *object)
{
  VbetStatus *self = VBET_STATUS (object);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->figures);
  g_clear_object (&self->runner);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (vbet_status_parent_class)->finalize (object);
}

static void
vbet_status_class_init (VbetStatusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_status_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_status_finalize;
}

static void
vbet_status_init (VbetStatus *self)
{
  self->cancellable = g_cancellable_new ();
}
