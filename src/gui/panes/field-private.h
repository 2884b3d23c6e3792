/* field-private.h - what field.c and field-editor.c share. */
#pragma once

#include "gui/panes/field.h"

/* The editor of one direction of a cable, or the only one. */
typedef struct {
  VbetField *field;
  GtkWidget *row;    /* @name and @widget */
  GtkWidget *name;   /* label: "r1 → r2" */
  GtkWidget *widget; /* entry, switch, view … */
  GtkWidget *box;    /* what @widget is in, for its size */
} VbetFieldWay;

struct _VbetField {
  GtkBox parent_instance;
  VbetKind kind;
  const VbetAttributeSpec *spec;
  VbetEditor editor;
  char *name; /* accessible */
  GtkWidget *label;
  VbetFieldWay ways[2];
  GtkWidget *both; /* (nullable): toggle: the same both ways */
  GtkWidget *reset;
  GtkWidget *restart;
  GtkWidget *reason; /* label below */
  char *written;     /* (nullable): value as it is written, as the language has it */
  char *finding;     /* (nullable): what is the matter with that */
  gboolean is_error;
  gboolean is_mixed;
  gboolean dirty;   /* typed, not told yet */
  gboolean loading; /* the program changes the editors, not the user */
  gboolean split;   /* two directions are shown */
  guint pause;      /* source */
};

/** _vbet_field_make_editor: makes the widget of a direction. */
void _vbet_field_make_editor (VbetField *self, int way);
/** _vbet_field_read: Returns: (transfer full): the editor's text. */
char *_vbet_field_read (VbetField *self, int way);
/** _vbet_field_write: shows @text; @otherwise: (nullable): the default, "" without. */
void _vbet_field_write (VbetField *self, int way, const char *text, const char *otherwise);
/** _vbet_field_has_focus: whether the user is in one of the editors. */
gboolean _vbet_field_has_focus (VbetField *self);

/* The user changed something; @at_once: there is nothing to wait for. */
void _vbet_field_edited (VbetField *self, gboolean at_once);
/* The user leaves the editor, or gives up. */
void _vbet_field_left (VbetField *self);
void _vbet_field_revert (VbetField *self);
