/* frr-config.c - what FRR's daemons read of a configuration; see frr-config.h.
 *
 * A daemon passes over a line that it does not know, and tries one that its present block does not know at
 * the levels above. So blocks need no end, and an "exit" is the one dangerous line: where the daemon did not
 * know the block that it ends, it ends the daemon's configuration, and all that follows is lost. Hence the
 * rules of vbet_frr_part(): a daemon gets no block that it does not know, with all that is in it; where a
 * block of the top level ends, it gets TO_TOP, which every daemon of every version has there and which leads
 * out of any block; and where a block just within one ends, it gets the first line of the outer one anew. So
 * an older daemon that lacks a block of the table goes on behind it, too. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "base/frr-config.h"

#include <string.h>

#define BIT(daemon) (1U << VBET_FRR_##daemon)
#define ALL ((1U << VBET_FRR_DAEMONS) - 1)
#define TO_TOP "line vty"
#define DEPTH_MAX 16
#define NO_BLOCK (-1)

static const char *const names[VBET_FRR_DAEMONS] = {
  "mgmtd",  "zebra", "staticd", "babeld", "bfdd",  "bgpd", "eigrpd", "fabricd", "isisd",  "ldpd",  "nhrpd",
  "ospf6d", "ospfd", "pathd",   "pbrd",   "pim6d", "pimd", "ripd",   "ripngd",  "sharpd", "vrrpd",
};

/* Blocks, and who knows them in any version of FRR from 8.4 to 10.3 (asked of the daemons themselves). A path
 * is that of the block around it, "/", and the words that the first line begins with: "*" is any word, "$"
 * the end of the line. */
