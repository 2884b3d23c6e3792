/* consoles-private.h - what consoles.c (placing) and consoles-several.c (looks of all, typing into several)
 * share. */
#pragma once

#include "gui/panes/consoles.h"
#include "gui/panes/terminal.h"

struct _VbetConsoles {
  GtkBox parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */
  GSettings *settings;  /* owned (nullable) */
  GPtrArray *terminals; /* of VbetTerminal, in order of their opening */
  GHashTable *tabs;     /* terminal → its VbetConsoleTab, of those that have one; neither is owned */
  GHashTable *windows;  /* terminal → its VbetConsoleWindow, likewise */
  GtkWidget *current;   /* (nullable): had the focus last; not owned */

  GtkWidget *strip; /* tabs and tools */
  GtkWidget *bar;   /* the tabs */
  GtkWidget *scrolled;
  GtkWidget *broadcast;
  GtkWidget *pages; /* empty, tabs, tiles */
  GtkWidget *stack; /* the terminals, as tabs */
  GtkWidget *tiles; /* a box around the grid */
  gboolean tiled;
  double zoom;
  double scale;
  guint escape_source; /* an Escape that may be the first of two */
};

/* consoles-several.c */
gboolean _vbet_consoles_is_dark (VbetConsoles *self);
void _vbet_consoles_apply_look (VbetConsoles *self);
void _vbet_consoles_show_receivers (VbetConsoles *self);
/* Handlers of signals. */
void _vbet_consoles_on_settings (VbetConsoles *self);
void _vbet_consoles_on_zoom (VbetTerminal *terminal, int by, VbetConsoles *self);
void _vbet_consoles_on_broadcast_stop (VbetConsoles *self);
void _vbet_consoles_on_typed (GtkWidget *terminal, const char *bytes, guint size, VbetConsoles *self);
gboolean _vbet_consoles_on_escape (GtkWidget *terminal, VbetConsoles *self);
