/* kernel-config.c - what a user-mode Linux was built with; see kernel-config.h. */
#include "config.h"

#include "engine/guest/kernel-config.h"

#include <string.h>

#include "engine/guest/image.h"

static GMappedFile *
map_kernel (const char *kernel)
{
  return g_mapped_file_new (kernel, FALSE, NULL);
}

/* Whether @file holds the line "CONFIG_@option=@value". */
static gboolean
is_set (GMappedFile *file, const char *option, const char *value)
{
  g_autofree char *line = g_strdup_printf ("CONFIG_%s=%s\n", option, value);
  const char *bytes = g_mapped_file_get_contents (file);
  return bytes != NULL && memmem (bytes, g_mapped_file_get_length (file), line, strlen (line)) != NULL;
}

static gboolean
has_nftables (GMappedFile *file, const char *kernel, const char *image)
{
  /* The inet family, a part of nf_tables, brings those of IPv4 and IPv6 with it. */
  if (!is_set (file, "NF_TABLES_INET", "y"))
    return FALSE;
  return is_set (file, "NF_TABLES", "y")
         || (is_set (file, "NF_TABLES", "m") && vbet_image_has_modules (image, kernel));
}

VbetKernelFeatures
vbet_kernel_features (const char *kernel, const char *image)
{
  VbetKernelFeatures features = 0;
  g_autoptr (GMappedFile) file = map_kernel (kernel);
  if (file == NULL)
    return features;
  if (vbet_kernel_has_virtio (kernel, image))
    features |= VBET_KERNEL_VIRTIO;
  if (has_nftables (file, kernel, image))
    features |= VBET_KERNEL_NFTABLES;
  return features;
}

gboolean
vbet_kernel_takes_modules (const char *kernel)
{
  g_autoptr (GMappedFile) file = map_kernel (kernel);
  /* An unset option of this kind is a line of its own. */
  const char line[] = "# CONFIG_MODULES is not set\n";
  const char *bytes = file != NULL ? g_mapped_file_get_contents (file) : NULL;
  return bytes == NULL || memmem (bytes, g_mapped_file_get_length (file), line, strlen (line)) == NULL;
}
