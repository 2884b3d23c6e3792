/* emit.c - a rule set as lines for iptables-restore; see nft.h.
 *
 * Each base chain becomes a chain of iptables that the built-in one jumps to.
 * Base chains of one hook follow each other: "accept" in one means to go on
 * with the next, and only in the last to accept the packet. Since each of them
 * ends in its policy, jumping to the next is enough. User chains are made once
 * for each base chain that reaches them, since their "accept" differs.
 *
 * A rule with several statements, or with "none of these", gets a helper chain:
 * the matches of iptables are asked once then, as those of nftables are.
 */
#define _GNU_SOURCE
#include "nft.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 28 /* of a chain of iptables */

const char *const table_names[TABLES] = { "raw", "mangle", "nat", "filter" };

static const char *const builtin[TABLES][6] = {
  { "PREROUTING", "OUTPUT", NULL },
  { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", NULL },
  { "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING", NULL },
  { "INPUT", "FORWARD", "OUTPUT", NULL },
};

/* A chain of nftables as it is reached from one base chain. */
typedef struct {
  const Chain *chain;
  const char *name;
} Instance;

typedef struct {
  const Table *table;
  const Chain *chain;
  const char *name;
  const char *accept; /* target: ACCEPT, or the next base chain of the hook */
  VECTOR (Instance) instances;
} Base;

/* What is made for one table of iptables. */
typedef struct {
  int family;
  VECTOR (const char *) names; /* of its own chains */
  Buffer rules;
  VECTOR (const Token *) from;
} Section;

typedef VECTOR (Base *) Bases;

/* Where rules are being written to. */
typedef struct {
  Section *section;
  Base *base;
  const Rule *rule;
  bool counts;
  bool in_base; /* in the base chain itself or a helper of it, not in a chain that was jumped to */
} Place;

static void emit_items (const Place *place, const char *chain, const Item *items, int count);
static const char *instance_name (Section *section, Base *base, const Token *at, const char *name);

/* --- names --------------------------------------------------------------------------- */

static bool
name_is_free (const Section *section, const char *name)
{
  for (int i = 0; i < section->names.count; i++)
    if (same (section->names.items[i], name))
      return false;
  return true;
}

/* A new chain of iptables, called @wanted or nearly so. */
static const char *
new_chain (Section *section, const char *wanted)
{
  const char *name = wanted;
  for (int i = 1; strlen (name) > NAME_MAX_BYTES || !name_is_free (section, name); i++)
    name = format_text ("%.22s~%d", wanted, i);
  vector_add (&section->names, name);
  return name;
}

/* --- lines ----------------------------------------------------------------------------- */

static void
add_line (const Place *place, const char *chain, const char *protocol, const char *options, const char *target)
{
  Section *section = place->section;
  buffer_add (&section->rules, "-A %s", chain);
  if (protocol != NULL)
    buffer_add (&section->rules, " -p %s", protocol);
  buffer_add (&section->rules, "%s", options);
  if (place->counts)
    buffer_add (&section->rules, " -m comment --comment nft-%d", place->rule->id);
  buffer_add (&section->rules, "%s\n", target);
  const Token *from = place->rule != NULL ? place->rule->tokens.items : NULL;
  vector_add (&section->from, from);
}

/* A line for each combination of ways of the matches from @items on, of which @count are left. */
static void
add_lines (const Place *place, const char *chain, const Item *items, int count, const char *protocol,
           const char *options, const char *target)
{
  if (count == 0) {
    add_line (place, chain, protocol, options, target);
    return;
  }
  if (items->none) {
    add_lines (place, chain, items + 1, count - 1, protocol, options, target);
    return;
  }
  for (int i = 0; i < items->ways.count; i++) {
    const Way *way = &items->ways.items[i];
    if ((way->families & place->section->family) == 0
        || (protocol != NULL && way->protocol != NULL && !same (protocol, way->protocol)))
      continue;
    add_lines (place, chain, items + 1, count - 1, protocol != NULL ? protocol : way->protocol,
               format_text ("%s%s", options, way->options), target);
  }
}

/* --- statements --------------------------------------------------------------------------- */

/* Where a packet goes that leaves the base chain by its end. */
static const char *
policy_target (const Base *base)
{
  return base->chain->drops ? "DROP" : base->accept;
}

/* The target of one statement, with " -j "; "" for none. */
static const char *
statement_target (const Place *place, const Item *item)
{
  if (item->verdict == NULL) {
    const char *target = item->target[place->section->family == IPV4 ? 0 : 1];
    return target != NULL ? format_text (" -j %s", target) : "";
  }
  if (same (item->verdict, "accept"))
    return format_text (" -j %s", place->base->accept);
  if (same (item->verdict, "drop"))
    return " -j DROP";
  if (same (item->verdict, "return"))
    return place->in_base ? format_text (" -j %s", policy_target (place->base)) : " -j RETURN";
  return format_text (" -%c %s", same (item->verdict, "goto") ? 'g' : 'j',
                      instance_name (place->section, place->base, place->rule->tokens.items, item->chain));
}

/* Whether the statements leave the chain they stand in for the one that called it. */
static bool
leaves (const Item *items, int count)
{
  for (int i = 0; i < count; i++)
    if (same (items[i].verdict, "return") || same (items[i].verdict, "goto"))
      return true;
  return false;
}

static bool
any_match (const Item *items, int count)
{
  for (int i = 0; i < count; i++)
    if (items[i].is_match)
      return true;
  return false;
}

/* Statements that need a chain of their own: target that calls it. */
static const char *
helper_target (const Place *place, const Item *items, int count)
{
  const char *name = new_chain (place->section, format_text ("%s.%d", place->base->name, place->rule->id));
  bool by_goto = !place->in_base && leaves (items, count);
  if (by_goto && any_match (items, count))
    fail_at (place->rule->tokens.items, "a rule that returns after a statement and a further match cannot be had on this "
                                        "kernel; write two rules");
  emit_items (place, name, items, count);
  return format_text (" -%c %s", by_goto ? 'g' : 'j', name);
}

/* "none of these": a chain that returns for each of them, then does what is left. */
static const char *
none_target (const Place *place, const Item *items, int matches, int count)
{
  const char *name = new_chain (place->section, format_text ("%s.%d", place->base->name, place->rule->id));
  if (!place->in_base && leaves (items + matches, count - matches))
    fail_at (place->rule->tokens.items, "“!=” with several values and “return” cannot be had in one rule on this kernel");
  for (int i = 0; i < matches; i++)
    for (int j = 0; items[i].none && j < items[i].ways.count; j++)
      if (items[i].ways.items[j].families & place->section->family)
        add_line (place, name, items[i].ways.items[j].protocol, items[i].ways.items[j].options, " -j RETURN");
  emit_items (place, name, items + matches, count - matches);
  return format_text (" -j %s", name);
}

/* goto in a base chain: what comes back meets the policy. */
static const char *
base_goto_target (const Place *place, const Item *item)
{
  const char *name = new_chain (place->section, format_text ("%s.%d", place->base->name, place->rule->id));
  Item jump = *item;
  jump.verdict = "jump";
  add_line (place, name, NULL, "", statement_target (place, &jump));
  add_line (place, name, NULL, "", format_text (" -j %s", policy_target (place->base)));
  return format_text (" -j %s", name);
}

/* Matches and statements in their order, as rules of @chain. */
static void
emit_items (const Place *place, const char *chain, const Item *items, int count)
{
  int matches = 0;
  bool none = false;
  while (matches < count && items[matches].is_match)
    none = items[matches++].none || none;
  int left = count - matches;
  /* Counted where the matches are, not again in helpers. */
  Place inner = *place;
  inner.counts = false;
  const char *target = "";
  if (none)
    target = none_target (&inner, items, matches, count);
  else if (left > 1 && matches > 0)
    target = helper_target (&inner, items + matches, left);
  else if (left > 0 && place->in_base && same (items[matches].verdict, "goto"))
    target = base_goto_target (&inner, &items[matches]);
  else if (left > 0)
    target = statement_target (place, &items[matches]);
  if (target[0] != '\0' || place->counts)
    add_lines (place, chain, items, matches, NULL, "", target);
  /* Without matches each statement is a rule of its own. */
  if (matches == 0 && left > 1)
    emit_items (&inner, chain, items + 1, left - 1);
}

/* --- chains ---------------------------------------------------------------------------------- */

static Program
parse_rule (const Rule *rule, const Tokens *tokens)
{
  Program program = { .rule = rule };
  Cursor cursor = { .token = tokens->items };
  while (cursor.token->type != TOKEN_END)
    if (!parse_match (&cursor, &program))
      parse_statement (&cursor, &program);
  return program;
}

static void
emit_rule (Section *section, Base *base, const char *name, bool in_base, const Rule *rule)
{
  Tokens *rules = NULL;
  int count = 0;
  expand_rule (base->table, rule, &rules, &count);
  for (int i = 0; i < count; i++) {
    Program program = parse_rule (rule, &rules[i]);
    Place place = { .section = section, .base = base, .rule = rule, .counts = program.counts, .in_base = in_base };
    emit_items (&place, name, program.items.items, program.items.count);
  }
}

static void
emit_rules (Section *section, Base *base, const char *name, const Chain *chain, bool in_base)
{
  for (int i = 0; i < chain->rules.count; i++)
    emit_rule (section, base, name, in_base, &chain->rules.items[i]);
}

static const char *
instance_name (Section *section, Base *base, const Token *at, const char *name)
{
  const Chain *chain = find_chain (base->table, name);
  if (chain == NULL || chain->is_base)
    fail_at (at, "No such file or directory: there is no chain “%s” to jump to", name);
  for (int i = 0; i < base->instances.count; i++)
    if (base->instances.items[i].chain == chain)
      return base->instances.items[i].name;
  Instance instance = { .chain = chain, .name = new_chain (section, format_text ("%s.%s", base->name, name)) };
  vector_add (&base->instances, instance);
  emit_rules (section, base, instance.name, chain, false);
  return instance.name;
}

/* The table of iptables that does what a base chain of this type and priority does. */
static int
table_of (const Chain *chain)
{
  bool early = same (chain->hook, "prerouting") || same (chain->hook, "output");
  if (same (chain->type, "nat"))
    return TABLE_NAT;
  if (same (chain->type, "route"))
    return TABLE_MANGLE;
  if (early && chain->priority <= -250)
    return TABLE_RAW;
  if (same (chain->hook, "prerouting") || same (chain->hook, "postrouting") || chain->priority <= -100)
    return TABLE_MANGLE;
  return TABLE_FILTER;
}

static const char *
builtin_name (const Chain *chain)
{
  char *name = copy_text (chain->hook, strlen (chain->hook));
  for (char *c = name; *c != '\0'; c++)
    *c = (char) (*c - 'a' + 'A');
  return name;
}

static bool
has_builtin (int table, const char *name)
{
  for (int i = 0; builtin[table][i] != NULL; i++)
    if (same (builtin[table][i], name))
      return true;
  return false;
}

/* Base chains of @family in one table of iptables, by rising priority. */
static void
collect_bases (const Ruleset *ruleset, int family, int table, Bases *bases)
{
  for (int i = 0; i < ruleset->tables.count; i++) {
    const Table *owner = ruleset->tables.items[i];
    if (same (owner->family, family == IPV4 ? "ip6" : "ip"))
      continue;
    for (int j = 0; j < owner->chains.count; j++) {
      const Chain *chain = owner->chains.items[j];
      if (!chain->is_base || table_of (chain) != table)
        continue;
      if (!has_builtin (table, builtin_name (chain)))
        fail ("chain “%s”: a chain of type %s on hook %s cannot be had on this kernel", chain->name, chain->type,
              chain->hook);
      Base *base = allocate (sizeof *base);
      base->table = owner;
      base->chain = chain;
      vector_add (bases, base);
      for (int k = bases->count - 1; k > 0 && bases->items[k - 1]->chain->priority > chain->priority; k--) {
        bases->items[k] = bases->items[k - 1];
        bases->items[k - 1] = base;
      }
    }
  }
}

static const Base *
next_of_hook (const Bases *bases, int index)
{
  for (int i = index + 1; i < bases->count; i++)
    if (same (bases->items[i]->chain->hook, bases->items[index]->chain->hook))
      return bases->items[i];
  return NULL;
}

static void
emit_bases (Section *section, const Bases *bases)
{
  Place nowhere = { .section = section };
  for (int i = 0; i < bases->count; i++) {
    Base *base = bases->items[i];
    base->name = new_chain (section, format_text ("%s.%s", base->table->name, base->chain->name));
  }
  for (int i = 0; i < bases->count; i++) {
    Base *base = bases->items[i];
    const Base *next = next_of_hook (bases, i);
    bool first = true;
    base->accept = next != NULL ? next->name : "ACCEPT";
    for (int j = 0; j < i; j++)
      first = first && !same (bases->items[j]->chain->hook, base->chain->hook);
    if (first)
      add_line (&nowhere, builtin_name (base->chain), NULL, "", format_text (" -j %s", base->name));
    emit_rules (section, base, base->name, base->chain, true);
    add_line (&nowhere, base->name, NULL, "", format_text (" -j %s", policy_target (base)));
  }
}

/* Also rules that no packet ever meets must make sense. */
static void
check_rule (const Table *table, const Rule *rule)
{
  Tokens *rules = NULL;
  int count = 0;
  expand_rule (table, rule, &rules, &count);
  for (int i = 0; i < count; i++) {
    Program program = parse_rule (rule, &rules[i]);
    for (int j = 0; j < program.items.count; j++) {
      const char *name = program.items.items[j].chain;
      const Chain *chain = name != NULL ? find_chain (table, name) : NULL;
      if (name != NULL && (chain == NULL || chain->is_base))
        fail_at (rule->tokens.items, "No such file or directory: there is no chain “%s” to jump to", name);
    }
  }
}

void
check_rules (const Ruleset *ruleset)
{
  for (int i = 0; i < ruleset->tables.count; i++) {
    const Table *table = ruleset->tables.items[i];
    for (int j = 0; j < table->chains.count; j++)
      for (int k = 0; k < table->chains.items[j]->rules.count; k++)
        check_rule (table, &table->chains.items[j]->rules.items[k]);
  }
}

static void
add_script_line (Script *script, const Token *from, const char *text)
{
  buffer_add (&script->text, "%s\n", text);
  vector_add (&script->from, from);
}

void
emit (const Ruleset *ruleset, int family, unsigned present, Script *script)
{
  for (int table = 0; table < TABLES; table++) {
    Bases bases = { 0 };
    Section section = { .family = family };
    collect_bases (ruleset, family, table, &bases);
    if (bases.count == 0 && (present & 1U << table) == 0)
      continue;
    emit_bases (&section, &bases);
    add_script_line (script, NULL, format_text ("*%s", table_names[table]));
    for (int i = 0; builtin[table][i] != NULL; i++)
      add_script_line (script, NULL, format_text (":%s ACCEPT [0:0]", builtin[table][i]));
    for (int i = 0; i < section.names.count; i++)
      add_script_line (script, NULL, format_text (":%s - [0:0]", section.names.items[i]));
    buffer_add (&script->text, "%s", section.rules.text != NULL ? section.rules.text : "");
    for (int i = 0; i < section.from.count; i++)
      vector_add (&script->from, section.from.items[i]);
    add_script_line (script, NULL, "COMMIT");
  }
}
