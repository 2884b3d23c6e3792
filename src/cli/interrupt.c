/* interrupt.c - Ctrl-C as something a command can wait for; see interrupt.h. */
#include "config.h"

#include "cli/interrupt.h"

#include <signal.h>

#include <glib-unix.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

struct VbetInterrupt {
  guint sources[G_N_ELEMENTS (signals)];
  guint deadline; /* source; 0: none */
  guint count;
  gboolean timed_out;
};

static gboolean
on_signal (gpointer data)
{
  VbetInterrupt *self = data;
  self->count++;
  return G_SOURCE_CONTINUE;
}

static gboolean
on_deadline (gpointer data)
{
  VbetInterrupt *self = data;
  self->deadline = 0;
  if (self->count == 0) {
    self->timed_out = TRUE;
    self->count = 1;
  }
  return G_SOURCE_REMOVE;
}

VbetInterrupt *
vbet_interrupt_new (void)
{
  VbetInterrupt *self = g_new0 (VbetInterrupt, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    self->sources[i] = g_unix_signal_add (signals[i], on_signal, self);
  return self;
}

void
vbet_interrupt_free (VbetInterrupt *self)
{
  if (self == NULL)
    return;
  vbet_interrupt_set_deadline (self, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (self->sources[i]);
  g_free (self);
}

guint
vbet_interrupt_count (const VbetInterrupt *self)
{
  return self != NULL ? self->count : 0;
}

void
vbet_interrupt_raise (VbetInterrupt *self)
{
  self->count++;
}

void
vbet_interrupt_set_deadline (VbetInterrupt *self, guint seconds)
{
  g_clear_handle_id (&self->deadline, g_source_remove);
  if (seconds > 0)
    self->deadline = g_timeout_add_seconds (seconds, on_deadline, self);
}

gboolean
vbet_interrupt_timed_out (const VbetInterrupt *self)
{
  return self != NULL && self->timed_out;
}
