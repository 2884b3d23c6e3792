/* relay.c - see relay.h. */
#include "config.h"

#include "switch/core/relay.h"

#include <string.h>

#include "switch/core/hub.h"

/* --- the learning one -------------------------------------------------------------- */

static gpointer
switch_create (const VbetBridgeConfig *config)
{
  return vbet_bridge_new (config);
}

static void
switch_destroy (gpointer relay)
{
  vbet_bridge_free (relay);
}

static gint
switch_add_port (gpointer relay)
{
  return vbet_bridge_add_port (relay);
}

static void
switch_remove_port (gpointer relay, guint port, gint64 now)
{
  vbet_bridge_remove_port (relay, port, now);
}

static void
switch_set_link (gpointer relay, guint port, gboolean link, gint64 now)
{
  vbet_bridge_set_link (relay, port, link, now);
}

static void
switch_input (gpointer relay, guint port, const VbetFrame *frame, gint64 now)
{
  vbet_bridge_input (relay, port, frame, now);
}

static gboolean
switch_looks_inside (gpointer relay)
{
  return vbet_bridge_looks_inside (relay);
}

static const VbetRelayPort *
switch_get_port (gpointer relay, guint port)
{
  return vbet_bridge_get_port (relay, port);
}

static guint64
switch_get_flooded (gpointer relay)
{
  return vbet_bridge_get_flooded (relay);
}

static VbetBridge *
switch_get_bridge (gpointer relay)
{
  return relay;
}

/* --- the hub ------------------------------------------------------------------------- */

static gpointer
hub_create (const VbetBridgeConfig *config)
{
  return vbet_hub_new (config->send, config->user_data);
}

static void
hub_destroy (gpointer relay)
{
  vbet_hub_free (relay);
}

static gint
hub_add_port (gpointer relay)
{
  return vbet_hub_add_port (relay);
}

static void
hub_remove_port (gpointer relay, guint port, gint64 now)
{
  (void)now;
  vbet_hub_remove_port (relay, port);
}

static void
hub_set_link (gpointer relay, guint port, gboolean link, gint64 now)
{
  (void)now;
  vbet_hub_set_link (relay, port, link);
}

static void
hub_input (gpointer relay, guint port, const VbetFrame *frame, gint64 now)
{
  (void)now;
  vbet_hub_input (relay, port, frame);
}

static gboolean
hub_looks_inside (gpointer relay)
{
  (void)relay;
  return FALSE;
}

static const VbetRelayPort *
hub_get_port (gpointer relay, guint port)
{
  return vbet_hub_get_port (relay, port);
}

static guint64
hub_get_flooded (gpointer relay)
{
  return vbet_hub_get_flooded (relay);
}

/* --- the rows -------------------------------------------------------------------------- */

static const VbetRelayClass classes[] = {
  {
      .name = "switch",
      .create = switch_create,
      .destroy = switch_destroy,
      .add_port = switch_add_port,
      .remove_port = switch_remove_port,
      .set_link = switch_set_link,
      .input = switch_input,
      .looks_inside = switch_looks_inside,
      .get_port = switch_get_port,
      .get_flooded = switch_get_flooded,
      .get_bridge = switch_get_bridge,
  },
  {
      .name = "hub",
      .create = hub_create,
      .destroy = hub_destroy,
      .add_port = hub_add_port,
      .remove_port = hub_remove_port,
      .set_link = hub_set_link,
      .input = hub_input,
      .looks_inside = hub_looks_inside,
      .get_port = hub_get_port,
      .get_flooded = hub_get_flooded,
  },
};

const VbetRelayClass *
vbet_relay_class_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (strcmp (classes[i].name, name) == 0)
      return &classes[i];
  return NULL;
}
