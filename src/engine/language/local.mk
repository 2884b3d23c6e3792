# The lab language: text, tree, findings, edits. Pure.
noinst_LIBRARIES += libvbet-language.a
libvbet_language_a_SOURCES = \
	src/engine/language/diagnostic.h \
	src/engine/language/edit.h \
	src/engine/language/format.h \
	src/engine/language/program.h \
	src/engine/language/value.h
