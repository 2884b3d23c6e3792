# Of the engine's side effects: child processes and listening sockets, whatever they are for.
libvbet_runtime_a_SOURCES += \
	src/engine/host/adopted.c \
	src/engine/host/adopted.h \
	src/engine/host/cgroup.c \
	src/engine/host/cgroup.h \
	src/engine/host/listener.c \
	src/engine/host/listener.h \
	src/engine/host/process.c \
	src/engine/host/process.h \
	src/engine/host/scope.c \
	src/engine/host/scope.h \
	src/engine/host/usage.c
