/* mac.c - see mac.h. */
#include "config.h"

#include "base/mac.h"

const char *
vbet_mac_to_text (const guint8 mac[6], char separator, char ret_text[VBET_MAC_TEXT_SIZE])
{
  static const char digits[] = "0123456789abcdef";
  for (guint i = 0; i < 6; i++) {
    ret_text[3 * i] = digits[mac[i] >> 4];
    ret_text[3 * i + 1] = digits[mac[i] & 15];
    ret_text[3 * i + 2] = i < 5 ? separator : '\0';
  }
  return ret_text;
}
