/* word.h - reading single values: numbers with units, addresses, quoted text.
 *
 * Private to the language room. The lexer only finds where a value begins and
 * ends; what it means, and what is wrong with it, is decided here.
 */
#pragma once

#include <glib.h>

#include "engine/language/diagnostic.h"
#include "engine/language/value.h"

typedef struct {
  const char *name;
  gint64 factor;
  gboolean is_base; /* the unit zero is written in */
} VbetUnit;

/** vbet_units: @type: SIZE, DURATION or RATE. Returns: (array length=ret_size): its units, largest first. */
const VbetUnit *vbet_units (VbetValueType type, guint *ret_size);

/** vbet_word_is_unit: whether @text is exactly a unit such as "ms" or "%". */
gboolean vbet_word_is_unit (const char *text, gsize size);

/**
 * vbet_word_parse:
 * @text: (array length=size): a number, address or MAC
 * @offset: where it stands in the document
 * @diagnostics: (nullable): gets what is wrong with it
 *
 * Returns: (transfer full) (nullable): NULL when it is none; a finding was added then.
 */
VbetValue *vbet_word_parse (const char *text, gsize size, gsize offset, VbetDiagnostics *diagnostics);

/** vbet_word_parse_string: @text: (array length=size): with its quotes; a closing quote that lacks was reported by the lexer.
 * Bad escapes are reported and kept as they are. Returns: (transfer full): never NULL. */
VbetValue *vbet_word_parse_string (const char *text, gsize size, gsize offset, VbetDiagnostics *diagnostics);
/** vbet_word_parse_raw: @text: (array length=size): with its quotes. Returns: (transfer full): without the
 * indentation that all lines have; never NULL. */
VbetValue *vbet_word_parse_raw (const char *text, gsize size);
/** vbet_word_parse_regex: @text: (array length=size): with its slashes. Returns: (transfer full): the expression;
 * never NULL. */
VbetValue *vbet_word_parse_regex (const char *text, gsize size);

/** vbet_word_excerpt: Returns: (transfer full): at most 40 characters of @text, fit for a message. */
char *vbet_word_excerpt (const char *text, gsize size);
