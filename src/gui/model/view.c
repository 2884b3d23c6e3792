/* view.c - see view.h.
 *
 * Order of the list: notes, cables, the wire being drawn, texts at cables,
 * devices, texts below devices, handles, ghost, rubber band.
 */
#include "config.h"

#include "gui/model/view-private.h"

#include <string.h>

#define TILE_HALF (VBET_VIEW_TILE / 2)
/* Cables of one pair of devices are this far apart at their middle. */
#define FAN_STEP 26.0
/* Where the NIC's name stands: this far from the device's middle, along the cable. */
#define END_DISTANCE 56.0
#define NOTE_LEAST 30.0 /* the least width or height of a note */
#define DETAIL_SIZE 11.0
/* Below these zooms small text says nothing and costs much. */
#define DETAIL_ZOOM 0.6
#define END_ZOOM 0.8
#define NAME_ZOOM 0.3

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

/* What building the list needs at hand. */
typedef struct {
  const VbetViewInput *input;
  GHashTable *index;     /* device name → position + 1 */
  GHashTable *pair_size; /* "a b" → number of cables between a and b */
  GHashTable *pair_used; /* "a b" → number of them already placed */
  VbetView *view;
} Builder;

static void
item_free (gpointer data)
{
  VbetItem *self = data;
  g_free (self->name);
  g_free (self->text);
  g_free (self->colour);
  g_free (self);
}

static VbetItem *
add (Builder *self, VbetItemKind kind, const char *name)
{
  VbetItem *item = g_new0 (VbetItem, 1);
  item->kind = kind;
  item->name = g_strdup (name);
  g_ptr_array_add (self->view->items, item);
  if (kind == VBET_ITEM_DEVICE || kind == VBET_ITEM_CABLE || kind == VBET_ITEM_NOTE)
    g_hash_table_insert (self->view->objects, item->name, item);
  return item;
}

static gboolean
is_selected (const VbetViewInput *input, const char *name)
{
  return input->selection != NULL && g_hash_table_contains (input->selection, name);
}

/* Where what stands at @point is shown while a tool moves things. */
static VbetPoint
displaced (const VbetViewInput *input, const char *name, VbetPoint point)
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
  return displaced (input, device->name, input->positions[i]);
}

static gboolean
position_of (Builder *self, const char *name, VbetPoint *ret)
{
  guint number = name != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name)) : 0;
  if (number == 0)
    return FALSE;
  *ret = position (self->input, number - 1);
  return TRUE;
}

static guint
hover_flags (const VbetViewInput *input, const char *name)
{
  guint flags = is_selected (input, name) ? VBET_ITEM_SELECTED : 0;
  if (input->overlay != NULL && g_strcmp0 (input->overlay->hover, name) == 0)
    flags |= VBET_ITEM_HOVERED;
  if (input->overlay != NULL && g_strcmp0 (input->overlay->target, name) == 0)
    flags |= VBET_ITEM_TARGET;
  return flags;
}

static double
text_size (VbetTextStyle style)
{
  return style == VBET_TEXT_NAME ? NAME_SIZE : DETAIL_SIZE;
}

static VbetItem *
add_text (Builder *self, VbetTextStyle style, const char *name, const char *text, VbetPoint at)
{
  VbetItem *item = add (self, VBET_ITEM_TEXT, name);
  double size = text_size (style);
  item->style = style;
  item->text = g_strdup (text);
  item->a = at;
  item->bounds = _vbet_view_text_bounds (text, at, size);
  if (style != VBET_TEXT_NAME && style != VBET_TEXT_DETAIL)
    item->bounds.y -= item->bounds.height / 2;
  return item;
}

