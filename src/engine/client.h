/* client.h - talking to a running lab's engine (vbetd), for the window, vbetctl and tests.
 *
 * One client is one connection to one lab: JSON-RPC 2.0 over the lab's unix
 * socket (peer.h), which is only spoken with if our own user or root listens. Methods, parameters, results, notifications and
 * errors are documented in vbetd(8). Nothing here blocks except functions
 * named _sync, which are for the command line only.
 */
#pragma once

#include <gio/gio.h>

/* A lab that runs. */
typedef struct {
  char *id;
  char *name;
  char *path;    /* of its file; "" when it has none */
  gint64 pid;    /* of vbetd */
  double uptime; /* seconds */
  guint devices;
  guint ready; /* guests that are ready */
  guint guests;
  gboolean isolated; /* it uses nothing of the host that its text names */
  gboolean answers;  /* FALSE: its engine says nothing: only @id and, if known, @pid are set */
} VbetLabInfo;

/** vbet_lab_info_free: @self: (nullable) */
void vbet_lab_info_free (VbetLabInfo *self);

/**
 * vbet_labs_list_sync: Returns: (transfer full) (element-type VbetLabInfo): labs that run, by id, after
 *   VBET_LABS_PATIENCE_MS at most, whatever their engines do. Stale folders are left out.
 */
GPtrArray *vbet_labs_list_sync (void);

#define VBET_LABS_PATIENCE_MS 3000 /* an engine that says nothing for so long does not answer */

/** vbet_labs_list_async: asks all labs at once. */
void vbet_labs_list_async (GAsyncReadyCallback callback, gpointer user_data);
/** vbet_labs_list_finish: Returns: (transfer full) (element-type VbetLabInfo): as vbet_labs_list_sync() does. */
GPtrArray *vbet_labs_list_finish (GAsyncResult *result);

/** _vbet_lab_info_from_reply: for the client library only. @reply: of lab.info. Returns: (transfer full) (nullable):
 * NULL when it is not understood. */
VbetLabInfo *_vbet_lab_info_from_reply (const char *id, GVariant *reply);

typedef struct {
  const char
      *id; /* (nullable): lab identifier; derived from @name when NULL, and from @path, too, when a lab of
                       * another file has that already */
  const char *name;  /* lab name (file name without .vbet) */
  const char *path;  /* (nullable): absolute path of the file, for people */
  gboolean isolated; /* the engine uses nothing of the host that a text names, whoever gives it one */
} VbetLaunchOptions;

#define VBET_TYPE_CLIENT (vbet_client_get_type ())
G_DECLARE_FINAL_TYPE (VbetClient, vbet_client, VBET, CLIENT, GObject)

/* Signals:
 *   "notification" (const char *method, GVariant *params): in the thread-default main context of the creator
 *   "closed" (): the engine went away (or the connection broke); no call succeeds after it */

/**
 * vbet_client_launch_async:
 *
 * Starts a vbetd with an empty lab (in a session of its own: it lives on when the caller ends) and connects.
 * The lab starts when "lab.apply" gives it a text. Errors: VBET_ERROR_EXISTS when the file's lab, or one with the id
 * that was asked for, already runs.
 */
void vbet_client_launch_async (const VbetLaunchOptions *options, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
/** vbet_client_launch_finish: Returns: (transfer full): the client of the engine that was started; NULL with @error. */
VbetClient *vbet_client_launch_finish (GAsyncResult *result, GError **error);
/** vbet_client_launch_sync: as the asynchronous one, blocking: for the command line. */
VbetClient *vbet_client_launch_sync (const VbetLaunchOptions *options, GError **error);

/** vbet_client_connect_async: connects to the running lab @id; VBET_ERROR_NOT_FOUND when it does not run. */
void vbet_client_connect_async (const char *id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
/** vbet_client_connect_finish: Returns: (transfer full): NULL with @error. */
VbetClient *vbet_client_connect_finish (GAsyncResult *result, GError **error);
/** vbet_client_connect_sync: as the asynchronous one, blocking: for the command line. */
VbetClient *vbet_client_connect_sync (const char *id, GError **error);

/** vbet_client_get_id: the lab's identifier. */
const char *vbet_client_get_id (VbetClient *self);
/** vbet_client_get_pid: the engine's process. */
GPid vbet_client_get_pid (VbetClient *self);

/**
 * vbet_client_call_async:
 * @params: (nullable): a{sv}, floating references are consumed
 *
 * The reply is a{sv} too. Errors of the engine arrive in VBET_ERROR with the engine's own sentence.
 */
void vbet_client_call_async (VbetClient *self, const char *method, GVariant *params,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_client_call_finish: Returns: (transfer full): what the method gives; NULL with @error, in the engine's
 * words. */
GVariant *vbet_client_call_finish (VbetClient *self, GAsyncResult *result, GError **error);

/** vbet_client_call_sync: iterates the thread-default main context while it waits, so notifications arrive meanwhile. */
GVariant *vbet_client_call_sync (VbetClient *self, const char *method, GVariant *params, GError **error);
