/* fake-engine.h - an engine that only pretends, for tests of what talks to engines.
 *
 * It serves JSON-RPC on a unix socket in the default main context and does
 * what a script says, a line each:
 *
 *   answer METHOD JSON               what METHOD is answered; "{}" for what the script does not name
 *   fail METHOD CODE SENTENCE        METHOD fails
 *   hang METHOD                      METHOD is never answered
 *   notify METHOD NAME JSON          METHOD is preceded by that notification (to all clients)
 *   die METHOD                       the engine goes away instead of answering
 *
 * The last answer or failure of a method counts; notifications add up.
 */
#pragma once

#include <glib.h>

typedef struct VbetFakeEngine VbetFakeEngine;

/** vbet_fake_engine_new: @socket_path: where to listen; its folder is made. */
VbetFakeEngine *vbet_fake_engine_new (const char *socket_path, const char *script);
/** vbet_fake_engine_free: closes connections and removes the socket. */
void vbet_fake_engine_free (VbetFakeEngine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetFakeEngine, vbet_fake_engine_free)

/** vbet_fake_engine_log: Returns: the requests so far, "METHOD JSON" a line; JSON without blanks, keys
 * sorted. */
const char *vbet_fake_engine_log (VbetFakeEngine *self);

/** vbet_fake_engine_log_to: writes @head and each request to the file @path, before it is answered. */
void vbet_fake_engine_log_to (VbetFakeEngine *self, const char *path, const char *head);

/** vbet_fake_engine_ended: whether "lab.stop" was answered or "die" met. */
gboolean vbet_fake_engine_ended (VbetFakeEngine *self);
