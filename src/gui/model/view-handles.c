/* view-handles.c - where a device offers its NICs: discs around its tile; see view.h.
 *
 * A NIC with a cable is where the cable comes in. The others, and one more
 * that would be new, go where most room is left, not below the tile as long as
 * that can be avoided: the device's name is there. The circle grows with the
 * number of NICs.
 */
#include "config.h"

#include "gui/model/view.h"

#define RADIUS (VBET_VIEW_TILE / 2 + 9)
#define SPACING 23.0 /* between the middles of two discs on the circle */
#define DIRECTIONS 48
#define ROUNDS 12

typedef struct {
  VbetNicHandle handle;
  double angle;
} Slot;

static double
turn (double from, double to)
{
  double angle = fmod (to - from, 2 * G_PI);
  return angle < 0 ? angle + 2 * G_PI : angle;
}

static double
apart (double a, double b)
{
  double angle = turn (a, b);
  return MIN (angle, 2 * G_PI - angle);
}

static gboolean
may_grow (const VbetDevice *device)
{
  return (device->kind & VBET_KIND_OUTSIDE) == 0 && device->nics->len < vbet_kind_most_nics (device->kind);
}

/* Which way the cable in @nic leaves the device. */
static double
way_of_cable (const VbetItem *cable, const VbetNic *nic, double reach)
{
  VbetPoint from = nic->cable_end == 0 ? cable->a : cable->b, point = from;
  for (guint i = 1; i <= 32 && vbet_point_distance (from, point) < reach; i++)
    point = vbet_item_point (cable, nic->cable_end == 0 ? i / 32.0 : 1 - i / 32.0);
  return atan2 (point.y - from.y, point.x - from.x);
}

static int
by_angle (gconstpointer a, gconstpointer b)
{
  double difference = ((const Slot *)a)->angle - ((const Slot *)b)->angle;
  return difference < 0 ? -1 : difference > 0;
}

/* Pushes slots apart that are nearer than @least. */
static void
spread (GArray *slots, double least)
{
  for (guint round = 0; round < ROUNDS && slots->len > 1; round++) {
    g_array_sort (slots, by_angle);
    for (guint i = 0; i < slots->len; i++) {
      Slot *a = &g_array_index (slots, Slot, i), *b = &g_array_index (slots, Slot, (i + 1) % slots->len);
      double gap = turn (a->angle, b->angle);
      if (gap >= least)
        continue;
      a->angle -= (least - gap) / 2 * 1.02;
      b->angle += (least - gap) / 2 * 1.02;
    }
  }
}

/* The direction with most room: to the right where all are alike. */
static double
roomiest (const GArray *slots, double least)
{
  double best = 0, best_room = -1;
  for (guint pass = 0; pass < 2 && best_room < least; pass++)
    for (guint i = 0; i < DIRECTIONS; i++) {
      double angle = 2 * G_PI * i / DIRECTIONS, room = 2 * G_PI;
      if (pass == 0 && apart (angle, G_PI / 2) < G_PI / 4)
        continue;
      for (guint k = 0; k < slots->len; k++)
        room = MIN (room, apart (angle, g_array_index (slots, Slot, k).angle));
      if (room > best_room + 0.01) {
        best = angle;
        best_room = room;
      }
    }
  return best;
}

GArray *
vbet_view_nic_handles (const VbetView *self, const VbetDevice *device)
{
  g_autoptr (GArray) slots = g_array_new (FALSE, FALSE, sizeof (Slot));
  GArray *handles = g_array_new (FALSE, FALSE, sizeof (VbetNicHandle));
  const VbetItem *tile = vbet_view_find (self, device->name);
  guint n = device->nics->len + (may_grow (device) ? 1 : 0);
  double radius = MAX (RADIUS, n * SPACING * 1.12 / (2 * G_PI)), least = SPACING / radius;
  if (tile == NULL)
    return handles;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    const VbetItem *cable = vbet_view_find (self, nic->cable);
    if (cable == NULL)
      continue;
    Slot slot = { { nic->index, VBET_HANDLE_USED, { 0, 0 } }, way_of_cable (cable, nic, radius) };
    g_array_append_val (slots, slot);
  }
  spread (slots, least);
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (vbet_view_find (self, nic->cable) != NULL)
      continue;
    VbetHandleKind kind = nic->cable != NULL ? VBET_HANDLE_USED : VBET_HANDLE_FREE;
    Slot slot = { { nic->index, kind, { 0, 0 } }, roomiest (slots, least) };
    g_array_append_val (slots, slot);
  }
  if (may_grow (device)) {
    Slot slot = { { 0, VBET_HANDLE_NEW, { 0, 0 } }, roomiest (slots, least) };
    g_array_append_val (slots, slot);
  }
  spread (slots, least);
  for (guint i = 0; i < slots->len; i++) {
    Slot *slot = &g_array_index (slots, Slot, i);
    slot->handle.at
        = (VbetPoint){ tile->a.x + radius * cos (slot->angle), tile->a.y + radius * sin (slot->angle) };
    g_array_append_val (handles, slot->handle);
  }
  return handles;
}
