/* control-state.h - the answer to the "state" command, in parts that fit a message; see control.h. */
#pragma once

#include <json-glib/json-glib.h>

#include "switch/fabric.h"

/* One part is complete. */
typedef void (*VbetControlPart) (JsonBuilder *builder, gpointer user_data);

/** vbet_control_state: calls @part for each part of the state. @now: nanoseconds. */
void vbet_control_state (VbetFabric *fabric, gint64 id, gint64 now, VbetControlPart part, gpointer user_data);
