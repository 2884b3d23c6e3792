# vbetd and the client library that everybody who talks to it uses.
noinst_LIBRARIES += libvbet-client.a
libvbet_client_a_SOURCES = \
	src/engine/client.c \
	src/engine/client.h \
	src/engine/launch.c \
	src/engine/rpc.c \
	src/engine/rpc.h
noinst_LIBRARIES += libvbet-engine.a
libvbet_engine_a_SOURCES = \
	src/engine/service.c \
	src/engine/service.h \
	src/engine/vbetd.c \
	src/engine/vbetd.h
