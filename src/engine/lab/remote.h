/* remote.h - the UDP socket of a cable that goes on in another lab.
 *
 * A remote receives at one address and port of the host and sends from there to
 * its peer, whose name is resolved first, without blocking. The socket is
 * connected, so that the kernel passes datagrams of the peer only: of its
 * address and port, or with VXLAN of its address, since senders of VXLAN choose
 * their ports (RFC 7348, 5).
 */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

typedef struct {
  int fd;
  struct sockaddr_storage to; /* the peer */
  socklen_t to_size;
  char *text; /* the peer's address and port, as people write it */
} VbetRemoteSocket;

/** vbet_remote_socket_free: @self: (nullable): closes the socket. */
void vbet_remote_socket_free (VbetRemoteSocket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetRemoteSocket, vbet_remote_socket_free)

/**
 * vbet_remote_open_async:
 * @peer: as the attribute peer
 * @listen: as the attribute listen
 * @any_port: whether datagrams of every port of the peer are taken
 * @replaces: the socket that it is to take the place of, and that may have its port; closed by the caller,
 * later; -1: none
 *
 * Opens the socket, non-blocking.
 */
void vbet_remote_open_async (const char *peer, const char *listen, gboolean any_port, int replaces,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/** vbet_remote_open_finish: Returns: (transfer full): NULL with @error, a sentence with its remedy. */
VbetRemoteSocket *vbet_remote_open_finish (GAsyncResult *result, GError **error);
