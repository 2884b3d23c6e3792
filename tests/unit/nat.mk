# Unit tests of vbet-nat.
check_PROGRAMS += tests/unit/test-nat
TESTS += tests/unit/test-nat
tests_unit_test_nat_SOURCES = tests/unit/test-nat.c
tests_unit_test_nat_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_nat_LDADD = libvbet-nat.a libvbet-base.a $(SECCOMP_LIBS) $(TEST_LIBS) $(GLIB_LIBS)
