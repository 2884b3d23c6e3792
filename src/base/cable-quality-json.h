/* cable-quality-json.h - a cable's quality and effects, as engine and switch write them to each other.
 *
 * Settings are an array of two qualities, each an object with a member for each row of the table, by its key, in the unit of its field; a choice is
 * written by its name. Effects are an array of numbers: the hits of the rows that have an effect, in the table's
 * order, then the frames that wait and those on the line.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "base/cable-quality.h"

/** vbet_cable_settings_to_json: adds the array as a value. */
void vbet_cable_settings_to_json (const VbetCableSettings *self, JsonBuilder *builder);
/** vbet_cable_settings_from_json: @node: (nullable): may be hostile; what is missing has its default. Returns: FALSE
 * when something of it makes no sense. */
gboolean vbet_cable_settings_from_json (VbetCableSettings *ret_self, JsonNode *node);

/** vbet_cable_effects_to_json: adds the array as a value. */
void vbet_cable_effects_to_json (const VbetCableEffects *self, JsonBuilder *builder);
/** vbet_cable_effects_from_json: @array: (nullable): may be hostile; what is missing or makes no sense is 0. */
void vbet_cable_effects_from_json (VbetCableEffects *ret_self, JsonArray *array);
