/* view-query.c - questions about a view model: what is where, what is hit, all of it as text; see view.h. */
#include "config.h"

#include "gui/model/view-private.h"

VbetPoint
vbet_item_point (const VbetItem *self, double t)
{
  double u = 1 - t;
  return (VbetPoint){ u * u * self->a.x + 2 * u * t * self->control.x + t * t * self->b.x,
                      u * u * self->a.y + 2 * u * t * self->control.y + t * t * self->b.y };
}

VbetRect
vbet_view_bounds (const VbetView *self)
{
  VbetRect box = { 0, 0, 0, 0 };
  gboolean any = FALSE;
  for (guint i = 0; i < self->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (self->items, i);
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

/* A frame is hit at its border and at its title: what lies in it is meant otherwise. */
static gboolean
hits_note (const VbetItem *item, VbetPoint at, double zoom)
{
  if (!(item->flags & VBET_ITEM_FRAME))
    return vbet_rect_contains (item->bounds, at.x, at.y);
  double near = 7 / zoom;
  VbetRect title = item->bounds;
  title.width = MIN (item->title.x + 2 * NOTE_PADDING, title.width);
  title.height = MIN (item->title.y + NOTE_PADDING, title.height);
  if (*item->text != '\0' && vbet_rect_contains (title, at.x, at.y))
    return TRUE;
  return vbet_rect_contains (vbet_rect_grow (item->bounds, near), at.x, at.y)
         && !vbet_rect_contains (vbet_rect_grow (item->bounds, -near), at.x, at.y);
}

static gboolean
hits (const VbetItem *item, VbetPoint at, double zoom)
{
  double least = 12 / zoom;
  switch (item->kind) {
  case VBET_ITEM_HANDLE:
    return vbet_point_distance (item->a, at) <= MAX (item->bounds.width / 2, HANDLE_RADIUS / zoom);
  case VBET_ITEM_DEVICE:
    return vbet_rect_contains (vbet_rect_grow (item->bounds, MAX (0, least - item->bounds.width / 2)), at.x,
                               at.y);
  case VBET_ITEM_TEXT: /* a name, and the gap between it and its tile */
    return item->style == VBET_TEXT_NAME && vbet_rect_contains (vbet_rect_grow (item->bounds, 4), at.x, at.y);
  case VBET_ITEM_CABLE:
    return curve_distance (item, at) <= 8 / zoom;
  case VBET_ITEM_NOTE:
    return hits_note (item, at, zoom);
  case VBET_ITEM_GUIDE:
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
  VbetPoint at = { x, y };
  for (guint i = self->tool->len; i > 0; i--)
    if (hits (g_ptr_array_index (self->tool, i - 1), at, self->zoom))
      return g_ptr_array_index (self->tool, i - 1);
  g_autoptr (GArray) near = g_array_new (FALSE, FALSE, sizeof (guint));
  vbet_view_near (self, vbet_rect_grow ((VbetRect){ x, y, 0, 0 }, MAX (12 / self->zoom, 12)), near);
  for (guint i = near->len; i > 0; i--) {
    const VbetItem *item = g_ptr_array_index (self->items, g_array_index (near, guint, i - 1));
    if (!(item->flags & VBET_ITEM_AWAY) && hits (item, at, self->zoom))
      return item->kind == VBET_ITEM_TEXT ? vbet_view_find (self, item->name) : item;
  }
  return NULL;
}

const VbetItem *
vbet_view_find (const VbetView *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->objects, name) : NULL;
}

static gboolean
holds (VbetRect outer, VbetRect inner)
{
  return vbet_rect_contains (outer, inner.x, inner.y)
         && vbet_rect_contains (outer, inner.x + inner.width, inner.y + inner.height);
}

char **
vbet_view_within (const VbetView *self, VbetRect band)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (guint i = 0; i < self->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (self->items, i);
    if ((item->kind == VBET_ITEM_DEVICE && vbet_rect_contains (band, item->a.x, item->a.y))
        || (item->kind == VBET_ITEM_NOTE && holds (band, item->bounds)))
      g_strv_builder_add (names, item->name);
  }
  return g_strv_builder_end (names);
}

GHashTable *
vbet_view_contents (const VbetView *self, GHashTable *names)
{
  GHashTable *all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name = NULL;
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    const VbetItem *item = vbet_view_find (self, name);
    g_hash_table_add (all, g_strdup (name));
    if (item == NULL || !(item->flags & VBET_ITEM_FRAME))
      continue;
    g_auto (GStrv) inside = vbet_view_within (self, item->bounds);
    for (guint i = 0; inside[i] != NULL; i++)
      g_hash_table_add (all, g_strdup (inside[i]));
  }
  return all;
}

static void
append_flags (GString *text, guint flags)
{
  static const char *const names[] = { "selected", "hovered", "target", "down",    "loose-a",
                                       "loose-b",  "running", "frame",  "editing", "away" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (flags & (1u << i))
      g_string_append_printf (text, " %s", names[i]);
  if (flags & VBET_ITEM_ALARMED)
    g_string_append (text, " alarmed");
}

static void
append_item (GString *text, const VbetItem *item)
{
  static const char *const kinds[]
      = { "note", "cable", "wire", "device", "text", "handle", "ghost", "band", "guide" };
  static const char *const handles[] = { "free", "used", "new", "end", "size" };
  static const char *const styles[] = { "name", "detail", "end", "badge", "load", "note" };
  g_string_append (text, kinds[item->kind]);
  if (item->kind == VBET_ITEM_TEXT)
    g_string_append_printf (text, " %s", styles[item->style]);
  if (item->name != NULL)
    g_string_append_printf (text, " %s", item->name);
  if (item->kind == VBET_ITEM_HANDLE)
    g_string_append_printf (text, " %s %u", handles[item->handle], item->number);
  if (item->device_kind != 0)
    g_string_append_printf (text, " %s", vbet_kind_name (item->device_kind));
  if (item->kind == VBET_ITEM_DEVICE)
    g_string_append_printf (text, " %s", vbet_device_state_name (item->state));
  if (item->text != NULL) {
    g_autofree char *escaped = g_strescape (item->text, NULL);
    g_string_append_printf (text, " \"%s\"", escaped);
  }
  if (item->kind == VBET_ITEM_CABLE || item->kind == VBET_ITEM_WIRE || item->kind == VBET_ITEM_GUIDE)
    g_string_append_printf (text, " (%.0f,%.0f)-(%.0f,%.0f)", item->a.x, item->a.y, item->b.x, item->b.y);
  else if (item->kind == VBET_ITEM_BAND || item->kind == VBET_ITEM_NOTE)
    g_string_append_printf (text, " (%.0f,%.0f) %.0fx%.0f", item->bounds.x, item->bounds.y,
                            item->bounds.width, item->bounds.height);
  else
    g_string_append_printf (text, " (%.0f,%.0f)", item->a.x, item->a.y);
  append_flags (text, item->flags);
  g_string_append_c (text, '\n');
}

char *
vbet_view_to_text (const VbetView *self)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < self->items->len; i++)
    append_item (text, g_ptr_array_index (self->items, i));
  for (guint i = 0; i < self->tool->len; i++)
    append_item (text, g_ptr_array_index (self->tool, i));
  return g_string_free (text, FALSE);
}
