/* expand.c - named sets, verdict maps and concatenations as plain rules; see nft.h.
 *
 *   tcp dport vmap { 22 : accept, 23 : drop }      tcp dport 22 accept · tcp dport 23 drop
 *   ip saddr . tcp dport { 10.0.0.1 . 80 } accept  ip saddr 10.0.0.1 tcp dport 80 accept
 *
 * One packet has one key, so that the order of the rules made has no meaning.
 */
#define _GNU_SOURCE
#include "nft.h"

#include <string.h>

#define RULES_MAX 4096

typedef VECTOR (Tokens) Rules;

static void
add_range (Tokens *out, const Token *from, const Token *to)
{
  for (; from < to; from++)
    vector_add (out, *from);
}

/* "@name" becomes the set's elements in braces. */
static Tokens
with_sets (const Table *table, const Tokens *tokens)
{
  Tokens out = { 0 };
  for (int i = 0; i < tokens->count; i++) {
    const Token *token = &tokens->items[i];
    if (token->type != TOKEN_WORD || token->text[0] != '@') {
      vector_add (&out, *token);
      continue;
    }
    const Set *set = find_set (table, token->text + 1);
    if (set == NULL)
      fail_at (token, "No such file or directory: there is no set “%s” in table “%s”", token->text + 1, table->name);
    Token mark = *token;
    mark.type = TOKEN_MARK;
    mark.text = "{";
    vector_add (&out, mark);
    for (int j = 0; j + 1 < set->elements.count; j++)
      vector_add (&out, set->elements.items[j]);
    mark.text = "}";
    vector_add (&out, mark);
  }
  return out;
}

static const Token *
find_outside_braces (const Tokens *tokens, const char *word)
{
  int depth = 0;
  for (int i = 0; i < tokens->count; i++) {
    const Token *token = &tokens->items[i];
    depth += is_mark (token, "{") ? 1 : is_mark (token, "}") ? -1 : 0;
    if (depth == 0 && is_word (token, word))
      return token;
  }
  return NULL;
}

/* Where the key begins whose last word is before @end: one word for interfaces, two for the rest, or joined by ".". */
static const Token *
key_start (const Tokens *tokens, const Token *end)
{
  static const char *const single[] = { "iifname", "oifname", "iif", "oif", "l4proto", "nfproto" };
  const Token *start = end - 1;
  bool one = false;
  if (start < tokens->items)
    fail_at (end, "syntax error, unexpected “%s”", end->text);
  for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
    one = one || is_word (start, single[i]);
  if (!one || (start > tokens->items && is_word (start - 1, "meta")))
    start--;
  if (start < tokens->items)
    fail_at (end, "syntax error, unexpected “%s”", end->text);
  return start > tokens->items && is_word (start - 1, ".") ? key_start (tokens, start - 1) : start;
}

/* The end of the part that begins at @token: the next "." or @end. */
static const Token *
part_end (const Token *token, const Token *end)
{
  while (token < end && !is_word (token, "."))
    token++;
  return token;
}

/* Writes each part of the key [@key, @key_end) with its value of [@value, @value_end). */
static void
add_pairs (Tokens *out, const Token *key, const Token *key_end, const Token *value, const Token *value_end)
{
  while (key < key_end) {
    const Token *key_stop = part_end (key, key_end);
    const Token *value_stop = part_end (value, value_end);
    if (value == value_stop)
      fail_at (value, "a value is missing here");
    add_range (out, key, key_stop);
    add_range (out, value, value_stop);
    key = key_stop + 1;
    value = value_stop + 1;
    if ((key < key_end) != (value < value_end))
      fail_at (value_stop, "key and value do not have the same number of parts");
  }
}

/* The end of the element that begins at @token, inside braces. */
static const Token *
element_end (const Token *token)
{
  while (!is_mark (token, ",") && !is_mark (token, "}") && token->type != TOKEN_END)
    token++;
  return token;
}

