/* control.c - receives commands, executes them on the fabric, answers; see control.h. */
#include "config.h"

#include "switch/control.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd-message.h"
#include "switch/control-message.h"
#include "switch/control-state.h"
#include "switch/measure.h"
#include "switch/stock.h"
#include "switch/vhost-port.h"

#define COMMANDS_PER_TURN 32
#define FDS_MAX VBET_VHOST_FDS

/* A message that the channel did not take yet. */
typedef struct {
  char *text;
  int fds[FDS_MAX]; /* duplicates to send along */
  guint n_fds;
} Outgoing;

struct VbetControl {
  VbetIo *io;
  VbetFabric *fabric;
  int fd;
  VbetFdRef ref;
  gboolean broken;
  gboolean quits;
  GQueue outgoing;      /* of Outgoing; while there are any, no command is read */
  GHashTable *stocks;   /* of VbetStock, by serial */
  GHashTable *captures; /* of VbetCapture, by serial */
  GHashTable *measures; /* of VbetMeasure, by serial */
  guint measured;       /* measurements so far */
};

/* A received command with its descriptors; what is still in @fds at the end is closed. */
typedef struct {
  const VbetControlCommand *command;
  int fds[FDS_MAX];
  guint n_fds;
} Call;

/* --- sending ------------------------------------------------------------------------- */

static void
outgoing_free (gpointer data)
{
  Outgoing *self = data;
  for (guint i = 0; i < self->n_fds; i++)
    close (self->fds[i]);
  g_free (self->text);
  g_free (self);
}

/* Returns: bytes, -EAGAIN when the channel is full, another -errno when it is broken. */
static gssize
send_now (VbetControl *self, const char *text, const int *fds, guint n_fds)
{
  return vbet_fd_message_send (self->fd, text, strlen (text), fds, n_fds, MSG_DONTWAIT);
}

static void
watch (VbetControl *self)
{
  vbet_loop_change (vbet_io_get_loop (self->io), self->ref,
                    g_queue_is_empty (&self->outgoing) ? EPOLLIN : EPOLLOUT);
}

static void
send_text (VbetControl *self, const char *text, const int *fds, guint n_fds)
{
  gssize result = -EAGAIN;
  if (self->broken)
    return;
  if (g_queue_is_empty (&self->outgoing))
    result = send_now (self, text, fds, n_fds);
  if (result == -EAGAIN) {
    Outgoing *outgoing = g_new0 (Outgoing, 1);
    outgoing->text = g_strdup (text);
    for (guint i = 0; i < n_fds; i++) {
      int copy = fcntl (fds[i], F_DUPFD_CLOEXEC, 0);
      if (copy >= 0)
        outgoing->fds[outgoing->n_fds++] = copy;
    }
    g_queue_push_tail (&self->outgoing, outgoing);
    watch (self);
  } else if (result < 0) {
    self->broken = TRUE;
  }
}

static void
send_outgoing (VbetControl *self)
{
  while (!g_queue_is_empty (&self->outgoing)) {
    Outgoing *outgoing = g_queue_peek_head (&self->outgoing);
    gssize result = send_now (self, outgoing->text, outgoing->fds, outgoing->n_fds);
    if (result == -EAGAIN)
      return;
    if (result < 0)
      self->broken = TRUE;
    outgoing_free (g_queue_pop_head (&self->outgoing));
  }
  watch (self);
}

static void
send_builder (VbetControl *self, JsonBuilder *builder, const int *fds, guint n_fds)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  send_text (self, text, fds, n_fds);
}

static void
send_part (JsonBuilder *builder, gpointer user_data)
{
  send_builder (user_data, builder, NULL, 0);
}

static void
answer (VbetControl *self, gint64 id, int result, const char *sentence)
{
  if (id == 0)
    return;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_int_value (builder, id);
  json_builder_set_member_name (builder, result == 0 ? "ok" : "error");
  if (result == 0) {
    json_builder_add_boolean_value (builder, TRUE);
  } else {
    json_builder_add_string_value (builder, sentence);
    json_builder_set_member_name (builder, "errno");
    json_builder_add_int_value (builder, -result);
  }
  json_builder_end_object (builder);
  send_builder (self, builder, NULL, 0);
}

