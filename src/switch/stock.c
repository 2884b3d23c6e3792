/* stock.c - see stock.h. */
#include "config.h"

#include "switch/stock.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/stock-protocol.h"

#define STOCK_MTU 1500 /* fixed in the guest's driver */

struct VbetStock {
  VbetIo *io;
  char *bridge;
  guint64 serial;
  int control_fd;
  VbetFdRef ref;
  VbetSocketPort *port; /* NULL until the request has come */
  VbetStockCallbacks callbacks;
  gpointer user_data;
};

/* Returns a socket that only the guest of @request can send to, with @ret_address its name; -errno on
 * failure. It is connected before it has a name, so that there is no moment at which others could send. */
static int
open_data_socket (const VbetStockRequest *request, struct sockaddr_un *ret_address)
{
  guint8 name[16];
  if (getrandom (name, sizeof name, 0) != sizeof name)
    return -EIO;
  vbet_stock_reply_make (name, ret_address);
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -errno;
  if (connect (fd, (const struct sockaddr *)&request->address, request->length) != 0
      || bind (fd, (const struct sockaddr *)ret_address, sizeof *ret_address) != 0) {
    int result = -errno;
    close (fd);
    return result;
  }
  return fd;
}

/* Answers a request that is still in the connection. Returns: 0 also when none is there yet. */
static int
answer (VbetStock *self, int data_fd)
{
  guint8 data[VBET_STOCK_REQUEST];
  VbetStockRequest request;
  struct sockaddr_un address;
  ssize_t n = recv (self->control_fd, data, sizeof data, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  int result = vbet_stock_request_parse (data, (gsize)n, &request);
  if (result == -EAGAIN)
    return n == 0 ? -ECONNRESET : 0;
  if (result != 0)
    return result;
  if (data_fd >= 0) {
    socklen_t length = sizeof address;
    if (getsockname (data_fd, (struct sockaddr *)&address, &length) != 0 || length != sizeof address)
      return -EPROTO;
  } else {
    data_fd = open_data_socket (&request, &address);
    if (data_fd < 0)
      return data_fd;
    result = vbet_socket_port_add_stock (self->io, self->bridge, STOCK_MTU, data_fd, &self->port);
    if (result != 0) {
      close (data_fd);
      return result;
    }
    self->callbacks.joined (self->bridge, self->serial, vbet_socket_port_get_fd (self->port),
                            self->user_data);
  }
  if (send (self->control_fd, &address, sizeof address, MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof address)
    return -ECONNRESET;
  n = recv (self->control_fd, data, sizeof data, MSG_DONTWAIT);
  return n == sizeof data ? 0 : -ECONNRESET;
}

VbetStock *
vbet_stock_new (VbetIo *io, const char *bridge, guint64 serial, int control_fd, int data_fd,
                const VbetStockCallbacks *callbacks, gpointer user_data, int *ret_error)
{
  VbetStock *self = g_new0 (VbetStock, 1);
  int result = 0;
  self->io = io;
  self->bridge = g_strdup (bridge);
  self->serial = serial;
  self->control_fd = control_fd;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  if (data_fd >= 0) {
    result = vbet_socket_port_add_stock (io, bridge, STOCK_MTU, data_fd, &self->port);
    if (result != 0)
      close (data_fd);
    else
      result = answer (self, vbet_socket_port_get_fd (self->port));
  }
  /* Edge-triggered at first: a request that comes in pieces would else wake us for ever, as it is not taken
   * until complete. */
  if (result == 0) {
    guint32 events = EPOLLIN | EPOLLRDHUP | (self->port == NULL ? EPOLLET : 0u);
    self->ref = vbet_loop_add (vbet_io_get_loop (io), control_fd, events, VBET_FD_STOCK, self);
    result = self->ref != 0 ? 0 : -errno;
  }
  if (result != 0) {
    *ret_error = result;
    vbet_stock_free (self);
    return NULL;
  }
  return self;
}

void
vbet_stock_free (VbetStock *self)
{
  if (self == NULL)
    return;
  vbet_loop_remove (vbet_io_get_loop (self->io), self->ref);
  if (self->port != NULL)
    vbet_socket_port_remove_stock (self->port);
  close (self->control_fd);
  g_free (self->bridge);
  g_free (self);
}

const char *
vbet_stock_get_bridge (const VbetStock *self)
{
  return self->bridge;
}

guint64
vbet_stock_get_serial (const VbetStock *self)
{
  return self->serial;
}

/* Throws away what a joined guest says: there is nothing it may ask for. Level-triggered, a little at a time.
 */
static int
discard (VbetStock *self)
{
  guint8 data[4096];
  ssize_t n = recv (self->control_fd, data, sizeof data, MSG_DONTWAIT);
  if (n == 0)
    return -ECONNRESET;
  return n > 0 || errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

void
vbet_stock_event (VbetStock *self, guint32 events)
{
  gboolean had_port = self->port != NULL;
  int result = had_port ? discard (self) : answer (self, -1);
  if (result != 0 || events & (EPOLLHUP | EPOLLRDHUP)) {
    self->callbacks.left (self, self->user_data);
    return;
  }
  if (!had_port && self->port != NULL)
    vbet_loop_change (vbet_io_get_loop (self->io), self->ref, EPOLLIN | EPOLLRDHUP);
}
