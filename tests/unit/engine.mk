# Unit tests of the engine.
check_PROGRAMS += tests/unit/test-rundir
TESTS += tests/unit/test-rundir
tests_unit_test_rundir_SOURCES = tests/unit/test-rundir.c
tests_unit_test_rundir_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_rundir_LDADD = libvbet-runtime.a libvbet-client.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-cgroup
TESTS += tests/unit/test-cgroup
tests_unit_test_cgroup_SOURCES = tests/unit/test-cgroup.c
tests_unit_test_cgroup_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cgroup_LDADD = libvbet-runtime.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-guest-figures
TESTS += tests/unit/test-guest-figures
tests_unit_test_guest_figures_SOURCES = tests/unit/test-guest-figures.c
tests_unit_test_guest_figures_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_guest_figures_LDADD = libvbet-runtime.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-alarms
TESTS += tests/unit/test-alarms
tests_unit_test_alarms_SOURCES = tests/unit/test-alarms.c
tests_unit_test_alarms_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_alarms_LDADD = libvbet-runtime.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-rpc tests/unit/test-rpc-json
TESTS += tests/unit/test-rpc tests/unit/test-rpc-json
tests_unit_test_rpc_json_SOURCES = tests/unit/test-rpc-json.c
tests_unit_test_rpc_json_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_rpc_json_LDADD = libvbet-client.a libvbet-base.a $(TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS)
tests_unit_test_rpc_SOURCES = tests/unit/test-rpc.c
tests_unit_test_rpc_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_rpc_LDADD = libvbet-client.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)
