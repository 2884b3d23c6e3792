/* rpc.h - what both ends of the engine's JSON-RPC 2.0 service share: its messages and error codes.
 *
 * The method reference is vbetd(8).
 */
#pragma once

#include <glib.h>

/* Codes of JSON-RPC's own. */
#define VBET_RPC_PARSE_ERROR (-32700)
#define VBET_RPC_INVALID_REQUEST (-32600)
#define VBET_RPC_NO_METHOD (-32601)

/** vbet_rpc_code: Returns: the JSON-RPC error code that stands for @error (any domain; unknown ones are "failed"). */
gint vbet_rpc_code (const GError *error);

/** vbet_rpc_error: Returns: (transfer full): the VBET_ERROR of a reply with @code and @message. */
GError *vbet_rpc_error (gint code, const char *message);

/* Messages: a{sv}, floating. @params and @result: (transfer full), or floating. */
/** vbet_rpc_request: @params: a{sv} */
GVariant *vbet_rpc_request (gint64 id, const char *method, GVariant *params);
/** vbet_rpc_notification: @params: a{sv} */
GVariant *vbet_rpc_notification (const char *method, GVariant *params);
/** vbet_rpc_answer: @id: (transfer none): as it came in the request */
GVariant *vbet_rpc_answer (GVariant *id, GVariant *result);
/** vbet_rpc_refusal: @id: (nullable): likewise; NULL: nobody knows which request it was */
GVariant *vbet_rpc_refusal (GVariant *id, gint code, const char *message);
