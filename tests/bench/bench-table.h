/* bench-table.h - medians, ratios, and the lines of the table that "make bench" ends with. */
#pragma once

#include <glib.h>

/** bench_median: Returns: the median of @n values, which stay as they are. */
double bench_median (const double *values, guint n);
/** bench_ratio: Returns: the median of the @n quotients of what was measured in turns. */
double bench_ratio (const double *values, const double *others, guint n);
/** bench_table_ratio: prints a line, also to the file of the environment's VBET_BENCH_TABLE. @budget: at
 * least; 0: none
 */
void bench_table_ratio (const char *what, double ratio, double budget);
