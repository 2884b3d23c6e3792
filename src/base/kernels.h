/* kernels.h - the store of lab kernels: folders "vbet-HASH" that kernel/build-kernel makes, and which one is current. */
#pragma once

#include <glib.h>

/* The name of the distribution's kernel, linux.uml of the package user-mode-linux, in kernel= and $VBET_KERNEL. */
#define VBET_KERNEL_STOCK "stock"

/* A lab kernel, by its manifest. */
typedef struct {
  char *name;       /* "vbet-HASH" */
  char *path;       /* of the kernel itself, absolute, symbolic links resolved */
  char *release;    /* such as "7.3.4-vbet"; "" if the manifest does not say */
  char *source;     /* package and version it was built from; "" likewise */
  char *compiler;   /* likewise */
  guint64 size;     /* bytes the kernel has */
  guint64 expected; /* bytes it must have; 0 if the manifest does not say */
  guint options;    /* options that were asked for */
  gboolean current; /* what new labs use */
} VbetKernelInfo;

/** vbet_kernel_info_free: @self: (nullable) */
void vbet_kernel_info_free (VbetKernelInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetKernelInfo, vbet_kernel_info_free)

/** vbet_kernel_info_is_whole: whether the file is as long as it was made. */
gboolean vbet_kernel_info_is_whole (const VbetKernelInfo *self);

/** vbet_kernels_list: Returns: (transfer full) (element-type VbetKernelInfo): in search order; at most one is current. */
GPtrArray *vbet_kernels_list (void);

/**
 * vbet_kernels_find:
 * @name: "vbet-HASH"; NULL: the current one
 *
 * Returns: (transfer full) (nullable): the path of the kernel; NULL with @error when it is damaged, and NULL without
 * one when there is none.
 */
char *vbet_kernels_find (const char *name, GError **error);

/** vbet_kernels_stock: Returns: (transfer full) (nullable): absolute path of the distribution's kernel, in PATH or else in
 * /usr/bin, which some do not have in theirs; NULL when it is not installed. */
char *vbet_kernels_stock (void);

/**
 * vbet_kernel_check_file:
 * @kernel: path of a kernel
 *
 * Looks at an ELF file's headers only, and reads no more than those: whether it is for this kind of machine and as long as
 * they say. A file of another kind passes; what becomes of it is seen when it is started.
 *
 * Returns: FALSE with @error, which says what to do.
 */
gboolean vbet_kernel_check_file (const char *kernel, GError **error);

/**
 * vbet_kernels_builtin:
 * @kernel: path of a kernel
 * @ret_release: (out) (transfer full): its release, such as "7.3.4-vbet"
 *
 * Returns: (transfer full) (nullable): what is built in, as the kernel's own build lists it ("kernel/PATH/NAME.ko" a
 * line), for modprobe in the guest; NULL for a kernel that is not of the store.
 */
GBytes *vbet_kernels_builtin (const char *kernel, char **ret_release);
