/* far-end.c - see far-end.h. */
#include "config.h"

#include "switch/core/far-end.h"

#define NEVER G_GINT64_CONSTANT (-1)
#define FLAG_CARRIER 0x01

/* To the group of the nearest bridge, from an address of our own, with EtherType "local experimental 1"; then
 * a name and a version. */
static const guint8 beginning[] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e, 0x02, 0x76, 0x42, 0x45,
                                    0x54, 0x00, 0x88, 0xb5, 'v',  'B',  'E',  'T',  1 };
#define FLAGS_AT sizeof beginning

void
vbet_far_end_init (VbetFarEnd *self, gint64 now)
{
  *self = (VbetFarEnd){ .began = now, .heard = NEVER, .refused = NEVER, .hello = NEVER };
}

gboolean
vbet_far_end_heard (VbetFarEnd *self, const VbetFrame *frame, gint64 now)
{
  self->heard = now;
  self->refused = NEVER;
  if (frame->size <= FLAGS_AT || memcmp (frame->data, beginning, sizeof beginning) != 0)
    return FALSE;
  self->hello = now;
  self->carrier = (frame->data[FLAGS_AT] & FLAG_CARRIER) != 0;
  return TRUE;
}

void
vbet_far_end_refused (VbetFarEnd *self, gint64 now)
{
  self->refused = now;
  self->hello = NEVER;
}

VbetFarState
vbet_far_end_state (const VbetFarEnd *self, gint64 now)
{
  if (self->refused != NEVER && now - self->refused < VBET_FAR_REFUSED_HOLD)
    return VBET_FAR_REFUSED;
  if (self->hello != NEVER && now - self->hello >= VBET_FAR_SILENCE)
    return VBET_FAR_SILENT;
  if (self->hello != NEVER && !self->carrier)
    return VBET_FAR_CUT;
  if (self->heard != NEVER)
    return VBET_FAR_HEARD;
  return now - self->began < VBET_FAR_HELLO_INTERVAL ? VBET_FAR_TRYING : VBET_FAR_UNKNOWN;
}

gboolean
vbet_far_state_has_carrier (VbetFarState state)
{
  return state == VBET_FAR_HEARD || state == VBET_FAR_UNKNOWN;
}

const char *
vbet_far_state_name (VbetFarState state)
{
  static const char *const names[] = { "trying", "refused", "heard", "cut", "silent", "unknown" };
  return names[state];
}

void
vbet_far_hello_write (gboolean carrier, guint8 ret_hello[VBET_FAR_HELLO_SIZE])
{
  memset (ret_hello, 0, VBET_FAR_HELLO_SIZE);
  memcpy (ret_hello, beginning, sizeof beginning);
  ret_hello[FLAGS_AT] = carrier ? FLAG_CARRIER : 0;
}
