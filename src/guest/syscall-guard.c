/* syscall-guard.c - see syscall-guard.h. */
#include "config.h"

#include "guest/syscall-guard.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BANNER "Linux version "
#define BANNER_SEARCH 65536 /* bytes of read-only data looked at; it stands at their start */
#define HEADERS_MAX 256
#define NAMES_MAX 4096
/* Three-level page tables end a guest program's addresses here; above are the kernel's stub, stack and libraries. */
#define GUEST_END 0x7fc0000000ULL
/* From 6.13 on programs start in a small stub program of the kernel, at an address of a guest's program. */
#define VERSION_END 6013

static bool
read_at (int fd, void *to, size_t size, uint64_t offset)
{
  return pread (fd, to, size, (off_t) offset) == (ssize_t) size;
}

/* Reads the version from the banner at the start of the section @data. Returns 0 when there is none. */
static unsigned
read_version (int fd, const Elf64_Shdr *data)
{
  size_t size = data->sh_size < BANNER_SEARCH ? (size_t) data->sh_size : BANNER_SEARCH;
  char *text = malloc (size + 1);
  unsigned version = 0;
  if (text == NULL || !read_at (fd, text, size, data->sh_offset)) {
    free (text);
    return 0;
  }
  text[size] = '\0';
  char *banner = memmem (text, size, BANNER, strlen (BANNER));
  if (banner != NULL) {
    char *dot = NULL;
    unsigned long major = strtoul (banner + strlen (BANNER), &dot, 10);
    unsigned long minor = *dot == '.' ? strtoul (dot + 1, NULL, 10) : 0;
    if (major > 0 && major < 1000 && minor < 1000)
      version = (unsigned) (major * 1000 + minor);
  }
  free (text);
  return version;
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
  size_t size = strings->sh_size < sizeof names ? (size_t) strings->sh_size : sizeof names;
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
  if (header->e_phentsize != sizeof programs[0] || !read_at (fd, programs, count * sizeof programs[0], header->e_phoff))
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

int
vbet_kernel_image_read (const char *path, VbetKernelImage *ret_image)
{
  Elf64_Ehdr header;
  Elf64_Shdr data;
  VbetKernelImage image;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  bool good = read_at (fd, &header, sizeof header, 0) && memcmp (header.e_ident, ELFMAG, SELFMAG) == 0
              && header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == EM_X86_64 && header.e_type == ET_EXEC
              && find_span (fd, &header, &image) && find_data (fd, &header, &data);
  image.version = good ? read_version (fd, &data) : 0;
  close (fd);
  if (!good || image.version == 0)
    return -ENOEXEC;
  *ret_image = image;
  return 0;
}

bool
vbet_syscall_guard_fits (const VbetKernelImage *image)
{
  return image->version < VERSION_END && image->end < 1ULL << 32;
}

#ifdef __x86_64__

#define HIGH(offset) ((unsigned) offsetof (struct seccomp_data, offset) + 4)
#define LOW(offset) ((unsigned) offsetof (struct seccomp_data, offset))

int
vbet_syscall_guard_install (const VbetKernelImage *image)
{
  struct sock_filter code[] = {
    /* 0 */ BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, arch)),
    /* 1 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 9),
    /* 2 */ BPF_STMT (BPF_LD | BPF_W | BPF_ABS, HIGH (instruction_pointer)),
    /* 3 */ BPF_JUMP (BPF_JMP | BPF_JGT | BPF_K, (unsigned) (GUEST_END >> 32), 8, 0),
    /* 4 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (unsigned) (GUEST_END >> 32), 3, 0),
    /* 5 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
    /* 6: below 4 GiB: the kernel's image, or a guest's program */
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, LOW (instruction_pointer)),
    /* 7 */ BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, (unsigned) image->start, 2, 3),
    /* 8: around the end of a guest's addresses */
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, LOW (instruction_pointer)),
    /* 9 */ BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, (unsigned) (GUEST_END & 0xffffffffU), 2, 1),
    /* 10 */ BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, (unsigned) image->end, 0, 1),
    /* 11 */ BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    /* 12 */ BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { .len = sizeof code / sizeof code[0], .filter = code };
  /* What we still have to call before the kernel takes over comes from the C library: it must be up there, shared. */
  if (getauxval (AT_BASE) < GUEST_END)
    return -ENOTSUP;
  return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : -errno;
}

#else

int
vbet_syscall_guard_install (const VbetKernelImage *image)
{
  return -ENOTSUP;
}

#endif
