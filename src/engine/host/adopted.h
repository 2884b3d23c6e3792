/* adopted.h - children that the engine did not start: what a launcher leaves that is killed comes to the engine, which is the
 * nearest subreaper, prctl(2), and would stay a zombie for as long as the lab runs. */
#pragma once

#include <glib.h>

/**
 * vbet_adopted_reap:
 * @context: where they are waited for
 *
 * Looks who has been adopted since, and collects each when it ends. To be called when a child that may leave others has
 * ended.
 */
void vbet_adopted_reap (GMainContext *context);