/* {"event":…, KEY:name, "nic":nic (unless 0), "serial":serial} */
static JsonBuilder *
begin_notice (const char *event, const char *key, const char *name, guint nic, guint64 serial)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, name);
  if (nic > 0) {
    json_builder_set_member_name (builder, "nic");
    json_builder_add_int_value (builder, nic);
  }
  json_builder_set_member_name (builder, "serial");
  json_builder_add_int_value (builder, (gint64)serial);
  return builder;
}

static void
notify (VbetControl *self, const char *event, const char *key, const char *name, guint nic, guint64 serial,
        int fd)
{
  g_autoptr (JsonBuilder) builder = begin_notice (event, key, name, nic, serial);
  json_builder_end_object (builder);
  send_builder (self, builder, &fd, fd >= 0 ? 1 : 0);
}

/* --- ports and stock guests ------------------------------------------------------------ */

static void
port_closed (const char *device, guint nic, guint64 serial, gpointer user_data)
{
  notify (user_data, "port-closed", "device", device, nic, serial, -1);
}

static void
vhost_kept (const char *device, guint nic, guint64 serial, const guint8 *message, gsize size, const int *fds,
            guint n_fds, gpointer user_data)
{
  g_autoptr (JsonBuilder) builder = begin_notice ("vhost", "device", device, nic, serial);
  g_autofree char *text = g_base64_encode (message, size);
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, text);
  json_builder_end_object (builder);
  send_builder (user_data, builder, fds, n_fds);
}

static void
stock_joined (const char *bridge, guint64 serial, int data_fd, gpointer user_data)
{
  notify (user_data, "stock-joined", "bridge", bridge, 0, serial, data_fd);
}

static void
stock_left (VbetStock *stock, gpointer user_data)
{
  VbetControl *self = user_data;
  guint64 serial = vbet_stock_get_serial (stock);
  notify (self, "stock-left", "bridge", vbet_stock_get_bridge (stock), 0, serial, -1);
  g_hash_table_remove (self->stocks, &serial);
}

/* What is to be kept waits for the engine: guests that say much are to wait, too. */
static gboolean
vhost_is_busy (gpointer user_data)
{
  const VbetControl *self = user_data;
  return !g_queue_is_empty (&((VbetControl *)self)->outgoing);
}

static int
take_fd (Call *call)
{
  return call->n_fds > 0 ? call->fds[--call->n_fds] : -1;
}

static void
far_end_changed (const char *device, guint nic, guint64 serial, const VbetRemoteNews *news,
                 gpointer user_data)
{
  g_autoptr (JsonBuilder) builder = begin_notice ("far-end", "device", device, nic, serial);
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, news->state);
  json_builder_set_member_name (builder, "carrier");
  json_builder_add_boolean_value (builder, news->carrier);
  json_builder_set_member_name (builder, "silence");
  json_builder_add_int_value (builder, news->silence < 0 ? -1 : news->silence / 1000000);
  json_builder_set_member_name (builder, "clash");
  json_builder_add_boolean_value (builder, news->clash);
  json_builder_set_member_name (builder, "lab");
  json_builder_add_string_value (builder, news->lab);
  json_builder_end_object (builder);
  send_builder (user_data, builder, NULL, 0);
}

static int
connect_remote (VbetControl *self, Call *call, VbetSocketPort *port)
{
  const VbetControlCommand *command = call->command;
  VbetRemoteSettings settings = {
    .vni = command->vni,
    .to_size = (socklen_t)command->message_size,
    .carrier = command->carrier,
    .device = command->end.device,
    .nic = command->end.nic,
    .serial = command->serial,
    .changed = far_end_changed,
    .user_data = self,
  };
  if (command->message_size > sizeof settings.to)
    return -EINVAL;
  if (command->message_size > 0)
    memcpy (&settings.to, command->message, command->message_size);
  return vbet_socket_port_connect_remote (port, take_fd (call), &settings);
}

