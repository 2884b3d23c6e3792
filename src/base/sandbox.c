/* sandbox.c - Landlock and no_new_privs; see sandbox.h. */
#include "config.h"

#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights of the kernel's interface (include/uapi/linux/landlock.h), numbered
 * here because the build host's header may be older than the kernel we run on. */
#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_DIR (1ULL << 4)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_DIR (1ULL << 7)
#define FS_MAKE_REG (1ULL << 8)
#define FS_MAKE_SOCK (1ULL << 9)
#define FS_MAKE_FIFO (1ULL << 10)
#define FS_MAKE_SYM (1ULL << 12)
#define FS_REFER (1ULL << 13)     /* from 2 */
#define FS_TRUNCATE (1ULL << 14)  /* from 3 */
#define FS_IOCTL_DEV (1ULL << 15) /* from 5 */
#define FS_ALL_1 ((1ULL << 13) - 1)

#define NET_BIND_TCP (1ULL << 0)    /* from 4 */
#define NET_CONNECT_TCP (1ULL << 1) /* from 4 */
#define SCOPE_ABSTRACT (1ULL << 0)  /* from 6 */
#define SCOPE_SIGNAL (1ULL << 1)    /* from 6 */

#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH 1

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

struct ruleset_attr {
  uint64_t handled_access_fs;
  uint64_t handled_access_net; /* from 4 */
  uint64_t scoped;             /* from 6 */
};

struct path_beneath_attr {
  uint64_t allowed_access;
  int32_t parent_fd;
} __attribute__ ((packed));

/* Rights that make sense for something that is no folder; others make the kernel refuse the rule. */
#define FILE_RIGHTS (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

static uint64_t
rights_of (VbetSandboxAccess access)
{
  uint64_t rights = 0;
  if (access & VBET_SANDBOX_READ)
    rights |= FS_READ_FILE | FS_READ_DIR;
  if (access & VBET_SANDBOX_WRITE)
    rights |= FS_WRITE_FILE | FS_TRUNCATE;
  if (access & VBET_SANDBOX_CREATE)
    rights |= FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SOCK | FS_MAKE_FIFO
              | FS_MAKE_SYM | FS_REFER;
  if (access & VBET_SANDBOX_EXECUTE)
    rights |= FS_EXECUTE | FS_READ_FILE;
  if (access & VBET_SANDBOX_DEVICE)
    rights |= FS_IOCTL_DEV;
  return rights;
}

static uint64_t
handled_rights (int abi)
{
  uint64_t handled = FS_ALL_1;
  if (abi >= 2)
    handled |= FS_REFER;
  if (abi >= 3)
    handled |= FS_TRUNCATE;
  if (abi >= 5)
    handled |= FS_IOCTL_DEV;
  return handled;
}

static struct ruleset_attr
ruleset_for (int abi, VbetSandboxLimit limits)
{
  struct ruleset_attr attr = { .handled_access_fs = handled_rights (abi) };
  if (abi >= 4 && (limits & VBET_SANDBOX_LIMIT_TCP))
    attr.handled_access_net = NET_BIND_TCP | NET_CONNECT_TCP;
  if (abi >= 6 && (limits & VBET_SANDBOX_LIMIT_ABSTRACT))
    attr.scoped |= SCOPE_ABSTRACT;
  if (abi >= 6 && (limits & VBET_SANDBOX_LIMIT_SIGNAL))
    attr.scoped |= SCOPE_SIGNAL;
  return attr;
}

static gsize
ruleset_size (int abi)
{
  if (abi < 4)
    return G_STRUCT_OFFSET (struct ruleset_attr, handled_access_net);
  return abi < 6 ? G_STRUCT_OFFSET (struct ruleset_attr, scoped) : sizeof (struct ruleset_attr);
}

static int
add_rule (int ruleset, const VbetSandboxRule *rule, uint64_t handled)
{
  int fd = rule->path != NULL ? open (rule->path, O_PATH | O_CLOEXEC) : rule->fd;
  if (fd < 0)
    return rule->path != NULL && errno == ENOENT ? 0 : -errno;
  struct path_beneath_attr attr = { .allowed_access = rights_of (rule->access) & handled, .parent_fd = fd };
  struct stat status;
  int result = 0;
  if (fstat (fd, &status) != 0)
    result = -errno;
  else if (!S_ISDIR (status.st_mode))
    attr.allowed_access &= FILE_RIGHTS;
  if (result == 0 && attr.allowed_access != 0
      && syscall (SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0) != 0)
    result = -errno;
  if (rule->path != NULL)
    close (fd);
  return result;
}

int
vbet_sandbox_landlock_abi (void)
{
  long abi = syscall (SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
  return abi > 0 ? (int)abi : -ENOSYS;
}

int
vbet_sandbox_landlock_limits (const VbetSandboxRule *rules, gsize n, VbetSandboxLimit limits)
{
  int abi = vbet_sandbox_landlock_abi ();
  if (abi < 0)
    return abi;
  int result = vbet_sandbox_no_new_privs ();
  if (result != 0)
    return result;
  struct ruleset_attr attr = ruleset_for (abi, limits);
  int ruleset = (int)syscall (SYS_landlock_create_ruleset, &attr, ruleset_size (abi), 0);
  if (ruleset < 0)
    return -errno;
  for (gsize i = 0; i < n && result == 0; i++)
    result = add_rule (ruleset, &rules[i], attr.handled_access_fs);
  if (result == 0 && syscall (SYS_landlock_restrict_self, ruleset, 0) != 0)
    result = -errno;
  close (ruleset);
  return result;
}

int
vbet_sandbox_landlock (const VbetSandboxRule *rules, gsize n)
{
  return vbet_sandbox_landlock_limits (rules, n, VBET_SANDBOX_LIMIT_NONE);
}

int
vbet_sandbox_no_new_privs (void)
{
  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
}
