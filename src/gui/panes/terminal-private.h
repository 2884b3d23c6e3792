/* terminal-private.h - what terminal.c (stream, state), terminal-menu.c (menu, clipboard, file) share. */
#pragma once

#include <vte/vte.h>

#include "gui/panes/terminal.h"

struct _VbetTerminal {
  GtkBox parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */
  VbetLinkKind kind;
  guint number;
  char *device;
  char *label;
  VbetLink *link; /* owned */
  GSimpleActionGroup *actions;
  GtkFileChooserNative *chooser; /* (nullable): open now */

  GtkWidget *title;
  GtkWidget *dot;
  GtkWidget *detach;
  GtkWidget *find_bar;
  GtkWidget *card;
  GtkWidget *card_text;
  GtkWidget *card_start;
  GtkWidget *card_run;
  GtkWidget *card_again;
  GtkWidget *card_close;
  VteTerminal *vte;

  glong rows;
  glong columns;
  guint pasting; /* depth: a paste is being dealt with */
  guint lost_source;
  gboolean connected_once;
  gboolean detached;
  VbetMark mark;
};

/* terminal-menu.c */
void _vbet_terminal_add_actions (VbetTerminal *self);
void _vbet_terminal_copy (VbetTerminal *self);
void _vbet_terminal_paste (VbetTerminal *self);
gboolean _vbet_terminal_popup (VbetTerminal *self, const GdkEventButton *event);
