/* text.c - text of bounded size that is made piece by piece; see text.h. */
#include "text.h"

#include <string.h>

void
policy_text_begin (PolicyText *self, char *bytes, size_t room)
{
  *self = (PolicyText){ .bytes = bytes, .room = room };
  bytes[0] = '\0';
}

static void
add_bytes (PolicyText *self, const char *bytes, size_t size)
{
  size_t left = self->room - 1 - self->size;
  if (self->cut)
    return;
  self->cut = size > left;
  size_t piece = self->cut ? left : size;
  memcpy (self->bytes + self->size, bytes, piece);
  self->size += piece;
  self->bytes[self->size] = '\0';
}

static void
add_number (PolicyText *self, unsigned number)
{
  char digits[10];
  size_t at = sizeof digits;
  do
    digits[--at] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  add_bytes (self, digits + at, sizeof digits - at);
}

void
policy_text_add_list (PolicyText *self, const char *format, va_list arguments)
{
  for (const char *at = format; *at != '\0';) {
    size_t plain = strcspn (at, "%");
    add_bytes (self, at, plain);
    at += plain;
    if (*at == '\0')
      break;
    at++;
    if (*at == 's') {
      const char *piece = va_arg (arguments, const char *);
      add_bytes (self, piece, strlen (piece));
    } else if (*at == 'u') {
      add_number (self, va_arg (arguments, unsigned));
    } else {
      add_bytes (self, at, 1);
    }
    at++;
  }
}

void
policy_text_add (PolicyText *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  policy_text_add_list (self, format, arguments);
  va_end (arguments);
}