/* The lines below a device's name: its label, and its NICs' addresses. */
static char *
details (const VbetDevice *device, guint show)
{
  GString *text = g_string_new (vbet_attributes_text (device->attributes, device->kind, "label"));
  for (guint i = 0; i < device->nics->len && (show & VBET_SHOW_ADDRESSES); i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
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

/* --- cables -------------------------------------------------------------------- */

static char *
pair_key (const VbetCable *cable)
{
  const char *a = cable->ends[0].device, *b = cable->ends[1].device;
  return strcmp (a, b) <= 0 ? g_strconcat (a, " ", b, NULL) : g_strconcat (b, " ", a, NULL);
}

static guint
count_up (GHashTable *table, const char *key)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (table, key));
  g_hash_table_insert (table, g_strdup (key), GUINT_TO_POINTER (count + 1));
  return count;
}

static void
count_pairs (Builder *self)
{
  for (guint i = 0; i < self->input->topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (self->input->topology->cables, i);
    if (cable->ends[0].device == NULL || cable->ends[1].device == NULL)
      continue;
    g_autofree char *key = pair_key (cable);
    count_up (self->pair_size, key);
  }
}

/* Sets the curve of a cable between two devices: straight alone, fanned out beside others. */
static void
shape_cable (Builder *self, VbetItem *item, const VbetCable *cable)
{
  g_autofree char *key = pair_key (cable);
  guint size = GPOINTER_TO_UINT (g_hash_table_lookup (self->pair_size, key));
  double slot = count_up (self->pair_used, key) - (size - 1) / 2.0;
  VbetPoint from = item->a, to = item->b;
  double length = MAX (vbet_point_distance (from, to), 1);
  /* The same side for the same slot, whichever way round the cable is written. */
  double side = strcmp (cable->ends[0].device, cable->ends[1].device) <= 0 ? 1 : -1;
  double bulge = 2 * slot * FAN_STEP * side;
  item->control = (VbetPoint){ (from.x + to.x) / 2 - (to.y - from.y) / length * bulge,
                               (from.y + to.y) / 2 + (to.x - from.x) / length * bulge };
}

/* A cable with one end in a NIC hangs down from its device. */
static void
shape_loose (VbetItem *item, guint plugged, guint order)
{
  VbetPoint from = plugged == 0 ? item->a : item->b;
  double side = order % 2 == 0 ? -1 : 1, reach = 34 + 14 * (double)(order / 2 % 4);
  VbetPoint end = { from.x + side * reach, from.y - TILE_HALF - 26 };
  if (plugged == 0)
    item->b = end;
  else
    item->a = end;
  item->control = (VbetPoint){ from.x + side * reach * 0.2, end.y };
  item->flags |= plugged == 0 ? VBET_ITEM_LOOSE_B : VBET_ITEM_LOOSE_A;
}

static VbetRect
curve_bounds (const VbetItem *item)
{
  VbetRect box = vbet_rect_spanned (item->a, item->b);
  for (guint i = 1; i < 8; i++) {
    VbetPoint point = vbet_item_point (item, i / 8.0);
    box = vbet_rect_union (box, (VbetRect){ point.x, point.y, 0, 0 });
  }
  return vbet_rect_grow (box, 3);
}

static void
add_cable (Builder *self, const VbetCable *cable, guint order)
{
  VbetPoint ends[2];
  gboolean plugged[2];
  for (guint end = 0; end < 2; end++)
    plugged[end] = position_of (self, cable->ends[end].device, &ends[end]);
  if (!plugged[0] && !plugged[1])
    return; /* it lies in the drawer: the text has it, the canvas has nowhere to show it */
  VbetItem *item = add (self, VBET_ITEM_CABLE, cable->name);
  item->flags = hover_flags (self->input, cable->name);
  if (self->input->show & VBET_SHOW_RUNNING)
    item->flags |= VBET_ITEM_RUNNING;
  if (!vbet_attributes_boolean (cable->attributes, VBET_KIND_CABLE, "up"))
    item->flags |= VBET_ITEM_DOWN;
  item->a = plugged[0] ? ends[0] : ends[1];
  item->b = plugged[1] ? ends[1] : ends[0];
  if (plugged[0] && plugged[1])
    shape_cable (self, item, cable);
  else
    shape_loose (item, plugged[0] ? 0 : 1, order);
  item->bounds = curve_bounds (item);
}

