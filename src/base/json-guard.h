/* json-guard.h - a look at JSON text before a parser that recurses gets it. */
#pragma once

#include <glib.h>

/**
 * vbet_json_is_shallow:
 * @data: (array length=size): text that claims to be JSON
 * @depth: levels of objects and arrays that are allowed
 *
 * json-glib calls itself once a level, so a message of a hundred thousand
 * brackets would use up the stack. A text that passes may still be no JSON.
 */
gboolean vbet_json_is_shallow (const char *data, gsize size, guint depth);
