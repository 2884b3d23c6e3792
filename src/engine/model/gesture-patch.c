/* gesture-patch.c - edits with the manners of the text: lines, commas, indentation. */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"

typedef struct {
  gsize start;
  gsize end;
  char *text;
  gboolean whole_line; /* a statement goes: an empty line it leaves goes too */
} Change;

struct VbetPatch {
  const VbetScene *scene;
  GPtrArray *changes; /* of Change */
};

static void
change_free (Change *self)
{
  g_free (self->text);
  g_free (self);
}

VbetPatch *
vbet_patch_new (const VbetScene *scene)
{
  VbetPatch *self = g_new0 (VbetPatch, 1);
  self->scene = scene;
  self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify)change_free);
  return self;
}

void
vbet_patch_free (VbetPatch *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->changes);
  g_free (self);
}

static Change *
add_change (VbetPatch *self, gsize start, gsize end, const char *text)
{
  Change *change = g_new0 (Change, 1);
  change->start = start;
  change->end = end;
  change->text = g_strdup (text);
  g_ptr_array_add (self->changes, change);
  return change;
}

static gsize
end_of (VbetSpan span)
{
  return span.start + span.length;
}

void
vbet_patch_replace (VbetPatch *self, VbetSpan span, const char *text)
{
  add_change (self, span.start, end_of (span), text);
}

void
vbet_patch_insert (VbetPatch *self, gsize offset, const char *text)
{
  add_change (self, offset, offset, text);
}

/* --- lines -------------------------------------------------------------- */

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static gsize
line_start (const VbetPatch *self, gsize at)
{
  while (at > 0 && self->scene->text[at - 1] != '\n')
    at--;
  return at;
}

/* Where the line of @at ends, before its line end. */
static gsize
line_end (const VbetPatch *self, gsize at)
{
  const char *text = self->scene->text;
  const char *newline = memchr (text + at, '\n', self->scene->size - at);
  gsize end = newline != NULL ? (gsize)(newline - text) : self->scene->size;
  return newline != NULL && end > at && text[end - 1] == '\r' ? end - 1 : end;
}

static gsize
skip_blanks (const VbetPatch *self, gsize at, gsize end, gboolean separators)
{
  const char *text = self->scene->text;
  while (at < end && (is_blank (text[at]) || (separators && text[at] == ';')))
    at++;
  return at;
}

static gboolean
begins_comment (const VbetPatch *self, gsize at, gsize end)
{
  const char *text = self->scene->text;
  return at < end && (text[at] == '#' || (text[at] == '/' && at + 1 < end && text[at + 1] == '/'));
}

/* Whether only blanks (and a byte-order mark) stand between the start of the line and @at. */
static gboolean
is_first_on_line (const VbetPatch *self, gsize at)
{
  gsize start = line_start (self, at);
  if (start == 0 && self->scene->size >= 3 && memcmp (self->scene->text, "\xef\xbb\xbf", 3) == 0)
    start = 3;
  return skip_blanks (self, start, at, TRUE) == at;
}

/* The blanks that the line of @at begins with; (transfer full). */
static char *
indentation (const VbetPatch *self, gsize at)
{
  gsize start = line_start (self, at);
  return g_strndup (self->scene->text + start, skip_blanks (self, start, at, FALSE) - start);
}

/* --- statements --------------------------------------------------------- */

void
vbet_patch_remove_statement (VbetPatch *self, const VbetNode *statement)
{
  gsize start = statement->span.start;
  gsize end = end_of (statement->span);
  gsize limit = line_end (self, end);
  gsize next = skip_blanks (self, end, limit, TRUE);
  gboolean first = is_first_on_line (self, start);
  if (next == limit || (first && begins_comment (self, next, limit)))
    end = limit;
  else if (!begins_comment (self, next, limit))
    end = next;
  if (!first && (end == limit || begins_comment (self, next, limit)))
    while (start > 0 && is_blank (self->scene->text[start - 1]))
      start--;
  add_change (self, start, end, "")->whole_line = TRUE;
}