/* Where on @item's curve a point lies @distance away from the end at @t = 0 or 1. */
static VbetPoint
along (const VbetItem *item, guint end, double distance)
{
  VbetPoint from = end == 0 ? item->a : item->b, point = from;
  for (guint i = 1; i <= 32; i++) {
    point = vbet_item_point (item, end == 0 ? i / 64.0 : 1 - i / 64.0);
    if (vbet_point_distance (from, point) >= distance)
      break;
  }
  return point;
}

/* The lines below device @name: its name and details, as a rectangle a little larger than they are. */
static VbetRect
text_block (Builder *self, const char *name)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name));
  const VbetDevice *device = g_ptr_array_index (self->input->topology->devices, number - 1);
  VbetPoint top = position (self->input, number - 1);
  top.y += TILE_HALF + 4;
  VbetRect box = _vbet_view_text_bounds (device->name, top, NAME_SIZE);
  g_autofree char *lines = details (device, self->input->show);
  top.y += NAME_SIZE * LINE_HEIGHT;
  if (lines != NULL)
    box = vbet_rect_union (box, _vbet_view_text_bounds (lines, top, DETAIL_SIZE));
  return vbet_rect_grow (box, 9);
}

/* Where the name of the NIC at @end stands: near its device, but not on the device's own lines. */
static VbetPoint
end_place (Builder *self, const VbetItem *item, const VbetCable *cable, guint end)
{
  double distance = END_DISTANCE, longest = vbet_point_distance (item->a, item->b) / 2;
  VbetRect block = text_block (self, cable->ends[end].device);
  VbetPoint place = along (item, end, distance);
  while (vbet_rect_contains (block, place.x, place.y) && distance < longest) {
    distance += 4;
    place = along (item, end, distance);
  }
  return place;
}

/* What the cable does to its frames: "10ms 1%". */
static char *
impairment (const VbetCable *cable)
{
  static const char *const keys[] = { "delay", "jitter", "loss", "duplicate", "reorder", "corrupt", "rate" };
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    const VbetValue *value = vbet_attributes_get (cable->attributes, keys[i]);
    if (value == NULL)
      continue;
    g_autofree char *written = vbet_value_to_text (value);
    /* A bare percentage says nothing by itself, unless it is the loss everybody thinks of. */
    gboolean named = value->type == VBET_VALUE_PERCENT && !g_str_equal (keys[i], "loss");
    g_string_append_printf (text, "%s%s%s%s", text->len > 0 ? "  " : "", named ? keys[i] : "",
                            named ? " " : "", written);
  }
  return g_string_free (text, text->len == 0);
}

static gboolean
is_guest (Builder *self, const char *name)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name));
  const VbetDevice *device
      = number > 0 ? g_ptr_array_index (self->input->topology->devices, number - 1) : NULL;
  return device != NULL && (device->kind & VBET_KIND_GUEST) != 0;
}

static void
add_cable_texts (Builder *self, const VbetCable *cable, const VbetItem *line)
{
  g_autofree char *badge = impairment (cable);
  if (badge != NULL && self->input->zoom >= DETAIL_ZOOM)
    add_text (self, VBET_TEXT_BADGE, cable->name, badge, vbet_item_point (line, 0.5));
  if (!(self->input->show & VBET_SHOW_NICS) || self->input->zoom < END_ZOOM)
    return;
  if (vbet_point_distance (line->a, line->b) < 2 * END_DISTANCE + 24)
    return; /* no room between the two devices */
  for (guint end = 0; end < 2; end++) {
    if (cable->ends[end].device == NULL || cable->ends[end].nic == 0
        || !is_guest (self, cable->ends[end].device))
      continue;
    g_autofree char *text = g_strdup_printf ("eth%u", cable->ends[end].nic - 1);
    add_text (self, VBET_TEXT_END, cable->name, text, end_place (self, line, cable, end));
  }
}

static void
add_cables (Builder *self)
{
  const GPtrArray *cables = self->input->topology->cables;
  const char *lifted = self->input->overlay != NULL ? self->input->overlay->lifted : NULL;
  count_pairs (self);
  for (guint i = 0; i < cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (cables, i);
    if (g_strcmp0 (cable->name, lifted) != 0)
      add_cable (self, cable, i);
  }
}

