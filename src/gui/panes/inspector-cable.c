/* inspector-cable.c - ready-made lines for a cable: "DSL", "LTE" … set by one choice; see
 * inspector-private.h. */
#include "config.h"

#include "gui/panes/inspector-private.h"

#include <glib/gi18n.h>

/* What a preset decides; NULL: the default. All that it does not name stays. */
static const char *const keys[] = { "rate", "delay", "jitter", "loss", "burst", "queue" };

typedef struct {
  const char *name;
  const char *values[2][G_N_ELEMENTS (keys)]; /* away from the first end, and back */
} Preset;

#define BOTH(...)                                                                                            \
  {                                                                                                          \
    { __VA_ARGS__ },                                                                                         \
    {                                                                                                        \
      __VA_ARGS__                                                                                            \
    }                                                                                                        \
  }

/* Figures of the usual kind, in round numbers: rate, delay, jitter, loss, burst, queue. */
static const Preset presets[] = {
  { N_ ("Perfect cable"), BOTH (NULL, NULL, NULL, NULL, NULL, NULL) },
  { N_ ("Old hub: 10 Mbit/s"), BOTH ("10Mbit", NULL, NULL, NULL, NULL, "50") },
  { N_ ("DSL: 50 Mbit/s there, 10 Mbit/s back"),
    { { "50Mbit", "9ms", "1ms", NULL, NULL, "200" }, { "10Mbit", "9ms", "1ms", NULL, NULL, "200" } } },
  { N_ ("LTE: 20 Mbit/s, 35 ms, uneven"), BOTH ("20Mbit", "35ms", "10ms", "0.2%", NULL, "500") },
  { N_ ("Bad Wi-Fi: losses in bursts"), BOTH ("8Mbit", "5ms", "4ms", "4%", "3", NULL) },
  { N_ ("Across the ocean: 80 ms"), BOTH ("1Gbit", "80ms", "500us", NULL, NULL, NULL) },
  { N_ ("Satellite: 600 ms there and back"), BOTH ("20Mbit", "300ms", "5ms", "0.1%", NULL, NULL) },
};

/* The menu's rows, as what they are named in the accessible tree and on the screen. */
typedef struct {
  VbetInspector *inspector;
  char *cable;
  GtkWidget *way; /* combo box: 0 both, 1 forth, 2 back */
} Choice;

static void
choice_free (gpointer data, GClosure *closure)
{
  Choice *self = data;
  (void)closure;
  g_free (self->cable);
  g_free (self);
}

/* What is written for one direction, for the one that stays as it is: (transfer full) (nullable). */
static char *
written (const VbetCable *cable, const VbetAttributeSpec *spec, guint direction)
{
  const VbetValue *value = vbet_attributes_get (cable->attributes, spec->key);
  if (value == NULL)
    return NULL;
  if (value->type == VBET_VALUE_PAIR)
    value = direction == 0 ? value->as.pair.ab : value->as.pair.ba;
  return vbet_value_to_text (value);
}

/* What @key is set to: (transfer full) (nullable). @way: 0 both ways, 1 forth, 2 back. */
static char *
value_of (const VbetCable *cable, const Preset *preset, guint key, int way)
{
  const VbetAttributeSpec *spec = vbet_schema_find (VBET_KIND_CABLE, keys[key]);
  g_autofree char *forth = way == 2 ? written (cable, spec, 0) : g_strdup (preset->values[0][key]);
  g_autofree char *back = way == 1   ? written (cable, spec, 1)
                          : way == 2 ? g_strdup (preset->values[0][key])
                                     : g_strdup (preset->values[1][key]);
  return forth == NULL && back == NULL ? NULL : vbet_form_pair_text (spec, forth, back);
}

static void
on_preset (GtkWidget *button, Choice *self)
{
  const Preset *preset = g_object_get_data (G_OBJECT (button), "vbet-preset");
  VbetInspector *inspector = self->inspector;
  g_autofree char *name = g_strdup (self->cable);
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (inspector->session), name);
  int way = MAX (gtk_combo_box_get_active (GTK_COMBO_BOX (self->way)), 0);
  VbetObject object = { VBET_KIND_CABLE, name, 0 };
  char *values[G_N_ELEMENTS (keys)] = { NULL };
  g_autoptr (GError) error = NULL;
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER)));
  if (cable == NULL)
    return;
  vbet_inspector_flush (inspector);
  cable = vbet_topology_cable (vbet_session_get_topology (inspector->session), name);
  for (guint i = 0; cable != NULL && i < G_N_ELEMENTS (keys); i++)
    values[i] = value_of (cable, preset, i, way);
  g_autofree char *label = g_strdup_printf (_ ("%s: %s"), name, _ (preset->name));
  if (!vbet_session_set_attributes (inspector->session, &object, keys, (const char *const *)values,
                                    G_N_ELEMENTS (keys), label, &error))
    _vbet_inspector_fail (inspector, error->message);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_free (values[i]);
}

static char *
way_text (const VbetCable *cable, guint from)
{
  const char *a = cable->ends[from].device, *b = cable->ends[1 - from].device;
  return g_strdup_printf (_ ("Only %s → %s"), a != NULL ? a : _ ("free end"), b != NULL ? b : _ ("free end"));
}

static GtkWidget *
make_popover (VbetInspector *self, const VbetCable *cable)
{
  GtkWidget *popover = gtk_popover_new (NULL), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *way = gtk_combo_box_text_new ();
  gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (way), _ ("Both ways"));
  for (guint from = 0; from < 2; from++) {
    g_autofree char *text = way_text (cable, from);
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (way), text);
  }
  gtk_combo_box_set_active (GTK_COMBO_BOX (way), 0);
  gtk_widget_set_margin_bottom (way, 4);
  atk_object_set_name (gtk_widget_get_accessible (way), _ ("Direction"));
  gtk_box_pack_start (GTK_BOX (box), way, FALSE, FALSE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (presets); i++) {
    GtkWidget *button = gtk_button_new_with_label (_ (presets[i].name));
    Choice *choice = g_new0 (Choice, 1);
    choice->inspector = self;
    choice->cable = g_strdup (cable->name);
    choice->way = way;
    gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
    gtk_label_set_xalign (GTK_LABEL (gtk_bin_get_child (GTK_BIN (button))), 0);
    g_object_set_data (G_OBJECT (button), "vbet-preset", (gpointer)&presets[i]);
    g_signal_connect_data (button, "clicked", G_CALLBACK (on_preset), choice, choice_free, 0);
    gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  }
  gtk_container_set_border_width (GTK_CONTAINER (box), 8);
  gtk_container_add (GTK_CONTAINER (popover), box);
  gtk_widget_show_all (box);
  return popover;
}

void
_vbet_inspector_add_presets (VbetInspector *self, const VbetCable *cable, GtkWidget *box)
{
  GtkWidget *button = gtk_menu_button_new ();
  gtk_container_add (GTK_CONTAINER (button), gtk_label_new (_ ("Make It a …")));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), make_popover (self, cable));
  gtk_widget_set_tooltip_text (button, _ ("Set rate, delay, jitter and loss to those of a usual line"));
  atk_object_set_name (gtk_widget_get_accessible (button), _ ("Make It a …"));
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
}