/* @lines as they stand at @at: the first there, the others on lines of their own. */
static char *
join_lines (const VbetPatch *self, const GPtrArray *lines, gsize at)
{
  g_autofree char *indent = indentation (self, at);
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < lines->len; i++) {
    if (i > 0)
      g_string_append_printf (out, "%s%s", self->scene->newline, indent);
    g_string_append (out, lines->pdata[i]);
  }
  return g_string_free (out, FALSE);
}

void
vbet_patch_replace_statement (VbetPatch *self, const VbetNode *statement, const GPtrArray *lines)
{
  if (lines == NULL || lines->len == 0) {
    vbet_patch_remove_statement (self, statement);
    return;
  }
  g_autofree char *text = join_lines (self, lines, statement->span.start);
  vbet_patch_replace (self, statement->span, text);
}

static gboolean
is_check (const VbetNode *node)
{
  return node->kind == VBET_NODE_STEP || vbet_gesture_is_call (node, "expect")
         || vbet_gesture_is_call (node, "ping");
}

/* Puts @text on a line of its own after what ends at @at. */
static void
add_line_after (VbetPatch *self, gsize at, const char *text)
{
  const char *newline = self->scene->newline;
  gsize limit = line_end (self, at);
  gsize next = skip_blanks (self, at, limit, TRUE);
  if (next == limit || begins_comment (self, next, limit)) {
    g_autofree char *line = g_strconcat (newline, text, NULL);
    vbet_patch_insert (self, limit, line);
    return;
  }
  g_autofree char *line = g_strconcat (newline, text, newline, NULL);
  add_change (self, at, next, line);
}

void
vbet_patch_add_after (VbetPatch *self, const VbetNode *statement, const char *line)
{
  g_autofree char *indent = indentation (self, statement->span.start);
  g_autofree char *text = g_strconcat (indent, line, NULL);
  add_line_after (self, end_of (statement->span), text);
}

void
vbet_patch_add_statements (VbetPatch *self, const GPtrArray *lines)
{
  const VbetScene *scene = self->scene;
  const VbetNode *root = vbet_program_root (scene->program);
  const VbetNode *last = NULL;
  for (guint i = 0; i < root->n_children; i++)
    if (!is_check (root->children[i]))
      last = root->children[i];
  g_autofree char *text = join_lines (self, lines, 0);
  if (last != NULL) {
    add_line_after (self, end_of (last->span), text);
    return;
  }
  if (root->n_children > 0) {
    g_autofree char *before = g_strconcat (text, scene->newline, NULL);
    vbet_patch_insert (self, root->children[0]->span.start, before);
    return;
  }
  gboolean on_fresh_line = scene->size == 0 || scene->text[scene->size - 1] == '\n'
                           || (scene->size == 3 && memcmp (scene->text, "\xef\xbb\xbf", 3) == 0);
  g_autofree char *line = g_strconcat (on_fresh_line ? "" : scene->newline, text, scene->newline, NULL);
  vbet_patch_insert (self, scene->size, line);
}

void
vbet_patch_add_statement (VbetPatch *self, const char *line)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  g_ptr_array_add (lines, (gpointer)line);
  vbet_patch_add_statements (self, lines);
}

/* --- arguments ---------------------------------------------------------- */

/* Just behind the bracket that opens the arguments of @call. */
static gsize
arguments_start (const VbetPatch *self, const VbetNode *call)
{
  gsize from = end_of (call->name_span);
  const char *paren = memchr (self->scene->text + from, '(', end_of (call->span) - from);
  return paren != NULL ? (gsize)(paren - self->scene->text) + 1 : from;
}

void
vbet_patch_add_argument (VbetPatch *self, const VbetNode *call, guint index, const char *text)
{
  const char *bytes = self->scene->text;
  gsize start = arguments_start (self, call);
  if (call->n_children == 0) {
    vbet_patch_insert (self, start, text);
    return;
  }
  if (index < call->n_children) {
    g_autofree char *before = g_strconcat (text, ", ", NULL);
    vbet_patch_insert (self, call->children[index]->span.start, before);
    return;
  }
  const VbetNode *last = call->children[call->n_children - 1];
  gsize from = call->n_children > 1 ? end_of (call->children[call->n_children - 2]->span) : start;
  gboolean on_own_line = memchr (bytes + from, '\n', last->span.start - from) != NULL;
  g_autofree char *indent = on_own_line ? indentation (self, last->span.start) : NULL;
  g_autofree char *after = g_strconcat (on_own_line ? "," : ", ", on_own_line ? self->scene->newline : "",
                                        indent != NULL ? indent : "", text, NULL);
  vbet_patch_insert (self, end_of (last->span), after);
}

