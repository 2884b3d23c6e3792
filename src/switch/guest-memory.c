/* guest-memory.c - see guest-memory.h. */
#include "config.h"

#include "switch/guest-memory.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Address space of one guest's memory, and its alignment: so the arena of any address in it is known. */
#define ARENA (G_GUINT64_CONSTANT (32) << 30)
G_STATIC_ASSERT (ARENA > VBET_GUEST_MEMORY_MAX);
#define MAGIC G_GUINT64_CONSTANT (0x7662657461726e61)

/* The arena's first page; mappings follow. */
struct VbetGuestArena {
  guint64 magic;
  gsize used; /* bytes, this page included */
  gboolean lost;
};

static gsize
to_pages (guint64 bytes)
{
  gsize page = (gsize)getpagesize ();
  return (gsize)(bytes + page - 1) / page * page;
}

/* --- mapping ------------------------------------------------------------------------ */

static VbetGuestArena *
arena_new (void)
{
  gsize page = (gsize)getpagesize ();
  /* Twice the room, of which an aligned half is kept. */
  guint8 *wide = mmap (NULL, 2 * ARENA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (wide == MAP_FAILED)
    return NULL;
  gsize before = (ARENA - (guintptr)wide % ARENA) % ARENA;
  if (before > 0)
    munmap (wide, before);
  munmap (wide + before + ARENA, ARENA - before);
  VbetGuestArena *self = (VbetGuestArena *)(gpointer)(wide + before);
  if (mprotect (self, page, PROT_READ | PROT_WRITE) != 0) {
    munmap (self, ARENA);
    return NULL;
  }
  *self = (VbetGuestArena){ .magic = MAGIC, .used = page };
  return self;
}

static int
map_region (VbetGuestMemory *self, const VbetGuestRegion *region, int fd)
{
  struct stat status;
  VbetGuestArena *arena = self->arena;
  if (region->size == 0 || region->size > VBET_GUEST_MEMORY_MAX || region->offset > (guint64)G_MAXINT64 / 2
      || region->guest > G_MAXUINT64 - region->size || region->user > G_MAXUINT64 - region->size)
    return -EINVAL;
  gsize page = (gsize)getpagesize ();
  gsize skipped = (gsize)region->offset / page * page;
  gsize length = to_pages (region->size + region->offset - skipped);
  if (length > VBET_GUEST_MEMORY_MAX + page - arena->used)
    return -ENOMEM;
  if (fstat (fd, &status) != 0)
    return -errno;
  if (!S_ISREG (status.st_mode) || (guint64)status.st_size < region->size + region->offset)
    return -EINVAL;
  guint8 *at = (guint8 *)arena + arena->used;
  if (mmap (at, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, (off_t)skipped)
      == MAP_FAILED)
    return -errno;
  arena->used += length;
  self->table.regions[self->table.n++] = (VbetMemoryRegion){ .guest = region->guest,
                                                             .user = region->user,
                                                             .size = region->size,
                                                             .host = at + (region->offset - skipped) };
  return 0;
}

int
vbet_guest_memory_map (VbetGuestMemory *self, const VbetGuestRegion *regions, const int *fds, guint n)
{
  *self = (VbetGuestMemory){ 0 };
  if (n > VBET_MEMORY_REGIONS)
    return -EINVAL;
  self->arena = arena_new ();
  if (self->arena == NULL)
    return -ENOMEM;
  for (guint i = 0; i < n; i++) {
    int result = map_region (self, &regions[i], fds[i]);
    if (result != 0) {
      vbet_guest_memory_unmap (self);
      return result;
    }
  }
  return 0;
}

void
vbet_guest_memory_unmap (VbetGuestMemory *self)
{
  if (self->arena != NULL)
    munmap (self->arena, ARENA);
  *self = (VbetGuestMemory){ 0 };
}

/* --- files that are cut short ---------------------------------------------------------- */

gboolean
vbet_guest_memory_is_lost (const VbetGuestMemory *self)
{
  return self->arena != NULL && *(volatile const gboolean *)&self->arena->lost;
}

/* The only memory here whose file somebody else can cut is a guest's. All of it is replaced at once: page by
 * page, a guest could make us use up memory and mappings. */
static void
on_bus_error (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  gsize page = (gsize)getpagesize ();
  VbetGuestArena *arena = (VbetGuestArena *)((guintptr)info->si_addr & ~(guintptr)(ARENA - 1));
  (void)context;
  if (info->si_code != BUS_ADRERR || arena == NULL || arena->magic != MAGIC
      || mmap ((guint8 *)arena + page, arena->used - page, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0)
             == MAP_FAILED)
    signal (number, SIG_DFL); /* and it happens again */
  else
    arena->lost = TRUE;
  errno = saved;
}

int
vbet_guest_memory_guard (void)
{
  struct sigaction action;
  memset (&action, 0, sizeof action);
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  return sigaction (SIGBUS, &action, NULL) == 0 ? 0 : -errno;
}
