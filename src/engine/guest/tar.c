/* tar.c - writes a ustar archive into memory; see tar.h. POSIX.1-2017, pax, "ustar Interchange Format". */
#include "config.h"

#include "engine/guest/tar.h"

#include <string.h>

#define BLOCK 512
/* 1 January 2024: the same archive in every run. */
#define MODIFIED 1704067200U

typedef struct {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char user[32];
  char group[32];
  char device[16];
  char prefix[155];
  char padding[12];
} Header;

G_STATIC_ASSERT (sizeof (Header) == BLOCK);

struct VbetTar {
  GByteArray *bytes;
};

VbetTar *
vbet_tar_new (void)
{
  VbetTar *self = g_new0 (VbetTar, 1);
  self->bytes = g_byte_array_new ();
  return self;
}

void
vbet_tar_free (VbetTar *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_free (self);
}

static void
octal (char *field, gsize size, guint64 value)
{
  for (gsize i = size - 1; i-- > 0; value >>= 3)
    field[i] = (char)('0' + (value & 7));
}

/* Puts @path into name, or prefix and name. Returns: FALSE when it fits neither. */
static gboolean
set_path (Header *header, const char *path)
{
  gsize length = strlen (path);
  if (length <= sizeof header->name) {
    memcpy (header->name, path, length);
    return TRUE;
  }
  /* The split stands at a "/", which is not stored. */
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/')) {
    gsize before = (gsize)(slash - path);
    gsize after = length - before - 1;
    if (before <= sizeof header->prefix && after > 0 && after <= sizeof header->name) {
      memcpy (header->prefix, path, before);
      memcpy (header->name, slash + 1, after);
      return TRUE;
    }
  }
  return FALSE;
}

static void
append_padded (VbetTar *self, const void *data, gsize size)
{
  static const guint8 zeros[BLOCK];
  if (size > 0)
    g_byte_array_append (self->bytes, data, (guint)size);
  if (size % BLOCK != 0)
    g_byte_array_append (self->bytes, zeros, (guint)(BLOCK - size % BLOCK));
}

static void
append_header (VbetTar *self, Header *header, char type, guint mode, guint owner, gsize size)
{
  guint sum = 0;
  octal (header->mode, sizeof header->mode, mode & 07777);
  octal (header->uid, sizeof header->uid, owner);
  octal (header->gid, sizeof header->gid, owner);
  octal (header->size, sizeof header->size, size);
  octal (header->mtime, sizeof header->mtime, MODIFIED);
  header->type = type;
  memcpy (header->magic, "ustar", 6);
  memcpy (header->version, "00", 2);
  memset (header->checksum, ' ', sizeof header->checksum);
  for (gsize i = 0; i < sizeof *header; i++)
    sum += ((const guint8 *)header)[i];
  octal (header->checksum, 7, sum);
  header->checksum[6] = '\0';
  g_byte_array_append (self->bytes, (const guint8 *)header, sizeof *header);
}

void
vbet_tar_add (VbetTar *self, const char *path, guint mode, guint owner, const void *data, gsize size)
{
  Header header = { 0 };
  while (*path == '/')
    path++;
  if (!set_path (&header, path)) {
    Header longer = { .name = "././@LongLink" };
    append_header (self, &longer, 'L', 0644, 0, strlen (path) + 1);
    append_padded (self, path, strlen (path) + 1);
    memcpy (header.name, path, sizeof header.name);
  }
  append_header (self, &header, '0', mode, owner, size);
  append_padded (self, data, size);
}

void
vbet_tar_add_text (VbetTar *self, const char *path, const char *text)
{
  vbet_tar_add (self, path, 0644, 0, text, strlen (text));
}

GBytes *
vbet_tar_finish (VbetTar *self)
{
  static const guint8 end[2 * BLOCK];
  g_byte_array_append (self->bytes, end, sizeof end);
  GBytes *bytes = g_byte_array_free_to_bytes (self->bytes);
  self->bytes = g_byte_array_new ();
  return bytes;
}
