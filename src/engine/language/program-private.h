/* program-private.h - the tokens of a program, for the other files of the language room. */
#pragma once

#include "engine/language/lexer.h"
#include "engine/language/program.h"

/** vbet_program_tokens: (element-type VbetLexToken): all but comments; the last is VBET_LEX_END. */
const GArray *vbet_program_tokens (const VbetProgram *self);
/** vbet_program_comments: (element-type VbetLexToken): in order. */
const GArray *vbet_program_comments (const VbetProgram *self);
/** vbet_program_findings: the syntax findings, sorted. */
const VbetDiagnostics *vbet_program_findings (const VbetProgram *self);
/** vbet_lex_first_at: Returns: index of the first of @tokens that starts at or after @offset; their number if
 * none. */
guint vbet_lex_first_at (const GArray *tokens, gsize offset);
