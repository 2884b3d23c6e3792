/* program.c - the parsed document: its bytes, tokens, tree and findings. */
#include "config.h"

#include "engine/language/program.h"

#include <string.h>

#include "base/error.h"
#include "engine/language/lexer.h"
#include "engine/language/parser.h"
#include "engine/language/program-private.h"
#include "engine/language/word.h"

#define ARENA_BLOCK 16384

struct VbetProgram {
  gint refs;
  char *text;
  gsize size;
  GArray *tokens;
  GArray *comments;
  VbetArena arena;
  VbetNode *root;
  VbetDiagnostics *diagnostics;
};

void
vbet_arena_init (VbetArena *self)
{
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->values = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_value_unref);
  self->names = g_string_chunk_new (4096);
  self->used = 0;
  self->size = 0;
}

void
vbet_arena_clear (VbetArena *self)
{
  g_ptr_array_unref (self->values);
  g_string_chunk_free (self->names);
  g_ptr_array_unref (self->blocks);
}

gpointer
vbet_arena_alloc (VbetArena *self, gsize size)
{
  size = (size + 15) & ~(gsize)15;
  if (self->size - self->used < size) {
    self->size = MAX (size, ARENA_BLOCK);
    self->used = 0;
    g_ptr_array_add (self->blocks, g_malloc0 (self->size));
  }
  char *block = self->blocks->pdata[self->blocks->len - 1];
  gpointer memory = block + self->used;
  self->used += size;
  return memory;
}

VbetProgram *
vbet_program_parse (const char *text, gsize size)
{
  VbetProgram *self = g_new0 (VbetProgram, 1);
  self->refs = 1;
  self->text = g_malloc (size + 1);
  if (size > 0)
    memcpy (self->text, text, size);
  self->text[size] = '\0';
  self->size = size;
  self->diagnostics = vbet_diagnostics_new (self->text, size);
  vbet_arena_init (&self->arena);
  self->tokens = vbet_lex (self->text, size, &self->comments, self->diagnostics);
  self->root = vbet_parse (self->text, size, self->tokens, &self->arena, self->diagnostics);
  vbet_diagnostics_sort (self->diagnostics);
  return self;
}

