/* alarms.h - what is wrong in a running lab right now: one list, of which clients are told each change.
 *
 * An alarm (RFC 8632) is raised and, once all is well, cleared; it is told by
 * its device, who raised it, and a key of theirs. Texts may come from a guest:
 * they are made one line without control characters, of bounded length and
 * number. Changes are told in batches, so that a guest that raises and clears
 * without end costs little.
 */
#pragma once

#include <gio/gio.h>

/* Alarms of one device and source that are kept; of more only the number is told. */
#define VBET_ALARMS_MAX 64

typedef enum {
  VBET_ALARM_FROM_GUEST, /* of this boot; hostile */
  VBET_ALARM_FROM_ENGINE,
} VbetAlarmSource;

typedef struct _VbetAlarms VbetAlarms;

/** VbetAlarmsChanged: the alarms of @device are others than when this was called last. */
typedef void (*VbetAlarmsChanged) (const char *device, gpointer data);

/** vbet_alarms_new: @lab: its identifier, for the commands that mend alarms. @changed: called from the thread-default main
 * context, never from within these functions. */
VbetAlarms *vbet_alarms_new (const char *lab, VbetAlarmsChanged changed, gpointer data);
/** vbet_alarms_free: @self: (nullable): nothing is told any more. */
void vbet_alarms_free (VbetAlarms *self);

/**
 * vbet_alarms_raise: likewise with another text when it is raised already.
 * @device: name; "" for what concerns the lab as a whole
 * @kind: as "alarms" of vbetd(8) lists them; of another there is no remedy
 * @text: valid UTF-8, one sentence without the device's name
 * @since: seconds, uptime of the lab; kept when it is raised already
 */
void vbet_alarms_raise (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *key,
                        const char *kind, const char *text, double since);
/**
 * vbet_alarms_raise_call: a call of an edit failed; of the engine.
 * @number: of the call, by which it can be tried again
 * Otherwise as vbet_alarms_raise().
 */
void vbet_alarms_raise_call (VbetAlarms *self, const char *device, const char *key, guint number,
                             const char *text, double since);
/** vbet_alarms_clear: @key: (nullable): NULL: all of that device and source. */
void vbet_alarms_clear (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *key);
/** vbet_alarms_clear_all: those of that device and source whose keys begin with @prefix. */
void vbet_alarms_clear_all (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *prefix);
/** vbet_alarms_forget: @device is no more. */
void vbet_alarms_forget (VbetAlarms *self, const char *device);

/** vbet_alarms_to_variant: Returns: (transfer floating): av, "alarms" of vbetd(8), in the order they were
 * raised.
 * @device: (nullable): only of that device. */
GVariant *vbet_alarms_to_variant (const VbetAlarms *self, const char *device);
