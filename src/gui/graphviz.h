/* graphviz.h - drawings of Graphviz, where it is installed: a child process with a time limit.
 *
 * Nothing waits for it: it is asked, and answers later or not at all. What it
 * says is hostile until it was read (gui/model/arrange.h).
 */
#pragma once

#include <gio/gio.h>

#include "gui/model/arrange.h"

/** vbet_graphviz_can: whether there is a program that draws @style. */
gboolean vbet_graphviz_can (VbetStyle style, guint n);

/**
 * vbet_graphviz_draw_async:
 * @arrangement: must live until @callback
 *
 * Asks the program for points.
 */
void vbet_graphviz_draw_async (const VbetArrangement *arrangement, VbetStyle style, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data);
/** vbet_graphviz_draw_finish: Returns: (transfer full) (nullable) (element-type VbetPoint): as
 * vbet_arrangement_draw(); NULL with @error when the program failed, was too slow, or made no sense. */
GArray *vbet_graphviz_draw_finish (GAsyncResult *result, GError **error);
