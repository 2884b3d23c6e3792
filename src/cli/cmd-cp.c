/* cmd-cp.c - vbetctl cp: files into and out of a guest. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/lab-file.h"
#include "cli/output.h"

#define FILE_MAX (8 * 1024 * 1024) /* bytes: a file travels in one message */
#define MODE_DEFAULT 0644

/* Splits "NODE:/path". Returns: FALSE when @argument names a file of this host. */
static gboolean
split_remote (const char *argument, char **ret_node, char **ret_path)
{
  const char *colon = strchr (argument, ':');
  if (colon == NULL || colon == argument || colon[1] != '/'
      || memchr (argument, '/', (gsize)(colon - argument)) != NULL)
    return FALSE;
  *ret_node = g_strndup (argument, (gsize)(colon - argument));
  *ret_path = g_strdup (colon + 1);
  return TRUE;
}

/* Returns @folder/@name's last part when @is_folder, else @folder itself. */
static char *
target_path (const char *path, gboolean is_folder, const char *source)
{
  if (!is_folder)
    return g_strdup (path);
  g_autofree char *name = g_path_get_basename (source);
  return g_build_filename (path, name, NULL);
}

/* The engine names the device that failed; here the file belongs to it. */
static void
name_file (GError **error, const char *node, const char *path)
{
  g_autofree char *head = g_strconcat (node, ": ", NULL);
  if (error == NULL || *error == NULL || !g_str_has_prefix ((*error)->message, head))
    return;
  char *message = g_strdup_printf ("%s:%s: %s", node, path, (*error)->message + strlen (head));
  g_free ((*error)->message);
  (*error)->message = message;
}

static gboolean
put_file (VbetClient *client, const char *source, const char *node, const char *path, GError **error)
{
  gboolean is_stdin = strcmp (source, "-") == 0;
  struct stat status;
  int fd = is_stdin ? STDIN_FILENO : open (source, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &status) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_NOT_FOUND, "Cannot read %s: %s", source, g_strerror (errno));
    return FALSE;
  }
  g_autoptr (GBytes) bytes = vbet_read_stream (fd, FILE_MAX, source, error);
  if (!is_stdin)
    close (fd);
  if (bytes == NULL)
    return FALSE;
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  g_autofree char *contents = g_base64_encode (data, size);
  g_autofree char *target = target_path (path, g_str_has_suffix (path, "/"), source);
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "path", "s", target);
  g_variant_dict_insert (&params, "contents", "s", contents);
  g_variant_dict_insert (&params, "mode", "x", (gint64)(is_stdin ? MODE_DEFAULT : status.st_mode & 0777));
  g_autoptr (GVariant) reply
      = vbet_connection_call_device (client, "device.put", node, g_variant_dict_end (&params), NULL, error);
  name_file (error, node, target);
  return reply != NULL;
}

static gboolean
get_file (VbetClient *client, const char *node, const char *path, const char *target, GError **error)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "path", "s", path);
  g_autoptr (GVariant) reply
      = vbet_connection_call_device (client, "device.get", node, g_variant_dict_end (&params), NULL, error);
  name_file (error, node, path);
  if (reply == NULL)
    return FALSE;
  gsize size;
  g_autoptr (GBytes) bytes = vbet_field_bytes (reply, "contents");
  const char *data = g_bytes_get_data (bytes, &size);
  if (strcmp (target, "-") == 0) {
    if (vbet_output_write (STDOUT_FILENO, data, size) || errno == EPIPE)
      return TRUE;
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot write to the standard output: %s",
                 g_strerror (errno));
    return FALSE;
  }
  g_autofree char *file = target_path (target, g_file_test (target, G_FILE_TEST_IS_DIR), path);
  g_autoptr (GError) failure = NULL;
  if (g_file_set_contents (file, data != NULL ? data : "", (gssize)size, &failure))
    return TRUE;
  g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot write %s: %s", file, failure->message);
  return FALSE;
}

int
vbet_cmd_cp (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  if (!vbet_command_parse (self, NULL, &argc, argv, (VbetArity){ 3, 3 }, &exit_code))
    return exit_code;
  g_autofree char *from_node = NULL;
  g_autofree char *from_path = NULL;
  g_autofree char *to_node = NULL;
  g_autofree char *to_path = NULL;
  gboolean from_guest = split_remote (argv[2], &from_node, &from_path);
  gboolean to_guest = split_remote (argv[3], &to_node, &to_path);
  if (from_guest == to_guest)
    return vbet_command_usage_error (self, from_guest ? "One of the two must be a file of this host"
                                                      : "One of the two must be NODE:/path in a guest");
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetClient) client = vbet_connection_open (argv[1], &error);
  gboolean ok = client != NULL
                && (to_guest ? put_file (client, argv[2], to_node, to_path, &error)
                             : get_file (client, from_node, from_path, argv[3], &error));
  if (!ok)
    vbet_output_error (error);
  return ok ? VBET_EXIT_OK : VBET_EXIT_FAILURE;
}
