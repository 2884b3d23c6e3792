/* speed.h - the speed that a NIC says it has. */
#pragma once

#include <stdint.h>

/**
 * speed_set: NIC @index (from 1) has full duplex and so many Mbit/s from now on; who listens to the kernel is
 * told if that is something new.
 *
 * Returns: 0 or -errno; -EOPNOTSUPP: its driver knows no speed.
 */
int speed_set (unsigned index, uint32_t speed);