VbetProgram *
vbet_program_ref (VbetProgram *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
vbet_program_unref (VbetProgram *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  vbet_diagnostics_free (self->diagnostics);
  vbet_arena_clear (&self->arena);
  g_array_unref (self->tokens);
  g_array_unref (self->comments);
  g_free (self->text);
  g_free (self);
}

const char *
vbet_program_text (const VbetProgram *self, gsize *ret_size)
{
  if (ret_size != NULL)
    *ret_size = self->size;
  return self->text;
}

const VbetNode *
vbet_program_root (const VbetProgram *self)
{
  return self->root;
}

const GArray *
vbet_program_tokens (const VbetProgram *self)
{
  return self->tokens;
}

const GArray *
vbet_program_comments (const VbetProgram *self)
{
  return self->comments;
}

const VbetDiagnostics *
vbet_program_findings (const VbetProgram *self)
{
  return self->diagnostics;
}

guint
vbet_lex_first_at (const GArray *tokens, gsize offset)
{
  guint low = 0;
  guint high = tokens->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (tokens, VbetLexToken, middle).start < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void
vbet_program_diagnose (const VbetProgram *self, VbetDiagnostics *diagnostics)
{
  for (guint i = 0; i < vbet_diagnostics_size (self->diagnostics); i++) {
    const VbetDiagnostic *item = vbet_diagnostics_get (self->diagnostics, i);
    VbetDiagnostic *copy = vbet_diagnostics_add (diagnostics, item->code, item->span, "%s", item->message);
    if (item->fix != NULL)
      vbet_diagnostic_set_fix (copy, item->fix->span, item->fix->text, item->fix->label);
  }
}

/* A value is read as what a lab would hold: the one keyword of a call. */
VbetValue *
vbet_value_parse (const char *text, GError **error)
{
  g_autofree char *source = g_strconcat ("x(x=", text, "\n)", NULL);
  g_autoptr (VbetProgram) program = vbet_program_parse (source, strlen (source));
  const VbetNode *root = program->root;
  const VbetNode *call = root->n_children == 1 ? root->children[0] : NULL;
  const VbetNode *key = call != NULL && call->n_children == 1 ? call->children[0] : NULL;
  const VbetNode *value = key != NULL && key->kind == VBET_NODE_KEYWORD ? key->children[0] : NULL;
  if (vbet_diagnostics_size (program->diagnostics) > 0) {
    const VbetDiagnostic *first = vbet_diagnostics_get (program->diagnostics, 0);
    g_set_error (error, VBET_ERROR, VBET_ERROR_LANGUAGE, "%s", first->message);
    return NULL;
  }
  if (value != NULL && value->value != NULL)
    return vbet_value_ref (value->value);
  if (value != NULL && value->kind == VBET_NODE_NAME)
    return vbet_value_new_text (VBET_VALUE_NAME, value->name);
  g_autofree char *excerpt = vbet_word_excerpt (text, strlen (text));
  g_set_error (error, VBET_ERROR, VBET_ERROR_LANGUAGE, "'%s' is no value", excerpt);
  return NULL;
}

static gboolean
holds (const VbetNode *node, gsize offset)
{
  return offset >= node->span.start && offset - node->span.start < node->span.length;
}

const VbetNode *
vbet_program_node_at (const VbetProgram *self, gsize offset)
{
  const VbetNode *node = self->root;
  const VbetNode *found = NULL;
  while (node != NULL && holds (node, offset)) {
    found = node;
    /* Children stand in order and apart: the last that starts at or before @offset is the only candidate. */
    guint low = 0;
    guint high = node->n_children;
    while (low < high) {
      guint middle = low + (high - low) / 2;
      if (node->children[middle]->span.start <= offset)
        low = middle + 1;
      else
        high = middle;
    }
    /* Nodes without bytes may stand at the start of their neighbour. */
    while (low > 0 && node->children[low - 1]->span.length == 0)
      low--;
    node = low > 0 ? node->children[low - 1] : NULL;
  }
  return found;
}

const VbetNode *
vbet_node_keyword (const VbetNode *self, const char *key)
{
  for (guint i = 0; i < self->n_children; i++)
    if (self->children[i]->kind == VBET_NODE_KEYWORD && strcmp (self->children[i]->name, key) == 0)
      return self->children[i];
  return NULL;
}

static gboolean
is_word (const VbetProgram *self, const VbetLexToken *token, const char *word)
{
  gsize size = token->end - token->start;
  return strlen (word) == size && memcmp (self->text + token->start, word, size) == 0;
}

static VbetTokenClass
name_class (const VbetProgram *self, guint index)
{
  const VbetLexToken *token = &g_array_index (self->tokens, VbetLexToken, index);
  const VbetLexToken *next = token + 1; /* there is always the end */
  if (next->kind == VBET_LEX_OPEN_PAREN)
    return VBET_TOKEN_CALL;
  if (next->kind == VBET_LEX_EQUALS)
    return VBET_TOKEN_KEY;
  if (is_word (self, token, "step")
      && (next->kind == VBET_LEX_STRING || next->kind == VBET_LEX_RAW || next->kind == VBET_LEX_OPEN_BRACE))
    return VBET_TOKEN_CALL;
  return is_word (self, token, "yes") || is_word (self, token, "no") ? VBET_TOKEN_VALUE : VBET_TOKEN_NAME;
}

static VbetTokenClass
token_class (const VbetProgram *self, guint index)
{
  switch (g_array_index (self->tokens, VbetLexToken, index).kind) {
  case VBET_LEX_NAME:
    return name_class (self, index);
  case VBET_LEX_WORD:
    return VBET_TOKEN_VALUE;
  case VBET_LEX_STRING:
  case VBET_LEX_RAW:
    return VBET_TOKEN_STRING;
  case VBET_LEX_REGEX:
    return VBET_TOKEN_REGEX;
  case VBET_LEX_UNKNOWN:
    return VBET_TOKEN_UNKNOWN;
  default:
    return VBET_TOKEN_PUNCTUATION;
  }
}

void
vbet_program_for_each_token (const VbetProgram *self, VbetTokenFunc func, gpointer user_data)
{
  guint c = 0;
  for (guint i = 0; i < self->tokens->len; i++) {
    const VbetLexToken *token = &g_array_index (self->tokens, VbetLexToken, i);
    for (; c < self->comments->len; c++) {
      const VbetLexToken *comment = &g_array_index (self->comments, VbetLexToken, c);
      if (comment->start > token->start)
        break;
      func (VBET_TOKEN_COMMENT, (VbetSpan){ comment->start, comment->end - comment->start }, user_data);
    }
    if (token->kind != VBET_LEX_END)
      func (token_class (self, i), (VbetSpan){ token->start, token->end - token->start }, user_data);
  }
}
