/* find.h - the bar that floats above the canvas and finds devices. */
#pragma once

#include "gui/canvas/canvas.h"

#define VBET_TYPE_FIND (vbet_find_get_type ())
G_DECLARE_FINAL_TYPE (VbetFind, vbet_find, VBET, FIND, GtkBox)

/** vbet_find_new: hidden at first. */
GtkWidget *vbet_find_new (VbetCanvas *canvas);
/** vbet_find_open: shows it with the focus in its entry. */
void vbet_find_open (VbetFind *self);
