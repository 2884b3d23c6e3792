/* poller.h - asks the engine of the running lab the same question again and again.
 *
 * One question is under way at a time, so an engine that is busy is not asked
 * more often than it answers. An answer of an engine that the window has left
 * meanwhile counts for nothing.
 */
#pragma once

#include "gui/runner.h"

typedef struct _VbetPoller VbetPoller;

typedef struct {
  const char *method;
  /* Whether somebody wants to know; asked before each question. There is an engine then. */
  gboolean (*wanted) (gpointer owner);
  /* Returns: (transfer floating): the parameters of the next question, an a{sv}. */
  GVariant *(*question) (gpointer owner);
  /* @reply: (nullable): NULL with @error. @took: milliseconds. Returns: milliseconds to the next question. */
  guint (*answer) (gpointer owner, GVariant *reply, const GError *error, gint64 took);
} VbetPollerCalls;

/**
 * vbet_poller_new:
 * @calls: borrowed for the poller's life
 * @runner: a reference is kept
 * @owner: given to @calls; borrowed
 *
 * Returns: (transfer full): one that waits for vbet_poller_ask(); free with vbet_poller_free().
 */
VbetPoller *vbet_poller_new (const VbetPollerCalls *calls, VbetRunner *runner, gpointer owner);
/** vbet_poller_free: @self: (nullable): @owner is called no more, also for an answer that is still to come. */
void vbet_poller_free (VbetPoller *self);
/** vbet_poller_ask: @self: (nullable): something may have become wanted: asks at once, unless a question is under way or has its time already,
 * and goes on as long as it is wanted. */
void vbet_poller_ask (VbetPoller *self);
/** vbet_poller_rest: @self: (nullable): asks no more until vbet_poller_ask(); what is under way is still answered. */
void vbet_poller_rest (VbetPoller *self);
