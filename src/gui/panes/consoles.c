/* consoles.c - see consoles.h.
 *
 * The array of terminals holds a reference on each, so that one may move
 * between tab, tile and window. What a terminal asks for by a signal is done
 * after its key or button has been dealt with.
 */
#include "config.h"

#include "gui/panes/consoles-private.h"

#include <glib/gi18n.h>

#include "gui/panes/broadcast-bar.h"
#include "gui/panes/console-tab.h"
#include "gui/panes/console-window.h"
#include "gui/panes/terminal.h"
#include "gui/panes/tiles.h"

G_DEFINE_FINAL_TYPE (VbetConsoles, vbet_consoles, GTK_TYPE_BOX)

/* --- where terminals are ------------------------------------------------------------------- */

static GtkWidget *
window_of (VbetConsoles *self, GtkWidget *terminal)
{
  return g_hash_table_lookup (self->windows, terminal);
}

static GtkWidget *
tab_of (VbetConsoles *self, GtkWidget *terminal)
{
  return g_hash_table_lookup (self->tabs, terminal);
}

/* (transfer container): those that are not in windows of their own. */
static GPtrArray *
inside (VbetConsoles *self)
{
  GPtrArray *found = g_ptr_array_new ();
  for (guint i = 0; i < self->terminals->len; i++)
    if (window_of (self, g_ptr_array_index (self->terminals, i)) == NULL)
      g_ptr_array_add (found, g_ptr_array_index (self->terminals, i));
  return found;
}

static GtkWidget *
get_current (VbetConsoles *self)
{
  if (self->current != NULL)
    return self->current;
  if (!self->tiled && gtk_stack_get_visible_child (GTK_STACK (self->stack)) != NULL)
    return gtk_stack_get_visible_child (GTK_STACK (self->stack));
  return self->terminals->len > 0 ? g_ptr_array_index (self->terminals, 0) : NULL;
}

/* --- placing ---------------------------------------------------------------------------------------- */

static void
show_what_there_is (VbetConsoles *self)
{
  g_autoptr (GPtrArray) here = inside (self);
  gboolean any = self->terminals->len > 0;
  const char *page = !any ? "empty" : here->len == 0 ? "detached" : self->tiled ? "tiles" : "tabs";
  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), page);
  gtk_widget_set_visible (self->strip, any);
  gtk_widget_set_visible (self->scrolled, !self->tiled);
}

/* More tabs than fit: the one on top is in view. */
static void
scroll_to_tab (VbetConsoles *self)
{
  GtkWidget *visible = gtk_stack_get_visible_child (GTK_STACK (self->stack));
  GtkWidget *tab = visible != NULL ? tab_of (self, visible) : NULL;
  GtkAdjustment *across = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  GtkAllocation at;
  if (tab == NULL)
    return;
  gtk_widget_get_allocation (tab, &at);
  gtk_adjustment_clamp_page (across, at.x, at.x + at.width);
}

static gboolean
on_tabs_scroll (GtkWidget *widget, GdkEventScroll *event, VbetConsoles *self)
{
  GtkAdjustment *across = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  double dx = 0, dy = 0;
  if (event->direction == GDK_SCROLL_UP || event->direction == GDK_SCROLL_LEFT)
    dy = -1;
  else if (event->direction == GDK_SCROLL_DOWN || event->direction == GDK_SCROLL_RIGHT)
    dy = 1;
  else
    gdk_event_get_scroll_deltas ((GdkEvent *)event, &dx, &dy);
  gtk_adjustment_set_value (across, gtk_adjustment_get_value (across) + (dx + dy) * 60);
  return GDK_EVENT_STOP;
}

/* Shows which tab is on top; the others of its group pop out. */
static void
on_visible_child (VbetConsoles *self)
{
  GtkWidget *visible = gtk_stack_get_visible_child (GTK_STACK (self->stack));
  GtkWidget *tab = visible != NULL ? tab_of (self, visible) : NULL;
  if (tab != NULL)
    vbet_console_tab_set_active (VBET_CONSOLE_TAB (tab));
  scroll_to_tab (self);
}

