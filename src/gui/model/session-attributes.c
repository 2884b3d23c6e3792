/* session-attributes.c - what the inspector can do: attributes and NICs, as revisions of the document; see
 * session.h. */
#include "config.h"

#include "gui/model/session-private.h"

#include <glib/gi18n.h>

/* Applies @edits (transfer full) as one revision; FALSE when there are none. */
static gboolean
apply (VbetSession *self, VbetEdits *edits, const char *label)
{
  if (edits == NULL)
    return FALSE;
  vbet_document_apply (self->document, edits, label);
  vbet_edits_free (edits);
  return TRUE;
}

static char *
name_of (const VbetObject *object)
{
  if (object->kind == VBET_KIND_NOTE)
    return g_strdup (_ ("the note"));
  if (object->kind == VBET_KIND_NIC)
    return g_strdup_printf ("%s eth%u", object->name, object->nic - 1);
  return g_strdup (object->name);
}

static char *
label_of (const VbetObject *objects, guint size, const char *key, gboolean set)
{
  if (size != 1)
    return set ? g_strdup_printf (ngettext ("Set %s of %u thing", "Set %s of %u things", size), key, size)
               : g_strdup_printf (ngettext ("Reset %s of %u thing", "Reset %s of %u things", size), key,
                                  size);
  g_autofree char *name = name_of (&objects[0]);
  return set ? g_strdup_printf (_ ("Set %s of %s"), key, name)
             : g_strdup_printf (_ ("Reset %s of %s"), key, name);
}

gboolean
vbet_session_set_attribute (VbetSession *self, const VbetObject *objects, guint size, const char *key,
                            const char *value, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  if (size == 0)
    return TRUE;
  g_autofree char *label = label_of (objects, size, key, value != NULL);
  return apply (self, vbet_gesture_set_many (self->program, self->topology, objects, size, key, value, error),
                label);
}

gboolean
vbet_session_set_attributes (VbetSession *self, const VbetObject *object, const char *const *keys,
                             const char *const *values, guint n, const char *label, GError **error)
{
  gboolean ok = TRUE;
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  vbet_document_begin (self->document, label);
  for (guint i = 0; i < n && ok; i++)
    ok = _vbet_session_apply (
        self, vbet_gesture_set (self->program, self->topology, object, keys[i], values[i], error), label);
  return _vbet_session_finish (self, ok);
}

gboolean
vbet_session_add_nic (VbetSession *self, const char *device, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autofree char *label = g_strdup_printf (_ ("Add a NIC to %s"), device);
  return apply (self, vbet_gesture_add_nic (self->program, self->topology, device, NULL, error), label);
}

gboolean
vbet_session_remove_nic (VbetSession *self, const char *device, guint nic, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autofree char *label = g_strdup_printf (_ ("Remove eth%u of %s"), nic - 1, device);
  return apply (self, vbet_gesture_remove_nic (self->program, self->topology, device, nic, error), label);
}
