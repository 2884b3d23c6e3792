/* cmd-fmt.c - vbetctl fmt: lab texts in the one layout everybody can read. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/lab-file.h"
#include "cli/output.h"
#include "engine/language/format.h"

/* Replaces the file's contents at once or not at all; what a link points to is replaced, not the link. */
static gboolean
write_back (const char *path, const char *text, GError **error)
{
  char *target = realpath (path, NULL);
  struct stat status;
  if (target == NULL || stat (target, &status) != 0) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot write %s: %s", path, g_strerror (errno));
    free (target);
    return FALSE;
  }
  g_autoptr (GError) failure = NULL;
  gboolean ok = g_file_set_contents_full (target, text, -1,
                                          G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                          status.st_mode & 07777, &failure);
  if (!ok)
    g_set_error (error, VBET_ERROR, VBET_ERROR_FAILED, "Cannot write %s: %s", path, failure->message);
  free (target);
  return ok;
}

/* Returns the exit code for one file. */
static int
format_one (const char *argument, gboolean check, gboolean in_place)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbetLabFile) file = vbet_lab_file_load (argument, &error);
  if (file == NULL) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  g_autofree char *text = vbet_program_format (file->program, &error);
  if (text == NULL) {
    vbet_lab_file_print_findings (file, stderr);
    vbet_output_message ("%s: %s", file->shown, error->message);
    return VBET_EXIT_FAILURE;
  }
  gboolean same = strlen (text) == file->size && memcmp (text, file->text, file->size) == 0;
  if (check) {
    if (!same)
      vbet_output_print ("%s\n", file->shown);
    return same ? VBET_EXIT_OK : VBET_EXIT_FAILURE;
  }
  if (!in_place) {
    vbet_output_source (text);
    return VBET_EXIT_OK;
  }
  if (!same && !write_back (file->path, text, &error)) {
    vbet_output_error (error);
    return VBET_EXIT_FAILURE;
  }
  return VBET_EXIT_OK;
}

int
vbet_cmd_fmt (const VbetCommand *self, int argc, char **argv)
{
  int exit_code;
  gboolean check = FALSE;
  gboolean in_place = FALSE;
  const GOptionEntry entries[] = {
    { "check", 'c', 0, G_OPTION_ARG_NONE, &check,
      "Change nothing; name the files that are laid out otherwise, exit 1 if any", NULL },
    { "in-place", 'i', 0, G_OPTION_ARG_NONE, &in_place,
      "Write the files themselves instead of the standard output", NULL },
    { NULL },
  };
  if (!vbet_command_parse (self, entries, &argc, argv, (VbetArity){ 1, -1 }, &exit_code))
    return exit_code;
  if (check && in_place)
    return vbet_command_usage_error (self, "--check and --in-place exclude each other");
  if (!check && !in_place && argc > 2)
    return vbet_command_usage_error (self, "Several files need --in-place or --check");
  for (int i = 1; i < argc; i++) {
    if (in_place && strcmp (argv[i], "-") == 0)
      return vbet_command_usage_error (self, "The standard input cannot be written in place");
  }
  for (int i = 1; i < argc; i++)
    if (format_one (argv[i], check, in_place) != VBET_EXIT_OK)
      exit_code = VBET_EXIT_FAILURE;
  return exit_code;
}
