# Unit tests of language.
check_PROGRAMS += tests/unit/test-program
TESTS += tests/unit/test-program
tests_unit_test_program_SOURCES = \
	tests/unit/test-program.c tests/unit/invariants.c tests/unit/invariants.h tests/unit/tree.c tests/unit/tree.h
tests_unit_test_program_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_program_LDADD = libvbet-language.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-findings
TESTS += tests/unit/test-findings
EXTRA_DIST += tests/language
tests_unit_test_findings_SOURCES = tests/unit/test-findings.c tests/unit/invariants.c tests/unit/invariants.h
tests_unit_test_findings_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_findings_LDADD = libvbet-model.a libvbet-language.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-value
TESTS += tests/unit/test-value
tests_unit_test_value_SOURCES = tests/unit/test-value.c
tests_unit_test_value_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_value_LDADD = libvbet-language.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-edit
TESTS += tests/unit/test-edit
tests_unit_test_edit_SOURCES = tests/unit/test-edit.c
tests_unit_test_edit_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_edit_LDADD = libvbet-language.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-format
TESTS += tests/unit/test-format
tests_unit_test_format_SOURCES = tests/unit/test-format.c tests/unit/tree.c tests/unit/tree.h
tests_unit_test_format_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_format_LDADD = libvbet-language.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-gesture
TESTS += tests/unit/test-gesture
EXTRA_DIST += tests/gestures
tests_unit_test_gesture_SOURCES = tests/unit/test-gesture.c tests/unit/invariants.c tests/unit/invariants.h
tests_unit_test_gesture_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gesture_LDADD = libvbet-model.a libvbet-language.a libvbet-base.a $(TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS)
