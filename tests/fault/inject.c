/* inject.c - loaded into a process (LD_PRELOAD), makes one of its calls to the host fail: the N-th of a kind.
 *
 * VBET_INJECT="PROGRAM KIND N FILE" says in which program, and which file to
 * make when it happens. Kinds and what they fail with are in the table below.
 * Calls are counted from the program's first; those of the loader do not come
 * here. Descriptors that a call would have given stay free, as they do when
 * the host refuses.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef enum { OPEN, WRITE, SPAWN, SOCKET, RENAME, MKDIR, DUP, LISTEN, PTY, KINDS } Kind;

static const struct {
  const char *name;
  int error;
} kinds[KINDS] = {
  [OPEN] = { "open", EMFILE },     /* open, openat, of any file but those of /proc and libraries */
  [WRITE] = { "write", ENOSPC },   /* to files: write, pwrite, ftruncate, posix_fallocate, fsync */
  [SPAWN] = { "spawn", EAGAIN },   /* fork, posix_spawn */
  [SOCKET] = { "socket", EMFILE }, /* socket, socketpair, accept4 */
  [RENAME] = { "rename", EIO },    /* rename, link, symlink */
  [MKDIR] = { "mkdir", ENOSPC },
  [DUP] = { "dup", EMFILE },       /* dup, fcntl (F_DUPFD), pipe2, memfd_create */
  [LISTEN] = { "listen", EADDRINUSE }, /* bind, listen, connect */
  [PTY] = { "pty", ENOSPC },       /* posix_openpt, ptsname, grantpt */
};

static atomic_int counts[KINDS];

/* Whether this call of @kind is the one; sets errno then. */
static bool
hits (Kind kind)
{
  char program[32], name[32], path[256];
  int wanted = 0;
  const char *text = getenv ("VBET_INJECT");
  int saved = errno;
  if (text == NULL || sscanf (text, "%31s %31s %d %255s", program, name, &wanted, path) != 4
      || strcmp (program, program_invocation_short_name) != 0 || strcmp (name, kinds[kind].name) != 0)
    return false;
  if (atomic_fetch_add (&counts[kind], 1) + 1 != wanted) {
    errno = saved;
    return false;
  }
  /* A child has a count of its own, but one call fails in all. */
  int fd = (int)syscall (SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (fd < 0) {
    errno = saved;
    return false;
  }
  syscall (SYS_close, fd);
  errno = kinds[kind].error;
  return true;
}

#define REAL(name) ((__typeof__ (&name))dlsym (RTLD_NEXT, #name))

static bool
spares (const char *path)
{
  return strncmp (path, "/proc/", 6) == 0 || strncmp (path, "/sys/", 5) == 0 || strncmp (path, "/usr/", 5) == 0
         || strncmp (path, "/lib", 4) == 0 || strncmp (path, "/etc/", 5) == 0;
}

#define MODE_OF(flags)                                                                                                 \
  mode_t mode = 0;                                                                                                     \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                                                        \
    va_list arguments;                                                                                                 \
    va_start (arguments, flags);                                                                                       \
    mode = va_arg (arguments, mode_t);                                                                                 \
    va_end (arguments);                                                                                                \
  }

int
open (const char *path, int flags, ...)
{
  MODE_OF (flags)
  return !spares (path) && hits (OPEN) ? -1 : REAL (open) (path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
  MODE_OF (flags)
  return !spares (path) && hits (OPEN) ? -1 : REAL (open64) (path, flags, mode);
}

int
openat (int folder, const char *path, int flags, ...)
{
  MODE_OF (flags)
  return !spares (path) && hits (OPEN) ? -1 : REAL (openat) (folder, path, flags, mode);
}

int
openat64 (int folder, const char *path, int flags, ...)
{
  MODE_OF (flags)
  return !spares (path) && hits (OPEN) ? -1 : REAL (openat64) (folder, path, flags, mode);
}

static bool
is_file (int fd)
{
  struct stat status;
  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode);
}

ssize_t
write (int fd, const void *bytes, size_t size)
{
  return is_file (fd) && hits (WRITE) ? -1 : REAL (write) (fd, bytes, size);
}

ssize_t
pwrite (int fd, const void *bytes, size_t size, off_t offset)
{
  return hits (WRITE) ? -1 : REAL (pwrite) (fd, bytes, size, offset);
}

ssize_t
pwrite64 (int fd, const void *bytes, size_t size, off64_t offset)
{
  return hits (WRITE) ? -1 : REAL (pwrite64) (fd, bytes, size, offset);
}

