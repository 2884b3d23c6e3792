/* tag.h - what a row, a button or an item of a list stands for, kept with it.
 *
 * GTK's way to tell the widgets of a list apart (g_object_set_data()), with
 * types and in one place. State of a window, a pane or a session is no tag: it is
 * a field of theirs, or the data of a signal's handler.
 */
#pragma once

#include <glib-object.h>

/** vbet_tag_set_text: @tag: its name, of @object's own; @text: (nullable): copied. */
void vbet_tag_set_text (gpointer object, const char *tag, const char *text);
/** vbet_tag_text: Returns: (nullable) (transfer none): lives as long as @object, or until it is set anew. */
const char *vbet_tag_text (gpointer object, const char *tag);
/** vbet_tag_set_number: as vbet_tag_set_text(). */
void vbet_tag_set_number (gpointer object, const char *tag, gsize number);
/** vbet_tag_number: Returns: 0 when it was never set. */
gsize vbet_tag_number (gpointer object, const char *tag);
/** vbet_tag_set_object: as vbet_tag_set_text(); @value: (nullable): a GObject, of which a reference is kept. */
void vbet_tag_set_object (gpointer object, const char *tag, gpointer value);
/** vbet_tag_object: Returns: (nullable) (transfer none): what was set. */
gpointer vbet_tag_object (gpointer object, const char *tag);
