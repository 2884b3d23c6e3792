/* switch.h - the switch process: its loop, from start to end. */
#pragma once

#include <glib.h>

/**
 * vbet_switch_run:
 * @control_fd: channel to the engine (control.h); taken
 * @layers: (array zero-terminated=1): confinement to report
 *
 * Runs until the engine says quit or closes the channel.
 *
 * Returns: 0, or -errno when the loop could not be set up.
 */
int vbet_switch_run (int control_fd, const char *const *layers);

/** vbet_switch_main: the program vbet-switch. Returns: its exit code. */
int vbet_switch_main (int argc, char **argv);
