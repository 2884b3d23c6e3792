/* start-page.c - see start-page.h. */
#include "config.h"

#include "gui/panes/start-page.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/model/blurb.h"
#include "gui/panes/generator.h"
#include "gui/panes/lab-picture.h"
#include "gui/tag.h"

#define CARD_WIDTH 208
#define CARD_HEIGHT 116
#define SHAPE_WIDTH 112
#define SHAPE_HEIGHT 84

struct _VbetStartPage {
  GtkBox parent_instance;
  GtkStack *stack; /* "choose", "make" */
  GtkWidget *message_bar;
  GtkLabel *message;
  GtkBox *recoveries; /* sections: a heading and what belongs to it; hidden while empty */
  GtkBox *running;
  GtkBox *recent;
  GtkBox *shipped;
  VbetGenerator *generator;
  GtkWidget *first; /* the button that has the focus at first */
};

G_DEFINE_FINAL_TYPE (VbetStartPage, vbet_start_page, GTK_TYPE_BOX)

/* --- pieces ------------------------------------------------------------------------------- */

static GtkWidget *
new_text (const char *text, const char *class, int lines)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  gtk_widget_set_hexpand (label, TRUE);
  if (lines > 1) {
    gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_lines (GTK_LABEL (label), lines);
  }
  gtk_label_set_ellipsize (GTK_LABEL (label), lines > 1 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  return label;
}

/* What a card looks like: picture, title, one or two lines below. */
typedef struct {
  const char *text; /* (nullable): the lab */
  const char *title;
  const char *detail;
  const char *more;  /* (nullable) */
  int width, height; /* of the picture */
  int lines;         /* of the detail */
} CardLooks;

static GtkWidget *
new_card (const CardLooks *looks)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *frame = gtk_frame_new (NULL);
  GtkWidget *picture = vbet_lab_picture_new (looks->width, looks->height);
  /* Translators: what is read out of a lab's card: name and description, or name, folder and when it was
   * used. */
  g_autofree char *name = looks->more != NULL
                              ? g_strdup_printf (_ ("%s: %s, %s"), looks->title, looks->detail, looks->more)
                              : g_strdup_printf (_ ("%s: %s"), looks->title, looks->detail);
  vbet_lab_picture_set_text (VBET_LAB_PICTURE (picture), looks->text, FALSE);
  gtk_container_add (GTK_CONTAINER (frame), picture);
  gtk_widget_set_margin_bottom (frame, 4);
  gtk_box_pack_start (GTK_BOX (box), frame, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_text (looks->title, "vbet-card-title", 1), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_text (looks->detail, "vbet-faint", looks->lines), TRUE, TRUE, 0);
  if (looks->more != NULL)
    gtk_box_pack_start (GTK_BOX (box), new_text (looks->more, "vbet-faint", 1), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (button), box);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), GTK_STYLE_CLASS_FLAT);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "vbet-card");
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_show_all (button);
  return button;
}

static GtkWidget *
new_flow (guint most)
{
  GtkWidget *flow = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), most);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 8);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 8);
  gtk_widget_set_halign (flow, GTK_ALIGN_START);
  return flow;
}

/* The button in it has the focus, not the place around it. */
static void
add_to_flow (GtkWidget *flow, GtkWidget *widget)
{
  GtkWidget *child = gtk_flow_box_child_new ();
  gtk_container_add (GTK_CONTAINER (child), widget);
  gtk_widget_set_can_focus (child, FALSE);
  gtk_widget_show (child);
  gtk_container_add (GTK_CONTAINER (flow), child);
}

static GtkBox *
add_section (GtkBox *page, const char *title)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *heading = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (heading), "vbet-heading");
  gtk_widget_show (heading);
  gtk_box_pack_start (GTK_BOX (section), heading, FALSE, FALSE, 0);
  gtk_box_pack_start (page, section, FALSE, FALSE, 0);
  return GTK_BOX (section);
}

