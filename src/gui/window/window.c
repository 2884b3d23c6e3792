/* window.c - see window.h: puts the window together and keeps its parts in step.
 *
 * Actions are in actions.c, reading and writing of files in file.c.
 */
#include "config.h"

#include "gui/window/private.h"

#include <string.h>

#include <glib/gi18n.h>

#include <vte/vte.h>

#include "gui/panes/palette.h"
#include "gui/settings.h"

G_DEFINE_FINAL_TYPE (VbetWindow, vbet_window, GTK_TYPE_APPLICATION_WINDOW)

void
_vbet_window_show_error (VbetWindow *self, const char *id, const char *text)
{
  if (vbet_window_is_on_start (self))
    vbet_start_page_show_message (_vbet_window_get_start_page (self), text);
  else
    vbet_notices_show (self->notices, id, GTK_MESSAGE_ERROR, text, NULL);
}

/* --- title, buttons, tabs ------------------------------------------------------------- */

static char *
describe_drawn (const VbetTopology *topology)
{
  guint n_devices = topology->devices->len, n_cables = topology->cables->len;
  g_autofree char *devices = g_strdup_printf (ngettext ("%u device", "%u devices", n_devices), n_devices);
  g_autofree char *cables = g_strdup_printf (ngettext ("%u cable", "%u cables", n_cables), n_cables);
  /* Translators: "not running · 3 devices, 2 cables" */
  return g_strdup_printf (_ ("not running · %s, %s"), devices, cables);
}

static char *
describe_running (gboolean isolated, guint guests, guint ready)
{
  if (isolated)
    return g_strdup_printf (ngettext ("running, isolated · %u of %u guest ready",
                                      "running, isolated · %u of %u guests ready", guests),
                            ready, guests);
  return g_strdup_printf (
      ngettext ("running · %u of %u guest ready", "running · %u of %u guests ready", guests), ready, guests);
}

static char *
describe (VbetWindow *self)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  guint guests = 0, ready = 0;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if (!(device->kind & VBET_KIND_GUEST))
      continue;
    guests++;
    ready += vbet_session_get_state (self->session, device->name) == VBET_STATE_READY ? 1 : 0;
  }
  switch (vbet_runner_get_phase (self->runner)) {
  case VBET_PHASE_STARTING:
    return g_strdup (_ ("starting …"));
  case VBET_PHASE_STOPPING:
    return g_strdup (_ ("stopping …"));
  case VBET_PHASE_RUNNING:
    return describe_running (vbet_runner_is_isolated (self->runner), guests, ready);
  case VBET_PHASE_OFF:
  default:
    return describe_drawn (topology);
  }
}

static void
update_tabs (VbetWindow *self)
{
  guint findings = vbet_session_count_problems (self->session);
  guint open = vbet_consoles_size (self->consoles);
  g_autofree char *problems
      = findings > 0 ? g_strdup_printf (_ ("Problems (%u)"), findings) : g_strdup (_ ("Problems"));
  g_autofree char *consoles
      = open > 0 ? g_strdup_printf (_ ("Consoles (%u)"), open) : g_strdup (_ ("Consoles"));
  gtk_label_set_text (GTK_LABEL (self->problems_tab), problems);
  gtk_label_set_text (GTK_LABEL (self->consoles_tab), consoles);
}

/* @with: a format with one %s, for @what. */
static void
set_undo_tooltip (GtkButton *button, const char *without, const char *with, const char *what)
{
  g_auto (GStrv) around = g_strsplit (with, "%s", 2);
  g_autofree char *text = what != NULL && around[0] != NULL ? g_strconcat (around[0], what, around[1], NULL)
                                                            : g_strdup (without);
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), text);
}

