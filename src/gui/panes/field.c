/* field.c - see field.h. The editors themselves are in field-editor.c. */
#include "config.h"

#include "gui/panes/field-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* After this time without a keystroke, what was typed is told. */
#define PAUSE_MS 1500
#define LABEL_WIDTH 92
#define LABEL_CHARS 13 /* that stand in one line: more leave the editor too little */

G_DEFINE_FINAL_TYPE (VbetField, vbet_field, GTK_TYPE_BOX)

/* --- what is typed ---------------------------------------------------------------------------- */

/* The value that the editors show, as the language writes it; NULL: the default. */
static char *
typed_value (VbetField *self)
{
  g_autofree char *forth = _vbet_field_read (self, 0);
  g_autofree char *one = vbet_form_value_text (self->spec, forth);
  if (!self->split)
    return g_steal_pointer (&one);
  g_autofree char *back = _vbet_field_read (self, 1);
  g_autofree char *other = vbet_form_value_text (self->spec, back);
  return vbet_form_pair_text (self->spec, one, other);
}

static void
show_reason (VbetField *self, const char *reason, gboolean is_error)
{
  GtkStyleContext *style = gtk_widget_get_style_context (self->reason);
  gtk_label_set_text (GTK_LABEL (self->reason), reason != NULL ? reason : "");
  gtk_widget_set_visible (self->reason, reason != NULL);
  gtk_style_context_remove_class (style, is_error ? "vbet-warning" : "vbet-error");
  gtk_style_context_add_class (style, is_error ? "vbet-error" : "vbet-warning");
  for (int way = 0; way < 2; way++) {
    if (self->ways[way].widget == NULL)
      continue;
    GtkStyleContext *editor = gtk_widget_get_style_context (self->ways[way].box);
    if (reason != NULL && is_error)
      gtk_style_context_add_class (editor, "error");
    else
      gtk_style_context_remove_class (editor, "error");
  }
}

/* Shows what is wrong with what is typed; @value: (nullable). Returns: whether it is right. */
static gboolean
check (VbetField *self, const char *value)
{
  g_autoptr (GError) error = NULL;
  if (value == NULL || vbet_form_check (self->kind, self->spec->key, value, &error)) {
    show_reason (self, NULL, FALSE);
    return TRUE;
  }
  show_reason (self, error->message, TRUE);
  return FALSE;
}

void
vbet_field_flush (VbetField *self)
{
  g_return_if_fail (VBET_IS_FIELD (self));
  g_clear_handle_id (&self->pause, g_source_remove);
  if (!self->dirty)
    return;
  g_autofree char *value = typed_value (self);
  if (!check (self, value))
    return;
  self->dirty = FALSE;
  if (!self->is_mixed && g_strcmp0 (value, self->written) == 0)
    show_reason (self, self->finding, self->is_error);
  else
    g_signal_emit_by_name (self, "commit", value);
}

static gboolean
on_pause (gpointer data)
{
  VbetField *self = data;
  self->pause = 0;
  vbet_field_flush (self);
  return G_SOURCE_REMOVE;
}

void
_vbet_field_edited (VbetField *self, gboolean at_once)
{
  self->dirty = TRUE;
  g_clear_handle_id (&self->pause, g_source_remove);
  if (at_once) {
    vbet_field_flush (self);
    return;
  }
  g_autofree char *value = typed_value (self);
  if (check (self, value))
    self->pause = g_timeout_add (PAUSE_MS, on_pause, self);
}

void
_vbet_field_left (VbetField *self)
{
  vbet_field_flush (self);
}

/* --- showing -------------------------------------------------------------------------------------- */

static void
show_split (VbetField *self, gboolean split)
{
  self->split = split;
  if (self->both == NULL)
    return;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->both), !split);
  gtk_widget_set_visible (self->ways[1].row, split);
  gtk_widget_set_visible (self->ways[0].name, split);
  gtk_widget_set_visible (self->ways[1].name, split);
}

static char *
value_of (VbetField *self, const VbetFormField *model)
{
  g_autofree char *forth = vbet_form_value_text (self->spec, model->texts[0]);
  if (!model->is_pair)
    return g_steal_pointer (&forth);
  g_autofree char *back = vbet_form_value_text (self->spec, model->texts[1]);
  return vbet_form_pair_text (self->spec, forth, back);
}

