/* panic.c - why a guest's kernel panicked, for people; see private.h. Pure. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/xstate.h"
#include "engine/guest/private.h"

#define INIT_KILLED "Attempted to kill init!"
#define EXIT_CODE "exitcode=" /* then a status as waitpid(2) gives it, in hexadecimal */
#define SIGNAL_BITS 0x7f

/* Whether these are the words of a kernel whose first program was killed by SIGSEGV. */
static gboolean
first_program_crashed (const char *panic)
{
  const char *code = strstr (panic, EXIT_CODE);
  return strstr (panic, INIT_KILLED) != NULL && code != NULL
         && (strtoul (code + strlen (EXIT_CODE), NULL, 16) & SIGNAL_BITS) == SIGSEGV;
}

/* What helps a kernel that cannot restore this processor's state. */
static const char *
remedy_of (const char *padding)
{
  if (strcmp (padding, "static") == 0)
    return "it is statically linked, so that vBET cannot help it: take Linux 7.2 or later, or one that is "
           "dynamically "
           "linked";
  if (strcmp (padding, "forbidden") == 0)
    return "take VBET_GUEST_PAD=never away, so that vBET can help it";
  return "the library that helps it, vbet-xstate.so, is missing or cannot be read: build or install vBET "
         "again";
}

char *
vbet_guest_explain_panic (const char *name, const char *panic, gboolean booting, guint xstate_size,
                          const char *padding)
{
  if (!booting || !first_program_crashed (panic))
    return g_strdup_printf ("The kernel of %s panicked (%s); its console shows how far it came", name, panic);
  if (xstate_size > VBET_XSTATE_KERNEL_SIZE && strcmp (padding, "loaded") != 0)
    return g_strdup_printf (
        "The kernel of %s cannot run programs on this processor, whose registers take %u bytes a "
        "process (Intel AMX) where the kernel has %d; %s",
        name, xstate_size, VBET_XSTATE_KERNEL_SIZE, remedy_of (padding));
  return g_strdup_printf (
      "The first program of %s crashed (%s): see that kernel= and image= fit this host; “vbetctl "
      "doctor” boots a guest to find out",
      name, panic);
}
