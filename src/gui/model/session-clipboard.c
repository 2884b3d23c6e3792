/* session-clipboard.c - copy, cut, paste and duplicate, as lab texts; see session.h.
 *
 * What is copied is a lab of its own: a text that a person can read, that
 * another window and a text editor can take, and that comes back from there.
 * What is pasted is read as any lab is; unless all of it is understood,
 * nothing happens.
 */
#include "config.h"

#include "gui/model/session-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "engine/model/gesture.h"
#include "gui/model/layout.h"

/* A larger text is hardly meant to be pasted; a lab of 10,000 devices is half as large. */
#define SIZE_MAX_PASTED (4u << 20)
/* So far each try goes to the right and down, until there is room. */
#define SHIFT 40.0
#define SHIFTS_MAX 40
/* Tiles nearer than this would cover each other. */
#define ROOM (VBET_VIEW_TILE + 6)

/* A text with what it says. */
typedef struct {
  char *text; /* owned, NUL-terminated */
  VbetProgram *program;
  VbetTopology *topology;
  VbetDiagnostics *diagnostics;
} Scrap;

static void
scrap_clear (Scrap *self)
{
  g_clear_pointer (&self->diagnostics, vbet_diagnostics_free);
  g_clear_pointer (&self->topology, vbet_topology_unref);
  g_clear_pointer (&self->program, vbet_program_unref);
  g_clear_pointer (&self->text, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scrap, scrap_clear)

/* @text: (transfer full). */
static void
scrap_read (Scrap *self, char *text, const char *lab_name)
{
  scrap_clear (self);
  self->text = text;
  self->program = vbet_program_parse (text, strlen (text));
  self->diagnostics = vbet_diagnostics_new (text, strlen (text));
  vbet_program_diagnose (self->program, self->diagnostics);
  self->topology = vbet_topology_elaborate (self->program, lab_name, self->diagnostics);
}

/* Writes at= for every device of the scrap that has none: @points, one a device. */
static gboolean
scrap_place (Scrap *self, const VbetPoint *points, GError **error)
{
  guint n = self->topology->devices->len, used = 0;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree double *xs = g_new (double, n + 1);
  g_autofree double *ys = g_new (double, n + 1);
  for (guint i = 0; i < n; i++) {
    const VbetDevice *device = g_ptr_array_index (self->topology->devices, i);
    VbetPoint written;
    if (vbet_layout_written (device, &written))
      continue;
    names[used] = device->name;
    xs[used] = round (points[i].x);
    ys[used] = round (points[i].y);
    used++;
  }
  if (used == 0)
    return TRUE;
  g_autoptr (VbetEdits) edits
      = vbet_gesture_move_devices (self->program, self->topology, names, xs, ys, used, error);
  if (edits == NULL)
    return FALSE;
  gsize size = 0;
  g_autofree char *name = g_strdup (self->topology->name);
  char *text = vbet_edits_apply (edits, self->text, strlen (self->text), &size);
  scrap_read (self, text, name);
  return TRUE;
}

/* --- copy ------------------------------------------------------------------------ */

static char **
selected_things (VbetSession *self)
{
  g_auto (GStrv) devices = vbet_session_selected_devices (self);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_strv_builder_addv (names, (const char **)devices);
  for (guint i = 0; i < self->topology->notes->len; i++) {
    g_autofree char *note = vbet_note_name (i);
    if (g_hash_table_contains (self->selection, note))
      g_strv_builder_add (names, note);
  }
  return g_strv_builder_end (names);
}

char *
vbet_session_copy (VbetSession *self, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), NULL);
  g_auto (GStrv) names = selected_things (self);
  if (names[0] == NULL) {
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_STATE,
                         _ ("Nothing is selected that could be copied; select devices first."));
    return NULL;
  }
  g_autofree char *plain
      = vbet_gesture_copy (self->program, self->topology, (const char *const *)names, error);
  if (plain == NULL)
    return NULL;
  /* The copy has the devices in the same order. */
  g_auto (GStrv) devices = vbet_session_selected_devices (self);
  guint n = g_strv_length (devices);
  g_auto (Scrap) copy = { 0 };
  g_autofree VbetPoint *points = g_new0 (VbetPoint, n + 1);
  for (guint i = 0; i < n; i++)
    vbet_session_get_position (self, devices[i], &points[i]);
  scrap_read (&copy, g_steal_pointer (&plain), self->name);
  if (copy.topology->devices->len == n)
    scrap_place (&copy, points, NULL); /* without positions it is still a good copy */
  return g_steal_pointer (&copy.text);
}

/* --- paste ------------------------------------------------------------------------- */

static const VbetDiagnostic *
first_error (const VbetDiagnostics *findings)
{
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++)
    if (vbet_diagnostics_get (findings, i)->severity == VBET_SEVERITY_ERROR)
      return vbet_diagnostics_get (findings, i);
  return NULL;
}

static gboolean
read_source (VbetSession *self, Scrap *source, const char *text, gsize size, GError **error)
{
  if (size > SIZE_MAX_PASTED || !g_utf8_validate_len (text, (gssize)size, NULL)) {
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_LANGUAGE,
                         _ ("Nothing was pasted: what is on the clipboard is not the text of a lab."));
    return FALSE;
  }
  scrap_read (source, g_strndup (text, size), self->name);
  const VbetDiagnostic *finding = first_error (source->diagnostics);
  if (finding != NULL) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_LANGUAGE,
                 _ ("Nothing was pasted: what is on the clipboard is no lab. In its line %u: %s."),
                 finding->line, finding->message);
    return FALSE;
  }
  if (source->topology->devices->len == 0 && source->topology->notes->len == 0) {
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_LANGUAGE,
                         _ ("Nothing was pasted: there is no device and no note on the clipboard."));
    return FALSE;
  }
  return TRUE;
}

