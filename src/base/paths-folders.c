/* paths-folders.c - folders of ours: made, checked, and gone around when they are not; see paths.h.
 *
 * Where no XDG_RUNTIME_DIR is, the run-time folder has a name in /tmp that
 * everybody knows. Who takes it first must gain nothing: we use a folder only
 * if nobody else can have put anything into it.
 */
#include "config.h"

#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lab-user.h"
#include "base/paths-private.h"

/* In the state folder: the run-time folder that is used instead of /tmp/vbet-UID. */
#define RECORD "runtime-dir"
#define RECORD_NEW "runtime-dir.new"
#define RECORD_MAX 256 /* bytes */

#define OTHERS 0077       /* mode bits of what nobody else may enter */
#define OTHERS_WRITE 0022 /* … change */

typedef enum {
  FOLDER_OURS,
  FOLDER_MISSING,
  FOLDER_OPEN,    /* ours, but others may do what they must not */
  FOLDER_FOREIGN, /* a link, no folder, somebody else's */
} Folder;

static gboolean
is_lab_user (uid_t owner)
{
  uid_t uid;
  gid_t gid;
  vbet_lab_user_find (&uid, &gid);
  return owner == uid || (geteuid () == 0 && owner == 0);
}

static Folder G_GNUC_PRINTF (3, 4) refuse (Folder verdict, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, VBET_ERROR, verdict == FOLDER_MISSING ? VBET_ERROR_NOT_FOUND : VBET_ERROR_HOST,
                       text);
  return verdict;
}

/* @forbidden: mode bits that must not be set. Sets @error for everything but FOLDER_OURS. */
static Folder
inspect (const char *path, mode_t forbidden, GError **error)
{
  struct stat status;
  if (lstat (path, &status) != 0)
    return refuse (errno == ENOENT || errno == ENOTDIR ? FOLDER_MISSING : FOLDER_FOREIGN, error,
                   "Cannot use the folder %s: %s", path, g_strerror (errno));
  if (!S_ISDIR (status.st_mode))
    return refuse (FOLDER_FOREIGN, error, "%s must be a folder, but is %s; remove it", path,
                   S_ISLNK (status.st_mode) ? "a symbolic link" : "a file");
  if (!is_lab_user (status.st_uid))
    return refuse (FOLDER_FOREIGN, error,
                   "The folder %s belongs to another user (%u); remove it or name another", path,
                   (unsigned)status.st_uid);
  if ((status.st_mode & forbidden) != 0)
    return refuse (FOLDER_OPEN, error,
                   "Other users can %s the folder %s (mode %03o); if what is in it is yours, “chmod 700 %s”",
                   forbidden == OTHERS ? "enter" : "write to", path, (unsigned)status.st_mode & 0777, path);
  return FOLDER_OURS;
}

gboolean
vbet_paths_check_private (const char *path, GError **error)
{
  return inspect (path, OTHERS, error) == FOLDER_OURS;
}

