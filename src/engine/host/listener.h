/* listener.h - a listening unix socket with a path, which accepts at a bounded rate.
 *
 * Made for sockets that guests connect to: whoever connects without end gets
 * slower, not the engine. The socket is private to its user (mode 0600), and
 * its path is removed with the listener, if it is still the one that was made.
 */
#pragma once

#include <glib.h>

typedef struct VbetListener VbetListener;

/* @fd: the new connection, close-on-exec and non-blocking; the callee's. */
typedef void (*VbetListenerAccepted) (VbetListener *listener, int fd, gpointer user_data);

/**
 * vbet_listener_new:
 * @path: absolute, at most VBET_SOCKET_PATH_MAX bytes
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @replace: whether a socket of that name on which nobody listens is replaced
 *
 * Accepts from the thread-default main context.
 */
VbetListener *vbet_listener_new (const char *path, int type, gboolean replace, VbetListenerAccepted accepted,
                                 gpointer user_data, GError **error);
/** vbet_listener_free: also allowed in the callback. */
void vbet_listener_free (VbetListener *self);

/** vbet_listener_set_accepting: whether connections are taken; those that come meanwhile wait. TRUE at first. */
void vbet_listener_set_accepting (VbetListener *self, gboolean accepting);
