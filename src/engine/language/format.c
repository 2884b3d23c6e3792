/* format.c - vbetctl fmt: one layout for every lab text.
 *
 * The layout: one statement a line, the body of a step indented by two, calls
 * on one line where they fit into 100 columns, else filled and continued four
 * further in. At most one blank line stays between statements. Words, values
 * and comments are copied as they are.
 *
 * It depends on the tree, on the comments, and on three things about the old
 * layout: where blank lines are, whether a comment follows something on its
 * line, and the lines inside raw text. All three survive formatting, which is
 * why formatting twice changes nothing more.
 *
 * Comments are placed by the sequences (statements, arguments) they stand in;
 * one in the middle of something that has no lines of its own ("x = # why")
 * goes before the whole statement or argument.
 */
#include "config.h"

#include "engine/language/format.h"

#include <string.h>

#include "base/error.h"
#include "engine/language/edit.h"
#include "engine/language/program-private.h"

#define COLUMNS 100
#define STEP_INDENT 2
#define CONTINUATION 4

typedef struct {
  const char *text;
  const GArray *tokens;
  const GArray *comments;
  const char *newline; /* "\n" or "\r\n", as the text has it */
  GString *out;
  gsize line_start; /* in @out: where the current line starts */
} Printer;

static void print_node (Printer *self, const VbetNode *node, guint indent, guint tail);
static void print_statements (Printer *self, const VbetNode *node, gsize from, gsize to, guint indent);

/* --- output ------------------------------------------------------------- */

static void
put (Printer *self, const char *text)
{
  g_string_append (self->out, text);
}

static void
put_newline (Printer *self, guint indent)
{
  put (self, self->newline);
  self->line_start = self->out->len;
  for (guint i = 0; i < indent; i++)
    g_string_append_c (self->out, ' ');
}

/* Bytes of the document, which may hold line ends of their own. */
static void
put_source (Printer *self, VbetSpan span)
{
  g_string_append_len (self->out, self->text + span.start, (gssize)span.length);
  for (gsize i = span.length; i > 0; i--)
    if (self->text[span.start + i - 1] == '\n') {
      self->line_start = self->out->len - (span.length - i);
      break;
    }
}

static glong
characters (const char *text, gsize size)
{
  return g_utf8_strlen (text, (gssize)size);
}

static glong
column (const Printer *self)
{
  return characters (self->out->str + self->line_start, self->out->len - self->line_start);
}

/* --- comments ----------------------------------------------------------- */

static gsize
end_of (VbetSpan span)
{
  return span.start + span.length;
}

static const VbetLexToken *
comment_at (const Printer *self, guint index)
{
  return &g_array_index (self->comments, VbetLexToken, index);
}

static gboolean
has_comments (const Printer *self, gsize from, gsize to)
{
  guint i = vbet_lex_first_at (self->comments, from);
  return i < self->comments->len && comment_at (self, i)->start < to;
}

/* Where the bracket of a sequence opens. */
static gsize
opening (const Printer *self, const VbetNode *node)
{
  if (node->kind != VBET_NODE_CALL)
    return node->span.start;
  guint i = vbet_lex_first_at (self->tokens, end_of (node->name_span));
  return g_array_index (self->tokens, VbetLexToken, i).start;
}

static gboolean
is_sequence (const VbetNode *node)
{
  return node->kind == VBET_NODE_CALL || node->kind == VBET_NODE_LIST || node->kind == VBET_NODE_TUPLE
         || node->kind == VBET_NODE_GROUP;
}

static void
put_comment (Printer *self, const VbetLexToken *comment)
{
  gsize end = comment->end;
  while (end > comment->start && strchr (" \t\r", self->text[end - 1]) != NULL)
    end--;
  put_source (self, (VbetSpan){ comment->start, end - comment->start });
}

static void
put_comments (Printer *self, gsize from, gsize to, guint indent)
{
  for (guint i = vbet_lex_first_at (self->comments, from); i < self->comments->len; i++) {
    const VbetLexToken *comment = comment_at (self, i);
    if (comment->start >= to)
      return;
    put_comment (self, comment);
    put_newline (self, indent);
  }
}

/* Prints, a line each, the comments inside @node that no sequence in it will print. */
static void
put_inner_comments (Printer *self, const VbetNode *node, guint indent)
{
  if (node->kind == VBET_NODE_CALL)
    put_comments (self, end_of (node->name_span), opening (self, node), indent);
  if (is_sequence (node))
    return;
  gsize done = node->span.start;
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    put_comments (self, done, child->span.start, indent);
    put_inner_comments (self, child, indent);
    done = end_of (child->span);
  }
  put_comments (self, done, end_of (node->span), indent);
}

/* The comment that follows on the line where @end is, or NULL. */
static const VbetLexToken *
trailing_comment (const Printer *self, gsize end, gsize limit)
{
  guint i = vbet_lex_first_at (self->comments, end);
  if (i >= self->comments->len || comment_at (self, i)->start >= limit)
    return NULL;
  const VbetLexToken *comment = comment_at (self, i);
  return memchr (self->text + end, '\n', comment->start - end) == NULL ? comment : NULL;
}

/* --- one line ----------------------------------------------------------- */

static void
append_source (GString *out, const Printer *self, VbetSpan span)
{
  g_string_append_len (out, self->text + span.start, (gssize)span.length);
}

static const char *
pair_separator (const VbetNode *node)
{
  /* "10.0.0.1/24" would be an address with its prefix. */
  const VbetValue *first = node->children[0]->value;
  return first != NULL && (first->type == VBET_VALUE_ADDRESS || first->type == VBET_VALUE_MAC) ? " / " : "/";
}

/* @node on one line (but for the lines of raw text). FALSE when it takes several. */
static gboolean
flatten (const Printer *self, const VbetNode *node, GString *out)
{
  const char *separator = ", ";
  const char *close = "";
  if (has_comments (self, node->span.start, end_of (node->span)))
    return FALSE;
  switch (node->kind) {
  case VBET_NODE_ASSIGN:
    g_string_append (out, node->name);
    g_string_append (out, " = ");
    break;
  case VBET_NODE_KEYWORD:
    g_string_append (out, node->name);
    g_string_append_c (out, '=');
    break;
  case VBET_NODE_CALL:
    g_string_append (out, node->name);
    g_string_append_c (out, '(');
    close = ")";
    break;
  case VBET_NODE_LIST:
    g_string_append_c (out, '[');
    close = "]";
    break;
  case VBET_NODE_TUPLE:
    g_string_append_c (out, '(');
    close = ")";
    break;
  case VBET_NODE_GROUP:
    if (node->n_children > 1)
      return FALSE;
    g_string_append_c (out, '{');
    close = "}";
    break;
  case VBET_NODE_PAIR:
    separator = pair_separator (node);
    break;
  case VBET_NODE_PROGRAM:
  case VBET_NODE_STEP:
    return FALSE;
  default:
    append_source (out, self, node->span);
    return TRUE;
  }
  for (guint i = 0; i < node->n_children; i++) {
    if (i > 0)
      g_string_append (out, separator);
    if (!flatten (self, node->children[i], out))
      return FALSE;
  }
  g_string_append (out, close);
  return TRUE;
}

/* Whether @text, put at @at with @tail more characters after it, stays within the columns; lines inside raw
 * text are as long as they are. */
static gboolean
fits (const GString *text, glong at, guint tail)
{
  const char *first_end = memchr (text->str, '\n', text->len);
  if (first_end == NULL)
    return at + characters (text->str, text->len) + (glong)tail <= COLUMNS;
  const char *last = g_strrstr_len (text->str, (gssize)text->len, "\n") + 1;
  return at + characters (text->str, (gsize)(first_end - text->str)) <= COLUMNS
         && characters (last, (gsize)(text->str + text->len - last)) + (glong)tail <= COLUMNS;
}

/* Puts @node on the current line if it fits there. */
static gboolean
print_flat (Printer *self, const VbetNode *node, guint tail, gboolean even_if_long)
{
  g_autoptr (GString) flat = g_string_new (NULL);
  if (!flatten (self, node, flat) || (!even_if_long && !fits (flat, column (self), tail)))
    return FALSE;
  gsize before = self->out->len;
  g_string_append_len (self->out, flat->str, (gssize)flat->len);
  const char *last = g_strrstr_len (flat->str, (gssize)flat->len, "\n");
  if (last != NULL)
    self->line_start = before + (gsize)(last - flat->str) + 1;
  return TRUE;
}

