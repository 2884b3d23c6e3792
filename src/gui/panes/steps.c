/* steps.c - see steps.h.
 *
 * The bar is only as high as it must be: one line, the step's text, and, when
 * a step runs or has failed, its statements. It shows one step; a click on
 * another's dot shows that one, and nothing is run by looking.
 */
#include "config.h"

#include "gui/panes/steps.h"

#include <glib/gi18n.h>

#include "gui/tag.h"

#define TICK_MS 1000
/* More statements than this are scrolled. */
#define DETAILS_HEIGHT 150

struct _VbetSteps {
  GtkBox parent_instance;
  VbetDemo *demo;     /* owned */
  VbetRunner *runner; /* owned */
  guint shown;        /* index of the step */
  guint n_dots;
  gboolean was_running;
  guint tick; /* source */
  GtkWidget *dots;
  GtkWidget *title;
  GtkWidget *counter;
  GtkWidget *text;
  GtkWidget *details; /* toggle */
  GtkWidget *checks;
  GtkWidget *cancel;
  GtkWidget *go;
  GtkWidget *revealer;
  GtkWidget *list;
  GtkWidget *popover; /* of the checks */
  GtkWidget *results;
};

G_DEFINE_FINAL_TYPE (VbetSteps, vbet_steps, GTK_TYPE_BOX)

/* --- states ------------------------------------------------------------------------------ */

static const struct {
  const char *icon;
  const char *style;
  const char *name;
} looks[] = {
  [VBET_DEMO_TODO] = { "media-record-symbolic", "todo", N_ ("to do") },
  [VBET_DEMO_RUNNING] = { "content-loading-symbolic", "running", N_ ("running") },
  [VBET_DEMO_PASSED] = { "emblem-ok-symbolic", "passed", N_ ("passed") },
  [VBET_DEMO_FAILED] = { "dialog-error-symbolic", "failed", N_ ("failed") },
};

static void
set_look (GtkWidget *widget, VbetDemoState state)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_style_context_remove_class (style, looks[i].style);
  gtk_style_context_add_class (style, looks[state].style);
}

static void
on_dot (GtkButton *button, VbetSteps *self)
{
  vbet_steps_show (self, (guint)vbet_tag_number (button, "vbet-index"));
}

static void
make_dots (VbetSteps *self)
{
  guint n = vbet_demo_n_steps (self->demo);
  g_autoptr (GList) old = gtk_container_get_children (GTK_CONTAINER (self->dots));
  if (self->n_dots == n)
    return;
  for (GList *link = old; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
  for (guint i = 0; i < n; i++) {
    GtkWidget *dot = gtk_button_new_from_icon_name (looks[VBET_DEMO_TODO].icon, GTK_ICON_SIZE_MENU);
    gtk_widget_set_focus_on_click (dot, FALSE);
    gtk_button_set_relief (GTK_BUTTON (dot), GTK_RELIEF_NONE);
    gtk_style_context_add_class (gtk_widget_get_style_context (dot), "vbet-step-dot");
    vbet_tag_set_number (dot, "vbet-index", i);
    g_signal_connect (dot, "clicked", G_CALLBACK (on_dot), self);
    gtk_container_add (GTK_CONTAINER (self->dots), dot);
  }
  gtk_widget_show_all (self->dots);
  self->n_dots = n;
}

static void
update_dots (VbetSteps *self)
{
  make_dots (self);
  g_autoptr (GList) dots = gtk_container_get_children (GTK_CONTAINER (self->dots));
  guint index = 0;
  for (GList *link = dots; link != NULL; link = link->next, index++) {
    VbetDemoState state = vbet_demo_state (self->demo, index);
    const VbetStep *step = vbet_demo_step (self->demo, index);
    GtkStyleContext *style = gtk_widget_get_style_context (link->data);
    g_autofree char *name = g_strdup_printf (_ ("Step %u, %s: %s"), index + 1, _ (looks[state].name),
                                             step != NULL ? step->title : "");
    gtk_image_set_from_icon_name (GTK_IMAGE (gtk_button_get_image (link->data)), looks[state].icon,
                                  GTK_ICON_SIZE_MENU);
    set_look (link->data, state);
    if (index == self->shown)
      gtk_style_context_add_class (style, "shown");
    else
      gtk_style_context_remove_class (style, "shown");
    gtk_widget_set_tooltip_text (link->data, name);
    atk_object_set_name (gtk_widget_get_accessible (link->data), name);
  }
}

/* --- statements ------------------------------------------------------------------------------- */

static GtkWidget *
new_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), style);
  return label;
}

