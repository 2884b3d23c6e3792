/* consent.c - see consent.h. */
#include "config.h"

#include "cli/consent.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/trust.h"
#include "cli/output.h"
#include "engine/model/reach.h"

#define SHOWN_MAX 100 /* sentences */
#define ANSWER_MAX 64 /* bytes that are looked at */

static gboolean
is_allowed_by_environment (void)
{
  return g_strcmp0 (g_getenv ("VBET_TRUST"), "yes") == 0;
}

/* A text from the standard input has no file, and is asked about each time. */
static gboolean
is_known (const VbetLabFile *file, const GPtrArray *reach)
{
  g_autofree char *digest = vbet_reach_digest (reach);
  return *file->path != '\0' && vbet_trust_knows (file->path, digest);
}

gboolean
vbet_consent_needed (const VbetLabFile *file, const VbetConsent *consent)
{
  g_autoptr (GPtrArray) reach = vbet_reach_list (file->topology);
  return reach->len > 0 && !consent->trust && !consent->isolated && !is_allowed_by_environment ()
         && !is_known (file, reach);
}

/* That it cannot be remembered is said, and is no reason not to run. */
static void
remember (const VbetLabFile *file, const GPtrArray *reach)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = vbet_reach_digest (reach);
  if (reach->len > 0 && *file->path != '\0' && !vbet_trust_is_shipped (file->path)
      && !vbet_trust_remember (file->path, digest, &error))
    vbet_output_error (error);
}

static void
show (const VbetLabFile *file, const GPtrArray *reach)
{
  vbet_output_message ("%s would use this computer in ways that nobody has allowed yet:", file->shown);
  for (guint i = 0; i < MIN (reach->len, SHOWN_MAX); i++)
    vbet_output_message ("- %s", ((const VbetReach *)reach->pdata[i])->sentence);
  if (reach->len > SHOWN_MAX)
    vbet_output_message ("- and %u more of the kind: read its text", reach->len - SHOWN_MAX);
}

/* Returns: the first letter of the line that is typed, in lower case; '\0' for none. */
static char
read_answer (void)
{
  char line[ANSWER_MAX] = "", byte = 0;
  for (gsize size = 0;;) {
    ssize_t n = read (STDIN_FILENO, &byte, 1);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0 || byte == '\n')
      break;
    if (size < sizeof line - 1)
      line[size++] = byte;
  }
  return g_ascii_tolower (g_strstrip (line)[0]);
}

static gboolean
refuse (gboolean isolable)
{
  if (isolable)
    vbet_output_message (
        "It was not run: --trust runs it and remembers that, --isolated runs it without these");
  else
    vbet_output_message ("It was not applied: --trust applies it and remembers that");
  return FALSE;
}

gboolean
vbet_consent_ask (const VbetLabFile *file, VbetConsent *consent, gboolean isolable)
{
  g_autoptr (GPtrArray) reach = vbet_reach_list (file->topology);
  if (!vbet_consent_needed (file, consent)) {
    if (consent->trust)
      remember (file, reach);
    return TRUE;
  }
  show (file, reach);
  if (!isatty (STDIN_FILENO) || !isatty (STDERR_FILENO))
    return refuse (isolable);
  vbet_output_put (stderr, VBET_COLOR_NONE, "%s",
                   isolable ? "Run it? [y/N/i (isolated)] " : "Apply it? [y/N] ");
  fflush (stderr);
  char answer = read_answer ();
  if (answer == 'y')
    remember (file, reach);
  consent->isolated = isolable && answer == 'i';
  return answer == 'y' || consent->isolated || refuse (isolable);
}
