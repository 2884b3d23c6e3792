/* private.h - what window.c, actions.c and file.c share. */
#pragma once

#include "gui/canvas/canvas.h"
#include "gui/canvas/minimap.h"
#include "gui/panes/calls.h"
#include "gui/panes/consoles.h"
#include "gui/panes/copies.h"
#include "gui/panes/inspector.h"
#include "gui/panes/find.h"
#include "gui/panes/notices.h"
#include "gui/panes/packets.h"
#include "gui/panes/problems.h"
#include "gui/panes/program.h"
#include "gui/panes/steps.h"
#include "gui/demo.h"
#include "gui/figures.h"
#include "gui/runner.h"
#include "gui/window/window.h"

#include "gui/panes/start-page.h"

/* Of start.c. */
typedef struct VbetWindowStart VbetWindowStart;
/* Of keep.c. */
typedef struct VbetWindowKeep VbetWindowKeep;

/* Of capture.c. */
typedef struct VbetWindowCaptures VbetWindowCaptures;
/* Of inplace.c. */
typedef struct VbetWindowEditor VbetWindowEditor;

/* Of trust.c. */
typedef struct VbetWindowTrust VbetWindowTrust;

/* What a window that was asked to close waits for. */
typedef enum {
  VBET_CLOSING_NOT,
  VBET_CLOSING_AFTER_SAVE,
  VBET_CLOSING_AFTER_STOP,
  VBET_CLOSING_NOW,
} VbetClosing;

struct _VbetWindow {
  GtkApplicationWindow parent_instance;

  /* template children */
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkMenuButton *menu_button;
  GtkButton *save_button;
  GtkButton *undo_button;
  GtkButton *redo_button;
  GtkBox *zoom_box;
  GtkButton *zoom_button;
  GtkButton *run_button;
  GtkButton *stop_button;
  GtkSpinner *spinner;
  GtkStack *pages;      /* "lab"; the start page stands beside it */
  GtkBox *step_bar_box; /* below the header bar; empty and so invisible without steps */
  GtkBox *middle;       /* palette, sides */
  GtkPaned *sides;      /* paned, inspector_box */
  GtkBox *inspector_box;
  GtkBox *status_box; /* the line at the bottom */
  GtkPaned *paned;    /* upper, bottom */
  GtkBox *upper;
  GtkNotebook *bottom;

  /* in the widget tree, made in code */
  GtkOverlay *canvas_overlay; /* the canvas, and what floats above it */
  VbetCanvas *canvas;
  VbetNotices *notices;
  VbetConsoles *consoles;
  VbetCopies *copies;
  VbetProgramPane *program;
  VbetCalls *calls;
  VbetPacketsPane *packets;
  VbetProblems *problems;
  VbetInspector *inspector;
  GtkWidget *inplace;       /* (nullable): the editor that floats above the canvas now */
  VbetWindowEditor *editor; /* (nullable): what it edits; lives as long as it */
  VbetSteps *steps;
  GtkWidget *consoles_tab;
  GtkWidget *problems_tab;
  GtkWidget *palette;
  GtkWidget *projector_bar; /* floats above the canvas in projector mode */

  /* owned */
  GSettings *settings;
  VbetSession *session;
  VbetRunner *runner;
  VbetFigures *figures;
  char *etag;                    /* (nullable): of the file as it was read or written last */
  char *running_text;            /* (nullable): what the lab that was found runs, while the user decides */
  GFile *opening;                /* (nullable): is being read */
  GtkFileChooserNative *chooser; /* (nullable): open now */

  VbetFind *find;
  VbetMinimap *minimap;
  GCancellable *arranging; /* (nullable): of the drawing that Graphviz was asked for */

  VbetWindowStart *start; /* (nullable) */
  VbetWindowKeep *keep;
  VbetWindowTrust *trust;
  VbetWindowCaptures *captures; /* (nullable) */
  VbetDemo *demo;
  char *storm; /* (nullable): what was said last of frames that circle */

  VbetPoint menu_at; /* where the context menu was opened last, in lab units */
  VbetClosing closing;
  gboolean saving;
  gboolean projecting;          /* view.c, as the rest */
  gboolean inspector_was_shown; /* before the projector mode */
  gboolean narrow;              /* there is no room for the inspector */
  int inspector_width;          /* pixels it needs; 0: not known yet */
  guint fit_source;             /* 0: none */
  int width;                    /* pixels, as it was last; 0: not known */
  int height;
};

/* window.c */
void _vbet_window_update (VbetWindow *self); /* title, buttons, sensitivity */
void _vbet_window_show_error (VbetWindow *self, const char *id, const char *text);
void _vbet_window_open_console (VbetWindow *self, const char *device);

/* actions.c */
void _vbet_window_add_actions (VbetWindow *self);
void _vbet_window_update_actions (VbetWindow *self);

/* inspector.c */
/** _vbet_window_add_inspector: the inspector, the line at the bottom, and the live figures they show. */
void _vbet_window_add_inspector (VbetWindow *self);
/* arrange.c */
void _vbet_window_add_arrange (VbetWindow *self);
/** _vbet_window_arrange: draws the selected devices, if they are two or more, else all, anew in @style. */
void _vbet_window_arrange (VbetWindow *self, VbetStyle style);

/* navigate.c: zoom, grid, map, finding, and whether addresses are proposed */
void _vbet_window_add_navigation (VbetWindow *self);

