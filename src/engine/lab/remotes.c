/* remotes.c - remotes of the running lab: cables that go on in another lab, by UDP.
 *
 * Like a TAP device, a remote is a port of the switch whose other end the
 * engine opens. One that does not work is part of the lab all the same, without
 * carrier. A change of its attributes opens a new socket, and the old one goes on
 * until that works.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/error.h"
#include "engine/lab/remote.h"

struct _VbetLabRemote {
  VbetRemoteSocket *socket; /* NULL: none is open */
  char *made_of;            /* peer, listen, vni of @socket */
  gint64 vni;               /* -1: no VXLAN */
  GCancellable *opening;    /* (nullable): one is under way */
};

typedef struct {
  VbetLab *lab;
  VbetLabDevice *node; /* not touched once cancelled: it is gone */
  char *made_of;
  gint64 vni;
  GCancellable *cancellable;
  VbetDone done;
  gpointer data;
} Opening;

VbetLabRemote *
vbet_lab_remote_new (void)
{
  return g_new0 (VbetLabRemote, 1);
}

void
vbet_lab_remote_free (VbetLabRemote *self)
{
  if (self == NULL)
    return;
  if (self->opening != NULL)
    g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  g_clear_pointer (&self->socket, vbet_remote_socket_free);
  g_free (self->made_of);
  g_free (self);
}

static void
opening_free (Opening *self)
{
  g_object_unref (self->lab);
  g_object_unref (self->cancellable);
  g_free (self->made_of);
  g_free (self);
}

static void
set_problem (VbetLabDevice *node, const GError *error)
{
  g_free (node->problem);
  node->problem = error != NULL ? g_strdup (error->message) : NULL;
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Opening *opening = data;
  GError *error = NULL;
  VbetRemoteSocket *socket = vbet_remote_open_finish (result, &error);
  (void)source;
  if (g_cancellable_is_cancelled (opening->cancellable)) {
    vbet_remote_socket_free (socket);
    g_clear_error (&error);
    opening->done (opening->data,
                   g_error_new_literal (VBET_ERROR, VBET_ERROR_STATE, "The device was removed"));
    opening_free (opening);
    return;
  }
  VbetLabRemote *self = opening->node->remote;
  g_clear_object (&self->opening);
  set_problem (opening->node, error);
  if (socket != NULL) {
    g_clear_pointer (&self->socket, vbet_remote_socket_free);
    self->socket = socket;
    self->vni = opening->vni;
    g_free (self->made_of);
    self->made_of = g_steal_pointer (&opening->made_of);
    vbet_lab_remote_connect (opening->lab, opening->node);
  }
  vbet_lab_outside_emit_state (opening->lab, opening->node);
  opening->done (opening->data, error);
  opening_free (opening);
}

void
vbet_lab_update_remote (VbetLab *lab, VbetLabDevice *node, const VbetDevice *device, VbetDone done,
                        gpointer data)
{
  VbetLabRemote *self = node->remote;
  const char *peer = vbet_attributes_text (device->attributes, VBET_KIND_REMOTE, "peer");
  const char *listen = vbet_attributes_text (device->attributes, VBET_KIND_REMOTE, "listen");
  const VbetValue *vni = vbet_attributes_get (device->attributes, "vni");
  if (peer == NULL || listen == NULL) {
    GError *error = g_error_new (VBET_ERROR, VBET_ERROR_USAGE, "%s leads nowhere yet: write %s", node->name,
                                 peer == NULL ? "peer=\"HOST:PORT\", where its far end receives"
                                              : "listen=\"PORT\", where it receives");
    set_problem (node, error);
    vbet_lab_outside_emit_state (lab, node);
    done (data, error);
    return;
  }
  g_autofree char *made_of
      = g_strdup_printf ("%s %s %" G_GINT64_FORMAT, peer, listen, vni != NULL ? vni->as.integer : -1);
  if (self->socket != NULL && node->problem == NULL && g_strcmp0 (made_of, self->made_of) == 0) {
    done (data, NULL);
    return;
  }
  if (self->opening != NULL)
    g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  self->opening = g_cancellable_new ();
  Opening *opening = g_new0 (Opening, 1);
  opening->lab = g_object_ref (lab);
  opening->node = node;
  opening->made_of = g_steal_pointer (&made_of);
  opening->vni = vni != NULL ? vni->as.integer : -1;
  opening->cancellable = g_object_ref (self->opening);
  opening->done = done;
  opening->data = data;
  vbet_remote_open_async (peer, listen, vni != NULL, self->socket != NULL ? self->socket->fd : -1,
                          self->opening, on_opened, opening);
}

void
vbet_lab_remote_connect (VbetLab *lab, VbetLabDevice *node)
{
  const VbetLabRemote *self = node->remote;
  if (self->socket == NULL)
    return;
  vbet_lab_remote_clash (node, FALSE, NULL); /* who was there before is no longer heard */
  VbetSwitchRemote remote = { .vni = self->vni, .to = &self->socket->to, .to_size = self->socket->to_size };
  /* Its ATTACH may still be to come; then that connects. */
  vbet_switch_client_connect_remote (lab->switch_client, node->name, 1, self->socket->fd, &remote, NULL);
}

void
vbet_lab_remote_far_end (VbetLab *lab, const char *device)
{
  VbetLabDevice *node = vbet_lab_device (lab, device);
  VbetSwitchFarEnd far_end;
  if (node != NULL && node->remote != NULL
      && vbet_switch_client_get_far_end (lab->switch_client, device, 1, &far_end))
    vbet_lab_remote_clash (node, far_end.clash, far_end.lab);
}

void
vbet_lab_tell_identity (VbetLab *lab)
{
  G_STATIC_ASSERT (VBET_SWITCH_MACS_SIZE == VBET_MAC_DIGEST_SIZE);
  VbetSwitchIdentity identity = { .lab = lab->name };
  memcpy (identity.run, lab->run, sizeof identity.run);
  vbet_mac_digest (lab->topology->name, lab->topology->seed, identity.macs);
  vbet_switch_client_set_identity (lab->switch_client, &identity);
}

gboolean
vbet_lab_remote_is_open (const VbetLabRemote *self)
{
  return self->socket != NULL;
}

void
vbet_lab_insert_remote (VbetLab *lab, const VbetLabDevice *node, GVariantDict *dict)
{
  VbetSwitchFarEnd far_end;
  if (node->remote->socket == NULL)
    return;
  g_variant_dict_insert (dict, "peer", "s", node->remote->socket->text);
  if (!vbet_switch_client_get_far_end (lab->switch_client, node->name, 1, &far_end))
    return;
  g_variant_dict_insert (dict, "far_end", "s", far_end.state);
  if (far_end.lab != NULL && *far_end.lab != '\0')
    g_variant_dict_insert_value (
        dict, "far_lab", g_variant_new_take_string (vbet_clean_text (far_end.lab, -1, VBET_CLEAN_LINE)));
  if (far_end.heard >= 0)
    g_variant_dict_insert (dict, "heard", "d",
                           (double)(g_get_monotonic_time () - far_end.heard) / G_USEC_PER_SEC);
}
