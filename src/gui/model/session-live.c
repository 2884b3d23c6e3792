/* session-live.c - what the running lab says of switches and captures; see session.h. */
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
