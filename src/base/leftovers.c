/* leftovers.c - what labs left behind that died; see leftovers.h. */
#include "config.h"

#include "base/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/lab-user.h"
#include "base/paths.h"

#define ASIDE ".dead-"              /* and a random part */
#define MEMORY_PREFIX "vbet-guest-" /* of folders for a guest's memory; see guest/supervise.c */
#define MEMORY_AGE_S 60             /* a younger one may belong to a guest that is only just starting */

typedef gboolean (*Visit) (const char *path, const char *name, gpointer data);

static void
visit_entries (const char *folder, Visit visit, gpointer data)
{
  const char *name = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (!visit (path, name, data))
      return;
  }
}

static char *
scratch_dir (void)
{
  g_autofree char *state = vbet_paths_state_dir ();
  return g_build_filename (state, "scratch", NULL);
}

int
vbet_leftovers_lock (void)
{
  g_autofree char *path = vbet_paths_runtime_dir ();
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && flock (fd, LOCK_EX) == 0)
    return fd;
  int saved = errno;
  if (fd >= 0)
    close (fd);
  errno = saved;
  return -1;
}

int
vbet_leftovers_put_aside (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *aside = g_build_filename (folder, ASIDE "XXXXXX", NULL);
  if (g_access (path, F_OK) != 0)
    return 0;
  if (g_mkdtemp (aside) == NULL)
    return -errno;
  return rename (path, aside) == 0 || errno == ENOENT ? 0 : -errno;
}

/* Whether an engine holds the run-time folder @path of a lab. */
static gboolean
is_held (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  gboolean held = fd >= 0 && flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (fd >= 0)
    close (fd);
  return held;
}

static uid_t
lab_user (void)
{
  uid_t uid;
  gid_t gid;
  vbet_lab_user_find (&uid, &gid);
  return uid;
}

/* --- memory of guests ------------------------------------------------------------------------ */

typedef struct {
  const char *wanted; /* "TMPDIR=" and the folder */
  gboolean used;
} Search;

static gboolean
find_user (const char *path, const char *name, gpointer data)
{
  Search *self = data;
  struct stat status;
  gsize size = 0;
  g_autofree char *environment = NULL;
  g_autofree char *file = g_build_filename (path, "environ", NULL);
  if (!g_ascii_isdigit (*name) || stat (path, &status) != 0 || status.st_uid != lab_user ())
    return TRUE;
  /* A process of ours that does not tell may be the one. */
  if (!g_file_get_contents (file, &environment, &size, NULL))
    self->used = g_access (path, F_OK) == 0;
  for (gsize at = 0; at < size && !self->used; at += strlen (environment + at) + 1)
    self->used = strcmp (environment + at, self->wanted) == 0;
  return !self->used;
}

static gboolean
is_dead_memory (const char *path, const char *name)
{
  struct stat status;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  if (!g_str_has_prefix (name, MEMORY_PREFIX) || lstat (path, &status) != 0 || !S_ISDIR (status.st_mode)
      || status.st_uid != lab_user () || now - status.st_mtime < MEMORY_AGE_S)
    return FALSE;
  g_autofree char *wanted = g_strconcat ("TMPDIR=", path, NULL);
  Search search = { .wanted = wanted };
  visit_entries ("/proc", find_user, &search);
  return !search.used;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* Taking a lock for a moment would make a lab that is just starting believe that it runs: only under ours. */
static gboolean
list_runtime (const char *path, const char *name, gpointer list)
{
  if (vbet_paths_valid_lab_id (name) && !is_held (path))
    g_ptr_array_add (list, g_strdup (path));
  return TRUE;
}

static gboolean
list_scratch (const char *path, const char *name, gpointer list)
{
  g_autofree char *lab = vbet_paths_lab_dir (name);
  if (vbet_paths_valid_lab_id (name) && !is_held (lab))
    g_ptr_array_add (list, g_strdup (path));
  return TRUE;
}

static gboolean
list_aside (const char *path, const char *name, gpointer list)
{
  if (g_str_has_prefix (name, ASIDE))
    g_ptr_array_add (list, g_strdup (path));
  return TRUE;
}

static gboolean
list_memory (const char *path, const char *name, gpointer list)
{
  if (is_dead_memory (path, name))
    g_ptr_array_add (list, g_strdup (path));
  return TRUE;
}

/* What labs left in their own folders, as @runtime and @scratch find it. */
static void
list_folders (Visit in_runtime, Visit in_scratch, GPtrArray *list)
{
  g_autofree char *runtime = vbet_paths_runtime_dir ();
  g_autofree char *scratch = scratch_dir ();
  if (vbet_paths_check_runtime (NULL, NULL))
    visit_entries (runtime, in_runtime, list);
  if (vbet_paths_check_private (scratch, NULL))
    visit_entries (scratch, in_scratch, list);
}

GPtrArray *
vbet_leftovers_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  int lock = vbet_leftovers_lock ();
  list_folders (list_runtime, list_scratch, list);
  if (lock >= 0)
    close (lock);
  list_folders (list_aside, list_aside, list);
  visit_entries ("/dev/shm", list_memory, list);
  visit_entries ("/tmp", list_memory, list);
  return list;
}

void
vbet_leftovers_collect (void)
{
  g_autoptr (GPtrArray) dead = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) aside = g_ptr_array_new_with_free_func (g_free);
  int lock = vbet_leftovers_lock ();
  if (lock < 0)
    return;
  /* Under the lock they only get other names: removing a large one takes its time. */
  list_folders (list_runtime, list_scratch, dead);
  for (guint i = 0; i < dead->len; i++)
    (void)vbet_leftovers_put_aside (g_ptr_array_index (dead, i));
  close (lock);
  list_folders (list_aside, list_aside, aside);
  visit_entries ("/dev/shm", list_memory, aside);
  visit_entries ("/tmp", list_memory, aside);
  for (guint i = 0; i < aside->len; i++)
    (void)vbet_paths_remove_tree (g_ptr_array_index (aside, i));
}
