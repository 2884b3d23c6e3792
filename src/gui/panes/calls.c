/* calls.c - see calls.h. */
#include "config.h"

#include "gui/panes/calls.h"

#include <glib/gi18n.h>

enum {
  COLUMN_NUMBER,
  COLUMN_TIME,
  COLUMN_TEXT,
  COLUMN_RESULT,
  COLUMN_TOOK,
  COLUMN_COLOUR,
  COLUMN_OBJECT,
  N_COLUMNS
};

struct _VbetCalls {
  GtkStack parent_instance;
  GtkListStore *store; /* owned by the tree */
  GtkWidget *tree;
  GtkWidget *scroller;
  GHashTable *rows; /* number → GtkTreeIter; a list store's iters persist */
};

G_DEFINE_FINAL_TYPE (VbetCalls, vbet_calls, GTK_TYPE_STACK)

static char *
took (const VbetCallRecord *call)
{
  if (call->duration < 0 || g_str_equal (call->state, "running"))
    return g_strdup ("");
  return call->duration < 1 ? g_strdup_printf (_ ("%.1f ms"), call->duration * 1000)
                            : g_strdup_printf (_ ("%.2f s"), call->duration);
}

static char *
result_of (const VbetCallRecord *call)
{
  if (g_str_equal (call->state, "failed"))
    return g_strdup_printf (_ ("failed: %s"), call->error != NULL ? call->error : _ ("no reason given"));
  return g_strdup (g_str_equal (call->state, "running") ? _ ("running …") : call->state);
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
on_called (VbetRunner *runner, const VbetCallRecord *call, VbetCalls *self)
{
  GtkTreeIter *row = g_hash_table_lookup (self->rows, GSIZE_TO_POINTER (call->number));
  gboolean follow = at_end (self);
  g_autofree char *time = g_strdup_printf (_ ("%.3f s"), call->time);
  g_autofree char *duration = took (call);
  g_autofree char *result = result_of (call);
  if (row == NULL) {
    row = g_new0 (GtkTreeIter, 1);
    gtk_list_store_append (self->store, row);
    g_hash_table_insert (self->rows, GSIZE_TO_POINTER (call->number), row);
  }
  gtk_list_store_set (self->store, row, COLUMN_NUMBER, call->number, COLUMN_TIME, time, COLUMN_TEXT,
                      call->text, COLUMN_RESULT, result, COLUMN_TOOK, duration, COLUMN_COLOUR,
                      g_str_equal (call->state, "failed") ? "#a51d2d" : NULL, COLUMN_OBJECT, call->object,
                      -1);
  gtk_stack_set_visible_child_name (GTK_STACK (self), "list");
  if (follow) {
    g_autoptr (GtkTreePath) path = gtk_tree_model_get_path (GTK_TREE_MODEL (self->store), row);
    gtk_tree_view_scroll_to_cell (GTK_TREE_VIEW (self->tree), path, NULL, FALSE, 0, 0);
  }
}

static void
on_cleared (VbetCalls *self)
{
  g_hash_table_remove_all (self->rows);
  gtk_list_store_clear (self->store);
  gtk_stack_set_visible_child_name (GTK_STACK (self), "empty");
}

static void
on_selection (GtkTreeSelection *selection, VbetCalls *self)
{
  GtkTreeIter row;
  g_autofree char *name = NULL;
  if (!gtk_tree_selection_get_selected (selection, NULL, &row))
    return;
  gtk_tree_model_get (GTK_TREE_MODEL (self->store), &row, COLUMN_OBJECT, &name, -1);
  if (name != NULL)
    g_signal_emit_by_name (self, "chosen", name);
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
  gtk_tree_view_append_column (GTK_TREE_VIEW (self->tree), view);
}

GtkWidget *
vbet_calls_new (VbetRunner *runner)
{
  VbetCalls *self = g_object_new (VBET_TYPE_CALLS, "visible", TRUE, NULL);
  g_signal_connect_object (runner, "called", G_CALLBACK (on_called), self, 0);
  g_signal_connect_object (runner, "calls-cleared", G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

static void
vbet_calls_finalize (GObject *object)
{
  g_hash_table_unref (VBET_CALLS (object)->rows);
  G_OBJECT_CLASS (vbet_calls_parent_class)->finalize (object);
}

static void
vbet_calls_class_init (VbetCallsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_calls_finalize;
  g_signal_new ("chosen", VBET_TYPE_CALLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
vbet_calls_init (VbetCalls *self)
{
  GtkWidget *empty
      = gtk_label_new (_ ("Run the lab: every alloc, attach, plug … appears here as it is executed."));
  self->rows = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->store = gtk_list_store_new (N_COLUMNS, G_TYPE_INT64, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                                    G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  self->tree = gtk_tree_view_new_with_model (GTK_TREE_MODEL (self->store));
  g_object_unref (self->store);
  add_column (self, "№", COLUMN_NUMBER, FALSE, FALSE);
  add_column (self, _ ("At"), COLUMN_TIME, FALSE, FALSE);
  add_column (self, _ ("Call"), COLUMN_TEXT, TRUE, TRUE);
  add_column (self, _ ("Result"), COLUMN_RESULT, TRUE, FALSE);
  add_column (self, _ ("Took"), COLUMN_TOOK, FALSE, FALSE);
  gtk_tree_view_set_enable_search (GTK_TREE_VIEW (self->tree), FALSE);
  g_signal_connect (gtk_tree_view_get_selection (GTK_TREE_VIEW (self->tree)), "changed",
                    G_CALLBACK (on_selection), self);
  atk_object_set_name (gtk_widget_get_accessible (self->tree), _ ("Calls"));
  self->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_container_add (GTK_CONTAINER (self->scroller), self->tree);
  gtk_style_context_add_class (gtk_widget_get_style_context (empty), "dim-label");
  gtk_stack_add_named (GTK_STACK (self), empty, "empty");
  gtk_stack_add_named (GTK_STACK (self), self->scroller, "list");
  gtk_widget_show_all (self->scroller);
  gtk_widget_show (empty);
}
