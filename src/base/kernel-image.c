/* kernel-image.c - see kernel-image.h. */
#include "config.h"

#include "base/kernel-image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BANNER "Linux version "
#define BANNER_SEARCH 65536 /* bytes of read-only data looked at; it stands at their start */
#define HEADERS_MAX 256
#define NAMES_MAX 4096

static bool
read_at (int fd, void *to, size_t size, uint64_t offset)
{
  return pread (fd, to, size, (off_t)offset) == (ssize_t)size;
}

/* The word behind the banner, and the version in it. Returns false when it is none. */
static bool
take_release (const char *text, VbetKernelImage *image)
{
  size_t length = strcspn (text, " \n");
  char *dot = NULL;
  unsigned long major = strtoul (text, &dot, 10);
  unsigned long minor = *dot == '.' ? strtoul (dot + 1, NULL, 10) : 0;
  if (length == 0 || length >= sizeof image->release || major == 0 || major >= 1000 || minor >= 1000)
    return false;
  for (size_t i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] > '~')
      return false; /* it is printed, and compared with names of folders */
  memcpy (image->release, text, length);
  image->release[length] = '\0';
  image->version = (unsigned)(major * 1000 + minor);
  return true;
}

/* Looks for the banner at the start of the section @data. */
static bool
read_version (int fd, const Elf64_Shdr *data, VbetKernelImage *image)
{
  size_t size = data->sh_size < BANNER_SEARCH ? (size_t)data->sh_size : BANNER_SEARCH;
  char *text = malloc (size + 1);
  bool found = false;
  if (text != NULL && read_at (fd, text, size, data->sh_offset)) {
    text[size] = '\0';
    const char *banner = memmem (text, size, BANNER, strlen (BANNER));
    found = banner != NULL && take_release (banner + strlen (BANNER), image);
  }
  free (text);
  return found;
}

/* The section named ".rodata". Returns false when there is none. */
static bool
find_data (int fd, const Elf64_Ehdr *header, Elf64_Shdr *ret_section)
{
  Elf64_Shdr sections[HEADERS_MAX];
  char names[NAMES_MAX];
  size_t count = header->e_shnum < HEADERS_MAX ? header->e_shnum : HEADERS_MAX;
  if (header->e_shentsize != sizeof sections[0] || header->e_shstrndx >= count
      || !read_at (fd, sections, count * sizeof sections[0], header->e_shoff))
    return false;
  const Elf64_Shdr *strings = &sections[header->e_shstrndx];
  size_t size = strings->sh_size < sizeof names ? (size_t)strings->sh_size : sizeof names;
  if (size == 0 || !read_at (fd, names, size, strings->sh_offset))
    return false;
  names[size - 1] = '\0';
  for (size_t i = 0; i < count; i++)
    if (sections[i].sh_name < size && strcmp (names + sections[i].sh_name, ".rodata") == 0) {
      *ret_section = sections[i];
      return true;
    }
  return false;
}

static bool
find_span (int fd, const Elf64_Ehdr *header, VbetKernelImage *image)
{
  Elf64_Phdr programs[HEADERS_MAX];
  size_t count = header->e_phnum < HEADERS_MAX ? header->e_phnum : HEADERS_MAX;
  image->start = UINT64_MAX;
  image->end = 0;
  if (header->e_phentsize != sizeof programs[0]
      || !read_at (fd, programs, count * sizeof programs[0], header->e_phoff))
    return false;
  for (size_t i = 0; i < count; i++) {
    uint64_t end = programs[i].p_vaddr + programs[i].p_memsz;
    if (programs[i].p_type != PT_LOAD || end < programs[i].p_vaddr)
      continue;
    image->start = programs[i].p_vaddr < image->start ? programs[i].p_vaddr : image->start;
    image->end = end > image->end ? end : image->end;
  }
  return image->start < image->end;
}

static bool
read_image (int fd, VbetKernelImage *image)
{
  Elf64_Ehdr header;
  Elf64_Shdr data;
  return read_at (fd, &header, sizeof header, 0) && memcmp (header.e_ident, ELFMAG, SELFMAG) == 0
         && header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == EM_X86_64
         && header.e_type == ET_EXEC && find_span (fd, &header, image) && find_data (fd, &header, &data)
         && read_version (fd, &data, image);
}

int
vbet_kernel_image_read (const char *path, VbetKernelImage *ret_image)
{
  struct stat status;
  VbetKernelImage image = { 0 };
  /* Opening a FIFO would wait for its other end. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return -errno;
  bool good = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && read_image (fd, &image);
  (void)close (fd);
  if (!good)
    return -ENOEXEC;
  *ret_image = image;
  return 0;
}
