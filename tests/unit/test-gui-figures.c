/* test-gui-live.c - figures of a running lab: counters into rates, and when the engine is asked. */
#include "config.h"

#include <string.h>

#include "base/paths.h"
#include "gui/figures.h"
#include "gui/model/predict.h"
#include "gui/model/rates.h"
#include "unit/fake-engine.h"
#include "unit/harness.h"

/* --- rates: pure ---------------------------------------------------------------- */

static GHashTable *
sample (VbetRates *rates, double time, guint64 frames, guint64 bytes)
{
  g_autoptr (GHashTable) counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  VbetCableCounters one = { { TRUE, FALSE }, { frames, 0 }, { bytes, 0 }, { 0, frames } };
  g_hash_table_insert (counters, g_strdup ("c1"), g_memdup2 (&one, sizeof one));
  return vbet_rates_sample (rates, time, counters);
}

static void
test_rates (void)
{
  g_autoptr (VbetRates) rates = vbet_rates_new ();
  g_autoptr (GHashTable) first = sample (rates, 100, 10, 1000);
  const VbetTraffic *traffic = g_hash_table_lookup (first, "c1");
  CU_ASSERT_EQUAL (traffic->frames[0], 0);
  CU_ASSERT_EQUAL (traffic->total_frames[0], 10);
  CU_ASSERT_TRUE (traffic->carrier[0]);
  CU_ASSERT_FALSE (traffic->carrier[1]);
  g_autoptr (GHashTable) second = sample (rates, 100.5, 15, 1500);
  traffic = g_hash_table_lookup (second, "c1");
  CU_ASSERT_DOUBLE_EQUAL (traffic->frames[0], 10, 1e-9);
  CU_ASSERT_DOUBLE_EQUAL (traffic->bits[0], 8000, 1e-9);
  CU_ASSERT_EQUAL (traffic->frames[1], 0);
  CU_ASSERT_EQUAL (traffic->dropped[1], 15);
}

static void
test_same_moment (void)
{
  g_autoptr (VbetRates) rates = vbet_rates_new ();
  g_autoptr (GHashTable) first = sample (rates, 1, 0, 0);
  g_autoptr (GHashTable) second = sample (rates, 2, 8, 80);
  g_autoptr (GHashTable) again = sample (rates, 2, 9, 90);
  CU_ASSERT_DOUBLE_EQUAL (((VbetTraffic *)g_hash_table_lookup (again, "c1"))->frames[0], 8, 1e-9);
  CU_ASSERT_EQUAL (((VbetTraffic *)g_hash_table_lookup (again, "c1"))->total_frames[0], 9);
  g_autoptr (GHashTable) third = sample (rates, 3, 10, 100);
  CU_ASSERT_DOUBLE_EQUAL (((VbetTraffic *)g_hash_table_lookup (third, "c1"))->frames[0], 2, 1e-9);
}

static void
test_counters_begin_anew (void)
{
  g_autoptr (VbetRates) rates = vbet_rates_new ();
  g_autoptr (GHashTable) first = sample (rates, 1, 100, 1000);
  g_autoptr (GHashTable) anew = sample (rates, 2, 3, 30);
  const VbetTraffic *traffic = g_hash_table_lookup (anew, "c1");
  CU_ASSERT_EQUAL (traffic->frames[0], 0);
  CU_ASSERT_EQUAL (traffic->bits[0], 0);
  CU_ASSERT_EQUAL (traffic->total_frames[0], 103);
  CU_ASSERT_EQUAL (traffic->dropped[1], 103);
  g_autoptr (GHashTable) next = sample (rates, 3, 5, 50);
  traffic = g_hash_table_lookup (next, "c1");
  CU_ASSERT_DOUBLE_EQUAL (traffic->frames[0], 2, 1e-9);
  CU_ASSERT_EQUAL (traffic->total_bytes[0], 1050);
}

static void
test_lost_cable (void)
{
  g_autoptr (VbetRates) rates = vbet_rates_new ();
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) first = sample (rates, 1, 100, 1000);
  g_autoptr (GHashTable) lost = vbet_rates_sample (rates, 2, none);
  CU_ASSERT_EQUAL (g_hash_table_size (lost), 0);
  /* One of that name that comes later is another. */
  g_autoptr (GHashTable) back = sample (rates, 3, 7, 70);
  CU_ASSERT_EQUAL (((VbetTraffic *)g_hash_table_lookup (back, "c1"))->total_frames[0], 7);
  CU_ASSERT_EQUAL (((VbetTraffic *)g_hash_table_lookup (back, "c1"))->frames[0], 0);
}

static void
test_share (void)
{
  CU_ASSERT_TRUE (vbet_rates_share (-1, 0, 5, 1) < 0);
  CU_ASSERT_TRUE (vbet_rates_share (5, 1, 5, 2) < 0);
  CU_ASSERT_TRUE (vbet_rates_share (5, 3, 6, 2) < 0);
  CU_ASSERT_DOUBLE_EQUAL (vbet_rates_share (5, 1, 7, 4), 1.5, 1e-9);
}

