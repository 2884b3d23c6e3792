# Tests with real guests; they need the guest image and are skipped without it only where that is said.
TESTS += tests/integration/test-labs.py tests/integration/test-live.py tests/integration/test-steps.py tests/integration/test-cables.py tests/integration/test-switches.py tests/integration/test-nics.py tests/integration/test-captures.py tests/integration/test-measure.py tests/integration/test-gateway.py tests/integration/test-remote.py tests/integration/test-scale.py
EXTRA_DIST += tests/integration/vbetlab.py tests/integration/test-labs.py tests/integration/test-live.py tests/integration/test-steps.py tests/integration/test-cables.py tests/integration/test-switches.py tests/integration/test-nics.py tests/integration/test-captures.py tests/integration/test-measure.py tests/integration/test-gateway.py tests/integration/test-remote.py tests/integration/test-scale.py

TESTS += tests/integration/test-rpc-hostile.py
EXTRA_DIST += tests/integration/test-rpc-hostile.py
TESTS += tests/integration/test-kernel-features.py
EXTRA_DIST += tests/integration/test-kernel-features.py
TESTS += tests/integration/test-kernel-recipe.sh
EXTRA_DIST += tests/integration/test-kernel-recipe.sh
TESTS += tests/integration/test-kernels.py
EXTRA_DIST += tests/integration/test-kernels.py
# Protocols between guests, one lab each.
PROTOCOL_LABS = \
	tests/labs/daemons.vbet \
	tests/labs/evpn.vbet \
	tests/labs/igp.vbet \
	tests/labs/ipsec.vbet \
	tests/labs/lacp.vbet \
	tests/labs/mpls-static.vbet \
	tests/labs/pim6.vbet \
	tests/labs/qinq.vbet \
	tests/labs/srv6.vbet \
	tests/labs/vrf.vbet
TESTS += tests/integration/test-protocols.py
EXTRA_DIST += tests/integration/test-protocols.py $(PROTOCOL_LABS)

# The image builds, reproducibly; needs Debian packages, no guest.
TESTS += tests/integration/test-image.sh
EXTRA_DIST += tests/integration/test-image.sh

# The agent itself, on this host.
check_PROGRAMS += tests/integration/test-agent
TESTS += tests/integration/test-agent
tests_integration_test_agent_SOURCES = tests/integration/test-agent.c
tests_integration_test_agent_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_integration_test_agent_LDADD = libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

TESTS += tests/integration/test-alarms.py
EXTRA_DIST += tests/integration/test-alarms.py

# A folder of the host in a guest.
TESTS += tests/integration/test-share.py
EXTRA_DIST += tests/integration/test-share.py

# Two users on one machine; needs root.
TESTS += tests/integration/test-users.py
EXTRA_DIST += tests/integration/test-users.py

TESTS += tests/integration/test-terminal.py
EXTRA_DIST += tests/integration/test-terminal.py

TESTS += tests/integration/test-names.py
EXTRA_DIST += tests/integration/test-names.py

TESTS += tests/integration/test-trust.py
EXTRA_DIST += tests/integration/test-trust.py

# What a running lab becomes by an edit.
TESTS += tests/integration/test-edits.py tests/integration/test-refresh.py tests/integration/test-random-edits.py
EXTRA_DIST += tests/integration/test-edits.py tests/integration/test-refresh.py tests/integration/test-random-edits.py

# The guests' Chord program, on this host.
TESTS += tests/integration/test-chord.py
EXTRA_DIST += tests/integration/test-chord.py

# Control groups: in a guest whose kernel has the controllers, since hosts that delegate none run this, too.
check_PROGRAMS += tests/integration/cgroup-probe
tests_integration_cgroup_probe_SOURCES = tests/integration/cgroup-probe.c
tests_integration_cgroup_probe_LDADD = libvbet-runtime.a libvbet-base.a $(GLIB_LIBS)
TESTS += tests/integration/test-cgroups.py
EXTRA_DIST += tests/integration/test-cgroups.py
# The guests' policy program, on this host.
TESTS += tests/integration/test-policy.py
EXTRA_DIST += tests/integration/test-policy.py
