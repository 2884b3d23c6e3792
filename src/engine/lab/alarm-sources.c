/* alarm-sources.c - how the alarms of guests come into the lab's list (alarms.h), and how clients hear of them.
 */
#include "config.h"

#include "engine/lab/private.h"

#include <string.h>

#include "base/call-filter.h"

#define FILES_KEY "files"
#define SERVICE_KEY "service-"    /* and its name */
#define CALL_KEY "call "          /* and what the call is about */
#define INSIDE_KEY CALL_KEY "in " /* … what a guest has anew when it starts */
#define GUEST_KEY "denied-"       /* and the call's name */
#define CLASH_KEY "same-macs"

static double
uptime (const VbetLab *self)
{
  return (double)(g_get_monotonic_time () - self->born) / 1e6;
}

static void
on_changed (const char *device, gpointer data)
{
  VbetLab *self = data;
  g_autoptr (GVariant) alarms = g_variant_ref_sink (vbet_alarms_to_variant (self->alarms, device));
  g_signal_emit_by_name (self, "alarms", device, alarms);
}

VbetAlarms *
vbet_lab_alarms_new (VbetLab *self)
{
  return vbet_alarms_new (self->id, on_changed, self);
}

void
vbet_lab_guest_alarm (VbetLabDevice *node, const char *key, const char *kind, const char *text)
{
  VbetAlarms *alarms = node->lab->alarms;
  if (kind[0] == '\0')
    vbet_alarms_clear (alarms, node->name, VBET_ALARM_FROM_GUEST, key[0] != '\0' ? key : NULL);
  else
    vbet_alarms_raise (alarms, node->name, VBET_ALARM_FROM_GUEST, key, kind, text, uptime (node->lab));
}

/* From the engine: a guest could take back what comes from itself. */
void
vbet_lab_guest_denied (VbetLabDevice *node, const char *call)
{
  g_autofree char *name = g_strndup (call, strcspn (call, " "));
  g_autofree char *key = g_strconcat (GUEST_KEY, name, NULL);
  g_autofree char *text = g_strdup_printf (
      "Its kernel tried the system call %s of this machine, which guests may not use", name);
  vbet_alarms_raise (node->lab->alarms, node->name, VBET_ALARM_FROM_ENGINE, key, "denied", text,
                     uptime (node->lab));
}

void
vbet_lab_guest_floods (VbetLabDevice *node, gboolean on)
{
  VbetAlarms *alarms = node->lab->alarms;
  if (on)
    vbet_alarms_raise (alarms, node->name, VBET_ALARM_FROM_ENGINE, "flood", "flood",
                       "It prints more than a MiB a second on its console and is slowed down",
                       uptime (node->lab));
  else
    vbet_alarms_clear (alarms, node->name, VBET_ALARM_FROM_ENGINE, "flood");
}

void
vbet_lab_guest_has_old_files (VbetLabDevice *node, gboolean old)
{
  VbetAlarms *alarms = node->lab->alarms;
  if (old)
    vbet_alarms_raise (
        alarms, node->name, VBET_ALARM_FROM_ENGINE, FILES_KEY, "files",
        "What the last edits change in its files (names, name servers, services) did not get there",
        uptime (node->lab));
  else
    vbet_alarms_clear (alarms, node->name, VBET_ALARM_FROM_ENGINE, FILES_KEY);
}

void
vbet_lab_remote_clash (VbetLabDevice *node, gboolean clash, const char *lab)
{
  VbetAlarms *alarms = node->lab->alarms;
  if (!clash) {
    vbet_alarms_clear (alarms, node->name, VBET_ALARM_FROM_ENGINE, CLASH_KEY);
    return;
  }
  g_autofree char *called
      = lab != NULL && *lab != '\0' ? g_strdup_printf (", which is called %s,", lab) : g_strdup ("");
  g_autofree char *text = g_strdup_printf (
      "The lab at its far end%s makes the MAC addresses that this one makes: devices of one name have the "
      "same, so switches take one for the other",
      called);
  vbet_alarms_raise (alarms, node->name, VBET_ALARM_FROM_ENGINE, CLASH_KEY, "same-macs", text,
                     uptime (node->lab));
}

