/* complete.h - what could be written at a place of the text: the program pane's completion.
 *
 * Everything comes from the tables of calls and attributes and from the lab
 * itself. The text is usually half written where it is asked for, so this goes
 * by the tokens before the place, not by the tree. Pure.
 */
#pragma once

#include "engine/language/program.h"
#include "engine/model/topology.h"

typedef enum {
  VBET_COMPLETION_CALL,
  VBET_COMPLETION_KIND,
  VBET_COMPLETION_KEY,
  VBET_COMPLETION_VALUE,
  VBET_COMPLETION_DEVICE,
  VBET_COMPLETION_CABLE,
  VBET_COMPLETION_NIC,
  VBET_COMPLETION_SNIPPET, /* a whole statement or argument with places to fill in */
} VbetCompletionType;

typedef struct {
  VbetCompletionType type;
  char *label;         /* what the list shows */
  char *text;          /* what is written in place of the word at the cursor */
  char *detail;        /* beside the label: a default, a kind, an address; "" for none */
  char *help;          /* one sentence; "" for none */
  gsize select_start;  /* bytes of @text that are selected afterwards, to be typed over; */
  gsize select_length; /* for none, @select_start is where the cursor goes */
} VbetCompletion;

/**
 * vbet_complete:
 * @topology: what @program makes
 * @cursor: a byte of the program's text
 * @ret_start: (out): where the word that is replaced begins; it ends at the cursor
 *
 * Returns: (transfer full) (element-type VbetCompletion): what fits and begins as the word does, the
 * likeliest first; empty where nothing does, as in a comment.
 */
GPtrArray *vbet_complete (const VbetProgram *program, const VbetTopology *topology, gsize cursor,
                          gsize *ret_start);

/** vbet_complete_is_done: whether the word of @length bytes is one of @proposals already, as it stands. */
gboolean vbet_complete_is_done (const GPtrArray *proposals, const char *word, gsize length);
