/* generator.h - a form that makes a lab of a regular shape, with a picture of what will come out. */
#pragma once

#include <gtk/gtk.h>

#include "engine/model/generate.h"

#define VBET_TYPE_GENERATOR (vbet_generator_get_type ())
G_DECLARE_FINAL_TYPE (VbetGenerator, vbet_generator, VBET, GENERATOR, GtkBox)

/* Signals:
 *   "made" (const char *name, const char *text)
 *   "back" ()
 */

/** vbet_generator_new: Returns: (transfer floating). */
GtkWidget *vbet_generator_new (void);
/** vbet_generator_set_shape: begins with @shape as it usually is, and takes the focus. */
void vbet_generator_set_shape (VbetGenerator *self, VbetShape shape);
/** vbet_shape_title: Returns: what people call @shape. */
const char *vbet_shape_title (VbetShape shape);
/** vbet_shape_blurb: Returns: one short sentence about it. */
const char *vbet_shape_blurb (VbetShape shape);
