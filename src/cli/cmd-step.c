/* cmd-step.c - vbetctl step: the steps of a lab's demonstration, one at a time. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/result-list.h"

/* What a running step has shown so far. */
typedef struct {
  gint64 index;
  guint shown; /* results printed */
} Watch;

static void
on_notification (VbetClient *client, const char *method, GVariant *params, Watch *watch)
{
  if (strcmp (method, "step") != 0 || vbet_field_integer (params, "index") != watch->index)
    return;
  g_autoptr (GVariant) result = vbet_field_dict (params, "result");
  if (result == NULL)
    return;
  vbet_result_print (result);
  watch->shown++;
}

static void
list_steps (GPtrArray *steps, gint64 next)
{
  g_autoptr (VbetTable) table = vbet_table_new (">STEP|STATE|TITLE");
  for (guint i = 0; i < steps->len; i++) {
    GVariant *step = g_ptr_array_index (steps, i);
    gint64 index = vbet_field_integer (step, "index");
    vbet_table_add_format (table, "%" G_GINT64_FORMAT, index);
    if (index == next && strcmp (vbet_field_text (step, "state"), "todo") == 0)
      vbet_table_add (table, "next");
    else
      vbet_table_add_state (table, vbet_field_text (step, "state"));
    vbet_table_add (table, vbet_field_text (step, "title"));
  }
  vbet_table_print (table);
}

static GVariant *
find_step (GPtrArray *steps, gint64 index)
{
  for (guint i = 0; i < steps->len; i++)
    if (vbet_field_integer (g_ptr_array_index (steps, i), "index") == index)
      return g_ptr_array_index (steps, i);
  return NULL;
}

static int
run_step (VbetClient *client, GVariant *step, GError **error)
{
  Watch watch = { .index = vbet_field_integer (step, "index") };
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  vbet_result_print_step_head (watch.index, vbet_field_text (step, "title"), vbet_field_text (step, "text"));
  gulong handler = g_signal_connect (client, "notification", G_CALLBACK (on_notification), &watch);
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "index", "x", watch.index);
  g_autoptr (GVariant) reply
      = vbet_connection_call (client, "lab.step", g_variant_dict_end (&params), interrupt, error);
  g_signal_handler_disconnect (client, handler);
  if (reply == NULL && vbet_interrupt_count (interrupt) > 0) {
    g_clear_error (error);
    vbet_output_message ("Interrupted; in the lab the step goes on");
    return VBET_EXIT_INTERRUPTED;
  }
  if (reply == NULL)
    return VBET_EXIT_FAILURE;
  g_autoptr (GPtrArray) results = vbet_field_list (reply, "results");
  for (guint i = watch.shown; i < results->len; i++)
    vbet_result_print (g_ptr_array_index (results, i));
  return vbet_field_boolean (reply, "ok") ? VBET_EXIT_OK : VBET_EXIT_FAILURE;
}

/* Reads a step's number. Returns: FALSE when @text is none. */
static gboolean
parse_index (const char *text, gint64 *ret_index)
{
  return g_ascii_string_to_signed (text, 10, 1, G_MAXINT32, ret_index, NULL);
}

static GVariant *
choose_step (GPtrArray *steps, gint64 index, const char *lab, GError **error)
{
  GVariant *step = find_step (steps, index);
  if (step != NULL)
    return step;
  if (steps->len == 0)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "The lab “%s” has no steps; write some: step \"title\" { … }", lab);
  else if (index > 0)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "The lab “%s” has no step %" G_GINT64_FORMAT "; it has %u", lab, index, steps->len);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE,
                 "Every step of the lab “%s” has run; “vbetctl step %s 1” starts again with the first", lab,
                 lab);
  return NULL;
}

int
vbet_cmd_step (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean list = FALSE;
  const GOptionEntry entries[] = {
    { "list", 'l', 0, G_OPTION_ARG_NONE, &list, "List the steps and how they went; run none", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, 2 }, &exit_code))
    return exit_code;
  gint64 index = 0;
  if (argc == 3 && list)
    return vbet_command_usage_error (self, "--list takes no step's number");
  if (argc == 3 && !parse_index (argv[2], &index))
    return vbet_command_usage_error (self, "“%s” is no step's number; they count from 1", argv[2]);
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetClient) client = vbet_connection_open (argv[1], &error);
  g_autoptr (GVariant) reply
      = client != NULL ? vbet_connection_call (client, "lab.steps", NULL, NULL, &error) : NULL;
  if (reply == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  g_autoptr (GPtrArray) steps = vbet_field_list (reply, "steps");
  gint64 next = vbet_field_integer (reply, "next");
  if (list) {
    list_steps (steps, next);
    return VBET_EXIT_OK;
  }
  GVariant *step = choose_step (steps, index > 0 ? index : next, argv[1], &error);
  exit_code = step != NULL ? run_step (client, step, &error) : VBET_EXIT_FAILURE;
  if (error != NULL)
    vbet_output_error (error);
  return exit_code;
}