void
_vbet_window_update (VbetWindow *self)
{
  if (self->closing == VBET_CLOSING_NOW)
    return;
  VbetDocument *document = vbet_session_get_document (self->session);
  VbetPhase phase = vbet_runner_get_phase (self->runner);
  gboolean busy = phase == VBET_PHASE_STARTING || phase == VBET_PHASE_STOPPING;
  g_autofree char *title = g_strdup_printf ("%s%s", vbet_document_is_modified (document) ? "• " : "",
                                            vbet_session_get_name (self->session));
  g_autofree char *window_title = g_strdup_printf (_ ("%s – vBET"), title);
  g_autofree char *second = describe (self);
  g_autofree char *zoom = g_strdup_printf ("%.0f %%", vbet_canvas_get_zoom (self->canvas) * 100);
  gboolean on_start = vbet_window_is_on_start (self);
  gtk_window_set_title (GTK_WINDOW (self), on_start ? "vBET" : window_title);
  gtk_label_set_text (self->title, on_start ? "vBET" : title);
  gtk_label_set_text (self->subtitle, on_start ? _ ("network labs") : second);
  gtk_button_set_label (self->zoom_button, zoom);
  gtk_widget_set_visible (GTK_WIDGET (self->run_button),
                          !on_start && (phase == VBET_PHASE_OFF || phase == VBET_PHASE_STARTING));
  gtk_widget_set_visible (GTK_WIDGET (self->stop_button),
                          phase == VBET_PHASE_RUNNING || phase == VBET_PHASE_STOPPING);
  g_object_set (self->spinner, "active", busy, NULL);
  set_undo_tooltip (self->undo_button, _ ("Undo (Ctrl+Z)"), _ ("Undo: %s (Ctrl+Z)"),
                    vbet_document_undo_label (document));
  set_undo_tooltip (self->redo_button, _ ("Redo (Ctrl+Shift+Z)"), _ ("Redo: %s (Ctrl+Shift+Z)"),
                    vbet_document_redo_label (document));
  update_tabs (self);
  _vbet_window_update_actions (self);
}

static void
on_session_changed (VbetWindow *self)
{
  if (!vbet_session_is_text (self->session))
    vbet_notices_show (
        self->notices, "text", GTK_MESSAGE_WARNING,
        _ ("This file is not UTF-8 text. What can be read of it is shown; it can only be edited after it was "
           "converted, for example by “iconv -t UTF-8”."),
        NULL);
  else
    vbet_notices_hide (self->notices, "text");
  _vbet_window_update (self);
}

/* --- canvas ------------------------------------------------------------------------------- */

void
_vbet_window_open_console (VbetWindow *self, const char *device)
{
  static const VbetNoticeButton run[] = { { N_ ("_Run the lab"), "win.run" }, { NULL, NULL } };
  const VbetDevice *found = vbet_topology_device (vbet_session_get_topology (self->session), device);
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (found == NULL)
    return;
  if (!(found->kind & VBET_KIND_GUEST)) {
    g_autofree char *text
        = g_strdup_printf (_ ("%s is a %s: it has no console."), device, vbet_kind_name (found->kind));
    vbet_notices_show (self->notices, "console", GTK_MESSAGE_INFO, text, NULL);
    return;
  }
  if (client == NULL) {
    g_autofree char *text = g_strdup_printf (_ ("The console of %s opens when the lab runs."), device);
    vbet_notices_show (self->notices, "console", GTK_MESSAGE_INFO, text, run);
    return;
  }
  vbet_notices_hide (self->notices, "console");
  _vbet_window_show_panes (self);
  gtk_notebook_set_current_page (self->bottom, 0);
  vbet_consoles_open (self->consoles, client, device);
}

static void
on_activated (VbetCanvas *canvas, const char *name, VbetWindow *self)
{
  _vbet_window_open_console (self, name);
}

static void
on_gesture_failed (VbetCanvas *canvas, const char *message, VbetWindow *self)
{
  vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_WARNING, message, NULL);
}

/* --- panes ------------------------------------------------------------------------------------------ */

static void
on_go_to (VbetProblems *problems, guint64 start, guint64 length, VbetWindow *self)
{
  _vbet_window_show_panes (self);
  gtk_notebook_set_current_page (self->bottom,
                                 gtk_notebook_page_num (self->bottom, GTK_WIDGET (self->program)));
  vbet_program_pane_go_to (self->program, (gsize)start, (gsize)length);
}

