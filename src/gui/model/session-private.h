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
  GHashTable *restart;   /* set of names: needs a restart */
  GHashTable *traffic;   /* (nullable): name of a cable → VbetTraffic */
  gboolean running;

  /* owned; made anew by _vbet_session_derive() */
  VbetProgram *program;
  VbetDiagnostics *diagnostics; /* about the program's text */
  VbetTopology *topology;
  GArray *positions; /* of VbetPoint */
  gboolean is_text;
};

/** _vbet_session_derive: makes everything that follows from the document anew, silently. */
void _vbet_session_derive (VbetSession *self);
