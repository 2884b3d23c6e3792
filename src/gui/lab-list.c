/* lab-list.c - see lab-list.h. What was used lately is kept by GTK, together with other programs' documents.
 */
#include "config.h"

#include "gui/lab-list.h"

#include <string.h>

#include "base/paths.h"

#define APPLICATION "vbet"
#define MAX_RECENT 6
/* What is larger gets no picture. */
#define MAX_PICTURED ((gsize)1024 * 1024)

static void
entry_free (gpointer data)
{
  VbetLabEntry *self = data;
  g_object_unref (self->file);
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

static VbetLabEntry *
entry_new (GFile *file, gint64 when)
{
  VbetLabEntry *self = g_new0 (VbetLabEntry, 1);
  g_autofree char *base = g_file_get_basename (file);
  if (g_str_has_suffix (base, ".vbet") && strlen (base) > strlen (".vbet"))
    base[strlen (base) - strlen (".vbet")] = '\0';
  self->file = g_object_ref (file);
  self->name = g_utf8_make_valid (base, -1);
  self->when = when;
  return self;
}

/* In a thread. */
static void
read_entry (VbetLabEntry *entry, GCancellable *cancellable)
{
  g_autoptr (GFileInfo) info
      = g_file_query_info (entry->file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                           G_FILE_QUERY_INFO_NONE, cancellable, NULL);
  gsize size = 0;
  if (info == NULL || g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    return;
  if (g_file_info_get_size (info) > (goffset)MAX_PICTURED)
    entry->text = g_strdup ("");
  else
    g_file_load_contents (entry->file, cancellable, &entry->text, &size, NULL, NULL);
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  const VbetLabEntry *first = *(VbetLabEntry *const *)a, *second = *(VbetLabEntry *const *)b;
  gsize size_a = strlen (first->text), size_b = strlen (second->text);
  return size_a != size_b ? (size_a < size_b ? -1 : 1) : strcmp (first->name, second->name);
}

static void
read_shipped (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  g_autofree char *folder = vbet_paths_data ("labs");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autoptr (GFile) file = g_file_new_for_path (path);
    if (!g_str_has_suffix (name, ".vbet"))
      continue;
    VbetLabEntry *entry = entry_new (file, 0);
    read_entry (entry, cancellable);
    if (entry->text != NULL)
      g_ptr_array_add (entries, entry);
    else
      entry_free (entry);
  }
  g_ptr_array_sort (entries, by_size);
  g_task_return_pointer (task, g_steal_pointer (&entries), (GDestroyNotify)g_ptr_array_unref);
}

void
vbet_lab_list_shipped_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_task_run_in_thread (task, read_shipped);
}

static void
read_recent (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GPtrArray *entries = data;
  for (guint i = 0; i < entries->len; i++)
    read_entry (g_ptr_array_index (entries, i), cancellable);
  g_task_return_pointer (task, g_ptr_array_ref (entries), (GDestroyNotify)g_ptr_array_unref);
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  const VbetLabEntry *first = *(VbetLabEntry *const *)a, *second = *(VbetLabEntry *const *)b;
  return first->when != second->when ? (first->when > second->when ? -1 : 1)
                                     : strcmp (first->name, second->name);
}

void
vbet_lab_list_recent_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  for (GList *link = items; link != NULL; link = link->next) {
    GtkRecentInfo *info = link->data;
    g_autoptr (GFile) file = g_file_new_for_uri (gtk_recent_info_get_uri (info));
    if (gtk_recent_info_has_application (info, APPLICATION) && gtk_recent_info_is_local (info))
      g_ptr_array_add (entries, entry_new (file, (gint64)gtk_recent_info_get_modified (info)));
  }
  g_list_free_full (items, (GDestroyNotify)gtk_recent_info_unref);
  g_ptr_array_sort (entries, by_time);
  if (entries->len > MAX_RECENT)
    g_ptr_array_set_size (entries, MAX_RECENT);
  g_task_set_task_data (task, entries, (GDestroyNotify)g_ptr_array_unref);
  g_task_run_in_thread (task, read_recent);
}

GPtrArray *
vbet_lab_list_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

void
vbet_lab_list_remember (const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *name = g_filename_display_basename (path);
  GtkRecentData data = { .display_name = name,
                         .mime_type = (char *)"application/x-vbet",
                         .app_name = (char *)APPLICATION,
                         .app_exec = (char *)"vbet %f" };
  if (uri != NULL)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

void
vbet_lab_list_forget (GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  gtk_recent_manager_remove_item (gtk_recent_manager_get_default (), uri, NULL);
}
