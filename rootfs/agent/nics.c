/* nics.c - brings up the guest's NICs; see nics.h.
 *
 * The vector driver calls NIC k vec(k-1); virtio-net NICs come as eth* in
 * whatever order they were found and are known by their MAC. Both are renamed
 * while down.
 */
#define _GNU_SOURCE
#include "nics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alarms.h"
#include "common.h"

#define LINE_WORDS_MAX (NIC_ADDRESSES_MAX + 8)
#define HOT_PLUG_WAIT_MS 3000

static bool
parse_number (const char *text, unsigned max, unsigned *ret_value)
{
  char *end = NULL;
  errno = 0;
  unsigned long value = strtoul (text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value > max)
    return false;
  *ret_value = (unsigned)value;
  return true;
}

static bool
parse_mac (const char *text, uint8_t mac[6])
{
  unsigned part[6];
  char end;
  if (sscanf (text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &part[0], &part[1], &part[2], &part[3], &part[4], &part[5],
              &end)
      != 6)
    return false;
  for (int i = 0; i < 6; i++)
    mac[i] = (uint8_t)part[i];
  return true;
}

/* The words behind the fixed ones: "dhcp" and addresses. */
static bool
parse_items (char *const *words, int count, Nic *nic)
{
  for (int i = 0; i < count; i++)
    if (strcmp (words[i], "dhcp") == 0)
      nic->dhcp = true;
    else if (nic->address_count >= NIC_ADDRESSES_MAX
             || !address_parse (words[i], &nic->addresses[nic->address_count++]))
      return false;
  return true;
}

bool
nic_parse (char *const *words, int count, Nic *ret_nic)
{
  memset (ret_nic, 0, sizeof *ret_nic);
  return count >= 3 && parse_number (words[0], NIC_INDEX_MAX, &ret_nic->index) && ret_nic->index > 0
         && parse_mac (words[1], ret_nic->mac) && parse_number (words[2], 65535, &ret_nic->mtu)
         && parse_items (words + 3, count - 3, ret_nic);
}

void
nic_name (unsigned index, char name[IFNAMSIZ])
{
  snprintf (name, IFNAMSIZ, "eth%u", index - 1);
}

/* The link that is to be @nic, or NULL. */
static Link *
find_link (const Nic *nic, Link *links, int count)
{
  char vector[IFNAMSIZ];
  snprintf (vector, sizeof vector, "vec%u", nic->index - 1);
  for (int i = 0; i < count; i++)
    if (strcmp (links[i].name, vector) == 0)
      return &links[i];
  for (int i = 0; i < count; i++)
    if (strncmp (links[i].name, "eth", 3) == 0 && memcmp (links[i].mac, nic->mac, 6) == 0)
      return &links[i];
  return NULL;
}

/* Gives @link the name of @nic; whoever has that name steps aside. */
static int
rename_link (int netlink, const Nic *nic, Link *link, Link *links, int count)
{
  char name[IFNAMSIZ];
  LinkChange change = LINK_CHANGE_NONE;
  nic_name (nic->index, name);
  change.name = name;
  if (strcmp (link->name, name) == 0)
    return 0;
  for (int i = 0; i < count; i++)
    if (strcmp (links[i].name, name) == 0) {
      char aside[IFNAMSIZ];
      LinkChange away = LINK_CHANGE_NONE;
      snprintf (aside, sizeof aside, "ethx%d", links[i].index);
      away.name = aside;
      int result = netlink_set_link (netlink, links[i].index, &away);
      if (result != 0)
        return result;
      strcpy (links[i].name, aside);
    }
  int result = netlink_set_link (netlink, link->index, &change);
  if (result == 0)
    strcpy (link->name, name);
  return result;
}

static void
report_failure (NicReport report, const char *name, const char *what, int result)
{
  char text[160];
  snprintf (text, sizeof text, "%s: %s: %s", name, what, strerror (-result));
  report ("nic", text);
}

