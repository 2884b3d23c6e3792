/* escape.h - the keys that vbetctl console keeps for itself. Pure.
 *
 * Everything typed goes to the guest, except what follows Ctrl-]:
 * "q" or "." leaves, Ctrl-] sends one Ctrl-], anything else shows help.
 */
#pragma once

#include <glib.h>

#define VBET_ESCAPE_KEY 0x1d /* Ctrl-] */

typedef enum {
  VBET_ESCAPE_NONE,
  VBET_ESCAPE_LEAVE,
  VBET_ESCAPE_HELP,
} VbetEscapeAction;

typedef struct {
  gboolean pending; /* the escape key was the last byte */
} VbetEscape;

/**
 * vbet_escape_feed:
 * @data: (array length=size): bytes typed
 * @out: what goes to the guest is appended here
 *
 * Stops at the first action. Returns: how many bytes of @data were taken.
 */
gsize vbet_escape_feed (VbetEscape *self, const guint8 *data, gsize size, GByteArray *out,
                        VbetEscapeAction *ret_action);
