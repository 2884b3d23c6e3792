/* netlink.c - rtnetlink requests; see netlink.h. */
#define _GNU_SOURCE
#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define BUFFER 32768

typedef struct {
  struct nlmsghdr header;
  char body[512];
} Request;

bool
address_parse (const char *text, Address *ret_address)
{
  char host[64];
  const char *slash = strchr (text, '/');
  size_t size = slash != NULL ? (size_t)(slash - text) : strlen (text);
  if (size >= sizeof host)
    return false;
  memcpy (host, text, size);
  host[size] = '\0';
  memset (ret_address, 0, sizeof *ret_address);
  ret_address->family = strchr (host, ':') != NULL ? AF_INET6 : AF_INET;
  if (inet_pton (ret_address->family, host, ret_address->bytes) != 1)
    return false;
  ret_address->prefix = -1;
  if (slash != NULL) {
    char *end = NULL;
    long prefix = strtol (slash + 1, &end, 10);
    if (end == slash + 1 || *end != '\0' || prefix < 0
        || prefix > (ret_address->family == AF_INET6 ? 128 : 32))
      return false;
    ret_address->prefix = (int)prefix;
  }
  return true;
}

int
netlink_open (uint32_t groups)
{
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | (groups != 0 ? SOCK_NONBLOCK : 0), NETLINK_ROUTE);
  if (fd < 0)
    return -errno;
  struct sockaddr_nl local = { .nl_family = AF_NETLINK, .nl_groups = groups };
  if (bind (fd, (struct sockaddr *)&local, sizeof local) != 0) {
    int result = -errno;
    close (fd);
    return result;
  }
  return fd;
}

static void
request_start (Request *request, uint16_t type, uint16_t flags, const void *fixed, size_t size)
{
  memset (request, 0, sizeof *request);
  request->header.nlmsg_type = type;
  request->header.nlmsg_flags = NLM_F_REQUEST | flags;
  request->header.nlmsg_len = (uint32_t)NLMSG_LENGTH (size);
  memcpy (NLMSG_DATA (&request->header), fixed, size);
}

