/* capture.c - captures of cables from the window: the list of packets, Wireshark, a file. */
#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/capture-link.h"
#include "gui/window/private.h"

#define NICS_MAX 48 /* of a device, in its menu */

/* Of a window: the captures that go to Wireshark or to a file. */
struct VbetWindowCaptures {
  GPtrArray *links; /* of VbetCaptureLink, owned */
  GPtrArray *saved; /* likewise, those of them that go to a file */
};

void
_vbet_window_free_captures (VbetWindow *self)
{
  VbetWindowCaptures *captures = g_steal_pointer (&self->captures);
  if (captures == NULL)
    return;
  for (guint i = 0; i < captures->links->len; i++) {
    VbetCaptureLink *link = g_ptr_array_index (captures->links, i);
    vbet_capture_link_stop (link);
  }
  g_ptr_array_unref (captures->saved);
  g_ptr_array_unref (captures->links);
  g_free (captures);
}

static void
show_failure (VbetWindow *self, const char *message)
{
  vbet_notices_show (self->notices, "capture", GTK_MESSAGE_WARNING, message, NULL);
}

static void
on_pane_failed (GtkWidget *pane, const char *message, VbetWindow *self)
{
  show_failure (self, message);
}

static void
on_ended (VbetCaptureLink *link, const char *why, VbetWindow *self)
{
  VbetWindowCaptures *captures = self->captures;
  if (captures == NULL)
    return;
  if (why != NULL)
    show_failure (self, why);
  g_ptr_array_remove (captures->saved, link);
  if (captures->saved->len == 0)
    vbet_notices_hide (self->notices, "capture-file");
  g_ptr_array_remove (captures->links, link);
}

/* Returns: (nullable) (transfer none): the NIC that is called @end: "r1:eth0". */
static const VbetNic *
nic_called (VbetWindow *self, const char *end)
{
  const char *colon = strrchr (end, ':');
  g_autofree char *name = colon != NULL ? g_strndup (end, (gsize)(colon - end)) : NULL;
  const VbetDevice *device
      = name != NULL ? vbet_topology_device (vbet_session_get_topology (self->session), name) : NULL;
  guint64 number = 0;
  if (device == NULL || !g_str_has_prefix (colon + 1, "eth")
      || !g_ascii_string_to_unsigned (colon + 4, 10, 0, G_MAXUINT16, &number, NULL))
    return NULL;
  return vbet_device_nic (device, (guint)number + 1);
}

/* Returns: (nullable) (transfer full): the cable at @end; NULL after having said why there is none. */
static char *
cable_to_capture (VbetWindow *self, const char *end)
{
  const VbetNic *nic = nic_called (self, end);
  if (vbet_runner_get_client (self->runner) == NULL)
    show_failure (self, _ ("The lab does not run: run it, then capture"));
  else if (nic != NULL && nic->cable != NULL)
    return g_strdup (nic->cable);
  return NULL;
}

/* --- the lens on a cable ------------------------------------------------------------------- */

typedef struct {
  VbetSession *session; /* owned; NULL: it is no longer shown */
  char *cable;
  guint end;
} Mark;

static void
unmark (Mark *self)
{
  if (self->session != NULL)
    vbet_session_add_captured (self->session, self->cable, self->end, FALSE);
  g_clear_object (&self->session);
}

/* GClosureNotify: the capture is gone. */
static void
mark_free (gpointer data, GClosure *closure)
{
  Mark *self = data;
  (void)closure;
  unmark (self);
  g_free (self->cable);
  g_free (self);
}

static void
on_unmark (VbetCaptureLink *link, const char *why, Mark *self)
{
  (void)link;
  (void)why;
  unmark (self);
}

/* The end of the cable shows that it is captured until @link has ended. */
static void
mark (VbetWindow *self, VbetCaptureLink *link, const char *cable, const char *end)
{
  const VbetNic *nic = nic_called (self, end);
  Mark *made = g_new0 (Mark, 1);
  made->session = g_object_ref (self->session);
  made->cable = g_strdup (cable);
  made->end = nic != NULL && nic->cable_end == 1 ? 1 : 0;
  vbet_session_add_captured (self->session, cable, made->end, TRUE);
  g_signal_connect_data (link, "ended", G_CALLBACK (on_unmark), made, mark_free, 0);
}

