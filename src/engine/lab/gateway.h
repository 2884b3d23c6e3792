/* gateway.h - the process behind one gateway of a lab: vbet-nat, see nat/nat.h.
 *
 * Starts it with its options, reads what it tells, and starts it again when it
 * dies, less and less often; after five deaths within ten seconds it is given
 * up. What it gave by DHCP is told to the next. Each process has a new socket pair; the end for the switch is
 * kept here.
 */
#pragma once

#include <gio/gio.h>

typedef struct VbetGateway VbetGateway;

typedef struct {
  /* A new process is there, or none any more: vbet_gateway_get_fd(), _get_pid() and _get_reason() have
   * changed. */
  void (*changed) (VbetGateway *gateway, gpointer user_data);
  /* Something of the options cannot be done, found out after the start; one sentence. */
  void (*problem) (VbetGateway *gateway, const char *message, gpointer user_data);
  /* The process made the system call @call, which it may not. */
  void (*denied) (VbetGateway *gateway, const char *call, gpointer user_data);
} VbetGatewayCallbacks;

/** VbetGatewayDone: called exactly once; @error: (nullable) (transfer full): also when it works, but not all
 * of it. */
typedef void (*VbetGatewayDone) (gpointer data, GError *error);

/** vbet_gateway_new: nothing runs yet. @program: path of vbet-nat (may be /proc/self/fd/N). */
VbetGateway *vbet_gateway_new (const char *program, const VbetGatewayCallbacks *callbacks,
                               gpointer user_data);
/** vbet_gateway_free: kills the process; a start under way is told so. NULL is ignored. */
void vbet_gateway_free (VbetGateway *self);

/**
 * vbet_gateway_run:
 * @options: (transfer full) (array zero-terminated=1): arguments of vbet-nat
 *
 * Runs it with @options, in the place of a process that has others. One that works and has these already
 * stays.
 */
void vbet_gateway_run (VbetGateway *self, char **options, VbetGatewayDone done, gpointer data);

/** vbet_gateway_get_fd: Returns: the end for the switch, borrowed; -1: none. */
int vbet_gateway_get_fd (const VbetGateway *self);
/** vbet_gateway_get_pid: Returns: 0 when it does not run. */
GPid vbet_gateway_get_pid (const VbetGateway *self);
/** vbet_gateway_get_restarts: Returns: how often it was started again after a death. */
guint vbet_gateway_get_restarts (const VbetGateway *self);
/** vbet_gateway_get_reason: (transfer none) (nullable): why it does not run, one sentence. */
const char *vbet_gateway_get_reason (const VbetGateway *self);
/** vbet_gateway_get_layers: (transfer none) (nullable): layers of confinement that hold. */
const char *const *vbet_gateway_get_layers (const VbetGateway *self);
/** vbet_gateway_get_options: (transfer none) (nullable): what it was started with. */
const char *const *vbet_gateway_get_options (const VbetGateway *self);
/** vbet_gateway_get_leases: (transfer none) (element-type utf8 utf8): MAC → address, of all by DHCP. */
GHashTable *vbet_gateway_get_leases (const VbetGateway *self);
/** vbet_gateway_get_lease: @mac: as 02-00-00-00-00-01. Returns: (transfer none) (nullable): the address it
 * has by DHCP. */
const char *vbet_gateway_get_lease (const VbetGateway *self, const char *mac);
