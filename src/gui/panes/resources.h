/* resources.h - what a running guest has and uses: the host's figure beside the guest's, each second while it
 * is seen.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/runner.h"

#define VBET_TYPE_RESOURCES (vbet_resources_get_type ())
G_DECLARE_FINAL_TYPE (VbetResources, vbet_resources, VBET, RESOURCES, GtkBox)

/** vbet_resources_new: Returns: (transfer floating): of no device yet; of @runner a reference is kept. */
GtkWidget *vbet_resources_new (VbetRunner *runner);
/** vbet_resources_set_device: @device: (nullable): nothing is asked. */
void vbet_resources_set_device (VbetResources *self, const char *device);
