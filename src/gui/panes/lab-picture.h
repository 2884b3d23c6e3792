/* lab-picture.h - a small picture of a lab, drawn from its text when it is first seen. */
#pragma once

#include <gtk/gtk.h>

#define VBET_TYPE_LAB_PICTURE (vbet_lab_picture_get_type ())
G_DECLARE_FINAL_TYPE (VbetLabPicture, vbet_lab_picture, VBET, LAB_PICTURE, GtkDrawingArea)

/** vbet_lab_picture_new: @width, @height: the least it takes, in pixels. */
GtkWidget *vbet_lab_picture_new (int width, int height);

/** vbet_lab_picture_set_text: @text: (nullable): a lab text; NULL: there is nothing to show. @details: with
 * addresses where there is room. */
void vbet_lab_picture_set_text (VbetLabPicture *self, const char *text, gboolean details);
