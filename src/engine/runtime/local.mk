# The engine's side effects: lab, guests, consoles, agents, images, disks, switch client.
noinst_LIBRARIES += libvbet-runtime.a
libvbet_runtime_a_SOURCES = \
	src/engine/runtime/console.h \
	src/engine/runtime/guest.h \
	src/engine/runtime/lab-private.h \
	src/engine/runtime/lab-status.c \
	src/engine/runtime/lab-steps.c \
	src/engine/runtime/lab.c \
	src/engine/runtime/lab.h \
	src/engine/runtime/rundir.c \
	src/engine/runtime/rundir.h \
	src/engine/runtime/switch-client.h