static void
begin (VbetWindow *self, const char *cable, const char *end, GOutputStream *sink, gboolean saved)
{
  VbetWindowCaptures *captures = self->captures;
  VbetCaptureLink *link = vbet_capture_link_new (vbet_runner_get_client (self->runner), cable, end, 0, sink);
  g_ptr_array_add (captures->links, link);
  if (saved)
    g_ptr_array_add (captures->saved, link);
  mark (self, link, cable, end);
  g_signal_connect_object (link, "ended", G_CALLBACK (on_ended), self, 0);
}

/* What is to be saved, while its file is chosen and opened. */
typedef struct {
  VbetWindow *window; /* owned */
  char *cable;
  char *end;
} Saving;

static Saving *
saving_new (VbetWindow *window, const char *cable, const char *end)
{
  Saving *self = g_new0 (Saving, 1);
  self->window = g_object_ref (window);
  self->cable = g_strdup (cable);
  self->end = g_strdup (end);
  return self;
}

static void
saving_free (Saving *self)
{
  g_object_unref (self->window);
  g_free (self->cable);
  g_free (self->end);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Saving, saving_free)

/* GClosureNotify: the dialog is gone. */
static void
on_dialog_gone (gpointer data, GClosure *closure)
{
  (void)closure;
  saving_free (data);
}

/* --- actions ------------------------------------------------------------------------------ */

static void
on_list (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  const char *end = g_variant_get_string (parameter, NULL);
  g_autofree char *cable = cable_to_capture (self, end);
  if (cable == NULL)
    return;
  mark (self, vbet_packets_pane_capture (self->packets, vbet_runner_get_client (self->runner), cable, end),
        cable, end);
  gtk_notebook_set_current_page (self->bottom,
                                 gtk_notebook_page_num (self->bottom, GTK_WIDGET (self->packets)));
}

static void
on_wireshark (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *cable = cable_to_capture (self, g_variant_get_string (parameter, NULL));
  g_autofree char *found = g_find_program_in_path ("wireshark");
  if (cable == NULL)
    return;
  if (found == NULL) {
    show_failure (
        self, _ ("Wireshark is not installed on this computer: install the package “wireshark”, or save the "
                 "packets to a file and open that elsewhere."));
    return;
  }
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "wireshark", "-k", "-i", "-", NULL);
  if (process == NULL) {
    show_failure (self, error->message);
    return;
  }
  begin (self, cable, g_variant_get_string (parameter, NULL), g_subprocess_get_stdin_pipe (process), FALSE);
}

static void
on_file_open (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Saving) saving = data;
  VbetWindow *self = saving->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileOutputStream) stream = g_file_replace_finish (G_FILE (source), result, &error);
  static const VbetNoticeButton stop[] = { { N_ ("Stop"), "win.capture-stop" }, { NULL, NULL } };
  if (stream == NULL) {
    show_failure (self, error->message);
    return;
  }
  if (self->captures == NULL || vbet_runner_get_client (self->runner) == NULL)
    return;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *text = g_strdup_printf (_ ("The packets of %s go to %s."), saving->cable, name);
  begin (self, saving->cable, saving->end, G_OUTPUT_STREAM (stream), TRUE);
  vbet_notices_show (self->notices, "capture-file", GTK_MESSAGE_INFO, text, stop);
}

static void
on_file_chosen (GtkWidget *dialog, int response, Saving *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    g_file_replace_async (file, NULL, FALSE, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT, NULL, on_file_open,
                          saving_new (self->window, self->cable, self->end));
  gtk_widget_destroy (dialog);
}

static void
on_save (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  const char *end = g_variant_get_string (parameter, NULL);
  g_autofree char *cable = cable_to_capture (self, end);
  if (cable == NULL)
    return;
  g_autofree char *title = g_strdup_printf (_ ("Save the packets of %s at %s"), cable, end);
  g_autofree char *name = g_strdup_printf ("%s.pcapng", cable);
  GtkWidget *dialog
      = gtk_file_chooser_dialog_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Cancel"),
                                     GTK_RESPONSE_CANCEL, _ ("_Save"), GTK_RESPONSE_ACCEPT, NULL);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  const char *path = vbet_session_get_path (self->session);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : g_strdup (g_get_home_dir ());
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_file_chosen), saving_new (self, cable, end),
                         on_dialog_gone, 0);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Ends those that go to a file; Wireshark's end with it. */