static const struct {
  const char *path;
  uint32_t daemons;
  const char *module; /* that the daemon needs for it */
} blocks[] = {
  { "interface *", ALL & ~(BIT (STATICD) | BIT (BFDD) | BIT (LDPD) | BIT (PATHD)), NULL },
  { "interface */link-params $", BIT (ZEBRA) | BIT (MGMTD), NULL },
  { "vrf *", ALL & ~(BIT (BFDD) | BIT (BGPD) | BIT (LDPD) | BIT (PATHD)), NULL },
  { "line vty $", ALL, NULL },
  { "route-map *",
    BIT (MGMTD) | BIT (ZEBRA) | BIT (BGPD) | BIT (EIGRPD) | BIT (FABRICD) | BIT (ISISD) | BIT (OSPF6D)
        | BIT (OSPFD) | BIT (PIMD) | BIT (RIPD) | BIT (RIPNGD),
    NULL },
  { "key chain *", BIT (MGMTD) | BIT (EIGRPD) | BIT (OSPF6D) | BIT (OSPFD) | BIT (RIPD), NULL },
  { "key chain */key *", BIT (MGMTD) | BIT (EIGRPD) | BIT (OSPF6D) | BIT (OSPFD) | BIT (RIPD), NULL },
  { "nexthop-group *", BIT (PBRD) | BIT (SHARPD), NULL },
  { "pseudowire *", BIT (ZEBRA), NULL },
  { "segment-routing $", BIT (MGMTD) | BIT (ZEBRA) | BIT (PATHD), NULL },
  { "segment-routing $/srv6 $", BIT (MGMTD) | BIT (ZEBRA), NULL },
  { "segment-routing $/srv6 $/locators $", BIT (ZEBRA), NULL },
  { "segment-routing $/srv6 $/locators $/locator *", BIT (ZEBRA), NULL },
  { "segment-routing $/srv6 $/encapsulation $", BIT (ZEBRA), NULL },
  { "segment-routing $/srv6 $/formats $", BIT (ZEBRA), NULL },
  { "segment-routing $/srv6 $/formats $/format *", BIT (ZEBRA), NULL },
  { "segment-routing $/srv6 $/static-sids $", BIT (MGMTD), NULL },
  { "segment-routing $/traffic-eng $", BIT (PATHD), NULL },
  { "segment-routing $/traffic-eng $/segment-list *", BIT (PATHD), NULL },
  { "segment-routing $/traffic-eng $/policy *", BIT (PATHD), NULL },
  { "segment-routing $/traffic-eng $/policy */candidate-path preference * name * dynamic", BIT (PATHD),
    NULL },
  { "segment-routing $/traffic-eng $/pcep $", BIT (PATHD), "pathd_pcep" },
  { "segment-routing $/traffic-eng $/pcep $/pcc $", BIT (PATHD), NULL },
  { "segment-routing $/traffic-eng $/pcep $/pce *", BIT (PATHD), NULL },
  { "segment-routing $/traffic-eng $/pcep $/pce-config *", BIT (PATHD), NULL },
  { "router babel", BIT (BABELD), NULL },
  { "router bgp", BIT (BGPD), NULL },
  { "router bgp/address-family *", BIT (BGPD), NULL },
  { "router bgp/address-family */vni *", BIT (BGPD), NULL },
  { "router bgp/segment-routing srv6 $", BIT (BGPD), NULL },
  { "router bgp/bmp targets *", BIT (BGPD), "bgpd_bmp" },
  { "router bgp/vnc *", BIT (BGPD), NULL },
  { "router bgp/vrf-policy *", BIT (BGPD), NULL },
  { "router eigrp", BIT (EIGRPD), NULL },
  { "router isis", BIT (ISISD), NULL },
  { "router isis/flex-algo *", BIT (ISISD), NULL },
  { "router isis/segment-routing srv6 $", BIT (ISISD), NULL },
  { "router isis/segment-routing srv6 $/node-msd $", BIT (ISISD), NULL },
  { "router openfabric", BIT (FABRICD), NULL },
  { "router ospf", BIT (OSPFD), NULL },
  { "router ospf6", BIT (OSPF6D), NULL },
  { "router pim", BIT (PIMD), NULL },
  { "router pim6", BIT (PIM6D), NULL },
  { "router rip", BIT (RIPD) | BIT (MGMTD), NULL },
  { "router ripng", BIT (RIPNGD) | BIT (MGMTD), NULL },
  { "bfd $", BIT (BFDD), NULL },
  { "bfd $/peer *", BIT (BFDD), NULL },
  { "bfd $/profile *", BIT (BFDD), NULL },
  { "mpls ldp $", BIT (LDPD), NULL },
  { "mpls ldp $/address-family *", BIT (LDPD), NULL },
  { "mpls ldp $/address-family */interface *", BIT (LDPD), NULL },
  { "l2vpn *", BIT (LDPD), NULL },
  { "l2vpn */member pseudowire *", BIT (LDPD), NULL },
  { "pbr-map *", BIT (PBRD), NULL },
  { "rpki $", BIT (BGPD), "bgpd_rpki" },
};

/* Lines that some daemon would take for a block, or for a line of the top level, although they are neither.
 */
static const char *const plain[] = {
  "bfd $/peer */profile *",
  "mpls ldp $/router-id",
  "router isis/hostname",
  "router openfabric/hostname",
};