/* --- the lab and the machine ---------------------------------------------------------- */

static VbetPrediction
predict (const char *text)
{
  g_autoptr (VbetSession) session = vbet_session_new ();
  vbet_session_load (session, text, strlen (text), NULL);
  return vbet_predict (vbet_session_get_topology (session));
}

#define MIB (1024.0 * 1024.0)

static void
test_prediction (void)
{
  g_autoptr (GString) twenty = g_string_new ("s = alloc(switch)\n");
  for (int i = 0; i < 20; i++)
    g_string_append (twenty, "link(s, alloc(host))\n");
  VbetPrediction none = predict (""), one = predict ("alloc(host)"), many = predict (twenty->str);
  VbetPrediction router = predict ("alloc(router, routing=\"router ospf\")"),
                 plain = predict ("alloc(router)");
  CU_ASSERT_EQUAL (none.memory, 0);
  CU_ASSERT_EQUAL (many.guests, 20);
  CU_ASSERT_EQUAL (one.largest, 64 * 1024 * 1024);
  CU_ASSERT_EQUAL (router.largest, 128 * 1024 * 1024);
  /* What was measured, without engine and switch. */
  CU_ASSERT_DOUBLE_EQUAL ((double)one.memory / MIB, 20.8 + 9, 1);
  CU_ASSERT_DOUBLE_EQUAL ((double)many.memory / MIB, 20 * 13.6 + 9, 8);
  CU_ASSERT_DOUBLE_EQUAL ((double)router.memory / MIB, 40.5 + 9, 1);
  CU_ASSERT_TRUE (plain.memory < router.memory);
}

static void
test_fit (void)
{
  VbetPrediction one = { 1, (guint64)(20 * MIB), (guint64)(64 * MIB) };
  VbetPrediction crowd = { 100, (guint64)(1400 * MIB), (guint64)(64 * MIB) };
  VbetMachine unknown = { 0 };
  VbetMachine big = { (guint64)(8000 * MIB), (guint64)(4000 * MIB), 8 };
  VbetMachine small = { (guint64)(1000 * MIB), (guint64)(500 * MIB), 2 };
  VbetMachine tiny = { (guint64)(50 * MIB), (guint64)(500 * MIB), 2 };
  VbetMachine cramped = { (guint64)(1000 * MIB), (guint64)(60 * MIB), 2 };
  VbetMachine slow = { (guint64)(8000 * MIB), (guint64)(4000 * MIB), 2 };
  VbetMachine nearly = { (guint64)(1500 * MIB), (guint64)(500 * MIB), 8 };
  CU_ASSERT_EQUAL (vbet_predict_fit (&one, &unknown), VBET_FIT_GOOD);
  CU_ASSERT_EQUAL (vbet_predict_fit (&one, &small), VBET_FIT_GOOD);
  CU_ASSERT_EQUAL (vbet_predict_fit (&one, &tiny), VBET_FIT_TOO_BIG);
  CU_ASSERT_EQUAL (vbet_predict_fit (&one, &cramped), VBET_FIT_TOO_BIG);
  CU_ASSERT_EQUAL (vbet_predict_fit (&crowd, &big), VBET_FIT_GOOD);
  CU_ASSERT_EQUAL (vbet_predict_fit (&crowd, &small), VBET_FIT_TOO_BIG);
  CU_ASSERT_EQUAL (vbet_predict_fit (&crowd, &nearly), VBET_FIT_TIGHT);
  CU_ASSERT_EQUAL (vbet_predict_fit (&crowd, &slow), VBET_FIT_TIGHT);
}

static void
test_meminfo (void)
{
  static const char text[] = "MemTotal:       8000000 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\n";
  CU_ASSERT_EQUAL (vbet_predict_meminfo (text, strlen (text)), 2048 * 1024);
  CU_ASSERT_EQUAL (vbet_predict_meminfo ("MemTotal: 1 kB", 14), 0);
  CU_ASSERT_EQUAL (vbet_predict_meminfo ("", 0), 0);
}

/* --- asking the engine ------------------------------------------------------------- */

typedef struct {
  char *folder;
  VbetSession *session;
  VbetRunner *runner;
  VbetFigures *live;
  VbetFakeEngine *engine;
} Fixture;

static const char lab_text[] = "link(alloc(host), alloc(host))\n";

static void
setup (Fixture *self, const char *script)
{
  memset (self, 0, sizeof *self);
  self->folder = g_dir_make_tmp ("vl-XXXXXX", NULL);
  g_setenv ("VBET_RUNTIME_DIR", self->folder, TRUE);
  g_autofree char *socket = vbet_paths_lab_socket ("two");
  self->engine = vbet_fake_engine_new (socket, script);
  self->session = vbet_session_new ();
  vbet_session_load (self->session, lab_text, strlen (lab_text), "/labs/two.vbet");
  self->runner = vbet_runner_new (self->session);
  self->live = vbet_figures_new (self->session, self->runner);
  vbet_runner_find (self->runner);
}

