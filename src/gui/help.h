/* help.h - the windows that explain: keys, the language of labs, about. None of them blocks. */
#pragma once

#include <gtk/gtk.h>

/** vbet_help_show_shortcuts: @window: the keys are of its actions. */
void vbet_help_show_shortcuts (GtkApplicationWindow *window);

/** vbet_help_show_about: @parent: (nullable). */
void vbet_help_show_about (GtkWindow *parent);

/**
 * vbet_help_show_language:
 * @shown: (inout): the window; NULL: there is none, and one is made. Becomes NULL when that is closed; there must be one such
 *   place a program, for its life
 *
 * The manual page vbet-language(5) as text, made by mandoc or man; where there
 * is neither, a summary.
 */
void vbet_help_show_language (GtkWidget **shown);
