/* terminal.c - see terminal.h. */
#include "config.h"

#include "gui/panes/terminal.h"

#include <string.h>

#include <glib/gi18n.h>

#include <gio/gunixsocketaddress.h>
#include <vte/vte.h>

#include "gui/reply.h"

#define READ_SIZE 16384
#define SCROLLBACK_LINES 10000

struct _VbetTerminal {
  GtkBox parent_instance;
  char *device;
  VbetClient *client;            /* owned (nullable) */
  GSocketConnection *connection; /* owned (nullable) */
  GCancellable *cancellable;     /* owned; of the present connection */
  GByteArray *pending;           /* typed, not yet sent */
  gboolean writing;
  GtkWidget *title;
  VteTerminal *vte;
  glong rows;
  glong columns;
};

G_DEFINE_FINAL_TYPE (VbetTerminal, vbet_terminal, GTK_TYPE_BOX)

static void
disconnect (VbetTerminal *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->connection);
  g_byte_array_set_size (self->pending, 0);
  self->writing = FALSE;
}

/* A line of the window's own in the terminal. */
static void
say (VbetTerminal *self, const char *text)
{
  g_autofree char *line = g_strdup_printf ("\r\n\033[33m[%s]\033[0m\r\n", text);
  vte_terminal_feed (self->vte, line, (gssize)strlen (line));
}

static void
lost (VbetTerminal *self, const char *why)
{
  disconnect (self);
  g_clear_object (&self->client);
  say (self, why);
}

/* --- what the guest writes ---------------------------------------------------------------- */

static void read_more (VbetTerminal *self);

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetTerminal) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (self->connection == NULL
      || source != G_OBJECT (g_io_stream_get_input_stream (G_IO_STREAM (self->connection))))
    return; /* of a connection that was given up */
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  if (size == 0) {
    lost (self, _ ("the console is closed"));
    return;
  }
  vte_terminal_feed (self->vte, text, (gssize)size);
  read_more (self);
}

static void
read_more (VbetTerminal *self)
{
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)), READ_SIZE,
                                   G_PRIORITY_DEFAULT, self->cancellable, on_read, g_object_ref (self));
}

/* --- what is typed ---------------------------------------------------------------------------- */

static void write_more (VbetTerminal *self);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetTerminal) self = data;
  gssize written = g_output_stream_write_bytes_finish (G_OUTPUT_STREAM (source), result, NULL);
  if (self->connection == NULL
      || source != G_OBJECT (g_io_stream_get_output_stream (G_IO_STREAM (self->connection))))
    return;
  self->writing = FALSE;
  if (written <= 0)
    return; /* the reader sees the end, too, and says so */
  g_byte_array_remove_range (self->pending, 0, (guint)written);
  write_more (self);
}

static void
write_more (VbetTerminal *self)
{
  if (self->writing || self->pending->len == 0 || self->connection == NULL)
    return;
  g_autoptr (GBytes) bytes = g_bytes_new (self->pending->data, self->pending->len);
  self->writing = TRUE;
  g_output_stream_write_bytes_async (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)), bytes,
                                     G_PRIORITY_DEFAULT, self->cancellable, on_written, g_object_ref (self));
}

static void
on_commit (VteTerminal *vte, const char *text, guint size, VbetTerminal *self)
{
  if (self->connection == NULL)
    return;
  g_byte_array_append (self->pending, (const guint8 *)text, size);
  write_more (self);
}

/* --- opening -------------------------------------------------------------------------------------- */

static void
send_size (VbetTerminal *self)
{
  if (self->client == NULL || self->connection == NULL)
    return;
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", self->device);
  g_variant_dict_insert (&params, "rows", "x", (gint64)self->rows);
  g_variant_dict_insert (&params, "columns", "x", (gint64)self->columns);
  vbet_client_call_async (self->client, "console.resize", g_variant_dict_end (&params), NULL, NULL, NULL);
}

