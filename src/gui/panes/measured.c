/* measured.c - see measured.h.
 *
 * What is set to nothing, and of which nothing was found, is left out: a
 * perfect cable has a short table.
 */
#include "config.h"

#include "gui/panes/measured.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/reply.h"

struct _VbetMeasured {
  GtkBox parent_instance;
  VbetMeasurements *measurements; /* owned */
  char *cable;
  GtkWidget *button;
  GtkWidget *progress;
  GtkWidget *verdict; /* label */
  GtkWidget *grid;
  GtkWidget *load;       /* label */
  const GVariant *shown; /* the result that the grid has; not owned, only compared */
  gboolean old;          /* it is shown as one of other settings */
};

G_DEFINE_FINAL_TYPE (VbetMeasured, vbet_measured, GTK_TYPE_BOX)

/* --- words ----------------------------------------------------------------------------- */

static const char *
property_text (const char *property)
{
  const VbetImpairment *row = vbet_impairment_find (property);
  return row != NULL ? _ (row->label) : "";
}

/* Returns: (nullable): why a figure is not judged. */
static const char *
reason_text (const char *reason)
{
  static const struct {
    const char *reason;
    const char *text;
  } texts[] = {
    { "no-limit", N_ ("Not measured: no limit is set.") },
    { "down", N_ ("Not measured: no frame passes.") },
    { "few", N_ ("Not judged: too few probes.") },
    { "no-room", N_ ("Not measured: the queue had no room.") },
    { "no-overtaking", N_ ("Not judged: at this delay nothing can be overtaken.") },
    { "others", N_ ("Not judged: other traffic held the probes up.") },
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (reason, texts[i].reason) == 0)
      return _ (texts[i].text);
  return NULL;
}

static gboolean
is_state (GVariant *row)
{
  double set = vbet_reply_number (row, "set", 0);
  return g_strcmp0 (vbet_reply_text (row, "property"), "up") == 0 && (set == 0 || set == 1);
}

static const char *
text_of (GVariant *row, const char *key)
{
  const char *text = vbet_reply_text (row, key);
  return text != NULL ? text : "";
}

static const char *
set_text (GVariant *row)
{
  if (is_state (row))
    return vbet_reply_number (row, "set", 0) > 0 ? _ ("yes") : _ ("no");
  return text_of (row, "set-text");
}

static gboolean
is_measured (GVariant *row)
{
  const char *reason = text_of (row, "reason");
  return vbet_reply_number (row, "of", 0) > 0 && strcmp (reason, "no-limit") != 0
         && strcmp (reason, "down") != 0;
}

static const char *
measured_text (GVariant *row)
{
  double measured = vbet_reply_number (row, "measured", 0);
  if (!is_measured (row))
    return "–";
  if (is_state (row) && (measured == 0 || measured == 1))
    return measured > 0 ? _ ("yes") : _ ("no");
  return text_of (row, "measured-text");
}

/* Returns: (transfer full): all that there is to say of a row. */
static char *
details (GVariant *row)
{
  const char *unit = text_of (row, "unit");
  const char *property = text_of (row, "property");
  const char *reason = reason_text (text_of (row, "reason"));
  guint of = (guint)vbet_reply_number (row, "of", 0);
  if (reason != NULL)
    return g_strdup (reason);
  if (strcmp (property, "delay") == 0)
    return g_strdup_printf (_ ("Lowest %s; 99 %% of the probes took %s at most."), text_of (row, "low-text"),
                            text_of (row, "high-text"));
  if (strcmp (unit, "share") == 0)
    return g_strdup_printf (ngettext ("%.0f of %u probe; settings from %s to %s fit.",
                                      "%.0f of %u probes; settings from %s to %s fit.", of),
                            vbet_reply_number (row, "events", 0), of, text_of (row, "low-text"),
                            text_of (row, "high-text"));
  return g_strdup_printf (_ ("Settings from %s to %s fit."), text_of (row, "low-text"),
                          text_of (row, "high-text"));
}

/* --- the table --------------------------------------------------------------------------- */

static GtkWidget *
attach (VbetMeasured *self, int column, int row, const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_label_set_ellipsize (GTK_LABEL (label), column == 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_hexpand (label, column == 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), class_name);
  gtk_grid_attach (GTK_GRID (self->grid), label, column, row, 1, 1);
  gtk_widget_show (label);
  return label;
}

