/* rpc-json.h - JSON of the RPC, from hostile text into a GVariant and back.
 *
 * The types are those of json-glib's json_gvariant_deserialize(): an object is
 * a{sv}, an array av, a text s, a whole number x, another number d, true and
 * false b, null mv. json-glib itself would take a quarter of a second for the largest
 * message, in which the engine answers nobody, and twice its size; this reader looks at each byte once,
 * counts while it reads, and lets long texts lie where they are. Pure.
 */
#pragma once

#include <glib.h>

#define VBET_RPC_DEPTH_MAX 32 /* levels of objects and arrays */

/**
 * vbet_rpc_json_read:
 * @text: one value of JSON (RFC 8259) with nothing behind it; the bytes may be changed
 * @values_max: how many values there may be, members and items of all levels together
 *
 * Of members of one name the first counts. A text with a NUL in it ("\u0000"),
 * which a GVariant cannot hold, is an error, as is nesting beyond VBET_RPC_DEPTH_MAX.
 *
 * Returns: (transfer full) (nullable): not floating; it may keep @text alive. NULL with @error
 * (VBET_ERROR_PROTOCOL), which names the place as a byte's number.
 */
GVariant *vbet_rpc_json_read (GBytes *text, guint values_max, GError **error);

/**
 * vbet_rpc_json_write: appends @value as JSON. Arrays of dictionary entries are objects when their keys are
 * texts, other containers arrays; nothing of a maybe, and numbers that JSON lacks, are null.
 */
void vbet_rpc_json_write (GVariant *value, GString *out);