static void
on_size (GtkWidget *widget, GtkAllocation *allocation, VbetTerminal *self)
{
  glong rows = vte_terminal_get_row_count (self->vte), columns = vte_terminal_get_column_count (self->vte);
  if (rows == self->rows && columns == self->columns)
    return;
  self->rows = rows;
  self->columns = columns;
  send_size (self);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetTerminal) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->client == NULL)
    return;
  if (connection == NULL) {
    lost (self, error->message);
    return;
  }
  self->connection = g_steal_pointer (&connection);
  self->rows = vte_terminal_get_row_count (self->vte);
  self->columns = vte_terminal_get_column_count (self->vte);
  send_size (self);
  read_more (self);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetTerminal) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  if (self->client != VBET_CLIENT (source) || self->cancellable == NULL)
    return;
  const char *path = vbet_reply_text (reply, "socket");
  if (path == NULL) {
    lost (self, error != NULL ? error->message : _ ("the engine opened no console"));
    return;
  }
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_socket_client_connect_async (connector, G_SOCKET_CONNECTABLE (address), self->cancellable, on_connected,
                                 g_object_ref (self));
}

void
vbet_terminal_connect (VbetTerminal *self, VbetClient *client)
{
  g_return_if_fail (VBET_IS_TERMINAL (self));
  GVariantDict params;
  disconnect (self);
  vte_terminal_reset (self->vte, TRUE, TRUE);
  g_set_object (&self->client, client);
  self->cancellable = g_cancellable_new ();
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "device", "s", self->device);
  vbet_client_call_async (client, "console.open", g_variant_dict_end (&params), NULL, on_opened,
                          g_object_ref (self));
}

gboolean
vbet_terminal_is_connected (VbetTerminal *self)
{
  return self->client != NULL;
}

const char *
vbet_terminal_get_device (VbetTerminal *self)
{
  return self->device;
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

/* --- the widget ---------------------------------------------------------------------------------------- */

static gboolean
on_key (GtkWidget *widget, GdkEventKey *event, VbetTerminal *self)
{
  guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  guint key = gdk_keyval_to_lower (event->keyval);
  double scale = vte_terminal_get_font_scale (self->vte);
  if (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK) && key == GDK_KEY_c)
    vte_terminal_copy_clipboard_format (self->vte, VTE_FORMAT_TEXT);
  else if (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK) && key == GDK_KEY_v)
    vte_terminal_paste_clipboard (self->vte);
  else if (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK) && key == GDK_KEY_w)
    g_signal_emit_by_name (self, "close");
  else if ((modifiers & GDK_CONTROL_MASK)
           && (event->keyval == GDK_KEY_plus || event->keyval == GDK_KEY_KP_Add))
    vte_terminal_set_font_scale (self->vte, MIN (scale * 1.1, 4));
  else if (modifiers == GDK_CONTROL_MASK
           && (event->keyval == GDK_KEY_minus || event->keyval == GDK_KEY_KP_Subtract))
    vte_terminal_set_font_scale (self->vte, MAX (scale / 1.1, 0.5));
  else if (modifiers == GDK_CONTROL_MASK && event->keyval == GDK_KEY_0)
    vte_terminal_set_font_scale (self->vte, 1);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static void
on_close (GtkButton *button, VbetTerminal *self)
{
  g_signal_emit_by_name (self, "close");
}

static gboolean
on_focus_in (GtkWidget *widget, GdkEventFocus *event, VbetTerminal *self)
{
  send_size (self); /* of several windows on one console, the focused one decides */
  return GDK_EVENT_PROPAGATE;
}

