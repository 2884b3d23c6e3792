/* test-manual.c - vbet-language(5) says what the program's tables say.
 *
 * With VBET_TEST_UPDATE=1 the tables are written into the page.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engine/model/calls.h"
#include "engine/model/findings.h"
#include "unit/harness.h"

#define PAGE "data/man/vbet-language.5"
#define TOOL_KEYS "cmv" /* of cable, frame and select: the canvas takes them itself */

/* Appends @text as a line of a manual page. */
static void
append_text (GString *out, const char *text)
{
  if (text[0] == '.' || text[0] == '\'')
    g_string_append (out, "\\&");
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '\\')
      g_string_append (out, "\\e");
    else
      g_string_append_c (out, *at);
  }
}

static const char *
type_text (VbetValueType type)
{
  switch (type) {
  case VBET_VALUE_BOOL:
    return "yes | no";
  case VBET_VALUE_INTEGER:
  case VBET_VALUE_DECIMAL:
    return "number";
  case VBET_VALUE_SIZE:
    return "size";
  case VBET_VALUE_DURATION:
    return "duration";
  case VBET_VALUE_PERCENT:
    return "share";
  case VBET_VALUE_RATE:
    return "rate";
  case VBET_VALUE_MODE:
    return "mode";
  case VBET_VALUE_POINT:
    return "position";
  case VBET_VALUE_ADDRESS:
    return "address";
  case VBET_VALUE_MAC:
    return "MAC";
  case VBET_VALUE_NAME:
    return "word";
  default:
    return "text";
  }
}

static char *
limit_text (const VbetAttributeSpec *spec, double limit)
{
  gboolean decimal = spec->type == VBET_VALUE_PERCENT || spec->type == VBET_VALUE_DECIMAL;
  VbetValueType type = spec->type == VBET_VALUE_POINT ? VBET_VALUE_INTEGER : spec->type;
  g_autoptr (VbetValue) value
      = decimal ? vbet_value_new_decimal (type, limit) : vbet_value_new_integer (type, (gint64)limit);
  return vbet_value_to_text (value);
}

static void
append_attribute (GString *out, const VbetAttributeSpec *spec)
{
  static const char *const live[] = { "At once.", "At the next start.", "On the canvas only." };
  g_string_append_printf (out, ".It Cm %s Ns = Ns Ar %s", spec->key, type_text (spec->type));
  if (spec->list)
    g_string_append (out, " No or a list");
  if (spec->pair)
    g_string_append (out, " No or a pair");
  g_string_append_c (out, '\n');
  append_text (out, spec->help);
  g_string_append_c (out, '\n');
  if (spec->choices != NULL) {
    g_autofree char *all = g_strjoinv (", ", (char **)spec->choices);
    g_string_append_printf (out, "One of: %s.\n", all);
  }
  if (spec->minimum != 0 || spec->maximum != 0) {
    g_autofree char *low = limit_text (spec, spec->minimum), *high = limit_text (spec, spec->maximum);
    g_string_append_printf (out, "From %s to %s.\n", low, high);
    g_autofree char *floor = spec->floor > 0 ? limit_text (spec, spec->floor) : NULL;
    if (floor != NULL)
      g_string_append_printf (out, "If not 0, at least %s.\n", floor);
  }
  if (spec->default_text[0] != '\0')
    g_string_append_printf (out, "Default: %s.\n", spec->default_text);
  if (spec->kinds != 0)
    g_string_append_printf (out, "%s\n", live[spec->live]);
}

static char *
kinds_text (guint kinds)
{
  GString *out = g_string_new (NULL);
  if ((kinds & VBET_KIND_DEVICE) == VBET_KIND_DEVICE) {
    g_string_append (out, "every device");
    kinds &= ~(guint)VBET_KIND_DEVICE;
  }
  guint size = 0;
  const VbetKindSpec *rows = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++)
    if ((kinds & rows[i].kind) != 0)
      g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", rows[i].name);
  return g_string_free (out, FALSE);
}

