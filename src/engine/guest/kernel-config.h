/* kernel-config.h - what a user-mode Linux was built with.
 *
 * Every one of them holds its configuration as text (it prints it with
 * "--showconfig"), so a look into the file tells what it can do: never its
 * version, which tells only what it may have been built with.
 */
#pragma once

#include <glib.h>

typedef enum {
  VBET_KERNEL_VIRTIO = 1 << 0,   /* virtio-net NICs over vhost-user */
  VBET_KERNEL_NFTABLES = 1 << 1, /* nf_tables for IPv4, IPv6 and inet */
} VbetKernelFeatures;

/**
 * vbet_kernel_features:
 * @kernel: file
 * @image: file; what is a module of @kernel counts only when the image has its modules
 *
 * Takes some milliseconds.
 *
 * Returns: what a guest of these two has; 0 when @kernel cannot be read.
 */
VbetKernelFeatures vbet_kernel_features (const char *kernel, const char *image);

/**
 * vbet_kernel_takes_modules:
 *
 * Returns: whether @kernel can load modules at all; also TRUE when it does not say.
 */
gboolean vbet_kernel_takes_modules (const char *kernel);
