# vbet-guest: the launcher and tiny init of one guest; everything but main() is a library, so that tests link it.
noinst_LIBRARIES += libvbet-launch.a
libvbet_launch_a_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
libvbet_launch_a_SOURCES = \
	src/guest/calls.c \
	src/guest/calls.h \
	src/guest/jail.c \
	src/guest/jail.h \
	src/guest/libraries.c \
	src/guest/libraries.h \
	src/guest/limits.c \
	src/guest/limits.h \
	src/guest/memory.c \
	src/guest/memory.h \
	src/guest/namespaces.c \
	src/guest/namespaces.h \
	src/guest/own-calls.c \
	src/guest/own-calls.h \
	src/guest/options.c \
	src/guest/options.h \
	src/guest/pad.c \
	src/guest/pad.h \
	src/guest/reaper.c \
	src/guest/reaper.h \
	src/guest/root.c \
	src/guest/root.h \
	src/guest/status.c \
	src/guest/status.h \
	src/guest/supervise.c \
	src/guest/supervise.h \
	src/guest/syscall-guard.c \
	src/guest/syscall-guard.h

pkglibexec_PROGRAMS += bin/vbet-guest
bin_vbet_guest_SOURCES = src/guest/main.c
bin_vbet_guest_LDADD = libvbet-launch.a libvbet-base.a $(SECCOMP_LIBS)

# What is loaded into a guest's kernel: own flags, since no sanitizer may come along, and nothing but the C library.
pkglibexec_PROGRAMS += bin/vbet-xstate.so
bin_vbet_xstate_so_SOURCES = src/guest/xstate-pad/main.c src/base/xstate.c src/base/xstate.h
bin_vbet_xstate_so_CFLAGS = $(AGENT_CFLAGS) -fPIC -fvisibility=hidden
bin_vbet_xstate_so_LDFLAGS = -shared -Wl,-z,defs -Wl,-z,relro -Wl,-z,now
bin_vbet_xstate_so_LDADD =