/* --- sequences of arguments --------------------------------------------- */

/* As many on a line as fit. */
static void
print_filled (Printer *self, const VbetNode *node, guint indent, guint tail)
{
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    guint after = i + 1 < node->n_children ? 1 : 1 + tail;
    if (i > 0) {
      put (self, ", ");
      if (print_flat (self, child, after, FALSE))
        continue;
      g_string_truncate (self->out, self->out->len - 1);
      put_newline (self, indent + CONTINUATION);
    }
    print_node (self, child, indent + CONTINUATION, after);
  }
}

/* One a line, with the comments among them. */
static void
print_lines (Printer *self, const VbetNode *node, guint indent)
{
  guint inner = indent + CONTINUATION;
  gsize done = opening (self, node);
  gsize limit = end_of (node->span);
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    put_newline (self, inner);
    put_comments (self, done, child->span.start, inner);
    put_inner_comments (self, child, inner);
    print_node (self, child, inner, 1);
    if (i + 1 < node->n_children)
      put (self, ",");
    done = end_of (child->span);
    const VbetLexToken *comment
        = trailing_comment (self, done, i + 1 < node->n_children ? node->children[i + 1]->span.start : limit);
    if (comment != NULL) {
      put (self, " ");
      put_comment (self, comment);
      done = comment->end;
    }
  }
  for (guint i = vbet_lex_first_at (self->comments, done); i < self->comments->len; i++) {
    if (comment_at (self, i)->start >= limit)
      break;
    put_newline (self, inner);
    put_comment (self, comment_at (self, i));
  }
  put_newline (self, indent);
}

static void
print_arguments (Printer *self, const VbetNode *node, const char *open, const char *close, guint indent,
                 guint tail)
{
  put (self, open);
  if (has_comments (self, opening (self, node), end_of (node->span)))
    print_lines (self, node, indent);
  else
    print_filled (self, node, indent, tail);
  put (self, close);
}

static void
print_group (Printer *self, const VbetNode *node, guint indent)
{
  put (self, "{");
  if (node->n_children > 0 || has_comments (self, node->span.start, end_of (node->span))) {
    put_newline (self, indent + STEP_INDENT);
    print_statements (self, node, node->span.start + 1, end_of (node->span) - 1, indent + STEP_INDENT);
    put_newline (self, indent);
  }
  put (self, "}");
}

static void
print_step (Printer *self, const VbetNode *node, guint indent)
{
  put (self, "step ");
  for (guint i = 0; i + 1 < node->n_children; i++) {
    put_source (self, node->children[i]->span);
    put (self, " ");
  }
  print_group (self, node->children[node->n_children - 1], indent);
}

/* @tail: characters that will follow on the line. */
static void
print_node (Printer *self, const VbetNode *node, guint indent, guint tail)
{
  if (print_flat (self, node, tail, FALSE))
    return;
  switch (node->kind) {
  case VBET_NODE_ASSIGN:
  case VBET_NODE_KEYWORD:
    put (self, node->name);
    put (self, node->kind == VBET_NODE_ASSIGN ? " = " : "=");
    print_node (self, node->children[0], indent, tail);
    break;
  case VBET_NODE_CALL:
    put (self, node->name);
    print_arguments (self, node, "(", ")", indent, tail);
    break;
  case VBET_NODE_LIST:
    print_arguments (self, node, "[", "]", indent, tail);
    break;
  case VBET_NODE_TUPLE:
    print_arguments (self, node, "(", ")", indent, tail);
    break;
  case VBET_NODE_GROUP:
    print_group (self, node, indent);
    break;
  case VBET_NODE_STEP:
    print_step (self, node, indent);
    break;
  case VBET_NODE_PAIR:
    print_node (self, node->children[0], indent, tail);
    put (self, pair_separator (node));
    print_node (self, node->children[1], indent, tail);
    break;
  default:
    put_source (self, node->span);
    break;
  }
}

/* --- statements --------------------------------------------------------- */

