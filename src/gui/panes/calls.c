/* calls.c - see calls.h.
 *
 * A list of at most MAX_ROWS calls, the oldest forgotten first, behind a
 * filter. The list follows its end until somebody scrolls up.
 */
#include "config.h"

#include "gui/panes/calls.h"

#include <glib/gi18n.h>

#include "gui/model/call-filter.h"

#define MAX_ROWS 5000
/* Rows that are dropped at once when there are more. */
#define DROP_ROWS 500
#define PULSE_MS 80

enum {
  COLUMN_NUMBER,
  COLUMN_TIME,
  COLUMN_TEXT,
  COLUMN_RESULT,
  COLUMN_TOOK,
  COLUMN_COLOUR,
  COLUMN_OBJECT,
  COLUMN_ICON,
  COLUMN_RUNNING,
  COLUMN_FAILED,
  COLUMN_PULSE,
  N_COLUMNS
};

struct _VbetCalls {
  GtkStack parent_instance;
  VbetRunner *runner;       /* owned */
  GtkListStore *store;      /* owned */
  GtkTreeModelFilter *rows; /* owned by the tree */
  GtkWidget *tree;
  GtkWidget *scroller;
  GtkWidget *only_failed;
  GtkWidget *wanted;
  GtkWidget *retry;
  GtkWidget *copy;
  GHashTable *iters; /* number → GtkTreeIter; a list store's iters persist */
  GHashTable *running;
  guint pulse; /* of the spinners */
  guint pulse_source;
};

G_DEFINE_FINAL_TYPE (VbetCalls, vbet_calls, GTK_TYPE_STACK)

static char *
took (const VbetCallNews *call)
{
  if (call->duration < 0 || g_str_equal (call->state, "running"))
    return g_strdup ("");
  return call->duration < 1 ? g_strdup_printf ("%.1f ms", call->duration * 1000)
                            : g_strdup_printf ("%.2f s", call->duration);
}

static char *
result_of (const VbetCallNews *call)
{
  if (g_str_equal (call->state, "failed"))
    return g_strdup_printf (_ ("failed: %s"), call->error != NULL ? call->error : _ ("no reason given"));
  return g_strdup (g_str_equal (call->state, "running") ? _ ("running …") : _ ("done"));
}

/* --- rows ------------------------------------------------------------------------------ */

static gboolean
is_shown (GtkTreeModel *model, GtkTreeIter *row, gpointer data)
{
  VbetCalls *self = data;
  g_autofree char *text = NULL, *result = NULL;
  gboolean failed = FALSE;
  gtk_tree_model_get (model, row, COLUMN_TEXT, &text, COLUMN_RESULT, &result, COLUMN_FAILED, &failed, -1);
  return vbet_call_filter_matches (text, result, failed,
                                   gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->only_failed)),
                                   gtk_entry_get_text (GTK_ENTRY (self->wanted)));
}

static void
on_filter (VbetCalls *self)
{
  gtk_tree_model_filter_refilter (self->rows);
}

/* Whether the list shows its end, so that it should go on doing so. */
static gboolean
at_end (VbetCalls *self)
{
  GtkAdjustment *bar = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  return gtk_adjustment_get_value (bar) + gtk_adjustment_get_page_size (bar)
         >= gtk_adjustment_get_upper (bar) - 30;
}

static void
drop_oldest (VbetCalls *self)
{
  GtkTreeIter row;
  gint64 number = 0;
  for (guint i = 0; i < DROP_ROWS && gtk_tree_model_get_iter_first (GTK_TREE_MODEL (self->store), &row);
       i++) {
    gtk_tree_model_get (GTK_TREE_MODEL (self->store), &row, COLUMN_NUMBER, &number, -1);
    g_hash_table_remove (self->iters, GSIZE_TO_POINTER (number));
    g_hash_table_remove (self->running, GSIZE_TO_POINTER (number));
    gtk_list_store_remove (self->store, &row);
  }
}

