/* state.h - builds a VbetSwitchState from the parts the switch sends; for switch/client.c only. */
#pragma once

#include <json-glib/json-glib.h>

#include "engine/switch/client.h"

/** vbet_switch_state_new: Returns: (transfer full): one in which nothing is. */
VbetSwitchState *vbet_switch_state_new (void);

/** vbet_switch_state_read_part: adds what @object holds; what is missing or of another type is passed over. */
void vbet_switch_state_read_part (VbetSwitchState *self, JsonObject *object);
