/* blurb.c - see blurb.h. */
#include "config.h"

#include "gui/model/blurb.h"

#include <string.h>

#include <glib/gi18n.h>

/* Longer first comments are cut at a word. */
#define MAX_SENTENCE 160

/* Words of a file's name that are written in capitals. */
static const char *const acronyms[]
    = { "arp", "bgp", "dhcp", "dns", "ecmp", "http",  "icmp", "ip",    "isis", "lan",
        "mtu", "nat", "ndp",  "nfs", "ospf", "qos",   "rip",  "slaac", "ssh",  "stp",
        "tcp", "udp", "vlan", "vpn", "vrrp", "vxlan", "wan",  NULL };
/* And those that are written in their own way. */
static const char *const spellings[][2]
    = { { "ipv4", "IPv4" }, { "ipv6", "IPv6" }, { "vlans", "VLANs" }, { "wireguard", "WireGuard" } };

static const char *
spelling_of (const char *lower)
{
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (strcmp (spellings[i][0], lower) == 0)
      return spellings[i][1];
  return NULL;
}

char *
vbet_blurb_title (const char *name)
{
  g_autoptr (GString) title = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit_set (name, "-_ ", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *lower = g_ascii_strdown (words[i], -1);
    if (*words[i] == '\0')
      continue;
    if (title->len > 0)
      g_string_append_c (title, ' ');
    if (spelling_of (lower) != NULL) {
      g_string_append (title, spelling_of (lower));
    } else if (g_strv_contains (acronyms, lower)) {
      g_autofree char *upper = g_ascii_strup (words[i], -1);
      g_string_append (title, upper);
    } else if (title->len == 0) {
      gunichar first = g_unichar_toupper (g_utf8_get_char (words[i]));
      g_string_append_unichar (title, first);
      g_string_append (title, g_utf8_next_char (words[i]));
    } else {
      g_string_append (title, words[i]);
    }
  }
  if (title->len == 0)
    g_string_append (title, name);
  return g_string_free (g_steal_pointer (&title), FALSE);
}

static const char *
comment_of (const char *line)
{
  line += strspn (line, " \t");
  if (*line == '#')
    return line + strspn (line, "#");
  return g_str_has_prefix (line, "//") ? line + 2 : NULL;
}

/* Where the first sentence of @text ends, without its full stop; -1: goes on. */
static gssize
sentence_end (const char *text)
{
  for (const char *at = strpbrk (text, ".!?"); at != NULL; at = strpbrk (at + 1, ".!?"))
    if (at[1] == ' ' || at[1] == '\0')
      return at - text + (*at == '.' ? 0 : 1);
  return -1;
}

char *
vbet_blurb_sentence (const char *text)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 24);
  gssize end = -1;
  for (guint i = 0; lines[i] != NULL && i < 23 && end < 0; i++) {
    g_autofree char *line = g_utf8_make_valid (lines[i], -1);
    const char *comment = comment_of (line);
    if (comment == NULL && (all->len > 0 || line[strspn (line, " \t\r")] != '\0'))
      break;
    g_autofree char *words = g_strstrip (g_strdup (comment != NULL ? comment : ""));
    if (*words == '\0') {
      if (all->len > 0) /* a paragraph ends */
        break;
      continue;
    }
    g_string_append_printf (all, "%s%s", all->len > 0 ? " " : "", words);
    end = sentence_end (all->str);
  }
  if (end >= 0)
    g_string_truncate (all, (gsize)end);
  if (g_utf8_strlen (all->str, -1) > MAX_SENTENCE) {
    char *cut = g_utf8_offset_to_pointer (all->str, MAX_SENTENCE);
    while (cut > all->str && *cut != ' ')
      cut--;
    g_string_truncate (all, (gsize)(cut - all->str));
    g_string_append (all, " …");
  }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

static VbetLevel
level_of (const char *word)
{
  static const char *const words[] = { "", "easy", "medium", "hard" };
  for (guint i = 1; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (word, words[i]) == 0)
      return (VbetLevel)i;
  return VBET_LEVEL_UNKNOWN;
}

void
vbet_blurb_facts (const char *text, VbetBlurbFacts *ret_facts)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 24);
  *ret_facts = (VbetBlurbFacts){ 0 };
  for (guint i = 0; lines[i] != NULL && i < 23; i++) {
    const char *comment = comment_of (lines[i]);
    if (comment == NULL)
      break;
    g_auto (GStrv) parts = g_strsplit (comment, ":", 2);
    if (g_strv_length (parts) != 2)
      continue;
    g_autofree char *value = g_utf8_make_valid (g_strstrip (parts[1]), -1);
    const char *key = g_strstrip (parts[0]);
    if (g_ascii_strcasecmp (key, "Subject") == 0 && ret_facts->subject == NULL && *value != '\0')
      ret_facts->subject = g_steal_pointer (&value);
    else if (g_ascii_strcasecmp (key, "Level") == 0)
      ret_facts->level = level_of (value);
    else if (g_ascii_strcasecmp (key, "Time") == 0)
      ret_facts->minutes = (guint)MIN (g_ascii_strtoull (value, NULL, 10), 999);
  }
}

void
vbet_blurb_facts_clear (VbetBlurbFacts *self)
{
  g_clear_pointer (&self->subject, g_free);
}

char *
vbet_blurb_when (GDateTime *then, GDateTime *now)
{
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (now, -1);
  gboolean same_year = g_date_time_get_year (then) == g_date_time_get_year (now);
  if (same_year && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now))
    return g_date_time_format (then, _ ("Today, %H:%M"));
  if (g_date_time_get_year (then) == g_date_time_get_year (yesterday)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (yesterday))
    return g_date_time_format (then, _ ("Yesterday, %H:%M"));
  return g_date_time_format (then, same_year ? _ ("%e %B") : _ ("%e %B %Y"));
}
