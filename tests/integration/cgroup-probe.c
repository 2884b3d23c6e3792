/* cgroup-probe.c - what the engine and the launcher do with control groups, on a kernel that has their controllers: a part
 * of test-cgroups.py, which runs it in a guest.
 *
 *   cgroup-probe delegate FOLDER USER   as root: makes FOLDER, and gives it away as systemd does
 *   cgroup-probe as USER take FOLDER LAUNCHER
 *                                       as that user, in FOLDER: groups are made, guests run in them, nothing stays
 *   cgroup-probe forks, cgroup-probe hog MIB
 *                                       what such a "guest" does: as many processes as it gets; that much memory in
 *                                       many processes, which no rlimit adds up
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/host/cgroup.h"

#define FORKS_MAX 400
#define MIB (1024UL * 1024UL)
#define PART_MIB 64UL

static int
delegate (const char *folder, uid_t user)
{
  static const char *const files[] = { ".", "cgroup.procs", "cgroup.subtree_control" };
  if (mkdir (folder, 0755) != 0 || setxattr (folder, "user.delegate", "1", 1, 0) != 0) {
    perror (folder);
    return 1;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (folder, files[i], NULL);
    if (chown (path, user, user) != 0) {
      perror (path);
      return 1;
    }
  }
  return 0;
}

static int
count_forks (void)
{
  static pid_t children[FORKS_MAX];
  int n = 0;
  while (n < FORKS_MAX && (children[n] = fork ()) >= 0) {
    if (children[n] == 0) {
      pause ();
      _exit (0);
    }
    n++;
  }
  for (int i = 0; i < n; i++)
    (void)kill (children[i], SIGKILL);
  printf ("forks %d\n", n);
  return 0;
}

/* Private memory, of which each process may have 128 MiB by its rlimit: many have a part of it. The kernel fills it, since a
 * page fault at a time takes minutes in a guest. */
static int
hog (unsigned long mib)
{
  static pid_t children[FORKS_MAX];
  unsigned long n = (mib + PART_MIB - 1) / PART_MIB;
  int full[2];
  if (n > FORKS_MAX || pipe (full) != 0)
    return 1;
  for (unsigned long i = 0; i < n; i++) {
    children[i] = fork ();
    if (children[i] != 0)
      continue;
    char *part = mmap (NULL, PART_MIB * MIB, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (part == MAP_FAILED)
      _exit (1);
    (void)!write (full[1], "", 1);
    pause ();
    _exit (0);
  }
  char byte;
  for (unsigned long i = 0; i < n; i++)
    (void)!read (full[0], &byte, 1);
  printf ("hog %lu\n", mib);
  for (unsigned long i = 0; i < n; i++)
    (void)kill (children[i], SIGKILL);
  return 0;
}

/* Runs the launcher with this program as its "kernel", which does @what, and waits for its end. */
static void
run_guest (const char *launcher, int group, const char *without, const char *what, const char *much)
{
  g_autofree char *option = g_strdup_printf ("--cgroup-fd=%d", group);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *libraries = g_strconcat ("LD_LIBRARY_PATH=", g_getenv ("LD_LIBRARY_PATH"), NULL);
  int status = 0;
  (void)fflush (stdout);
  (void)fcntl (group, F_SETFD, 0);
  pid_t pid = fork ();
  if (pid == 0) {
    /* By way of env(1), since a kernel gets no environment. */
    execl (launcher, launcher, option, "--memory=16777216", "--status-fd=1", "--without=userns",
           "--without=pidns", "--without=calls", "--without=seccomp", "--without=landlock", "--without=root",
           without, "--", "/usr/bin/env", libraries, self, what, much, NULL);
    _exit (127);
  }
  (void)waitpid (pid, &status, 0);
  printf ("%s: %s %d\n", what, WIFSIGNALED (status) ? "signal" : "exit",
          WIFSIGNALED (status) ? WTERMSIG (status) : WEXITSTATUS (status));
}

static void
print_file (const char *folder, const char *file, const char *word)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0' && g_str_has_prefix (lines[i], word))
      printf ("%s: %s\n", file, lines[i]);
}

