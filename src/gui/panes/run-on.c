/* run-on.c - see run-on.h.
 *
 * Each device runs the command under a stream of its own (vbetd(8),
 * device.exec), so that output shows as it comes and can be stopped. The whole
 * result is written anew at each change: a part for each device, in order.
 */
#include "config.h"

#include "gui/panes/run-on.h"

#include <glib/gi18n.h>

#include "gui/reply.h"

#define TIMEOUT_S 60
#define OUTPUT_MAX (256 * 1024) /* bytes kept of each device */
#define REFRESH_MS 100

typedef struct {
  VbetRunOn *owner; /* not owned; NULL once the window is gone */
  char *device;
  char *stream;
  GString *output;
  gboolean running;
  gboolean cut;
  int status;
  char *error; /* (nullable) */
} Part;

struct _VbetRunOn {
  GtkWindow parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */
  VbetClient *client;   /* owned (nullable): that runs the parts */
  GPtrArray *parts;     /* of Part */
  GtkWidget *entry;
  GtkWidget *run;
  GtkWidget *stop;
  GtkWidget *devices;
  GtkWidget *summary;
  GtkTextBuffer *text;
  guint refresh_source;
  guint round;
};

G_DEFINE_FINAL_TYPE (VbetRunOn, vbet_run_on, GTK_TYPE_WINDOW)

static void
part_clear (gpointer data)
{
  Part *part = data;
  g_free (part->device);
  g_free (part->stream);
  g_string_free (part->output, TRUE);
  g_free (part->error);
}

static void
part_release (gpointer part)
{
  g_rc_box_release_full (part, part_clear);
}

/* --- the results -------------------------------------------------------------------------------- */

static void
write_part (VbetRunOn *self, const Part *part)
{
  GtkTextIter end;
  g_autofree char *head = NULL;
  const char *tag = "running";
  if (part->running)
    head = g_strdup_printf (_ ("%s: running …"), part->device);
  else if (part->error != NULL)
    head = g_strdup_printf (_ ("%s: not run: %s"), part->device, part->error);
  else
    head = g_strdup_printf (_ ("%s: exit code %d"), part->device, part->status);
  if (!part->running)
    tag = part->error == NULL && part->status == 0 ? "good" : "bad";
  gtk_text_buffer_get_end_iter (self->text, &end);
  gtk_text_buffer_insert_with_tags_by_name (self->text, &end, head, -1, "head", tag, NULL);
  gtk_text_buffer_insert (self->text, &end, "\n", 1);
  g_autofree char *valid = g_utf8_make_valid (part->output->str, (gssize)part->output->len);
  gtk_text_buffer_insert (self->text, &end, valid, -1);
  if (*valid != '\0' && !g_str_has_suffix (valid, "\n"))
    gtk_text_buffer_insert (self->text, &end, "\n", 1);
  if (part->cut)
    gtk_text_buffer_insert_with_tags_by_name (self->text, &end, _ ("[the rest is left out]\n"), -1, "running",
                                              NULL);
  gtk_text_buffer_insert (self->text, &end, "\n", 1);
}

static gboolean
refresh (gpointer data)
{
  VbetRunOn *self = data;
  guint running = 0, bad = 0;
  g_autofree char *text = NULL;
  self->refresh_source = 0;
  gtk_text_buffer_set_text (self->text, "", 0);
  for (guint i = 0; i < self->parts->len; i++) {
    const Part *part = g_ptr_array_index (self->parts, i);
    running += part->running ? 1 : 0;
    bad += !part->running && (part->error != NULL || part->status != 0) ? 1 : 0;
    write_part (self, part);
  }
  if (running > 0)
    text = g_strdup_printf (ngettext ("running on %u device", "running on %u devices", running), running);
  else if (bad > 0)
    text = g_strdup_printf (ngettext ("%u device failed", "%u devices failed", bad), bad);
  else if (self->parts->len > 0)
    text = g_strdup (_ ("all done, exit code 0"));
  gtk_label_set_text (GTK_LABEL (self->summary), text != NULL ? text : "");
  gtk_widget_set_sensitive (self->stop, running > 0);
  gtk_widget_set_sensitive (self->run, running == 0);
  return G_SOURCE_REMOVE;
}

static void
refresh_soon (VbetRunOn *self)
{
  if (self->refresh_source == 0)
    self->refresh_source = g_timeout_add (REFRESH_MS, refresh, self);
}

/* --- running ------------------------------------------------------------------------------------------ */

