/* suggest.c - did-you-mean by edit distance (optimal string alignment: a swap of neighbours is one step). */
#include "config.h"

#include "engine/model/suggest.h"

#include <string.h>

/* Longer words are cut: nobody mistypes past this, and it bounds the work. */
#define WORD_MAX 64
/* Costs are in half steps, so that a difference of case alone costs less than a wrong letter. */
#define STEP 2

static guint
letter_cost (char a, char b)
{
  if (a == b)
    return 0;
  return g_ascii_tolower (a) == g_ascii_tolower (b) ? 1 : STEP;
}

guint
vbet_suggest_distance (const char *a, const char *b, guint limit)
{
  gsize size_a = MIN (strlen (a), WORD_MAX), size_b = MIN (strlen (b), WORD_MAX);
  gsize longer = MAX (size_a, size_b), shorter = MIN (size_a, size_b);
  if ((longer - shorter) * STEP > limit)
    return limit + 1;
  guint rows[3][WORD_MAX + 1];
  guint *before = rows[0], *last = rows[1], *now = rows[2];
  for (gsize j = 0; j <= size_b; j++)
    last[j] = (guint)j * STEP;
  for (gsize i = 1; i <= size_a; i++) {
    guint least = now[0] = (guint)i * STEP;
    for (gsize j = 1; j <= size_b; j++) {
      guint cost = last[j - 1] + letter_cost (a[i - 1], b[j - 1]);
      cost = MIN (cost, MIN (last[j], now[j - 1]) + STEP);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost = MIN (cost, before[j - 2] + STEP);
      now[j] = cost;
      least = MIN (least, cost);
    }
    if (least > limit)
      return limit + 1;
    guint *spare = before;
    before = last;
    last = now;
    now = spare;
  }
  return last[size_b];
}

void
vbet_suggest_init (VbetSuggest *self, const char *word)
{
  /* A third of the letters may differ, and one in short words; of one letter, nothing would be left. */
  gsize size = MIN (strlen (word), WORD_MAX);
  self->word = word;
  self->best = NULL;
  self->best_cost = size < 2 ? 0 : STEP * (guint)MAX (size / 3, 1) + 1;
}

/* "host3" is not a slip for "host1": who writes numbers means them. */
static gboolean
differ_in_number (const char *a, const char *b)
{
  static const char digits[] = "0123456789";
  gsize same = 0;
  while (a[same] != '\0' && a[same] == b[same])
    same++;
  return (a[same] != '\0' || b[same] != '\0') && strspn (a + same, digits) == strlen (a + same)
         && strspn (b + same, digits) == strlen (b + same);
}

void
vbet_suggest_offer (VbetSuggest *self, const char *candidate)
{
  gsize size = strlen (self->word), other = strlen (candidate);
  guint cost;
  if (differ_in_number (self->word, candidate))
    return;
  /* "memory" for mem, "serv" for services: one begins with the other. */
  if (MIN (size, other) >= 3 && g_ascii_strncasecmp (self->word, candidate, MIN (size, other)) == 0
      && size != other)
    cost = STEP;
  else if (g_ascii_strcasecmp (self->word, candidate) == 0)
    cost = 1;
  else
    cost = vbet_suggest_distance (self->word, candidate, self->best_cost);
  /* Of two that are as alike the first in the alphabet: the answer must not depend on the order of a hash
   * table. */
  if (cost < self->best_cost
      || (cost == self->best_cost && self->best != NULL && strcmp (candidate, self->best) < 0)) {
    self->best = candidate;
    self->best_cost = cost;
  }
}

const char *
vbet_suggest_result (const VbetSuggest *self)
{
  return self->best;
}
