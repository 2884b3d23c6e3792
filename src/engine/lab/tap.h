/* tap.h - a TAP device of the real host, opened for a lab. */
#pragma once

#include <glib.h>

/**
 * vbet_tap_open:
 * @name: (nullable): of the device; NULL: the first that is free, or a new one where that is allowed
 * @ret_name: (out) (transfer full): the device's name
 *
 * Returns: its descriptor, non-blocking, one Ethernet frame a read or write; -1 with @error, which says what
 * to do.
 */
int vbet_tap_open (const char *name, char **ret_name, GError **error);