static void
reveal (VbetConsoles *self, GtkWidget *terminal)
{
  GtkWidget *window = window_of (self, terminal);
  if (window != NULL)
    gtk_window_present (GTK_WINDOW (window));
  else if (!self->tiled)
    gtk_stack_set_visible_child (GTK_STACK (self->stack), terminal);
  vbet_terminal_focus (VBET_TERMINAL (terminal));
}

static void
on_chosen (GtkWidget *tab, VbetConsoles *self)
{
  reveal (self, GTK_WIDGET (vbet_console_tab_get_terminal (VBET_CONSOLE_TAB (tab))));
}

/* The tabs keep the order in which the terminals were opened, also when one comes back. */
static void
put_tab (VbetConsoles *self, GtkWidget *terminal, int place)
{
  g_autoptr (GList) tabs = gtk_container_get_children (GTK_CONTAINER (self->bar));
  GtkWidget *tab = vbet_console_tab_new (VBET_TERMINAL (terminal), tabs != NULL ? tabs->data : NULL);
  g_hash_table_insert (self->tabs, terminal, tab);
  g_signal_connect (tab, "chosen", G_CALLBACK (on_chosen), self);
  gtk_container_add (GTK_CONTAINER (self->bar), tab);
  gtk_box_reorder_child (GTK_BOX (self->bar), tab, place);
  gtk_container_add (GTK_CONTAINER (self->stack), terminal);
}

static void
remove_tab (VbetConsoles *self, GtkWidget *terminal)
{
  GtkWidget *tab = tab_of (self, terminal);
  g_hash_table_remove (self->tabs, terminal);
  if (tab != NULL)
    gtk_widget_destroy (tab);
}

static void
take_out (VbetConsoles *self, GtkWidget *terminal)
{
  GtkWidget *parent = gtk_widget_get_parent (terminal);
  remove_tab (self, terminal);
  if (parent != NULL)
    gtk_container_remove (GTK_CONTAINER (parent), terminal);
}

static void
destroy_child (GtkWidget *child, gpointer data)
{
  gtk_widget_destroy (child);
}

/* Puts every terminal of the pane where it belongs; those in windows stay there. */
static void
place (VbetConsoles *self)
{
  g_autoptr (GPtrArray) here = inside (self);
  GtkWidget *visible = gtk_stack_get_visible_child (GTK_STACK (self->stack));
  for (guint i = 0; i < here->len; i++) {
    GtkWidget *terminal = g_ptr_array_index (here, i);
    gboolean is_tab = tab_of (self, terminal) != NULL;
    vbet_terminal_set_titled (VBET_TERMINAL (terminal), self->tiled);
    if (self->tiled || !is_tab)
      take_out (self, terminal);
    if (!self->tiled && !is_tab)
      put_tab (self, terminal, (int)i);
  }
  gtk_container_foreach (GTK_CONTAINER (self->tiles), destroy_child, NULL);
  if (self->tiled && here->len > 0)
    gtk_box_pack_start (GTK_BOX (self->tiles), vbet_tiles_new (here), TRUE, TRUE, 0);
  if (!self->tiled && visible != NULL && gtk_widget_get_parent (visible) == self->stack)
    gtk_stack_set_visible_child (GTK_STACK (self->stack), visible);
  show_what_there_is (self);
}

static void
refresh (VbetConsoles *self)
{
  place (self);
  vbet_broadcast_bar_set_terminals (VBET_BROADCAST_BAR (self->broadcast), self->terminals);
  if (self->terminals->len == 0)
    vbet_consoles_set_broadcast (self, FALSE);
  _vbet_consoles_show_receivers (self);
  g_signal_emit_by_name (self, "changed");
}

void
vbet_consoles_set_tiled (VbetConsoles *self, gboolean tiled)
{
  g_return_if_fail (VBET_IS_CONSOLES (self));
  if (self->tiled == tiled)
    return;
  GtkWidget *current = get_current (self);
  gboolean focused = current != NULL && vbet_terminal_has_focus (VBET_TERMINAL (current));
  self->tiled = tiled;
  place (self);
  if (current != NULL && window_of (self, current) == NULL && !tiled)
    gtk_stack_set_visible_child (GTK_STACK (self->stack), current);
  if (focused)
    vbet_terminal_focus (VBET_TERMINAL (current));
}

/* --- windows of their own ------------------------------------------------------------------------------ */

