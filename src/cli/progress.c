/* progress.c - how a lab's guests come up; see progress.h. */
#include "config.h"

#include "cli/progress.h"

#include <string.h>

#include "cli/connection.h"
#include "cli/output.h"

#define REDRAW_MS 250 /* so that the seconds run on a terminal while nothing happens */

struct VbetProgress {
  VbetClient *client; /* owned */
  gulong handler;
  guint redraw;       /* source; 0 without a terminal */
  gint64 started;     /* monotonic microseconds */
  char *lab;          /* owned */
  char *prefix;       /* owned */
  GPtrArray *waiting; /* owned names of guests not yet ready or failed, in the text's order */
  guint expected;
  guint ready;
  guint failed;
  gboolean live;  /* one changing line */
  gboolean shown; /* it is on the screen */
};

static gboolean
starts_by_itself (const VbetDevice *device)
{
  return (device->kind & VBET_KIND_GUEST) != 0
         && vbet_attributes_boolean (device->attributes, device->kind, "autostart");
}

guint
vbet_topology_count_started (const VbetTopology *topology)
{
  guint n = 0;
  for (guint i = 0; i < topology->devices->len; i++)
    if (starts_by_itself (g_ptr_array_index (topology->devices, i)))
      n++;
  return n;
}

static double
elapsed (const VbetProgress *self)
{
  return (double)(g_get_monotonic_time () - self->started) / G_USEC_PER_SEC;
}

static void
erase (VbetProgress *self)
{
  if (self->shown)
    vbet_output_erase ();
  self->shown = FALSE;
}

static void
draw (VbetProgress *self)
{
  if (!self->live)
    return;
  g_autofree char *time = vbet_format_seconds (elapsed (self));
  g_autofree char *lab = vbet_output_line (self->lab);
  g_autoptr (GString) line = g_string_new (NULL);
  g_string_append_printf (line, "%s: %u of %u ready, %s", lab, self->ready, self->expected, time);
  if (self->failed > 0)
    g_string_append_printf (line, ", %u failed", self->failed);
  for (guint i = 0; i < self->waiting->len; i++)
    g_string_append_printf (line, "%s%s", i == 0 ? "; waiting for " : " ",
                            (char *)g_ptr_array_index (self->waiting, i));
  glong columns = (glong)vbet_output_columns (stderr);
  if (g_utf8_strlen (line->str, -1) >= columns) {
    g_string_truncate (line, (gsize)(g_utf8_offset_to_pointer (line->str, MAX (columns - 2, 0)) - line->str));
    g_string_append (line, "…");
  }
  erase (self);
  vbet_output_put (stderr, VBET_COLOR_NONE, "%s", line->str);
  fflush (stderr);
  self->shown = TRUE;
}

static gboolean
on_redraw (gpointer data)
{
  draw (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
forget (VbetProgress *self, const char *device)
{
  guint index;
  return g_ptr_array_find_with_equal_func (self->waiting, device, g_str_equal, &index)
         && g_ptr_array_remove_index (self->waiting, index) != NULL;
}

static void
on_notification (VbetClient *client, const char *method, GVariant *params, VbetProgress *self)
{
  if (strcmp (method, "device.state") != 0)
    return;
  const char *device = vbet_field_text (params, "device");
  const char *state = vbet_field_text (params, "state");
  gboolean failed = strcmp (state, "failed") == 0;
  gboolean ready = strcmp (state, "ready") == 0;
  if ((!ready && !failed) || !forget (self, device))
    return;
  self->ready += ready ? 1 : 0;
  self->failed += failed ? 1 : 0;
  if (!self->live) {
    g_autofree char *time = vbet_format_seconds (elapsed (self));
    vbet_output_put (stderr, VBET_COLOR_NONE, "%s%s: %s (%s)\n", self->prefix, device, state, time);
  }
  draw (self);
}

VbetProgress *
vbet_progress_new (VbetClient *client, const VbetTopology *topology, const char *prefix)
{
  VbetProgress *self = g_new0 (VbetProgress, 1);
  self->client = g_object_ref (client);
  self->started = g_get_monotonic_time ();
  self->lab = g_strdup (topology->name);
  self->prefix = g_strdup (prefix != NULL ? prefix : "");
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if (starts_by_itself (device))
      g_ptr_array_add (self->waiting, g_strdup (device->name));
  }
  self->expected = self->waiting->len;
  self->live = vbet_output_is_terminal (stderr) && *self->prefix == '\0' && self->expected > 0;
  self->handler = g_signal_connect (client, "notification", G_CALLBACK (on_notification), self);
  if (self->live)
    self->redraw = g_timeout_add (REDRAW_MS, on_redraw, self);
  draw (self);
  return self;
}

void
vbet_progress_free (VbetProgress *self)
{
  if (self == NULL)
    return;
  erase (self);
  fflush (stderr);
  g_clear_handle_id (&self->redraw, g_source_remove);
  g_signal_handler_disconnect (self->client, self->handler);
  g_object_unref (self->client);
  g_ptr_array_unref (self->waiting);
  g_free (self->prefix);
  g_free (self->lab);
  g_free (self);
}
