/* terminal.c - the user's terminal in raw mode, and back; see terminal.h. */
#include "config.h"

#include "cli/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/output.h"

/* Undoes what a full-screen program of the guest may have left: attributes, hidden cursor, other screen,
 * bracketed paste, mouse reports, application keys. Each is without effect where it was not on. */
static const char undo[] = "\033[0m\033[?25h\033[?1047l\033[?2004l\033[?1000l\033[?1l\033>\r\n";

struct VbetTerminal {
  int fd; /* not owned */
  struct termios before;
};

VbetTerminal *
vbet_terminal_raw (int fd)
{
  struct termios before;
  if (!isatty (fd) || tcgetattr (fd, &before) != 0)
    return NULL;
  VbetTerminal *self = g_new0 (VbetTerminal, 1);
  self->fd = fd;
  self->before = before;
  cfmakeraw (&before);
  tcsetattr (fd, TCSADRAIN, &before);
  return self;
}

void
vbet_terminal_restore (VbetTerminal *self)
{
  if (self == NULL)
    return;
  if (vbet_output_is_terminal (stdout))
    vbet_output_write (STDOUT_FILENO, undo, strlen (undo));
  tcsetattr (self->fd, TCSADRAIN, &self->before);
  g_free (self);
}

gboolean
vbet_terminal_size (guint *ret_rows, guint *ret_columns)
{
  struct winsize size;
  if ((ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 && ioctl (STDIN_FILENO, TIOCGWINSZ, &size) != 0)
      || size.ws_row == 0 || size.ws_col == 0)
    return FALSE;
  *ret_rows = size.ws_row;
  *ret_columns = size.ws_col;
  return TRUE;
}
