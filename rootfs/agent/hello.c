/* hello.c - process 1 of a trial boot: says that a program runs in this kernel, and powers off.
 *
 * kernel/build-kernel starts a new kernel with it, vbetctl doctor any kernel: a kernel that panics at its first
 * program says nothing.
 */
#define _GNU_SOURCE
#include "common.h"

#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

int
hello_main (int argc, char **argv)
{
  static const char text[] = "vbet: hello\n";
  (void)argc;
  (void)argv;
  if (getpid () != 1)
    return 1;
  write_all (STDOUT_FILENO, text, strlen (text));
  reboot (RB_POWER_OFF);
  return 0;
}
