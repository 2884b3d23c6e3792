/* cable-quality.c - see cable-quality.h. */
#include "config.h"

#include "base/cable-quality.h"

double
vbet_cable_quality_get (const VbetCableQuality *self, const VbetImpairment *row)
{
  gconstpointer field = G_STRUCT_MEMBER_P (self, row->offset);
  switch (row->kind) {
  case VBET_IMPAIRMENT_FLAG:
    return *(const gboolean *)field != FALSE;
  case VBET_IMPAIRMENT_TIME:
    return (double)*(const gint64 *)field;
  case VBET_IMPAIRMENT_COUNT:
    return *(const guint *)field;
  case VBET_IMPAIRMENT_BYTES:
    return (double)*(const gsize *)field;
  case VBET_IMPAIRMENT_SPREAD:
    return *(const VbetJitter *)field;
  case VBET_IMPAIRMENT_SHARE:
  case VBET_IMPAIRMENT_BITS:
  case VBET_IMPAIRMENT_MEAN:
    return *(const double *)field;
  }
  g_return_val_if_reached (0);
}

static gboolean
is_in_range (const VbetImpairment *row, double value)
{
  if (row->choices != NULL)
    return value >= 0 && value < g_strv_length ((char **)row->choices);
  if (row->kind == VBET_IMPAIRMENT_FLAG)
    return TRUE;
  /* A fraction of a bit a second would be a frame that takes years. */
  double floor = row->kind == VBET_IMPAIRMENT_BITS ? 1 : row->floor;
  value *= vbet_impairment_scale (row);
  return value >= row->minimum && value <= row->maximum /* FALSE for NaN */
         && (value == 0 || value >= floor);
}

gboolean
vbet_cable_quality_put (VbetCableQuality *self, const VbetImpairment *row, double value)
{
  gpointer field = G_STRUCT_MEMBER_P (self, row->offset);
  if (!is_in_range (row, value))
    return FALSE;
  switch (row->kind) {
  case VBET_IMPAIRMENT_FLAG:
    *(gboolean *)field = value != 0;
    break;
  case VBET_IMPAIRMENT_TIME:
    *(gint64 *)field = (gint64)value;
    break;
  case VBET_IMPAIRMENT_COUNT:
    *(guint *)field = (guint)value;
    break;
  case VBET_IMPAIRMENT_BYTES:
    *(gsize *)field = (gsize)value;
    break;
  case VBET_IMPAIRMENT_SPREAD:
    *(VbetJitter *)field = (VbetJitter)value;
    break;
  case VBET_IMPAIRMENT_SHARE:
  case VBET_IMPAIRMENT_BITS:
  case VBET_IMPAIRMENT_MEAN:
    *(double *)field = value;
    break;
  }
  return TRUE;
}

void
vbet_cable_quality_init (VbetCableQuality *self)
{
  *self = (VbetCableQuality){ 0 };
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
    vbet_cable_quality_put (self, &vbet_impairments[i], vbet_impairments[i].initial);
}

gboolean
vbet_cable_quality_is_valid (const VbetCableQuality *self)
{
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++)
    if (!is_in_range (&vbet_impairments[i], vbet_cable_quality_get (self, &vbet_impairments[i])))
      return FALSE;
  return TRUE;
}

gboolean
vbet_cable_quality_is_perfect (const VbetCableQuality *self)
{
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    if (row->acts && vbet_cable_quality_get (self, row) != row->initial)
      return FALSE;
  }
  return TRUE;
}

gint64
vbet_cable_quality_swing (const VbetCableQuality *self)
{
  return self->distribution == VBET_JITTER_NORMAL ? 3 * self->jitter : self->jitter;
}

/* --- both directions --------------------------------------------------------------------------- */

void
vbet_cable_settings_init (VbetCableSettings *self)
{
  for (guint way = 0; way < 2; way++)
    vbet_cable_quality_init (&self->quality[way]);
}

gboolean
vbet_cable_settings_is_valid (const VbetCableSettings *self)
{
  return vbet_cable_quality_is_valid (&self->quality[0]) && vbet_cable_quality_is_valid (&self->quality[1]);
}

gboolean
vbet_cable_settings_equal (const VbetCableSettings *self, const VbetCableSettings *other)
{
  for (guint i = 0; i < 2 * VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i / 2];
    if (vbet_cable_quality_get (&self->quality[i % 2], row)
        != vbet_cable_quality_get (&other->quality[i % 2], row))
      return FALSE;
  }
  return TRUE;
}
