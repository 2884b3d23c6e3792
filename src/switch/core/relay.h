/* relay.h - what the fabric asks of whatever passes frames on between numbered ports: a class of functions.
 *
 * A kind of relay is one row in relay.c. What only a learning one has (addresses,
 * VLANs, a spanning tree, a mirror) is asked of its VbetBridge.
 */
#pragma once

#include <glib.h>

#include "switch/core/bridge.h"

typedef struct {
  const char *name; /* as the control socket writes it */
  /* Returns: (transfer full). */
  gpointer (*create) (const VbetBridgeConfig *config);
  void (*destroy) (gpointer relay);
  /* Returns: the new port's number, its link down; -ENOSPC when there are too many. */
  gint (*add_port) (gpointer relay);
  void (*remove_port) (gpointer relay, guint port, gint64 now);
  void (*set_link) (gpointer relay, guint port, gboolean link, gint64 now);
  /* Copies leave by the configuration's send, during the call. @frame: at least a header long, without parts
   * where looks_inside() says so; @now: nanoseconds, never less than before. */
  void (*input) (gpointer relay, guint port, const VbetFrame *frame, gint64 now);
  /* Whether it needs whole frames. */
  gboolean (*looks_inside) (gpointer relay);
  /* Returns: (nullable) (transfer none): link and counters. */
  const VbetRelayPort *(*get_port) (gpointer relay, guint port);
  /* Returns: frames that went to every port. */
  guint64 (*get_flooded) (gpointer relay);
  /* Returns: (transfer none): the relay itself. NULL: it does not learn. */
  VbetBridge *(*get_bridge) (gpointer relay);
} VbetRelayClass;

/** vbet_relay_class_find: Returns: (nullable) (transfer none): the class of @name, which is a row's. */
const VbetRelayClass *vbet_relay_class_find (const char *name);
