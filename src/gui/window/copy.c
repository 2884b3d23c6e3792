/* copy.c - copying files into devices and out of them: menus, choosers, and files dropped on a device.
 */
#include "config.h"

#include "gui/window/private.h"

#include <glib/gi18n.h>

#define FOLDER "/root"
#define URI_INFO 77

static gboolean
is_ready (VbetWindow *self, const char *name)
{
  const VbetDevice *device = vbet_topology_device (vbet_session_get_topology (self->session), name);
  return device != NULL && (device->kind & VBET_KIND_GUEST) != 0
         && vbet_session_get_state (self->session, name) == VBET_STATE_READY;
}

/* Says so when @device cannot take files. Returns: (nullable): the client when it can. */
static VbetClient *
require_ready (VbetWindow *self, const char *device)
{
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (client != NULL && is_ready (self, device))
    return client;
  g_autofree char *text
      = g_strdup_printf (_ ("%s is not ready: files are copied to and from a running device."), device);
  vbet_notices_show (self->notices, "copy", GTK_MESSAGE_WARNING, text, NULL);
  return NULL;
}

static void
on_done (VbetCopies *copies, gboolean ok, const char *text, VbetWindow *self)
{
  vbet_notices_show (self->notices, "copy", ok ? GTK_MESSAGE_INFO : GTK_MESSAGE_WARNING, text, NULL);
}

static void
put (VbetWindow *self, const char *device, GFile *file, const char *folder)
{
  VbetClient *client = require_ready (self, device);
  if (client == NULL)
    return;
  vbet_notices_hide (self->notices, "copy");
  vbet_copies_put (self->copies, client, device, file, folder);
}

/* Where the lab's file is, for a start. */
static void
set_folder (VbetWindow *self, GtkWidget *dialog)
{
  const char *path = vbet_session_get_path (self->session);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : g_strdup (g_get_home_dir ());
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder);
}

/* What a dialog is about. */
typedef struct {
  VbetWindow *window; /* owned */
  char *device;
  char *path;       /* out: in the device */
  GtkEntry *folder; /* in: of the dialog, that in the device */
} Copy;

static Copy *
copy_new (VbetWindow *window, const char *device, const char *path, GtkWidget *folder)
{
  Copy *self = g_new0 (Copy, 1);
  self->window = g_object_ref (window);
  self->device = g_strdup (device);
  self->path = g_strdup (path);
  self->folder = folder != NULL ? GTK_ENTRY (folder) : NULL;
  return self;
}

/* GClosureNotify: the dialog is gone. */
static void
copy_free (gpointer data, GClosure *closure)
{
  Copy *self = data;
  (void)closure;
  g_object_unref (self->window);
  g_free (self->device);
  g_free (self->path);
  g_free (self);
}

/* --- in ------------------------------------------------------------------------------------ */

static void
on_in_chosen (GtkWidget *dialog, int response, Copy *self)
{
  GtkEntry *entry = self->folder;
  const char *folder = gtk_entry_get_text (entry);
  if (response == GTK_RESPONSE_ACCEPT && !g_path_is_absolute (folder)) {
    gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (entry)), GTK_STYLE_CLASS_ERROR);
    gtk_widget_grab_focus (GTK_WIDGET (entry));
    return;
  }
  GSList *files
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog)) : NULL;
  for (GSList *link = files; link != NULL; link = link->next)
    put (self->window, self->device, link->data, folder);
  g_slist_free_full (files, g_object_unref);
  gtk_widget_destroy (dialog);
}

static void
choose_in (VbetWindow *self, const char *device)
{
  if (require_ready (self, device) == NULL)
    return;
  g_autofree char *title = g_strdup_printf (_ ("Copy Files into %s"), device);
  g_autofree char *into = g_strdup_printf (_ ("_Folder in %s:"), device);
  GtkWidget *dialog
      = gtk_file_chooser_dialog_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Cancel"),
                                     GTK_RESPONSE_CANCEL, _ ("C_opy"), GTK_RESPONSE_ACCEPT, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new_with_mnemonic (into);
  GtkWidget *entry = gtk_entry_new ();
  gtk_entry_set_text (GTK_ENTRY (entry), FOLDER);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_widget_set_tooltip_text (entry, _ ("An absolute path; made when it is missing"));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_container_add (GTK_CONTAINER (box), label);
  gtk_box_pack_start (GTK_BOX (box), entry, TRUE, TRUE, 0);
  gtk_widget_show_all (box);
  gtk_file_chooser_set_extra_widget (GTK_FILE_CHOOSER (dialog), box);
  set_folder (self, dialog);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_in_chosen), copy_new (self, device, NULL, entry),
                         copy_free, 0);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- out ------------------------------------------------------------------------------------- */

