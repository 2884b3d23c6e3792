/* nft.h - nftables rule sets on a kernel that has only iptables.
 *
 * Debian's user-mode Linux has nf_tables without the families ip, ip6 and inet
 * (CONFIG_NF_TABLES_IPV4, _IPV6, _INET are not set), but all of iptables. This
 * program takes the place of nft(8) in such a guest: it reads the language of
 * nft, keeps the rule set as text in STATE_FILE, and carries it out through
 * iptables-legacy-restore and ip6tables-legacy-restore, each of which changes a
 * table at once or not at all. A rule set with an error changes nothing.
 *
 *   text → tokens (lex.c) → tables, chains, sets, rules (parse.c)
 *        → matches and statements of each rule (match.c, statement.c)
 *        → lines for iptables-restore (emit.c) → kernel (apply.c)
 *
 * Memory is not given back: the program runs for milliseconds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define STATE_FILE "/run/vbet-nft.rules"

/* --- memory and text (text.c) ------------------------------------------------- */

/* A growing array of TYPE: items, count; vector_add() appends. */
#define VECTOR(TYPE)                                                                                                  \
  struct {                                                                                                            \
    TYPE *items;                                                                                                      \
    int count;                                                                                                        \
  }
#define vector_add(vector, value)                                                                                     \
  do {                                                                                                                \
    (vector)->items = grow ((vector)->items, (vector)->count, sizeof *(vector)->items);                               \
    (vector)->items[(vector)->count++] = (value);                                                                     \
  } while (0)

