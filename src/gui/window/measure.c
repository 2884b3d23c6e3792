/* measure.c - measuring the selected cable, from its menu; the inspector shows how it goes. */
#include "config.h"

#include "gui/window/private.h"

/* Returns: (nullable) (transfer full): the cable that is selected alone. */
static char *
only_cable (VbetWindow *self)
{
  g_auto (GStrv) cables = vbet_session_selected_cables (self->session);
  return cables[0] != NULL && cables[1] == NULL ? g_strdup (cables[0]) : NULL;
}

static void
on_measure (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  VbetWindow *self = data;
  g_autofree char *cable = only_cable (self);
  if (cable == NULL)
    return;
  g_action_group_change_action_state (G_ACTION_GROUP (self), "show-inspector", g_variant_new_boolean (TRUE));
  vbet_measurements_begin (vbet_inspector_get_measurements (self->inspector), cable);
}

static void
update (VbetWindow *self)
{
  if (self->closing == VBET_CLOSING_NOW)
    return;
  g_autofree char *cable = only_cable (self);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "measure");
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (action),
      cable != NULL
          && vbet_measurements_can_begin (vbet_inspector_get_measurements (self->inspector), cable));
}

void
_vbet_window_add_measure (VbetWindow *self)
{
  static const GActionEntry entries[] = { { .name = "measure", .activate = on_measure } };
  VbetMeasurements *measurements = vbet_inspector_get_measurements (self->inspector);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->session, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "selection-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runner, "phase-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (measurements, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
