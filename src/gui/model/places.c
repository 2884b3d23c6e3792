/* places.c - see places.h. */
#include "config.h"

#include "gui/model/places.h"

#include <string.h>

#include "gui/model/view.h"

static gboolean
holds (VbetSpan span, gsize byte)
{
  return span.length > 0 && byte >= span.start && byte <= span.start + span.length;
}

/* The statement around @byte: a child of the program, of a step or of a group at top level. */
static const VbetNode *
statement_at (const VbetNode *parent, gsize byte)
{
  const VbetNode *found = NULL;
  for (guint i = 0; i < parent->n_children; i++) {
    const VbetNode *child = parent->children[i];
    if (!holds (child->span, byte))
      continue;
    if (child->kind == VBET_NODE_STEP || child->kind == VBET_NODE_GROUP)
      return statement_at (child, byte);
    /* Between two that touch, the one that begins there. */
    if (found == NULL || child->span.start <= byte)
      found = child;
  }
  return found;
}

/* The first name in @node that is a device's or a cable's. */
static const char *
first_object (const VbetTopology *topology, const VbetNode *node)
{
  if ((node->kind == VBET_NODE_ASSIGN || node->kind == VBET_NODE_NAME) && node->name != NULL
      && (vbet_topology_device (topology, node->name) != NULL
          || vbet_topology_cable (topology, node->name) != NULL))
    return node->name;
  for (guint i = 0; i < node->n_children; i++) {
    const char *name = first_object (topology, node->children[i]);
    if (name != NULL)
      return name;
  }
  return NULL;
}

/* The object with the smallest span around @byte. */
static char *
innermost (const VbetTopology *topology, gsize byte)
{
  const char *name = NULL;
  gsize length = G_MAXSIZE;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if (holds (device->span, byte) && device->span.length < length) {
      name = device->name;
      length = device->span.length;
    }
  }
  for (guint i = 0; i < topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (topology->cables, i);
    if (holds (cable->span, byte) && cable->span.length < length) {
      name = cable->name;
      length = cable->span.length;
    }
  }
  for (guint i = 0; i < topology->notes->len; i++) {
    const VbetNote *note = g_ptr_array_index (topology->notes, i);
    if (holds (note->span, byte) && note->span.length < length)
      return vbet_note_name (i);
  }
  return g_strdup (name);
}

char *
vbet_places_object_at (const VbetProgram *program, const VbetTopology *topology, gsize byte)
{
  const VbetNode *node = vbet_program_node_at (program, byte);
  if (node == NULL && byte > 0)
    node = vbet_program_node_at (program, byte - 1);
  if (node != NULL && node->kind == VBET_NODE_NAME && first_object (topology, node) != NULL)
    return g_strdup (node->name);
  char *name = innermost (topology, byte);
  if (name != NULL)
    return name;
  const VbetNode *statement = statement_at (vbet_program_root (program), byte);
  return statement != NULL ? g_strdup (first_object (topology, statement)) : NULL;
}

/* --- back ---------------------------------------------------------------------------- */

static gboolean
span_of (const VbetTopology *topology, const char *name, VbetSpan *ret_span)
{
  const VbetDevice *device = vbet_topology_device (topology, name);
  const VbetCable *cable = vbet_topology_cable (topology, name);
  guint index = 0;
  if (device != NULL)
    *ret_span = device->span;
  else if (cable != NULL)
    *ret_span = cable->span;
  else if (vbet_note_index (name, &index) && index < topology->notes->len)
    *ret_span = ((const VbetNote *)g_ptr_array_index (topology->notes, index))->span;
  else
    return FALSE;
  return TRUE;
}

/* Whether @node is set(@name, …), file(@name, …), plug(@name, …) or attach(@name, …). */
static gboolean
changes (const VbetNode *node, const char *name)
{
  static const char *const verbs[] = { "set", "file", "plug", "attach", NULL };
  return node->kind == VBET_NODE_CALL && node->name != NULL && g_strv_contains (verbs, node->name)
         && node->n_children > 0 && node->children[0]->kind == VBET_NODE_NAME
         && g_strcmp0 (node->children[0]->name, name) == 0;
}

GArray *
vbet_places_of (const VbetProgram *program, const VbetTopology *topology, const char *name)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (VbetSpan));
  const VbetNode *root = vbet_program_root (program);
  VbetSpan span;
  if (!span_of (topology, name, &span))
    return places;
  const VbetNode *statement = statement_at (root, span.start);
  if (statement != NULL && statement->kind == VBET_NODE_ASSIGN && g_strcmp0 (statement->name, name) == 0)
    span = statement->span;
  g_array_append_val (places, span);
  for (guint i = 0; i < root->n_children; i++)
    if (changes (root->children[i], name))
      g_array_append_val (places, root->children[i]->span);
  return places;
}

/* --- edits of lines ----------------------------------------------------------------------- */

static gsize
line_start (const char *text, gsize byte)
{
  while (byte > 0 && text[byte - 1] != '\n')
    byte--;
  return byte;
}

/* Bytes of blanks at @start. */
static gsize
indent_at (const char *text, gsize size, gsize start)
{
  gsize at = start;
  while (at < size && (text[at] == ' ' || text[at] == '\t'))
    at++;
  return at - start;
}

static gsize
next_line (const char *text, gsize size, gsize start)
{
  const char *end = memchr (text + start, '\n', size - start);
  return end != NULL ? (gsize)(end - text) + 1 : size;
}

static gboolean
is_empty_line (const char *text, gsize size, gsize start)
{
  gsize at = start + indent_at (text, size, start);
  return at >= size || text[at] == '\n' || text[at] == '\r';
}

VbetEdits *
vbet_places_toggle_comment (const char *text, gsize size, gsize start, gsize end)
{
  VbetEdits *edits = vbet_edits_new ();
  gboolean all = TRUE;
  gsize least = G_MAXSIZE, first = line_start (text, MIN (start, size));
  end = MIN (end, size);
  if (end > start && end > 0 && text[end - 1] == '\n')
    end--; /* a selection of whole lines does not touch the next */
  for (gsize line = first; line <= end && line < size; line = next_line (text, size, line)) {
    gsize indent = indent_at (text, size, line);
    if (is_empty_line (text, size, line))
      continue;
    all = all && text[line + indent] == '#';
    least = MIN (least, indent);
  }
  if (least == G_MAXSIZE)
    return edits;
  for (gsize line = first; line <= end && line < size; line = next_line (text, size, line)) {
    gsize indent = indent_at (text, size, line);
    if (is_empty_line (text, size, line))
      continue;
    if (all) {
      gboolean blank = line + indent + 1 < size && text[line + indent + 1] == ' ';
      vbet_edits_replace (edits, (VbetSpan){ line + indent, blank ? 2 : 1 }, "");
    } else {
      vbet_edits_replace (edits, (VbetSpan){ line + least, 0 }, "# ");
    }
  }
  return edits;
}

gsize
vbet_places_same (const char *before, gsize byte, const char *after)
{
  gsize letters = 0, at = 0;
  for (gsize i = 0; i < byte && before[i] != '\0'; i++)
    letters += !g_ascii_isspace (before[i]);
  while (letters > 0 && after[at] != '\0')
    letters -= !g_ascii_isspace (after[at++]);
  while (((guchar)after[at] & 0xc0) == 0x80) /* not inside a character */
    at++;
  return at;
}