/** grow: @items with room for one item more. Ends the program when there is no memory. */
void *grow (void *items, int count, size_t item_size);
void *allocate (size_t size);
char *copy_text (const char *text, size_t size);
char *format_text (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
bool same (const char *a, const char *b);
/** read_text: Returns: the contents of @path ("-": standard input); NULL when it cannot be read. */
char *read_text (const char *path);

typedef struct {
  char *text;
  size_t size;
} Buffer;
void buffer_add (Buffer *buffer, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* --- tokens (lex.c) -------------------------------------------------------------- */

typedef enum {
  TOKEN_WORD,   /* also numbers, addresses, ranges, @set */
  TOKEN_STRING, /* was in quotes */
  TOKEN_MARK,   /* { } ( ) , = == != < > <= >= | & ! */
  TOKEN_BREAK,  /* end of line or ";" */
  TOKEN_END,
} TokenType;

typedef struct {
  TokenType type;
  const char *text;
  const char *file;
  int line;
  int column;
} Token;

typedef VECTOR (Token) Tokens;

/** lex: appends the tokens of @text and an END; $NAME is replaced by what "define" gave it. */
void lex (Tokens *tokens, const char *text, const char *file);

/* Where a parser stands. */
typedef struct {
  const Token *token;
} Cursor;

/** fail_at: says "FILE:LINE:COLUMN: Error: …" and ends the program with status 1. */
_Noreturn void fail_at (const Token *token, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
_Noreturn void fail (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

bool is_word (const Token *token, const char *text);
bool is_mark (const Token *token, const char *text);
/** accept_word, accept_mark: step over it if it is there. */
bool accept_word (Cursor *cursor, const char *text);
bool accept_mark (Cursor *cursor, const char *text);
/** need_text: the text of a word or string, stepping over it; @what for the error. */
const char *need_text (Cursor *cursor, const char *what);
void need_mark (Cursor *cursor, const char *text);

/* --- the rule set (parse.c, list.c) ------------------------------------------------ */

typedef struct {
  Tokens tokens; /* ends with END */
  int id;        /* of its line in listings ("handle") and its counter */
} Rule;

typedef struct {
  const char *name;
  bool is_base;
  const char *type; /* filter, nat, route */
  const char *hook;
  int priority;
  const char *priority_text;
  bool drops;       /* its policy */
  VECTOR (Rule) rules;
} Chain;

typedef struct {
  const char *name;
  bool is_map;
  Tokens head;     /* type, flags …: for listings */
  Tokens elements; /* without braces, ends with END */
} Set;

typedef struct {
  const char *family; /* ip, ip6, inet */
  const char *name;
  VECTOR (Chain *) chains;
  VECTOR (Set *) sets;
} Table;

typedef struct {
  VECTOR (Table *) tables;
  int last_id;
} Ruleset;

/* What a "list" command asks for. */
typedef struct {
  bool handles; /* -a */
  Buffer out;
} Listing;

/** execute: carries out the commands in @tokens on @ruleset. Returns: whether they changed it. */
bool execute (Ruleset *ruleset, const Tokens *tokens, Listing *listing);
Chain *find_chain (const Table *table, const char *name);
Set *find_set (const Table *table, const char *name);

void list_ruleset (const Ruleset *ruleset, Listing *listing);
void list_table (const Table *table, Listing *listing);
void list_chain (const Table *table, const Chain *chain, Listing *listing);
void list_set (const Set *set, Listing *listing);
/** list_for_keeping: without counters. */
void list_for_keeping (const Ruleset *ruleset, Listing *listing);
/** tokens_text: as nft would write them. */
char *tokens_text (const Token *tokens, int count);

/* --- rules (match.c, statement.c, expand.c) ------------------------------------------- */

enum { IPV4 = 1, IPV6 = 2, IP_BOTH = 3 };

/* One of several ways in which a match can be true. */
typedef struct {
  const char *protocol; /* for -p; NULL: none */
  const char *options;  /* for iptables, begins with a space; "" when the protocol says all */
  int families;         /* IPV4, IPV6 or both */
} Way;

typedef struct {
  bool is_match;
  /* A match: true when one of the ways is, or, if @none, when none is. */
  bool none;
  VECTOR (Way) ways;
  /* A statement: what follows -j for each family; NULL: nothing to do. */
  const char *target[2]; /* of IPv4, of IPv6 */
  const char *verdict;   /* accept, drop, return, jump, goto: then @target is NULL, or the chain */
  const char *chain;     /* of jump and goto */
} Item;

typedef struct {
  VECTOR (Item) items;
  bool counts; /* has a counter */
  const Rule *rule;
} Program;

/** expand_rule: verdict maps, concatenations and named sets become plain rules, in order. */
void expand_rule (const Table *table, const Rule *rule, Tokens **ret_rules, int *ret_count);
/** parse_match: Returns: FALSE when no match begins at the cursor. */
bool parse_match (Cursor *cursor, Program *program);
/** parse_statement: ends the program when the words mean nothing. */
void parse_statement (Cursor *cursor, Program *program);
Item *add_match (Program *program);
void add_way (Item *item, int families, const char *protocol, const char *options);

/* --- iptables (emit.c, apply.c) --------------------------------------------------------- */

typedef struct {
  Buffer text;                 /* for iptables-restore */
  VECTOR (const Token *) from; /* of each line: the first token of the rule it comes from, or NULL */
} Script;

/* Tables of iptables, in the order packets meet them. */
enum { TABLE_RAW, TABLE_MANGLE, TABLE_NAT, TABLE_FILTER, TABLES };
extern const char *const table_names[TABLES];

/**
 * emit: the script of one family.
 * @present: tables (1 << TABLE_…) that the kernel has already: they are emptied when the rule set has nothing for them
 */
void emit (const Ruleset *ruleset, int family, unsigned present, Script *script);
/** check_rules: ends the program when a rule makes no sense, wherever it stands. */
void check_rules (const Ruleset *ruleset);
/** apply: makes the kernel do what @now says; on failure what @before says stays. */
void apply (const Ruleset *before, const Ruleset *now, bool check_only);
/** read_counters: packets and bytes of rules with a counter, by id up to @last. */
void read_counters (int last, long long (*counters)[2]);