/* What is being waited for, and for how long. */
static char *
waiting_text (const VbetAction *action, double seconds)
{
  guint now = (guint)MAX (seconds, 0);
  switch (action->kind) {
  case VBET_ACTION_EXPECT:
  case VBET_ACTION_PING:
    return g_strdup_printf (_ ("waiting, %u of %u s"), now, (guint)(action->within_ns / 1000000000));
  case VBET_ACTION_START:
  case VBET_ACTION_RESTART:
    return g_strdup_printf (_ ("until it is ready, %u s"), now);
  default:
    return g_strdup_printf (_ ("%u s"), now);
  }
}

static char *
took_text (double seconds)
{
  return seconds < 1 ? g_strdup_printf (_ ("%.0f ms"), seconds * 1000)
                     : g_strdup_printf (_ ("%.1f s"), seconds);
}

/* One statement: its state, what it says, how long; why it failed, and what was seen. */
static GtkWidget *
new_row (VbetDemoState state, const char *statement, const char *time, const VbetDemoResult *result,
         guint line)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *icon = gtk_image_new_from_icon_name (looks[state].icon, GTK_ICON_SIZE_MENU);
  GtkWidget *what = new_label (statement, "vbet-statement");
  gtk_style_context_add_class (gtk_widget_get_style_context (icon), "vbet-step-icon");
  set_look (icon, state);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_container_add (GTK_CONTAINER (column), what);
  if (result != NULL && !result->ok) {
    gtk_container_add (GTK_CONTAINER (column),
                       new_label (result->error != NULL ? result->error : "", "vbet-error"));
    if (*result->output != '\0') {
      g_autofree char *output = g_strdup (result->output);
      GtkWidget *seen = new_label (g_strchomp (output), "vbet-output");
      gtk_label_set_selectable (GTK_LABEL (seen), TRUE);
      gtk_widget_set_can_focus (seen, FALSE);
      gtk_container_add (GTK_CONTAINER (column), seen);
    }
  }
  gtk_container_add (GTK_CONTAINER (box), icon);
  gtk_container_add (GTK_CONTAINER (box), column);
  GtkWidget *how_long = new_label (time, "dim-label");
  gtk_label_set_line_wrap (GTK_LABEL (how_long), FALSE);
  gtk_widget_set_valign (how_long, GTK_ALIGN_START);
  gtk_container_add (GTK_CONTAINER (box), how_long);
  gtk_container_add (GTK_CONTAINER (row), box);
  vbet_tag_set_number (row, "vbet-line", line);
  vbet_tag_set_object (row, "vbet-time", how_long);
  g_autofree char *name = g_strdup_printf ("%s: %s%s%s", _ (looks[state].name), statement,
                                           result != NULL && result->error != NULL ? ": " : "",
                                           result != NULL && result->error != NULL ? result->error : "");
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  return row;
}

static void
clear_list (GtkWidget *list)
{
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (list));
  for (GList *link = rows; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
}