static void
report_address (NicReport report, const char *name, const Address *address, int result)
{
  char written[INET6_ADDRSTRLEN] = "";
  char text[192];
  inet_ntop (address->family, address->bytes, written, sizeof written);
  snprintf (text, sizeof text, "%s: address %s/%d: %s", name, written,
            address->prefix >= 0          ? address->prefix
            : address->family == AF_INET6 ? 128
                                          : 32,
            strerror (-result));
  report ("address", text);
}

static void
start_dhcp (const char *name)
{
  char pid_file[64];
  snprintf (pid_file, sizeof pid_file, "/run/udhcpc.%s.pid", name);
  char *argv[] = { (char *)"udhcpc",
                   (char *)"-f",
                   (char *)"-i",
                   (char *)name,
                   (char *)"-p",
                   pid_file,
                   (char *)"-s",
                   (char *)"/usr/lib/vbet/udhcpc",
                   (char *)"-t",
                   (char *)"5",
                   (char *)"-A",
                   (char *)"3",
                   NULL };
  spawn_detached (argv);
}

static bool
stop_dhcp (const char *name)
{
  char path[ALARM_PATH_MAX];
  snprintf (path, sizeof path, ALARMS_DIR "/dhcp.%s", name); /* by udhcpc's script */
  unlink (path);
  snprintf (path, sizeof path, "/run/udhcpc.%s.lease", name); /* likewise */
  unlink (path);
  snprintf (path, sizeof path, "/run/udhcpc.%s.pid", name);
  char *text = file_read (path, 32, NULL);
  if (text == NULL)
    return false;
  long pid = strtol (text, NULL, 10);
  free (text);
  unlink (path);
  return pid > 1 && kill ((pid_t)pid, SIGTERM) == 0;
}

/* Returns: whether the guest has all of them now. */
static bool
apply_addresses (int netlink, const Nic *nic, int index, NicReport report)
{
  char name[IFNAMSIZ];
  bool good = true;
  nic_name (nic->index, name);
  for (int i = 0; i < nic->address_count; i++) {
    int result = netlink_add_address (netlink, index, &nic->addresses[i]);
    if (result != 0 && result != -EEXIST) {
      report_address (report, name, &nic->addresses[i], result);
      good = false;
    }
  }
  return good;
}

static void
bring_up (int netlink, const Nic *nic, Link *links, int count, NicReport report)
{
  char name[IFNAMSIZ];
  Link *link = find_link (nic, links, count);
  nic_name (nic->index, name);
  if (link == NULL) {
    report_failure (report, name, "no such NIC", -ENODEV);
    return;
  }
  int result = rename_link (netlink, nic, link, links, count);
  if (result != 0) {
    report_failure (report, name, "name", result);
    return;
  }
  LinkChange change = LINK_CHANGE_NONE;
  if (memcmp (link->mac, nic->mac, 6) != 0)
    change.mac = nic->mac;
  if (nic->mtu != 0 && nic->mtu != link->mtu)
    change.mtu = nic->mtu;
  if (change.mac != NULL || change.mtu != 0) {
    result = netlink_set_link (netlink, link->index, &change);
    if (result != 0)
      report_failure (report, name, "MAC or MTU", result);
  }
  LinkChange up = LINK_CHANGE_NONE;
  up.up = 1;
  result = netlink_set_link (netlink, link->index, &up);
  if (result != 0)
    report_failure (report, name, "up", result);
  apply_addresses (netlink, nic, link->index, report);
  if (nic->dhcp)
    start_dhcp (name);
}

/* Calls @each for each line of NICS_FILE that makes sense. */
static void
each_nic (void (*each) (const Nic *nic, void *data), void *data, NicReport report)
{
  char *text = file_read (NICS_FILE, 256 * 1024, NULL);
  char *save_line = NULL;
  if (text == NULL)
    return;
  for (char *line = strtok_r (text, "\n", &save_line); line != NULL;
       line = strtok_r (NULL, "\n", &save_line)) {
    char *words[LINE_WORDS_MAX];
    char *save = NULL;
    int count = 0;
    Nic nic;
    for (char *word = strtok_r (line, " \t", &save); word != NULL && count < LINE_WORDS_MAX;
         word = strtok_r (NULL, " \t", &save))
      words[count++] = word;
    if (count > 0 && nic_parse (words, count, &nic))
      each (&nic, data);
    else if (count > 0 && report != NULL)
      report ("nic", NICS_FILE " has a line that makes no sense");
  }
  free (text);
}

