/* figures.c - see figures.h. */
#include "config.h"

#include "engine/guest/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNTER_MAX 1e18 /* what is above is nonsense */

const char *
vbet_guest_figures_command (void)
{
  return "cat /proc/meminfo; echo @uptime; cat /proc/uptime; echo @load; cat /proc/loadavg; echo @clock; "
         "adjtimex 2>/dev/null || date +%s; echo @net; cat /proc/net/dev; echo @disk; df -k /";
}

/* A number of at most 19 digits at the beginning of @text; negative when there is none. */
static gint64
counter (const char *text)
{
  char *end = NULL;
  text += strspn (text, " \t");
  if (!g_ascii_isdigit (*text))
    return -1;
  guint64 value = g_ascii_strtoull (text, &end, 10);
  return (double)value <= COUNTER_MAX ? (gint64)value : -1;
}

static double
decimal (const char *text)
{
  text += strspn (text, " \t");
  double value = g_ascii_isdigit (*text) ? g_ascii_strtod (text, NULL) : -1;
  return isfinite (value) && value >= 0 && value <= COUNTER_MAX ? value : -1;
}

static gint64
kibibytes (const char *text)
{
  gint64 value = counter (text);
  return value >= 0 && value < (gint64)(COUNTER_MAX / 1024) ? value * 1024 : -1;
}

static void
read_memory (VbetGuestFigures *self, const char *line)
{
  const struct {
    const char *key;
    gint64 *value;
  } keys[] = { { "MemTotal:", &self->memory_total },
               { "MemFree:", &self->memory_free },
               { "MemAvailable:", &self->memory_available } };
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_has_prefix (line, keys[i].key))
      *keys[i].value = kibibytes (line + strlen (keys[i].key));
}

/* "1795367379", or lines of adjtimex: "  time.tv_sec:  1795367379", "  time.tv_usec: 123". */
static void
read_clock (VbetGuestFigures *self, const char *line)
{
  const char *seconds = strstr (line, "tv_sec:"), *parts = strstr (line, "tv_usec:");
  if (seconds != NULL) {
    self->clock = decimal (seconds + strlen ("tv_sec:"));
  } else if (parts != NULL) {
    double micro = decimal (parts + strlen ("tv_usec:"));
    if (self->clock >= 0 && micro >= 0 && micro < 1e9)
      self->clock += micro >= 1e6 ? micro / 1e9 : micro / 1e6;
  } else if (g_ascii_isdigit (line[0])) {
    self->clock = decimal (line);
  }
}

/* "  eth0: BYTES PACKETS ERRS DROP FIFO FRAME COMPRESSED MULTICAST BYTES PACKETS ERRS DROP …" */
static void
read_nic (VbetGuestFigures *self, const char *line)
{
  gint64 numbers[12];
  line += strspn (line, " \t");
  if (!g_str_has_prefix (line, "eth") || self->n_nics >= VBET_FIGURES_NICS)
    return;
  char *end = NULL;
  guint64 number = g_ascii_isdigit (line[3]) ? g_ascii_strtoull (line + 3, &end, 10) : G_MAXUINT64;
  if (number > 4095 || end == NULL || *end != ':')
    return;
  const char *at = end + 1;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    at += strspn (at, " \t");
    numbers[i] = counter (at);
    if (numbers[i] < 0)
      return;
    at += strspn (at, "0123456789");
  }
  VbetGuestNicFigures *nic = &self->nics[self->n_nics++];
  nic->index = (guint)number + 1;
  nic->rx_bytes = (guint64)numbers[0];
  nic->rx_packets = (guint64)numbers[1];
  nic->rx_dropped = (guint64)numbers[2] + (guint64)numbers[3];
  nic->tx_bytes = (guint64)numbers[8];
  nic->tx_packets = (guint64)numbers[9];
  nic->tx_dropped = (guint64)numbers[10] + (guint64)numbers[11];
}

/* "/dev/root  520136  84756  435380  16% /" */
static void
read_disk (VbetGuestFigures *self, const char *line)
{
  gint64 numbers[3];
  const char *at = line + strcspn (line, " \t");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    at += strspn (at, " \t");
    numbers[i] = kibibytes (at);
    if (numbers[i] < 0)
      return;
    at += strspn (at, "0123456789");
  }
  self->disk_size = numbers[0];
  self->disk_used = numbers[1];
  self->disk_available = numbers[2];
}

static void
read_line (VbetGuestFigures *self, const char *section, const char *line)
{
  if (section[0] == '\0')
    read_memory (self, line);
  else if (strcmp (section, "@uptime") == 0 && self->uptime < 0)
    self->uptime = decimal (line);
  else if (strcmp (section, "@load") == 0 && self->load < 0)
    self->load = decimal (line);
  else if (strcmp (section, "@clock") == 0)
    read_clock (self, line);
  else if (strcmp (section, "@net") == 0)
    read_nic (self, line);
  else if (strcmp (section, "@disk") == 0)
    read_disk (self, line);
}

void
vbet_guest_figures_read (VbetGuestFigures *self, const char *text, gsize size)
{
  *self = (VbetGuestFigures){ .memory_total = -1,
                              .memory_free = -1,
                              .memory_available = -1,
                              .uptime = -1,
                              .clock = -1,
                              .load = -1,
                              .disk_size = -1,
                              .disk_used = -1,
                              .disk_available = -1 };
  g_autofree char *copy = g_strndup (text, MIN (size, VBET_FIGURES_TEXT_MAX)); /* ends at a NUL */
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  const char *section = "";
  for (guint i = 0; lines[i] != NULL; i++) {
    if (lines[i][0] == '@')
      section = lines[i];
    else
      read_line (self, section, lines[i]);
  }
}
