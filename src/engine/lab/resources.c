/* resources.c - the resources of one guest, as the host and as the guest sees them.
 *
 * The host's figures come from /proc and from the switch process; the guest's
 * from one command that the agent runs in it. Whatever cannot be had in time
 * is left out: a guest that hangs still has the host's figures.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <sys/stat.h>

#include "base/error.h"
#include "engine/guest/figures.h"
#include "engine/host/process.h"

#define PATIENCE_MS 3000

/* One question that is being answered. */
typedef struct {
  VbetLab *lab; /* held by the task */
  char *device;
  GString *said; /* by the guest */
  GCancellable *cancellable;
  guint timer;
  gint64 asked; /* µs since 1970, when the guest was asked … */
  gint64 answered;
  gboolean has_figures;
  VbetGuestFigures figures;
  char *error; /* (nullable): why the guest said nothing */
} Question;

static void
question_free (Question *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->cancellable);
  g_string_free (self->said, TRUE);
  g_free (self->device);
  g_free (self->error);
  g_free (self);
}

/* --- the host's side ------------------------------------------------------------------- */

static void
insert_file (GVariantDict *dict, const char *key, const char *path)
{
  struct stat status;
  GVariantDict file;
  if (path == NULL || stat (path, &status) != 0)
    return;
  g_variant_dict_init (&file, NULL);
  g_variant_dict_insert (&file, "path", "s", path);
  g_variant_dict_insert (&file, "size", "x", (gint64)status.st_size);
  g_variant_dict_insert (&file, "allocated", "x", (gint64)status.st_blocks * 512);
  g_variant_dict_insert_value (dict, key, g_variant_dict_end (&file));
}

/* The moment at which the guest read its clock, in seconds since 1970: some time between question and answer.
 */
static double
moment_of (const Question *question)
{
  return question->has_figures ? (double)(question->asked + question->answered) / 2e6
                               : (double)g_get_real_time () / 1e6;
}

static GVariant *
host_side (const Question *question, VbetGuest *guest)
{
  GVariantDict dict;
  VbetGuestUsage usage = { 0 };
  VbetMemoryFile file = { 0 };
  const VbetGuestConfig *config = vbet_guest_get_config (guest);
  gboolean on = vbet_guest_get_usage (guest, &usage);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "uptime", "d", vbet_guest_get_uptime (guest));
  g_variant_dict_insert (&dict, "clock", "d", moment_of (question));
  g_variant_dict_insert (&dict, "processes", "x", (gint64)usage.processes);
  g_variant_dict_insert (&dict, "memory", "x", (gint64)usage.memory);
  g_variant_dict_insert (&dict, "cpu", "d", usage.cpu_seconds);
  if (on && vbet_usage_of_memory_file (vbet_guest_get_pid (guest), &file)) {
    g_variant_dict_insert (&dict, "memory_file", "x", (gint64)file.size);
    g_variant_dict_insert (&dict, "memory_resident", "x", (gint64)file.resident);
    g_variant_dict_insert (&dict, "mode", "s", file.traced ? "ptrace" : "seccomp");
  }
  if (config != NULL) {
    insert_file (&dict, "image", config->image);
    insert_file (&dict, "disk", config->disk_path);
    g_variant_dict_insert (&dict, "processor", "x", (gint64)config->cpu);
  }
  return g_variant_dict_end (&dict);
}

/* --- the guest's side ------------------------------------------------------------------- */

static void
insert_known (GVariantDict *dict, const char *key, gint64 value)
{
  if (value >= 0)
    g_variant_dict_insert (dict, key, "x", value);
}

static GVariant *
guest_side (const Question *question)
{
  const VbetGuestFigures *figures = &question->figures;
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  insert_known (&dict, "memory_total", figures->memory_total);
  insert_known (&dict, "memory_free", figures->memory_free);
  insert_known (&dict, "memory_available", figures->memory_available);
  insert_known (&dict, "disk_size", figures->disk_size);
  insert_known (&dict, "disk_used", figures->disk_used);
  insert_known (&dict, "disk_available", figures->disk_available);
  if (figures->uptime >= 0)
    g_variant_dict_insert (&dict, "uptime", "d", figures->uptime);
  if (figures->load >= 0)
    g_variant_dict_insert (&dict, "load", "d", figures->load);
  if (figures->clock >= 0) {
    g_variant_dict_insert (&dict, "clock", "d", figures->clock);
    g_variant_dict_insert (&dict, "clock_offset", "d", figures->clock - moment_of (question));
  }
  return g_variant_dict_end (&dict);
}

/* --- NICs: both sides -------------------------------------------------------------------- */

static GVariant *
counters_of (gint64 rx_frames, gint64 rx_bytes, gint64 tx_frames, gint64 tx_bytes, gint64 dropped)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "rx_frames", "x", rx_frames);
  g_variant_dict_insert (&dict, "rx_bytes", "x", rx_bytes);
  g_variant_dict_insert (&dict, "tx_frames", "x", tx_frames);
  g_variant_dict_insert (&dict, "tx_bytes", "x", tx_bytes);
  g_variant_dict_insert (&dict, "dropped", "x", dropped);
  return g_variant_dict_end (&dict);
}

