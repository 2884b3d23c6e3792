/* labs.c - which labs run, asked without waiting; see client.h. */
#include "config.h"

#include "engine/client.h"

#include <signal.h>
#include <string.h>

#include "base/paths.h"

/* One question to all; replies that come too late find no timeout any more. */
typedef struct {
  GPtrArray *labs;
  GPtrArray *questions; /* of Question, borrowed: not answered yet */
  guint waiting;
  guint timeout;
} Listing;

/* What one reply belongs to. */
typedef struct {
  GTask *task;
  char *id;
  VbetClient *client; /* (nullable) */
} Question;

static void
listing_free (gpointer data)
{
  Listing *self = data;
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_ptr_array_unref (self->labs);
  g_ptr_array_unref (self->questions);
  g_free (self);
}

static void
question_free (Question *self)
{
  Listing *listing = g_task_get_task_data (self->task);
  g_ptr_array_remove (listing->questions, self);
  g_clear_object (&self->client);
  g_object_unref (self->task);
  g_free (self->id);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(VbetLabInfo *const *)a)->id, (*(VbetLabInfo *const *)b)->id);
}

static void
add_silent (Listing *listing, const Question *question)
{
  VbetLabInfo *info = g_new0 (VbetLabInfo, 1);
  info->id = g_strdup (question->id);
  info->name = g_strdup (question->id);
  info->path = g_strdup ("");
  info->pid = question->client != NULL ? vbet_client_get_pid (question->client) : 0;
  g_ptr_array_add (listing->labs, info);
}

static void
finish (GTask *task)
{
  Listing *listing = g_task_get_task_data (task);
  if (g_task_get_completed (task))
    return;
  g_clear_handle_id (&listing->timeout, g_source_remove);
  g_ptr_array_sort (listing->labs, compare_ids);
  g_task_return_pointer (task, g_ptr_array_ref (listing->labs), (GDestroyNotify)g_ptr_array_unref);
}

static void
answered (Question *question)
{
  Listing *listing = g_task_get_task_data (question->task);
  if (--listing->waiting == 0 && listing->timeout != 0)
    finish (question->task);
}

static gboolean
on_timeout (gpointer task)
{
  Listing *listing = g_task_get_task_data (task);
  listing->timeout = 0;
  for (guint i = 0; i < listing->questions->len; i++)
    add_silent (listing, g_ptr_array_index (listing->questions, i));
  finish (task);
  return G_SOURCE_REMOVE;
}

static void
on_info (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Question) question = data;
  Listing *listing = g_task_get_task_data (question->task);
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
  VbetLabInfo *info = reply != NULL ? _vbet_lab_info_from_reply (question->id, reply) : NULL;
  if (info != NULL && listing->timeout != 0)
    g_ptr_array_add (listing->labs, info);
  else
    vbet_lab_info_free (info);
  /* An engine that has ended is none; one that has not, but hangs up, has too many clients. */
  if (info == NULL && listing->timeout != 0 && kill (vbet_client_get_pid (question->client), 0) == 0)
    add_silent (listing, question);
  answered (question);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Question) question = data;
  question->client = vbet_client_connect_finish (result, NULL);
  if (question->client == NULL) {
    answered (question);
    return;
  }
  VbetClient *client = question->client;
  vbet_client_call_async (client, "lab.info", NULL, NULL, on_info, g_steal_pointer (&question));
}

/* The folder is one of a few entries in memory; a thread would cost more than it takes. */
void
vbet_labs_list_async (GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autofree char *base = vbet_paths_runtime_dir ();
  g_autoptr (GDir) dir = vbet_paths_check_runtime (NULL, NULL) ? g_dir_open (base, 0, NULL) : NULL;
  Listing *listing = g_new0 (Listing, 1);
  const char *name = NULL;
  listing->questions = g_ptr_array_new ();
  listing->labs = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_lab_info_free);
  g_task_set_task_data (task, listing, listing_free);
  listing->waiting = 1; /* us */
  listing->timeout = g_timeout_add_full (G_PRIORITY_DEFAULT, VBET_LABS_PATIENCE_MS, on_timeout,
                                         g_object_ref (task), g_object_unref);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    if (!vbet_paths_valid_lab_id (name))
      continue;
    Question *question = g_new0 (Question, 1);
    question->task = g_object_ref (task);
    question->id = g_strdup (name);
    g_ptr_array_add (listing->questions, question);
    listing->waiting++;
    vbet_client_connect_async (name, NULL, on_connected, question);
  }
  if (--listing->waiting == 0)
    finish (task);
}

GPtrArray *
vbet_labs_list_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
