/* stp-bpdu.c - see stp-bpdu.h. */
#include "config.h"

#include "switch/core/stp-bpdu.h"

#define LLC_SIZE 3
#define BPDU_AT (VBET_FRAME_HEADER + LLC_SIZE)
#define CONFIG_SIZE 35
#define TCN_SIZE 4
#define RST_SIZE 36
#define STP_GROUP G_GUINT64_CONSTANT (0x0180c2000000)

enum {
  FLAG_TOPOLOGY_CHANGE = 1 << 0,
  FLAG_PROPOSAL = 1 << 1,
  FLAG_LEARNING = 1 << 4,
  FLAG_FORWARDING = 1 << 5,
  FLAG_AGREEMENT = 1 << 6,
  FLAG_TOPOLOGY_CHANGE_ACK = 1 << 7,
};

static const guint8 llc[LLC_SIZE] = { 0x42, 0x42, 0x03 };

int
vbet_stp_vector_compare (const VbetStpVector *a, const VbetStpVector *b)
{
  if (a->root != b->root)
    return a->root < b->root ? -1 : 1;
  if (a->cost != b->cost)
    return a->cost < b->cost ? -1 : 1;
  if (a->designated_bridge != b->designated_bridge)
    return a->designated_bridge < b->designated_bridge ? -1 : 1;
  return (int)a->designated_port - (int)b->designated_port;
}

gboolean
vbet_stp_times_equal (const VbetStpTimes *a, const VbetStpTimes *b)
{
  return a->message_age == b->message_age && a->max_age == b->max_age && a->hello_time == b->hello_time
         && a->forward_delay == b->forward_delay;
}

/* --- writing ------------------------------------------------------------------- */

static guint8 *
put (guint8 *at, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    at[i] = (guint8)(value >> 8 * (bytes - 1 - i));
  return at + bytes;
}

static guint8
flags_of (const VbetStpBpdu *self)
{
  guint flags = (self->topology_change ? FLAG_TOPOLOGY_CHANGE : 0)
                | (self->topology_change_ack ? FLAG_TOPOLOGY_CHANGE_ACK : 0);
  if (self->type == VBET_BPDU_RST)
    flags |= (self->proposal ? FLAG_PROPOSAL : 0) | (guint)self->role << 2
             | (self->learning ? FLAG_LEARNING : 0) | (self->forwarding ? FLAG_FORWARDING : 0)
             | (self->agreement ? FLAG_AGREEMENT : 0);
  return (guint8)flags;
}

void
vbet_stp_bpdu_write (const VbetStpBpdu *self, guint64 source, guint8 ret_frame[60])
{
  static const guint8 versions[] = { 0, 0, 2 }, types[] = { 0, 0x80, 2 },
                      sizes[] = { CONFIG_SIZE, TCN_SIZE, RST_SIZE };
  memset (ret_frame, 0, 60);
  guint8 *at = put (ret_frame, STP_GROUP, 6);
  at = put (at, source, 6);
  at = put (at, LLC_SIZE + sizes[self->type], 2);
  memcpy (at, llc, LLC_SIZE);
  at = put (at + LLC_SIZE, 0, 2);
  at = put (at, versions[self->type], 1);
  at = put (at, types[self->type], 1);
  if (self->type == VBET_BPDU_TCN)
    return;
  at = put (at, flags_of (self), 1);
  at = put (at, self->priority.root, 8);
  at = put (at, self->priority.cost, 4);
  at = put (at, self->priority.designated_bridge, 8);
  at = put (at, self->priority.designated_port, 2);
  at = put (at, (guint64)self->times.message_age << 8, 2);
  at = put (at, (guint64)self->times.max_age << 8, 2);
  at = put (at, (guint64)self->times.hello_time << 8, 2);
  put (at, (guint64)self->times.forward_delay << 8, 2);
}

/* --- reading --------------------------------------------------------------------- */

static guint64
get (const guint8 **at, guint bytes)
{
  guint64 value = 0;
  for (guint i = 0; i < bytes; i++)
    value = value << 8 | *(*at)++;
  return value;
}

/* Times are in 256ths of a second; ours are whole, rounded up so that none becomes 0. */
static guint16
get_time (const guint8 **at)
{
  return (guint16)((get (at, 2) + 255) >> 8);
}

static void
read_body (const guint8 *at, VbetStpBpdu *self)
{
  guint flags = (guint)get (&at, 1);
  self->topology_change = (flags & FLAG_TOPOLOGY_CHANGE) != 0;
  self->topology_change_ack = (flags & FLAG_TOPOLOGY_CHANGE_ACK) != 0;
  self->proposal = (flags & FLAG_PROPOSAL) != 0;
  self->role = (guint8)(flags >> 2 & 3);
  self->learning = (flags & FLAG_LEARNING) != 0;
  self->forwarding = (flags & FLAG_FORWARDING) != 0;
  self->agreement = (flags & FLAG_AGREEMENT) != 0;
  self->priority.root = get (&at, 8);
  self->priority.cost = (guint32)get (&at, 4);
  self->priority.designated_bridge = get (&at, 8);
  self->priority.designated_port = (guint16)get (&at, 2);
  self->times.message_age = get_time (&at);
  self->times.max_age = get_time (&at);
  self->times.hello_time = get_time (&at);
  self->times.forward_delay = get_time (&at);
}

gboolean
vbet_stp_bpdu_read (const VbetFrame *frame, VbetStpBpdu *ret_bpdu)
{
  if (frame->size < BPDU_AT + TCN_SIZE || memcmp (frame->data + VBET_FRAME_HEADER, llc, LLC_SIZE) != 0)
    return FALSE;
  const guint8 *bpdu = frame->data + BPDU_AT;
  guint size = frame->size - BPDU_AT;
  memset (ret_bpdu, 0, sizeof *ret_bpdu);
  if (bpdu[0] != 0 || bpdu[1] != 0)
    return FALSE;
  if (bpdu[3] == 0x80) {
    ret_bpdu->type = VBET_BPDU_TCN;
    return TRUE;
  }
  if (bpdu[3] == 0 && size >= CONFIG_SIZE)
    ret_bpdu->type = VBET_BPDU_CONFIG;
  else if (bpdu[3] == 2 && bpdu[2] >= 2 && size >= RST_SIZE)
    ret_bpdu->type = VBET_BPDU_RST;
  else
    return FALSE;
  read_body (bpdu + 4, ret_bpdu);
  return TRUE;
}
