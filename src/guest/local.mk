# vbet-guest: the launcher and tiny init of one guest; everything but main() is a library, so that tests link it.
noinst_LIBRARIES += libvbet-launch.a
libvbet_launch_a_SOURCES = \
	src/guest/jail.c \
	src/guest/jail.h \
	src/guest/memory.c \
	src/guest/memory.h \
	src/guest/namespaces.c \
	src/guest/namespaces.h \
	src/guest/options.c \
	src/guest/options.h \
	src/guest/reaper.c \
	src/guest/reaper.h \
	src/guest/status.c \
	src/guest/status.h \
	src/guest/supervise.c \
	src/guest/supervise.h \
	src/guest/syscall-guard.c \
	src/guest/syscall-guard.h

pkglibexec_PROGRAMS += bin/vbet-guest
bin_vbet_guest_SOURCES = src/guest/main.c
bin_vbet_guest_LDADD = libvbet-launch.a libvbet-base.a
