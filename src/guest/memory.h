/* memory.h - the folder in which a guest's memory file is made.
 *
 * User-mode Linux keeps guest memory in an unlinked file below $TMPDIR, maps
 * it executable and fills it page by page: a folder mounted noexec is fatal
 * at once, one that fills up kills the guest by SIGBUS later. Both are found
 * before the start.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of one candidate. */
typedef struct {
  const char *dir;
  bool usable; /* exists, is writable and in memory */
  bool noexec;
  uint64_t free; /* bytes */
} VbetMemoryDir;

/** vbet_memory_dir_probe: looks at @dir. */
VbetMemoryDir vbet_memory_dir_probe (const char *dir);

/**
 * vbet_memory_choose:
 * @wanted: bytes
 * @ret_message: (out): on failure one sentence with the remedy
 *
 * Returns: the index of the first folder that will do; -1 when none does.
 */
int vbet_memory_choose (const VbetMemoryDir *dirs, unsigned n, uint64_t wanted, const char *guest,
                        char *ret_message, size_t message_size);

/** vbet_memory_available: Returns: bytes the host can still give (MemAvailable); UINT64_MAX where it does not say. */
uint64_t vbet_memory_available (void);

/** vbet_memory_fits: like vbet_memory_choose() for a memory file system of the guest's own. */
bool vbet_memory_fits (uint64_t available, uint64_t wanted, const char *guest, char *ret_message,
                       size_t message_size);

/**
 * vbet_memory_dir_remove: removes the folder @dir with all that is in it, however deep, following no link.
 *
 * For when nobody changes it any more.
 */
void vbet_memory_dir_remove (const char *dir);
