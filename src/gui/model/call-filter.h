/* call-filter.h - which of the executed calls the calls pane shows. Pure. */
#pragma once

#include <glib.h>

/**
 * vbet_call_filter_matches:
 * @text, @result: (nullable): what the row shows
 * @failed: whether the call failed
 * @only_failed: whether only those are wanted
 * @wanted: words, case aside; each must be in @text or @result; "" for all
 */
gboolean vbet_call_filter_matches (const char *text, const char *result, gboolean failed,
                                   gboolean only_failed, const char *wanted);
