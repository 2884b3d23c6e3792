/* command.h - the table of vbetctl's commands and what they share: options, help, exit codes.
 *
 * One command is one file, cmd-NAME.c, with one function and one row in the
 * table of commands.c. Help, manual page and completion are checked against
 * that table by tests/unit/test-cli-docs.c.
 */
#pragma once

#include <glib.h>

/* Exit codes of vbetctl. "vbetctl exec" passes that of the guest's command on instead. */
typedef enum {
  VBET_EXIT_OK = 0,
  VBET_EXIT_FAILURE = 1,       /* something failed, or errors were found */
  VBET_EXIT_USAGE = 2,         /* wrong usage; nothing was done */
  VBET_EXIT_INTERRUPTED = 130, /* Ctrl-C, as a shell reports it */
} VbetExit;

typedef struct VbetCommand VbetCommand;

struct VbetCommand {
  const char *name;
  const char *arguments; /* as help shows them: "LAB NODE -- COMMAND [ARGUMENT…]" */
  const char *summary;   /* one line, no full stop */
  const char *details;   /* (nullable): further paragraphs of its help */
  /* @argv[0] is the command's own name; the strings may be moved around but not freed. Returns: the exit
   * code. */
  int (*run) (const VbetCommand *self, int argc, char **argv);
};

/** vbet_commands: @ret_size: (out): number of rows. Returns: (array length=ret_size): every command, in
 * help's order. */
const VbetCommand *vbet_commands (guint *ret_size);

/** vbet_command_find: Returns: (nullable): the command called @name. */
const VbetCommand *vbet_command_find (const char *name);

/** vbet_command_main: vbetctl's main(). */
int vbet_command_main (int argc, char **argv);

/* How the arguments that are left after the options must be. */
typedef struct {
  int minimum;
  int maximum; /* -1: any number */
} VbetArity;

/**
 * vbet_command_parse:
 * @entries: (nullable): the command's options
 * @argc, @argv: (inout): options are taken out; afterwards @argv[1] … are what is left
 * @arity: how many may be left
 * @ret_exit: (out): what to exit with when there is nothing to do
 *
 * Also answers --help. Options may stand anywhere before "--".
 *
 * Returns: FALSE when help was shown or the usage was wrong (which has been said).
 */
gboolean vbet_command_parse (const VbetCommand *self, const GOptionEntry *entries, int *argc, char **argv,
                             VbetArity arity, int *ret_exit);

/** vbet_command_parse_strict: likewise, but only options before the first argument count; the rest is left as
 * it is. */
gboolean vbet_command_parse_strict (const VbetCommand *self, const GOptionEntry *entries, int *argc,
                                    char **argv, VbetArity arity, int *ret_exit);

/** vbet_command_usage_error: says "vbetctl: …" and where help is. Returns: VBET_EXIT_USAGE. */
int vbet_command_usage_error (const VbetCommand *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** vbet_cmd_apply, vbet_cmd_call, vbet_cmd_calls, vbet_cmd_capture, vbet_cmd_check, vbet_cmd_console,
 * vbet_cmd_shell, vbet_cmd_cp, vbet_cmd_doctor, vbet_cmd_exec, vbet_cmd_fmt, vbet_cmd_help, vbet_cmd_image,
 * vbet_cmd_kernel, vbet_cmd_measure, vbet_cmd_new, vbet_cmd_ps, vbet_cmd_run, vbet_cmd_show, vbet_cmd_status,
 * vbet_cmd_step, vbet_cmd_stop, vbet_cmd_test: one function a command; commands.c says what each does. @argv:
 * (array length=argc): from the command's name on. Returns: the exit code of vbetctl(1). */
int vbet_cmd_apply (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_call (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_calls (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_capture (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_check (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_console (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_shell (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_cp (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_doctor (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_exec (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_fmt (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_help (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_image (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_kernel (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_measure (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_new (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_ps (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_run (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_show (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_status (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_step (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_stop (const VbetCommand *self, int argc, char **argv);
int vbet_cmd_test (const VbetCommand *self, int argc, char **argv);
