# vbetd and the client library that everybody who talks to it uses.
noinst_LIBRARIES += libvbet-client.a
libvbet_client_a_SOURCES = src/engine/client.h
EXTRA_DIST += doc/rpc.md
