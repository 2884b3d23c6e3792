/* lab-id.h - identifiers of labs that do not collide: made of names, told apart by a short hash. */
#pragma once

#include <glib.h>

/* Bytes of the longest identifier; see vbet_paths_valid_lab_id(). */
#define VBET_LAB_ID_MAX 32

/**
 * vbet_lab_id_from_name:
 * @name: any text, in general a file's name without ".vbet"
 *
 * A name that may be an identifier is it. Of others what may stand in one is
 * left, with a hash of the whole name behind it, so that two names which look
 * the same after cutting and cleaning are still two labs.
 *
 * Returns: (transfer full): the identifier a lab of that name gets when nobody chooses one.
 */
char *vbet_lab_id_from_name (const char *name);

/**
 * vbet_lab_id_tagged:
 * @id: a valid identifier
 * @text: what it is to be told apart by, such as the path of the lab's file
 *
 * Returns: (transfer full): @id, cut where needed, "-" and 8 hexadecimal digits of @text's hash.
 */
char *vbet_lab_id_tagged (const char *id, const char *text);

/** vbet_lab_id_untagged: Returns: (transfer full) (nullable): what is before the tag; NULL when @id has none of @text. */
char *vbet_lab_id_untagged (const char *id, const char *text);
