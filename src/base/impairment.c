/* impairment.c - see impairment.h. */
#include "config.h"

#include "base/impairment.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/cable-quality.h"

const char *const vbet_jitter_names[]
    = { [VBET_JITTER_UNIFORM] = "uniform", [VBET_JITTER_NORMAL] = "normal", NULL };

#define ROW(id, field, kind_, attribute, ours)                                                               \
  [VBET_IMPAIRMENT_##id] = { .kind = VBET_IMPAIRMENT_##kind_,                                                \
                             .offset = G_STRUCT_OFFSET (VbetCableQuality, field),                            \
                             VBET_IMPAIRMENT_MEMBERS attribute,                                              \
                             VBET_IMPAIRMENT_MEMBERS ours },

const VbetImpairment vbet_impairments[VBET_IMPAIRMENTS_SIZE] = { VBET_IMPAIRMENTS (ROW) };

const VbetImpairment *
vbet_impairment_find (const char *key)
{
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
    if (strcmp (vbet_impairments[i].key, key) == 0)
      return &vbet_impairments[i];
  return NULL;
}

double
vbet_impairment_scale (const VbetImpairment *self)
{
  return self->kind == VBET_IMPAIRMENT_SHARE ? 100 : 1;
}
