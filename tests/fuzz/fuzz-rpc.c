/* fuzz-rpc.c - whatever a client sends, the engine lives and answers the next one.
 *
 * Input that begins with '{' is framed as one JSON-RPC message; other input is
 * sent as it is. The lab is real but can start no guest: there is no image and
 * its switch ends at once, which exercises those paths too.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "base/paths.h"
#include "engine/service.h"
#include "fuzz/fuzz.h"

/* Turns of the main loop after which an answer is no longer waited for. */
#define TURNS 400

typedef struct {
  char *dir;
  char *socket;
  VbetLab *lab;
  VbetService *service;
  gboolean finished;
  gboolean registered; /* engine_end() runs at exit */
} Engine;

static Engine engine;

static void
on_finished (VbetService *service, gpointer data)
{
  engine.finished = TRUE;
}

static void
engine_end (void)
{
  if (engine.dir == NULL)
    return;
  g_clear_object (&engine.service);
  g_clear_object (&engine.lab);
  vbet_paths_remove_tree (engine.dir);
  g_clear_pointer (&engine.dir, g_free);
  g_clear_pointer (&engine.socket, g_free);
  engine.finished = FALSE;
}

static void
engine_start (void)
{
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  if (engine.socket == NULL && !engine.registered)
    engine.registered = atexit (engine_end) == 0;
  engine.dir = g_dir_make_tmp ("vbet-fuzz-XXXXXX", NULL);
  engine.socket = g_build_filename (engine.dir, "rpc", NULL);
  g_setenv ("VBET_IMAGE_DIR", engine.dir, TRUE);
  g_setenv ("VBET_STATE_DIR", engine.dir, TRUE);
  VbetLabOptions options = {
    .id = "fuzz",
    .name = "fuzz",
    .path = "",
    .dir = engine.dir,
    .scratch = engine.dir,
    .guest_program = "/bin/false",
    .switch_program = "/bin/false",
  };
  engine.lab = vbet_lab_new (&options, NULL);
  engine.service = vbet_service_new (engine.lab, engine.socket, NULL);
  g_signal_connect (engine.service, "finished", G_CALLBACK (on_finished), NULL);
}

static void
send_all (GSocket *socket, const char *data, gsize size)
{
  while (size > 0) {
    gssize sent = g_socket_send (socket, data, size, NULL, NULL);
    if (sent > 0) {
      data += sent;
      size -= (gsize)sent;
    } else {
      g_main_context_iteration (NULL, FALSE);
      if (!g_socket_is_connected (socket) || (g_socket_condition_check (socket, G_IO_HUP | G_IO_ERR) != 0))
        return;
    }
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (engine.lab == NULL)
    engine_start ();
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (engine.socket);
  if (!g_socket_connect (socket, address, NULL, NULL))
    g_error ("the engine no longer listens");
  g_socket_set_blocking (socket, FALSE);
  if (size > 0 && data[0] == '{') {
    g_autofree char *header = g_strdup_printf ("Content-Length: %zu\r\n\r\n", size);
    send_all (socket, header, strlen (header));
  }
  send_all (socket, (const char *)data, size);
  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  for (int turn = 0; turn < TURNS && !engine.finished; turn++) {
    char buffer[4096];
    if (!g_main_context_iteration (NULL, FALSE)
        && g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL) == 0)
      break;
  }
  g_socket_close (socket, NULL);
  if (engine.finished)
    engine_end ();
  return 0;
}
