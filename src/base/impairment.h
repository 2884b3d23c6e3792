/* impairment.h - what a cable may do to its frames: the table, one row an impairment.
 *
 * Whatever is said of an impairment in more than one place comes from its row:
 *
 * - its field in VbetCableQuality (base/cable-quality.h), which switch, engine and window share: default, range, what
 *   engine and switch write to each other;
 * - its row of the table of attributes (engine/model/schema.c), and so the check of a text, the manual page, the
 *   inspector's form and completion;
 * - its counter in the status, its words at the cable on the canvas, its place among the fields of the form.
 *
 * What it does to a frame is in switch/core/cable.c, how it is judged when it is measured in engine/measure.c.
 * CONTRIBUTING.md says what a new one needs. Pure.
 */
#pragma once

#include <glib.h>

#define VBET_IMPAIRMENT_SECOND 1e9
/* The least time up or down of a schedule, in nanoseconds: each change is work for the switch and all who see it. */
#define VBET_CABLE_FLAP_MIN G_GINT64_CONSTANT (10000000)

/* What a number of an impairment is; it decides the type of its field and how a text writes it. */
typedef enum {
  VBET_IMPAIRMENT_FLAG,   /* gboolean: yes, no */
  VBET_IMPAIRMENT_TIME,   /* gint64: nanoseconds; a duration */
  VBET_IMPAIRMENT_SHARE,  /* double: 0 to 1; a percentage */
  VBET_IMPAIRMENT_BITS,   /* double: bits a second, no fraction of one; a rate */
  VBET_IMPAIRMENT_COUNT,  /* guint: frames; an integer */
  VBET_IMPAIRMENT_MEAN,   /* double: frames, on average; an integer */
  VBET_IMPAIRMENT_BYTES,  /* gsize; a size */
  VBET_IMPAIRMENT_SPREAD, /* VbetJitter; a name */
} VbetImpairmentKind;

/*
 * X (ID, field, KIND, (attribute), (ours)), in the order in which manual page and completion show them.
 *
 * (attribute) are members of VbetAttributeSpec and VbetImpairment alike, in the units of the language (percent, not
 * shares), (ours) those of VbetImpairment alone. Members that are left out are 0 or NULL.
 */
