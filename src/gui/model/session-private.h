/* session-private.h - what session.c and session-gestures.c share. */
#pragma once

#include "gui/model/session.h"

struct _VbetSession {
  GObject parent_instance;

  /* owned */
  VbetDocument *document;
  char *path; /* (nullable) */
  char *name;
  GHashTable *hints;     /* name → VbetPoint: where devices without at= were placed */
  GHashTable *selection; /* set of names */
  GHashTable *states;    /* name → GINT of VbetDeviceState */
  GHashTable *reasons;   /* name → text */
  GHashTable *alarms;    /* name → GPtrArray of VbetAlarm, not empty */
  GHashTable *restart;   /* set of names: needs a restart */
  GHashTable *traffic;   /* (nullable): name of a cable → VbetTraffic */
  GHashTable *roots;     /* set of names of switches */
  GHashTable *storms;    /* likewise */
  GHashTable *captured;  /* name of a cable → GINT of a mask of ends */
  gboolean running;
  gboolean proposes; /* addresses for what is cabled, out of … */
  VbetAddress pool;

  /* owned; made anew by _vbet_session_derive() */
  VbetProgram *program;
  VbetDiagnostics *diagnostics; /* about the program's text */
  VbetTopology *topology;
  GArray *positions; /* of VbetPoint */
  gboolean is_text;
  gboolean unplaced; /* another lab was opened: positions are those of the one before */
};

/** _vbet_session_derive: makes everything that follows from the document anew, silently. */
void _vbet_session_derive (VbetSession *self);

/* --- session-gestures.c: what gestures in other files are made of --- */

/** _vbet_session_apply: @edits: (transfer full) (nullable): applies them as part of the open revision and
 * derives anew. Returns: FALSE when there were none. */
gboolean _vbet_session_apply (VbetSession *self, VbetEdits *edits, const char *label);
/** _vbet_session_finish: ends the open revision; one that failed half-way never was. Returns: @ok. */
gboolean _vbet_session_finish (VbetSession *self, gboolean ok);
/** _vbet_session_settle: writes down where devices stand that do not say it, as part of the open revision. */
gboolean _vbet_session_settle (VbetSession *self, const char *label, GError **error);
/* --- session-notes.c --- */

/** _vbet_session_move_notes, _vbet_session_remove_notes: of those called @names (set), as part of the open
 * revision. */
gboolean _vbet_session_move_notes (VbetSession *self, GHashTable *names, double dx, double dy,
                                   const char *label, GError **error);
gboolean _vbet_session_remove_notes (VbetSession *self, GHashTable *names, const char *label, GError **error);