static gboolean
on_pulse (gpointer data)
{
  VbetCalls *self = data;
  GHashTableIter numbers;
  gpointer number = NULL;
  if (g_hash_table_size (self->running) == 0) {
    self->pulse_source = 0;
    return G_SOURCE_REMOVE;
  }
  self->pulse++;
  g_hash_table_iter_init (&numbers, self->running);
  while (gtk_widget_get_mapped (self->tree) && g_hash_table_iter_next (&numbers, &number, NULL)) {
    GtkTreeIter *row = g_hash_table_lookup (self->iters, number);
    if (row != NULL)
      gtk_list_store_set (self->store, row, COLUMN_PULSE, self->pulse, -1);
  }
  return G_SOURCE_CONTINUE;
}

static void
note_running (VbetCalls *self, const VbetCallNews *call)
{
  if (!g_str_equal (call->state, "running")) {
    g_hash_table_remove (self->running, GSIZE_TO_POINTER (call->number));
    return;
  }
  g_hash_table_add (self->running, GSIZE_TO_POINTER (call->number));
  if (self->pulse_source == 0)
    self->pulse_source = g_timeout_add (PULSE_MS, on_pulse, self);
}

static void
scroll_to (VbetCalls *self, GtkTreeIter *row)
{
  GtkTreeIter shown;
  if (!gtk_tree_model_filter_convert_child_iter_to_iter (self->rows, &shown, row))
    return;
  g_autoptr (GtkTreePath) path = gtk_tree_model_get_path (GTK_TREE_MODEL (self->rows), &shown);
  gtk_tree_view_scroll_to_cell (GTK_TREE_VIEW (self->tree), path, NULL, FALSE, 0, 0);
}

static void
on_called (VbetRunner *runner, const VbetCallNews *call, VbetCalls *self)
{
  GtkTreeIter *row = g_hash_table_lookup (self->iters, GSIZE_TO_POINTER (call->number));
  gboolean follow = at_end (self);
  gboolean failed = g_str_equal (call->state, "failed"), running = g_str_equal (call->state, "running");
  g_autofree char *time = g_strdup_printf ("%.3f s", call->time);
  g_autofree char *duration = took (call);
  g_autofree char *result = result_of (call);
  if (row == NULL) {
    if (g_hash_table_size (self->iters) >= MAX_ROWS)
      drop_oldest (self);
    row = g_new0 (GtkTreeIter, 1);
    gtk_list_store_append (self->store, row);
    g_hash_table_insert (self->iters, GSIZE_TO_POINTER (call->number), row);
  }
  const char *icon = failed ? "dialog-error-symbolic" : running ? NULL : "emblem-ok-symbolic";
  gtk_list_store_set (self->store, row, COLUMN_NUMBER, call->number, COLUMN_TIME, time, COLUMN_TEXT,
                      call->text, COLUMN_RESULT, result, COLUMN_TOOK, duration, COLUMN_COLOUR,
                      failed ? "#d0303c" : NULL, COLUMN_OBJECT, call->object, COLUMN_ICON, icon,
                      COLUMN_RUNNING, running, COLUMN_FAILED, failed, -1);
  note_running (self, call);
  gtk_stack_set_visible_child_name (GTK_STACK (self), "list");
  if (follow)
    scroll_to (self, row);
}

static void
on_cleared (VbetCalls *self)
{
  g_hash_table_remove_all (self->iters);
  g_hash_table_remove_all (self->running);
  gtk_list_store_clear (self->store);
  gtk_stack_set_visible_child_name (GTK_STACK (self), "empty");
}

/* --- what is selected --------------------------------------------------------------------- */

/* Numbers of the selected calls that failed. */
static GArray *
selected_failures (VbetCalls *self)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  GtkTreeModel *model = GTK_TREE_MODEL (self->rows);
  GList *paths
      = gtk_tree_selection_get_selected_rows (gtk_tree_view_get_selection (GTK_TREE_VIEW (self->tree)), NULL);
  for (GList *link = paths; link != NULL; link = link->next) {
    GtkTreeIter row;
    gboolean failed = FALSE;
    gint64 number = 0;
    if (!gtk_tree_model_get_iter (model, &row, link->data))
      continue;
    gtk_tree_model_get (model, &row, COLUMN_NUMBER, &number, COLUMN_FAILED, &failed, -1);
    if (failed)
      g_array_append_val (numbers, number);
  }
  g_list_free_full (paths, (GDestroyNotify)gtk_tree_path_free);
  return numbers;
}

