# Unit tests of switch.
SWITCH_TESTS = \
	tests/unit/test-frame \
	tests/unit/test-bridge \
	tests/unit/test-fabric
check_PROGRAMS += $(SWITCH_TESTS)
TESTS += $(SWITCH_TESTS)
SWITCH_TEST_LIBS = libvbet-switch.a libvbet-base.a $(TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS)

tests_unit_test_frame_SOURCES = tests/unit/test-frame.c
tests_unit_test_frame_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_frame_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_bridge_SOURCES = tests/unit/test-bridge.c
tests_unit_test_bridge_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_bridge_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_fabric_SOURCES = tests/unit/test-fabric.c
tests_unit_test_fabric_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_fabric_LDADD = $(SWITCH_TEST_LIBS)
