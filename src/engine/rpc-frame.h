/* rpc-frame.h - the framing of the RPC: "Content-Length: BYTES", an empty line, that many bytes of JSON.
 *
 * Bytes in, messages out, nothing else: the decoder holds one message at most
 * and tells its caller how much of a piece belongs to it, so that what comes
 * behind can stay where it is. The other end is taken for hostile. Pure.
 */
#pragma once

#include <glib.h>

#define VBET_RPC_HEADER_MAX 1024 /* bytes of all header lines of a message, with the empty one */

typedef struct VbetRpcDecoder VbetRpcDecoder;

/** vbet_rpc_decoder_new: @message_max: bytes of JSON that a message may have. */
VbetRpcDecoder *vbet_rpc_decoder_new (gsize message_max);
/** vbet_rpc_decoder_free: @self: (nullable) */
void vbet_rpc_decoder_free (VbetRpcDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetRpcDecoder, vbet_rpc_decoder_free)

/**
 * vbet_rpc_decoder_push:
 * @data: (array length=size): what has come, split anywhere
 *
 * Takes bytes up to the end of the header, then, when called again, up to the
 * end of the message. Header lines other than Content-Length are passed over.
 *
 * Returns: how many bytes were taken, from the first: 0 only when @size is 0 or a message waits to be taken;
 * -1 with @error (VBET_ERROR_PROTOCOL) when no message can begin so: nothing may be pushed after that.
 */
gssize vbet_rpc_decoder_push (VbetRpcDecoder *self, const guint8 *data, gsize size, GError **error);

/** vbet_rpc_decoder_has_begun: whether part of a message, or a whole one, was pushed and not taken. */
gboolean vbet_rpc_decoder_has_begun (const VbetRpcDecoder *self);

/** vbet_rpc_decoder_get_size: Returns: bytes of JSON that the header announced; 0 while it is not complete.
 */
gsize vbet_rpc_decoder_get_size (const VbetRpcDecoder *self);

/** vbet_rpc_decoder_get_missing: Returns: bytes of JSON that are still to come; 0 while the header is not
 * complete. */
gsize vbet_rpc_decoder_get_missing (const VbetRpcDecoder *self);

/** vbet_rpc_decoder_take: Returns: (transfer full) (nullable): the JSON of the message when it is complete.
 */
GBytes *vbet_rpc_decoder_take (VbetRpcDecoder *self);

/** vbet_rpc_frame: Returns: (transfer full): @message as JSON behind its header. */
GBytes *vbet_rpc_frame (GVariant *message);