static void
bring_back (VbetConsoles *self, GtkWidget *terminal)
{
  GtkWidget *window = window_of (self, terminal);
  g_hash_table_remove (self->windows, terminal);
  gtk_container_remove (GTK_CONTAINER (window), terminal);
  gtk_widget_destroy (window);
  vbet_terminal_set_detached (VBET_TERMINAL (terminal), FALSE);
  refresh (self);
  reveal (self, terminal);
}

static void
on_back (GtkWidget *window, VbetConsoles *self)
{
  GtkWidget *terminal = gtk_bin_get_child (GTK_BIN (window));
  if (terminal != NULL)
    g_signal_emit_by_name (terminal, "detach");
}

static void
send_out (VbetConsoles *self, GtkWidget *terminal)
{
  GtkWidget *top = gtk_widget_get_toplevel (GTK_WIDGET (self));
  take_out (self, terminal);
  vbet_terminal_set_titled (VBET_TERMINAL (terminal), FALSE);
  vbet_terminal_set_detached (VBET_TERMINAL (terminal), TRUE);
  GtkWidget *window
      = vbet_console_window_new (VBET_TERMINAL (terminal), vbet_session_get_name (self->session));
  g_hash_table_insert (self->windows, terminal, window);
  if (G_IS_ACTION_GROUP (top))
    gtk_widget_insert_action_group (window, "win", G_ACTION_GROUP (top));
  g_signal_connect_object (window, "back", G_CALLBACK (on_back), self, 0);
  refresh (self);
  gtk_window_present (GTK_WINDOW (window));
  vbet_terminal_focus (VBET_TERMINAL (terminal));
}

/* --- what a terminal asks for -----------------------------------------------------------------------------
 */

typedef void (*Later) (VbetConsoles *self, GtkWidget *terminal);

typedef struct {
  VbetConsoles *self;
  GtkWidget *terminal;
  Later what;
} Asked;

static gboolean
do_asked (gpointer data)
{
  Asked *asked = data;
  if (g_ptr_array_find (asked->self->terminals, asked->terminal, NULL))
    asked->what (asked->self, asked->terminal);
  return G_SOURCE_REMOVE;
}

static void
asked_free (gpointer data)
{
  Asked *asked = data;
  g_object_unref (asked->self);
  g_object_unref (asked->terminal);
  g_free (asked);
}

static void
later (VbetConsoles *self, GtkWidget *terminal, Later what)
{
  Asked *asked = g_new (Asked, 1);
  *asked = (Asked){ g_object_ref (self), g_object_ref (terminal), what };
  g_idle_add_full (G_PRIORITY_DEFAULT, do_asked, asked, asked_free);
}

static void
drop (VbetConsoles *self, GtkWidget *terminal)
{
  g_autoptr (GtkWidget) keep = g_object_ref (terminal);
  GtkWidget *window = window_of (self, terminal);
  gboolean focused = vbet_terminal_has_focus (VBET_TERMINAL (terminal));
  if (self->current == terminal)
    self->current = NULL;
  take_out (self, terminal);
  g_hash_table_remove (self->windows, terminal);
  g_ptr_array_remove (self->terminals, terminal);
  gtk_widget_destroy (terminal);
  if (window != NULL)
    gtk_widget_destroy (window);
  refresh (self);
  if (focused && window == NULL)
    vbet_consoles_focus (self);
}

static void
on_close (GtkWidget *terminal, VbetConsoles *self)
{
  later (self, terminal, drop);
}

static void
detach (VbetConsoles *self, GtkWidget *terminal)
{
  if (window_of (self, terminal) != NULL)
    bring_back (self, terminal);
  else
    send_out (self, terminal);
}

static void
on_detach (GtkWidget *terminal, VbetConsoles *self)
{
  later (self, terminal, detach);
}

static void
on_step (GtkWidget *terminal, int by, VbetConsoles *self)
{
  g_autoptr (GPtrArray) here = inside (self);
  guint index = 0;
  if (g_ptr_array_find (here, terminal, &index))
    reveal (self, g_ptr_array_index (here, ((int)(index + here->len) + by) % (int)here->len));
}

static void
on_focused (GtkWidget *terminal, VbetConsoles *self)
{
  self->current = terminal;
}

static void
on_shell (VbetTerminal *terminal, VbetConsoles *self)
{
  g_signal_emit_by_name (self, "shell", vbet_terminal_get_device (terminal));
}

