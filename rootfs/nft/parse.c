/* parse.c - commands and blocks of nft's language, carried out on a rule set; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <stdlib.h>
#include <string.h>

static void
skip_breaks (Cursor *cursor)
{
  while (cursor->token->type == TOKEN_BREAK)
    cursor->token++;
}

static bool
ends_statement (const Token *token)
{
  return token->type == TOKEN_BREAK || token->type == TOKEN_END || is_mark (token, "}");
}

static void
end_statement (Cursor *cursor)
{
  if (!ends_statement (cursor->token))
    fail_at (cursor->token, "syntax error, unexpected “%s”", cursor->token->text);
}

/* --- finding and making ------------------------------------------------------- */

Chain *
find_chain (const Table *table, const char *name)
{
  for (int i = 0; i < table->chains.count; i++)
    if (same (table->chains.items[i]->name, name))
      return table->chains.items[i];
  return NULL;
}

Set *
find_set (const Table *table, const char *name)
{
  for (int i = 0; i < table->sets.count; i++)
    if (same (table->sets.items[i]->name, name))
      return table->sets.items[i];
  return NULL;
}

static int
find_table (const Ruleset *ruleset, const char *family, const char *name)
{
  for (int i = 0; i < ruleset->tables.count; i++)
    if (same (ruleset->tables.items[i]->family, family) && same (ruleset->tables.items[i]->name, name))
      return i;
  return -1;
}

/* [family] name */
static const char *
read_family (Cursor *cursor)
{
  static const char *const known[] = { "ip", "ip6", "inet" };
  static const char *const unknown[] = { "arp", "bridge", "netdev" };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (accept_word (cursor, known[i]))
      return known[i];
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
    if (is_word (cursor->token, unknown[i]))
      fail_at (cursor->token, "the family “%s” cannot be had on this kernel", unknown[i]);
  return "ip";
}

static Table *
need_table (const Ruleset *ruleset, Cursor *cursor)
{
  const Token *at = cursor->token;
  const char *family = read_family (cursor);
  int index = find_table (ruleset, family, need_text (cursor, "the name of a table"));
  if (index < 0)
    fail_at (at, "No such file or directory: there is no such table");
  return ruleset->tables.items[index];
}

static Table *
make_table (Ruleset *ruleset, const char *family, const char *name)
{
  int index = find_table (ruleset, family, name);
  if (index >= 0)
    return ruleset->tables.items[index];
  Table *table = allocate (sizeof *table);
  table->family = family;
  table->name = name;
  vector_add (&ruleset->tables, table);
  return table;
}

static Chain *
make_chain (Table *table, const char *name)
{
  Chain *chain = find_chain (table, name);
  if (chain != NULL)
    return chain;
  chain = allocate (sizeof *chain);
  chain->name = name;
  vector_add (&table->chains, chain);
  return chain;
}

static Chain *
need_chain (const Table *table, Cursor *cursor)
{
  const Token *at = cursor->token;
  Chain *chain = find_chain (table, need_text (cursor, "the name of a chain"));
  if (chain == NULL)
    fail_at (at, "No such file or directory: there is no chain “%s” in table “%s”", at->text, table->name);
  return chain;
}

/* --- chains and rules --------------------------------------------------------------- */

static int
priority_number (const Token *token)
{
  static const struct {
    const char *name;
    int number;
  } names[] = { { "raw", -300 }, { "mangle", -150 }, { "dstnat", -100 }, { "filter", 0 },
                { "security", 50 }, { "srcnat", 100 } };
  char *end = NULL;
  long number = strtol (token->text, &end, 10);
  if (*token->text != '\0' && *end == '\0' && number > -100000 && number < 100000)
    return (int) number;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (same (token->text, names[i].name))
      return names[i].number;
  fail_at (token, "“%s” is no priority", token->text);
}