static void
fill_statements (VbetSteps *self)
{
  const VbetStep *step = vbet_demo_step (self->demo, self->shown);
  guint running = 0, under_way = G_MAXUINT;
  double seconds = 0;
  clear_list (self->list);
  if (step == NULL)
    return;
  GPtrArray *results = vbet_demo_results (self->demo, self->shown);
  if (!vbet_demo_running (self->demo, &running, &under_way, &seconds) || running != self->shown)
    under_way = G_MAXUINT;
  for (guint i = 0; i < step->actions->len; i++) {
    const VbetAction *action = g_ptr_array_index (step->actions, i);
    const VbetDemoResult *result = i < results->len ? g_ptr_array_index (results, i) : NULL;
    VbetDemoState state = result != NULL   ? (result->ok ? VBET_DEMO_PASSED : VBET_DEMO_FAILED)
                          : i == under_way ? VBET_DEMO_RUNNING
                                           : VBET_DEMO_TODO;
    g_autofree char *time = result != NULL   ? took_text (result->duration)
                            : i == under_way ? waiting_text (action, seconds)
                                             : g_strdup ("");
    gtk_container_add (GTK_CONTAINER (self->list),
                       new_row (state, action->source, time, result, action->line));
  }
  gtk_widget_show_all (self->list);
}

/* The seconds go on. */
static gboolean
on_tick (gpointer data)
{
  VbetSteps *self = data;
  guint running = 0, statement = 0;
  double seconds = 0;
  if (!vbet_demo_running (self->demo, &running, &statement, &seconds)) {
    self->tick = 0;
    return G_SOURCE_REMOVE;
  }
  const VbetStep *step = vbet_demo_step (self->demo, running);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int)statement);
  if (running == self->shown && row != NULL && step != NULL && statement < step->actions->len) {
    g_autofree char *text = waiting_text (g_ptr_array_index (step->actions, statement), seconds);
    GtkLabel *time = vbet_tag_object (row, "vbet-time");
    gtk_label_set_text (time, text);
  }
  return G_SOURCE_CONTINUE;
}

/* --- the bar ------------------------------------------------------------------------------------ */

/* What stands on the big button, and what it does. */
static void
update_go (VbetSteps *self)
{
  VbetPhase phase = vbet_runner_get_phase (self->runner);
  guint n = vbet_demo_n_steps (self->demo);
  gboolean running = vbet_demo_running (self->demo, NULL, NULL, NULL);
  VbetDemoState state = vbet_demo_state (self->demo, self->shown);
  const char *label = _ ("Run Step"), *action = "win.step", *tip = _ ("Run this step (F8)");
  if (phase == VBET_PHASE_OFF) {
    label = _ ("Run the Lab");
    action = "win.run";
    tip = _ ("The steps need the lab to run (F5)");
  } else if (phase != VBET_PHASE_RUNNING) {
    label = phase == VBET_PHASE_STARTING ? _ ("Starting …") : _ ("Stopping …");
  } else if (running) {
    label = _ ("Running …");
  } else if (state == VBET_DEMO_PASSED && self->shown + 1 < n) {
    label = _ ("Next Step");
    tip = _ ("Show the next step; F8 also runs it");
  } else if (state == VBET_DEMO_PASSED || state == VBET_DEMO_FAILED) {
    label = _ ("Run Again");
  }
  gtk_button_set_label (GTK_BUTTON (self->go), label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->go), action);
  gtk_widget_set_tooltip_text (self->go, tip);
  gtk_widget_set_visible (self->go, n > 0);
  gtk_widget_set_visible (self->cancel, running || vbet_demo_is_checking (self->demo));
}

static void
update_checks (VbetSteps *self)
{
  guint n = vbet_demo_n_checks (self->demo);
  g_autofree char *label = vbet_demo_is_checking (self->demo)
                               ? g_strdup (_ ("Checking …"))
                               : g_strdup_printf (ngettext ("Run %u Check", "Run %u Checks", n), n);
  gtk_button_set_label (GTK_BUTTON (self->checks), label);
  gtk_widget_set_visible (self->checks, n > 0);
}