static void
set_colours (VteTerminal *vte)
{
  static const char *const hex[16]
      = { "#22262b", "#ed5353", "#57c779", "#e9b44c", "#5aa2f0", "#c77ddb", "#4fc1c9", "#d7dce1",
          "#6b7681", "#ff7b7b", "#7fe39b", "#ffd479", "#84bdff", "#e0a2f0", "#7fe3ea", "#ffffff" };
  GdkRGBA ink, paper, palette[16];
  gdk_rgba_parse (&ink, "#e6eaee");
  gdk_rgba_parse (&paper, "#1b1f24");
  for (guint i = 0; i < G_N_ELEMENTS (hex); i++)
    gdk_rgba_parse (&palette[i], hex[i]);
  vte_terminal_set_colors (vte, &ink, &paper, palette, G_N_ELEMENTS (palette));
}

static void
make_title (VbetTerminal *self)
{
  GtkWidget *label = gtk_label_new (self->device);
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic", GTK_ICON_SIZE_MENU);
  g_autofree char *name = g_strdup_printf (_ ("Close the console of %s"), self->device);
  gtk_button_set_relief (GTK_BUTTON (close), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (close, _ ("Close (the guest runs on)"));
  atk_object_set_name (gtk_widget_get_accessible (close), name);
  g_signal_connect (close, "clicked", G_CALLBACK (on_close), self);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->title), "vbet-terminal-title");
  gtk_box_pack_start (GTK_BOX (self->title), label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (self->title), close, FALSE, FALSE, 0);
  gtk_widget_show (label);
  gtk_widget_show (close);
}

GtkWidget *
vbet_terminal_new (VbetClient *client, const char *device)
{
  VbetTerminal *self = g_object_new (VBET_TYPE_TERMINAL, "visible", TRUE, NULL);
  g_autofree char *name = g_strdup_printf (_ ("Console of %s"), device);
  self->device = g_strdup (device);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->vte)), name);
  make_title (self);
  vbet_terminal_connect (self, client);
  return GTK_WIDGET (self);
}

static void
vbet_terminal_destroy (GtkWidget *widget)
{
  VbetTerminal *self = VBET_TERMINAL (widget);
  if (self->pending != NULL)
    disconnect (self);
  g_clear_object (&self->client);
  GTK_WIDGET_CLASS (vbet_terminal_parent_class)->destroy (widget);
}

static void
vbet_terminal_finalize (GObject *object)
{
  VbetTerminal *self = VBET_TERMINAL (object);
  g_byte_array_unref (self->pending);
  g_free (self->device);
  G_OBJECT_CLASS (vbet_terminal_parent_class)->finalize (object);
}

static void
vbet_terminal_class_init (VbetTerminalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_terminal_finalize;
  GTK_WIDGET_CLASS (klass)->destroy = vbet_terminal_destroy;
  g_signal_new ("close", VBET_TYPE_TERMINAL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_terminal_init (VbetTerminal *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Monospace 10");
  self->pending = g_byte_array_new ();
  self->vte = VTE_TERMINAL (vte_terminal_new ());
  self->title = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  vte_terminal_set_font (self->vte, font);
  vte_terminal_set_scrollback_lines (self->vte, SCROLLBACK_LINES);
  vte_terminal_set_mouse_autohide (self->vte, TRUE);
  vte_terminal_set_audible_bell (self->vte, FALSE);
  set_colours (self->vte);
  g_signal_connect (self->vte, "commit", G_CALLBACK (on_commit), self);
  g_signal_connect (self->vte, "key-press-event", G_CALLBACK (on_key), self);
  g_signal_connect (self->vte, "focus-in-event", G_CALLBACK (on_focus_in), self);
  g_signal_connect_after (self->vte, "size-allocate", G_CALLBACK (on_size), self);
  gtk_box_pack_start (GTK_BOX (row), GTK_WIDGET (self->vte), TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (row),
                    gtk_scrollbar_new (GTK_ORIENTATION_VERTICAL,
                                       gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->vte))),
                    FALSE, FALSE, 0);
  gtk_widget_show_all (row);
  gtk_box_pack_start (GTK_BOX (self), self->title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), row, TRUE, TRUE, 0);
}
