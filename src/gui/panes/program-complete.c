/* program-complete.c - completion in the program pane: shows what complete.h proposes.
 *
 * It comes up by itself when a word is begun, and right behind "(" and "=";
 * by Ctrl+Space anywhere. The first proposal is chosen at once only where a
 * word was begun, so that Return stays Return behind a parenthesis.
 */
#include "config.h"

#include "gui/panes/program-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "gui/model/complete.h"
#include "gui/tag.h"

#define VBET_TYPE_PROVIDER (vbet_provider_get_type ())
G_DECLARE_FINAL_TYPE (VbetProvider, vbet_provider, VBET, PROVIDER, GObject)

struct _VbetProvider {
  GObject parent_instance;
  VbetProgramPane *pane; /* borrowed: it owns us through its view */
  gsize start;           /* of the word that the present proposals replace */
  gpointer context;      /* the last one, only to be compared */
  gsize asked_start;     /* where its word began */
};

static void provider_init (GtkSourceCompletionProviderIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VbetProvider, vbet_provider, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_COMPLETION_PROVIDER, provider_init))

static char *
provider_name (GtkSourceCompletionProvider *provider)
{
  return g_strdup ("vBET");
}

static const char *
icon_of (VbetCompletionType type)
{
  switch (type) {
  case VBET_COMPLETION_CALL:
    return "system-run-symbolic";
  case VBET_COMPLETION_KIND:
  case VBET_COMPLETION_DEVICE:
    return "computer-symbolic";
  case VBET_COMPLETION_CABLE:
  case VBET_COMPLETION_NIC:
    return "network-wired-symbolic";
  case VBET_COMPLETION_KEY:
    return "preferences-system-symbolic";
  case VBET_COMPLETION_SNIPPET:
    return "list-add-symbolic";
  case VBET_COMPLETION_VALUE:
  default:
    return "media-record-symbolic";
  }
}

/* Beside a label, so much is read. */
#define HELP_WIDTH 60

static char *
shortened (const char *text)
{
  if (g_utf8_strlen (text, -1) <= HELP_WIDTH)
    return g_strdup (text);
  g_autofree char *head = g_utf8_substring (text, 0, HELP_WIDTH - 1);
  return g_strconcat (head, "…", NULL);
}

static GtkSourceCompletionItem *
new_item (const VbetCompletion *one)
{
  GtkSourceCompletionItem *item = gtk_source_completion_item_new ();
  g_autofree char *label = g_markup_escape_text (one->label, -1);
  g_autofree char *short_help = shortened (*one->detail != '\0' ? one->detail : one->help);
  g_autofree char *detail = g_markup_escape_text (short_help, -1);
  /* The blanks at the end keep a scroll bar off the text. */
  g_autofree char *markup
      = g_strdup_printf ("%s   <span alpha=\"65%%\" size=\"smaller\">%s</span>    ", label, detail);
  gtk_source_completion_item_set_markup (item, markup);
  gtk_source_completion_item_set_text (item, one->text);
  gtk_source_completion_item_set_icon_name (item, icon_of (one->type));
  gtk_source_completion_item_set_info (item, *one->help != '\0' ? one->help : one->label);
  vbet_tag_set_number (item, "vbet-select", one->select_start);
  vbet_tag_set_number (item, "vbet-length", one->select_length);
  return item;
}

/* Whether proposals that nobody asked for are welcome at @cursor. */
static gboolean
is_inviting (const char *text, gsize start, gsize cursor)
{
  if (cursor > start)
    return g_ascii_isalpha (text[start]);
  return cursor > 0 && (text[cursor - 1] == '(' || text[cursor - 1] == '=');
}