static void
refresh (VbetSteps *self)
{
  guint n = vbet_demo_n_steps (self->demo), running = 0;
  gboolean runs = vbet_demo_running (self->demo, &running, NULL, NULL);
  if (runs && !self->was_running) /* whoever began it, it is what is looked at */
    self->shown = running;
  if (n > 0)
    self->shown = MIN (self->shown, n - 1);
  const VbetStep *step = vbet_demo_step (self->demo, self->shown);
  VbetDemoState state = vbet_demo_state (self->demo, self->shown);
  g_autofree char *counter
      = n > 0 ? g_strdup_printf (_ ("Step %u of %u"), self->shown + 1, n) : g_strdup ("");
  gboolean has_text = step != NULL && step->text != NULL && *step->text != '\0';
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0 || vbet_demo_n_checks (self->demo) > 0);
  update_dots (self);
  gtk_label_set_text (GTK_LABEL (self->counter), counter);
  gtk_label_set_text (GTK_LABEL (self->title), step != NULL ? step->title : "");
  gtk_label_set_text (GTK_LABEL (self->text), has_text ? step->text : "");
  gtk_widget_set_visible (self->text, has_text);
  gtk_widget_set_visible (self->details, n > 0);
  gtk_widget_set_tooltip_text (self->title, step != NULL ? step->title : NULL);
  if (runs && !self->was_running)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->details), TRUE);
  if (!runs && self->was_running && state == VBET_DEMO_PASSED)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->details), FALSE);
  self->was_running = runs;
  fill_statements (self);
  update_go (self);
  update_checks (self);
  if (runs && self->tick == 0)
    self->tick = g_timeout_add (TICK_MS, on_tick, self);
}

void
vbet_steps_show (VbetSteps *self, guint index)
{
  g_return_if_fail (VBET_IS_STEPS (self));
  if (index >= vbet_demo_n_steps (self->demo))
    return;
  self->shown = index;
  refresh (self);
  if (vbet_demo_state (self->demo, index) == VBET_DEMO_FAILED)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->details), TRUE);
}

guint
vbet_steps_get_shown (VbetSteps *self)
{
  return self->shown;
}

void
vbet_steps_advance (VbetSteps *self, gboolean run)
{
  g_return_if_fail (VBET_IS_STEPS (self));
  if (vbet_demo_running (self->demo, NULL, NULL, NULL))
    return;
  gboolean passed = vbet_demo_state (self->demo, self->shown) == VBET_DEMO_PASSED;
  if (passed && self->shown + 1 < vbet_demo_n_steps (self->demo)) {
    vbet_steps_show (self, self->shown + 1);
    if (!run)
      return;
  }
  vbet_demo_run (self->demo, self->shown);
}

/* --- checks --------------------------------------------------------------------------------------- */

static void
on_checked (VbetSteps *self)
{
  GPtrArray *results = vbet_demo_check_results (self->demo);
  clear_list (self->results);
  for (guint i = 0; i < results->len; i++) {
    const VbetDemoResult *result = g_ptr_array_index (results, i);
    g_autofree char *time = took_text (result->duration);
    gtk_container_add (
        GTK_CONTAINER (self->results),
        new_row (result->ok ? VBET_DEMO_PASSED : VBET_DEMO_FAILED, result->text, time, result, result->line));
  }
  gtk_widget_show_all (self->results);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
on_row (GtkListBox *list, GtkListBoxRow *row, VbetSteps *self)
{
  guint line = (guint)vbet_tag_number (row, "vbet-line");
  if (line > 0)
    g_signal_emit_by_name (self, "go-to-line", line);
}

static void
on_details (GtkToggleButton *button, VbetSteps *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), gtk_toggle_button_get_active (button));
}

/* --- life ------------------------------------------------------------------------------------------ */