/* Where everything of @source stands: devices, then notes that say it. */
static GArray *
places_of (const Scrap *source)
{
  GArray *places = vbet_layout_compute (source->topology, NULL, FALSE);
  for (guint i = 0; i < source->topology->notes->len; i++) {
    const VbetNote *note = g_ptr_array_index (source->topology->notes, i);
    const VbetValue *at = vbet_attributes_get (note->attributes, "at");
    VbetPoint point = { 0, 0 };
    if (at == NULL || at->type != VBET_VALUE_POINT)
      continue;
    point = (VbetPoint){ at->as.point.x, at->as.point.y };
    g_array_append_val (places, point);
  }
  return places;
}

/* Whether a device of the lab would be covered by one of @places, moved by @by. */
static gboolean
covers (VbetSession *self, const GArray *places, guint n_devices, VbetPoint by)
{
  for (guint i = 0; i < n_devices; i++) {
    VbetPoint at = g_array_index (places, VbetPoint, i);
    for (guint k = 0; k < self->positions->len; k++) {
      VbetPoint other = g_array_index (self->positions, VbetPoint, k);
      if (fabs (at.x + by.x - other.x) < ROOM && fabs (at.y + by.y - other.y) < ROOM)
        return TRUE;
    }
  }
  return FALSE;
}

static double
snap (double value)
{
  return round (value / VBET_LAYOUT_GRID) * VBET_LAYOUT_GRID;
}

/* How far the source is moved: its middle to @at, and on until nothing is covered; then, at the least, until
 * it does not lie exactly on something. */
static VbetPoint
displacement (VbetSession *self, const Scrap *source, const GArray *places, const VbetPoint *at)
{
  VbetPoint by = { 0, 0 };
  if (at != NULL && places->len > 0) {
    VbetPoint first = g_array_index (places, VbetPoint, 0);
    VbetRect box = { first.x, first.y, 0, 0 };
    for (guint i = 1; i < places->len; i++) {
      VbetPoint point = g_array_index (places, VbetPoint, i);
      box = vbet_rect_union (box, (VbetRect){ point.x, point.y, 0, 0 });
    }
    by.x = snap (at->x - box.x - box.width / 2);
    by.y = snap (at->y - box.y - box.height / 2);
  }
  guint n = source->topology->devices->len;
  for (guint i = 0; i < SHIFTS_MAX && covers (self, places, n, by); i++) {
    by.x += SHIFT;
    by.y += SHIFT;
  }
  return by;
}

static void
select_pasted (VbetSession *self, char **devices, guint n_notes)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint all = self->topology->notes->len;
  g_strv_builder_addv (names, (const char **)devices);
  for (guint i = all - MIN (n_notes, all); i < all; i++) {
    g_autofree char *note = vbet_note_name (i);
    g_strv_builder_add (names, note);
  }
  g_auto (GStrv) list = g_strv_builder_end (names);
  vbet_session_select_many (self, (const char *const *)list, FALSE);
}

/* What the revision is called; (transfer full). */
static char *
label_of (const VbetTopology *source, gboolean duplicate)
{
  guint n = source->devices->len, things = n + source->notes->len;
  if (n == 1 && things == 1) {
    const char *name = ((VbetDevice *)g_ptr_array_index (source->devices, 0))->name;
    return g_strdup_printf (duplicate ? _ ("Duplicate %s") : _ ("Paste %s"), name);
  }
  if (n == things)
    return duplicate ? g_strdup_printf (ngettext ("Duplicate %u device", "Duplicate %u devices", n), n)
                     : g_strdup_printf (ngettext ("Paste %u device", "Paste %u devices", n), n);
  return duplicate ? g_strdup_printf (ngettext ("Duplicate %u thing", "Duplicate %u things", things), things)
                   : g_strdup_printf (ngettext ("Paste %u thing", "Paste %u things", things), things);
}

static gboolean
paste (VbetSession *self, const char *text, gsize size, const VbetPoint *at, gboolean duplicate,
       GError **error)
{
  g_auto (Scrap) source = { 0 };
  g_auto (GStrv) devices = NULL;
  if (!read_source (self, &source, text, size, error))
    return FALSE;
  g_autoptr (GArray) places = places_of (&source);
  if (!scrap_place (&source, &g_array_index (places, VbetPoint, 0), error))
    return FALSE;
  VbetPoint by = displacement (self, &source, places, at);
  g_autofree char *label = label_of (source.topology, duplicate);
  vbet_document_begin (self->document, label);
  gboolean ok = _vbet_session_settle (self, label, error)
                && _vbet_session_apply (self,
                                        vbet_gesture_paste (self->program, self->topology, source.text, by.x,
                                                            by.y, &devices, error),
                                        label);
  if (!_vbet_session_finish (self, ok))
    return FALSE;
  select_pasted (self, devices, source.topology->notes->len);
  return TRUE;
}

gboolean
vbet_session_paste (VbetSession *self, const char *text, gsize size, const VbetPoint *at, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self) && text != NULL, FALSE);
  return paste (self, text, size, at, FALSE, error);
}

gboolean
vbet_session_duplicate (VbetSession *self, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self), FALSE);
  g_autofree char *text = vbet_session_copy (self, error);
  return text != NULL && paste (self, text, strlen (text), NULL, TRUE, error);
}

gboolean
vbet_session_cut (VbetSession *self, char **ret_text, GError **error)
{
  g_return_val_if_fail (VBET_IS_SESSION (self) && ret_text != NULL, FALSE);
  g_autofree char *text = vbet_session_copy (self, error);
  if (text == NULL || !vbet_session_delete_selected (self, error))
    return FALSE;
  *ret_text = g_steal_pointer (&text);
  return TRUE;
}
