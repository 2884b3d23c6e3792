/* session-live.c - what the running lab says of alarms, switches and captures; see session.h. */
#include "config.h"

#include "gui/model/session-private.h"

/* Of one end, how many captures there are: four bits, beside the mask that others see. */
#define COUNT_SHIFT(end) (8 + 4 * (end))
#define COUNT_MAX 15u

static void
fill (GHashTable *set, const char *const *names)
{
  g_hash_table_remove_all (set);
  for (guint i = 0; names[i] != NULL; i++)
    g_hash_table_add (set, g_strdup (names[i]));
}

void
vbet_session_set_switches (VbetSession *self, const char *const *roots, const char *const *storms)
{
  g_return_if_fail (VBET_IS_SESSION (self));
  fill (self->roots, roots);
  fill (self->storms, storms);
}

GHashTable *
vbet_session_get_roots (VbetSession *self)
{
  return self->roots;
}

GHashTable *
vbet_session_get_storms (VbetSession *self)
{
  return self->storms;
}

void
vbet_session_add_captured (VbetSession *self, const char *cable, guint end, gboolean captured)
{
  g_return_if_fail (VBET_IS_SESSION (self) && end < 2);
  guint all = GPOINTER_TO_UINT (g_hash_table_lookup (self->captured, cable));
  guint count = all >> COUNT_SHIFT (end) & COUNT_MAX;
  count = captured ? MIN (count + 1, COUNT_MAX) : count - MIN (count, 1);
  all &= ~(COUNT_MAX << COUNT_SHIFT (end) | 1u << end);
  all |= count << COUNT_SHIFT (end) | (count > 0 ? 1u << end : 0);
  if (all == 0)
    g_hash_table_remove (self->captured, cable);
  else
    g_hash_table_insert (self->captured, g_strdup (cable), GUINT_TO_POINTER (all));
  g_signal_emit_by_name (self, "traffic-changed");
}

GHashTable *
vbet_session_get_captured (VbetSession *self)
{
  return self->captured;
}

/* --- alarms --------------------------------------------------------------------------- */

VbetAlarm *
vbet_alarm_new (const char *text, const char *remedy)
{
  VbetAlarm *self = g_new0 (VbetAlarm, 1);
  self->text = g_strdup (text);
  self->remedy = g_strdup (remedy);
  return self;
}

void
vbet_alarm_free (VbetAlarm *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->remedy);
  g_free (self);
}

static gboolean
same_alarms (const GPtrArray *a, const GPtrArray *b)
{
  if (a == NULL || b == NULL || a->len != b->len)
    return a == b;
  for (guint i = 0; i < a->len; i++) {
    const VbetAlarm *one = g_ptr_array_index (a, i), *other = g_ptr_array_index (b, i);
    if (!g_str_equal (one->text, other->text) || g_strcmp0 (one->remedy, other->remedy) != 0
        || one->call != other->call || one->restart != other->restart)
      return FALSE;
  }
  return TRUE;
}

void
vbet_session_set_alarms (VbetSession *self, const char *device, GPtrArray *alarms)
{
  g_return_if_fail (VBET_IS_SESSION (self) && device != NULL);
  g_autoptr (GPtrArray) owned = alarms;
  if (owned != NULL && owned->len == 0)
    g_clear_pointer (&owned, g_ptr_array_unref);
  if (same_alarms (owned, g_hash_table_lookup (self->alarms, device)))
    return;
  if (owned == NULL)
    g_hash_table_remove (self->alarms, device);
  else
    g_hash_table_insert (self->alarms, g_strdup (device), g_steal_pointer (&owned));
  g_signal_emit_by_name (self, "states-changed");
}

GPtrArray *
vbet_session_get_alarms (VbetSession *self, const char *device)
{
  return g_hash_table_lookup (self->alarms, device);
}

GHashTable *
vbet_session_get_alarmed (VbetSession *self)
{
  return self->alarms;
}

guint
vbet_session_count_problems (VbetSession *self)
{
  guint count = vbet_diagnostics_size (self->diagnostics);
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->alarms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    count += ((GPtrArray *)value)->len;
  for (guint i = 0; i < self->topology->devices->len && self->running; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    count += vbet_session_get_state (self, device->name) == VBET_STATE_FAILED ? 1 : 0;
  }
  return count;
}