/* type T hook H [device D] priority P [+|- N] ; [policy V ;] */
static void
read_base (Cursor *cursor, Chain *chain)
{
  chain->is_base = true;
  chain->type = need_text (cursor, "the type of the chain");
  if (!same (chain->type, "filter") && !same (chain->type, "nat") && !same (chain->type, "route"))
    fail_at (cursor->token - 1, "“%s” is no type of a chain", chain->type);
  if (!accept_word (cursor, "hook"))
    fail_at (cursor->token, "“hook” is missing here");
  const Token *hook = cursor->token;
  chain->hook = need_text (cursor, "a hook");
  static const char *const hooks[] = { "prerouting", "input", "forward", "output", "postrouting" };
  bool known = false;
  for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++)
    known = known || same (chain->hook, hooks[i]);
  if (!known)
    fail_at (hook, "the hook “%s” cannot be had on this kernel", chain->hook);
  if (!accept_word (cursor, "priority"))
    fail_at (cursor->token, "“priority” is missing here");
  const Token *first = cursor->token;
  chain->priority = priority_number (cursor->token++);
  if (is_word (cursor->token, "+") || is_word (cursor->token, "-")) {
    bool minus = is_word (cursor->token++, "-");
    int number = priority_number (cursor->token++);
    chain->priority += minus ? -number : number;
  } else if (cursor->token->type == TOKEN_WORD && strchr ("+-", cursor->token->text[0]) != NULL) {
    chain->priority += priority_number (cursor->token++);
  }
  chain->priority_text = tokens_text (first, (int) (cursor->token - first));
}

static void
read_policy (Cursor *cursor, Chain *chain)
{
  const Token *at = cursor->token;
  const char *policy = need_text (cursor, "a policy");
  if (!same (policy, "accept") && !same (policy, "drop"))
    fail_at (at, "“%s” is no policy; it is accept or drop", policy);
  chain->drops = same (policy, "drop");
}

static Rule
read_rule (Ruleset *ruleset, Cursor *cursor)
{
  Rule rule = { .id = ++ruleset->last_id };
  int depth = 0;
  while (depth > 0 || !ends_statement (cursor->token)) {
    if (cursor->token->type == TOKEN_END)
      fail_at (cursor->token, "syntax error: “}” is missing");
    depth += is_mark (cursor->token, "{") ? 1 : is_mark (cursor->token, "}") ? -1 : 0;
    if (cursor->token->type != TOKEN_BREAK)
      vector_add (&rule.tokens, *cursor->token);
    cursor->token++;
  }
  Token end = *cursor->token;
  end.type = TOKEN_END;
  end.text = "";
  vector_add (&rule.tokens, end);
  return rule;
}

static void
read_chain_block (Ruleset *ruleset, Cursor *cursor, Chain *chain)
{
  need_mark (cursor, "{");
  for (skip_breaks (cursor); !accept_mark (cursor, "}"); skip_breaks (cursor)) {
    if (cursor->token->type == TOKEN_END)
      fail_at (cursor->token, "syntax error, unexpected end of file: “}” is missing");
    if (accept_word (cursor, "type")) {
      read_base (cursor, chain);
    } else if (accept_word (cursor, "policy")) {
      read_policy (cursor, chain);
    } else if (is_word (cursor->token, "comment") && cursor->token[1].type == TOKEN_STRING
               && ends_statement (&cursor->token[2])) {
      cursor->token += 2;
    } else {
      vector_add (&chain->rules, read_rule (ruleset, cursor));
    }
    end_statement (cursor);
  }
}

/* --- sets ------------------------------------------------------------------------------- */

/* "{ a, b }": appends to the set's elements. */
static void
read_elements (Cursor *cursor, Set *set)
{
  need_mark (cursor, "{");
  if (set->elements.count > 0)
    set->elements.count--; /* the END */
  for (; !is_mark (cursor->token, "}"); cursor->token++) {
    if (cursor->token->type == TOKEN_END || is_mark (cursor->token, "{"))
      fail_at (cursor->token, "syntax error: “}” is missing");
    if (cursor->token->type != TOKEN_BREAK)
      vector_add (&set->elements, *cursor->token);
  }
  Token end = *cursor->token++;
  end.type = TOKEN_END;
  end.text = "";
  vector_add (&set->elements, end);
}

