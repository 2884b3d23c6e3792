/* test-rpc-json.c - the RPC's reader of JSON against json-glib, which shares no code with it: texts that a seed makes
 * are read alike, and of texts that were damaged whatever ours takes json-glib takes, too, as the same. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "engine/rpc-json.h"
#include "unit/harness.h"

#define TEXTS 4000
#define DAMAGES 8 /* of each */
#define DEPTH 5

/* --- texts --------------------------------------------------------------------------- */

static void
put_blanks (GRand *chance, GString *out)
{
  static const char *const blanks[] = { "", "", "", " ", "\n", "\t ", " \r\n" };
  g_string_append (out, blanks[g_rand_int_range (chance, 0, G_N_ELEMENTS (blanks))]);
}

static void
put_text (GRand *chance, GString *out, int number)
{
  static const char *const pieces[] = {
    "a",        "key",          "\\n", "\\\"", "\\\\",         "\\/",     "\\u00e4", "\\ud83d\\ude00",
    "\303\244", "\342\202\254", " ",   "{",    "\\t\\b\\f\\r", "\\u20AC", "0",       "\360\237\230\200"
  };
  g_string_append_c (out, '"');
  if (number >= 0) /* of a member: no two alike */
    g_string_append_printf (out, "%d", number);
  for (int i = g_rand_int_range (chance, 0, 5); i > 0; i--)
    g_string_append (out, pieces[g_rand_int_range (chance, 0, G_N_ELEMENTS (pieces))]);
  g_string_append_c (out, '"');
}

static void
put_number (GRand *chance, GString *out)
{
  static const char *const numbers[]
      = { "0",     "-1",  "7",      "123456789012", "9223372036854775807", "-9223372036854775808", "0.5",
          "-2.25", "1e3", "1.5E-3", "3.0e+2" };
  g_string_append (out, numbers[g_rand_int_range (chance, 0, G_N_ELEMENTS (numbers))]);
}

static void put_value (GRand *chance, GString *out, int depth);

static void
put_container (GRand *chance, GString *out, int depth, gboolean object)
{
  int count = g_rand_int_range (chance, 0, 5);
  g_string_append_c (out, object ? '{' : '[');
  put_blanks (chance, out);
  for (int i = 0; i < count; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    put_blanks (chance, out);
    if (object) {
      put_text (chance, out, i);
      put_blanks (chance, out);
      g_string_append_c (out, ':');
      put_blanks (chance, out);
    }
    put_value (chance, out, depth - 1);
    put_blanks (chance, out);
  }
  g_string_append_c (out, object ? '}' : ']');
}

static void
put_value (GRand *chance, GString *out, int depth)
{
  static const char *const words[] = { "true", "false", "null" };
  int kind = g_rand_int_range (chance, depth > 0 ? 0 : 4, 8);
  if (kind < 4)
    put_container (chance, out, depth, kind < 2);
  else if (kind == 4)
    put_text (chance, out, -1);
  else if (kind == 5)
    put_number (chance, out);
  else
    g_string_append (out, words[g_rand_int_range (chance, 0, G_N_ELEMENTS (words))]);
}

/* An object or an array at the top, as a message is. */
static char *
make_text (guint seed)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (seed);
  GString *out = g_string_new (NULL);
  put_blanks (chance, out);
  put_container (chance, out, DEPTH, g_rand_boolean (chance));
  put_blanks (chance, out);
  return g_string_free (out, FALSE);
}

static char *
damage (const char *text, guint seed)
{
  static const char bytes[] = "\"\\{}[]:,0123456789eE+-.tfnu \n\t\001/*'a\303";
  g_autoptr (GRand) chance = g_rand_new_with_seed (seed);
  GString *out = g_string_new (text);
  for (int i = g_rand_int_range (chance, 1, 4); i > 0 && out->len > 0; i--) {
    gssize at = g_rand_int_range (chance, 0, (gint32)out->len);
    char byte = bytes[g_rand_int_range (chance, 0, sizeof bytes - 1)];
    switch (g_rand_int_range (chance, 0, 3)) {
    case 0:
      g_string_erase (out, at, 1);
      break;
    case 1:
      g_string_insert_c (out, at, byte);
      break;
    default:
      out->str[at] = byte;
      break;
    }
  }
  return g_string_free (out, FALSE);
}

