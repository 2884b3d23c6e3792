/* view-tool.c - what a tool is in the middle of: the wire, handles, guides, ghost and rubber band; see
 * view.h. */
#include "config.h"

#include "gui/model/view-private.h"

static VbetItem *
add (VbetView *self, VbetItemKind kind)
{
  VbetItem *item = g_new0 (VbetItem, 1);
  item->kind = kind;
  g_ptr_array_add (self->tool, item);
  return item;
}

static gboolean
device_at (const VbetView *self, const char *name, VbetPoint *ret_at)
{
  const VbetItem *item = vbet_view_find (self, name);
  if (item == NULL || item->kind != VBET_ITEM_DEVICE)
    return FALSE;
  *ret_at = item->a;
  return TRUE;
}

static void
add_wire (VbetView *self, const VbetOverlay *overlay)
{
  VbetPoint from;
  if (!device_at (self, overlay->wire_from, &from)) {
    if (!overlay->wire_loose)
      return;
    from = overlay->wire_at;
  }
  VbetItem *item = add (self, VBET_ITEM_WIRE);
  item->a = from;
  item->b = overlay->wire_to;
  device_at (self, overlay->target, &item->b); /* jumps to the device it would end at */
  item->bounds = vbet_rect_grow (vbet_rect_spanned (item->a, item->b), 3);
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

static VbetItem *
add_handle (VbetView *self, VbetHandleKind kind, const char *name, guint number, VbetPoint at)
{
  VbetItem *item = add (self, VBET_ITEM_HANDLE);
  double radius = HANDLE_RADIUS / MIN (self->zoom, 1);
  item->name = vbet_view_find (self, name)->name;
  item->handle = kind;
  item->number = number;
  item->a = at;
  item->bounds = vbet_rect_grow ((VbetRect){ at.x, at.y, 0, 0 }, radius);
  return item;
}

static void
add_nic_handles (VbetView *self, const VbetViewInput *input, const char *name, guint target)
{
  const VbetDevice *device = vbet_topology_device (input->topology, name);
  if (device == NULL || vbet_view_find (self, name) == NULL)
    return;
  g_autoptr (GArray) handles = vbet_view_nic_handles (self, device);
  for (guint i = 0; i < handles->len; i++) {
    const VbetNicHandle *handle = &g_array_index (handles, VbetNicHandle, i);
    VbetItem *item = add_handle (self, handle->kind, name, handle->nic, handle->at);
    if (target != 0 && (handle->nic == target || (handle->nic == 0 && target == G_MAXUINT)))
      item->flags |= VBET_ITEM_TARGET;
  }
}

/* At both ends, where the cable comes out of its devices' tiles. */
static void
add_end_handles (VbetView *self, const VbetItem *cable)
{
  const guint loose[] = { VBET_ITEM_LOOSE_A, VBET_ITEM_LOOSE_B };
  double length = vbet_point_distance (cable->a, cable->b);
  for (guint end = 0; end < 2; end++) {
    gboolean is_loose = (cable->flags & loose[end]) != 0;
    VbetPoint at = is_loose ? (end == 0 ? cable->a : cable->b)
                            : along (cable, end, MIN (VBET_VIEW_TILE_HALF + HANDLE_RADIUS, length / 2));
    add_handle (self, VBET_HANDLE_END, cable->name, end, at);
  }
}

static void
add_size_handles (VbetView *self, const VbetItem *note)
{
  VbetRect box = note->bounds;
  const double across[] = { 0, 0.5, 1, 1, 1, 0.5, 0, 0 }, down[] = { 0, 0, 0, 0.5, 1, 1, 1, 0.5 };
  for (guint i = 0; i < G_N_ELEMENTS (across); i++)
    add_handle (self, VBET_HANDLE_SIZE, note->name, i,
                (VbetPoint){ box.x + box.width * across[i], box.y + box.height * down[i] });
}

static void
add_handles_of (VbetView *self, const VbetViewInput *input, const char *name)
{
  const VbetItem *item = vbet_view_find (self, name);
  if (item == NULL)
    return;
  if (item->kind == VBET_ITEM_DEVICE)
    add_nic_handles (self, input, name, 0);
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
  return vbet_topology_device (input->topology, name) == NULL ? name : NULL;
}

static void
add_handles (VbetView *self, const VbetViewInput *input)
{
  const VbetOverlay *overlay = input->overlay;
  if (overlay->moving || overlay->band || overlay->resizing)
    return;
  if (overlay->wire_from != NULL || overlay->wire_loose) {
    if (overlay->target != NULL)
      add_nic_handles (self, input, overlay->target, overlay->target_nic);
    return;
  }
  const char *selected = overlay->editing == NULL ? only_selected (input) : NULL;
  if (selected != NULL)
    add_handles_of (self, input, selected);
  if (overlay->handles && overlay->hover != NULL && g_strcmp0 (overlay->hover, selected) != 0)
    add_handles_of (self, input, overlay->hover);
}

static void
add_ghost (VbetView *self, const VbetOverlay *overlay)
{
  VbetItem *item = add (self, VBET_ITEM_GHOST);
  item->device_kind = overlay->ghost;
  item->a = overlay->ghost_at;
  item->bounds = vbet_rect_grow ((VbetRect){ item->a.x, item->a.y, 0, 0 }, VBET_VIEW_TILE_HALF);
  if (overlay->ghost == VBET_KIND_NOTE) {
    item->bounds = (VbetRect){ item->a.x, item->a.y, VBET_VIEW_NOTE_WIDTH, VBET_VIEW_NOTE_HEIGHT };
    if (overlay->ghost_rect.width > 0 || overlay->ghost_rect.height > 0) {
      item->bounds = overlay->ghost_rect;
      item->flags |= VBET_ITEM_FRAME;
    }
  }
}

void
vbet_view_set_tool (VbetView *self, const VbetViewInput *input)
{
  const VbetOverlay *overlay = input->overlay;
  g_ptr_array_set_size (self->tool, 0);
  if (overlay == NULL)
    return;
  add_wire (self, overlay);
  add_handles (self, input);
  for (guint i = 0; i < overlay->n_guides; i++) {
    VbetItem *item = add (self, VBET_ITEM_GUIDE);
    item->a = overlay->guides[i].a;
    item->b = overlay->guides[i].b;
    item->bounds = vbet_rect_grow (vbet_rect_spanned (item->a, item->b), 2);
  }
  if (overlay->ghost != 0)
    add_ghost (self, overlay);
  if (overlay->band)
    add (self, VBET_ITEM_BAND)->bounds = overlay->band_rect;
}
