/* replay.c - runs a fuzz target without a fuzzer: over its corpus, and over mutations of it.
 *
 * Usage: replay-TARGET [RUNS [FILE…]]
 *
 * Every file of tests/fuzz/corpus/TARGET is fed once (or the FILEs instead), then RUNS (2,000)
 * pseudo-random mutations of them, the same in every run. With VBET_FUZZ_KEEP=FILE each input is
 * written there before it is tried, so that after a crash the file holds the input at fault.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "fuzz/fuzz.h"

#define RUNS 2000
#define INPUT_MAX 65536
#define SECONDS_MAX 300

static void
try_input (const GByteArray *input)
{
  const char *keep = g_getenv ("VBET_FUZZ_KEEP");
  if (keep != NULL)
    g_file_set_contents (keep, (const char *)input->data, (gssize)input->len, NULL);
  /* A copy of exactly its size, so that a sanitizer sees a read past the end. */
  g_autofree guint8 *copy = input->len > 0 ? g_memdup2 (input->data, input->len) : NULL;
  guint8 nothing = 0;
  LLVMFuzzerTestOneInput (copy != NULL ? copy : &nothing, input->len);
}

static void
load_file (GPtrArray *inputs, const char *path)
{
  char *contents;
  gsize size;
  g_autoptr (GError) error = NULL;
  if (!g_file_get_contents (path, &contents, &size, &error)) {
    fprintf (stderr, "%s\n", error->message);
    return;
  }
  g_ptr_array_add (inputs, g_byte_array_new_take ((guint8 *)contents, size));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
load_corpus (GPtrArray *inputs, const char *target)
{
  const char *root = g_getenv ("VBET_TOP_SRCDIR");
  g_autofree char *path
      = g_build_filename (root != NULL ? root : VBET_SRCDIR, "tests", "fuzz", "corpus", target, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  /* The order of a folder is not the same everywhere, that of a run shall be. */
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    load_file (inputs, names->pdata[i]);
}

static guint
below (GRand *rand, guint limit)
{
  return limit == 0 ? 0 : (guint)g_rand_int (rand) % limit;
}

static void
insert_bytes (GByteArray *bytes, guint at, const guint8 *data, guint size)
{
  if (size == 0 || bytes->len + size > INPUT_MAX)
    return;
  guint tail = bytes->len - at;
  g_byte_array_set_size (bytes, bytes->len + size);
  memmove (bytes->data + at + size, bytes->data + at, tail);
  memcpy (bytes->data + at, data, size);
}

static void
mutate (GRand *rand, GByteArray *bytes, const GPtrArray *inputs)
{
  guint at = below (rand, bytes->len + 1);
  guint length = below (rand, MIN (bytes->len - at, 64) + 1);
  switch (below (rand, 7)) {
  case 0: /* other bits */
    if (at < bytes->len)
      bytes->data[at] ^= (guint8)(1 << below (rand, 8));
    break;
  case 1: /* another byte */
    if (at < bytes->len)
      bytes->data[at] = (guint8)g_rand_int (rand);
    break;
  case 2: /* something lost */
    if (length > 0)
      g_byte_array_remove_range (bytes, at, length);
    break;
  case 3: { /* something twice */
    g_autofree guint8 *copy = g_memdup2 (bytes->data + at, length);
    insert_bytes (bytes, below (rand, bytes->len + 1), copy, length);
    break;
  }
  case 4: /* cut off */
    g_byte_array_set_size (bytes, at);
    break;
  case 5: { /* a number at its edge */
    static const guint8 edges[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };
    if (at < bytes->len)
      bytes->data[at] = edges[below (rand, G_N_ELEMENTS (edges))];
    break;
  }
  default: { /* a piece of another input */
    const GByteArray *other = inputs->pdata[below (rand, inputs->len)];
    guint from = below (rand, other->len + 1);
    insert_bytes (bytes, at, other->data + from, below (rand, MIN (other->len - from, 64) + 1));
    break;
  }
  }
}

int
main (int argc, char **argv)
{
  g_autofree char *program = g_path_get_basename (argv[0]);
  const char *target = g_str_has_prefix (program, "replay-") ? program + strlen ("replay-") : program;
  guint runs = argc > 1 ? (guint)g_ascii_strtoull (argv[1], NULL, 10) : RUNS;
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify)g_byte_array_unref);
  for (int i = 2; i < argc; i++)
    load_file (inputs, argv[i]);
  if (argc <= 2)
    load_corpus (inputs, target);
  if (inputs->len == 0) {
    fprintf (stderr, "%s: no inputs: tests/fuzz/corpus/%s is empty\n", program, target);
    return 1;
  }
  alarm (SECONDS_MAX);
  for (guint i = 0; i < inputs->len; i++)
    try_input (inputs->pdata[i]);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  for (guint i = 0; i < runs; i++) {
    const GByteArray *origin = inputs->pdata[below (rand, inputs->len)];
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    g_byte_array_append (bytes, origin->data, MIN (origin->len, INPUT_MAX));
    for (guint n = 1 + below (rand, 6); n > 0; n--)
      mutate (rand, bytes, inputs);
    try_input (bytes);
  }
  printf ("%s: %u inputs, %u mutations\n", target, inputs->len, runs);
  return 0;
}