/* Between two arguments there are a comma, blanks and comments. Returns where the comma is; @to when there is
 * none. */
static gsize
find_comma (const VbetPatch *self, gsize from, gsize to, gboolean *ret_commented)
{
  gsize comma = to;
  *ret_commented = FALSE;
  for (gsize i = from; i < to; i++) {
    if (begins_comment (self, i, to)) {
      *ret_commented = TRUE;
      i = line_end (self, i);
    } else if (self->scene->text[i] == ',' && comma == to) {
      comma = i;
    }
  }
  return comma;
}

/* An argument goes with the comma that parts it from its neighbour; comments between them stay. */
static void
remove_argument (VbetPatch *self, const VbetNode *child, const VbetNode *before, const VbetNode *after)
{
  gboolean commented = FALSE;
  gsize start = child->span.start;
  gsize end = end_of (child->span);
  gsize comma;
  if (before != NULL) {
    comma = find_comma (self, end_of (before->span), start, &commented);
    if (!commented)
      start = end_of (before->span);
    else if (comma < start)
      add_change (self, comma, comma + 1, "");
  } else if (after != NULL) {
    comma = find_comma (self, end, after->span.start, &commented);
    end = commented ? MIN (comma + 1, after->span.start) : after->span.start;
  }
  add_change (self, start, end, "");
}

void
vbet_patch_remove_arguments (VbetPatch *self, const VbetNode *call, const gboolean *gone)
{
  gboolean kept_before = FALSE;
  for (guint i = 0; i < call->n_children; i++) {
    const VbetNode *child = call->children[i];
    if (!gone[i]) {
      kept_before = TRUE;
      continue;
    }
    remove_argument (self, child, kept_before ? call->children[i - 1] : NULL,
                     i + 1 < call->n_children ? call->children[i + 1] : NULL);
  }
}

/* --- the result --------------------------------------------------------- */

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  const Change *x = *(const Change *const *)a;
  const Change *y = *(const Change *const *)b;
  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  gboolean x_inserts = x->end == x->start;
  gboolean y_inserts = y->end == y->start;
  if (x_inserts || y_inserts)
    return (int)y_inserts - (int)x_inserts;
  return x->end > y->end ? -1 : x->end < y->end;
}

/* Sorted, without what stands inside another change, removals that overlap made one. */
static GPtrArray *
merge (VbetPatch *self)
{
  GPtrArray *merged = g_ptr_array_new_with_free_func ((GDestroyNotify)change_free);
  g_ptr_array_sort (self->changes, compare_changes); /* stable */
  for (guint i = 0; i < self->changes->len; i++) {
    const Change *change = self->changes->pdata[i];
    Change *last = merged->len > 0 ? merged->pdata[merged->len - 1] : NULL;
    if (last != NULL && change->start < last->end && change->end <= last->end)
      continue;
    if (last != NULL && change->start < last->end && *last->text == '\0' && *change->text == '\0') {
      last->end = change->end;
      last->whole_line |= change->whole_line;
      continue;
    }
    Change *copy = g_memdup2 (change, sizeof *change);
    copy->text = g_strdup (change->text);
    if (last != NULL && copy->start < last->end)
      copy->start = last->end;
    g_ptr_array_add (merged, copy);
  }
  return merged;
}

/* Joins removed statements that have only blanks between them on one line. */
static void
join_removed (VbetPatch *self, GPtrArray *merged)
{
  for (guint i = 0; i + 1 < merged->len;) {
    Change *change = merged->pdata[i];
    Change *next = merged->pdata[i + 1];
    if (change->whole_line && next->whole_line
        && skip_blanks (self, change->end, next->start, TRUE) == next->start) {
      change->end = next->end;
      g_ptr_array_remove_index (merged, i + 1);
    } else {
      i++;
    }
  }
}

