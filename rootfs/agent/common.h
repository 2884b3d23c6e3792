/* common.h - small things that init, agent, vbet-nic and vbet-routing share.
 *
 * They are one static program without GLib: starting a process costs
 * milliseconds in a guest, and this one is loaded once. Functions return 0 or
 * -errno unless they say otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONSOLE "/dev/tty0"
#define CONFIG_DIR "/etc/vbet/"

/* Entry points, chosen by the name the program is called by. */
int init_main (int argc, char **argv);
int agent_main (int argc, char **argv);
int nic_main (int argc, char **argv);
int routing_main (int argc, char **argv);
int autoload_main (int argc, char **argv);
int hello_main (int argc, char **argv);
int modprobe_main (int argc, char **argv);

/** file_write: writes @text into the existing (or new) file @path in one piece, as /proc/sys wants it. */
int file_write (const char *path, const char *text);
/** file_read: Returns: (transfer full): NUL-terminated contents, at most @limit bytes; NULL with errno. */
char *file_read (const char *path, size_t limit, size_t *ret_size);
/** write_all: all of @size bytes to a blocking descriptor. */
int write_all (int fd, const void *data, size_t size);
/** make_parents: creates the folders above @path, which is changed meanwhile but not in the end. */
int make_parents (char *path);

/** child_environment: what every program in a guest starts with. Returns: static, NULL-terminated. */
char *const *child_environment (void);
/**
 * child_prepare:
 *
 * In a new process: default signal actions, nothing blocked, home folder, and
 * all descriptors from 3 on closed.
 */
void child_prepare (void);
/** spawn_detached: starts @argv in a session of its own, not to be waited for. Returns: 0 or -errno of fork. */
int spawn_detached (char *const *argv);

/** module_load: loads kernel module @name and what it needs, without starting a program. Success also when it is loaded
 * already or built in, and with a kernel that can load none. */
int module_load (const char *name);

/** unpack_config: lays the tar on block device @device over "/". -ENXIO: there is no such device. */
int unpack_config (const char *device);
