/* arrange.c - arranging, aligning and selecting devices, as actions of the window.
 *
 * A drawing by Graphviz comes when it comes: what was asked for is drawn with
 * vBET's own arithmetic when it is late, wrong or not there, and forgotten
 * when the lab was edited meanwhile.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "gui/graphviz.h"
#include "gui/window/private.h"

/* A drawing that was asked for. */
typedef struct {
  VbetWindow *window;     /* owned */
  VbetTopology *topology; /* owned: of the lab that it is of */
  VbetArrangement *arrangement;
  VbetStyle style;
} Drawing;

static void
drawing_free (Drawing *self)
{
  g_object_unref (self->window);
  vbet_topology_unref (self->topology);
  vbet_arrangement_free (self->arrangement);
  g_free (self);
}

static void
report (VbetWindow *self, gboolean ok, const GError *error)
{
  if (ok)
    vbet_notices_hide (self->notices, "gesture");
  else
    vbet_notices_show (self->notices, "gesture", GTK_MESSAGE_WARNING, error->message, NULL);
}

/* Where all devices are now, for a glide; (transfer full). */
static GHashTable *
places (VbetWindow *self)
{
  GHashTable *from = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const GPtrArray *devices = vbet_session_get_topology (self->session)->devices;
  const VbetPoint *positions = vbet_session_get_positions (self->session);
  for (guint i = 0; i < devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (devices, i);
    g_hash_table_insert (from, g_strdup (device->name), g_memdup2 (&positions[i], sizeof positions[i]));
  }
  return from;
}

/* --- drawing anew ------------------------------------------------------------------- */

/* @points: as the style gave them. */
static void
carry_out (Drawing *drawing, GArray *points)
{
  VbetWindow *self = drawing->window;
  g_autoptr (GError) error = NULL;
  GHashTable *from = places (self);
  gboolean whole = drawing->arrangement->whole;
  vbet_arrangement_settle (drawing->arrangement, points);
  gboolean ok = vbet_session_arrange_to (self->session, drawing->arrangement,
                                         &g_array_index (points, VbetPoint, 0), &error);
  report (self, ok, error);
  if (!ok) {
    g_hash_table_unref (from);
    return;
  }
  if (whole)
    vbet_canvas_fit (self->canvas);
  vbet_canvas_glide_from (self->canvas, from);
}

static void
on_drawn (GObject *source, GAsyncResult *result, gpointer data)
{
  Drawing *drawing = data;
  VbetWindow *self = drawing->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) points = vbet_graphviz_draw_finish (result, &error);
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* Another text, and so another topology, means that somebody went on working. */
  if (!cancelled && self->closing != VBET_CLOSING_NOW
      && vbet_session_get_topology (self->session) == drawing->topology) {
    if (points == NULL)
      points = vbet_arrangement_draw (drawing->arrangement, drawing->style);
    carry_out (drawing, points);
  }
  drawing_free (drawing);
}

void
_vbet_window_arrange (VbetWindow *self, VbetStyle style)
{
  VbetArrangement *arrangement = vbet_session_arrangement (self->session);
  if (arrangement == NULL)
    return;
  Drawing *drawing = g_new0 (Drawing, 1);
  drawing->window = g_object_ref (self);
  drawing->topology = vbet_topology_ref ((VbetTopology *)vbet_session_get_topology (self->session));
  drawing->arrangement = arrangement;
  drawing->style = style;
  g_cancellable_cancel (self->arranging);
  g_clear_object (&self->arranging);
  gboolean own = style == VBET_STYLE_ORGANIC && vbet_arrangement_is_simple (arrangement);
  if (!own && vbet_graphviz_can (style, arrangement->n)) {
    self->arranging = g_cancellable_new ();
    vbet_graphviz_draw_async (arrangement, style, self->arranging, on_drawn, drawing);
    return;
  }
  g_autoptr (GArray) points = vbet_arrangement_draw (arrangement, style);
  carry_out (drawing, points);
  drawing_free (drawing);
}

static void
on_arrange_as (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetStyle style = VBET_STYLE_ORGANIC;
  if (vbet_style_from_name (g_variant_get_string (parameter, NULL), &style))
    _vbet_window_arrange (data, style);
}

/* --- aligning ------------------------------------------------------------------------- */

static void
finish (VbetWindow *self, GHashTable *from, gboolean ok, const GError *error)
{
  report (self, ok, error);
  if (ok)
    vbet_canvas_glide_from (self->canvas, from);
  else
    g_hash_table_unref (from);
}

static void
on_align (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  VbetAlign how = VBET_ALIGN_LEFT;
  if (!vbet_align_from_name (g_variant_get_string (parameter, NULL), &how))
    return;
  GHashTable *from = places (self);
  finish (self, from, vbet_session_align (self->session, how, &error), error);
}

static void
on_distribute (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autoptr (GError) error = NULL;
  gboolean vertically = g_str_equal (g_variant_get_string (parameter, NULL), "vertically");
  GHashTable *from = places (self);
  finish (self, from, vbet_session_distribute (self->session, vertically, &error), error);
}

/* --- selecting --------------------------------------------------------------------------- */

static void
on_select_kind (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  VbetKind kind = 0;
  if (!vbet_kind_from_name (g_variant_get_string (parameter, NULL), &kind))
    return;
  guint kinds = kind;
  if ((kind & VBET_KIND_RELAY) != 0)
    kinds = VBET_KIND_RELAY;
  else if ((kind & VBET_KIND_OUTSIDE) != 0)
    kinds = VBET_KIND_OUTSIDE;
  vbet_session_select_kind (self->session, kinds);
}

static void
on_select_connected (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_session_select_connected (VBET_WINDOW (data)->session, FALSE);
}

static void
on_select_component (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_session_select_connected (VBET_WINDOW (data)->session, TRUE);
}

static void
on_select_invert (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  vbet_session_select_invert (VBET_WINDOW (data)->session);
}

/* --- which are possible now ------------------------------------------------------------------ */

static void
enable (VbetWindow *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name)),
                               enabled);
}

static void
update (VbetWindow *self)
{
  if (self->closing == VBET_CLOSING_NOW)
    return;
  g_auto (GStrv) names = vbet_session_selected_devices (self->session);
  guint n = g_strv_length (names);
  gboolean any = vbet_session_get_topology (self->session)->devices->len > 0;
  gboolean selected = g_hash_table_size (vbet_session_get_selection (self->session)) > 0;
  enable (self, "align", n >= 2);
  enable (self, "distribute", n >= 3);
  enable (self, "arrange-as", any);
  enable (self, "select-kind", any);
  enable (self, "select-invert", any);
  enable (self, "select-connected", selected);
  enable (self, "select-component", selected);
}

void
_vbet_window_add_arrange (VbetWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "arrange-as", .activate = on_arrange_as, .parameter_type = "s" },
    { .name = "align", .activate = on_align, .parameter_type = "s" },
    { .name = "distribute", .activate = on_distribute, .parameter_type = "s" },
    { .name = "select-kind", .activate = on_select_kind, .parameter_type = "s" },
    { .name = "select-connected", .activate = on_select_connected },
    { .name = "select-component", .activate = on_select_component },
    { .name = "select-invert", .activate = on_select_invert },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->session, "selection-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
