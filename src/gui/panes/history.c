/* history.c - see history.h.
 *
 * Row n is position n of the document: the text after n revisions; row 0 is
 * the text as it was opened. Rows are changed where they differ, so that a
 * lab of thousands of edits costs no more than one of ten.
 */
#include "config.h"

#include "gui/panes/history.h"

#include <glib/gi18n.h>

/* Lines of the summary that pops up over a row. */
#define SUMMARY_LINES 12

enum { COLUMN_ICON, COLUMN_LABEL, COLUMN_CHANGE, COLUMN_TIME, COLUMN_WEIGHT, COLUMN_UNDONE, N_COLUMNS };

struct _VbetHistory {
  GtkBox parent_instance;
  VbetDocument *document; /* owned */
  GtkListStore *store;    /* owned by the tree */
  GtkWidget *tree;
  GtkWidget *hint;
  guint shown_current;
  gint64 shown_saved;
};

G_DEFINE_FINAL_TYPE (VbetHistory, vbet_history, GTK_TYPE_BOX)

static guint
n_rows (VbetHistory *self)
{
  return (guint)gtk_tree_model_iter_n_children (GTK_TREE_MODEL (self->store), NULL);
}

static char *
clock_of (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (time / G_USEC_PER_SEC);
  return date != NULL ? g_date_time_format (date, "%H:%M:%S") : g_strdup ("");
}

/* What a revision did, on one line. */
static char *
change_of (VbetHistory *self, guint index)
{
  g_autofree char *summary = vbet_document_revision_summary (self->document, index, 2);
  g_auto (GStrv) lines = g_strsplit (summary, "\n", -1);
  return g_strjoinv ("  ", lines);
}

static void
set_row (VbetHistory *self, GtkTreeIter *row, guint position)
{
  guint current = vbet_document_current (self->document);
  gboolean saved = vbet_document_saved (self->document) == (gint64)position;
  g_autofree char *change = position > 0 ? change_of (self, position - 1) : g_strdup ("");
  g_autofree char *time
      = position > 0 ? clock_of (vbet_document_revision_time (self->document, position - 1)) : g_strdup ("");
  const char *what
      = position > 0 ? vbet_document_revision_label (self->document, position - 1) : _ ("As it was opened");
  /* Translators: %s is a revision such as "Add router r1". */
  g_autofree char *label = saved ? g_strdup_printf (_ ("%s (saved)"), what) : g_strdup (what);
  const char *icon = position == current ? "go-next-symbolic" : saved ? "document-save-symbolic" : NULL;
  gtk_list_store_set (self->store, row, COLUMN_ICON, icon, COLUMN_LABEL, label, COLUMN_CHANGE, change,
                      COLUMN_TIME, time, COLUMN_WEIGHT,
                      position == current ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL, COLUMN_UNDONE,
                      position > current, -1);
}

static void
update_row (VbetHistory *self, guint position)
{
  GtkTreeIter row;
  if (gtk_tree_model_iter_nth_child (GTK_TREE_MODEL (self->store), &row, NULL, (gint)position))
    set_row (self, &row, position);
}

static void
show_current (VbetHistory *self)
{
  g_autoptr (GtkTreePath) path = gtk_tree_path_new_from_indices ((gint)self->shown_current, -1);
  gtk_tree_selection_select_path (gtk_tree_view_get_selection (GTK_TREE_VIEW (self->tree)), path);
  gtk_tree_view_scroll_to_cell (GTK_TREE_VIEW (self->tree), path, NULL, FALSE, 0, 0);
}

static void
refresh (VbetHistory *self)
{
  guint wanted = vbet_document_n_revisions (self->document) + 1;
  guint current = vbet_document_current (self->document);
  gint64 saved = vbet_document_saved (self->document);
  GtkTreeIter row;
  guint had = n_rows (self);
  /* An edit after an undo takes the rows behind it away and adds its own: those from there on are new. */
  guint from = MIN (MIN (current, self->shown_current), had);
  if (wanted > VBET_DOCUMENT_MAX_REVISIONS)
    from = 0; /* the oldest was forgotten: all have moved */
  while (n_rows (self) > wanted
         && gtk_tree_model_iter_nth_child (GTK_TREE_MODEL (self->store), &row, NULL, (gint)n_rows (self) - 1))
    gtk_list_store_remove (self->store, &row);
  for (guint i = from; i < MIN (had, wanted); i++)
    update_row (self, i);
  for (guint i = n_rows (self); i < wanted; i++) {
    gtk_list_store_append (self->store, &row);
    set_row (self, &row, i);
  }
  if (saved != self->shown_saved && self->shown_saved >= 0)
    update_row (self, (guint)self->shown_saved);
  if (saved >= 0)
    update_row (self, (guint)saved);
  self->shown_current = current;
  self->shown_saved = saved;
  gtk_widget_set_visible (self->hint, wanted == 1);
  show_current (self);
}

static void
on_activated (GtkTreeView *tree, GtkTreePath *path, GtkTreeViewColumn *column, VbetHistory *self)
{
  vbet_document_go_to (self->document, (guint)gtk_tree_path_get_indices (path)[0]);
}