static void
on_copy_in (VbetTerminal *terminal, VbetConsoles *self)
{
  g_signal_emit_by_name (self, "copy", vbet_terminal_get_device (terminal), TRUE);
}

static void
on_copy_out (VbetTerminal *terminal, VbetConsoles *self)
{
  g_signal_emit_by_name (self, "copy", vbet_terminal_get_device (terminal), FALSE);
}

static void
on_dropped (VbetTerminal *terminal, char **uris, VbetConsoles *self)
{
  g_signal_emit_by_name (self, "dropped", vbet_terminal_get_device (terminal), uris);
}

static void
on_notice (VbetTerminal *terminal, const char *text, VbetConsoles *self)
{
  g_signal_emit_by_name (self, "notice", text);
}

/* --- opening and closing
 * -------------------------------------------------------------------------------------- */

static GtkWidget *
find (VbetConsoles *self, VbetLinkKind kind, const char *device, guint number)
{
  for (guint i = 0; i < self->terminals->len; i++) {
    VbetTerminal *terminal = g_ptr_array_index (self->terminals, i);
    if (vbet_terminal_get_kind (terminal) == kind && vbet_terminal_get_number (terminal) == number
        && g_strcmp0 (vbet_terminal_get_device (terminal), device) == 0)
      return GTK_WIDGET (terminal);
  }
  return NULL;
}

static GtkWidget *
add (VbetConsoles *self, VbetLinkKind kind, const char *device, guint number)
{
  static const struct {
    const char *signal;
    GCallback handler;
  } handlers[] = {
    { "close", G_CALLBACK (on_close) },
    { "detach", G_CALLBACK (on_detach) },
    { "typed", G_CALLBACK (_vbet_consoles_on_typed) },
    { "escape", G_CALLBACK (_vbet_consoles_on_escape) },
    { "step", G_CALLBACK (on_step) },
    { "zoom", G_CALLBACK (_vbet_consoles_on_zoom) },
    { "focused", G_CALLBACK (on_focused) },
    { "shell", G_CALLBACK (on_shell) },
    { "copy-in", G_CALLBACK (on_copy_in) },
    { "copy-out", G_CALLBACK (on_copy_out) },
    { "dropped", G_CALLBACK (on_dropped) },
    { "notice", G_CALLBACK (on_notice) },
  };
  GtkWidget *terminal = vbet_terminal_new (self->session, self->runner, kind, device, number);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (terminal, handlers[i].signal, handlers[i].handler, self, 0);
  vbet_terminal_set_look (VBET_TERMINAL (terminal), self->zoom * self->scale, _vbet_consoles_is_dark (self));
  g_ptr_array_add (self->terminals, g_object_ref_sink (terminal));
  refresh (self);
  return terminal;
}

void
vbet_consoles_open (VbetConsoles *self, VbetClient *client, const char *device)
{
  g_return_if_fail (VBET_IS_CONSOLES (self) && VBET_IS_CLIENT (client));
  GtkWidget *terminal = find (self, VBET_LINK_CONSOLE, device, 0);
  if (terminal == NULL)
    terminal = add (self, VBET_LINK_CONSOLE, device, 0);
  if (!vbet_terminal_is_connected (VBET_TERMINAL (terminal)))
    vbet_terminal_connect (VBET_TERMINAL (terminal), client);
  reveal (self, terminal);
}

void
vbet_consoles_open_shell (VbetConsoles *self, VbetClient *client, const char *device)
{
  g_return_if_fail (VBET_IS_CONSOLES (self) && VBET_IS_CLIENT (client));
  guint number = 0;
  while (find (self, VBET_LINK_SHELL, device, number) != NULL)
    number++;
  GtkWidget *terminal = add (self, VBET_LINK_SHELL, device, number);
  vbet_terminal_connect (VBET_TERMINAL (terminal), client);
  reveal (self, terminal);
}

void
vbet_consoles_reconnect (VbetConsoles *self, VbetClient *client)
{
  g_return_if_fail (VBET_IS_CONSOLES (self));
  for (guint i = 0; i < self->terminals->len; i++) {
    VbetTerminal *terminal = g_ptr_array_index (self->terminals, i);
    if (vbet_terminal_get_kind (terminal) == VBET_LINK_CONSOLE && !vbet_terminal_is_connected (terminal))
      vbet_terminal_connect (terminal, client);
  }
}

