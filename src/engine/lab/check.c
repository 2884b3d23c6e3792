/* check.c - whether this host has what guests are started with, found out before anything starts. */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/kernels.h"
#include "engine/guest/image.h"

/* @kernel as it is now: it may be built anew under the same name while the lab runs. */
static char *
features_key (const char *kernel, const char *image)
{
  GStatBuf status = { 0 };
  g_stat (kernel, &status);
  return g_strdup_printf ("%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT, kernel,
                          image, (gint64)status.st_ino, (gint64)status.st_mtim.tv_sec,
                          (gint64)status.st_size);
}

VbetKernelFeatures
vbet_lab_features (VbetLab *self, const char *kernel, const char *image)
{
  gpointer known = NULL;
  g_autofree char *key = features_key (kernel, image);
  if (g_hash_table_lookup_extended (self->features, key, NULL, &known))
    return (VbetKernelFeatures)GPOINTER_TO_UINT (known);
  VbetKernelFeatures features = vbet_kernel_features (kernel, image);
  g_hash_table_insert (self->features, g_steal_pointer (&key), GUINT_TO_POINTER (features));
  return features;
}

gboolean
vbet_lab_find_parts (VbetLab *self, const VbetDevice *device, gboolean starts, char **ret_kernel,
                     char **ret_image, GError **error)
{
  g_autofree char *kernel
      = vbet_kernel_find (vbet_attributes_text (device->attributes, device->kind, "kernel"), error);
  if (kernel == NULL || !vbet_kernel_check_file (kernel, error))
    return FALSE;
  g_autofree char *image
      = vbet_image_find (vbet_attributes_text (device->attributes, device->kind, "image"), error);
  if (image == NULL || !vbet_image_check_version (image, error))
    return FALSE;
  /* Without its filter, a firewall would be a router that lets everything through. */
  if (starts && device->kind == VBET_KIND_FIREWALL
      && (vbet_lab_features (self, kernel, image) & VBET_KERNEL_NFTABLES) == 0) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_HOST,
        "A firewall filters by nftables, which the kernel %s does not have; build one that does with: "
        "vbetctl kernel build",
        kernel);
    return FALSE;
  }
  if (ret_kernel != NULL)
    *ret_kernel = g_steal_pointer (&kernel);
  if (ret_image != NULL)
    *ret_image = g_steal_pointer (&image);
  return TRUE;
}

gboolean
vbet_lab_find_share (VbetLab *self, const VbetDevice *device, char **ret_path, GError **error)
{
  const char *share = vbet_attributes_text (device->attributes, device->kind, "share");
  *ret_path = NULL;
  if (share == NULL || share[0] == '\0')
    return TRUE;
  g_autofree char *folder
      = self->path != NULL && self->path[0] != '\0' ? g_path_get_dirname (self->path) : NULL;
  if (!g_path_is_absolute (share) && folder == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "The share “%s” is relative, and the lab has no file that it could start from; save the "
                 "lab, or write an "
                 "absolute path",
                 share);
    return FALSE;
  }
  g_autofree char *path = g_canonicalize_filename (share, folder);
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && access (path, R_OK | X_OK) == 0) {
    *ret_path = g_steal_pointer (&path);
    return TRUE;
  }
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "The folder %s cannot be shared: %s", path,
               g_file_test (path, G_FILE_TEST_IS_DIR)   ? "it cannot be read"
               : g_file_test (path, G_FILE_TEST_EXISTS) ? "it is no folder"
                                                        : "it is not there");
  return FALSE;
}

/* Whether @call makes a guest of the text's kernel and image; *@ret_starts: at once. */
static gboolean
needs_parts (const VbetCall *call, gboolean *ret_starts)
{
  *ret_starts = call->verb == VBET_CALL_START;
  if ((call->kind & VBET_KIND_GUEST) == 0 || call->device == NULL)
    return FALSE;
  return call->verb == VBET_CALL_START || call->verb == VBET_CALL_ALLOC
         || (call->verb == VBET_CALL_SET
             && (strcmp (call->key, "kernel") == 0 || strcmp (call->key, "image") == 0
                 || strcmp (call->key, "share") == 0));
}

gboolean
vbet_lab_check_plan (VbetLab *self, const VbetTopology *topology, GPtrArray *calls, GError **error)
{
  for (guint i = 0; i < calls->len; i++) {
    gboolean starts = FALSE;
    const VbetCall *call = g_ptr_array_index (calls, i);
    if (!needs_parts (call, &starts))
      continue;
    const VbetDevice *device = vbet_topology_device (topology, call->device);
    g_autofree char *share = NULL;
    if (device != NULL
        && (!vbet_lab_find_parts (self, device, starts, NULL, NULL, error)
            || !vbet_lab_find_share (self, device, &share, error))) {
      g_prefix_error (error, "%s: ", device->name);
      return FALSE;
    }
  }
  return TRUE;
}
