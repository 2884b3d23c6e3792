/* packets.c - see packets.h. */
#include "config.h"

#include "capture/packets.h"

#include <string.h>

#define SECTION 0x0a0d0d0au
#define INTERFACE 1u
#define STATISTICS 5u
#define PACKET 6u
#define PACKET_HEAD 28u /* bytes before the frame */
#define INTERFACES_MAX 16

typedef struct {
  char *name;
  guint64 told;    /* missed frames that packets have said */
  guint64 counted; /* likewise statistics */
} Interface;

struct VbetPackets {
  GArray *interfaces; /* of Interface, of this section */
  guint64 missed;     /* of earlier sections */
};

static void
interface_clear (gpointer data)
{
  g_free (((Interface *)data)->name);
}

VbetPackets *
vbet_packets_new (void)
{
  VbetPackets *self = g_new0 (VbetPackets, 1);
  self->interfaces = g_array_new (FALSE, TRUE, sizeof (Interface));
  g_array_set_clear_func (self->interfaces, interface_clear);
  return self;
}

void
vbet_packets_free (VbetPackets *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->interfaces);
  g_free (self);
}

static guint32
read_u32 (const guint8 *at)
{
  guint32 value;
  memcpy (&value, at, sizeof value);
  return value;
}

static gsize
padded (gsize size)
{
  return (size + 3) & ~(gsize)3;
}

/* Returns: (nullable): the value of option @wanted among @size bytes of options; @ret_length: its bytes. */
static const guint8 *
find_option (const guint8 *at, gsize size, guint wanted, gsize *ret_length)
{
  while (size >= 4) {
    guint16 head[2];
    memcpy (head, at, sizeof head);
    gsize whole = 4 + padded (head[1]);
    if (head[0] == 0 || whole > size)
      return NULL;
    if (head[0] == wanted) {
      *ret_length = head[1];
      return at + 4;
    }
    at += whole;
    size -= whole;
  }
  return NULL;
}

static guint64
number_option (const guint8 *at, gsize size, guint wanted)
{
  guint64 value = 0;
  gsize length = 0;
  const guint8 *found = find_option (at, size, wanted, &length);
  if (found != NULL && length == sizeof value)
    memcpy (&value, found, sizeof value);
  return value;
}

guint64
vbet_packets_get_missed (const VbetPackets *self)
{
  guint64 missed = self->missed;
  for (guint i = 0; i < self->interfaces->len; i++) {
    const Interface *interface = &g_array_index (self->interfaces, Interface, i);
    missed += MAX (interface->told, interface->counted);
  }
  return missed;
}

static void
begin_section (VbetPackets *self)
{
  self->missed = vbet_packets_get_missed (self);
  g_array_set_size (self->interfaces, 0);
}

/* @body: behind type and length, up to the second length. */
static void
read_interface (VbetPackets *self, const guint8 *body, gsize size)
{
  Interface interface = { 0 };
  gsize length = 0;
  if (size < 8 || self->interfaces->len >= INTERFACES_MAX)
    return;
  const guint8 *name = find_option (body + 8, size - 8, 2, &length);
  interface.name = name != NULL ? g_utf8_make_valid ((const char *)name, (gssize)length) : g_strdup ("");
  g_array_append_val (self->interfaces, interface);
}

static void
read_statistics (VbetPackets *self, const guint8 *body, gsize size)
{
  guint number = size >= 12 ? read_u32 (body) : G_MAXUINT;
  if (number < self->interfaces->len)
    g_array_index (self->interfaces, Interface, number).counted = number_option (body + 12, size - 12, 5);
}

static gboolean
read_packet (VbetPackets *self, const guint8 *body, gsize size, VbetPacket *ret_packet)
{
  if (size < PACKET_HEAD - 8)
    return FALSE;
  guint number = read_u32 (body);
  guint captured = read_u32 (body + 12);
  gsize room = size - (PACKET_HEAD - 8);
  if (number >= self->interfaces->len || captured > room || padded (captured) > room)
    return FALSE;
  Interface *interface = &g_array_index (self->interfaces, Interface, number);
  const guint8 *data = body + (PACKET_HEAD - 8);
  const guint8 *options = data + padded (captured);
  gsize options_size = room - padded (captured);
  gsize length = 0;
  const guint8 *flags = find_option (options, options_size, 2, &length);
  interface->told += number_option (options, options_size, 4);
  *ret_packet = (VbetPacket){
    .interface = number,
    .name = interface->name,
    .time = (gint64)((guint64)read_u32 (body + 4) << 32 | read_u32 (body + 8)),
    .data = data,
    .captured = captured,
    .size = read_u32 (body + 16),
    .sent = flags != NULL && length == 4 && (read_u32 (flags) & 3) == 2,
  };
  return TRUE;
}

gboolean
vbet_packets_feed (VbetPackets *self, const guint8 *message, gsize size, VbetPacketBlock block,
                   gpointer user_data)
{
  while (size > 0) {
    gsize length = size >= 12 ? read_u32 (message + 4) : 0;
    if (length < 12 || length % 4 != 0 || length > size || read_u32 (message + length - 4) != length)
      return FALSE;
    VbetPacket packet;
    gboolean is_packet = FALSE;
    switch (read_u32 (message)) {
    case SECTION:
      begin_section (self);
      break;
    case INTERFACE:
      read_interface (self, message + 8, length - 12);
      break;
    case STATISTICS:
      read_statistics (self, message + 8, length - 12);
      break;
    case PACKET:
      is_packet = read_packet (self, message + 8, length - 12, &packet);
      break;
    default:
      break;
    }
    if (!block (message, length, is_packet ? &packet : NULL, user_data))
      return TRUE;
    message += length;
    size -= length;
  }
  return TRUE;
}
