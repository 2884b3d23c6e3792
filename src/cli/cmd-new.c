/* cmd-new.c - vbetctl new: writes a lab of a regular shape. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "engine/model/generate.h"

/* "5" or "4x3". */
static gboolean
parse_size (const char *text, VbetGenerate *what)
{
  const VbetShapeInfo *info = vbet_shape_info (what->shape);
  g_auto (GStrv) parts = g_strsplit (text, "x", 2);
  guint64 first = 0, second = 0;
  if (parts[0] == NULL || !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXUINT, &first, NULL))
    return FALSE;
  what->size = (guint)first;
  if (parts[1] == NULL)
    return TRUE;
  if (info->second == NULL || !g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXUINT, &second, NULL))
    return FALSE;
  what->second = (guint)second;
  return TRUE;
}

/* What is there already stays, unless that was asked for. */
static gboolean
write_file (const char *path, const char *text, gboolean force, GError **error)
{
  gsize size = strlen (text);
  if (force)
    return g_file_set_contents (path, text, (gssize)size, error);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_EXISTS, "%s exists; --force replaces it", path);
    return FALSE;
  }
  gboolean ok = fd >= 0 && vbet_output_write (fd, text, size);
  int reason = errno;
  if (fd >= 0 && close (fd) != 0 && ok) {
    reason = errno;
    ok = FALSE;
  }
  if (!ok) {
    if (fd >= 0)
      unlink (path);
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot write %s: %s", path, g_strerror (reason));
  }
  return ok;
}

static int
finish (const char *text, const char *path, gboolean force)
{
  g_autoptr (GError) error = NULL;
  if (path == NULL || strcmp (path, "-") == 0) {
    vbet_output_source (text);
    return VBET_EXIT_OK;
  }
  if (write_file (path, text, force, &error))
    return VBET_EXIT_OK;
  vbet_output_error (error);
  return VBET_EXIT_FAILURE;
}

int
vbet_cmd_new (const VbetCommand *self, int argc, char **argv)
{
  int exit_code, hosts = -1;
  gboolean of_hosts = FALSE, of_routers = FALSE, switched = FALSE, direct = FALSE, bare = FALSE, ospf = FALSE;
  gboolean fixed = FALSE, force = FALSE;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &path, "Write to this file instead of the standard output",
      "FILE" },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &force, "Replace the file if it exists", NULL },
    { "routers", 0, 0, G_OPTION_ARG_NONE, &of_routers, "Nodes are routers (the default but for a star)",
      NULL },
    { "nodes-are-hosts", 0, 0, G_OPTION_ARG_NONE, &of_hosts, "Nodes are hosts (the default for a star)",
      NULL },
    { "hosts", 0, 0, G_OPTION_ARG_INT, &hosts, "Hosts at each router (default 0)", "N" },
    { "switch", 0, 0, G_OPTION_ARG_NONE, &switched,
      "A switch is a star's middle (the default), or is in the middle of each cable", NULL },
    { "no-switch", 0, 0, G_OPTION_ARG_NONE, &direct, "A star's middle is a router", NULL },
    { "no-addresses", 0, 0, G_OPTION_ARG_NONE, &bare, "Write no addresses and no routes", NULL },
    { "ospf", 0, 0, G_OPTION_ARG_NONE, &ospf, "Routes are found by OSPF (the default between routers)",
      NULL },
    { "static", 0, 0, G_OPTION_ARG_NONE, &fixed, "Routes are written down", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, 2 }, &exit_code))
    return exit_code;
  VbetShape shape = VBET_SHAPE_STAR;
  if (!vbet_shape_from_name (argv[1], &shape))
    return vbet_command_usage_error (
        self, "There is no shape “%s”; there are star, ring, line, mesh, tree, grid", argv[1]);
  if (of_hosts && of_routers)
    return vbet_command_usage_error (self, "--routers and --nodes-are-hosts exclude each other");
  if (switched && direct)
    return vbet_command_usage_error (self, "--switch and --no-switch exclude each other");
  if (ospf && fixed)
    return vbet_command_usage_error (self, "--ospf and --static exclude each other");
  VbetGenerate what = vbet_generate_usual (shape);
  if (argc > 2 && !parse_size (argv[2], &what))
    return vbet_command_usage_error (self, "“%s” is no size of a %s", argv[2], argv[1]);
  if (of_hosts || of_routers || hosts > 0)
    what.node = of_hosts ? VBET_KIND_HOST : VBET_KIND_ROUTER;
  what.hosts = hosts > 0 ? (guint)hosts : 0;
  what.switched = switched || (what.switched && !direct);
  what.addresses = !bare;
  what.ospf = ospf || (!fixed && what.node == VBET_KIND_ROUTER);
  g_autofree char *text = vbet_generate (&what, &error);
  if (text == NULL)
    return vbet_command_usage_error (self, "%s", error->message);
  return finish (text, path, force);
}