/* What alloc() makes. */
static char *
kinds_block (void)
{
  GString *out = g_string_new (".Bl -tag -width firewall -compact\n");
  guint size = 0;
  const VbetKindSpec *rows = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++)
    if (*rows[i].help != '\0')
      g_string_append_printf (out, ".It Cm %s\n%s\n", rows[i].name, rows[i].help);
  g_string_append (out, ".El\n");
  return g_string_free (out, FALSE);
}

static char *
attributes_block (void)
{
  GString *out = g_string_new (NULL);
  guint size;
  const VbetAttributeSpec *specs = vbet_schema_specs (&size);
  guint kinds = 0;
  for (guint i = 0; i < size; i++) {
    if (specs[i].kinds != kinds) {
      g_autofree char *of = kinds_text (specs[i].kinds);
      g_string_append_printf (out, "%s.Ss Of %s\n.Bl -tag -width Ds\n", i > 0 ? ".El\n" : "", of);
      kinds = specs[i].kinds;
    }
    append_attribute (out, &specs[i]);
  }
  g_string_append (out, ".El\n");
  return g_string_free (out, FALSE);
}

static char *
calls_block (void)
{
  GString *out = g_string_new (".Bl -tag -width Ds\n");
  guint size;
  const VbetCallSpec *specs = vbet_calls_specs (&size);
  for (guint i = 0; i < size; i++) {
    g_string_append (out, ".It Xo\n.Li ");
    for (const char *at = specs[i].signature; *at != '\0'; at++)
      if (*at == '"')
        g_string_append (out, "\\(dq");
      else
        g_string_append_c (out, *at);
    g_string_append (out, "\n.Xc\n");
    append_text (out, specs[i].help);
    g_string_append_printf (out, "\n%s", specs[i].places == VBET_PLACE_STEP ? ".Em Step .\n" : "");
    if (specs[i].keyword_kind != 0)
      g_string_append_printf (out, "Keys are those of a %s.\n", vbet_kind_name (specs[i].keyword_kind));
    if (specs[i].n_keywords > 0)
      g_string_append (out, ".Bl -tag -width Ds -compact\n");
    for (guint k = 0; k < specs[i].n_keywords; k++)
      append_attribute (out, &specs[i].keywords[k]);
    if (specs[i].n_keywords > 0)
      g_string_append (out, ".El\n");
  }
  g_string_append (out, ".El\n");
  return g_string_free (out, FALSE);
}

static char *
meaning_block (void)
{
  GString *out = g_string_new (".Bl -tag -width E000 -compact\n");
  guint size;
  const VbetFindingSpec *specs = vbet_findings_specs (&size);
  for (guint i = 0; i < size; i++) {
    g_string_append_printf (out, ".It %s\n", specs[i].code);
    append_text (out, specs[i].meaning);
    g_string_append_c (out, '\n');
  }
  g_string_append (out, ".El\n");
  return g_string_free (out, FALSE);
}

/* From the table in tests/language/README.md, which test-findings holds against the parser. */
static char *
syntax_block (void)
{
  g_autofree char *path = vbet_test_source_path ("tests/language/README.md");
  g_autofree char *table = NULL;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &table, NULL, NULL));
  GString *out = g_string_new (".Bl -tag -width E000 -compact\n");
  g_auto (GStrv) rows = g_strsplit (table, "\n", -1);
  for (guint i = 0; rows[i] != NULL; i++) {
    if (!g_str_has_prefix (rows[i], "| E") && !g_str_has_prefix (rows[i], "| W"))
      continue;
    g_auto (GStrv) cells = g_strsplit (rows[i], "|", -1);
    g_string_append_printf (out, ".It %s\n", g_strstrip (cells[1]));
    g_autofree char *meaning = g_strdup (g_strstrip (cells[2]));
    meaning[0] = g_ascii_toupper (meaning[0]);
    append_text (out, meaning);
    g_string_append (out, ".\n");
  }
  g_string_append (out, ".El\n");
  return g_string_free (out, FALSE);
}

/* The page with the block of that name replaced; (transfer full). */
static char *
with_block (const char *page, const char *name, const char *block)
{
  g_autofree char *begin = g_strdup_printf (".\\\" BEGIN %s\n", name);
  g_autofree char *end = g_strdup_printf (".\\\" END %s\n", name);
  const char *from = strstr (page, begin), *to = strstr (page, end);
  CU_ASSERT_TRUE_FATAL (from != NULL && to != NULL);
  g_autofree char *head = g_strndup (page, (gsize)(from - page) + strlen (begin));
  return g_strconcat (head, block, to, NULL);
}

