/* program-private.h - what the files of the program pane share: program.c (buffer and document),
 * program-look.c (colours, underlines, size), program-complete.c, program-fix.c (what a finding says, at the
 * pointer), program-find.c (the bar), program-edit.c (comments, format, its menu). */
#pragma once

#include <gtksourceview/gtksource.h>

#include "gui/panes/program.h"

struct _VbetProgramPane {
  GtkBox parent_instance;
  VbetSession *session; /* owned */
  GtkWidget *scroller;
  GtkWidget *view;
  GtkTextBuffer *buffer; /* owned by the view */

  GArray *tokens; /* of VbetProgramToken: what is coloured now */
  gsize coloured; /* size of the text then */
  GArray *news;   /* of VbetSpan: what others wrote since the last "changed" */
  guint flash;    /* source */
  guint seal;     /* source: a pause in typing */

  gboolean following;  /* the buffer follows the document */
  gboolean mirrors;    /* buffer and document hold the same bytes */
  gboolean grouped;    /* the user action under way is one revision */
  gboolean selecting;  /* the selection changes through the caret */
  gsize deleted_start; /* between "delete-range" and its end */
  gsize deleted_length;

  double zoom;
  GtkCssProvider *css; /* owned: the size of the letters */

  GtkWidget *popover; /* of the finding under the pointer */
  GtkWidget *popover_icon;
  GtkWidget *popover_label;
  GtkWidget *popover_button;
  guint hover; /* source */
  guint shown; /* number of the finding it shows or will show, from 1 */

  GtkWidget *find_bar; /* a revealer */
  GtkWidget *find_entry;
  GtkWidget *find_count;
  GtkWidget *replace_row;
  GtkWidget *replace_entry;
  GtkSourceSearchContext *search; /* owned */
};

typedef struct {
  VbetTokenClass kind;
  gsize start; /* bytes */
  gsize length;
} VbetProgramToken;

/* Walks through the text once, turning rising byte offsets into iterators. */
typedef struct {
  GtkTextBuffer *buffer;
  const char *text;
  gsize size;
  gsize byte;
  gint character;
} VbetWalker;

/* program.c */
VbetDocument *_vbet_program_document (VbetProgramPane *self);
VbetWalker _vbet_program_walker (VbetProgramPane *self);
GtkTextIter _vbet_walker_to (VbetWalker *self, gsize byte);
gsize _vbet_program_byte (VbetProgramPane *self, const GtkTextIter *iter);
/** _vbet_program_cursor: the caret, in bytes. */
gsize _vbet_program_cursor (VbetProgramPane *self);
/** _vbet_program_replace: one revision, as if typed: the caret goes behind it, or selects @select_length
 * bytes. */
void _vbet_program_replace (VbetProgramPane *self, gsize start, gsize length, const char *text,
                            gsize select_start, gsize select_length, const char *label);

/** _vbet_program_reveal: scrolls @byte into sight. */
void _vbet_program_reveal (VbetProgramPane *self, gsize byte);

/* program-look.c */
void _vbet_program_look_init (VbetProgramPane *self);
void _vbet_program_colour (VbetProgramPane *self);
void _vbet_program_underline (VbetProgramPane *self);
void _vbet_program_show_selection (VbetProgramPane *self);
/** _vbet_program_flash: shows what others wrote for a moment. */
void _vbet_program_flash (VbetProgramPane *self);
/** _vbet_program_underlined: the bytes a finding's underline covers: never none. */
void _vbet_program_underlined (const VbetDiagnostic *finding, const char *text, gsize size, gsize *ret_start,
                               gsize *ret_end);

/* program-complete.c */
void _vbet_program_complete_init (VbetProgramPane *self);

/* program-fix.c */
void _vbet_program_fix_init (VbetProgramPane *self);
void _vbet_program_fix_hide (VbetProgramPane *self);

/* program-edit.c */
void _vbet_program_edit_init (VbetProgramPane *self);

/* program-find.c */
void _vbet_program_find_init (VbetProgramPane *self);