static void
on_chosen (VbetCalls *calls, const char *name, VbetWindow *self)
{
  const VbetTopology *topology = vbet_session_get_topology (self->session);
  if (vbet_topology_device (topology, name) == NULL && vbet_topology_cable (topology, name) == NULL)
    return;
  vbet_session_select (self->session, name, FALSE);
  vbet_canvas_show (self->canvas, name);
}

/* --- the lab as it runs ------------------------------------------------------------------------------- */

static void
on_phase (VbetWindow *self)
{
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (vbet_runner_get_phase (self->runner) == VBET_PHASE_RUNNING && client != NULL) {
    vbet_notices_hide (self->notices, "engine");
    vbet_consoles_reconnect (self->consoles, client);
  }
  _vbet_window_update (self);
}

static void
on_engine_failed (VbetRunner *runner, const char *message, VbetWindow *self)
{
  _vbet_window_show_error (self, "engine", message);
}

static void
on_lost (VbetWindow *self)
{
  static const VbetNoticeButton again[] = { { N_ ("_Run again"), "win.run" }, { NULL, NULL } };
  vbet_notices_show (
      self->notices, "engine", GTK_MESSAGE_ERROR,
      _ ("The lab's engine (vbetd) went away, and its guests with it. Nothing of the lab's text is lost."),
      again);
  _vbet_window_update (self);
}

static void
on_differs (VbetRunner *runner, const char *text, VbetWindow *self)
{
  static const VbetNoticeButton choices[] = { { N_ ("_Update the running lab"), "win.update-running" },
                                              { N_ ("Show what _runs"), "win.show-running" },
                                              { NULL, NULL } };
  g_free (self->running_text);
  self->running_text = g_strdup (text);
  vbet_notices_show (self->notices, "differs", GTK_MESSAGE_QUESTION,
                     _ ("This lab runs another text than the one shown here."), choices);
}

static void
on_stopped (VbetWindow *self)
{
  if (self->closing == VBET_CLOSING_AFTER_STOP) {
    self->closing = VBET_CLOSING_NOT;
    gtk_window_close (GTK_WINDOW (self));
  }
}

/* --- keys, closing -----------------------------------------------------------------------------------------
 */

/* A terminal gets its keys before the window's shortcuts: Ctrl+Z and Ctrl+S are the shell's there. */
static gboolean
vbet_window_key_press (GtkWidget *widget, GdkEventKey *event)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (widget));
  gboolean function_key = event->keyval >= GDK_KEY_F5 && event->keyval <= GDK_KEY_F12;
  GtkWidget *inplace = VBET_WINDOW (widget)->inplace;
  gboolean own_keys
      = focus != NULL
        && (VTE_IS_TERMINAL (focus) || (inplace != NULL && gtk_widget_is_ancestor (focus, inplace)));
  if (own_keys && !function_key && gtk_window_propagate_key_event (GTK_WINDOW (widget), event))
    return GDK_EVENT_STOP;
  if (_vbet_window_panes_key (VBET_WINDOW (widget), event))
    return GDK_EVENT_STOP;
  if (event->keyval == GDK_KEY_Escape && _vbet_window_leave_projector (VBET_WINDOW (widget)))
    return GDK_EVENT_STOP;
  return GTK_WIDGET_CLASS (vbet_window_parent_class)->key_press_event (widget, event);
}

static gboolean
vbet_window_delete_event (GtkWidget *widget, GdkEventAny *event)
{
  static const VbetNoticeButton unsaved[] = { { N_ ("_Save and close"), "win.close-save" },
                                              { N_ ("Close _without saving"), "win.close-discard" },
                                              { NULL, NULL } };
  static const VbetNoticeButton running[] = { { N_ ("_Stop the lab"), "win.close-stop" },
                                              { N_ ("_Keep it running"), "win.close-keep" },
                                              { NULL, NULL } };
  VbetWindow *self = VBET_WINDOW (widget);
  if (self->closing == VBET_CLOSING_NOW)
    return GDK_EVENT_PROPAGATE;
  if (vbet_document_is_modified (vbet_session_get_document (self->session))) {
    g_autofree char *text
        = g_strdup_printf (_ ("“%s” has changes that are not saved."), vbet_session_get_name (self->session));
    vbet_notices_show (self->notices, "close", GTK_MESSAGE_QUESTION, text, unsaved);
    return GDK_EVENT_STOP;
  }
  if (vbet_runner_get_phase (self->runner) != VBET_PHASE_OFF) {
    vbet_notices_show (
        self->notices, "close", GTK_MESSAGE_QUESTION,
        _ ("The lab is running. It can go on without this window, which finds it again later."), running);
    return GDK_EVENT_STOP;
  }
  return GDK_EVENT_PROPAGATE;
}

