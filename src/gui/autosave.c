/* autosave.c - see autosave.h.
 *
 * A file is "vbet-autosave 1", lines of "key: value" with percent-encoded
 * values, an empty line, and then the text, byte by byte, with its length
 * among the keys.
 */
#include "config.h"

#include "gui/autosave.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"

#define MAGIC "vbet-autosave 1\n"
#define MAX_FILE ((gsize)64 * 1024 * 1024)
/* Unsaved work that nobody asked for in this time goes. */
#define KEEP_SECONDS ((gint64)30 * 24 * 3600)

struct _VbetAutosave {
  GObject parent_instance;
  char *folder;
  char *id;
  GMutex mutex; /* of what follows: a thread writes, another removes */
  int lock;     /* descriptor of ID.lock, locked; -1: not yet */
  gboolean removed;
};

G_DEFINE_FINAL_TYPE (VbetAutosave, vbet_autosave, G_TYPE_OBJECT)

/* --- the format ----------------------------------------------------------------------------- */

VbetUnsaved *
vbet_unsaved_new (const char *name, const char *path, const char *etag, GBytes *text)
{
  VbetUnsaved *self = g_new0 (VbetUnsaved, 1);
  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->etag = g_strdup (etag);
  self->when = g_get_real_time () / G_USEC_PER_SEC;
  self->text = g_bytes_ref (text);
  return self;
}

void
vbet_unsaved_free (VbetUnsaved *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->path);
  g_free (self->etag);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self);
}

static void
put (GString *out, const char *key, const char *value)
{
  g_autofree char *escaped = value != NULL ? g_uri_escape_string (value, "/", FALSE) : NULL;
  if (escaped != NULL)
    g_string_append_printf (out, "%s: %s\n", key, escaped);
}

GBytes *
vbet_unsaved_to_bytes (const VbetUnsaved *self)
{
  GString *out = g_string_new (MAGIC);
  gsize size = 0;
  const char *text = g_bytes_get_data (self->text, &size);
  put (out, "name", self->name);
  put (out, "path", self->path);
  put (out, "etag", self->etag);
  g_string_append_printf (out, "when: %" G_GINT64_FORMAT "\nsize: %" G_GSIZE_FORMAT "\n\n", self->when, size);
  if (size > 0)
    g_string_append_len (out, text, (gssize)size);
  return g_string_free_to_bytes (out);
}

static gboolean
take_line (VbetUnsaved *self, const char *line, gint64 *size)
{
  const char *colon = strstr (line, ": ");
  if (colon == NULL)
    return FALSE;
  g_autofree char *key = g_strndup (line, (gsize)(colon - line));
  g_autofree char *value = g_uri_unescape_string (colon + 2, NULL);
  if (value == NULL)
    return FALSE;
  char **slot = g_str_equal (key, "name")   ? &self->name
                : g_str_equal (key, "path") ? &self->path
                : g_str_equal (key, "etag") ? &self->etag
                                            : NULL;
  if (slot != NULL) {
    g_free (*slot);
    *slot = g_steal_pointer (&value);
    return TRUE;
  }
  gint64 *number = g_str_equal (key, "when") ? &self->when : g_str_equal (key, "size") ? size : NULL;
  /* Other keys are a later version's. */
  return number == NULL || g_ascii_string_to_signed (value, 10, 0, G_MAXINT64, number, NULL);
}

VbetUnsaved *
vbet_unsaved_parse (const char *id, GBytes *bytes)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autoptr (VbetUnsaved) self = g_new0 (VbetUnsaved, 1);
  gint64 size = -1;
  gsize at = strlen (MAGIC);
  if (length < at || memcmp (data, MAGIC, at) != 0)
    return NULL;
  while (at < length && data[at] != '\n') {
    const char *end = memchr (data + at, '\n', length - at);
    if (end == NULL)
      return NULL;
    g_autofree char *line = g_strndup (data + at, (gsize)(end - data) - at);
    if (!take_line (self, line, &size))
      return NULL;
    at = (gsize)(end - data) + 1;
  }
  at++;
  if (at > length || size < 0 || (gsize)size != length - at || self->name == NULL
      || !g_utf8_validate (self->name, -1, NULL))
    return NULL;
  self->id = g_strdup (id);
  self->text = g_bytes_new_from_bytes (bytes, at, (gsize)size);
  return g_steal_pointer (&self);
}

