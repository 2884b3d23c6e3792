/* view-update.c - a view model brought up to date in place, and what of it looks different; see view.h. */
#include "config.h"

#include "gui/model/view-private.h"

#include <string.h>

static void
tell (const VbetItem *item, VbetDamage damage, gpointer data)
{
  if (damage != NULL)
    damage (vbet_item_extent (item), data);
}

void
vbet_view_set_marks (VbetView *self, const VbetViewInput *input, VbetDamage damage, gpointer data)
{
  const guint marks = VBET_ITEM_SELECTED | VBET_ITEM_HOVERED | VBET_ITEM_TARGET | VBET_ITEM_RUNNING
                      | VBET_ITEM_EDITING | VBET_ITEM_ALARMED;
  for (guint i = 0; i < self->items->len; i++) {
    VbetItem *item = g_ptr_array_index (self->items, i);
    gboolean object = item->kind == VBET_ITEM_DEVICE || item->kind == VBET_ITEM_CABLE;
    if (!object && item->kind != VBET_ITEM_NOTE
        && (item->kind != VBET_ITEM_TEXT || item->style != VBET_TEXT_NAME))
      continue;
    const guint lives = VBET_ITEM_RUNNING | VBET_ITEM_ALARMED;
    guint flags = _vbet_view_marks (input, item->name) & ~(object ? 0 : lives);
    VbetDeviceState state = item->state;
    if (item->kind == VBET_ITEM_DEVICE)
      state = input->states != NULL
                  ? (VbetDeviceState)GPOINTER_TO_INT (g_hash_table_lookup (input->states, item->name))
                  : VBET_STATE_OFF;
    if ((item->flags & marks) == flags && item->state == state)
      continue;
    item->flags = (item->flags & ~marks) | flags;
    item->state = state;
    tell (item, damage, data);
  }
}

gboolean
vbet_view_set_traffic (VbetView *self, const VbetViewInput *input, VbetDamage damage, gpointer data)
{
  gboolean same = TRUE;
  for (guint i = 0; i < self->items->len; i++) {
    VbetItem *item = g_ptr_array_index (self->items, i);
    if (item->kind != VBET_ITEM_CABLE)
      continue;
    guint8 before[2] = { item->load[0], item->load[1] };
    guint flags = item->flags;
    _vbet_view_read_traffic (input, item);
    gboolean loads = before[0] != item->load[0] || before[1] != item->load[1];
    if (!loads && flags == item->flags)
      continue;
    /* Texts make room for a lens. */
    guint lenses = VBET_ITEM_CAPTURED_A | VBET_ITEM_CAPTURED_B;
    same = same && !loads && (flags & lenses) == (item->flags & lenses);
    tell (item, damage, data);
  }
  if (self->roots != _vbet_view_roots_hash (input))
    return FALSE;
  if (self->level < 3)
    return TRUE;
  for (guint i = 0; i < self->items->len && same; i++) {
    const VbetItem *item = g_ptr_array_index (self->items, i);
    if (item->kind != VBET_ITEM_TEXT || item->style != VBET_TEXT_LOAD)
      continue;
    g_autofree char *text = _vbet_view_load_text (input, vbet_view_find (self, item->name));
    same = g_strcmp0 (text, item->text) == 0;
  }
  return same;
}

void
vbet_view_set_away (VbetView *self, const VbetViewInput *input, GHashTable *names, VbetDamage damage,
                    gpointer data)
{
  const char *lifted = input->overlay != NULL ? input->overlay->lifted : NULL;
  for (guint i = 0; i < self->items->len; i++) {
    VbetItem *item = g_ptr_array_index (self->items, i);
    gboolean away = names != NULL && item->name != NULL && g_hash_table_contains (names, item->name);
    away = away || (lifted != NULL && g_strcmp0 (item->name, lifted) == 0);
    const VbetCable *cable
        = names != NULL && !away && (item->kind == VBET_ITEM_CABLE || item->kind == VBET_ITEM_TEXT)
              ? vbet_topology_cable (input->topology, item->name)
              : NULL;
    for (guint end = 0; end < 2 && cable != NULL; end++)
      away = away
             || (cable->ends[end].device != NULL && g_hash_table_contains (names, cable->ends[end].device));
    if (away == ((item->flags & VBET_ITEM_AWAY) != 0))
      continue;
    item->flags ^= VBET_ITEM_AWAY;
    tell (item, damage, data);
  }
}

/* Two items with the same print look the same in the same place. */
static guint64
print_of (const VbetItem *item)
{
  const double numbers[]
      = { item->a.x,       item->a.y,      item->b.x,      item->b.y,          item->control.x,
          item->control.y, item->bounds.x, item->bounds.y, item->bounds.width, item->bounds.height };
  const guint words[] = { item->kind,  item->flags,   item->device_kind, item->state,
                          item->style, item->load[0], item->load[1] };
  const char *texts[] = { item->name, item->text, item->icon, item->colour };
  guint64 hash = 14695981039346656037u;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    guint64 bits = 0;
    memcpy (&bits, &numbers[i], sizeof bits);
    hash = (hash ^ bits ^ bits >> 32) * 1099511628211u;
  }
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    hash = (hash ^ words[i]) * 1099511628211u;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (const char *c = texts[i] != NULL ? texts[i] : ""; *c != '\0'; c++)
      hash = (hash ^ (guchar)*c) * 1099511628211u;
  return hash;
}

static GHashTable *
prints_of (const VbetView *view, guint64 *prints)
{
  GHashTable *set = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = 0; i < view->items->len; i++) {
    prints[i] = print_of (g_ptr_array_index (view->items, i));
    g_hash_table_add (set, &prints[i]);
  }
  return set;
}

void
vbet_view_compare (const VbetView *before, const VbetView *after, VbetDamage damage, gpointer data)
{
  const VbetView *views[] = { before, after };
  g_autofree guint64 *prints_before = g_new (guint64, before->items->len + 1);
  g_autofree guint64 *prints_after = g_new (guint64, after->items->len + 1);
  g_autoptr (GHashTable) in_before = prints_of (before, prints_before);
  g_autoptr (GHashTable) in_after = prints_of (after, prints_after);
  const guint64 *own[] = { prints_before, prints_after };
  GHashTable *others[] = { in_after, in_before };
  for (guint k = 0; k < 2; k++)
    for (guint i = 0; i < views[k]->items->len; i++)
      if (!g_hash_table_contains (others[k], &own[k][i]))
        tell (g_ptr_array_index (views[k]->items, i), damage, data);
}
