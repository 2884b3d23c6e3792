/* doctor-guest.c - whether a guest runs here: by what its kernel asks of the processor, and by booting one; see doctor.h. */
#include "config.h"

#include "cli/doctor.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/walls.h"
#include "base/xstate.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "engine/guest/image.h"

#define BOOT_SECONDS 10 /* for a lab of one guest, which takes well below one */
#define STOP_SECONDS 5
#define GUEST "guest"
#define LAB GUEST " = alloc(host)\n"

/* --- the processor's registers ------------------------------------------------------- */

void
vbet_doctor_check_registers (VbetDoctor *doctor, const char *id)
{
  VbetXstateLayout layout;
  vbet_xstate_layout_read (&layout);
  g_autofree char *library = vbet_paths_program ("vbet-xstate.so");
  gboolean helped = layout.size <= VBET_XSTATE_SIZE_MAX && access (library, R_OK) == 0;
  if (!vbet_xstate_needs_padding (&layout))
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "This processor's registers (%u bytes a process) fit every guest kernel.",
                        layout.size);
  else if (helped)
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_OK, "",
        "This processor's registers (%u bytes a process) are more than guest kernels before Linux 7.2 "
        "keep; vbet-xstate.so helps those that are dynamically linked.",
        layout.size);
  else
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_WARN, "build or install vBET again",
        "This processor's registers (%u bytes a process) are more than guest kernels before Linux 7.2 "
        "keep, and %s, which helps them, cannot be read.",
        layout.size, library);
}

/* --- a guest ---------------------------------------------------------------------------- */

/* What became of the guest; owned. */
typedef struct {
  char *reason; /* (nullable): why it does not run, a sentence */
  char *mode;
  char **layers; /* (nullable): that hold around it */
  gboolean padded;
  double seconds;
} Boot;

static void
boot_clear (Boot *boot)
{
  g_free (boot->reason);
  g_free (boot->mode);
  g_strfreev (boot->layers);
}

typedef struct {
  gboolean done;
  VbetClient *client;
  GError *error;
} Launch;

static void
on_launched (GObject *source, GAsyncResult *result, gpointer data)
{
  Launch *launch = data;
  launch->client = vbet_client_launch_finish (result, &launch->error);
  launch->done = TRUE;
}

/* An engine of this check's own; NULL with @error, also when it does not come up. */
static VbetClient *
launch_engine (const char *id, const VbetInterrupt *interrupt, GError **error)
{
  Launch launch = { 0 };
  const VbetLaunchOptions options = { .id = id, .name = id };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  vbet_client_launch_async (&options, cancellable, on_launched, &launch);
  while (!launch.done) {
    if (vbet_interrupt_count (interrupt) > 0)
      g_cancellable_cancel (cancellable);
    g_main_context_iteration (NULL, TRUE);
  }
  if (launch.error != NULL)
    g_propagate_error (error, launch.error);
  return launch.client;
}

static gboolean
on_stop_late (gpointer data)
{
  VbetInterrupt *interrupt = data;
  vbet_interrupt_raise (interrupt);
  vbet_interrupt_raise (interrupt); /* the second ends the waiting */
  return G_SOURCE_CONTINUE;
}

/* Whatever state it is in; an engine that does not stop is killed, and its warden cleans up. */
static void
stop_engine (VbetClient *client, gint64 pid)
{
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  guint late = g_timeout_add_seconds (STOP_SECONDS, on_stop_late, interrupt);
  if (!vbet_connection_stop_lab (client, interrupt, NULL) && pid > 1)
    (void)kill ((pid_t)pid, SIGKILL);
  g_source_remove (late);
}

/* (transfer full): the layers that hold around @device; empty when there is none. */
static char **
layers_of (GVariant *device)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) layers = vbet_field_list (device, "layers");
  for (guint i = 0; i < layers->len; i++)
    if (g_variant_is_of_type (g_ptr_array_index (layers, i), G_VARIANT_TYPE_STRING))
      g_strv_builder_add (builder, g_variant_get_string (g_ptr_array_index (layers, i), NULL));
  return g_strv_builder_end (builder);
}

