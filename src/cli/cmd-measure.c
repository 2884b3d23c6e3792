/* cmd-measure.c - vbetctl measure: what is set of a cable against what is measured of it, while it is in use.
 */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/output.h"

#define BAR 24 /* characters of the line that shows how far it is */

typedef struct {
  gint count;
  double seconds;
  gboolean json;
} Options;

/* One measurement that is waited for. */
typedef struct {
  const char *cable;
  gboolean shows; /* how far it is */
  gboolean done;
  GVariant *reply;
  GError *error;
} Session;

/* --- waiting ------------------------------------------------------------------------- */

static void
on_notification (VbetClient *client, const char *method, GVariant *params, Session *self)
{
  if (!self->shows || strcmp (method, "cable.measuring") != 0
      || strcmp (vbet_field_text (params, "cable"), self->cable) != 0)
    return;
  double share = CLAMP (vbet_field_number (params, "share"), 0, 1);
  g_autofree char *done = g_strnfill ((gsize)(share * BAR), '#');
  g_autofree char *left = vbet_format_seconds (vbet_field_number (params, "seconds") * (1 - share));
  vbet_output_erase ();
  vbet_output_put (stderr, VBET_COLOR_NONE, "[%-*s] %s left", BAR, done, left);
  (void)fflush (stderr);
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer data)
{
  Session *self = data;
  self->reply = vbet_client_call_finish (VBET_CLIENT (source), result, &self->error);
  self->done = TRUE;
}

static void
cancel (VbetClient *client, const char *cable)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "cable", "s", cable);
  vbet_client_call_async (client, "cable.measure-cancel", g_variant_dict_end (&params), NULL, NULL, NULL);
}

/* The first signal ends the measurement with what is there. Every further one is only waited out: the answer
 * comes at once. */
static void
wait_for (VbetClient *client, Session *self)
{
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  gboolean stopping = FALSE;
  while (!self->done) {
    g_main_context_iteration (NULL, TRUE);
    if (!stopping && !self->done && vbet_interrupt_count (interrupt) > 0) {
      stopping = TRUE;
      cancel (client, self->cable);
    }
  }
  if (self->shows)
    vbet_output_erase ();
}

/* --- the table ------------------------------------------------------------------------- */

/* Returns: (transfer full): what else there is to say of a property. */
static char *
details (GVariant *row)
{
  const char *unit = vbet_field_text (row, "unit");
  const char *property = vbet_field_text (row, "property");
  gint64 of = vbet_field_integer (row, "of");
  if (of == 0)
    return g_strdup ("");
  if (strcmp (property, "delay") == 0)
    return g_strdup_printf ("lowest %s, 99 %% %s", vbet_field_text (row, "low-text"),
                            vbet_field_text (row, "high-text"));
  if (strcmp (property, "burst") == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT " lost, %" G_GINT64_FORMAT " times",
                            vbet_field_integer (row, "events"), of);
  if (strcmp (unit, "share") == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, vbet_field_integer (row, "events"),
                            of);
  if (strcmp (property, "rate") == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT " %s", of, of == 1 ? "train" : "trains");
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s", of, of == 1 ? "probe" : "probes");
}

/* Returns: the verdict in words. */
static const char *
verdict (GVariant *row)
{
  static const struct {
    const char *reason;
    const char *text;
  } reasons[] = {
    { "no-limit", "not measured: no limit is set" },
    { "down", "not measured: no frame passes" },
    { "few", "not judged: too few probes" },
    { "no-room", "not measured: the queue had no room" },
    { "no-overtaking", "not judged: at this delay nothing can be overtaken" },
    { "others", "not judged: held up by other traffic" },
  };
  const char *reason = vbet_field_text (row, "reason");
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reason, reasons[i].reason) == 0)
      return reasons[i].text;
  return strcmp (vbet_field_text (row, "verdict"), "consistent") == 0 ? "consistent" : "NOT CONSISTENT";
}

static gboolean
is_measured (GVariant *row)
{
  const char *reason = vbet_field_text (row, "reason");
  return vbet_field_integer (row, "of") > 0 && strcmp (reason, "no-limit") != 0
         && strcmp (reason, "down") != 0;
}

static void
add_row (VbetTable *table, GVariant *way, GVariant *row)
{
  const char *property = vbet_field_text (row, "property");
  gboolean up = strcmp (property, "up") == 0;
  gboolean whole = vbet_field_number (row, "set") == 0 || vbet_field_number (row, "set") == 1;
  gboolean measured = is_measured (row);
  g_autofree char *text = measured ? details (row) : g_strdup ("");
  vbet_table_add (table, property);
  vbet_table_add (table, vbet_field_text (way, "from"));
  vbet_table_add (table, "→");
  vbet_table_add (table, vbet_field_text (way, "to"));
  if (up && whole)
    vbet_table_add (table, vbet_field_number (row, "set") > 0 ? "yes" : "no");
  else
    vbet_table_add (table, strcmp (vbet_field_text (row, "reason"), "no-limit") == 0
                               ? "no limit"
                               : vbet_field_text (row, "set-text"));
  vbet_table_add (table, measured ? vbet_field_text (row, "measured-text") : "-");
  vbet_table_add (table, text);
  vbet_table_add (table, up && whole && vbet_field_number (row, "set") == 0
                                 && strcmp (vbet_field_text (row, "verdict"), "consistent") == 0
                             ? "consistent: down, no frame passes"
                             : verdict (row));
}