/* The section's former contents, all but the heading, go; it is shown when there is something new. */
static void
refill (GtkBox *section, GtkWidget *contents, gboolean any)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (section));
  for (GList *link = children->next; link != NULL; link = link->next)
    gtk_widget_destroy (link->data);
  gtk_box_pack_start (section, contents, FALSE, FALSE, 0);
  gtk_widget_show (contents);
  gtk_widget_set_visible (GTK_WIDGET (section), any);
}

static GtkWidget *
new_row (const char *icon, const char *title, const char *detail)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_pack_start (GTK_BOX (row), gtk_image_new_from_icon_name (icon, GTK_ICON_SIZE_LARGE_TOOLBAR), FALSE,
                      FALSE, 0);
  gtk_box_pack_start (GTK_BOX (texts), new_text (title, "vbet-card-title", 1), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (texts), new_text (detail, "vbet-faint", 1), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), texts, TRUE, TRUE, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "vbet-start-row");
  return row;
}

static GtkWidget *
add_button (GtkWidget *row, const char *label, const char *accessible, gboolean suggested)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  if (suggested)
    gtk_style_context_add_class (gtk_widget_get_style_context (button), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  atk_object_set_name (gtk_widget_get_accessible (button), accessible);
  gtk_box_pack_start (GTK_BOX (row), button, FALSE, FALSE, 0);
  return button;
}

/* --- what runs, what was lost ---------------------------------------------------------------- */

static void
on_running (GtkWidget *button, VbetStartPage *self)
{
  g_signal_emit_by_name (self, "open-running", vbet_tag_text (button, "vbet-id"));
}

void
vbet_start_page_set_running (VbetStartPage *self, GPtrArray *labs)
{
  GtkWidget *list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  for (guint i = 0; i < labs->len; i++) {
    const VbetLabInfo *info = g_ptr_array_index (labs, i);
    g_autofree char *detail = g_strdup_printf (
        ngettext ("%u of %u guest ready", "%u of %u guests ready", info->guests), info->ready, info->guests);
    g_autofree char *where
        = *info->path != '\0' ? g_strdup_printf ("%s · %s", detail, info->path) : g_strdup (detail);
    g_autofree char *accessible = g_strdup_printf (_ ("Open the running lab %s"), info->name);
    if (!info->answers) {
      g_autofree char *hangs
          = g_strdup_printf (_ ("Does not answer: its engine, process %d, hangs"), (int)info->pid);
      gtk_box_pack_start (GTK_BOX (list), new_row ("dialog-warning-symbolic", info->name, hangs), FALSE,
                          FALSE, 0);
      continue;
    }
    GtkWidget *row = new_row ("media-playback-start-symbolic", info->name, where);
    GtkWidget *open = add_button (row, _ ("Open"), accessible, FALSE);
    vbet_tag_set_text (open, "vbet-id", info->id);
    g_signal_connect_object (open, "clicked", G_CALLBACK (on_running), self, 0);
    gtk_box_pack_start (GTK_BOX (list), row, FALSE, FALSE, 0);
  }
  gtk_widget_show_all (list);
  refill (self->running, list, labs->len > 0);
}

static void
on_recover (GtkWidget *button, VbetStartPage *self)
{
  g_signal_emit_by_name (self, "recover", vbet_tag_text (button, "vbet-id"));
}

static void
on_discard (GtkWidget *button, VbetStartPage *self)
{
  g_signal_emit_by_name (self, "discard", vbet_tag_text (button, "vbet-id"));
}

