/* actions.c - what the window can be told to do, as GActions: buttons, menus and keys all trigger
 * these. */
#include "config.h"

#include "gui/window/private.h"

#include <string.h>

#include <glib/gi18n.h>

#define ZOOM_STEP 1.25

/* The one selected device; NULL for none, several, or a cable. */
static char *
only_device (VbetWindow *self)
{
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  return g_strv_length (names) == 1 ? g_strdup (names[0]) : NULL;
}

/* The one selected device or note; NULL for none, several, or a cable. */
static char *
only_named (VbetWindow *self)
{
  GHashTable *selection = vbet_session_get_selection (self->session);
  GHashTableIter iter;
  gpointer name = NULL;
  if (g_hash_table_size (selection) != 1)
    return NULL;
  g_hash_table_iter_init (&iter, selection);
  g_hash_table_iter_next (&iter, &name, NULL);
  return vbet_note_index (name, NULL) ? g_strdup (name) : only_device (self);
}

static gboolean
focus_in_canvas (VbetWindow *self)
{
  return gtk_widget_has_focus (GTK_WIDGET (self->canvas));
}

/* --- files, edits ------------------------------------------------------------------------- */

static void
on_open (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_window_choose_open (data);
}

static void
on_save (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_window_save (data);
}

static void
on_save_as (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_window_choose_save (data);
}

static void
on_export (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_window_choose_export (data);
}

static void
on_reload (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_window_reload (data);
}

static void
on_overwrite (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_window_overwrite (data);
}

static void
on_undo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_document_undo (vbet_session_get_document (VBET_WINDOW (data)->session));
}

static void
on_redo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_document_redo (vbet_session_get_document (VBET_WINDOW (data)->session));
}

static void
report (VbetWindow *self, gboolean ok, const GError *error)
{
  if (!ok)
    vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_WARNING, error->message, NULL);
}

static void
on_delete (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  report (self, vbet_session_delete_selected (self->session, &error), error);
}

static void
on_arrange (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _vbet_window_arrange (data, VBET_STYLE_ORGANIC);
}

static void
on_select_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  /* In a text, all of the text is meant. */
  if (focus != NULL && !focus_in_canvas (self) && (GTK_IS_TEXT_VIEW (focus) || GTK_IS_ENTRY (focus))) {
    if (GTK_IS_TEXT_VIEW (focus))
      g_signal_emit_by_name (focus, "select-all", TRUE);
    else
      gtk_editable_select_region (GTK_EDITABLE (focus), 0, -1);
    return;
  }
  vbet_session_select_all (self->session);
}

static void
on_rename (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree char *name = only_named (data);
  if (name != NULL)
    _vbet_window_ask_name (data, name);
}

/* --- the running lab ------------------------------------------------------------------------- */

static void
on_run (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  if (vbet_diagnostics_has_errors (vbet_session_get_diagnostics (self->session))) {
    _vbet_window_show_error (self, "engine",
                             _ ("The lab's text has errors; mend those under Problems first, then run it."));
    _vbet_window_show_panes (self);
    gtk_notebook_set_current_page (self->bottom,
                                   gtk_notebook_page_num (self->bottom, GTK_WIDGET (self->problems)));
    return;
  }
  vbet_notices_hide (self->notices, "engine");
  vbet_notices_hide (self->notices, "console");
  vbet_runner_start (self->runner);
}

static void
on_stop (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_runner_stop (VBET_WINDOW (data)->runner);
}

static void
on_console (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree char *name = only_device (data);
  if (name != NULL)
    _vbet_window_open_console (data, name);
}

/* The verbs of a device's power, and in which of its states each makes sense. */
static const struct {
  const char *action;
  const char *verb;
  guint states; /* of 1 << VbetDeviceState */
} powers[] = {
  { "device-start", "start", 1 << VBET_STATE_OFF | 1 << VBET_STATE_FAILED },
  { "device-stop", "stop", 1 << VBET_STATE_BOOTING | 1 << VBET_STATE_READY | 1 << VBET_STATE_PAUSED },
  { "device-restart", "restart", 1 << VBET_STATE_READY | 1 << VBET_STATE_PAUSED | 1 << VBET_STATE_FAILED },
  { "device-pause", "pause", 1 << VBET_STATE_READY },
  { "device-resume", "resume", 1 << VBET_STATE_PAUSED },
};

