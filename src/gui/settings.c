/* settings.c - see settings.h. */
#include "config.h"

#include "gui/settings.h"

#include "base/paths.h"

#define SCHEMA "net.vbet.Vbet"

GSettings *
vbet_settings_new (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsSchemaSource) own = NULL;
  g_autofree char *built = vbet_paths_built ("data/schemas");
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  if (built != NULL) {
    own = g_settings_schema_source_new_from_directory (built, source, TRUE, &error);
    if (own == NULL)
      g_warning ("No settings in the build tree: %s", error->message);
    else
      source = own;
  }
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, SCHEMA, TRUE);
  if (schema == NULL) {
    g_warning ("The settings' schema %s is not installed", SCHEMA);
    return NULL;
  }
  return g_settings_new_full (schema, NULL, NULL);
}