static void
test_page (void)
{
  g_autofree char *path = vbet_test_source_path (PAGE);
  g_autofree char *page = NULL;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &page, NULL, NULL));
  g_autofree char *calls = calls_block (), *attributes = attributes_block ();
  g_autofree char *syntax = syntax_block (), *meaning = meaning_block (), *kinds = kinds_block ();
  g_autofree char *zero = with_block (page, "kinds", kinds);
  g_autofree char *one = with_block (zero, "calls", calls);
  g_autofree char *two = with_block (one, "attributes", attributes);
  g_autofree char *three = with_block (two, "syntax", syntax);
  g_autofree char *all = with_block (three, "meaning", meaning);
  if (g_getenv ("VBET_TEST_UPDATE") != NULL) {
    CU_ASSERT_TRUE (g_file_set_contents (path, all, -1, NULL));
    return;
  }
  VBET_ASSERT_TEXT (page, all);
}

/* --- the tables themselves --- */

static guint
last_kind (void)
{
  guint size = 0, last = 0;
  const VbetKindSpec *rows = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++)
    last = MAX (last, (guint)rows[i].kind);
  return last;
}

static void
test_schema (void)
{
  guint size;
  const VbetAttributeSpec *specs = vbet_schema_specs (&size);
  guint seen = 0;
  CU_ASSERT_TRUE (size > 30);
  for (guint i = 0; i < size; i++) {
    const VbetAttributeSpec *spec = &specs[i];
    seen |= spec->kinds;
    gsize length = strlen (spec->help);
    CU_ASSERT_TRUE (length > 10 && g_ascii_isupper (spec->help[0]) && spec->help[length - 1] == '.');
    CU_ASSERT_TRUE (spec->minimum <= spec->maximum);
    CU_ASSERT_TRUE (spec->kinds != 0 && spec->unit != NULL);
    g_autoptr (VbetValue) value = vbet_schema_default (spec);
    CU_ASSERT_EQUAL (value != NULL, spec->default_text[0] != '\0');
    CU_ASSERT_TRUE (value == NULL || value->type == spec->type);
    for (guint k = 0; k < i; k++) /* one row for one key of one kind */
      CU_ASSERT_FALSE (strcmp (specs[k].key, spec->key) == 0 && (specs[k].kinds & spec->kinds) != 0);
    for (guint bit = 1; bit <= last_kind (); bit <<= 1)
      CU_ASSERT_PTR_EQUAL (vbet_schema_find ((VbetKind)bit, spec->key) == spec ? spec : NULL,
                           (spec->kinds & bit) != 0 ? spec : NULL);
  }
  CU_ASSERT_EQUAL (seen, (guint)(VBET_KIND_DEVICE | VBET_KIND_NIC | VBET_KIND_CABLE | VBET_KIND_NOTE));
  CU_ASSERT_PTR_NULL (vbet_schema_find (VBET_KIND_HOST, "stp"));
  VBET_ASSERT_TEXT (vbet_schema_suggest (VBET_KIND_HOST, "memroy"), "mem");
  VBET_ASSERT_TEXT (vbet_schema_suggest (VBET_KIND_CABLE, "bandwidth"), "rate");
  VBET_ASSERT_TEXT (vbet_schema_suggest (VBET_KIND_NIC, "IP"), "ip");
  CU_ASSERT_PTR_NULL (vbet_schema_suggest (VBET_KIND_HOST, "qqqq"));
}

/* Says what @kind lacks in the file that @relative names. */
static void
expect_in (const char *relative, const char *kind, const char *what)
{
  g_autofree char *path = vbet_test_source_path (relative);
  g_autofree char *text = NULL;
  gboolean holds = g_file_get_contents (path, &text, NULL, NULL) && strstr (text, what) != NULL;
  if (!holds)
    fprintf (stderr, "\n%s: “%s” is missing in %s\n", kind, what, relative);
  CU_ASSERT_TRUE (holds);
}