/* --- both readers ----------------------------------------------------------------------- */

static GVariant *
read_ours (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return vbet_rpc_json_read (bytes, G_MAXUINT, NULL);
}

static GVariant *
read_theirs (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, text, -1, NULL) || json_parser_get_root (parser) == NULL)
    return NULL;
  GVariant *value = json_gvariant_deserialize (json_parser_get_root (parser), NULL, NULL);
  return value != NULL ? g_variant_ref_sink (value) : NULL;
}

static void
complain (guint seed, const char *text, GVariant *ours, GVariant *theirs)
{
  g_autofree char *a = ours != NULL ? g_variant_print (ours, TRUE) : g_strdup ("refused");
  g_autofree char *b = theirs != NULL ? g_variant_print (theirs, TRUE) : g_strdup ("refused");
  g_print ("\nseed %u: %s\n  ours:      %s\n  json-glib: %s\n", seed, text, a, b);
}

static void
test_same (void)
{
  guint wrong = 0;
  for (guint seed = 1; seed <= TEXTS && wrong < 5; seed++) {
    g_autofree char *text = make_text (seed);
    g_autoptr (GVariant) ours = read_ours (text);
    g_autoptr (GVariant) theirs = read_theirs (text);
    if (ours != NULL && theirs != NULL && g_variant_equal (ours, theirs))
      continue;
    complain (seed, text, ours, theirs);
    wrong++;
  }
  CU_ASSERT_EQUAL (wrong, 0);
}

/* A number beyond 64 bits, which json-glib cuts and we read as one with a fraction. */
static gboolean
has_long_number (const char *text)
{
  gsize digits = 0;
  for (; *text != '\0' && digits < 19; text++)
    digits = g_ascii_isdigit (*text) ? digits + 1 : 0;
  return digits >= 19;
}

/* Whether an object has two members of one name: json-glib takes the last, we keep both and look at the first. */
static gboolean
has_namesakes (GVariant *value)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean found = FALSE;
  for (gsize i = 0; g_variant_is_container (value) && i < g_variant_n_children (value) && !found; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
    if (g_variant_is_of_type (child, G_VARIANT_TYPE_DICT_ENTRY)) {
      g_autoptr (GVariant) name = g_variant_get_child_value (child, 0);
      found = !g_hash_table_add (names, g_variant_dup_string (name, NULL));
    }
    found = found || has_namesakes (child);
  }
  return found;
}

/* json-glib takes more than RFC 8259 has: that is no fault of ours. */
static void
test_damaged (void)
{
  guint wrong = 0, taken = 0;
  for (guint seed = 1; seed <= TEXTS * DAMAGES && wrong < 5; seed++) {
    g_autofree char *whole = make_text (seed / DAMAGES);
    g_autofree char *text = damage (whole, seed);
    g_autoptr (GVariant) ours = read_ours (text);
    if (ours == NULL)
      continue;
    taken++;
    g_autoptr (GVariant) theirs = read_theirs (text);
    if (theirs != NULL && (has_long_number (text) || has_namesakes (ours) || g_variant_equal (ours, theirs)))
      continue;
    complain (seed, text, ours, theirs);
    wrong++;
  }
  CU_ASSERT_EQUAL (wrong, 0);
  CU_ASSERT_TRUE (taken > TEXTS / 10); /* else nothing was compared */
}

/* What is written reads as what it was. */
static void
test_written (void)
{
  guint wrong = 0;
  for (guint seed = 1; seed <= TEXTS && wrong < 5; seed++) {
    g_autofree char *text = make_text (seed);
    g_autoptr (GVariant) value = read_ours (text);
    g_autoptr (GString) out = g_string_new (NULL);
    vbet_rpc_json_write (value, out);
    g_autoptr (GVariant) again = read_ours (out->str);
    g_autoptr (GVariant) theirs = read_theirs (out->str);
    if (again != NULL && theirs != NULL && g_variant_equal (value, again) && g_variant_equal (value, theirs))
      continue;
    complain (seed, out->str, again, theirs);
    wrong++;
  }
  CU_ASSERT_EQUAL (wrong, 0);
}

static CU_TestInfo json_tests[] = {
  { "the same", test_same },
  { "damaged", test_damaged },
  { "written", test_written },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "rpc-json", NULL, NULL, NULL, NULL, json_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
