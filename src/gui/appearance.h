/* appearance.h - the colours of all windows: the system's, light, dark, high contrast; and where icons are.
 */
#pragma once

#include <gio/gio.h>

/**
 * vbet_appearance_follow:
 * @settings: its key "appearance" is followed as long as it lives
 *
 * Chooses theme and variant of the default screen. "system" is what the desktop
 * says, also through the portal's "color-scheme" that GTK 3 does not look at.
 */
void vbet_appearance_follow (GSettings *settings);

/** vbet_appearance_add_icons: icons of the program, also of one that runs uninstalled. */
void vbet_appearance_add_icons (void);
