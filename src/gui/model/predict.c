/* predict.c - see predict.h. The figures are those of doc/performance.md: a host alone 20.8 MiB, each of
 * twenty 13.6 MiB, a router with OSPF alone 40.5 MiB. */
#include "config.h"

#include "gui/model/predict.h"

#include <string.h>

#define MIB (1024.0 * 1024.0)
#define OWN (13.3 * MIB)     /* of each guest: kernel data, init, agent, shell */
#define SHARED (7.5 * MIB)   /* once: the kernel's program */
#define ENGINE (9.0 * MIB)   /* engine and switch process */
#define PORT (0.02 * MIB)    /* of each NIC: sockets and queues */
#define ROUTING (19.7 * MIB) /* zebra and one or two routing daemons */
#define SERVICE (3.0 * MIB)
#define RULES (1.0 * MIB)
#define GUESTS_A_PROCESSOR 24 /* more of them start and answer slowly */

/* Whether the guest runs FRR. */
static gboolean
has_routing (const VbetDevice *device, const GPtrArray *services)
{
  static const char *const daemons[] = { "ospf", "ospf6", "rip", "bgp", "isis", NULL };
  const VbetValue *routing = vbet_attributes_get (device->attributes, "routing");
  if (routing != NULL)
    return TRUE;
  for (guint i = 0; i < services->len; i++) {
    const VbetValue *service = g_ptr_array_index (services, i);
    if (service->type == VBET_VALUE_NAME && g_strv_contains (daemons, service->as.text))
      return TRUE;
  }
  return FALSE;
}

static double
guest_memory (const VbetDevice *device, double limit)
{
  g_autoptr (GPtrArray) services = vbet_attributes_list (device->attributes, "services");
  double memory = OWN + PORT * device->nics->len + SERVICE * services->len;
  if (has_routing (device, services))
    memory += ROUTING;
  if (device->kind == VBET_KIND_FIREWALL)
    memory += RULES;
  return MIN (memory, limit + OWN / 2);
}

VbetPrediction
vbet_predict (const VbetTopology *topology)
{
  VbetPrediction self = { 0 };
  double memory = 0;
  for (guint i = 0; i < topology->devices->len; i++) {
    const VbetDevice *device = g_ptr_array_index (topology->devices, i);
    if ((device->kind & VBET_KIND_GUEST) == 0)
      continue;
    double limit = vbet_attributes_number (device->attributes, device->kind, "mem", 0);
    memory += guest_memory (device, limit);
    self.largest = MAX (self.largest, (guint64)MAX (limit, 0));
    self.guests++;
  }
  if (topology->devices->len > 0)
    memory += ENGINE + (self.guests > 0 ? SHARED : 0);
  self.memory = (guint64)memory;
  return self;
}

VbetFit
vbet_predict_fit (const VbetPrediction *self, const VbetMachine *machine)
{
  if (self->guests == 0)
    return VBET_FIT_GOOD;
  if (machine->available > 0 && (self->memory > machine->available || self->largest > machine->available))
    return VBET_FIT_TOO_BIG;
  if (machine->shared > 0 && self->largest > machine->shared)
    return VBET_FIT_TOO_BIG;
  if (machine->available > 0 && (double)self->memory > 0.75 * (double)machine->available)
    return VBET_FIT_TIGHT;
  if (machine->processors > 0 && self->guests > GUESTS_A_PROCESSOR * machine->processors)
    return VBET_FIT_TIGHT;
  return VBET_FIT_GOOD;
}

guint64
vbet_predict_meminfo (const char *text, gsize size)
{
  static const char key[] = "MemAvailable:";
  g_autofree char *copy = g_strndup (text, size);
  const char *found = strstr (copy, key);
  return found != NULL ? g_ascii_strtoull (found + strlen (key), NULL, 10) * 1024 : 0;
}
