/* view.c - see view.h: devices, notes and texts.
 *
 * Order of the list: frames, notes, cables, texts below devices, texts at
 * cables, devices. What a tool is in the middle of lies above (view-tool.c).
 */
#include "config.h"

#include "gui/model/view-private.h"

#include <string.h>

#define NOTE_LEAST 30.0 /* the least width or height of a note */
/* A rough width of a character, where nobody measures. */
#define CHARACTER 0.62

static const char *const state_names[] = { "off", "booting", "ready", "paused", "stopping", "failed" };

char *
vbet_note_name (guint index)
{
  return g_strdup_printf ("note#%u", index);
}

gboolean
vbet_note_index (const char *name, guint *ret_index)
{
  guint64 index = 0;
  if (!g_str_has_prefix (name, "note#")
      || !g_ascii_string_to_unsigned (name + 5, 10, 0, G_MAXUINT, &index, NULL))
    return FALSE;
  if (ret_index != NULL)
    *ret_index = (guint)index;
  return TRUE;
}

VbetPoint
vbet_note_position (const VbetTopology *topology, guint index)
{
  const VbetNote *note = g_ptr_array_index (topology->notes, index);
  const VbetValue *at = vbet_attributes_get (note->attributes, "at");
  if (at != NULL && at->type == VBET_VALUE_POINT)
    return (VbetPoint){ at->as.point.x, at->as.point.y };
  return (VbetPoint){ 40, 40 + 60.0 * index };
}

VbetDeviceState
vbet_device_state_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (name, state_names[i]) == 0)
      return (VbetDeviceState)i;
  return VBET_STATE_OFF;
}

const char *
vbet_device_state_name (VbetDeviceState state)
{
  return (guint)state < G_N_ELEMENTS (state_names) ? state_names[state] : state_names[0];
}

void
_vbet_view_free_item (gpointer data)
{
  g_free (data); /* its texts belong to the view */
}

static char *
keep (VbetView *view, const char *text)
{
  return text != NULL ? g_string_chunk_insert (view->texts, text) : NULL;
}

VbetItem *
_vbet_view_add (VbetViewBuilder *self, VbetItemKind kind, const char *name)
{
  VbetItem *item = g_new0 (VbetItem, 1);
  item->kind = kind;
  item->name = keep (self->view, name);
  g_ptr_array_add (self->view->items, item);
  if (kind == VBET_ITEM_DEVICE || kind == VBET_ITEM_CABLE || kind == VBET_ITEM_NOTE)
    g_hash_table_insert (self->view->objects, item->name, item);
  return item;
}

static gboolean
is_selected (const VbetViewInput *input, const char *name)
{
  return input->selection != NULL && g_hash_table_size (input->selection) > 0
         && g_hash_table_contains (input->selection, name);
}

guint
_vbet_view_marks (const VbetViewInput *input, const char *name)
{
  guint flags = is_selected (input, name) ? VBET_ITEM_SELECTED : 0;
  if (input->show & VBET_SHOW_RUNNING)
    flags |= VBET_ITEM_RUNNING;
  if (input->alarmed != NULL && (input->show & VBET_SHOW_RUNNING)
      && g_hash_table_contains (input->alarmed, name))
    flags |= VBET_ITEM_ALARMED;
  if (input->overlay != NULL && input->overlay->hover != NULL && g_str_equal (input->overlay->hover, name))
    flags |= VBET_ITEM_HOVERED;
  if (input->overlay != NULL && input->overlay->target != NULL && g_str_equal (input->overlay->target, name))
    flags |= VBET_ITEM_TARGET;
  if (input->overlay != NULL && input->overlay->editing != NULL
      && g_strcmp0 (input->overlay->editing, name) == 0)
    flags |= VBET_ITEM_EDITING;
  return flags;
}

VbetPoint
_vbet_view_displaced (const VbetViewInput *input, const char *name, VbetPoint point)
{
  const VbetOverlay *overlay = input->overlay;
  if (overlay == NULL || !overlay->moving)
    return point;
  gboolean moves
      = overlay->moved != NULL ? g_hash_table_contains (overlay->moved, name) : is_selected (input, name);
  return moves ? (VbetPoint){ point.x + overlay->move_by.x, point.y + overlay->move_by.y } : point;
}