static int
connect_port (VbetControl *self, Call *call)
{
  VbetEndpoint *endpoint
      = vbet_fabric_find_guest (self->fabric, call->command->end.device, call->command->end.nic);
  if (endpoint == NULL)
    return -ENOENT;
  if (call->n_fds != 1)
    return -EBADF;
  static const VbetVhostCallbacks callbacks = { port_closed, vhost_kept, vhost_is_busy };
  if (call->command->vhost) {
    VbetVhostPort *vhost = vbet_vhost_port_of (self->io, endpoint, &callbacks, self);
    int result = vbet_vhost_port_connect (vhost, take_fd (call), call->command->serial, call->command->mac,
                                          &(VbetVhostLink){ call->command->carrier, call->command->speed });
    if (result == 0 && call->command->resumed)
      vbet_vhost_port_resume (vhost, call->command->replays);
    return result;
  }
  VbetSocketPort *port = vbet_socket_port_of (self->io, endpoint, port_closed, self);
  if (call->command->udp)
    return connect_remote (self, call, port);
  return vbet_socket_port_connect (port, take_fd (call), call->command->serial);
}

static VbetVhostPort *
find_vhost (VbetControl *self, const VbetControlCommand *command)
{
  VbetEndpoint *endpoint = vbet_fabric_find_guest (self->fabric, command->end.device, command->end.nic);
  return endpoint != NULL ? vbet_vhost_port_find (endpoint) : NULL;
}

static int
replay_port (VbetControl *self, const Call *call)
{
  const VbetControlCommand *command = call->command;
  VbetVhostPort *port = find_vhost (self, command);
  if (port == NULL)
    return -ENOENT;
  return vbet_vhost_port_replay (port, command->serial, command->message, command->message_size, call->fds,
                                 call->n_fds);
}

static int
set_link (VbetControl *self, const VbetControlCommand *command)
{
  VbetEndpoint *endpoint = vbet_fabric_find_guest (self->fabric, command->end.device, command->end.nic);
  VbetSocketPort *socket = endpoint != NULL ? vbet_socket_port_find (endpoint) : NULL;
  VbetRemote *remote = socket != NULL ? vbet_socket_port_get_remote (socket) : NULL;
  VbetVhostPort *port = find_vhost (self, command);
  if (port != NULL)
    vbet_vhost_port_set_link (port, &(VbetVhostLink){ command->carrier, command->speed });
  else if (remote != NULL)
    vbet_remote_set_carrier (remote, command->carrier);
  else
    return -ENOENT;
  return 0;
}

static int
identify (VbetControl *self, const VbetControlCommand *command)
{
  if (command->invalid)
    return -EINVAL;
  vbet_remotes_set_identity (vbet_io_get_remotes (self->io), &command->identity);
  return 0;
}

static int
adopt_stock (VbetControl *self, Call *call)
{
  static const VbetStockCallbacks callbacks = { stock_joined, stock_left };
  const VbetControlCommand *command = call->command;
  if (call->n_fds < 1 || call->n_fds > 2)
    return -EBADF;
  if (!vbet_fabric_has_bridge (self->fabric, command->bridge))
    return -ENOENT;
  if (g_hash_table_contains (self->stocks, &command->serial))
    return -EEXIST;
  int data_fd = call->n_fds == 2 ? take_fd (call) : -1;
  int control_fd = take_fd (call);
  int result = 0;
  VbetStock *stock = vbet_stock_new (self->io, command->bridge, command->serial, control_fd, data_fd,
                                     &callbacks, self, &result);
  if (stock == NULL)
    return result;
  guint64 *key = g_memdup2 (&command->serial, sizeof *key);
  g_hash_table_insert (self->stocks, key, stock);
  return 0;
}

static int
add_stock (VbetControl *self, Call *call)
{
  int result = adopt_stock (self, call);
  if (result != 0 && call->command->bridge != NULL)
    notify (self, "stock-left", "bridge", call->command->bridge, 0, call->command->serial, -1);
  return result;
}

