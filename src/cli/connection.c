/* connection.c - vbetctl's use of a running lab; see connection.h. */
#include "config.h"

#include "cli/connection.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/paths.h"
#include "cli/output.h"

#define GONE_SECONDS 10 /* an engine that has answered lab.stop has this long to end */
#define GONE_TICK_MS 5
#define WATCH_MS 500     /* between two looks at an engine that is watched */
#define SILENT_SECONDS 4 /* in which it has to say something */

/* --- connecting ------------------------------------------------------------ */

GPtrArray *
vbet_connection_labs (GError **error)
{
  g_autoptr (GError) failure = NULL;
  /* A folder that somebody else made first is none of ours: no lab runs, and one can be started. */
  if (vbet_paths_check_runtime (NULL, &failure)
      || g_error_matches (failure, VBET_ERROR, VBET_ERROR_NOT_FOUND))
    return vbet_labs_list_sync ();
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

VbetClient *
vbet_connection_open (const char *id, GError **error)
{
  g_autoptr (GError) failure = NULL;
  VbetClient *client = vbet_client_connect_sync (id, &failure);
  if (client != NULL)
    return client;
  if (!g_error_matches (failure, VBET_ERROR, VBET_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  g_autoptr (GPtrArray) labs = vbet_labs_list_sync ();
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < labs->len; i++) {
    const VbetLabInfo *info = g_ptr_array_index (labs, i);
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", info->id);
  }
  if (labs->len == 0)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "No lab “%s” is running; none is (start one with “vbetctl run FILE”)", id);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "No lab “%s” is running; running: %s", id,
                 names->str);
  return NULL;
}

/* --- calls ------------------------------------------------------------------ */

/* Shared by the waiting caller and the pending call, which may outlive it. */
typedef struct {
  gatomicrefcount refs;
  gboolean done;
  GVariant *reply; /* owned */
  GError *error;   /* owned */
} Pending;

/* Two references: the caller's and the call's. */
static Pending *
pending_new (void)
{
  Pending *pending = g_new0 (Pending, 1);
  g_atomic_ref_count_init (&pending->refs);
  g_atomic_ref_count_inc (&pending->refs);
  return pending;
}

static void
pending_unref (Pending *pending)
{
  if (!g_atomic_ref_count_dec (&pending->refs))
    return;
  g_clear_pointer (&pending->reply, g_variant_unref);
  g_clear_error (&pending->error);
  g_free (pending);
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *pending = data;
  pending->reply = vbet_client_call_finish (VBET_CLIENT (source), result, &pending->error);
  pending->done = TRUE;
  pending_unref (pending);
}

/* --- an engine that hangs ---------------------------------------------------- */

/* Asks an engine who it is, again and again, while it has something else to do. */
typedef struct {
  VbetClient *client;
  guint tick;
  Pending *question; /* (nullable) */
  gint64 asked;      /* monotonic, µs */
  gboolean silent;
} Watch;

static gboolean
on_watch (gpointer data)
{
  Watch *self = data;
  gint64 now = g_get_monotonic_time ();
  if (self->question != NULL && !self->question->done) {
    self->silent = now - self->asked >= SILENT_SECONDS * G_USEC_PER_SEC;
    return G_SOURCE_CONTINUE;
  }
  g_clear_pointer (&self->question, pending_unref);
  self->question = pending_new ();
  self->asked = now;
  vbet_client_call_async (self->client, "lab.info", NULL, NULL, on_reply, self->question);
  return G_SOURCE_CONTINUE;
}

static void
watch_begin (Watch *self, VbetClient *client)
{
  *self = (Watch){ .client = client, .tick = g_timeout_add (WATCH_MS, on_watch, self) };
}

static void
watch_end (Watch *self)
{
  g_source_remove (self->tick);
  g_clear_pointer (&self->question, pending_unref);
}

static void
set_interrupted (const VbetInterrupt *interrupt, GError **error)
{
  if (vbet_interrupt_timed_out (interrupt))
    g_set_error (error, VBET_ERROR, VBET_ERROR_TIMEOUT, "Not done when the time given by --timeout was over");
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_CANCELLED, "Interrupted");
}

/* @patience: how many signals end the waiting; @watch: (nullable): tells of an engine that hangs. */
static GVariant *
call (VbetClient *client, const char *method, GVariant *params, const VbetInterrupt *interrupt,
      guint patience, const Watch *watch, GError **error)
{
  if (vbet_interrupt_count (interrupt) >= patience) {
    if (params != NULL)
      g_variant_unref (g_variant_ref_sink (params));
    set_interrupted (interrupt, error);
    return NULL;
  }
  Pending *pending = pending_new ();
  vbet_client_call_async (client, method, params, NULL, on_reply, pending);
  while (!pending->done && vbet_interrupt_count (interrupt) < patience && (watch == NULL || !watch->silent))
    g_main_context_iteration (NULL, TRUE);
  GVariant *reply = g_steal_pointer (&pending->reply);
  if (reply == NULL && pending->error != NULL)
    g_propagate_error (error, g_steal_pointer (&pending->error));
  else if (reply == NULL && watch != NULL && watch->silent)
    g_propagate_error (
        error, vbet_connection_silent_error (vbet_client_get_id (client), vbet_client_get_pid (client)));
  else if (reply == NULL)
    set_interrupted (interrupt, error);
  pending_unref (pending);
  return reply;
}