/* Root's own folders become the lab user's: the engine will be that user. */
static gboolean
hand_over (const char *path, GError **error)
{
  uid_t uid;
  gid_t gid;
  struct stat status;
  vbet_lab_user_find (&uid, &gid);
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  gboolean ok = fd >= 0 && fstat (fd, &status) == 0
                && (status.st_uid == uid || (status.st_uid == 0 && fchown (fd, uid, gid) == 0));
  if (!ok)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot use %s as a folder: %s", path,
                 g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

/* Makes the last folder of @path and what is missing above it. */
static Folder
make_dir (const char *path, mode_t mode, mode_t forbidden, GError **error)
{
  int result = mkdir (path, mode);
  if (result != 0 && errno == ENOENT) {
    g_autofree char *parent = g_path_get_dirname (path);
    Folder verdict = make_dir (parent, 0755, OTHERS_WRITE, error);
    if (verdict != FOLDER_OURS)
      return verdict;
    result = mkdir (path, mode);
  }
  if (result != 0 && errno != EEXIST)
    return refuse (FOLDER_MISSING, error, "Cannot create the folder %s: %s", path, g_strerror (errno));
  Folder verdict = inspect (path, forbidden, error);
  if (verdict == FOLDER_OURS && geteuid () == 0 && !hand_over (path, error))
    return FOLDER_FOREIGN;
  return verdict;
}

gboolean
vbet_paths_make_private (const char *path, GError **error)
{
  return make_dir (path, 0700, OTHERS, error) == FOLDER_OURS;
}

gboolean
vbet_paths_prepare_state (GError **error)
{
  g_autofree char *path = vbet_paths_state_dir ();
  return make_dir (path, 0700, OTHERS_WRITE, error) == FOLDER_OURS;
}

/* --- instead of /tmp/vbet-UID ------------------------------------------------------------- */

/* Returns: the state folder, open; -1 when it is not there or not to be trusted. */
static int
open_state (void)
{
  g_autofree char *path = vbet_paths_state_dir ();
  if (inspect (path, OTHERS_WRITE, NULL) != FOLDER_OURS)
    return -1;
  return open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Returns: what the record in the folder @state says, if such a folder is there and ours; else NULL. */
static char *
read_record (int state)
{
  char text[RECORD_MAX];
  struct stat status;
  int fd = openat (state, RECORD, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return NULL;
  ssize_t size = -1;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && is_lab_user (status.st_uid)
      && (status.st_mode & OTHERS_WRITE) == 0)
    size = read (fd, text, sizeof text - 1);
  close (fd);
  if (size <= 0)
    return NULL;
  text[size] = '\0';
  text[strcspn (text, "\n")] = '\0';
  return g_path_is_absolute (text) && inspect (text, OTHERS, NULL) == FOLDER_OURS ? g_strdup (text) : NULL;
}

char *
_vbet_paths_recorded_runtime_dir (void)
{
  int state = open_state ();
  if (state < 0)
    return NULL;
  char *path = read_record (state);
  close (state);
  return path;
}

static gboolean
write_record (int state, const char *path, GError **error)
{
  uid_t uid;
  gid_t gid;
  g_autofree char *line = g_strdup_printf ("%s\n", path);
  ssize_t size = (ssize_t)strlen (line);
  vbet_lab_user_find (&uid, &gid);
  (void)unlinkat (state, RECORD_NEW, 0);
  int fd = openat (state, RECORD_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  gboolean ok = fd >= 0 && write (fd, line, (size_t)size) == size
                && (geteuid () != 0 || fchown (fd, uid, gid) == 0) && fsync (fd) == 0
                && renameat (state, RECORD_NEW, state, RECORD) == 0;
  if (!ok)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "Cannot note the run-time folder in the state folder: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
make_random (int state, GError **error)
{
  g_autofree char *shared = _vbet_paths_shared_runtime_dir ();
  g_autofree char *path = g_strdup_printf ("%s-XXXXXX", shared);
  if (mkdtemp (path) == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot create a run-time folder %s: %s", path,
                 g_strerror (errno));
    return FALSE;
  }
  if ((geteuid () != 0 || hand_over (path, error)) && write_record (state, path, error))
    return TRUE;
  rmdir (path);
  return FALSE;
}

/* Two labs that start at once must come to one folder: one looks and makes, the other waits and finds. */
static gboolean
go_around (GError **error)
{
  if (!vbet_paths_prepare_state (error))
    return FALSE;
  int state = open_state ();
  if (state < 0 || flock (state, LOCK_EX) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "Cannot lock the state folder: %s", g_strerror (errno));
    if (state >= 0)
      close (state);
    return FALSE;
  }
  g_autofree char *there = read_record (state);
  gboolean ok = there != NULL || make_random (state, error);
  close (state);
  return ok;
}

/* --- the run-time folder ------------------------------------------------------------------- */

gboolean
vbet_paths_prepare_runtime (GError **error)
{
  g_autofree char *path = vbet_paths_runtime_dir ();
  g_autoptr (GError) reason = NULL;
  Folder verdict = make_dir (path, 0700, OTHERS, &reason);
  if (verdict == FOLDER_OURS)
    return TRUE;
  if (verdict == FOLDER_FOREIGN && !_vbet_paths_runtime_is_chosen ())
    return go_around (error);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
vbet_paths_check_runtime (const char *lab_id, GError **error)
{
  g_autofree char *path = vbet_paths_runtime_dir ();
  g_autofree char *lab = lab_id != NULL ? g_build_filename (path, lab_id, NULL) : NULL;
  g_autoptr (GError) reason = NULL;
  Folder verdict = inspect (path, OTHERS, &reason);
  if (verdict == FOLDER_MISSING)
    return TRUE;
  if (verdict == FOLDER_FOREIGN && !_vbet_paths_runtime_is_chosen ()) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "No lab is running; the folder %s is not ours",
                 path);
    return FALSE;
  }
  if (verdict == FOLDER_OURS && lab != NULL) {
    g_clear_error (&reason);
    verdict = inspect (lab, OTHERS, &reason);
    if (verdict == FOLDER_MISSING)
      return TRUE;
  }
  if (verdict == FOLDER_OURS)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}
