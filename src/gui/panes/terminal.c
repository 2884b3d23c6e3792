/* terminal.c - see terminal.h. Menu, clipboard and saving are in terminal-menu.c. */
#include "config.h"

#include "gui/panes/terminal-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/panes/find-bar.h"
#include "gui/panes/state-dot.h"
#include "gui/panes/terminal-look.h"

#define SCROLLBACK_LINES 10000
#define SHELL_END_MS 300 /* a shell's end and its guest's are told one after the other */

G_DEFINE_FINAL_TYPE (VbetTerminal, vbet_terminal, GTK_TYPE_BOX)

/* A line of the window's own in the terminal. */
static void
say (VbetTerminal *self, const char *text)
{
  g_autofree char *line = g_strdup_printf ("\r\n\033[33m[%s]\033[0m\r\n", text);
  vte_terminal_feed (self->vte, line, (gssize)strlen (line));
}

/* --- the card over the terminal --------------------------------------------------------------- */

VbetDeviceState
vbet_terminal_get_state (VbetTerminal *self)
{
  if (!vbet_session_is_running (self->session))
    return VBET_STATE_OFF;
  return vbet_session_get_state (self->session, self->device);
}

static void
show_card (VbetTerminal *self, const char *text, GtkWidget *button)
{
  GtkWidget *const buttons[] = { self->card_start, self->card_run, self->card_again, self->card_close };
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    gtk_widget_set_visible (buttons[i], button == buttons[i]);
  if (button == self->card_again)
    gtk_widget_show (self->card_close);
  gtk_label_set_text (GTK_LABEL (self->card_text), text);
  gtk_widget_set_visible (self->card, text != NULL && *text != '\0');
}

static void
update_shell_card (VbetTerminal *self)
{
  if (vbet_link_is_open (self->link) || !self->connected_once) {
    show_card (self, "", NULL);
    return;
  }
  g_autofree char *text = g_strdup_printf (_ ("This shell of %s has ended."), self->device);
  show_card (self, text,
             vbet_terminal_get_state (self) == VBET_STATE_READY ? self->card_again : self->card_close);
}

static void
update_console_card (VbetTerminal *self)
{
  g_autofree char *text = NULL;
  const char *reason = vbet_session_get_reason (self->session, self->device);
  if (vbet_topology_device (vbet_session_get_topology (self->session), self->device) == NULL) {
    text = g_strdup_printf (_ ("%s is not in the lab any more."), self->device);
    show_card (self, text, self->card_close);
    return;
  }
  if (!vbet_session_is_running (self->session)) {
    show_card (self, _ ("The lab is not running."), self->card_run);
    return;
  }
  switch (vbet_terminal_get_state (self)) {
  case VBET_STATE_OFF:
    text = g_strdup_printf (_ ("%s is off."), self->device);
    break;
  case VBET_STATE_FAILED:
    text = reason != NULL && *reason != '\0' ? g_strdup_printf (_ ("%s failed: %s"), self->device, reason)
                                             : g_strdup_printf (_ ("%s failed."), self->device);
    break;
  case VBET_STATE_PAUSED:
    text = g_strdup_printf (_ ("%s is paused."), self->device);
    show_card (self, text, NULL);
    return;
  case VBET_STATE_BOOTING:
  case VBET_STATE_READY:
  case VBET_STATE_STOPPING:
  default:
    show_card (self, "", NULL);
    return;
  }
  gboolean starting = vbet_runner_get_phase (self->runner) != VBET_PHASE_RUNNING;
  if (starting) /* it is not off for long */
    show_card (self, "", NULL);
  else
    show_card (self, text, self->card_start);
}

