# Unit tests of base.
check_PROGRAMS += tests/unit/test-paths
TESTS += tests/unit/test-paths
tests_unit_test_paths_SOURCES = tests/unit/test-paths.c
tests_unit_test_paths_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_paths_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-sandbox
TESTS += tests/unit/test-sandbox
tests_unit_test_sandbox_SOURCES = tests/unit/test-sandbox.c
tests_unit_test_sandbox_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_sandbox_LDADD = libvbet-runtime.a libvbet-launch.a libvbet-base.a $(SECCOMP_LIBS) $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-xstate
TESTS += tests/unit/test-xstate
tests_unit_test_xstate_SOURCES = tests/unit/test-xstate.c
tests_unit_test_xstate_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_xstate_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS) -ldl

check_PROGRAMS += tests/unit/test-json-guard
TESTS += tests/unit/test-json-guard
tests_unit_test_json_guard_SOURCES = tests/unit/test-json-guard.c
tests_unit_test_json_guard_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_json_guard_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-frr-config
TESTS += tests/unit/test-frr-config
tests_unit_test_frr_config_SOURCES = tests/unit/test-frr-config.c
tests_unit_test_frr_config_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_frr_config_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-walls
TESTS += tests/unit/test-walls
tests_unit_test_walls_SOURCES = tests/unit/test-walls.c
tests_unit_test_walls_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_walls_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-clean
TESTS += tests/unit/test-clean
tests_unit_test_clean_SOURCES = tests/unit/test-clean.c
tests_unit_test_clean_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_clean_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-trust
TESTS += tests/unit/test-trust
tests_unit_test_trust_SOURCES = tests/unit/test-trust.c
tests_unit_test_trust_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_trust_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-fd-message
TESTS += tests/unit/test-fd-message
tests_unit_test_fd_message_SOURCES = tests/unit/test-fd-message.c
tests_unit_test_fd_message_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_fd_message_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)
