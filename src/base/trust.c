/* trust.c - see trust.h.
 *
 * The file is "vbet-trust 1" and a line an entry, the latest last: the digest,
 * a blank, and the path, percent-encoded.
 */
#include "config.h"

#include "base/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"

#define MAGIC "vbet-trust 1"
#define NAME "trust"
#define DIGEST_LENGTH 64
#define FILE_MAX ((gsize)4 * 1024 * 1024) /* bytes; what is longer is not ours */

/* Two names of one file are one lab. */
static char *
canonical (const char *path)
{
  char *real = realpath (path, NULL);
  if (real == NULL)
    return g_canonicalize_filename (path, NULL);
  char *copy = g_strdup (real);
  free (real);
  return copy;
}

static char *
line_of (const char *path, const char *digest)
{
  g_autofree char *real = canonical (path);
  g_autofree char *escaped = g_uri_escape_bytes ((const guint8 *)real, strlen (real), "/");
  return g_strdup_printf ("%s %s", digest, escaped);
}

/* --- the file ---------------------------------------------------------------------------- */

static char *
file_path (void)
{
  g_autofree char *folder = vbet_paths_state_dir ();
  return g_build_filename (folder, NAME, NULL);
}

/* A file that others could have written says nothing. */
static gboolean
is_ours (int fd)
{
  struct stat status;
  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == geteuid ()
         && (status.st_mode & 077) == 0 && (guint64)status.st_size <= FILE_MAX;
}

/* Returns: (transfer full) (nullable): all of @fd. */
static char *
read_all (int fd)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char block[16384];
  ssize_t n;
  while ((n = read (fd, block, sizeof block)) != 0) {
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 || text->len + (gsize)n > FILE_MAX)
      return NULL;
    g_string_append_len (text, block, n);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
is_entry (const char *line)
{
  return strspn (line, "0123456789abcdef") == DIGEST_LENGTH && line[DIGEST_LENGTH] == ' '
         && line[DIGEST_LENGTH + 1] == '/';
}

/* Returns: (transfer full) (element-type utf8): lines of the file; empty when there is none that can be
 * believed. */
static GPtrArray *
read_entries (void)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = file_path ();
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *text = fd >= 0 && is_ours (fd) ? read_all (fd) : NULL;
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  if (fd >= 0)
    close (fd);
  if (lines[0] == NULL || strcmp (lines[0], MAGIC) != 0)
    return entries;
  for (guint i = 1; lines[i] != NULL; i++)
    if (is_entry (lines[i]))
      g_ptr_array_add (entries, g_strdup (lines[i]));
  return entries;
}

/* Returns: 0 or errno. */
static int
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  int reason = fd < 0 ? errno : 0;
  gsize size = strlen (text), done = 0;
  while (reason == 0 && done < size) {
    ssize_t n = write (fd, text + done, size - done);
    if (n < 0 && errno != EINTR)
      reason = errno;
    done += n > 0 ? (gsize)n : 0;
  }
  if (reason == 0 && fsync (fd) != 0)
    reason = errno;
  if (fd >= 0 && close (fd) != 0 && reason == 0)
    reason = errno;
  return reason;
}

/* Returns: the first of @entries that is kept: the latest are, as many as the file may hold. */
static guint
first_kept (const GPtrArray *entries)
{
  gsize size = strlen (MAGIC) + 1;
  guint first = entries->len;
  while (first > 0 && entries->len - first < VBET_TRUST_MAX) {
    size += strlen (entries->pdata[first - 1]) + 1;
    if (size > FILE_MAX)
      break;
    first--;
  }
  return first;
}

/* All or nothing: the new file takes the place of the old one. */
static gboolean
write_entries (const GPtrArray *entries, GError **error)
{
  g_autofree char *folder = vbet_paths_state_dir ();
  g_autofree char *path = file_path ();
  g_autofree char *unique = g_uuid_string_random ();
  g_autofree char *temporary = g_strconcat (path, ".", unique, NULL);
  g_autoptr (GString) text = g_string_new (MAGIC "\n");
  for (guint i = first_kept (entries); i < entries->len; i++)
    g_string_append_printf (text, "%s\n", (const char *)entries->pdata[i]);
  if (!vbet_paths_make_private (folder, error))
    return FALSE;
  int reason = write_file (temporary, text->str);
  if (reason == 0 && rename (temporary, path) != 0)
    reason = errno;
  if (reason == 0)
    return TRUE;
  unlink (temporary);
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
               "Cannot remember in %s that this lab may run: %s; you will be asked again", path,
               g_strerror (reason));
  return FALSE;
}

/* --- asking and telling -------------------------------------------------------------------- */

gboolean
vbet_trust_is_shipped (const char *path)
{
  g_autofree char *data = vbet_paths_data ("labs");
  g_autofree char *labs = canonical (data);
  g_autofree char *folder = g_strconcat (labs, "/", NULL);
  g_autofree char *real = canonical (path);
  return g_str_has_prefix (real, folder);
}

static gboolean
has_line (const GPtrArray *entries, const char *line, guint *ret_index)
{
  for (guint i = 0; i < entries->len; i++)
    if (strcmp (entries->pdata[i], line) == 0) {
      if (ret_index != NULL)
        *ret_index = i;
      return TRUE;
    }
  return FALSE;
}

gboolean
vbet_trust_knows (const char *path, const char *digest)
{
  if (vbet_trust_is_shipped (path))
    return TRUE;
  g_autoptr (GPtrArray) entries = read_entries ();
  g_autofree char *line = line_of (path, digest);
  return has_line (entries, line, NULL);
}

gboolean
vbet_trust_remember (const char *path, const char *digest, GError **error)
{
  g_autoptr (GPtrArray) entries = read_entries ();
  char *line = line_of (path, digest);
  guint index = 0;
  if (has_line (entries, line, &index)) /* it becomes the latest */
    g_ptr_array_remove_index (entries, index);
  g_ptr_array_add (entries, line);
  return write_entries (entries, error);
}
