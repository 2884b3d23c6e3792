/* test-gui-grid.c - how tiles are laid out. */
#include "config.h"

#include "gui/model/grid.h"
#include "unit/harness.h"

static void
test_columns (void)
{
  static const guint expected[] = { 1, 1, 2, 3, 2, 3, 3, 4, 4, 3, 4, 4, 4 };
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    CU_ASSERT_EQUAL (vbet_grid_columns (i), expected[i]);
}

static void
test_rows (void)
{
  for (guint tiles = 0; tiles <= 200; tiles++) {
    guint sum = 0, row = 0, size;
    while ((size = vbet_grid_row_size (tiles, row)) > 0) {
      CU_ASSERT_TRUE (size <= vbet_grid_columns (tiles));
      sum += size;
      row++;
    }
    CU_ASSERT_EQUAL (sum, tiles);
    CU_ASSERT_TRUE (tiles <= 3 || vbet_grid_columns (tiles) + 1 >= row);
  }
}

static CU_TestInfo grid_tests[] = {
  { "columns of few tiles", test_columns },
  { "rows hold all tiles", test_rows },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "grid", NULL, NULL, NULL, NULL, grid_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
