/* cmd-kernel.c - vbetctl kernel: builds and lists the lab kernels. */
#include "config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/kernels.h"
#include "base/paths.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/recipe.h"

static int
build (char **arguments)
{
  static const VbetRecipeProgram programs[] = { { "--agent", "vbet-agent" }, { "--launcher", "vbet-guest" } };
  return vbet_recipe_run ("kernel/build-kernel", programs, G_N_ELEMENTS (programs), arguments);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
list_json (GPtrArray *kernels)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < kernels->len; i++) {
    const VbetKernelInfo *kernel = g_ptr_array_index (kernels, i);
    json_builder_begin_object (builder);
    add_text (builder, "name", kernel->name);
    add_text (builder, "path", kernel->path);
    add_text (builder, "release", kernel->release);
    add_text (builder, "source", kernel->source);
    add_text (builder, "compiler", kernel->compiler);
    json_builder_set_member_name (builder, "size");
    json_builder_add_int_value (builder, (gint64)kernel->size);
    json_builder_set_member_name (builder, "options");
    json_builder_add_int_value (builder, kernel->options);
    json_builder_set_member_name (builder, "current");
    json_builder_add_boolean_value (builder, kernel->current);
    json_builder_set_member_name (builder, "whole");
    json_builder_add_boolean_value (builder, vbet_kernel_info_is_whole (kernel));
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  vbet_output_json (text);
}

static void
list_people (GPtrArray *kernels)
{
  g_autoptr (VbetTable) table = vbet_table_new ("KERNEL||>SIZE|RELEASE|SOURCE|FILE");
  for (guint i = 0; i < kernels->len; i++) {
    const VbetKernelInfo *kernel = g_ptr_array_index (kernels, i);
    g_autofree char *size = vbet_format_bytes ((gint64)kernel->size);
    vbet_table_add (table, kernel->name);
    vbet_table_add (table, !vbet_kernel_info_is_whole (kernel) ? "damaged"
                           : kernel->current                   ? "current"
                                                               : "");
    vbet_table_add (table, size);
    vbet_table_add (table, kernel->release);
    vbet_table_add (table, kernel->source);
    vbet_table_add (table, kernel->path);
  }
  vbet_table_print (table);
}

int
vbet_cmd_kernel (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "list: print a JSON list", NULL },
    { NULL },
  };
  /* Options after "build" are the recipe's. */
  if (argc > 1 && strcmp (argv[1], "build") == 0)
    return build (argv + 2);
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, 1 }, &exit_code))
    return exit_code;
  if (strcmp (argv[1], "list") != 0)
    return vbet_command_usage_error (self, "“%s” is neither build nor list", argv[1]);
  g_autoptr (GPtrArray) kernels = vbet_kernels_list ();
  if (json)
    list_json (kernels);
  else if (kernels->len > 0)
    list_people (kernels);
  else
    vbet_output_message ("There is no lab kernel yet; “vbetctl kernel build” builds one");
  return VBET_EXIT_OK;
}
