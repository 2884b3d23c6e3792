/* copies.c - see copies.h. */
#include "config.h"

#include "gui/panes/copies.h"

#include <glib/gi18n.h>

#include "gui/transfer.h"

typedef struct {
  VbetClient *client; /* owned */
  GFile *file;        /* owned */
  char *device;
  char *path;
  gboolean into;
} Copy;

struct _VbetCopies {
  GtkBox parent_instance;
  GtkWidget *label;
  GtkWidget *progress;
  GQueue waiting;            /* of Copy */
  Copy *now;                 /* (nullable) */
  GCancellable *cancellable; /* owned */
  guint copied;
  char *last;  /* (nullable): what was copied last */
  char *error; /* (nullable): the first failure */
};

G_DEFINE_FINAL_TYPE (VbetCopies, vbet_copies, GTK_TYPE_BOX)

static void
copy_free (gpointer data)
{
  Copy *copy = data;
  g_object_unref (copy->client);
  g_object_unref (copy->file);
  g_free (copy->device);
  g_free (copy->path);
  g_free (copy);
}

static void begin_next (VbetCopies *self);

/* One sentence on all that was done since the bar appeared. */
static void
tell (VbetCopies *self)
{
  g_autofree char *text = NULL;
  gboolean cancelled = g_cancellable_is_cancelled (self->cancellable);
  gboolean ok = self->error == NULL && !cancelled;
  if (self->error != NULL)
    text = g_strdup (self->error);
  else if (cancelled)
    text = g_strdup (_ ("Copying was cancelled."));
  else if (self->copied == 1)
    text = g_strdup (self->last);
  else
    text = g_strdup_printf (ngettext ("%u file was copied.", "%u files were copied.", self->copied),
                            self->copied);
  g_set_object (&self->cancellable, NULL);
  self->copied = 0;
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->last, g_free);
  gtk_widget_hide (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "done", ok, text);
}

static void
on_progress (double fraction, gpointer data)
{
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (VBET_COPIES (data)->progress), fraction);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetCopies) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_parse_name (self->now->file);
  gboolean ok = vbet_transfer_finish (result, &error);
  if (ok) {
    self->copied++;
    g_free (self->last);
    self->last = self->now->into
                     ? g_strdup_printf (_ ("Copied to %s:%s."), self->now->device, self->now->path)
                     : g_strdup_printf (_ ("Copied %s:%s to %s."), self->now->device, self->now->path, name);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && self->error == NULL) {
    self->error = g_strdup_printf (_ ("Not copied: %s"), error->message);
  }
  g_clear_pointer (&self->now, copy_free);
  if (gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  begin_next (self);
}

static void
begin_next (VbetCopies *self)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  if (g_cancellable_is_cancelled (self->cancellable))
    g_queue_clear_full (&self->waiting, copy_free);
  self->now = g_queue_pop_head (&self->waiting);
  if (self->now == NULL) {
    tell (self);
    return;
  }
  Copy *copy = self->now;
  name = g_path_get_basename (copy->path);
  text = copy->into ? g_strdup_printf (_ ("Copying %s into %s"), name, copy->device)
                    : g_strdup_printf (_ ("Copying %s from %s"), name, copy->device);
  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), 0);
  gtk_widget_show (GTK_WIDGET (self));
  if (copy->into)
    vbet_transfer_put_async (copy->client, copy->device, copy->file, copy->path, self->cancellable,
                             on_progress, self, on_copied, g_object_ref (self));
  else
    vbet_transfer_get_async (copy->client, copy->device, copy->path, copy->file, self->cancellable,
                             on_progress, self, on_copied, g_object_ref (self));
}

static void
ask_for (VbetCopies *self, VbetClient *client, const char *device, GFile *file, char *path, gboolean into)
{
  Copy *copy = g_new0 (Copy, 1);
  *copy = (Copy){ g_object_ref (client), g_object_ref (file), g_strdup (device), path, into };
  g_queue_push_tail (&self->waiting, copy);
  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();
  if (self->now == NULL)
    begin_next (self);
}

void
vbet_copies_put (VbetCopies *self, VbetClient *client, const char *device, GFile *source, const char *folder)
{
  g_return_if_fail (VBET_IS_COPIES (self));
  g_autofree char *name = g_file_get_basename (source);
  ask_for (self, client, device, source, g_build_filename (folder, name, NULL), TRUE);
}

void
vbet_copies_get (VbetCopies *self, VbetClient *client, const char *device, const char *path, GFile *target)
{
  g_return_if_fail (VBET_IS_COPIES (self));
  ask_for (self, client, device, target, g_strdup (path), FALSE);
}

static void
on_cancel (VbetCopies *self)
{
  g_cancellable_cancel (self->cancellable);
}

GtkWidget *
vbet_copies_new (void)
{
  return g_object_new (VBET_TYPE_COPIES, "spacing", 12, NULL);
}

static void
vbet_copies_destroy (GtkWidget *widget)
{
  g_cancellable_cancel (VBET_COPIES (widget)->cancellable);
  GTK_WIDGET_CLASS (vbet_copies_parent_class)->destroy (widget);
}

static void
vbet_copies_finalize (GObject *object)
{
  VbetCopies *self = VBET_COPIES (object);
  g_queue_clear_full (&self->waiting, copy_free);
  g_clear_object (&self->cancellable);
  g_free (self->last);
  g_free (self->error);
  G_OBJECT_CLASS (vbet_copies_parent_class)->finalize (object);
}

static void
vbet_copies_class_init (VbetCopiesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_copies_finalize;
  GTK_WIDGET_CLASS (klass)->destroy = vbet_copies_destroy;
  g_signal_new ("done", VBET_TYPE_COPIES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_BOOLEAN, G_TYPE_STRING);
}

static void
vbet_copies_init (VbetCopies *self)
{
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));
  self->label = gtk_label_new ("");
  self->progress = gtk_progress_bar_new ();
  g_queue_init (&self->waiting);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_valign (self->progress, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (self->progress), _ ("Progress of copying"));
  atk_object_set_name (gtk_widget_get_accessible (cancel), _ ("Cancel copying"));
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-copies");
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (on_cancel), self, G_CONNECT_SWAPPED);
  gtk_box_pack_start (GTK_BOX (self), self->label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->progress, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (self), cancel, FALSE, FALSE, 0);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (GTK_WIDGET (self));
}