static void
read_set_block (Cursor *cursor, Set *set)
{
  need_mark (cursor, "{");
  for (skip_breaks (cursor); !accept_mark (cursor, "}"); skip_breaks (cursor)) {
    if (cursor->token->type == TOKEN_END)
      fail_at (cursor->token, "syntax error, unexpected end of file: “}” is missing");
    if (accept_word (cursor, "elements")) {
      need_mark (cursor, "=");
      read_elements (cursor, set);
      end_statement (cursor);
      continue;
    }
    for (; !ends_statement (cursor->token); cursor->token++)
      vector_add (&set->head, *cursor->token);
    Token line = *cursor->token;
    line.type = TOKEN_BREAK;
    vector_add (&set->head, line);
  }
}

static Set *
make_set (Table *table, const char *name, bool is_map)
{
  Set *set = find_set (table, name);
  if (set != NULL)
    return set;
  set = allocate (sizeof *set);
  set->name = name;
  set->is_map = is_map;
  vector_add (&table->sets, set);
  return set;
}

static void
read_table_block (Ruleset *ruleset, Cursor *cursor, Table *table)
{
  need_mark (cursor, "{");
  for (skip_breaks (cursor); !accept_mark (cursor, "}"); skip_breaks (cursor)) {
    const Token *at = cursor->token;
    if (accept_word (cursor, "chain"))
      read_chain_block (ruleset, cursor, make_chain (table, need_text (cursor, "the name of a chain")));
    else if (accept_word (cursor, "set"))
      read_set_block (cursor, make_set (table, need_text (cursor, "the name of a set"), false));
    else if (accept_word (cursor, "map"))
      read_set_block (cursor, make_set (table, need_text (cursor, "the name of a map"), true));
    else if (is_word (at, "comment") && at[1].type == TOKEN_STRING)
      cursor->token += 2;
    else if (at->type == TOKEN_END)
      fail_at (at, "syntax error, unexpected end of file: “}” is missing");
    else
      fail_at (at, "syntax error, unexpected “%s”: here stand chains, sets and maps", at->text);
    end_statement (cursor);
  }
}

/* --- commands ------------------------------------------------------------------------------ */

/* [position|handle N]: index in the chain of the rule that is meant; -1 when none is named. */
static int
read_position (Cursor *cursor, const Chain *chain)
{
  if (!accept_word (cursor, "handle") && !accept_word (cursor, "position") && !accept_word (cursor, "index"))
    return -1;
  bool by_index = is_word (cursor->token - 1, "index");
  const Token *at = cursor->token;
  int number = atoi (need_text (cursor, "a number"));
  for (int i = 0; i < chain->rules.count; i++)
    if (by_index ? i == number : chain->rules.items[i].id == number)
      return i;
  fail_at (at, "No such file or directory: chain “%s” has no rule %d", chain->name, number);
}

/* Puts the chain's last rule at @index. */
static void
move_last (Chain *chain, int index)
{
  Rule last = chain->rules.items[chain->rules.count - 1];
  memmove (&chain->rules.items[index + 1], &chain->rules.items[index],
           (size_t) (chain->rules.count - 1 - index) * sizeof last);
  chain->rules.items[index] = last;
}

static void
add_rule (Ruleset *ruleset, Cursor *cursor, bool insert)
{
  Table *table = need_table (ruleset, cursor);
  Chain *chain = need_chain (table, cursor);
  int position = read_position (cursor, chain);
  vector_add (&chain->rules, read_rule (ruleset, cursor));
  if (position >= 0)
    move_last (chain, insert ? position : position + 1);
  else if (insert)
    move_last (chain, 0);
}

