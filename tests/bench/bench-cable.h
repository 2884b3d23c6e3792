/* bench-cable.h - what a cable costs a frame, by what it does to frames. */
#pragma once

#include <glib.h>

/** bench_cables: measures and prints, @runs in turns of @seconds each. */
void bench_cables (double seconds, guint runs);
