/* find-bar.h - the bar that finds text in a terminal's scrollback, from the newest line upwards. */
#pragma once

#include <vte/vte.h>

#define VBET_TYPE_FIND_BAR (vbet_find_bar_get_type ())
G_DECLARE_FINAL_TYPE (VbetFindBar, vbet_find_bar, VBET, FIND_BAR, GtkBox)

/** vbet_find_bar_new: hidden at first. */
GtkWidget *vbet_find_bar_new (VteTerminal *vte);
/** vbet_find_bar_show: shows it with the focus; a short selection of the terminal is what is looked for. */
void vbet_find_bar_show (VbetFindBar *self);
