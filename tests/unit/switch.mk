# Unit tests of switch.
SWITCH_TESTS = \
	tests/unit/test-frame \
	tests/unit/test-bridge \
	tests/unit/test-cable \
	tests/unit/test-stp \
	tests/unit/test-vlan \
	tests/unit/test-fabric \
	tests/unit/test-virtqueue \
	tests/unit/test-offload \
	tests/unit/test-vhost \
	tests/unit/test-vhost-faults \
	tests/unit/test-control \
	tests/unit/test-remote \
	tests/unit/test-capture \
	tests/unit/test-probe
check_PROGRAMS += $(SWITCH_TESTS)
TESTS += $(SWITCH_TESTS)
SWITCH_TEST_LIBS = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

tests_unit_test_frame_SOURCES = tests/unit/test-frame.c
tests_unit_test_frame_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_frame_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_bridge_SOURCES = tests/unit/test-bridge.c
tests_unit_test_bridge_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_bridge_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_cable_SOURCES = tests/unit/test-cable.c
tests_unit_test_cable_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cable_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_stp_SOURCES = tests/unit/test-stp.c
tests_unit_test_stp_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_stp_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_vlan_SOURCES = tests/unit/test-vlan.c
tests_unit_test_vlan_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_vlan_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_fabric_SOURCES = tests/unit/test-fabric.c
tests_unit_test_fabric_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_fabric_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_virtqueue_SOURCES = tests/unit/test-virtqueue.c
tests_unit_test_virtqueue_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_virtqueue_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_offload_SOURCES = tests/unit/test-offload.c
tests_unit_test_offload_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_offload_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_vhost_SOURCES = tests/unit/test-vhost.c tests/unit/fake-driver.c tests/unit/fake-driver.h
tests_unit_test_vhost_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_vhost_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_control_SOURCES = \
	tests/unit/test-control.c tests/unit/fake-driver.c tests/unit/fake-driver.h
tests_unit_test_control_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_control_LDADD = $(SWITCH_TEST_LIBS)
tests_unit_test_vhost_faults_SOURCES = \
	tests/unit/test-vhost-faults.c tests/unit/fake-driver.c tests/unit/fake-driver.h
tests_unit_test_vhost_faults_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_vhost_faults_LDADD = $(SWITCH_TEST_LIBS)

tests_unit_test_remote_SOURCES = tests/unit/test-remote.c
tests_unit_test_remote_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_remote_LDADD = libvbet-model.a libvbet-language.a $(SWITCH_TEST_LIBS)

tests_unit_test_capture_SOURCES = tests/unit/test-capture.c
tests_unit_test_capture_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_capture_LDADD = libvbet-capture.a $(SWITCH_TEST_LIBS) $(PCAP_LIBS)

tests_unit_test_probe_SOURCES = tests/unit/test-probe.c
tests_unit_test_probe_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_probe_LDADD = libvbet-client.a $(SWITCH_TEST_LIBS)

# Those of the process: they run bin/vbet-switch.
SWITCH_PROCESS_TESTS = \
	tests/unit/test-switch-client \
	tests/unit/test-switch-remote \
	tests/unit/test-switch-faults \
	tests/unit/test-switch-stock
check_PROGRAMS += $(SWITCH_PROCESS_TESTS)
TESTS += $(SWITCH_PROCESS_TESTS)
SWITCH_PROCESS_LIBS = libvbet-runtime.a libvbet-client.a libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm
SWITCH_FIXTURE = tests/unit/switch-fixture.c tests/unit/switch-fixture.h

tests_unit_test_switch_client_SOURCES = tests/unit/test-switch-client.c $(SWITCH_FIXTURE)
tests_unit_test_switch_client_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_switch_client_LDADD = $(SWITCH_PROCESS_LIBS)
EXTRA_tests_unit_test_switch_client_DEPENDENCIES = bin/vbet-switch

tests_unit_test_switch_remote_SOURCES = tests/unit/test-switch-remote.c $(SWITCH_FIXTURE)
tests_unit_test_switch_remote_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_switch_remote_LDADD = libvbet-runtime.a libvbet-model.a libvbet-language.a $(SWITCH_PROCESS_LIBS)
EXTRA_tests_unit_test_switch_remote_DEPENDENCIES = bin/vbet-switch

tests_unit_test_switch_faults_SOURCES = tests/unit/test-switch-faults.c $(SWITCH_FIXTURE)
tests_unit_test_switch_faults_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_switch_faults_LDADD = $(SWITCH_PROCESS_LIBS)
EXTRA_tests_unit_test_switch_faults_DEPENDENCIES = bin/vbet-switch

tests_unit_test_switch_stock_SOURCES = tests/unit/test-switch-stock.c $(SWITCH_FIXTURE)
tests_unit_test_switch_stock_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_switch_stock_LDADD = $(SWITCH_PROCESS_LIBS)
EXTRA_tests_unit_test_switch_stock_DEPENDENCIES = bin/vbet-switch

# NICs and cables of a lab, without guests.
check_PROGRAMS += tests/unit/test-lab-nics
TESTS += tests/unit/test-lab-nics
tests_unit_test_lab_nics_SOURCES = tests/unit/test-lab-nics.c $(MODEL_TEST_SOURCES)
tests_unit_test_lab_nics_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_lab_nics_LDADD = libvbet-runtime.a libvbet-model.a libvbet-language.a $(SWITCH_PROCESS_LIBS)
EXTRA_tests_unit_test_lab_nics_DEPENDENCIES = bin/vbet-switch
