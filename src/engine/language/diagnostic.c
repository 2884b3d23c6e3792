/* diagnostic.c - the list of findings about one text.
 *
 * Lines and columns are looked up when a finding is added. An index of line
 * starts and of code points up to each kibibyte, built at the first finding,
 * keeps that cheap even in a file of one line.
 */
#include "config.h"

#include "engine/language/diagnostic.h"

#include <string.h>

#define KEPT_MAX 1000
#define BLOCK 1024

struct VbetDiagnostics {
  const char *text;
  gsize size;
  GPtrArray *items; /* of VbetDiagnostic */
  guint dropped;
  gboolean dropped_error;
  GArray *lines;  /* (nullable) of gsize: where each line starts */
  GArray *points; /* (nullable) of gsize: code points before byte i × BLOCK */
};

static void
fix_free (VbetFix *fix)
{
  if (fix == NULL)
    return;
  g_free (fix->text);
  g_free (fix->label);
  g_free (fix);
}

static void
diagnostic_free (VbetDiagnostic *self)
{
  g_free (self->message);
  fix_free (self->fix);
  g_free (self);
}

VbetDiagnostics *
vbet_diagnostics_new (const char *text, gsize size)
{
  VbetDiagnostics *self = g_new0 (VbetDiagnostics, 1);
  self->text = text;
  self->size = size;
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify)diagnostic_free);
  return self;
}

void
vbet_diagnostics_free (VbetDiagnostics *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->items);
  g_clear_pointer (&self->lines, g_array_unref);
  g_clear_pointer (&self->points, g_array_unref);
  g_free (self);
}

static inline gboolean
starts_point (char c)
{
  return ((guchar)c & 0xc0) != 0x80;
}

static void
build_index (VbetDiagnostics *self)
{
  self->lines = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->points = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize zero = 0;
  g_array_append_val (self->lines, zero);
  gsize points = 0;
  for (gsize i = 0; i < self->size; i++) {
    if (i % BLOCK == 0)
      g_array_append_val (self->points, points);
    points += starts_point (self->text[i]);
    if (self->text[i] == '\n') {
      gsize next = i + 1;
      g_array_append_val (self->lines, next);
    }
  }
  if (self->size % BLOCK == 0)
    g_array_append_val (self->points, points);
}

static gsize
points_before (VbetDiagnostics *self, gsize offset)
{
  gsize block = offset / BLOCK;
  gsize points = g_array_index (self->points, gsize, block);
  for (gsize i = block * BLOCK; i < offset; i++)
    points += starts_point (self->text[i]);
  return points;
}

static void
locate (VbetDiagnostics *self, gsize offset, guint *ret_line, guint *ret_column)
{
  if (self->lines == NULL)
    build_index (self);
  guint low = 0;
  guint high = self->lines->len;
  while (high - low > 1) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (self->lines, gsize, middle) <= offset)
      low = middle;
    else
      high = middle;
  }
  gsize start = g_array_index (self->lines, gsize, low);
  gsize column = points_before (self, offset) - points_before (self, start);
  /* A byte-order mark is no character of the first line. */
  if (low == 0 && offset > 0 && self->size >= 3 && memcmp (self->text, "\xef\xbb\xbf", 3) == 0)
    column--;
  *ret_line = low + 1;
  *ret_column = (guint)column + 1;
}

/* One line of valid UTF-8, whatever bytes of the document got into it. */
static char *
clean_message (char *message)
{
  char *valid = g_utf8_make_valid (message, -1);
  g_free (message);
  for (char *p = valid; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return valid;
}

VbetDiagnostic *
vbet_diagnostics_add (VbetDiagnostics *self, const char *code, VbetSpan span, const char *format, ...)
{
  VbetSeverity severity = code[0] == 'W' ? VBET_SEVERITY_WARNING : VBET_SEVERITY_ERROR;
  if (self->items->len >= KEPT_MAX) {
    self->dropped++;
    self->dropped_error |= severity == VBET_SEVERITY_ERROR;
    return NULL;
  }
  VbetDiagnostic *item = g_new0 (VbetDiagnostic, 1);
  item->severity = severity;
  item->code = code;
  item->span.start = MIN (span.start, self->size);
  item->span.length = MIN (span.length, self->size - item->span.start);
  locate (self, item->span.start, &item->line, &item->column);
  va_list args;
  va_start (args, format);
  item->message = clean_message (g_strdup_vprintf (format, args));
  va_end (args);
  g_ptr_array_add (self->items, item);
  return item;
}

void
vbet_diagnostic_set_fix (VbetDiagnostic *self, VbetSpan span, const char *text, const char *label)
{
  if (self == NULL)
    return;
  fix_free (self->fix);
  self->fix = g_new0 (VbetFix, 1);
  self->fix->span = span;
  self->fix->text = g_strdup (text);
  self->fix->label = clean_message (g_strdup (label));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const VbetDiagnostic *x = *(VbetDiagnostic *const *)a;
  const VbetDiagnostic *y = *(VbetDiagnostic *const *)b;
  if (x->span.start != y->span.start)
    return x->span.start < y->span.start ? -1 : 1;
  if (x->severity != y->severity)
    return x->severity == VBET_SEVERITY_ERROR ? -1 : 1;
  return strcmp (x->code, y->code);
}

void
vbet_diagnostics_sort (VbetDiagnostics *self)
{
  /* GLib's sort of pointer arrays is stable: equal places keep the order of discovery. */
  g_ptr_array_sort (self->items, compare);
}

guint
vbet_diagnostics_size (const VbetDiagnostics *self)
{
  return self->items->len;
}

const VbetDiagnostic *
vbet_diagnostics_get (const VbetDiagnostics *self, guint index)
{
  return index < self->items->len ? self->items->pdata[index] : NULL;
}

gboolean
vbet_diagnostics_has_errors (const VbetDiagnostics *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (((const VbetDiagnostic *)self->items->pdata[i])->severity == VBET_SEVERITY_ERROR)
      return TRUE;
  return self->dropped_error;
}

char *
vbet_diagnostic_format (const VbetDiagnostic *self, const char *file)
{
  GString *out = g_string_new (file);
  g_string_append_printf (out, ":%u:%u: %s: %s", self->line, self->column,
                          self->severity == VBET_SEVERITY_ERROR ? "error" : "warning", self->message);
  if (self->fix != NULL)
    g_string_append_printf (out, " (fix: %s)", self->fix->label);
  g_string_append_printf (out, " [%s]", self->code);
  return g_string_free (out, FALSE);
}
