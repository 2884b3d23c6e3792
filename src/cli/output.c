/* output.c - what vbetctl writes; see output.h. */
#include "config.h"

#include "cli/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clean.h"
#include "cli/command.h"

#define COLUMN_GAP "  "

/* Codes of ISO 6429 for the colours. */
static const char *
color_code (VbetColor color)
{
  switch (color) {
  case VBET_COLOR_BOLD:
    return "1";
  case VBET_COLOR_DIM:
    return "2";
  case VBET_COLOR_RED:
    return "31";
  case VBET_COLOR_GREEN:
    return "32";
  case VBET_COLOR_YELLOW:
    return "33";
  case VBET_COLOR_NONE:
    break;
  }
  return "";
}

char *
vbet_output_line (const char *text)
{
  return vbet_clean_text (text, -1, VBET_CLEAN_LINE);
}

void
vbet_output_message (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *line = vbet_output_line (text);
  fflush (stdout);
  fprintf (stderr, "vbetctl: %s\n", line);
}

void
vbet_output_error (const GError *error)
{
  vbet_output_message ("%s", error != NULL ? error->message : "something failed without a reason");
}

static void
put (FILE *stream, VbetColor color, const char *text)
{
  g_autofree char *clean = vbet_clean_text (text, -1, VBET_CLEAN_LINES);
  if (color != VBET_COLOR_NONE && vbet_output_has_color (stream))
    fprintf (stream, "\033[%sm%s\033[0m", color_code (color), clean);
  else
    fputs (clean, stream);
}

void
vbet_output_put (FILE *stream, VbetColor color, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  put (stream, color, text);
}

void
vbet_output_print (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  put (stdout, VBET_COLOR_NONE, text);
}

/* Outside its strings JSON has no such characters, so that all of them can be written as strings write them.
 */
void
vbet_output_json (const char *json)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (const char *c = json; *c != '\0'; c = g_utf8_next_char (c)) {
    gsize size = (gsize)(g_utf8_next_char (c) - c);
    g_autofree char *clean = vbet_clean_text (c, (gssize)size, VBET_CLEAN_LINES);
    if (strlen (clean) == size && memcmp (clean, c, size) == 0)
      g_string_append_len (text, c, (gssize)size);
    else
      g_string_append_printf (text, "\\u%04x", g_utf8_get_char (c));
  }
  put (stdout, VBET_COLOR_NONE, text->str);
  fputs (g_str_has_suffix (json, "\n") ? "" : "\n", stdout);
}

void
vbet_output_source (const char *text)
{
  if (isatty (STDOUT_FILENO))
    put (stdout, VBET_COLOR_NONE, text);
  else
    fputs (text, stdout);
}

void
vbet_output_erase (void)
{
  fputs ("\r\033[K", stderr);
}

gboolean
vbet_output_is_terminal (FILE *stream)
{
  const char *term = g_getenv ("TERM");
  return isatty (fileno (stream)) && term != NULL && *term != '\0' && strcmp (term, "dumb") != 0;
}

gboolean
vbet_output_has_color (FILE *stream)
{
  const char *refused = g_getenv ("NO_COLOR");
  return (refused == NULL || *refused == '\0') && vbet_output_is_terminal (stream);
}

VbetColor
vbet_output_state_color (const char *state)
{
  static const struct {
    const char *state;
    VbetColor color;
  } rows[] = {
    { "ready", VBET_COLOR_GREEN },    { "running", VBET_COLOR_GREEN },   { "done", VBET_COLOR_GREEN },
    { "passed", VBET_COLOR_GREEN },   { "ok", VBET_COLOR_GREEN },        { "failed", VBET_COLOR_RED },
    { "fail", VBET_COLOR_RED },       { "FAIL", VBET_COLOR_RED },        { "error", VBET_COLOR_RED },
    { "booting", VBET_COLOR_YELLOW }, { "stopping", VBET_COLOR_YELLOW }, { "starting", VBET_COLOR_YELLOW },
    { "paused", VBET_COLOR_YELLOW },  { "warn", VBET_COLOR_YELLOW },     { "warning", VBET_COLOR_YELLOW },
    { "off", VBET_COLOR_DIM },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].state, state) == 0)
      return rows[i].color;
  return VBET_COLOR_NONE;
}

