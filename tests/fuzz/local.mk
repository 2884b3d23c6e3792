# Fuzz targets. fuzz-X.c defines LLVMFuzzerTestOneInput() and tests/fuzz/corpus/X holds inputs, one
# a file. "make check" runs replay-X (no fuzzer needed) over the corpus and over mutations of it;
# with CC=clang and --enable-fuzzer there is tests/fuzz/fuzz-X too:
#
#   tests/fuzz/fuzz-program -max_total_time=300 /tmp/new $(srcdir)/tests/fuzz/corpus/program
#
# A new target: copy the lines of "value".
EXTRA_DIST += tests/fuzz/fuzz.h tests/fuzz/corpus

FUZZ_LANGUAGE = libvbet-model.a libvbet-language.a libvbet-base.a $(JSON_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-program
TESTS += tests/fuzz/replay-program
tests_fuzz_replay_program_SOURCES = \
	tests/fuzz/fuzz-program.c tests/fuzz/replay.c tests/unit/invariants.c tests/unit/invariants.h \
	tests/unit/topology-state.c tests/unit/topology-state.h
tests_fuzz_replay_program_LDADD = $(FUZZ_LANGUAGE)

check_PROGRAMS += tests/fuzz/replay-calls
TESTS += tests/fuzz/replay-calls
tests_fuzz_replay_calls_SOURCES = \
	tests/fuzz/fuzz-calls.c tests/fuzz/replay.c tests/unit/topology-state.c tests/unit/topology-state.h
tests_fuzz_replay_calls_LDADD = $(FUZZ_LANGUAGE)

check_PROGRAMS += tests/fuzz/replay-value
TESTS += tests/fuzz/replay-value
tests_fuzz_replay_value_SOURCES = tests/fuzz/fuzz-value.c tests/fuzz/replay.c
tests_fuzz_replay_value_LDADD = $(FUZZ_LANGUAGE)

check_PROGRAMS += tests/fuzz/replay-format
TESTS += tests/fuzz/replay-format
tests_fuzz_replay_format_SOURCES = tests/fuzz/fuzz-format.c tests/fuzz/replay.c tests/unit/tree.c tests/unit/tree.h
tests_fuzz_replay_format_LDADD = $(FUZZ_LANGUAGE)

check_PROGRAMS += tests/fuzz/replay-packets
TESTS += tests/fuzz/replay-packets
tests_fuzz_replay_packets_SOURCES = tests/fuzz/fuzz-packets.c tests/fuzz/replay.c
tests_fuzz_replay_packets_LDADD = libvbet-capture.a libvbet-base.a $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-agent
TESTS += tests/fuzz/replay-agent
tests_fuzz_replay_agent_SOURCES = tests/fuzz/fuzz-agent.c tests/fuzz/replay.c
tests_fuzz_replay_agent_LDADD = libvbet-base.a $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-switch-control
TESTS += tests/fuzz/replay-switch-control
tests_fuzz_replay_switch_control_SOURCES = tests/fuzz/fuzz-switch-control.c tests/fuzz/replay.c
tests_fuzz_replay_switch_control_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-stock
TESTS += tests/fuzz/replay-switch-stock
tests_fuzz_replay_switch_stock_SOURCES = tests/fuzz/fuzz-switch-stock.c tests/fuzz/replay.c
tests_fuzz_replay_switch_stock_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-frames
TESTS += tests/fuzz/replay-switch-frames
tests_fuzz_replay_switch_frames_SOURCES = tests/fuzz/fuzz-switch-frames.c tests/fuzz/replay.c
tests_fuzz_replay_switch_frames_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-remote
TESTS += tests/fuzz/replay-switch-remote
tests_fuzz_replay_switch_remote_SOURCES = tests/fuzz/fuzz-switch-remote.c tests/fuzz/replay.c
tests_fuzz_replay_switch_remote_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-virtqueue
TESTS += tests/fuzz/replay-switch-virtqueue
tests_fuzz_replay_switch_virtqueue_SOURCES = tests/fuzz/fuzz-switch-virtqueue.c tests/fuzz/replay.c
tests_fuzz_replay_switch_virtqueue_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-bridge
TESTS += tests/fuzz/replay-switch-bridge
tests_fuzz_replay_switch_bridge_SOURCES = tests/fuzz/fuzz-switch-bridge.c tests/fuzz/replay.c
tests_fuzz_replay_switch_bridge_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-offload
TESTS += tests/fuzz/replay-switch-offload
tests_fuzz_replay_switch_offload_SOURCES = tests/fuzz/fuzz-switch-offload.c tests/fuzz/replay.c
tests_fuzz_replay_switch_offload_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-bpf
TESTS += tests/fuzz/replay-switch-bpf
tests_fuzz_replay_switch_bpf_SOURCES = tests/fuzz/fuzz-switch-bpf.c tests/fuzz/replay.c
tests_fuzz_replay_switch_bpf_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

FUZZ_VHOST = tests/fuzz/fuzz-switch-vhost.c tests/unit/fake-driver.c tests/unit/fake-driver.h
check_PROGRAMS += tests/fuzz/replay-switch-vhost
TESTS += tests/fuzz/replay-switch-vhost
tests_fuzz_replay_switch_vhost_SOURCES = $(FUZZ_VHOST) tests/fuzz/replay.c
tests_fuzz_replay_switch_vhost_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/fuzz/replay-switch-state
TESTS += tests/fuzz/replay-switch-state
tests_fuzz_replay_switch_state_SOURCES = tests/fuzz/fuzz-switch-state.c tests/fuzz/replay.c
tests_fuzz_replay_switch_state_LDADD = libvbet-runtime.a libvbet-base.a $(JSON_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-nat
TESTS += tests/fuzz/replay-nat
tests_fuzz_replay_nat_SOURCES = tests/fuzz/fuzz-nat.c tests/fuzz/replay.c
tests_fuzz_replay_nat_LDADD = libvbet-nat.a libvbet-base.a $(SECCOMP_LIBS) $(GLIB_LIBS)

FUZZ_GUEST = libvbet-runtime.a libvbet-base.a $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-guest-agent
TESTS += tests/fuzz/replay-guest-agent
tests_fuzz_replay_guest_agent_SOURCES = tests/fuzz/fuzz-guest-agent.c tests/fuzz/replay.c
tests_fuzz_replay_guest_agent_LDADD = $(FUZZ_GUEST)

check_PROGRAMS += tests/fuzz/replay-mconsole
TESTS += tests/fuzz/replay-mconsole
tests_fuzz_replay_mconsole_SOURCES = tests/fuzz/fuzz-mconsole.c tests/fuzz/replay.c
tests_fuzz_replay_mconsole_LDADD = $(FUZZ_GUEST)

check_PROGRAMS += tests/fuzz/replay-terminal
TESTS += tests/fuzz/replay-terminal
tests_fuzz_replay_terminal_SOURCES = tests/fuzz/fuzz-terminal.c tests/fuzz/replay.c
tests_fuzz_replay_terminal_LDADD = $(FUZZ_GUEST)

check_PROGRAMS += tests/fuzz/replay-cow
TESTS += tests/fuzz/replay-cow
tests_fuzz_replay_cow_SOURCES = tests/fuzz/fuzz-cow.c tests/fuzz/replay.c
tests_fuzz_replay_cow_LDADD = $(FUZZ_GUEST)

check_PROGRAMS += tests/fuzz/replay-gesture
TESTS += tests/fuzz/replay-gesture
tests_fuzz_replay_gesture_SOURCES = \
	tests/fuzz/fuzz-gesture.c tests/fuzz/replay.c tests/unit/invariants.c tests/unit/invariants.h
tests_fuzz_replay_gesture_LDADD = $(FUZZ_LANGUAGE)

check_PROGRAMS += tests/fuzz/replay-rpc-frame
TESTS += tests/fuzz/replay-rpc-frame
tests_fuzz_replay_rpc_frame_SOURCES = tests/fuzz/fuzz-rpc-frame.c tests/fuzz/replay.c
tests_fuzz_replay_rpc_frame_LDADD = libvbet-client.a libvbet-base.a $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-rpc
TESTS += tests/fuzz/replay-rpc
tests_fuzz_replay_rpc_SOURCES = tests/fuzz/fuzz-rpc.c tests/fuzz/replay.c
tests_fuzz_replay_rpc_LDADD = $(ENGINE_LIBS)

check_PROGRAMS += tests/fuzz/replay-chord
TESTS += tests/fuzz/replay-chord
tests_fuzz_replay_chord_SOURCES = tests/fuzz/fuzz-chord.c tests/fuzz/replay.c $(CHORD_CORE_SOURCES)
tests_fuzz_replay_chord_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/rootfs
tests_fuzz_replay_chord_LDADD = $(GLIB_LIBS)

check_PROGRAMS += tests/fuzz/replay-policy
TESTS += tests/fuzz/replay-policy
tests_fuzz_replay_policy_SOURCES = tests/fuzz/fuzz-policy.c tests/fuzz/replay.c $(POLICY_CORE_SOURCES)
tests_fuzz_replay_policy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/rootfs
tests_fuzz_replay_policy_LDADD = $(GLIB_LIBS)

if FUZZER
noinst_PROGRAMS += tests/fuzz/fuzz-chord
tests_fuzz_fuzz_chord_SOURCES = tests/fuzz/fuzz-chord.c $(CHORD_CORE_SOURCES)
tests_fuzz_fuzz_chord_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/rootfs
tests_fuzz_fuzz_chord_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_chord_LDADD = $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-policy
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz-policy.c $(POLICY_CORE_SOURCES)
tests_fuzz_fuzz_policy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/rootfs
tests_fuzz_fuzz_policy_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_policy_LDADD = $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-rpc
tests_fuzz_fuzz_rpc_SOURCES = tests/fuzz/fuzz-rpc.c
tests_fuzz_fuzz_rpc_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_rpc_LDADD = $(ENGINE_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-rpc-frame
tests_fuzz_fuzz_rpc_frame_SOURCES = tests/fuzz/fuzz-rpc-frame.c
tests_fuzz_fuzz_rpc_frame_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_rpc_frame_LDADD = libvbet-client.a libvbet-base.a $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-guest-agent
tests_fuzz_fuzz_guest_agent_SOURCES = tests/fuzz/fuzz-guest-agent.c
tests_fuzz_fuzz_guest_agent_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_guest_agent_LDADD = $(FUZZ_GUEST)

noinst_PROGRAMS += tests/fuzz/fuzz-mconsole
tests_fuzz_fuzz_mconsole_SOURCES = tests/fuzz/fuzz-mconsole.c
tests_fuzz_fuzz_mconsole_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_mconsole_LDADD = $(FUZZ_GUEST)

noinst_PROGRAMS += tests/fuzz/fuzz-terminal
tests_fuzz_fuzz_terminal_SOURCES = tests/fuzz/fuzz-terminal.c
tests_fuzz_fuzz_terminal_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_terminal_LDADD = $(FUZZ_GUEST)

noinst_PROGRAMS += tests/fuzz/fuzz-cow
tests_fuzz_fuzz_cow_SOURCES = tests/fuzz/fuzz-cow.c
tests_fuzz_fuzz_cow_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_cow_LDADD = $(FUZZ_GUEST)

noinst_PROGRAMS += tests/fuzz/fuzz-agent
tests_fuzz_fuzz_agent_SOURCES = tests/fuzz/fuzz-agent.c
tests_fuzz_fuzz_agent_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_agent_LDADD = libvbet-base.a $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-program
tests_fuzz_fuzz_program_SOURCES = tests/fuzz/fuzz-program.c tests/unit/invariants.c tests/unit/topology-state.c
tests_fuzz_fuzz_program_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_program_LDADD = $(FUZZ_LANGUAGE)

noinst_PROGRAMS += tests/fuzz/fuzz-calls
tests_fuzz_fuzz_calls_SOURCES = tests/fuzz/fuzz-calls.c tests/unit/topology-state.c
tests_fuzz_fuzz_calls_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_calls_LDADD = $(FUZZ_LANGUAGE)

noinst_PROGRAMS += tests/fuzz/fuzz-nat
tests_fuzz_fuzz_nat_SOURCES = tests/fuzz/fuzz-nat.c
tests_fuzz_fuzz_nat_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_nat_LDADD = libvbet-nat.a libvbet-base.a $(SECCOMP_LIBS) $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-value
tests_fuzz_fuzz_value_SOURCES = tests/fuzz/fuzz-value.c
tests_fuzz_fuzz_value_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_value_LDADD = $(FUZZ_LANGUAGE)

noinst_PROGRAMS += tests/fuzz/fuzz-format
tests_fuzz_fuzz_format_SOURCES = tests/fuzz/fuzz-format.c tests/unit/tree.c
tests_fuzz_fuzz_format_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_format_LDADD = $(FUZZ_LANGUAGE)

noinst_PROGRAMS += tests/fuzz/fuzz-switch-control
tests_fuzz_fuzz_switch_control_SOURCES = tests/fuzz/fuzz-switch-control.c
tests_fuzz_fuzz_switch_control_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_control_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-stock
tests_fuzz_fuzz_switch_stock_SOURCES = tests/fuzz/fuzz-switch-stock.c
tests_fuzz_fuzz_switch_stock_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_stock_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-frames
tests_fuzz_fuzz_switch_frames_SOURCES = tests/fuzz/fuzz-switch-frames.c
tests_fuzz_fuzz_switch_frames_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_frames_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-remote
tests_fuzz_fuzz_switch_remote_SOURCES = tests/fuzz/fuzz-switch-remote.c
tests_fuzz_fuzz_switch_remote_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_remote_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-virtqueue
tests_fuzz_fuzz_switch_virtqueue_SOURCES = tests/fuzz/fuzz-switch-virtqueue.c
tests_fuzz_fuzz_switch_virtqueue_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_virtqueue_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-bridge
tests_fuzz_fuzz_switch_bridge_SOURCES = tests/fuzz/fuzz-switch-bridge.c
tests_fuzz_fuzz_switch_bridge_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_bridge_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-offload
tests_fuzz_fuzz_switch_offload_SOURCES = tests/fuzz/fuzz-switch-offload.c
tests_fuzz_fuzz_switch_offload_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_offload_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-bpf
tests_fuzz_fuzz_switch_bpf_SOURCES = tests/fuzz/fuzz-switch-bpf.c
tests_fuzz_fuzz_switch_bpf_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_bpf_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-vhost
tests_fuzz_fuzz_switch_vhost_SOURCES = $(FUZZ_VHOST)
tests_fuzz_fuzz_switch_vhost_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_vhost_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm

noinst_PROGRAMS += tests/fuzz/fuzz-switch-state
tests_fuzz_fuzz_switch_state_SOURCES = tests/fuzz/fuzz-switch-state.c
tests_fuzz_fuzz_switch_state_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_switch_state_LDADD = libvbet-runtime.a libvbet-base.a $(JSON_LIBS) $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-packets
tests_fuzz_fuzz_packets_SOURCES = tests/fuzz/fuzz-packets.c
tests_fuzz_fuzz_packets_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_packets_LDADD = libvbet-capture.a libvbet-base.a $(GLIB_LIBS)

noinst_PROGRAMS += tests/fuzz/fuzz-gesture
tests_fuzz_fuzz_gesture_SOURCES = tests/fuzz/fuzz-gesture.c tests/unit/invariants.c
tests_fuzz_fuzz_gesture_LDFLAGS = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
tests_fuzz_fuzz_gesture_LDADD = $(FUZZ_LANGUAGE)
endif
