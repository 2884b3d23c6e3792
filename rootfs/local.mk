# The guest side: image recipe, and the static program that is init, agent and vbet-nic in a guest.

# Guests have no shared libraries of ours and no sanitizer: own flags, not AM_CFLAGS.
pkglibexec_PROGRAMS += bin/vbet-agent
bin_vbet_agent_SOURCES = \
	rootfs/agent/agent.c \
	rootfs/agent/alarms.c \
	rootfs/agent/alarms.h \
	rootfs/agent/builtin.c \
	rootfs/agent/builtin.h \
	rootfs/agent/carrier.c \
	rootfs/agent/carrier.h \
	rootfs/agent/common.c \
	rootfs/agent/common.h \
	rootfs/agent/hello.c \
	rootfs/agent/init.c \
	rootfs/agent/jobs.c \
	rootfs/agent/jobs.h \
	rootfs/agent/line.c \
	rootfs/agent/line.h \
	rootfs/agent/main.c \
	rootfs/agent/modules.c \
	rootfs/agent/netlink.c \
	rootfs/agent/netlink.h \
	rootfs/agent/nics.c \
	rootfs/agent/nics.h \
	rootfs/agent/routing.c \
	rootfs/agent/speed.c \
	rootfs/agent/speed.h \
	rootfs/agent/steps.c \
	rootfs/agent/steps.h \
	rootfs/agent/unpack.c \
	src/base/agent-protocol.c \
	src/base/agent-protocol.h \
	src/base/frr-config.c \
	src/base/frr-config.h
bin_vbet_agent_CPPFLAGS = -I$(top_srcdir)/src -I$(top_srcdir)/rootfs
bin_vbet_agent_CFLAGS = $(AGENT_CFLAGS)
bin_vbet_agent_LDFLAGS = -static -s
bin_vbet_agent_LDADD =

# A node of a Chord ring, and its commands: static for the same reason. Its pure part is tested by tests/unit/test-chord.
CHORD_CORE_SOURCES = \
	rootfs/chord/core-private.h \
	rootfs/chord/core.c \
	rootfs/chord/core.h \
	rootfs/chord/id.c \
	rootfs/chord/id.h \
	rootfs/chord/keys.c \
	rootfs/chord/message.c \
	rootfs/chord/message.h \
	rootfs/chord/ops.c \
	rootfs/chord/sha1.c \
	rootfs/chord/sha1.h \
	rootfs/chord/store.c \
	rootfs/chord/store.h
pkglibexec_PROGRAMS += bin/chord
bin_chord_SOURCES = \
	$(CHORD_CORE_SOURCES) \
	rootfs/chord/control.c \
	rootfs/chord/control.h \
	rootfs/chord/daemon.c \
	rootfs/chord/daemon.h \
	rootfs/chord/main.c
bin_chord_CPPFLAGS = -I$(top_srcdir)/rootfs
bin_chord_CFLAGS = $(AGENT_CFLAGS)
bin_chord_LDFLAGS = -static -s
bin_chord_LDADD =

# The policy of a distributed firewall: its server, the agent of a firewall. Its pure part is tested by tests/unit/test-policy.
POLICY_CORE_SOURCES = \
	rootfs/policy/compile.c \
	rootfs/policy/compile.h \
	rootfs/policy/judge.c \
	rootfs/policy/judge.h \
	rootfs/policy/message.c \
	rootfs/policy/message.h \
	rootfs/policy/policy.c \
	rootfs/policy/policy.h \
	rootfs/policy/sha256.c \
	rootfs/policy/sha256.h \
	rootfs/policy/text.c \
	rootfs/policy/text.h
pkglibexec_PROGRAMS += bin/fwpolicy
bin_fwpolicy_SOURCES = \
	$(POLICY_CORE_SOURCES) \
	rootfs/policy/agent.c \
	rootfs/policy/agent.h \
	rootfs/policy/files.c \
	rootfs/policy/files.h \
	rootfs/policy/main.c \
	rootfs/policy/nft.c \
	rootfs/policy/nft.h \
	rootfs/policy/server.c \
	rootfs/policy/server.h
bin_fwpolicy_CPPFLAGS = -I$(top_srcdir)/rootfs
bin_fwpolicy_CFLAGS = $(AGENT_CFLAGS)
bin_fwpolicy_LDFLAGS = -static -s
bin_fwpolicy_LDADD =

nobase_dist_pkgdata_SCRIPTS = \
	rootfs/build-image \
	rootfs/files/usr/lib/vbet/mended \
	rootfs/files/usr/lib/vbet/service \
	rootfs/files/usr/lib/vbet/udhcpc
nobase_dist_pkgdata_DATA = \
	rootfs/modules \
	rootfs/packages \
	rootfs/prune \
	rootfs/files/etc/bash.bashrc \
	rootfs/files/etc/frr/frr.conf \
	rootfs/files/etc/frr/vtysh.conf \
	rootfs/files/etc/group \
	rootfs/files/etc/hostname \
	rootfs/files/etc/hosts \
	rootfs/files/etc/nsswitch.conf \
	rootfs/files/etc/pam.d/frr \
	rootfs/files/etc/pam.d/other \
	rootfs/files/etc/passwd \
	rootfs/files/etc/profile \
	rootfs/files/etc/resolv.conf \
	rootfs/files/etc/ssh/ssh_config \
	rootfs/files/etc/ssh/sshd_config \
	rootfs/files/usr/lib/vbet/established.nft
