/* files.c - what server and firewall do with files; see files.h. */
#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOG_MAX 65536

void
complain (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  fputs ("fwpolicy: ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
}

void
clock_text (char ret_text[20])
{
  time_t now = time (NULL);
  struct tm broken;
  if (localtime_r (&now, &broken) == NULL || strftime (ret_text, 20, "%Y-%m-%d %H:%M:%S", &broken) == 0)
    snprintf (ret_text, 20, "-");
}

double
clock_seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_BOOTTIME, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
files_path (const char *root, const char *name, char ret_path[FWPOLICY_PATH_SIZE])
{
  snprintf (ret_path, FWPOLICY_PATH_SIZE, "%s/%s", root, name);
}

/* The folders above @path, which ends as it was. */
static void
make_folders (char *path)
{
  for (char *slash = strchr (path + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/')) {
    *slash = '\0';
    mkdir (path, 0755); /* what is wrong with it the file in it tells */
    *slash = '/';
  }
}

void
files_log (const char *root, const char *format, ...)
{
  char path[FWPOLICY_PATH_SIZE], old[FWPOLICY_PATH_SIZE + 2], now[20];
  struct stat status;
  va_list arguments;
  files_path (root, FWPOLICY_LOG, path);
  make_folders (path);
  snprintf (old, sizeof old, "%s.1", path);
  if (stat (path, &status) == 0 && status.st_size > LOG_MAX - 1024)
    rename (path, old);
  FILE *file = fopen (path, "ae");
  if (file == NULL)
    return;
  clock_text (now);
  fprintf (file, "%s ", now);
  va_start (arguments, format);
  vfprintf (file, format, arguments);
  va_end (arguments);
  fputc ('\n', file);
  fclose (file);
}

/* --- reading and writing --------------------------------------------------------------------- */

static int
read_open (int fd, char *ret_bytes, size_t room, uint64_t *ret_size)
{
  struct stat status;
  size_t size = 0;
  if (fstat (fd, &status) < 0)
    return -errno;
  if (!S_ISREG (status.st_mode))
    return -EINVAL;
  *ret_size = (uint64_t)status.st_size;
  for (ssize_t got = 1; *ret_size < room && got > 0; size += (size_t)got) {
    got = read (fd, ret_bytes + size, room - size);
    if (got < 0)
      return -errno;
    if (size + (size_t)got == room) /* it grew meanwhile */
      *ret_size = room;
  }
  if (*ret_size >= room)
    return -EFBIG;
  *ret_size = size;
  return 0;
}

int
files_read (const char *path, char *ret_bytes, size_t room, uint64_t *ret_size)
{
  *ret_size = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return -errno;
  int r = read_open (fd, ret_bytes, room, ret_size);
  close (fd);
  return r;
}

static bool
write_all (int fd, const char *bytes, size_t size)
{
  while (size > 0) {
    ssize_t done = write (fd, bytes, size);
    if (done < 0)
      return false;
    bytes += done;
    size -= (size_t)done;
  }
  return true;
}

int
files_write (const char *path, const void *bytes, size_t size)
{
  char temporary[FWPOLICY_PATH_SIZE + 4];
  snprintf (temporary, sizeof temporary, "%s.new", path);
  make_folders (temporary);
  int fd = open (temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0)
    return -errno;
  bool written = write_all (fd, bytes, size) && fsync (fd) == 0;
  int r = written ? 0 : -errno;
  close (fd);
  if (r == 0 && rename (temporary, path) < 0)
    r = -errno;
  if (r < 0)
    unlink (temporary);
  return r;
}

bool
files_read_key (const char *root, PolicyKey *ret_key)
{
  char path[FWPOLICY_PATH_SIZE], bytes[2 * POLICY_KEY_MAX];
  uint64_t size;
  files_path (root, FWPOLICY_KEY, path);
  int r = files_read (path, bytes, sizeof bytes, &size);
  if (r == 0 && policy_key_read (bytes, (size_t)size, ret_key))
    return true;
  if (r == 0 || r == -EFBIG)
    complain ("the key in %s must have %d to %d bytes; give server and firewalls the same one", path,
              POLICY_KEY_MIN, POLICY_KEY_MAX);
  else
    complain ("the key cannot be read from %s: %s; give server and firewalls the same one", path,
              strerror (-r));
  return false;
}

/* --- what a role tells ----------------------------------------------------------------------- */

static void
role_path (const char *root, const char *role, const char *suffix, char ret_path[FWPOLICY_PATH_SIZE])
{
  snprintf (ret_path, FWPOLICY_PATH_SIZE, "%s/" FWPOLICY_RUN "/%s%s", root, role, suffix);
}

int
files_lock (const char *root, const char *role)
{
  char path[FWPOLICY_PATH_SIZE];
  role_path (root, role, ".lock", path);
  make_folders (path);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return -errno;
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  if (fcntl (fd, F_OFD_SETLK, &lock) == 0) {
    role_path (root, role, "", path);
    unlink (path); /* what the one before told */
    return 0;      /* open as long as this process is there, or the one that goes on for it */
  }
  int r = errno == EAGAIN || errno == EACCES ? -EWOULDBLOCK : -errno;
  close (fd);
  return r;
}

void
files_tell (const char *root, const char *role, const char *text, char *told, size_t room)
{
  char path[FWPOLICY_PATH_SIZE];
  if (strcmp (text, told) == 0)
    return;
  role_path (root, role, "", path);
  files_write (path, text, strlen (text));
  snprintf (told, room, "%s", text);
}

static bool
role_runs (const char *root, const char *role)
{
  char path[FWPOLICY_PATH_SIZE];
  role_path (root, role, ".lock", path);
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd = open (path, O_RDWR | O_CLOEXEC);
  bool runs = fd >= 0 && fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  if (fd >= 0)
    close (fd);
  return runs;
}

bool
files_show (const char *root, const char *role)
{
  char path[FWPOLICY_PATH_SIZE], text[POLICY_SIZE_MAX];
  uint64_t size;
  role_path (root, role, "", path);
  if (!role_runs (root, role) || files_read (path, text, sizeof text, &size) < 0)
    return false;
  fwrite (text, 1, (size_t)size, stdout);
  return true;
}

/* --- the background -------------------------------------------------------------------------- */

bool
files_go_behind (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  pid_t child = null >= 0 ? fork () : -1;
  if (child < 0) {
    complain ("no process of its own: %s", strerror (errno));
    return false;
  }
  if (child > 0)
    _exit (EXIT_DONE);
  setsid ();
  dup2 (null, STDIN_FILENO);
  dup2 (null, STDOUT_FILENO);
  dup2 (null, STDERR_FILENO);
  close (null);
  return chdir ("/") == 0;
}
