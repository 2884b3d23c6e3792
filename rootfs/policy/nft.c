/* nft.c - gives rules to nft; see nft.h. Input and complaints are files in memory: neither side waits for the other. */
#define _GNU_SOURCE
#include "nft.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 20 /* seconds */

static int
file_of (const char *bytes, size_t size)
{
  int fd = memfd_create ("ruleset", MFD_CLOEXEC);
  for (size_t done = 0; fd >= 0 && done < size;) {
    ssize_t written = write (fd, bytes + done, size - done);
    if (written <= 0) {
      close (fd);
      return -1;
    }
    done += (size_t)written;
  }
  return fd >= 0 && lseek (fd, 0, SEEK_SET) == 0 ? fd : -1;
}

static void __attribute__ ((noreturn)) become_nft (int in, int out, bool check)
{
  char *const argv[] = { "nft", "-f", "-", check ? "-c" : NULL, NULL };
  prctl (PR_SET_PDEATHSIG, SIGKILL); /* nothing comes into force after the agent was killed */
  alarm (PATIENCE);                  /* one that hangs dies of it */
  dup2 (in, STDIN_FILENO);
  dup2 (out, STDOUT_FILENO);
  dup2 (out, STDERR_FILENO);
  execvp (argv[0], argv);
  _exit (127);
}

/* The first line of what nft wrote, as text for logs and messages. */
static void
read_complaint (int fd, int status, char ret_reason[POLICY_REASON_SIZE])
{
  char line[POLICY_REASON_SIZE - 8];
  ssize_t size = pread (fd, line, sizeof line - 1, 0);
  line[size > 0 ? size : 0] = '\0';
  line[strcspn (line, "\n")] = '\0';
  for (char *at = line; *at != '\0'; at++)
    if (*at < ' ' || *at > '~')
      *at = '?';
  if (WIFEXITED (status) && WEXITSTATUS (status) == 127)
    snprintf (ret_reason, POLICY_REASON_SIZE, "nft cannot be run; see whether it is in PATH");
  else if (line[0] != '\0')
    snprintf (ret_reason, POLICY_REASON_SIZE, "nft: %s", line);
  else
    snprintf (ret_reason, POLICY_REASON_SIZE, "nft fails without a word (status %d)", status);
}

static bool
run (int in, int out, bool check, char ret_reason[POLICY_REASON_SIZE])
{
  int status = 0;
  pid_t child = fork ();
  if (child == 0)
    become_nft (in, out, check);
  while (child > 0 && waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      child = -1;
  if (child > 0 && status == 0)
    return true;
  if (child > 0)
    read_complaint (out, status, ret_reason);
  else
    snprintf (ret_reason, POLICY_REASON_SIZE, "nft cannot be run: %s", strerror (errno));
  return false;
}

bool
nft_run (const char *ruleset, size_t size, bool check, char ret_reason[POLICY_REASON_SIZE])
{
  int in = file_of (ruleset, size);
  int out = file_of ("", 0);
  bool done = false;
  if (in >= 0 && out >= 0)
    done = run (in, out, check, ret_reason);
  else
    snprintf (ret_reason, POLICY_REASON_SIZE, "no memory for the rules");
  if (in >= 0)
    close (in);
  if (out >= 0)
    close (out);
  return done;
}
