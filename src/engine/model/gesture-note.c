/* gesture-note.c - gestures about notes: add, remove, move, resize, and what they say.
 *
 * A note has no name: it is known by its position among the topology's notes.
 * The text of a note stays in the manner in which it is written: raw text
 * stays raw text, with its indentation, as long as it can say what it must.
 */
#include "config.h"

#include <string.h>

#include "engine/model/gesture-private.h"

static const VbetNode *
find_note (const VbetScene *scene, guint index, GError **error)
{
  const GPtrArray *notes = scene->topology->notes;
  const VbetNode *call = NULL;
  if (index < notes->len)
    call = vbet_scene_call_at (scene, ((const VbetNote *)notes->pdata[index])->span);
  if (call == NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "there is no note number %u", index + 1);
  return call;
}

/* --- text ------------------------------------------------------------------ */

static gboolean
says (const char *literal, const char *text)
{
  g_autoptr (VbetValue) value = vbet_value_parse (literal, NULL);
  return value != NULL && value->type == VBET_VALUE_STRING && strcmp (value->as.text, text) == 0;
}

/* The blanks before the first line of raw text @source that has something on it, the opening line left out.
 */
static char *
indentation_of (const char *source)
{
  const char *line = strchr (source, '\n');
  while (line != NULL) {
    gsize blanks = strspn (line + 1, " \t");
    if (strchr ("\r\n", line[1 + blanks]) == NULL && strncmp (line + 1 + blanks, "\"\"\"", 3) != 0)
      return g_strndup (line + 1, blanks);
    line = strchr (line + 1, '\n');
  }
  return g_strdup ("");
}

/* @text as raw text in the manner of @source; NULL when that does not say it. */
static char *
raw_literal (const char *source, const char *text, const char *newline)
{
  if (source == NULL || !g_str_has_prefix (source, "\"\"\""))
    return NULL;
  gsize blanks = strspn (source + 3, " \t\r");
  gboolean block = source[3 + blanks] == '\n'; /* nothing follows the opening quotes */
  g_autofree char *indent = indentation_of (source);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) out = g_string_new ("\"\"\"");
  guint n = g_strv_length (lines);
  for (guint i = 0; i < n; i++) {
    gboolean last = i + 1 == n;
    if (block || i > 0)
      g_string_append (out, newline);
    if ((block || i > 0) && (*lines[i] != '\0' || last))
      g_string_append (out, last && *lines[i] == '\0' ? "" : indent);
    g_string_append (out, lines[i]);
  }
  g_string_append (out, "\"\"\"");
  return says (out->str, text) ? g_strdup (out->str) : NULL;
}

static char *
quoted_literal (const char *text)
{
  g_autoptr (VbetValue) value = vbet_value_new_text (VBET_VALUE_STRING, text);
  return vbet_value_to_text (value);
}

VbetEdits *
vbet_gesture_set_note_text (const VbetProgram *program, const VbetTopology *topology, guint note,
                            const char *text, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  const VbetNode *call = find_note (scene, note, error);
  const VbetNode *old = call != NULL ? vbet_gesture_positional (call, 0) : NULL;
  if (call == NULL)
    return NULL;
  if (strcmp (((const VbetNote *)topology->notes->pdata[note])->text, text) == 0)
    return vbet_edits_new ();
  g_autofree char *source = old != NULL ? vbet_scene_source (scene, old->span) : g_strdup ("");
  g_autofree char *literal = raw_literal (source, text, scene->newline);
  if (literal == NULL)
    literal = quoted_literal (text);
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  if (old != NULL)
    vbet_patch_replace (patch, old->span, literal);
  else
    vbet_patch_add_argument (patch, call, 0, literal);
  VbetObject object = { VBET_KIND_NOTE, NULL, note };
  VbetLens lens = { .set_object = &object, .set_key = "text" };
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  return vbet_gesture_check (scene, patch, &lens, added, error);
}

/* --- add and remove ----------------------------------------------------------- */

VbetEdits *
vbet_gesture_add_note (const VbetProgram *program, const VbetTopology *topology, const char *text,
                       const VbetNotePlace *place, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  g_autofree char *literal = quoted_literal (text);
  g_autofree char *at = vbet_gesture_point (place->x, place->y);
  g_autofree char *size = vbet_gesture_point (place->width, place->height);
  gboolean frame = place->width > 0 && place->height > 0;
  g_autofree char *line
      = g_strdup_printf ("note(%s, at=%s%s%s)", literal, at, frame ? ", size=" : "", frame ? size : "");
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (added, vbet_lens_note_line (topology->notes->len, text));
  vbet_patch_add_statement (patch, line);
  VbetLens lens = { .placed_notes = TRUE };
  return vbet_gesture_check (scene, patch, &lens, added, error);
}

VbetEdits *
vbet_gesture_remove_notes (const VbetProgram *program, const VbetTopology *topology, const guint *notes,
                           guint size, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  g_autoptr (GHashTable) gone = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < size; i++) {
    const VbetNode *call = find_note (scene, notes[i], error);
    if (call == NULL)
      return NULL;
    if (g_hash_table_add (gone, GUINT_TO_POINTER (notes[i] + 1)))
      vbet_patch_remove_statement (patch, vbet_gesture_statement (call));
  }
  VbetLens lens = { .gone_notes = gone };
  return vbet_gesture_check (scene, patch, &lens, NULL, error);
}

/* --- place --------------------------------------------------------------------- */

/* Writes the value of @key; a new one goes where it is usual: at= behind the text, size= behind at=. */
static void
set_point (VbetPatch *patch, const VbetNode *call, const char *key, double x, double y, guint index)
{
  const VbetNode *keyword = vbet_node_keyword (call, key);
  g_autofree char *point = vbet_gesture_point (x, y);
  g_autofree char *text = g_strdup_printf ("%s=%s", key, point);
  if (keyword != NULL)
    vbet_patch_replace (patch, keyword->children[0]->span, point);
  else
    vbet_patch_add_argument (patch, call, call->n_children > index ? index : G_MAXUINT, text);
}

VbetEdits *
vbet_gesture_place_notes (const VbetProgram *program, const VbetTopology *topology, const guint *notes,
                          const VbetNotePlace *places, guint size, GError **error)
{
  g_autoptr (VbetScene) scene = vbet_scene_new (program, topology);
  g_autoptr (VbetPatch) patch = vbet_patch_new (scene);
  for (guint i = 0; i < size; i++) {
    const VbetNode *call = find_note (scene, notes[i], error);
    gboolean sized = places[i].width > 0 && places[i].height > 0;
    if (call == NULL)
      return NULL;
    if (vbet_node_keyword (call, "at") == NULL && sized && vbet_node_keyword (call, "size") == NULL) {
      g_autofree char *at = vbet_gesture_point (places[i].x, places[i].y);
      g_autofree char *by = vbet_gesture_point (places[i].width, places[i].height);
      g_autofree char *both = g_strdup_printf ("at=%s, size=%s", at, by);
      vbet_patch_add_argument (patch, call, call->n_children > 1 ? 1 : G_MAXUINT, both);
      continue;
    }
    set_point (patch, call, "at", places[i].x, places[i].y, 1);
    if (sized)
      set_point (patch, call, "size", places[i].width, places[i].height, 2);
  }
  VbetLens lens = { .placed_notes = TRUE };
  return vbet_gesture_check (scene, patch, &lens, NULL, error);
}
