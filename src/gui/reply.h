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
/** vbet_reply_number: Returns: @otherwise when there is no such member, or no number. */
double vbet_reply_number (GVariant *self, const char *key, double otherwise);
/** vbet_reply_list: Returns: (transfer full): the a{sv} members of a list; empty when there is none. */
GPtrArray *vbet_reply_list (GVariant *self, const char *key);
/** vbet_reply_member: Returns: (transfer full) (nullable): a member that is an object itself. */
GVariant *vbet_reply_member (GVariant *self, const char *key);
/** vbet_reply_numbers: the first @size members of a list of numbers and booleans. Returns: how many there
 * were. */
guint vbet_reply_numbers (GVariant *self, const char *key, double *ret_numbers, guint size);
/** vbet_reply_texts: Returns: (transfer full): the texts of a list, NULL-terminated. */
char **vbet_reply_texts (GVariant *self, const char *key);
/** vbet_reply_flag: a boolean; FALSE when there is none. */
gboolean vbet_reply_flag (GVariant *self, const char *key);
