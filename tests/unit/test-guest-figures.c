/* test-guest-figures.c - what a guest says of its resources: the true, the odd and the hostile. */
#include "config.h"

#include <string.h>

#include "engine/guest/figures.h"
#include "unit/harness.h"

static const char good[]
    = "MemTotal:          53448 kB\nMemFree:           34080 kB\nMemAvailable:      39004 kB\n"
      "@uptime\n12.36 0.00\n@load\n0.25 0.00 0.00 1/41 110\n"
      "@clock\n    time.tv_sec:  1795367379\n   time.tv_usec:  500000\n"
      "@net\nInter-|   Receive |  Transmit\n face |bytes    packets errs drop fifo\n"
      "    lo:       9       9    0    0    0     0          0         0        9       9    0    0    0     "
      "0       0          0\n"
      "  eth0:      76       1    2    3    0     0          0         0      180       2    4    5    0     "
      "0       0          0\n"
      "@disk\nFilesystem 1K-blocks Used Available Use% Mounted on\n/dev/root 520136 84756 435380  16% /\n";

static void
test_good (void)
{
  VbetGuestFigures figures;
  vbet_guest_figures_read (&figures, good, strlen (good));
  CU_ASSERT_EQUAL (figures.memory_total, 53448 * 1024);
  CU_ASSERT_EQUAL (figures.memory_free, 34080 * 1024);
  CU_ASSERT_EQUAL (figures.memory_available, 39004 * 1024);
  CU_ASSERT_DOUBLE_EQUAL (figures.uptime, 12.36, 1e-9);
  CU_ASSERT_DOUBLE_EQUAL (figures.load, 0.25, 1e-9);
  CU_ASSERT_DOUBLE_EQUAL (figures.clock, 1795367379.5, 1e-3);
  CU_ASSERT_EQUAL (figures.disk_size, (gint64)520136 * 1024);
  CU_ASSERT_EQUAL (figures.disk_available, (gint64)435380 * 1024);
  CU_ASSERT_EQUAL_FATAL (figures.n_nics, 1);
  CU_ASSERT_EQUAL (figures.nics[0].index, 1);
  CU_ASSERT_EQUAL (figures.nics[0].rx_packets, 1);
  CU_ASSERT_EQUAL (figures.nics[0].rx_dropped, 5);
  CU_ASSERT_EQUAL (figures.nics[0].tx_bytes, 180);
  CU_ASSERT_EQUAL (figures.nics[0].tx_dropped, 9);
}

static void
test_hostile (void)
{
  static const char *const texts[] = {
    "",
    "@",
    "@net\neth",
    "@net\neth:",
    "@net\neth0:",
    "@net\neth0: 1 2 3\n",
    "@net\neth99999999999999999999: 1\n",
    "@net\neth0: -1 1 1 1 1 1 1 1 1 1 1 1\n",
    "@net\neth0: 99999999999999999999 1 1 1 1 1 1 1 1 1 1 1\n",
    "MemTotal: 9999999999999999999 kB\nMemFree: x\nMemAvailable: -5 kB",
    "@uptime\nnan\n@load\n1e999\n@clock\n-3",
    "@clock\ntv_usec: 5\ntv_sec: x",
    "@disk\n/ 1 2",
    "@disk\n/dev/root 1 99999999999999999999 3 4",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    VbetGuestFigures figures;
    vbet_guest_figures_read (&figures, texts[i], strlen (texts[i]));
    CU_ASSERT_EQUAL (figures.n_nics, 0);
    CU_ASSERT_TRUE (figures.memory_total < 0 && figures.memory_free < 0 && figures.memory_available < 0);
    CU_ASSERT_TRUE (figures.uptime < 0 && figures.load < 0 && figures.clock < 0 && figures.disk_size < 0);
  }
}

static void
test_too_much (void)
{
  g_autoptr (GString) text = g_string_new ("@net\n");
  VbetGuestFigures figures;
  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "eth%u: 1 1 1 1 1 1 1 1 1 1 1 1\n", i % 4096);
  vbet_guest_figures_read (&figures, text->str, text->len);
  CU_ASSERT_EQUAL (figures.n_nics, VBET_FIGURES_NICS);
  memset (text->str, 0xff, text->len);
  vbet_guest_figures_read (&figures, text->str, text->len);
  CU_ASSERT_EQUAL (figures.n_nics, 0);
  vbet_guest_figures_read (&figures, "MemTotal: 1 kB\0MemFree: 1 kB", 28);
  CU_ASSERT_EQUAL (figures.memory_total, 1024);
}

static CU_TestInfo figure_tests[] = {
  { "what our guests say", test_good },
  { "what others may say", test_hostile },
  { "too much", test_too_much },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "figures", NULL, NULL, NULL, NULL, figure_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
