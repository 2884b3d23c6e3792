/* files.h - what server and firewall do with files: bounded reading, writing whole, one process a role, a log.
 *
 * All paths are below a root that a test may choose. What a process of a role
 * tells "fwpolicy show" is a text in /run/fwpolicy, which counts while that process
 * holds its lock; so one that was killed is known for dead.
 */
#pragma once

#include "message.h"

#define FWPOLICY_PORT 3004
#define FWPOLICY_TEXT "etc/fwpolicy/policy"
#define FWPOLICY_KEY "etc/fwpolicy/key"
#define FWPOLICY_SAVED "var/lib/fwpolicy/policy"
#define FWPOLICY_LOG "var/log/fwpolicy.log"
#define FWPOLICY_RUN "run/fwpolicy"
#define FWPOLICY_PATH_SIZE 4096

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };

/** complain: "fwpolicy: " and the sentence, on standard error. */
void complain (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
/** files_log: a line with the time, in the log below @root, which never has more than two files of 64 KiB. */
void files_log (const char *root, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/** files_path: @name below @root. */
void files_path (const char *root, const char *name, char ret_path[FWPOLICY_PATH_SIZE]);
/**
 * files_read:
 * @room: one byte more is needed than may be read
 * @ret_size: also of a file that is too large
 *
 * Returns: 0, -EFBIG: it has @room bytes or more and was not read, -EINVAL: it is no file, or -errno.
 */
int files_read (const char *path, char *ret_bytes, size_t room, uint64_t *ret_size);
/** files_write: in one step, so that there is the old or the new file whenever the power fails; its folder is made.
 * Returns: 0 or -errno. */
int files_write (const char *path, const void *bytes, size_t size);
/** files_read_key: Returns: whether there is one; it says why not. */
bool files_read_key (const char *root, PolicyKey *ret_key);

/** files_lock: for the life of this process. @role: "server" or "agent". Returns: 0, -EWOULDBLOCK: another has it, or
 * -errno. */
int files_lock (const char *root, const char *role);
/** files_tell: what "fwpolicy show" prints of @role, if it is not what it was told last (@told, of @room bytes). */
void files_tell (const char *root, const char *role, const char *text, char *told, size_t room);
/** files_show: prints what @role tells. Returns: whether it runs. */
bool files_show (const char *root, const char *role);

/** files_go_behind: this process goes on in the background, away from the terminal; who started it learns that all is
 * well. Returns: whether it could. */
bool files_go_behind (void);

/** clock_text: the local time now, "2026-12-01 14:03:59". */
void clock_text (char ret_text[20]);
/** clock_seconds: Returns: seconds since the boot, with fractions. */
double clock_seconds (void);
