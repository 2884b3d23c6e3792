/* view.c - see view.h.
 *
 * Order of the list: notes, cables, the wire being drawn, texts at cables,
 * devices, texts below devices, handles, ghost, rubber band.
 */
#include "config.h"

#include "gui/model/view.h"

#include <string.h>

#define TILE_HALF (VBET_VIEW_TILE / 2)
/* Cables of one pair of devices are this far apart at their middle. */
#define FAN_STEP 26.0
/* Where the NIC's name stands: this far from the device's middle, along the cable. */
#define END_DISTANCE 56.0
#define HANDLE_RADIUS 12.0
#define NAME_SIZE 13.0
#define DETAIL_SIZE 11.0
#define LINE_HEIGHT 1.35
/* A rough width of a character, for bounds: measured text is the drawing's business. */
#define CHARACTER 0.62
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
  if (!g_str_has_prefix (name, "note#") || !g_ascii_string_to_unsigned (name + 5, 10, 0, G_MAXUINT, &index, NULL))
    return FALSE;
  if (ret_index != NULL)
    *ret_index = (guint)index;
  return TRUE;
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
  g_free (self);
}

static VbetItem *
add (Builder *self, VbetItemKind kind, const char *name)
{
  VbetItem *item = g_new0 (VbetItem, 1);
  item->kind = kind;
  item->name = g_strdup (name);
  g_ptr_array_add (self->view->items, item);
  if (kind == VBET_ITEM_DEVICE || kind == VBET_ITEM_CABLE)
    g_hash_table_insert (self->view->objects, item->name, item);
  return item;
}

static gboolean
is_selected (const VbetViewInput *input, const char *name)
{
  return input->selection != NULL && g_hash_table_contains (input->selection, name);
}

/* Where device number @i is shown. */
static VbetPoint
position (const VbetViewInput *input, guint i)
{
  const VbetDevice *device = g_ptr_array_index (input->topology->devices, i);
  VbetPoint point = input->positions[i];
  if (input->overlay != NULL && input->overlay->moving && is_selected (input, device->name)) {
    point.x += input->overlay->move_by.x;
    point.y += input->overlay->move_by.y;
  }
  return point;
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

static VbetRect
text_bounds (const char *text, VbetPoint top, double size)
{
  double longest = 0, lines = 1, run = 0;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c)) {
    run = *c == '\n' ? 0 : run + 1;
    lines += *c == '\n' ? 1 : 0;
    longest = MAX (longest, run);
  }
  double width = longest * size * CHARACTER;
  return (VbetRect){ top.x - width / 2, top.y, width, lines * size * LINE_HEIGHT };
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
  item->bounds = text_bounds (text, at, size);
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

VbetPoint
vbet_item_point (const VbetItem *self, double t)
{
  double u = 1 - t;
  return (VbetPoint){ u * u * self->a.x + 2 * u * t * self->control.x + t * t * self->b.x,
                      u * u * self->a.y + 2 * u * t * self->control.y + t * t * self->b.y };
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
  VbetRect box = text_bounds (device->name, top, NAME_SIZE);
  g_autofree char *lines = details (device, self->input->show);
  top.y += NAME_SIZE * LINE_HEIGHT;
  if (lines != NULL)
    box = vbet_rect_union (box, text_bounds (lines, top, DETAIL_SIZE));
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
  count_pairs (self);
  for (guint i = 0; i < cables->len; i++)
    add_cable (self, g_ptr_array_index (cables, i), i);
}

static void
add_wire (Builder *self)
{
  const VbetOverlay *overlay = self->input->overlay;
  VbetPoint from;
  if (overlay == NULL || !position_of (self, overlay->wire_from, &from))
    return;
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

static void
add_notes (Builder *self)
{
  const GPtrArray *notes = self->input->topology->notes;
  for (guint i = 0; i < notes->len; i++) {
    const VbetNote *note = g_ptr_array_index (notes, i);
    const VbetValue *at = vbet_attributes_get (note->attributes, "at");
    VbetPoint point = { 40, 40 + 60.0 * i };
    if (at != NULL && at->type == VBET_VALUE_POINT)
      point = (VbetPoint){ at->as.point.x, at->as.point.y };
    VbetItem *item = add (self, VBET_ITEM_NOTE, NULL);
    item->text = g_strdup (note->text != NULL ? note->text : "");
    item->a = point;
    item->bounds = text_bounds (item->text, point, NAME_SIZE);
    item->bounds.x = point.x;
    item->bounds = vbet_rect_grow (item->bounds, 8);
  }
}

static void
add_handles (Builder *self)
{
  const VbetOverlay *overlay = self->input->overlay;
  VbetPoint at;
  if (overlay == NULL || !overlay->handles || !position_of (self, overlay->hover, &at))
    return;
  const VbetPoint offsets[] = { { TILE_HALF, 0 }, { -TILE_HALF, 0 }, { 0, -TILE_HALF } };
  double radius = HANDLE_RADIUS / MIN (self->input->zoom, 1);
  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++) {
    VbetItem *item = add (self, VBET_ITEM_HANDLE, overlay->hover);
    item->a = (VbetPoint){ at.x + offsets[i].x, at.y + offsets[i].y };
    item->bounds = vbet_rect_grow ((VbetRect){ item->a.x, item->a.y, 0, 0 }, radius);
  }
}

