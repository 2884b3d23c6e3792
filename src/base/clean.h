/* clean.h - text of strangers made fit for a terminal: no byte of it can be a command. */
#pragma once

#include <glib.h>

typedef enum {
  VBET_CLEAN_LINE,  /* one line: line ends and tabs are shown, too */
  VBET_CLEAN_LINES, /* line ends and tabs stay */
} VbetCleanShape;

/**
 * vbet_clean_text:
 * @text: (array length=size): any bytes
 * @size: -1 for a NUL-terminated one
 *
 * Shows what a terminal would obey instead of passing it on: control
 * characters (C0, DEL) as their pictures of Unicode, such as U+241B for
 * escape; C1 (U+0080 … U+009F), what reverses or isolates the direction of
 * writing (U+202A … U+202E, U+2066 … U+2069) and what is no UTF-8 as U+FFFD.
 * Each is one column wide. Writing from right to left itself stays.
 *
 * Returns: (transfer full): UTF-8.
 */
char *vbet_clean_text (const char *text, gssize size, VbetCleanShape shape);
