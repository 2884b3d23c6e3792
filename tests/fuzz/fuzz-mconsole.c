/* fuzz-mconsole.c - packets of a guest's kernel: read within bounds, text always valid. */
#include "config.h"

#include <string.h>

#include "engine/guest/mconsole.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint32 code;
  gboolean more;
  VbetMconsoleNotify type;
  char *text = NULL;
  if (vbet_mconsole_decode_reply (data, size, &code, &more, &text)) {
    g_assert_true (g_utf8_validate (text, -1, NULL));
    g_assert_true (more == TRUE || more == FALSE);
    g_free (text);
  }
  if (vbet_mconsole_decode_notify (data, size, &type, &text)) {
    g_assert_true (g_utf8_validate (text, -1, NULL));
    g_assert_cmpuint (type, <=, VBET_MCONSOLE_NOTIFY_USER);
    g_free (text);
  }
  return 0;
}
