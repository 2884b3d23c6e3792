/* rpc.c - messages and error codes of the engine's JSON-RPC service; see rpc.h. */
#include "config.h"

#include "engine/rpc.h"

#include <gio/gio.h>

#include "base/error.h"

typedef struct {
  gint code;
  VbetErrorCode error;
} CodeRow;

static const CodeRow codes[] = {
  { -32001, VBET_ERROR_FAILED },   { -32002, VBET_ERROR_USAGE },   { -32003, VBET_ERROR_NOT_FOUND },
  { -32004, VBET_ERROR_EXISTS },   { -32005, VBET_ERROR_STATE },   { -32006, VBET_ERROR_HOST },
  { -32007, VBET_ERROR_PROTOCOL }, { -32008, VBET_ERROR_TIMEOUT }, { -32009, VBET_ERROR_CANCELLED },
  { -32010, VBET_ERROR_LANGUAGE },
};

gint
vbet_rpc_code (const GError *error)
{
  if (error->domain == VBET_ERROR)
    for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
      if ((gint)codes[i].error == error->code)
        return codes[i].code;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return -32009;
  return -32001;
}

GError *
vbet_rpc_error (gint code, const char *message)
{
  VbetErrorCode found = VBET_ERROR_FAILED;
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == code)
      found = codes[i].error;
  return g_error_new_literal (VBET_ERROR, (gint)found, message);
}

/* --- messages ------------------------------------------------------------------------------------- */

static void
begin (GVariantDict *message)
{
  g_variant_dict_init (message, NULL);
  g_variant_dict_insert (message, "jsonrpc", "s", "2.0");
}

/* @value: (transfer full), or floating */
static void
insert (GVariantDict *message, const char *key, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_take_ref (value);
  g_variant_dict_insert_value (message, key, owned);
}

GVariant *
vbet_rpc_notification (const char *method, GVariant *params)
{
  GVariantDict message;
  begin (&message);
  g_variant_dict_insert (&message, "method", "s", method);
  insert (&message, "params", params);
  return g_variant_dict_end (&message);
}

GVariant *
vbet_rpc_request (gint64 id, const char *method, GVariant *params)
{
  GVariantDict message;
  begin (&message);
  g_variant_dict_insert (&message, "id", "x", id);
  g_variant_dict_insert (&message, "method", "s", method);
  insert (&message, "params", params);
  return g_variant_dict_end (&message);
}

GVariant *
vbet_rpc_answer (GVariant *id, GVariant *result)
{
  GVariantDict message;
  begin (&message);
  g_variant_dict_insert_value (&message, "id", id);
  insert (&message, "result", result);
  return g_variant_dict_end (&message);
}

GVariant *
vbet_rpc_refusal (GVariant *id, gint code, const char *text)
{
  GVariantDict message, error;
  g_variant_dict_init (&error, NULL);
  g_variant_dict_insert (&error, "code", "i", code);
  g_variant_dict_insert (&error, "message", "s", text);
  begin (&message);
  g_variant_dict_insert_value (&message, "id",
                               id != NULL ? id : g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  g_variant_dict_insert_value (&message, "error", g_variant_dict_end (&error));
  return g_variant_dict_end (&message);
}