static void
add_command (Ruleset *ruleset, Cursor *cursor, bool insert)
{
  if (accept_word (cursor, "table")) {
    const char *family = read_family (cursor);
    Table *table = make_table (ruleset, family, need_text (cursor, "the name of a table"));
    if (is_mark (cursor->token, "{"))
      read_table_block (ruleset, cursor, table);
  } else if (accept_word (cursor, "chain")) {
    Table *table = need_table (ruleset, cursor);
    Chain *chain = make_chain (table, need_text (cursor, "the name of a chain"));
    if (is_mark (cursor->token, "{"))
      read_chain_block (ruleset, cursor, chain);
  } else if (is_word (cursor->token, "set") || is_word (cursor->token, "map")) {
    bool is_map = is_word (cursor->token++, "map");
    Table *table = need_table (ruleset, cursor);
    read_set_block (cursor, make_set (table, need_text (cursor, "the name of a set"), is_map));
  } else if (accept_word (cursor, "element")) {
    Table *table = need_table (ruleset, cursor);
    const Token *at = cursor->token;
    Set *set = find_set (table, need_text (cursor, "the name of a set"));
    if (set == NULL)
      fail_at (at, "No such file or directory: there is no set “%s”", at->text);
    Tokens more = { 0 };
    Set addition = { .elements = more };
    read_elements (cursor, &addition);
    if (set->elements.count > 1) {
      Token comma = *at;
      comma.type = TOKEN_MARK;
      comma.text = ",";
      set->elements.items[set->elements.count - 1] = comma;
    } else {
      set->elements.count = 0;
    }
    for (int i = 0; i < addition.elements.count; i++)
      vector_add (&set->elements, addition.elements.items[i]);
  } else {
    accept_word (cursor, "rule");
    add_rule (ruleset, cursor, insert);
  }
}

static void
delete_element (const Table *table, Cursor *cursor)
{
  const Token *at = cursor->token;
  Set *set = find_set (table, need_text (cursor, "the name of a set"));
  if (set == NULL)
    fail_at (at, "No such file or directory: there is no set “%s”", at->text);
  Set removed = { 0 };
  read_elements (cursor, &removed);
  for (int i = 0; i < removed.elements.count; i++) {
    const Token *gone = &removed.elements.items[i];
    bool found = false;
    if (gone->type != TOKEN_WORD && gone->type != TOKEN_STRING)
      continue;
    for (int j = 0; j < set->elements.count && !found; j++) {
      if (!same (set->elements.items[j].text, gone->text))
        continue;
      /* With the comma after it, or, at the end, the one before. */
      int first = is_mark (&set->elements.items[j + 1], ",") || j == 0 ? j : j - 1;
      int count = set->elements.count - 1 > first + 1 ? 2 : 1;
      memmove (&set->elements.items[first], &set->elements.items[first + count],
               (size_t) (set->elements.count - first - count) * sizeof (Token));
      set->elements.count -= count;
      found = true;
    }
    if (!found)
      fail_at (gone, "No such file or directory: “%s” is not in the set", gone->text);
  }
}

static void
delete_command (Ruleset *ruleset, Cursor *cursor)
{
  if (accept_word (cursor, "table")) {
    const Table *table = need_table (ruleset, cursor);
    int index = find_table (ruleset, table->family, table->name);
    memmove (&ruleset->tables.items[index], &ruleset->tables.items[index + 1],
             (size_t) (--ruleset->tables.count - index) * sizeof (Table *));
  } else if (accept_word (cursor, "chain")) {
    Table *table = need_table (ruleset, cursor);
    const Chain *chain = need_chain (table, cursor);
    for (int i = 0; i < table->chains.count; i++)
      if (table->chains.items[i] == chain)
        memmove (&table->chains.items[i], &table->chains.items[i + 1],
                 (size_t) (--table->chains.count - i) * sizeof (Chain *));
  } else if (accept_word (cursor, "rule")) {
    const Table *table = need_table (ruleset, cursor);
    Chain *chain = need_chain (table, cursor);
    const Token *at = cursor->token;
    int index = read_position (cursor, chain);
    if (index < 0)
      fail_at (at, "“handle” and a number are missing here; see: nft -a list ruleset");
    memmove (&chain->rules.items[index], &chain->rules.items[index + 1],
             (size_t) (--chain->rules.count - index) * sizeof (Rule));
  } else if (accept_word (cursor, "element")) {
    delete_element (need_table (ruleset, cursor), cursor);
  } else {
    fail_at (cursor->token, "syntax error, unexpected “%s”: table, chain, rule or element is expected here",
             cursor->token->text);
  }
}

