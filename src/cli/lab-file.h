/* lab-file.h - a lab text as vbetctl reads it: from a file or standard input, with its findings. */
#pragma once

#include <stdio.h>

#include "engine/language/diagnostic.h"
#include "engine/language/program.h"
#include "engine/model/topology.h"

typedef struct {
  char *shown; /* what findings call it: the argument, "<stdin>" for "-" */
  char *path;  /* absolute; "" for standard input */
  char *name;  /* of the lab: the file's name without ".vbet" */
  char *text;  /* NUL-terminated besides */
  gsize size;  /* bytes */
  VbetProgram *program;
  VbetTopology *topology;
  VbetDiagnostics *diagnostics; /* of syntax and meaning, in order of position */
} VbetLabFile;

/**
 * vbet_lab_file_load:
 * @argument: a path, or "-" for standard input
 *
 * Returns: (transfer full): the lab, also when its text is wrong; NULL when it cannot be read.
 */
VbetLabFile *vbet_lab_file_load (const char *argument, GError **error);
/** vbet_lab_file_free: @self: (nullable) */
void vbet_lab_file_free (VbetLabFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetLabFile, vbet_lab_file_free)

/** vbet_lab_file_print_findings: one line a finding; on a terminal with the line of text it is about. */
void vbet_lab_file_print_findings (const VbetLabFile *self, FILE *stream);

/**
 * vbet_lab_file_load_valid: loads @argument, prints its findings to stderr.
 *
 * Returns: (transfer full) (nullable): the lab; NULL when it cannot be read or has errors, which has been
 * said.
 */
VbetLabFile *vbet_lab_file_load_valid (const char *argument);

/** vbet_read_stream: Returns: (transfer full): all of file descriptor @fd; an error past @limit bytes. @what:
 * for messages. */
GBytes *vbet_read_stream (int fd, gsize limit, const char *what, GError **error);