void
vbet_start_page_set_recoveries (VbetStartPage *self, GPtrArray *list)
{
  GtkWidget *rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  for (guint i = 0; i < list->len; i++) {
    const VbetStartRecovery *one = g_ptr_array_index (list, i);
    g_autofree char *detail
        = *one->where != '\0' ? g_strdup_printf (_ ("Unsaved changes from %s, in %s"), one->when, one->where)
                              : g_strdup_printf (_ ("Never saved; last changed %s"), one->when);
    g_autofree char *recover = g_strdup_printf (_ ("Restore %s"), one->name);
    g_autofree char *discard = g_strdup_printf (_ ("Discard %s"), one->name);
    GtkWidget *row = new_row ("document-revert-symbolic", one->name, detail);
    GtkWidget *no = add_button (row, _ ("Discard"), discard, FALSE);
    GtkWidget *yes = add_button (row, _ ("Restore"), recover, TRUE);
    vbet_tag_set_text (no, "vbet-id", one->id);
    vbet_tag_set_text (yes, "vbet-id", one->id);
    g_signal_connect_object (no, "clicked", G_CALLBACK (on_discard), self, 0);
    g_signal_connect_object (yes, "clicked", G_CALLBACK (on_recover), self, 0);
    gtk_box_pack_start (GTK_BOX (rows), row, FALSE, FALSE, 0);
  }
  gtk_widget_show_all (rows);
  refill (self->recoveries, rows, list->len > 0);
}

/* --- labs that were used, labs that came with us ------------------------------------------------ */

static void
on_recent (GtkWidget *card, VbetStartPage *self)
{
  g_signal_emit_by_name (self, "open-file", vbet_tag_object (card, "vbet-file"));
}

static void
on_forget (GtkWidget *button, VbetStartPage *self)
{
  g_signal_emit_by_name (self, "forget", vbet_tag_object (button, "vbet-file"));
}

static GtkWidget *
new_forget (VbetStartPage *self, const VbetLabEntry *entry)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic", GTK_ICON_SIZE_BUTTON);
  g_autofree char *name = g_strdup_printf (_ ("Remove %s from the list"), entry->name);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "vbet-forget");
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "circular");
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, _ ("Remove from this list; the file stays"));
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  vbet_tag_set_object (button, "vbet-file", entry->file);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_forget), self, 0);
  gtk_widget_show (button);
  return button;
}

static char *
folder_of (GFile *file)
{
  g_autoptr (GFile) parent = g_file_get_parent (file);
  g_autofree char *path = parent != NULL ? g_file_get_parse_name (parent) : g_strdup ("");
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);
  if (g_str_has_prefix (path, home) && (path[length] == '/' || path[length] == '\0'))
    return g_strconcat ("~", path + length, NULL);
  return g_steal_pointer (&path);
}

static GtkWidget *
new_recent (VbetStartPage *self, const VbetLabEntry *entry)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (entry->when);
  g_autofree char *when
      = entry->text != NULL ? vbet_blurb_when (then, now) : g_strdup (_ ("No longer there"));
  g_autofree char *folder = folder_of (entry->file);
  CardLooks looks = { entry->text, entry->name, folder, when, CARD_WIDTH, CARD_HEIGHT, 1 };
  GtkWidget *card = new_card (&looks);
  GtkWidget *overlay = gtk_overlay_new ();
  vbet_tag_set_object (card, "vbet-file", entry->file);
  g_signal_connect_object (card, "clicked", G_CALLBACK (on_recent), self, 0);
  gtk_widget_set_sensitive (card, entry->text != NULL);
  gtk_container_add (GTK_CONTAINER (overlay), card);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), new_forget (self, entry));
  gtk_widget_set_halign (overlay, GTK_ALIGN_START);
  gtk_widget_show (overlay);
  return overlay;
}

void
vbet_start_page_set_recent (VbetStartPage *self, GPtrArray *entries)
{
  GtkWidget *flow = new_flow (6);
  for (guint i = 0; i < entries->len; i++)
    add_to_flow (flow, new_recent (self, g_ptr_array_index (entries, i)));
  refill (self->recent, flow, entries->len > 0);
}

static void
on_shipped (GtkWidget *card, VbetStartPage *self)
{
  g_signal_emit_by_name (self, "open-text", vbet_tag_text (card, "vbet-name"),
                         vbet_tag_text (card, "vbet-text"), FALSE);
}

