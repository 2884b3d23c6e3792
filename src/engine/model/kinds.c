/* kinds.c - see kinds.h. */
#include "config.h"

#include "engine/model/kinds.h"

#include <string.h>

#include <glib/gi18n.h>

#define GUEST_NICS 64

static const VbetKindSpec rows[] = {
  { VBET_KIND_HOST, "host", "host", 'h', NULL, GUEST_NICS, 0, N_ ("Host"), N_ ("Host"),
    N_ ("A computer (H): drag it onto the canvas, or click here and then there"),
    N_ ("A computer: a Linux of its own, with a shell.") },
  { VBET_KIND_ROUTER, "router", "router", 'r', NULL, GUEST_NICS, 2, N_ ("Router"), N_ ("Router"),
    N_ ("A router (R): drag it onto the canvas, or click here and then there"),
    N_ ("A Linux that forwards packets, with FRR for routing protocols.") },
  { VBET_KIND_FIREWALL, "firewall", "firewall", 'f', NULL, GUEST_NICS, 3, N_ ("Firewall"), N_ ("Firewall"),
    N_ ("A firewall (F): drag it onto the canvas, or click here and then there"),
    N_ ("A Linux that forwards what its rules allow.") },
  { VBET_KIND_SWITCH, "switch", "switch", 's', "switch", VBET_KIND_NICS_MAX, 1, N_ ("Switch"), N_ ("Switch"),
    N_ ("A switch (S): drag it onto the canvas, or click here and then there"),
    N_ ("Sends frames where their addresses were seen.") },
  { VBET_KIND_HUB, "hub", "hub", 'u', "hub", VBET_KIND_NICS_MAX, 1, N_ ("Hub"), N_ ("Hub"),
    N_ ("A hub (U): drag it onto the canvas, or click here and then there"),
    N_ ("Sends every frame out of every other port.") },
  { VBET_KIND_AP, "ap", "access-point", 'a', "switch", VBET_KIND_NICS_MAX, 1, N_ ("AP"), N_ ("Access point"),
    N_ ("An access point (A): drag it onto the canvas, or click here and then there"),
    N_ ("Joins its hosts with the rest of the network, and keeps them from each other if asked to.") },
  { VBET_KIND_GATEWAY, "gateway", "gateway", 'g', NULL, 1, 4, N_ ("Gateway"),
    N_ ("Gateway to the real network"),
    N_ ("A way to the Internet (G): drag it onto the canvas, or click here and then there"),
    N_ ("The way out to the real network, with NAT.") },
  { VBET_KIND_TAP, "tap", "tap", 't', NULL, 1, 4, N_ ("TAP"), N_ ("TAP device"),
    N_ ("A network device of this computer (T): drag it onto the canvas, or click here and then there"),
    N_ ("A TAP device of the real host.") },
  { VBET_KIND_REMOTE, "remote", "remote", 'e', NULL, 1, 4, N_ ("Remote"), N_ ("Cable to another lab"),
    N_ ("A cable to another lab, on another computer (E): drag it onto the canvas, or click here and then "
        "there"),
    N_ ("A cable that goes on in another lab, on this or another computer.") },
  { VBET_KIND_NOTE, "note", "note", 'n', NULL, 0, 0, N_ ("Note"), N_ ("Note"),
    N_ ("A note on the canvas (N): drag it there, or click here and then there"), "" },
  { VBET_KIND_NIC, "NIC", "", 0, NULL, 0, 0, N_ ("NIC"), N_ ("NIC"), "",
    N_ ("A network interface, to be attached to a device.") },
  { VBET_KIND_CABLE, "cable", "cable", 0, NULL, 0, 0, N_ ("Cable"), N_ ("Cable"), "",
    N_ ("A cable with two ends, to be plugged into NICs.") },
};

const VbetKindSpec *
vbet_kind_specs (guint *ret_size)
{
  *ret_size = G_N_ELEMENTS (rows);
  return rows;
}

const VbetKindSpec *
vbet_kind_spec (VbetKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == kind)
      return &rows[i];
  return NULL;
}

guint
vbet_kind_most_nics (VbetKind kind)
{
  const VbetKindSpec *spec = vbet_kind_spec (kind);
  return spec != NULL ? spec->nics : 0;
}

const char *
vbet_kind_name (VbetKind kind)
{
  const VbetKindSpec *spec = vbet_kind_spec (kind);
  return spec != NULL ? spec->name : "object";
}

gboolean
vbet_kind_from_name (const char *name, VbetKind *ret_kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0) {
      if (ret_kind != NULL)
        *ret_kind = rows[i].kind;
      return TRUE;
    }
  return FALSE;
}

VbetKind
vbet_kind_from_key (guint key)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].key != 0 && (guchar)rows[i].key == key)
      return rows[i].kind;
  return 0;
}
