/* blurb.h - how a lab is called and described on the start page. Pure. */
#pragma once

#include <glib.h>

/** vbet_blurb_title: Returns: (transfer full): the name of a file for people: "ospf-flapping" is "OSPF
 * flapping". */
char *vbet_blurb_title (const char *name);

/** vbet_blurb_sentence: Returns: (transfer full): the first sentence of the first comment of a lab's text,
 * without the full stop at its end; "" when it does not begin with a comment. */
char *vbet_blurb_sentence (const char *text);

/* How hard a lab is, in order. */
typedef enum {
  VBET_LEVEL_UNKNOWN,
  VBET_LEVEL_EASY,
  VBET_LEVEL_MEDIUM,
  VBET_LEVEL_HARD,
} VbetLevel;

/* What the first comment of a lab says of it in lines such as "# Subject: Routing", "# Level: medium", "# Time: 15". */
typedef struct {
  char *subject; /* (nullable) */
  VbetLevel level;
  guint minutes; /* that it takes; 0: it does not say */
} VbetBlurbFacts;

/** vbet_blurb_facts: @ret_facts: (out): to be cleared; what @text does not say is zero. */
void vbet_blurb_facts (const char *text, VbetBlurbFacts *ret_facts);
/** vbet_blurb_facts_clear: frees what is in it. */
void vbet_blurb_facts_clear (VbetBlurbFacts *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbetBlurbFacts, vbet_blurb_facts_clear)

/** vbet_blurb_when: Returns: (transfer full): @then for people who live at @now (both local): "Today, 14:32",
 * "Yesterday, 14:32", else the date. */
char *vbet_blurb_when (GDateTime *then, GDateTime *now);