static void
one_boot (VbetCgroup *groups, const char *launcher, const char *without, const char *what, const char *much)
{
  g_autoptr (GError) error = NULL;
  int fd = -1;
  char *path = vbet_cgroup_make (groups, "h/1 \xc3\xa4", &fd, &error);
  if (path == NULL) {
    printf ("%s\n", error->message);
    return;
  }
  printf ("--- %s %s\n", g_path_get_basename (path), without);
  run_guest (launcher, fd, without, what, much);
  close (fd);
  print_file (path, "pids.max", "");
  print_file (path, "memory.max", "");
  print_file (path, "pids.events", "max");
  printf ("ran out: %d\n", vbet_cgroup_ran_out (path));
  g_autofree char *copy = g_strdup (path);
  vbet_cgroup_remove (groups, path);
  printf ("gone: %d\n", !g_file_test (copy, G_FILE_TEST_EXISTS));
}

/* What a guest left running is killed, and its group goes with the next one at the latest. */
static void
one_that_stays (VbetCgroup *groups)
{
  int fd = -1;
  char *path = vbet_cgroup_make (groups, "stays", &fd, NULL);
  g_autofree char *copy = g_strdup (path);
  pid_t pid = path != NULL ? fork () : -1;
  if (pid == 0) {
    int procs = openat (fd, "cgroup.procs", O_WRONLY);
    (void)!write (procs, "0", 1);
    raise (SIGSTOP);
    _exit (0);
  }
  int status = 0;
  (void)waitpid (pid, &status, WUNTRACED);
  vbet_cgroup_remove (groups, path);
  (void)waitpid (pid, &status, 0);
  printf ("--- stays: killed %d\n", WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  path = vbet_cgroup_make (groups, "next", &fd, NULL);
  printf ("gone: %d\n", !g_file_test (copy, G_FILE_TEST_EXISTS));
  vbet_cgroup_remove (groups, path);
}

static int
take (const char *folder, const char *launcher)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *own = vbet_cgroup_own_folder ();
  printf ("own: %s, delegated: %d\n", own, vbet_cgroup_delegated (own));
  g_autoptr (VbetCgroup) groups = vbet_cgroup_take (folder, "lab", &error);
  if (groups == NULL) {
    printf ("%s\n", error->message);
    return 1;
  }
  g_autofree char *leaf = vbet_cgroup_own_folder ();
  printf ("leaf: %s, controllers: %u\n", g_path_get_basename (leaf), vbet_cgroup_get_controllers (groups));
  print_file (leaf, "cpu.weight", "");
  one_boot (groups, launcher, "--without=netns", "forks", NULL);
  one_boot (groups, launcher, "--without=netns", "hog", "700");
  one_boot (groups, launcher, "--without=cgroup", "hog", "700");
  one_boot (groups, launcher, "--without=cgroup", "forks", NULL);
  one_that_stays (groups);
  g_clear_pointer (&groups, vbet_cgroup_unref);
  g_autofree char *back = vbet_cgroup_own_folder ();
  printf ("back: %d, leaf gone: %d\n", g_strcmp0 (back, own) == 0, !g_file_test (leaf, G_FILE_TEST_EXISTS));
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc > 3 && strcmp (argv[1], "as") == 0) {
    unsigned long user = strtoul (argv[2], NULL, 10);
    if (setresgid (user, user, user) != 0 || setresuid (user, user, user) != 0)
      return 1;
    argc -= 2;
    argv += 2;
  }
  const char *what = argc > 1 ? argv[1] : "";
  if (strcmp (what, "delegate") == 0 && argc == 4)
    return delegate (argv[2], (uid_t)strtoul (argv[3], NULL, 10));
  if (strcmp (what, "take") == 0 && argc == 4)
    return take (argv[2], argv[3]);
  if (strcmp (what, "forks") == 0)
    return count_forks ();
  if (strcmp (what, "hog") == 0 && argc == 3)
    return hog (strtoul (argv[2], NULL, 10));
  return 2;
}