/* --- locks ------------------------------------------------------------------------------------ */

static char *
file_of (const char *folder, const char *id, const char *suffix)
{
  g_autofree char *name = g_strconcat (id, suffix, NULL);
  return g_build_filename (folder, name, NULL);
}

/* Returns a descriptor that holds the lock; -1 when another process has it, or there is no such file and
 * @create is not set. Whoever removes a lock file holds it: a file that is no longer under its name is tried
 * anew. */
static int
take_lock (const char *folder, const char *id, gboolean create)
{
  g_autofree char *path = file_of (folder, id, ".lock");
  for (guint attempt = 0; attempt < 16; attempt++) {
    struct stat ours, named;
    int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0), 0600);
    if (fd < 0)
      return -1;
    if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
      close (fd);
      return -1;
    }
    if (fstat (fd, &ours) == 0 && stat (path, &named) == 0 && ours.st_ino == named.st_ino
        && ours.st_dev == named.st_dev)
      return fd;
    close (fd);
  }
  return -1;
}

/* Removes all files of @id; the lock file, which @lock holds, last. */
static void
remove_files (const char *folder, const char *id, int lock)
{
  static const char *const suffixes[] = { ".autosave", ".tmp", ".lock" };
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *path = file_of (folder, id, suffixes[i]);
    unlink (path);
  }
  if (lock >= 0)
    close (lock);
}

/* --- one document's ------------------------------------------------------------------------------ */

char *
vbet_autosave_folder (void)
{
  g_autofree char *state = vbet_paths_state_dir ();
  return g_build_filename (state, "autosave", NULL);
}

VbetAutosave *
vbet_autosave_new (const char *folder)
{
  VbetAutosave *self = g_object_new (VBET_TYPE_AUTOSAVE, NULL);
  self->folder = g_strdup (folder);
  self->id = g_uuid_string_random ();
  return self;
}

VbetAutosave *
vbet_autosave_claim (const char *folder, const char *id)
{
  g_autofree char *path = file_of (folder, id, ".autosave");
  int lock = take_lock (folder, id, TRUE);
  if (lock < 0)
    return NULL;
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) { /* another took it, and is done with it */
    remove_files (folder, id, lock);
    return NULL;
  }
  VbetAutosave *self = g_object_new (VBET_TYPE_AUTOSAVE, NULL);
  self->folder = g_strdup (folder);
  self->id = g_strdup (id);
  self->lock = lock;
  return self;
}

static gboolean
fail (const char *folder, int reason, GError **error)
{
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Unsaved work cannot be kept in %s: %s", folder,
               g_strerror (reason));
  return FALSE;
}

static int
write_all (int fd, GBytes *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  while (size > 0) {
    ssize_t n = write (fd, data, size);
    if (n < 0 && errno != EINTR)
      return errno;
    if (n > 0) {
      data += n;
      size -= (gsize)n;
    }
  }
  return fsync (fd) != 0 ? errno : 0;
}

/* Writes the temporary file. Returns 0 or an errno. */
static int
write_temporary (const char *path, GBytes *bytes)
{
  unlink (path);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return errno;
  int reason = write_all (fd, bytes);
  if (close (fd) != 0 && reason == 0)
    reason = errno;
  if (reason != 0)
    unlink (path);
  return reason;
}

/* Returns whether there is something to write for; takes the lock at the first time. */
static gboolean
begin (VbetAutosave *self)
{
  g_mutex_lock (&self->mutex);
  if (!self->removed && self->lock < 0)
    self->lock = take_lock (self->folder, self->id, TRUE);
  gboolean ok = !self->removed && self->lock >= 0;
  g_mutex_unlock (&self->mutex);
  return ok;
}

