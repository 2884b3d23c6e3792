/* guest-memory.c - see guest-memory.h. */
#include "config.h"

#include "switch/guest-memory.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_MAX_BYTES (G_GUINT64_CONSTANT (1) << 40)

static int
map_region (VbetGuestMemory *self, const VbetGuestRegion *region, int fd)
{
  struct stat status;
  if (region->size == 0 || region->size > SIZE_MAX_BYTES || region->offset > SIZE_MAX_BYTES
      || region->guest > G_MAXUINT64 - region->size || region->user > G_MAXUINT64 - region->size)
    return -EINVAL;
  guint64 length = region->size + region->offset;
  if (fstat (fd, &status) != 0)
    return -errno;
  if (!S_ISREG (status.st_mode) || (guint64)status.st_size < length)
    return -EINVAL;
  gpointer mapped = mmap (NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (mapped == MAP_FAILED)
    return -errno;
  guint n = self->table.n++;
  self->mapped[n] = mapped;
  self->length[n] = length;
  self->table.regions[n] = (VbetMemoryRegion){ .guest = region->guest,
                                               .user = region->user,
                                               .size = region->size,
                                               .host = (guint8 *)mapped + region->offset };
  return 0;
}

int
vbet_guest_memory_map (VbetGuestMemory *self, const VbetGuestRegion *regions, const int *fds, guint n)
{
  *self = (VbetGuestMemory){ 0 };
  if (n > VBET_MEMORY_REGIONS)
    return -EINVAL;
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
  for (guint i = 0; i < self->table.n; i++)
    munmap (self->mapped[i], self->length[i]);
  *self = (VbetGuestMemory){ 0 };
}

/* The only memory here whose file somebody else can cut is a guest's. The page that takes its place is empty
 * and nobody's: that guest has destroyed its own rings, and nothing else happens. */
static void
on_bus_error (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  guintptr page = (guintptr)getpagesize ();
  gpointer at = (gpointer)((guintptr)info->si_addr & ~(page - 1));
  (void)context;
  if (info->si_code != BUS_ADRERR
      || mmap (at, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
             == MAP_FAILED)
    signal (number, SIG_DFL); /* and it happens again */
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
