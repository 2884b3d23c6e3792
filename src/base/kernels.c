/* kernels.c - see kernels.h. */
#include "config.h"

#include "base/kernels.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"

#define BUILTIN_MAX (1024 * 1024)
#define STOCK_PROGRAM "linux.uml"

void
vbet_kernel_info_free (VbetKernelInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->path);
  g_free (self->release);
  g_free (self->source);
  g_free (self->compiler);
  g_free (self);
}

/* Lines "KEY VALUE". */
static void
read_manifest (VbetKernelInfo *self, const char *path)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    char *value = strchr (lines[i], ' ');
    if (value == NULL)
      continue;
    *value++ = '\0';
    char **field = strcmp (lines[i], "release") == 0    ? &self->release
                   : strcmp (lines[i], "source") == 0   ? &self->source
                   : strcmp (lines[i], "compiler") == 0 ? &self->compiler
                                                        : NULL;
    if (field != NULL) {
      g_free (*field);
      *field = g_strdup (value);
    } else if (strcmp (lines[i], "size") == 0) {
      self->expected = g_ascii_strtoull (value, NULL, 10);
    } else if (strcmp (lines[i], "option") == 0) {
      self->options++;
    }
  }
  /* "PACKAGE VERSION SHA256": the sum is for build-kernel. */
  char *sum = strrchr (self->source, ' ');
  if (sum != NULL && strlen (sum + 1) == 64)
    *sum = '\0';
}

/* The kernel in @folder called @name, which may be a link; NULL when there is none. */
static VbetKernelInfo *
info_new (const char *folder, const char *name)
{
  struct stat status;
  g_autofree char *path = g_build_filename (folder, name, "linux", NULL);
  char *real = realpath (path, NULL);
  if (real == NULL || stat (real, &status) != 0 || !S_ISREG (status.st_mode)) {
    free (real);
    return NULL;
  }
  VbetKernelInfo *self = g_new0 (VbetKernelInfo, 1);
  self->path = g_strdup (real);
  free (real);
  g_autofree char *place = g_path_get_dirname (self->path);
  g_autofree char *manifest = g_build_filename (place, "manifest", NULL);
  self->name = g_path_get_basename (place);
  self->release = g_strdup ("");
  self->source = g_strdup ("");
  self->compiler = g_strdup ("");
  self->size = (guint64)status.st_size;
  read_manifest (self, manifest);
  return self;
}

gboolean
vbet_kernel_info_is_whole (const VbetKernelInfo *self)
{
  return self->expected == 0 || self->expected == self->size;
}

/* The current one, in the first folder that has one; NULL. */
static VbetKernelInfo *
find_info (const char *name)
{
  g_auto (GStrv) folders = vbet_paths_kernel_search ();
  VbetKernelInfo *found = NULL;
  for (gsize i = 0; folders[i] != NULL && found == NULL; i++)
    found = info_new (folders[i], name != NULL ? name : "current");
  return found;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

GPtrArray *
vbet_kernels_list (void)
{
  GPtrArray *kernels = g_ptr_array_new_with_free_func ((GDestroyNotify)vbet_kernel_info_free);
  g_auto (GStrv) folders = vbet_paths_kernel_search ();
  g_autoptr (VbetKernelInfo) current = find_info (NULL);
  for (gsize i = 0; folders[i] != NULL; i++) {
    g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
    g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
    for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL;
         name = g_dir_read_name (dir))
      if (g_str_has_prefix (name, "vbet-"))
        g_ptr_array_add (names, g_strdup (name));
    g_ptr_array_sort (names, compare_names);
    for (guint j = 0; j < names->len; j++) {
      VbetKernelInfo *info = info_new (folders[i], g_ptr_array_index (names, j));
      if (info == NULL)
        continue;
      info->current = current != NULL && strcmp (info->path, current->path) == 0;
      g_ptr_array_add (kernels, info);
    }
  }
  return kernels;
}

char *
vbet_kernels_find (const char *name, GError **error)
{
  g_autoptr (VbetKernelInfo) info = find_info (name);
  if (info == NULL)
    return NULL;
  if (vbet_kernel_info_is_whole (info))
    return g_strdup (info->path);
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
               "The lab kernel %s is damaged: %" G_GUINT64_FORMAT " bytes instead of %" G_GUINT64_FORMAT
               "; build it anew with: vbetctl kernel build",
               info->path, info->size, info->expected);
  return NULL;
}

char *
vbet_kernels_stock (void)
{
  g_autofree char *found = g_find_program_in_path (STOCK_PROGRAM);
  if (found == NULL)
    return access ("/usr/bin/" STOCK_PROGRAM, X_OK) == 0 ? g_strdup ("/usr/bin/" STOCK_PROGRAM) : NULL;
  return g_path_is_absolute (found) ? g_steal_pointer (&found) : g_canonicalize_filename (found, NULL);
}

/* Whether @fd, an ELF file with @header, holds @size bytes at least as its headers say: all segments, all section headers. */
static gboolean
is_long_enough (int fd, const Elf64_Ehdr *header, guint64 size)
{
  if (header->e_phentsize != sizeof (Elf64_Phdr) || header->e_shoff > size
      || (guint64)header->e_shnum * header->e_shentsize > size - header->e_shoff)
    return FALSE;
  for (guint i = 0; i < header->e_phnum; i++) {
    Elf64_Phdr segment;
    if (header->e_phoff > size
        || pread (fd, &segment, sizeof segment, (off_t)(header->e_phoff + i * sizeof segment))
               != (ssize_t)sizeof segment)
      return FALSE;
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
      return FALSE;
  }
  return TRUE;
}

gboolean
vbet_kernel_check_file (const char *kernel, GError **error)
{
  Elf64_Ehdr header;
  struct stat status;
  const char *fault = NULL;
  int fd = open (kernel, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return TRUE; /* whoever starts it may be allowed what we are not */
  gssize got = pread (fd, &header, sizeof header, 0);
  gboolean is_elf = got >= SELFMAG && memcmp (header.e_ident, ELFMAG, SELFMAG) == 0;
  if (is_elf && fstat (fd, &status) == 0) {
    if (got != (gssize)sizeof header)
      fault = "is cut short";
    else if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64)
      fault = "is for another kind of machine";
    else if (!is_long_enough (fd, &header, (guint64)status.st_size))
      fault = "is cut short";
  }
  if (!is_elf)
    fault = "is no program of this machine";
  close (fd);
  if (fault == NULL)
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_HOST,
               "The guest kernel %s %s; build one with: vbetctl kernel build, or name another by kernel=",
               kernel, fault);
  return FALSE;
}

GBytes *
vbet_kernels_builtin (const char *kernel, char **ret_release)
{
  g_autofree char *place = g_path_get_dirname (kernel);
  g_autofree char *path = g_build_filename (place, "modules.builtin", NULL);
  g_autofree char *folder = g_path_get_dirname (place);
  g_autofree char *name = g_path_get_basename (place);
  g_autoptr (VbetKernelInfo) info = info_new (folder, name);
  char *text = NULL;
  gsize size = 0;
  *ret_release = NULL;
  if (info == NULL || info->release[0] == '\0' || strchr (info->release, '/') != NULL
      || !g_file_get_contents (path, &text, &size, NULL))
    return NULL;
  if (size > BUILTIN_MAX) {
    g_free (text);
    return NULL;
  }
  *ret_release = g_strdup (info->release);
  return g_bytes_new_take (text, size);
}
