/* client-capture.c - captures of cables in the switch process; see client.h.
 *
 * A capture's connection is kept here like every other, so that it goes on in
 * the next process when one dies.
 */
#include "config.h"

#include "engine/switch/client-private.h"

static void
tell_add (VbetSwitchClient *self, WantedCapture *capture)
{
  if (self->channel == NULL)
    return;
  switch_client_expect (self, g_strdup_printf ("capture the cable %s", capture->cable));
  switch_client_tell (self, wanted_capture_add_text (capture, self->last_id), &capture->fd, 1);
  capture->begun = TRUE;
}

void
switch_client_replay_captures (VbetSwitchClient *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->captures);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    tell_add (self, value);
}

guint64
vbet_switch_client_add_capture (VbetSwitchClient *self, const VbetSwitchCapture *wanted, int fd)
{
  g_return_val_if_fail (VBET_IS_SWITCH_CLIENT (self), 0);
  WantedCapture *capture = g_new0 (WantedCapture, 1);
  capture->serial = ++self->last_serial;
  capture->fd = fd;
  capture->cable = g_strdup (wanted->cable);
  for (guint end = 0; end < 2; end++)
    capture->names[end] = g_strdup (wanted->names[end] != NULL ? wanted->names[end] : "");
  capture->snaplen = wanted->snaplen;
  capture->filter = wanted->filter != NULL ? g_array_ref (wanted->filter) : NULL;
  g_hash_table_insert (self->captures, &capture->serial, capture);
  tell_add (self, capture);
  return capture->serial;
}

void
vbet_switch_client_remove_capture (VbetSwitchClient *self, guint64 serial)
{
  g_return_if_fail (VBET_IS_SWITCH_CLIENT (self));
  if (!g_hash_table_contains (self->captures, &serial))
    return;
  if (self->channel != NULL) {
    switch_client_expect (self, NULL); /* its reader may have gone at the same moment */
    switch_client_tell (self, wanted_capture_remove_text (serial, self->last_id), NULL, 0);
  }
  g_hash_table_remove (self->captures, &serial);
}
