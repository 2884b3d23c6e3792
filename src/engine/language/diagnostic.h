/* diagnostic.h - findings about a lab text: what, where, how to mend it.
 *
 * Parser, checker and elaboration all append to one VbetDiagnostics list;
 * vbetctl check prints it, the program pane underlines it. Pure.
 */
#pragma once

#include <glib.h>

/* A range of bytes of the document. */
typedef struct {
  gsize start;
  gsize length;
} VbetSpan;

typedef enum {
  VBET_SEVERITY_ERROR,
  VBET_SEVERITY_WARNING,
} VbetSeverity;

/* A replacement that mends a finding: the bytes of @span become @text. */
typedef struct {
  VbetSpan span;
  char *text;  /* replacement, "" to delete */
  char *label; /* what the fix does, for a button or the end of a line: "insert ')'" */
} VbetFix;

typedef struct {
  VbetSeverity severity;
  const char *code; /* stable: "E012", "W003"; static storage */
  VbetSpan span;    /* what it covers; length 0 for "here something is missing" */
  guint line;       /* from 1 */
  guint column;     /* from 1, in characters (code points), not bytes */
  char *message;    /* one sentence, no full stop, no newline */
  VbetFix *fix;     /* nullable */
} VbetDiagnostic;

/* A growing list of findings about one text. */
typedef struct VbetDiagnostics VbetDiagnostics;

/** vbet_diagnostics_new: @text: (array length=size): the document; must outlive the list. */
VbetDiagnostics *vbet_diagnostics_new (const char *text, gsize size);
/** vbet_diagnostics_free: @self: (nullable) */
void vbet_diagnostics_free (VbetDiagnostics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetDiagnostics, vbet_diagnostics_free)

/**
 * vbet_diagnostics_add:
 * @code: static string; its first letter gives the severity: 'E' error, 'W' warning
 *
 * Appends a finding. Past 1,000 findings further ones are counted, not kept.
 *
 * Returns: (nullable): the finding, to which vbet_diagnostic_set_fix() may add; NULL when it was not kept.
 */
VbetDiagnostic *vbet_diagnostics_add (VbetDiagnostics *self, const char *code, VbetSpan span,
                                      const char *format, ...) G_GNUC_PRINTF (4, 5);

/** vbet_diagnostic_set_fix: what mends it: @text in place of @span, as an editor offers it by @label. Both are
 * copied. */
void vbet_diagnostic_set_fix (VbetDiagnostic *self, VbetSpan span, const char *text, const char *label);

/** vbet_diagnostics_sort: orders by position, errors before warnings at one place. */
void vbet_diagnostics_sort (VbetDiagnostics *self);

/** vbet_diagnostics_size: how many findings there are. */
guint vbet_diagnostics_size (const VbetDiagnostics *self);
/** vbet_diagnostics_get: @index: below vbet_diagnostics_size(). Returns: (transfer none). */
const VbetDiagnostic *vbet_diagnostics_get (const VbetDiagnostics *self, guint index);
/** vbet_diagnostics_has_errors: whether one of them is an error, no mere warning. */
gboolean vbet_diagnostics_has_errors (const VbetDiagnostics *self);

/**
 * vbet_diagnostic_format:
 * Returns: (transfer full): "FILE:LINE:COL: error: text [CODE]", and " (fix: LABEL)" where there is a fix
 * before the code's bracket: "FILE:3:26: warning: a ')' is missing here (fix: insert ')') [W001]".
 */
char *vbet_diagnostic_format (const VbetDiagnostic *self, const char *file);