static void
on_out_chosen (GtkWidget *dialog, int response, Copy *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  VbetClient *client = response == GTK_RESPONSE_ACCEPT ? require_ready (self->window, self->device) : NULL;
  if (client != NULL && file != NULL)
    vbet_copies_get (self->window->copies, client, self->device, self->path, file);
  gtk_widget_destroy (dialog);
}

static void
choose_target (VbetWindow *self, const char *device, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *title = g_strdup_printf (_ ("Copy %s from %s"), name, device);
  GtkWidget *dialog
      = gtk_file_chooser_dialog_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Cancel"),
                                     GTK_RESPONSE_CANCEL, _ ("_Save"), GTK_RESPONSE_ACCEPT, NULL);
  set_folder (self, dialog);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_out_chosen), copy_new (self, device, path, NULL),
                         copy_free, 0);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_path_entered (GtkEntry *entry, Copy *self)
{
  const char *path = gtk_entry_get_text (entry);
  if (!g_path_is_absolute (path) || g_str_has_suffix (path, "/")) {
    gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (entry)), GTK_STYLE_CLASS_ERROR);
    gtk_entry_set_icon_from_icon_name (entry, GTK_ENTRY_ICON_SECONDARY, "dialog-error-symbolic");
    gtk_entry_set_icon_tooltip_text (entry, GTK_ENTRY_ICON_SECONDARY,
                                     _ ("Give the whole path of a file, from “/” on"));
    return;
  }
  choose_target (self->window, self->device, path);
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (GTK_WIDGET (entry), GTK_TYPE_POPOVER)));
}

static gboolean
destroy_later (gpointer widget)
{
  gtk_widget_destroy (widget);
  return G_SOURCE_REMOVE;
}

static void
on_popover_closed (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, destroy_later, g_object_ref (popover), g_object_unref);
}

static void
choose_out (VbetWindow *self, const char *device)
{
  const VbetItem *item = vbet_view_find (vbet_canvas_get_view (self->canvas), device);
  if (require_ready (self, device) == NULL || item == NULL)
    return;
  GdkRectangle at = vbet_canvas_to_pixels (self->canvas, item->bounds);
  GtkWidget *popover = gtk_popover_new (GTK_WIDGET (self->canvas));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *text = g_strdup_printf (_ ("Which file of %s? (Enter goes on)"), device);
  gtk_entry_set_text (GTK_ENTRY (entry), FOLDER "/");
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 32);
  atk_object_set_name (gtk_widget_get_accessible (entry), _ ("Path of the file"));
  g_signal_connect_data (entry, "activate", G_CALLBACK (on_path_entered), copy_new (self, device, NULL, NULL),
                         copy_free, 0);
  g_object_set (box, "margin", 8, NULL);
  gtk_container_add (GTK_CONTAINER (box), gtk_label_new (text));
  gtk_container_add (GTK_CONTAINER (box), entry);
  gtk_container_add (GTK_CONTAINER (popover), box);
  gtk_widget_show_all (box);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &at);
  gtk_popover_set_position (GTK_POPOVER (popover), GTK_POS_BOTTOM);
  g_signal_connect (popover, "closed", G_CALLBACK (on_popover_closed), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
  gtk_widget_grab_focus (entry);
  gtk_editable_set_position (GTK_EDITABLE (entry), -1);
}

/* --- the actions ---------------------------------------------------------------------------------- */

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  gboolean into = g_str_equal (g_action_get_name (G_ACTION (action)), "copy-in");
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  if (names[0] == NULL || names[1] != NULL)
    return;
  if (into)
    choose_in (self, names[0]);
  else
    choose_out (self, names[0]);
}

static void
on_terminal_copy (VbetConsoles *consoles, const char *device, gboolean into, VbetWindow *self)
{
  if (into)
    choose_in (self, device);
  else
    choose_out (self, device);
}

