/* bench-guest.c - how long one guest takes to its agent and to its prompt, and what each layer of confinement costs.
 *
 * Prints lines "what: figure"; the first is the one that the budget is about.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "engine/guest/guest.h"
#include "engine/guest/image.h"
#include "unit/guest-fixture.h"

#define ROUNDS 5
#define CALLS 40000 /* system calls of the guest's program */
#define PROMPT "# "

typedef struct {
  double ready; /* ms from the start */
  double prompt;
  double call; /* µs a system call of a program inside */
  double cpu;  /* ms of processor time to the prompt */
} Figures;

typedef struct {
  VbetGuestFixture *place;
  char *kernel;
  char *image;
} Bench;

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *)data = vbet_guest_stop_finish (VBET_GUEST (source), result, NULL);
}

static void
on_executed (GObject *source, GAsyncResult *result, gpointer data)
{
  *(VbetExecResult **)data = vbet_guest_exec_finish (VBET_GUEST (source), result, NULL);
}

static gboolean
has_prompt (VbetGuest *guest)
{
  g_autoptr (GBytes) history = vbet_console_dup_history (vbet_guest_get_console (guest));
  gsize size = 0;
  const char *text = g_bytes_get_data (history, &size);
  return text != NULL && g_strstr_len (text, (gssize)size, PROMPT) != NULL;
}

static double
since (gint64 start)
{
  return (double)(g_get_monotonic_time () - start) / 1000.0;
}

static double
cpu_seconds (VbetGuest *guest)
{
  VbetGuestUsage usage = { 0 };
  (void)vbet_guest_get_usage (guest, &usage);
  return usage.cpu_seconds;
}

/* Microseconds of processor time a system call, which a busy host does not spoil: dd copies byte by byte, one read and
 * one write each. */
static double
measure_calls (VbetGuest *guest)
{
  g_autofree char *count = g_strdup_printf ("count=%d", CALLS / 2);
  const char *const argv[] = { "dd", "if=/dev/zero", "of=/dev/null", "bs=1", count, NULL };
  VbetExecResult *done = NULL;
  double start = cpu_seconds (guest);
  vbet_guest_exec_async (guest, argv, NULL, NULL, NULL, NULL, on_executed, &done);
  while (done == NULL)
    g_main_context_iteration (NULL, TRUE);
  vbet_exec_result_free (done);
  return (cpu_seconds (guest) - start) * 1e6 / CALLS;
}

static Figures
run_once (const Bench *bench, const char *const *options)
{
  static const char console_name[] = "console";
  g_autofree char *console = g_build_filename (bench->place->dir, console_name, NULL);
  g_autoptr (VbetGuest) guest
      = g_object_new (VBET_TYPE_GUEST, "name", "r1", "launcher", bench->place->launcher, "console-path",
                      console, "launcher-options", options, NULL);
  VbetGuestConfig *config = vbet_guest_config_new ();
  g_autoptr (GError) error = NULL;
  Figures figures = { 0 };
  gboolean stopped = FALSE;
  config->name = g_strdup ("r1");
  config->node_dir = g_strdup (bench->place->node_dir);
  config->disk_path = g_strdup (bench->place->disk);
  config->kernel = g_strdup (bench->kernel);
  config->image = g_strdup (bench->image);
  config->memory = 64 * 1024 * 1024;
  config->cpu = 0;
  gint64 start = g_get_monotonic_time ();
  if (!vbet_guest_start (guest, config, &error))
    g_error ("%s", error->message);
  while (vbet_guest_get_state (guest) == VBET_GUEST_BOOTING)
    g_main_context_iteration (NULL, TRUE);
  if (vbet_guest_get_state (guest) != VBET_GUEST_READY)
    g_error ("%s", vbet_guest_get_reason (guest));
  figures.ready = since (start);
  while (!has_prompt (guest))
    g_main_context_iteration (NULL, TRUE);
  figures.prompt = since (start);
  figures.cpu = cpu_seconds (guest) * 1000.0;
  figures.call = measure_calls (guest);
  vbet_guest_stop_async (guest, 5000, on_stopped, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  return figures;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* The middle of @values, which get sorted. */
static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static void
run_all (const Bench *bench, const char *label, const char *const *options)
{
  double ready[ROUNDS];
  double prompt[ROUNDS];
  double call[ROUNDS];
  double cpu[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    Figures figures = run_once (bench, options);
    ready[i] = figures.ready;
    prompt[i] = figures.prompt;
    call[i] = figures.call;
    cpu[i] = figures.cpu;
  }
  double middle = median (prompt);
  printf ("guest start to prompt, %s: %.0f ms (median of %d, %.0f to %.0f); to its agent %.0f ms; processor "
          "time %.0f "
          "ms; a system call inside %.1f µs\n",
          label, middle, ROUNDS, prompt[0], prompt[ROUNDS - 1], median (ready), median (cpu), median (call));
}

int
main (int argc, char **argv)
{
  static const char *const all[] = { NULL };
  static const char *const no_seccomp[] = { "--without=seccomp", NULL };
  static const char *const no_namespaces[] = { "--without=pidns", NULL };
  static const char *const no_landlock[] = { "--without=landlock", NULL };
  static const char *const nothing[] = { "--without=pidns", "--without=landlock", "--without=seccomp",
                                         "--without=root",  "--without=calls",    NULL };
  g_autoptr (GError) error = NULL;
  Bench bench = { .place = vbet_guest_fixture_new () };
  bench.kernel = vbet_kernel_find (NULL, &error);
  bench.image = bench.kernel != NULL ? vbet_image_find (NULL, &error) : NULL;
  if (bench.image == NULL) {
    printf ("guest start: not measured: %s\n", error->message);
  } else {
    run_all (&bench, "all layers", all);
    run_all (&bench, "without seccomp", no_seccomp);
    run_all (&bench, "without Landlock", no_landlock);
    run_all (&bench, "without namespaces", no_namespaces);
    run_all (&bench, "without any layer", nothing);
  }
  vbet_guest_fixture_free (bench.place);
  g_free (bench.kernel);
  g_free (bench.image);
  return 0;
}
