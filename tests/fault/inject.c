/* inject.c - loaded into processes (LD_PRELOAD), makes one call to the host fail: the N-th of a kind in a program.
 *
 * VBET_INJECT="PROGRAM KIND N FILE" says in which program, and the file whose
 * first byte becomes 1 when it happens. PROGRAM is the name of the executable,
 * however it was started (helpers are by descriptor), or "vbet-warden". Kinds
 * and what they fail with are in the table below.
 * Calls are counted from the program's first; those of the loader do not come
 * here. Descriptors that a call would have given stay free, as they do when
 * the host refuses. What this library itself needs of the host it does when it
 * is loaded: later the process may be confined.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef enum {
  OPEN,
  WRITE,
  SPAWN,
  SOCKET,
  RENAME,
  MKDIR,
  DUP,
  LISTEN,
  PTY,
  MAP,
  EPOLL,
  SEND,
  MOUNT,
  KINDS
} Kind;

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
  [DUP] = { "dup", EMFILE },           /* dup, fcntl (F_DUPFD), pipe2, memfd_create */
  [LISTEN] = { "listen", EADDRINUSE }, /* bind, listen, connect */
  [PTY] = { "pty", ENOSPC },           /* posix_openpt, ptsname, grantpt */
  [MAP] = { "map", ENOMEM },           /* mmap of a file or of shared memory */
  [EPOLL] = { "epoll", ENOSPC },       /* epoll_create1, epoll_ctl that adds, eventfd, signalfd */
  [SEND] = { "send", ENOBUFS },        /* send, sendto, sendmsg */
  [MOUNT] = { "mount", EPERM },        /* mount, unshare */
};

/* Set when the library is loaded, and not changed after that. */
static struct {
  Kind kind; /* KINDS: nothing fails in this program */
  int wanted;
  atomic_uchar *hit; /* shared by all processes */
} target = { .kind = KINDS };

static atomic_int count;

/* Whether this is @program. */
static bool
is_program (const char *program)
{
  char path[512] = "";
  char arguments[512] = "";
  ssize_t size = readlink ("/proc/self/exe", path, sizeof path - 1);
  const char *name = size > 0 ? strrchr (path, '/') : NULL;
  int fd = (int)syscall (SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY);
  size = fd >= 0 ? syscall (SYS_read, fd, arguments, sizeof arguments - 1) : 0;
  if (fd >= 0)
    syscall (SYS_close, fd);
  bool warden = size > 0 && strcmp (arguments + strlen (arguments) + 1, "--warden") == 0;
  return name != NULL && strcmp (warden ? "vbet-warden" : name + 1, program) == 0;
}

static void __attribute__ ((constructor)) find_target (void)
{
  char program[32], name[32], path[256];
  int wanted = 0;
  const char *text = getenv ("VBET_INJECT");
  if (text == NULL || sscanf (text, "%31s %31s %d %255s", program, name, &wanted, path) != 4
      || !is_program (program))
    return;
  int fd = (int)syscall (SYS_openat, AT_FDCWD, path, O_RDWR);
  void *page = (void *)syscall (SYS_mmap, NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall (SYS_close, fd);
  if (page == MAP_FAILED)
    return;
  target.hit = page;
  target.wanted = wanted;
  for (Kind kind = 0; kind < KINDS; kind++)
    if (strcmp (name, kinds[kind].name) == 0)
      target.kind = kind;
}

/* Whether this call of @kind is the one; sets errno then. A child has a count of its own, but one call fails in all. */
static bool
hits (Kind kind)
{
  unsigned char never = 0;
  if (kind != target.kind || atomic_fetch_add (&count, 1) + 1 != target.wanted
      || !atomic_compare_exchange_strong (target.hit, &never, 1))
    return false;
  errno = kinds[kind].error;
  return true;
}

#define REAL(name) ((__typeof__ (&name))dlsym (RTLD_NEXT, #name))

static bool
spares (const char *path)
{
  return strncmp (path, "/proc/", 6) == 0 || strncmp (path, "/sys/", 5) == 0
         || strncmp (path, "/usr/", 5) == 0 || strncmp (path, "/lib", 4) == 0
         || strncmp (path, "/etc/", 5) == 0;
}

#define MODE_OF(flags)                                                                                       \
  mode_t mode = 0;                                                                                           \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                                              \
    va_list arguments;                                                                                       \
    va_start (arguments, flags);                                                                             \
    mode = va_arg (arguments, mode_t);                                                                       \
    va_end (arguments);                                                                                      \
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
posix_spawn (pid_t *pid, const char *path, const posix_spawn_file_actions_t *files,
             const posix_spawnattr_t *attributes, char *const argv[], char *const environment[])
{
  return hits (SPAWN) ? errno : REAL (posix_spawn) (pid, path, files, attributes, argv, environment);
}

int
posix_spawnp (pid_t *pid, const char *file, const posix_spawn_file_actions_t *files,
              const posix_spawnattr_t *attributes, char *const argv[], char *const environment[])
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

static bool
is_counted_map (int flags, int fd)
{
  return (flags & MAP_SHARED) != 0 || fd >= 0;
}

void *
mmap (void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
  return is_counted_map (flags, fd) && hits (MAP)
             ? MAP_FAILED
             : REAL (mmap) (address, size, protection, flags, fd, offset);
}

void *
mmap64 (void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
  return is_counted_map (flags, fd) && hits (MAP)
             ? MAP_FAILED
             : REAL (mmap64) (address, size, protection, flags, fd, offset);
}

int
epoll_create1 (int flags)
{
  return hits (EPOLL) ? -1 : REAL (epoll_create1) (flags);
}

int
epoll_ctl (int poll, int operation, int fd, struct epoll_event *event)
{
  return operation == EPOLL_CTL_ADD && hits (EPOLL) ? -1 : REAL (epoll_ctl) (poll, operation, fd, event);
}

int
eventfd (unsigned value, int flags)
{
  return hits (EPOLL) ? -1 : REAL (eventfd) (value, flags);
}

int
signalfd (int fd, const sigset_t *mask, int flags)
{
  return hits (EPOLL) ? -1 : REAL (signalfd) (fd, mask, flags);
}

ssize_t
send (int fd, const void *bytes, size_t size, int flags)
{
  return hits (SEND) ? -1 : REAL (send) (fd, bytes, size, flags);
}

ssize_t
sendto (int fd, const void *bytes, size_t size, int flags, const struct sockaddr *address,
        socklen_t address_size)
{
  return hits (SEND) ? -1 : REAL (sendto) (fd, bytes, size, flags, address, address_size);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  return hits (SEND) ? -1 : REAL (sendmsg) (fd, message, flags);
}

int
mount (const char *source, const char *path, const char *type, unsigned long flags, const void *data)
{
  return hits (MOUNT) ? -1 : REAL (mount) (source, path, type, flags, data);
}

int
unshare (int flags)
{
  return hits (MOUNT) ? -1 : REAL (unshare) (flags);
}
