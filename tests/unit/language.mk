# Unit tests of language.
check_PROGRAMS += tests/unit/test-program
TESTS += tests/unit/test-program
tests_unit_test_program_SOURCES = tests/unit/test-program.c tests/unit/tree.c tests/unit/tree.h
tests_unit_test_program_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_program_LDADD = libvbet-language.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)