/* Subjects that shipped labs have; others are shown as they are written. */
static const char *const subjects[]
    = { N_ ("First steps"), N_ ("Switches"),          N_ ("Addresses"),           N_ ("Routing"),
        N_ ("Security"),    N_ ("Paths and tunnels"), N_ ("Distributed programs") };

static guint
subject_rank (const char *subject)
{
  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    if (g_strcmp0 (subjects[i], subject) == 0)
      return i;
  return G_N_ELEMENTS (subjects);
}

/* A lab of the installation and what it says of itself. */
typedef struct {
  const VbetLabEntry *entry;
  VbetBlurbFacts facts;
} Shipped;

static void
shipped_clear (gpointer data)
{
  vbet_blurb_facts_clear (&((Shipped *)data)->facts);
}

/* By subject, then easy ones first; those that are alike stay as they came. */
static int
by_subject (gconstpointer a, gconstpointer b)
{
  const Shipped *one = a, *other = b;
  guint rank = subject_rank (one->facts.subject), other_rank = subject_rank (other->facts.subject);
  if (rank != other_rank)
    return rank < other_rank ? -1 : 1;
  int order = g_strcmp0 (one->facts.subject, other->facts.subject);
  return order != 0 ? order : (int)one->facts.level - (int)other->facts.level;
}

/* "easy · 10 minutes". Returns: (transfer full) (nullable). */
static char *
effort_text (const VbetBlurbFacts *facts)
{
  static const char *const levels[] = { "", N_ ("easy"), N_ ("medium"), N_ ("hard") };
  const char *level = facts->level != VBET_LEVEL_UNKNOWN ? _ (levels[facts->level]) : "";
  if (facts->minutes == 0)
    return *level != '\0' ? g_strdup (level) : NULL;
  g_autofree char *time
      = g_strdup_printf (ngettext ("%u minute", "%u minutes", facts->minutes), facts->minutes);
  return *level != '\0' ? g_strdup_printf ("%s · %s", level, time) : g_steal_pointer (&time);
}

static GtkWidget *
new_shipped (VbetStartPage *self, const Shipped *lab)
{
  g_autofree char *title = vbet_blurb_title (lab->entry->name);
  g_autofree char *sentence = vbet_blurb_sentence (lab->entry->text);
  g_autofree char *effort = effort_text (&lab->facts);
  CardLooks looks = { lab->entry->text, title, sentence, effort, CARD_WIDTH, CARD_HEIGHT, 3 };
  GtkWidget *card = new_card (&looks);
  vbet_tag_set_text (card, "vbet-name", lab->entry->name);
  vbet_tag_set_text (card, "vbet-text", lab->entry->text);
  g_signal_connect_object (card, "clicked", G_CALLBACK (on_shipped), self, 0);
  return card;
}

static GtkWidget *
new_subject (const char *subject)
{
  GtkWidget *label = gtk_label_new (_ (subject));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_margin_top (label, 8);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "vbet-card-title");
  gtk_widget_show (label);
  return label;
}

void
vbet_start_page_set_shipped (VbetStartPage *self, GPtrArray *entries)
{
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8), *flow = NULL;
  g_autoptr (GArray) labs = g_array_new (FALSE, TRUE, sizeof (Shipped));
  const char *subject = NULL;
  g_array_set_clear_func (labs, shipped_clear);
  for (guint i = 0; i < entries->len; i++) {
    Shipped lab = { .entry = g_ptr_array_index (entries, i) };
    vbet_blurb_facts (lab.entry->text, &lab.facts);
    g_array_append_val (labs, lab);
  }
  g_array_sort (labs, by_subject); /* which keeps the order of equal ones */
  for (guint i = 0; i < labs->len; i++) {
    const Shipped *lab = &g_array_index (labs, Shipped, i);
    if (flow == NULL || g_strcmp0 (lab->facts.subject, subject) != 0) {
      subject = lab->facts.subject;
      if (subject != NULL)
        gtk_box_pack_start (GTK_BOX (all), new_subject (subject), FALSE, FALSE, 0);
      flow = new_flow (6);
      gtk_widget_show (flow);
      gtk_box_pack_start (GTK_BOX (all), flow, FALSE, FALSE, 0);
    }
    add_to_flow (flow, new_shipped (self, lab));
  }
  refill (self->shipped, all, entries->len > 0);
}

