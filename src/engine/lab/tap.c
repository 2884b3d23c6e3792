/* tap.c - see tap.h. */
#include "config.h"

#include "engine/lab/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pwd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "base/error.h"

#define DEVICE "/dev/net/tun"
#define NEW_NAME "vbet%d" /* the kernel puts the first free number in */

/* What root would type to give this user a TAP device. */
static char *
remedy (const char *name)
{
  const struct passwd *user = getpwuid (geteuid ());
  return g_strdup_printf (
      "as root run “ip tuntap add dev %s mode tap user %s; ip link set %s up”, then retry the call", name,
      user != NULL ? user->pw_name : "nobody", name);
}

/* Returns: descriptor of @name, or -errno; @ret_name: what it is called. */
static int
attach (const char *name, char **ret_name)
{
  struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
  int fd = open (DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return -errno;
  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  if (ioctl (fd, TUNSETIFF, &request) != 0) {
    int result = -errno;
    close (fd);
    return result;
  }
  *ret_name = g_strndup (request.ifr_name, sizeof request.ifr_name);
  return fd;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Names of the host's interfaces, sorted. Which of them are TAP devices is found out by trying. */
static GPtrArray *
list_interfaces (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  struct if_nameindex *all = if_nameindex ();
  for (gsize i = 0; all != NULL && all[i].if_name != NULL; i++)
    g_ptr_array_add (names, g_strdup (all[i].if_name));
  if (all != NULL)
    if_freenameindex (all);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static int
attach_any (char **ret_name)
{
  g_autoptr (GPtrArray) names = list_interfaces ();
  for (guint i = 0; i < names->len; i++) {
    int fd = attach (g_ptr_array_index (names, i), ret_name);
    if (fd >= 0)
      return fd;
  }
  return attach (NEW_NAME, ret_name);
}

int
vbet_tap_open (const char *name, char **ret_name, GError **error)
{
  int fd = name != NULL ? attach (name, ret_name) : attach_any (ret_name);
  if (fd >= 0)
    return fd;
  g_autofree char *hint = remedy (name != NULL ? name : "tap0");
  if (access (DEVICE, R_OK | W_OK) != 0)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "This host lets vBET have no TAP device (%s: %s): as root run “chmod 666 %s” and create one "
                 "for the lab",
                 DEVICE, g_strerror (errno), DEVICE);
  else if (fd == -EBUSY)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The TAP device %s is used by another program: choose another one",
                 name != NULL ? name : "");
  else if (fd == -EINVAL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "The host's interface %s is no TAP device: choose another name", name != NULL ? name : "");
  else if (name != NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST, "vBET may not use or create the TAP device %s: %s", name,
                 hint);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
                 "There is no free TAP device, and vBET may not create one: %s", hint);
  return -1;
}
