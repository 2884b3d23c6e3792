/* console-tab.h - the tab of one terminal: its device's state, its title, a mark for what was missed, a close
 * button. */
#pragma once

#include "gui/panes/terminal.h"

#define VBET_TYPE_CONSOLE_TAB (vbet_console_tab_get_type ())
G_DECLARE_FINAL_TYPE (VbetConsoleTab, vbet_console_tab, VBET, CONSOLE_TAB, GtkBox)

/* Signals: "chosen" (): to be shown */

/** vbet_console_tab_new: @group: (nullable): another tab of the same bar. Closing asks @terminal to close. */
GtkWidget *vbet_console_tab_new (VbetTerminal *terminal, VbetConsoleTab *group);
/** vbet_console_tab_get_terminal: Returns: (transfer none). */
VbetTerminal *vbet_console_tab_get_terminal (VbetConsoleTab *self);
/** vbet_console_tab_set_active: pressed in; the others of its group pop out. */
void vbet_console_tab_set_active (VbetConsoleTab *self);
