/* commands.c - the table of vbetctl's commands. */
#include "config.h"

#include "cli/command.h"

static const VbetCommand commands[] = {
  { "check", "FILE…", "Check lab texts and print what is wrong",
    "Each finding is one line: FILE:LINE:COLUMN: error|warning: text [CODE]. “-” reads the standard input.\n"
    "Exits with 0 when there are warnings at most, with 1 when there are errors.",
    vbet_cmd_check },
  { "show", "FILE", "Show the devices, cables and steps of a lab text", "“-” reads the standard input.",
    vbet_cmd_show },
  { "calls", "[FROM] FILE", "List the calls that build a lab, or make one lab of another",
    "With one file: the calls that start it from nothing. With two: the calls that turn a running FROM into "
    "FILE.",
    vbet_cmd_calls },
  { "fmt", "FILE…", "Lay out lab texts anew",
    "Prints the new text, or with --in-place writes the files. Names, values, order and comments stay. “-” "
    "reads the\n"
    "standard input.",
    vbet_cmd_fmt },
  { "new", "SHAPE [SIZE]", "Write a lab of a regular shape: star, ring, line, mesh, tree or grid",
    "The size counts the nodes; a tree is LEVELSxBRANCHES, a grid COLUMNSxROWS. The text goes to the "
    "standard output.\n"
    "With its addresses, every node reaches every other.",
    vbet_cmd_new },
  { "run", "FILE", "Start a lab; returns when every guest is ready",
    "Progress goes to the standard error. The lab runs on after vbetctl has ended, until “vbetctl stop”. If "
    "a part of\n"
    "it does not start, or on Ctrl-C, what did start is stopped again.",
    vbet_cmd_run },
  { "ps", "", "List the labs that run", NULL, vbet_cmd_ps },
  { "status", "LAB", "Show what a running lab's devices, NICs and cables do", NULL, vbet_cmd_status },
  { "exec", "LAB NODE -- COMMAND [ARGUMENT…]", "Run a command in a guest",
    "The command gets its arguments unchanged (for a shell's features: -- sh -c 'TEXT'), its output appears "
    "here as it\n"
    "comes, and vbetctl exits with its exit code. The standard input is passed on unless it is a terminal; a "
    "pipe on\n"
    "which nothing comes for a second is left alone. Ctrl-C kills the command.",
    vbet_cmd_exec },
  { "console", "LAB NODE", "Open a guest's console in this terminal",
    "First comes what the console has shown so far. Ctrl-] q leaves it, Ctrl-] Ctrl-] sends Ctrl-].",
    vbet_cmd_console },
  { "shell", "LAB NODE", "Open a root shell of a guest in this terminal",
    "A shell of its own, beside the console. It ends by “exit”, and when it is left with Ctrl-] q.",
    vbet_cmd_shell },
  { "capture", "LAB CABLE[:NODE]", "Capture the packets of a cable: as a list, to a file, to Wireshark",
    "At the cable's first end, or at that of NODE. On a terminal the packets are listed; otherwise, and with "
    "--write,\n"
    "they are pcapng: vbetctl capture LAB CABLE | wireshark -k -i -. Ctrl-C ends it.",
    vbet_cmd_capture },
  { "measure", "LAB CABLE", "Set against measured: probe a cable that is in use and judge it by its settings",
    "Prints each property for both directions: what is set, what was measured, and whether that is "
    "consistent.\n"
    "Exits with 1 when something is not. Ctrl-C ends it early, with the figures until then.",
    vbet_cmd_measure },
  { "call", "LAB CALL…", "Run calls of the language on a running lab, such as 'plug(c1, NIC(r1))'",
    "Prints the calls that were carried out. “-” reads calls from the standard input. With --again instead: "
    "the number of a "
    "call that failed, which is tried once more.",
    vbet_cmd_call },
  { "apply", "LAB FILE", "Change a running lab into what a file says",
    "Prints the calls that were carried out; everything they do not mention is left in peace.",
    vbet_cmd_apply },
  { "step", "LAB [NUMBER]", "Run the next step of a lab's demonstration, or that one",
    "Exits with 1 when one of its statements fails.", vbet_cmd_step },
  { "test", "FILE…", "Boot labs, run their checks and steps, print TAP, tear down",
    "Each lab runs under an identifier of its own. Exits with 1 when something failed.", vbet_cmd_test },
  { "stop", "LAB…", "Stop labs; nothing of them is left", NULL, vbet_cmd_stop },
  { "cp", "LAB NODE:/PATH FILE | LAB FILE NODE:/PATH", "Copy a file out of a guest, or into it",
    "“-” as FILE is the standard output or input.", vbet_cmd_cp },
  { "image", "build [OPTION…] | list", "Build or list the images that guests boot from",
    "“vbetctl image build --help” shows the options of the recipe.", vbet_cmd_image },
  { "kernel", "build [OPTION…] | list", "Build or list lab kernels: a user-mode Linux from Debian's source",
    "“vbetctl kernel build --help” shows the options of the recipe. It takes some minutes and goes on from "
    "where it "
    "was\n"
    "stopped. Without a lab kernel guests run on that of the package user-mode-linux, with fewer features.",
    vbet_cmd_kernel },
  { "doctor", "", "Say what this host can and cannot do, and how to mend it",
    "Exits with 1 when labs cannot run.", vbet_cmd_doctor },
  { "help", "[COMMAND]", "Show help about vbetctl or a command", NULL, vbet_cmd_help },
};

const VbetCommand *
vbet_commands (guint *ret_size)
{
  *ret_size = G_N_ELEMENTS (commands);
  return commands;
}