static void
on_stop (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const VbetWindowCaptures *captures = VBET_WINDOW (data)->captures;
  for (guint i = 0; i < captures->saved->len; i++) {
    VbetCaptureLink *link = g_ptr_array_index (captures->saved, i);
    vbet_capture_link_stop (link);
  }
}

/* --- the menu -------------------------------------------------------------------------------- */

static void
append (GMenu *menu, const char *label, const char *action, const char *end)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);
  g_menu_item_set_action_and_target_value (item, action, g_variant_new_string (end));
  g_menu_append_item (menu, item);
}

/* Ways to capture at one end, as a submenu of @menu. */
static void
append_end (GMenu *menu, const char *label, const char *device, guint nic)
{
  g_autofree char *end = g_strdup_printf ("%s:eth%u", device, nic - 1);
  g_autoptr (GMenu) ways = g_menu_new ();
  append (ways, _ ("_List Packets"), "win.capture-list", end);
  append (ways, _ ("Open in _Wireshark"), "win.capture-wireshark", end);
  append (ways, _ ("_Save to File…"), "win.capture-save", end);
  g_menu_append_submenu (menu, label, G_MENU_MODEL (ways));
}

/* As people call it: NICs of guests have names, ports have numbers. */
static char *
nic_text (const VbetDevice *device, guint nic)
{
  return (device->kind & VBET_KIND_GUEST) != 0 ? g_strdup_printf ("eth%u", nic - 1)
                                               : g_strdup_printf (_ ("port %u"), nic);
}

static void
fill_of_cable (VbetWindow *self, const char *name, GMenu *menu)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  const VbetCable *cable = vbet_topology_cable (topology, name);
  for (guint i = 0; cable != NULL && i < 2; i++) {
    const VbetCableEnd *end = &cable->ends[i];
    const VbetDevice *device = end->device != NULL ? vbet_topology_device (topology, end->device) : NULL;
    if (device == NULL)
      continue;
    g_autofree char *nic = nic_text (device, end->nic);
    g_autofree char *label = g_strdup_printf (_ ("Capture at %s, %s"), end->device, nic);
    append_end (menu, label, end->device, end->nic);
  }
}

/* Of a device with many NICs, one entry that opens the list of them. */
static void
fill_of_device (VbetWindow *self, const char *name, GMenu *menu)
{
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), name);
  g_autoptr (GMenu) all = g_menu_new ();
  guint n = 0;
  for (guint i = 0; device != NULL && i < device->nics->len && n < NICS_MAX; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (nic->cable == NULL)
      continue;
    g_autofree char *label = nic_text (device, nic->index);
    append_end (all, label, name, nic->index);
    n++;
  }
  if (n > 0)
    g_menu_append_submenu (menu, _ ("Ca_pture"), G_MENU_MODEL (all));
}

void
_vbet_window_fill_capture_menu (VbetWindow *self, GMenu *menu)
{
  g_auto (GStrv) devices = vbet_session_selected_devices (self->session);
  g_auto (GStrv) cables = vbet_session_selected_cables (self->session);
  if (vbet_runner_get_client (self->runner) == NULL)
    return;
  if (devices[0] != NULL && devices[1] == NULL)
    fill_of_device (self, devices[0], menu);
  else if (devices[0] == NULL && cables[0] != NULL && cables[1] == NULL)
    fill_of_cable (self, cables[0], menu);
}

void
_vbet_window_add_capture (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "capture-list", .activate = on_list, .parameter_type = "s" },
    { .name = "capture-wireshark", .activate = on_wireshark, .parameter_type = "s" },
    { .name = "capture-save", .activate = on_save, .parameter_type = "s" },
    { .name = "capture-stop", .activate = on_stop },
  };
  VbetWindowCaptures *captures = g_new0 (VbetWindowCaptures, 1);
  captures->links = g_ptr_array_new_with_free_func (g_object_unref);
  captures->saved = g_ptr_array_new ();
  self->captures = captures;
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->packets, "failed", G_CALLBACK (on_pane_failed), self, 0);
}
