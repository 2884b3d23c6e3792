/* packets.c - see packets.h.
 *
 * A list of at most MAX_ROWS packets, the oldest forgotten first, behind a
 * filter. It follows its end until somebody scrolls up; while it is paused,
 * packets are counted and not listed.
 */
#include "config.h"

#include "gui/panes/packets.h"

#include <glib/gi18n.h>

#include "capture/dissect.h"
#include "capture/packets.h"
#include "gui/capture-link.h"
#include "gui/tag.h"

#define MAX_ROWS 5000
#define DROP_ROWS 500 /* that are dropped at once when there are more */
#define SNAPLEN 256   /* bytes: as much as a line tells of */

enum {
  COLUMN_TIME,
  COLUMN_WAY,
  COLUMN_FROM,
  COLUMN_TO,
  COLUMN_PROTOCOL,
  COLUMN_LENGTH,
  COLUMN_INFO,
  N_COLUMNS
};

struct _VbetPacketsPane {
  GtkStack parent_instance;
  VbetCaptureLink *link; /* owned (nullable): while it captures */
  VbetPackets *packets;  /* owned (nullable) */
  GtkListStore *store;   /* owned */
  GtkTreeModelFilter *rows;
  GtkWidget *tree;
  GtkWidget *scroller;
  GtkWidget *about; /* what is captured, and how much */
  GtkWidget *wanted;
  GtkWidget *pause;
  GtkWidget *stop;
  char *title; /* (nullable): "cable1 at r1:eth0" */
  gint64 first;
  guint64 seen;
  guint listed;
  gboolean follows; /* its end is shown, until somebody scrolls away from it */
};

G_DEFINE_FINAL_TYPE (VbetPacketsPane, vbet_packets_pane, GTK_TYPE_STACK)

/* --- the line above the list ---------------------------------------------------------- */

static void
show_about (VbetPacketsPane *self)
{
  guint64 missed = self->packets != NULL ? vbet_packets_get_missed (self->packets) : 0;
  g_autofree char *count = g_strdup_printf (ngettext ("%s: %u packet", "%s: %u packets", (gulong)self->seen),
                                            self->title, (guint)self->seen);
  g_autofree char *lost = missed > 0
                              ? g_strdup_printf (ngettext ("%s, %u missed", "%s, %u missed", (gulong)missed),
                                                 count, (guint)missed)
                              : NULL;
  const char *text = lost != NULL ? lost : count;
  guint shown = (guint)gtk_tree_model_iter_n_children (GTK_TREE_MODEL (self->rows), NULL);
  g_autofree char *filtered
      = *gtk_entry_get_text (GTK_ENTRY (self->wanted)) != '\0'
            ? g_strdup_printf (ngettext ("%s, %u shown", "%s, %u shown", shown), text, shown)
            : NULL;
  gtk_label_set_text (GTK_LABEL (self->about), filtered != NULL ? filtered : text);
  gtk_widget_set_tooltip_text (self->about, filtered != NULL ? filtered : text);
  gtk_widget_set_sensitive (self->stop, self->link != NULL);
  gtk_widget_set_sensitive (self->pause, self->link != NULL);
}

/* --- rows ------------------------------------------------------------------------------ */

