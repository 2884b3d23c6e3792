/* service.h - the engine's JSON-RPC service on the lab's unix socket; see vbetd(8) for every method. */
#pragma once

#include "engine/lab/lab.h"

#define VBET_TYPE_SERVICE (vbet_service_get_type ())
G_DECLARE_FINAL_TYPE (VbetService, vbet_service, VBET, SERVICE, GObject)

/* Signals: "finished" (): a client stopped the lab and has its answer; the process may end. */

/** vbet_service_new: listens on @socket_path, mode 0600; serves while the object lives. */
VbetService *vbet_service_new (VbetLab *lab, const char *socket_path, GError **error);

/** vbet_service_has_clients: whether anyone is connected. */
gboolean vbet_service_has_clients (VbetService *self);
