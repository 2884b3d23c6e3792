/* libraries.c - see libraries.h. */
#include "config.h"

#include "guest/libraries.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One ELF file in memory; what it says of itself is believed only within its bounds. */
typedef struct {
  const char *bytes;
  size_t size;
  const Elf64_Phdr *programs;
  size_t n_programs;
} Elf;

static int
elf_open (Elf *self, const char *path)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return -errno;
  bool good
      = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && (size_t)status.st_size >= sizeof (Elf64_Ehdr);
  self->size = good ? (size_t)status.st_size : 0;
  self->bytes = good ? mmap (NULL, self->size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  (void)close (fd);
  if (self->bytes == MAP_FAILED)
    return -ENOEXEC;
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)self->bytes;
  self->n_programs = header->e_phnum;
  if (memcmp (header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64
      && header->e_phentsize == sizeof (Elf64_Phdr) && header->e_phoff % sizeof (uint64_t) == 0
      && header->e_phoff < self->size
      && self->n_programs <= (self->size - header->e_phoff) / sizeof (Elf64_Phdr)) {
    self->programs = (const Elf64_Phdr *)(self->bytes + header->e_phoff);
    return 0;
  }
  (void)munmap ((void *)self->bytes, self->size);
  return -ENOEXEC;
}

static void
elf_close (Elf *self)
{
  (void)munmap ((void *)self->bytes, self->size);
}

static const Elf64_Phdr *
elf_program (const Elf *self, uint32_t type)
{
  for (size_t i = 0; i < self->n_programs; i++)
    if (self->programs[i].p_type == type && self->programs[i].p_offset < self->size
        && self->programs[i].p_filesz <= self->size - self->programs[i].p_offset)
      return &self->programs[i];
  return NULL;
}

/* The text at @offset of the file; NULL when it does not end within. */
static const char *
elf_text (const Elf *self, uint64_t offset)
{
  if (offset >= self->size || memchr (self->bytes + offset, '\0', self->size - offset) == NULL)
    return NULL;
  return self->bytes + offset;
}

/* Where in the file the byte at @address is; SIZE_MAX: nowhere. */
static uint64_t
elf_offset (const Elf *self, uint64_t address)
{
  for (size_t i = 0; i < self->n_programs; i++) {
    const Elf64_Phdr *program = &self->programs[i];
    if (program->p_type == PT_LOAD && address >= program->p_vaddr
        && address - program->p_vaddr < program->p_filesz)
      return program->p_offset + (address - program->p_vaddr);
  }
  return SIZE_MAX;
}

/* The @index-th DT_NEEDED; NULL behind the last one. */
static const char *
elf_needed (const Elf *self, size_t index)
{
  const Elf64_Phdr *program = elf_program (self, PT_DYNAMIC);
  if (program == NULL || program->p_offset % sizeof (uint64_t) != 0)
    return NULL;
  const Elf64_Dyn *entries = (const Elf64_Dyn *)(self->bytes + program->p_offset);
  size_t n = program->p_filesz / sizeof entries[0];
  uint64_t strings = SIZE_MAX;
  for (size_t i = 0; i < n && entries[i].d_tag != DT_NULL; i++)
    if (entries[i].d_tag == DT_STRTAB)
      strings = elf_offset (self, entries[i].d_un.d_ptr);
  for (size_t i = 0; strings != SIZE_MAX && i < n && entries[i].d_tag != DT_NULL; i++)
    if (entries[i].d_tag == DT_NEEDED && index-- == 0)
      return elf_text (self, strings + entries[i].d_un.d_val);
  return NULL;
}

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  return slash != NULL ? slash + 1 : path;
}

static bool
is_known (const VbetLibraries *self, const char *name)
{
  if (strcmp (base_name (self->loader), name) == 0)
    return true;
  for (size_t i = 0; i < self->n; i++)
    if (strcmp (base_name (self->paths[i]), name) == 0)
      return true;
  return false;
}

static int
add_library (VbetLibraries *self, const char *loader_folder, const char *name)
{
  const char *const folders[]
      = { loader_folder, "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib",
          "/usr/lib" };
  if (strchr (name, '/') != NULL || name[0] == '\0')
    return -ENOENT;
  if (is_known (self, name))
    return 0;
  if (self->n == VBET_LIBRARIES_MAX)
    return -E2BIG;
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
    char *path = self->paths[self->n];
    int length = snprintf (path, PATH_MAX, "%s/%s", folders[i], name);
    if (length > 0 && length < PATH_MAX && access (path, R_OK) == 0) {
      self->n++;
      return 0;
    }
  }
  return -ENOENT;
}

static int
add_needed (VbetLibraries *self, const char *loader_folder, const Elf *elf)
{
  const char *name = NULL;
  int result = 0;
  for (size_t i = 0; result == 0 && (name = elf_needed (elf, i)) != NULL; i++)
    result = add_library (self, loader_folder, name);
  return result;
}

/* The folder in which the loader really is, after links: the C library is beside it. */
static int
find_loader (VbetLibraries *self, const Elf *elf, char *ret_folder)
{
  const Elf64_Phdr *program = elf_program (elf, PT_INTERP);
  const char *loader = program != NULL ? elf_text (elf, program->p_offset) : NULL;
  if (loader == NULL)
    return 0;
  if (loader[0] != '/' || strlen (loader) >= sizeof self->loader || realpath (loader, ret_folder) == NULL)
    return -ENOENT;
  (void)memcpy (self->loader, loader, strlen (loader) + 1);
  *strrchr (ret_folder, '/') = '\0';
  return 0;
}

int
vbet_libraries_find (const char *program, VbetLibraries *ret_libraries)
{
  char folder[PATH_MAX] = "";
  Elf elf;
  ret_libraries->loader[0] = '\0';
  ret_libraries->n = 0;
  int result = elf_open (&elf, program);
  if (result != 0)
    return result;
  result = find_loader (ret_libraries, &elf, folder);
  if (result == 0 && ret_libraries->loader[0] != '\0')
    result = add_needed (ret_libraries, folder, &elf);
  elf_close (&elf);
  /* The C library loads this one when a thread ends, and aborts where it is not there; on some hosts it is not. */
  if (result == 0 && ret_libraries->loader[0] != '\0'
      && add_library (ret_libraries, folder, "libgcc_s.so.1") == -E2BIG)
    result = -E2BIG;
  /* The list grows while it is walked. */
  for (size_t i = 0; result == 0 && i < ret_libraries->n; i++) {
    result = elf_open (&elf, ret_libraries->paths[i]);
    if (result == 0) {
      result = add_needed (ret_libraries, folder, &elf);
      elf_close (&elf);
    }
  }
  return result;
}
