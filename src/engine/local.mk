# vbetd and the client library that everybody who talks to it uses.
noinst_LIBRARIES += libvbet-client.a
libvbet_client_a_SOURCES = \
	src/engine/client.c \
	src/engine/client.h \
	src/engine/labs.c \
	src/engine/launch.c \
	src/engine/measure.c \
	src/engine/measure.h \
	src/engine/peer-private.h \
	src/engine/peer.c \
	src/engine/peer.h \
	src/engine/room.c \
	src/engine/room.h \
	src/engine/rpc-frame.c \
	src/engine/rpc-frame.h \
	src/engine/rpc-json.c \
	src/engine/rpc-json.h \
	src/engine/rpc-server.c \
	src/engine/rpc-server.h \
	src/engine/rpc.c \
	src/engine/rpc.h
noinst_LIBRARIES += libvbet-engine.a
libvbet_engine_a_SOURCES = \
	src/engine/service-cable.c \
	src/engine/service-device.c \
	src/engine/service-lab.c \
	src/engine/service-private.h \
	src/engine/service-request.c \
	src/engine/service.c \
	src/engine/service.h \
	src/engine/vbetd.c \
	src/engine/vbetd.h

ENGINE_LIBS = \
	libvbet-engine.a \
	libvbet-runtime.a \
	libvbet-client.a \
	libvbet-model.a \
	libvbet-language.a \
	libvbet-base.a \
	$(JSON_LIBS) $(SECCOMP_LIBS) $(GLIB_LIBS) -lm

pkglibexec_PROGRAMS += bin/vbetd
bin_vbetd_SOURCES = src/engine/main.c
bin_vbetd_LDADD = $(ENGINE_LIBS)
