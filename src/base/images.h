/* images.h - the guest images this user can use, by their manifests. */
#pragma once

#include <glib.h>

typedef struct {
  char *path;   /* of the .img file, absolute, links resolved */
  char *name;   /* what a lab calls it: that of a link to it, else its file name without ".img" */
  char *kernel; /* releases it has modules for, with blanks between them; "" without */
  char *with; /* packages it was built with beside the standard ones, with blanks between them; "" without */
  guint64 size;     /* bytes of disk it occupies */
  guint packages;   /* Debian packages in it */
  gboolean current; /* what new labs use */
} VbetImageInfo;

/** vbet_images_list: Returns: (transfer full) (element-type VbetImageInfo): images in search order; the first
 * current one counts. */
GPtrArray *vbet_images_list (void);

/** vbet_images_current: Returns: (nullable): the one of @images that new labs use. */
const VbetImageInfo *vbet_images_current (GPtrArray *images);