/* Where device number @i is shown. */
static VbetPoint
position (const VbetViewInput *input, guint i)
{
  const VbetDevice *device = g_ptr_array_index (input->topology->devices, i);
  return _vbet_view_displaced (input, device->name, input->positions[i]);
}

gboolean
_vbet_view_position (VbetViewBuilder *self, const char *name, VbetPoint *ret)
{
  guint number = name != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name)) : 0;
  if (number == 0)
    return FALSE;
  *ret = position (self->input, number - 1);
  return TRUE;
}

/* --- texts ----------------------------------------------------------------------- */

static void
estimate (VbetTextStyle style, const char *text, double *ret_width, double *ret_height, gpointer data)
{
  double size = style == VBET_TEXT_NAME || style == VBET_TEXT_NOTE ? 13 : 11;
  double longest = 0, lines = 1, run = 0;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c)) {
    run = *c == '\n' ? 0 : run + 1;
    lines += *c == '\n' ? 1 : 0;
    longest = MAX (longest, run);
  }
  *ret_width = longest * size * CHARACTER;
  *ret_height = lines * size * VBET_VIEW_LINE_HEIGHT;
}

VbetRect
_vbet_view_measure (const VbetViewInput *input, VbetTextStyle style, const char *text)
{
  double width = 0, height = 0, scale = input->text_scale > 0 ? input->text_scale : 1;
  if (input->measure != NULL)
    input->measure (style, text, &width, &height, input->measure_data);
  else
    estimate (style, text, &width, &height, NULL);
  return (VbetRect){ -width * scale / 2, -height * scale / 2, width * scale, height * scale };
}

VbetItem *
_vbet_view_add_text (VbetViewBuilder *self, VbetTextStyle style, const char *name, const char *text,
                     VbetPoint at)
{
  VbetItem *item = _vbet_view_add (self, VBET_ITEM_TEXT, name);
  VbetRect size = _vbet_view_measure (self->input, style, text);
  gboolean below = style == VBET_TEXT_NAME || style == VBET_TEXT_DETAIL;
  item->style = style;
  item->text = keep (self->view, text);
  item->a = at;
  item->bounds = (VbetRect){ at.x + size.x, below ? at.y : at.y + size.y, size.width, size.height };
  _vbet_occupied_add (self->taken, item->bounds);
  return item;
}

/* The lines below a device's name: its label, and its NICs' addresses. */
static char *
details (const VbetDevice *device, guint show)
{
  GString *text = g_string_new (vbet_attributes_text (device->attributes, device->kind, "label"));
  for (guint i = 0; i < device->nics->len && (show & VBET_SHOW_ADDRESSES); i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (nic->attributes->len == 0)
      continue;
    g_autoptr (GPtrArray) addresses = vbet_attributes_list (nic->attributes, "ip");
    for (guint k = 0; k < addresses->len; k++) {
      g_autofree char *written = vbet_value_to_text (g_ptr_array_index (addresses, k));
      g_string_append_printf (text, "%seth%u %s", text->len > 0 ? "\n" : "", nic->index - 1, written);
    }
    if (addresses->len == 0 && vbet_attributes_boolean (nic->attributes, VBET_KIND_NIC, "dhcp"))
      g_string_append_printf (text, "%seth%u DHCP", text->len > 0 ? "\n" : "", nic->index - 1);
  }
  return g_string_free (text, text->len == 0);
}

/* --- devices --------------------------------------------------------------------- */

static gboolean
is_shown (VbetViewBuilder *self, const char *name)
{
  return self->input->only == NULL || g_hash_table_contains (self->input->only, name);
}

