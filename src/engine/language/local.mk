# The lab language: text, tree, findings, edits. Pure.
noinst_LIBRARIES += libvbet-language.a
libvbet_language_a_SOURCES = \
	src/engine/language/diagnostic.c \
	src/engine/language/diagnostic.h \
	src/engine/language/edit.c \
	src/engine/language/edit.h \
	src/engine/language/format.c \
	src/engine/language/format.h \
	src/engine/language/lexer.c \
	src/engine/language/lexer.h \
	src/engine/language/parser-private.h \
	src/engine/language/parser-tokens.c \
	src/engine/language/parser.c \
	src/engine/language/parser.h \
	src/engine/language/program-private.h \
	src/engine/language/program.c \
	src/engine/language/program.h \
	src/engine/language/value-text.c \
	src/engine/language/value.c \
	src/engine/language/value.h \
	src/engine/language/word-text.c \
	src/engine/language/word.c \
	src/engine/language/word.h
