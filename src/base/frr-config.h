/* frr-config.h - what FRR's daemons read of a configuration: one table for the engine, which chooses the
 * daemons, and for vbet-routing in the guest, which gives each daemon its part. Pure C without GLib, since
 * the agent is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order they are to be started; the rest is alphabetic. */
typedef enum {
  VBET_FRR_MGMTD, /* from FRR 9 on: reads what zebra, staticd, ripd and ripngd read before */
  VBET_FRR_ZEBRA, /* serves all others */
  VBET_FRR_STATICD,
  VBET_FRR_BABELD,
  VBET_FRR_BFDD,
  VBET_FRR_BGPD,
  VBET_FRR_EIGRPD,
  VBET_FRR_FABRICD,
  VBET_FRR_ISISD,
  VBET_FRR_LDPD,
  VBET_FRR_NHRPD,
  VBET_FRR_OSPF6D,
  VBET_FRR_OSPFD,
  VBET_FRR_PATHD,
  VBET_FRR_PBRD,
  VBET_FRR_PIM6D,
  VBET_FRR_PIMD,
  VBET_FRR_RIPD,
  VBET_FRR_RIPNGD,
  VBET_FRR_SHARPD,
  VBET_FRR_VRRPD,
  VBET_FRR_DAEMONS
} VbetFrrDaemon;

/* What one line of a configuration has met with. */
typedef struct {
  uint8_t offered; /* daemons that were given it */
  uint8_t unknown; /* those that did not know it, by their logs */
  bool is_command; /* some daemon ought to take it: no comment, no "exit" */
} VbetFrrFate;

/** vbet_frr_daemon_name: Returns: (transfer none): for instance "ospfd". */
const char *vbet_frr_daemon_name (VbetFrrDaemon daemon);

/** vbet_frr_daemon_by_name: Returns: the daemon, VBET_FRR_DAEMONS when there is none of that name. */
VbetFrrDaemon vbet_frr_daemon_by_name (const char *name);

/**
 * vbet_frr_needs:
 * @text: an FRR configuration
 *
 * Returns: the daemons without which lines of @text would be lost, as bits 1 << VbetFrrDaemon. Neither zebra,
 * which always runs, nor mgmtd, which depends on the version of FRR, is among them.
 */
uint32_t vbet_frr_needs (const char *text);

/**
 * vbet_frr_module:
 * @text: an FRR configuration
 * @daemon: one of the daemons
 *
 * Returns: (transfer none) (nullable): the loadable module of @daemon without which lines of @text would be
 * lost.
 */
const char *vbet_frr_module (const char *text, VbetFrrDaemon daemon);

/**
 * vbet_frr_part:
 * @text: an FRR configuration
 * @daemon: whose part
 * @part: (nullable) (out caller-allocates): room for as many bytes as are returned, and a zero
 * @fates: (nullable): of the lines, counted from 1; @offered and @is_command are updated
 * @count: number of elements of @fates
 *
 * Writes what @daemon is to read by itself (option -f). The part has as many lines as @text, so that line
 * numbers of the daemon's log are those of @text; a line that is not for @daemon is "!". No line of it makes
 * the daemon leave its configuration, whatever blocks it knows.
 *
 * Returns: the part's length in bytes without the final zero; with @part NULL that alone.
 */
size_t vbet_frr_part (const char *text, VbetFrrDaemon daemon, char *part, VbetFrrFate *fates, size_t count);
