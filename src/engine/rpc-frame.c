/* rpc-frame.c - see rpc-frame.h. */
#include "config.h"

#include "engine/rpc-frame.h"

#include <string.h>

#include "base/error.h"
#include "engine/rpc-json.h"

#define LENGTH_NAME "content-length:"
#define LENGTH_DIGITS_MAX 10 /* of the number of bytes */
#define HEADER_ROOM 48       /* bytes kept free for the header of a message that is being written */

struct VbetRpcDecoder {
  gsize message_max;
  char header[VBET_RPC_HEADER_MAX + 1];
  gsize header_fill;
  gboolean in_body;
  guint8 *body; /* of @size bytes */
  gsize size;
  gsize fill;
};

VbetRpcDecoder *
vbet_rpc_decoder_new (gsize message_max)
{
  VbetRpcDecoder *self = g_new0 (VbetRpcDecoder, 1);
  self->message_max = message_max;
  return self;
}

void
vbet_rpc_decoder_free (VbetRpcDecoder *self)
{
  if (self == NULL)
    return;
  g_free (self->body);
  g_free (self);
}

/* Whether @size bytes of the header end with an empty line. */
static gboolean
ends_header (const char *header, gsize size)
{
  return (size >= 2 && memcmp (header + size - 2, "\n\n", 2) == 0)
         || (size >= 4 && memcmp (header + size - 4, "\r\n\r\n", 4) == 0);
}

/* The number in the line "Content-Length"; FALSE with @error. */
static gboolean
read_length (VbetRpcDecoder *self, GError **error)
{
  guint64 size = 0;
  gboolean found = FALSE;
  g_auto (GStrv) lines = g_strsplit (self->header, "\n", -1);
  for (gsize i = 0; lines[i] != NULL && !found; i++) {
    if (g_ascii_strncasecmp (lines[i], LENGTH_NAME, strlen (LENGTH_NAME)) != 0)
      continue;
    char *number = g_strstrip (lines[i] + strlen (LENGTH_NAME));
    found = strlen (number) <= LENGTH_DIGITS_MAX
            && g_ascii_string_to_unsigned (number, 10, 1, G_MAXUINT32, &size, NULL);
    if (!found)
      break;
  }
  if (!found)
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_PROTOCOL,
                         "A message begins with “Content-Length: BYTES” and an empty line");
  else if (size > self->message_max)
    g_set_error (error, VBET_ERROR, VBET_ERROR_PROTOCOL,
                 "A message of %" G_GUINT64_FORMAT " bytes is larger than one may be (%zu)", size,
                 self->message_max);
  else
    self->size = (gsize)size;
  return self->size > 0;
}

static gssize
push_header (VbetRpcDecoder *self, const guint8 *data, gsize size, GError **error)
{
  gsize taken = 0;
  while (taken < size) {
    if (self->header_fill == VBET_RPC_HEADER_MAX || data[taken] == '\0') {
      g_set_error (error, VBET_ERROR, VBET_ERROR_PROTOCOL,
                   "The header of a message is longer than %d bytes, or no text", VBET_RPC_HEADER_MAX);
      return -1;
    }
    self->header[self->header_fill++] = (char)data[taken++];
    if (!ends_header (self->header, self->header_fill))
      continue;
    self->header[self->header_fill] = '\0';
    if (!read_length (self, error))
      return -1;
    self->in_body = TRUE;
    break;
  }
  return (gssize)taken;
}

gssize
vbet_rpc_decoder_push (VbetRpcDecoder *self, const guint8 *data, gsize size, GError **error)
{
  if (!self->in_body)
    return push_header (self, data, size, error);
  gsize taken = MIN (size, self->size - self->fill);
  if (self->body == NULL)
    self->body = g_malloc (self->size); /* memory that is not written to is only an address */
  if (taken > 0)
    memcpy (self->body + self->fill, data, taken);
  self->fill += taken;
  return (gssize)taken;
}

gboolean
vbet_rpc_decoder_has_begun (const VbetRpcDecoder *self)
{
  return self->header_fill > 0;
}

gsize
vbet_rpc_decoder_get_size (const VbetRpcDecoder *self)
{
  return self->size;
}

gsize
vbet_rpc_decoder_get_missing (const VbetRpcDecoder *self)
{
  return self->size - self->fill;
}

GBytes *
vbet_rpc_decoder_take (VbetRpcDecoder *self)
{
  if (!self->in_body || self->fill < self->size)
    return NULL;
  GBytes *message = g_bytes_new_take (g_steal_pointer (&self->body), self->size);
  self->header_fill = self->size = self->fill = 0;
  self->in_body = FALSE;
  return message;
}

GBytes *
vbet_rpc_frame (GVariant *message)
{
  char header[HEADER_ROOM + 1];
  GString *out = g_string_new (NULL);
  /* How many bytes it has is known only when it is written: its header goes right before it then. */
  g_string_set_size (out, HEADER_ROOM);
  vbet_rpc_json_write (message, out);
  gsize size
      = (gsize)g_snprintf (header, sizeof header, "Content-Length: %zu\r\n\r\n", out->len - HEADER_ROOM);
  memcpy (out->str + HEADER_ROOM - size, header, size);
  gsize length = out->len - HEADER_ROOM + size;
  memmove (out->str, out->str + HEADER_ROOM - size, length);
  /* It may wait long: without what the string has grown beyond it. */
  return g_bytes_new_take (g_realloc (g_string_free (out, FALSE), length), length);
}
