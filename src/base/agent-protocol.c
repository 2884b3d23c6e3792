/* agent-protocol.c - frames between engine and agent; see agent-protocol.h.
 *
 * Also compiled into the agent, hence no GLib and no config.h needed there.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "base/agent-protocol.h"

#include <string.h>

#define ERROR_TEXT_MAX 1024

static uint16_t
get_u16 (const uint8_t *from)
{
  return (uint16_t)(from[0] | from[1] << 8);
}

static uint32_t
get_u32 (const uint8_t *from)
{
  return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static void
put_u32 (uint8_t *to, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    to[i] = (uint8_t)(value >> (8 * i));
}

static bool
known_type (uint8_t type)
{
  return (type >= VBET_AGENT_EXEC && type <= VBET_AGENT_SPEED)
         || (type >= VBET_AGENT_HELLO && type <= VBET_AGENT_ALARM)
         || (type >= VBET_AGENT_DATA && type <= VBET_AGENT_END);
}

void
vbet_agent_decoder_init (VbetAgentDecoder *self)
{
  self->skipped = 0;
  self->start = 0;
  self->fill = 0;
}

size_t
vbet_agent_decoder_push (VbetAgentDecoder *self, const void *data, size_t size)
{
  if (self->start > 0) {
    memmove (self->buffer, self->buffer + self->start, self->fill - self->start);
    self->fill -= self->start;
    self->start = 0;
  }
  size_t room = sizeof self->buffer - self->fill;
  size_t taken = size < room ? size : room;
  if (taken > 0)
    memcpy (self->buffer + self->fill, data, taken);
  self->fill += taken;
  return taken;
}

/* Whether the bytes so far may be the start of a frame; only complete fields are judged. */
static bool
plausible (const uint8_t *bytes, size_t size)
{
  if (size >= 1 && bytes[0] != VBET_AGENT_MAGIC)
    return false;
  if (size >= 2 && !known_type (bytes[1]))
    return false;
  return size < VBET_AGENT_HEADER || get_u32 (bytes + 4) <= VBET_AGENT_PAYLOAD_MAX;
}

bool
vbet_agent_decoder_next (VbetAgentDecoder *self, VbetAgentFrame *ret_frame)
{
  while (self->start < self->fill && !plausible (self->buffer + self->start, self->fill - self->start)) {
    self->start++;
    self->skipped++;
  }
  const uint8_t *frame = self->buffer + self->start;
  size_t size = self->fill - self->start;
  if (size < VBET_AGENT_HEADER || size - VBET_AGENT_HEADER < get_u32 (frame + 4))
    return false;
  ret_frame->type = (VbetAgentType)frame[1];
  ret_frame->channel = get_u16 (frame + 2);
  ret_frame->length = get_u32 (frame + 4);
  ret_frame->payload = frame + VBET_AGENT_HEADER;
  self->start += VBET_AGENT_HEADER + ret_frame->length;
  return true;
}

size_t
vbet_agent_encode (uint8_t *out, size_t capacity, VbetAgentType type, uint16_t channel, const void *payload,
                   size_t length)
{
  if (length > VBET_AGENT_PAYLOAD_MAX || capacity < VBET_AGENT_HEADER || capacity - VBET_AGENT_HEADER < length
      || (unsigned)type > UINT8_MAX || !known_type ((uint8_t)type))
    return 0;
  if (length > 0 && payload != out + VBET_AGENT_HEADER)
    memcpy (out + VBET_AGENT_HEADER, payload, length);
  out[0] = VBET_AGENT_MAGIC;
  out[1] = (uint8_t)type;
  out[2] = (uint8_t)channel;
  out[3] = (uint8_t)(channel >> 8);
  put_u32 (out + 4, (uint32_t)length);
  return VBET_AGENT_HEADER + length;
}

/* Appends @size bytes to the payload that grows at @out; false when they do not fit. */
static bool
append (uint8_t *out, size_t capacity, size_t *length, const void *data, size_t size)
{
  if (*length > VBET_AGENT_PAYLOAD_MAX || size > VBET_AGENT_PAYLOAD_MAX - *length
      || capacity < VBET_AGENT_HEADER + *length + size)
    return false;
  memcpy (out + VBET_AGENT_HEADER + *length, data, size);
  *length += size;
  return true;
}

