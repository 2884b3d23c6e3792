/* poller.c - see poller.h. */
#include "config.h"

#include "gui/poller.h"

/* Counted by g_rc_box_acquire(): its owner and the question that is under way have one each. */
struct _VbetPoller {
  const VbetPollerCalls *calls;
  VbetRunner *runner; /* owned */
  gpointer owner;     /* NULL: it is gone */
  guint source;       /* a question has its time; 0: none */
  gboolean asking;
  gboolean rests; /* until it is wanted again */
  gint64 asked;   /* monotonic, µs */
};

static void ask_in (VbetPoller *self, guint milliseconds);

static void
poller_clear (gpointer data)
{
  g_object_unref (((VbetPoller *)data)->runner);
}

static gboolean
may_ask (VbetPoller *self)
{
  return self->owner != NULL && vbet_runner_get_client (self->runner) != NULL
         && self->calls->wanted (self->owner);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  VbetPoller *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = vbet_client_call_finish (VBET_CLIENT (source), result, &error);
  self->asking = FALSE;
  if (self->owner != NULL) {
    gint64 took = (g_get_monotonic_time () - self->asked) / 1000;
    gboolean present = VBET_CLIENT (source) == vbet_runner_get_client (self->runner);
    ask_in (self, present ? self->calls->answer (self->owner, reply, error, took) : 0);
  }
  g_rc_box_release_full (self, poller_clear);
}

static gboolean
on_time (gpointer data)
{
  VbetPoller *self = data;
  self->source = 0;
  if (!may_ask (self) || self->asking)
    return G_SOURCE_REMOVE;
  self->asking = TRUE;
  self->asked = g_get_monotonic_time ();
  vbet_client_call_async (vbet_runner_get_client (self->runner), self->calls->method,
                          self->calls->question (self->owner), NULL, on_answer, g_rc_box_acquire (self));
  return G_SOURCE_REMOVE;
}

static void
ask_in (VbetPoller *self, guint milliseconds)
{
  if (self->source == 0 && !self->asking && !self->rests && may_ask (self))
    self->source = g_timeout_add (milliseconds, on_time, self);
}

VbetPoller *
vbet_poller_new (const VbetPollerCalls *calls, VbetRunner *runner, gpointer owner)
{
  VbetPoller *self = g_rc_box_new0 (VbetPoller);
  self->calls = calls;
  self->runner = g_object_ref (runner);
  self->owner = owner;
  return self;
}

void
vbet_poller_free (VbetPoller *self)
{
  if (self == NULL)
    return;
  self->owner = NULL;
  vbet_poller_rest (self);
  g_rc_box_release_full (self, poller_clear);
}

void
vbet_poller_ask (VbetPoller *self)
{
  if (self == NULL)
    return;
  self->rests = FALSE;
  ask_in (self, 0);
}

void
vbet_poller_rest (VbetPoller *self)
{
  if (self == NULL)
    return;
  self->rests = TRUE;
  g_clear_handle_id (&self->source, g_source_remove);
}
