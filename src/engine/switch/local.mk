# Of the engine's side effects: the hand on the switch.
libvbet_runtime_a_SOURCES += \
	src/engine/switch/channel.c \
	src/engine/switch/channel.h \
	src/engine/switch/client-capture.c \
	src/engine/switch/client-edit.c \
	src/engine/switch/client-measure.c \
	src/engine/switch/client-private.h \
	src/engine/switch/client.c \
	src/engine/switch/client.h \
	src/engine/switch/state.c \
	src/engine/switch/state.h \
	src/engine/switch/wanted.c \
	src/engine/switch/wanted.h
