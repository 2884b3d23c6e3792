/* builtin.h - what modprobe means where the kernel has it built in. Pure: the list of such modules is passed
 * in. */
#pragma once

#include <stdbool.h>

/**
 * builtin_has:
 * @list: modules.builtin(5): a line each, such as "kernel/net/ipv6/ipv6.ko"
 * @name: a module, or an alias that scripts use for one ("net-pf-10", "rtnl-link-vxlan",
 * "nf_conntrack_ipv4"); "-" and
 *        "_" are the same
 */
bool builtin_has (const char *list, const char *name);

typedef enum {
  MODPROBE_DONE,   /* all of it is built in: nothing to do */
  MODPROBE_REFUSE, /* to remove what is built in: no, and kmod could not say why */
  MODPROBE_SHOW,   /* to show what it needs: it is built in */
  MODPROBE_KMOD,   /* the rest is kmod's */
} ModprobeVerdict;

/**
 * modprobe_decide:
 * @argv: a command line of modprobe(8); of it, names that are built in are left out and *@argc is counted
 * down, where kmod is to do the rest
 * @ret_name: of MODPROBE_REFUSE and MODPROBE_SHOW: the module
 */
ModprobeVerdict modprobe_decide (const char *list, int *argc, char **argv, const char **ret_name);
