/* line.h - the agent's end of the serial line: decoder for what comes, bounded queue for what goes. */
#pragma once

#include "base/agent-protocol.h"

/* What one piece of output of a program holds at most; small, so that no job holds up the others. */
#define LINE_PIECE 8192
#define LINE_QUEUE (256 * 1024)
/* Jobs stop producing below this, so that answers always find room. */
#define LINE_RESERVE (64 * 1024)

typedef struct {
  int fd;
  VbetAgentDecoder decoder;
  uint32_t unacknowledged; /* bytes read that the host does not know of yet */
  size_t start;            /* of the unsent bytes in @queue */
  size_t fill;
  uint8_t queue[LINE_QUEUE];
} Line;

/** line_open: opens the serial line @path and makes it a clean byte stream. Returns: 0 or -errno. */
int line_open (Line *line, const char *path);
/** line_room: bytes that can be queued now. */
size_t line_room (const Line *line);
/** line_roomy: whether a job may queue a piece. */
bool line_roomy (const Line *line);
/** line_send: queues one frame; false when there is no room (never so for short frames while line_roomy()). */
bool line_send (Line *line, VbetAgentType type, uint16_t channel, const void *payload, size_t length);
bool line_send_u32 (Line *line, VbetAgentType type, uint16_t channel, uint32_t value);
bool line_send_error (Line *line, uint16_t channel, int code, const char *text);
/** line_flush: acknowledges what was read and writes what the line takes now. Returns: 0 or -errno when the line is gone. */
int line_flush (Line *line);
/** line_read: takes in what has come. Returns: 0 or -errno when the line is gone. */
int line_read (Line *line);
