/* session-notes.c - notes and frames by hand, as revisions; see session.h. */
#include "config.h"

#include "gui/model/session-private.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "engine/model/gesture.h"

const VbetNote *
vbet_session_get_note (VbetSession *self, const char *name)
{
  guint index = 0;
  if (name == NULL || !vbet_note_index (name, &index) || index >= self->topology->notes->len)
    return NULL;
  return g_ptr_array_index (self->topology->notes, index);
}

/* Positions of the notes called @names, rising; (transfer full). */
static GArray *
notes_of (VbetSession *self, GHashTable *names)
{
  GArray *notes = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < self->topology->notes->len; i++) {
    g_autofree char *name = vbet_note_name (i);
    if (g_hash_table_contains (names, name))
      g_array_append_val (notes, i);
  }
  return notes;
}

gboolean
_vbet_session_move_notes (VbetSession *self, GHashTable *names, double dx, double dy, const char *label,
                          GError **error)
{
  g_autoptr (GArray) notes = notes_of (self, names);
  g_autofree VbetNotePlace *places = g_new0 (VbetNotePlace, notes->len + 1);
  if (notes->len == 0)
    return TRUE;
  for (guint i = 0; i < notes->len; i++) {
    VbetPoint at = vbet_note_position (self->topology, g_array_index (notes, guint, i));
    places[i].x = round (at.x + dx);
    places[i].y = round (at.y + dy);
  }
  return _vbet_session_apply (self,
                              vbet_gesture_place_notes (self->program, self->topology,
                                                        (const guint *)(void *)notes->data, places,
                                                        notes->len, error),
                              label);
}

gboolean
_vbet_session_remove_notes (VbetSession *self, GHashTable *names, const char *label, GError **error)
{
  g_autoptr (GArray) notes = notes_of (self, names);
  if (notes->len == 0)
    return TRUE;
  return _vbet_session_apply (self,
                              vbet_gesture_remove_notes (self->program, self->topology,
                                                         (const guint *)(void *)notes->data, notes->len,
                                                         error),
                              label);
}

gboolean
vbet_session_add_note (VbetSession *self, const char *text, VbetRect place, char **ret_name, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self) && text != NULL, FALSE);
  VbetNotePlace at = { round (place.x), round (place.y), round (place.width), round (place.height) };
  const char *label = at.width > 0 ? _ ("Add a frame") : _ ("Add a note");
  vbet_document_begin (self->document, label);
  gboolean ok = _vbet_session_settle (self, label, error)
                && _vbet_session_apply (
                    self, vbet_gesture_add_note (self->program, self->topology, text, &at, error), label);
  if (!_vbet_session_finish (self, ok))
    return FALSE;
  g_autofree char *name = vbet_note_name (self->topology->notes->len - 1);
  vbet_session_select (self, name, FALSE);
  if (ret_name != NULL)
    *ret_name = g_steal_pointer (&name);
  return TRUE;
}

static gboolean
find_note (VbetSession *self, const char *name, guint *ret_index, GError **error)
{
  if (vbet_session_get_note (self, name) != NULL)
    return vbet_note_index (name, ret_index);
  g_set_error_literal (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, _ ("This note is no longer there."));
  return FALSE;
}

gboolean
vbet_session_set_note_text (VbetSession *self, const char *note, const char *text, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self) && text != NULL, FALSE);
  guint index = 0;
  if (!find_note (self, note, &index, error))
    return FALSE;
  vbet_document_begin (self->document, _ ("Edit a note"));
  return _vbet_session_finish (
      self, _vbet_session_apply (
                self, vbet_gesture_set_note_text (self->program, self->topology, index, text, error),
                _ ("Edit a note")));
}

gboolean
vbet_session_resize_note (VbetSession *self, const char *note, VbetRect place, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  VbetNotePlace at = { round (place.x), round (place.y), round (place.width), round (place.height) };
  guint index = 0;
  if (!find_note (self, note, &index, error))
    return FALSE;
  vbet_document_begin (self->document, _ ("Resize a frame"));
  return _vbet_session_finish (
      self, _vbet_session_apply (
                self, vbet_gesture_place_notes (self->program, self->topology, &index, &at, 1, error),
                _ ("Resize a frame")));
}

gboolean
vbet_session_set_note_colour (VbetSession *self, const char *colour, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autoptr (GArray) notes = notes_of (self, self->selection);
  gboolean ok = TRUE;
  vbet_document_begin (self->document, _ ("Colour a note"));
  for (guint i = 0; i < notes->len && ok; i++) {
    VbetObject object = { VBET_KIND_NOTE, NULL, g_array_index (notes, guint, i) };
    ok = _vbet_session_apply (
        self, vbet_gesture_set (self->program, self->topology, &object, "color", colour, error),
        _ ("Colour a note"));
  }
  return _vbet_session_finish (self, ok);
}