static void
update_state (VbetTerminal *self)
{
  if (gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  if (self->kind == VBET_LINK_SHELL)
    update_shell_card (self);
  else
    update_console_card (self);
  vbet_state_dot_set (self->dot, vbet_session_is_running (self->session), vbet_terminal_get_state (self));
  g_signal_emit_by_name (self, "marked");
}

static void
on_start (VbetTerminal *self)
{
  vbet_runner_power (self->runner, "start", self->device);
}

static void
on_again (VbetTerminal *self)
{
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (client != NULL)
    vbet_terminal_connect (self, client);
  vbet_terminal_focus (self);
}

static void
on_close (VbetTerminal *self)
{
  g_signal_emit_by_name (self, "close");
}

static void
on_detach (VbetTerminal *self)
{
  g_signal_emit_by_name (self, "detach");
}

/* --- the stream ---------------------------------------------------------------------------------- */

static void
set_mark (VbetTerminal *self, VbetMark mark)
{
  if (self->mark == mark)
    return;
  self->mark = mark;
  g_signal_emit_by_name (self, "marked");
}

static void
on_output (VbetLink *link, const char *bytes, gulong size, VbetTerminal *self)
{
  vte_terminal_feed (self->vte, bytes, (gssize)size);
  if (!gtk_widget_get_mapped (GTK_WIDGET (self->vte)) && self->mark == VBET_MARK_NONE)
    set_mark (self, VBET_MARK_OUTPUT);
}

static void
on_bell (VbetTerminal *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self->vte)))
    set_mark (self, VBET_MARK_BELL);
}

static void
on_map (VbetTerminal *self)
{
  set_mark (self, VBET_MARK_NONE);
}

/* A shell that its user has left takes its terminal along; one whose guest has gone tells so. */
static gboolean
on_shell_ended (gpointer data)
{
  VbetTerminal *self = data;
  self->lost_source = 0;
  update_state (self);
  if (vbet_terminal_get_state (self) == VBET_STATE_READY)
    g_signal_emit_by_name (self, "close");
  return G_SOURCE_REMOVE;
}

static void
on_lost (VbetLink *link, const char *why, VbetTerminal *self)
{
  if (self->kind == VBET_LINK_SHELL) {
    say (self, why != NULL ? why : _ ("the shell has ended"));
    if (why == NULL && self->lost_source == 0)
      self->lost_source = g_timeout_add (SHELL_END_MS, on_shell_ended, self);
  } else {
    say (self, why != NULL ? why : _ ("the console is closed"));
  }
  if (self->lost_source == 0)
    update_state (self);
}

/* Whether what is committed now was typed. What the terminal answers to a program's question is for that
 * program alone; it begins with an escape character and comes while no key is dealt with. */
static gboolean
is_typed (VbetTerminal *self, const char *text)
{
  g_autoptr (GdkEvent) event = gtk_get_current_event ();
  return self->pasting > 0 || text[0] != '\033' || (event != NULL && event->type == GDK_KEY_PRESS);
}

static void
on_commit (VteTerminal *vte, const char *text, guint size, VbetTerminal *self)
{
  if (size > 0 && is_typed (self, text))
    g_signal_emit_by_name (self, "typed", text, size);
  vbet_link_send (self->link, text, size);
}

static void
on_size (GtkWidget *widget, GtkAllocation *allocation, VbetTerminal *self)
{
  glong rows = vte_terminal_get_row_count (self->vte), columns = vte_terminal_get_column_count (self->vte);
  if (rows == self->rows && columns == self->columns)
    return;
  self->rows = rows;
  self->columns = columns;
  vbet_link_resize (self->link, (guint)rows, (guint)columns);
}

void
vbet_terminal_connect (VbetTerminal *self, VbetClient *client)
{
  g_return_if_fail (VBET_IS_TERMINAL (self));
  self->rows = vte_terminal_get_row_count (self->vte);
  self->columns = vte_terminal_get_column_count (self->vte);
  self->connected_once = TRUE;
  vte_terminal_reset (self->vte, TRUE, TRUE);
  vbet_link_open (self->link, client, (guint)self->rows, (guint)self->columns);
  update_state (self);
}

gboolean
vbet_terminal_is_connected (VbetTerminal *self)
{
  return vbet_link_is_open (self->link);
}

void
vbet_terminal_send (VbetTerminal *self, const char *bytes, guint size)
{
  vbet_link_send (self->link, bytes, size);
}

