/* options.c - see options.h. */
#include "config.h"

#include "guest/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help_text[]
    = "Usage: vbet-guest [OPTION]... -- KERNEL [ARGUMENT]...\n"
      "Runs one user-mode Linux kernel, confined; ends with everything it started.\n\n"
      "  --name=NAME          the guest's name\n"
      "  --status-fd=FD       write report lines there (see vbet-guest(8))\n"
      "  --cpu=N              run all of the guest on processor N\n"
      "  --memory=BYTES       size of the guest's memory, checked before the start\n"
      "  --memory-mount=DIR   empty folder, for a memory file system of the guest's own\n"
      "  --memory-dir=DIR     folder for the memory file where none can be mounted; repeat\n"
      "  --read=PATH          the guest's processes may read below PATH; repeat\n"
      "  --write=PATH         the guest's processes may change PATH and what is below; repeat\n"
      "  --reach=PATH         the guest's kernel may connect to the socket PATH, or those in the folder "
      "PATH; repeat\n"
      "  --own=DIR            folder of the kernel's own; where it has a root of its own, in memory\n"
      "  --share=DIR          folder of the host that the guest may mount with hostfs, to read\n"
      "  --share-write=DIR    the same, to change\n"
      "  --keep-fd=FD         leave this descriptor open for the kernel; repeat\n"
      "  --pad=WHEN           load vbet-xstate.so into the kernel: auto (where this processor needs it), "
      "always, never\n"
      "  --pad-fd=FD          that library, open; default: the one beside this program\n"
      "  --cgroup-fd=FD       folder of a control group (version 2) that was made for the guest: it goes "
      "there\n"
      "  --without=LAYER      do not use this layer of confinement; repeat\n"
      "  --learn              name system calls that are not on the list, and let them through (for "
      "developers)\n"
      "  --probe              report which layers this host gives, run nothing\n"
      "  --help, --version\n";

static const struct {
  VbetLayer layer;
  const char *name;
} layer_names[] = {
  { VBET_LAYER_USERNS, "userns" },   { VBET_LAYER_PIDNS, "pidns" },      { VBET_LAYER_MOUNTNS, "mountns" },
  { VBET_LAYER_IPCNS, "ipcns" },     { VBET_LAYER_UTSNS, "utsns" },      { VBET_LAYER_NETNS, "netns" },
  { VBET_LAYER_PROC, "proc" },       { VBET_LAYER_MEMORY, "memory" },    { VBET_LAYER_LANDLOCK, "landlock" },
  { VBET_LAYER_SECCOMP, "seccomp" }, { VBET_LAYER_NNP, "no_new_privs" }, { VBET_LAYER_REAPER, "reaper" },
  { VBET_LAYER_ROOT, "root" },       { VBET_LAYER_CALLS, "calls" },      { VBET_LAYER_CGROUP, "cgroup" },
};

const char *
vbet_layer_name (VbetLayer layer)
{
  for (size_t i = 0; i < sizeof layer_names / sizeof layer_names[0]; i++)
    if (layer_names[i].layer == layer)
      return layer_names[i].name;
  return NULL;
}

static bool
parse_number (const char *text, uint64_t max, uint64_t *ret_value)
{
  char *end = NULL;
  if (text[0] < '0' || text[0] > '9')
    return false;
  errno = 0;
  unsigned long long value = strtoull (text, &end, 10);
  if (errno != 0 || *end != '\0' || value > max)
    return false;
  *ret_value = value;
  return true;
}

static bool
parse_pad (const char *text, VbetPad *ret_pad)
{
  static const char *const words[] = { "auto", "always", "never" };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp (words[i], text) == 0) {
      *ret_pad = (VbetPad)i;
      return true;
    }
  return false;
}

static bool
add_path (const char **list, unsigned *count, unsigned max, const char *path)
{
  if (*count >= max || path[0] != '/')
    return false;
  list[(*count)++] = path;
  return true;
}

