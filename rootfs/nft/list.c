/* list.c - a rule set as nft writes it, which it also reads; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <stdlib.h>
#include <string.h>

char *
tokens_text (const Token *tokens, int count)
{
  Buffer out = { 0 };
  buffer_add (&out, "%s", "");
  for (int i = 0; i < count && tokens[i].type != TOKEN_END; i++) {
    bool tight = i == 0 || is_mark (&tokens[i], ",") || is_mark (&tokens[i], ")")
                 || is_mark (&tokens[i - 1], "(") || is_mark (&tokens[i - 1], "!");
    /* ct state established,related: outside braces without spaces. */
    if (i > 0 && is_mark (&tokens[i - 1], ",")) {
      int depth = 0;
      for (int j = 0; j < i; j++)
        depth += is_mark (&tokens[j], "{") ? 1 : is_mark (&tokens[j], "}") ? -1 : 0;
      tight = depth == 0;
    }
    const char *quote = tokens[i].type == TOKEN_STRING ? "\"" : "";
    buffer_add (&out, "%s%s%s%s", tight ? "" : " ", quote, tokens[i].text, quote);
  }
  return out.text;
}

/* Lines of tokens that end with BREAK. */
static void
list_lines (const Tokens *tokens, const char *indent, Buffer *out)
{
  int start = 0;
  for (int i = 0; i < tokens->count; i++)
    if (tokens->items[i].type == TOKEN_BREAK) {
      if (i > start)
        buffer_add (out, "%s%s\n", indent, tokens_text (&tokens->items[start], i - start));
      start = i + 1;
    }
}

void
list_set (const Set *set, Listing *listing)
{
  buffer_add (&listing->out, "\t%s %s {\n", set->is_map ? "map" : "set", set->name);
  list_lines (&set->head, "\t\t", &listing->out);
  if (set->elements.count > 1) {
    Tokens braces = { 0 };
    Token mark = { .type = TOKEN_MARK, .text = "{" };
    vector_add (&braces, mark);
    for (int i = 0; i < set->elements.count - 1; i++)
      vector_add (&braces, set->elements.items[i]);
    mark.text = "}";
    vector_add (&braces, mark);
    buffer_add (&listing->out, "\t\telements = %s\n", tokens_text (braces.items, braces.count));
  }
  buffer_add (&listing->out, "\t}\n");
}

static bool
has_counter (const Rule *rule)
{
  for (int i = 0; i < rule->tokens.count; i++)
    if (is_word (&rule->tokens.items[i], "counter"))
      return true;
  return false;
}

/* The rule; with counters, "counter" becomes "counter packets N bytes N". */
static char *
rule_text (const Rule *rule, long long (*counters)[2])
{
  Tokens tokens = { 0 };
  for (int i = 0; i < rule->tokens.count; i++) {
    const Token *token = &rule->tokens.items[i];
    vector_add (&tokens, *token);
    if (!is_word (token, "counter"))
      continue;
    /* Numbers that were written or listed before are out of date. */
    while (is_word (&rule->tokens.items[i + 1], "packets") || is_word (&rule->tokens.items[i + 1], "bytes"))
      i += 2;
    if (counters != NULL) {
      Token word = *token;
      word.text = format_text ("packets %lld bytes %lld", counters[rule->id][0], counters[rule->id][1]);
      vector_add (&tokens, word);
    }
  }
  return tokens_text (tokens.items, tokens.count);
}

static void
list_chain_counted (const Chain *chain, Listing *listing, long long (*counters)[2])
{
  buffer_add (&listing->out, "\tchain %s {\n", chain->name);
  if (chain->is_base)
    buffer_add (&listing->out, "\t\ttype %s hook %s priority %s; policy %s;\n", chain->type, chain->hook,
                chain->priority_text, chain->drops ? "drop" : "accept");
  for (int i = 0; i < chain->rules.count; i++) {
    const Rule *rule = &chain->rules.items[i];
    buffer_add (&listing->out, "\t\t%s", rule_text (rule, counters));
    if (listing->handles)
      buffer_add (&listing->out, " # handle %d", rule->id);
    buffer_add (&listing->out, "\n");
  }
  buffer_add (&listing->out, "\t}\n");
}

static void
list_table_counted (const Table *table, Listing *listing, long long (*counters)[2])
{
  buffer_add (&listing->out, "table %s %s {\n", table->family, table->name);
  for (int i = 0; i < table->sets.count; i++) {
    if (i > 0)
      buffer_add (&listing->out, "\n");
    list_set (table->sets.items[i], listing);
  }
  for (int i = 0; i < table->chains.count; i++) {
    if (i > 0 || table->sets.count > 0)
      buffer_add (&listing->out, "\n");
    list_chain_counted (table->chains.items[i], listing, counters);
  }
  buffer_add (&listing->out, "}\n");
}

/* NULL when no rule counts: then the kernel need not be asked. */
static long long (*
counters_of_table (const Table *table))[2]
{
  int last = 0;
  bool any = false;
  for (int i = 0; i < table->chains.count; i++)
    for (int j = 0; j < table->chains.items[i]->rules.count; j++) {
      const Rule *rule = &table->chains.items[i]->rules.items[j];
      any = any || has_counter (rule);
      last = rule->id > last ? rule->id : last;
    }
  if (!any)
    return NULL;
  long long (*counters)[2] = allocate ((size_t) (last + 1) * sizeof *counters);
  read_counters (last, counters);
  return counters;
}

void
list_chain (const Table *table, const Chain *chain, Listing *listing)
{
  list_chain_counted (chain, listing, counters_of_table (table));
}

void
list_table (const Table *table, Listing *listing)
{
  list_table_counted (table, listing, counters_of_table (table));
}

void
list_ruleset (const Ruleset *ruleset, Listing *listing)
{
  for (int i = 0; i < ruleset->tables.count; i++)
    list_table (ruleset->tables.items[i], listing);
}

/* Without counters: what is kept between two runs. */
void
list_for_keeping (const Ruleset *ruleset, Listing *listing)
{
  for (int i = 0; i < ruleset->tables.count; i++)
    list_table_counted (ruleset->tables.items[i], listing, NULL);
}