/* --- simple values ----------------------------------------------------------------------------------- */

const char *
vbet_terminal_get_device (VbetTerminal *self)
{
  return self->device;
}

VbetLinkKind
vbet_terminal_get_kind (VbetTerminal *self)
{
  return self->kind;
}

const char *
vbet_terminal_get_title (VbetTerminal *self)
{
  return self->label;
}

guint
vbet_terminal_get_number (VbetTerminal *self)
{
  return self->number;
}

VbetMark
vbet_terminal_get_mark (VbetTerminal *self)
{
  return self->mark;
}

void
vbet_terminal_set_titled (VbetTerminal *self, gboolean titled)
{
  gtk_widget_set_visible (self->title, titled);
}

void
vbet_terminal_focus (VbetTerminal *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->vte));
}

gboolean
vbet_terminal_has_focus (VbetTerminal *self)
{
  return gtk_widget_has_focus (GTK_WIDGET (self->vte));
}

void
vbet_terminal_find (VbetTerminal *self)
{
  vbet_find_bar_show (VBET_FIND_BAR (self->find_bar));
}

void
vbet_terminal_set_receiving (VbetTerminal *self, gboolean receiving)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  if (receiving)
    gtk_style_context_add_class (style, "vbet-receiving");
  else
    gtk_style_context_remove_class (style, "vbet-receiving");
}

void
vbet_terminal_set_detached (VbetTerminal *self, gboolean detached)
{
  self->detached = detached;
}

void
vbet_terminal_set_look (VbetTerminal *self, double scale, gboolean dark)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  vbet_terminal_look_apply (self->vte, dark);
  gtk_style_context_remove_class (style, dark ? "vbet-paper-light" : "vbet-paper-dark");
  gtk_style_context_add_class (style, dark ? "vbet-paper-dark" : "vbet-paper-light");
  vte_terminal_set_font_scale (self->vte, CLAMP (scale, 0.25, 8));
}

/* --- keys and pointer ------------------------------------------------------------------------------------
 */

/* The window's shortcuts that concern consoles; all others are the shell's while it has the focus. */
static gboolean
window_keys (VbetTerminal *self, guint key)
{
  static const struct {
    guint key;
    const char *action;
  } keys[] = {
    { GDK_KEY_b, "console-broadcast" },
    { GDK_KEY_g, "tile-consoles" },
    { GDK_KEY_t, "console-all" },
    { GDK_KEY_x, "run-on" },
  };
  GActionGroup *group = gtk_widget_get_action_group (gtk_widget_get_toplevel (GTK_WIDGET (self)), "win");
  for (guint i = 0; group != NULL && i < G_N_ELEMENTS (keys); i++) {
    if (keys[i].key != key)
      continue;
    g_action_group_activate_action (group, keys[i].action, NULL);
    return TRUE;
  }
  return FALSE;
}

static gboolean
copy_keys (VbetTerminal *self, guint modifiers, guint key)
{
  if (modifiers != (GDK_CONTROL_MASK | GDK_SHIFT_MASK))
    return FALSE;
  switch (key) {
  case GDK_KEY_c:
    _vbet_terminal_copy (self);
    return TRUE;
  case GDK_KEY_v:
    _vbet_terminal_paste (self);
    return TRUE;
  case GDK_KEY_a:
    vte_terminal_select_all (self->vte);
    return TRUE;
  case GDK_KEY_f:
    vbet_terminal_find (self);
    return TRUE;
  case GDK_KEY_w:
    g_signal_emit_by_name (self, "close");
    return TRUE;
  case GDK_KEY_d:
    g_signal_emit_by_name (self, "detach");
    return TRUE;
  case GDK_KEY_r:
    g_signal_emit_by_name (self, "shell");
    return TRUE;
  default:
    return window_keys (self, key);
  }
}

