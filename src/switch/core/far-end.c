/* far-end.c - see far-end.h. */
#include "config.h"

#include "switch/core/far-end.h"

#define NEVER G_GINT64_CONSTANT (-1)
#define FLAG_CARRIER 0x01
#define FLAG_IDENTITY 0x02 /* what follows the flags counts */

/* To the group of the nearest bridge, from an address of our own, with EtherType "local experimental 1"; then
 * a name and a version. */
static const guint8 beginning[] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e, 0x02, 0x76, 0x42, 0x45,
                                    0x54, 0x00, 0x88, 0xb5, 'v',  'B',  'E',  'T',  1 };
#define FLAGS_AT sizeof beginning
#define RUN_AT (FLAGS_AT + 1)
#define MACS_AT (RUN_AT + VBET_FAR_RUN_SIZE)
#define LENGTH_AT (MACS_AT + VBET_FAR_MACS_SIZE) /* of the name, bytes */
#define LAB_AT (LENGTH_AT + 1)
G_STATIC_ASSERT (LAB_AT + VBET_FAR_LAB_MAX <= VBET_FAR_HELLO_SIZE);

void
vbet_far_end_init (VbetFarEnd *self, gint64 now)
{
  *self = (VbetFarEnd){ .began = now, .heard = NEVER, .refused = NEVER, .hello = NEVER };
}

/* Returns: FALSE when it does not say whose it is, or nothing that can be meant. */
static gboolean
read_identity (const VbetFrame *hello, VbetFarIdentity *ret_identity)
{
  if ((hello->data[FLAGS_AT] & FLAG_IDENTITY) == 0 || hello->size < LAB_AT)
    return FALSE;
  guint length = hello->data[LENGTH_AT];
  if (length > VBET_FAR_LAB_MAX || hello->size < LAB_AT + length)
    return FALSE;
  *ret_identity = (VbetFarIdentity){ 0 };
  memcpy (ret_identity->run, hello->data + RUN_AT, VBET_FAR_RUN_SIZE);
  memcpy (ret_identity->macs, hello->data + MACS_AT, VBET_FAR_MACS_SIZE);
  if (g_utf8_validate_len ((const char *)hello->data + LAB_AT, length, NULL))
    memcpy (ret_identity->lab, hello->data + LAB_AT, length);
  return TRUE;
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
  self->known = read_identity (frame, &self->identity);
  return TRUE;
}

void
vbet_far_end_refused (VbetFarEnd *self, gint64 now)
{
  self->refused = now;
  self->hello = NEVER;
  self->known = FALSE;
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
vbet_far_end_clashes (const VbetFarEnd *self, const VbetFarIdentity *own, gint64 now)
{
  return own != NULL && self->known && self->hello != NEVER && now - self->hello < VBET_FAR_SILENCE
         && memcmp (self->identity.macs, own->macs, sizeof own->macs) == 0
         && memcmp (self->identity.run, own->run, sizeof own->run) != 0;
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
vbet_far_identity_set_lab (VbetFarIdentity *self, const char *name)
{
  gsize length = strlen (name);
  memset (self->lab, 0, sizeof self->lab);
  if (length > VBET_FAR_LAB_MAX) {
    const char *end = g_utf8_find_prev_char (name, name + VBET_FAR_LAB_MAX + 1);
    length = end != NULL ? (gsize)(end - name) : 0;
  }
  memcpy (self->lab, name, length);
}

void
vbet_far_hello_write (gboolean carrier, const VbetFarIdentity *own, guint8 ret_hello[VBET_FAR_HELLO_SIZE])
{
  memset (ret_hello, 0, VBET_FAR_HELLO_SIZE);
  memcpy (ret_hello, beginning, sizeof beginning);
  ret_hello[FLAGS_AT] = carrier ? FLAG_CARRIER : 0;
  if (own == NULL)
    return;
  ret_hello[FLAGS_AT] |= FLAG_IDENTITY;
  memcpy (ret_hello + RUN_AT, own->run, VBET_FAR_RUN_SIZE);
  memcpy (ret_hello + MACS_AT, own->macs, VBET_FAR_MACS_SIZE);
  ret_hello[LENGTH_AT] = (guint8)strlen (own->lab);
  memcpy (ret_hello + LAB_AT, own->lab, strlen (own->lab));
}
