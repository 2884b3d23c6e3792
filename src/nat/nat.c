/* nat.c - frames of the lab to libslirp and back, in one poll loop; see nat.h. */
#include "config.h"

#include "nat/nat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <slirp/libslirp.h>

#include "base/confine.h"
#include "base/error.h"
#include "nat/lease.h"
#include "nat/loopback.h"
#include "nat/options.h"

#define RESOLVER "/etc/resolv.conf"
#define FRAME_MAX 65536
#define FRAMES_PER_TURN 64
#define SEND_BUFFER (4 * 1024 * 1024) /* bytes; the kernel gives less where its limit is lower */
#define NEVER G_MAXINT64
#define CONVERSATIONS_MAX 4096

/* The only kind of timer that libslirp has: it advertises the IPv6 prefix. */
typedef struct {
  SlirpTimerId id;
  gpointer data;
  gint64 expires; /* ms */
} Timer;

typedef struct {
  const VbetNatOptions *options;
  Slirp *slirp;
  int fd;
  GArray *polled;     /* of struct pollfd; the first is @fd */
  GPtrArray *timers;  /* of Timer */
  VbetNatLease lease; /* given in this turn */
  gboolean has_lease;
  gboolean restoring; /* the answers are not for the lab */
  GHashTable *asked;  /* set of gint64: guests' ports, and who of the host has sent to them by a forward */
  guint32 *targets;   /* one a forward: address it leads to, 0: none yet */
  guint8 *buffer;
} Nat;

/* --- telling the engine --------------------------------------------------------------- */

/* One write a line; nobody listening is no reason to end. */
static void G_GNUC_PRINTF (1, 2) tell (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  ssize_t size = (ssize_t)strlen (line);
  if (write (STDOUT_FILENO, line, (size_t)size) != size)
    g_debug ("nobody listens to vbet-nat");
}

static gint64
monotonic_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- answers to what came by a forward of UDP ---------------------------------------------
 *
 * Where guests are kept from the host's loopback addresses, libslirp refuses these, too: they are for a port of
 * 127.0.0.1 as well. So who has asked is noted, and just that one is answered at an address that libslirp does not
 * take for the gateway's. It then takes 127.0.0.1 for the far end of the conversation, which has to be turned back.
 */

static gint64
conversation (guint32 guest, guint guest_port, guint host_port)
{
  return (gint64)((guint64)guest << 32 | guest_port << 16 | host_port);
}

static guint32
gateway_address (const Nat *self)
{
  return self->options->network + 2;
}

static gboolean
is_forwarded (const Nat *self, guint guest_port)
{
  for (guint i = 0; i < self->options->forwards->len; i++) {
    const VbetNatForward *forward = &g_array_index (self->options->forwards, VbetNatForward, i);
    if (forward->udp && forward->guest_port == guest_port)
      return TRUE;
  }
  return FALSE;
}

/* Of a frame for the lab. Returns: (transfer full) (nullable): what is to be sent in its place. */
static guint8 *
note_question (Nat *self, const guint8 *frame, gsize size)
{
  VbetNatDatagram datagram;
  guint32 gateway = gateway_address (self);
  if (self->options->host || !vbet_nat_datagram_read (frame, size, &datagram)
      || (datagram.from != INADDR_LOOPBACK && datagram.from != gateway)
      || !is_forwarded (self, datagram.to_port))
    return NULL;
  if (g_hash_table_size (self->asked) >= CONVERSATIONS_MAX)
    g_hash_table_remove_all (self->asked);
  gint64 key = conversation (datagram.to, datagram.to_port, datagram.from_port);
  g_hash_table_add (self->asked, g_memdup2 (&key, sizeof key));
  if (datagram.from == gateway)
    return NULL;
  guint8 *copy = g_memdup2 (frame, size);
  vbet_nat_datagram_move (copy, &gateway, NULL);
  return copy;
}

/* Of a frame of the lab, in place. */
static void
pass_answer (Nat *self, guint8 *frame, gsize size)
{
  static const guint32 loopback = INADDR_LOOPBACK;
  VbetNatDatagram datagram;
  if (self->options->host || !vbet_nat_datagram_read (frame, size, &datagram)
      || datagram.to != gateway_address (self))
    return;
  gint64 key = conversation (datagram.from, datagram.from_port, datagram.to_port);
  if (g_hash_table_contains (self->asked, &key))
    vbet_nat_datagram_move (frame, NULL, &loopback);
}

/* --- what libslirp calls ------------------------------------------------------------------ */

