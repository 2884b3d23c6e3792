/* image.h - finds what a guest boots from: the image and the kernel. */
#pragma once

#include <glib.h>

/**
 * vbet_image_find:
 * @name: (nullable): an absolute path, or the name of an image ("vbet-0123456789ab", with or without ".img", or any
 *        other file of an image folder); NULL: the current one
 *
 * Looks through vbet_paths_image_search(); "current" of the first folder that has one wins.
 *
 * Returns: (transfer full) (nullable): the absolute path of a readable image, symbolic links resolved (a guest's
 * copy-on-write file remembers it); NULL with @error, which says how to build one.
 */
char *vbet_image_find (const char *name, GError **error);

/**
 * vbet_image_release:
 *
 * Returns: (transfer full) (nullable): the (first) kernel release that @image has modules for, from its manifest; NULL
 * when there is none.
 */
char *vbet_image_release (const char *image);

/**
 * vbet_image_check_version:
 *
 * Returns: whether @image goes with this engine; also TRUE of an image that vBET did not build. FALSE with @error, which
 * says what to do.
 */
gboolean vbet_image_check_version (const char *image, GError **error);

/**
 * vbet_image_has_modules:
 *
 * Returns: whether @image has the modules of @kernel, by its manifest and what @kernel says of its release.
 */
gboolean vbet_image_has_modules (const char *image, const char *kernel);

/**
 * vbet_kernel_find:
 * @name: (nullable): an absolute path, the name of a lab kernel ("vbet-0123456789ab"), or "stock" (linux.uml of the
 *        distribution); NULL: what $VBET_KERNEL names, else the current lab kernel, else the stock one
 *
 * Returns: (transfer full) (nullable): the absolute path of an executable kernel; NULL with @error, which says what to
 * do.
 */
char *vbet_kernel_find (const char *name, GError **error);

/**
 * vbet_kernel_release:
 *
 * Reads the version of @kernel from its file, which is not run.
 *
 * Returns: (transfer full) (nullable): such as "6.1.176"; NULL when it is no user-mode Linux.
 */
char *vbet_kernel_release (const char *kernel, GError **error);

/**
 * vbet_kernel_has_virtio:
 *
 * Looks into @kernel for the driver of vhost-user devices, and whether virtio-net is built in or a module of @image
 * that fits; takes some milliseconds.
 *
 * Returns: whether a guest of these two can have virtio-net NICs.
 */
gboolean vbet_kernel_has_virtio (const char *kernel, const char *image);

/** vbet_kernel_has_seccomp: looks into @kernel. Returns: whether it can run programs without ptrace
 * (seccomp=). */
gboolean vbet_kernel_has_seccomp (const char *kernel);

/**
 * vbet_image_check_kernel:
 *
 * Returns: (transfer full) (nullable): a warning in one sentence when @kernel takes modules and @image has none for it
 * (such a guest boots, without IPv6 and all else that is a module); NULL when all is well or not to be known.
 */
char *vbet_image_check_kernel (const char *image, const char *kernel);
