/* supervise.c - see supervise.h. */
#include "config.h"

#include "guest/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/calls.h"
#include "guest/jail.h"
#include "guest/limits.h"
#include "guest/memory.h"
#include "guest/namespaces.h"
#include "guest/own-calls.h"
#include "guest/reaper.h"
#include "guest/root.h"
#include "guest/status.h"

#define EXIT_NOT_STARTED 125
#define INIT_DEADLINE_MS 1500             /* for an init without a namespace to end its processes */
#define MEMORY_SLACK (8ULL * 1024 * 1024) /* of a guest's own memory file system */

/* What init tells the launcher; one shared page, so that it outlives init. */
typedef struct {
  pid_t kernel;              /* as init sees it; meaningful to the launcher only without a pid namespace */
  bool ended;                /* @status is that of the kernel */
  int status;                /* as waitpid(2) gives it */
  char memory_dir[PATH_MAX]; /* made for the guest, to be removed after it; "": none */
} Shared;

static int
exit_code (int status)
{
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static void
report_end (int fd, int status)
{
  if (WIFEXITED (status))
    vbet_status_line (fd, "exited", "%d", WEXITSTATUS (status));
  else
    vbet_status_line (fd, "signalled", "%d", WTERMSIG (status));
}

/* A descriptor from which the signals that we act on are read; they are blocked. */
static int
open_signals (void)
{
  sigset_t set;
  sigemptyset (&set);
  sigaddset (&set, SIGCHLD);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGHUP);
  sigaddset (&set, SIGQUIT);
  (void)signal (SIGPIPE, SIG_IGN);
  if (sigprocmask (SIG_BLOCK, &set, NULL) != 0)
    return -1;
  return signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Reads pending signals; returns whether one of them asks for the end. */
static bool
read_signals (int fd)
{
  struct signalfd_siginfo info;
  bool asked = false;
  while (read (fd, &info, sizeof info) == (ssize_t)sizeof info)
    asked = asked || info.ssi_signo != SIGCHLD;
  return asked;
}

/* --- init ------------------------------------------------------------------ */

/* A folder of its own in @parent: the guest need not reach what others keep there. */
static bool
make_memory_dir (Shared *shared, const char *parent)
{
  int length = snprintf (shared->memory_dir, sizeof shared->memory_dir, "%s/vbet-guest-XXXXXX", parent);
  if (length > 0 && (size_t)length < sizeof shared->memory_dir && mkdtemp (shared->memory_dir) != NULL)
    return true;
  shared->memory_dir[0] = '\0';
  return false;
}

/* The memory file itself has no name: the folder of an honest guest is empty. */
static void
remove_memory_dir (Shared *shared)
{
  if (shared->memory_dir[0] != '\0')
    vbet_memory_dir_remove (shared->memory_dir);
  shared->memory_dir[0] = '\0';
}

/* Whether the host has the memory. Returns false after reporting that it has not. */
static bool
check_available (const VbetLaunch *launch)
{
  char message[512];
  if (vbet_memory_fits (vbet_memory_available (), launch->memory, launch->name, message, sizeof message))
    return true;
  vbet_status_line (launch->status_fd, "error", "%s", message);
  return false;
}

/* Goes into a root of the guest's own. Returns false when there is none; nothing has changed then. */
static bool
prepare_root (const VbetLaunch *launch, unsigned *layers)
{
  const unsigned needed = VBET_LAYER_MOUNTNS | VBET_LAYER_PROC;
  int own = -1;
  if ((*layers & needed) != needed || (launch->without & (VBET_LAYER_ROOT | VBET_LAYER_MEMORY)) != 0
      || launch->memory_mount == NULL
      || vbet_root_enter (launch, launch->memory_mount, launch->memory + MEMORY_SLACK, &own) != 0)
    return false;
  *layers |= VBET_LAYER_ROOT | VBET_LAYER_MEMORY;
  if (own >= 0) {
    vbet_status_descriptor (launch->status_fd, "folder", own);
    (void)close (own);
  }
  return true;
}

/* Finds a place for the guest's memory. Returns false after reporting why there is none. */
static bool
prepare_memory (const VbetLaunch *launch, unsigned *layers, Shared *shared, const char **ret_dir)
{
  VbetMemoryDir dirs[VBET_LAUNCH_MEMORY_DIRS_MAX];
  char message[512];
  *ret_dir = NULL;
  if (prepare_root (launch, layers)) {
    *ret_dir = VBET_ROOT_MEMORY;
    return check_available (launch);
  }
  if ((*layers & VBET_LAYER_MOUNTNS) != 0 && (launch->without & VBET_LAYER_MEMORY) == 0
      && launch->memory_mount != NULL
      && vbet_namespaces_mount_memory (launch->memory_mount, launch->memory + MEMORY_SLACK) == 0) {
    *layers |= VBET_LAYER_MEMORY;
    *ret_dir = launch->memory_mount;
    return check_available (launch);
  }
  if (launch->n_memory_dirs == 0)
    return true;
  for (unsigned i = 0; i < launch->n_memory_dirs; i++)
    dirs[i] = vbet_memory_dir_probe (launch->memory_dirs[i]);
  int chosen = vbet_memory_choose (dirs, launch->n_memory_dirs, launch->memory, launch->name, message,
                                   sizeof message);
  if (chosen < 0) {
    vbet_status_line (launch->status_fd, "error", "%s", message);
    return false;
  }
  *ret_dir = make_memory_dir (shared, launch->memory_dirs[chosen]) ? shared->memory_dir
                                                                   : launch->memory_dirs[chosen];
  return true;
}

static void
close_kept (const VbetLaunch *launch)
{
  for (unsigned i = 0; i < launch->n_keep_fds; i++)
    (void)close (launch->keep_fds[i]);
  if (launch->pad_fd >= 0)
    (void)close (launch->pad_fd);
}

/* Takes the listener of refused calls once it comes, and answers it from then on. @socket, @listener: of poll(2). */
static void
watch_calls (const VbetLaunch *launch, VbetCalls *calls, struct pollfd *socket, struct pollfd *listener)
{
  if (socket->fd >= 0 && socket->revents != 0) {
    calls->listener = vbet_calls_receive (socket->fd);
    (void)close (socket->fd);
    socket->fd = -1;
    listener->fd = calls->listener;
  } else if (listener->fd >= 0 && listener->revents != 0) {
    if ((listener->revents & POLLIN) == 0 || !vbet_calls_answer (calls, launch->status_fd))
      listener->fd = -1;
  }
}

/* Whether the guest has taken more memory of the host than it may; looked at once a period. */
static bool
takes_too_much (const VbetLaunch *launch, struct timespec *measured)
{
  struct timespec now;
  (void)clock_gettime (CLOCK_MONOTONIC, &now);
  int64_t passed = (now.tv_sec - measured->tv_sec) * 1000 + (now.tv_nsec - measured->tv_nsec) / 1000000;
  if (passed < VBET_LIMITS_PERIOD_MS)
    return false;
  *measured = now;
  uint64_t taken = vbet_limits_measure ("/proc");
  if (taken <= vbet_limits_private ())
    return false;
  vbet_status_line (launch->status_fd, "error",
                    "%s took %llu MiB of this machine's memory beside its own and was ended", launch->name,
                    (unsigned long long)(taken >> 20));
  return true;
}

/* Waits until the kernel has ended, the launcher has gone or asks for the end. @alone: /proc shows this guest only. */
static void
watch_kernel (const VbetLaunch *launch, bool alone, int signals, int life, int socket, Shared *shared)
{
  struct pollfd polled[] = { { .fd = signals, .events = POLLIN },
                             { .fd = life, .events = 0 },
                             { .fd = socket, .events = POLLIN },
                             { .fd = -1, .events = POLLIN } };
  VbetCalls calls = { .listener = -1, .learn = launch->learn, .alone = alone };
  struct timespec measured = { 0 };
  int status;
  for (;;) {
    (void)poll (polled, sizeof polled / sizeof polled[0], alone ? VBET_LIMITS_PERIOD_MS : -1);
    if (alone && takes_too_much (launch, &measured))
      return;
    watch_calls (launch, &calls, &polled[2], &polled[3]);
    bool asked = read_signals (signals);
    if (vbet_reaper_collect (shared->kernel, &status)) {
      shared->status = status;
      shared->ended = true;
      return;
    }
    if (asked || (polled[1].revents & (POLLHUP | POLLERR)) != 0)
      return;
  }
}

/* The init's whole life; returns its exit code. @life: closes when the launcher has gone. */
static int
run_init (const VbetLaunch *launch, unsigned layers, int life, Shared *shared)
{
  bool own_namespace = (layers & VBET_LAYER_PIDNS) != 0;
  const char *memory_dir = NULL;
  (void)prctl (PR_SET_PDEATHSIG, own_namespace ? SIGKILL : SIGTERM, 0, 0, 0);
  (void)prctl (PR_SET_NAME, "vbet-guest-init", 0, 0, 0);
  (void)setsid (); /* whoever signals the launcher's process group must not meet both of us */
  layers = vbet_namespaces_isolate (layers, launch->without, launch->name);
  int signals = open_signals ();
  if (signals < 0 || (!own_namespace && vbet_reaper_become () != 0)) {
    vbet_status_line (launch->status_fd, "error", "Cannot start %s: %s", launch->name, strerror (errno));
    return EXIT_NOT_STARTED;
  }
  if (!own_namespace)
    layers |= VBET_LAYER_REAPER;
  if (!prepare_memory (launch, &layers, shared, &memory_dir))
    return EXIT_NOT_STARTED;
  (void)prctl (PR_SET_DUMPABLE, 0, 0, 0, 0); /* the guest's kernel, same user, must not trace us */
  int calls[2] = { -1, -1 };
  (void)socketpair (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
                    calls); /* without, nobody is told of refused calls */
  pid_t kernel = fork ();
  if (kernel < 0) {
    vbet_status_line (launch->status_fd, "error", "Cannot start %s: %s", launch->name, strerror (errno));
    return EXIT_NOT_STARTED;
  }
  if (kernel == 0) {
    vbet_jail_exec (launch, layers, calls[1], memory_dir);
    _exit (launch->probe ? 0 : EXIT_NOT_STARTED);
  }
  shared->kernel = kernel;
  close_kept (launch);
  if (calls[1] >= 0)
    (void)close (calls[1]);
  (void)vbet_own_calls_init (launch->status_fd, own_namespace);
  watch_kernel (launch, (layers & VBET_LAYER_PROC) != 0, signals, life, calls[0], shared);
  if (!own_namespace) {
    vbet_reaper_kill_all (shared->ended ? 0 : kernel);
    remove_memory_dir (shared);
  }
  return 0;
}

/* --- launcher -------------------------------------------------------------- */

/* Waits until init has ended; ends it when somebody asks or nobody reads our report any more. */
static int
watch_init (const VbetLaunch *launch, pid_t init, bool own_namespace, int signals)
{
  struct pollfd polled[] = { { .fd = signals, .events = POLLIN }, { .fd = launch->status_fd, .events = 0 } };
  int status = 0;
  bool killed = false;
  for (;;) {
    /* Killing an init in a namespace always works; without one it may itself hang, so it gets a deadline. */
    int ready = poll (polled, killed ? 1 : 2, killed && !own_namespace ? INIT_DEADLINE_MS : -1);
    bool asked = read_signals (signals) || (!killed && (polled[1].revents & (POLLERR | POLLHUP)) != 0);
    if (vbet_reaper_collect (init, &status))
      return status;
    if (ready == 0)
      (void)kill (init, SIGKILL);
    else if (asked)
      (void)kill (init, own_namespace ? SIGKILL : SIGTERM);
    killed = killed || asked;
  }
}

int
vbet_supervise (const VbetLaunch *launch)
{
  int life[2];
  (void)prctl (PR_SET_NAME, "vbet-guest", 0, 0, 0); /* it may have been started by a descriptor's number */
  Shared *shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int signals = open_signals ();
  if (shared == MAP_FAILED || signals < 0 || vbet_reaper_become () != 0 || pipe2 (life, O_CLOEXEC) != 0) {
    vbet_status_line (launch->status_fd, "error", "Cannot start %s: %s", launch->name, strerror (errno));
    return EXIT_NOT_STARTED;
  }
  unsigned layers = vbet_namespaces_enter (launch->without) | (launch->limited ? VBET_LAYER_CGROUP : 0);
  bool own_namespace = (layers & VBET_LAYER_PIDNS) != 0;
  /* After the last change of credentials, which would clear it. Without a namespace we still have work to do then. */
  (void)prctl (PR_SET_PDEATHSIG, own_namespace ? SIGKILL : SIGTERM, 0, 0, 0);
  pid_t init = fork ();
  if (init < 0) {
    vbet_status_line (launch->status_fd, "error", "Cannot start %s: %s", launch->name, strerror (errno));
    return EXIT_NOT_STARTED;
  }
  if (init == 0) {
    close (life[1]);
    close (signals);
    _exit (run_init (launch, layers, life[0], shared));
  }
  close (life[0]);
  close_kept (launch);
  (void)prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  (void)vbet_own_calls_launcher (launch->status_fd, init, own_namespace);
  int status = watch_init (launch, init, own_namespace, signals);
  if (!own_namespace)
    vbet_reaper_kill_all (shared->ended ? 0 : shared->kernel);
  remove_memory_dir (shared); /* unless init did it */
  if (shared->ended)
    status = shared->status;
  else if (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_NOT_STARTED)
    return EXIT_NOT_STARTED;
  if (!launch->probe)
    report_end (launch->status_fd, status);
  return exit_code (status);
}