/* Whether what the user is typing, right or wrong, must stay. */
static gboolean
is_typing (VbetField *self, const char *written)
{
  if (self->dirty)
    return TRUE;
  if (!_vbet_field_has_focus (self))
    return FALSE;
  /* "10" was told and became "10ms": it is the same, and more may follow. */
  g_autofree char *typed = typed_value (self);
  return g_strcmp0 (typed, written) == 0;
}

static const char *
default_of (const VbetFormField *model, int way)
{
  return model->default_texts[way];
}

/* Whether an entry shows it, which has room for words of its own where there is no value. */
static gboolean
is_line (VbetField *self)
{
  return self->editor == VBET_EDITOR_ENTRY || self->editor == VBET_EDITOR_NAMES
         || self->editor == VBET_EDITOR_FOLDER;
}

void
vbet_field_update (VbetField *self, const VbetFormField *model)
{
  g_return_if_fail (VBET_IS_FIELD (self));
  g_autofree char *written = value_of (self, model);
  gboolean changed = g_strcmp0 (written, self->written) != 0 || model->is_mixed != self->is_mixed;
  gboolean typing = is_typing (self, written);
  g_free (self->written);
  g_free (self->finding);
  self->written = g_steal_pointer (&written);
  self->finding = g_strdup (model->finding);
  self->is_error = model->is_error;
  self->is_mixed = model->is_mixed;
  self->loading = TRUE;
  if (!typing) {
    if (changed || model->is_pair)
      show_split (self, model->is_pair);
    for (int way = 0; way < 2 && self->ways[way].widget != NULL; way++)
      _vbet_field_write (self, way, model->texts[way], default_of (model, way));
  }
  gtk_widget_set_opacity (self->reset, model->is_set ? 1 : 0);
  gtk_widget_set_sensitive (self->reset, model->is_set && self->spec != vbet_form_note_text ());
  self->loading = FALSE;
  if (!self->dirty)
    show_reason (self, model->is_mixed && !is_line (self) ? _ ("different") : self->finding, self->is_error);
}

void
_vbet_field_revert (VbetField *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  g_autoptr (VbetValue) value = self->written != NULL ? vbet_value_parse (self->written, NULL) : NULL;
  gboolean pair = value != NULL && value->type == VBET_VALUE_PAIR;
  self->loading = TRUE;
  show_split (self, pair);
  for (int way = 0; way < 2 && self->ways[way].widget != NULL; way++) {
    const VbetValue *one = !pair ? value : way == 0 ? value->as.pair.ab : value->as.pair.ba;
    g_autofree char *text = vbet_form_editor_text (self->spec, one);
    _vbet_field_write (self, way, text, self->spec->default_text);
  }
  self->loading = FALSE;
  self->dirty = FALSE;
  show_reason (self, self->finding, self->is_error);
}

void
vbet_field_fail (VbetField *self, const char *reason)
{
  g_return_if_fail (VBET_IS_FIELD (self));
  self->dirty = is_line (self) || self->editor == VBET_EDITOR_TEXT;
  if (!self->dirty)
    _vbet_field_revert (self); /* a switch shows what is */
  show_reason (self, reason, TRUE);
}

void
vbet_field_show_restart (VbetField *self, gboolean show)
{
  gtk_widget_set_visible (self->restart, show && self->spec->live == VBET_LIVE_RESTART);
}

void
vbet_field_name_ways (VbetField *self, const char *forth, const char *back)
{
  const char *const names[] = { forth, back };
  for (int way = 0; way < 2 && self->ways[way].name != NULL; way++) {
    gtk_label_set_text (GTK_LABEL (self->ways[way].name), names[way]);
    if (self->both == NULL)
      continue;
    g_autofree char *name = self->split || way == 1 ? g_strdup_printf ("%s, %s", self->name, names[way])
                                                    : g_strdup (self->name);
    atk_object_set_name (gtk_widget_get_accessible (self->ways[way].widget), name);
  }
}

const char *
vbet_field_get_key (VbetField *self)
{
  return self->spec->key;
}

/* --- making ------------------------------------------------------------------------------------------ */