/* --- life
 * ------------------------------------------------------------------------------------------------------ */

static GtkWidget *
add_page (VbetWindow *self, GtkWidget *page, const char *title)
{
  GtkWidget *label = gtk_label_new (title);
  gtk_widget_show (label);
  gtk_notebook_append_page (self->bottom, page, label);
  return label;
}

static void
make_panes (VbetWindow *self)
{
  self->canvas = VBET_CANVAS (vbet_canvas_new (self->session));
  self->notices = VBET_NOTICES (vbet_notices_new ());
  self->consoles = VBET_CONSOLES (vbet_consoles_new (self->session, self->runner, self->settings));
  self->program = VBET_PROGRAM_PANE (vbet_program_pane_new (self->session));
  self->calls = VBET_CALLS (vbet_calls_new (self->runner));
  self->problems = VBET_PROBLEMS (vbet_problems_new (self->session));
  gtk_box_pack_start (self->upper, GTK_WIDGET (self->notices), FALSE, FALSE, 0);
  self->canvas_overlay = GTK_OVERLAY (gtk_overlay_new ());
  gtk_container_add (GTK_CONTAINER (self->canvas_overlay), GTK_WIDGET (self->canvas));
  gtk_widget_show (GTK_WIDGET (self->canvas_overlay));
  gtk_box_pack_start (self->upper, GTK_WIDGET (self->canvas_overlay), TRUE, TRUE, 0);
  self->palette = vbet_palette_new ();
  gtk_box_pack_start (self->middle, self->palette, FALSE, FALSE, 0);
  gtk_box_reorder_child (self->middle, GTK_WIDGET (self->sides), 1);
  self->consoles_tab = add_page (self, GTK_WIDGET (self->consoles), _ ("Consoles"));
  add_page (self, GTK_WIDGET (self->program), _ ("Program"));
  add_page (self, GTK_WIDGET (self->calls), _ ("Calls"));
  self->packets = VBET_PACKETS_PANE (vbet_packets_pane_new ());
  add_page (self, GTK_WIDGET (self->packets), _ ("Packets"));
  self->problems_tab = add_page (self, GTK_WIDGET (self->problems), _ ("Problems"));
  gtk_notebook_set_scrollable (self->bottom, TRUE); /* so that many tabs do not keep the window wide */
  gtk_notebook_set_current_page (self->bottom, 1);
}

