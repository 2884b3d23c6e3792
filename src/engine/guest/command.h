/* command.h - the command line with which a guest is launched. */
#pragma once

#include "engine/guest/guest.h"

/* Where a guest's files are in its folder; all absolute. */
typedef struct {
  char *kernel_root; /* uml_dir=: the guest may write here, and only here and to its disk */
  char *kernel_dir;  /* uml_dir/umid: the kernel makes it, with its management socket */
  char *mconsole;    /* our end of the management console */
  char *notify;      /* the kernel's notifications */
  char *config;      /* the configuration disk */
  char *memory;      /* empty folder: a memory file system is mounted there */
  char *ports;       /* folder with the sockets of its NICs */
} VbetGuestPlaces;

/** vbet_guest_places_new: Returns: (transfer full): the paths of a guest's files below @node_dir; nothing is made. */
VbetGuestPlaces *vbet_guest_places_new (const char *node_dir);
/** vbet_guest_places_free: @self: (nullable) */
void vbet_guest_places_free (VbetGuestPlaces *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetGuestPlaces, vbet_guest_places_free)

/** vbet_guest_nic_spec: Returns: (transfer full): the NIC as the kernel's option and its "config" command write it. */
char *vbet_guest_nic_spec (const VbetGuestNic *nic);

/** vbet_guest_check_nic: whether the kernel can be told of @nic: its number, MTU and path. */
gboolean vbet_guest_check_nic (const char *guest, const VbetGuestNic *nic, GError **error);

/**
 * vbet_guest_check_config:
 *
 * Finds what user-mode Linux would misunderstand or refuse in its own words:
 * paths that are too long for a socket or hold one of its separators, too many
 * NICs for its command line.
 */
gboolean vbet_guest_check_config (const VbetGuestConfig *config, const VbetGuestPlaces *places,
                                  GError **error);

/** vbet_guest_kernel_arguments: Returns: (transfer full): the kernel and its arguments. @agent_fd: its first serial line. */
char **vbet_guest_kernel_arguments (const VbetGuestConfig *config, const VbetGuestPlaces *places,
                                    int agent_fd);

/**
 * vbet_guest_launcher_arguments:
 * @extra: (nullable): more options for vbet-guest
 *
 * Returns: (transfer full): options of vbet-guest, "--" and vbet_guest_kernel_arguments().
 */
char **vbet_guest_launcher_arguments (const VbetGuestConfig *config, const VbetGuestPlaces *places,
                                      int agent_fd, const char *const *extra);
