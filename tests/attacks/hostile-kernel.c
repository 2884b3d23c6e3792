/* hostile-kernel.c - stands in for a guest's kernel whose owner means harm: tries one attack, says what came of it.
 *
 * Its last argument is "ATTACK" or "ATTACK:WHAT"; what stands before it are a real kernel's. It prints one line,
 * "done", "stopped (REASON)" or "unknown", and ends. "done" means that the attack worked.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

/* What makes a file a kernel for those who look at files. */
__attribute__ ((used)) static const char banner[] = "Linux version 7.3.0-hostile (nobody)";

#define MIB (1024UL * 1024UL)

/* 0 or -errno, for both kinds of results. */
static int
outcome (long result)
{
  return result < 0 ? -errno : 0;
}

static int
connect_to (int domain, const struct sockaddr *address, socklen_t size, int type)
{
  int fd = socket (domain, type, 0);
  return fd < 0 ? -errno : outcome (connect (fd, address, size));
}

static int
unix_socket (const char *path, bool abstract)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  size_t length = strlen (path);
  memcpy (address.sun_path + (abstract ? 1 : 0), path, length);
  return connect_to (AF_UNIX, (struct sockaddr *)&address,
                     (socklen_t)(offsetof (struct sockaddr_un, sun_path) + length + 1), SOCK_STREAM);
}

static int
host_port (const char *port, int type)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons ((uint16_t)atoi (port)) };
  int result = connect_to (AF_INET, (struct sockaddr *)&address, sizeof address, type);
  return result;
}

static int
file_read (const char *path)
{
  char byte;
  int fd = open (path, O_RDONLY);
  return fd < 0 ? -errno : outcome (read (fd, &byte, 1));
}

static int
file_write (const char *path)
{
  int fd = open (path, O_WRONLY);
  return fd < 0 ? -errno : outcome (write (fd, "x", 1));
}

static int
file_modes (const char *path)
{
  return outcome (chmod (path, 04777));
}

static int
file_times (const char *path)
{
  return outcome (utimensat (AT_FDCWD, path, NULL, 0));
}

static int
file_attribute (const char *path)
{
  return outcome (setxattr (path, "user.vbet", "x", 1, 0));
}

static int
file_stat (const char *path)
{
  struct stat status;
  return outcome (stat (path, &status));
}

static int
file_watch (const char *path)
{
  int fd = inotify_init1 (0);
  return fd < 0 ? -errno : outcome (inotify_add_watch (fd, path, IN_ALL_EVENTS));
}

static int
file_run (const char *path)
{
  char *const argv[] = { "sh", "-c", "exit 0", NULL };
  pid_t child = fork ();
  int status = 0;
  if (child == 0) {
    (void)execv (path, argv);
    _exit (errno);
  }
  (void)waitpid (child, &status, 0);
  return WIFEXITED (status) ? -WEXITSTATUS (status) : -EPERM;
}

static int
rpc (const char *path)
{
  return unix_socket (path, false);
}

static int
abstract_socket (const char *name)
{
  return unix_socket (name, true);
}

static int
tcp (const char *port)
{
  return host_port (port, SOCK_STREAM);
}

static int
udp (const char *port)
{
  return host_port (port, SOCK_DGRAM);
}

static int
vsock (const char *what)
{
  (void)what;
  return outcome (socket (AF_VSOCK, SOCK_STREAM, 0));
}

static int
netlink (const char *what)
{
  (void)what;
  return outcome (socket (AF_NETLINK, SOCK_RAW, 0));
}

/* A call by its number, with arguments that a kernel which lets it through would take or find fault with: whatever it
 * answers but EPERM and ENOSYS, it was reached. */
static int
call (const char *number)
{
  long result = syscall (atol (number), 0L, 0L, 0L, 0L, 0L, 0L);
  return result >= 0 || (errno != EPERM && errno != ENOSYS) ? 0 : -errno;
}

static int namespace(const char *what)
{
  (void)what;
  return outcome (unshare (CLONE_NEWUSER));
}

static int
processor (const char *what)
{
  cpu_set_t all;
  (void)what;
  memset (&all, 0xff, sizeof all);
  return outcome (sched_setaffinity (0, sizeof all, &all));
}

static int
signal_host (const char *pid)
{
  return outcome (kill ((pid_t)atoi (pid), 0));
}

static int
trace_init (const char *what)
{
  (void)what;
  return outcome (ptrace (PTRACE_ATTACH, getppid (), NULL, NULL));
}

static int
type_into_terminal (const char *what)
{
  (void)what;
  return outcome (ioctl (STDIN_FILENO, TIOCSTI, "x"));
}

/* More processes than any guest of this size has. */
static int
processes (const char *count)
{
  int wanted = atoi (count);
  for (int i = 0; i < wanted; i++) {
    pid_t child = fork ();
    if (child < 0)
      return -errno;
    if (child == 0) {
      pause ();
      _exit (0);
    }
  }
  return 0;
}

