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
 * vbet_scope_ask: asks the systemd of @address for a delegated scope with the process @pid in it, and waits until it is
 * there, @wait_ms long; a bus that falls silent while it is being greeted may hold it up for longer.
 * @name: of vbet_scope_name()
 *
 * Returns: FALSE with @error (of GDBus, or VBET_ERROR_HOST) when that process stays where it is.
 */
gboolean vbet_scope_ask (const char *address, const char *name, guint32 pid, guint wait_ms, GError **error);

/**
 * vbet_scope_enter: the same for this process, by a child that is gone afterwards with all that GDBus needs, and that the
 * kernel ends when it takes too long. To be called while this process has one thread. Blocks for VBET_SCOPE_WAIT_MS at
 * most.
 *
 * Returns: whether systemd said yes.
 */
gboolean vbet_scope_enter (const char *address, const char *name);
