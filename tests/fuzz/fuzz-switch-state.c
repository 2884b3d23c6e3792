/* fuzz-switch-state.c - what a switch tells of itself, read by the engine: a switch that was taken over harms
 * nobody. */
#include "config.h"

#include "base/json-guard.h"
#include "engine/switch/state.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  if (!vbet_json_is_shallow ((const char *)data, size, 8)
      || !g_utf8_validate ((const char *)data, (gssize)size, NULL)
      || !json_parser_load_from_data (parser, (const char *)data, (gssize)size, NULL))
    return 0;
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return 0;
  g_autoptr (VbetSwitchState) state = vbet_switch_state_new ();
  for (guint i = 0; i < 2; i++)
    vbet_switch_state_read_part (state, json_node_get_object (root));
  for (guint i = 0; i < state->ports->len; i++) {
    const VbetSwitchPortState *port = g_ptr_array_index (state->ports, i);
    g_assert_nonnull (vbet_switch_state_find_port (state, port->device, port->nic));
  }
  return 0;
}