static void
teardown (Fixture *self)
{
  g_object_unref (self->live);
  g_object_unref (self->runner);
  g_object_unref (self->session);
  vbet_fake_engine_free (self->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  vbet_paths_remove_tree (self->folder);
  g_free (self->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, teardown)

static const char good[]
    = "answer lab.info {\"path\":\"/labs/two.vbet\",\"id\":\"two\"}\n"
      "answer lab.text {\"text\":\"link(alloc(host), alloc(host))\\n\"}\n"
      "answer lab.counters {\"time\":12.5,\"restarts\":0,\"needs_restart\":[\"host2\"],"
      "\"cables\":[{\"name\":\"cable1\",\"carrier\":[true,false],\"ab\":[4,400,1],\"ba\":[5,500,0]}],"
      "\"usage\":{\"processes\":9,\"memory\":1000000,\"cpu\":0.5}}";

static void
test_asks (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self, good);
  while (vbet_session_get_traffic (self.session) == NULL)
    g_main_context_iteration (NULL, TRUE);
  const VbetTraffic *traffic = g_hash_table_lookup (vbet_session_get_traffic (self.session), "cable1");
  CU_ASSERT_PTR_NOT_NULL_FATAL (traffic);
  CU_ASSERT_EQUAL (traffic->total_frames[0], 4);
  CU_ASSERT_EQUAL (traffic->total_bytes[1], 500);
  CU_ASSERT_EQUAL (traffic->dropped[0], 1);
  CU_ASSERT_TRUE (traffic->carrier[0] && !traffic->carrier[1]);
  CU_ASSERT_TRUE (vbet_session_get_needs_restart (self.session, "host2"));
  CU_ASSERT_FALSE (vbet_session_get_needs_restart (self.session, "host1"));
  VbetLabUsage usage;
  CU_ASSERT_TRUE (vbet_figures_get_usage (self.live, &usage));
  CU_ASSERT_EQUAL (usage.memory, 1000000);
  CU_ASSERT_TRUE (usage.cpu < 0);
  /* Again and again … */
  while (strstr (strstr (vbet_fake_engine_log (self.engine), "lab.counters") + 1, "lab.counters") == NULL)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_PTR_NOT_NULL (strstr (vbet_fake_engine_log (self.engine), "lab.counters {\"usage\":false}"));
  /* … until the lab is left. */
  vbet_runner_leave (self.runner);
  CU_ASSERT_PTR_NULL (vbet_session_get_traffic (self.session));
  CU_ASSERT_FALSE (vbet_session_get_needs_restart (self.session, "host2"));
  CU_ASSERT_FALSE (vbet_figures_get_usage (self.live, &usage));
}

/* What an engine of another version may say. */
static void
test_odd_answers (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self, "answer lab.info {\"path\":\"/labs/two.vbet\",\"id\":\"two\"}\n"
                "answer lab.text {\"text\":\"link(alloc(host), alloc(host))\\n\"}\n"
                "answer lab.counters {\"time\":1,\"needs_restart\":7,\"usage\":[1],\"cables\":[{},7,"
                "{\"name\":\"cable1\",\"carrier\":\"yes\",\"ab\":[\"x\",2],\"ba\":{\"frames\":1}},"
                "{\"name\":\"cable2\",\"ab\":[-4,-1e300,1]}]}");
  while (vbet_session_get_traffic (self.session) == NULL)
    g_main_context_iteration (NULL, TRUE);
  CU_ASSERT_EQUAL (g_hash_table_size (vbet_session_get_traffic (self.session)), 2);
  VbetLabUsage usage;
  CU_ASSERT_FALSE (vbet_figures_get_usage (self.live, &usage));
}

static void
test_invisible (void)
{
  g_auto (Fixture) self = { 0 };
  setup (&self, good);
  vbet_figures_set_visible (self.live, FALSE);
  while (vbet_runner_get_phase (self.runner) != VBET_PHASE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_variant_unref (vbet_client_call_sync (vbet_runner_get_client (self.runner), "lab.ping", NULL, NULL));
  CU_ASSERT_PTR_NULL (strstr (vbet_fake_engine_log (self.engine), "lab.counters"));
  vbet_figures_set_visible (self.live, TRUE);
  while (strstr (vbet_fake_engine_log (self.engine), "lab.counters") == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static CU_TestInfo rate_tests[] = {
  { "rates are those since the sample before", test_rates },
  { "the same moment twice", test_same_moment },
  { "counters begin anew", test_counters_begin_anew },
  { "a cable that is gone", test_lost_cable },
  { "share of a processor", test_share },
  { "memory that a lab will need", test_prediction },
  { "the lab and the machine", test_fit },
  { "memory that is free", test_meminfo },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo live_tests[] = {
  { "the engine is asked while the lab runs", test_asks },
  { "odd answers", test_odd_answers },
  { "nothing is asked for nobody", test_invisible },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "rates", NULL, NULL, NULL, NULL, rate_tests },
  { "live", NULL, NULL, NULL, NULL, live_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
