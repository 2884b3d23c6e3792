/* io.h - what all ports of a switch share: loop, fabric, receive buffers, and the tables of those that need more. */
#pragma once

#include "switch/fabric.h"
#include "switch/loop.h"

typedef struct VbetIo VbetIo;
struct VbetVhost;
struct VbetRemotes;
struct VbetCaptures;

/** vbet_io_new: @loop, @fabric: borrowed; they outlive what is returned. */
VbetIo *vbet_io_new (VbetLoop *loop, VbetFabric *fabric);
/** vbet_io_free: (nullable): after all ports are gone. */
void vbet_io_free (VbetIo *self);

/** vbet_io_get_loop, vbet_io_get_fabric, vbet_io_get_vhost, vbet_io_get_remotes, vbet_io_get_captures: Returns:
 * (transfer none): what all ports share. */
VbetLoop *vbet_io_get_loop (VbetIo *self);
VbetFabric *vbet_io_get_fabric (VbetIo *self);
struct VbetVhost *vbet_io_get_vhost (VbetIo *self);
struct VbetRemotes *vbet_io_get_remotes (VbetIo *self);
struct VbetCaptures *vbet_io_get_captures (VbetIo *self);