/* hands.c: context menus, cables, notes */
void _vbet_window_add_hands (VbetWindow *self);

/* measure.c */
void _vbet_window_add_measure (VbetWindow *self);

/* capture.c */
void _vbet_window_add_capture (VbetWindow *self);
void _vbet_window_free_captures (VbetWindow *self);
/* networks.c */
void _vbet_window_add_networks (VbetWindow *self);
/** _vbet_window_fill_capture_menu: what can be captured at the ends of the selected cable; nothing when the
 * lab does not run. */
void _vbet_window_fill_capture_menu (VbetWindow *self, GMenu *menu);

/* inplace.c: editing where it is drawn */
void _vbet_window_add_inplace (VbetWindow *self);
/** _vbet_window_ask_name: edits the name of a device, or the text of a note, in place. */
void _vbet_window_ask_name (VbetWindow *self, const char *name);
/** _vbet_window_end_inplace: writes down what is being edited. */
void _vbet_window_end_inplace (VbetWindow *self);

/* edit.c: clipboard */
void _vbet_window_add_edit (VbetWindow *self);
void _vbet_window_reveal_selected (VbetWindow *self);

/* start.c: the start page */
void _vbet_window_add_start (VbetWindow *self);
void _vbet_window_free_start (VbetWindow *self);
VbetStartPage *_vbet_window_get_start_page (VbetWindow *self); /* (nullable) */
/* panes.c */
void _vbet_window_add_panes (VbetWindow *self);
/** _vbet_window_panes_key: keys of the program pane, before the window's own. Returns: whether it was one. */
gboolean _vbet_window_panes_key (VbetWindow *self, GdkEventKey *event);

/* keep.c: unsaved work, and what others do to the file */
void _vbet_window_add_keep (VbetWindow *self);
void _vbet_window_stop_keep (VbetWindow *self);
void _vbet_window_free_keep (VbetWindow *self);
void _vbet_window_file_opened (VbetWindow *self);
void _vbet_window_file_written (VbetWindow *self);
/** _vbet_window_file_conflict: the user knows that the file is another one: no need to say it again. */
void _vbet_window_file_conflict (VbetWindow *self);
/** _vbet_window_file_unreadable: Returns: whether unsaved work was waiting for it, which is shown now. */
gboolean _vbet_window_file_unreadable (VbetWindow *self);
/** _vbet_window_show_unsaved: lists unsaved work on the start page. */
void _vbet_window_show_unsaved (VbetWindow *self);
void _vbet_window_restore_unsaved (VbetWindow *self, const char *id);
void _vbet_window_discard_unsaved (VbetWindow *self, const char *id);

/* trust.c: labs that were not written here, and what they use of this computer */
void _vbet_window_add_trust (VbetWindow *self);
void _vbet_window_stop_trust (VbetWindow *self);
void _vbet_window_free_trust (VbetWindow *self);
/** _vbet_window_trust_text: the session's text is new, and came from elsewhere if @foreign. */
void _vbet_window_trust_text (VbetWindow *self, gboolean foreign);
/** _vbet_window_trust_saved: the session's text is that of its file now. */
void _vbet_window_trust_saved (VbetWindow *self);

/* file.c */
/** _vbet_window_open_anywhere: in this window if it is fresh, else in the one that has it, or a new one. */
void _vbet_window_open_anywhere (VbetWindow *self, GFile *file);
/** _vbet_window_open_uris: what was dropped onto the window: labs are opened, of others the user is told. */
void _vbet_window_open_uris (VbetWindow *self, const char *const *uris);
void _vbet_window_add_drop (VbetWindow *self);
/** _vbet_window_load_text: shows a lab in place of the one shown now. @path: (nullable): its file; @name:
 * what it is called without one. */
void _vbet_window_load_text (VbetWindow *self, const char *text, gsize size, const char *path,
                             const char *name);
void _vbet_window_choose_open (VbetWindow *self);
void _vbet_window_save (VbetWindow *self);
void _vbet_window_choose_save (VbetWindow *self);
/* picture.c */
void _vbet_window_choose_export (VbetWindow *self);
/** _vbet_window_add_picture: printing, and the load of cables. */
void _vbet_window_add_picture (VbetWindow *self);
void _vbet_window_reload (VbetWindow *self);
void _vbet_window_overwrite (VbetWindow *self);

/* consoles.c */
void _vbet_window_add_consoles (VbetWindow *self);
/** _vbet_window_update_consoles: which of its actions are possible now. */
void _vbet_window_update_consoles (VbetWindow *self);
/* view.c */
void _vbet_window_add_view (VbetWindow *self);
/** _vbet_window_follow_settings: from now on each action that has a state and a settings' key of its name
 * follows that key, and the other way round; called once, when all actions are there. */
void _vbet_window_follow_settings (VbetWindow *self);
/** _vbet_window_show_panes: the panes below are to be seen, because something there is to be looked at. */
void _vbet_window_show_panes (VbetWindow *self);
/** _vbet_window_leave_projector: Escape was pressed. Returns: whether it was meant for the projector mode. */
gboolean _vbet_window_leave_projector (VbetWindow *self);

/* copy.c */
void _vbet_window_add_copy (VbetWindow *self);
void _vbet_window_update_copy (VbetWindow *self);
