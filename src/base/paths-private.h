/* paths-private.h - what paths.c and paths-folders.c know of each other. */
#pragma once

#include <glib.h>

/** _vbet_paths_runtime_is_chosen: Returns: whether the environment says where the run-time folder is. */
gboolean _vbet_paths_runtime_is_chosen (void);

/** _vbet_paths_shared_runtime_dir: Returns: (transfer full): where it is otherwise: a name that anybody can take first. */
char *_vbet_paths_shared_runtime_dir (void);

/** _vbet_paths_recorded_runtime_dir: Returns: (transfer full) (nullable): the folder that took its place, if it is still ours. */
char *_vbet_paths_recorded_runtime_dir (void);