guint
vbet_consoles_size (VbetConsoles *self)
{
  return self->terminals->len;
}

char **
vbet_consoles_get_devices (VbetConsoles *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; i < self->terminals->len; i++) {
    VbetTerminal *terminal = g_ptr_array_index (self->terminals, i);
    if (vbet_terminal_get_kind (terminal) == VBET_LINK_CONSOLE)
      g_strv_builder_add (builder, vbet_terminal_get_device (terminal));
  }
  return g_strv_builder_end (builder);
}

void
vbet_consoles_close_all (VbetConsoles *self)
{
  while (self->terminals->len > 0)
    drop (self, g_ptr_array_index (self->terminals, self->terminals->len - 1));
}

void
vbet_consoles_find (VbetConsoles *self)
{
  GtkWidget *terminal = get_current (self);
  if (terminal == NULL)
    return;
  reveal (self, terminal);
  vbet_terminal_find (VBET_TERMINAL (terminal));
}

void
vbet_consoles_detach (VbetConsoles *self)
{
  GtkWidget *terminal = get_current (self);
  if (terminal != NULL)
    detach (self, terminal);
}

gboolean
vbet_consoles_focus (VbetConsoles *self)
{
  g_autoptr (GPtrArray) here = inside (self);
  if (here->len == 0)
    return FALSE;
  GtkWidget *visible = self->tiled ? NULL : gtk_stack_get_visible_child (GTK_STACK (self->stack));
  if (self->tiled)
    visible = self->current != NULL && window_of (self, self->current) == NULL ? self->current
                                                                               : g_ptr_array_index (here, 0);
  if (visible != NULL)
    vbet_terminal_focus (VBET_TERMINAL (visible));
  return visible != NULL;
}

/* --- the widget
 * --------------------------------------------------------------------------------------------------- */

static void
add_tool (GtkWidget *box, GtkWidget *button, const char *icon, const char *action, const char *name,
          const char *tooltip)
{
  gtk_button_set_image (GTK_BUTTON (button), gtk_image_new_from_icon_name (icon, GTK_ICON_SIZE_MENU));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_tooltip_text (button, tooltip);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
}

static GtkWidget *
make_tools (void)
{
  GtkWidget *tools = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (tools), "linked");
  add_tool (tools, gtk_button_new (), "edit-find-symbolic", "win.console-find", _ ("Find in the console"),
            _ ("Find in what the console has shown (Ctrl+Shift+F)"));
  add_tool (tools, gtk_toggle_button_new (), "input-keyboard-symbolic", "win.console-broadcast",
            _ ("Type into several consoles"), _ ("What you type goes to several consoles (Ctrl+Shift+B)"));
  add_tool (tools, gtk_toggle_button_new (), "view-grid-symbolic", "win.tile-consoles", _ ("Side by side"),
            _ ("Show all consoles at once (Ctrl+Shift+G)"));
  add_tool (tools, gtk_button_new (), "window-new-symbolic", "win.console-detach", _ ("Detach the console"),
            _ ("Show the console in a window of its own (Ctrl+Shift+D)"));
  return tools;
}

static GtkWidget *
make_empty (const char *text, const char *action)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget *label = gtk_label_new (text);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_container_add (GTK_CONTAINER (box), label);
  if (action != NULL) {
    GtkWidget *button = gtk_button_new_with_mnemonic (_ ("Open _All Consoles"));
    gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
    gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
    gtk_container_add (GTK_CONTAINER (box), button);
  }
  gtk_widget_show_all (box);
  return box;
}

GtkWidget *
vbet_consoles_new (VbetSession *session, VbetRunner *runner, GSettings *settings)
{
  VbetConsoles *self = g_object_new (VBET_TYPE_CONSOLES, "visible", TRUE, NULL);
  self->session = g_object_ref (session);
  self->runner = g_object_ref (runner);
  self->settings = settings != NULL ? g_object_ref (settings) : NULL;
  if (settings != NULL) {
    g_signal_connect_object (settings, "changed::console-zoom", G_CALLBACK (_vbet_consoles_on_settings), self,
                             G_CONNECT_SWAPPED);
    g_signal_connect_object (settings, "changed::console-colours", G_CALLBACK (_vbet_consoles_on_settings),
                             self, G_CONNECT_SWAPPED);
    _vbet_consoles_on_settings (self);
  }
  return GTK_WIDGET (self);
}

