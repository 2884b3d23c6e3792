/* kernel-image.h - what the file of a user-mode Linux tells of it.
 *
 * Kernels are looked at as files and never run to be asked: a lab may name any
 * file, and what is in it must not run but inside a guest's walls.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VBET_KERNEL_RELEASE_MAX 128 /* bytes, with the NUL */

typedef struct {
  uint64_t start;                        /* address of the first byte of code or data */
  uint64_t end;                          /* address behind the last one */
  unsigned version;                      /* of Linux: major * 1000 + minor */
  char release[VBET_KERNEL_RELEASE_MAX]; /* as uname -r gives it in the guest */
} VbetKernelImage;

/**
 * vbet_kernel_image_read: what the ELF file @path is; neither waits for it nor runs it.
 *
 * Returns: 0; -ENOEXEC when it is no kernel that we know, and nothing but a regular file is one; another -errno.
 */
int vbet_kernel_image_read (const char *path, VbetKernelImage *ret_image);