static void
attach_verdict (VbetMeasured *self, int at, GVariant *row, const char *tooltip)
{
  static const struct {
    const char *verdict;
    const char *icon;
    const char *name;
  } marks[] = {
    { "consistent", "object-select-symbolic", N_ ("consistent") },
    { "inconsistent", "dialog-warning-symbolic", N_ ("not consistent") },
  };
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++) {
    if (strcmp (text_of (row, "verdict"), marks[i].verdict) != 0)
      continue;
    GtkWidget *image = gtk_image_new_from_icon_name (marks[i].icon, GTK_ICON_SIZE_MENU);
    atk_object_set_name (gtk_widget_get_accessible (image), _ (marks[i].name));
    gtk_widget_set_tooltip_text (image, tooltip);
    gtk_style_context_add_class (gtk_widget_get_style_context (image), i == 0 ? "dim-label" : "vbet-error");
    gtk_grid_attach (GTK_GRID (self->grid), image, 3, at, 1, 1);
    gtk_widget_show (image);
  }
}

/* Nothing is set and nothing was found. */
static gboolean
is_plain (GVariant *row)
{
  static const char *const kept[] = { "delay", "loss" };
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (strcmp (text_of (row, "property"), kept[i]) == 0)
      return FALSE;
  if (strcmp (text_of (row, "verdict"), "inconsistent") == 0)
    return FALSE;
  const VbetImpairment *impairment = vbet_impairment_find (text_of (row, "property"));
  return impairment != NULL && vbet_reply_number (row, "set", 0) == impairment->initial;
}

static int
add_way (VbetMeasured *self, GVariant *way, int at)
{
  g_autoptr (GPtrArray) rows = vbet_reply_list (way, "properties");
  /* As above the traffic: the devices, without their NICs. */
  g_auto (GStrv) from = g_strsplit (text_of (way, "from"), ":", 2);
  g_auto (GStrv) to = g_strsplit (text_of (way, "to"), ":", 2);
  g_autofree char *head
      = g_strdup_printf ("%s → %s", from[0] != NULL ? from[0] : "", to[0] != NULL ? to[0] : "");
  GtkWidget *title = attach (self, 0, at, head, "vbet-column");
  gtk_widget_set_margin_top (title, at > 0 ? 8 : 0);
  if (at == 0) {
    attach (self, 1, at, _ ("Set"), "vbet-column");
    attach (self, 2, at, _ ("Measured"), "vbet-column");
  }
  at++;
  for (guint i = 0; i < rows->len; i++) {
    GVariant *row = g_ptr_array_index (rows, i);
    gboolean bad = strcmp (text_of (row, "verdict"), "inconsistent") == 0;
    if (is_plain (row))
      continue;
    g_autofree char *tooltip = details (row);
    GtkWidget *name = attach (self, 0, at, property_text (text_of (row, "property")), "dim-label");
    GtkWidget *set = attach (self, 1, at, set_text (row), "vbet-number");
    GtkWidget *measured = attach (self, 2, at, measured_text (row), "vbet-number");
    if (bad)
      gtk_style_context_add_class (gtk_widget_get_style_context (measured), "vbet-error");
    GtkWidget *const cells[] = { name, set, measured };
    for (guint k = 0; k < G_N_ELEMENTS (cells); k++)
      gtk_widget_set_tooltip_text (cells[k], tooltip);
    attach_verdict (self, at, row, tooltip);
    at++;
  }
  return at;
}

/* What the measuring itself was, and what else was under way. */
static char *
load_text (GPtrArray *ways, GVariant *result)
{
  double probes = 0, bytes = 0, others = 0;
  double seconds = vbet_reply_number (result, "seconds", 0);
  for (guint i = 0; i < ways->len; i++) {
    g_autoptr (GVariant) load = vbet_reply_member (g_ptr_array_index (ways, i), "load");
    probes += vbet_reply_number (load, "probes", 0);
    bytes += vbet_reply_number (load, "bytes", 0);
    others += vbet_reply_number (load, "other-frames", 0);
  }
  g_autofree char *size = g_format_size ((guint64)bytes);
  return g_strdup_printf (_ ("%.0f probes, %s in all, in %.1f s, beside %.0f frames of the lab."), probes,
                          size, seconds, others);
}

static void
clear_grid (VbetMeasured *self)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self->grid));
  for (GList *link = children; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
}