static void
on_notification (VbetClient *client, const char *method, GVariant *params, VbetRunOn *self)
{
  const char *stream = vbet_reply_text (params, "stream");
  const char *data = vbet_reply_text (params, "data");
  if (!g_str_equal (method, "exec.output") || stream == NULL || data == NULL)
    return;
  for (guint i = 0; i < self->parts->len; i++) {
    Part *part = g_ptr_array_index (self->parts, i);
    if (!g_str_equal (part->stream, stream))
      continue;
    gsize size = 0;
    g_autofree guchar *bytes = g_base64_decode (data, &size);
    gsize room = OUTPUT_MAX - part->output->len;
    part->cut = part->cut || size > room;
    g_string_append_len (part->output, (const char *)bytes, (gssize)MIN (size, room));
    refresh_soon (self);
    return;
  }
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Part *part = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  part->running = FALSE;
  part->status = (int)vbet_reply_number (reply, "status", -1);
  if (reply == NULL)
    part->error = g_strdup (error->message);
  if (part->owner != NULL)
    refresh_soon (part->owner);
  part_release (part);
}

static void
begin (VbetRunOn *self, const char *device, const char *command)
{
  Part *part = g_rc_box_new0 (Part);
  GVariantDict params;
  part->owner = self;
  part->device = g_strdup (device);
  part->stream = g_strdup_printf ("window-%p-%u-%s", (void *)self, self->round, device);
  part->output = g_string_new (NULL);
  part->running = TRUE;
  g_ptr_array_add (self->parts, part);
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", device);
  g_variant_dict_insert (&params, "command", "s", command);
  g_variant_dict_insert (&params, "stream", "s", part->stream);
  g_variant_dict_insert (&params, "timeout", "x", (gint64)TIMEOUT_S);
  vbet_client_call_async (self->client, "device.exec", g_variant_dict_end (&params), NULL, on_done,
                          g_rc_box_acquire (part));
}

static void
forget (VbetRunOn *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    ((Part *)g_ptr_array_index (self->parts, i))->owner = NULL;
  g_ptr_array_set_size (self->parts, 0);
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
}

static void
on_run (VbetRunOn *self)
{
  const char *command = gtk_entry_get_text (GTK_ENTRY (self->entry));
  VbetClient *client = vbet_runner_get_client (self->runner);
  g_autoptr (GList) checks = gtk_container_get_children (GTK_CONTAINER (self->devices));
  if (!gtk_widget_get_sensitive (self->run))
    return;
  if (*command == '\0' || client == NULL) {
    gtk_label_set_text (GTK_LABEL (self->summary),
                        client == NULL ? _ ("The lab is not running.") : _ ("Type a command first."));
    return;
  }
  forget (self);
  self->client = g_object_ref (client);
  self->round++;
  g_signal_connect (client, "notification", G_CALLBACK (on_notification), self);
  for (GList *link = checks; link != NULL; link = link->next) {
    GtkWidget *check = gtk_bin_get_child (GTK_BIN (link->data));
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (check)))
      begin (self, gtk_button_get_label (GTK_BUTTON (check)), command);
  }
  refresh (self);
  if (self->parts->len == 0)
    gtk_label_set_text (GTK_LABEL (self->summary), _ ("Choose at least one device."));
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

static void
on_stop (VbetRunOn *self)
{
  for (guint i = 0; i < self->parts->len && self->client != NULL; i++) {
    const Part *part = g_ptr_array_index (self->parts, i);
    GVariantDict params;
    if (!part->running)
      continue;
    g_variant_dict_init (&params, NULL);
    g_variant_dict_insert (&params, "stream", "s", part->stream);
    vbet_client_call_async (self->client, "device.exec-cancel", g_variant_dict_end (&params), NULL, NULL,
                            NULL);
  }
}

static void
on_copy (VbetRunOn *self)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->text, &start, &end);
  g_autofree char *text = gtk_text_buffer_get_text (self->text, &start, &end, FALSE);
  gtk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD), text, -1);
}

/* --- the window
 * --------------------------------------------------------------------------------------------- */

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, gpointer data)
{
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  gtk_window_close (GTK_WINDOW (widget));
  return GDK_EVENT_STOP;
}

