/* service-request.c - answers to requests, and their parameters; see service-private.h. */
#include "config.h"

#include "engine/service-private.h"

#include "base/error.h"
#include "engine/rpc.h"

/* --- answers ---------------------------------------------------------------------- */

void
_vbet_request_free (VbetRequest *request)
{
  _vbet_service_forget (request->service, request);
  vbet_rpc_server_end_request (request->service->server, request->client);
  _vbet_request_release (request);
  if (request->timeout != 0)
    g_source_remove (request->timeout);
  for (int i = 0; i < 2; i++)
    g_clear_pointer (&request->collected[i], _vbet_collected_free);
  g_clear_error (&request->failure);
  g_clear_object (&request->guest);
  g_clear_object (&request->cancellable);
  g_clear_pointer (&request->params, g_variant_unref);
  g_clear_pointer (&request->id, g_variant_unref);
  g_object_unref (request->client);
  g_object_unref (request->service);
  g_free (request->stream);
  g_free (request);
}

/* Answers with @result (transfer full, or floating) and ends @request. */
void
_vbet_request_answer (VbetRequest *request, GVariant *result)
{
  vbet_peer_send (request->client, vbet_rpc_answer (request->id, result));
  _vbet_request_free (request);
}

void
_vbet_request_answer_nothing (VbetRequest *request)
{
  _vbet_request_answer (request, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
}

/* Answers with @error (consumed) and ends @request. */
void
_vbet_request_refuse (VbetRequest *request, GError *error)
{
  vbet_peer_send (request->client, vbet_rpc_refusal (request->id, vbet_rpc_code (error), error->message));
  g_error_free (error);
  _vbet_request_free (request);
}

/* --- what is kept -------------------------------------------------------------------- */

GError *
_vbet_request_no_room (void)
{
  return g_error_new (
      VBET_ERROR, VBET_ERROR_STATE,
      "The engine keeps %d MiB for requests already, as much as it may; ask again when one of them is "
      "answered",
      VBET_RPC_HELD_MAX / 1024 / 1024);
}

gboolean
_vbet_request_hold (VbetRequest *request, gsize size)
{
  if (!vbet_room_take (request->service->held, size))
    return FALSE;
  request->held += size;
  return TRUE;
}

void
_vbet_request_release (VbetRequest *request)
{
  vbet_room_give (request->service->held, request->held);
  request->held = 0;
  g_clear_pointer (&request->params, g_variant_unref);
  request->params = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
}

/* --- parameters ---------------------------------------------------------------------- */

/* A string parameter, or NULL after having refused @request. */
char *
_vbet_request_text (VbetRequest *request, const char *key)
{
  /* Not g_variant_lookup(), which copies everything, the longest text included. */
  g_autoptr (GVariant) value = g_variant_lookup_value (request->params, key, G_VARIANT_TYPE_STRING);
  if (value != NULL)
    return g_variant_dup_string (value, NULL);
  _vbet_request_refuse (
      request, g_error_new (VBET_ERROR, VBET_ERROR_USAGE, "The parameter “%s” is missing or no text", key));
  return NULL;
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
  g_autoptr (GVariant) value = g_variant_lookup_value (params, key, G_VARIANT_TYPE_BOOLEAN);
  return value != NULL ? g_variant_get_boolean (value) : fallback;
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