static void
vbet_consoles_destroy (GtkWidget *widget)
{
  VbetConsoles *self = VBET_CONSOLES (widget);
  g_clear_handle_id (&self->escape_source, g_source_remove);
  for (guint i = 0; i < self->terminals->len; i++) {
    GtkWidget *window = window_of (self, g_ptr_array_index (self->terminals, i));
    if (window != NULL)
      gtk_widget_destroy (window);
  }
  g_hash_table_remove_all (self->windows);
  g_hash_table_remove_all (self->tabs);
  g_ptr_array_set_size (self->terminals, 0);
  self->current = NULL;
  GTK_WIDGET_CLASS (vbet_consoles_parent_class)->destroy (widget);
}

static void
vbet_consoles_finalize (GObject *object)
{
  VbetConsoles *self = VBET_CONSOLES (object);
  g_hash_table_unref (self->windows);
  g_hash_table_unref (self->tabs);
  g_ptr_array_unref (self->terminals);
  g_clear_object (&self->session);
  g_clear_object (&self->runner);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (vbet_consoles_parent_class)->finalize (object);
}

static void
vbet_consoles_class_init (VbetConsolesClass *klass)
{
  GType type = VBET_TYPE_CONSOLES;
  G_OBJECT_CLASS (klass)->finalize = vbet_consoles_finalize;
  GTK_WIDGET_CLASS (klass)->destroy = vbet_consoles_destroy;
  g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("broadcast-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("shell", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("copy", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                G_TYPE_BOOLEAN);
  g_signal_new ("dropped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                G_TYPE_STRV);
  g_signal_new ("notice", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
vbet_consoles_init (VbetConsoles *self)
{
  self->terminals = g_ptr_array_new_with_free_func (g_object_unref);
  self->tabs = g_hash_table_new (NULL, NULL);
  self->windows = g_hash_table_new (NULL, NULL);
  self->zoom = self->scale = 1;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  self->strip = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->scrolled = gtk_scrolled_window_new (NULL, NULL);
  self->broadcast = vbet_broadcast_bar_new ();
  self->pages = gtk_stack_new ();
  self->stack = gtk_stack_new ();
  self->tiles = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_NEVER);
  gtk_container_add (GTK_CONTAINER (self->scrolled), self->bar);
  gtk_widget_add_events (self->scrolled, GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK);
  g_signal_connect (self->scrolled, "scroll-event", G_CALLBACK (on_tabs_scroll), self);
  g_signal_connect_object (self->bar, "size-allocate", G_CALLBACK (scroll_to_tab), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->strip), "vbet-tabs");
  atk_object_set_name (gtk_widget_get_accessible (self->bar), _ ("Console tabs"));
  gtk_box_pack_start (GTK_BOX (self->strip), self->scrolled, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (self->strip), make_tools (), FALSE, FALSE, 0);
  gtk_widget_show_all (self->strip);
  gtk_widget_hide (self->strip);
  gtk_stack_add_named (
      GTK_STACK (self->pages),
      make_empty (_ ("Run the lab, then double-click a device: its console opens here."), "win.console-all"),
      "empty");
  gtk_stack_add_named (GTK_STACK (self->pages),
                       make_empty (_ ("The consoles are in windows of their own."), NULL), "detached");
  gtk_stack_add_named (GTK_STACK (self->pages), self->stack, "tabs");
  gtk_stack_add_named (GTK_STACK (self->pages), self->tiles, "tiles");
  gtk_widget_show (self->stack);
  gtk_widget_show (self->tiles);
  gtk_widget_show (self->pages);
  gtk_box_pack_start (GTK_BOX (self), self->strip, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->broadcast, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->pages, TRUE, TRUE, 0);
  g_signal_connect_object (self->stack, "notify::visible-child", G_CALLBACK (on_visible_child), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->broadcast, "changed", G_CALLBACK (_vbet_consoles_show_receivers), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->broadcast, "stop", G_CALLBACK (_vbet_consoles_on_broadcast_stop), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "style-updated", G_CALLBACK (_vbet_consoles_apply_look), NULL);
}