static void
capture_closed (VbetCapture *capture, gpointer user_data)
{
  VbetControl *self = user_data;
  guint64 serial = vbet_capture_get_serial (capture);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "capture-closed");
  json_builder_set_member_name (builder, "serial");
  json_builder_add_int_value (builder, (gint64)serial);
  json_builder_end_object (builder);
  send_builder (self, builder, NULL, 0);
  g_hash_table_remove (self->captures, &serial);
}

static int
add_capture (VbetControl *self, Call *call)
{
  const VbetControlCommand *command = call->command;
  int result = 0;
  if (command->invalid)
    return -EINVAL;
  if (call->n_fds != 1)
    return -EBADF;
  if (g_hash_table_contains (self->captures, &command->serial))
    return -EEXIST;
  VbetCapture *capture = vbet_capture_new (self->io, command->cable, &command->capture, command->serial,
                                           take_fd (call), capture_closed, self, &result);
  if (capture == NULL)
    return result;
  g_hash_table_insert (self->captures, g_memdup2 (&command->serial, sizeof command->serial), capture);
  return 0;
}

static void
measure_over (VbetMeasure *measure, gpointer user_data)
{
  VbetControl *self = user_data;
  guint64 serial = vbet_measure_get_serial (measure);
  g_hash_table_remove (self->measures, &serial);
}

static int
measure (VbetControl *self, const VbetControlCommand *command, gint64 now)
{
  int result = 0;
  if (g_hash_table_contains (self->measures, &command->serial))
    return -EEXIST;
  VbetMeasure *measure = vbet_measure_new (self->fabric, command->cable, &command->wish, command->serial,
                                           ++self->measured, now, send_part, measure_over, self, &result);
  if (measure != NULL)
    g_hash_table_insert (self->measures, g_memdup2 (&command->serial, sizeof command->serial), measure);
  return result;
}

static int
cancel_measure (VbetControl *self, const VbetControlCommand *command)
{
  VbetMeasure *found = g_hash_table_lookup (self->measures, &command->serial);
  if (found == NULL)
    return -ENOENT;
  vbet_measure_cancel (found);
  return 0;
}

static gboolean
stock_is_on (gpointer key, gpointer value, gpointer user_data)
{
  (void)key;
  return g_strcmp0 (vbet_stock_get_bridge (value), user_data) == 0;
}

static int
add_bridge (VbetControl *self, const VbetControlCommand *command, gint64 now)
{
  if (command->invalid)
    return -EINVAL;
  int result = vbet_fabric_add_bridge (self->fabric, command->bridge, command->relay,
                                       command->bridge_settings.ageing);
  if (result == 0)
    result = vbet_fabric_set_bridge (self->fabric, command->bridge, &command->bridge_settings, now);
  return result;
}

static int
remove_bridge (VbetControl *self, const VbetControlCommand *command)
{
  g_hash_table_foreach_remove (self->stocks, stock_is_on, command->bridge);
  return vbet_fabric_remove_bridge (self->fabric, command->bridge);
}

static int
set_port (VbetControl *self, const VbetControlCommand *command, gint64 now)
{
  const VbetControlEnd *end = &command->end;
  if (command->invalid)
    return -EINVAL;
  int result
      = vbet_fabric_set_port_vlans (self->fabric, end->device, end->nic, command->vlan, &command->trunk);
  if (result == 0)
    result = vbet_fabric_set_port_isolated (self->fabric, end->device, end->nic, command->isolated);
  return result == 0 ? vbet_fabric_set_port_cost (self->fabric, end->device, end->nic, command->cost, now)
                     : result;
}

static int
add_port (VbetControl *self, const VbetControlCommand *command, gint64 now)
{
  const VbetControlEnd *end = &command->end;
  if (command->guest)
    return vbet_socket_port_add_guest (self->io, end->device, end->nic, command->mtu, port_closed, self);
  int result = command->invalid
                   ? -EINVAL
                   : vbet_fabric_add_bridge_port (self->fabric, end->device, end->nic, command->bridge);
  return result == 0 ? set_port (self, command, now) : result;
}