GtkWidget *
vbet_steps_new (VbetDemo *demo, VbetRunner *runner)
{
  VbetSteps *self = g_object_new (VBET_TYPE_STEPS, "orientation", GTK_ORIENTATION_VERTICAL, NULL);
  self->demo = g_object_ref (demo);
  self->runner = g_object_ref (runner);
  g_signal_connect_object (demo, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (demo, "checked", G_CALLBACK (on_checked), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}

static void
vbet_steps_dispose (GObject *object)
{
  VbetSteps *self = VBET_STEPS (object);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->demo);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (vbet_steps_parent_class)->dispose (object);
}

static void
vbet_steps_class_init (VbetStepsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = vbet_steps_dispose;
  g_signal_new ("go-to-line", VBET_TYPE_STEPS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_UINT);
}

static GtkWidget *
new_scrolled (GtkWidget *list, int height)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), height);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_style_context_add_class (gtk_widget_get_style_context (list), "vbet-statements");
  gtk_container_add (GTK_CONTAINER (scroller), list);
  return scroller;
}

static GtkWidget *
new_button (const char *label, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_no_show_all (button, TRUE);
  gtk_widget_set_tooltip_text (button, tip);
  return button;
}

static GtkWidget *
make_line (VbetSteps *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->dots = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  self->counter = new_label (NULL, "dim-label");
  self->title = new_label (NULL, "vbet-step-title");
  self->details = gtk_toggle_button_new ();
  self->checks = new_button ("", "win.checks", _ ("Run the checks that stand outside steps"));
  self->cancel = new_button (_ ("Cancel"), "win.step-cancel", _ ("Give up what runs"));
  self->go = new_button ("", "win.step", NULL);
  gtk_label_set_line_wrap (GTK_LABEL (self->title), FALSE);
  gtk_label_set_line_wrap (GTK_LABEL (self->counter), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_widget_set_valign (self->dots, GTK_ALIGN_CENTER);
  gtk_container_add (GTK_CONTAINER (self->details),
                     gtk_image_new_from_icon_name ("view-list-symbolic", GTK_ICON_SIZE_MENU));
  gtk_widget_set_valign (self->details, GTK_ALIGN_CENTER);
  gtk_widget_set_focus_on_click (self->details, FALSE);
  gtk_widget_set_tooltip_text (self->details, _ ("Show what the step does, statement by statement"));
  atk_object_set_name (gtk_widget_get_accessible (self->details), _ ("Statements"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->go), "suggested-action");
  gtk_style_context_add_class (gtk_widget_get_style_context (self->go), "vbet-step-go");
  GtkWidget *parts[]
      = { self->dots, self->counter, self->title, self->details, self->checks, self->cancel, self->go };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_container_add (GTK_CONTAINER (line), parts[i]);
  g_signal_connect (self->details, "toggled", G_CALLBACK (on_details), self);
  return line;
}

static void
vbet_steps_init (VbetSteps *self)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "vbet-steps");
  self->n_dots = G_MAXUINT;
  GtkWidget *line = make_line (self);
  self->text = new_label (NULL, "vbet-step-text");
  gtk_widget_set_no_show_all (self->text, TRUE);
  self->list = gtk_list_box_new ();
  self->revealer = gtk_revealer_new ();
  self->results = gtk_list_box_new ();
  self->popover = gtk_popover_new (self->checks);
  atk_object_set_name (gtk_widget_get_accessible (self->list), _ ("Statements of the step"));
  atk_object_set_name (gtk_widget_get_accessible (self->results), _ ("Results of the checks"));
  gtk_container_add (GTK_CONTAINER (self->revealer), new_scrolled (self->list, DETAILS_HEIGHT));
  GtkWidget *results = new_scrolled (self->results, 360);
  gtk_widget_set_size_request (results, 460, -1);
  gtk_container_add (GTK_CONTAINER (self->popover), results);
  gtk_widget_show_all (results);
  gtk_container_add (GTK_CONTAINER (self), line);
  gtk_container_add (GTK_CONTAINER (self), self->text);
  gtk_container_add (GTK_CONTAINER (self), self->revealer);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row), self);
  g_signal_connect (self->results, "row-activated", G_CALLBACK (on_row), self);
  gtk_widget_show_all (line);
  gtk_widget_show_all (self->revealer);
}