static gboolean
is_shown (GtkTreeModel *model, GtkTreeIter *row, gpointer data)
{
  VbetPacketsPane *self = data;
  g_autofree char *wanted = g_utf8_casefold (gtk_entry_get_text (GTK_ENTRY (self->wanted)), -1);
  if (*wanted == '\0')
    return TRUE;
  for (int column = COLUMN_FROM; column < N_COLUMNS; column++) {
    g_autofree char *text = NULL;
    if (column == COLUMN_LENGTH)
      continue;
    gtk_tree_model_get (model, row, column, &text, -1);
    g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;
    if (folded != NULL && strstr (folded, wanted) != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
at_end (VbetPacketsPane *self)
{
  GtkAdjustment *bar = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  return gtk_adjustment_get_value (bar) + gtk_adjustment_get_page_size (bar)
         >= gtk_adjustment_get_upper (bar) - 30;
}

static void
scroll_to_end (VbetPacketsPane *self)
{
  int n = gtk_tree_model_iter_n_children (GTK_TREE_MODEL (self->rows), NULL);
  if (n == 0)
    return;
  g_autoptr (GtkTreePath) path = gtk_tree_path_new_from_indices (n - 1, -1);
  gtk_tree_view_scroll_to_cell (GTK_TREE_VIEW (self->tree), path, NULL, FALSE, 0, 0);
}

static void
drop_oldest (VbetPacketsPane *self)
{
  GtkTreeIter row;
  for (guint i = 0; i < DROP_ROWS && gtk_tree_model_get_iter_first (GTK_TREE_MODEL (self->store), &row); i++)
    gtk_list_store_remove (self->store, &row);
  self->listed -= DROP_ROWS;
}

static gboolean
on_block (const guint8 *block, gsize size, const VbetPacket *packet, gpointer data)
{
  VbetPacketsPane *self = data;
  VbetDissection line;
  char time[32];
  (void)block;
  (void)size;
  if (packet == NULL)
    return TRUE;
  if (self->seen++ == 0)
    self->first = packet->time;
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->pause)))
    return TRUE;
  if (self->listed >= MAX_ROWS)
    drop_oldest (self);
  self->listed++;
  vbet_dissect (packet->data, packet->captured, packet->size, &line);
  g_snprintf (time, sizeof time, "%.6f", (double)(packet->time - self->first) / 1e9);
  gtk_list_store_insert_with_values (self->store, NULL, -1, COLUMN_TIME, time, COLUMN_WAY,
                                     packet->sent ? "→" : "←", COLUMN_FROM, line.from, COLUMN_TO, line.to,
                                     COLUMN_PROTOCOL, line.protocol, COLUMN_LENGTH, packet->size, COLUMN_INFO,
                                     line.info, -1);
  return TRUE;
}

static void
on_message (VbetCaptureLink *link, const guint8 *message, gulong size, VbetPacketsPane *self)
{
  if (!vbet_packets_feed (self->packets, message, size, on_block, self))
    vbet_capture_link_stop (link);
  if (self->follows)
    scroll_to_end (self);
  show_about (self);
}

static void
on_ended (VbetCaptureLink *link, const char *why, VbetPacketsPane *self)
{
  if (link != self->link)
    return;
  g_signal_handlers_disconnect_by_data (link, self);
  g_clear_object (&self->link);
  show_about (self);
  if (why != NULL)
    g_signal_emit_by_name (self, "failed", why);
}

/* --- what is asked for ------------------------------------------------------------------- */

static void
leave (VbetPacketsPane *self)
{
  if (self->link == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->link, self);
  vbet_capture_link_stop (self->link);
  g_clear_object (&self->link);
}

static void
on_clear (VbetPacketsPane *self)
{
  gtk_list_store_clear (self->store);
  self->listed = 0;
}

static void
on_stop (VbetPacketsPane *self)
{
  if (self->link != NULL)
    vbet_capture_link_stop (self->link);
}

static void
on_filter (VbetPacketsPane *self)
{
  gtk_tree_model_filter_refilter (self->rows);
  scroll_to_end (self);
  if (self->title != NULL)
    show_about (self);
}

VbetCaptureLink *
vbet_packets_pane_capture (VbetPacketsPane *self, VbetClient *client, const char *cable, const char *end)
{
  g_return_val_if_fail (VBET_IS_PACKETS_PANE (self), NULL);
  leave (self);
  on_clear (self);
  g_clear_pointer (&self->packets, vbet_packets_free);
  self->packets = vbet_packets_new ();
  self->seen = 0;
  self->follows = TRUE;
  g_free (self->title);
  self->title = g_strdup_printf (_ ("%s at %s"), cable, end);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->pause), FALSE);
  self->link = vbet_capture_link_new (client, cable, end, SNAPLEN, NULL);
  g_signal_connect (self->link, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->link, "ended", G_CALLBACK (on_ended), self);
  gtk_stack_set_visible_child_name (GTK_STACK (self), "list");
  show_about (self);
  return self->link;
}

/* --- life ------------------------------------------------------------------------------------ */

