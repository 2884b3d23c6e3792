/* service-lab.c - methods of the whole lab: lab.*, call.*; see service-private.h. */
#include "config.h"

#include "engine/service-private.h"

#include "base/error.h"

static void
handle_info (VbetRequest *request)
{
  _vbet_request_answer (request, vbet_lab_info (request->service->lab));
}

static void
handle_apply (VbetRequest *request)
{
  g_autofree char *path = NULL;
  g_autofree char *text = _vbet_request_text (request, "text");
  if (text == NULL)
    return;
  g_variant_lookup (request->params, "path", "s", &path);
  vbet_lab_apply_async (request->service->lab, text, path, _vbet_request_flag (request->params, "wait", TRUE),
                        _vbet_request_on_lab_answer, request);
}

static void
handle_text (VbetRequest *request)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "text", "s", vbet_lab_get_text (request->service->lab));
  g_variant_dict_insert (&dict, "path", "s", vbet_lab_get_path (request->service->lab));
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

static void
handle_status (VbetRequest *request)
{
  vbet_lab_status_async (request->service->lab, _vbet_request_on_lab_answer, request);
}

static void
handle_device_status (VbetRequest *request)
{
  g_autofree char *device = _vbet_request_text (request, "device");
  if (device != NULL)
    vbet_lab_device_status_async (request->service->lab, device, _vbet_request_on_lab_answer, request);
}

static void
handle_counters (VbetRequest *request)
{
  vbet_lab_counters_async (request->service->lab, _vbet_request_flag (request->params, "usage", FALSE),
                           _vbet_request_on_lab_answer, request);
}

static void
handle_calls (VbetRequest *request)
{
  GVariantDict dict;
  double since = _vbet_request_number (request->params, "since", 0);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (
      &dict, "calls", vbet_lab_calls (request->service->lab, since > 0 && since < 4e9 ? (guint)since : 0));
  _vbet_request_answer (request, g_variant_dict_end (&dict));
}

static void
handle_call (VbetRequest *request)
{
  g_autofree char *text = _vbet_request_text (request, "text");
  if (text != NULL)
    vbet_lab_call_async (request->service->lab, text, _vbet_request_on_lab_answer, request);
}

static void
handle_steps (VbetRequest *request)
{
  _vbet_request_answer (request, vbet_lab_steps (request->service->lab));
}

static void
handle_step (VbetRequest *request)
{
  double index = _vbet_request_number (request->params, "index", 0);
  vbet_lab_step_async (request->service->lab, index > 0 && index < 1e6 ? (guint)index : 0,
                       _vbet_request_on_lab_answer, request);
}

static void
handle_step_cancel (VbetRequest *request)
{
  GError *error = NULL;
  if (vbet_lab_step_cancel (request->service->lab, &error))
    _vbet_request_answer_nothing (request);
  else
    _vbet_request_refuse (request, error);
}

static void
handle_retry (VbetRequest *request)
{
  double number = _vbet_request_number (request->params, "number", 0);
  vbet_lab_retry_async (request->service->lab, number > 0 && number < 4e9 ? (guint)number : 0,
                        _vbet_request_on_lab_answer, request);
}

static void
handle_checks (VbetRequest *request)
{
  vbet_lab_checks_async (request->service->lab, _vbet_request_on_lab_answer, request);
}

static void
on_lab_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetRequest *request = data;
  g_autoptr (VbetService) service = g_object_ref (request->service);
  g_autoptr (VbetPeer) client = g_object_ref (request->client);
  vbet_lab_stop_finish (VBET_LAB (source), result, NULL);
  _vbet_request_answer_nothing (request);
  _vbet_service_finish_after (service, client);
}

static void
handle_stop (VbetRequest *request)
{
  _vbet_service_notify (request->service, "lab.stopping",
                        g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  vbet_lab_stop_async (request->service->lab, on_lab_stopped, request);
}

const VbetMethod _vbet_service_lab_methods[] = {
  { "lab.info", handle_info, VBET_METHOD_AT_ONCE },
  { "lab.apply", handle_apply },
  { "lab.text", handle_text, VBET_METHOD_AT_ONCE },
  { "lab.status", handle_status, VBET_METHOD_COSTLY },
  { "lab.counters", handle_counters, VBET_METHOD_COSTLY },
  { "lab.calls", handle_calls, VBET_METHOD_AT_ONCE },
  { "lab.call", handle_call },
  { "lab.steps", handle_steps, VBET_METHOD_AT_ONCE },
  { "lab.step", handle_step },
  { "lab.step-cancel", handle_step_cancel, VBET_METHOD_AT_ONCE },
  { "lab.checks", handle_checks },
  { "call.retry", handle_retry },
  { "lab.stop", handle_stop },
  { "device.status", handle_device_status, VBET_METHOD_COSTLY },
  { NULL },
};