size_t
vbet_agent_encode_exec (uint8_t *out, size_t capacity, uint16_t channel, uint8_t flags,
                        const char *const *argv)
{
  size_t length = 0;
  size_t count = 0;
  if (!append (out, capacity, &length, &flags, 1))
    return 0;
  for (; argv[count] != NULL; count++)
    if (count >= VBET_AGENT_ARGUMENTS_MAX
        || !append (out, capacity, &length, argv[count], strlen (argv[count]) + 1))
      return 0;
  if (count == 0 || argv[0][0] == '\0')
    return 0;
  return vbet_agent_encode (out, capacity, VBET_AGENT_EXEC, channel, out + VBET_AGENT_HEADER, length);
}

static bool
valid_path (const void *path, size_t length)
{
  return length > 0 && length <= VBET_AGENT_PATH_MAX && *(const char *)path == '/'
         && memchr (path, '\0', length) == NULL;
}

size_t
vbet_agent_encode_put (uint8_t *out, size_t capacity, uint16_t channel, uint32_t mode, const char *path)
{
  uint8_t number[4];
  size_t length = 0;
  put_u32 (number, mode);
  if (!valid_path (path, strlen (path)) || !append (out, capacity, &length, number, sizeof number)
      || !append (out, capacity, &length, path, strlen (path)))
    return 0;
  return vbet_agent_encode (out, capacity, VBET_AGENT_PUT, channel, out + VBET_AGENT_HEADER, length);
}

size_t
vbet_agent_encode_get (uint8_t *out, size_t capacity, uint16_t channel, const char *path)
{
  if (!valid_path (path, strlen (path)))
    return 0;
  return vbet_agent_encode (out, capacity, VBET_AGENT_GET, channel, path, strlen (path));
}

size_t
vbet_agent_encode_u32 (uint8_t *out, size_t capacity, VbetAgentType type, uint16_t channel, uint32_t value)
{
  uint8_t number[4];
  put_u32 (number, value);
  return vbet_agent_encode (out, capacity, type, channel, number, sizeof number);
}

size_t
vbet_agent_encode_resize (uint8_t *out, size_t capacity, uint16_t channel, uint16_t rows, uint16_t columns)
{
  if (rows == 0 || columns == 0)
    return 0;
  return vbet_agent_encode_u32 (out, capacity, VBET_AGENT_RESIZE, channel, rows | (uint32_t)columns << 16);
}

size_t
vbet_agent_encode_hello (uint8_t *out, size_t capacity, bool started)
{
  uint8_t payload[12];
  put_u32 (payload, VBET_AGENT_VERSION);
  put_u32 (payload + 4, started ? 1 : 0);
  put_u32 (payload + 8, VBET_AGENT_FEATURES);
  return vbet_agent_encode (out, capacity, VBET_AGENT_HELLO, 0, payload, sizeof payload);
}

static size_t
encode_nic (uint8_t *out, size_t capacity, VbetAgentType type, uint32_t index, bool state)
{
  uint8_t payload[5];
  put_u32 (payload, index);
  payload[4] = state ? 1 : 0;
  return vbet_agent_encode (out, capacity, type, 0, payload, sizeof payload);
}

size_t
vbet_agent_encode_carrier (uint8_t *out, size_t capacity, uint32_t index, bool carrier)
{
  return encode_nic (out, capacity, VBET_AGENT_CARRIER, index, carrier);
}

size_t
vbet_agent_encode_link (uint8_t *out, size_t capacity, uint32_t index, bool up)
{
  return encode_nic (out, capacity, VBET_AGENT_LINK, index, up);
}

size_t
vbet_agent_encode_speed (uint8_t *out, size_t capacity, uint32_t index, uint32_t speed)
{
  uint8_t payload[8];
  put_u32 (payload, index);
  put_u32 (payload + 4, speed);
  return vbet_agent_encode (out, capacity, VBET_AGENT_SPEED, 0, payload, sizeof payload);
}

