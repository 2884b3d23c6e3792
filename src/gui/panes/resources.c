/* resources.c - see resources.h. */
#include "config.h"

#include "gui/panes/resources.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "gui/model/rates.h"
#include "gui/poller.h"
#include "gui/reply.h"

#define INTERVAL_MS 1000
#define HISTORY 60 /* samples of the processor's share */

struct _VbetResources {
  GtkBox parent_instance;
  char *device; /* (nullable) */
  GtkWidget *grid;
  GtkWidget *graph;
  GtkWidget *share; /* label beside it */
  GtkWidget *note;  /* label: why something is missing */
  VbetPoller *poller;
  double time; /* of the sample before; negative: there was none */
  double cpu;
  double history[HISTORY];
  guint n_history;
};

G_DEFINE_FINAL_TYPE (VbetResources, vbet_resources, GTK_TYPE_BOX)

/* --- words -------------------------------------------------------------------------------- */

static char *
bytes_text (double bytes)
{
  if (bytes < 0)
    return g_strdup ("–");
  if (bytes < 10 * 1024)
    return g_strdup_printf (_ ("%.0f B"), bytes);
  if (bytes < 10 * 1024 * 1024)
    return g_strdup_printf (_ ("%.0f KiB"), bytes / 1024);
  if (bytes < 10240.0 * 1024 * 1024)
    return g_strdup_printf (_ ("%.0f MiB"), bytes / (1024 * 1024));
  return g_strdup_printf (_ ("%.1f GiB"), bytes / (1024.0 * 1024 * 1024));
}

static char *
clock_text (double seconds)
{
  g_autoptr (GDateTime) time
      = seconds > 0 && seconds < 1e11 ? g_date_time_new_from_unix_local ((gint64)seconds) : NULL;
  return time != NULL ? g_date_time_format (time, "%H:%M:%S") : g_strdup ("–");
}

/* --- the table ------------------------------------------------------------------------------- */

static GtkWidget *
cell (const char *text, gboolean number, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), number ? 1 : 0);
  gtk_widget_set_hexpand (label, number);
  gtk_label_set_line_wrap (GTK_LABEL (label), !number);
  if (class_name != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class_name);
  if (!number)
    gtk_widget_set_tooltip_text (label, text);
  return label;
}

static void
add_head (VbetResources *self, int *row, const char *text)
{
  GtkWidget *label = cell (text, FALSE, "vbet-heading");
  gtk_grid_attach (GTK_GRID (self->grid), label, 0, *row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), cell (_ ("host"), TRUE, "vbet-column"), 1, *row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), cell (_ ("guest"), TRUE, "vbet-column"), 2, (*row)++, 1, 1);
}

/* @host, @guest: (transfer full) (nullable). */
static void
add_row (VbetResources *self, int *row, const char *what, char *host, char *guest)
{
  gtk_grid_attach (GTK_GRID (self->grid), cell (what, FALSE, "dim-label"), 0, *row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), cell (host != NULL ? host : "", TRUE, "vbet-number"), 1, *row, 1,
                   1);
  gtk_grid_attach (GTK_GRID (self->grid), cell (guest != NULL ? guest : "", TRUE, "vbet-number"), 2, (*row)++,
                   1, 1);
  g_free (host);
  g_free (guest);
}

static char *
count_text (GVariant *side, const char *key)
{
  return side != NULL ? g_strdup_printf ("%.0f", vbet_reply_number (side, key, 0)) : g_strdup ("–");
}

static char *
volume_text (GVariant *side, const char *key)
{
  return bytes_text (side != NULL ? vbet_reply_number (side, key, -1) : -1);
}

static void
add_memory (VbetResources *self, int *row, GVariant *host, GVariant *guest)
{
  add_head (self, row, _ ("Memory"));
  add_row (self, row, _ ("size"), bytes_text (vbet_reply_number (host, "memory_file", -1)),
           bytes_text (vbet_reply_number (guest, "memory_total", -1)));
  add_row (self, row, _ ("resident"), bytes_text (vbet_reply_number (host, "memory_resident", -1)), NULL);
  add_row (self, row, _ ("free"), NULL, bytes_text (vbet_reply_number (guest, "memory_free", -1)));
  add_row (self, row, _ ("processes"), bytes_text (vbet_reply_number (host, "memory", -1)), NULL);
}

