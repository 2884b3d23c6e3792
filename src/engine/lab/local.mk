# The engine's side effects: lab, guests, consoles, agents, images, disks, switch client.
noinst_LIBRARIES += libvbet-runtime.a
libvbet_runtime_a_SOURCES = \
	src/engine/lab/alarm-sources.c \
	src/engine/lab/alarms.c \
	src/engine/lab/alarms.h \
	src/engine/lab/bridges.c \
	src/engine/lab/cables.c \
	src/engine/lab/calls.c \
	src/engine/lab/captures.c \
	src/engine/lab/check.c \
	src/engine/lab/counters.c \
	src/engine/lab/disk-folder.c \
	src/engine/lab/disk-folder.h \
	src/engine/lab/files.c \
	src/engine/lab/gateway.c \
	src/engine/lab/gateway.h \
	src/engine/lab/jobs.c \
	src/engine/lab/lab.c \
	src/engine/lab/lab.h \
	src/engine/lab/log.c \
	src/engine/lab/measure.c \
	src/engine/lab/outside.c \
	src/engine/lab/plan.c \
	src/engine/lab/power.c \
	src/engine/lab/private.h \
	src/engine/lab/remote.c \
	src/engine/lab/remote.h \
	src/engine/lab/remotes.c \
	src/engine/lab/resources.c \
	src/engine/lab/rundir.c \
	src/engine/lab/rundir.h \
	src/engine/lab/status.c \
	src/engine/lab/steps.c \
	src/engine/lab/tap.c \
	src/engine/lab/tap.h \
	src/engine/lab/warden.c \
	src/engine/lab/warden.h
