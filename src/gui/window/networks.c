/* networks.c - what the window says of switches: frames that circle, VLANs at the ends of cables. */
#include "config.h"

#include <glib/gi18n.h>

#include "gui/model/storm.h"
#include "gui/reply.h"
#include "gui/window/private.h"

#define NAMES_MAX 5 /* that a sentence names */

/* --- a storm ---------------------------------------------------------------------------- */

/* Switches of the ring that run no spanning tree. Returns: (transfer full) (element-type VbetDevice) */
static GPtrArray *
without_tree (const GPtrArray *ring)
{
  GPtrArray *found = g_ptr_array_new ();
  for (guint i = 0; i < ring->len; i++) {
    const VbetDevice *device = g_ptr_array_index (ring, i);
    if (device->kind == VBET_KIND_SWITCH
        && !vbet_attributes_boolean (device->attributes, VBET_KIND_SWITCH, "stp"))
      g_ptr_array_add (found, (gpointer)device);
  }
  return found;
}

static char *
names_of (const GPtrArray *devices)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < MIN (devices->len, NAMES_MAX); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            ((VbetDevice *)g_ptr_array_index (devices, i))->name);
  if (devices->len > NAMES_MAX)
    g_string_append (text, ", …");
  return g_string_free (text, FALSE);
}

/* Returns: (transfer full) (nullable): what is to be said now. @ret_mendable: whether one edit mends it. */
static char *
storm_text (VbetWindow *self, gboolean *ret_mendable)
{
  g_autoptr (GPtrArray) ring
      = vbet_storm_ring (vbet_session_get_topology (self->session), vbet_session_get_storms (self->session));
  g_autoptr (GPtrArray) open = without_tree (ring);
  g_autofree char *names = names_of (ring);
  *ret_mendable = open->len > 0;
  if (ring->len == 0)
    return NULL;
  return open->len > 0
             ? g_strdup_printf (
                 _ ("Frames circle without end in %s: there is a loop, and the spanning tree is off."), names)
             : g_strdup_printf (
                 _ ("Frames circle without end in %s: there is a loop. Cut one of its cables."), names);
}

static void
on_traffic (VbetWindow *self)
{
  static const VbetNoticeButton mend[]
      = { { N_ ("Turn Spanning Tree On"), "win.storm-stp" }, { NULL, NULL } };
  gboolean mendable = FALSE;
  if (self->closing == VBET_CLOSING_NOW)
    return;
  g_autofree char *text = storm_text (self, &mendable);
  if (g_strcmp0 (text, self->storm) == 0)
    return; /* also when somebody closed the notice meanwhile */
  if (text != NULL)
    vbet_notices_show (self->notices, "storm", GTK_MESSAGE_WARNING, text, mendable ? mend : NULL);
  else
    vbet_notices_hide (self->notices, "storm");
  g_free (self->storm);
  self->storm = g_steal_pointer (&text);
}

static void
on_storm_stp (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ring
      = vbet_storm_ring (vbet_session_get_topology (self->session), vbet_session_get_storms (self->session));
  g_autoptr (GPtrArray) open = without_tree (ring);
  g_autoptr (GArray) objects = g_array_new (FALSE, FALSE, sizeof (VbetObject));
  for (guint i = 0; i < open->len; i++) {
    const VbetDevice *device = g_ptr_array_index (open, i);
    VbetObject object = { VBET_KIND_SWITCH, device->name, 0 };
    g_array_append_val (objects, object);
  }
  if (objects->len > 0
      && !vbet_session_set_attribute (self->session, (const VbetObject *)(gpointer)objects->data,
                                      objects->len, "stp", "yes", &error))
    vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_WARNING, error->message, NULL);
}

/* --- gateways, TAP devices, remotes ---------------------------------------------------------------- */

static void
on_calls (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *device = data;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, NULL);
  g_autoptr (GPtrArray) calls = vbet_reply_list (reply, "calls");
  for (guint i = calls->len; i > 0; i--) {
    GVariant *call = g_ptr_array_index (calls, i - 1);
    GVariantDict params;
    if (g_strcmp0 (vbet_reply_text (call, "device"), device) != 0
        || g_strcmp0 (vbet_reply_text (call, "state"), "failed") != 0)
      continue;
    g_variant_dict_init (&params, NULL);
    g_variant_dict_insert (&params, "number", "x", (gint64)vbet_reply_number (call, "number", 0));
    vbet_client_call_async (VBET_CLIENT (source), "call.retry", g_variant_dict_end (&params), NULL, NULL,
                            NULL);
    return;
  }
}

/* The call of the selected device that failed last is done once more. */
static void
on_outside_retry (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_auto (GStrv) devices = vbet_session_selected_devices (self->session);
  VbetClient *client = vbet_runner_get_client (self->runner);
  if (client != NULL && devices[0] != NULL)
    vbet_client_call_async (client, "lab.calls", NULL, NULL, on_calls, g_strdup (devices[0]));
}

/* --- VLANs -------------------------------------------------------------------------------- */

static void
on_show_vlans (VbetWindow *self)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), "show-vlans");
  if (self->closing == VBET_CLOSING_NOW)
    return;
  guint show = vbet_canvas_get_show (self->canvas);
  vbet_canvas_set_show (self->canvas, g_variant_get_boolean (state) ? show | VBET_SHOW_VLANS
                                                                    : show & ~(guint)VBET_SHOW_VLANS);
}

void
_vbet_window_add_networks (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "storm-stp", .activate = on_storm_stp },
    { .name = "outside-retry", .activate = on_outside_retry },
  };
  g_autoptr (GAction) vlans
      = self->settings != NULL
            ? g_settings_create_action (self->settings, "show-vlans")
            : G_ACTION (g_simple_action_new_stateful ("show-vlans", NULL, g_variant_new_boolean (FALSE)));
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), vlans);
  g_signal_connect_object (vlans, "notify::state", G_CALLBACK (on_show_vlans), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "traffic-changed", G_CALLBACK (on_traffic), self,
                           G_CONNECT_SWAPPED);
  on_show_vlans (self);
}
