/* fuzz-switch-control.c - a command to the switch: any bytes are refused with a sentence or become a checked
 * command. */
#include "config.h"

#include "fuzz/fuzz.h"
#include "switch/control-message.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gint64 id = -1;
  g_autofree char *error = NULL;
  g_autoptr (VbetControlCommand) command = vbet_control_command_parse ((const char *)data, size, &id, &error);
  g_assert_true ((command == NULL) == (error != NULL));
  g_assert_cmpint (id, >=, 0);
  if (command == NULL)
    return 0;
  g_assert_cmpint (command->id, ==, id);
  g_assert_cmpuint (command->mtu, >=, 1);
  g_assert_cmpuint (command->mtu, <=, VBET_FRAME_MTU_MAX);
  g_assert_cmpint (command->bridge_settings.ageing, >=, 0);
  g_assert_cmpuint (command->end.nic, <=, VBET_FABRIC_NIC_MAX);
  g_assert_true (vbet_cable_settings_is_valid (&command->settings));
  return 0;
}
