/* trust.c - before a lab that came from elsewhere uses this computer, its user is asked.
 *
 * Opening a lab asks nothing. What its file names of this computer (see
 * engine/model/reach.h) is remembered as foreign, until the user, or the
 * answer kept of an earlier time (base/trust.h), allows it. What the user
 * writes in the window is never foreign. The runner asks here before a text
 * goes to the engine; while anything foreign is in it, a dialog is shown.
 */
#include "config.h"

#include "gui/window/private.h"

#include <glib/gi18n.h>

#include "base/trust.h"
#include "engine/model/reach.h"

/* More sentences than this would not be read. */
#define ROWS_MAX 200
#define LIST_HEIGHT 220 /* pixels, at most */
#define TEXT_WIDTH 56   /* characters */

#define RESPONSE_ISOLATED 1

struct VbetWindowTrust {
  GHashTable *foreign; /* set of lines that nobody has allowed */
  char *digest;        /* (nullable): of what the text named when it was read or written last */
  guint generation;    /* of the text: answers about others are not heard */
  gboolean looking;    /* a thread looks whether it was allowed before */
  gboolean waiting;    /* for that */
  gboolean starts;     /* what waits: the lab's start, or a text for one that runs */
  GtkWidget *dialog;   /* (nullable): open now */
  GPtrArray *shown;    /* (nullable): of VbetReach: what it shows */
};

static GPtrArray *
current_reach (VbetWindow *self)
{
  return vbet_reach_list (vbet_session_get_topology (self->session));
}

/* Returns: (transfer full) (element-type VbetReach): what of the text is foreign. */
static GPtrArray *
foreign_reach (VbetWindow *self)
{
  GPtrArray *list = current_reach (self);
  for (guint i = list->len; i > 0; i--) {
    g_autofree char *line = vbet_reach_to_line (list->pdata[i - 1]);
    if (!g_hash_table_contains (self->trust->foreign, line))
      g_ptr_array_remove_index (list, i - 1);
  }
  return list;
}

static void
proceed (VbetWindow *self)
{
  if (self->trust->starts)
    vbet_runner_start (self->runner);
  else
    vbet_runner_update (self->runner);
}

/* --- what was allowed before: files are for threads --------------------------------------------- */

typedef struct {
  char *path;
  char *digest;
  guint generation;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;
  g_free (self->path);
  g_free (self->digest);
  g_free (self);
}

/* (nullable): a text without a file has no entry. */
static Entry *
entry_new (VbetWindow *self)
{
  const char *path = vbet_session_get_path (self->session);
  if (path == NULL || self->trust->digest == NULL)
    return NULL;
  Entry *entry = g_new0 (Entry, 1);
  entry->path = g_strdup (path);
  entry->digest = g_strdup (self->trust->digest);
  entry->generation = self->trust->generation;
  return entry;
}

