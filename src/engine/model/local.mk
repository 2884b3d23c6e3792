# The model: schema, topology, plan, gestures. Pure.
noinst_LIBRARIES += libvbet-model.a
libvbet_model_a_SOURCES = \
	src/engine/model/gesture.h \
	src/engine/model/plan.h \
	src/engine/model/schema.h \
	src/engine/model/topology.h