typedef struct {
  int netlink;
  Link *links;
  int count;
  NicReport report;
} UpState;

static void
up_one (const Nic *nic, void *data)
{
  UpState *state = data;
  bring_up (state->netlink, nic, state->links, state->count, state->report);
}

void
nics_up (int netlink, NicReport report)
{
  UpState state = { .netlink = netlink, .report = report };
  state.links = calloc (NETLINK_LINKS_MAX, sizeof *state.links);
  if (state.links == NULL)
    return;
  state.count = netlink_links (netlink, state.links, NETLINK_LINKS_MAX);
  each_nic (up_one, &state, report);
  free (state.links);
}

typedef struct {
  char *text;
  size_t capacity;
  size_t fill;
} Summary;

static void
summary_one (const Nic *nic, void *data)
{
  Summary *summary = data;
  char name[IFNAMSIZ];
  nic_name (nic->index, name);
  for (int i = 0; i < nic->address_count + (nic->dhcp ? 1 : 0) && summary->fill < summary->capacity; i++) {
    char address[INET6_ADDRSTRLEN] = "dhcp";
    char prefix[16] = "";
    if (i < nic->address_count) {
      inet_ntop (nic->addresses[i].family, nic->addresses[i].bytes, address, sizeof address);
      if (nic->addresses[i].prefix >= 0)
        snprintf (prefix, sizeof prefix, "/%d", nic->addresses[i].prefix);
    }
    int count = snprintf (summary->text + summary->fill, summary->capacity - summary->fill, "  %s %s%s", name,
                          address, prefix);
    summary->fill += count > 0 ? (size_t)count : 0;
  }
}

void
nics_summary (char *text, size_t capacity)
{
  Summary summary = { .text = text, .capacity = capacity };
  text[0] = '\0';
  each_nic (summary_one, &summary, NULL);
}

/* --- vbet-nic ------------------------------------------------------------ */

static void
report_stderr (const char *kind, const char *text)
{
  (void)kind;
  fprintf (stderr, "vbet-nic: %s\n", text);
}

/* Of a NIC that is plugged in: it is there all the same, so that plugging it in does not fail. */
static void
report_plugged (const char *kind, const char *text)
{
  report_stderr (kind, text);
  alarm_raise (kind, text, NULL);
}

static int
usage (void)
{
  fprintf (stderr, "Usage: vbet-nic up INDEX MAC MTU [dhcp | ADDRESS/PREFIX]…   bring up a new NIC\n"
                   "       vbet-nic set INDEX MTU [dhcp | ADDRESS/PREFIX]…      change one that is up\n"
                   "       vbet-nic down INDEX                                  before it is taken away\n");
  return 2;
}

/* A hot-plugged device appears a moment after the engine has been told that it is there. */
static int
wait_and_bring_up (int netlink, const Nic *nic)
{
  Link *links = calloc (NETLINK_LINKS_MAX, sizeof *links);
  int waited = 0;
  int count = 0;
  while (links != NULL) {
    count = netlink_links (netlink, links, NETLINK_LINKS_MAX);
    if (find_link (nic, links, count) != NULL || waited >= HOT_PLUG_WAIT_MS)
      break;
    struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
    nanosleep (&pause, NULL);
    waited += 10;
  }
  if (links == NULL || find_link (nic, links, count) == NULL) {
    report_stderr ("nic", "the NIC did not appear");
    free (links);
    return 1;
  }
  bring_up (netlink, nic, links, count, report_plugged);
  free (links);
  return 0;
}

/* What was wrong with NIC @name at boot no longer counts: it is set anew. */
static void
forget_alarms (const char *name)
{
  char beginning[IFNAMSIZ + 2];
  snprintf (beginning, sizeof beginning, "%s:", name);
  alarms_end ("address", beginning);
  alarms_end ("nic", beginning);
}

