/* bench-targets.c - see bench-targets.h. */
#define _GNU_SOURCE
#include "config.h"

#include "bench/bench-targets.h"

#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "engine/switch/client.h"

#define WINDOW_STREAM 256 /* frames under way: SEQPACKET ports hold that and more */
#define WINDOW_DATAGRAM                                                                                      \
  8 /* the kernel queues ten datagrams for a socket; vde_switch and uml_switch lose the rest */
#define WINDOW_RINGS 192

const char *
bench_kind_name (BenchKind kind)
{
  static const char *const names[BENCH_KINDS] = {
    "vbet, guest sockets", "vbet, vhost-user",   "vbet, stock sockets", "captured, whole",
    "captured, 256 bytes", "captured, filtered", "vde_switch",          "uml_switch",
    "Linux bridge",        "bare relay",         "bare socket pair",
  };
  return names[kind];
}

/* --- other programs ------------------------------------------------------------------------ */

/* Starts a program whose standard input stays open, and waits for its socket. Returns: FALSE when that is
 * missing. */
static gboolean
start_program (BenchTarget *target, const char *const *argv, const char *socket_path)
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
    execv (program, (char *const *)argv);
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
start_daemon_kind (BenchTarget *target, const char *const *argv, const char *path)
{
  target->window = WINDOW_DATAGRAM;
  target->missing = start_program (target, argv, path) ? NULL : "the program is not installed";
  for (guint i = 0; i < target->n_ports && target->missing == NULL; i++)
    if (!bench_end_join (&target->ends[i], path, (guint)target->pid * 64 + i))
      target->missing = "it takes no more ports";
}

static void
start_vde (BenchTarget *target, const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "vde", NULL);
  g_autofree char *control = g_build_filename (path, "ctl", NULL);
  const char *argv[] = { "vde_switch", "-s", path, "-n", "64", NULL };
  start_daemon_kind (target, argv, control);
}

static void
start_uml (BenchTarget *target, const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "uml", NULL);
  const char *argv[] = { "uml_switch", "-unix", path, NULL };
  start_daemon_kind (target, argv, path);
}

/* Reads from one socket, writes to another, and back: no switch can do less. */
static void
relay_loop (int one, int other)
{
  static guint8 buffers[BENCH_BATCH][BENCH_FRAME_MAX];
  struct mmsghdr messages[BENCH_BATCH];
  struct iovec iov[BENCH_BATCH];
  int fds[] = { one, other };
  int epoll = epoll_create1 (0);
  memset (messages, 0, sizeof messages);
  for (int i = 0; i < 2; i++) {
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = (guint32)i };
    epoll_ctl (epoll, EPOLL_CTL_ADD, fds[i], &event);
  }
  for (;;) {
    struct epoll_event event;
    if (epoll_wait (epoll, &event, 1, -1) != 1)
      continue;
    for (guint i = 0; i < BENCH_BATCH; i++) {
      iov[i] = (struct iovec){ buffers[i], sizeof buffers[i] };
      messages[i].msg_hdr.msg_iov = &iov[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    int n = recvmmsg (fds[event.data.u32], messages, BENCH_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
      iov[i].iov_len = messages[i].msg_len;
    for (int sent = 0, more; sent < n; sent += more)
      if ((more = sendmmsg (fds[!event.data.u32], messages + sent, (unsigned)(n - sent), 0)) <= 0)
        break;
  }
}

static void
start_relay (BenchTarget *target)
{
  int one[2];
  int other[2];
  BenchEnd inner[2];
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, one) != 0
      || socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, other) != 0)
    return;
  bench_end_init (&target->ends[0], one[0]);
  bench_end_init (&target->ends[1], other[0]);
  bench_end_init (&inner[0], one[1]);
  bench_end_init (&inner[1], other[1]);
  target->window = WINDOW_STREAM;
  target->pid = fork ();
  if (target->pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    relay_loop (one[1], other[1]);
    _exit (0);
  }
  bench_end_finish (&inner[0]);
  bench_end_finish (&inner[1]);
}

static void
start_pair (BenchTarget *target)
{
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return;
  bench_end_init (&target->ends[0], pair[0]);
  bench_end_init (&target->ends[1], pair[1]);
  target->window = WINDOW_STREAM;
}

/* --- the host's bridge ------------------------------------------------------------------------ */

static gboolean
run_ip (const char *batch)
{
  const char *argv[] = { "ip", "-batch", "-", NULL };
  g_autofree char *path
      = g_strdup_printf ("%s:/usr/sbin:/sbin", g_getenv ("PATH") != NULL ? g_getenv ("PATH") : "");
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "PATH", path, TRUE);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
      | G_SUBPROCESS_FLAGS_SEARCH_PATH_FROM_ENVP);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_autoptr (GSubprocess) ip = g_subprocess_launcher_spawnv (launcher, argv, NULL);
  return ip != NULL && g_subprocess_communicate_utf8 (ip, batch, NULL, NULL, NULL, NULL)
         && g_subprocess_get_successful (ip);
}