/* A line that begins with these words needs that daemon, wherever it stands. */
static const struct {
  const char *words;
  VbetFrrDaemon daemon;
} marks[] = {
  { "ip route", VBET_FRR_STATICD },
  { "ipv6 route", VBET_FRR_STATICD },
  { "static-sids", VBET_FRR_STATICD },
  { "babel", VBET_FRR_BABELD },
  { "neighbor * bfd", VBET_FRR_BFDD },
  { "ip ospf bfd", VBET_FRR_BFDD },
  { "ipv6 ospf6 bfd", VBET_FRR_BFDD },
  { "ip pim bfd", VBET_FRR_BFDD },
  { "ip rip bfd", VBET_FRR_BFDD },
  { "isis bfd", VBET_FRR_BFDD },
  { "ip eigrp", VBET_FRR_EIGRPD },
  { "ip summary-address eigrp", VBET_FRR_EIGRPD },
  { "ip router openfabric", VBET_FRR_FABRICD },
  { "ipv6 router openfabric", VBET_FRR_FABRICD },
  { "openfabric", VBET_FRR_FABRICD },
  { "ip router isis", VBET_FRR_ISISD },
  { "ipv6 router isis", VBET_FRR_ISISD },
  { "isis", VBET_FRR_ISISD },
  { "ip nhrp", VBET_FRR_NHRPD },
  { "ipv6 nhrp", VBET_FRR_NHRPD },
  { "nhrp", VBET_FRR_NHRPD },
  { "ipv6 ospf6", VBET_FRR_OSPF6D },
  { "ip ospf", VBET_FRR_OSPFD },
  { "pbr-policy", VBET_FRR_PBRD },
  { "pbr table", VBET_FRR_PBRD },
  { "ipv6 mld", VBET_FRR_PIM6D },
  { "ipv6 pim", VBET_FRR_PIM6D },
  { "ip igmp", VBET_FRR_PIMD },
  { "ip msdp", VBET_FRR_PIMD },
  { "ip pim", VBET_FRR_PIMD },
  { "ip ssmpingd", VBET_FRR_PIMD },
  { "ip rip", VBET_FRR_RIPD },
  { "ipv6 ripng", VBET_FRR_RIPNGD },
  { "sharp", VBET_FRR_SHARPD },
  { "vrrp", VBET_FRR_VRRPD },
};

/* What vtysh alone understands: "show running-config" has such lines, and texts are pasted from it. */
static const char *const of_vtysh[] = { "service integrated-vtysh-config", "username" };

/* The blocks around the present line, the innermost last. */
typedef struct {
  int depth;
  struct {
    int block;
    size_t indent;
    const char *line; /* its first */
  } levels[DEPTH_MAX];
} Place;

/* What a line is. */
typedef enum {
  LINE_NOTHING, /* a comment, an "exit" that ends nothing */
  LINE_INSIDE,  /* for who knows the blocks around it */
  LINE_ANYBODY, /* stands where an unended block may be over: for everybody */
  LINE_TO_TOP,  /* ends a block of the top level: for who knows that */
  LINE_TO_OUTER /* ends a block just within one of the top level: for who knows both */
} LineKind;

/* --- the table ----------------------------------------------------------------- */

const char *
vbet_frr_daemon_name (VbetFrrDaemon daemon)
{
  return names[daemon];
}

VbetFrrDaemon
vbet_frr_daemon_by_name (const char *name)
{
  int daemon = 0;
  while (daemon < VBET_FRR_DAEMONS && strcmp (names[daemon], name) != 0)
    daemon++;
  return (VbetFrrDaemon)daemon;
}

/* Whether @line begins with the words of @pattern, which ends at "/" or zero. */
static bool
begins_with_words (const char *line, const char *pattern)
{
  while (*pattern != '\0' && *pattern != '/') {
    size_t size = strcspn (pattern, " /");
    size_t word = strcspn (line, " \t\r\n");
    if (size == 1 && *pattern == '$')
      return word == 0;
    if (word == 0
        || (!(size == 1 && *pattern == '*') && (word != size || strncmp (line, pattern, size) != 0)))
      return false;
    line += word;
    line += strspn (line, " \t\r");
    pattern += size;
    pattern += strspn (pattern, " ");
  }
  return true;
}

/* The words of @path below block @parent (NO_BLOCK: the top level); NULL when it is not in there, or deeper.
 */
static const char *
words_below (const char *path, int parent)
{
  if (parent != NO_BLOCK) {
    size_t length = strlen (blocks[parent].path);
    if (strncmp (path, blocks[parent].path, length) != 0 || path[length] != '/')
      return NULL;
    path += length + 1;
  }
  return strchr (path, '/') == NULL ? path : NULL;
}