static gboolean
can_power (VbetWindow *self, guint power, const char *device)
{
  const VbetDevice *found = vbet_topology_device (vbet_session_get_topology (self->session), device);
  return found != NULL && (found->kind & VBET_KIND_GUEST) != 0
         && (powers[power].states & 1u << vbet_session_get_state (self->session, device)) != 0;
}

/* Of several selected devices, those are meant for which the verb makes sense. */
static void
on_power (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  for (guint power = 0; power < G_N_ELEMENTS (powers); power++)
    for (guint i = 0;
         names[i] != NULL && g_str_equal (g_action_get_name (G_ACTION (action)), powers[power].action); i++)
      if (can_power (self, power, names[i]))
        vbet_runner_power (self->runner, powers[power].verb, names[i]);
}

static void
on_update_running (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_runner_update (VBET_WINDOW (data)->runner);
}

static void
on_show_running (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  VbetDocument *document = vbet_session_get_document (self->session);
  gsize size = 0;
  if (self->running_text == NULL)
    return;
  vbet_document_text (document, &size);
  vbet_document_replace (document, 0, size, self->running_text, strlen (self->running_text),
                         _ ("Show what runs"));
  g_clear_pointer (&self->running_text, g_free);
}

/* --- closing ------------------------------------------------------------------------------------ */

static void
on_close (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_close (GTK_WINDOW (data));
}

static void
on_close_save (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VBET_WINDOW (data)->closing = VBET_CLOSING_AFTER_SAVE;
  _vbet_window_save (data);
}

static void
on_close_discard (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  vbet_document_mark_saved (vbet_session_get_document (self->session));
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_close_stop (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  self->closing = VBET_CLOSING_AFTER_STOP;
  vbet_runner_stop (self->runner);
}

static void
on_close_keep (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  vbet_runner_leave (self->runner);
  gtk_window_close (GTK_WINDOW (self));
}

/* --- view ------------------------------------------------------------------------------------------ */

static void
on_zoom_in (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetCanvas *canvas = VBET_WINDOW (data)->canvas;
  vbet_canvas_set_zoom (canvas, vbet_canvas_get_zoom (canvas) * ZOOM_STEP);
}

static void
on_zoom_out (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetCanvas *canvas = VBET_WINDOW (data)->canvas;
  vbet_canvas_set_zoom (canvas, vbet_canvas_get_zoom (canvas) / ZOOM_STEP);
}

static void
on_zoom_reset (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_canvas_set_zoom (VBET_WINDOW (data)->canvas, 1);
}

static void
on_zoom_fit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_canvas_fit (VBET_WINDOW (data)->canvas);
}

static void
show_or_hide (GSimpleAction *action, GVariant *state, VbetWindow *self, guint what)
{
  guint show = vbet_canvas_get_show (self->canvas);
  g_simple_action_set_state (action, state);
  vbet_canvas_set_show (self->canvas, g_variant_get_boolean (state) ? show | what : show & ~what);
}

static void
on_show_addresses (GSimpleAction *action, GVariant *state, gpointer data)
{
  show_or_hide (action, state, data, VBET_SHOW_ADDRESSES);
}

static void
on_show_nics (GSimpleAction *action, GVariant *state, gpointer data)
{
  show_or_hide (action, state, data, VBET_SHOW_NICS);
}