static void
show_result (VbetMeasured *self, GVariant *result, gboolean old)
{
  gboolean consistent = FALSE, cancelled = FALSE;
  int at = 0;
  if (self->shown == result && self->old == old)
    return;
  clear_grid (self);
  self->shown = result;
  self->old = old;
  if (result == NULL)
    return;
  g_autoptr (GPtrArray) ways = vbet_reply_list (result, "ways");
  g_variant_lookup (result, "consistent", "b", &consistent);
  g_variant_lookup (result, "cancelled", "b", &cancelled);
  for (guint i = 0; i < ways->len; i++)
    at = add_way (self, g_ptr_array_index (ways, i), at);
  GtkStyleContext *style = gtk_widget_get_style_context (self->verdict);
  gtk_style_context_remove_class (style, "vbet-error");
  if (old)
    gtk_label_set_text (GTK_LABEL (self->verdict), _ ("The cable has been set anew since: measure again."));
  else if (!consistent)
    gtk_label_set_text (GTK_LABEL (self->verdict), _ ("What was measured is not what is set."));
  else if (cancelled)
    gtk_label_set_text (GTK_LABEL (self->verdict), _ ("So far, the cable does what is set."));
  else
    gtk_label_set_text (GTK_LABEL (self->verdict), _ ("The cable does what is set."));
  if (!consistent && !old)
    gtk_style_context_add_class (style, "vbet-error");
  g_autofree char *load = load_text (ways, result);
  gtk_label_set_text (GTK_LABEL (self->load), load);
}

static void
show_problem (VbetMeasured *self, const char *problem)
{
  gtk_label_set_text (GTK_LABEL (self->verdict), problem);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->verdict), "vbet-error");
}

void
vbet_measured_update (VbetMeasured *self)
{
  const VbetMeasurement *now = vbet_measurements_get (self->measurements, self->cable);
  gboolean running = now != NULL && now->running;
  gboolean can = vbet_measurements_can_begin (self->measurements, self->cable);
  gtk_button_set_label (GTK_BUTTON (self->button), running ? _ ("Stop Measuring") : _ ("Measure"));
  gtk_widget_set_sensitive (self->button, can || (running && !now->stopping));
  gtk_widget_set_tooltip_text (
      self->button, can || running
                        ? _ ("Send probes through the cable, both ways, and hold what becomes of them "
                             "against what is set")
                        : _ ("Measured is a cable with both its ends plugged in a lab that runs"));
  gtk_widget_set_visible (self->progress, running);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), running ? now->share : 0);
  GVariant *result = now != NULL ? now->result : NULL;
  const char *problem = now != NULL ? now->problem : NULL;
  show_result (self, result, result != NULL && vbet_measurements_is_old (self->measurements, self->cable));
  if (problem != NULL)
    show_problem (self, problem);
  gtk_widget_set_visible (self->verdict, result != NULL || problem != NULL);
  gtk_widget_set_visible (self->grid, result != NULL);
  gtk_widget_set_visible (self->load, result != NULL);
}

/* --- life ---------------------------------------------------------------------------------- */

static void
on_clicked (VbetMeasured *self)
{
  const VbetMeasurement *now = vbet_measurements_get (self->measurements, self->cable);
  if (now != NULL && now->running)
    vbet_measurements_stop (self->measurements, self->cable);
  else
    vbet_measurements_begin (self->measurements, self->cable);
}

static void
on_changed (VbetMeasurements *measurements, const char *cable, VbetMeasured *self)
{
  if (strcmp (cable, self->cable) == 0)
    vbet_measured_update (self);
}

static GtkWidget *
wrapped_label (const char *class_name)
{
  GtkWidget *label = gtk_label_new ("");
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 20);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), class_name);
  return label;
}

GtkWidget *
vbet_measured_new (VbetMeasurements *measurements, const char *cable)
{
  VbetMeasured *self
      = g_object_new (VBET_TYPE_MEASURED, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 6, NULL);
  self->measurements = g_object_ref (measurements);
  self->cable = g_strdup (cable);
  self->button = gtk_button_new_with_label ("");
  self->progress = gtk_progress_bar_new ();
  self->verdict = wrapped_label ("vbet-verdict");
  self->grid = gtk_grid_new ();
  self->load = wrapped_label ("vbet-column");
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 8);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 3);
  atk_object_set_name (gtk_widget_get_accessible (self->progress), _ ("How far the measurement is"));
  atk_object_set_name (gtk_widget_get_accessible (self->grid), _ ("Set against measured"));
  GtkWidget *const parts[] = { self->button, self->progress, self->verdict, self->grid, self->load };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    gtk_widget_set_no_show_all (parts[i], i > 0);
    gtk_box_pack_start (GTK_BOX (self), parts[i], FALSE, FALSE, 0);
  }
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (on_clicked), self);
  g_signal_connect_object (measurements, "changed", G_CALLBACK (on_changed), self, 0);
  vbet_measured_update (self);
  return GTK_WIDGET (self);
}

static void
vbet_measured_finalize (GObject *object)
{
  VbetMeasured *self = VBET_MEASURED (object);
  g_clear_object (&self->measurements);
  g_free (self->cable);
  G_OBJECT_CLASS (vbet_measured_parent_class)->finalize (object);
}

static void
vbet_measured_class_init (VbetMeasuredClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_measured_finalize;
}

static void
vbet_measured_init (VbetMeasured *self)
{
}
