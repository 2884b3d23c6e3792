/* filter.h - a filter expression for a capture ("icmp or arp") to the program that the switch runs.
 *
 * The language is that of tcpdump and Wireshark's capture filters: pcap-filter(7).
 */
#pragma once

#include <glib.h>

/** vbet_capture_filter: Returns: (transfer floating): the engine's "filter", an array of numbers; NULL with
 * @error when @expression is none, or is too long. Names in it may be looked up in the DNS. */
GVariant *vbet_capture_filter (const char *expression, GError **error);