/* What is written by hand for each kind: its picture, its key, its place in a menu, its word. */
static void
expect_everywhere (const VbetKindSpec *row)
{
  g_autofree char *keyword = g_strdup_printf ("<keyword>%s</keyword>", row->name);
  if (*row->help != '\0')
    expect_in ("data/styles/vbet.lang", row->name, keyword);
  g_autofree char *picture = g_strdup_printf ("<file>%s.svg</file>", row->icon);
  g_autofree char *source = g_strdup_printf ("src/gui/icons/%s.svg", row->icon);
  if (*row->icon != '\0') {
    expect_in ("src/gui/icons/icons.gresource.xml", row->name, picture);
    expect_in ("src/gui/local.mk", row->name, source);
    expect_in (source, row->name, "<svg ");
  }
  if ((row->kind & VBET_KIND_PLACED) == 0)
    return;
  g_autofree char *key = g_strdup_printf ("<property name=\"accelerator\">%c</property>", row->key);
  g_autofree char *item
      = g_strdup_printf ("<attribute name=\"action\">win.place-here</attribute>\n            "
                         "<attribute name=\"target\">%s</attribute>",
                         row->name);
  expect_in ("src/gui/ui/shortcuts.ui", row->name, key);
  expect_in ("src/gui/ui/menus.ui", row->name, item);
}

static void
test_kinds (void)
{
  guint size = 0, all = 0;
  const VbetKindSpec *rows = vbet_kind_specs (&size);
  for (guint bit = 1; bit <= last_kind (); bit <<= 1) {
    VbetKind kind = 0;
    CU_ASSERT_TRUE (vbet_kind_from_name (vbet_kind_name ((VbetKind)bit), &kind));
    CU_ASSERT_EQUAL (kind, bit);
  }
  for (guint i = 0; i < size; i++) {
    const VbetKindSpec *row = &rows[i];
    CU_ASSERT_EQUAL (all & row->kind, 0); /* one row for a kind */
    all |= row->kind;
    CU_ASSERT_EQUAL (row->nics > 0, (row->kind & VBET_KIND_DEVICE) != 0);
    CU_ASSERT_TRUE (row->nics <= VBET_KIND_NICS_MAX);
    CU_ASSERT_EQUAL (row->relay != NULL, (row->kind & VBET_KIND_RELAY) != 0);
    CU_ASSERT_EQUAL (*row->tooltip != '\0', (row->kind & VBET_KIND_PLACED) != 0);
    CU_ASSERT_EQUAL (row->key != 0, (row->kind & VBET_KIND_PLACED) != 0);
    CU_ASSERT_PTR_EQUAL (vbet_kind_spec (row->kind), row);
    if (row->key != 0)
      CU_ASSERT_EQUAL (vbet_kind_from_key ((guchar)row->key), row->kind);
    CU_ASSERT_TRUE (row->key == 0 || strchr (TOOL_KEYS, row->key) == NULL);
    expect_everywhere (row);
  }
  CU_ASSERT_EQUAL (size, VBET_KIND_BITS);
  CU_ASSERT_EQUAL (all, (1u << VBET_KIND_BITS) - 1); /* what arrays by kind are long enough for */
  CU_ASSERT_EQUAL (all, (guint)(VBET_KIND_PLACED | VBET_KIND_NIC | VBET_KIND_CABLE));
  CU_ASSERT_PTR_NULL (vbet_kind_spec (VBET_KIND_RELAY));
  CU_ASSERT_EQUAL (vbet_kind_from_key ('q'), 0);
  CU_ASSERT_FALSE (vbet_kind_from_name ("Host", NULL));
}

static void
test_findings (void)
{
  guint size;
  const VbetFindingSpec *specs = vbet_findings_specs (&size);
  for (guint i = 1; i < size; i++)
    CU_ASSERT_TRUE (strcmp (specs[i - 1].code, specs[i].code) < 0);
}

static CU_TestInfo manual_tests[] = {
  { "vbet-language(5) is up to date", test_page },
  { "the table of attributes", test_schema },
  { "the names of kinds", test_kinds },
  { "the table of findings", test_findings },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "manual", NULL, NULL, NULL, NULL, manual_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
