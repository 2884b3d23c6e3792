/* reply.h - reading the engine's replies and notifications.
 *
 * They are a{sv} as JSON gives them: whole numbers are 'x', others 'd', lists
 * 'av'. A member that is missing or of another type reads as the default:
 * the window takes what it understands.
 */
#pragma once

#include <glib.h>

/** vbet_reply_text: Returns: (transfer none) (nullable): lives as long as @self. */
const char *vbet_reply_text (GVariant *self, const char *key);
double vbet_reply_number (GVariant *self, const char *key, double otherwise);
/** vbet_reply_list: Returns: (transfer full): the a{sv} members of a list; empty when there is none. */
GPtrArray *vbet_reply_list (GVariant *self, const char *key);
