/* view-private.h - what view.c and view-query.c share. */
#pragma once

#include "gui/model/view.h"

/* Sizes of text, in lab units. */
#define NAME_SIZE 13.0
#define LINE_HEIGHT 1.35
#define HANDLE_RADIUS 10.0
#define NOTE_PADDING 10.0 /* between a note's edge and its text */

/* About what @text covers, its first line's middle at the top being @top. */
VbetRect _vbet_view_text_bounds (const char *text, VbetPoint top, double size);