static void
link_changed (const char *cable, const gboolean up[2], gpointer user_data)
{
  VbetControl *self = user_data;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "cable");
  json_builder_set_member_name (builder, "cable");
  json_builder_add_string_value (builder, cable);
  json_builder_set_member_name (builder, "up");
  json_builder_begin_array (builder);
  json_builder_add_boolean_value (builder, up[0]);
  json_builder_add_boolean_value (builder, up[1]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  send_builder (self, builder, NULL, 0);
}

/* --- commands ------------------------------------------------------------------------------ */

static int
execute (VbetControl *self, Call *call, gint64 now)
{
  const VbetControlCommand *command = call->command;
  switch (command->op) {
  case VBET_CONTROL_ADD_BRIDGE:
    return add_bridge (self, command, now);
  case VBET_CONTROL_SET_BRIDGE:
    return command->invalid
               ? -EINVAL
               : vbet_fabric_set_bridge (self->fabric, command->bridge, &command->bridge_settings, now);
  case VBET_CONTROL_REMOVE_BRIDGE:
    return remove_bridge (self, command);
  case VBET_CONTROL_ADD_PORT:
    return add_port (self, command, now);
  case VBET_CONTROL_CONNECT_PORT:
    return connect_port (self, call);
  case VBET_CONTROL_REPLAY_PORT:
    return replay_port (self, call);
  case VBET_CONTROL_SET_LINK:
    return set_link (self, command);
  case VBET_CONTROL_SET_PORT:
    return set_port (self, command, now);
  case VBET_CONTROL_REMOVE_PORT:
    return vbet_fabric_remove_port (self->fabric, command->end.device, command->end.nic);
  case VBET_CONTROL_ADD_STOCK:
    return add_stock (self, call);
  case VBET_CONTROL_REMOVE_STOCK:
    return g_hash_table_remove (self->stocks, &command->serial) ? 0 : -ENOENT;
  case VBET_CONTROL_ADD_CABLE:
    return command->invalid ? -EINVAL
                            : vbet_fabric_add_cable (self->fabric, command->cable, command->ends[0].device,
                                                     command->ends[0].nic, command->ends[1].device,
                                                     command->ends[1].nic, &command->settings, now);
  case VBET_CONTROL_SET_CABLE:
    return command->invalid ? -EINVAL
                            : vbet_fabric_set_cable (self->fabric, command->cable, &command->settings, now);
  case VBET_CONTROL_REMOVE_CABLE:
    return vbet_fabric_remove_cable (self->fabric, command->cable);
  case VBET_CONTROL_IDENTIFY:
    return identify (self, command);
  case VBET_CONTROL_ADD_CAPTURE:
    return add_capture (self, call);
  case VBET_CONTROL_REMOVE_CAPTURE:
    return g_hash_table_remove (self->captures, &command->serial) ? 0 : -ENOENT;
  case VBET_CONTROL_MEASURE:
    return measure (self, command, now);
  case VBET_CONTROL_CANCEL_MEASURE:
    return cancel_measure (self, command);
  case VBET_CONTROL_STATE:
    vbet_control_state (self->fabric, command->id, now, send_part, self);
    return 0;
  case VBET_CONTROL_SYNC:
    return 0;
  case VBET_CONTROL_QUIT:
    self->quits = TRUE;
    return 0;
  default:
    return -EINVAL;
  }
}

static const char *
sentence_for (int result)
{
  switch (result) {
  case -EINVAL:
    return "A name or number of the command is missing or not valid";
  case -EEXIST:
    return "Something of that name is there already";
  case -ENOENT:
    return "There is nothing of that name";
  case -EALREADY:
    return "That cable is being measured already";
  case -EBUSY:
    return "An end of the cable has another cable in it";
  case -EBADF:
    return "The command needs another number of descriptors";
  case -ENOSPC:
    return "The bridge has no free port";
  case -EUSERS: /* of vbet_loop_add() */
    return "The host lets a user wait for no more descriptors; raise fs.epoll.max_user_watches";
  default:
    return g_strerror (-result);
  }
}

