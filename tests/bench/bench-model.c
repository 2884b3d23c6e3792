/* bench-model.c - from the text of a lab of 1,000 devices to its topology and the plan to start it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engine/model/plan.h"

#define HOSTS 900
#define SWITCHES 100
#define ROUNDS 21

static char *
lab_text (void)
{
  GString *text = g_string_new ("# 900 hosts on 100 switches in a row\n");
  for (guint i = 0; i < SWITCHES; i++)
    g_string_append_printf (text, "s%u = alloc(switch, at=(%u, 100))\n", i, i * 80);
  for (guint i = 1; i < SWITCHES; i++)
    g_string_append_printf (text, "link(s%u, s%u)\n", i - 1, i);
  for (guint i = 0; i < HOSTS; i++)
    g_string_append_printf (text,
                            "h%u = attach(alloc(host, at=(%u, %u), mem=64M), alloc(NIC, ip=10.0.%u.%u/16))\n"
                            "link(s%u, h%u, delay=1ms)\n",
                            i, i % SWITCHES * 80, 200 + i / SWITCHES * 80, i / 250, i % 250 + 1, i % SWITCHES,
                            i);
  g_string_append (text, "step \"All is well\" {\n  ping(h0, h899)\n  unplug(cable1)\n}\n");
  return g_string_free (text, FALSE);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static void
print_median (const char *what, double *times, const char *budget)
{
  qsort (times, ROUNDS, sizeof *times, compare);
  printf ("%-45s %6.2f ms  (%s)\n", what, times[ROUNDS / 2], budget);
}

int
main (void)
{
  g_autofree char *text = lab_text ();
  gsize size = strlen (text);
  double parse[ROUNDS], elaborate[ROUNDS], both[ROUNDS], plan[ROUNDS];
  g_autoptr (VbetTopology) empty = vbet_topology_new_empty ("bench");
  for (guint i = 0; i < ROUNDS; i++) {
    gint64 began = g_get_monotonic_time ();
    g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
    gint64 parsed = g_get_monotonic_time ();
    g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text, size);
    g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "bench", findings);
    gint64 elaborated = g_get_monotonic_time ();
    g_autoptr (GPtrArray) calls = vbet_plan_new (empty, topology);
    gint64 planned = g_get_monotonic_time ();
    if (vbet_diagnostics_size (findings) > 0 || topology->devices->len != HOSTS + SWITCHES || calls->len == 0)
      return 1;
    parse[i] = (double)(parsed - began) / 1000;
    elaborate[i] = (double)(elaborated - parsed) / 1000;
    both[i] = (double)(elaborated - began) / 1000;
    plan[i] = (double)(planned - elaborated) / 1000;
  }
  printf ("a lab of %d devices, %" G_GSIZE_FORMAT " KiB of text, median of %d\n", HOSTS + SWITCHES,
          size / 1024, ROUNDS);
  print_median ("parse (a keystroke)", parse, "budget 10 ms");
  print_median ("elaborate", elaborate, "part of the 50 ms");
  print_median ("parse and elaborate", both, "budget 50 ms");
  print_median ("plan from nothing", plan, "no budget");
  return 0;
}
