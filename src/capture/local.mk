# Captures as everybody who looks at them needs them: reading, one line a frame, filter expressions. Depends on base only.
noinst_LIBRARIES += libvbet-capture.a
libvbet_capture_a_SOURCES = \
	src/capture/dissect.c \
	src/capture/dissect.h \
	src/capture/filter.c \
	src/capture/filter.h \
	src/capture/packets.c \
	src/capture/packets.h
