# Shared base: paths, errors, the guest agent's wire format. Depends on GLib only.
noinst_LIBRARIES += libvbet-base.a
libvbet_base_a_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
libvbet_base_a_SOURCES = \
	src/base/agent-protocol.c \
	src/base/agent-protocol.h \
	src/base/cable-quality.c \
	src/base/cable-quality.h \
	src/base/cable-quality-json.c \
	src/base/cable-quality-json.h \
	src/base/call-filter.c \
	src/base/call-filter.h \
	src/base/clean.c \
	src/base/clean.h \
	src/base/confine.c \
	src/base/confine.h \
	src/base/error.c \
	src/base/error.h \
	src/base/fd-message.c \
	src/base/fd-message.h \
	src/base/frr-config.c \
	src/base/frr-config.h \
	src/base/images.c \
	src/base/images.h \
	src/base/impairment.c \
	src/base/impairment.h \
	src/base/json-guard.c \
	src/base/json-guard.h \
	src/base/kernels.c \
	src/base/kernels.h \
	src/base/lab-id.c \
	src/base/lab-id.h \
	src/base/lab-user.c \
	src/base/lab-user.h \
	src/base/leftovers.c \
	src/base/leftovers.h \
	src/base/mac.c \
	src/base/mac.h \
	src/base/owner.c \
	src/base/owner.h \
	src/base/paths.c \
	src/base/paths.h \
	src/base/paths-folders.c \
	src/base/paths-private.h \
	src/base/paths-remove.c \
	src/base/sandbox.c \
	src/base/sandbox.h \
	src/base/trust.c \
	src/base/trust.h \
	src/base/vlan-set.h \
	src/base/walls.c \
	src/base/walls.h \
	src/base/kernel-image.c \
	src/base/kernel-image.h \
	src/base/xstate.c \
	src/base/xstate.h