static void
list_devices (VbetRunOn *self, const char *const *chosen)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  gboolean all = chosen == NULL || chosen[0] == NULL;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if ((device->kind & VBET_KIND_GUEST) == 0)
      continue;
    gboolean ready = vbet_session_get_state (self->session, device->name) == VBET_STATE_READY;
    GtkWidget *check = gtk_check_button_new_with_label (device->name);
    g_autofree char *name = g_strdup_printf (_ ("Run on %s"), device->name);
    atk_object_set_name (gtk_widget_get_accessible (check), name);
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check),
                                  all ? ready : g_strv_contains (chosen, device->name));
    gtk_container_add (GTK_CONTAINER (self->devices), check);
  }
  gtk_widget_show_all (self->devices);
}

static GtkWidget *
make_results (VbetRunOn *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gtk_text_view_new ();
  self->text = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 8);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_buffer_create_tag (self->text, "head", "weight", PANGO_WEIGHT_BOLD, NULL);
  gtk_text_buffer_create_tag (self->text, "good", "foreground", "#26a269", NULL);
  gtk_text_buffer_create_tag (self->text, "bad", "foreground", "#e01b24", NULL);
  gtk_text_buffer_create_tag (self->text, "running", "style", PANGO_STYLE_ITALIC, NULL);
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("Results"));
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (scrolled), view);
  return scrolled;
}

static GtkWidget *
make_devices (VbetRunOn *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  self->devices = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->devices), GTK_SELECTION_NONE);
  gtk_widget_set_valign (self->devices, GTK_ALIGN_START);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->devices), 8);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 120);
  gtk_container_add (GTK_CONTAINER (scrolled), self->devices);
  return scrolled;
}

static void
vbet_run_on_init (VbetRunOn *self)
{
  GtkWidget *bar = gtk_header_bar_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *copy = gtk_button_new_with_mnemonic (_ ("_Copy Results"));
  self->parts = g_ptr_array_new_with_free_func (part_release);
  self->entry = gtk_entry_new ();
  self->run = gtk_button_new_with_mnemonic (_ ("_Run"));
  self->stop = gtk_button_new_with_mnemonic (_ ("_Stop"));
  self->summary = gtk_label_new ("");
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("A command for the shell, such as: ip route"));
  atk_object_set_name (gtk_widget_get_accessible (self->entry), _ ("Command"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->run), "suggested-action");
  gtk_label_set_xalign (GTK_LABEL (self->summary), 0);
  gtk_widget_set_sensitive (self->stop, FALSE);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (on_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->run, "clicked", G_CALLBACK (on_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->stop, "clicked", G_CALLBACK (on_stop), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (copy, "clicked", G_CALLBACK (on_copy), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "key-press-event", G_CALLBACK (on_key), NULL);
  gtk_box_pack_start (GTK_BOX (row), self->entry, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->run, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->stop, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_devices (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_results (self), TRUE, TRUE, 0);
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_pack_start (GTK_BOX (row), self->summary, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (row), copy, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  g_object_set (box, "margin", 10, NULL);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (self), box);
  gtk_header_bar_set_show_close_button (GTK_HEADER_BAR (bar), TRUE);
  gtk_header_bar_set_title (GTK_HEADER_BAR (bar), _ ("Run a Command on Devices"));
  gtk_widget_show_all (bar);
  gtk_window_set_titlebar (GTK_WINDOW (self), bar);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Run a Command on Devices"));
  gtk_window_set_default_size (GTK_WINDOW (self), 680, 480);
}

GtkWidget *
vbet_run_on_new (VbetSession *session, VbetRunner *runner, const char *const *chosen)
{
  VbetRunOn *self = g_object_new (VBET_TYPE_RUN_ON, "type", GTK_WINDOW_TOPLEVEL, NULL);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  list_devices (self, chosen);
  gtk_widget_grab_focus (self->entry);
  return GTK_WIDGET (self);
}

static void
vbet_run_on_destroy (GtkWidget *widget)
{
  VbetRunOn *self = VBET_RUN_ON (widget);
  g_clear_handle_id (&self->refresh_source, g_source_remove);
  on_stop (self); /* nobody would see the rest */
  forget (self);
  GTK_WIDGET_CLASS (vbet_run_on_parent_class)->destroy (widget);
}

static void
vbet_run_on_finalize (GObject *object)
{
  VbetRunOn *self = VBET_RUN_ON (object);
  g_ptr_array_unref (self->parts);
  g_clear_object (&self->session);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (vbet_run_on_parent_class)->finalize (object);
}

static void
vbet_run_on_class_init (VbetRunOnClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_run_on_finalize;
  GTK_WIDGET_CLASS (klass)->destroy = vbet_run_on_destroy;
}
