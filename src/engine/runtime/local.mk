# The engine's side effects: lab, guests, consoles, agents, images, disks, switch client.
noinst_LIBRARIES += libvbet-runtime.a
libvbet_runtime_a_SOURCES = \
	src/engine/runtime/console.h \
	src/engine/runtime/guest.h \
	src/engine/runtime/switch-client.h