static void
follow (VbetWindow *self)
{
  VbetDocument *document = vbet_session_get_document (self->session);
  g_signal_connect_object (self->session, "changed", G_CALLBACK (on_session_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "selection-changed", G_CALLBACK (_vbet_window_update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "states-changed", G_CALLBACK (_vbet_window_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "history-changed", G_CALLBACK (_vbet_window_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "device-activated", G_CALLBACK (on_activated), self, 0);
  g_signal_connect_object (self->canvas, "failed", G_CALLBACK (on_gesture_failed), self, 0);
  g_signal_connect_object (self->canvas, "tool-changed", G_CALLBACK (_vbet_window_update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "zoom-changed", G_CALLBACK (_vbet_window_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->consoles, "changed", G_CALLBACK (update_tabs), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->problems, "go-to", G_CALLBACK (on_go_to), self, 0);
  g_signal_connect_object (self->calls, "chosen", G_CALLBACK (on_chosen), self, 0);
  g_signal_connect_object (self->runner, "phase-changed", G_CALLBACK (on_phase), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runner, "failed", G_CALLBACK (on_engine_failed), self, 0);
  g_signal_connect_object (self->runner, "lost", G_CALLBACK (on_lost), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runner, "differs", G_CALLBACK (on_differs), self, 0);
  g_signal_connect_object (self->runner, "stopped", G_CALLBACK (on_stopped), self, G_CONNECT_SWAPPED);
}

VbetWindow *
vbet_window_new (GtkApplication *application)
{
  return g_object_new (VBET_TYPE_WINDOW, "application", application, NULL);
}

gboolean
vbet_window_is_fresh (VbetWindow *self)
{
  gsize size = 0;
  vbet_document_text (vbet_session_get_document (self->session), &size);
  return size == 0 && vbet_session_get_path (self->session) == NULL
         && vbet_document_n_revisions (vbet_session_get_document (self->session)) == 0
         && vbet_runner_get_phase (self->runner) == VBET_PHASE_OFF;
}

static void
vbet_window_destroy (GtkWidget *widget)
{
  VbetWindow *self = VBET_WINDOW (widget);
  self->closing = VBET_CLOSING_NOW;
  _vbet_window_stop_keep (self);
  /* While its pages go, GTK's notebook would ask itself for the tabs of those that are gone. */
  if (self->bottom != NULL)
    gtk_notebook_set_show_tabs (self->bottom, FALSE);
  g_cancellable_cancel (self->arranging);
  g_clear_object (&self->arranging);
  _vbet_window_stop_trust (self);
  if (self->runner != NULL)
    vbet_runner_leave (self->runner);
  GTK_WIDGET_CLASS (vbet_window_parent_class)->destroy (widget);
}

static void
vbet_window_finalize (GObject *object)
{
  VbetWindow *self = VBET_WINDOW (object);
  _vbet_window_free_captures (self);
  g_clear_object (&self->demo);
  g_clear_object (&self->chooser);
  g_clear_object (&self->opening);
  g_clear_object (&self->figures);
  g_clear_object (&self->runner);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  _vbet_window_free_start (self);
  _vbet_window_free_keep (self);
  _vbet_window_free_trust (self);
  g_free (self->etag);
  g_free (self->running_text);
  g_free (self->storm);
  G_OBJECT_CLASS (vbet_window_parent_class)->finalize (object);
}

static void
vbet_window_class_init (VbetWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = vbet_window_finalize;
  widget_class->destroy = vbet_window_destroy;
  widget_class->key_press_event = vbet_window_key_press;
  widget_class->delete_event = vbet_window_delete_event;
  gtk_widget_class_set_template_from_resource (widget_class, "/net/vbet/Vbet/window.ui");
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, title);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, save_button);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, undo_button);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, redo_button);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, zoom_box);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, zoom_button);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, run_button);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, stop_button);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, spinner);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, step_bar_box);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, sides);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, inspector_box);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, status_box);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, middle);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, paned);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, upper);
  gtk_widget_class_bind_template_child (widget_class, VbetWindow, bottom);
}

static void
vbet_window_init (VbetWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = vbet_settings_new ();
  self->session = vbet_session_new ();
  self->runner = vbet_runner_new (self->session);
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/net/vbet/Vbet/menus.ui");
  gtk_menu_button_set_menu_model (self->menu_button,
                                  G_MENU_MODEL (gtk_builder_get_object (builder, "window-menu")));
  make_panes (self);
  follow (self);
  _vbet_window_add_actions (self);
  _vbet_window_add_start (self);
  _vbet_window_add_keep (self);
  _vbet_window_add_trust (self);
  _vbet_window_add_drop (self);
  _vbet_window_add_inspector (self);
  _vbet_window_add_edit (self);
  _vbet_window_add_hands (self);
  _vbet_window_add_capture (self);
  _vbet_window_add_networks (self);
  _vbet_window_add_measure (self);
  _vbet_window_add_consoles (self);
  _vbet_window_add_panes (self);
  _vbet_window_add_picture (self);
  _vbet_window_add_view (self);
  _vbet_window_follow_settings (self);
  _vbet_window_update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}
