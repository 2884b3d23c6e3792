/* pad.c - see pad.h. */
#include "config.h"

#include "guest/pad.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/xstate.h"

#define LIBRARY "vbet-xstate.so"
#define HEADERS_MAX 256

const char *
vbet_padding_name (VbetPadding padding)
{
  static const char *const names[] = { "unneeded", "loaded", "static", "missing", "forbidden" };
  return names[padding];
}

static bool
host_needs_it (void)
{
  VbetXstateLayout layout;
  vbet_xstate_layout_read (&layout);
  return vbet_xstate_needs_padding (&layout);
}

static bool
is_wanted (const VbetLaunch *launch)
{
  return launch->pad == VBET_PAD_ALWAYS || (launch->pad == VBET_PAD_AUTO && host_needs_it ());
}

/* Opens the library in this program's own folder; returns -1 when it is not there. */
static int
open_beside (void)
{
  char path[PATH_MAX];
  ssize_t length = readlink ("/proc/self/exe", path, sizeof path - sizeof LIBRARY);
  if (length <= 0)
    return -1;
  path[length] = '\0';
  char *slash = strrchr (path, '/');
  if (slash == NULL)
    return -1;
  memcpy (slash + 1, LIBRARY, sizeof LIBRARY);
  return open (path, O_RDONLY | O_CLOEXEC);
}

void
vbet_pad_open (VbetLaunch *launch)
{
  bool wanted = is_wanted (launch);
  if (!wanted && launch->pad_fd >= 0) {
    (void)close (launch->pad_fd);
    launch->pad_fd = -1;
  }
  if (wanted && launch->pad_fd < 0)
    launch->pad_fd = open_beside ();
}

bool
vbet_kernel_is_static (const char *path)
{
  Elf64_Ehdr header;
  Elf64_Phdr programs[HEADERS_MAX];
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  bool program = pread (fd, &header, sizeof header, 0) == (ssize_t)sizeof header
                 && memcmp (header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64
                 && header.e_phentsize == sizeof programs[0] && header.e_phnum <= HEADERS_MAX;
  size_t size = program ? header.e_phnum * sizeof programs[0] : 0;
  bool read = program && pread (fd, programs, size, (off_t)header.e_phoff) == (ssize_t)size;
  (void)close (fd);
  for (size_t i = 0; read && i < header.e_phnum; i++)
    if (programs[i].p_type == PT_INTERP)
      return false;
  return read;
}

VbetPadding
vbet_pad_decide (const VbetLaunch *launch)
{
  if (!is_wanted (launch))
    return host_needs_it () ? VBET_PADDING_FORBIDDEN : VBET_PADDING_UNNEEDED;
  if (launch->pad_fd < 0)
    return VBET_PADDING_MISSING;
  return launch->argv[0] != NULL && vbet_kernel_is_static (launch->argv[0]) ? VBET_PADDING_STATIC
                                                                            : VBET_PADDING_LOADED;
}
