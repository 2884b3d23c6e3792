/* appearance.c - see appearance.h. */
#include "config.h"

#include "gui/appearance.h"

#include <gtk/gtk.h>

#include "base/paths.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_SETTINGS "org.freedesktop.portal.Settings"
#define NAMESPACE "org.freedesktop.appearance"
#define PREFER_DARK 1

/* --- what the desktop prefers -------------------------------------------------------------- */

/* Lives as long as the settings that it follows. */
typedef struct {
  GSettings *settings; /* borrowed */
  GDBusProxy *portal;  /* (nullable); owned */
  gboolean dark;       /* the desktop said that it prefers so */
} Appearance;

/* GClosureNotify: the settings are gone. */
static void
appearance_free (gpointer data, GClosure *closure)
{
  Appearance *self = data;
  (void)closure;
  if (self->portal != NULL)
    g_signal_handlers_disconnect_by_data (self->portal, self);
  g_clear_object (&self->portal);
  g_free (self);
}

static void
apply (Appearance *self)
{
  GtkSettings *gtk = gtk_settings_get_default ();
  g_autofree char *appearance = g_settings_get_string (self->settings, "appearance");
  if (gtk == NULL)
    return;
  gtk_settings_reset_property (gtk, "gtk-theme-name");
  gtk_settings_reset_property (gtk, "gtk-application-prefer-dark-theme");
  if (g_str_equal (appearance, "high-contrast"))
    g_object_set (gtk, "gtk-theme-name", "HighContrast", NULL);
  else if (g_str_equal (appearance, "dark") || g_str_equal (appearance, "light"))
    g_object_set (gtk, "gtk-application-prefer-dark-theme", g_str_equal (appearance, "dark"), NULL);
  else if (self->dark)
    g_object_set (gtk, "gtk-application-prefer-dark-theme", TRUE, NULL);
}

/* A value of the portal may be wrapped in variants, once or twice. */
static void
take_scheme (Appearance *self, GVariant *value)
{
  g_autoptr (GVariant) inner = g_variant_ref (value);
  while (g_variant_is_of_type (inner, G_VARIANT_TYPE_VARIANT)) {
    GVariant *next = g_variant_get_variant (inner);
    g_variant_unref (inner);
    inner = next;
  }
  if (!g_variant_is_of_type (inner, G_VARIANT_TYPE_UINT32))
    return;
  self->dark = g_variant_get_uint32 (inner) == PREFER_DARK;
  apply (self);
}

static void
on_portal_signal (GDBusProxy *portal, const char *sender, const char *signal, GVariant *parameters,
                  Appearance *self)
{
  if (!g_str_equal (signal, "SettingChanged") || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssv)")))
    return;
  const char *space = NULL, *key = NULL;
  g_autoptr (GVariant) value = NULL;
  g_variant_get (parameters, "(&s&sv)", &space, &key, &value);
  if (g_str_equal (space, NAMESPACE) && g_str_equal (key, "color-scheme"))
    take_scheme (self, value);
}

/* @data: Appearance; the question holds its settings, which are given back. */
static void
on_scheme (GObject *source, GAsyncResult *result, gpointer data)
{
  Appearance *self = data;
  g_autoptr (GSettings) settings = self->settings;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, NULL);
  if (reply == NULL || !g_variant_is_of_type (reply, G_VARIANT_TYPE ("(v)")))
    return; /* no such setting: the theme is all there is */
  g_autoptr (GVariant) value = g_variant_get_child_value (reply, 0);
  take_scheme (self, value);
}

/* As on_scheme(). */
static void
on_portal (GObject *source, GAsyncResult *result, gpointer data)
{
  Appearance *self = data;
  g_autoptr (GSettings) settings = self->settings;
  GDBusProxy *portal = g_dbus_proxy_new_for_bus_finish (result, NULL);
  if (portal == NULL)
    return;
  self->portal = portal;
  g_signal_connect (portal, "g-signal", G_CALLBACK (on_portal_signal), self);
  g_object_ref (settings);
  g_dbus_proxy_call (portal, "Read", g_variant_new ("(ss)", NAMESPACE, "color-scheme"),
                     G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_scheme, self);
}

/* --- public -------------------------------------------------------------------------------- */

void
vbet_appearance_follow (GSettings *settings)
{
  g_return_if_fail (G_IS_SETTINGS (settings));
  Appearance *self = g_new0 (Appearance, 1);
  self->settings = settings;
  g_signal_connect_data (settings, "changed::appearance", G_CALLBACK (apply), self, appearance_free,
                         G_CONNECT_SWAPPED);
  apply (self);
  g_object_ref (settings);
  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SESSION,
                            G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                            NULL, PORTAL, PORTAL_PATH, PORTAL_SETTINGS, NULL, on_portal, self);
}

void
vbet_appearance_add_icons (void)
{
  g_autofree char *icons = vbet_paths_data ("icons");
  gtk_icon_theme_append_search_path (gtk_icon_theme_get_default (), icons);
  gtk_window_set_default_icon_name ("net.vbet.Vbet");
}