static gboolean
packet_end (BenchEnd *end, guint number)
{
  int one = 1;
  char name[IF_NAMESIZE];
  g_snprintf (name, sizeof name, "q%u", number);
  bench_end_init (end, socket (AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  struct sockaddr_ll address = { .sll_family = AF_PACKET,
                                 .sll_protocol = g_htons (ETH_P_ALL),
                                 .sll_ifindex = (int)if_nametoindex (name) };
  return setsockopt (end->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) == 0
         && bind (end->fd, (struct sockaddr *)&address, sizeof address) == 0;
}

/* In a network namespace of its own, which goes with the sockets in it. */
static void
start_bridge (BenchTarget *target)
{
  g_autoptr (GString) batch = g_string_new ("link add br0 type bridge\nlink set br0 up\n");
  int own = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  target->window = WINDOW_RINGS;
  target->missing = "only root can make one";
  if (geteuid () != 0 || own < 0 || unshare (CLONE_NEWNET) != 0)
    return;
  int v6 = open ("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
  if (v6 >= 0) {
    (void)!write (v6, "1", 1);
    close (v6);
  }
  for (guint i = 0; i < target->n_ports; i++)
    g_string_append_printf (
        batch, "link add p%u type veth peer name q%u\nlink set p%u master br0 up\nlink set q%u up\n", i, i, i,
        i);
  gboolean ok = run_ip (batch->str);
  for (guint i = 0; i < target->n_ports && ok; i++)
    ok = packet_end (&target->ends[i], i);
  target->missing = ok ? NULL : "“ip” made none";
  (void)!setns (own, CLONE_NEWNET);
  close (own);
}

/* --- ours ------------------------------------------------------------------------------------- */

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

/* The cable of the first device is captured. */
static void
add_capture (VbetSwitchClient *client, BenchKind kind)
{
  /* ldh [12]; jeq #0x0806, 0, 1; ret #65535; ret #0: ARP alone */
  static const guint32 arp[][4]
      = { { 0x28, 0, 0, 12 }, { 0x15, 0, 1, 0x0806 }, { 6, 0, 0, 65535 }, { 6, 0, 0, 0 } };
  g_autoptr (GArray) filter = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_vals (filter, arp, G_N_ELEMENTS (arp) * 4);
  VbetSwitchCapture wanted = { .cable = "h0",
                               .names = { "h0", NULL },
                               .snaplen = kind == BENCH_LISTED ? 256 : 65535,
                               .filter = kind == BENCH_REFUSED ? filter : NULL };
  vbet_switch_client_add_capture (client, &wanted, start_reader ());
}

static gboolean
add_guest (BenchTarget *target, guint number, const char *dir, GError **error)
{
  VbetSwitchClient *client = target->client;
  BenchEnd *end = &target->ends[number];
  const guint8 mac[6] = { 2, 0, 0, 0, 0, (guint8)(number + 1) };
  g_autofree char *device = g_strdup_printf ("h%u", number);
  g_autofree char *path = g_build_filename (dir, device, NULL);
  g_autofree char *vhost = g_strconcat (path, "v", NULL);
  if (!vbet_switch_client_add_guest_port (client, device, 1, 1500, path, error)
      || !vbet_switch_client_add_bridge_port (client, "s", number + 1, "s", error)
      || !vbet_switch_client_add_cable (client, device, device, 1, "s", number + 1, NULL, error))
    return FALSE;
  if (target->kind != BENCH_VHOST) {
    bench_end_init (end, bench_connect (path, SOCK_SEQPACKET));
    return end->fd >= 0;
  }
  return vbet_switch_client_offer_vhost (client, device, 1, mac, vhost, error) && bench_end_boot (end, vhost);
}

static void
start_vbet (BenchTarget *target, const char *dir)
{
  g_autofree char *program = g_build_filename (VBET_BUILDDIR, "bin", "vbet-switch", NULL);
  g_autofree char *control = g_build_filename (dir, "s.ctl", NULL);
  g_autoptr (GError) error = NULL;
  VbetSwitchClient *client = target->client = vbet_switch_client_new (program, dir);
  gboolean ok = vbet_switch_client_start (client, &error)
                && vbet_switch_client_add_bridge (client, "s", "switch", 300, control, &error);
  gboolean stock = target->kind == BENCH_STOCK;
  for (guint i = 0; i < target->n_ports && ok; i++)
    ok = stock ? bench_end_join (&target->ends[i], control, i) : add_guest (target, i, dir, &error);
  if (ok && target->kind >= BENCH_CAPTURED && target->kind <= BENCH_REFUSED)
    add_capture (client, target->kind);
  gint64 settle = g_get_monotonic_time () + G_USEC_PER_SEC / 10;
  while (g_get_monotonic_time () < settle)
    g_main_context_iteration (NULL, FALSE);
  target->window = stock ? WINDOW_DATAGRAM : target->kind == BENCH_VHOST ? WINDOW_RINGS : WINDOW_STREAM;
  target->pid = vbet_switch_client_get_pid (client);
  target->missing = ok ? NULL : "it did not start";
  if (error != NULL)
    (void)fprintf (stderr, "bench-switch: %s\n", error->message);
}

void
bench_target_start (BenchTarget *self, BenchKind kind, guint n_ports, const char *dir)
{
  *self = (BenchTarget){ .kind = kind, .n_ports = n_ports };
  switch (kind) {
  case BENCH_VDE:
    start_vde (self, dir);
    break;
  case BENCH_UML:
    start_uml (self, dir);
    break;
  case BENCH_BRIDGE:
    start_bridge (self);
    break;
  case BENCH_RELAY:
    start_relay (self);
    break;
  case BENCH_PAIR:
    start_pair (self);
    break;
  default:
    start_vbet (self, dir);
  }
}

void
bench_target_stop (BenchTarget *self)
{
  for (guint i = 0; i < self->n_ports; i++)
    bench_end_finish (&self->ends[i]);
  if (self->client != NULL) {
    g_clear_object (&self->client);
  } else if (self->pid > 0) {
    kill (self->pid, SIGKILL);
    waitpid (self->pid, NULL, 0);
  }
}