gboolean
vbet_autosave_store (VbetAutosave *self, const VbetUnsaved *unsaved, GError **error)
{
  g_return_val_if_fail (VBET_IS_AUTOSAVE (self), FALSE);
  g_autoptr (GBytes) bytes = vbet_unsaved_to_bytes (unsaved);
  g_autofree char *temporary = file_of (self->folder, self->id, ".tmp");
  g_autofree char *path = file_of (self->folder, self->id, ".autosave");
  if (!vbet_paths_prepare_state (error) || !vbet_paths_make_private (self->folder, error))
    return FALSE;
  if (!begin (self))
    return self->removed || fail (self->folder, errno, error);
  int reason = write_temporary (temporary, bytes);
  g_mutex_lock (&self->mutex);
  if (self->removed)
    unlink (temporary);
  else if (reason == 0 && rename (temporary, path) != 0)
    reason = errno;
  g_mutex_unlock (&self->mutex);
  return reason == 0 || fail (self->folder, reason, error);
}

void
vbet_autosave_remove (VbetAutosave *self)
{
  g_return_if_fail (VBET_IS_AUTOSAVE (self));
  g_mutex_lock (&self->mutex);
  self->removed = TRUE;
  if (self->lock >= 0)
    remove_files (self->folder, self->id, self->lock);
  self->lock = -1;
  g_mutex_unlock (&self->mutex);
}

static void
vbet_autosave_finalize (GObject *object)
{
  VbetAutosave *self = VBET_AUTOSAVE (object);
  if (self->lock >= 0)
    close (self->lock); /* what is kept stays, for the next start */
  g_mutex_clear (&self->mutex);
  g_free (self->folder);
  g_free (self->id);
  G_OBJECT_CLASS (vbet_autosave_parent_class)->finalize (object);
}

static void
vbet_autosave_class_init (VbetAutosaveClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_autosave_finalize;
}

static void
vbet_autosave_init (VbetAutosave *self)
{
  g_mutex_init (&self->mutex);
  self->lock = -1;
}

/* --- what was left ---------------------------------------------------------------------------------- */

/* Reads a regular file that is not too large. */
static GBytes *
read_file (const char *path)
{
  struct stat status;
  char *text = NULL;
  gsize size = 0;
  if (lstat (path, &status) != 0 || !S_ISREG (status.st_mode) || (gsize)status.st_size > MAX_FILE
      || !g_file_get_contents (path, &text, &size, NULL))
    return NULL;
  return g_bytes_new_take (text, size);
}

/* Returns: (transfer full) (nullable): what was left under @id, if its process is gone. */
static VbetUnsaved *
look_at (const char *folder, const char *id, gint64 now)
{
  g_autofree char *path = file_of (folder, id, ".autosave");
  int lock = take_lock (folder, id, TRUE);
  if (lock < 0)
    return NULL;
  g_autoptr (GBytes) bytes = read_file (path);
  VbetUnsaved *unsaved = bytes != NULL ? vbet_unsaved_parse (id, bytes) : NULL;
  if (unsaved == NULL || now - unsaved->when > KEEP_SECONDS) {
    remove_files (folder, id, lock);
    g_clear_pointer (&unsaved, vbet_unsaved_free);
  } else {
    close (lock);
  }
  return unsaved;
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  const VbetUnsaved *first = *(VbetUnsaved *const *)a, *second = *(VbetUnsaved *const *)b;
  return first->when != second->when ? (first->when > second->when ? -1 : 1) : strcmp (first->id, second->id);
}

GPtrArray *
vbet_autosave_list (const char *folder)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_unsaved_free);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *name = NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *id = g_strndup (name, strcspn (name, "."));
    if (g_uuid_string_is_valid (id)) /* other files are not ours */
      g_hash_table_add (ids, g_steal_pointer (&id));
  }
  GHashTableIter iter;
  gpointer id = NULL;
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    VbetUnsaved *unsaved = look_at (folder, id, now);
    if (unsaved != NULL)
      g_ptr_array_add (list, unsaved);
  }
  g_ptr_array_sort (list, by_time);
  return list;
}
