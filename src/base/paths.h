/* paths.h - where vBET keeps and finds its files.
 *
 * One rule for every program: the window, vbetctl, vbetd and the tests ask
 * here, so that they agree on where a lab's socket is.
 *
 * The "lab user" is who guests and switch run as: the caller, or, when the
 * caller is root, the unprivileged user "nobody" (vBET gives root up; see
 * ARCHITECTURE.md). All folders below belong to the lab user.
 *
 *   run-time   $XDG_RUNTIME_DIR/vbet/LAB, else /tmp/vbet-UID/LAB   gone when the lab ends;
 *              where /tmp/vbet-UID is somebody else's, a folder with a random name in /tmp
 *              that the file "runtime-dir" of the state folder names
 *   state      $XDG_STATE_HOME/vbet (~/.local/state/vbet), root: /var/lib/vbet/state
 *   images     $XDG_DATA_HOME/vbet/images (~/.local/share/vbet/images), root: /var/lib/vbet/images;
 *              looked up there first, then in /var/lib/vbet/images, then PKGDATADIR/images
 *   kernels    as images, in folders called "kernels"
 *
 * $VBET_RUNTIME_DIR, $VBET_STATE_DIR, $VBET_IMAGE_DIR and $VBET_KERNEL_DIR override the four
 * (tests use them to stay apart from the user's labs).
 */
#pragma once

#include <sys/types.h>

#include <glib.h>

/* The longest socket path a lab may use, in bytes without the NUL: sun_path holds 108. */
#define VBET_SOCKET_PATH_MAX 107

/** vbet_paths_runtime_dir: Returns: (transfer full): the folder that holds one folder a running lab. */
char *vbet_paths_runtime_dir (void);

/** vbet_paths_lab_dir: Returns: (transfer full): run-time folder of the lab with identifier @lab_id. */
char *vbet_paths_lab_dir (const char *lab_id);

/** vbet_paths_lab_socket: Returns: (transfer full): JSON-RPC socket of the lab with identifier @lab_id. */
char *vbet_paths_lab_socket (const char *lab_id);

/** vbet_paths_state_dir: Returns: (transfer full): folder for what outlives a lab (persistent disks, autosave). */
char *vbet_paths_state_dir (void);

/** vbet_paths_image_dir: Returns: (transfer full): folder in which this user's images are built. */
char *vbet_paths_image_dir (void);

/** vbet_paths_image_search: Returns: (transfer full): NULL-terminated folders searched for images, in order. */
char **vbet_paths_image_search (void);

/** vbet_paths_kernel_dir: Returns: (transfer full): folder in which this user's kernels are built. */
char *vbet_paths_kernel_dir (void);

/** vbet_paths_kernel_search: Returns: (transfer full): NULL-terminated folders searched for kernels, in order. */
char **vbet_paths_kernel_search (void);

/**
 * vbet_paths_program:
 * @name: "vbetd", "vbet-switch", "vbet-guest" …
 *
 * Finds a helper program: beside the running program when that runs
 * uninstalled (build/bin), else in the installation's libexec folder.
 *
 * Returns: (transfer full): an absolute path; the file may be missing.
 */
char *vbet_paths_program (const char *name);

/**
 * vbet_paths_data:
 * @relative: such as "labs" or "rootfs/build-image"
 *
 * Returns: (transfer full): absolute path of a file of the project's own data:
 * PKGDATADIR/@relative installed; uninstalled, SRCDIR/data/@relative if that
 * exists, else SRCDIR/@relative.
 */
char *vbet_paths_data (const char *relative);

/**
 * vbet_paths_built:
 * @relative: something the build makes, such as "po"
 *
 * Returns: (transfer full) (nullable): its absolute path in the build tree for
 * a program that runs uninstalled; NULL for an installed one.
 */
char *vbet_paths_built (const char *relative);

/**
 * vbet_paths_make_private:
 * @path: a folder
 *
 * Creates @path (and what is missing above it) with mode 0700, owned by the
 * lab user. One that is there is checked as by vbet_paths_check_private() and
 * never mended; only root hands a folder of its own over to the lab user.
 */
gboolean vbet_paths_make_private (const char *path, GError **error);

/**
 * vbet_paths_check_private:
 * @path: a folder
 *
 * Fails with VBET_ERROR_NOT_FOUND when @path is missing, and with
 * VBET_ERROR_HOST when it is a symbolic link or no folder, belongs to
 * somebody else than the lab user, or lets others in by its mode. To root, a
 * folder of root's is as good as the lab user's.
 */
gboolean vbet_paths_check_private (const char *path, GError **error);

/**
 * vbet_paths_prepare_state:
 *
 * Creates the state folder, or checks that it is ours and that others cannot
 * write to it; being looked into does no harm, what is in it is closed itself.
 */
gboolean vbet_paths_prepare_state (GError **error);

/**
 * vbet_paths_prepare_runtime:
 *
 * For who starts a lab: creates the run-time folder or checks it. A
 * /tmp/vbet-UID that somebody else made is gone around: a folder with a random
 * name takes its place, and vbet_paths_runtime_dir() finds it from then on, in
 * every program of this user.
 */
gboolean vbet_paths_prepare_runtime (GError **error);

/**
 * vbet_paths_check_runtime:
 * @lab_id: (nullable): a lab whose folder is checked, too
 *
 * For who looks for labs, before anything in there is trusted. Folders that
 * are not there are well: nothing runs. VBET_ERROR_NOT_FOUND means that
 * the folder is somebody else's /tmp/vbet-UID, in which no lab of ours can be.
 */
gboolean vbet_paths_check_runtime (const char *lab_id, GError **error);

/**
 * vbet_paths_valid_lab_id:
 *
 * Returns: whether @lab_id may name a lab: letters, digits, "_" and "-",
 * starting with a letter or digit, at most 32 bytes.
 */
gboolean vbet_paths_valid_lab_id (const char *lab_id);

/**
 * vbet_paths_remove_tree:
 * @path: a file or folder
 *
 * Removes @path and everything below it without following symbolic links.
 * A missing @path is success.
 *
 * Returns: 0 or -errno of the first failure (the rest is still removed).
 */
int vbet_paths_remove_tree (const char *path);