static void
add_network (VbetResources *self, int *row, GVariant *reply)
{
  g_autoptr (GPtrArray) nics = vbet_reply_list (reply, "nics");
  for (guint i = 0; i < MIN (nics->len, 16); i++) {
    GVariant *nic = g_ptr_array_index (nics, i);
    g_autoptr (GVariant) host = vbet_reply_member (nic, "host");
    g_autoptr (GVariant) guest = vbet_reply_member (nic, "guest");
    const char *name = vbet_reply_text (nic, "name");
    add_head (self, row, name != NULL ? name : "");
    add_row (self, row, _ ("frames in"), count_text (host, "rx_frames"), count_text (guest, "rx_frames"));
    add_row (self, row, _ ("bytes in"), volume_text (host, "rx_bytes"), volume_text (guest, "rx_bytes"));
    add_row (self, row, _ ("frames out"), count_text (host, "tx_frames"), count_text (guest, "tx_frames"));
    add_row (self, row, _ ("bytes out"), volume_text (host, "tx_bytes"), volume_text (guest, "tx_bytes"));
    add_row (self, row, _ ("dropped"), count_text (host, "dropped"), count_text (guest, "dropped"));
  }
}

static void
add_disk (VbetResources *self, int *row, GVariant *host, GVariant *guest)
{
  g_autoptr (GVariant) image = vbet_reply_member (host, "image");
  g_autoptr (GVariant) disk = vbet_reply_member (host, "disk");
  const char *path = vbet_reply_text (image, "path");
  add_head (self, row, _ ("Disk"));
  add_row (self, row, _ ("image"), bytes_text (vbet_reply_number (image, "size", -1)), NULL);
  add_row (self, row, _ ("changed"), bytes_text (vbet_reply_number (disk, "allocated", -1)), NULL);
  add_row (self, row, _ ("size"), NULL, bytes_text (vbet_reply_number (guest, "disk_size", -1)));
  add_row (self, row, _ ("used"), NULL, bytes_text (vbet_reply_number (guest, "disk_used", -1)));
  gtk_widget_set_tooltip_text (self->grid, path);
}

static void
add_timer (VbetResources *self, int *row, GVariant *host, GVariant *guest)
{
  double offset = vbet_reply_number (guest, "clock_offset", NAN);
  add_head (self, row, _ ("Timer"));
  add_row (self, row, _ ("clock"), clock_text (vbet_reply_number (host, "clock", -1)),
           clock_text (vbet_reply_number (guest, "clock", -1)));
  add_row (self, row, _ ("ahead by"), NULL,
           isnan (offset) ? g_strdup ("–") : g_strdup_printf (_ ("%+.2f s"), offset));
  add_row (self, row, _ ("uptime"), g_strdup_printf (_ ("%.1f s"), vbet_reply_number (host, "uptime", 0)),
           g_strdup_printf (_ ("%.1f s"), vbet_reply_number (guest, "uptime", 0)));
}

static void
add_processor (VbetResources *self, int *row, GVariant *host, GVariant *guest)
{
  const char *mode = vbet_reply_text (host, "mode");
  double processor = vbet_reply_number (host, "processor", -1), load = vbet_reply_number (guest, "load", -1);
  add_head (self, row, _ ("CPU"));
  add_row (self, row, _ ("time"), g_strdup_printf (_ ("%.1f s"), vbet_reply_number (host, "cpu", 0)), NULL);
  add_row (self, row, _ ("load"), NULL, load >= 0 ? g_strdup_printf ("%.2f", load) : NULL);
  add_row (self, row, _ ("processes"), g_strdup_printf ("%.0f", vbet_reply_number (host, "processes", 0)),
           NULL);
  add_row (self, row, _ ("calls by"), g_strdup (mode != NULL ? mode : "–"), NULL);
  if (processor >= 0)
    add_row (self, row, _ ("processor"), g_strdup_printf ("%.0f", processor), NULL);
}

static void
destroy (GtkWidget *widget, gpointer data)
{
  gtk_widget_destroy (widget);
}

static void
take_share (VbetResources *self, double time, double cpu)
{
  double share = vbet_rates_share (self->time, self->cpu, time, cpu);
  self->time = time;
  self->cpu = cpu;
  if (share < 0)
    return;
  if (self->n_history == HISTORY)
    memmove (self->history, self->history + 1, (HISTORY - 1) * sizeof (double));
  else
    self->n_history++;
  self->history[self->n_history - 1] = share;
  g_autofree char *text = g_strdup_printf (_ ("CPU %.0f %%"), share * 100);
  gtk_label_set_text (GTK_LABEL (self->share), text);
  gtk_widget_queue_draw (self->graph);
}

static void
show (VbetResources *self, GVariant *reply)
{
  g_autoptr (GVariant) host = vbet_reply_member (reply, "host");
  g_autoptr (GVariant) guest = vbet_reply_member (reply, "guest");
  const char *error = vbet_reply_text (reply, "guest_error");
  int row = 0;
  if (host == NULL)
    return;
  gtk_container_foreach (GTK_CONTAINER (self->grid), destroy, NULL);
  take_share (self, vbet_reply_number (reply, "time", 0), vbet_reply_number (host, "cpu", 0));
  add_memory (self, &row, host, guest);
  add_network (self, &row, reply);
  add_disk (self, &row, host, guest);
  add_timer (self, &row, host, guest);
  add_processor (self, &row, host, guest);
  gtk_widget_show_all (self->grid);
  gtk_label_set_text (GTK_LABEL (self->note), error != NULL ? error : "");
  gtk_widget_set_visible (self->note, error != NULL);
}

