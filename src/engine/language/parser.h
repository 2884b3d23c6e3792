/* parser.h - tokens to the syntax tree. Private to the language room.
 *
 * Nodes live in an arena that the program owns: a lab of a thousand devices is
 * some ten thousand nodes, made and thrown away at each keystroke.
 */
#pragma once

#include <glib.h>

#include "engine/language/diagnostic.h"
#include "engine/language/program.h"

/* Memory that is freed all at once. */
typedef struct {
  GPtrArray *blocks;
  gsize used;        /* of the last block */
  gsize size;        /* of the last block */
  GPtrArray *values; /* of VbetValue: those that nodes of this arena hold */
  GStringChunk *names;
} VbetArena;

/** vbet_arena_init: nothing is allocated yet. */
void vbet_arena_init (VbetArena *self);
/** vbet_arena_clear: frees all that was allocated. */
void vbet_arena_clear (VbetArena *self);
/** vbet_arena_alloc: Returns: (transfer none): @size bytes, zero, aligned for anything, until vbet_arena_clear(). */
gpointer vbet_arena_alloc (VbetArena *self, gsize size);

/**
 * vbet_parse:
 * @tokens: (element-type VbetLexToken): ends with VBET_LEX_END
 *
 * Returns: the PROGRAM node, in @arena.
 */
VbetNode *vbet_parse (const char *text, gsize size, const GArray *tokens, VbetArena *arena,
                      VbetDiagnostics *diagnostics);
