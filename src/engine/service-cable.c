/* service-cable.c - methods of one cable: capture.*, cable.*; see service-private.h. */
#include "config.h"

#include "engine/service-private.h"

#include "base/error.h"
#include "engine/rpc.h"

#define MEASURE_COUNT_MAX 100000
#define MEASURE_SECONDS_MAX 3600
#define FILTER_MAX (4 * 256) /* numbers of a capture's filter */

/* --- capture.* ------------------------------------------------------------------------------------- */

/* The instructions in "filter"; NULL with @error when they are no numbers. */
static GArray *
read_filter (GVariant *list, GError **error)
{
  g_autoptr (GArray) filter = g_array_new (FALSE, FALSE, sizeof (guint32));
  gsize length = g_variant_is_of_type (list, G_VARIANT_TYPE_ARRAY) ? g_variant_n_children (list) : 0;
  gboolean ok = length > 0 && length % 4 == 0 && length <= FILTER_MAX;
  for (gsize i = 0; ok && i < length; i++) {
    g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) value = g_variant_is_of_type (one, G_VARIANT_TYPE_VARIANT)
                                     ? g_variant_get_variant (one)
                                     : g_variant_ref (one);
    ok = g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) && g_variant_get_int64 (value) >= 0
         && g_variant_get_int64 (value) <= G_MAXUINT32;
    guint32 number = ok ? (guint32)g_variant_get_int64 (value) : 0;
    g_array_append_val (filter, number);
  }
  if (ok)
    return g_steal_pointer (&filter);
  g_set_error_literal (
      error, VBET_ERROR, VBET_ERROR_USAGE,
      "“filter” is a program of BPF: code, jt, jf and k of at most 256 instructions, as numbers");
  return NULL;
}

static void
handle_capture_start (VbetRequest *request)
{
  GError *error = NULL;
  g_autofree char *end = NULL;
  g_autofree char *cable = _vbet_request_text (request, "cable");
  if (cable == NULL)
    return;
  g_autoptr (GVariant) list = g_variant_lookup_value (request->params, "filter", NULL);
  g_autoptr (GArray) filter = list != NULL ? read_filter (list, &error) : NULL;
  if (error != NULL) {
    _vbet_request_refuse (request, error);
    return;
  }
  g_variant_lookup (request->params, "end", "s", &end);
  double snaplen = _vbet_request_number (request->params, "snaplen", 0);
  VbetLabCaptureOptions options = {
    .cable = cable,
    .end = end,
    .both = _vbet_request_flag (request->params, "both", FALSE),
    .snaplen = snaplen >= 1 && snaplen <= 65535 ? (guint)snaplen : 0,
    .filter = filter,
  };
  GVariant *capture = vbet_lab_capture_start (request->service->lab, &options, &error);
  if (capture != NULL)
    _vbet_request_answer (request, capture);
  else
    _vbet_request_refuse (request, error);
}

static void
handle_capture_stop (VbetRequest *request)
{
  GError *error = NULL;
  double number = _vbet_request_number (request->params, "capture", 0);
  if (vbet_lab_capture_stop (request->service->lab, number > 0 && number < 4e9 ? (guint)number : 0, &error))
    _vbet_request_answer_nothing (request);
  else
    _vbet_request_refuse (request, error);
}

/* --- cable.* --------------------------------------------------------------------------------------- */

static void
on_measuring (double share, double duration, gpointer data)
{
  VbetRequest *request = data;
  GVariantDict dict;
  g_variant_dict_init (&dict, request->params);
  g_variant_dict_insert (&dict, "share", "d", share);
  g_variant_dict_insert (&dict, "seconds", "d", duration / 1e9);
  vbet_peer_send (request->client, vbet_rpc_notification ("cable.measuring", g_variant_dict_end (&dict)));
}

static void
handle_measure (VbetRequest *request)
{
  g_autofree char *cable = _vbet_request_text (request, "cable");
  if (cable == NULL)
    return;
  double count = _vbet_request_number (request->params, "count", 0);
  double seconds = _vbet_request_number (request->params, "seconds", 0);
  if (!(count >= 0 && count <= MEASURE_COUNT_MAX && seconds >= 0 && seconds <= MEASURE_SECONDS_MAX)) {
    _vbet_request_refuse (request, g_error_new (VBET_ERROR, VBET_ERROR_USAGE,
                                                "“count” is a number up to %d, “seconds” one up to %d",
                                                MEASURE_COUNT_MAX, MEASURE_SECONDS_MAX));
    return;
  }
  VbetLabMeasureOptions options = {
    .cable = cable,
    .count = (guint)count,
    .seconds = seconds,
    .measuring = on_measuring,
    .measuring_data = request,
  };
  vbet_lab_measure_async (request->service->lab, &options, request->cancellable, _vbet_request_on_lab_answer,
                          request);
}

static void
handle_measure_cancel (VbetRequest *request)
{
  GError *error = NULL;
  g_autofree char *cable = _vbet_request_text (request, "cable");
  if (cable == NULL)
    return;
  if (vbet_lab_measure_cancel (request->service->lab, cable, &error))
    _vbet_request_answer_nothing (request);
  else
    _vbet_request_refuse (request, error);
}

const VbetMethod _vbet_service_cable_methods[] = {
  { "capture.start", handle_capture_start, VBET_METHOD_AT_ONCE },
  { "capture.stop", handle_capture_stop, VBET_METHOD_AT_ONCE },
  { "cable.measure", handle_measure },
  { "cable.measure-cancel", handle_measure_cancel, VBET_METHOD_AT_ONCE },
  { NULL },
};