static gboolean
zoom_keys (VbetTerminal *self, guint modifiers, guint key)
{
  int by = 0;
  if ((modifiers & GDK_CONTROL_MASK) == 0 || (modifiers & GDK_MOD1_MASK) != 0)
    return FALSE;
  if (key == GDK_KEY_plus || key == GDK_KEY_KP_Add)
    by = 1;
  else if (key == GDK_KEY_minus || key == GDK_KEY_KP_Subtract || key == GDK_KEY_underscore)
    by = -1;
  else if (key != GDK_KEY_0 && key != GDK_KEY_KP_0 && key != GDK_KEY_parenright && key != GDK_KEY_equal)
    return FALSE;
  g_signal_emit_by_name (self, "zoom", by);
  return TRUE;
}

static gboolean
step_keys (VbetTerminal *self, guint modifiers, guint key)
{
  if ((modifiers & GDK_CONTROL_MASK) == 0)
    return FALSE;
  if (key == GDK_KEY_Page_Down || key == GDK_KEY_Tab)
    g_signal_emit_by_name (self, "step", 1);
  else if (key == GDK_KEY_Page_Up || key == GDK_KEY_ISO_Left_Tab)
    g_signal_emit_by_name (self, "step", -1);
  else
    return FALSE;
  return TRUE;
}

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, VbetTerminal *self)
{
  guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  gboolean swallowed = FALSE;
  if (copy_keys (self, modifiers, gdk_keyval_to_lower (event->keyval))
      || zoom_keys (self, modifiers, event->keyval) || step_keys (self, modifiers, event->keyval))
    return GDK_EVENT_STOP;
  if (event->keyval == GDK_KEY_Escape && modifiers == 0)
    g_signal_emit_by_name (self, "escape", &swallowed);
  if (swallowed)
    return GDK_EVENT_STOP;
  if (event->keyval == GDK_KEY_Menu || (event->keyval == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK))
    return _vbet_terminal_popup (self, NULL);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_button (GtkWidget *widget, GdkEventButton *event, VbetTerminal *self)
{
  if (event->type != GDK_BUTTON_PRESS || event->button != GDK_BUTTON_SECONDARY)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (widget);
  return _vbet_terminal_popup (self, event);
}

static gboolean
on_scroll (GtkWidget *widget, GdkEventScroll *event, VbetTerminal *self)
{
  double dx = 0, dy = 0;
  if ((event->state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  if (event->direction == GDK_SCROLL_UP)
    dy = -1;
  else if (event->direction == GDK_SCROLL_DOWN)
    dy = 1;
  else
    gdk_event_get_scroll_deltas ((GdkEvent *)event, &dx, &dy);
  if (dy != 0)
    g_signal_emit_by_name (self, "zoom", dy < 0 ? 1 : -1);
  return GDK_EVENT_STOP;
}

static gboolean
on_focus_in (GtkWidget *widget, GdkEventFocus *event, VbetTerminal *self)
{
  /* Of several windows on one console, the focused one decides. */
  vbet_link_resize (self->link, (guint)self->rows, (guint)self->columns);
  g_signal_emit_by_name (self, "focused");
  return GDK_EVENT_PROPAGATE;
}

static void
on_dropped (GtkWidget *widget, GdkDragContext *context, int x, int y, GtkSelectionData *data, guint info,
            guint time, VbetTerminal *self)
{
  g_auto (GStrv) uris = gtk_selection_data_get_uris (data);
  if (uris != NULL && uris[0] != NULL)
    g_signal_emit_by_name (self, "dropped", uris);
  gtk_drag_finish (context, uris != NULL, FALSE, time);
}

/* --- the widget ---------------------------------------------------------------------------------------- */

static GtkWidget *
title_button (VbetTerminal *self, const char *icon, const char *name, const char *tooltip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_MENU);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_pack_end (GTK_BOX (self->title), button, FALSE, FALSE, 0);
  return button;
}

static void
make_title (VbetTerminal *self)
{
  GtkWidget *label = gtk_label_new (self->label);
  g_autofree char *close = g_strdup_printf (_ ("Close the console of %s"), self->label);
  g_autofree char *detach = g_strdup_printf (_ ("Detach the console of %s"), self->label);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_pack_start (GTK_BOX (self->title), self->dot, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->title), label, TRUE, TRUE, 0);
  title_button (self, "window-close-symbolic", close,
                self->kind == VBET_LINK_SHELL ? _ ("Close (Ctrl+Shift+W); ends the shell")
                                              : _ ("Close (Ctrl+Shift+W); the guest runs on"),
                G_CALLBACK (on_close));
  title_button (self, "window-new-symbolic", detach, _ ("To a window of its own (Ctrl+Shift+D)"),
                G_CALLBACK (on_detach));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->title), "vbet-terminal-title");
  gtk_widget_show_all (self->title);
  gtk_widget_hide (self->title);
}

