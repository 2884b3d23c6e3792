/* terminal-filter.c - see terminal-filter.h. */
#include "config.h"

#include "engine/guest/terminal-filter.h"

#include <string.h>

#define ESC 0x1b
#define ENQ 0x05
#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a

/* Whether the bytes so far are a whole escape sequence (ECMA-48, 5.3 to 5.6). */
static gboolean
is_complete (const guint8 *bytes, gsize length)
{
  guint8 last = bytes[length - 1];
  if (last == CAN || last == SUB)
    return TRUE;
  if (length < 2)
    return FALSE;
  if (bytes[1] == '[')
    return length > 2 && last >= 0x40 && last <= 0x7e;
  if (bytes[1] == ']' || bytes[1] == 'P')
    return last == BEL || (length > 3 && last == '\\' && bytes[length - 2] == ESC);
  return last >= 0x30 && last <= 0x7e;
}

/* Whether a terminal would type an answer to the whole sequence @bytes. */
static gboolean
is_question (const guint8 *bytes, gsize length)
{
  guint8 last = bytes[length - 1];
  switch (length < 2 ? 0 : bytes[1]) {
  case 'Z': /* DECID */
    return length == 2;
  case '[':
    if (last == 'n' || last == 'c') /* DSR; DA 1, 2, 3 */
      return TRUE;
    if (last == 'p' || last == 'q') /* DECRQM …$p; XTVERSION >q; not DECSTR !p, DECSCUSR " q" */
      return (length > 3 && bytes[length - 2] == '$') || (last == 'q' && bytes[2] == '>');
    if (last == 't') /* window reports 11 … 21 */
      return length >= 5 && (bytes[2] == '1' || bytes[2] == '2') && g_ascii_isdigit (bytes[3]);
    if (last == 'u' || last == 'x') /* keyboard flags ?u; DECREQTPARM x */
      return last == 'x' || bytes[2] == '?';
    return FALSE;
  case ']': /* a colour or clipboard asked for by "?" */
    return memchr (bytes, '?', length) != NULL;
  case 'P': /* DECRQSS $q, XTGETTCAP +q */
    return length > 4 && (bytes[2] == '$' || bytes[2] == '+') && bytes[3] == 'q';
  default:
    return FALSE;
  }
}

gsize
vbet_terminal_filter_flush (VbetTerminalFilter *self, guint8 *out)
{
  gsize length = self->length;
  memcpy (out, self->pending, length);
  self->length = 0;
  return length;
}

gsize
vbet_terminal_filter_push (VbetTerminalFilter *self, const guint8 *data, gsize size, guint8 *out)
{
  gsize used = 0;
  for (gsize i = 0; i < size; i++) {
    if (self->length == 0 && data[i] != ESC) {
      if (data[i] != ENQ)
        out[used++] = data[i];
      continue;
    }
    self->pending[self->length++] = data[i];
    if (!is_complete (self->pending, self->length)) {
      if (self->length == VBET_TERMINAL_SEQUENCE_MAX)
        used += vbet_terminal_filter_flush (self, out + used);
      continue;
    }
    if (is_question (self->pending, self->length))
      self->length = 0;
    else
      used += vbet_terminal_filter_flush (self, out + used);
  }
  return used;
}