static void
add_wire (Builder *self)
{
  const VbetOverlay *overlay = self->input->overlay;
  VbetPoint from;
  if (overlay == NULL)
    return;
  if (!position_of (self, overlay->wire_from, &from)) {
    if (!overlay->wire_loose)
      return;
    from = overlay->wire_at;
  }
  VbetItem *item = add (self, VBET_ITEM_WIRE, NULL);
  item->a = from;
  item->b = overlay->wire_to;
  position_of (self, overlay->target, &item->b); /* jumps to the device it would end at */
  item->bounds = vbet_rect_grow (vbet_rect_spanned (item->a, item->b), 3);
}

static void
add_all_cable_texts (Builder *self)
{
  guint n = self->view->items->len;
  for (guint i = 0; i < n; i++) {
    const VbetItem *item = g_ptr_array_index (self->view->items, i);
    const VbetCable *cable
        = item->kind == VBET_ITEM_CABLE ? vbet_topology_cable (self->input->topology, item->name) : NULL;
    if (cable != NULL)
      add_cable_texts (self, cable, item);
  }
}

/* --- devices --------------------------------------------------------------------- */

static void
add_device (Builder *self, const VbetDevice *device, VbetPoint at)
{
  VbetItem *item = add (self, VBET_ITEM_DEVICE, device->name);
  item->flags = hover_flags (self->input, device->name);
  if (self->input->show & VBET_SHOW_RUNNING)
    item->flags |= VBET_ITEM_RUNNING;
  item->device_kind = device->kind;
  if (self->input->states != NULL)
    item->state = (VbetDeviceState)GPOINTER_TO_INT (g_hash_table_lookup (self->input->states, device->name));
  item->a = at;
  item->bounds = (VbetRect){ at.x - TILE_HALF, at.y - TILE_HALF, VBET_VIEW_TILE, VBET_VIEW_TILE };
}

static void
add_device_texts (Builder *self, const VbetDevice *device, VbetPoint at)
{
  VbetPoint below = { at.x, at.y + TILE_HALF + 4 };
  if (self->input->zoom < NAME_ZOOM)
    return;
  VbetItem *name = add_text (self, VBET_TEXT_NAME, device->name, device->name, below);
  name->flags = hover_flags (self->input, device->name);
  if (self->input->zoom < DETAIL_ZOOM)
    return;
  g_autofree char *lines = details (device, self->input->show);
  below.y += NAME_SIZE * LINE_HEIGHT;
  if (lines != NULL)
    add_text (self, VBET_TEXT_DETAIL, device->name, lines, below);
}

static void
add_devices (Builder *self)
{
  const GPtrArray *devices = self->input->topology->devices;
  for (guint i = 0; i < devices->len; i++)
    add_device_texts (self, g_ptr_array_index (devices, i), position (self->input, i));
  for (guint i = 0; i < devices->len; i++)
    add_device (self, g_ptr_array_index (devices, i), position (self->input, i));
}

/* What a note is drawn in: a frame in its size, a sticky note around its text. */
static VbetRect
note_bounds (const VbetNote *note, const char *text, VbetPoint at)
{
  const VbetValue *size = vbet_attributes_get (note->attributes, "size");
  if (size != NULL && size->type == VBET_VALUE_POINT)
    return (VbetRect){ at.x, at.y, MAX (size->as.point.x, NOTE_LEAST), MAX (size->as.point.y, NOTE_LEAST) };
  VbetRect box = _vbet_view_text_bounds (text, at, NAME_SIZE);
  return (VbetRect){ at.x, at.y, MAX (box.width + 2 * NOTE_PADDING, NOTE_LEAST),
                     box.height + 2 * NOTE_PADDING };
}