/* --- the graph --------------------------------------------------------------------------------- */

static gboolean
on_draw (GtkWidget *widget, cairo_t *cr, VbetResources *self)
{
  double width = gtk_widget_get_allocated_width (widget), height = gtk_widget_get_allocated_height (widget);
  double most = 1;
  GdkRGBA ink;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), gtk_widget_get_state_flags (widget),
                               &ink);
  for (guint i = 0; i < self->n_history; i++)
    most = MAX (most, self->history[i]);
  gtk_render_background (gtk_widget_get_style_context (widget), cr, 0, 0, width, height);
  if (self->n_history == 0)
    return FALSE;
  double step = width / (HISTORY - 1), first = width - step * (self->n_history - 1);
  cairo_move_to (cr, first, height);
  for (guint i = 0; i < self->n_history; i++)
    cairo_line_to (cr, first + step * i, height - 1 - (height - 3) * self->history[i] / most);
  cairo_line_to (cr, width, height);
  cairo_close_path (cr);
  cairo_set_source_rgba (cr, 0.21, 0.52, 0.89, 0.35);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 0.21, 0.52, 0.89, 0.9);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  return FALSE;
}

/* --- asking ------------------------------------------------------------------------------------- */

static gboolean
is_shown (gpointer data)
{
  VbetResources *self = data;
  return self->device != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));
}

static GVariant *
make_question (gpointer data)
{
  const VbetResources *self = data;
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", self->device);
  return g_variant_dict_end (&params);
}

static guint
on_answer (gpointer data, GVariant *reply, const GError *error, gint64 took)
{
  VbetResources *self = data;
  (void)took;
  gboolean mine = reply != NULL && g_strcmp0 (vbet_reply_text (reply, "device"), self->device) == 0;
  if (mine) {
    show (self, reply);
  } else if (reply == NULL && self->device != NULL) {
    gtk_label_set_text (GTK_LABEL (self->note), error->message);
    gtk_widget_set_visible (self->note, TRUE);
  }
  return mine || reply == NULL ? INTERVAL_MS : 0;
}

void
vbet_resources_set_device (VbetResources *self, const char *device)
{
  g_return_if_fail (VBET_IS_RESOURCES (self));
  if (g_strcmp0 (device, self->device) != 0) {
    g_free (self->device);
    self->device = g_strdup (device);
    self->time = -1;
    self->n_history = 0;
    gtk_label_set_text (GTK_LABEL (self->share), "");
    gtk_container_foreach (GTK_CONTAINER (self->grid), destroy, NULL);
    gtk_widget_hide (self->note);
    gtk_widget_queue_draw (self->graph);
  }
  vbet_poller_ask (self->poller);
}

/* --- life ------------------------------------------------------------------------------------------ */

static void
on_map (VbetResources *self)
{
  vbet_poller_ask (self->poller);
}

GtkWidget *
vbet_resources_new (VbetRunner *runner)
{
  static const VbetPollerCalls calls = { "device.resources", is_shown, make_question, on_answer };
  VbetResources *self
      = g_object_new (VBET_TYPE_RESOURCES, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 6, NULL);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->poller = vbet_poller_new (&calls, runner, self);
  self->graph = gtk_drawing_area_new ();
  self->share = gtk_label_new ("");
  self->grid = gtk_grid_new ();
  self->note = gtk_label_new ("");
  gtk_widget_set_size_request (self->graph, 120, 36);
  gtk_widget_set_tooltip_text (self->graph, _ ("Share of a processor over the last minute"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->graph), "vbet-graph");
  atk_object_set_name (gtk_widget_get_accessible (self->graph), _ ("CPU over the last minute"));
  gtk_label_set_width_chars (GTK_LABEL (self->share), 10);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 8);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 3);
  gtk_label_set_line_wrap (GTK_LABEL (self->note), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->note), 20);
  gtk_label_set_xalign (GTK_LABEL (self->note), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->note), "vbet-warning");
  gtk_box_pack_start (GTK_BOX (top), self->graph, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (top), self->share, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), top, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->note, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->grid, FALSE, FALSE, 0);
  g_signal_connect (self->graph, "draw", G_CALLBACK (on_draw), self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (self->note);
  gtk_widget_set_no_show_all (self->note, TRUE);
  return GTK_WIDGET (self);
}

static void
vbet_resources_dispose (GObject *object)
{
  VbetResources *self = VBET_RESOURCES (object);
  g_clear_pointer (&self->poller, vbet_poller_free);
  g_clear_pointer (&self->device, g_free);
  self->grid = NULL;
  G_OBJECT_CLASS (vbet_resources_parent_class)->dispose (object);
}

static void
vbet_resources_class_init (VbetResourcesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_resources_dispose;
}

static void
vbet_resources_init (VbetResources *self)
{
  self->time = -1;
}
