/* tiles.c - see tiles.h.
 *
 * A row is a chain of GtkPaned, and so are the rows. Children that ask for the
 * same size get equal shares of a chain, as long as no border was dragged.
 */
#include "config.h"

#include "gui/panes/tiles.h"

#include "gui/model/grid.h"

static GtkWidget *
chain (GtkOrientation orientation, GtkWidget **widgets, guint count)
{
  GtkWidget *rest = widgets[count - 1];
  for (guint i = count - 1; i > 0; i--) {
    GtkWidget *paned = gtk_paned_new (orientation);
    gtk_paned_set_wide_handle (GTK_PANED (paned), TRUE);
    gtk_paned_pack1 (GTK_PANED (paned), widgets[i - 1], TRUE, FALSE);
    gtk_paned_pack2 (GTK_PANED (paned), rest, TRUE, FALSE);
    gtk_widget_show (paned);
    rest = paned;
  }
  return rest;
}

GtkWidget *
vbet_tiles_new (GPtrArray *widgets)
{
  g_return_val_if_fail (widgets->len > 0, NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  guint start = 0;
  for (guint row = 0, size; (size = vbet_grid_row_size (widgets->len, row)) > 0; row++) {
    g_ptr_array_add (rows, chain (GTK_ORIENTATION_HORIZONTAL, (GtkWidget **)widgets->pdata + start, size));
    start += size;
  }
  return chain (GTK_ORIENTATION_VERTICAL, (GtkWidget **)rows->pdata, rows->len);
}

void
vbet_tiles_take_apart (GPtrArray *widgets)
{
  for (guint i = 0; i < widgets->len; i++) {
    GtkWidget *widget = g_ptr_array_index (widgets, i);
    GtkWidget *parent = gtk_widget_get_parent (widget);
    if (parent != NULL)
      gtk_container_remove (GTK_CONTAINER (parent), widget);
  }
}