static void
add_note (Builder *self, const VbetNote *note, guint index)
{
  const VbetOverlay *overlay = self->input->overlay;
  g_autofree char *name = vbet_note_name (index);
  VbetPoint point = displaced (self->input, name, vbet_note_position (self->input->topology, index));
  VbetItem *item = add (self, VBET_ITEM_NOTE, name);
  item->flags = hover_flags (self->input, name);
  if (vbet_attributes_get (note->attributes, "size") != NULL)
    item->flags |= VBET_ITEM_FRAME;
  if (overlay != NULL && g_strcmp0 (overlay->editing, name) == 0)
    item->flags |= VBET_ITEM_EDITING;
  item->text = g_strdup (note->text != NULL ? note->text : "");
  item->colour = g_strdup (vbet_attributes_text (note->attributes, VBET_KIND_NOTE, "color"));
  item->bounds = note_bounds (note, item->text, point);
  if (overlay != NULL && overlay->resizing && g_strcmp0 (overlay->hover, name) == 0)
    item->bounds = overlay->resize_rect;
  item->a = (VbetPoint){ item->bounds.x, item->bounds.y };
}

/* Frames lie below all else, then come the other notes. */
static void
add_notes (Builder *self)
{
  const GPtrArray *notes = self->input->topology->notes;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < notes->len; i++) {
      const VbetNote *note = g_ptr_array_index (notes, i);
      if ((vbet_attributes_get (note->attributes, "size") == NULL) == (pass == 1))
        add_note (self, note, i);
    }
}

static VbetItem *
add_handle (Builder *self, VbetHandleKind kind, const char *name, guint number, VbetPoint at)
{
  VbetItem *item = add (self, VBET_ITEM_HANDLE, name);
  double radius = HANDLE_RADIUS / MIN (self->input->zoom, 1);
  item->handle = kind;
  item->number = number;
  item->a = at;
  item->bounds = vbet_rect_grow ((VbetRect){ at.x, at.y, 0, 0 }, radius);
  return item;
}

static void
add_nic_handles (Builder *self, const char *name, guint target)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name));
  if (number == 0)
    return;
  const VbetDevice *device = g_ptr_array_index (self->input->topology->devices, number - 1);
  g_autoptr (GArray) handles = vbet_view_nic_handles (self->view, device);
  for (guint i = 0; i < handles->len; i++) {
    const VbetNicHandle *handle = &g_array_index (handles, VbetNicHandle, i);
    VbetItem *item = add_handle (self, handle->kind, name, handle->nic, handle->at);
    if (target != 0 && (handle->nic == target || (handle->nic == 0 && target == G_MAXUINT)))
      item->flags |= VBET_ITEM_TARGET;
  }
}

/* At both ends, where the cable comes out of its devices' tiles. */
static void
add_end_handles (Builder *self, const VbetItem *cable)
{
  const guint loose[] = { VBET_ITEM_LOOSE_A, VBET_ITEM_LOOSE_B };
  double length = vbet_point_distance (cable->a, cable->b);
  for (guint end = 0; end < 2; end++) {
    gboolean is_loose = (cable->flags & loose[end]) != 0;
    VbetPoint at = is_loose ? (end == 0 ? cable->a : cable->b)
                            : along (cable, end, MIN (TILE_HALF + HANDLE_RADIUS, length / 2));
    add_handle (self, VBET_HANDLE_END, cable->name, end, at);
  }
}

static void
add_size_handles (Builder *self, const VbetItem *note)
{
  VbetRect box = note->bounds;
  const double across[] = { 0, 0.5, 1, 1, 1, 0.5, 0, 0 }, down[] = { 0, 0, 0, 0.5, 1, 1, 1, 0.5 };
  for (guint i = 0; i < G_N_ELEMENTS (across); i++)
    add_handle (self, VBET_HANDLE_SIZE, note->name, i,
                (VbetPoint){ box.x + box.width * across[i], box.y + box.height * down[i] });
}

static void
add_handles_of (Builder *self, const char *name)
{
  const VbetItem *item = vbet_view_find (self->view, name);
  if (item == NULL)
    return;
  if (item->kind == VBET_ITEM_DEVICE)
    add_nic_handles (self, name, 0);
  else if (item->kind == VBET_ITEM_CABLE)
    add_end_handles (self, item);
  else if (item->flags & VBET_ITEM_FRAME)
    add_size_handles (self, item);
}

