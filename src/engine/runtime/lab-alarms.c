/* lab-alarms.c - how the alarms of guests come into the lab's list (alarms.h), and how clients hear of them.
 */
#include "config.h"

#include "engine/runtime/lab-private.h"

#include <string.h>

#include "base/call-filter.h"

#define FILES_KEY "files"
#define SERVICE_KEY "service-" /* and its name */
#define GUEST_KEY "denied-" /* and the call's name */

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
  return vbet_alarms_new (on_changed, self);
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
  g_autofree char *text
      = g_strdup_printf ("Its kernel tried the system call %s of this machine, which guests may not use", name);
  vbet_alarms_raise (node->lab->alarms, node->name, VBET_ALARM_FROM_ENGINE, key, "denied", text, uptime (node->lab));
}

void
vbet_lab_guest_floods (VbetLabDevice *node, gboolean on)
{
  VbetAlarms *alarms = node->lab->alarms;
  if (on)
    vbet_alarms_raise (alarms, node->name, VBET_ALARM_FROM_ENGINE, "flood", "flood",
                       "It prints more than a MiB a second on its console and is slowed down", uptime (node->lab));
  else
    vbet_alarms_clear (alarms, node->name, VBET_ALARM_FROM_ENGINE, "flood");
}

void
vbet_lab_guest_has_old_files (VbetLabDevice *node, gboolean old)
{
  VbetAlarms *alarms = node->lab->alarms;
  if (old)
    vbet_alarms_raise (alarms, node->name, VBET_ALARM_FROM_ENGINE, FILES_KEY, "files",
                       "What the last edits change in its files (names, name servers, services) did not get there",
                       uptime (node->lab));
  else
    vbet_alarms_clear (alarms, node->name, VBET_ALARM_FROM_ENGINE, FILES_KEY);
}

void
vbet_lab_service_denied (VbetLab *self, const char *device, const char *service, const char *call)
{
  /* One alarm a service, of the last call: a process that was taken over can name as many as it likes. */
  gsize length = MIN (strspn (call, "abcdefghijklmnopqrstuvwxyz_0123456789"), VBET_CALL_NAME_MAX);
  g_autofree char *key = g_strconcat (SERVICE_KEY, service, NULL);
  g_autofree char *text = g_strdup_printf ("The process %s tried the system call %.*s, which it may not use", service,
                                           (int)length, call);
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
}
