/* vbetd.h - the engine process: options, privileges, life. */
#pragma once

/** vbet_vbetd_main: the whole program; Returns: exit code. */
int vbet_vbetd_main (int argc, char **argv);
