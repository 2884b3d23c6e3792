# Unit tests of base.
check_PROGRAMS += tests/unit/test-paths
TESTS += tests/unit/test-paths
tests_unit_test_paths_SOURCES = tests/unit/test-paths.c
tests_unit_test_paths_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_paths_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)
