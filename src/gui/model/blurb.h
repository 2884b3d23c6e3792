/* blurb.h - how a lab is called and described on the start page. Pure. */
#pragma once

#include <glib.h>

/** vbet_blurb_title: Returns: (transfer full): the name of a file for people: "ospf-flapping" is "OSPF
 * flapping". */
char *vbet_blurb_title (const char *name);

/** vbet_blurb_sentence: Returns: (transfer full): the first sentence of the first comment of a lab's text,
 * without the full stop at its end; "" when it does not begin with a comment. */
char *vbet_blurb_sentence (const char *text);

/** vbet_blurb_when: Returns: (transfer full): @then for people who live at @now (both local): "Today, 14:32",
 * "Yesterday, 14:32", else the date. */
char *vbet_blurb_when (GDateTime *then, GDateTime *now);
