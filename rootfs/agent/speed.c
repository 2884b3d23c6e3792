/* speed.c - the speed that a NIC says it has; see speed.h.
 *
 * virtio-net reads the speed from the device when carrier comes, and at no other
 * time, but takes another one from ethtool. It tells nobody of that: a bond
 * goes on with the old one, and so do those that listen to rtnetlink. Writing
 * the link's alias as it is makes the kernel tell all of them that the link has changed.
 */
#define _GNU_SOURCE
#include "speed.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nics.h"

#define ALIAS_MAX 256 /* IFALIASZ of the kernel */

static int
ask_driver (int fd, const char *name, struct ethtool_cmd *command)
{
  struct ifreq request;
  memset (&request, 0, sizeof request);
  strcpy (request.ifr_name, name);
  request.ifr_data = (void *)command;
  return ioctl (fd, SIOCETHTOOL, &request) == 0 ? 0 : -errno;
}

/* Returns: 1 when that is something new, 0 or -errno. */
static int
change (int fd, const char *name, uint32_t speed)
{
  struct ethtool_cmd command = { .cmd = ETHTOOL_GSET };
  int result = ask_driver (fd, name, &command);
  if (result != 0 || (ethtool_cmd_speed (&command) == speed && command.duplex == DUPLEX_FULL))
    return result;
  command = (struct ethtool_cmd){ .cmd = ETHTOOL_SSET, .duplex = DUPLEX_FULL, .port = PORT_OTHER };
  ethtool_cmd_speed_set (&command, speed);
  result = ask_driver (fd, name, &command);
  return result == 0 ? 1 : result;
}

static int
tell_listeners (const char *name)
{
  char path[64], alias[ALIAS_MAX + 1];
  snprintf (path, sizeof path, "/sys/class/net/%s/ifalias", name);
  int fd = open (path, O_RDWR | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  ssize_t size = pread (fd, alias, ALIAS_MAX, 0);
  /* Of one that is empty nothing can be read, but a line end can be written. */
  if (size == 0)
    alias[size++] = '\n';
  int result = size < 0 || pwrite (fd, alias, (size_t)size, 0) < 0 ? -errno : 0;
  close (fd);
  return result;
}

int
speed_set (unsigned index, uint32_t speed)
{
  char name[IFNAMSIZ];
  nic_name (index, name);
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  int result = change (fd, name, speed);
  close (fd);
  return result == 1 ? tell_listeners (name) : result;
}