size_t
vbet_agent_encode_clock (uint8_t *out, size_t capacity, uint64_t nanoseconds)
{
  uint8_t payload[8];
  put_u32 (payload, (uint32_t)nanoseconds);
  put_u32 (payload + 4, (uint32_t)(nanoseconds >> 32));
  return vbet_agent_encode (out, capacity, VBET_AGENT_CLOCK, 0, payload, sizeof payload);
}

size_t
vbet_agent_encode_error (uint8_t *out, size_t capacity, uint16_t channel, uint32_t code, const char *text)
{
  uint8_t number[4];
  size_t length = 0;
  size_t size = text != NULL ? strlen (text) : 0;
  put_u32 (number, code);
  if (size > ERROR_TEXT_MAX)
    size = ERROR_TEXT_MAX;
  if (!append (out, capacity, &length, number, sizeof number)
      || (size > 0 && !append (out, capacity, &length, text, size)))
    return 0;
  return vbet_agent_encode (out, capacity, VBET_AGENT_ERROR, channel, out + VBET_AGENT_HEADER, length);
}

/* Whether @word, a key or kind of an alarm, is one. */
static bool
valid_word (const char *word, size_t size, size_t most)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  for (size_t i = 0; i < size; i++)
    if (word[i] == '\0' || strchr (letters, word[i]) == NULL)
      return false;
  return size > 0 && size <= most;
}

size_t
vbet_agent_encode_alarm (uint8_t *out, size_t capacity, const char *key, const char *kind, const char *text)
{
  size_t length = 0;
  size_t size = text != NULL ? strlen (text) : 0;
  if (key == NULL)
    return vbet_agent_encode (out, capacity, VBET_AGENT_ALARM, 0, NULL, 0);
  if (size > VBET_AGENT_ALARM_TEXT_MAX)
    size = VBET_AGENT_ALARM_TEXT_MAX;
  if (!valid_word (key, strlen (key), VBET_AGENT_ALARM_KEY_MAX)
      || !append (out, capacity, &length, key, strlen (key) + (kind != NULL ? 1 : 0)))
    return 0;
  if (kind != NULL
      && (!valid_word (kind, strlen (kind), VBET_AGENT_ALARM_KIND_MAX)
          || !append (out, capacity, &length, kind, strlen (kind) + 1)
          || (size > 0 && !append (out, capacity, &length, text, size))))
    return 0;
  return vbet_agent_encode (out, capacity, VBET_AGENT_ALARM, 0, out + VBET_AGENT_HEADER, length);
}

bool
vbet_agent_read_exec (const VbetAgentFrame *frame, uint8_t *ret_flags, const char **ret_argv)
{
  /* At least the flags, one byte of command and its NUL; the last byte must be a NUL, so that strlen() ends. */
  if (frame->length < 3 || frame->payload[frame->length - 1] != '\0' || frame->payload[1] == '\0')
    return false;
  const char *text = (const char *)frame->payload + 1;
  const char *end = (const char *)frame->payload + frame->length;
  size_t count = 0;
  while (text < end) {
    if (count >= VBET_AGENT_ARGUMENTS_MAX)
      return false;
    ret_argv[count++] = text;
    text += strlen (text) + 1;
  }
  ret_argv[count] = NULL;
  *ret_flags = frame->payload[0];
  return true;
}

bool
vbet_agent_read_put (const VbetAgentFrame *frame, uint32_t *ret_mode, char *ret_path)
{
  if (frame->length < 5 || !valid_path (frame->payload + 4, frame->length - 4))
    return false;
  *ret_mode = get_u32 (frame->payload);
  memcpy (ret_path, frame->payload + 4, frame->length - 4);
  ret_path[frame->length - 4] = '\0';
  return true;
}

bool
vbet_agent_read_get (const VbetAgentFrame *frame, char *ret_path)
{
  if (!valid_path (frame->payload, frame->length))
    return false;
  memcpy (ret_path, frame->payload, frame->length);
  ret_path[frame->length] = '\0';
  return true;
}

