/* room.c - see room.h. */
#include "config.h"

#include "engine/room.h"

struct VbetRoom {
  gatomicrefcount references;
  gsize limit;
  gsize used;
};

VbetRoom *
vbet_room_new (gsize limit)
{
  VbetRoom *self = g_new0 (VbetRoom, 1);
  g_atomic_ref_count_init (&self->references);
  self->limit = limit;
  return self;
}

VbetRoom *
vbet_room_ref (VbetRoom *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
vbet_room_unref (VbetRoom *self)
{
  if (g_atomic_ref_count_dec (&self->references))
    g_free (self);
}

gboolean
vbet_room_take (VbetRoom *self, gsize size)
{
  if (size > self->limit - self->used)
    return FALSE;
  self->used += size;
  return TRUE;
}

void
vbet_room_give (VbetRoom *self, gsize size)
{
  g_return_if_fail (size <= self->used);
  self->used -= size;
}

gsize
vbet_room_get_used (const VbetRoom *self)
{
  return self->used;
}

/* Bytes with their room. */
typedef struct {
  VbetRoom *room;
  guint8 *data;
  gsize size;
} Held;

static void
held_free (gpointer data)
{
  Held *self = data;
  vbet_room_give (self->room, self->size);
  vbet_room_unref (self->room);
  g_free (self->data);
  g_free (self);
}

GBytes *
vbet_room_bytes (VbetRoom *self, guint8 *data, gsize size)
{
  Held *held = g_new (Held, 1);
  *held = (Held){ vbet_room_ref (self), data, size };
  return g_bytes_new_with_free_func (data, size, held_free, held);
}