static void
on_reset (VbetField *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  self->dirty = FALSE;
  gtk_widget_grab_focus (self->ways[0].widget);
  g_signal_emit_by_name (self, "commit", NULL);
}

static void
on_both (GtkToggleButton *button, VbetField *self)
{
  if (self->loading)
    return;
  gboolean split = !gtk_toggle_button_get_active (button);
  self->loading = TRUE;
  if (split) { /* the way back begins with what is the way forth */
    g_autofree char *text = _vbet_field_read (self, 0);
    _vbet_field_write (self, 1, text, self->spec->default_text);
  }
  show_split (self, split);
  self->loading = FALSE;
  if (!split)
    _vbet_field_edited (self, TRUE);
  else
    gtk_widget_grab_focus (self->ways[1].widget);
}

static GtkWidget *
small_button (const char *icon, const char *tooltip, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "vbet-small");
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  return button;
}

static char *
make_help (const VbetAttributeSpec *spec)
{
  const char *when = "";
  if (spec->live == VBET_LIVE_RESTART)
    when = _ ("A change takes effect at the next start.");
  g_autofree char *otherwise = spec->default_text[0] != '\0'
                                   ? g_strdup_printf (_ ("Default: %s."), spec->default_text)
                                   : g_strdup ("");
  g_autofree char *rest = g_strjoin (" ", otherwise, when, NULL);
  g_autofree char *in_text = g_strdup_printf (_ ("In the lab's text: %s"), spec->key);
  return g_strdup_printf ("%s\n%s%s%s", _ (spec->help), g_strstrip (rest), *rest != '\0' ? "\n" : "",
                          in_text);
}

/* Whether the editor stands below its label. */
static gboolean
is_wide (VbetField *self)
{
  return self->editor == VBET_EDITOR_TEXT || self->editor == VBET_EDITOR_CHECKS;
}

static GtkWidget *
make_label (VbetField *self, const char *text, const char *help)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *sign = gtk_label_new ("i");
  self->restart = gtk_image_new_from_icon_name ("view-refresh-symbolic", GTK_ICON_SIZE_MENU);
  gtk_widget_set_tooltip_text (self->restart, _ ("A change takes effect at the next start"));
  atk_object_set_name (gtk_widget_get_accessible (self->restart), _ ("Takes effect at the next start"));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  if (!is_wide (self))
    gtk_label_set_max_width_chars (GTK_LABEL (label), LABEL_CHARS);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), self->ways[0].widget);
  gtk_style_context_add_class (gtk_widget_get_style_context (sign), "vbet-info");
  atk_object_set_role (gtk_widget_get_accessible (sign), ATK_ROLE_REDUNDANT_OBJECT);
  gtk_widget_set_valign (sign, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (box, help);
  gtk_widget_set_no_show_all (self->restart, TRUE);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), sign, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->restart, FALSE, FALSE, 0);
  gtk_widget_set_valign (box, GTK_ALIGN_START);
  gtk_widget_set_margin_top (box, is_wide (self) ? 0 : 6);
  gtk_widget_set_size_request (box, LABEL_WIDTH, -1);
  return box;
}

static GtkWidget *
make_way (VbetField *self, int index)
{
  VbetFieldWay *way = &self->ways[index];
  way->row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  way->name = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (way->name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (way->name), PANGO_ELLIPSIZE_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (way->name), "vbet-small-text");
  gtk_widget_set_no_show_all (way->name, TRUE);
  gtk_box_pack_start (GTK_BOX (way->row), way->name, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (way->row), way->box, FALSE, FALSE, 0);
  gtk_widget_set_no_show_all (way->row, index == 1);
  if (index == 1)
    gtk_widget_show_all (way->box);
  return way->row;
}

static GtkWidget *
make_ways (VbetField *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_widget_set_hexpand (box, TRUE);
  for (int way = 0; way < (self->spec->pair ? 2 : 1); way++)
    gtk_box_pack_start (GTK_BOX (box), make_way (self, way), FALSE, FALSE, 0);
  return box;
}