static void
remember_it (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Entry *entry = data;
  g_autoptr (GError) error = NULL;
  if (vbet_trust_is_shipped (entry->path) || vbet_trust_remember (entry->path, entry->digest, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_remembered (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetWindow *self = VBET_WINDOW (source);
  g_autoptr (GError) error = NULL;
  if (!g_task_propagate_boolean (G_TASK (result), &error) && self->closing != VBET_CLOSING_NOW)
    vbet_notices_show (self->notices, "trust", GTK_MESSAGE_WARNING, error->message, NULL);
}

static void
remember (VbetWindow *self)
{
  Entry *entry = entry_new (self);
  if (entry == NULL)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, on_remembered, NULL);
  g_task_set_task_data (task, entry, entry_free);
  g_task_run_in_thread (task, remember_it);
}

static void
look_it_up (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Entry *entry = data;
  g_task_return_boolean (task, vbet_trust_knows (entry->path, entry->digest));
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetWindow *self = VBET_WINDOW (source);
  const Entry *entry = g_task_get_task_data (G_TASK (result));
  gboolean known = g_task_propagate_boolean (G_TASK (result), NULL);
  if (self->closing == VBET_CLOSING_NOW || entry->generation != self->trust->generation)
    return;
  self->trust->looking = FALSE;
  if (known)
    g_hash_table_remove_all (self->trust->foreign);
  if (self->trust->waiting)
    proceed (self);
  self->trust->waiting = FALSE;
}

static void
look_up (VbetWindow *self)
{
  Entry *entry = entry_new (self);
  self->trust->looking = entry != NULL;
  if (entry == NULL)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, on_looked_up, NULL);
  g_task_set_task_data (task, entry, entry_free);
  g_task_run_in_thread (task, look_it_up);
}

/* --- the dialog ------------------------------------------------------------------------------------ */

static void
allow_shown (VbetWindow *self)
{
  for (guint i = 0; i < self->trust->shown->len; i++) {
    g_autofree char *line = vbet_reach_to_line (self->trust->shown->pdata[i]);
    g_hash_table_remove (self->trust->foreign, line);
  }
  if (g_hash_table_size (self->trust->foreign) == 0)
    remember (self);
}

static void
close_dialog (VbetWindow *self)
{
  g_clear_pointer (&self->trust->shown, g_ptr_array_unref);
  if (self->trust->dialog != NULL)
    gtk_widget_destroy (g_steal_pointer (&self->trust->dialog));
}

static void
on_response (GtkDialog *dialog, int response, VbetWindow *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    allow_shown (self);
  close_dialog (self);
  if (response == GTK_RESPONSE_ACCEPT)
    proceed (self);
  else if (response == RESPONSE_ISOLATED)
    vbet_runner_start_isolated (self->runner);
  else if (vbet_runner_get_phase (self->runner) == VBET_PHASE_STARTING) /* the engine waits for a text */
    vbet_runner_stop (self->runner);
}

static void
add_row (GtkListBox *list, const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TEXT_WIDTH);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  g_object_set (label, "margin", 6, NULL);
  gtk_list_box_insert (list, label, -1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (gtk_widget_get_parent (label)), FALSE);
}

static GtkWidget *
new_list (const GPtrArray *reach)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  atk_object_set_name (gtk_widget_get_accessible (list), _ ("What the lab uses of this computer"));
  for (guint i = 0; i < MIN (reach->len, ROWS_MAX); i++)
    add_row (GTK_LIST_BOX (list), ((const VbetReach *)reach->pdata[i])->sentence);
  if (reach->len > ROWS_MAX) {
    guint more = reach->len - ROWS_MAX;
    g_autofree char *text = g_strdup_printf (
        ngettext ("And %u more: read the lab's program.", "And %u more: read the lab's program.", more),
        more);
    add_row (GTK_LIST_BOX (list), text);
  }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  /* That there is more must be seen. */
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scroller), FALSE);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroller), GTK_SHADOW_IN);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), LIST_HEIGHT);
  gtk_container_add (GTK_CONTAINER (scroller), list);
  gtk_widget_show_all (scroller);
  return scroller;
}

static void
add_buttons (GtkDialog *dialog, gboolean starts)
{
  GtkWidget *cancel = gtk_dialog_add_button (dialog, _ ("_Cancel"), GTK_RESPONSE_CANCEL);
  if (starts) {
    GtkWidget *isolated = gtk_dialog_add_button (dialog, _ ("Run _Isolated"), RESPONSE_ISOLATED);
    gtk_widget_set_tooltip_text (
        isolated, _ ("Default kernels and images, gateways without a way out, nothing of the above"));
  }
  gtk_dialog_add_button (dialog, starts ? _ ("_Run") : _ ("_Apply"), GTK_RESPONSE_ACCEPT);
  gtk_dialog_set_default_response (dialog, GTK_RESPONSE_CANCEL);
  gtk_widget_grab_focus (cancel);
}