GVariant *
vbet_connection_call (VbetClient *client, const char *method, GVariant *params,
                      const VbetInterrupt *interrupt, GError **error)
{
  return call (client, method, params, interrupt, 1, NULL, error);
}

GVariant *
vbet_connection_call_watched (VbetClient *client, const char *method, GVariant *params,
                              const VbetInterrupt *interrupt, GError **error)
{
  Watch watch;
  watch_begin (&watch, client);
  GVariant *reply = call (client, method, params, interrupt, 1, &watch, error);
  watch_end (&watch);
  return reply;
}

GError *
vbet_connection_silent_error (const char *lab, gint64 pid)
{
  if (pid <= 0)
    return g_error_new (VBET_ERROR, VBET_ERROR_TIMEOUT, "The lab “%s” does not answer: its engine hangs",
                        lab);
  return g_error_new (VBET_ERROR, VBET_ERROR_TIMEOUT,
                      "The lab “%s” does not answer: its engine hangs. “kill -KILL %" G_GINT64_FORMAT
                      "” ends it, with all that belongs to the lab",
                      lab, pid);
}

/* Returns a better error than @failure if @device is none of the lab's devices, else @failure itself. */
static GError *
explain_device (VbetClient *client, const char *device, GError *failure)
{
  g_autoptr (GVariant) status = vbet_connection_call (client, "lab.status", NULL, NULL, NULL);
  if (status == NULL)
    return failure;
  g_autoptr (GPtrArray) devices = vbet_field_list (status, "devices");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < devices->len; i++) {
    const char *name = vbet_field_text (g_ptr_array_index (devices, i), "name");
    if (strcmp (name, device) == 0)
      return failure;
    g_ptr_array_add (names, (gpointer)name);
  }
  g_ptr_array_add (names, NULL);
  g_error_free (failure);
  const char *meant = vbet_suggest (device, (const char *const *)names->pdata);
  const char *lab = vbet_client_get_id (client);
  if (meant != NULL)
    return g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND,
                        "The lab “%s” has no device “%s”; did you mean “%s”?", lab, device, meant);
  if (names->len == 1)
    return g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND,
                        "The lab “%s” has no device “%s”; it has none at all", lab, device);
  g_autofree char *list = g_strjoinv (", ", (char **)names->pdata);
  return g_error_new (VBET_ERROR, VBET_ERROR_NOT_FOUND, "The lab “%s” has no device “%s”; it has %s", lab,
                      device, list);
}

GVariant *
vbet_connection_call_device (VbetClient *client, const char *method, const char *device, GVariant *params,
                             const VbetInterrupt *interrupt, GError **error)
{
  GVariantDict dict;
  g_autoptr (GVariant) owned = params != NULL ? g_variant_ref_sink (params) : NULL;
  g_variant_dict_init (&dict, owned);
  g_variant_dict_insert (&dict, "device", "s", device);
  GError *failure = NULL;
  GVariant *reply = vbet_connection_call (client, method, g_variant_dict_end (&dict), interrupt, &failure);
  if (reply != NULL)
    return reply;
  if (g_error_matches (failure, VBET_ERROR, VBET_ERROR_NOT_FOUND))
    failure = explain_device (client, device, failure);
  g_propagate_error (error, failure);
  return NULL;
}

/* --- stopping ----------------------------------------------------------------- */

/* Whether process @pid is an engine that has not ended. */
/* Whether @pid is an engine that runs: one that has ended and that nobody waits for, as in a container without an init,
 * is there for ever. */