static void
request_add (Request *request, uint16_t type, const void *data, size_t size)
{
  struct rtattr *attribute = (void *)((char *)request + NLMSG_ALIGN (request->header.nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = (uint16_t)RTA_LENGTH (size);
  memcpy (RTA_DATA (attribute), data, size);
  request->header.nlmsg_len
      = (uint32_t)(NLMSG_ALIGN (request->header.nlmsg_len) + RTA_ALIGN (attribute->rta_len));
}

/* Sends one request and waits for its acknowledgement; the kernel answers at once. */
static int
request_send (int fd, Request *request)
{
  char buffer[4096];
  request->header.nlmsg_flags |= NLM_F_ACK;
  if (send (fd, request, request->header.nlmsg_len, 0) < 0)
    return -errno;
  for (;;) {
    ssize_t count = recv (fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return -errno;
    struct nlmsghdr *message = (void *)buffer;
    if (NLMSG_OK (message, (size_t)count) && message->nlmsg_type == NLMSG_ERROR)
      return ((struct nlmsgerr *)NLMSG_DATA (message))->error;
  }
}

/* Calls @each for all answers of a dump. */
static int
dump (int fd, Request *request, void (*each) (const struct nlmsghdr *message, void *data), void *data)
{
  request->header.nlmsg_flags |= NLM_F_DUMP;
  if (send (fd, request, request->header.nlmsg_len, 0) < 0)
    return -errno;
  char *buffer = malloc (BUFFER);
  int result = buffer != NULL ? 1 : -ENOMEM;
  while (result > 0) {
    ssize_t count = recv (fd, buffer, BUFFER, 0);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      result = -errno;
      break;
    }
    size_t left = (size_t)count;
    for (struct nlmsghdr *message = (void *)buffer; result > 0 && NLMSG_OK (message, left);
         message = NLMSG_NEXT (message, left)) {
      if (message->nlmsg_type == NLMSG_DONE)
        result = 0;
      else if (message->nlmsg_type == NLMSG_ERROR)
        result = ((struct nlmsgerr *)NLMSG_DATA (message))->error;
      else
        each (message, data);
    }
  }
  free (buffer);
  return result;
}

bool
netlink_parse_link (const struct nlmsghdr *message, Link *ret_link)
{
  if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
    return false;
  const struct ifinfomsg *info = NLMSG_DATA (message);
  memset (ret_link, 0, sizeof *ret_link);
  ret_link->index = info->ifi_index;
  ret_link->flags = info->ifi_flags;
  size_t left = IFLA_PAYLOAD (message);
  for (const struct rtattr *attribute = IFLA_RTA (info); RTA_OK (attribute, left);
       attribute = RTA_NEXT (attribute, left)) {
    const void *data = RTA_DATA (attribute);
    size_t size = RTA_PAYLOAD (attribute);
    if (attribute->rta_type == IFLA_IFNAME && size <= sizeof ret_link->name)
      memcpy (ret_link->name, data, size);
    else if (attribute->rta_type == IFLA_ADDRESS && size == sizeof ret_link->mac)
      memcpy (ret_link->mac, data, size);
    else if (attribute->rta_type == IFLA_MTU && size == 4)
      memcpy (&ret_link->mtu, data, size);
    else if (attribute->rta_type == IFLA_OPERSTATE && size == 1)
      memcpy (&ret_link->operstate, data, size);
    else if (attribute->rta_type == IFLA_LINKMODE && size == 1)
      memcpy (&ret_link->linkmode, data, size);
  }
  ret_link->name[sizeof ret_link->name - 1] = '\0';
  return ret_link->name[0] != '\0';
}

typedef struct {
  Link *links;
  int max;
  int count;
} LinkList;

static void
collect_link (const struct nlmsghdr *message, void *data)
{
  LinkList *list = data;
  if (list->count < list->max && netlink_parse_link (message, &list->links[list->count]))
    list->count++;
}

int
netlink_links (int fd, Link *links, int max)
{
  struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
  LinkList list = { .links = links, .max = max };
  Request request;
  request_start (&request, RTM_GETLINK, 0, &info, sizeof info);
  int result = dump (fd, &request, collect_link, &list);
  return result < 0 ? result : list.count;
}

int
netlink_set_link (int fd, int index, const LinkChange *change)
{
  struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = index };
  if (change->up >= 0) {
    info.ifi_change = IFF_UP;
    info.ifi_flags = change->up ? IFF_UP : 0;
  }
  Request request;
  request_start (&request, RTM_SETLINK, 0, &info, sizeof info);
  if (change->name != NULL)
    request_add (&request, IFLA_IFNAME, change->name, strlen (change->name) + 1);
  if (change->mac != NULL)
    request_add (&request, IFLA_ADDRESS, change->mac, 6);
  if (change->mtu != 0)
    request_add (&request, IFLA_MTU, &change->mtu, 4);
  uint8_t value = (uint8_t)change->linkmode;
  if (change->linkmode >= 0)
    request_add (&request, IFLA_LINKMODE, &value, 1);
  value = (uint8_t)change->operstate;
  if (change->operstate >= 0)
    request_add (&request, IFLA_OPERSTATE, &value, 1);
  return request_send (fd, &request);
}

static size_t
address_size (const Address *address)
{
  return address->family == AF_INET6 ? 16 : 4;
}

static int
default_prefix (const Address *address)
{
  return address->prefix >= 0 ? address->prefix : (int)address_size (address) * 8;
}

static void
address_request (Request *request, uint16_t type, uint16_t flags, int index, const Address *address)
{
  struct ifaddrmsg info = { .ifa_family = (uint8_t)address->family,
                            .ifa_prefixlen = (uint8_t)default_prefix (address),
                            .ifa_index = (uint32_t)index };
  if (address->family == AF_INET6 && type == RTM_NEWADDR)
    info.ifa_flags = IFA_F_NODAD;
  request_start (request, type, flags, &info, sizeof info);
  request_add (request, IFA_LOCAL, address->bytes, address_size (address));
  if (address->family == AF_INET6)
    request_add (request, IFA_ADDRESS, address->bytes, address_size (address));
}

int
netlink_add_address (int fd, int index, const Address *address)
{
  Request request;
  address_request (&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, address);
  if (address->family == AF_INET && default_prefix (address) < 31) {
    uint32_t number;
    memcpy (&number, address->bytes, 4);
    number |= htonl ((uint32_t)(0xffffffffULL >> default_prefix (address)));
    request_add (&request, IFA_BROADCAST, &number, 4);
  }
  return request_send (fd, &request);
}

int
netlink_delete_address (int fd, int index, const Address *address)
{
  Request request;
  address_request (&request, RTM_DELADDR, 0, index, address);
  return request_send (fd, &request);
}

typedef struct {
  Address *addresses;
  int max;
  int count;
  uint32_t index;
} AddressList;

static void
collect_address (const struct nlmsghdr *message, void *data)
{
  AddressList *list = data;
  const struct ifaddrmsg *info = NLMSG_DATA (message);
  if (message->nlmsg_type != RTM_NEWADDR || info->ifa_index != list->index || info->ifa_scope == RT_SCOPE_LINK
      || list->count >= list->max)
    return;
  Address address = { .family = info->ifa_family, .prefix = info->ifa_prefixlen };
  size_t left = IFA_PAYLOAD (message);
  bool found = false;
  for (const struct rtattr *attribute = IFA_RTA (info); RTA_OK (attribute, left);
       attribute = RTA_NEXT (attribute, left)) {
    bool local = attribute->rta_type == IFA_LOCAL;
    if ((local || (attribute->rta_type == IFA_ADDRESS && !found))
        && RTA_PAYLOAD (attribute) == address_size (&address)) {
      memcpy (address.bytes, RTA_DATA (attribute), address_size (&address));
      found = true;
    }
  }
  if (found)
    list->addresses[list->count++] = address;
}

int
netlink_addresses (int fd, int index, Address *addresses, int max)
{
  struct ifaddrmsg info = { .ifa_family = AF_UNSPEC };
  AddressList list = { .addresses = addresses, .max = max, .index = (uint32_t)index };
  Request request;
  request_start (&request, RTM_GETADDR, 0, &info, sizeof info);
  int result = dump (fd, &request, collect_address, &list);
  return result < 0 ? result : list.count;
}

int
netlink_default_route (int fd, const Address *gateway)
{
  struct rtmsg info = { .rtm_family = (uint8_t)gateway->family,
                        .rtm_table = RT_TABLE_MAIN,
                        .rtm_protocol = RTPROT_STATIC,
                        .rtm_scope = RT_SCOPE_UNIVERSE,
                        .rtm_type = RTN_UNICAST };
  Request request;
  request_start (&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &info, sizeof info);
  request_add (&request, RTA_GATEWAY, gateway->bytes, address_size (gateway));
  return request_send (fd, &request);
}

/* It is asked for the number of its rule set's generation, which it tells where it is there at all. */
bool
netlink_has_nf_tables (void)
{
  Request request;
  struct nfgenmsg message = { .version = NFNETLINK_V0 };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0)
    return false;
  request_start (&request, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0, &message, sizeof message);
  int result = request_send (fd, &request);
  close (fd);
  return result == 0;
}
