/* confine.h - what vbet-nat gives up before it reads its first frame.
 *
 * Root, life (it dies with its parent), limits (no core dump, no new process),
 * no_new_privs, Landlock: no file but the folder of resolv.conf, read only,
 * which libslirp reads anew when it changes. The network stays open: that is
 * what the process is for.
 */
#pragma once

#include <glib.h>

/** vbet_nat_confine: @ret_layers: as vbet_confine() of the switch. Returns: 0 or -errno. */
int vbet_nat_confine (const char *ret_layers[5]);
