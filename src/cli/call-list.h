/* call-list.h - prints the calls an engine has executed, as apply, call and run do. */
#pragma once

#include <gio/gio.h>

/** vbet_call_print: likewise of one @call. Returns: whether it went well. */
gboolean vbet_call_print (GVariant *call, gboolean all);

/**
 * vbet_call_list_print:
 * @reply: of lab.apply or lab.call
 * @all: whether calls that went well are printed too (to stdout); failed ones always are (to stderr)
 *
 * Returns: how many failed.
 */
guint vbet_call_list_print (GVariant *reply, gboolean all);
