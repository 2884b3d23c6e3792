/* test-gui-snap.c - where a thing that is dragged comes to rest. */
#include "config.h"

#include "gui/model/snap.h"
#include "unit/harness.h"

static const VbetPoint others[] = { { 100, 100 }, { 203, 100 }, { 400, 300 } };

static VbetPoint
snap (double x, double y, guint *ret_n, VbetGuide *guides)
{
  return vbet_snap ((VbetPoint){ x, y }, others, G_N_ELEMENTS (others), 6, guides, ret_n);
}

static void
test_grid (void)
{
  guint n = 9;
  VbetGuide guides[VBET_VIEW_MAX_GUIDES];
  VbetPoint at = snap (254, 516, &n, guides);
  CU_ASSERT_EQUAL (at.x, 250);
  CU_ASSERT_EQUAL (at.y, 520);
  CU_ASSERT_EQUAL (n, 0);
  at = vbet_snap ((VbetPoint){ -14, 6 }, NULL, 0, 6, NULL, NULL);
  CU_ASSERT_EQUAL (at.x, -10);
  CU_ASSERT_EQUAL (at.y, 10);
}

/* Others need not stand on the grid; a line goes through all that are on it. */
static void
test_lines (void)
{
  guint n = 0;
  VbetGuide guides[VBET_VIEW_MAX_GUIDES];
  VbetPoint at = snap (207, 516, &n, guides);
  CU_ASSERT_EQUAL (at.x, 203);
  CU_ASSERT_EQUAL (at.y, 520);
  CU_ASSERT_EQUAL_FATAL (n, 1);
  CU_ASSERT_EQUAL (guides[0].a.x, 203);
  CU_ASSERT_EQUAL (guides[0].b.x, 203);
  CU_ASSERT_TRUE (guides[0].a.y < 100 && guides[0].b.y > 520);
  /* along both axes */
  at = snap (397, 96, &n, guides);
  CU_ASSERT_EQUAL (at.x, 400);
  CU_ASSERT_EQUAL (at.y, 100);
  CU_ASSERT_EQUAL_FATAL (n, 2);
  CU_ASSERT_TRUE (guides[1].a.x < 100 && guides[1].b.x > 400);
  /* just out of reach */
  at = snap (210, 516, &n, guides);
  CU_ASSERT_EQUAL (at.x, 210);
  CU_ASSERT_EQUAL (n, 0);
}

/* In a row: as far from the next as that is from the one after it, or half-way. */
static void
test_spacing (void)
{
  VbetPoint at = snap (309, 103, NULL, NULL);
  CU_ASSERT_EQUAL (at.x, 306);
  CU_ASSERT_EQUAL (at.y, 100);
  at = snap (1, 98, NULL, NULL);
  CU_ASSERT_EQUAL (at.x, -3);
  at = snap (149, 98, NULL, NULL);
  CU_ASSERT_EQUAL (at.x, 151.5);
}

static CU_TestInfo tests[] = {
  { "on the grid", test_grid },
  { "in line with others", test_lines },
  { "equal spacing in a row", test_spacing },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "snap", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
