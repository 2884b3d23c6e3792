/* connection.h - vbetctl's use of a running lab: connecting, calling, errors that help.
 *
 * Thin wrappers of engine/client.h: calls that Ctrl-C ends, messages that name
 * the labs or devices there are, access to the fields of replies.
 */
#pragma once

#include <gio/gio.h>

#include "cli/interrupt.h"
#include "engine/client.h"

/** vbet_connection_labs: Returns: (transfer full) (element-type VbetLabInfo): the labs that run; NULL when the folder
 * in which they would be cannot be trusted. */
GPtrArray *vbet_connection_labs (GError **error);

/** vbet_connection_open: connects to the lab @id. The error lists the labs that run. */
VbetClient *vbet_connection_open (const char *id, GError **error);

/**
 * vbet_connection_call:
 * @params: (nullable): a{sv}, floating references are consumed
 * @interrupt: (nullable): a signal ends the waiting with VBET_ERROR_CANCELLED
 *
 * Notifications are delivered meanwhile.
 */
GVariant *vbet_connection_call (VbetClient *client, const char *method, GVariant *params,
                                const VbetInterrupt *interrupt, GError **error);

/**
 * vbet_connection_call_device: likewise, about the device @device, which is added to @params (floating or
 * NULL). When there is no such device the error says which one was probably meant, or which there are.
 */
GVariant *vbet_connection_call_device (VbetClient *client, const char *method, const char *device,
                                       GVariant *params, const VbetInterrupt *interrupt, GError **error);

/**
 * vbet_connection_call_watched: likewise; an engine that says nothing at all meanwhile, not even who it is, for
 * a few seconds is given up with vbet_connection_silent_error().
 */
GVariant *vbet_connection_call_watched (VbetClient *client, const char *method, GVariant *params,
                                        const VbetInterrupt *interrupt, GError **error);

/** vbet_connection_silent_error: Returns: (transfer full): the engine of @lab, process @pid (0: unknown), does not
 * answer, and how it can be ended. */
GError *vbet_connection_silent_error (const char *lab, gint64 pid);

/** vbet_connection_stop_lab: stops the lab; done when everything is gone. A second signal ends the waiting.
 */
gboolean vbet_connection_stop_lab (VbetClient *client, const VbetInterrupt *interrupt, GError **error);

/* --- fields of replies (a{sv}); what is missing or of another type reads as nothing ----- */

/** vbet_field_text: Returns: (transfer none): "" if missing; lives as long as @dict. */
const char *vbet_field_text (GVariant *dict, const char *key);
/** vbet_field_integer: Returns: 0 when there is no such member, or of another type. */
gint64 vbet_field_integer (GVariant *dict, const char *key);
/** vbet_field_number: likewise. */
double vbet_field_number (GVariant *dict, const char *key);
/** vbet_field_boolean: likewise; FALSE. */
gboolean vbet_field_boolean (GVariant *dict, const char *key);
/** vbet_field_dict: Returns: (transfer full) (nullable): the object at @key. */
GVariant *vbet_field_dict (GVariant *dict, const char *key);
/** vbet_field_list: Returns: (transfer full) (element-type GVariant): the items at @key, without their
 * wrapping. */
GPtrArray *vbet_field_list (GVariant *dict, const char *key);
/** vbet_field_bytes: Returns: (transfer full): base64 at @key, decoded. */
GBytes *vbet_field_bytes (GVariant *dict, const char *key);

/** vbet_json_text: Returns: (transfer full): @value as JSON for people and programs, with a final newline. */
char *vbet_json_text (GVariant *value);
