/* generator.c - see generator.h. Each change makes the lab's text anew; that is a matter of milliseconds. */
#include "config.h"

#include "gui/panes/generator.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/model/session.h"
#include "gui/panes/lab-picture.h"

struct _VbetGenerator {
  GtkBox parent_instance;
  GtkComboBoxText *shape;
  GtkLabel *size_label;
  GtkSpinButton *size;
  GtkLabel *second_label;
  GtkSpinButton *second;
  GtkComboBoxText *node;
  GtkLabel *hosts_label;
  GtkSpinButton *hosts;
  GtkToggleButton *switched;
  GtkToggleButton *addresses;
  GtkToggleButton *ospf;
  GtkWidget *picture;
  GtkLabel *summary;
  GtkWidget *create;
  char *text; /* (nullable): NULL while the wishes cannot be met */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (VbetGenerator, vbet_generator, GTK_TYPE_BOX)

static const struct {
  const char *title;
  const char *blurb;
  const char *first;
  const char *second;
} words[] = {
  [VBET_SHAPE_STAR] = { N_ ("Star"), N_ ("All around one in the middle"), N_ ("N_odes"), NULL },
  [VBET_SHAPE_RING] = { N_ ("Ring"), N_ ("Two ways to everyone"), N_ ("N_odes"), NULL },
  [VBET_SHAPE_LINE] = { N_ ("Line"), N_ ("One after the other"), N_ ("N_odes"), NULL },
  [VBET_SHAPE_MESH] = { N_ ("Mesh"), N_ ("Each cabled to each"), N_ ("N_odes"), NULL },
  [VBET_SHAPE_TREE] = { N_ ("Tree"), N_ ("From a root to leaves"), N_ ("_Levels"), N_ ("_Branches") },
  [VBET_SHAPE_GRID] = { N_ ("Grid"), N_ ("Rows and columns"), N_ ("C_olumns"), N_ ("Ro_ws") },
};

const char *
vbet_shape_title (VbetShape shape)
{
  return _ (words[shape].title);
}

const char *
vbet_shape_blurb (VbetShape shape)
{
  return _ (words[shape].blurb);
}

/* What stands in it, also while it is being typed and out of range. */
static guint
value_of (GtkSpinButton *spin)
{
  guint64 value = 0;
  if (!g_ascii_string_to_unsigned (gtk_entry_get_text (GTK_ENTRY (spin)), 10, 0, 1000000, &value, NULL))
    return (guint)gtk_spin_button_get_value_as_int (spin);
  return (guint)value;
}

static VbetGenerate
read_form (VbetGenerator *self)
{
  gboolean router = gtk_combo_box_get_active (GTK_COMBO_BOX (self->node)) == 0;
  return (VbetGenerate){
    .shape = (VbetShape)MAX (0, gtk_combo_box_get_active (GTK_COMBO_BOX (self->shape))),
    .size = value_of (self->size),
    .second = value_of (self->second),
    .node = router ? VBET_KIND_ROUTER : VBET_KIND_HOST,
    .hosts = router ? value_of (self->hosts) : 0,
    .switched = gtk_toggle_button_get_active (self->switched),
    .addresses = gtk_toggle_button_get_active (self->addresses),
    .ospf = gtk_toggle_button_get_active (self->ospf),
  };
}

static char *
summarise (const char *text)
{
  g_autoptr (VbetSession) session = vbet_session_new ();
  vbet_session_load (session, text, strlen (text), NULL);
  const VbetTopology *topology = vbet_session_get_topology (session);
  g_autofree char *devices = g_strdup_printf (ngettext ("%u device", "%u devices", topology->devices->len),
                                              topology->devices->len);
  g_autofree char *cables
      = g_strdup_printf (ngettext ("%u cable", "%u cables", topology->cables->len), topology->cables->len);
  /* Translators: "5 devices, 5 cables" */
  return g_strdup_printf (_ ("%s, %s"), devices, cables);
}

static void
update (VbetGenerator *self)
{
  if (self->filling)
    return;
  g_autoptr (GError) error = NULL;
  VbetGenerate what = read_form (self);
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self->summary));
  g_free (self->text);
  self->text = vbet_generate (&what, &error);
  g_autofree char *summary = self->text != NULL ? summarise (self->text) : g_strdup (error->message);
  vbet_lab_picture_set_text (VBET_LAB_PICTURE (self->picture), self->text, TRUE);
  gtk_label_set_text (self->summary, summary);
  if (self->text != NULL)
    gtk_style_context_remove_class (style, "vbet-error");
  else
    gtk_style_context_add_class (style, "vbet-error");
  gtk_widget_set_sensitive (self->create, self->text != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->hosts), what.node == VBET_KIND_ROUTER);
  gtk_widget_set_sensitive (GTK_WIDGET (self->ospf), what.addresses);
  gtk_button_set_label (GTK_BUTTON (self->switched), what.shape == VBET_SHAPE_STAR
                                                         ? _ ("A _switch in the middle")
                                                         : _ ("A _switch in each cable"));
}

