/* console-window.h - a window of its own for one terminal. */
#pragma once

#include "gui/panes/terminal.h"

#define VBET_TYPE_CONSOLE_WINDOW (vbet_console_window_get_type ())
G_DECLARE_FINAL_TYPE (VbetConsoleWindow, vbet_console_window, VBET, CONSOLE_WINDOW, GtkWindow)

/* Signals: "back" (): the terminal is to go back; the window was asked to close, or its button was pressed */

/** vbet_console_window_new: takes in @terminal, which has no parent. @lab: the lab's name, for the title. */
GtkWidget *vbet_console_window_new (VbetTerminal *terminal, const char *lab);
