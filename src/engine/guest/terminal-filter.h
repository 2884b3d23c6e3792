/* terminal-filter.h - takes a terminal's questions out of recorded output.
 *
 * Programs ask the terminal where its cursor is, what it is, which colours it
 * has (ECMA-48 DSR and DA, xterm's OSC "?" and DECRQM/DECRQSS/XTGETTCAP);
 * a terminal types its answer. Harmless when live, wrong in a recording. Pure.
 */
#pragma once

#include <glib.h>

#define VBET_TERMINAL_SEQUENCE_MAX 128 /* longer ones pass unjudged */

/* All zero is the start. */
typedef struct {
  guint8 pending[VBET_TERMINAL_SEQUENCE_MAX]; /* an escape sequence not yet complete */
  gsize length;
} VbetTerminalFilter;

/**
 * vbet_terminal_filter_push:
 * @out: gets what remains; room for @size + VBET_TERMINAL_SEQUENCE_MAX bytes
 *
 * Returns: bytes written to @out. The start of a sequence stays inside until its end has come.
 */
gsize vbet_terminal_filter_push (VbetTerminalFilter *self, const guint8 *data, gsize size, guint8 *out);

/** vbet_terminal_filter_flush: what is inside goes to @out as it is. Returns: bytes written. */
gsize vbet_terminal_filter_flush (VbetTerminalFilter *self, guint8 *out);