static void
on_selection (GtkTreeSelection *selection, VbetCalls *self)
{
  GtkTreeModel *model = GTK_TREE_MODEL (self->rows);
  GList *paths = gtk_tree_selection_get_selected_rows (selection, NULL);
  g_autoptr (GArray) failures = selected_failures (self);
  g_autofree char *name = NULL;
  GtkTreeIter row;
  gtk_widget_set_sensitive (self->retry, failures->len > 0 && vbet_runner_get_client (self->runner) != NULL);
  gtk_widget_set_sensitive (self->copy, paths != NULL);
  if (paths != NULL && paths->next == NULL && gtk_tree_model_get_iter (model, &row, paths->data))
    gtk_tree_model_get (model, &row, COLUMN_OBJECT, &name, -1);
  g_list_free_full (paths, (GDestroyNotify)gtk_tree_path_free);
  if (name != NULL)
    g_signal_emit_by_name (self, "chosen", name);
}

static void
on_copy (VbetCalls *self)
{
  GtkTreeModel *model = GTK_TREE_MODEL (self->rows);
  GList *paths
      = gtk_tree_selection_get_selected_rows (gtk_tree_view_get_selection (GTK_TREE_VIEW (self->tree)), NULL);
  g_autoptr (GString) lines = g_string_new (NULL);
  for (GList *link = paths; link != NULL; link = link->next) {
    GtkTreeIter row;
    g_autofree char *time = NULL, *text = NULL, *result = NULL, *duration = NULL;
    if (!gtk_tree_model_get_iter (model, &row, link->data))
      continue;
    gtk_tree_model_get (model, &row, COLUMN_TIME, &time, COLUMN_TEXT, &text, COLUMN_RESULT, &result,
                        COLUMN_TOOK, &duration, -1);
    g_string_append_printf (lines, "%s\t%s\t%s\t%s\n", time, text, result, duration);
  }
  if (paths != NULL)
    gtk_clipboard_set_text (gtk_widget_get_clipboard (self->tree, GDK_SELECTION_CLIPBOARD), lines->str, -1);
  g_list_free_full (paths, (GDestroyNotify)gtk_tree_path_free);
}

static void
on_retried (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetCalls) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  if (reply == NULL && VBET_CLIENT (source) == vbet_runner_get_client (self->runner))
    g_signal_emit_by_name (self, "failed", error->message);
}

void
vbet_calls_retry (VbetCalls *self, gint64 number)
{
  g_return_if_fail (VBET_IS_CALLS (self));
  VbetClient *client = vbet_runner_get_client (self->runner);
  GVariantDict params;
  if (client == NULL)
    return;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "number", "x", number);
  vbet_client_call_async (client, "call.retry", g_variant_dict_end (&params), NULL, on_retried,
                          g_object_ref (self));
}

static void
on_retry (VbetCalls *self)
{
  g_autoptr (GArray) failures = selected_failures (self);
  for (guint i = 0; i < failures->len; i++)
    vbet_calls_retry (self, g_array_index (failures, gint64, i));
}

static gboolean
on_key (GtkWidget *tree, GdkEventKey *event, VbetCalls *self)
{
  if (event->keyval != GDK_KEY_c
      || (event->state & gtk_accelerator_get_default_mod_mask ()) != GDK_CONTROL_MASK)
    return GDK_EVENT_PROPAGATE;
  on_copy (self);
  return GDK_EVENT_STOP;
}

static void
add_item (GtkWidget *menu, const char *label, GCallback chosen, VbetCalls *self, GtkWidget *like)
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (label);
  gtk_widget_set_sensitive (item, gtk_widget_get_sensitive (like));
  g_signal_connect_object (item, "activate", chosen, self, G_CONNECT_SWAPPED);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
}

