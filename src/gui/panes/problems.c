/* problems.c - see problems.h. */
#include "config.h"

#include "gui/panes/problems.h"

#include <glib/gi18n.h>

/* Nobody reads more; the rest comes up as these are mended. */
#define MAX_ROWS 200

struct _VbetProblems {
  GtkScrolledWindow parent_instance;
  VbetSession *session; /* owned */
  GtkWidget *list;
};

G_DEFINE_FINAL_TYPE (VbetProblems, vbet_problems, GTK_TYPE_SCROLLED_WINDOW)

static void
on_fix (GtkButton *button, VbetProblems *self)
{
  vbet_session_fix (self->session, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "vbet-index")));
}

static GtkWidget *
new_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (style != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), style);
  return label;
}

static GtkWidget *
new_row (VbetProblems *self, const VbetDiagnostic *finding, guint index)
{
  gboolean is_error = finding->severity == VBET_SEVERITY_ERROR;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *icon = gtk_image_new_from_icon_name (
      is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic", GTK_ICON_SIZE_MENU);
  GtkWidget *message = new_label (finding->message, NULL);
  g_autofree char *place = g_strdup_printf (_ ("line %u, column %u"), finding->line, finding->column);
  g_autofree char *name = g_strdup_printf (is_error ? _ ("error, line %u, column %u: %s")
                                                    : _ ("warning, line %u, column %u: %s"),
                                           finding->line, finding->column, finding->message);
  gtk_style_context_add_class (gtk_widget_get_style_context (icon), is_error ? "vbet-error" : "vbet-warning");
  gtk_label_set_line_wrap (GTK_LABEL (message), TRUE);
  gtk_widget_set_hexpand (message, TRUE);
  gtk_container_add (GTK_CONTAINER (box), icon);
  gtk_container_add (GTK_CONTAINER (box), new_label (place, "vbet-place"));
  gtk_container_add (GTK_CONTAINER (box), message);
  if (finding->fix != NULL) {
    g_autofree char *label = g_strdup_printf (_ ("Fix: %s"), finding->fix->label);
    GtkWidget *button = gtk_button_new_with_label (label);
    g_object_set_data (G_OBJECT (button), "vbet-index", GUINT_TO_POINTER (index));
    g_signal_connect_object (button, "clicked", G_CALLBACK (on_fix), self, 0);
    gtk_container_add (GTK_CONTAINER (box), button);
  }
  gtk_container_add (GTK_CONTAINER (box), new_label (finding->code, "dim-label"));
  gtk_container_add (GTK_CONTAINER (row), box);
  g_object_set_data (G_OBJECT (row), "vbet-index", GUINT_TO_POINTER (index));
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  return row;
}

static void
fill (VbetProblems *self)
{
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (self->list));
  for (GList *link = rows; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
  for (guint i = 0; i < MIN (vbet_diagnostics_size (findings), MAX_ROWS); i++)
    gtk_container_add (GTK_CONTAINER (self->list), new_row (self, vbet_diagnostics_get (findings, i), i));
  gtk_widget_show_all (self->list);
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, VbetProblems *self)
{
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "vbet-index"));
  const VbetDiagnostics *findings = vbet_session_get_diagnostics (self->session);
  if (index >= vbet_diagnostics_size (findings))
    return;
  const VbetDiagnostic *finding = vbet_diagnostics_get (findings, index);
  g_signal_emit_by_name (self, "go-to", (guint64)finding->span.start, (guint64)finding->span.length);
}

GtkWidget *
vbet_problems_new (VbetSession *session)
{
  VbetProblems *self = g_object_new (VBET_TYPE_PROBLEMS, "visible", TRUE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  fill (self);
  return GTK_WIDGET (self);
}

static void
vbet_problems_dispose (GObject *object)
{
  g_clear_object (&VBET_PROBLEMS (object)->session);
  G_OBJECT_CLASS (vbet_problems_parent_class)->dispose (object);
}

static void
vbet_problems_class_init (VbetProblemsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_problems_dispose;
  g_signal_new ("go-to", VBET_TYPE_PROBLEMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_UINT64, G_TYPE_UINT64);
}

static void
vbet_problems_init (VbetProblems *self)
{
  GtkWidget *placeholder = gtk_label_new (_ ("No problems: the lab's text says what it means."));
  self->list = gtk_list_box_new ();
  gtk_style_context_add_class (gtk_widget_get_style_context (placeholder), "dim-label");
  gtk_style_context_add_class (gtk_widget_get_style_context (self->list), "vbet-problems");
  gtk_widget_set_valign (placeholder, GTK_ALIGN_CENTER);
  gtk_widget_show (placeholder);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), placeholder);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
  atk_object_set_name (gtk_widget_get_accessible (self->list), _ ("Problems"));
  gtk_container_add (GTK_CONTAINER (self), self->list);
  gtk_widget_show_all (self->list);
}
