/* images.h - the guest images this user can use, by their manifests. */
#pragma once

#include <glib.h>

typedef struct {
  char *path;       /* of the .img file, absolute */
  char *name;       /* file name without ".img" */
  char *kernel;     /* release its modules are for; "" if it does not say */
  guint64 size;     /* bytes of disk it occupies */
  guint packages;   /* Debian packages in it */
  gboolean current; /* what new labs use */
} VbetImageInfo;

/** vbet_images_list: Returns: (transfer full) (element-type VbetImageInfo): images in search order; the first
 * current one counts. */
GPtrArray *vbet_images_list (void);

/** vbet_images_current: Returns: (nullable): the one of @images that new labs use. */
const VbetImageInfo *vbet_images_current (GPtrArray *images);
