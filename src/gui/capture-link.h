/* capture-link.h - one capture of a cable: asked of the engine, its messages handed on or written to a
 * stream.
 *
 * Signals:
 *   "message" (const guint8 *message, gulong size): whole blocks of pcapng; valid during the signal
 *   "ended" (const char *why): once; @why: one sentence, NULL when nothing is wrong
 */
#pragma once

#include "engine/client.h"

#define VBET_TYPE_CAPTURE_LINK (vbet_capture_link_get_type ())
G_DECLARE_FINAL_TYPE (VbetCaptureLink, vbet_capture_link, VBET, CAPTURE_LINK, GObject)

/**
 * vbet_capture_link_new:
 * @end: the end of the cable, "r1:eth0"
 * @snaplen: bytes of a packet that are kept; 0: all
 * @sink: (nullable): gets every message; closed at the end. What it does not take waits, within bounds, and
 * then in the switch, which counts what it loses.
 */
VbetCaptureLink *vbet_capture_link_new (VbetClient *client, const char *cable, const char *end, guint snaplen,
                                        GOutputStream *sink);
/** vbet_capture_link_stop: the engine is told; what is under way still comes, then "ended". */
void vbet_capture_link_stop (VbetCaptureLink *self);
