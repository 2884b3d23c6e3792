/* libraries.h - which files of the host a dynamically linked kernel needs to be loaded. */
#pragma once

#include <limits.h>
#include <stddef.h>

#define VBET_LIBRARIES_MAX 32

typedef struct {
  char loader[PATH_MAX];                    /* as the program names it; "": it is static */
  char paths[VBET_LIBRARIES_MAX][PATH_MAX]; /* of libraries, without the loader */
  size_t n;
} VbetLibraries;

/**
 * vbet_libraries_find:
 * @program: an ELF file
 *
 * Its loader and all libraries that it and they name (DT_NEEDED), looked for beside the loader and in the usual folders,
 * as ld.so(8) does without a cache; and libgcc_s.so.1, which the C library loads by itself. Nothing is run.
 *
 * Returns: 0; -ENOEXEC when @program is no ELF file; -ENOENT when a library is not there; -E2BIG when there are more
 * than %VBET_LIBRARIES_MAX.
 */
int vbet_libraries_find (const char *program, VbetLibraries *ret_libraries);
