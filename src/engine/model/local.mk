# The model: schema, topology, plan, gestures. Pure.
noinst_LIBRARIES += libvbet-model.a
libvbet_model_a_SOURCES = \
	src/engine/model/actions.c \
	src/engine/model/attributes.c \
	src/engine/model/call.c \
	src/engine/model/calls.c \
	src/engine/model/calls.h \
	src/engine/model/check.c \
	src/engine/model/context.c \
	src/engine/model/context.h \
	src/engine/model/elaborate.c \
	src/engine/model/execute.c \
	src/engine/model/findings.c \
	src/engine/model/findings.h \
	src/engine/model/forward.c \
	src/engine/model/forward.h \
	src/engine/model/generate-private.h \
	src/engine/model/generate-text.c \
	src/engine/model/generate.c \
	src/engine/model/generate.h \
	src/engine/model/gesture-address.c \
	src/engine/model/gesture-cable.c \
	src/engine/model/gesture-check.c \
	src/engine/model/gesture-device.c \
	src/engine/model/gesture-note.c \
	src/engine/model/gesture-patch.c \
	src/engine/model/gesture-paste.c \
	src/engine/model/gesture-purge.c \
	src/engine/model/gesture-scene.c \
	src/engine/model/gesture-set.c \
	src/engine/model/gesture-private.h \
	src/engine/model/gesture.h \
	src/engine/model/json.c \
	src/engine/model/plan.c \
	src/engine/model/plan.h \
	src/engine/model/resolve.c \
	src/engine/model/schema.c \
	src/engine/model/schema.h \
	src/engine/model/suggest.c \
	src/engine/model/suggest.h \
	src/engine/model/topology.c \
	src/engine/model/topology.h \
	src/engine/model/topology-private.h \
	src/engine/model/udp-address.c \
	src/engine/model/udp-address.h \
	src/engine/model/values.c
