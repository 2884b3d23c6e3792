/* remote.c - see remote.h. */
#include "config.h"

#include "engine/lab/remote.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "engine/model/udp-address.h"

#define BUFFER_BYTES (4 * 1024 * 1024) /* asked of the kernel; the host may allow less */
#define PORT_TRIES 20                  /* for a port, which a remote that was just removed may still have */
#define PORT_GAP_MS 50
#define PATIENCE_MS 5000 /* for a name to be looked up: the calls of the lab wait */

typedef struct {
  VbetUdpAddress peer;
  VbetUdpAddress listen;
  gboolean any_port;
  int replaces;
  guint tries;          /* that the port was in use */
  GSocketAddress *to;   /* the peer */
  GCancellable *lookup; /* of the name, by time or by the caller's */
  GCancellable *outer;  /* (nullable): the caller's */
  gulong outer_handler;
  GSource *patience;
} Opening;

void
vbet_remote_socket_free (VbetRemoteSocket *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->text);
  g_free (self);
}

static void
stop_waiting (Opening *self)
{
  if (self->patience != NULL)
    g_source_destroy (self->patience);
  g_clear_pointer (&self->patience, g_source_unref);
  if (self->outer_handler != 0)
    g_cancellable_disconnect (self->outer, self->outer_handler);
  self->outer_handler = 0;
}

static void
opening_free (gpointer data)
{
  Opening *self = data;
  stop_waiting (self);
  vbet_udp_address_clear (&self->peer);
  vbet_udp_address_clear (&self->listen);
  g_clear_object (&self->to);
  g_clear_object (&self->lookup);
  g_clear_object (&self->outer);
  g_free (self);
}

/* --- the socket ------------------------------------------------------------------------ */

static const char *
family_name (gboolean is_v6)
{
  return is_v6 ? "IPv6" : "IPv4";
}

static gboolean
fail_bind (const Opening *self, int code, GError **error)
{
  guint port = self->listen.port;
  if (code == EADDRINUSE)
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_EXISTS,
        "Port %u of the real host is in use: stop the program that has it, or write another port for "
        "listen",
        port);
  else if (code == EACCES)
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "vBET may not receive at port %u of the real host: write a port from 1024 on for listen, or as root "
        "run “sysctl net.ipv4.ip_unprivileged_port_start=%u”, then retry the call",
        port, port);
  else if (code == EADDRNOTAVAIL)
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "The real host has no address %s: write one that “ip addr” shows for listen, or only the port",
        self->listen.host);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "vBET cannot receive at port %u of the real host: %s",
                 port, g_strerror (code));
  return FALSE;
}

/* Receives at the port though @replaces still has it: both must be willing, for that moment. */
static gboolean
bind_socket (const Opening *self, int fd, GSocketFamily family, GError **error)
{
  struct sockaddr_storage native;
  int yes = 1, no = 0;
  g_autoptr (GSocketAddress) address = NULL;
  if (self->listen.host != NULL) {
    address = g_inet_socket_address_new_from_string (self->listen.host, self->listen.port);
  } else {
    g_autoptr (GInetAddress) any = g_inet_address_new_any (family);
    address = g_inet_socket_address_new (any, (guint16)self->listen.port);
  }
  if (address == NULL || !g_socket_address_to_native (address, &native, sizeof native, NULL))
    return fail_bind (self, EADDRNOTAVAIL, error);
  if (self->replaces >= 0) {
    setsockopt (self->replaces, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  }
  int result = bind (fd, (struct sockaddr *)&native, (socklen_t)g_socket_address_get_native_size (address));
  int code = errno;
  if (self->replaces >= 0) {
    setsockopt (self->replaces, SOL_SOCKET, SO_REUSEADDR, &no, sizeof no);
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &no, sizeof no);
  }
  return result == 0 || fail_bind (self, code, error);
}