static int
link_by_name (int netlink, const char *name, Link *ret_link)
{
  Link *links = calloc (NETLINK_LINKS_MAX, sizeof *links);
  int result = -ENODEV;
  int count = links != NULL ? netlink_links (netlink, links, NETLINK_LINKS_MAX) : 0;
  for (int i = 0; i < count; i++)
    if (strcmp (links[i].name, name) == 0) {
      *ret_link = links[i];
      result = 0;
    }
  free (links);
  return result;
}

static bool
same_address (const Address *a, const Address *b)
{
  int whole = a->family == AF_INET6 ? 128 : 32;
  return a->family == b->family && memcmp (a->bytes, b->bytes, sizeof a->bytes) == 0
         && (a->prefix < 0 ? whole : a->prefix) == (b->prefix < 0 ? whole : b->prefix);
}

/* Addresses that are not wanted any more go; those that stay are not touched, nor are their connections. */
static int
change_nic (int netlink, const Nic *nic)
{
  char name[IFNAMSIZ];
  Link link;
  nic_name (nic->index, name);
  int result = link_by_name (netlink, name, &link);
  if (result != 0) {
    report_failure (report_stderr, name, "change", result);
    return 1;
  }
  int status = 0;
  LinkChange change = LINK_CHANGE_NONE;
  change.mtu = nic->mtu;
  if (nic->mtu != 0 && nic->mtu != link.mtu) {
    result = netlink_set_link (netlink, link.index, &change);
    if (result != 0) {
      report_failure (report_stderr, name, "MTU", result);
      status = 1;
    }
  }
  Address present[NIC_ADDRESSES_MAX];
  int count = netlink_addresses (netlink, link.index, present, NIC_ADDRESSES_MAX);
  stop_dhcp (name);
  for (int i = 0; i < count; i++) {
    bool wanted = false;
    for (int j = 0; j < nic->address_count; j++)
      wanted = wanted || same_address (&present[i], &nic->addresses[j]);
    if (!wanted)
      netlink_delete_address (netlink, link.index, &present[i]);
  }
  if (!apply_addresses (netlink, nic, link.index, report_stderr))
    status = 1;
  if (status == 0)
    forget_alarms (name);
  if (nic->dhcp)
    start_dhcp (name);
  return status;
}

static int
take_down (int netlink, unsigned index)
{
  char name[IFNAMSIZ];
  Link link;
  nic_name (index, name);
  stop_dhcp (name);
  int result = link_by_name (netlink, name, &link);
  LinkChange change = LINK_CHANGE_NONE;
  forget_alarms (name);
  change.up = 0;
  if (result == 0)
    result = netlink_set_link (netlink, link.index, &change);
  if (result != 0)
    report_failure (report_stderr, name, "down", result);
  return result != 0;
}

int
nic_main (int argc, char **argv)
{
  Nic nic;
  memset (&nic, 0, sizeof nic);
  bool up = argc >= 5 && strcmp (argv[1], "up") == 0 && nic_parse (argv + 2, argc - 2, &nic);
  bool set = argc >= 4 && strcmp (argv[1], "set") == 0 && parse_number (argv[2], NIC_INDEX_MAX, &nic.index)
             && nic.index > 0 && parse_number (argv[3], 65535, &nic.mtu)
             && parse_items (argv + 4, argc - 4, &nic);
  bool down = argc == 3 && strcmp (argv[1], "down") == 0 && parse_number (argv[2], NIC_INDEX_MAX, &nic.index)
              && nic.index > 0;
  if (!up && !set && !down)
    return usage ();
  int netlink = netlink_open (0);
  if (netlink < 0) {
    report_stderr ("nic", strerror (-netlink));
    return 1;
  }
  int status = up    ? wait_and_bring_up (netlink, &nic)
               : set ? change_nic (netlink, &nic)
                     : take_down (netlink, nic.index);
  close (netlink);
  return status;
}