static void
take_status (VbetClient *client, const VbetInterrupt *interrupt, Boot *boot, gint64 *ret_pid)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) status = vbet_connection_call (client, "lab.status", NULL, interrupt, &error);
  g_autoptr (GPtrArray) devices = vbet_field_list (status, "devices");
  GVariant *device = devices->len > 0 ? g_ptr_array_index (devices, 0) : NULL;
  *ret_pid = vbet_field_integer (status, "pid");
  if (status == NULL)
    boot->reason = g_strdup (error->message);
  else if (device == NULL || strcmp (vbet_field_text (device, "state"), "ready") != 0)
    boot->reason = g_strdup (device != NULL && *vbet_field_text (device, "error") != '\0'
                                 ? vbet_field_text (device, "error")
                                 : "The engine does not say that it is ready");
  boot->mode = g_strdup (vbet_field_text (device, "mode"));
  boot->layers = layers_of (device);
  boot->padded = strcmp (vbet_field_text (device, "padding"), "loaded") == 0;
}

static void
boot_guest (Boot *boot)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = g_strdup_printf ("doctor-%d", (int)getpid ());
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  gint64 began = g_get_monotonic_time ();
  gint64 pid = 0;
  vbet_interrupt_set_deadline (interrupt, BOOT_SECONDS);
  g_autoptr (VbetClient) client = launch_engine (id, interrupt, &error);
  if (client != NULL) {
    GVariantDict params;
    g_autoptr (GVariant) info = vbet_connection_call (client, "lab.info", NULL, interrupt, NULL);
    pid = vbet_field_integer (info, "pid");
    g_variant_dict_init (&params, NULL);
    g_variant_dict_insert (&params, "text", "s", LAB);
    g_variant_dict_insert (&params, "wait", "b", TRUE);
    g_autoptr (GVariant) reply
        = vbet_connection_call (client, "lab.apply", g_variant_dict_end (&params), interrupt, &error);
    boot->seconds = (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC;
    if (reply != NULL)
      take_status (client, interrupt, boot, &pid);
  }
  if (vbet_interrupt_timed_out (interrupt)) {
    g_free (boot->reason);
    boot->reason = g_strdup_printf ("It was not up within %d s", BOOT_SECONDS);
  } else if (error != NULL && boot->reason == NULL) {
    boot->reason = g_strdup (error->message);
  }
  if (client != NULL)
    stop_engine (client, pid);
}

static void
report_walls (VbetDoctor *doctor, const Boot *boot)
{
  g_auto (GStrv) open = vbet_walls_open ((const char *const *)boot->layers);
  g_autofree char *layers = g_strjoinv (", ", boot->layers);
  if (open[0] == NULL) {
    vbet_doctor_report (doctor, "walls", VBET_DOCTOR_OK, "", "All walls around a guest hold here (%s).",
                        layers);
    return;
  }
  g_autofree char *sentences = g_strjoinv (". ", open);
  vbet_doctor_report (doctor, "walls", VBET_DOCTOR_WARN, vbet_walls_remedy (),
                      "Not all walls around a guest hold here. %s.", sentences);
}

void
vbet_doctor_check_guest (VbetDoctor *doctor, const char *id)
{
  g_autofree char *kernel = vbet_kernel_find (NULL, NULL);
  g_autofree char *image = vbet_image_find (NULL, NULL);
  if (kernel == NULL || image == NULL)
    return; /* told already */
  Boot boot = { 0 };
  boot_guest (&boot);
  g_autofree char *time = vbet_format_seconds (boot.seconds);
  if (boot.reason != NULL)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_FAIL,
                        "do what the sentence says, or take another guest kernel than the one above",
                        "A guest does not boot here: %s.", boot.reason);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "A guest boots here, confined, in %s; its programs run by %s%s.", time,
                        *boot.mode != '\0' ? boot.mode : "an unknown way",
                        boot.padded ? ", helped by vbet-xstate.so" : "");
  if (boot.reason == NULL)
    report_walls (doctor, &boot);
  boot_clear (&boot);
}