/* Each session is a group of the scheduler's, which shares the processor with others as if it were a guest. */
static int
sessions (const char *count)
{
  int wanted = atoi (count);
  int ends[2];
  if (pipe (ends) != 0)
    return -errno;
  for (int i = 0; i < wanted; i++) {
    int result = 0;
    if (fork () == 0) {
      result = setsid () < 0 ? -errno : 0;
      (void)!write (ends[1], &result, sizeof result);
      pause ();
      _exit (0);
    }
    if (read (ends[0], &result, sizeof result) != (ssize_t)sizeof result || result != 0)
      return result != 0 ? result : -EIO;
  }
  return 0;
}

static int
take (size_t mib, int flags)
{
  for (size_t i = 0; i < mib; i += 16) {
    char *piece = mmap (NULL, 16 * MIB, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED)
      return -errno;
    memset (piece, 1, 16 * MIB);
  }
  return 0;
}

static int
private_memory (const char *mib)
{
  return take ((size_t)atol (mib), MAP_PRIVATE);
}

static int
shared_memory (const char *mib)
{
  return take ((size_t)atol (mib), MAP_SHARED);
}

#ifndef MAP_DROPPABLE /* from Linux 6.11 */
#define MAP_DROPPABLE 0x08
#endif

static int
droppable_memory (const char *mib)
{
  return take ((size_t)atol (mib), MAP_DROPPABLE);
}

/* So much that each process may have it, and all together not. */
static int
many_memories (const char *mib)
{
  for (int i = 0; i < 4; i++)
    if (fork () == 0) {
      (void)take ((size_t)atol (mib) / 4, MAP_PRIVATE);
      pause ();
      _exit (0);
    }
  /* Who counts looks every two seconds. */
  struct timespec time = { 6, 0 };
  (void)nanosleep (&time, NULL);
  return 0;
}

static int
memory_file (const char *mib)
{
  int fd = (int)syscall (SYS_memfd_create, "x", 0U);
  return fd < 0 ? -errno : outcome (ftruncate (fd, (off_t)((size_t)atol (mib) * MIB)));
}

/* Fills the file with bytes that are far behind its end. */
static int
large_file (const char *path)
{
  int fd = open (path, O_RDWR);
  (void)signal (SIGXFSZ, SIG_IGN);
  return fd < 0 ? -errno : outcome (pwrite (fd, "x", 1, (off_t)(64UL * 1024 * MIB)));
}

static int
many_files (const char *dir)
{
  char path[PATH_MAX];
  for (int i = 0; i < 5000; i++) {
    (void)snprintf (path, sizeof path, "%s/%d", dir, i);
    int fd = open (path, O_CREAT | O_WRONLY, 0600);
    if (fd < 0)
      return -errno;
    (void)close (fd);
  }
  return 0;
}

static int
deep_folders (const char *dir)
{
  if (chdir (dir) != 0)
    return -errno;
  for (int i = 0; i < 5000; i++)
    if (mkdir ("d", 0700) != 0 || chdir ("d") != 0)
      return -errno;
  return 0;
}

static int
fill_folder (const char *dir)
{
  char path[PATH_MAX];
  static char block[MIB];
  (void)snprintf (path, sizeof path, "%s/full", dir);
  int fd = open (path, O_CREAT | O_WRONLY, 0600);
  for (int i = 0; fd >= 0 && i < 100; i++)
    if (write (fd, block, sizeof block) != (ssize_t)sizeof block)
      return errno != 0 ? -errno : -ENOSPC;
  return fd < 0 ? -errno : 0;
}

/* Anything of the host in the folder "/" but what is the guest's. */
static int
look_around (const char *name)
{
  DIR *dir = opendir ("/");
  const struct dirent *entry = NULL;
  if (dir == NULL)
    return -errno;
  while ((entry = readdir (dir)) != NULL)
    if (strcmp (entry->d_name, name) == 0)
      return 0;
  return -ENOENT;
}

static const struct {
  const char *name;
  int (*attack) (const char *what);
} attacks[] = {
  { "file-read", file_read },
  { "file-write", file_write },
  { "file-modes", file_modes },
  { "file-times", file_times },
  { "file-stat", file_stat },
  { "file-attribute", file_attribute },
  { "file-watch", file_watch },
  { "file-run", file_run },
  { "rpc", rpc },
  { "abstract", abstract_socket },
  { "tcp", tcp },
  { "udp", udp },
  { "vsock", vsock },
  { "netlink", netlink },
  { "call", call },
  { "namespace", namespace },
  { "processor", processor },
  { "signal", signal_host },
  { "trace-init", trace_init },
  { "terminal", type_into_terminal },
  { "processes", processes },
  { "sessions", sessions },
  { "private-memory", private_memory },
  { "shared-memory", shared_memory },
  { "droppable-memory", droppable_memory },
  { "many-memories", many_memories },
  { "memory-file", memory_file },
  { "large-file", large_file },
  { "many-files", many_files },
  { "deep-folders", deep_folders },
  { "fill-folder", fill_folder },
  { "look-around", look_around },
};

int
main (int argc, char **argv)
{
  char *what = strchr (argv[argc - 1], ':');
  if (what != NULL)
    *what++ = '\0';
  for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
    if (strcmp (attacks[i].name, argv[argc - 1]) == 0) {
      int result = attacks[i].attack (what != NULL ? what : "");
      if (result == 0)
        puts ("done");
      else
        printf ("stopped (%s)\n", strerror (-result));
      (void)fflush (stdout);
      _exit (0);
    }
  puts ("unknown");
  return 1;
}
