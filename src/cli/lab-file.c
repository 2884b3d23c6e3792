/* lab-file.c - a lab text as vbetctl reads it; see lab-file.h. */
#include "config.h"

#include "cli/lab-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/output.h"

#define TEXT_MAX (64 * 1024 * 1024) /* bytes; far above any lab, below what a wrong file name may bring */
#define EXCERPT_MAX 160             /* characters of a line shown below a finding */

GBytes *
vbet_read_stream (int fd, gsize limit, const char *what, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 block[65536];
  for (;;) {
    ssize_t n = read (fd, block, sizeof block);
    if (n == 0)
      return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot read %s: %s", what, g_strerror (errno));
      return NULL;
    }
    if (bytes->len + (gsize)n > limit) {
      g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "%s is longer than %u MiB", what,
                   (unsigned)(limit >> 20));
      return NULL;
    }
    g_byte_array_append (bytes, block, (guint)n);
  }
}

static GBytes *
read_argument (const char *argument, GError **error)
{
  if (strcmp (argument, "-") == 0)
    return vbet_read_stream (STDIN_FILENO, TEXT_MAX, "The standard input", error);
  int fd = open (argument, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "Cannot read %s: %s", argument, g_strerror (errno));
    return NULL;
  }
  GBytes *bytes = vbet_read_stream (fd, TEXT_MAX, argument, error);
  close (fd);
  return bytes;
}

static char *
lab_name (const char *argument)
{
  if (strcmp (argument, "-") == 0)
    return g_strdup ("stdin");
  g_autofree char *base = g_path_get_basename (argument);
  char *name = g_utf8_make_valid (base, -1);
  if (g_str_has_suffix (name, ".vbet") && strlen (name) > strlen (".vbet"))
    name[strlen (name) - strlen (".vbet")] = '\0';
  return name;
}

VbetLabFile *
vbet_lab_file_load (const char *argument, GError **error)
{
  g_autoptr (GBytes) bytes = read_argument (argument, error);
  if (bytes == NULL)
    return NULL;
  gboolean is_stdin = strcmp (argument, "-") == 0;
  VbetLabFile *self = g_new0 (VbetLabFile, 1);
  self->shown = g_strdup (is_stdin ? "<stdin>" : argument);
  self->path = is_stdin ? g_strdup ("") : g_canonicalize_filename (argument, NULL);
  self->name = lab_name (argument);
  self->size = g_bytes_get_size (bytes);
  self->text = g_malloc (self->size + 1);
  if (self->size > 0)
    memcpy (self->text, g_bytes_get_data (bytes, NULL), self->size);
  self->text[self->size] = '\0';
  self->program = vbet_program_parse (self->text, self->size);
  self->diagnostics = vbet_diagnostics_new (self->text, self->size);
  vbet_program_diagnose (self->program, self->diagnostics);
  self->topology = vbet_topology_elaborate (self->program, self->name, self->diagnostics);
  vbet_diagnostics_sort (self->diagnostics);
  return self;
}

void
vbet_lab_file_free (VbetLabFile *self)
{
  if (self == NULL)
    return;
  vbet_diagnostics_free (self->diagnostics);
  vbet_topology_unref (self->topology);
  vbet_program_unref (self->program);
  g_free (self->text);
  g_free (self->name);
  g_free (self->path);
  g_free (self->shown);
  g_free (self);
}

/* On a terminal: the line of the finding and a mark below what it covers. */
static void
print_excerpt (const VbetLabFile *self, const VbetDiagnostic *finding, FILE *stream)
{
  gsize start = MIN (finding->span.start, self->size);
  while (start > 0 && self->text[start - 1] != '\n')
    start--;
  const char *end = memchr (self->text + start, '\n', self->size - start);
  gsize length = end != NULL ? (gsize)(end - (self->text + start)) : self->size - start;
  while (length > 0 && self->text[start + length - 1] == '\r')
    length--;
  if (!g_utf8_validate (self->text + start, (gssize)length, NULL)
      || g_utf8_strlen (self->text + start, (gssize)length) > EXCERPT_MAX)
    return;
  g_autoptr (GString) mark = g_string_new (NULL);
  for (const char *c = self->text + start; c < self->text + MIN (finding->span.start, start + length);
       c = g_utf8_next_char (c))
    g_string_append_c (mark, *c == '\t' ? '\t' : ' ');
  gsize marked_to = MIN (finding->span.start + MAX (finding->span.length, 1), start + length);
  g_string_append_c (mark, '^');
  if (finding->span.start < marked_to)
    for (glong i = 1;
         i < g_utf8_strlen (self->text + finding->span.start, (gssize)(marked_to - finding->span.start)); i++)
      g_string_append_c (mark, '~');
  vbet_output_put (stream, VBET_COLOR_NONE, "    %.*s\n    ", (int)length, self->text + start);
  vbet_output_put (stream, VBET_COLOR_GREEN, "%s", mark->str);
  vbet_output_put (stream, VBET_COLOR_NONE, "\n");
}

void
vbet_lab_file_print_findings (const VbetLabFile *self, FILE *stream)
{
  for (guint i = 0; i < vbet_diagnostics_size (self->diagnostics); i++) {
    const VbetDiagnostic *finding = vbet_diagnostics_get (self->diagnostics, i);
    g_autofree char *text = vbet_diagnostic_format (finding, self->shown);
    g_autofree char *line = vbet_output_line (text);
    VbetColor color = finding->severity == VBET_SEVERITY_ERROR ? VBET_COLOR_RED : VBET_COLOR_YELLOW;
    vbet_output_put (stream, color, "%s", line);
    vbet_output_put (stream, VBET_COLOR_NONE, "\n");
    if (vbet_output_is_terminal (stream))
      print_excerpt (self, finding, stream);
  }
}

VbetLabFile *
vbet_lab_file_load_valid (const char *argument)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetLabFile) file = vbet_lab_file_load (argument, &error);
  if (file == NULL) {
    vbet_output_error (error);
    return NULL;
  }
  fflush (stdout);
  vbet_lab_file_print_findings (file, stderr);
  return vbet_diagnostics_has_errors (file->diagnostics) ? NULL : g_steal_pointer (&file);
}
