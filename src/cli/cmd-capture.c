/* cmd-capture.c - vbetctl capture: the frames at an end of a cable, as pcapng or as a list of packets.
 *
 * The engine names a socket; who connects gets messages of whole pcapng blocks.
 * They are written as they are, or taken apart for the list. On Ctrl-C the
 * engine is told to end the capture, and what is still under way is read to its
 * end, so that a file is complete.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/owner.h"
#include "capture/dissect.h"
#include "capture/filter.h"
#include "capture/packets.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/output.h"

#define LIST_SNAPLEN 256 /* bytes: as much as the list's lines tell of */

typedef struct {
  char *write; /* file; "-": standard output */
  char *filter;
  gint count;
  gint snaplen;
  gboolean both;
  gboolean list;
} Options;

typedef struct {
  const Options *options;
  int socket;
  int output;           /* pcapng goes there; -1: the list */
  VbetPackets *packets; /* owned */
  guint8 *message;      /* owned: VBET_PACKETS_MESSAGE bytes */
  gint64 first;         /* time of the first packet; 0: none yet */
  guint64 seen;         /* packets */
  guint64 missed;       /* that the list has told of */
  guint source;
  gboolean enough; /* --count is reached */
  gboolean done;
  gboolean failed;
} Session;

/* --- packets ------------------------------------------------------------------- */

static void
print_packet (Session *self, const VbetPacket *packet)
{
  VbetDissection line;
  if (self->first == 0)
    self->first = packet->time;
  vbet_dissect (packet->data, packet->captured, packet->size, &line);
  vbet_output_print ("%12.6f  ", (double)(packet->time - self->first) / 1e9);
  if (self->options->both)
    vbet_output_print ("%s %s  ", packet->name, packet->sent ? "sent" : "got ");
  vbet_output_print ("%-17s  %-17s  %-8s  %s\n", line.from, line.to, line.protocol, line.info);
}

static gboolean
on_block (const guint8 *block, gsize size, const VbetPacket *packet, gpointer data)
{
  Session *self = data;
  if (self->output >= 0 && !vbet_output_write (self->output, block, size)) {
    self->failed = errno != EPIPE;
    if (self->failed)
      vbet_output_message ("Cannot write the capture: %s", g_strerror (errno));
    self->done = TRUE;
    return FALSE;
  }
  if (packet == NULL)
    return TRUE;
  if (self->output < 0)
    print_packet (self, packet);
  self->seen++;
  self->enough = self->options->count > 0 && self->seen >= (guint64)self->options->count;
  self->done = self->done || self->enough;
  return !self->done;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer data)
{
  Session *self = data;
  (void)condition;
  ssize_t n = recv (fd, self->message, VBET_PACKETS_MESSAGE, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0 && !vbet_packets_feed (self->packets, self->message, (gsize)n, on_block, self)) {
    vbet_output_message ("The engine sent a capture that is none");
    self->failed = TRUE;
    self->done = TRUE;
  }
  if (self->output < 0 && (fflush (stdout) != 0 || ferror (stdout)))
    self->done = TRUE;
  guint64 missed = vbet_packets_get_missed (self->packets);
  if (self->output < 0 && missed > self->missed)
    vbet_output_message ("%" G_GUINT64_FORMAT " frames were not captured: too many came at once",
                         missed - self->missed);
  self->missed = missed;
  if (n > 0 && !self->done)
    return G_SOURCE_CONTINUE;
  self->done = TRUE;
  self->source = 0;
  return G_SOURCE_REMOVE;
}

/* --- beginning and ending ------------------------------------------------------- */

/* Returns: where pcapng goes; -1 for the list, -2 after having said that it cannot be opened. */
static int
open_output (const Options *options)
{
  if (options->list || (options->write == NULL && vbet_output_is_terminal (stdout)))
    return -1;
  if (options->write == NULL || strcmp (options->write, "-") == 0)
    return STDOUT_FILENO;
  /* A FIFO waits here for its reader. */
  int fd = open (options->write, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd >= 0)
    return fd;
  vbet_output_message ("Cannot write “%s”: %s", options->write, g_strerror (errno));
  return -2;
}

/* @where: "CABLE" or "CABLE:DEVICE" */
static GVariant *
start_capture (VbetClient *client, const Options *options, const char *where, gboolean list, GError **error)
{
  GVariant *filter = NULL;
  const char *colon = strchr (where, ':');
  g_autofree char *cable = colon != NULL ? g_strndup (where, (gsize)(colon - where)) : g_strdup (where);
  if (options->filter != NULL) {
    filter = vbet_capture_filter (options->filter, error);
    if (filter == NULL)
      return NULL;
  }
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "cable", "s", cable);
  if (colon != NULL)
    g_variant_dict_insert (&params, "end", "s", colon + 1);
  g_variant_dict_insert (&params, "both", "b", options->both);
  if (options->snaplen > 0 || list)
    g_variant_dict_insert (&params, "snaplen", "x",
                           (gint64)(options->snaplen > 0 ? options->snaplen : LIST_SNAPLEN));
  if (filter != NULL)
    g_variant_dict_insert_value (&params, "filter", filter);
  return vbet_connection_call (client, "capture.start", g_variant_dict_end (&params), NULL, error);
}