static ssize_t
on_packet (const void *bytes, size_t size, void *opaque)
{
  Nat *self = opaque;
  VbetNatLease lease;
  if (vbet_nat_lease_read (bytes, size, &lease)) {
    /* libslirp has sixteen addresses to give, also where the network has fewer. */
    if (lease.address != 0 && !vbet_nat_options_holds (self->options, lease.address))
      return (ssize_t)size;
    self->lease = lease;
    self->has_lease = lease.address != 0;
  }
  if (self->restoring)
    return (ssize_t)size;
  g_autofree guint8 *changed = note_question (self, bytes, size);
  /* A lab that does not keep up loses frames, as it would on a wire. */
  if (send (self->fd, changed != NULL ? changed : bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0
      && errno != EAGAIN && errno != ENOBUFS)
    return -1;
  return (ssize_t)size;
}

static void
on_guest_error (const char *message, void *opaque)
{
  (void)message; /* what a guest does wrong is its own matter */
  (void)opaque;
}

static int64_t
on_clock (void *opaque)
{
  (void)opaque;
  return monotonic_ns ();
}

static void *
on_timer_new (SlirpTimerId id, void *data, void *opaque)
{
  Nat *self = opaque;
  Timer *timer = g_new0 (Timer, 1);
  timer->id = id;
  timer->data = data;
  timer->expires = NEVER;
  g_ptr_array_add (self->timers, timer);
  return timer;
}

static void
on_timer_free (void *timer, void *opaque)
{
  Nat *self = opaque;
  g_ptr_array_remove (self->timers, timer);
}

static void
on_timer_mod (void *timer, int64_t expires, void *opaque)
{
  (void)opaque;
  ((Timer *)timer)->expires = expires;
}

static void
on_poll_fd (int fd, void *opaque)
{
  (void)fd; /* libslirp names every descriptor before each poll */
  (void)opaque;
}

static void
on_notify (void *opaque)
{
  (void)opaque; /* we are not asleep when it calls */
}

/* --- forwards ------------------------------------------------------------------------------- */

static int
listen_for (Nat *self, const VbetNatForward *forward, guint32 address)
{
  struct in_addr host = { .s_addr = htonl (INADDR_LOOPBACK) };
  struct in_addr guest = { .s_addr = htonl (address) };
  return slirp_add_hostfwd (self->slirp, forward->udp, host, (int)forward->host_port, guest,
                            (int)forward->guest_port)
                 == 0
             ? 0
             : -errno;
}

static void
open_forward (Nat *self, guint index, guint32 address)
{
  const VbetNatForward *forward = &g_array_index (self->options->forwards, VbetNatForward, index);
  struct in_addr host = { .s_addr = htonl (INADDR_LOOPBACK) };
  if (self->targets[index] == address)
    return;
  if (self->targets[index] != 0)
    slirp_remove_hostfwd (self->slirp, forward->udp, host, (int)forward->host_port);
  int result = listen_for (self, forward, address);
  self->targets[index] = result == 0 ? address : 0;
  if (result == -EADDRINUSE)
    tell ("problem Port %u of the real host is in use, so forward=\"%s\" has no effect: choose another port",
          forward->host_port, forward->text);
  else if (result == -EACCES || result == -EPERM)
    tell ("problem Port %u of the real host is not for ordinary users, so forward=\"%s\" has no effect: "
          "choose one "
          "from 1024 on",
          forward->host_port, forward->text);
  else if (result != 0)
    tell ("problem forward=\"%s\" has no effect: %s", forward->text, g_strerror (-result));
}

static void
open_forwards (Nat *self)
{
  for (guint i = 0; i < self->options->forwards->len; i++) {
    const VbetNatForward *forward = &g_array_index (self->options->forwards, VbetNatForward, i);
    if (!forward->by_mac)
      open_forward (self, i, forward->address);
  }
}

/* A guest got an address: what leads to its NIC leads there now. */
static void
take_lease (Nat *self)
{
  g_autofree char *text = vbet_nat_lease_to_text (&self->lease);
  self->has_lease = FALSE;
  tell ("lease %s", text);
  for (guint i = 0; i < self->options->forwards->len; i++) {
    const VbetNatForward *forward = &g_array_index (self->options->forwards, VbetNatForward, i);
    if (forward->by_mac && memcmp (forward->mac, self->lease.mac, sizeof forward->mac) == 0)
      open_forward (self, i, self->lease.address);
  }
}

/* What an earlier process gave is given again, by asking for it in the guests' names: else the next guest
 * that asks would get an address that another one has. */
static void
restore_leases (Nat *self)
{
  guint8 frame[VBET_NAT_LEASE_REQUEST_SIZE];
  self->restoring = TRUE;
  for (guint i = 0; i < self->options->leases->len; i++) {
    const VbetNatLease *lease = &g_array_index (self->options->leases, VbetNatLease, i);
    if (!vbet_nat_options_holds (self->options, lease->address))
      continue;
    vbet_nat_lease_request (lease, frame);
    slirp_input (self->slirp, frame, sizeof frame);
    if (self->has_lease)
      take_lease (self);
  }
  self->restoring = FALSE;
}

/* --- the loop ------------------------------------------------------------------------------- */

static int
on_add_poll (int fd, int events, void *opaque)
{
  Nat *self = opaque;
  struct pollfd polled = { .fd = fd };
  polled.events = (short)((events & SLIRP_POLL_IN ? POLLIN : 0) | (events & SLIRP_POLL_OUT ? POLLOUT : 0)
                          | (events & SLIRP_POLL_PRI ? POLLPRI : 0));
  g_array_append_val (self->polled, polled);
  return (int)self->polled->len - 1;
}

static int
on_get_events (int index, void *opaque)
{
  Nat *self = opaque;
  short events = g_array_index (self->polled, struct pollfd, (guint)index).revents;
  return (events & POLLIN ? SLIRP_POLL_IN : 0) | (events & POLLOUT ? SLIRP_POLL_OUT : 0)
         | (events & POLLPRI ? SLIRP_POLL_PRI : 0) | (events & POLLERR ? SLIRP_POLL_ERR : 0)
         | (events & POLLHUP ? SLIRP_POLL_HUP : 0);
}

/* Returns: milliseconds until the next timer; -1: none. */
static gint64
until_timer (Nat *self)
{
  gint64 next = NEVER;
  for (guint i = 0; i < self->timers->len; i++)
    next = MIN (next, ((const Timer *)g_ptr_array_index (self->timers, i))->expires);
  return next == NEVER ? -1 : MAX (next - monotonic_ns () / 1000000, 0);
}

static void
run_timers (Nat *self)
{
  gint64 now = monotonic_ns () / 1000000;
  for (guint i = 0; i < self->timers->len; i++) {
    Timer *timer = g_ptr_array_index (self->timers, i);
    if (timer->expires > now)
      continue;
    timer->expires = NEVER;
    slirp_handle_timer (self->slirp, timer->id, timer->data);
  }
}

/* Whether the frame in the buffer is for libslirp. */
static gboolean
may_pass (Nat *self, gsize size)
{
  if (!self->options->host && vbet_nat_is_for_loopback (self->buffer, size))
    return FALSE;
  pass_answer (self, self->buffer, size);
  return TRUE;
}

/* Returns: FALSE when the lab's side is closed. */
static gboolean
receive (Nat *self)
{
  for (guint i = 0; i < FRAMES_PER_TURN; i++) {
    ssize_t size = recv (self->fd, self->buffer, FRAME_MAX, MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0)
      return errno == EAGAIN || errno == EINTR;
    if (size == 0)
      return FALSE;
    if (size <= FRAME_MAX && may_pass (self, (gsize)size))
      slirp_input (self->slirp, self->buffer, (int)size);
    if (self->has_lease)
      take_lease (self);
  }
  return TRUE;
}

static gboolean
turn (Nat *self)
{
  struct pollfd ours = { .fd = self->fd, .events = POLLIN };
  uint32_t timeout = G_MAXUINT32;
  g_array_set_size (self->polled, 0);
  g_array_append_val (self->polled, ours);
  slirp_pollfds_fill (self->slirp, &timeout, on_add_poll, self);
  gint64 patience = timeout >= G_MAXINT ? -1 : (gint64)timeout;
  gint64 timer = until_timer (self);
  if (timer >= 0 && (patience < 0 || timer < patience))
    patience = MIN (timer, G_MAXINT);
  int n = poll ((struct pollfd *)(gpointer)self->polled->data, self->polled->len, (int)patience);
  if (n < 0 && errno != EINTR)
    return FALSE;
  slirp_pollfds_poll (self->slirp, n < 0, on_get_events, self);
  run_timers (self);
  const struct pollfd *lab = &g_array_index (self->polled, struct pollfd, 0);
  return n <= 0 || lab->revents == 0 || receive (self);
}

/* --- beginning ------------------------------------------------------------------------------ */

static struct in_addr
address_of (const VbetNatOptions *options, guint32 host)
{
  return (struct in_addr){ .s_addr = htonl (options->network + host) };
}

static Slirp *
new_slirp (Nat *self)
{
  static const SlirpCb callbacks = {
    .send_packet = on_packet,
    .guest_error = on_guest_error,
    .clock_get_ns = on_clock,
    .timer_free = on_timer_free,
    .timer_mod = on_timer_mod,
    .register_poll_fd = on_poll_fd,
    .unregister_poll_fd = on_poll_fd,
    .notify = on_notify,
    .timer_new_opaque = on_timer_new,
  };
  const VbetNatOptions *options = self->options;
  SlirpConfig config = {
    .version = 4,
    .restricted = options->isolated,
    .in_enabled = true,
    .vnetwork = address_of (options, 0),
    .vnetmask = { .s_addr = htonl (vbet_nat_options_mask (options)) },
    .vhost = address_of (options, 2),
    .vnameserver = address_of (options, 3),
    .vdhcp_start = { .s_addr = htonl (vbet_nat_options_first_lease (options)) },
    .in6_enabled = true,
    .vprefix_len = 64,
    .if_mtu = options->mtu,
    .if_mru = options->mtu,
    .disable_host_loopback = !options->host,
    .disable_dns = options->isolated,
    .disable_dhcp = !options->dhcp,
  };
  vbet_nat_options_prefix6 (options, config.vprefix_addr6.s6_addr);
  config.vhost6 = config.vnameserver6 = config.vprefix_addr6;
  config.vhost6.s6_addr[15] = 2;
  config.vnameserver6.s6_addr[15] = 3;
  return slirp_new (&config, &callbacks, self);
}

static int
run (const VbetNatOptions *options, const char *const *layers)
{
  int size = SEND_BUFFER;
  Nat self = { .options = options, .fd = VBET_NAT_FD };
  setsockopt (self.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  self.polled = g_array_new (FALSE, FALSE, sizeof (struct pollfd));
  self.timers = g_ptr_array_new_with_free_func (g_free);
  self.asked = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self.targets = g_new0 (guint32, options->forwards->len + 1);
  self.buffer = g_malloc (FRAME_MAX);
  self.slirp = new_slirp (&self);
  if (self.slirp != NULL) {
    g_autofree char *names = g_strjoinv (" ", (char **)layers);
    open_forwards (&self);
    restore_leases (&self);
    tell ("ready %s", names);
    while (turn (&self))
      ;
    slirp_cleanup (self.slirp);
  } else {
    tell ("error The gateway's network stack did not start");
  }
  g_array_unref (self.polled);
  g_ptr_array_unref (self.timers);
  g_hash_table_unref (self.asked);
  g_free (self.targets);
  g_free (self.buffer);
  return self.slirp != NULL ? 0 : 1;
}

static void
on_refused_call (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  char name[VBET_CALL_NAME_MAX];
  char line[VBET_CALL_NAME_MAX + 16];
  (void)number;
  vbet_call_filter_refuse (info, context, name);
  int length = snprintf (line, sizeof line, "denied %s\n", name);
  if (write (STDOUT_FILENO, line, (size_t)length) != length)
    errno = saved; /* nobody is left who could be told */
  errno = saved;
}

/* The network stays open: that is what the process is for. Of files there is only the folder of resolv.conf,
 * which libslirp reads anew when it changes; the folder, since who changes the file puts a new one in its
 * place. */
static int
confine (const char *ret_layers[VBET_CONFINE_LAYERS])
{
  char real[PATH_MAX];
  g_autofree char *folder = g_path_get_dirname (realpath (RESOLVER, real) != NULL ? real : RESOLVER);
  static const char *const calls[]
      = { "connect", "bind", "listen", "accept", "accept4", "stat", "lstat", "pread64", NULL };
  static const int families[] = { AF_INET, AF_INET6, 0 };
  const VbetConfinement confinement = { .name = "vbet-nat",
                                        .rule = { .path = folder, .access = VBET_SANDBOX_READ },
                                        .limits = VBET_SANDBOX_LIMIT_ABSTRACT | VBET_SANDBOX_LIMIT_SIGNAL,
                                        .calls = { calls, families, .reads_files = TRUE,
                                                   .names_interfaces = TRUE, .refused = on_refused_call } };
  return vbet_confine (&confinement, ret_layers);
}

int
vbet_nat_main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (VbetNatOptions) options = { 0 };
  const char *layers[VBET_CONFINE_LAYERS];
  int type;
  socklen_t size = sizeof type;
  if (argc < 1 || getsockopt (VBET_NAT_FD, SOL_SOCKET, SO_TYPE, &type, &size) != 0
      || type != SOCK_SEQPACKET) {
    g_printerr ("vbet-nat is started by vbetd, with the lab's side as descriptor 3; "
                "write a gateway into a lab and run \"vbetctl run LAB\"\n");
    return 2;
  }
  signal (SIGPIPE, SIG_IGN);
  fcntl (VBET_NAT_FD, F_SETFD, FD_CLOEXEC);
  if (!vbet_nat_options_parse (&options, (const char *const *)argv + 1, &error)) {
    tell ("error %s", error->message);
    return 2;
  }
  int result = confine (layers);
  if (result != 0) {
    tell ("error The gateway cannot give up root: %s", g_strerror (-result));
    return 1;
  }
  return run (&options, layers);
}