static gboolean
on_tooltip (GtkWidget *tree, int x, int y, gboolean keyboard, GtkTooltip *tooltip, VbetHistory *self)
{
  g_autoptr (GtkTreePath) path = NULL;
  if (!gtk_tree_view_get_tooltip_context (GTK_TREE_VIEW (tree), &x, &y, keyboard, NULL, &path, NULL))
    return FALSE;
  guint position = (guint)gtk_tree_path_get_indices (path)[0];
  if (position == 0 || position > vbet_document_n_revisions (self->document))
    return FALSE;
  g_autofree char *summary = vbet_document_revision_summary (self->document, position - 1, SUMMARY_LINES);
  g_autofree char *escaped = g_markup_escape_text (summary, -1);
  g_autofree char *markup = g_strdup_printf ("<tt>%s</tt>", escaped);
  gtk_tooltip_set_markup (tooltip, markup);
  gtk_tree_view_set_tooltip_row (GTK_TREE_VIEW (tree), tooltip, path);
  return *summary != '\0';
}

GtkWidget *
vbet_history_new (VbetDocument *document)
{
  VbetHistory *self
      = g_object_new (VBET_TYPE_HISTORY, "visible", TRUE, "orientation", GTK_ORIENTATION_VERTICAL, NULL);
  self->document = g_object_ref (document);
  g_signal_connect_object (document, "history-changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}

static void
vbet_history_dispose (GObject *object)
{
  g_clear_object (&VBET_HISTORY (object)->document);
  G_OBJECT_CLASS (vbet_history_parent_class)->dispose (object);
}

static void
vbet_history_class_init (VbetHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_history_dispose;
}

/* What is undone is pale, by the theme's own measure. */
static void
paint (GtkTreeViewColumn *column, GtkCellRenderer *cell, GtkTreeModel *model, GtkTreeIter *row, gpointer data)
{
  gboolean undone = FALSE;
  gtk_tree_model_get (model, row, COLUMN_UNDONE, &undone, -1);
  g_object_set (cell, "sensitive", !undone, NULL);
}

static GtkTreeViewColumn *
add_column (VbetHistory *self, const char *title, int column)
{
  GtkTreeViewColumn *view = gtk_tree_view_column_new ();
  gtk_tree_view_column_set_title (view, title);
  if (column == COLUMN_LABEL) {
    GtkCellRenderer *icon = gtk_cell_renderer_pixbuf_new ();
    gtk_cell_renderer_set_fixed_size (icon, 24, -1);
    gtk_tree_view_column_pack_start (view, icon, FALSE);
    gtk_tree_view_column_add_attribute (view, icon, "icon-name", COLUMN_ICON);
  }
  GtkCellRenderer *cell = gtk_cell_renderer_text_new ();
  gtk_tree_view_column_pack_start (view, cell, TRUE);
  gtk_tree_view_column_add_attribute (view, cell, "text", column);
  if (column == COLUMN_LABEL)
    gtk_tree_view_column_add_attribute (view, cell, "weight", COLUMN_WEIGHT);
  if (column == COLUMN_CHANGE)
    g_object_set (cell, "ellipsize", PANGO_ELLIPSIZE_END, "family", "Monospace", NULL);
  gtk_tree_view_column_set_cell_data_func (view, cell, paint, NULL, NULL);
  gtk_tree_view_column_set_resizable (view, TRUE);
  gtk_tree_view_append_column (GTK_TREE_VIEW (self->tree), view);
  return view;
}

static void
vbet_history_init (VbetHistory *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  self->shown_saved = -1;
  self->store = gtk_list_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                                    G_TYPE_INT, G_TYPE_BOOLEAN);
  self->tree = gtk_tree_view_new_with_model (GTK_TREE_MODEL (self->store));
  g_object_unref (self->store);
  gtk_tree_view_column_set_min_width (add_column (self, _ ("Edit"), COLUMN_LABEL), 220);
  gtk_tree_view_column_set_expand (add_column (self, _ ("What changed"), COLUMN_CHANGE), TRUE);
  add_column (self, _ ("At"), COLUMN_TIME);
  gtk_tree_view_set_enable_search (GTK_TREE_VIEW (self->tree), FALSE);
  gtk_tree_view_set_activate_on_single_click (GTK_TREE_VIEW (self->tree), TRUE);
  gtk_widget_set_has_tooltip (self->tree, TRUE);
  g_signal_connect (self->tree, "row-activated", G_CALLBACK (on_activated), self);
  g_signal_connect (self->tree, "query-tooltip", G_CALLBACK (on_tooltip), self);
  atk_object_set_name (gtk_widget_get_accessible (self->tree), _ ("History"));
  gtk_container_add (GTK_CONTAINER (scroller), self->tree);
  gtk_box_pack_start (GTK_BOX (self), scroller, TRUE, TRUE, 0);
  self->hint = gtk_label_new (
      _ ("Every edit of the lab appears here; a click on one goes back, or forward again, to it."));
  gtk_label_set_line_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_widget_set_margin_bottom (self->hint, 12);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->hint), "dim-label");
  gtk_box_pack_start (GTK_BOX (self), self->hint, FALSE, FALSE, 0);
  gtk_widget_show_all (scroller);
}