/* The block within @parent that @line begins, or NO_BLOCK. */
static int
find_block (int parent, const char *line)
{
  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
    const char *words = words_below (blocks[i].path, parent);
    if (words != NULL && begins_with_words (line, words))
      return (int)i;
  }
  return NO_BLOCK;
}

static bool
is_plain (int parent, const char *line)
{
  for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
    const char *words = words_below (plain[i], parent);
    if (words != NULL && begins_with_words (line, words))
      return true;
  }
  return false;
}

/* --- where a line stands --------------------------------------------------------- */

static int
block_at (const Place *place, int depth)
{
  return depth > 0 ? place->levels[depth - 1].block : NO_BLOCK;
}

/* The daemons that know all blocks around. */
static uint32_t
knowing (const Place *place)
{
  uint32_t daemons = ALL;
  for (int i = 0; i < place->depth; i++)
    daemons &= blocks[place->levels[i].block].daemons;
  return daemons;
}

/* "exit" and "quit" end the innermost block; one that is indented deeper ends a block that the table does not
 * have. */
static LineKind
take_exit (Place *place, size_t indent, uint32_t *ret_daemons)
{
  *ret_daemons = knowing (place);
  if (place->depth == 0)
    return LINE_NOTHING;
  if (indent > place->levels[place->depth - 1].indent)
    return LINE_INSIDE;
  /* At the margin of a block of the top level, and within others that are indented: these have no end of
   * their own. */
  if (place->depth == 1
      || (indent <= place->levels[0].indent && place->levels[1].indent > place->levels[0].indent)) {
    *ret_daemons = blocks[place->levels[0].block].daemons;
    place->depth = 0;
    return LINE_TO_TOP;
  }
  place->depth--;
  return place->depth == 1 ? LINE_TO_OUTER : LINE_INSIDE;
}

/* "exit-NAME" ends the innermost block that begins with the word NAME, and those within. */
static LineKind
take_named_exit (Place *place, const char *name, uint32_t *ret_daemons)
{
  size_t length = strcspn (name, " \t\r\n");
  for (int depth = place->depth; depth > 0; depth--) {
    const char *words = words_below (blocks[block_at (place, depth)].path, block_at (place, depth - 1));
    if (words == NULL || strncmp (words, name, length) != 0 || strchr (" /", words[length]) == NULL)
      continue;
    place->depth = depth;
    *ret_daemons = knowing (place);
    place->depth = depth - 1;
    return depth == 1 ? LINE_TO_TOP : LINE_INSIDE;
  }
  *ret_daemons = knowing (place);
  return place->depth > 0 ? LINE_INSIDE : LINE_NOTHING;
}

/* Goes on at @line if that begins a block: within the innermost one that has such blocks. */
static bool
enter_block (Place *place, const char *line, size_t indent)
{
  if (is_plain (block_at (place, place->depth), line))
    return false;
  for (int depth = place->depth; depth >= 0; depth--) {
    int block = find_block (block_at (place, depth), line);
    /* Deeper than a block that it would end, it is a line of that; but no block has lines like the top
     * level's. */
    if (block == NO_BLOCK || (depth > 0 && depth < place->depth && indent > place->levels[depth].indent)
        || depth >= DEPTH_MAX)
      continue;
    place->depth = depth + 1;
    place->levels[depth].block = block;
    place->levels[depth].indent = indent;
    place->levels[depth].line = line;
    return true;
  }
  return false;
}

