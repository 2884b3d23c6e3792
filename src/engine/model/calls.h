/* calls.h - the one table of calls: what may be called where, and with what.
 *
 * The checker, completion in the program pane and the manual page are made
 * from this table. Pure.
 */
#pragma once

#include <glib.h>

#include "engine/model/schema.h"

typedef enum {
  VBET_WORD_ALLOC,
  VBET_WORD_FREE,
  VBET_WORD_ATTACH,
  VBET_WORD_DETACH,
  VBET_WORD_PLUG,
  VBET_WORD_UNPLUG,
  VBET_WORD_LINK,
  VBET_WORD_NIC,
  VBET_WORD_SET,
  VBET_WORD_FILE,
  VBET_WORD_NOTE,
  VBET_WORD_SEED,
  VBET_WORD_START,
  VBET_WORD_STOP,
  VBET_WORD_RESTART,
  VBET_WORD_PAUSE,
  VBET_WORD_RESUME,
  VBET_WORD_EXEC,
  VBET_WORD_EXPECT,
  VBET_WORD_PING,
} VbetWord;

/* Where a call may stand as a statement. */
typedef enum {
  VBET_PLACE_LAB = 1 << 0,  /* at top level */
  VBET_PLACE_STEP = 1 << 1, /* inside a step */
} VbetPlace;

typedef struct {
  VbetWord word;
  const char *name;
  guint places;          /* mask of VbetPlace; 0: only inside another call */
  guint minimum;         /* positional arguments */
  guint maximum;         /* G_MAXUINT: any number */
  const char *signature; /* "plug(cable, nic)" */
  const char *help;      /* one sentence */
  const VbetAttributeSpec
      *keywords; /* (array length=n_keywords) (nullable): keys of its own; @kinds is 0 there */
  guint n_keywords;
  VbetKind keyword_kind; /* or: takes the attributes of this kind (link: CABLE, note: NOTE); 0: none */
} VbetCallSpec;

/** vbet_calls_specs: @ret_size: (out): number of rows. Returns: (array length=ret_size): the whole table. */
const VbetCallSpec *vbet_calls_specs (guint *ret_size);
/** vbet_calls_find: Returns: (nullable): the row of @name. */
const VbetCallSpec *vbet_calls_find (const char *name);
/** vbet_calls_suggest: Returns: (nullable): the call most like @name, for did-you-mean. */
const char *vbet_calls_suggest (const char *name);
