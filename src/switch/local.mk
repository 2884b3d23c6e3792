# The lab's switch process: pure cores, the fabric that joins them, sockets, control.
noinst_LIBRARIES += libvbet-switch.a
libvbet_switch_a_SOURCES = \
	src/switch/core/bridge.c \
	src/switch/core/bridge.h \
	src/switch/core/cable.c \
	src/switch/core/cable.h \
	src/switch/core/counters.h \
	src/switch/core/frame.c \
	src/switch/core/frame.h \
	src/switch/core/frame-queue.c \
	src/switch/core/frame-queue.h \
	src/switch/core/hub.c \
	src/switch/core/hub.h \
	src/switch/core/mac-table.c \
	src/switch/core/mac-table.h \
	src/switch/core/relay-ports.c \
	src/switch/core/relay-ports.h \
	src/switch/fabric.c \
	src/switch/fabric.h \
	src/switch/fabric-path.c \
	src/switch/fabric-private.h \
	src/switch/fabric-state.c