static gboolean
on_press (GtkWidget *tree, GdkEventButton *event, VbetCalls *self)
{
  g_autoptr (GtkTreePath) path = NULL;
  GtkTreeSelection *selection = gtk_tree_view_get_selection (GTK_TREE_VIEW (tree));
  if (!gdk_event_triggers_context_menu ((GdkEvent *)event)
      || !gtk_tree_view_get_path_at_pos (GTK_TREE_VIEW (tree), (int)event->x, (int)event->y, &path, NULL,
                                         NULL, NULL))
    return GDK_EVENT_PROPAGATE;
  if (!gtk_tree_selection_path_is_selected (selection, path)) {
    gtk_tree_selection_unselect_all (selection);
    gtk_tree_selection_select_path (selection, path);
  }
  GtkWidget *menu = gtk_menu_new ();
  add_item (menu, _ ("_Retry"), G_CALLBACK (on_retry), self, self->retry);
  add_item (menu, _ ("_Copy"), G_CALLBACK (on_copy), self, self->copy);
  gtk_menu_attach_to_widget (GTK_MENU (menu), tree, NULL);
  gtk_widget_show_all (menu);
  gtk_menu_popup_at_pointer (GTK_MENU (menu), (GdkEvent *)event);
  return GDK_EVENT_STOP;
}

/* --- life ------------------------------------------------------------------------------------- */

static void
add_state_column (VbetCalls *self)
{
  GtkTreeViewColumn *column = gtk_tree_view_column_new ();
  GtkCellRenderer *icon = gtk_cell_renderer_pixbuf_new (), *spinner = gtk_cell_renderer_spinner_new ();
  gtk_tree_view_column_pack_start (column, icon, FALSE);
  gtk_tree_view_column_pack_start (column, spinner, FALSE);
  gtk_tree_view_column_add_attribute (column, icon, "icon-name", COLUMN_ICON);
  gtk_tree_view_column_add_attribute (column, spinner, "active", COLUMN_RUNNING);
  gtk_tree_view_column_add_attribute (column, spinner, "visible", COLUMN_RUNNING);
  gtk_tree_view_column_add_attribute (column, spinner, "pulse", COLUMN_PULSE);
  gtk_tree_view_column_set_min_width (column, 30);
  gtk_tree_view_append_column (GTK_TREE_VIEW (self->tree), column);
}

static void
add_column (VbetCalls *self, const char *title, int column, gboolean expand, gboolean monospace)
{
  GtkCellRenderer *cell = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *view = gtk_tree_view_column_new_with_attributes (title, cell, "text", column,
                                                                      "foreground", COLUMN_COLOUR, NULL);
  if (monospace)
    g_object_set (cell, "family", "Monospace", NULL);
  if (expand)
    g_object_set (cell, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  if (column == COLUMN_NUMBER || column == COLUMN_TIME || column == COLUMN_TOOK)
    g_object_set (cell, "xalign", 1.0, NULL);
  gtk_tree_view_column_set_expand (view, expand);
  gtk_tree_view_column_set_resizable (view, TRUE);
  gtk_tree_view_column_set_min_width (view, expand ? 120 : 64);
  gtk_tree_view_append_column (GTK_TREE_VIEW (self->tree), view);
}

GtkWidget *
vbet_calls_new (VbetRunner *runner)
{
  VbetCalls *self = g_object_new (VBET_TYPE_CALLS, "visible", TRUE, NULL);
  self->runner = g_object_ref (runner);
  g_signal_connect_object (runner, "called", G_CALLBACK (on_called), self, 0);
  g_signal_connect_object (runner, "calls-cleared", G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

static void
vbet_calls_dispose (GObject *object)
{
  VbetCalls *self = VBET_CALLS (object);
  g_clear_handle_id (&self->pulse_source, g_source_remove);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (vbet_calls_parent_class)->dispose (object);
}

static void
vbet_calls_finalize (GObject *object)
{
  VbetCalls *self = VBET_CALLS (object);
  g_hash_table_unref (self->iters);
  g_hash_table_unref (self->running);
  g_object_unref (self->store);
  G_OBJECT_CLASS (vbet_calls_parent_class)->finalize (object);
}

static void
vbet_calls_class_init (VbetCallsClass *klass)
{
  static const char *const signals[] = { "chosen", "failed" };
  G_OBJECT_CLASS (klass)->dispose = vbet_calls_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_calls_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_new (signals[i], VBET_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                  G_TYPE_STRING);
}

static GtkWidget *
make_bar (VbetCalls *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->wanted = gtk_search_entry_new ();
  self->only_failed = gtk_check_button_new_with_mnemonic (_ ("Only _failed"));
  self->retry = gtk_button_new_with_mnemonic (_ ("_Retry"));
  self->copy = gtk_button_new_with_mnemonic (_ ("_Copy"));
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->wanted), _ ("Filter calls"));
  gtk_entry_set_width_chars (GTK_ENTRY (self->wanted), 10); /* at least, so that the window can be narrow */
  atk_object_set_name (gtk_widget_get_accessible (self->wanted), _ ("Filter calls"));
  gtk_widget_set_tooltip_text (self->retry, _ ("Execute the selected failed calls once more"));
  gtk_widget_set_tooltip_text (self->copy, _ ("Copy the selected rows as text (Ctrl+C)"));
  gtk_widget_set_sensitive (self->retry, FALSE);
  gtk_widget_set_sensitive (self->copy, FALSE);
  gtk_box_pack_start (GTK_BOX (bar), self->wanted, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (bar), self->only_failed, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (bar), self->copy, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (bar), self->retry, FALSE, FALSE, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (bar), "vbet-find");
  g_signal_connect_object (self->wanted, "search-changed", G_CALLBACK (on_filter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->only_failed, "toggled", G_CALLBACK (on_filter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->retry, "clicked", G_CALLBACK (on_retry), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->copy, "clicked", G_CALLBACK (on_copy), self, G_CONNECT_SWAPPED);
  return bar;
}

static GtkWidget *
make_list (VbetCalls *self)
{
  GtkTreeModel *rows = gtk_tree_model_filter_new (GTK_TREE_MODEL (self->store), NULL);
  self->rows = GTK_TREE_MODEL_FILTER (rows);
  gtk_tree_model_filter_set_visible_func (self->rows, is_shown, self, NULL);
  self->tree = gtk_tree_view_new_with_model (rows);
  g_object_unref (rows);
  GtkTreeSelection *selection = gtk_tree_view_get_selection (GTK_TREE_VIEW (self->tree));
  gtk_tree_selection_set_mode (selection, GTK_SELECTION_MULTIPLE);
  add_state_column (self);
  add_column (self, "№", COLUMN_NUMBER, FALSE, FALSE);
  add_column (self, _ ("At"), COLUMN_TIME, FALSE, FALSE);
  add_column (self, _ ("Call"), COLUMN_TEXT, TRUE, TRUE);
  add_column (self, _ ("Result"), COLUMN_RESULT, TRUE, FALSE);
  add_column (self, _ ("Took"), COLUMN_TOOK, FALSE, FALSE);
  gtk_tree_view_set_enable_search (GTK_TREE_VIEW (self->tree), FALSE);
  g_signal_connect (selection, "changed", G_CALLBACK (on_selection), self);
  g_signal_connect (self->tree, "key-press-event", G_CALLBACK (on_key), self);
  g_signal_connect (self->tree, "button-press-event", G_CALLBACK (on_press), self);
  atk_object_set_name (gtk_widget_get_accessible (self->tree), _ ("Calls"));
  self->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_container_add (GTK_CONTAINER (self->scroller), self->tree);
  return self->scroller;
}

static void
vbet_calls_init (VbetCalls *self)
{
  GtkWidget *empty
      = gtk_label_new (_ ("Run the lab: every alloc, attach, plug … appears here as it is executed."));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->iters = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->running = g_hash_table_new (NULL, NULL);
  self->store = gtk_list_store_new (N_COLUMNS, G_TYPE_INT64, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                                    G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                                    G_TYPE_BOOLEAN, G_TYPE_BOOLEAN, G_TYPE_UINT);
  gtk_box_pack_start (GTK_BOX (box), make_bar (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_list (self), TRUE, TRUE, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (empty), "dim-label");
  gtk_label_set_line_wrap (GTK_LABEL (empty), TRUE);
  gtk_stack_add_named (GTK_STACK (self), empty, "empty");
  gtk_stack_add_named (GTK_STACK (self), box, "list");
  gtk_widget_show_all (box);
  gtk_widget_show (empty);
}