static void
make_both (VbetField *self)
{
  g_autofree char *name = g_strdup_printf (_ ("%s: same both ways"), self->name);
  GtkWidget *image = gtk_image_new_from_icon_name ("insert-link-symbolic", GTK_ICON_SIZE_MENU);
  self->both = gtk_toggle_button_new ();
  gtk_container_add (GTK_CONTAINER (self->both), image);
  gtk_button_set_relief (GTK_BUTTON (self->both), GTK_RELIEF_NONE);
  gtk_widget_set_valign (self->both, GTK_ALIGN_START);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->both), TRUE);
  gtk_widget_set_tooltip_text (self->both, _ ("Same both ways; release it to set each direction by itself"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->both), "vbet-small");
  atk_object_set_name (gtk_widget_get_accessible (self->both), name);
  g_signal_connect (self->both, "toggled", G_CALLBACK (on_both), self);
}

static void
fill (VbetField *self, const char *label)
{
  g_autofree char *help = make_help (self->spec);
  g_autofree char *undo = g_strdup_printf (_ ("Reset %s"), self->name);
  gboolean wide = is_wide (self);
  for (int way = 0; way < (self->spec->pair ? 2 : 1); way++) {
    _vbet_field_make_editor (self, way);
    atk_object_set_name (gtk_widget_get_accessible (self->ways[way].widget), self->name);
    atk_object_set_description (gtk_widget_get_accessible (self->ways[way].widget), _ (self->spec->help));
    gtk_widget_set_tooltip_text (self->ways[way].widget, help);
  }
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *ways = make_ways (self);
  self->label = make_label (self, label, help);
  self->reset = small_button ("edit-clear-symbolic", _ ("Back to the default"), undo);
  g_signal_connect_swapped (self->reset, "clicked", G_CALLBACK (on_reset), self);
  gtk_box_pack_start (GTK_BOX (row), self->label, wide, wide, 0);
  if (!wide)
    gtk_box_pack_start (GTK_BOX (row), ways, TRUE, TRUE, 0);
  if (self->spec->pair) {
    make_both (self);
    gtk_box_pack_start (GTK_BOX (row), self->both, FALSE, FALSE, 0);
  }
  gtk_box_pack_end (GTK_BOX (row), self->reset, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), row, FALSE, FALSE, 0);
  if (wide)
    gtk_box_pack_start (GTK_BOX (self), ways, FALSE, FALSE, 0);
  self->reason = gtk_label_new ("");
  gtk_label_set_line_wrap (GTK_LABEL (self->reason), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (self->reason), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->reason), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (self->reason), 20);
  gtk_widget_set_no_show_all (self->reason, TRUE);
  gtk_box_pack_start (GTK_BOX (self), self->reason, FALSE, FALSE, 0);
}

void
vbet_field_align (VbetField *self, GtkSizeGroup *group)
{
  if (!is_wide (self))
    gtk_size_group_add_widget (group, self->label);
}

GtkWidget *
vbet_field_new (VbetKind kind, const VbetFormField *model, const char *prefix)
{
  VbetField *self
      = g_object_new (VBET_TYPE_FIELD, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 2, NULL);
  self->kind = kind;
  self->spec = model->spec;
  self->editor = model->editor;
  self->name = g_strconcat (prefix, _ (model->label), NULL);
  fill (self, _ (model->label));
  gtk_widget_show_all (GTK_WIDGET (self));
  vbet_field_update (self, model);
  return GTK_WIDGET (self);
}

static void
vbet_field_dispose (GObject *object)
{
  VbetField *self = VBET_FIELD (object);
  g_clear_handle_id (&self->pause, g_source_remove);
  self->loading = TRUE; /* nothing that its parts do while they go is the user's */
  self->dirty = FALSE;
  G_OBJECT_CLASS (vbet_field_parent_class)->dispose (object);
}

static void
vbet_field_finalize (GObject *object)
{
  VbetField *self = VBET_FIELD (object);
  g_free (self->name);
  g_free (self->written);
  g_free (self->finding);
  G_OBJECT_CLASS (vbet_field_parent_class)->finalize (object);
}

static void
vbet_field_class_init (VbetFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_field_dispose;
  G_OBJECT_CLASS (klass)->finalize = vbet_field_finalize;
  g_signal_new ("commit", VBET_TYPE_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
vbet_field_init (VbetField *self)
{
}
