# vbet-nat: the process behind a gateway; everything but main() is a library, so that tests link it.
noinst_LIBRARIES += libvbet-nat.a
libvbet_nat_a_SOURCES = \
	src/nat/lease.c \
	src/nat/lease.h \
	src/nat/loopback.c \
	src/nat/loopback.h \
	src/nat/nat.c \
	src/nat/nat.h \
	src/nat/options.c \
	src/nat/options.h
libvbet_nat_a_CFLAGS = $(AM_CFLAGS) $(SLIRP_CFLAGS)

pkglibexec_PROGRAMS += bin/vbet-nat
bin_vbet_nat_SOURCES = src/nat/main.c
bin_vbet_nat_LDADD = libvbet-nat.a libvbet-base.a $(SECCOMP_LIBS) $(SLIRP_LIBS) $(GLIB_LIBS)
