/* carrier.c - link state by RFC 2863's "dormant"; see carrier.h.
 *
 * The vector driver has no carrier. A link in dormant mode whose operational
 * state is DORMANT loses IFF_RUNNING, which is what routing daemons and
 * iproute2 ("NO-CARRIER") go by; its administrative state and its addresses
 * stay. After the guest's own down and up the kernel starts at DORMANT again,
 * hence the watch.
 */
#define _GNU_SOURCE
#include "carrier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nics.h"

/* include/uapi/linux/if.h; not in every libc's headers. */
enum { OPER_DORMANT = 5, OPER_UP = 6, LINK_MODE_DORMANT = 1 };

int
carrier_open (Carrier *carrier)
{
  carrier->count = 0;
  carrier->watch = netlink_open (RTMGRP_LINK);
  carrier->request = netlink_open (0);
  return carrier->watch < 0 ? carrier->watch : carrier->request < 0 ? carrier->request : 0;
}

/* Makes @link say what @wish says. */
static int
agree (const Carrier *carrier, const Link *link, const CarrierWish *wish)
{
  uint8_t state = wish->carrier ? OPER_UP : OPER_DORMANT;
  LinkChange change = LINK_CHANGE_NONE;
  /* A link that was never without carrier needs no mode of its own. */
  if (wish->carrier && link->linkmode != LINK_MODE_DORMANT)
    return 0;
  if (link->linkmode != LINK_MODE_DORMANT) {
    change.linkmode = LINK_MODE_DORMANT;
    int result = netlink_set_link (carrier->request, link->index, &change);
    if (result != 0)
      return result;
    change.linkmode = -1;
  } else if (link->operstate == state) {
    return 0;
  }
  /* The kernel takes the state of a link that is up only; the watch comes back when it is. */
  if ((link->flags & IFF_UP) == 0)
    return 0;
  change.operstate = state;
  return netlink_set_link (carrier->request, link->index, &change);
}

int
carrier_set (Carrier *carrier, unsigned index, bool state)
{
  char name[IFNAMSIZ];
  CarrierWish *wish = carrier->wishes;
  while (wish < carrier->wishes + carrier->count && wish->index != index)
    wish++;
  if (wish == carrier->wishes + CARRIER_NICS_MAX)
    return -ENOSPC;
  if (wish == carrier->wishes + carrier->count)
    carrier->count++;
  wish->index = index;
  wish->carrier = state;
  nic_name (index, name);
  Link *links = calloc (NETLINK_LINKS_MAX, sizeof *links);
  int count = links != NULL ? netlink_links (carrier->request, links, NETLINK_LINKS_MAX) : -ENOMEM;
  int result = count < 0 ? count : 0;
  for (int i = 0; i < count; i++)
    if (strcmp (links[i].name, name) == 0)
      result = agree (carrier, &links[i], wish);
  free (links);
  return result;
}

static void
note_state (Carrier *carrier, const Link *link, bool there)
{
  unsigned number;
  char end;
  if (sscanf (link->name, "eth%u%c", &number, &end) == 1 && number < CARRIER_NICS_MAX)
    carrier->state[number + 1] = !there ? 0 : (link->flags & IFF_UP) != 0 ? 2 : 1;
}

void
carrier_ask (Carrier *carrier)
{
  Link *links = calloc (NETLINK_LINKS_MAX, sizeof *links);
  int count = links != NULL ? netlink_links (carrier->request, links, NETLINK_LINKS_MAX) : 0;
  memset (carrier->state, 0, sizeof carrier->state);
  for (int i = 0; i < count; i++)
    note_state (carrier, &links[i], true);
  free (links);
  carrier->states_asked = true;
}

void
carrier_watch (Carrier *carrier)
{
  char buffer[16384];
  ssize_t size = recv (carrier->watch, buffer, sizeof buffer, MSG_DONTWAIT);
  if (size < 0 && errno == ENOBUFS)
    /* Messages were lost: look at everything anew. */
    for (int i = 0; i < carrier->count; i++)
      carrier_set (carrier, carrier->wishes[i].index, carrier->wishes[i].carrier);
  if (size < 0 && errno == ENOBUFS && carrier->states_asked)
    carrier_ask (carrier);
  if (size <= 0)
    return;
  size_t left = (size_t)size;
  for (struct nlmsghdr *message = (void *)buffer; NLMSG_OK (message, left);
       message = NLMSG_NEXT (message, left)) {
    Link link;
    if ((message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
        || !netlink_parse_link (message, &link))
      continue;
    note_state (carrier, &link, message->nlmsg_type == RTM_NEWLINK);
    if (message->nlmsg_type != RTM_NEWLINK)
      continue;
    for (int i = 0; i < carrier->count; i++) {
      char name[IFNAMSIZ];
      nic_name (carrier->wishes[i].index, name);
      if (strcmp (link.name, name) == 0)
        agree (carrier, &link, &carrier->wishes[i]);
    }
  }
}
