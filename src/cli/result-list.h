/* result-list.h - results of statements of steps and checks, as the engine reports them, for people. */
#pragma once

#include <gio/gio.h>

/** vbet_result_print: one result on stdout: "  ok    statement (0.3 s)", and what was seen instead if it
 * failed. */
void vbet_result_print (GVariant *result);

/** vbet_result_print_step_head: "Step 2: TITLE" and the text shown to the class, if there is one. */
void vbet_result_print_step_head (gint64 index, const char *title, const char *text);

/** vbet_one_line: Returns: (transfer full): @text with each run of blanks and line ends as one blank. */
char *vbet_one_line (const char *text);
