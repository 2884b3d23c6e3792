/* bench-switch.c - frames per second through vbet-switch and, in the same run, through what it is measured against.
 *
 * Usage: bench-switch [SECONDS [RUNS [KIND]]]   (0.4 s a run, 5 runs, every kind; one KIND, from 0, to profile it)
 *
 * One thread puts frames into one port and takes them out of another, as many
 * under way as the transport holds. Two ways, medians of interleaved runs:
 *
 *   one core     the switch shares a processor with that thread and does not interrupt it, so it always finds all that
 *                its transport can hold: frames per second of the switch's own processor time
 *   two cores    the switch has a processor of its own, and both sleep and wake each other: frames per second that pass
 *
 *   vbet-switch, guest ports    SEQPACKET, as a guest's vector NIC
 *   vbet-switch, stock ports    the "daemon" protocol, as eth0=daemon
 *   guest ports, captured       the same while one of the two cables is captured, whole frames, and read
 *   guest ports, listed         likewise as the list of packets does: 256 bytes of each
 *   vde_switch, uml_switch      the same protocol
 *   bare relay                  a loop of recvmmsg and sendmmsg that looks at nothing: what these sockets can do
 *   bare socket pair            no process between at all
 *
 * Beside these: the switch's own work per frame, its cores without any socket.
 */
#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "engine/runtime/switch-client.h"
#include "switch/fabric.h"

#define BATCH 64
#define WINDOW_STREAM 256 /* frames under way: SEQPACKET ports hold that and more */
#define WINDOW_DATAGRAM 8 /* the kernel queues ten datagrams for a socket; vde_switch and uml_switch lose the rest */
#define SNDBUF (1024 * 1024)
#define RUNS_MAX 31

typedef enum { VBET, VBET_STOCK, CAPTURED, LISTED, VDE, UML, RELAY, PAIR, N_KINDS } Kind;

static const char *const names[N_KINDS] = {
  "vbet-switch, guest ports", "vbet-switch, stock ports", "guest ports, captured", "guest ports, listed", "vde_switch", "uml_switch", "bare relay", "bare socket pair",
};

/* One end as a device has it. */
typedef struct {
  int fd;
  int control;              /* -1: none */
  struct sockaddr_un peer;  /* where a stock guest sends; family 0: connected */
} End;

typedef struct {
  gboolean there;
  pid_t pid;                /* 0: no process between */
  End a;
  End b;
  guint window;
  double one_core[2][RUNS_MAX];  /* by size and run: frames per second of the switch's processor time */
  double two_cores[2][RUNS_MAX]; /* frames per second passed */
} Target;

static const guint sizes[] = { 64, 1500 };