static GVariant *
nic_sides (const Question *question, guint index, const VbetSwitchState *counters)
{
  GVariantDict dict;
  g_autofree char *name = g_strdup_printf ("eth%u", index - 1);
  const VbetSwitchPortState *port
      = counters != NULL ? vbet_switch_state_find_port (counters, question->device, index) : NULL;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "index", "x", (gint64)index);
  g_variant_dict_insert (&dict, "name", "s", name);
  if (port != NULL)
    g_variant_dict_insert_value (&dict, "host",
                                 counters_of ((gint64)port->rx.frames, (gint64)port->rx.bytes,
                                              (gint64)port->tx.frames, (gint64)port->tx.bytes,
                                              (gint64)(port->rx.dropped + port->tx.dropped)));
  for (guint i = 0; question->has_figures && i < question->figures.n_nics; i++) {
    const VbetGuestNicFigures *nic = &question->figures.nics[i];
    if (nic->index == index)
      g_variant_dict_insert_value (&dict, "guest",
                                   counters_of ((gint64)nic->rx_packets, (gint64)nic->rx_bytes,
                                                (gint64)nic->tx_packets, (gint64)nic->tx_bytes,
                                                (gint64)(nic->rx_dropped + nic->tx_dropped)));
  }
  return g_variant_dict_end (&dict);
}

/* --- the answer ------------------------------------------------------------------------------ */

static GVariant *
make_answer (const Question *question, VbetGuest *guest, const VbetSwitchState *counters)
{
  GVariantDict dict;
  GVariantBuilder nics;
  const VbetDevice *device = vbet_topology_device (question->lab->topology, question->device);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "device", "s", question->device);
  g_variant_dict_insert (&dict, "state", "s", vbet_guest_state_name (vbet_guest_get_state (guest)));
  g_variant_dict_insert (&dict, "time", "d", (double)g_get_monotonic_time () / 1e6);
  g_variant_dict_insert_value (&dict, "host", host_side (question, guest));
  if (question->has_figures)
    g_variant_dict_insert_value (&dict, "guest", guest_side (question));
  if (question->error != NULL)
    g_variant_dict_insert (&dict, "guest_error", "s", question->error);
  g_variant_builder_init (&nics, G_VARIANT_TYPE ("av"));
  for (guint i = 0; device != NULL && i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    g_variant_builder_add (&nics, "v", nic_sides (question, nic->index, counters));
  }
  g_variant_dict_insert_value (&dict, "nics", g_variant_builder_end (&nics));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
on_switch_state (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  /* Without the switch's counters the rest is still worth telling. */
  g_autoptr (VbetSwitchState) counters
      = vbet_switch_client_get_state_finish (VBET_SWITCH_CLIENT (source), result, NULL);
  VbetGuest *guest = vbet_lab_guest (question->lab, question->device, &error); /* it may be gone by now */
  if (guest == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, make_answer (question, guest, counters), (GDestroyNotify)g_variant_unref);
}

static void
ask_switch (GTask *task)
{
  Question *question = g_task_get_task_data (task);
  vbet_switch_client_get_state_async (question->lab->switch_client, NULL, on_switch_state, task);
}

static void
on_said (gint stream, const guint8 *data, gsize size, gpointer user_data)
{
  Question *question = user_data;
  if (stream != 1)
    return;
  gsize room = VBET_FIGURES_TEXT_MAX - question->said->len;
  g_string_append_len (question->said, (const char *)data, (gssize)MIN (size, room));
  if (size > room) /* no guest of ours says so much */
    g_cancellable_cancel (question->cancellable);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetExecResult) outcome = vbet_guest_exec_finish (VBET_GUEST (source), result, &error);
  g_clear_handle_id (&question->timer, g_source_remove);
  question->answered = g_get_real_time ();
  if (outcome != NULL) {
    vbet_guest_figures_read (&question->figures, question->said->str, question->said->len);
    question->has_figures = TRUE;
  } else {
    question->error = g_strdup (g_cancellable_is_cancelled (question->cancellable)
                                    ? "The guest did not say in time what it has"
                                    : error->message);
  }
  ask_switch (task);
}

static gboolean
on_timeout (gpointer data)
{
  Question *question = data;
  question->timer = 0;
  g_cancellable_cancel (question->cancellable);
  return G_SOURCE_REMOVE;
}

void
vbet_lab_resources_async (VbetLab *self, const char *device, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;
  VbetGuest *guest = vbet_lab_guest (self, device, &error);
  if (guest == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  Question *question = g_new0 (Question, 1);
  question->lab = self;
  question->device = g_strdup (device);
  question->said = g_string_new (NULL);
  question->cancellable = g_cancellable_new ();
  g_task_set_task_data (task, question, (GDestroyNotify)question_free);
  if (vbet_guest_get_state (guest) != VBET_GUEST_READY) {
    ask_switch (task);
    return;
  }
  const char *argv[] = { "/bin/sh", "-c", vbet_guest_figures_command (), NULL };
  question->asked = g_get_real_time ();
  question->timer = g_timeout_add (PATIENCE_MS, on_timeout, question);
  vbet_guest_exec_async (guest, argv, NULL, on_said, question, question->cancellable, on_done, task);
}