static void
on_tool (GSimpleAction *action, GVariant *state, gpointer data)
{
  VbetWindow *self = data;
  const char *name = g_variant_get_string (state, NULL);
  VbetKind kind = 0;
  if (vbet_kind_from_name (name, &kind) && (kind & VBET_KIND_PLACED) != 0)
    vbet_canvas_use_place (self->canvas, kind);
  else if (g_str_equal (name, "frame"))
    vbet_canvas_use_frame (self->canvas);
  else if (g_str_equal (name, "cable"))
    vbet_canvas_use_cable (self->canvas);
  else
    vbet_canvas_use_select (self->canvas);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

/* --- which are possible now --------------------------------------------------------------------------- */

static void
enable (VbetWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
show_tool (VbetWindow *self)
{
  VbetKind kind = 0;
  const char *tool = vbet_canvas_get_tool (self->canvas, &kind);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "tool");
  g_simple_action_set_state (G_SIMPLE_ACTION (action),
                             g_variant_new_string (kind != 0 ? vbet_kind_name (kind) : tool));
}

static void
enable_power (VbetWindow *self, gboolean running)
{
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  for (guint power = 0; power < G_N_ELEMENTS (powers); power++) {
    gboolean any = FALSE;
    for (guint i = 0; names[i] != NULL && running; i++)
      any |= can_power (self, power, names[i]);
    enable (self, powers[power].action, any);
  }
}

void
_vbet_window_update_actions (VbetWindow *self)
{
  if (self->closing == VBET_CLOSING_NOW || g_action_map_lookup_action (G_ACTION_MAP (self), "tool") == NULL)
    return;
  VbetDocument *document = vbet_session_get_document (self->session);
  VbetPhase phase = vbet_runner_get_phase (self->runner);
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  g_autofree char *device = only_device (self);
  const VbetDevice *one = device != NULL ? vbet_topology_device (topology, device) : NULL;
  gboolean any = g_hash_table_size (vbet_session_get_selection (self->session)) > 0;
  gboolean guest = one != NULL && (one->kind & VBET_KIND_GUEST) != 0;
  enable (self, "save",
          !self->saving
              && (vbet_document_is_modified (document) || vbet_session_get_path (self->session) == NULL));
  enable (self, "undo", vbet_document_undo_label (document) != NULL);
  enable (self, "redo", vbet_document_redo_label (document) != NULL);
  enable (self, "run", phase == VBET_PHASE_OFF && topology->devices->len > 0);
  enable (self, "stop", phase == VBET_PHASE_RUNNING);
  enable (self, "delete", any);
  g_autofree char *named = only_named (self);
  enable (self, "rename", named != NULL);
  enable (self, "console", guest && vbet_runner_get_client (self->runner) != NULL);
  enable_power (self, phase == VBET_PHASE_RUNNING);
  enable (self, "arrange", topology->devices->len > 0);
  enable (self, "export", topology->devices->len > 0);
  if (g_action_map_lookup_action (G_ACTION_MAP (self), "print") != NULL)
    enable (self, "print", topology->devices->len > 0);
  show_tool (self);
  _vbet_window_update_consoles (self);
}

void
_vbet_window_add_actions (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { "open", on_open },
    { "save", on_save },
    { "save-as", on_save_as },
    { "export", on_export },
    { "reload", on_reload },
    { "overwrite", on_overwrite },
    { "undo", on_undo },
    { "redo", on_redo },
    { "delete", on_delete },
    { "arrange", on_arrange },
    { "select-all", on_select_all },
    { "rename", on_rename },
    { "run", on_run },
    { "stop", on_stop },
    { "console", on_console },
    { "device-start", on_power },
    { "device-stop", on_power },
    { "device-restart", on_power },
    { "device-pause", on_power },
    { "device-resume", on_power },
    { "update-running", on_update_running },
    { "show-running", on_show_running },
    { "close", on_close },
    { "close-save", on_close_save },
    { "close-discard", on_close_discard },
    { "close-stop", on_close_stop },
    { "close-keep", on_close_keep },
    { "zoom-in", on_zoom_in },
    { "zoom-out", on_zoom_out },
    { "zoom-reset", on_zoom_reset },
    { "zoom-fit", on_zoom_fit },
    { "show-addresses", NULL, NULL, "true", on_show_addresses },
    { "show-nics", NULL, NULL, "true", on_show_nics },
    { "tool", NULL, "s", "'select'", on_tool },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