void
vbet_lab_service_denied (VbetLab *self, const char *device, const char *service, const char *call)
{
  /* One alarm a service, of the last call: a process that was taken over can name as many as it likes. */
  gsize length = MIN (strspn (call, "abcdefghijklmnopqrstuvwxyz_0123456789"), VBET_CALL_NAME_MAX);
  g_autofree char *key = g_strconcat (SERVICE_KEY, service, NULL);
  g_autofree char *text = g_strdup_printf ("The process %s tried the system call %.*s, which it may not use",
                                           service, (int)length, call);
  vbet_alarms_raise (self->alarms, device, VBET_ALARM_FROM_ENGINE, key, "confined", text, uptime (self));
}

void
vbet_lab_service_denied_over (VbetLab *self, const char *device, const char *service)
{
  g_autofree char *key = g_strconcat (SERVICE_KEY, service, NULL);
  vbet_alarms_clear (self->alarms, device, VBET_ALARM_FROM_ENGINE, key);
}

void
vbet_lab_warden_denied (VbetLab *self, const char *call)
{
  if (call != NULL)
    vbet_lab_service_denied (self, "", "vbet-warden", call);
  else
    vbet_lab_service_denied_over (self, "", "vbet-warden");
}

/* --- calls that failed ------------------------------------------------------------------------- */

/* (transfer full) (nullable): what @call is about, so that another that did the same, or the opposite, is known; NULL: its
 * device's own state tells. */
static char *
subject_of (const VbetCall *call)
{
  if ((call->kind & VBET_KIND_OUTSIDE) != 0)
    return NULL;
  switch (call->verb) {
  case VBET_CALL_ALLOC:
  case VBET_CALL_FREE:
    return call->cable != NULL ? g_strdup_printf (CALL_KEY "cable %s alloc", call->cable)
                               : g_strdup (CALL_KEY "alloc");
  case VBET_CALL_ATTACH:
  case VBET_CALL_DETACH:
    return g_strdup_printf (INSIDE_KEY "%u nic", call->nic);
  case VBET_CALL_PLUG:
  case VBET_CALL_UNPLUG:
    return g_strdup_printf (CALL_KEY "cable %s end %u", call->cable, call->end);
  case VBET_CALL_SET:
    return call->cable != NULL ? g_strdup_printf (CALL_KEY "cable %s set %s", call->cable, call->key)
                               : g_strdup_printf (INSIDE_KEY "%u set %s", call->nic, call->key);
  case VBET_CALL_FILE:
    return g_strdup_printf (INSIDE_KEY "file %s", call->key);
  case VBET_CALL_START:
  case VBET_CALL_STOP:
    return NULL;
  }
  return NULL;
}

void
vbet_lab_note_call (VbetLab *self, const VbetCall *call, const VbetCallRecord *record)
{
  g_autofree char *subject = subject_of (call);
  /* Of a cable: no device's, however it is plugged just now. */
  const char *device = call->cable == NULL && call->device != NULL ? call->device : "";
  if (subject == NULL)
    return;
  if (record->error != NULL) {
    g_autofree char *text = g_strdup_printf ("%s: %s", call->text, record->error);
    vbet_alarms_raise_call (self->alarms, device, subject, record->number, text, uptime (self));
    return;
  }
  vbet_alarms_clear (self->alarms, device, VBET_ALARM_FROM_ENGINE, subject);
  g_autofree char *of = call->verb == VBET_CALL_DETACH ? g_strdup_printf (INSIDE_KEY "%u ", call->nic)
                        : call->verb == VBET_CALL_FREE && call->cable != NULL
                            ? g_strdup_printf (CALL_KEY "cable %s ", call->cable)
                            : NULL;
  if (of != NULL)
    vbet_alarms_clear_all (self->alarms, device, VBET_ALARM_FROM_ENGINE, of);
}

void
vbet_lab_guest_denied_over (VbetLabDevice *node)
{
  vbet_alarms_clear_all (node->lab->alarms, node->name, VBET_ALARM_FROM_ENGINE, GUEST_KEY);
  vbet_lab_service_denied_over (node->lab, node->name, "vbet-guest");
  vbet_lab_guest_has_old_files (node, FALSE);
}

void
vbet_lab_guest_alarms_over (VbetLabDevice *node)
{
  vbet_alarms_clear (node->lab->alarms, node->name, VBET_ALARM_FROM_GUEST, NULL);
  vbet_alarms_clear_all (node->lab->alarms, node->name, VBET_ALARM_FROM_ENGINE, INSIDE_KEY);
}