/* A screen reader says what is written beside it. */
static void
name_after (GtkSpinButton *control, GtkLabel *label)
{
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (control)), gtk_label_get_text (label));
}

static void
set_words (VbetGenerator *self, VbetShape shape)
{
  const VbetShapeInfo *info = vbet_shape_info (shape);
  gtk_label_set_text_with_mnemonic (self->size_label, _ (words[shape].first));
  name_after (self->size, self->size_label);
  gtk_spin_button_set_range (self->size, info->minimum, info->maximum);
  gtk_widget_set_visible (GTK_WIDGET (self->second), info->second != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->second_label), info->second != NULL);
  if (info->second != NULL) {
    gtk_label_set_text_with_mnemonic (self->second_label, _ (words[shape].second));
    name_after (self->second, self->second_label);
    gtk_spin_button_set_range (self->second, info->second_minimum, info->second_maximum);
  }
}

static void
fill (VbetGenerator *self, VbetShape shape)
{
  VbetGenerate usual = vbet_generate_usual (shape);
  self->filling = TRUE;
  set_words (self, shape);
  gtk_combo_box_set_active (GTK_COMBO_BOX (self->shape), (int)shape);
  gtk_spin_button_set_value (self->size, usual.size);
  gtk_spin_button_set_value (self->second, usual.second);
  gtk_combo_box_set_active (GTK_COMBO_BOX (self->node), usual.node == VBET_KIND_ROUTER ? 0 : 1);
  gtk_spin_button_set_value (self->hosts, usual.hosts);
  gtk_toggle_button_set_active (self->switched, usual.switched);
  gtk_toggle_button_set_active (self->addresses, usual.addresses);
  gtk_toggle_button_set_active (self->ospf, usual.ospf || usual.node == VBET_KIND_HOST);
  self->filling = FALSE;
  update (self);
}

static void
on_shape (VbetGenerator *self)
{
  if (!self->filling)
    fill (self, (VbetShape)MAX (0, gtk_combo_box_get_active (GTK_COMBO_BOX (self->shape))));
}

static void
on_create (VbetGenerator *self)
{
  gtk_spin_button_update (self->size); /* what was typed and not yet taken */
  gtk_spin_button_update (self->second);
  gtk_spin_button_update (self->hosts);
  VbetGenerate what = read_form (self);
  g_autofree char *name = vbet_generate_name (&what);
  g_autofree char *text = g_strdup (self->text);
  if (text != NULL)
    g_signal_emit_by_name (self, "made", name, text);
}

static void
on_back (VbetGenerator *self)
{
  g_signal_emit_by_name (self, "back");
}

void
vbet_generator_set_shape (VbetGenerator *self, VbetShape shape)
{
  g_return_if_fail (VBET_IS_GENERATOR (self));
  fill (self, shape);
  gtk_widget_grab_focus (GTK_WIDGET (self->size));
}

/* --- the form ------------------------------------------------------------------------------ */

static GtkLabel *
add_row (GtkGrid *grid, int row, const char *text, GtkWidget *control)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), control);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (control, TRUE);
  gtk_grid_attach (grid, label, 0, row, 1, 1);
  gtk_grid_attach (grid, control, 1, row, 1, 1);
  gtk_widget_show (label);
  gtk_widget_show (control);
  return GTK_LABEL (label);
}

