/* output.h - what vbetctl writes: results on stdout, messages on stderr, tables, colours.
 *
 * All text is UTF-8, whatever the locale says. Much of it comes from lab
 * texts, guests and file names, so everything is cleaned on its way out
 * (base/clean.h): a terminal gets no command but our own colours. Commands
 * whose point is bytes use vbet_output_write(). Colours appear on terminals
 * only and never where NO_COLOR is set (no-color.org).
 */
#pragma once

#include <stdio.h>

#include <glib.h>

typedef enum {
  VBET_COLOR_NONE,
  VBET_COLOR_BOLD,
  VBET_COLOR_DIM,
  VBET_COLOR_RED,
  VBET_COLOR_GREEN,
  VBET_COLOR_YELLOW,
} VbetColor;

/** vbet_output_message: "vbetctl: …" and a newline on stderr, one sentence. */
void vbet_output_message (const char *format, ...) G_GNUC_PRINTF (1, 2);

/** vbet_output_error: the message of @error likewise. */
void vbet_output_error (const GError *error);

/** vbet_output_print: formatted text on stdout; may have several lines. */
void vbet_output_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/** vbet_output_put: likewise on @stream, coloured if that takes colours. */
void vbet_output_put (FILE *stream, VbetColor color, const char *format, ...) G_GNUC_PRINTF (3, 4);

/** vbet_output_json: prints JSON and a newline; what would be cleaned elsewhere is escaped, so that nothing
 * is lost. */
void vbet_output_json (const char *json);

/** vbet_output_source: prints a lab text: to a terminal cleaned, elsewhere as it is. */
void vbet_output_source (const char *text);

/** vbet_output_line: Returns: (transfer full): @text without line ends and tabs, for where one line is meant.
 */
char *vbet_output_line (const char *text);

/** vbet_output_erase: empties the line the cursor is in, on a terminal behind stderr. */
void vbet_output_erase (void);

/** vbet_output_is_terminal: whether @stream is a terminal that can move its cursor. */
gboolean vbet_output_is_terminal (FILE *stream);

/** vbet_output_has_color: whether colours may be written to @stream. */
gboolean vbet_output_has_color (FILE *stream);

/** vbet_output_state_color: Returns: the colour in which a device's state is shown. */
VbetColor vbet_output_state_color (const char *state);

/** vbet_output_columns: Returns: the width of the terminal behind @stream, 80 if unknown. */
guint vbet_output_columns (FILE *stream);

/**
 * vbet_output_flush:
 * @exit_code: what the command would exit with
 *
 * Returns: @exit_code, or VBET_EXIT_FAILURE when stdout could not be written (a full disk must not look like
 * success); a reader that closed its pipe early is no failure.
 */
int vbet_output_flush (int exit_code);

/** vbet_output_write: writes all of @bytes to @fd as they are, waiting where it must. Returns: FALSE with
 * errno set on failure. */
gboolean vbet_output_write (int fd, const void *bytes, gsize size);

/* --- tables ---------------------------------------------------------------- */

typedef struct VbetTable VbetTable;

/** vbet_table_new: @headings: separated by '|'; one that starts with '>' is a column of numbers, aligned
 * right. */
VbetTable *vbet_table_new (const char *headings);
/** vbet_table_free: @self: (nullable) */
void vbet_table_free (VbetTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetTable, vbet_table_free)

/** vbet_table_add: @cell: (nullable): the next cell of the present row; rows fill by themselves. */
void vbet_table_add (VbetTable *self, const char *cell);
/** vbet_table_add_format: as vbet_table_add(), of what printf() makes of the arguments. */
void vbet_table_add_format (VbetTable *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** vbet_table_add_state: a device's state, coloured on a terminal. */
void vbet_table_add_state (VbetTable *self, const char *state);
/** vbet_table_print: writes the table to stdout, as wide as its cells need; no trailing blanks. */
void vbet_table_print (VbetTable *self);

/* --- amounts for people ------------------------------------------------------ */

/** vbet_format_bytes: Returns: (transfer full): "0", "1.5 K", "12 M" in binary units. */
char *vbet_format_bytes (gint64 bytes);
/** vbet_format_seconds: Returns: (transfer full): "0.04 s", "12 s", "3 min 4 s", "2 h 10 min". */
char *vbet_format_seconds (double seconds);

/** vbet_suggest: Returns: (nullable): the name among @candidates (NULL-terminated) that @name was probably
 * meant to be. */
const char *vbet_suggest (const char *name, const char *const *candidates);