static void
handle (VbetControl *self, const char *data, gsize size, Call *call, gint64 now)
{
  gint64 id;
  g_autofree char *error = NULL;
  g_autoptr (VbetControlCommand) command = vbet_control_command_parse (data, size, &id, &error);
  if (command == NULL) {
    answer (self, id, -EPROTO, error);
    return;
  }
  call->command = command;
  int result = execute (self, call, now);
  answer (self, id, result, result != 0 ? sentence_for (result) : NULL);
}

/* --- receiving -------------------------------------------------------------------------------- */

/* The number of a command of which only the first bytes are there; it is refused, but not left without an
 * answer. */
static gint64
id_of_part (const char *data, gsize size)
{
  static const char key[] = "\"id\":";
  const char *at = g_strstr_len (data, (gssize)size, key);
  gint64 id = 0;
  for (at = at != NULL ? at + strlen (key) : NULL;
       at != NULL && at < data + size && g_ascii_isdigit (*at) && id < G_MAXINT64 / 10 - 1; at++)
    id = id * 10 + g_ascii_digit_value (*at);
  return id;
}

/* Returns: FALSE when there is nothing to read now, or never again (then broken). */
static gboolean
receive_one (VbetControl *self, gint64 now)
{
  char data[VBET_CONTROL_MESSAGE_MAX];
  Call call = { 0 };
  int flags = 0;
  gssize n = vbet_fd_message_receive (self->fd, data, sizeof data, MSG_DONTWAIT, call.fds, FDS_MAX,
                                      &call.n_fds, &flags);
  if (n <= 0) {
    if (n != -EAGAIN && n != -EINTR)
      self->broken = TRUE;
    return FALSE;
  }
  if (flags & MSG_TRUNC)
    answer (self, id_of_part (data, (gsize)n), -EMSGSIZE, "The command is too long");
  else if (flags & MSG_CTRUNC)
    answer (self, id_of_part (data, (gsize)n), -EMFILE, "Descriptors of the command did not arrive");
  else
    handle (self, data, (gsize)n, &call, now);
  while (call.n_fds > 0)
    close (take_fd (&call));
  return TRUE;
}

gboolean
vbet_control_event (VbetControl *self, guint32 events, gint64 now)
{
  if (events & EPOLLOUT)
    send_outgoing (self);
  for (guint i = 0; i < COMMANDS_PER_TURN; i++)
    if (self->quits || self->broken || !g_queue_is_empty (&self->outgoing) || !receive_one (self, now))
      break;
  if (events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN))
    self->broken = TRUE;
  return !self->quits && !self->broken;
}

/* --- life ------------------------------------------------------------------------------------------ */

static void
send_ready (VbetControl *self, const char *const *layers)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "ready");
  json_builder_set_member_name (builder, "layers");
  json_builder_begin_array (builder);
  for (guint i = 0; layers[i] != NULL; i++)
    json_builder_add_string_value (builder, layers[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  send_builder (self, builder, NULL, 0);
}

VbetControl *
vbet_control_new (VbetIo *io, int fd, const char *const *layers)
{
  VbetFdRef ref;
  VbetControl *self = g_new0 (VbetControl, 1);
  self->io = io;
  self->fabric = vbet_io_get_fabric (io);
  self->fd = fd;
  self->stocks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)vbet_stock_free);
  self->captures
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)vbet_capture_free);
  self->measures
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)vbet_measure_free);
  g_queue_init (&self->outgoing);
  ref = vbet_loop_add (vbet_io_get_loop (io), fd, EPOLLIN, VBET_FD_CONTROL, self);
  if (ref == 0) {
    vbet_control_free (self);
    return NULL;
  }
  self->ref = ref;
  vbet_fabric_set_link_changed (self->fabric, link_changed, self);
  send_ready (self, layers);
  return self;
}

void
vbet_control_free (VbetControl *self)
{
  if (self == NULL)
    return;
  vbet_fabric_set_link_changed (self->fabric, NULL, NULL);
  g_hash_table_unref (self->measures);
  g_hash_table_unref (self->captures);
  g_hash_table_unref (self->stocks);
  vbet_loop_remove (vbet_io_get_loop (self->io), self->ref);
  g_queue_clear_full (&self->outgoing, outgoing_free);
  close (self->fd);
  g_free (self);
}