int
ftruncate (int fd, off_t size)
{
  return hits (WRITE) ? -1 : REAL (ftruncate) (fd, size);
}

int
ftruncate64 (int fd, off64_t size)
{
  return hits (WRITE) ? -1 : REAL (ftruncate64) (fd, size);
}

int
posix_fallocate (int fd, off_t offset, off_t size)
{
  return hits (WRITE) ? errno : REAL (posix_fallocate) (fd, offset, size);
}

int
posix_fallocate64 (int fd, off64_t offset, off64_t size)
{
  return hits (WRITE) ? errno : REAL (posix_fallocate64) (fd, offset, size);
}

int
fsync (int fd)
{
  return hits (WRITE) ? -1 : REAL (fsync) (fd);
}

pid_t
fork (void)
{
  return hits (SPAWN) ? -1 : REAL (fork) ();
}

int
posix_spawn (pid_t *pid, const char *path, const posix_spawn_file_actions_t *files, const posix_spawnattr_t *attributes,
             char *const argv[], char *const environment[])
{
  return hits (SPAWN) ? errno : REAL (posix_spawn) (pid, path, files, attributes, argv, environment);
}

int
posix_spawnp (pid_t *pid, const char *file, const posix_spawn_file_actions_t *files, const posix_spawnattr_t *attributes,
              char *const argv[], char *const environment[])
{
  return hits (SPAWN) ? errno : REAL (posix_spawnp) (pid, file, files, attributes, argv, environment);
}

int
socket (int domain, int type, int protocol)
{
  return hits (SOCKET) ? -1 : REAL (socket) (domain, type, protocol);
}

int
socketpair (int domain, int type, int protocol, int fds[2])
{
  return hits (SOCKET) ? -1 : REAL (socketpair) (domain, type, protocol, fds);
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *size, int flags)
{
  return hits (SOCKET) ? -1 : REAL (accept4) (fd, address, size, flags);
}

int
rename (const char *from, const char *to)
{
  return hits (RENAME) ? -1 : REAL (rename) (from, to);
}

int
link (const char *from, const char *to)
{
  return hits (RENAME) ? -1 : REAL (link) (from, to);
}

int
symlink (const char *target, const char *path)
{
  return hits (RENAME) ? -1 : REAL (symlink) (target, path);
}

int
mkdir (const char *path, mode_t mode)
{
  return hits (MKDIR) ? -1 : REAL (mkdir) (path, mode);
}

int
mkdirat (int folder, const char *path, mode_t mode)
{
  return hits (MKDIR) ? -1 : REAL (mkdirat) (folder, path, mode);
}

int
dup (int fd)
{
  return hits (DUP) ? -1 : REAL (dup) (fd);
}

static int
control (int (*real) (int, int, ...), int fd, int command, void *argument)
{
  bool copies = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
  return copies && hits (DUP) ? -1 : real (fd, command, argument);
}

int
fcntl (int fd, int command, ...)
{
  va_list arguments;
  va_start (arguments, command);
  void *argument = va_arg (arguments, void *);
  va_end (arguments);
  return control (REAL (fcntl), fd, command, argument);
}

int
fcntl64 (int fd, int command, ...)
{
  va_list arguments;
  va_start (arguments, command);
  void *argument = va_arg (arguments, void *);
  va_end (arguments);
  return control (REAL (fcntl64), fd, command, argument);
}

int
pipe2 (int fds[2], int flags)
{
  return hits (DUP) ? -1 : REAL (pipe2) (fds, flags);
}

int
memfd_create (const char *name, unsigned flags)
{
  return hits (DUP) ? -1 : REAL (memfd_create) (name, flags);
}

int
bind (int fd, const struct sockaddr *address, socklen_t size)
{
  return hits (LISTEN) ? -1 : REAL (bind) (fd, address, size);
}

int
listen (int fd, int backlog)
{
  return hits (LISTEN) ? -1 : REAL (listen) (fd, backlog);
}

int
connect (int fd, const struct sockaddr *address, socklen_t size)
{
  return hits (LISTEN) ? -1 : REAL (connect) (fd, address, size);
}

int
posix_openpt (int flags)
{
  return hits (PTY) ? -1 : REAL (posix_openpt) (flags);
}

int
grantpt (int fd)
{
  return hits (PTY) ? -1 : REAL (grantpt) (fd);
}

int
ptsname_r (int fd, char *name, size_t size)
{
  return hits (PTY) ? errno : REAL (ptsname_r) (fd, name, size);
}
