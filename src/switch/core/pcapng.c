/* pcapng.c - see pcapng.h. */
#include "config.h"

#include "switch/core/pcapng.h"

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_STATISTICS 5u
#define BLOCK_PACKET 6u

#define LINKTYPE_ETHERNET 1u

#define OPTION_END 0u
#define OPTION_COMMENT 1u
#define SHB_USERAPPL 4u
#define IF_NAME 2u
#define IF_DESCRIPTION 3u
#define IF_TSRESOL 9u
#define EPB_FLAGS 2u
#define EPB_DROPCOUNT 4u
#define ISB_IFRECV 4u
#define ISB_IFDROP 5u

static void
add (GByteArray *to, const void *bytes, gsize size)
{
  g_byte_array_append (to, bytes, (guint)size);
}

static void
add_u16 (GByteArray *to, guint16 value)
{
  add (to, &value, sizeof value);
}

static void
add_u32 (GByteArray *to, guint32 value)
{
  add (to, &value, sizeof value);
}

static void
add_option (GByteArray *to, guint code, const void *bytes, gsize size)
{
  static const guint8 zeros[4] = { 0 };
  add_u16 (to, (guint16)code);
  add_u16 (to, (guint16)size);
  add (to, bytes, size);
  add (to, zeros, -size & 3);
}

/* The first bytes of @text, at most @limit, that are whole characters. */
static gsize
text_size (const char *text, gsize limit)
{
  gsize size = strlen (text);
  if (size <= limit)
    return size;
  for (size = limit; size > 0 && ((guint8)text[size] & 0xc0) == 0x80;)
    size--;
  return size;
}

static void
add_text (GByteArray *to, guint code, const char *text)
{
  if (text != NULL)
    add_option (to, code, text, text_size (text, VBET_PCAPNG_NAME));
}

static guint
begin (GByteArray *to, guint32 type)
{
  guint start = to->len;
  add_u32 (to, type);
  add_u32 (to, 0);
  return start;
}

/* Ends the options and writes the length at both ends of the block. */
static void
end (GByteArray *to, guint start)
{
  add_u32 (to, OPTION_END);
  guint32 size = to->len - start + 4;
  add_u32 (to, size);
  memcpy (to->data + start + 4, &size, sizeof size);
}

void
vbet_pcapng_section (GByteArray *to, const char *application, const char *comment)
{
  const gint64 unknown_length = -1;
  guint start = begin (to, BLOCK_SECTION);
  add_u32 (to, 0x1a2b3c4d);
  add_u16 (to, 1);
  add_u16 (to, 0);
  add (to, &unknown_length, sizeof unknown_length);
  add_text (to, OPTION_COMMENT, comment);
  add_text (to, SHB_USERAPPL, application);
  end (to, start);
}

void
vbet_pcapng_interface (GByteArray *to, const char *name, const char *description, guint snaplen)
{
  const guint8 nanoseconds = 9;
  guint start = begin (to, BLOCK_INTERFACE);
  add_u16 (to, LINKTYPE_ETHERNET);
  add_u16 (to, 0);
  add_u32 (to, snaplen);
  add_text (to, IF_NAME, name);
  add_text (to, IF_DESCRIPTION, description);
  add_option (to, IF_TSRESOL, &nanoseconds, 1);
  end (to, start);
}

/* By pointer, not by array: this is the frame path. */
static guint8 *
put_u32 (guint8 *at, guint32 value)
{
  memcpy (at, &value, sizeof value);
  return at + sizeof value;
}

static guint8 *
put_option (guint8 *at, guint code, const void *bytes, gsize size)
{
  guint16 head[2] = { (guint16)code, (guint16)size };
  memcpy (at, head, sizeof head);
  memcpy (at + 4, bytes, size);
  memset (at + 4 + size, 0, -size & 3);
  return at + 4 + size + (-size & 3);
}

gsize
vbet_pcapng_packet (guint8 *to, const VbetPcapngPacket *packet)
{
  guint64 time = (guint64)packet->time;
  guint8 *at = put_u32 (to, BLOCK_PACKET) + 4;
  at = put_u32 (at, packet->interface);
  at = put_u32 (at, (guint32)(time >> 32));
  at = put_u32 (at, (guint32)time);
  at = put_u32 (at, packet->captured);
  at = put_u32 (at, packet->size);
  memcpy (at, packet->data, packet->captured);
  at += packet->captured;
  gsize padding = -(gsize)packet->captured & 3;
  memset (at, 0, padding);
  at += padding;
  guint32 flags = packet->direction;
  at = put_option (at, EPB_FLAGS, &flags, sizeof flags);
  if (packet->missed > 0)
    at = put_option (at, EPB_DROPCOUNT, &packet->missed, sizeof packet->missed);
  if (packet->comment != NULL)
    at = put_option (at, OPTION_COMMENT, packet->comment, text_size (packet->comment, VBET_PCAPNG_COMMENT));
  at = put_u32 (at, OPTION_END);
  guint32 size = (guint32)(at - to) + 4;
  at = put_u32 (at, size);
  put_u32 (to + 4, size);
  return size;
}

void
vbet_pcapng_statistics (GByteArray *to, guint interface, gint64 time, guint64 received, guint64 missed)
{
  guint start = begin (to, BLOCK_STATISTICS);
  add_u32 (to, interface);
  add_u32 (to, (guint32)((guint64)time >> 32));
  add_u32 (to, (guint32)time);
  add_option (to, ISB_IFRECV, &received, sizeof received);
  add_option (to, ISB_IFDROP, &missed, sizeof missed);
  end (to, start);
}
