/* captures.c - captures of the running lab's cables.
 *
 * Each has a socket of its own, on which one reader is waited for; its
 * connection goes to the switch, which writes to it without this process in
 * between. A capture ends when its reader goes, when it is told to, or with
 * the lab. The cable may be unplugged and plugged meanwhile.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "engine/host/listener.h"

#define CAPTURES_MAX 64
#define CONNECT_SECONDS 30 /* for which a reader is waited for */
#define SNAPLEN_MAX 65535

typedef struct {
  VbetLab *lab; /* borrowed */
  guint number;
  char *cable;
  char *names[2]; /* of the interfaces; "": this end is not captured */
  guint snaplen;
  GArray *filter; /* (nullable) of guint32 */
  char *path;
  VbetListener *listener; /* NULL once a reader has come */
  guint timeout;          /* source: nobody came; 0 */
  guint64 serial;         /* of the switch client; 0: nobody reads yet */
} Capture;

void
vbet_lab_capture_free (gpointer capture)
{
  Capture *self = capture;
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_pointer (&self->listener, vbet_listener_free);
  if (self->serial != 0 && self->lab->switch_client != NULL)
    vbet_switch_client_remove_capture (self->lab->switch_client, self->serial);
  g_clear_pointer (&self->filter, g_array_unref);
  g_free (self->cable);
  g_free (self->names[0]);
  g_free (self->names[1]);
  g_free (self->path);
  g_free (self);
}

static gboolean
on_nobody_came (gpointer data)
{
  Capture *self = data;
  self->timeout = 0;
  g_ptr_array_remove (self->lab->captures, self);
  return G_SOURCE_REMOVE;
}

static void
on_reader (VbetListener *listener, int fd, gpointer data)
{
  Capture *self = data;
  VbetSwitchCapture wanted = {
    .cable = self->cable,
    .names = { self->names[0], self->names[1] },
    .snaplen = self->snaplen,
    .filter = self->filter,
  };
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_pointer (&self->listener, vbet_listener_free);
  self->serial = vbet_switch_client_add_capture (self->lab->switch_client, &wanted, fd);
}

void
vbet_lab_capture_closed (VbetLab *self, guint64 serial)
{
  for (guint i = 0; i < self->captures->len; i++) {
    Capture *capture = g_ptr_array_index (self->captures, i);
    if (capture->serial != serial)
      continue;
    capture->serial = 0; /* the client has forgotten it already */
    g_ptr_array_remove_index (self->captures, i);
    return;
  }
}

/* --- beginning one ------------------------------------------------------------------ */

/* Whether @text names that end: "r1", or "r1:eth0" when both ends are r1's. */
static gboolean
is_end (const VbetCableEnd *end, const char *text)
{
  if (end->device == NULL)
    return FALSE;
  g_autofree char *full = g_strdup_printf ("%s:eth%u", end->device, end->nic - 1);
  return strcmp (text, end->device) == 0 || strcmp (text, full) == 0;
}

static gboolean
choose_ends (Capture *self, const VbetCable *cable, const VbetLabCaptureOptions *options, GError **error)
{
  gboolean wanted[2] = { options->both, options->both };
  if (!options->both && options->end == NULL)
    wanted[0] = TRUE;
  else if (!options->both && is_end (&cable->ends[0], options->end))
    wanted[0] = TRUE;
  else if (!options->both && is_end (&cable->ends[1], options->end))
    wanted[1] = TRUE;
  for (guint end = 0; end < 2; end++) {
    if (wanted[end] && cable->ends[end].device != NULL)
      self->names[end]
          = g_strdup_printf ("%s %s:eth%u", cable->name, cable->ends[end].device, cable->ends[end].nic - 1);
    else
      self->names[end] = g_strdup ("");
  }
  if (*self->names[0] != '\0' || *self->names[1] != '\0')
    return TRUE;
  if (options->end != NULL)
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND,
                 "The cable %s has no end at %s: name a device it is plugged into", cable->name,
                 options->end);
  else
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "The cable %s is not plugged: plug it first",
                 cable->name);
  return FALSE;
}

/* A number that no other capture's socket has. */
static guint
next_number (VbetLab *self)
{
  guint number = 1;
  for (guint i = 0; i < self->captures->len; i++) {
    const Capture *other = g_ptr_array_index (self->captures, i);
    number = MAX (number, other->number + 1);
  }
  return number;
}

static GVariant *
to_variant (const Capture *self)
{
  GVariantDict dict;
  GVariantBuilder ends;
  g_variant_builder_init (&ends, G_VARIANT_TYPE ("av"));
  for (guint end = 0; end < 2; end++)
    if (*self->names[end] != '\0')
      g_variant_builder_add (&ends, "v", g_variant_new_string (self->names[end]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "capture", "x", (gint64)self->number);
  g_variant_dict_insert (&dict, "cable", "s", self->cable);
  g_variant_dict_insert (&dict, "socket", "s", self->path);
  g_variant_dict_insert (&dict, "read", "b", self->serial != 0);
  g_variant_dict_insert_value (&dict, "ends", g_variant_builder_end (&ends));
  return g_variant_dict_end (&dict);
}

GVariant *
vbet_lab_capture_start (VbetLab *self, const VbetLabCaptureOptions *options, GError **error)
{
  const VbetCable *cable = vbet_topology_cable (self->topology, options->cable);
  if (cable == NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "There is no cable named %s in this lab",
                 options->cable);
    return NULL;
  }
  if (self->captures->len >= CAPTURES_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_STATE, "This lab has %d captures already: end one first",
                 CAPTURES_MAX);
    return NULL;
  }
  Capture *capture = g_new0 (Capture, 1);
  capture->lab = self;
  capture->cable = g_strdup (cable->name);
  capture->number = next_number (self);
  capture->snaplen = options->snaplen > 0 && options->snaplen <= SNAPLEN_MAX ? options->snaplen : SNAPLEN_MAX;
  capture->filter = options->filter != NULL ? g_array_ref (options->filter) : NULL;
  capture->path = g_strdup_printf ("%s/capture-%u.sock", self->dir, capture->number);
  if (choose_ends (capture, cable, options, error))
    capture->listener = vbet_listener_new (capture->path, SOCK_SEQPACKET, TRUE, on_reader, capture, error);
  if (capture->listener == NULL) {
    vbet_lab_capture_free (capture);
    return NULL;
  }
  capture->timeout = g_timeout_add_seconds (CONNECT_SECONDS, on_nobody_came, capture);
  g_ptr_array_add (self->captures, capture);
  return g_variant_ref_sink (to_variant (capture));
}

gboolean
vbet_lab_capture_stop (VbetLab *self, guint number, GError **error)
{
  for (guint i = 0; i < self->captures->len; i++) {
    const Capture *capture = g_ptr_array_index (self->captures, i);
    if (capture->number == number) {
      g_ptr_array_remove_index (self->captures, i);
      return TRUE;
    }
  }
  g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "There is no such capture; it may have ended");
  return FALSE;
}

GVariant *
vbet_lab_captures (VbetLab *self)
{
  GVariantBuilder list;
  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->captures->len; i++)
    g_variant_builder_add (&list, "v", to_variant (g_ptr_array_index (self->captures, i)));
  return g_variant_builder_end (&list);
}