/* Where statements went and nothing else stands on the line, the line goes too. */
static void
remove_empty_line (const VbetPatch *self, const GPtrArray *merged, guint index)
{
  const char *text = self->scene->text;
  Change *change = merged->pdata[index];
  gsize end = line_end (self, change->end);
  if (*change->text != '\0' || !change->whole_line || !is_first_on_line (self, change->start)
      || skip_blanks (self, change->end, end, TRUE) != end)
    return;
  const Change *next = index + 1 < merged->len ? merged->pdata[index + 1] : NULL;
  if (next != NULL && next->start <= end)
    return;
  gsize start = line_start (self, change->start);
  if (start == 0 && self->scene->size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    start = 3;
  const Change *before = index > 0 ? merged->pdata[index - 1] : NULL;
  if (before != NULL && before->end > start)
    return;
  change->start = start;
  change->end = end;
  if (end < self->scene->size)
    change->end = end + (text[end] == '\r' ? 2 : 1);
  else if (start > 0 && text[start - 1] == '\n' && (before == NULL || before->end < start - 1))
    change->start = start - (start > 1 && text[start - 2] == '\r' ? 2 : 1);
}

/* --- bytes that move ------------------------------------------------------ */

#define MOVED_OPEN '\001'
#define MOVED_CLOSE '\002'
#define MOVES_MAX 8 /* of bytes inside bytes that move */

char *
vbet_patch_moved (VbetSpan span)
{
  return g_strdup_printf ("%c%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "%c", MOVED_OPEN, span.start,
                          end_of (span), MOVED_CLOSE);
}

static void append_text (const VbetPatch *self, GString *out, const char *text, guint depth);

/* The bytes from @start to @end with the changes inside them; a change of just all of them is what moved
 * them. */
static void
append_moved (const VbetPatch *self, GString *out, gsize start, gsize end, guint depth)
{
  gsize done = start;
  for (guint i = 0; i < self->changes->len; i++) {
    const Change *change = self->changes->pdata[i];
    gboolean all = change->start == start && change->end == end && start < end;
    if (change->start < done || change->end > end || all)
      continue;
    g_string_append_len (out, self->scene->text + done, (gssize)(change->start - done));
    append_text (self, out, change->text, depth);
    done = change->end;
  }
  if (end > done)
    g_string_append_len (out, self->scene->text + done, (gssize)(end - done));
}

/* @text with what vbet_patch_moved() put into it. */
static void
append_text (const VbetPatch *self, GString *out, const char *text, guint depth)
{
  for (const char *p = text; *p != '\0'; p++) {
    char *rest = NULL;
    gsize start = *p == MOVED_OPEN ? (gsize)g_ascii_strtoull (p + 1, &rest, 10) : 0;
    gsize end = rest != NULL && *rest == ',' ? (gsize)g_ascii_strtoull (rest + 1, &rest, 10) : 0;
    if (rest == NULL || *rest != MOVED_CLOSE || start > end || end > self->scene->size
        || depth >= MOVES_MAX) {
      g_string_append_c (out, *p);
      continue;
    }
    append_moved (self, out, start, end, depth + 1);
    p = rest;
  }
}

VbetEdits *
vbet_patch_edits (VbetPatch *self)
{
  g_autoptr (GPtrArray) merged = merge (self);
  join_removed (self, merged);
  for (guint i = 0; i < merged->len; i++)
    remove_empty_line (self, merged, i);
  VbetEdits *edits = vbet_edits_new ();
  for (guint i = 0; i < merged->len; i++) {
    const Change *change = merged->pdata[i];
    g_autoptr (GString) text = g_string_new (NULL);
    append_text (self, text, change->text, 0);
    if (change->end > change->start || text->len > 0)
      vbet_edits_replace (edits, (VbetSpan){ change->start, change->end - change->start }, text->str);
  }
  return edits;
}