static void
add_device (VbetViewBuilder *self, const VbetDevice *device, VbetPoint at)
{
  VbetItem *item = _vbet_view_add (self, VBET_ITEM_DEVICE, device->name);
  item->flags = _vbet_view_marks (self->input, device->name);
  item->device_kind = device->kind;
  if (self->input->states != NULL)
    item->state = (VbetDeviceState)GPOINTER_TO_INT (g_hash_table_lookup (self->input->states, device->name));
  item->icon = keep (self->view, vbet_attributes_text (device->attributes, device->kind, "icon"));
  item->colour = keep (self->view, vbet_attributes_text (device->attributes, device->kind, "color"));
  item->a = at;
  item->bounds
      = (VbetRect){ at.x - VBET_VIEW_TILE_HALF, at.y - VBET_VIEW_TILE_HALF, VBET_VIEW_TILE, VBET_VIEW_TILE };
}

guint
_vbet_view_roots_hash (const VbetViewInput *input)
{
  GHashTableIter iter;
  gpointer name = NULL;
  guint hash = 0;
  if (input->roots == NULL || (input->show & VBET_SHOW_RUNNING) == 0)
    return 0;
  g_hash_table_iter_init (&iter, input->roots);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    hash += g_str_hash (name) | 1; /* in any order */
  return hash;
}

/* The root of a spanning tree says so, at the upper edge of its tile. */
static void
add_root (VbetViewBuilder *self, const VbetDevice *device, VbetPoint at)
{
  if (self->input->roots != NULL && self->input->show & VBET_SHOW_RUNNING
      && g_hash_table_contains (self->input->roots, device->name))
    _vbet_view_add_text (self, VBET_TEXT_BADGE, device->name, "root",
                         (VbetPoint){ at.x, at.y - VBET_VIEW_TILE_HALF - 9 });
}

static void
add_device_texts (VbetViewBuilder *self, const VbetDevice *device, VbetPoint at)
{
  VbetPoint below = { at.x, at.y + VBET_VIEW_TILE_HALF + 4 };
  _vbet_occupied_add (self->taken, (VbetRect){ at.x - VBET_VIEW_TILE_HALF, at.y - VBET_VIEW_TILE_HALF,
                                               VBET_VIEW_TILE, VBET_VIEW_TILE });
  if (self->level < 1)
    return;
  VbetItem *name = _vbet_view_add_text (self, VBET_TEXT_NAME, device->name, device->name, below);
  name->flags
      = _vbet_view_marks (self->input, device->name) & ~(guint)(VBET_ITEM_RUNNING | VBET_ITEM_ALARMED);
  if (self->level < 2)
    return;
  add_root (self, device, at);
  g_autofree char *lines = details (device, self->input->show);
  below.y += name->bounds.height;
  if (lines != NULL)
    _vbet_view_add_text (self, VBET_TEXT_DETAIL, device->name, lines, below);
}

static void
add_devices (VbetViewBuilder *self, void (*add) (VbetViewBuilder *, const VbetDevice *, VbetPoint))
{
  const GPtrArray *devices = self->input->topology->devices;
  for (guint i = 0; i < devices->len; i++)
    if (is_shown (self, ((VbetDevice *)g_ptr_array_index (devices, i))->name))
      add (self, g_ptr_array_index (devices, i), position (self->input, i));
}

/* --- notes ------------------------------------------------------------------------- */

/* What a note is drawn in: a frame in its size, a sticky note around its text. */
static VbetRect
note_bounds (const VbetViewInput *input, const VbetNote *note, const char *text, VbetPoint at)
{
  const VbetValue *size = vbet_attributes_get (note->attributes, "size");
  if (size != NULL && size->type == VBET_VALUE_POINT)
    return (VbetRect){ at.x, at.y, MAX (size->as.point.x, NOTE_LEAST), MAX (size->as.point.y, NOTE_LEAST) };
  VbetRect box = _vbet_view_measure (input, VBET_TEXT_NOTE, text);
  return (VbetRect){ at.x, at.y, MAX (box.width + 2 * NOTE_PADDING, NOTE_LEAST),
                     MAX (box.height + 2 * NOTE_PADDING, NOTE_LEAST) };
}