/* What came between bind() and connect() may be anybody's. */
static void
drain (int fd)
{
  char byte;
  while (recv (fd, &byte, sizeof byte, MSG_DONTWAIT) >= 0)
    ;
}

static gboolean
same_address (const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
  if (a->ss_family != b->ss_family)
    return FALSE;
  if (a->ss_family == AF_INET) {
    const struct sockaddr_in *one = (const struct sockaddr_in *)a, *other = (const struct sockaddr_in *)b;
    return one->sin_port == other->sin_port && one->sin_addr.s_addr == other->sin_addr.s_addr;
  }
  const struct sockaddr_in6 *one = (const struct sockaddr_in6 *)a, *other = (const struct sockaddr_in6 *)b;
  return one->sin6_port == other->sin6_port
         && memcmp (&one->sin6_addr, &other->sin6_addr, sizeof one->sin6_addr) == 0;
}

static gboolean
connect_socket (const Opening *self, VbetRemoteSocket *socket, GError **error)
{
  struct sockaddr_storage to = socket->to, own;
  socklen_t size = sizeof own;
  if (self->any_port && to.ss_family == AF_INET)
    ((struct sockaddr_in *)&to)->sin_port = 0;
  else if (self->any_port)
    ((struct sockaddr_in6 *)&to)->sin6_port = 0;
  if (connect (socket->fd, (struct sockaddr *)&to, socket->to_size) != 0) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "The real host has no way to %s: %s; check its network and the address of listen, then retry the "
        "call",
        socket->text, g_strerror (errno));
    return FALSE;
  }
  drain (socket->fd);
  if (getsockname (socket->fd, (struct sockaddr *)&own, &size) == 0 && same_address (&own, &socket->to)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "%s is where this end itself receives: write where the far end does for peer", socket->text);
    return FALSE;
  }
  return TRUE;
}

static void
set_options (int fd, int domain)
{
  int size = BUFFER_BYTES, never = IP_PMTUDISC_DONT;
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  /* A frame with the headers of UDP and IP may be longer than the path takes: fragments carry it, and no
   * frame is lost to find that out. */
  if (domain == AF_INET)
    setsockopt (fd, IPPROTO_IP, IP_MTU_DISCOVER, &never, sizeof never);
}

static VbetRemoteSocket *
open_to (const Opening *self, GSocketAddress *peer, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (peer);
  g_autoptr (VbetRemoteSocket) remote = g_new0 (VbetRemoteSocket, 1);
  remote->fd = -1;
  remote->to_size = (socklen_t)g_socket_address_get_native_size (peer);
  remote->text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (peer));
  if (self->listen.host != NULL && self->listen.address.is_v6 != (family == G_SOCKET_FAMILY_IPV6)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "peer is an address of %s, and listen one of %s: write both of one kind",
                 family_name (!self->listen.address.is_v6), family_name (self->listen.address.is_v6));
    return NULL;
  }
  if (!g_socket_address_to_native (peer, &remote->to, sizeof remote->to, error))
    return NULL;
  int domain = family == G_SOCKET_FAMILY_IPV6 ? AF_INET6 : AF_INET;
  remote->fd = socket (domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (remote->fd < 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "The real host lets vBET open no UDP socket: %s",
                 g_strerror (errno));
    return NULL;
  }
  set_options (remote->fd, domain);
  if (!bind_socket (self, remote->fd, family, error) || !connect_socket (self, remote, error))
    return NULL;
  return g_steal_pointer (&remote);
}

/* --- the peer's name ----------------------------------------------------------------------- */

static gboolean on_port_waited (gpointer data);

/* @task: taken. A port in use is waited for: the process of the switch may be about to close the socket of a
 * remote that this one comes in the place of. */