guint
vbet_output_columns (FILE *stream)
{
  struct winsize size;
  if (ioctl (fileno (stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

int
vbet_output_flush (int exit_code)
{
  errno = 0;
  gboolean failed = fflush (stdout) != 0 || ferror (stdout);
  if (!failed || errno == EPIPE)
    return exit_code;
  vbet_output_message ("Cannot write to the standard output: %s", g_strerror (errno != 0 ? errno : EIO));
  return exit_code != VBET_EXIT_OK ? exit_code : VBET_EXIT_FAILURE;
}

gboolean
vbet_output_write (int fd, const void *bytes, gsize size)
{
  const guint8 *data = bytes;
  while (size > 0) {
    ssize_t n = write (fd, data, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN) {
      struct pollfd wait = { .fd = fd, .events = POLLOUT };
      poll (&wait, 1, -1);
      continue;
    }
    if (n < 0)
      return FALSE;
    data += n;
    size -= (gsize)n;
  }
  return TRUE;
}

/* --- tables ---------------------------------------------------------------- */

typedef struct {
  char *text;
  VbetColor color;
} Cell;

struct VbetTable {
  char **headings; /* owned */
  guint columns;
  GPtrArray *cells; /* owned, of Cell: row after row */
};

static void
cell_free (Cell *cell)
{
  g_free (cell->text);
  g_free (cell);
}

VbetTable *
vbet_table_new (const char *headings)
{
  VbetTable *self = g_new0 (VbetTable, 1);
  self->headings = g_strsplit (headings, "|", -1);
  self->columns = g_strv_length (self->headings);
  self->cells = g_ptr_array_new_with_free_func ((GDestroyNotify)cell_free);
  return self;
}

void
vbet_table_free (VbetTable *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->headings);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

static void
table_add (VbetTable *self, const char *text, VbetColor color)
{
  Cell *cell = g_new0 (Cell, 1);
  cell->text = vbet_output_line (text != NULL ? text : "");
  cell->color = color;
  g_ptr_array_add (self->cells, cell);
}

void
vbet_table_add (VbetTable *self, const char *cell)
{
  table_add (self, cell, VBET_COLOR_NONE);
}

void
vbet_table_add_format (VbetTable *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  table_add (self, text, VBET_COLOR_NONE);
}

void
vbet_table_add_state (VbetTable *self, const char *state)
{
  table_add (self, state, vbet_output_state_color (state));
}

static gboolean
is_number_column (const VbetTable *self, guint column)
{
  return self->headings[column][0] == '>';
}

static const char *
heading (const VbetTable *self, guint column)
{
  return self->headings[column] + (is_number_column (self, column) ? 1 : 0);
}

/* Prints @text so that the column lines up. *@blanks: those due before the next text; at a line's end there
 * are none. */
static void
print_cell (const VbetTable *self, guint column, const char *text, VbetColor color, guint width,
            guint *blanks)
{
  guint length = (guint)g_utf8_strlen (text, -1);
  guint padding = width > length ? width - length : 0;
  gboolean right = is_number_column (self, column);
  *blanks += (column > 0 ? (guint)strlen (COLUMN_GAP) : 0) + (right ? padding : 0);
  if (*text != '\0') {
    vbet_output_print ("%*s", (int)*blanks, "");
    put (stdout, color, text);
    *blanks = 0;
  }
  *blanks += right ? 0 : padding;
  if (column < self->columns - 1)
    return;
  vbet_output_print ("\n");
  *blanks = 0;
}

void
vbet_table_print (VbetTable *self)
{
  guint blanks = 0;
  g_autofree guint *widths = g_new0 (guint, self->columns);
  for (guint i = 0; i < self->columns; i++)
    widths[i] = (guint)g_utf8_strlen (heading (self, i), -1);
  for (guint i = 0; i < self->cells->len; i++) {
    const Cell *cell = g_ptr_array_index (self->cells, i);
    widths[i % self->columns] = MAX (widths[i % self->columns], (guint)g_utf8_strlen (cell->text, -1));
  }
  for (guint i = 0; i < self->columns; i++)
    print_cell (self, i, heading (self, i), VBET_COLOR_BOLD, widths[i], &blanks);
  for (guint i = 0; i < self->cells->len; i++) {
    const Cell *cell = g_ptr_array_index (self->cells, i);
    print_cell (self, i % self->columns, cell->text, cell->color, widths[i % self->columns], &blanks);
  }
}

/* --- amounts for people ------------------------------------------------------ */

char *
vbet_format_bytes (gint64 bytes)
{
  static const char units[] = "KMGT";
  if (bytes < 1024)
    return g_strdup_printf ("%" G_GINT64_FORMAT, bytes);
  double amount = (double)bytes / 1024;
  guint unit = 0;
  while (amount >= 1023.5 && unit + 1 < strlen (units)) {
    amount /= 1024;
    unit++;
  }
  return g_strdup_printf (amount < 9.95 ? "%.1f %c" : "%.0f %c", amount, units[unit]);
}

char *
vbet_format_seconds (double seconds)
{
  if (seconds < 9.995)
    return g_strdup_printf ("%.2f s", seconds);
  gint64 whole = (gint64)(seconds + 0.5);
  if (whole < 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT " s", whole);
  if (whole < 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min %" G_GINT64_FORMAT " s", whole / 60, whole % 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", whole / 3600, whole / 60 % 60);
}

/* Edits that turn @a into @b (insert, delete, replace, swap of neighbours); lengths beyond 64 bytes count as
 * far apart. */
static guint
distance (const char *a, const char *b)
{
  enum { LONGEST = 64 };
  gsize n = strlen (a);
  gsize m = strlen (b);
  if (n > LONGEST || m > LONGEST)
    return LONGEST;
  guint cost[LONGEST + 1][LONGEST + 1];
  for (gsize i = 0; i <= n; i++)
    cost[i][0] = (guint)i;
  for (gsize j = 0; j <= m; j++)
    cost[0][j] = (guint)j;
  for (gsize i = 1; i <= n; i++)
    for (gsize j = 1; j <= m; j++) {
      char x = g_ascii_tolower (a[i - 1]);
      char y = g_ascii_tolower (b[j - 1]);
      guint best = cost[i - 1][j - 1] + (x == y ? 0 : 1);
      best = MIN (best, MIN (cost[i - 1][j], cost[i][j - 1]) + 1);
      if (i > 1 && j > 1 && x == g_ascii_tolower (b[j - 2]) && g_ascii_tolower (a[i - 2]) == y)
        best = MIN (best, cost[i - 2][j - 2] + 1);
      cost[i][j] = best;
    }
  return cost[n][m];
}

const char *
vbet_suggest (const char *name, const char *const *candidates)
{
  const char *found = NULL;
  /* In names of one or two characters every other one is a likely mistake: then no guess is better. */
  guint allowed = (guint)strlen (name) / 3;
  guint best = allowed + 1;
  for (gsize i = 0; candidates[i] != NULL; i++) {
    guint cost = distance (name, candidates[i]);
    if (cost < best) {
      best = cost;
      found = candidates[i];
    }
  }
  return found;
}
