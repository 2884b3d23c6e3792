/* format.h - vbetctl fmt: the one command that reflows a lab text. Pure. */
#pragma once

#include "engine/language/program.h"

/**
 * vbet_program_format:
 *
 * Rewrites spacing and line breaks (not order, names, values or comments).
 * Formatting twice gives what formatting once gave; the topology stays the same.
 *
 * Returns: (transfer full): the text; NULL with @error when the program has syntax errors.
 */
char *vbet_program_format (const VbetProgram *self, GError **error);
