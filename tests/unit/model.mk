# Unit tests of model.
MODEL_TEST_SOURCES = tests/unit/lab.c tests/unit/lab.h tests/unit/topology-state.c tests/unit/topology-state.h
MODEL_TEST_LIBS = libvbet-model.a libvbet-language.a libvbet-base.a $(TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-topology
TESTS += tests/unit/test-topology
tests_unit_test_topology_SOURCES = tests/unit/test-topology.c $(MODEL_TEST_SOURCES)
tests_unit_test_topology_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_topology_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-calls
TESTS += tests/unit/test-calls
tests_unit_test_calls_SOURCES = tests/unit/test-calls.c $(MODEL_TEST_SOURCES)
tests_unit_test_calls_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_calls_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-plan
TESTS += tests/unit/test-plan
tests_unit_test_plan_SOURCES = tests/unit/test-plan.c $(MODEL_TEST_SOURCES)
tests_unit_test_plan_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_plan_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-plan-model
TESTS += tests/unit/test-plan-model
tests_unit_test_plan_model_SOURCES = tests/unit/test-plan-model.c tests/unit/random-lab.c tests/unit/random-lab.h $(MODEL_TEST_SOURCES)
tests_unit_test_plan_model_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_plan_model_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-manual
TESTS += tests/unit/test-manual
tests_unit_test_manual_SOURCES = tests/unit/test-manual.c
tests_unit_test_manual_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_manual_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-impairment
TESTS += tests/unit/test-impairment
tests_unit_test_impairment_SOURCES = tests/unit/test-impairment.c $(MODEL_TEST_SOURCES)
tests_unit_test_impairment_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_impairment_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-generate
TESTS += tests/unit/test-generate
tests_unit_test_generate_SOURCES = tests/unit/test-generate.c $(MODEL_TEST_SOURCES)
tests_unit_test_generate_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_generate_LDADD = $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-reach
TESTS += tests/unit/test-reach
tests_unit_test_reach_SOURCES = tests/unit/test-reach.c $(MODEL_TEST_SOURCES)
tests_unit_test_reach_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_reach_LDADD = $(MODEL_TEST_LIBS)
