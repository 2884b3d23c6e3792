/* check-private.h - what the parts of the check share: the ports of a lab and which of them are one segment. */
#pragma once

#include "engine/model/findings.h"
#include "engine/model/topology.h"

typedef struct {
  const VbetDevice *device;
  const VbetNic *nic;
  guint parent; /* union-find: position of another port of the segment, or its own */
} VbetCheckPort;

typedef struct {
  const VbetTopology *topology;
  VbetDiagnostics *diagnostics;
  GArray *ports;       /* of VbetCheckPort: those of a device one after the other */
  GHashTable *first;   /* of VbetDevice to its first position in @ports */
  GArray *hosts;       /* of Host, see check.c */
  GHashTable *listens; /* where remotes receive → VbetDevice */
} VbetCheck;

static inline VbetCheckPort *
_vbet_check_port (const VbetCheck *self, guint position)
{
  return &g_array_index (self->ports, VbetCheckPort, position);
}

/* The written attribute @key, with its place; NULL. */
static inline const VbetAttribute *
_vbet_check_attribute (const VbetAttributes *attributes, const char *key)
{
  for (guint i = 0; i < attributes->len; i++) {
    const VbetAttribute *attribute = attributes->pdata[i];
    if (g_str_equal (attribute->key, key))
      return attribute;
  }
  return NULL;
}

/* The position that stands for the segment of the port at @position. */
guint _vbet_check_root (const VbetCheck *self, guint position);

/* Position of the port that an end of a cable is in; FALSE: it is free. */
gboolean _vbet_check_end (const VbetCheck *self, const VbetCableEnd *end, guint *ret_position);

/* check-link.c: MTUs, VLANs and DHCP servers of one segment or cable; segments must be known. */
void _vbet_check_links (const VbetCheck *self);

/* check-routing.c: what the OSPF configurations of routers on one segment must have in common; likewise. */
void _vbet_check_routing (const VbetCheck *self);
