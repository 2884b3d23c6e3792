# Unit tests of the guest's side: agent protocol, configuration disk, image lookup.
check_PROGRAMS += tests/unit/test-agent-protocol
TESTS += tests/unit/test-agent-protocol
tests_unit_test_agent_protocol_SOURCES = tests/unit/test-agent-protocol.c
tests_unit_test_agent_protocol_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_agent_protocol_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-guest-config
TESTS += tests/unit/test-guest-config
tests_unit_test_guest_config_SOURCES = tests/unit/test-guest-config.c $(MODEL_TEST_SOURCES)
tests_unit_test_guest_config_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_guest_config_LDADD = libvbet-runtime.a $(MODEL_TEST_LIBS)

check_PROGRAMS += tests/unit/test-image
TESTS += tests/unit/test-image
tests_unit_test_image_SOURCES = tests/unit/test-image.c
tests_unit_test_image_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_image_LDADD = libvbet-runtime.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-builtin
TESTS += tests/unit/test-builtin
tests_unit_test_builtin_SOURCES = tests/unit/test-builtin.c rootfs/agent/builtin.c
tests_unit_test_builtin_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/rootfs
tests_unit_test_builtin_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_builtin_LDADD = $(TEST_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-chord
TESTS += tests/unit/test-chord
tests_unit_test_chord_SOURCES = tests/unit/test-chord.c $(CHORD_CORE_SOURCES)
tests_unit_test_chord_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/rootfs
tests_unit_test_chord_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_chord_LDADD = $(TEST_LIBS) $(GLIB_LIBS) -lm
CLEANFILES += tests/unit/chord-hops.svg

check_PROGRAMS += tests/unit/test-policy
TESTS += tests/unit/test-policy
tests_unit_test_policy_SOURCES = tests/unit/test-policy.c $(POLICY_CORE_SOURCES)
tests_unit_test_policy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/rootfs
tests_unit_test_policy_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_policy_LDADD = $(TEST_LIBS) $(GLIB_LIBS)
