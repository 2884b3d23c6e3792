/* program.h - a lab text as a lossless syntax tree.
 *
 * vbet_program_parse() never fails: it recovers from every error, reports it,
 * and keeps every byte reachable by spans, so that an unedited program prints
 * back byte for byte and an edit touches only its own bytes. A program is
 * immutable; an edited text is parsed again (milliseconds for 1,000 devices).
 * Pure.
 *
 * Shape of the tree (children in source order):
 *
 *   PROGRAM   statements
 *   ASSIGN    name = expression                  1 child
 *   CALL      name(argument, …)                  children: arguments
 *   KEYWORD   name = value, inside a call        1 child
 *   GROUP     { statements }                     children: statements
 *   STEP      step "title" { statements }        children: LITERAL title (may lack), GROUP
 *   NAME      a bare word
 *   LITERAL   a value, with @value set
 *   LIST      [ expressions ]
 *   TUPLE     ( expressions )
 *   PAIR      expression / expression            2 children
 *   ELLIPSIS  ...
 *   ERROR     bytes that fit nowhere             children: what could still be understood
 */
#pragma once

#include <glib.h>

#include "engine/language/diagnostic.h"
#include "engine/language/value.h"

typedef enum {
  VBET_NODE_PROGRAM,
  VBET_NODE_ASSIGN,
  VBET_NODE_CALL,
  VBET_NODE_KEYWORD,
  VBET_NODE_GROUP,
  VBET_NODE_STEP,
  VBET_NODE_NAME,
  VBET_NODE_LITERAL,
  VBET_NODE_LIST,
  VBET_NODE_TUPLE,
  VBET_NODE_PAIR,
  VBET_NODE_ELLIPSIS,
  VBET_NODE_ERROR,
} VbetNodeKind;

typedef struct VbetNode VbetNode;

struct VbetNode {
  VbetNodeKind kind;
  VbetSpan span;       /* from first to last byte of its tokens, without surrounding blanks and comments */
  const char *name;    /* ASSIGN, CALL, KEYWORD, NAME: one pointer for equal names of a program; else NULL */
  VbetSpan name_span;  /* where @name stands */
  VbetValue *value;    /* LITERAL, and LIST/TUPLE/PAIR when all parts are values; else NULL */
  VbetNode *parent;    /* NULL for PROGRAM */
  VbetNode **children; /* (array length=n_children) */
  guint n_children;
};

typedef struct VbetProgram VbetProgram;

/**
 * vbet_program_parse:
 * @text: (array length=size): the document, any bytes; copied
 * @size: bytes
 *
 * Linear in @size; nesting deeper than 64 is an error, not a recursion.
 *
 * Returns: (transfer full): the program, whatever @text was.
 */
VbetProgram *vbet_program_parse (const char *text, gsize size);
/** vbet_program_ref: Returns: (transfer full): @self. */
VbetProgram *vbet_program_ref (VbetProgram *self);
/** vbet_program_unref: @self: (nullable) */
void vbet_program_unref (VbetProgram *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetProgram, vbet_program_unref)

/** vbet_program_text: @ret_size: (out) (optional): bytes. Returns: the document as given, NUL-terminated
 * besides. */
const char *vbet_program_text (const VbetProgram *self, gsize *ret_size);
/** vbet_program_root: Returns: (transfer none): the node of all statements. */
const VbetNode *vbet_program_root (const VbetProgram *self);

/** vbet_program_diagnose: appends the syntax findings to @diagnostics (made for the same text). */
void vbet_program_diagnose (const VbetProgram *self, VbetDiagnostics *diagnostics);

/** vbet_program_node_at: Returns: (nullable): the innermost node whose span holds byte @offset. */
const VbetNode *vbet_program_node_at (const VbetProgram *self, gsize offset);

/** vbet_node_keyword: Returns: (nullable): the KEYWORD child of CALL @self with key @key. */
const VbetNode *vbet_node_keyword (const VbetNode *self, const char *key);

/* What an editor needs to colour the text. */
typedef enum {
  VBET_TOKEN_NAME,
  VBET_TOKEN_CALL, /* a name before '(' */
  VBET_TOKEN_KEY,  /* a name before '=' */
  VBET_TOKEN_VALUE,
  VBET_TOKEN_STRING,
  VBET_TOKEN_REGEX,
  VBET_TOKEN_COMMENT,
  VBET_TOKEN_PUNCTUATION,
  VBET_TOKEN_UNKNOWN,
} VbetTokenClass;

typedef void (*VbetTokenFunc) (VbetTokenClass token_class, VbetSpan span, gpointer user_data);

/** vbet_program_for_each_token: calls @func for every token and comment, in order; blanks are left out. */
void vbet_program_for_each_token (const VbetProgram *self, VbetTokenFunc func, gpointer user_data);