static GtkWidget *
add_button (VbetPacketsPane *self, GtkWidget *bar, GtkWidget *button, const char *tooltip)
{
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_box_pack_end (GTK_BOX (bar), button, FALSE, FALSE, 0);
  return button;
}

static GtkWidget *
make_bar (VbetPacketsPane *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *clear = gtk_button_new_with_mnemonic (_ ("C_lear"));
  self->wanted = gtk_search_entry_new ();
  self->about = gtk_label_new (NULL);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->wanted), _ ("Filter packets"));
  gtk_entry_set_width_chars (GTK_ENTRY (self->wanted), 10);
  atk_object_set_name (gtk_widget_get_accessible (self->wanted), _ ("Filter packets"));
  gtk_label_set_ellipsize (GTK_LABEL (self->about), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->about), 0);
  gtk_box_pack_start (GTK_BOX (bar), self->wanted, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (bar), self->about, TRUE, TRUE, 0);
  self->stop = add_button (self, bar, gtk_button_new_with_mnemonic (_ ("_Stop Capture")),
                           _ ("End the capture; the list stays"));
  add_button (self, bar, clear, _ ("Forget the listed packets"));
  self->pause = add_button (self, bar, gtk_toggle_button_new_with_mnemonic (_ ("_Pause")),
                            _ ("List no packets for now; they are still counted"));
  gtk_style_context_add_class (gtk_widget_get_style_context (bar), "vbet-find");
  g_signal_connect_object (self->wanted, "search-changed", G_CALLBACK (on_filter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (clear, "clicked", G_CALLBACK (on_clear), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->stop, "clicked", G_CALLBACK (on_stop), self, G_CONNECT_SWAPPED);
  return bar;
}

static void
add_column (VbetPacketsPane *self, const char *title, int column, int width)
{
  GtkCellRenderer *cell = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *view = gtk_tree_view_column_new_with_attributes (title, cell, "text", column, NULL);
  gboolean number = column == COLUMN_TIME || column == COLUMN_LENGTH;
  g_object_set (cell, "xalign", number ? 1.0 : 0.0, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  /* Of a fixed width, so that a row is not measured again and again. */
  gtk_tree_view_column_set_sizing (view, GTK_TREE_VIEW_COLUMN_FIXED);
  vbet_tag_set_number (view, "vbet-width", (gsize)width);
  gtk_tree_view_column_set_fixed_width (view, width);
  gtk_tree_view_column_set_expand (view, column == COLUMN_INFO);
  gtk_tree_view_column_set_resizable (view, TRUE);
  gtk_tree_view_append_column (GTK_TREE_VIEW (self->tree), view);
}

/* Widths are for a character of 7 pixels; a projector's are larger. */
static void
on_style (GtkWidget *tree)
{
  PangoContext *context = gtk_widget_get_pango_context (tree);
  PangoFontMetrics *metrics
      = pango_context_get_metrics (context, pango_context_get_font_description (context), NULL);
  double scale = MAX (pango_font_metrics_get_approximate_char_width (metrics) / (7.0 * PANGO_SCALE), 1);
  pango_font_metrics_unref (metrics);
  for (guint i = 0; i < gtk_tree_view_get_n_columns (GTK_TREE_VIEW (tree)); i++) {
    GtkTreeViewColumn *column = gtk_tree_view_get_column (GTK_TREE_VIEW (tree), (int)i);
    int width = (int)vbet_tag_number (column, "vbet-width");
    gtk_tree_view_column_set_fixed_width (column, (int)(width * scale));
  }
}

/* Only what a hand does counts: rows that come change the bar, too. */
static gboolean
on_bar (GtkRange *bar, GtkScrollType how, double value, VbetPacketsPane *self)
{
  GtkAdjustment *range = gtk_range_get_adjustment (bar);
  (void)how;
  self->follows = value + gtk_adjustment_get_page_size (range) >= gtk_adjustment_get_upper (range) - 30;
  return GDK_EVENT_PROPAGATE;
}

static gboolean
look_again (gpointer data)
{
  VbetPacketsPane *self = data;
  self->follows = at_end (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_wheel (GtkWidget *tree, GdkEventScroll *event, VbetPacketsPane *self)
{
  (void)tree;
  (void)event;
  self->follows = FALSE; /* once the wheel has turned it, it may be at its end */
  g_idle_add_full (G_PRIORITY_DEFAULT, look_again, g_object_ref (self), g_object_unref);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_cursor (GtkTreeView *tree, GtkMovementStep step, int count, VbetPacketsPane *self)
{
  (void)tree;
  (void)step;
  self->follows = count > 0 && at_end (self);
  return FALSE;
}

static GtkWidget *
make_list (VbetPacketsPane *self)
{
  GtkTreeModel *rows = gtk_tree_model_filter_new (GTK_TREE_MODEL (self->store), NULL);
  self->rows = GTK_TREE_MODEL_FILTER (rows);
  gtk_tree_model_filter_set_visible_func (self->rows, is_shown, self, NULL);
  self->tree = gtk_tree_view_new_with_model (rows);
  g_object_unref (rows);
  add_column (self, _ ("Time (s)"), COLUMN_TIME, 96);
  add_column (self, "", COLUMN_WAY, 28);
  add_column (self, _ ("From"), COLUMN_FROM, 132);
  add_column (self, _ ("To"), COLUMN_TO, 132);
  add_column (self, _ ("Protocol"), COLUMN_PROTOCOL, 80);
  add_column (self, _ ("Bytes"), COLUMN_LENGTH, 60);
  add_column (self, _ ("Information"), COLUMN_INFO, 200);
  gtk_tree_view_set_fixed_height_mode (GTK_TREE_VIEW (self->tree), TRUE);
  g_signal_connect (self->tree, "style-updated", G_CALLBACK (on_style), NULL);
  gtk_tree_view_set_enable_search (GTK_TREE_VIEW (self->tree), FALSE);
  atk_object_set_name (gtk_widget_get_accessible (self->tree), _ ("Packets"));
  self->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_container_add (GTK_CONTAINER (self->scroller), self->tree);
  self->follows = TRUE;
  g_signal_connect_object (gtk_scrolled_window_get_vscrollbar (GTK_SCROLLED_WINDOW (self->scroller)),
                           "change-value", G_CALLBACK (on_bar), self, 0);
  g_signal_connect_object (self->tree, "scroll-event", G_CALLBACK (on_wheel), self, 0);
  g_signal_connect_object (self->tree, "move-cursor", G_CALLBACK (on_cursor), self, 0);
  return self->scroller;
}

GtkWidget *
vbet_packets_pane_new (void)
{
  return g_object_new (VBET_TYPE_PACKETS_PANE, "visible", TRUE, NULL);
}

static void
vbet_packets_pane_dispose (GObject *object)
{
  leave (VBET_PACKETS_PANE (object));
  G_OBJECT_CLASS (vbet_packets_pane_parent_class)->dispose (object);
}

static void
vbet_packets_pane_finalize (GObject *object)
{
  VbetPacketsPane *self = VBET_PACKETS_PANE (object);
  vbet_packets_free (self->packets);
  g_object_unref (self->store);
  g_free (self->title);
  G_OBJECT_CLASS (vbet_packets_pane_parent_class)->finalize (object);
}

static void
vbet_packets_pane_class_init (VbetPacketsPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_packets_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_packets_pane_finalize;
  g_signal_new ("failed", VBET_TYPE_PACKETS_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
vbet_packets_pane_init (VbetPacketsPane *self)
{
  GtkWidget *empty = gtk_label_new (_ ("Run the lab, then choose “Capture” in the context menu of a cable or "
                                       "a device: its packets appear here."));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->store = gtk_list_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                                    G_TYPE_STRING, G_TYPE_UINT, G_TYPE_STRING);
  gtk_box_pack_start (GTK_BOX (box), make_bar (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_list (self), TRUE, TRUE, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (empty), "dim-label");
  gtk_label_set_line_wrap (GTK_LABEL (empty), TRUE);
  gtk_stack_add_named (GTK_STACK (self), empty, "empty");
  gtk_stack_add_named (GTK_STACK (self), box, "list");
  gtk_widget_show_all (box);
  gtk_widget_show (empty);
  gtk_stack_set_visible_child_name (GTK_STACK (self), "empty");
}
