/* cmd-image.c - vbetctl image: builds and lists the images guests boot from. */
#include "config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "base/error.h"
#include "base/images.h"
#include "base/paths.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"

/* --- build --------------------------------------------------------------------- */

static gboolean
names_agent (char **arguments)
{
  for (gsize i = 0; arguments[i] != NULL; i++)
    if (strcmp (arguments[i], "--agent") == 0)
      return TRUE;
  return FALSE;
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *)data = TRUE;
}

/* Waits for the recipe; Ctrl-C reaches it through the terminal, and it cleans up by itself. */
static int
wait_for (GSubprocess *recipe)
{
  gboolean ended = FALSE;
  gboolean told = FALSE;
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  g_subprocess_wait_async (recipe, NULL, on_ended, &ended);
  while (!ended) {
    g_main_context_iteration (NULL, TRUE);
    if (!told && vbet_interrupt_count (interrupt) > 0) {
      g_subprocess_send_signal (recipe, SIGTERM);
      told = TRUE;
    }
  }
  if (vbet_interrupt_count (interrupt) > 0)
    return VBET_EXIT_INTERRUPTED;
  if (!g_subprocess_get_if_exited (recipe))
    return VBET_EXIT_FAILURE;
  int status = g_subprocess_get_exit_status (recipe);
  return status == VBET_EXIT_OK || status == VBET_EXIT_USAGE ? status : VBET_EXIT_FAILURE;
}

static int
build (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *recipe = vbet_paths_data ("rootfs/build-image");
  g_autofree char *agent = vbet_paths_program ("vbet-agent");
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  if (!g_file_test (recipe, G_FILE_TEST_IS_EXECUTABLE)) {
    vbet_output_message ("The image recipe %s is missing; install vBET again", recipe);
    return VBET_EXIT_FAILURE;
  }
  g_ptr_array_add (command, recipe);
  if (!names_agent (arguments) && g_file_test (agent, G_FILE_TEST_IS_REGULAR)) {
    g_ptr_array_add (command, (gpointer) "--agent");
    g_ptr_array_add (command, agent);
  }
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (command, arguments[i]);
  g_ptr_array_add (command, NULL);
  g_autoptr (GSubprocess) process
      = g_subprocess_newv ((const char *const *)command->pdata, G_SUBPROCESS_FLAGS_STDIN_INHERIT, &error);
  if (process == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  return wait_for (process);
}

/* --- list ---------------------------------------------------------------------- */

static void
list_json (GPtrArray *images)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < images->len; i++) {
    const VbetImageInfo *image = g_ptr_array_index (images, i);
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "name");
    json_builder_add_string_value (builder, image->name);
    json_builder_set_member_name (builder, "path");
    json_builder_add_string_value (builder, image->path);
    json_builder_set_member_name (builder, "size");
    json_builder_add_int_value (builder, (gint64)image->size);
    json_builder_set_member_name (builder, "kernel");
    json_builder_add_string_value (builder, image->kernel);
    json_builder_set_member_name (builder, "with");
    json_builder_begin_array (builder);
    g_auto (GStrv) with = g_strsplit (image->with, " ", -1);
    for (gsize k = 0; with[k] != NULL; k++)
      json_builder_add_string_value (builder, with[k]);
    json_builder_end_array (builder);
    json_builder_set_member_name (builder, "packages");
    json_builder_add_int_value (builder, image->packages);
    json_builder_set_member_name (builder, "current");
    json_builder_add_boolean_value (builder, image->current);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  vbet_output_print ("%s\n", text);
}

static void
list_people (GPtrArray *images)
{
  g_autoptr (VbetTable) table = vbet_table_new ("IMAGE||>SIZE|MODULES FOR|>PACKAGES|WITH|FILE");
  for (guint i = 0; i < images->len; i++) {
    const VbetImageInfo *image = g_ptr_array_index (images, i);
    g_autofree char *size = vbet_format_bytes ((gint64)image->size);
    vbet_table_add (table, image->name);
    vbet_table_add (table, image->current ? "current" : "");
    vbet_table_add (table, size);
    vbet_table_add (table, image->kernel);
    vbet_table_add_format (table, "%u", image->packages);
    vbet_table_add (table, image->with);
    vbet_table_add (table, image->path);
  }
  vbet_table_print (table);
}

int
vbet_cmd_image (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "list: print a JSON list", NULL },
    { NULL },
  };
  /* Options after "build" are the recipe's. */
  gboolean builds = argc > 1 && strcmp (argv[1], "build") == 0;
  if (builds)
    return build (argv + 2);
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, 1 }, &exit_code))
    return exit_code;
  if (strcmp (argv[1], "list") != 0)
    return vbet_command_usage_error (self, "“%s” is neither build nor list", argv[1]);
  g_autoptr (GPtrArray) images = vbet_images_list ();
  if (json)
    list_json (images);
  else if (images->len > 0)
    list_people (images);
  else
    vbet_output_message ("There is no image yet; “vbetctl image build” builds one");
  return VBET_EXIT_OK;
}