/* The load that measuring was, and what else was under way. */
static void
print_load (GVariant *way)
{
  g_autoptr (GVariant) load = vbet_field_dict (way, "load");
  if (load == NULL)
    return;
  g_autofree char *time = vbet_format_seconds (vbet_field_number (load, "seconds"));
  vbet_output_print ("%s → %s: %" G_GINT64_FORMAT " probes in %s, %.4g kbit/s", vbet_field_text (way, "from"),
                     vbet_field_text (way, "to"), vbet_field_integer (load, "probes"), time,
                     vbet_field_number (load, "rate") / 1e3);
  if (vbet_field_integer (load, "trains") > 0)
    vbet_output_print (", with %" G_GINT64_FORMAT " %s of %" G_GINT64_FORMAT " × %" G_GINT64_FORMAT " bytes",
                       vbet_field_integer (load, "trains"),
                       vbet_field_integer (load, "trains") == 1 ? "train" : "trains",
                       vbet_field_integer (load, "train-frames"), vbet_field_integer (load, "train-size"));
  vbet_output_print ("; beside %" G_GINT64_FORMAT " other frames", vbet_field_integer (load, "other-frames"));
  if (vbet_field_number (load, "waited-most") > 0.0001)
    vbet_output_print ("; waited %.1f ms in the queue on average, %.1f ms at most",
                       vbet_field_number (load, "waited") * 1e3,
                       vbet_field_number (load, "waited-most") * 1e3);
  if (vbet_field_integer (load, "full") > 0)
    vbet_output_print ("; %" G_GINT64_FORMAT " found the queue full", vbet_field_integer (load, "full"));
  if (vbet_field_integer (load, "cut") > 0)
    vbet_output_print ("; %" G_GINT64_FORMAT " were cut off", vbet_field_integer (load, "cut"));
  vbet_output_print ("\n");
}

static void
print_result (GVariant *reply)
{
  g_autoptr (GPtrArray) ways = vbet_field_list (reply, "ways");
  g_autoptr (VbetTable) table = vbet_table_new ("PROPERTY|FROM||TO|>SET|>MEASURED|DETAILS|VERDICT");
  for (guint i = 0; i < ways->len; i++) {
    g_autoptr (GPtrArray) rows = vbet_field_list (g_ptr_array_index (ways, i), "properties");
    for (guint at = 0; at < rows->len; at++)
      add_row (table, g_ptr_array_index (ways, i), g_ptr_array_index (rows, at));
  }
  vbet_table_print (table);
  vbet_output_print ("\n");
  for (guint i = 0; i < ways->len; i++)
    print_load (g_ptr_array_index (ways, i));
}

/* --- the command --------------------------------------------------------------------------- */

static int
report (const Options *options, GVariant *reply)
{
  gboolean consistent = vbet_field_boolean (reply, "consistent");
  if (options->json) {
    g_autofree char *text = vbet_json_text (reply);
    vbet_output_json (text);
  } else {
    print_result (reply);
  }
  if (vbet_field_boolean (reply, "cancelled"))
    vbet_output_message ("Interrupted: these are the figures until then");
  return consistent ? VBET_EXIT_OK : VBET_EXIT_FAILURE;
}

static int
measure (const Options *options, const char *lab, const char *cable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetClient) client = vbet_connection_open (lab, &error);
  if (client == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "cable", "s", cable);
  g_variant_dict_insert (&params, "count", "x", (gint64)options->count);
  g_variant_dict_insert (&params, "seconds", "d", options->seconds);
  Session session = { .cable = cable, .shows = vbet_output_is_terminal (stderr) };
  gulong handler = g_signal_connect (client, "notification", G_CALLBACK (on_notification), &session);
  vbet_client_call_async (client, "cable.measure", g_variant_dict_end (&params), NULL, on_reply, &session);
  wait_for (client, &session);
  g_signal_handler_disconnect (client, handler);
  if (session.reply == NULL) {
    vbet_output_error (session.error);
    g_error_free (session.error);
    return VBET_EXIT_FAILURE;
  }
  int exit_code = report (options, session.reply);
  g_variant_unref (session.reply);
  return exit_code;
}

int
vbet_cmd_measure (const VbetCommand *self, int argc, char **argv)
{
  Options options = { 0 };
  int exit_code;
  const GOptionEntry entries[] = {
    { "count", 'c', 0, G_OPTION_ARG_INT, &options.count, "Send that many probes each way, up to 100000",
      "NUMBER" },
    { "seconds", 's', 0, G_OPTION_ARG_DOUBLE, &options.seconds, "Take about that long, up to 3600; usually 5",
      "SECONDS" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 2, 2 }, &exit_code))
    return exit_code;
  if (options.count < 0 || options.count > 100000 || !(options.seconds >= 0 && options.seconds <= 3600))
    return vbet_command_usage_error (self, "--count is a number up to 100000, --seconds one up to 3600");
  return measure (&options, argv[1], argv[2]);
}