/* Splits "80 : accept", "80: accept" and "80:accept". Returns: where the verdict begins; *@value_end: where the value does. */
static const Token *
split_pair (Token *tokens, int count, const Token **value_end)
{
  static const char *const verdicts[] = { "accept", "drop", "return", "continue", "jump", "goto", "queue" };
  for (int i = 0; i < count; i++) {
    char *colon = tokens[i].type == TOKEN_WORD ? strrchr (tokens[i].text, ':') : NULL;
    if (colon == NULL)
      continue;
    if (is_word (&tokens[i], ":")) {
      *value_end = &tokens[i];
      return &tokens[i + 1];
    }
    bool verdict = false;
    for (size_t j = 0; j < sizeof verdicts / sizeof verdicts[0]; j++)
      verdict = verdict || same (colon + 1, verdicts[j]);
    if (colon[1] == '\0') {
      tokens[i].text = copy_text (tokens[i].text, (size_t) (colon - tokens[i].text));
      *value_end = &tokens[i + 1];
      return &tokens[i + 1];
    }
    if (verdict) {
      /* One word becomes two: the caller leaves room for that. */
      memmove (&tokens[i + 1], &tokens[i], (size_t) (count - i) * sizeof *tokens);
      tokens[i].text = copy_text (tokens[i].text, (size_t) (colon - tokens[i].text));
      tokens[i + 1].text = copy_text (colon + 1, strlen (colon + 1));
      *value_end = &tokens[i + 1];
      return &tokens[i + 1];
    }
  }
  fail_at (tokens, "“:” and a verdict are missing here");
}

static void
need_brace (const Token *token)
{
  if (!is_mark (token, "{"))
    fail_at (token, "syntax error: “{” is expected here");
}

static void expand (Rules *rules, const Tokens *tokens);

static void
expand_verdicts (Rules *rules, const Tokens *tokens, const Token *vmap)
{
  const Token *key = key_start (tokens, vmap);
  need_brace (vmap + 1);
  for (const Token *element = vmap + 2; !is_mark (element - 1, "}") && !is_mark (element, "}");) {
    const Token *stop = element_end (element);
    int count = (int) (stop - element);
    Token *pair = allocate ((size_t) (count + 2) * sizeof *pair);
    Tokens made = { 0 };
    const Token *value_end = NULL;
    memcpy (pair, element, (size_t) count * sizeof *pair);
    pair[count] = *stop;
    pair[count].type = TOKEN_END;
    pair[count + 1] = pair[count];
    const Token *verdict = split_pair (pair, count, &value_end);
    add_range (&made, tokens->items, key);
    add_pairs (&made, key, vmap, pair, value_end);
    const Token *last = verdict;
    while (last->type != TOKEN_END)
      last++;
    add_range (&made, verdict, last + 1);
    expand (rules, &made);
    if (stop->type == TOKEN_END)
      fail_at (stop, "syntax error: “}” is missing");
    element = stop + 1;
  }
}

static void
expand_concatenation (Rules *rules, const Tokens *tokens, const Token *dot)
{
  const Token *key = key_start (tokens, dot);
  const Token *key_end = dot;
  while (key_end->type == TOKEN_WORD)
    key_end++;
  const Token *open = key_end;
  if (is_mark (open, "=="))
    open++;
  if (!is_mark (open, "{"))
    fail_at (open, "joined keys are compared with a set in braces, and “!=” cannot be had on this kernel");
  const Token *close = open;
  while (!is_mark (close, "}"))
    if ((close++)->type == TOKEN_END)
      fail_at (close - 1, "syntax error: “}” is missing");
  for (const Token *element = open + 1; element < close;) {
    const Token *stop = element_end (element);
    Tokens made = { 0 };
    add_range (&made, tokens->items, key);
    add_pairs (&made, key, key_end, element, stop);
    add_range (&made, close + 1, tokens->items + tokens->count);
    expand (rules, &made);
    element = stop + 1;
  }
}

static void
expand (Rules *rules, const Tokens *tokens)
{
  const Token *vmap = find_outside_braces (tokens, "vmap");
  const Token *dot = find_outside_braces (tokens, ".");
  if (rules->count >= RULES_MAX)
    fail_at (tokens->items, "this rule makes more than %d rules of iptables", RULES_MAX);
  if (vmap != NULL)
    expand_verdicts (rules, tokens, vmap);
  else if (dot != NULL)
    expand_concatenation (rules, tokens, dot);
  else
    vector_add (rules, *tokens);
}

void
expand_rule (const Table *table, const Rule *rule, Tokens **ret_rules, int *ret_count)
{
  Rules rules = { 0 };
  Tokens tokens = with_sets (table, &rule->tokens);
  expand (&rules, &tokens);
  *ret_rules = rules.items;
  *ret_count = rules.count;
}
