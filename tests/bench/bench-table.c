/* bench-table.c - see bench-table.h. */
#include "config.h"

#include "bench/bench-table.h"

#include <stdio.h>
#include <stdlib.h>

static int
compare (const void *a, const void *b)
{
  double one = *(const double *)a;
  double other = *(const double *)b;
  return one < other ? -1 : one > other;
}

double
bench_median (const double *values, guint n)
{
  g_autofree double *sorted = g_memdup2 (values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, compare);
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double
bench_ratio (const double *values, const double *others, guint n)
{
  g_autofree double *quotients = g_new (double, n);
  for (guint i = 0; i < n; i++)
    quotients[i] = others[i] > 0 ? values[i] / others[i] : 0;
  return bench_median (quotients, n);
}

void
bench_table_ratio (const char *what, double ratio, double budget)
{
  g_autofree char *line = budget > 0 ? g_strdup_printf ("| %.2f x | %s | ≥ %g x | %s |\n", ratio, what,
                                                        budget, ratio >= budget ? "yes" : "**no**")
                                     : g_strdup_printf ("| %.2f x | %s | – | |\n", ratio, what);
  const char *path = g_getenv ("VBET_BENCH_TABLE");
  FILE *table = path != NULL ? fopen (path, "a") : NULL;
  fputs (line, stdout);
  if (table != NULL) {
    fputs (line, table);
    fclose (table);
  }
}