static double
seconds_of (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static double
cpu_seconds (pid_t pid)
{
  clockid_t clock;
  return pid != 0 && clock_getcpuclockid (pid, &clock) == 0 ? seconds_of (clock) : 0;
}

static void
pin (pid_t pid, int cpu)
{
  cpu_set_t set;
  struct sched_param none = { 0 };
  CPU_ZERO (&set);
  CPU_SET ((size_t) cpu, &set);
  if (sysconf (_SC_NPROCESSORS_ONLN) > 1)
    sched_setaffinity (pid, sizeof set, &set);
  if (pid != 0)
    sched_setscheduler (pid, SCHED_BATCH, &none); /* runs when the other waits, not at every frame */
}

/* --- ends ------------------------------------------------------------------------------ */

static void
end_init (End *end, int fd)
{
  int size = SNDBUF;
  *end = (End){ .fd = fd, .control = -1 };
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static int
connect_to (const char *path, int type)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

/* Joins a switch that speaks the "daemon" protocol. */
static gboolean
stock_join (End *end, const char *path, guint number)
{
  struct {
    guint32 magic;
    guint32 version;
    guint32 type;
    struct sockaddr_un own;
    guint8 padding[2];
  } request = { .magic = 0xfeedface, .version = 3, .own = { .sun_family = AF_UNIX } };
  int name[] = { getpid (), (int) number };
  memcpy (request.own.sun_path + 4, name, sizeof name);
  end_init (end, socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  end->control = connect_to (path, SOCK_STREAM);
  if (bind (end->fd, (struct sockaddr *) &request.own, sizeof request.own) != 0 || end->control < 0)
    return FALSE;
  if (write (end->control, &request, 124) != 124)
    return FALSE;
  struct pollfd waits = { .fd = end->control, .events = POLLIN };
  for (guint i = 0; i < 200; i++) { /* vbet's engine is in this process and must get its turn */
    while (g_main_context_iteration (NULL, FALSE))
      ;
    if (poll (&waits, 1, 10) > 0)
      return read (end->control, &end->peer, sizeof end->peer) == sizeof end->peer;
  }
  return FALSE;
}

/* --- the switches ------------------------------------------------------------------------ */

/* Starts a program whose standard input stays open, and waits for its socket. Returns: FALSE when that is missing. */
static gboolean
start_program (Target *target, const char *const *argv, const char *socket_path)
{
  int in[2];
  g_autofree char *program = g_find_program_in_path (argv[0]);
  if (program == NULL || pipe2 (in, O_CLOEXEC) != 0)
    return FALSE;
  target->pid = fork ();
  if (target->pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    int null = open ("/dev/null", O_RDWR);
    dup2 (in[0], 0);
    dup2 (null, 1);
    dup2 (null, 2);
    execv (program, (char *const *) argv);
    _exit (127);
  }
  close (in[0]); /* the other end stays open as long as we live */
  for (guint i = 0; i < 300; i++) {
    if (g_access (socket_path, F_OK) == 0)
      return TRUE;
    poll (NULL, 0, 10);
  }
  return FALSE;
}

static void
start_daemon_kind (Target *target, const char *const *argv, const char *path)
{
  target->window = WINDOW_DATAGRAM;
  target->there = start_program (target, argv, path) && stock_join (&target->a, path, (guint) target->pid * 2)
                  && stock_join (&target->b, path, (guint) target->pid * 2 + 1);
}

/* Reads from one socket, writes to another, and back: no switch can do less. */
static void
relay_loop (int one, int other)
{
  static guint8 buffers[BATCH][1600];
  struct mmsghdr messages[BATCH];
  struct iovec iov[BATCH];
  int fds[] = { one, other };
  int epoll = epoll_create1 (0);
  memset (messages, 0, sizeof messages);
  for (int i = 0; i < 2; i++) {
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = (guint32) i };
    epoll_ctl (epoll, EPOLL_CTL_ADD, fds[i], &event);
  }
  for (;;) {
    struct epoll_event event;
    if (epoll_wait (epoll, &event, 1, -1) != 1)
      continue;
    for (guint i = 0; i < BATCH; i++) {
      iov[i] = (struct iovec){ buffers[i], sizeof buffers[i] };
      messages[i].msg_hdr.msg_iov = &iov[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    int n = recvmmsg (fds[event.data.u32], messages, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
      iov[i].iov_len = messages[i].msg_len;
    for (int sent = 0, more; sent < n; sent += more)
      if ((more = sendmmsg (fds[!event.data.u32], messages + sent, (unsigned) (n - sent), 0)) <= 0)
        break;
  }
}

static void
start_relay (Target *target)
{
  int one[2];
  int other[2];
  End unused;
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, one) != 0
      || socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, other) != 0)
    return;
  end_init (&target->a, one[0]);
  end_init (&target->b, other[0]);
  end_init (&unused, one[1]);
  end_init (&unused, other[1]);
  target->window = WINDOW_STREAM;
  target->pid = fork ();
  if (target->pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    relay_loop (one[1], other[1]);
    _exit (0);
  }
  close (one[1]);
  close (other[1]);
  target->there = TRUE;
}

static void
start_pair (Target *target)
{
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return;
  end_init (&target->a, pair[0]);
  end_init (&target->b, pair[1]);
  target->window = WINDOW_STREAM;
  target->there = TRUE;
}

/* Two guest ports and the control socket of one switch; both kinds of ports use the same process, one at a time. */
static VbetSwitchClient *
start_vbet (Target *guest, Target *stock, const char *dir)
{
  g_autofree char *program = g_build_filename (VBET_BUILDDIR, "bin", "vbet-switch", NULL);
  g_autofree char *control = g_build_filename (dir, "s.ctl", NULL);
  g_autoptr (GError) error = NULL;
  VbetSwitchClient *client = vbet_switch_client_new (program, dir);
  gboolean ok = vbet_switch_client_start (client, &error)
                && vbet_switch_client_add_bridge (client, "s", VBET_SWITCH_BRIDGE_SWITCH, 300, control, &error);
  for (guint i = 1; ok && i <= 2; i++) {
    g_autofree char *device = g_strdup_printf ("h%u", i);
    g_autofree char *path = g_build_filename (dir, device, NULL);
    ok = vbet_switch_client_add_guest_port (client, device, 1, 1500, path, &error)
         && vbet_switch_client_add_bridge_port (client, "s", i, "s", &error)
         && vbet_switch_client_add_cable (client, device, device, 1, "s", i, NULL, &error);
    if (ok)
      end_init (i == 1 ? &guest->a : &guest->b, connect_to (path, SOCK_SEQPACKET));
  }
  if (!ok) {
    fprintf (stderr, "bench-switch: %s\n", error->message);
    return client;
  }
  guest->window = WINDOW_STREAM;
  guest->pid = stock->pid = vbet_switch_client_get_pid (client);
  guest->there = TRUE;
  stock->window = WINDOW_DATAGRAM;
  stock->there = stock_join (&stock->a, control, 1) && stock_join (&stock->b, control, 2);
  return client;
}

/* A process that reads a capture. Returns: the switch's end. */
static int
start_reader (void)
{
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return -1;
  if (fork () == 0) {
    static guint8 message[131072];
    close (pair[0]);
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    while (recv (pair[1], message, sizeof message, 0) > 0)
      ;
    _exit (0);
  }
  close (pair[1]);
  return pair[0];
}

/* Another two guest ports of the same process; the cable of the first is captured. */
static void
start_captured (Target *target, VbetSwitchClient *client, const char *dir, const char *bridge, guint snaplen)
{
  gboolean ok = vbet_switch_client_add_bridge (client, bridge, VBET_SWITCH_BRIDGE_SWITCH, 300, NULL, NULL);
  for (guint i = 1; ok && i <= 2; i++) {
    g_autofree char *device = g_strdup_printf ("%s%u", bridge, i);
    g_autofree char *path = g_build_filename (dir, device, NULL);
    ok = vbet_switch_client_add_guest_port (client, device, 1, 1500, path, NULL)
         && vbet_switch_client_add_bridge_port (client, bridge, i, bridge, NULL)
         && vbet_switch_client_add_cable (client, device, device, 1, bridge, i, NULL, NULL);
    if (ok)
      end_init (i == 1 ? &target->a : &target->b, connect_to (path, SOCK_SEQPACKET));
  }
  g_autofree char *cable = g_strconcat (bridge, "1", NULL);
  VbetSwitchCapture wanted = { .cable = cable, .names = { cable, NULL }, .snaplen = snaplen };
  vbet_switch_client_add_capture (client, &wanted, start_reader ());
  target->window = WINDOW_STREAM;
  target->pid = vbet_switch_client_get_pid (client);
  target->there = ok;
}

/* --- measuring ------------------------------------------------------------------------------- */

static guint8 frames[BATCH][1600];
static guint8 sink[BATCH][1600];

static void
prepare (struct mmsghdr *messages, struct iovec *iov, guint8 (*buffers)[1600], gsize size)
{
  memset (messages, 0, BATCH * sizeof *messages);
  for (guint i = 0; i < BATCH; i++) {
    iov[i] = (struct iovec){ buffers[i], size };
    messages[i].msg_hdr.msg_iov = &iov[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
}

static void
address_frames (Target *target, guint8 destination, guint8 source, gsize size, struct mmsghdr *messages,
                const End *from)
{
  (void) target;
  for (guint i = 0; i < BATCH; i++) {
    memset (frames[i], 0, size);
    frames[i][0] = frames[i][6] = 2;
    frames[i][5] = destination;
    frames[i][11] = source;
    frames[i][12] = 8;
    if (from->peer.sun_family != 0) {
      messages[i].msg_hdr.msg_name = (void *) &from->peer;
      messages[i].msg_hdr.msg_namelen = sizeof from->peer;
    }
  }
}

/* Moves frames from one end to the other for @seconds; 0: one frame only, to teach the switch an address. */
static guint64
move (Target *target, End *from, End *to, gsize size, double seconds)
{
  struct mmsghdr out[BATCH];
  struct mmsghdr in[BATCH];
  struct iovec out_iov[BATCH];
  struct iovec in_iov[BATCH];
  gboolean back = from == &target->b;
  prepare (out, out_iov, frames, size);
  prepare (in, in_iov, sink, sizeof sink[0]);
  address_frames (target, back ? 1 : 2, back ? 2 : 1, size, out, from);
  guint64 moved = 0;
  guint under_way = 0;
  double end = seconds_of (CLOCK_MONOTONIC) + seconds;
  guint window = seconds > 0 ? target->window : 1;
  for (gboolean more = TRUE; more || under_way > 0;) {
    int sent = 0;
    if (more && under_way < window)
      sent = sendmmsg (from->fd, out, MIN (BATCH, window - under_way), MSG_DONTWAIT);
    under_way += (guint) MAX (sent, 0);
    int came = recvmmsg (to->fd, in, BATCH, MSG_DONTWAIT, NULL);
    if (came > 0) {
      moved += (guint) came;
      under_way -= MIN (under_way, (guint) came);
    }
    if (seconds == 0 || (moved & 63) == 0 || came <= 0)
      more = seconds > 0 && seconds_of (CLOCK_MONOTONIC) < end;
    struct pollfd waits = { .fd = to->fd, .events = POLLIN };
    if (came <= 0 && (sent <= 0 || under_way >= window) && poll (&waits, 1, 20) == 0)
      under_way = 0; /* lost */
  }
  return moved;
}

static void
measure (Target *target, guint size_index, guint run, double seconds)
{
  gsize size = sizes[size_index];
  move (target, &target->b, &target->a, size, 0);
  move (target, &target->a, &target->b, size, 0.02);
  pin (target->pid, 0);
  double before = cpu_seconds (target->pid);
  guint64 moved = move (target, &target->a, &target->b, size, seconds);
  double cpu = cpu_seconds (target->pid) - before;
  target->one_core[size_index][run] = cpu > 0 ? (double) moved / cpu : 0;
  pin (target->pid, 1);
  double start = seconds_of (CLOCK_MONOTONIC);
  moved = move (target, &target->a, &target->b, size, seconds);
  target->two_cores[size_index][run] = (double) moved / (seconds_of (CLOCK_MONOTONIC) - start);
}

/* --- the cores alone ----------------------------------------------------------------------------- */

static void
core_send (gpointer port, const VbetFrame *frame)
{
  guint64 *passed = port;
  (void) frame;
  ++*passed;
}

static void
core_nothing (gpointer port)
{
  (void) port;
}

/* Two devices on a switch, by cables, without sockets. Returns: nanoseconds a frame. */
static double
measure_cores (guint size, double seconds)
{
  static const VbetPortClass klass = { core_send, core_nothing, NULL, core_nothing, NULL };
  VbetFabric *fabric = vbet_fabric_new (1);
  VbetEndpoint *ends[2];
  guint64 passed[2] = { 0 };
  vbet_fabric_add_bridge (fabric, "s", VBET_RELAY_SWITCH, G_MAXINT64);
  for (guint i = 0; i < 2; i++) {
    const char *device = i == 0 ? "a" : "b";
    vbet_fabric_add_port (fabric, device, 1, 1500, &klass, &passed[i], &ends[i]);
    vbet_endpoint_set_connected (ends[i], TRUE);
    vbet_fabric_add_bridge_port (fabric, "s", i + 1, "s");
    vbet_fabric_add_cable (fabric, device, device, 1, "s", i + 1, NULL, 0);
  }
  double start = cpu_seconds (getpid ());
  double spent = 0;
  for (guint round = 0; (round & 255) != 0 || (spent = cpu_seconds (getpid ()) - start) < seconds; round++) {
    VbetEndpoint *from = ends[round & 1];
    for (guint i = 0; i < BATCH; i++) {
      frames[i][0] = frames[i][6] = 2;
      frames[i][5] = (guint8) (2 - (round & 1));
      frames[i][11] = (guint8) (1 + (round & 1));
      VbetFrame frame = { frames[i], size };
      vbet_fabric_input (fabric, from, &frame, round);
    }
    vbet_fabric_run (fabric, round);
  }
  vbet_fabric_free (fabric);
  return spent / (double) (passed[0] + passed[1]) * 1e9;
}

/* --- the report --------------------------------------------------------------------------------- */

static int
compare (const void *a, const void *b)
{
  double one = *(const double *) a;
  double other = *(const double *) b;
  return one < other ? -1 : one > other;
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

static void
report (Target targets[N_KINDS], guint runs)
{
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
    double one[N_KINDS] = { 0 };
    double two[N_KINDS] = { 0 };
    for (guint k = 0; k < N_KINDS; k++) {
      if (!targets[k].there)
        continue;
      one[k] = median (targets[k].one_core[s], runs);
      two[k] = median (targets[k].two_cores[s], runs);
    }
    for (guint k = CAPTURED; k <= LISTED; k++)
      if (one[VBET] > 0)
        printf ("capture, %u-byte frames: %.2f x %s on one core, %.2f x on two\n", sizes[s], one[k] / one[VBET],
                names[k], two[k] / two[VBET]);
    for (guint k = VDE; k <= RELAY; k++)
      if (one[k] > 0 && one[VBET] > 0)
        printf ("switch, %u-byte frames: %.2f x %s on one core, %.2f x on two\n", sizes[s], one[VBET] / one[k],
                names[k], two[VBET] / two[k]);
    for (guint k = 0; k < N_KINDS; k++) {
      if (!targets[k].there)
        printf ("  %-26s not measured: the program is not installed\n", names[k]);
      else if (targets[k].pid == 0)
        printf ("  %-26s %42s  two cores: %8.0f frames/s\n", names[k], "", two[k]);
      else
        printf ("  %-26s one core: %8.0f frames/s, %5.0f ns each  two cores: %8.0f frames/s\n", names[k], one[k],
                1e9 / one[k], two[k]);
    }
  }
}

int
main (int argc, char **argv)
{
  double seconds = argc > 1 ? atof (argv[1]) : 0.4;
  guint runs = argc > 2 ? (guint) CLAMP (atoi (argv[2]), 1, RUNS_MAX) : 5;
  g_autofree char *dir = g_dir_make_tmp ("vbet-bench-XXXXXX", NULL);
  g_autofree char *vde = g_build_filename (dir, "vde", NULL);
  g_autofree char *vde_control = g_build_filename (vde, "ctl", NULL);
  g_autofree char *uml = g_build_filename (dir, "uml", NULL);
  g_autofree Target *targets = g_new0 (Target, N_KINDS);
  const char *vde_argv[] = { "vde_switch", "-s", vde, NULL };
  const char *uml_argv[] = { "uml_switch", "-unix", uml, NULL };
  start_relay (&targets[RELAY]);
  start_pair (&targets[PAIR]);
  start_daemon_kind (&targets[VDE], vde_argv, vde_control);
  start_daemon_kind (&targets[UML], uml_argv, uml);
  g_autoptr (VbetSwitchClient) client = start_vbet (&targets[VBET], &targets[VBET_STOCK], dir);
  start_captured (&targets[CAPTURED], client, dir, "c", 65535);
  start_captured (&targets[LISTED], client, dir, "l", 256);
  gint64 settle = g_get_monotonic_time () + G_USEC_PER_SEC / 5;
  while (g_get_monotonic_time () < settle)
    g_main_context_iteration (NULL, FALSE);
  pin (0, 0);
  for (guint run = 0; run < runs; run++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (guint k = 0; k < N_KINDS; k++)
        if (targets[k].there && (argc < 4 || (guint) atoi (argv[3]) == k))
          measure (&targets[k], s, run, seconds);
  report (targets, runs);
  double each = measure_cores (64, seconds);
  printf ("switch, its cores without sockets: %.0f ns a frame, %.1f million frames/s\n", each, 1e3 / each);
  for (guint k = VDE; k <= RELAY; k++) {
    if (targets[k].pid > 0) {
      kill (targets[k].pid, SIGKILL);
      waitpid (targets[k].pid, NULL, 0);
    }
  }
  g_clear_object (&client);
  vbet_paths_remove_tree (dir);
  return targets[VBET].there ? 0 : 1;
}
