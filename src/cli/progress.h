/* progress.h - how a lab's guests come up, on stderr: a line that changes on a terminal, a line a device
 * elsewhere. */
#pragma once

#include "engine/client.h"
#include "engine/model/topology.h"

typedef struct VbetProgress VbetProgress;

/**
 * vbet_progress_new:
 * @topology: the lab that is about to start; its guests with autostart are waited for
 * @prefix: (nullable): begins each line of a non-terminal, such as "# " for TAP
 *
 * Follows the notifications of @client until vbet_progress_free(), which also ends the changing line.
 */
VbetProgress *vbet_progress_new (VbetClient *client, const VbetTopology *topology, const char *prefix);
/** vbet_progress_free: @self: (nullable) */
void vbet_progress_free (VbetProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetProgress, vbet_progress_free)

/** vbet_topology_count_started: Returns: how many guests of @topology start by themselves. */
guint vbet_topology_count_started (const VbetTopology *topology);