static GtkSpinButton *
new_spin (VbetGenerator *self, double minimum, double maximum)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (minimum, maximum, 1);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  g_signal_connect_object (spin, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (spin, "activate", G_CALLBACK (on_create), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  return GTK_SPIN_BUTTON (spin);
}

static GtkToggleButton *
add_check (VbetGenerator *self, GtkGrid *grid, int row, const char *text, const char *tip)
{
  GtkWidget *check = gtk_check_button_new_with_mnemonic (text);
  gtk_widget_set_tooltip_text (check, tip);
  g_signal_connect_object (check, "toggled", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  gtk_grid_attach (grid, check, 0, row, 2, 1);
  gtk_widget_show (check);
  return GTK_TOGGLE_BUTTON (check);
}

static void
add_buttons (VbetGenerator *self, GtkGrid *grid, int row)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *back = gtk_button_new_with_mnemonic (_ ("_Back"));
  self->create = gtk_button_new_with_mnemonic (_ ("_Create the lab"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->create), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  g_signal_connect_object (back, "clicked", G_CALLBACK (on_back), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->create, "clicked", G_CALLBACK (on_create), self, G_CONNECT_SWAPPED);
  gtk_box_pack_start (GTK_BOX (buttons), back, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (buttons), self->create, TRUE, TRUE, 0);
  gtk_widget_set_margin_top (buttons, 12);
  gtk_grid_attach (grid, buttons, 0, row, 2, 1);
  gtk_widget_show_all (buttons);
}

static void
add_shapes (VbetGenerator *self, GtkGrid *grid)
{
  self->shape = GTK_COMBO_BOX_TEXT (gtk_combo_box_text_new ());
  for (guint i = 0; i < VBET_N_SHAPES; i++)
    gtk_combo_box_text_append_text (self->shape, vbet_shape_title ((VbetShape)i));
  g_signal_connect_object (self->shape, "changed", G_CALLBACK (on_shape), self, G_CONNECT_SWAPPED);
  add_row (grid, 0, _ ("Sh_ape"), GTK_WIDGET (self->shape));
}

static GtkWidget *
new_form (VbetGenerator *self)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_row_spacing (grid, 8);
  gtk_grid_set_column_spacing (grid, 12);
  add_shapes (self, grid);
  self->size = new_spin (self, 1, 1000);
  self->size_label = add_row (grid, 1, "N", GTK_WIDGET (self->size));
  self->second = new_spin (self, 1, 1000);
  self->second_label = add_row (grid, 2, "N", GTK_WIDGET (self->second));
  self->node = GTK_COMBO_BOX_TEXT (gtk_combo_box_text_new ());
  gtk_combo_box_text_append_text (self->node, _ ("Routers"));
  gtk_combo_box_text_append_text (self->node, _ ("Hosts"));
  g_signal_connect_object (self->node, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  add_row (grid, 3, _ ("Nodes are"), GTK_WIDGET (self->node));
  self->hosts = new_spin (self, 0, VBET_GENERATE_MAX_HOSTS);
  self->hosts_label = add_row (grid, 4, _ ("_Hosts at each router"), GTK_WIDGET (self->hosts));
  name_after (self->hosts, self->hosts_label);
  self->switched = add_check (self, grid, 5, "", NULL);
  gtk_button_set_use_underline (GTK_BUTTON (self->switched), TRUE);
  self->addresses = add_check (self, grid, 6, _ ("_Addresses and routes"),
                               _ ("With them, every node reaches every other"));
  self->ospf = add_check (self, grid, 7, _ ("OSP_F finds the routes"),
                          _ ("Otherwise gateways and routes are written down"));
  add_buttons (self, grid, 8);
  gtk_widget_set_valign (GTK_WIDGET (grid), GTK_ALIGN_START);
  gtk_widget_set_hexpand (GTK_WIDGET (grid), FALSE);
  gtk_widget_show (GTK_WIDGET (grid));
  return GTK_WIDGET (grid);
}

static void
add_preview (VbetGenerator *self)
{
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *frame = gtk_frame_new (NULL);
  self->picture = vbet_lab_picture_new (280, 260);
  atk_object_set_name (gtk_widget_get_accessible (self->picture), _ ("Preview"));
  gtk_container_add (GTK_CONTAINER (frame), self->picture);
  self->summary = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_line_wrap (self->summary, TRUE);
  gtk_label_set_lines (self->summary, 3);
  gtk_widget_set_size_request (GTK_WIDGET (self->summary), -1, 44);
  gtk_box_pack_start (GTK_BOX (side), frame, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (side), GTK_WIDGET (self->summary), FALSE, FALSE, 0);
  gtk_widget_show_all (side);
  gtk_box_pack_start (GTK_BOX (self), side, TRUE, TRUE, 0);
}

GtkWidget *
vbet_generator_new (void)
{
  return g_object_new (VBET_TYPE_GENERATOR, "spacing", 24, "visible", TRUE, NULL);
}

static void
vbet_generator_finalize (GObject *object)
{
  g_free (VBET_GENERATOR (object)->text);
  G_OBJECT_CLASS (vbet_generator_parent_class)->finalize (object);
}

static void
vbet_generator_class_init (VbetGeneratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = vbet_generator_finalize;
  g_signal_new ("made", VBET_TYPE_GENERATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new ("back", VBET_TYPE_GENERATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vbet_generator_init (VbetGenerator *self)
{
  self->filling = TRUE;
  gtk_box_pack_start (GTK_BOX (self), new_form (self), FALSE, FALSE, 0);
  add_preview (self);
  self->filling = FALSE;
  fill (self, VBET_SHAPE_RING);
}