static void
add_tool_items (Builder *self)
{
  const VbetOverlay *overlay = self->input->overlay;
  if (overlay == NULL)
    return;
  if (overlay->ghost != 0) {
    VbetItem *item = add (self, VBET_ITEM_GHOST, NULL);
    item->device_kind = overlay->ghost;
    item->a = overlay->ghost_at;
    item->bounds = vbet_rect_grow ((VbetRect){ item->a.x, item->a.y, 0, 0 }, TILE_HALF);
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

/* --- questions -------------------------------------------------------------------- */

VbetRect
vbet_view_bounds (const VbetView *self)
{
  VbetRect box = { 0, 0, 0, 0 };
  gboolean any = FALSE;
  for (guint i = 0; i < self->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (self->items, i);
    if (item->kind == VBET_ITEM_HANDLE || item->kind == VBET_ITEM_GHOST || item->kind == VBET_ITEM_BAND
        || item->kind == VBET_ITEM_WIRE)
      continue;
    box = any ? vbet_rect_union (box, item->bounds) : item->bounds;
    any = TRUE;
  }
  return box;
}

static double
curve_distance (const VbetItem *item, VbetPoint to)
{
  double best = G_MAXDOUBLE;
  VbetPoint from = item->a;
  for (guint i = 1; i <= 16; i++) {
    VbetPoint next = vbet_item_point (item, i / 16.0);
    double dx = next.x - from.x, dy = next.y - from.y;
    double length = dx * dx + dy * dy;
    double t = length > 0 ? CLAMP (((to.x - from.x) * dx + (to.y - from.y) * dy) / length, 0, 1) : 0;
    best = MIN (best, vbet_point_distance (to, (VbetPoint){ from.x + t * dx, from.y + t * dy }));
    from = next;
  }
  return best;
}

static gboolean
hits (const VbetItem *item, VbetPoint at, double zoom)
{
  double least = 12 / zoom;
  switch (item->kind) {
  case VBET_ITEM_HANDLE:
    return vbet_point_distance (item->a, at) <= MAX (item->bounds.width / 2, least);
  case VBET_ITEM_DEVICE:
    return vbet_rect_contains (vbet_rect_grow (item->bounds, MAX (0, least - item->bounds.width / 2)), at.x,
                               at.y);
  case VBET_ITEM_TEXT: /* a name, and the gap between it and its tile */
    return item->style == VBET_TEXT_NAME && vbet_rect_contains (vbet_rect_grow (item->bounds, 4), at.x, at.y);
  case VBET_ITEM_CABLE:
    return curve_distance (item, at) <= 8 / zoom;
  case VBET_ITEM_NOTE:
  case VBET_ITEM_WIRE:
  case VBET_ITEM_GHOST:
  case VBET_ITEM_BAND:
  default:
    return FALSE;
  }
}

const VbetItem *
vbet_view_hit (const VbetView *self, double x, double y)
{
  for (guint i = self->items->len; i > 0; i--) {
    const VbetItem *item = g_ptr_array_index (self->items, i - 1);
    if (hits (item, (VbetPoint){ x, y }, self->zoom))
      return item->kind == VBET_ITEM_TEXT ? vbet_view_find (self, item->name) : item;
  }
  return NULL;
}

const VbetItem *
vbet_view_find (const VbetView *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->objects, name) : NULL;
}

char **
vbet_view_within (const VbetView *self, VbetRect band)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < self->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (self->items, i);
    if (item->kind == VBET_ITEM_DEVICE && vbet_rect_contains (band, item->a.x, item->a.y))
      g_strv_builder_add (names, item->name);
  }
  return g_strv_builder_end (names);
}

static void
append_flags (GString *text, guint flags)
{
  static const char *const names[]
      = { "selected", "hovered", "target", "down", "loose-a", "loose-b", "running" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (flags & (1u << i))
      g_string_append_printf (text, " %s", names[i]);
}

char *
vbet_view_to_text (const VbetView *self)
{
  static const char *const kinds[] = { "note", "cable", "wire", "device", "text", "handle", "ghost", "band" };
  static const char *const styles[] = { "name", "detail", "end", "badge" };
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < self->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (self->items, i);
    g_string_append (text, kinds[item->kind]);
    if (item->kind == VBET_ITEM_TEXT)
      g_string_append_printf (text, " %s", styles[item->style]);
    if (item->name != NULL)
      g_string_append_printf (text, " %s", item->name);
    if (item->device_kind != 0)
      g_string_append_printf (text, " %s", vbet_kind_name (item->device_kind));
    if (item->kind == VBET_ITEM_DEVICE)
      g_string_append_printf (text, " %s", vbet_device_state_name (item->state));
    if (item->text != NULL) {
      g_autofree char *escaped = g_strescape (item->text, NULL);
      g_string_append_printf (text, " \"%s\"", escaped);
    }
    if (item->kind == VBET_ITEM_CABLE || item->kind == VBET_ITEM_WIRE)
      g_string_append_printf (text, " (%.0f,%.0f)-(%.0f,%.0f)", item->a.x, item->a.y, item->b.x, item->b.y);
    else if (item->kind == VBET_ITEM_BAND)
      g_string_append_printf (text, " (%.0f,%.0f) %.0fx%.0f", item->bounds.x, item->bounds.y,
                              item->bounds.width, item->bounds.height);
    else
      g_string_append_printf (text, " (%.0f,%.0f)", item->a.x, item->a.y);
    append_flags (text, item->flags);
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}
