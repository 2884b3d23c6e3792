/* control-message.h - one command of the engine, from JSON to a checked structure.
 *
 * Only bytes in and a structure out: the parser is fuzzed. control.h has the
 * protocol.
 */
#pragma once

#include <glib.h>

#include "switch/capture.h"
#include "switch/core/far-end.h"
#include "switch/fabric.h"

#define VBET_CONTROL_MESSAGE_MAX 16384 /* bytes of a command */

typedef enum {
  VBET_CONTROL_ADD_BRIDGE,
  VBET_CONTROL_SET_BRIDGE,
  VBET_CONTROL_REMOVE_BRIDGE,
  VBET_CONTROL_ADD_PORT,
  VBET_CONTROL_CONNECT_PORT,
  VBET_CONTROL_REPLAY_PORT,
  VBET_CONTROL_SET_LINK,
  VBET_CONTROL_SET_PORT,
  VBET_CONTROL_REMOVE_PORT,
  VBET_CONTROL_ADD_STOCK,
  VBET_CONTROL_REMOVE_STOCK,
  VBET_CONTROL_ADD_CABLE,
  VBET_CONTROL_SET_CABLE,
  VBET_CONTROL_REMOVE_CABLE,
  VBET_CONTROL_IDENTIFY,
  VBET_CONTROL_ADD_CAPTURE,
  VBET_CONTROL_REMOVE_CAPTURE,
  VBET_CONTROL_MEASURE,
  VBET_CONTROL_CANCEL_MEASURE,
  VBET_CONTROL_STATE,
  VBET_CONTROL_SYNC,
  VBET_CONTROL_QUIT,
} VbetControlOp;

typedef struct {
  char *device;
  guint nic; /* 0: missing or out of range */
} VbetControlEnd;

/* Members a command does not have are NULL, 0 or the default. */
typedef struct {
  VbetControlOp op;
  gint64 id;
  char *bridge;
  const VbetRelayClass *relay; /* (nullable): of add-bridge; NULL: it names none that there is */
  VbetFabricBridgeSettings bridge_settings;
  guint vlan;         /* of a switch's port */
  VbetVlanSet trunk;  /* likewise */
  guint32 cost;       /* likewise; 0: by the cable's rate */
  gboolean isolated;  /* likewise */
  VbetControlEnd end; /* "device" and "nic" */
  gboolean guest;     /* of add-port: a guest's NIC, else a port of @bridge */
  guint mtu;          /* bytes; default 1500 */
  guint64 serial;
  gboolean vhost;   /* of connect-port: by vhost-user */
  gboolean udp;     /* of connect-port: a UDP socket */
  gint64 vni;       /* likewise; -1: no VXLAN */
  guint64 mac;      /* likewise */
  gboolean carrier; /* likewise, and of set-link; default TRUE */
  guint speed;      /* of connect-port by vhost-user and of set-link: Mbit/s; default 10000 */
  gboolean resumed; /* of connect-port by vhost-user */
  guint replays;    /* likewise */
  guint8 *message;  /* of replay-port; of connect-port: "to", a socket address */
  gsize message_size;
  char *cable;
  VbetControlEnd ends[2];
  VbetCableSettings settings;  /* of a cable; default: perfect */
  VbetCaptureSettings capture; /* of add-capture */
  VbetProbeWish wish;          /* of measure */
  VbetFarIdentity identity;    /* of identify */
  gboolean invalid;            /* settings, VLANs or the identity make no sense */
} VbetControlCommand;

/**
 * vbet_control_command_parse:
 * @data: (array length=size): a JSON object, not terminated
 * @ret_id: the command's id as far as it could be read, else 0; set on failure too, so that it can be
 * answered
 * @ret_error: (transfer full): one sentence on failure
 *
 * Returns: (transfer full) (nullable): the command.
 */
VbetControlCommand *vbet_control_command_parse (const char *data, gsize size, gint64 *ret_id,
                                                char **ret_error);
/** vbet_control_command_free: @self: (nullable) */
void vbet_control_command_free (VbetControlCommand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetControlCommand, vbet_control_command_free)
