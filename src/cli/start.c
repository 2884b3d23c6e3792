/* start.c - starting a lab from a file; see start.h. */
#include "config.h"

#include "cli/start.h"

#include <string.h>

#include "base/error.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/progress.h"

static GVariant *
apply (VbetClient *client, const VbetLabFile *file, VbetInterrupt *interrupt, GError **error)
{
  GVariantDict params;
  g_autofree char *path = g_utf8_make_valid (file->path, -1);
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "text", "s", file->text);
  g_variant_dict_insert (&params, "path", "s", path);
  g_variant_dict_insert (&params, "wait", "b", TRUE);
  return vbet_connection_call (client, "lab.apply", g_variant_dict_end (&params), interrupt, error);
}

static void
add_failed_calls (GPtrArray *failures, GVariant *reply)
{
  g_autoptr (GPtrArray) calls = vbet_field_list (reply, "calls");
  for (guint i = 0; i < calls->len; i++) {
    GVariant *call = g_ptr_array_index (calls, i);
    if (strcmp (vbet_field_text (call, "state"), "failed") == 0)
      g_ptr_array_add (failures, g_strdup_printf ("%s failed: %s", vbet_field_text (call, "text"),
                                                  vbet_field_text (call, "error")));
  }
}

/* Whether one of the failures already tells of @device or gives its reason. */
static gboolean
is_told (GPtrArray *failures, const char *device, const char *reason)
{
  for (guint i = 0; i < failures->len; i++) {
    const char *failure = g_ptr_array_index (failures, i);
    g_autofree char *start = g_strdup_printf ("start(%s) failed", device);
    if (g_str_has_prefix (failure, start) && (*reason == '\0' || strstr (failure, reason) != NULL))
      return TRUE;
  }
  return FALSE;
}

static void
add_failed_devices (GPtrArray *failures, VbetClient *client)
{
  g_autoptr (GVariant) status = vbet_connection_call (client, "lab.status", NULL, NULL, NULL);
  g_autoptr (GPtrArray) devices = vbet_field_list (status, "devices");
  for (guint i = 0; i < devices->len; i++) {
    GVariant *device = g_ptr_array_index (devices, i);
    const char *name = vbet_field_text (device, "name");
    const char *reason = vbet_field_text (device, "error");
    if (strcmp (vbet_field_text (device, "state"), "failed") == 0 && !is_told (failures, name, reason))
      g_ptr_array_add (failures,
                       g_strdup_printf ("%s failed: %s", name, *reason != '\0' ? reason : "no reason given"));
  }
}

VbetClient *
vbet_start_lab (const VbetLabFile *file, const char *id, const char *prefix, gboolean isolated,
                gboolean quiet, VbetInterrupt *interrupt, GPtrArray **ret_failures, GError **error)
{
  VbetLaunchOptions options = {
    .id = id, .name = file->name, .path = *file->path != '\0' ? file->path : NULL, .isolated = isolated
  };
  *ret_failures = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (VbetClient) client = vbet_client_launch_sync (&options, error);
  if (client == NULL)
    return NULL;
  VbetProgress *progress = quiet ? NULL : vbet_progress_new (client, file->topology, prefix);
  g_autoptr (GVariant) reply = apply (client, file, interrupt, error);
  vbet_progress_free (progress);
  if (reply == NULL) {
    /* The reason is already in @error. */
    vbet_connection_stop_lab (client, interrupt, NULL);
    return NULL;
  }
  add_failed_calls (*ret_failures, reply);
  add_failed_devices (*ret_failures, client);
  return g_steal_pointer (&client);
}
