/* alarm-list.h - what is wrong in a running lab, as the engine tells it, for people. */
#pragma once

#include <gio/gio.h>

/** vbet_alarm_lines: Returns: (transfer full) (element-type utf8): one line an alarm of @reply, "DEVICE:
 * TEXT. REMEDY".
 * @reply: (nullable): a status, or a "device.alarms". */
GPtrArray *vbet_alarm_lines (GVariant *reply);

/** vbet_alarm_list_count: how many alarms of @status are of @device. */
guint vbet_alarm_list_count (GVariant *status, const char *device);

/** vbet_alarm_list_print: a paragraph on stdout that lists those of @status; nothing when all is well. */
void vbet_alarm_list_print (GVariant *status);

/** vbet_alarm_list_tell: a message on stderr for each alarm of @reply (nullable) that is not in @told, a set
 * of lines that own their key; then it is. */
void vbet_alarm_list_tell (GVariant *reply, GHashTable *told);
