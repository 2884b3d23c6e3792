/* rpc.h - what both ends of the engine's JSON-RPC service share: error codes.
 *
 * The method reference is vbetd(8).
 */
#pragma once

#include <glib.h>

/** vbet_rpc_code: Returns: the JSON-RPC error code that stands for @error (any domain; unknown ones are "failed"). */
gint vbet_rpc_code (const GError *error);

/** vbet_rpc_error: Returns: (transfer full): the VBET_ERROR of a reply with @code and @message. */
GError *vbet_rpc_error (gint code, const char *message);