static gboolean
is_engine (gint64 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/stat", pid);
  g_autofree char *stat = NULL;
  if (pid <= 0 || !g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;
  const char *name = strchr (stat, '('), *state = strrchr (stat, ')');
  return name != NULL && state != NULL && g_str_has_prefix (name, "(vbetd)") && strspn (state, ") ") > 0
         && strchr ("ZX", state[strspn (state, ") ")]) == NULL;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* The engine answers when its guests are gone and then still has to take its folder away and to end. A lab of
 * the same name can only be started after that, so it belongs to stopping. */
static gboolean
wait_gone (const char *id, gint64 pid, const VbetInterrupt *interrupt)
{
  g_autofree char *folder = vbet_paths_lab_dir (id);
  gint64 deadline = g_get_monotonic_time () + GONE_SECONDS * G_USEC_PER_SEC;
  guint tick = g_timeout_add (GONE_TICK_MS, on_tick, NULL);
  gboolean gone = FALSE;
  while (!gone && g_get_monotonic_time () < deadline && vbet_interrupt_count (interrupt) < 2) {
    gone = !g_file_test (folder, G_FILE_TEST_EXISTS) && !is_engine (pid);
    if (!gone)
      g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
  return gone;
}

gboolean
vbet_connection_stop_lab (VbetClient *client, const VbetInterrupt *interrupt, GError **error)
{
  g_autoptr (GError) failure = NULL;
  const char *id = vbet_client_get_id (client);
  Watch watch;
  watch_begin (&watch, client);
  g_autoptr (GVariant) info = call (client, "lab.info", NULL, interrupt, 2, &watch, NULL);
  g_autoptr (GVariant) reply = call (client, "lab.stop", NULL, interrupt, 2, &watch, &failure);
  watch_end (&watch);
  /* The engine may be gone before its answer is read; gone is what was asked for. */
  gboolean stopped = reply != NULL || g_error_matches (failure, VBET_ERROR, VBET_ERROR_PROTOCOL);
  if (stopped && wait_gone (id, vbet_field_integer (info, "pid"), interrupt))
    return TRUE;
  if (vbet_interrupt_count (interrupt) >= 2)
    g_set_error (error, VBET_ERROR, VBET_ERROR_CANCELLED,
                 "Interrupted while the lab was stopping; “vbetctl stop %s” goes on", id);
  else if (stopped)
    g_set_error (error, VBET_ERROR, VBET_ERROR_TIMEOUT,
                 "The lab “%s” is stopped, but its engine (process %" G_GINT64_FORMAT ") does not end", id,
                 vbet_field_integer (info, "pid"));
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- fields of replies ------------------------------------------------------- */

/* Returns the value at @key without the variants around it; NULL if there is none. */
static GVariant *
lookup (GVariant *dict, const char *key)
{
  if (dict == NULL || !g_variant_is_of_type (dict, G_VARIANT_TYPE_VARDICT))
    return NULL;
  GVariant *value = g_variant_lookup_value (dict, key, NULL);
  while (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)) {
    GVariant *inner = g_variant_get_variant (value);
    g_variant_unref (value);
    value = inner;
  }
  return value;
}

const char *
vbet_field_text (GVariant *dict, const char *key)
{
  /* Once @dict is serialized, which this forces, the text lives inside it; before, it would belong to a child
   * value. */
  if (dict != NULL)
    g_variant_get_data (dict);
  g_autoptr (GVariant) value = lookup (dict, key);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return "";
  return g_variant_get_string (value, NULL);
}

double
vbet_field_number (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) value = lookup (dict, key);
  if (value == NULL)
    return 0;
  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_DOUBLE:
    return g_variant_get_double (value);
  case G_VARIANT_CLASS_INT64:
    return (double)g_variant_get_int64 (value);
  case G_VARIANT_CLASS_UINT64:
    return (double)g_variant_get_uint64 (value);
  case G_VARIANT_CLASS_INT32:
    return g_variant_get_int32 (value);
  case G_VARIANT_CLASS_UINT32:
    return g_variant_get_uint32 (value);
  default:
    return 0;
  }
}

gint64
vbet_field_integer (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) value = lookup (dict, key);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_variant_get_int64 (value);
  double number = vbet_field_number (dict, key);
  return number >= -9e18 && number <= 9e18 ? (gint64)number : 0;
}

gboolean
vbet_field_boolean (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) value = lookup (dict, key);
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)
         && g_variant_get_boolean (value);
}

GVariant *
vbet_field_dict (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) value = lookup (dict, key);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return NULL;
  return g_steal_pointer (&value);
}

GPtrArray *
vbet_field_list (GVariant *dict, const char *key)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  g_autoptr (GVariant) value = lookup (dict, key);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return items;
  gsize n = g_variant_n_children (value);
  for (gsize i = 0; i < n; i++) {
    GVariant *item = g_variant_get_child_value (value, i);
    if (g_variant_is_of_type (item, G_VARIANT_TYPE_VARIANT)) {
      GVariant *inner = g_variant_get_variant (item);
      g_variant_unref (item);
      item = inner;
    }
    g_ptr_array_add (items, item);
  }
  return items;
}

GBytes *
vbet_field_bytes (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) value = lookup (dict, key);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_bytes_new (NULL, 0);
  gsize size;
  guchar *data = g_base64_decode (g_variant_get_string (value, NULL), &size);
  return g_bytes_new_take (data, size);
}

char *
vbet_json_text (GVariant *value)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (value);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, TRUE);
  g_autofree char *text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
}