/* --- making one ------------------------------------------------------------------------------------ */

static void
on_shape (GtkWidget *card, VbetStartPage *self)
{
  gtk_stack_set_visible_child_name (self->stack, "make");
  vbet_generator_set_shape (self->generator, (VbetShape)vbet_tag_number (card, "vbet-shape"));
}

static void
on_back (VbetStartPage *self)
{
  gtk_stack_set_visible_child_name (self->stack, "choose");
  gtk_widget_grab_focus (self->first);
}

static void
on_made (VbetGenerator *generator, const char *name, const char *text, VbetStartPage *self)
{
  g_signal_emit_by_name (self, "open-text", name, text, TRUE);
}

static GtkWidget *
new_shapes (VbetStartPage *self)
{
  GtkWidget *flow = new_flow (6);
  for (guint i = 0; i < VBET_N_SHAPES; i++) {
    VbetGenerate usual = vbet_generate_usual ((VbetShape)i);
    usual.addresses = FALSE;
    g_autofree char *text = vbet_generate (&usual, NULL);
    CardLooks looks = {
      text, vbet_shape_title ((VbetShape)i), vbet_shape_blurb ((VbetShape)i), NULL, SHAPE_WIDTH, SHAPE_HEIGHT,
      3
    };
    GtkWidget *card = new_card (&looks);
    vbet_tag_set_number (card, "vbet-shape", i);
    g_signal_connect_object (card, "clicked", G_CALLBACK (on_shape), self, 0);
    add_to_flow (flow, card);
  }
  gtk_widget_show (flow);
  return flow;
}

/* --- the page ---------------------------------------------------------------------------------------- */

static GtkWidget *
new_welcome (VbetStartPage *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *open = gtk_button_new_with_mnemonic (_ ("Open a _file …"));
  GtkWidget *title = new_text (_ ("Build a network"), "vbet-welcome", 1);
  self->first = gtk_button_new_with_mnemonic (_ ("_Empty lab"));
  gtk_box_pack_start (GTK_BOX (texts), title, FALSE, FALSE, 0);
  gtk_box_pack_start (
      GTK_BOX (texts),
      new_text (_ ("Hosts, switches and routers that are real Linux systems, on your own desktop."),
                "vbet-faint", 2),
      FALSE, FALSE, 0);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->first), "win.new-here");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), "win.open");
  gtk_widget_set_tooltip_text (self->first, _ ("A canvas to draw on (Ctrl+N)"));
  gtk_widget_set_tooltip_text (open, _ ("Open a lab (Ctrl+O)"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->first), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  gtk_widget_set_valign (self->first, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (open, GTK_ALIGN_CENTER);
  gtk_box_pack_start (GTK_BOX (row), texts, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), open, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->first, FALSE, FALSE, 0);
  gtk_widget_show_all (row);
  return row;
}

static GtkWidget *
scrolled (GtkWidget *child)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scroller), child);
  gtk_widget_show (child);
  gtk_widget_show (scroller);
  return scroller;
}

static GtkWidget *
new_choices (VbetStartPage *self)
{
  GtkBox *page = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 22));
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (page)), "vbet-start");
  gtk_box_pack_start (page, new_welcome (self), FALSE, FALSE, 0);
  self->recoveries = add_section (page, _ ("Found again"));
  self->running = add_section (page, _ ("Running now"));
  self->recent = add_section (page, _ ("Recent labs"));
  GtkBox *shapes = add_section (page, _ ("Make one of a shape"));
  gtk_box_pack_start (shapes, new_shapes (self), FALSE, FALSE, 0);
  gtk_widget_show (GTK_WIDGET (shapes));
  self->shipped = add_section (page, _ ("Labs to try"));
  GtkWidget *scroller = scrolled (GTK_WIDGET (page));
  gtk_container_set_focus_vadjustment (GTK_CONTAINER (page),
                                       gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)));
  return scroller;
}