/* @reach: (transfer full) */
static void
show_dialog (VbetWindow *self, GPtrArray *reach)
{
  VbetWindowTrust *trust = self->trust;
  trust->shown = reach;
  trust->dialog = gtk_message_dialog_new (
      GTK_WINDOW (self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_WARNING,
      GTK_BUTTONS_NONE, "%s",
      trust->starts ? _ ("Let this lab use this computer?") : _ ("Let this change use this computer?"));
  gtk_message_dialog_format_secondary_text (
      GTK_MESSAGE_DIALOG (trust->dialog),
      _ ("“%s” was not written in this window. If you do not know where it comes from, run it isolated. The "
         "answer "
         "“Run” is remembered for this file, as long as it uses nothing else."),
      vbet_session_get_name (self->session));
  gtk_window_set_title (GTK_WINDOW (trust->dialog), _ ("Lab from Elsewhere"));
  /* By itself it would be called by its picture. */
  atk_object_set_name (gtk_widget_get_accessible (trust->dialog),
                       gtk_window_get_title (GTK_WINDOW (trust->dialog)));
  GtkWidget *area = gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (trust->dialog));
  gtk_box_pack_start (GTK_BOX (area), new_list (reach), TRUE, TRUE, 0);
  add_buttons (GTK_DIALOG (trust->dialog), trust->starts);
  g_signal_connect_object (trust->dialog, "response", G_CALLBACK (on_response), self, 0);
  gtk_widget_show (trust->dialog);
}

/* --- what the others ask and tell -------------------------------------------------------------------- */

/* For tests and scripts, as of vbetctl(1). */
static gboolean
is_allowed_by_environment (void)
{
  return g_strcmp0 (g_getenv ("VBET_TRUST"), "yes") == 0;
}

static gboolean
gate (gboolean starts, gpointer data)
{
  VbetWindow *self = data;
  VbetWindowTrust *trust = self->trust;
  if (g_hash_table_size (trust->foreign) == 0 || is_allowed_by_environment ())
    return TRUE;
  g_autoptr (GPtrArray) reach = foreign_reach (self);
  if (reach->len == 0)
    return TRUE;
  trust->starts = starts;
  if (trust->looking)
    trust->waiting = TRUE;
  else if (trust->dialog == NULL)
    show_dialog (self, g_steal_pointer (&reach));
  return FALSE;
}

void
_vbet_window_trust_text (VbetWindow *self, gboolean foreign)
{
  VbetWindowTrust *trust = self->trust;
  g_autoptr (GPtrArray) reach = current_reach (self);
  g_hash_table_remove_all (trust->foreign);
  g_clear_pointer (&trust->digest, g_free);
  trust->generation++;
  trust->looking = FALSE;
  trust->waiting = FALSE;
  if (!foreign || reach->len == 0)
    return;
  for (guint i = 0; i < reach->len; i++)
    g_hash_table_add (trust->foreign, vbet_reach_to_line (reach->pdata[i]));
  trust->digest = vbet_reach_digest (reach);
  look_up (self);
}

void
_vbet_window_trust_saved (VbetWindow *self)
{
  VbetWindowTrust *trust = self->trust;
  g_autoptr (GPtrArray) reach = current_reach (self);
  g_autoptr (GPtrArray) left = foreign_reach (self);
  g_free (trust->digest);
  trust->digest = vbet_reach_digest (reach);
  if (reach->len > 0 && left->len == 0 && !trust->looking)
    remember (self);
}

void
_vbet_window_add_trust (VbetWindow *self)
{
  self->trust = g_new0 (VbetWindowTrust, 1);
  self->trust->foreign = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  vbet_runner_set_gate (self->runner, gate, self);
}

void
_vbet_window_stop_trust (VbetWindow *self)
{
  if (self->trust == NULL)
    return;
  if (self->runner != NULL)
    vbet_runner_set_gate (self->runner, NULL, NULL);
  close_dialog (self);
}

void
_vbet_window_free_trust (VbetWindow *self)
{
  if (self->trust == NULL)
    return;
  g_clear_pointer (&self->trust->shown, g_ptr_array_unref);
  g_hash_table_unref (self->trust->foreign);
  g_free (self->trust->digest);
  g_clear_pointer (&self->trust, g_free);
}