/* Applies one option that has a value; returns false when the value is not usable. */
static bool
apply (VbetLaunch *self, int option, const char *value)
{
  uint64_t number;
  switch (option) {
  case 'n':
    self->name = value;
    return value[0] != '\0';
  case 's':
    if (!parse_number (value, 1 << 20, &number))
      return false;
    self->status_fd = (int)number;
    return true;
  case 'c':
    if (!parse_number (value, 65535, &number))
      return false;
    self->cpu = (int)number;
    return true;
  case 'm':
    return parse_number (value, UINT64_MAX / 4, &self->memory);
  case 't':
    self->memory_mount = value;
    return value[0] == '/';
  case 'd':
    return add_path (self->memory_dirs, &self->n_memory_dirs, VBET_LAUNCH_MEMORY_DIRS_MAX, value);
  case 'r':
    return add_path (self->read_only, &self->n_read_only, VBET_LAUNCH_PATHS_MAX, value);
  case 'w':
    return add_path (self->read_write, &self->n_read_write, VBET_LAUNCH_PATHS_MAX, value);
  case 'e':
    return add_path (self->reach, &self->n_reach, VBET_LAUNCH_PATHS_MAX, value);
  case 'o':
    self->own = value;
    return value[0] == '/';
  case 'f':
  case 'g':
    self->share = value;
    self->share_write = option == 'g';
    return value[0] == '/';
  case 'k':
    if (self->n_keep_fds >= VBET_LAUNCH_FDS_MAX || !parse_number (value, 1 << 20, &number))
      return false;
    self->keep_fds[self->n_keep_fds++] = (int)number;
    return true;
  case 'a':
    return parse_pad (value, &self->pad);
  case 'l':
    if (!parse_number (value, 1 << 20, &number))
      return false;
    self->pad_fd = (int)number;
    return true;
  case 'G':
    if (!parse_number (value, 1 << 20, &number))
      return false;
    self->cgroup_fd = (int)number;
    return true;
  case 'x':
    for (size_t i = 0; i < sizeof layer_names / sizeof layer_names[0]; i++)
      if (strcmp (layer_names[i].name, value) == 0) {
        self->without |= layer_names[i].layer;
        return true;
      }
    return false;
  default:
    return false;
  }
}

int
vbet_launch_parse (VbetLaunch *self, int argc, char **argv, const char **ret_message)
{
  static const struct option options[] = {
    { "name", required_argument, NULL, 'n' },
    { "status-fd", required_argument, NULL, 's' },
    { "cpu", required_argument, NULL, 'c' },
    { "memory", required_argument, NULL, 'm' },
    { "memory-dir", required_argument, NULL, 'd' },
    { "read", required_argument, NULL, 'r' },
    { "write", required_argument, NULL, 'w' },
    { "keep-fd", required_argument, NULL, 'k' },
    { "memory-mount", required_argument, NULL, 't' },
    { "reach", required_argument, NULL, 'e' },
    { "own", required_argument, NULL, 'o' },
    { "share", required_argument, NULL, 'f' },
    { "share-write", required_argument, NULL, 'g' },
    { "pad", required_argument, NULL, 'a' },
    { "pad-fd", required_argument, NULL, 'l' },
    { "cgroup-fd", required_argument, NULL, 'G' },
    { "without", required_argument, NULL, 'x' },
    { "probe", no_argument, NULL, 'p' },
    { "learn", no_argument, NULL, 'L' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'v' },
    { NULL, 0, NULL, 0 },
  };
  *self = (VbetLaunch){ .name = "guest", .status_fd = -1, .cpu = -1, .pad_fd = -1, .cgroup_fd = -1 };
  opterr = 0;
  optind = 0; /* glibc: start afresh, so that tests can parse more than once */
  for (;;) {
    int option = getopt_long (argc, argv, "+", options, NULL);
    if (option == -1)
      break;
    if (option == 'h' || option == 'v') {
      *ret_message = option == 'h' ? help_text : "vbet-guest " PACKAGE_VERSION "\n";
      return 1;
    }
    if (option == 'p') {
      self->probe = true;
    } else if (option == 'L') {
      self->learn = true;
    } else if (option == '?' || !apply (self, option, optarg)) {
      *ret_message = "vbet-guest: wrong option; see vbet-guest --help";
      return -EINVAL;
    }
  }
  self->argv = argv + optind;
  if (!self->probe && (self->argv[0] == NULL || self->argv[0][0] != '/')) {
    *ret_message = "vbet-guest: the absolute path of a kernel is needed; see vbet-guest --help";
    return -EINVAL;
  }
  return 0;
}
