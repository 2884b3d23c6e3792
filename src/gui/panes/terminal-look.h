/* terminal-look.h - colours of terminals: a dark and a light set, each legible in all sixteen. */
#pragma once

#include <vte/vte.h>

/** vbet_terminal_look_apply: colours and font of a terminal. @dark: of the dark kind. */
void vbet_terminal_look_apply (VteTerminal *vte, gboolean dark);
/** vbet_terminal_look_theme_is_dark: whether the theme that @widget has shows light text on dark ground. */
gboolean vbet_terminal_look_theme_is_dark (GtkWidget *widget);
