/* start.c - the start page of a window: fills it, and does what is chosen there. */
#include "config.h"

#include "gui/window/private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/panes/start-page.h"
#include "gui/reply.h"

/* While the page is shown, running labs are looked for this often. */
#define LOOK_SECONDS 3

struct VbetWindowStart {
  VbetStartPage *page;
  GPtrArray *running;  /* (nullable) (element-type VbetLabInfo): as they were listed last */
  char *running_shown; /* (nullable): what of it is on the page, so that nothing flickers */
  guint look_source;
  gboolean looking;
};

gboolean
vbet_window_is_on_start (VbetWindow *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), "start") == 0;
}

void
_vbet_window_free_start (VbetWindow *self)
{
  if (self->start == NULL)
    return;
  g_clear_handle_id (&self->start->look_source, g_source_remove);
  g_clear_pointer (&self->start->running, g_ptr_array_unref);
  g_free (self->start->running_shown);
  g_clear_pointer (&self->start, g_free);
}

/* The window may have gone while something was read. */
static gboolean
is_gone (VbetWindow *self)
{
  return self->closing == VBET_CLOSING_NOW || self->start == NULL;
}

/* --- filling it ---------------------------------------------------------------------------- */

static void
on_shipped (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetWindow) self = data;
  g_autoptr (GPtrArray) entries = vbet_lab_list_finish (result);
  if (!is_gone (self) && entries != NULL)
    vbet_start_page_set_shipped (self->start->page, entries);
}

static void
on_recent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetWindow) self = data;
  g_autoptr (GPtrArray) entries = vbet_lab_list_finish (result);
  if (!is_gone (self) && entries != NULL)
    vbet_start_page_set_recent (self->start->page, entries);
}

static char *
describe_running (GPtrArray *labs)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (guint i = 0; i < labs->len; i++) {
    const VbetLabInfo *info = g_ptr_array_index (labs, i);
    g_string_append_printf (out, "%s %s %s %u %u %d\n", info->id, info->name, info->path, info->ready,
                            info->guests, info->answers);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
on_running (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (VbetWindow) self = data;
  GPtrArray *labs = vbet_labs_list_finish (result);
  if (is_gone (self)) {
    g_ptr_array_unref (labs);
    return;
  }
  g_autofree char *shown = describe_running (labs);
  self->start->looking = FALSE;
  g_clear_pointer (&self->start->running, g_ptr_array_unref);
  self->start->running = labs;
  if (g_strcmp0 (shown, self->start->running_shown) == 0)
    return;
  g_free (self->start->running_shown);
  self->start->running_shown = g_steal_pointer (&shown);
  vbet_start_page_set_running (self->start->page, labs);
}

static gboolean
on_look (gpointer data)
{
  VbetWindow *self = data;
  if (!vbet_window_is_on_start (self)) {
    self->start->look_source = 0;
    return G_SOURCE_REMOVE;
  }
  if (!self->start->looking) {
    self->start->looking = TRUE;
    vbet_labs_list_async (on_running, g_object_ref (self));
  }
  return G_SOURCE_CONTINUE;
}

static void
fill (VbetWindow *self)
{
  vbet_lab_list_shipped_async (NULL, on_shipped, g_object_ref (self));
  vbet_lab_list_recent_async (NULL, on_recent, g_object_ref (self));
  _vbet_window_show_unsaved (self);
  if (self->start->look_source == 0)
    self->start->look_source = g_timeout_add_seconds (LOOK_SECONDS, on_look, self);
  on_look (self);
}

/* --- what is chosen -------------------------------------------------------------------------- */

static void
on_open_file (VbetStartPage *page, GFile *file, VbetWindow *self)
{
  _vbet_window_open_anywhere (self, file);
}

static void
on_recover (VbetStartPage *page, const char *id, VbetWindow *self)
{
  g_autofree char *copy = g_strdup (id); /* its button may go */
  _vbet_window_restore_unsaved (self, copy);
}

static void
on_discard (VbetStartPage *page, const char *id, VbetWindow *self)
{
  g_autofree char *copy = g_strdup (id);
  _vbet_window_discard_unsaved (self, copy);
}

static void
on_open_text (VbetStartPage *page, const char *name, const char *text, gboolean unsaved, VbetWindow *self)
{
  _vbet_window_load_text (self, text, strlen (text), NULL, name);
  if (unsaved)
    vbet_document_mark_unsaved (vbet_session_get_document (self->session));
}

static void
on_forget (VbetStartPage *page, GFile *file, VbetWindow *self)
{
  vbet_lab_list_forget (file);
  vbet_lab_list_recent_async (NULL, on_recent, g_object_ref (self));
}

/* --- a lab that runs --------------------------------------------------------------------------- */

typedef struct {
  VbetWindow *window;
  VbetClient *client; /* (nullable) */
  char *id;
  char *name;
  char *path;
} Reopening;

static gboolean
release_later (gpointer client)
{
  return G_SOURCE_REMOVE;
}

/* A connection is not closed inside a reply, see runner.c. */
static void
reopening_free (Reopening *self)
{
  if (self->client != NULL)
    g_idle_add_full (G_PRIORITY_HIGH, release_later, g_steal_pointer (&self->client), g_object_unref);
  g_object_unref (self->window);
  g_free (self->id);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reopening, reopening_free)

static void
say_gone (Reopening *reopening)
{
  g_autofree char *text = g_strdup_printf (_ ("“%s” does not run any more."), reopening->name);
  _vbet_window_show_error (reopening->window, "file", text);
}

static void
on_text (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reopening) reopening = data;
  VbetWindow *self = reopening->window;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
  const char *text = reply != NULL ? vbet_reply_text (reply, "text") : NULL;
  const char *path = *reopening->path != '\0' ? reopening->path : NULL;
  if (is_gone (self))
    return;
  if (text == NULL) {
    say_gone (reopening);
    return;
  }
  _vbet_window_load_text (self, text, strlen (text), path, reopening->name);
  _vbet_window_trust_text (self, TRUE); /* whoever started it */
  vbet_document_mark_unsaved (vbet_session_get_document (self->session));
  vbet_runner_find_id (self->runner, reopening->id);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reopening) reopening = data;
  reopening->client = vbet_client_connect_finish (result, NULL);
  if (is_gone (reopening->window))
    return;
  if (reopening->client == NULL) {
    say_gone (reopening);
    return;
  }
  VbetClient *client = reopening->client;
  vbet_client_call_async (client, "lab.text", NULL, NULL, on_text, g_steal_pointer (&reopening));
}