#define VBET_IMPAIRMENTS(X)                                                                                  \
  X (DELAY, delay, TIME,                                                                                     \
     (.key = "delay", .pair = TRUE, .maximum = 60 * VBET_IMPAIRMENT_SECOND, .unit = "ms",                    \
      .default_text = "0ms", .help = N_ ("How long every frame is on its way.")),                            \
     (.label = N_ ("Delay"), .rank = 3, .acts = TRUE, .words = "",                                           \
      .usual = "1ms 10ms 50ms 200ms 10ms/40ms"))                                                             \
  X (JITTER, jitter, TIME,                                                                                   \
     (.key = "jitter", .pair = TRUE, .maximum = 60 * VBET_IMPAIRMENT_SECOND, .unit = "ms",                   \
      .default_text = "0ms",                                                                                 \
      .help = N_ ("How far the delay of a frame differs from delay, at most, to both sides.")),              \
     (.label = N_ ("Jitter"), .rank = 5, .acts = TRUE, .words = "±", .usual = "1ms 5ms 20ms"))               \
  X (LOSS, loss, SHARE,                                                                                      \
     (.key = "loss", .pair = TRUE, .maximum = 100, .unit = "%", .default_text = "0%",                        \
      .help = N_ ("Share of frames that get lost.")),                                                        \
     (.label = N_ ("Loss"), .rank = 4, .acts = TRUE, .words = "", .usual = "0.1% 1% 5% 20%",                 \
      .effect = "lost"))                                                                                     \
  X (DISTRIBUTION, distribution, SPREAD,                                                                     \
     (.key = "distribution", .unit = "", .choices = vbet_jitter_names, .default_text = "uniform",            \
      .help = N_ ("How jitter is spread: uniform, at most jitter to both sides; or normal, jitter being "    \
                  "the standard deviation.")),                                                               \
     (.label = N_ ("Spread")))                                                                               \
  X (CORRELATION, correlation, SHARE,                                                                        \
     (.key = "correlation", .pair = TRUE, .maximum = 99, .unit = "%", .default_text = "0%",                  \
      .help = N_ ("How alike the jitter of frames one after the other is; 0%: each has its own.")),          \
     (.label = N_ ("Jitter correlation"), .usual = "25% 50% 90%"))                                           \
  X (BURST, burst, MEAN,                                                                                     \
     (.key = "burst", .pair = TRUE, .minimum = 1, .maximum = 10000, .unit = "", .default_text = "1",         \
      .help = N_ ("How many frames are lost in a row, on average; 1: each is lost or not by itself.")),      \
     (.label = N_ ("Lost in a row"), .initial = 1))                                                          \
  X (DUPLICATE, duplicate, SHARE,                                                                            \
     (.key = "duplicate", .pair = TRUE, .maximum = 100, .unit = "%", .default_text = "0%",                   \
      .help = N_ ("Share of frames that arrive twice.")),                                                    \
     (.label = N_ ("Duplicated"), .acts = TRUE, .words = "duplicate ", .usual = "0.1% 1% 5%",                \
      .effect = "duplicated"))                                                                               \
  X (REORDER, reorder, SHARE,                                                                                \
     (.key = "reorder", .pair = TRUE, .maximum = 100, .unit = "%", .default_text = "0%",                     \
      .help = N_ ("Share of frames that skip the delay and so overtake others.")),                           \
     (.label = N_ ("Reordered"), .acts = TRUE, .words = "reorder ", .usual = "1% 5% 20%",                    \
      .effect = "reordered"))                                                                                \
  X (CORRUPT, corrupt, SHARE,                                                                                \
     (.key = "corrupt", .pair = TRUE, .maximum = 100, .unit = "%", .default_text = "0%",                     \
      .help = N_ ("Share of frames in which one bit is turned.")),                                           \
     (.label = N_ ("Corrupted"), .acts = TRUE, .words = "corrupt ", .usual = "0.1% 1% 5%",                   \
      .effect = "corrupted"))                                                                                \
  X (RATE, rate, BITS,                                                                                       \
     (.key = "rate", .pair = TRUE, .maximum = 1e12, .unit = "Mbit", .default_text = "0bit",                  \
      .help = N_ ("Bits a second; 0bit for as fast as the host can.")),                                      \
     (.label = N_ ("Rate"), .rank = 2, .acts = TRUE, .words = "",                                            \
      .usual = "64kbit 1Mbit 10Mbit 100Mbit 1Gbit"))                                                         \
  X (QUEUE, queue, COUNT,                                                                                    \
     (.key = "queue", .pair = TRUE, .minimum = 1, .maximum = 100000, .unit = "", .default_text = "1000",     \
      .help = N_ ("Frames that wait for the rate before further ones are dropped.")),                        \
     (.label = N_ ("Queue"), .initial = 1000, .usual = "10 100 1000", .effect = "overflowed"))               \
  X (QUEUE_BYTES, queue_bytes, BYTES,                                                                        \
     (.key = "queue-bytes", .pair = TRUE, .maximum = 1e9, .unit = "K", .default_text = "0K",                 \
      .help                                                                                                  \
      = N_ ("Bytes that wait for the rate before further frames are dropped; 0 for no limit but queue.")),   \
     (.label = N_ ("Queue (bytes)")))                                                                        \
  X (UP_FOR, up_for, TIME,                                                                                   \
     (.key = "up-for", .maximum = 3600 * VBET_IMPAIRMENT_SECOND, .floor = VBET_CABLE_FLAP_MIN, .unit = "s",  \
      .default_text = "0s", .help = N_ ("With down-for: the cable is up that long, then down, and so on.")), \
     (.label = N_ ("Up for")))                                                                               \
  X (DOWN_FOR, down_for, TIME,                                                                               \
     (.key = "down-for", .maximum = 3600 * VBET_IMPAIRMENT_SECOND, .floor = VBET_CABLE_FLAP_MIN,             \
      .unit = "s", .default_text = "0s", .help = N_ ("With up-for: how long the cable is down each time.")), \
     (.label = N_ ("Down for")))                                                                             \
  X (UP, up, FLAG,                                                                                           \
     (.key = "up", .pair = TRUE, .unit = "", .default_text = "yes",                                          \
      .help = N_ ("Whether the cable carries frames; no is a cut cable, and both ends see it.")),            \
     (.label = N_ ("Connected"), .rank = 1, .initial = TRUE))

/* The members of a row, without the parentheses that keep them together. */
#define VBET_IMPAIRMENT_MEMBERS(...) __VA_ARGS__

/* A row's place in the table. */
#define VBET_IMPAIRMENT_PLACE(id, field, kind, attribute, ours) VBET_IMPAIRMENT_##id,
typedef enum { VBET_IMPAIRMENTS (VBET_IMPAIRMENT_PLACE) VBET_IMPAIRMENTS_SIZE } VbetImpairmentId;
#undef VBET_IMPAIRMENT_PLACE

typedef struct {
  VbetImpairmentKind kind;
  gsize offset; /* of its field in VbetCableQuality */

  /* As in VbetAttributeSpec, whose comments hold. */
  const char *key; /* also on the way between engine and switch */
  gboolean pair;   /* each direction may have its own; else it is of the whole cable */
  double minimum;
  double maximum;
  double floor;
  const char *unit;
  const char *const *choices; /* (nullable) */
  const char *default_text;
  const char *help;

  const char *label; /* for people, not translated yet */
  guint rank;        /* among the fields used most, from 1; 0: it is none of them */
  double initial;    /* what @default_text says, in the unit of the field */
  gboolean acts;     /* by itself, unless it is @initial; others say how another one does */
  /* (nullable): before its value at the cable on the canvas, where a bare percentage says nothing, unless it is the
   * loss that everybody thinks of; NULL: it is not shown there. */
  const char *words;
  const char *usual;  /* (nullable): values that completion offers, with spaces between */
  const char *effect; /* (nullable): in the status, the name of the count of frames that it hit */
} VbetImpairment;

/* The names of VbetJitter, and NULL. */
extern const char *const vbet_jitter_names[];

/* The table, by VbetImpairmentId. */
extern const VbetImpairment vbet_impairments[VBET_IMPAIRMENTS_SIZE];

/** vbet_impairment_find: Returns: (nullable): the row of an attribute of cables; NULL for one that is no impairment. */
const VbetImpairment *vbet_impairment_find (const char *key);
/** vbet_impairment_scale: Returns: how many units of the language (percent …) one unit of the field is. */
double vbet_impairment_scale (const VbetImpairment *self);
