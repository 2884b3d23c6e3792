/* common.c - small things that init, agent and vbet-nic share; see common.h. */
#define _GNU_SOURCE
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int
write_all (int fd, const void *data, size_t size)
{
  const char *bytes = data;
  while (size > 0) {
    ssize_t count = write (fd, bytes, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return -errno;
    bytes += count;
    size -= (size_t)count;
  }
  return 0;
}

int
file_write (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0)
    return -errno;
  int result = write_all (fd, text, strlen (text));
  close (fd);
  return result;
}

char *
file_read (const char *path, size_t limit, size_t *ret_size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return NULL;
  /* Files and disks know their size; those of /proc say 0 and are small. */
  off_t known = lseek (fd, 0, SEEK_END);
  lseek (fd, 0, SEEK_SET);
  if (known > 0 && (size_t)known < limit)
    limit = (size_t)known;
  char *text = malloc (limit + 1);
  size_t fill = 0;
  while (text != NULL && fill < limit) {
    ssize_t count = read (fd, text + fill, limit - fill);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      int saved = errno;
      free (text);
      text = NULL;
      errno = saved;
    }
    if (count <= 0)
      break;
    fill += (size_t)count;
  }
  close (fd);
  if (text == NULL)
    return NULL;
  text[fill] = '\0';
  if (ret_size != NULL)
    *ret_size = fill;
  return text;
}

int
make_parents (char *path)
{
  for (char *slash = strchr (path + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/')) {
    *slash = '\0';
    int result = mkdir (path, 0755) != 0 && errno != EEXIST ? -errno : 0;
    *slash = '/';
    if (result != 0)
      return result;
  }
  return 0;
}

char *const *
child_environment (void)
{
  static char *const environment[] = {
    (char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    (char *)"HOME=/root",
    (char *)"USER=root",
    (char *)"LOGNAME=root",
    (char *)"SHELL=/bin/bash",
    (char *)"LANG=C.UTF-8",
    (char *)"TERM=xterm-256color",
    NULL,
  };
  return environment;
}

void
child_prepare (void)
{
  sigset_t none;
  sigemptyset (&none);
  for (int number = 1; number < NSIG; number++)
    signal (number, SIG_DFL);
  sigprocmask (SIG_SETMASK, &none, NULL);
  close_range (3, ~0U, 0);
  if (chdir ("/root") != 0 && chdir ("/") != 0)
    return;
}

int
spawn_detached (char *const *argv)
{
  pid_t pid = fork ();
  if (pid < 0)
    return -errno;
  if (pid == 0) {
    /* Twice, so that process 1 is the parent and reaps it. */
    if (fork () != 0)
      _exit (0);
    setsid ();
    int null = open ("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
      dup2 (null, fd);
    child_prepare ();
    execvpe (argv[0], argv, child_environment ());
    _exit (127);
  }
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  return 0;
}