bool
vbet_agent_read_u32 (const VbetAgentFrame *frame, uint32_t *ret_value)
{
  if (frame->length < 4)
    return false;
  *ret_value = get_u32 (frame->payload);
  return true;
}

bool
vbet_agent_read_hello (const VbetAgentFrame *frame, uint32_t *ret_version, bool *ret_started)
{
  if (frame->length < 8)
    return false;
  *ret_version = get_u32 (frame->payload);
  *ret_started = get_u32 (frame->payload + 4) == 1;
  return true;
}

uint32_t
vbet_agent_read_features (const VbetAgentFrame *frame)
{
  return frame->length >= 12 ? get_u32 (frame->payload + 8) : 0;
}

bool
vbet_agent_read_resize (const VbetAgentFrame *frame, uint16_t *ret_rows, uint16_t *ret_columns)
{
  if (frame->length != 4)
    return false;
  *ret_rows = get_u16 (frame->payload);
  *ret_columns = get_u16 (frame->payload + 2);
  return *ret_rows > 0 && *ret_columns > 0;
}

bool
vbet_agent_read_carrier (const VbetAgentFrame *frame, uint32_t *ret_index, bool *ret_carrier)
{
  if (frame->length != 5 || frame->payload[4] > 1)
    return false;
  *ret_index = get_u32 (frame->payload);
  *ret_carrier = frame->payload[4] == 1;
  return *ret_index > 0;
}

bool
vbet_agent_read_speed (const VbetAgentFrame *frame, uint32_t *ret_index, uint32_t *ret_speed)
{
  if (frame->length != 8)
    return false;
  *ret_index = get_u32 (frame->payload);
  *ret_speed = get_u32 (frame->payload + 4);
  return *ret_index > 0 && *ret_speed > 0 && *ret_speed <= INT32_MAX;
}

bool
vbet_agent_read_clock (const VbetAgentFrame *frame, uint64_t *ret_nanoseconds)
{
  if (frame->length != 8)
    return false;
  *ret_nanoseconds = (uint64_t)get_u32 (frame->payload) | (uint64_t)get_u32 (frame->payload + 4) << 32;
  return true;
}

bool
vbet_agent_read_error (const VbetAgentFrame *frame, uint32_t *ret_code, char *ret_text, size_t capacity)
{
  if (frame->length < 4 || capacity == 0)
    return false;
  *ret_code = get_u32 (frame->payload);
  size_t size = frame->length - 4 < capacity - 1 ? frame->length - 4 : capacity - 1;
  for (size_t i = 0; i < size; i++) {
    uint8_t byte = frame->payload[4 + i];
    ret_text[i] = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
  }
  ret_text[size] = '\0';
  return true;
}

bool
vbet_agent_read_alarm (const VbetAgentFrame *frame, VbetAgentAlarm *ret_alarm)
{
  memset (ret_alarm, 0, sizeof *ret_alarm);
  if (frame->length == 0)
    return true;
  const char *key = (const char *)frame->payload;
  const char *end = key + frame->length;
  const char *nul = memchr (key, '\0', frame->length);
  const char *key_end = nul != NULL ? nul : end;
  if (!valid_word (key, (size_t)(key_end - key), VBET_AGENT_ALARM_KEY_MAX))
    return false;
  memcpy (ret_alarm->key, key, (size_t)(key_end - key));
  if (nul == NULL)
    return true;
  const char *kind = nul + 1;
  nul = memchr (kind, '\0', (size_t)(end - kind));
  if (nul == NULL || !valid_word (kind, (size_t)(nul - kind), VBET_AGENT_ALARM_KIND_MAX))
    return false;
  memcpy (ret_alarm->kind, kind, (size_t)(nul - kind));
  size_t size = (size_t)(end - nul) - 1;
  if (size > VBET_AGENT_ALARM_TEXT_MAX)
    size = VBET_AGENT_ALARM_TEXT_MAX;
  for (size_t i = 0; i < size; i++) {
    unsigned char byte = (unsigned char)nul[1 + i];
    ret_alarm->text[i] = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
  }
  return true;
}
