/* cmd-run.c - vbetctl run: starts a lab and returns when its guests are ready. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "cli/alarm-list.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/consent.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/start.h"

typedef struct {
  gboolean detach;
  gboolean foreground;
  gboolean keep_failed;
  gboolean quiet;
  VbetConsent consent;
  char *id; /* owned */
} Options;

static const char *
first_guest (const VbetTopology *topology)
{
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if ((device->kind & VBET_KIND_GUEST) != 0)
      return device->name;
  }
  return NULL;
}

/* A few lines on what now runs and what to do with it. */
static void
print_summary (const VbetLabFile *file, const char *id, gboolean isolated, double seconds)
{
  const VbetTopology *topology = file->topology;
  guint guests = vbet_topology_count_started (topology);
  const char *guest = first_guest (topology);
  g_autofree char *time = vbet_format_seconds (seconds);
  vbet_output_print ("%s is running: %u guest%s ready, %u device%s, %u cable%s (%s)\n", id, guests,
                     guests == 1 ? "" : "s", topology->devices->len, topology->devices->len == 1 ? "" : "s",
                     topology->cables->len, topology->cables->len == 1 ? "" : "s", time);
  if (isolated)
    vbet_output_print ("  It is isolated: it uses nothing of this computer that it names.\n");
  vbet_output_print ("  vbetctl status %s\n", id);
  if (guest != NULL)
    vbet_output_print ("  vbetctl console %s %s\n", id, guest);
  if (topology->steps->len > 0) {
    g_autofree char *title
        = vbet_output_line (((const VbetStep *)g_ptr_array_index (topology->steps, 0))->title);
    vbet_output_print ("  vbetctl step %s    # %s\n", id, title);
  }
  vbet_output_print ("  vbetctl stop %s\n", id);
}

static void
on_closed (VbetClient *client, gboolean *closed)
{
  *closed = TRUE;
  g_main_context_wakeup (NULL);
}

static void
on_notification (VbetClient *client, const char *method, GVariant *params, GHashTable *told)
{
  if (strcmp (method, "device.alarms") == 0)
    vbet_alarm_list_tell (params, told);
  if (strcmp (method, "device.state") == 0 && strcmp (vbet_field_text (params, "state"), "failed") == 0)
    vbet_output_message ("%s failed: %s", vbet_field_text (params, "device"),
                         vbet_field_text (params, "error"));
}

/* --foreground: until the lab ends by itself or a signal ends it. */
static int
stay (VbetClient *client, const VbetInterrupt *interrupt, GHashTable *told)
{
  g_autoptr (GError) error = NULL;
  gboolean closed = FALSE;
  gulong watch = g_signal_connect (client, "closed", G_CALLBACK (on_closed), &closed);
  gulong news = g_signal_connect (client, "notification", G_CALLBACK (on_notification), told);
  while (!closed && vbet_interrupt_count (interrupt) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (client, watch);
  g_signal_handler_disconnect (client, news);
  if (!closed)
    vbet_output_message ("Stopping the lab “%s”", vbet_client_get_id (client));
  else
    vbet_output_message ("The lab “%s” has ended", vbet_client_get_id (client));
  if (closed || vbet_connection_stop_lab (client, interrupt, &error))
    return VBET_EXIT_OK;
  vbet_output_error (error);
  return VBET_EXIT_FAILURE;
}

static int
give_up (VbetClient *client, GPtrArray *failures, gboolean keep, const VbetInterrupt *interrupt)
{
  g_autoptr (GError) error = NULL;
  const char *id = vbet_client_get_id (client);
  for (guint i = 0; i < failures->len; i++)
    vbet_output_message ("%s", (const char *)g_ptr_array_index (failures, i));
  if (keep)
    vbet_output_message ("The lab “%s” was left as it is; “vbetctl stop %s” stops it", id, id);
  else if (!vbet_connection_stop_lab (client, interrupt, &error))
    vbet_output_error (error);
  else
    vbet_output_message ("The lab was stopped again (--keep-failed: leave it running)");
  return VBET_EXIT_FAILURE;
}

static int
run_lab (const VbetLabFile *file, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) failures = NULL;
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  gint64 started = g_get_monotonic_time ();
  g_autoptr (VbetClient) client = vbet_start_lab (file, options->id, NULL, options->consent.isolated,
                                                  options->quiet, interrupt, &failures, &error);
  if (client == NULL && vbet_interrupt_count (interrupt) > 0) {
    vbet_output_message ("Interrupted; the lab was stopped");
    return VBET_EXIT_INTERRUPTED;
  }
  if (client == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  const char *id = vbet_client_get_id (client);
  if (failures->len > 0)
    return give_up (client, failures, options->keep_failed, interrupt);
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GVariant) status = vbet_connection_call (client, "lab.status", NULL, interrupt, NULL);
  vbet_alarm_list_tell (status, told);
  if (options->detach)
    vbet_output_print ("%s\n", id);
  else if (!options->quiet)
    print_summary (file, id, options->consent.isolated,
                   (double)(g_get_monotonic_time () - started) / G_USEC_PER_SEC);
  fflush (stdout);
  if (!options->foreground)
    return VBET_EXIT_OK;
  if (!options->quiet)
    vbet_output_message ("Ctrl-C stops the lab");
  return stay (client, interrupt, told);
}

int
vbet_cmd_run (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  Options options = { 0 };
  g_autofree char *id = NULL;
  const GOptionEntry entries[] = {
    { "detach", 'd', 0, G_OPTION_ARG_NONE, &options.detach,
      "Print only the lab's identifier, as the last line", NULL },
    { "foreground", 'f', 0, G_OPTION_ARG_NONE, &options.foreground, "Stay; Ctrl-C stops the lab", NULL },
    { "id", 'i', 0, G_OPTION_ARG_STRING, &id, "Call the running lab ID instead of its file's name", "ID" },
    { "keep-failed", 0, 0, G_OPTION_ARG_NONE, &options.keep_failed,
      "Leave the lab running when a part of it did not start", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Show no progress and no summary", NULL },
    VBET_CONSENT_TRUST (options.consent),
    VBET_CONSENT_ISOLATED (options.consent),
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, 1 }, &exit_code))
    return exit_code;
  if (options.detach && options.foreground)
    return vbet_command_usage_error (self, "--detach and --foreground exclude each other");
  if (options.consent.trust && options.consent.isolated)
    return vbet_command_usage_error (self, "--trust and --isolated exclude each other");
  if (id != NULL && !vbet_paths_valid_lab_id (id))
    return vbet_command_usage_error (self, "“%s” cannot name a lab: at most 32 letters, digits, “_” and “-”",
                                     id);
  options.id = id;
  g_autoptr (VbetLabFile) file = vbet_lab_file_load_valid (argv[1]);
  if (file == NULL || !vbet_consent_ask (file, &options.consent, TRUE))
    return VBET_EXIT_FAILURE;
  return run_lab (file, &options);
}
