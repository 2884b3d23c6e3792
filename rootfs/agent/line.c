/* line.c - the agent's end of the serial line; see line.h. */
#define _GNU_SOURCE
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int
line_open (Line *line, const char *path)
{
  struct termios terminal;
  line->fd = open (path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (line->fd < 0)
    return -errno;
  /* Tests hand in something that is no terminal. */
  if (tcgetattr (line->fd, &terminal) == 0) {
    cfmakeraw (&terminal);
    terminal.c_cflag |= CLOCAL | CREAD;
    terminal.c_cc[VMIN] = 1;
    terminal.c_cc[VTIME] = 0;
    if (tcsetattr (line->fd, TCSANOW, &terminal) != 0)
      return -errno;
  }
  vbet_agent_decoder_init (&line->decoder);
  line->start = 0;
  line->fill = 0;
  line->unacknowledged = 0;
  return 0;
}

size_t
line_room (const Line *line)
{
  return sizeof line->queue - (line->fill - line->start);
}

bool
line_roomy (const Line *line)
{
  return line_room (line) >= LINE_RESERVE + LINE_PIECE + VBET_AGENT_HEADER;
}

bool
line_send (Line *line, VbetAgentType type, uint16_t channel, const void *payload, size_t length)
{
  if (line->start > 0 && line->fill + VBET_AGENT_HEADER + length > sizeof line->queue) {
    memmove (line->queue, line->queue + line->start, line->fill - line->start);
    line->fill -= line->start;
    line->start = 0;
  }
  size_t size = vbet_agent_encode (line->queue + line->fill, sizeof line->queue - line->fill, type, channel,
                                   payload, length);
  line->fill += size;
  return size > 0;
}

bool
line_send_u32 (Line *line, VbetAgentType type, uint16_t channel, uint32_t value)
{
  uint8_t payload[4]
      = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24) };
  return line_send (line, type, channel, payload, sizeof payload);
}

bool
line_send_error (Line *line, uint16_t channel, int code, const char *text)
{
  uint8_t frame[2048];
  size_t size = vbet_agent_encode_error (frame, sizeof frame, channel, (uint32_t)code, text);
  return line_send (line, VBET_AGENT_ERROR, channel, frame + VBET_AGENT_HEADER, size - VBET_AGENT_HEADER);
}

int
line_flush (Line *line)
{
  if (line->unacknowledged > 0 && line_send_u32 (line, VBET_AGENT_ACK, 0, line->unacknowledged))
    line->unacknowledged = 0;
  while (line->start < line->fill) {
    ssize_t count = write (line->fd, line->queue + line->start, line->fill - line->start);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return 0;
    if (count <= 0)
      return count < 0 ? -errno : -EIO;
    line->start += (size_t)count;
  }
  line->start = 0;
  line->fill = 0;
  return 0;
}

int
line_read (Line *line)
{
  uint8_t buffer[4096];
  size_t room = sizeof line->decoder.buffer - (line->decoder.fill - line->decoder.start);
  if (room == 0)
    return 0;
  ssize_t count = read (line->fd, buffer, room < sizeof buffer ? room : sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return 0;
  if (count <= 0)
    return count < 0 ? -errno : -EPIPE;
  vbet_agent_decoder_push (&line->decoder, buffer, (size_t)count);
  line->unacknowledged += (uint32_t)count;
  return 0;
}