static GtkWidget *
card_button (GtkWidget *box, const char *label, const char *style, GCallback clicked, VbetTerminal *self)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  if (style != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (button), style);
  if (clicked != NULL)
    g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  return button;
}

static void
make_card (VbetTerminal *self, GtkOverlay *overlay)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  self->card_text = gtk_label_new ("");
  gtk_label_set_line_wrap (GTK_LABEL (self->card_text), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (self->card_text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (self->card_text), 48);
  gtk_label_set_justify (GTK_LABEL (self->card_text), GTK_JUSTIFY_CENTER);
  self->card_start = card_button (buttons, _ ("_Start it"), "suggested-action", G_CALLBACK (on_start), self);
  self->card_run = card_button (buttons, _ ("_Run the lab"), "suggested-action", NULL, self);
  self->card_again
      = card_button (buttons, _ ("_Open another"), "suggested-action", G_CALLBACK (on_again), self);
  self->card_close = card_button (buttons, _ ("_Close this"), NULL, G_CALLBACK (on_close), self);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->card_run), "win.run");
  gtk_widget_set_halign (buttons, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (self->card, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->card, GTK_ALIGN_CENTER);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->card), "vbet-terminal-card");
  gtk_style_context_add_class (gtk_widget_get_style_context (self->card), GTK_STYLE_CLASS_BACKGROUND);
  gtk_box_pack_start (GTK_BOX (self->card), self->card_text, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->card), buttons, FALSE, FALSE, 0);
  gtk_widget_show_all (self->card);
  gtk_widget_hide (self->card);
  gtk_overlay_add_overlay (overlay, self->card);
}

static char *
make_label (VbetLinkKind kind, const char *device, guint number)
{
  if (kind == VBET_LINK_CONSOLE)
    return g_strdup (device);
  return number == 0 ? g_strdup_printf (_ ("%s (root shell)"), device)
                     : g_strdup_printf (_ ("%s (root shell %u)"), device, number + 1);
}

GtkWidget *
vbet_terminal_new (VbetSession *session, VbetRunner *runner, VbetLinkKind kind, const char *device,
                   guint number)
{
  VbetTerminal *self = g_object_new (VBET_TYPE_TERMINAL, "visible", TRUE, NULL);
  g_autofree char *name = kind == VBET_LINK_CONSOLE ? g_strdup_printf (_ ("Console of %s"), device)
                                                    : g_strdup_printf (_ ("Root shell of %s"), device);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  self->kind = kind;
  self->number = number;
  self->device = g_strdup (device);
  self->label = make_label (kind, device, number);
  self->link = vbet_link_new (kind, device);
  g_signal_connect_object (self->link, "output", G_CALLBACK (on_output), self, 0);
  g_signal_connect_object (self->link, "lost", G_CALLBACK (on_lost), self, 0);
  g_signal_connect_object (session, "states-changed", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "changed", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (runner, "phase-changed", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->vte)), name);
  make_title (self);
  update_state (self);
  return GTK_WIDGET (self);
}

static void
vbet_terminal_destroy (GtkWidget *widget)
{
  VbetTerminal *self = VBET_TERMINAL (widget);
  g_clear_handle_id (&self->lost_source, g_source_remove);
  if (self->link != NULL)
    vbet_link_close (self->link);
  if (self->chooser != NULL)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_clear_object (&self->chooser);
  GTK_WIDGET_CLASS (vbet_terminal_parent_class)->destroy (widget);
}

