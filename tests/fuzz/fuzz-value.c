/* fuzz-value.c - any value that can be read is written as text that reads back as the same value. */
#include "config.h"

#include "engine/language/value.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (VbetValue) value = vbet_value_parse (text, NULL);
  if (value == NULL)
    return 0;
  g_autofree char *written = vbet_value_to_text (value);
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetValue) again = vbet_value_parse (written, &error);
  g_assert_no_error (error);
  g_assert_true (vbet_value_equal (value, again));
  g_autofree char *settled = vbet_value_to_text (again);
  g_assert_cmpstr (written, ==, settled);
  return 0;
}
