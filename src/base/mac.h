/* mac.h - an Ethernet address as people write it. */
#pragma once

#include <glib.h>

#define VBET_MAC_TEXT_SIZE 18 /* bytes, with the NUL */

/**
 * vbet_mac_to_text:
 * @separator: ':', or '-' as programs on a command line have it where ':' separates other things
 * @ret_text: (array length=18): gets six pairs of hexadecimal digits in lower case
 *
 * Returns: (transfer none): @ret_text.
 */
const char *vbet_mac_to_text (const guint8 mac[6], char separator, char ret_text[VBET_MAC_TEXT_SIZE]);
