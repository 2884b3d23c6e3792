/* scope.h - a scope of the user's systemd for this process: a control group that is delegated to it. */
#pragma once

#include <glib.h>

/* The whole conversation takes a few milliseconds; a lab's start does not wait longer than this. */
#define VBET_SCOPE_WAIT_MS 2000

/**
 * vbet_scope_name: Returns: (transfer full): the name of a scope for process @pid of the lab @id, which is a valid
 * identifier of a lab.
 */
char *vbet_scope_name (const char *id, gint64 pid);

/**
 * vbet_scope_address: Returns: (transfer full) (nullable): where the user's message bus is, by the environment; NULL when
 * there is none. Never starts one.
 */
char *vbet_scope_address (void);

/**
 * vbet_scope_enter: asks the systemd of @address for a delegated scope with this process in it, and waits until it is
 * there; blocks for at most @wait_ms.
 * @name: of vbet_scope_name()
 *
 * Returns: FALSE with @error (of GDBus, or VBET_ERROR_HOST) when this process stays where it is.
 */
gboolean vbet_scope_enter (const char *address, const char *name, guint wait_ms, GError **error);
