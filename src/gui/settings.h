/* settings.h - the user's preferences (GSettings, schema net.vbet.Vbet). */
#pragma once

#include <gio/gio.h>

/**
 * vbet_settings_new:
 *
 * The schema is taken from the build tree by a program that runs uninstalled,
 * else from the installation. Without it (a broken installation) there is a
 * warning and NULL.
 *
 * Returns: (transfer full) (nullable)
 */
GSettings *vbet_settings_new (void);