static void
flush_command (Ruleset *ruleset, Cursor *cursor)
{
  if (accept_word (cursor, "ruleset")) {
    ruleset->tables.count = 0;
  } else if (accept_word (cursor, "table")) {
    const Table *table = need_table (ruleset, cursor);
    for (int i = 0; i < table->chains.count; i++)
      table->chains.items[i]->rules.count = 0;
  } else if (accept_word (cursor, "chain")) {
    const Table *table = need_table (ruleset, cursor);
    need_chain (table, cursor)->rules.count = 0;
  } else if (accept_word (cursor, "set")) {
    const Table *table = need_table (ruleset, cursor);
    Set *set = find_set (table, need_text (cursor, "the name of a set"));
    if (set != NULL)
      set->elements.count = 0;
  } else {
    fail_at (cursor->token, "syntax error, unexpected “%s”: ruleset, table, chain or set is expected here",
             cursor->token->text);
  }
}

static void
list_command (const Ruleset *ruleset, Cursor *cursor, Listing *listing)
{
  if (accept_word (cursor, "ruleset")) {
    list_ruleset (ruleset, listing);
  } else if (accept_word (cursor, "tables")) {
    for (int i = 0; i < ruleset->tables.count; i++)
      buffer_add (&listing->out, "table %s %s\n", ruleset->tables.items[i]->family, ruleset->tables.items[i]->name);
  } else if (accept_word (cursor, "table")) {
    list_table (need_table (ruleset, cursor), listing);
  } else if (accept_word (cursor, "chain")) {
    const Table *table = need_table (ruleset, cursor);
    buffer_add (&listing->out, "table %s %s {\n", table->family, table->name);
    list_chain (table, need_chain (table, cursor), listing);
    buffer_add (&listing->out, "}\n");
  } else if (accept_word (cursor, "set") || accept_word (cursor, "map")) {
    const Table *table = need_table (ruleset, cursor);
    const Token *at = cursor->token;
    const Set *set = find_set (table, need_text (cursor, "the name of a set"));
    if (set == NULL)
      fail_at (at, "No such file or directory: there is no set “%s”", at->text);
    buffer_add (&listing->out, "table %s %s {\n", table->family, table->name);
    list_set (set, listing);
    buffer_add (&listing->out, "}\n");
  } else {
    fail_at (cursor->token, "“list %s” cannot be had on this kernel; try: nft list ruleset", cursor->token->text);
  }
}

bool
execute (Ruleset *ruleset, const Tokens *tokens, Listing *listing)
{
  Cursor cursor = { .token = tokens->items };
  bool changed = false;
  for (skip_breaks (&cursor); cursor.token->type != TOKEN_END; skip_breaks (&cursor)) {
    bool lists = false;
    const Token *at = cursor.token;
    if (is_word (at, "table"))
      add_command (ruleset, &cursor, false);
    else if (accept_word (&cursor, "add") || accept_word (&cursor, "create"))
      add_command (ruleset, &cursor, false);
    else if (accept_word (&cursor, "insert"))
      add_command (ruleset, &cursor, true);
    else if (accept_word (&cursor, "delete") || accept_word (&cursor, "destroy"))
      delete_command (ruleset, &cursor);
    else if (accept_word (&cursor, "flush"))
      flush_command (ruleset, &cursor);
    else if (accept_word (&cursor, "list") && (lists = true))
      list_command (ruleset, &cursor, listing);
    else
      fail_at (at, "syntax error, unexpected “%s”", at->text);
    changed = changed || !lists;
    if (cursor.token->type != TOKEN_BREAK && cursor.token->type != TOKEN_END)
      fail_at (cursor.token, "syntax error, unexpected “%s”", cursor.token->text);
  }
  return changed;
}