static void
vbet_terminal_finalize (GObject *object)
{
  VbetTerminal *self = VBET_TERMINAL (object);
  g_clear_object (&self->link);
  g_clear_object (&self->actions);
  g_clear_object (&self->session);
  g_clear_object (&self->runner);
  g_free (self->device);
  g_free (self->label);
  G_OBJECT_CLASS (vbet_terminal_parent_class)->finalize (object);
}

static void
vbet_terminal_class_init (VbetTerminalClass *klass)
{
  static const char *const plain[]
      = { "close", "detach", "marked", "focused", "shell", "copy-in", "copy-out" };
  static const char *const numbers[] = { "step", "zoom" };
  GType type = VBET_TYPE_TERMINAL;
  G_OBJECT_CLASS (klass)->finalize = vbet_terminal_finalize;
  GTK_WIDGET_CLASS (klass)->destroy = vbet_terminal_destroy;
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    g_signal_new (plain[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_signal_new (numbers[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  g_signal_new ("typed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_POINTER,
                G_TYPE_UINT);
  g_signal_new ("escape", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                G_TYPE_BOOLEAN, 0);
  g_signal_new ("notice", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("dropped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRV);
}

static void
make_vte (VbetTerminal *self)
{
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Monospace 10");
  self->vte = VTE_TERMINAL (vte_terminal_new ());
  vte_terminal_set_font (self->vte, font);
  vte_terminal_set_scrollback_lines (self->vte, SCROLLBACK_LINES);
  vte_terminal_set_mouse_autohide (self->vte, TRUE);
  vte_terminal_set_audible_bell (self->vte, FALSE);
  vte_terminal_set_scroll_on_output (self->vte, FALSE);
  vte_terminal_set_scroll_on_keystroke (self->vte, TRUE);
  vbet_terminal_look_apply (self->vte, TRUE);
  gtk_drag_dest_set (GTK_WIDGET (self->vte), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_uri_targets (GTK_WIDGET (self->vte));
  g_signal_connect (self->vte, "drag-data-received", G_CALLBACK (on_dropped), self);
  g_signal_connect (self->vte, "commit", G_CALLBACK (on_commit), self);
  g_signal_connect (self->vte, "key-press-event", G_CALLBACK (on_key), self);
  g_signal_connect (self->vte, "button-press-event", G_CALLBACK (on_button), self);
  g_signal_connect (self->vte, "scroll-event", G_CALLBACK (on_scroll), self);
  g_signal_connect (self->vte, "focus-in-event", G_CALLBACK (on_focus_in), self);
  g_signal_connect_after (self->vte, "size-allocate", G_CALLBACK (on_size), self);
  g_signal_connect_object (self->vte, "bell", G_CALLBACK (on_bell), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->vte, "map", G_CALLBACK (on_map), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
vbet_terminal_init (VbetTerminal *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *overlay = gtk_overlay_new ();
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  make_vte (self);
  self->title = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->dot = vbet_state_dot_new ();
  self->find_bar = vbet_find_bar_new (self->vte);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_style_context_add_class (style, "vbet-terminal");
  gtk_widget_set_size_request (GTK_WIDGET (self), 120, 60);
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "vbet-paper");
  g_object_set (self->vte, "margin-start", 6, "margin-top", 3, NULL);
  gtk_box_pack_start (GTK_BOX (row), GTK_WIDGET (self->vte), TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (row),
                    gtk_scrollbar_new (GTK_ORIENTATION_VERTICAL,
                                       gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->vte))),
                    FALSE, FALSE, 0);
  gtk_widget_show_all (row);
  gtk_container_add (GTK_CONTAINER (overlay), row);
  gtk_widget_show (overlay);
  gtk_box_pack_start (GTK_BOX (self), self->title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), overlay, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->find_bar, FALSE, FALSE, 0);
  make_card (self, GTK_OVERLAY (overlay));
  _vbet_terminal_add_actions (self);
}
