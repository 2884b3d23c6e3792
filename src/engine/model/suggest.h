/* suggest.h - did-you-mean: how alike two words are. Pure. */
#pragma once

#include <glib.h>

/* The best candidate so far, of candidates offered one by one. */
typedef struct {
  const char *word;
  const char *best; /* (nullable): so far */
  guint best_cost;
} VbetSuggest;

/** vbet_suggest_init: looks for what is most like @word, which is borrowed. */
void vbet_suggest_init (VbetSuggest *self, const char *word);
/** vbet_suggest_offer: @candidate must live as long as @self is used. */
void vbet_suggest_offer (VbetSuggest *self, const char *candidate);
/** vbet_suggest_result: Returns: (nullable): the most alike candidate, when it is alike enough to be meant.
 */
const char *vbet_suggest_result (const VbetSuggest *self);

/** vbet_suggest_distance: letters to insert, delete, change or swap with a neighbour; case counts half. In
 * half steps. */
guint vbet_suggest_distance (const char *a, const char *b, guint limit);