static void
on_message_closed (GtkWidget *bar)
{
  gtk_widget_hide (bar);
}

void
vbet_start_page_show_message (VbetStartPage *self, const char *message)
{
  g_return_if_fail (VBET_IS_START_PAGE (self));
  gtk_label_set_text (self->message, message != NULL ? message : "");
  gtk_widget_set_visible (self->message_bar, message != NULL);
}

static void
add_message_bar (VbetStartPage *self)
{
  self->message_bar = gtk_info_bar_new ();
  self->message = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_line_wrap (self->message, TRUE);
  gtk_label_set_xalign (self->message, 0);
  gtk_widget_show (GTK_WIDGET (self->message));
  gtk_info_bar_set_message_type (GTK_INFO_BAR (self->message_bar), GTK_MESSAGE_ERROR);
  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (self->message_bar), TRUE);
  gtk_container_add (GTK_CONTAINER (gtk_info_bar_get_content_area (GTK_INFO_BAR (self->message_bar))),
                     GTK_WIDGET (self->message));
  g_signal_connect (self->message_bar, "response", G_CALLBACK (on_message_closed), NULL);
  gtk_widget_set_no_show_all (self->message_bar, TRUE);
  gtk_box_pack_start (GTK_BOX (self), self->message_bar, FALSE, FALSE, 0);
}

static void
vbet_start_page_grab_focus (GtkWidget *widget)
{
  gtk_widget_grab_focus (VBET_START_PAGE (widget)->first);
}

static gboolean
vbet_start_page_key_press (GtkWidget *widget, GdkEventKey *event)
{
  VbetStartPage *self = VBET_START_PAGE (widget);
  if (event->keyval == GDK_KEY_Escape
      && g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "make") == 0) {
    on_back (self);
    return GDK_EVENT_STOP;
  }
  return GTK_WIDGET_CLASS (vbet_start_page_parent_class)->key_press_event (widget, event);
}

GtkWidget *
vbet_start_page_new (void)
{
  return g_object_new (VBET_TYPE_START_PAGE, "orientation", GTK_ORIENTATION_VERTICAL, "visible", TRUE, NULL);
}

static void
vbet_start_page_class_init (VbetStartPageClass *klass)
{
  GType type = VBET_TYPE_START_PAGE;
  GTK_WIDGET_CLASS (klass)->grab_focus = vbet_start_page_grab_focus;
  GTK_WIDGET_CLASS (klass)->key_press_event = vbet_start_page_key_press;
  g_signal_new ("open-file", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_FILE);
  g_signal_new ("open-text", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING,
                G_TYPE_STRING, G_TYPE_BOOLEAN);
  g_signal_new ("open-running", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("forget", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_FILE);
  g_signal_new ("recover", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("discard", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
vbet_start_page_init (VbetStartPage *self)
{
  add_message_bar (self);
  self->stack = GTK_STACK (gtk_stack_new ());
  self->generator = VBET_GENERATOR (vbet_generator_new ());
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->generator)), "vbet-start");
  g_signal_connect_object (self->generator, "back", G_CALLBACK (on_back), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->generator, "made", G_CALLBACK (on_made), self, 0);
  gtk_stack_add_named (self->stack, new_choices (self), "choose");
  gtk_stack_add_named (self->stack, scrolled (GTK_WIDGET (self->generator)), "make");
  gtk_widget_show (GTK_WIDGET (self->stack));
  gtk_box_pack_start (GTK_BOX (self), GTK_WIDGET (self->stack), TRUE, TRUE, 0);
}