static void
provider_populate (GtkSourceCompletionProvider *provider, GtkSourceCompletionContext *context)
{
  VbetProvider *self = VBET_PROVIDER (provider);
  VbetProgramPane *pane = self->pane;
  gboolean asked = gtk_source_completion_context_get_activation (context)
                   == GTK_SOURCE_COMPLETION_ACTIVATION_USER_REQUESTED;
  gsize cursor = _vbet_program_cursor (pane);
  const char *text = vbet_document_text (_vbet_program_document (pane), NULL);
  g_autoptr (GPtrArray) found
      = vbet_complete (vbet_session_get_program (pane->session), vbet_session_get_topology (pane->session),
                       cursor, &self->start);
  GList *items = NULL;
  /* Who asked in one place did not ask in the next. */
  if (self->context != context)
    self->asked_start = self->start;
  self->context = context;
  asked = asked && self->start == self->asked_start;
  gboolean welcome = asked
                     || (is_inviting (text, self->start, cursor)
                         && !vbet_complete_is_done (found, text + self->start, cursor - self->start));
  for (guint i = found->len; i > 0 && welcome && pane->mirrors; i--)
    items = g_list_prepend (items, new_item (g_ptr_array_index (found, i - 1)));
  g_object_set (gtk_source_view_get_completion (GTK_SOURCE_VIEW (pane->view)), "select-on-show",
                asked || cursor > self->start, NULL);
  gtk_source_completion_context_add_proposals (context, provider, items, TRUE);
  g_list_free_full (items, g_object_unref);
}

static gboolean
provider_start_iter (GtkSourceCompletionProvider *provider, GtkSourceCompletionContext *context,
                     GtkSourceCompletionProposal *proposal, GtkTextIter *iter)
{
  VbetProvider *self = VBET_PROVIDER (provider);
  VbetWalker walk = _vbet_program_walker (self->pane);
  *iter = _vbet_walker_to (&walk, self->start);
  return TRUE;
}

static gboolean
on_more (gpointer data)
{
  g_autoptr (GObject) view = data;
  if (gtk_widget_has_focus (GTK_WIDGET (view)))
    g_signal_emit_by_name (view, "show-completion");
  return G_SOURCE_REMOVE;
}

static gboolean
provider_activate (GtkSourceCompletionProvider *provider, GtkSourceCompletionProposal *proposal,
                   GtkTextIter *iter)
{
  VbetProvider *self = VBET_PROVIDER (provider);
  g_autofree char *text = gtk_source_completion_proposal_get_text (proposal);
  gsize cursor = _vbet_program_cursor (self->pane), start = MIN (self->start, cursor);
  gsize select = vbet_tag_number (proposal, "vbet-select");
  gsize length = vbet_tag_number (proposal, "vbet-length");
  _vbet_program_replace (self->pane, start, cursor - start, text, select, length, _ ("Completion"));
  /* What comes next is proposed at once: the arguments of a call, the value of a key. */
  if (length == 0 && (g_str_has_suffix (text, "(") || g_str_has_suffix (text, "=")))
    g_idle_add (on_more, g_object_ref (self->pane->view));
  return TRUE;
}

static void
provider_init (GtkSourceCompletionProviderIface *iface)
{
  iface->get_name = provider_name;
  iface->populate = provider_populate;
  iface->get_start_iter = provider_start_iter;
  iface->activate_proposal = provider_activate;
}

static void
vbet_provider_class_init (VbetProviderClass *klass)
{
}

static void
vbet_provider_init (VbetProvider *self)
{
}

void
_vbet_program_complete_init (VbetProgramPane *self)
{
  GtkSourceCompletion *completion = gtk_source_view_get_completion (GTK_SOURCE_VIEW (self->view));
  g_autoptr (VbetProvider) provider = g_object_new (VBET_TYPE_PROVIDER, NULL);
  provider->pane = self;
  g_object_set (completion, "show-headers", FALSE, "show-icons", TRUE, "accelerators", 0u,
                "auto-complete-delay", 60u, NULL);
  gtk_source_completion_add_provider (completion, GTK_SOURCE_COMPLETION_PROVIDER (provider), NULL);
}