static void
put_uris (VbetWindow *self, const char *device, char **uris)
{
  for (guint i = 0; uris != NULL && uris[i] != NULL; i++) {
    g_autoptr (GFile) file = g_file_new_for_uri (uris[i]);
    put (self, device, file, FOLDER);
  }
}

static void
on_terminal_dropped (VbetConsoles *consoles, const char *device, char **uris, VbetWindow *self)
{
  put_uris (self, device, uris);
}

/* --- files dropped on a device -------------------------------------------------------------------------- */

static const char *
device_at (VbetWindow *self, int x, int y)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  for (guint i = topology->devices->len; i > 0; i--) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i - 1);
    const VbetItem *item = vbet_view_find (vbet_canvas_get_view (self->canvas), device->name);
    GdkRectangle at = { 0, 0, 0, 0 };
    if (item != NULL)
      at = vbet_canvas_to_pixels (self->canvas, item->bounds);
    if (item != NULL && x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height)
      return device->name;
  }
  return NULL;
}

static gboolean
has_files (GtkWidget *canvas, GdkDragContext *context)
{
  g_autoptr (GtkTargetList) files = gtk_target_list_new (NULL, 0);
  gtk_target_list_add_uri_targets (files, URI_INFO);
  return gtk_drag_dest_find_target (canvas, context, files) != GDK_NONE;
}

static gboolean
on_drag_motion (GtkWidget *canvas, GdkDragContext *context, int x, int y, guint time, VbetWindow *self)
{
  if (!has_files (canvas, context))
    return FALSE;
  const char *device = device_at (self, x, y);
  gdk_drag_status (context, device != NULL && is_ready (self, device) ? GDK_ACTION_COPY : 0, time);
  return TRUE;
}

static gboolean
on_drag_drop (GtkWidget *canvas, GdkDragContext *context, int x, int y, guint time, VbetWindow *self)
{
  if (!has_files (canvas, context))
    return FALSE;
  gtk_drag_get_data (canvas, context, gdk_atom_intern_static_string ("text/uri-list"), time);
  return TRUE;
}

static void
on_drag_received (GtkWidget *canvas, GdkDragContext *context, int x, int y, GtkSelectionData *data,
                  guint info, guint time, VbetWindow *self)
{
  g_auto (GStrv) uris = gtk_selection_data_get_uris (data);
  const char *device = uris != NULL ? device_at (self, x, y) : NULL;
  if (uris == NULL)
    return;
  if (device != NULL)
    put_uris (self, device, uris);
  gtk_drag_finish (context, device != NULL, FALSE, time);
  g_signal_stop_emission_by_name (canvas, "drag-data-received");
}

void
_vbet_window_update_copy (VbetWindow *self)
{
  static const char *const names[] = { "copy-in", "copy-out" };
  g_auto (GStrv) devices = vbet_session_selected_devices (self->session);
  gboolean one = devices[0] != NULL && devices[1] == NULL && is_ready (self, devices[0]);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), names[i])),
                                 one);
}

void
_vbet_window_add_copy (VbetWindow *self)
{
  static const GActionEntry entries[] = { { "copy-in", on_copy }, { "copy-out", on_copy } };
  GtkTargetList *targets = gtk_drag_dest_get_target_list (GTK_WIDGET (self->canvas));
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  self->copies = VBET_COPIES (vbet_copies_new ());
  gtk_box_pack_start (self->upper, GTK_WIDGET (self->copies), FALSE, FALSE, 0);
  gtk_box_reorder_child (self->upper, GTK_WIDGET (self->copies), 0);
  g_signal_connect_object (self->copies, "done", G_CALLBACK (on_done), self, 0);
  g_signal_connect_object (self->consoles, "copy", G_CALLBACK (on_terminal_copy), self, 0);
  g_signal_connect_object (self->consoles, "dropped", G_CALLBACK (on_terminal_dropped), self, 0);
  if (targets != NULL)
    gtk_target_list_add_uri_targets (targets, URI_INFO);
  g_signal_connect_object (self->canvas, "drag-motion", G_CALLBACK (on_drag_motion), self, 0);
  g_signal_connect_object (self->canvas, "drag-drop", G_CALLBACK (on_drag_drop), self, 0);
  g_signal_connect_object (self->canvas, "drag-data-received", G_CALLBACK (on_drag_received), self, 0);
}
