/* control.h - the engine's commands to the switch and the switch's answers.
 *
 * Channel: descriptor 3, an end of a SOCK_SEQPACKET unix socket pair. One JSON
 * object a message, UTF-8, at most 16 KiB towards the switch; descriptors come
 * along by SCM_RIGHTS. When the channel ends, the process ends.
 *
 * Commands carry "id" (a positive number; 0 or none asks for no answer) and
 * "op". They may be sent without waiting; they are executed, and answered, in
 * order. The answer is {"id":N,"ok":true} or {"id":N,"error":"one sentence","errno":17}.
 *
 *   add-bridge     bridge, kind "switch"|"hub", settings
 *   set-bridge     bridge, settings: all of them
 *   remove-bridge  bridge                       with its ports, stock guests and their cables
 *   add-port       device, nic, kind "guest", mtu (default 1500)
 *   add-port       device, nic, kind "bridge-port", bridge, vlan, trunk, cost, isolated
 *   set-port       device, nic, vlan, trunk, cost, isolated: all of a bridge's port
 *   connect-port   device, nic, serial + 1 descriptor: a guest's or gateway's connection (SEQPACKET), or a
 *                  TAP device; replaces an older one
 *   connect-port   likewise with kind "vhost-user", mac (a number), carrier, speed (Mbit/s, default 10000): a
 *                  guest's connection (STREAM); resumed: an earlier process had it; replays: how many replay-port
 *                  will follow before the guest is listened to
 *   connect-port   likewise with kind "udp", carrier, and for VXLAN vni and to (a socket address in base64): a
 *                  UDP socket, connected to the far end as remote.h says
 *   replay-port    device, nic, serial, message (base64) + its descriptors: as "vhost" told it to an older process
 *   set-link       device, nic, carrier, speed  of a vhost-user port, whose guest sees it; of a UDP socket, whose far
 *                  end is told the carrier
 *   remove-port    device, nic                  with its cable
 *   add-stock      bridge, serial + 1 or 2 descriptors: a control connection of a stock guest, and the data socket
 *                  that an earlier process made for it
 *   remove-stock   bridge, serial               the connection is closed
 *   add-cable      cable, ends [{device, nic}, {device, nic}], settings
 *   set-cable      cable, settings: all of them
 *   remove-cable   cable
 *   identify       run, macs (8 and 16 bytes in base64), lab (a name): whose the lab is, for the hellos of UDP sockets
 *                  (core/far-end.h)
 *   add-capture    cable, serial, captured [name of end 0, of end 1; "": not this one], snaplen, filter, resumed
 *                  + 1 descriptor: a SEQPACKET connection, whose messages are whole blocks of pcapng
 *   remove-capture serial                       what is written so far still goes out if it can
 *   measure        cable, serial, count, duration (ns): sends probes through it (core/probe.h); count, duration
 *                  0 or missing: as is usual
 *   cancel-measure serial                       "measured" tells what there is so far
 *   state          the answer comes in parts, see below
 *   sync           nothing: its answer says that everything before is done
 *   quit           the answer is the last message
 *
 * The settings of a bridge, each of which may be missing: ageing (s, default 300), stp (boolean), priority
 * (of the spanning tree, default 32768), mirror (NIC, 0: none), vlans. vlans and trunk are sets as
 * base/vlan-set.h writes them; vlan is the VLAN of untagged frames, 0: none.
 *
 * The settings of a cable are its quality, as base/cable-quality-json.h writes it; what is missing is perfect.
 *
 * The answer to "state" is any number of messages with "part":true and arrays,
 * each of which may be missing, then the usual {"id":N,"ok":true}:
 *
 *   ports    [{device, nic, kind, connected, cable?, rx, tx, queued, role?, stp?}]
 *   cables   [{cable, up [a to b, b to a], ends, ab, ba, ab-effects, ba-effects}]
 *   bridges  [{bridge, kind, learns, ageing, stock, addresses, flooded, evicted, storm, root?, root-cost?, id?}]
 *   macs     [{bridge, mac "02:00:00:00:00:01", vlan, nic (0: a stock guest), age (s)}], at most 1000 a
 * bridge
 *
 * where rx and tx (as the device sees it), ab and ba are [frames, bytes, dropped], and the effects are as
 * base/cable-quality-json.h writes them.
 *
 * Notifications have no id:
 *
 *   {"event":"ready","layers":["no_new_privs",…]}              first message of a process: the confinement
 * that holds
 *   {"event":"port-closed","device":…,"nic":…,"serial":…}      the guest ended that connection
 *   {"event":"far-end","device":…,"nic":…,"serial":…,"state":…,"carrier":…,"silence":ms,"clash":…,"lab":…}
 *                                                              of a UDP socket: what is known there
 *                                                              (core/far-end.h); silence -1: nothing heard
 *   {"event":"vhost","device":…,"nic":…,"serial":…,"message":…} + up to 8 descriptors: a message of that connection
 *                                                              to be kept: of one kind and ring, the last one
 *   {"event":"cable","cable":…,"up":[…,…]}                     it went up or down by its schedule
 *   {"event":"stock-joined","bridge":…,"serial":…} + 1 descriptor: its data socket, to be kept
 *   {"event":"stock-left","bridge":…,"serial":…}               that control connection is closed
 *
 *   {"event":"capture-closed","serial":…}                      nobody reads that capture any more
 *
 *   {"event":"measuring","serial":…,"time":…,"duration":…}     four times a second: how far it is; ns
 *   {"event":"measured","serial":…,"end":…,"ways":[{…},{…}]}   end: done, cancelled, unplugged; from the first end
 *                                                              and from the second, as VbetProbeResult has it
 *
 * The filter of a capture is a program of classic BPF (core/bpf.h): code, jt, jf, k of each instruction in one
 * array; none: every frame. resumed: an earlier process had this capture, which the new section says.
 *
 * "serial" is a number the engine chose; it tells an old connection's end from
 * a new one's.
 *
 * Keeping descriptors: the engine accepts every connection itself and passes a
 * duplicate on, so there is no moment at which only this process holds one. The
 * switch neither binds nor opens a path and needs no right to the file system.
 */
#pragma once

#include <glib.h>

#include "switch/socket-port.h"

#define VBET_CONTROL_FD 3

typedef struct VbetControl VbetControl;

/**
 * vbet_control_new:
 * @fd: the channel; taken
 * @layers: (array zero-terminated=1): for the "ready" message
 *
 * Returns: NULL with errno when the loop does not take it.
 */
VbetControl *vbet_control_new (VbetIo *io, int fd, const char *const *layers);
/** vbet_control_free: @self: (nullable). Closes the channel. */
void vbet_control_free (VbetControl *self);

/**
 * vbet_control_event: the loop reports @events for the channel. @now: nanoseconds.
 * Returns: FALSE when the process is to end: told to quit, or the channel is closed.
 */
gboolean vbet_control_event (VbetControl *self, guint32 events, gint64 now);
