/* switch.c - one loop for frames and commands; see switch.h.
 *
 * A turn of the loop: wait; give each ready port one batch, each ready control
 * connection a few messages; then let the fabric go on with what it set aside.
 * Nothing in a turn blocks, so no port waits for another.
 */
#include "config.h"

#include "switch/switch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/confine.h"
#include "switch/capture.h"
#include "switch/control.h"
#include "switch/guest-memory.h"
#include "switch/stock.h"
#include "switch/vhost-port.h"

static gint64
monotonic_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Returns: FALSE when the process is to end. */
static gboolean
dispatch (const VbetEvent *event, gint64 now)
{
  switch (event->type) {
  case VBET_FD_PORT:
    vbet_socket_port_event (event->owner, event->events, now);
    return TRUE;
  case VBET_FD_VHOST:
    vbet_vhost_port_event (event->owner, event->events, now);
    return TRUE;
  case VBET_FD_RING:
    vbet_vhost_ring_event (event->owner, event->events, now);
    return TRUE;
  case VBET_FD_CAPTURE:
    vbet_capture_event (event->owner, event->events);
    return TRUE;
  case VBET_FD_STOCK:
    vbet_stock_event (event->owner, event->events);
    return TRUE;
  case VBET_FD_CONTROL:
    return vbet_control_event (event->owner, event->events, now);
  default:
    return TRUE;
  }
}

/* Returns nanoseconds until a cable, a guest's port, a remote or a capture has something to do; -1: none has.
 */
static gint64
patience (VbetFabric *fabric, VbetIo *io)
{
  gint64 deadline = MIN (vbet_fabric_deadline (fabric), vbet_vhost_deadline (io));
  deadline = MIN (deadline, vbet_remotes_deadline (vbet_io_get_remotes (io)));
  deadline = MIN (deadline, vbet_captures_deadline (vbet_io_get_captures (io)));
  if (deadline == VBET_CABLE_NEVER)
    return -1;
  gint64 now = monotonic_ns ();
  return MAX (deadline - now, 0);
}

static void
loop (VbetLoop *events, VbetFabric *fabric, VbetIo *io)
{
  gboolean more = FALSE;
  gboolean goes_on = TRUE;
  while (goes_on && vbet_loop_wait (events, more ? 0 : patience (fabric, io)) == 0) {
    VbetEvent event;
    gint64 now = monotonic_ns ();
    while (goes_on && vbet_loop_next (events, &event))
      goes_on = dispatch (&event, now);
    more = vbet_vhost_run (io, now);
    vbet_remotes_run (vbet_io_get_remotes (io), now);
    vbet_captures_run (vbet_io_get_captures (io), now);
    more |= vbet_fabric_run (fabric, now);
  }
}

int
vbet_switch_run (int control_fd, const char *const *layers)
{
  guint64 seed;
  if (getrandom (&seed, sizeof seed, 0) != sizeof seed)
    return -EIO;
  VbetLoop *events = vbet_loop_new ();
  if (events == NULL)
    return -errno;
  VbetFabric *fabric = vbet_fabric_new (seed);
  VbetIo *io = vbet_io_new (events, fabric);
  VbetControl *control = vbet_control_new (io, control_fd, layers);
  int result = control != NULL ? 0 : -errno;
  if (control != NULL)
    loop (events, fabric, io);
  vbet_control_free (control);
  vbet_fabric_free (fabric);
  vbet_io_free (io);
  vbet_loop_free (events);
  return result;
}

/* Tells the engine, if it listens. */
static void
on_refused_call (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  char name[VBET_CALL_NAME_MAX];
  char message[VBET_CALL_NAME_MAX + 64];
  (void)number;
  vbet_call_filter_refuse (info, context, name);
  int length = snprintf (message, sizeof message, "{\"event\":\"denied\",\"call\":\"%s\"}", name);
  (void)send (VBET_CONTROL_FD, message, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
  errno = saved;
}

int
vbet_switch_main (int argc, char **argv)
{
  int type;
  socklen_t size = sizeof type;
  (void)argv;
  if (argc > 1 || getsockopt (VBET_CONTROL_FD, SOL_SOCKET, SO_TYPE, &type, &size) != 0
      || type != SOCK_SEQPACKET) {
    (void)fprintf (stderr, "vbet-switch is started by vbetd, with its control channel as descriptor 3; "
                           "run \"vbetctl run LAB\"\n");
    return 2;
  }
  fcntl (VBET_CONTROL_FD, F_SETFD, FD_CLOEXEC);
  prctl (PR_SET_TIMERSLACK, 1UL); /* nanoseconds: a frame's time has come when it has come */
  signal (SIGPIPE, SIG_IGN);      /* somebody may have gone who is written to */
  /* Beside what every service does: frames by batches, notifiers that may not be waited for, sockets of stock guests. */
  static const char *const calls[] = { "recvmmsg", "sendmmsg", "preadv2", "bind", "connect", NULL };
  static const int families[] = { AF_UNIX, 0 };
  /* No file can be opened and none made; abstract sockets stay: that is how stock guests get frames. */
  const VbetConfinement confinement = { .name = "vbet-switch",
                                        .many_files = TRUE,
                                        .limits = VBET_SANDBOX_LIMIT_TCP | VBET_SANDBOX_LIMIT_SIGNAL,
                                        .calls = { calls, families, .refused = on_refused_call } };
  const char *layers[VBET_CONFINE_LAYERS];
  int result = vbet_confine (&confinement, layers);
  if (result == 0)
    result = vbet_guest_memory_guard ();
  if (result == 0)
    result = vbet_switch_run (VBET_CONTROL_FD, layers);
  if (result != 0)
    (void)fprintf (stderr, "vbet-switch cannot start: %s\n", g_strerror (-result));
  return result == 0 ? 0 : 1;
}
