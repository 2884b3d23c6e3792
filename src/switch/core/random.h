/* random.h - pseudo-random numbers for impairments: fast, seeded, the same everywhere.
 *
 * xoshiro256++ (Blackman, Vigna: Scrambled linear pseudorandom number generators,
 * 2021), its state filled by SplitMix64 as its authors advise. Not for secrets.
 */
#pragma once

#include <glib.h>

typedef struct {
  guint64 state[4];
} VbetRandom;

/** vbet_random_rotate: @word turned left by @by bits, from 1 to 63. */
static inline guint64
vbet_random_rotate (guint64 word, guint by)
{
  return word << by | word >> (64 - by);
}

/** vbet_random_init: of one @seed comes one sequence. */
static inline void
vbet_random_init (VbetRandom *self, guint64 seed)
{
  for (guint i = 0; i < 4; i++) {
    guint64 word = seed += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    word = (word ^ word >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
    self->state[i] = word ^ word >> 31;
  }
}

/** vbet_random_word: Returns: 64 bits, all equally likely. */
static inline guint64
vbet_random_word (VbetRandom *self)
{
  guint64 *s = self->state;
  guint64 result = vbet_random_rotate (s[0] + s[3], 23) + s[0];
  guint64 t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = vbet_random_rotate (s[3], 45);
  return result;
}

/** vbet_random_unit: Returns: uniform in [0, 1), 53 bits. */
static inline double
vbet_random_unit (VbetRandom *self)
{
  return (double)(vbet_random_word (self) >> 11) * 0x1p-53;
}

/** vbet_random_chance: Returns: TRUE with probability @share; draws nothing for 0 and 1. */
static inline gboolean
vbet_random_chance (VbetRandom *self, double share)
{
  return share > 0 && (share >= 1 || vbet_random_unit (self) < share);
}
