/* log.c - the log of the calls that a lab has executed: a ring, however long the lab runs. */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>

#define CALLS_MAX 10000             /* that are kept; those that run besides */
#define BYTES_MAX (4 * 1024 * 1024) /* of their texts */

static void
clear_record (gpointer data)
{
  VbetCallRecord *record = data;
  g_free (record->text);
  g_free (record->device);
  g_free (record->cable);
  g_free (record->error);
  vbet_call_free (record->call);
}

void
vbet_call_record_unref (VbetCallRecord *record)
{
  g_rc_box_release_full (record, clear_record);
}

static gsize
bytes_of (const VbetCallRecord *record)
{
  return strlen (record->text) + (record->error != NULL ? strlen (record->error) : 0);
}

/* Forgets the oldest calls, as far as they have ended. */
static void
trim (VbetLab *self)
{
  const VbetCallRecord *oldest;
  while ((oldest = g_queue_peek_head (&self->calls)) != NULL && oldest->ended != 0
         && (self->calls.length > CALLS_MAX || self->calls_bytes > BYTES_MAX)) {
    self->calls_bytes -= bytes_of (oldest);
    vbet_call_record_unref (g_queue_pop_head (&self->calls));
  }
}

VbetCallRecord *
vbet_lab_record_begin (VbetLab *self, const char *text, const char *verb, const char *device,
                       const char *cable)
{
  VbetCallRecord *record = g_rc_box_new0 (VbetCallRecord);
  record->number = ++self->last_call;
  record->text = g_strdup (text);
  record->verb = verb;
  record->device = g_strdup (device);
  record->cable = g_strdup (cable);
  record->state = "running";
  record->began = g_get_monotonic_time ();
  g_queue_push_tail (&self->calls, record);
  self->calls_bytes += bytes_of (record);
  trim (self);
  vbet_lab_emit_call (self, record);
  return record;
}

void
vbet_lab_record_end (VbetLab *self, VbetCallRecord *record, const GError *error)
{
  self->calls_bytes -= bytes_of (record);
  record->ended = g_get_monotonic_time ();
  record->state = error != NULL ? "failed" : "done";
  record->error = error != NULL ? g_strdup (error->message) : NULL;
  self->calls_bytes += bytes_of (record);
  vbet_lab_emit_call (self, record);
}

GList *
vbet_lab_calls_after (VbetLab *self, guint number)
{
  GList *at = g_queue_peek_tail_link (&self->calls);
  while (at != NULL && ((const VbetCallRecord *)at->data)->number > number)
    at = at->prev;
  return at != NULL ? at->next : g_queue_peek_head_link (&self->calls);
}

VbetCallRecord *
vbet_lab_call_record (VbetLab *self, guint number)
{
  const GList *at = number > 0 ? vbet_lab_calls_after (self, number - 1) : NULL;
  VbetCallRecord *record = at != NULL ? at->data : NULL;
  return record != NULL && record->number == number ? g_rc_box_acquire (record) : NULL;
}

void
vbet_lab_forget_calls (VbetLab *self)
{
  g_queue_clear_full (&self->calls, (GDestroyNotify)vbet_call_record_unref);
}