/* The one selected cable or note; NULL for none and several. */
static const char *
only_selected (const VbetViewInput *input)
{
  GHashTableIter iter;
  gpointer name = NULL;
  if (input->selection == NULL || g_hash_table_size (input->selection) != 1)
    return NULL;
  g_hash_table_iter_init (&iter, input->selection);
  g_hash_table_iter_next (&iter, &name, NULL);
  for (guint i = 0; i < input->topology->devices->len; i++)
    if (g_str_equal (((VbetDevice *)g_ptr_array_index (input->topology->devices, i))->name, name))
      return NULL;
  return name;
}

static void
add_handles (Builder *self)
{
  const VbetOverlay *overlay = self->input->overlay;
  if (overlay == NULL || overlay->moving || overlay->band || overlay->resizing)
    return;
  if (overlay->wire_from != NULL || overlay->wire_loose) {
    if (overlay->target != NULL)
      add_nic_handles (self, overlay->target, overlay->target_nic);
    return;
  }
  const char *selected = overlay->editing == NULL ? only_selected (self->input) : NULL;
  if (selected != NULL)
    add_handles_of (self, selected);
  if (overlay->handles && overlay->hover != NULL && g_strcmp0 (overlay->hover, selected) != 0)
    add_handles_of (self, overlay->hover);
}

static void
add_tool_items (Builder *self)
{
  const VbetOverlay *overlay = self->input->overlay;
  if (overlay == NULL)
    return;
  for (guint i = 0; i < overlay->n_guides; i++) {
    VbetItem *item = add (self, VBET_ITEM_GUIDE, NULL);
    item->a = overlay->guides[i].a;
    item->b = overlay->guides[i].b;
    item->bounds = vbet_rect_grow (vbet_rect_spanned (item->a, item->b), 2);
  }
  if (overlay->ghost != 0) {
    VbetItem *item = add (self, VBET_ITEM_GHOST, NULL);
    item->device_kind = overlay->ghost;
    item->a = overlay->ghost_at;
    item->bounds = vbet_rect_grow ((VbetRect){ item->a.x, item->a.y, 0, 0 }, TILE_HALF);
    if (overlay->ghost == VBET_KIND_NOTE) {
      item->bounds = (VbetRect){ item->a.x, item->a.y, VBET_VIEW_NOTE_WIDTH, VBET_VIEW_NOTE_HEIGHT };
      if (overlay->ghost_rect.width > 0 || overlay->ghost_rect.height > 0) {
        item->bounds = overlay->ghost_rect;
        item->flags |= VBET_ITEM_FRAME;
      }
    }
  }
  if (overlay->band)
    add (self, VBET_ITEM_BAND, NULL)->bounds = overlay->band_rect;
}

VbetView *
vbet_view_new (const VbetViewInput *input)
{
  Builder self = { .input = input };
  self.view = g_new0 (VbetView, 1);
  self.view->items = g_ptr_array_new_with_free_func (item_free);
  self.view->objects = g_hash_table_new (g_str_hash, g_str_equal);
  self.view->zoom = input->zoom;
  self.index = g_hash_table_new (g_str_hash, g_str_equal);
  self.pair_size = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.pair_used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < input->topology->devices->len; i++)
    g_hash_table_insert (self.index, ((VbetDevice *)g_ptr_array_index (input->topology->devices, i))->name,
                         GUINT_TO_POINTER (i + 1));
  add_notes (&self);
  add_cables (&self);
  add_wire (&self);
  add_all_cable_texts (&self);
  add_devices (&self);
  add_handles (&self);
  add_tool_items (&self);
  g_hash_table_unref (self.index);
  g_hash_table_unref (self.pair_size);
  g_hash_table_unref (self.pair_used);
  return self.view;
}

void
vbet_view_free (VbetView *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->objects);
  g_ptr_array_unref (self->items);
  g_free (self);
}