static void
add_note (VbetViewBuilder *self, const VbetNote *note, guint index)
{
  const VbetOverlay *overlay = self->input->overlay;
  g_autofree char *name = vbet_note_name (index);
  if (!is_shown (self, name))
    return;
  VbetPoint point
      = _vbet_view_displaced (self->input, name, vbet_note_position (self->input->topology, index));
  VbetItem *item = _vbet_view_add (self, VBET_ITEM_NOTE, name);
  item->flags = _vbet_view_marks (self->input, name) & ~(guint)VBET_ITEM_RUNNING;
  if (vbet_attributes_get (note->attributes, "size") != NULL)
    item->flags |= VBET_ITEM_FRAME;
  item->text = keep (self->view, note->text != NULL ? note->text : "");
  item->colour = keep (self->view, vbet_attributes_text (note->attributes, VBET_KIND_NOTE, "color"));
  VbetRect title = _vbet_view_measure (self->input, VBET_TEXT_NOTE, item->text);
  item->title = (VbetPoint){ title.width, title.height };
  item->bounds = note_bounds (self->input, note, item->text, point);
  if (overlay != NULL && overlay->resizing && g_strcmp0 (overlay->hover, name) == 0)
    item->bounds = overlay->resize_rect;
  item->a = (VbetPoint){ item->bounds.x, item->bounds.y };
}

/* Frames lie below all else, then come the other notes. */
static void
add_notes (VbetViewBuilder *self)
{
  const GPtrArray *notes = self->input->topology->notes;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < notes->len; i++) {
      const VbetNote *note = g_ptr_array_index (notes, i);
      if ((vbet_attributes_get (note->attributes, "size") == NULL) == (pass == 1))
        add_note (self, note, i);
    }
}

/* --- life ------------------------------------------------------------------------------ */

static guint
level_of (double zoom)
{
  return zoom >= VBET_VIEW_END_ZOOM      ? 3
         : zoom >= VBET_VIEW_DETAIL_ZOOM ? 2
         : zoom >= VBET_VIEW_NAME_ZOOM   ? 1
                                         : 0;
}

gboolean
vbet_view_set_zoom (VbetView *self, double zoom)
{
  self->zoom = zoom;
  return self->level == level_of (zoom);
}

VbetView *
vbet_view_new (const VbetViewInput *input)
{
  VbetViewBuilder self = { .input = input, .level = level_of (input->zoom) };
  self.view = g_new0 (VbetView, 1);
  self.view->items = g_ptr_array_new_with_free_func (_vbet_view_free_item);
  self.view->tool = g_ptr_array_new_with_free_func (_vbet_view_free_item);
  self.view->objects = g_hash_table_new (g_str_hash, g_str_equal);
  self.view->texts = g_string_chunk_new (4096);
  self.view->zoom = input->zoom;
  self.view->level = self.level;
  self.view->roots = _vbet_view_roots_hash (input);
  self.view->text_scale = input->text_scale > 0 ? input->text_scale : 1;
  self.index = g_hash_table_new (g_str_hash, g_str_equal);
  self.pair_size = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.pair_used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.taken = _vbet_occupied_new ();
  for (guint i = 0; i < input->topology->devices->len; i++)
    g_hash_table_insert (self.index, ((VbetDevice *)g_ptr_array_index (input->topology->devices, i))->name,
                         GUINT_TO_POINTER (i + 1));
  add_notes (&self);
  _vbet_view_add_cables (&self);
  add_devices (&self, add_device_texts);
  _vbet_view_add_cable_texts (&self);
  add_devices (&self, add_device);
  vbet_view_set_tool (self.view, input);
  _vbet_view_make_index (self.view);
  g_hash_table_unref (self.index);
  g_hash_table_unref (self.pair_size);
  g_hash_table_unref (self.pair_used);
  _vbet_occupied_free (self.taken);
  return self.view;
}

void
vbet_view_free (VbetView *self)
{
  if (self == NULL)
    return;
  _vbet_view_index_free (self->index);
  g_hash_table_unref (self->objects);
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->tool);
  g_string_chunk_free (self->texts);
  g_free (self);
}