static void
stop_capture (VbetClient *client, gint64 number)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "capture", "x", number);
  vbet_client_call_async (client, "capture.stop", g_variant_dict_end (&params), NULL, NULL, NULL);
}

static void
run_session (Session *self, VbetClient *client, gint64 number)
{
  g_autoptr (VbetInterrupt) interrupt = vbet_interrupt_new ();
  gboolean stopping = FALSE;
  self->source = g_unix_fd_add (self->socket, G_IO_IN | G_IO_HUP, on_readable, self);
  while (!self->done && vbet_interrupt_count (interrupt) < 2) {
    g_main_context_iteration (NULL, TRUE);
    if (!stopping && vbet_interrupt_count (interrupt) > 0)
      stop_capture (client, number);
    stopping = vbet_interrupt_count (interrupt) > 0;
  }
  g_clear_handle_id (&self->source, g_source_remove);
}

static int
capture (const Options *options, const char *lab, const char *where)
{
  g_autoptr (GError) error = NULL;
  int output = open_output (options);
  if (output == -2)
    return VBET_EXIT_FAILURE;
  g_autoptr (VbetClient) client = vbet_connection_open (lab, &error);
  g_autoptr (GVariant) reply
      = client != NULL ? start_capture (client, options, where, output < 0, &error) : NULL;
  int fd = reply != NULL
               ? vbet_owner_connect (vbet_field_text (reply, "socket"), SOCK_SEQPACKET, "capture", &error)
               : -1;
  if (fd < 0) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  g_autoptr (VbetPackets) packets = vbet_packets_new ();
  g_autofree guint8 *message = g_malloc (VBET_PACKETS_MESSAGE);
  Session session
      = { .options = options, .socket = fd, .output = output, .packets = packets, .message = message };
  run_session (&session, client, vbet_field_integer (reply, "capture"));
  close (fd);
  if (output > STDERR_FILENO && close (output) != 0) {
    vbet_output_message ("Cannot write “%s”: %s", options->write, g_strerror (errno));
    session.failed = TRUE;
  }
  if (output >= 0)
    vbet_output_message (session.missed > 0 ? "%" G_GUINT64_FORMAT " packets captured, %" G_GUINT64_FORMAT
                                              " missed"
                                            : "%" G_GUINT64_FORMAT " packets captured",
                         session.seen, session.missed);
  return session.failed ? VBET_EXIT_FAILURE : VBET_EXIT_OK;
}

int
vbet_cmd_capture (const VbetCommand *self, int argc, char **argv)
{
  Options options = { 0 };
  int exit_code;
  const GOptionEntry entries[] = {
    { "write", 'w', 0, G_OPTION_ARG_FILENAME, &options.write,
      "Write pcapng to FILE, a FIFO too; “-”: standard output", "FILE" },
    { "filter", 'f', 0, G_OPTION_ARG_STRING, &options.filter,
      "Capture only what this filter wants: 'icmp or arp'", "FILTER" },
    { "count", 'c', 0, G_OPTION_ARG_INT, &options.count, "End after that many packets", "NUMBER" },
    { "snaplen", 's', 0, G_OPTION_ARG_INT, &options.snaplen, "Keep only that many bytes of each packet",
      "BYTES" },
    { "both", 'b', 0, G_OPTION_ARG_NONE, &options.both,
      "Capture at both ends: each packet twice, as it enters and comes out", NULL },
    { "list", 'l', 0, G_OPTION_ARG_NONE, &options.list,
      "List the packets, also when the output is no terminal", NULL },
    { NULL },
  };
  gboolean ok = vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 2, 2 }, &exit_code);
  if (ok && (options.count < 0 || options.snaplen < 0 || options.snaplen > 65535)) {
    ok = FALSE;
    exit_code = vbet_command_usage_error (self, "--count is a number from 0, --snaplen one up to 65535");
  } else if (ok && options.list && options.write != NULL) {
    ok = FALSE;
    exit_code = vbet_command_usage_error (self, "--list and --write exclude each other");
  }
  if (ok)
    exit_code = capture (&options, argv[1], argv[2]);
  g_free (options.write);
  g_free (options.filter);
  return exit_code;
}
