/* status.c - see status.h. */
#include "config.h"

#include "guest/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd-message.h"

#define LINE_MAX_BYTES 1024 /* below PIPE_BUF: a line never mixes with another */

void
vbet_status_line (int fd, const char *word, const char *format, ...)
{
  char line[LINE_MAX_BYTES];
  if (fd < 0)
    return;
  int used = snprintf (line, sizeof line, "%s ", word);
  if (used < 0 || (size_t)used >= sizeof line - 1)
    return;
  va_list arguments;
  va_start (arguments, format);
  int more = vsnprintf (line + used, sizeof line - 1 - (size_t)used, format, arguments);
  va_end (arguments);
  if (more < 0)
    return;
  size_t length = strlen (line);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)line[i] < ' ')
      line[i] = '?';
  line[length++] = '\n';
  /* Nobody is there to be told when nobody reads. */
  ssize_t ignored = write (fd, line, length);
  (void)ignored;
}

void
vbet_status_descriptor (int fd, const char *word, int descriptor)
{
  char line[32];
  int length = snprintf (line, sizeof line, "%s\n", word);
  if (length < 0 || (size_t)length >= sizeof line)
    return;
  /* A pipe or a terminal takes no descriptor, and nobody there wants one. */
  (void)vbet_fd_message_send (fd, line, (size_t)length, &descriptor, 1, 0);
}

void
vbet_status_layers (int fd, unsigned layers)
{
  char text[256] = "";
  size_t used = 0;
  const char *name = NULL;
  for (unsigned bit = 1; (name = vbet_layer_name ((VbetLayer)bit)) != NULL; bit <<= 1) {
    if ((layers & bit) == 0)
      continue;
    int more = snprintf (text + used, sizeof text - used, "%s%s", used > 0 ? " " : "", name);
    if (more < 0 || (size_t)more >= sizeof text - used)
      break;
    used += (size_t)more;
  }
  vbet_status_line (fd, "layers", "%s", text);
}