/* Its file is opened when it is there; otherwise what runs is shown, as work that is not saved. */
static void
on_looked_for_file (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reopening) reopening = data;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);
  if (is_gone (reopening->window))
    return;
  if (info != NULL) {
    vbet_window_open (reopening->window, G_FILE (source));
    return;
  }
  const char *id = reopening->id;
  vbet_client_connect_async (id, NULL, on_connected, g_steal_pointer (&reopening));
}

static void
on_open_running (VbetStartPage *page, const char *id, VbetWindow *self)
{
  GPtrArray *labs = self->start->running;
  for (guint i = 0; labs != NULL && i < labs->len; i++) {
    const VbetLabInfo *info = g_ptr_array_index (labs, i);
    if (!g_str_equal (info->id, id))
      continue;
    Reopening *reopening = g_new0 (Reopening, 1);
    g_autoptr (GFile) file = g_file_new_for_path (*info->path != '\0' ? info->path : "/nonexistent/lab");
    reopening->window = g_object_ref (self);
    reopening->id = g_strdup (id);
    reopening->name = g_strdup (info->name);
    reopening->path = g_strdup (info->path);
    g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                             NULL, on_looked_for_file, reopening);
    return;
  }
}

/* --- pages ---------------------------------------------------------------------------------------- */

/* Of the header bar, only opening and the menu are of use here. */
static void
show_header (VbetWindow *self, gboolean lab)
{
  GtkWidget *undo = gtk_widget_get_parent (GTK_WIDGET (self->undo_button));
  GtkWidget *zoom = gtk_widget_get_parent (GTK_WIDGET (self->zoom_button));
  gtk_widget_set_visible (GTK_WIDGET (self->save_button), lab);
  gtk_widget_set_visible (undo, lab);
  gtk_widget_set_visible (zoom, lab);
}

static void
make_page (VbetWindow *self)
{
  VbetStartPage *page = VBET_START_PAGE (vbet_start_page_new ());
  self->start = g_new0 (VbetWindowStart, 1);
  self->start->page = page;
  g_signal_connect_object (page, "open-file", G_CALLBACK (on_open_file), self, 0);
  g_signal_connect_object (page, "open-text", G_CALLBACK (on_open_text), self, 0);
  g_signal_connect_object (page, "open-running", G_CALLBACK (on_open_running), self, 0);
  g_signal_connect_object (page, "recover", G_CALLBACK (on_recover), self, 0);
  g_signal_connect_object (page, "discard", G_CALLBACK (on_discard), self, 0);
  g_signal_connect_object (page, "forget", G_CALLBACK (on_forget), self, 0);
  /* The start page is not as wide as the lab has to be. */
  gtk_stack_set_hhomogeneous (self->pages, FALSE);
  gtk_stack_set_vhomogeneous (self->pages, FALSE);
  gtk_stack_add_named (self->pages, GTK_WIDGET (page), "start");
}

VbetStartPage *
_vbet_window_get_start_page (VbetWindow *self)
{
  return self->start != NULL ? self->start->page : NULL;
}

void
vbet_window_show_start (VbetWindow *self)
{
  g_return_if_fail (VBET_IS_WINDOW (self));
  if (self->start == NULL)
    make_page (self);
  gtk_stack_set_visible_child_name (self->pages, "start");
  show_header (self, FALSE);
  fill (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->start->page));
  _vbet_window_update (self);
}

void
vbet_window_show_lab (VbetWindow *self)
{
  g_return_if_fail (VBET_IS_WINDOW (self));
  gtk_stack_set_visible_child_name (self->pages, "lab");
  show_header (self, TRUE);
  if (self->start != NULL)
    g_clear_handle_id (&self->start->look_source, g_source_remove);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  _vbet_window_update (self);
}

static void
on_new_here (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_window_show_lab (data);
}

void
_vbet_window_add_start (VbetWindow *self)
{
  static const GActionEntry entries[] = { { "new-here", on_new_here } };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