/* Goes on at @line. *ret_daemons: to whom it is of use. */
static LineKind
take_line (Place *place, const char *line, uint32_t *ret_daemons)
{
  size_t indent = strspn (line, " \t");
  line += indent;
  *ret_daemons = ALL;
  if (strchr ("\r\n!#", *line) != NULL)
    return LINE_NOTHING;
  if (begins_with_words (line, "end $")) {
    place->depth = 0;
    return LINE_NOTHING;
  }
  if (begins_with_words (line, "exit $") || begins_with_words (line, "quit $"))
    return take_exit (place, indent, ret_daemons);
  if (strncmp (line, "exit-", strlen ("exit-")) == 0)
    return take_named_exit (place, line + strlen ("exit-"), ret_daemons);
  for (size_t i = 0; i < sizeof of_vtysh / sizeof of_vtysh[0]; i++)
    if (begins_with_words (line, of_vtysh[i]))
      return LINE_NOTHING;
  bool entered = enter_block (place, line, indent);
  /* By its indentation a line may be behind inner blocks that were not ended. */
  while (!entered && place->depth > 1 && indent <= place->levels[place->depth - 1].indent
         && indent > place->levels[place->depth - 2].indent)
    place->depth--;
  *ret_daemons = knowing (place);
  if (entered || place->depth == 0 || indent > place->levels[0].indent
      || is_plain (block_at (place, place->depth), line))
    return LINE_INSIDE;
  return LINE_ANYBODY;
}

static const char *
next_line (const char *line)
{
  line += strcspn (line, "\n");
  return *line == '\n' ? line + 1 : line;
}

/* --- what is wanted -------------------------------------------------------------- */

/* The daemon that alone reads @daemons' blocks, whatever the version; 0 when there is a choice. */
static uint32_t
only_one (uint32_t daemons)
{
  daemons &= ~(BIT (MGMTD) | BIT (SHARPD));
  return (daemons & (daemons - 1)) == 0 ? daemons : 0;
}

uint32_t
vbet_frr_needs (const char *text)
{
  uint32_t needed = 0;
  Place place = { 0 };
  for (; *text != '\0'; text = next_line (text)) {
    uint32_t daemons;
    LineKind kind = take_line (&place, text, &daemons);
    if (kind != LINE_INSIDE && kind != LINE_ANYBODY)
      continue;
    const char *line = text + strspn (text, " \t");
    if (place.depth > 0 && kind == LINE_INSIDE)
      needed |= only_one (daemons);
    if (strncmp (line, "no ", strlen ("no ")) == 0)
      line += strlen ("no ");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
      if (begins_with_words (line, marks[i].words))
        needed |= 1U << marks[i].daemon;
  }
  return needed & ~(BIT (ZEBRA) | BIT (MGMTD));
}

const char *
vbet_frr_module (const char *text, VbetFrrDaemon daemon)
{
  Place place = { 0 };
  for (; *text != '\0'; text = next_line (text)) {
    uint32_t daemons;
    take_line (&place, text, &daemons);
    int block = block_at (&place, place.depth);
    if (block != NO_BLOCK && blocks[block].module != NULL && (blocks[block].daemons & 1U << daemon) != 0)
      return blocks[block].module;
  }
  return NULL;
}

size_t
vbet_frr_part (const char *text, VbetFrrDaemon daemon, char *part, VbetFrrFate *fates, size_t count)
{
  Place place = { 0 };
  size_t size = 0;
  for (size_t number = 1; *text != '\0'; text = next_line (text), number++) {
    uint32_t daemons;
    LineKind kind = take_line (&place, text, &daemons);
    bool is_command = kind == LINE_INSIDE || kind == LINE_ANYBODY;
    bool given = kind == LINE_ANYBODY || (kind != LINE_NOTHING && (daemons & 1U << daemon) != 0);
    const char *line = !given                  ? "!"
                       : kind == LINE_TO_TOP   ? TO_TOP
                       : kind == LINE_TO_OUTER ? place.levels[0].line
                                               : text;
    size_t length = strcspn (line, "\n");
    if (part != NULL) {
      memcpy (part + size, line, length);
      part[size + length] = '\n';
    }
    size += length + 1;
    if (fates == NULL || number >= count)
      continue;
    const char *words = text + strspn (text, " \t");
    fates[number].is_command = is_command && strncmp (words, "exit", strlen ("exit")) != 0
                               && strncmp (words, "quit", strlen ("quit")) != 0;
    fates[number].offered += given && is_command;
  }
  if (part != NULL)
    part[size] = '\0';
  return size;
}