/* Whether a blank line stands before @at. */
static gboolean
blank_before (const Printer *self, gsize at)
{
  guint newlines = 0;
  while (at > 0 && strchr (" \t\r\n", self->text[at - 1]) != NULL && self->text[at - 1] != '\0')
    newlines += self->text[--at] == '\n';
  return newlines >= 2;
}

/* Begins a line for what stands at @at in the document. */
static void
begin_line (Printer *self, gsize at, guint indent, gboolean *first)
{
  if (!*first) {
    if (blank_before (self, at)) {
      put (self, self->newline);
    }
    put_newline (self, indent);
  }
  *first = FALSE;
}

static gsize
print_comment_lines (Printer *self, gsize from, gsize to, guint indent, gboolean *first)
{
  for (guint i = vbet_lex_first_at (self->comments, from); i < self->comments->len; i++) {
    const VbetLexToken *comment = comment_at (self, i);
    if (comment->start >= to)
      break;
    begin_line (self, comment->start, indent, first);
    put_comment (self, comment);
  }
  return to;
}

/* The statements and comments between @from and @to. */
static void
print_statements (Printer *self, const VbetNode *node, gsize from, gsize to, guint indent)
{
  gboolean first = TRUE;
  gsize done = from;
  for (guint i = 0; i < node->n_children; i++) {
    const VbetNode *child = node->children[i];
    print_comment_lines (self, done, child->span.start, indent, &first);
    begin_line (self, child->span.start, indent, &first);
    put_inner_comments (self, child, indent);
    print_node (self, child, indent, 0);
    done = end_of (child->span);
    const VbetLexToken *comment
        = trailing_comment (self, done, i + 1 < node->n_children ? node->children[i + 1]->span.start : to);
    if (comment != NULL) {
      put (self, " ");
      put_comment (self, comment);
      done = comment->end;
    }
  }
  print_comment_lines (self, done, to, indent, &first);
}

/* The text with the fixes of its warnings, so that what is written is what was meant. */
static VbetProgram *
settle (const VbetProgram *program)
{
  g_autoptr (VbetEdits) edits = vbet_edits_new ();
  const VbetDiagnostics *findings = vbet_program_findings (program);
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *item = vbet_diagnostics_get (findings, i);
    if (item->fix != NULL)
      vbet_edits_replace (edits, item->fix->span, item->fix->text);
  }
  gsize size;
  const char *text = vbet_program_text (program, &size);
  gsize settled_size;
  g_autofree char *settled = vbet_edits_apply (edits, text, size, &settled_size);
  return vbet_program_parse (settled, settled_size);
}

static gboolean
report_error (const VbetProgram *program, GError **error)
{
  const VbetDiagnostics *findings = vbet_program_findings (program);
  if (!vbet_diagnostics_has_errors (findings))
    return FALSE;
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++) {
    const VbetDiagnostic *item = vbet_diagnostics_get (findings, i);
    if (item->severity != VBET_SEVERITY_ERROR)
      continue;
    g_set_error (error, VBET_ERROR, VBET_ERROR_LANGUAGE, "line %u, column %u: %s; mend this first",
                 item->line, item->column, item->message);
    return TRUE;
  }
  g_set_error_literal (error, VBET_ERROR, VBET_ERROR_LANGUAGE,
                       "the text has too many errors; mend them first");
  return TRUE;
}

char *
vbet_program_format (const VbetProgram *self, GError **error)
{
  if (report_error (self, error))
    return NULL;
  g_autoptr (VbetProgram) program = settle (self);
  gsize size;
  const char *text = vbet_program_text (program, &size);
  const char *newline = memchr (text, '\n', size);
  Printer printer = {
    .text = text,
    .tokens = vbet_program_tokens (program),
    .comments = vbet_program_comments (program),
    .newline = newline != NULL && newline > text && newline[-1] == '\r' ? "\r\n" : "\n",
    .out = g_string_sized_new (size + size / 8),
  };
  gboolean marked = size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0;
  if (marked) {
    put (&printer, "\xef\xbb\xbf");
    printer.line_start = 3;
  }
  print_statements (&printer, vbet_program_root (program), 0, size, 0);
  if (printer.out->len > (marked ? 3 : 0))
    put_newline (&printer, 0);
  return g_string_free (printer.out, FALSE);
}
