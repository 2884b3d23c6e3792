# The lab's switch process: pure cores, the fabric that joins them, sockets, control.
noinst_LIBRARIES += libvbet-switch.a
libvbet_switch_a_SOURCES = \
	src/switch/capture.c \
	src/switch/capture.h \
	src/switch/control.c \
	src/switch/control.h \
	src/switch/control-message.c \
	src/switch/control-message.h \
	src/switch/control-state.c \
	src/switch/control-state.h \
	src/switch/core/bpf.c \
	src/switch/core/bpf.h \
	src/switch/core/bridge.c \
	src/switch/core/bridge.h \
	src/switch/core/cable.c \
	src/switch/core/cable.h \
	src/switch/core/counters.h \
	src/switch/core/far-end.c \
	src/switch/core/far-end.h \
	src/switch/core/fair-queue.c \
	src/switch/core/fair-queue.h \
	src/switch/core/frame.c \
	src/switch/core/frame.h \
	src/switch/core/frame-queue.c \
	src/switch/core/frame-queue.h \
	src/switch/core/frame-store.c \
	src/switch/core/frame-store.h \
	src/switch/core/hub.c \
	src/switch/core/hub.h \
	src/switch/core/mac-table.c \
	src/switch/core/mac-table.h \
	src/switch/core/offload.c \
	src/switch/core/offload.h \
	src/switch/core/pcapng.c \
	src/switch/core/pcapng.h \
	src/switch/core/probe.c \
	src/switch/core/probe.h \
	src/switch/core/probe-private.h \
	src/switch/core/probe-result.c \
	src/switch/core/random.h \
	src/switch/core/relay-ports.c \
	src/switch/core/relay-ports.h \
	src/switch/core/storm.c \
	src/switch/core/storm.h \
	src/switch/core/stp.c \
	src/switch/core/stp.h \
	src/switch/core/stp-machines.c \
	src/switch/core/stp-private.h \
	src/switch/core/stp-bpdu.c \
	src/switch/core/stp-bpdu.h \
	src/switch/core/virtqueue.c \
	src/switch/core/virtqueue.h \
	src/switch/core/vxlan.c \
	src/switch/core/vxlan.h \
	src/switch/fabric.c \
	src/switch/fabric.h \
	src/switch/fabric-path.c \
	src/switch/fabric-private.h \
	src/switch/fabric-probe.c \
	src/switch/fabric-schedule.c \
	src/switch/fabric-state.c \
	src/switch/guest-memory.c \
	src/switch/guest-memory.h \
	src/switch/fabric-taps.c \
	src/switch/loop.c \
	src/switch/loop.h \
	src/switch/measure.c \
	src/switch/measure.h \
	src/switch/remote.c \
	src/switch/remote.h \
	src/switch/socket-port.c \
	src/switch/socket-port.h \
	src/switch/stock.c \
	src/switch/stock.h \
	src/switch/stock-protocol.c \
	src/switch/stock-protocol.h \
	src/switch/switch.c \
	src/switch/switch.h \
	src/switch/vhost-port.c \
	src/switch/vhost-port.h \
	src/switch/vhost-private.h \
	src/switch/vhost-rings.c

pkglibexec_PROGRAMS += bin/vbet-switch
bin_vbet_switch_SOURCES = src/switch/main.c
bin_vbet_switch_LDADD = libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm
