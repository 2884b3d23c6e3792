/* start.h - starting a lab from a file: engine, calls, guests ready; what run and test share. */
#pragma once

#include "cli/interrupt.h"
#include "cli/lab-file.h"
#include "engine/client.h"

/**
 * vbet_start_lab:
 * @id: (nullable): lab identifier; from the file's name when NULL
 * @prefix: (nullable): see vbet_progress_new()
 * @isolated: the lab gets nothing of the host that it names
 * @quiet: no progress
 * @ret_failures: (out) (transfer full) (element-type utf8): what did not start, a sentence each; empty when
 * all is well
 *
 * Launches an engine for @file and waits until every guest is ready or failed. When nothing can be started at
 * all, or on a signal, no engine is left behind.
 *
 * Returns: (transfer full): the running lab, also when some of it failed; NULL when there is none.
 */
VbetClient *vbet_start_lab (const VbetLabFile *file, const char *id, const char *prefix, gboolean isolated,
                            gboolean quiet, VbetInterrupt *interrupt, GPtrArray **ret_failures,
                            GError **error);
