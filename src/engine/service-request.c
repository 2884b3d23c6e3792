/* service-request.c - answers to requests, and their parameters; see service-private.h. */
#include "config.h"

#include "engine/service-private.h"

#include "base/error.h"
#include "engine/rpc.h"

/* --- answers ---------------------------------------------------------------------- */

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  /* A client that went away does not miss its answer. */
  if (!jsonrpc_client_reply_finish (JSONRPC_CLIENT (source), result, &error))
    g_debug ("reply not sent: %s", error->message);
}

void
_vbet_request_free (VbetRequest *request)
{
  if (request->timeout != 0)
    g_source_remove (request->timeout);
  if (request->stream != NULL)
    g_hash_table_remove (request->service->streams, request->stream);
  g_clear_object (&request->cancellable);
  g_clear_pointer (&request->params, g_variant_unref);
  g_clear_pointer (&request->id, g_variant_unref);
  g_object_unref (request->client);
  g_object_unref (request->service);
  g_free (request->stream);
  g_free (request);
}

/* Answers with @result (consumed when floating) and ends @request. */
void
_vbet_request_answer (VbetRequest *request, GVariant *result)
{
  g_autoptr (GVariant) owned = g_variant_take_ref (result);
  jsonrpc_client_reply_async (request->client, request->id, owned, NULL, on_sent, NULL);
  _vbet_request_free (request);
}

void
_vbet_request_answer_nothing (VbetRequest *request)
{
  _vbet_request_answer (request, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
}

static void
on_error_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  if (!jsonrpc_client_reply_error_finish (JSONRPC_CLIENT (source), result, &error))
    g_debug ("error not sent: %s", error->message);
}

/* Answers with @error (consumed) and ends @request. */
void
_vbet_request_refuse (VbetRequest *request, GError *error)
{
  jsonrpc_client_reply_error_async (request->client, request->id, vbet_rpc_code (error), error->message, NULL,
                                    on_error_sent, NULL);
  g_error_free (error);
  _vbet_request_free (request);
}

/* --- parameters ---------------------------------------------------------------------- */

/* A string parameter, or NULL after having refused @request. */
char *
_vbet_request_text (VbetRequest *request, const char *key)
{
  char *value = NULL;
  if (!g_variant_lookup (request->params, key, "s", &value))
    _vbet_request_refuse (
        request, g_error_new (VBET_ERROR, VBET_ERROR_USAGE, "The parameter “%s” is missing or no text", key));
  return value;
}

double
_vbet_request_number (GVariant *params, const char *key, double fallback)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (params, key, NULL);
  if (value == NULL)
    return fallback;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return (double)g_variant_get_int64 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_variant_get_double (value);
  return fallback;
}

gboolean
_vbet_request_flag (GVariant *params, const char *key, gboolean fallback)
{
  gboolean value = fallback;
  g_variant_lookup (params, key, "b", &value);
  return value;
}

/* The guest a request is about, or NULL after having refused @request. */
VbetGuest *
_vbet_request_guest (VbetRequest *request)
{
  GError *error = NULL;
  g_autofree char *device = _vbet_request_text (request, "device");
  if (device == NULL)
    return NULL;
  VbetGuest *guest = vbet_lab_guest (request->service->lab, device, &error);
  if (guest == NULL)
    _vbet_request_refuse (request, error);
  return guest;
}

void
_vbet_request_on_lab_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetRequest *request = data;
  GError *error = NULL;
  GVariant *reply = vbet_lab_finish (VBET_LAB (source), result, &error);
  if (reply != NULL)
    _vbet_request_answer (request, reply);
  else
    _vbet_request_refuse (request, error);
}
