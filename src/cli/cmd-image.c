/* cmd-image.c - vbetctl image: builds and lists the images guests boot from. */
#include "config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/images.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/recipe.h"

/* --- build --------------------------------------------------------------------- */

static int
build (char **arguments)
{
  static const VbetRecipeProgram programs[]
      = { { "--agent", "vbet-agent" }, { "--chord", "chord" }, { "--fwpolicy", "fwpolicy" } };
  return vbet_recipe_run ("rootfs/build-image", programs, G_N_ELEMENTS (programs), arguments);
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
  vbet_output_json (text);
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
