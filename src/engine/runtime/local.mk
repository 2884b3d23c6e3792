# The engine's side effects: lab, guests, consoles, agents, images, disks, switch client.
noinst_LIBRARIES += libvbet-runtime.a
libvbet_runtime_a_SOURCES = \
	src/engine/runtime/agent.c \
	src/engine/runtime/agent.h \
	src/engine/runtime/console.c \
	src/engine/runtime/console.h \
	src/engine/runtime/disk.c \
	src/engine/runtime/disk.h \
	src/engine/runtime/frr.c \
	src/engine/runtime/frr.h \
	src/engine/runtime/guest-command.c \
	src/engine/runtime/guest-command.h \
	src/engine/runtime/guest-config.c \
	src/engine/runtime/guest-config.h \
	src/engine/runtime/guest-jobs.c \
	src/engine/runtime/guest-nic.c \
	src/engine/runtime/guest-private.h \
	src/engine/runtime/guest-services.c \
	src/engine/runtime/guest-services.h \
	src/engine/runtime/guest-stop.c \
	src/engine/runtime/guest.c \
	src/engine/runtime/guest.h \
	src/engine/runtime/image.c \
	src/engine/runtime/image.h \
	src/engine/runtime/lab-private.h \
	src/engine/runtime/lab-status.c \
	src/engine/runtime/lab-steps.c \
	src/engine/runtime/lab.c \
	src/engine/runtime/lab.h \
	src/engine/runtime/mconsole.c \
	src/engine/runtime/mconsole.h \
	src/engine/runtime/process.c \
	src/engine/runtime/process.h \
	src/engine/runtime/rundir.c \
	src/engine/runtime/rundir.h \
	src/engine/runtime/switch-client.h \
	src/engine/runtime/tar.c \
	src/engine/runtime/tar.h \
	src/engine/runtime/terminal-filter.c \
	src/engine/runtime/terminal-filter.h \
	src/engine/runtime/usage.c