static void
finish (GTask *task)
{
  Opening *self = g_task_get_task_data (task);
  GError *error = NULL;
  if (g_task_return_error_if_cancelled (task)) {
    g_object_unref (task);
    return;
  }
  VbetRemoteSocket *socket = open_to (self, self->to, &error);
  if (socket == NULL && g_error_matches (error, VBET_ERROR, VBET_ERROR_EXISTS)
      && ++self->tries < PORT_TRIES) {
    g_autoptr (GSource) source = g_timeout_source_new (PORT_GAP_MS);
    g_source_set_callback (source, on_port_waited, task, NULL);
    g_source_attach (source, g_main_context_get_thread_default ());
    g_error_free (error);
    return;
  }
  if (socket != NULL)
    g_task_return_pointer (task, socket, (GDestroyNotify)vbet_remote_socket_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
on_port_waited (gpointer data)
{
  finish (data);
  return G_SOURCE_REMOVE;
}

/* The first of IPv4, since both ends must choose the same kind; else the first. */
static GInetAddress *
choose (GList *addresses)
{
  for (GList *at = addresses; at != NULL; at = at->next)
    if (g_inet_address_get_family (at->data) == G_SOCKET_FAMILY_IPV4)
      return at->data;
  return addresses->data;
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Opening *self = g_task_get_task_data (task);
  g_autoptr (GError) reason = NULL;
  GList *addresses = g_resolver_lookup_by_name_with_flags_finish (G_RESOLVER (source), result, &reason);
  stop_waiting (self);
  if (g_task_return_error_if_cancelled (task)) {
    g_resolver_free_addresses (addresses);
    g_object_unref (task);
    return;
  }
  if (addresses == NULL) {
    gboolean late = g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_task_return_new_error (
        task, VBET_ERROR, VBET_ERROR_NOT_FOUND,
        "The name %s cannot be looked up: %s; check it, or write the address for peer, then "
        "retry the call",
        self->peer.host, late ? "the real host's name server does not answer" : reason->message);
    g_object_unref (task);
    return;
  }
  self->to = g_inet_socket_address_new (choose (addresses), (guint16)self->peer.port);
  g_resolver_free_addresses (addresses);
  finish (task);
}

static gboolean
on_late (gpointer data)
{
  g_cancellable_cancel (((Opening *)data)->lookup);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *outer, gpointer lookup)
{
  (void)outer;
  g_cancellable_cancel (lookup);
}

static void
look_up (GTask *task, Opening *self)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GResolverNameLookupFlags flags = G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT;
  if (self->listen.host != NULL)
    flags = self->listen.address.is_v6 ? G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY
                                       : G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY;
  self->lookup = g_cancellable_new ();
  self->patience = g_timeout_source_new (PATIENCE_MS);
  g_source_set_callback (self->patience, on_late, self, NULL);
  g_source_attach (self->patience, g_main_context_get_thread_default ());
  if (self->outer != NULL)
    self->outer_handler = g_cancellable_connect (self->outer, G_CALLBACK (on_cancelled),
                                                 g_object_ref (self->lookup), g_object_unref);
  g_resolver_lookup_by_name_with_flags_async (resolver, self->peer.host, flags, self->lookup, on_found, task);
}

void
vbet_remote_open_async (const char *peer, const char *listen, gboolean any_port, int replaces,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Opening *self = g_new0 (Opening, 1);
  self->any_port = any_port;
  self->replaces = replaces;
  self->outer = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  g_task_set_task_data (task, self, opening_free);
  if (!vbet_udp_peer_parse (peer, &self->peer) || !vbet_udp_listen_parse (listen, &self->listen)) {
    g_task_return_new_error (task, VBET_ERROR, VBET_ERROR_USAGE, "%s or %s is no address of a remote", peer,
                             listen);
    g_object_unref (task);
    return;
  }
  if (self->peer.literal)
    self->to = g_inet_socket_address_new_from_string (self->peer.host, self->peer.port);
  if (self->to != NULL)
    finish (task);
  else
    look_up (task, self);
}

VbetRemoteSocket *
vbet_remote_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
