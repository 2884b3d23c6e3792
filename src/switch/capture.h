/* capture.h - a capture of a cable: its frames as pcapng, to whoever reads them.
 *
 * The frame path copies each wanted frame into a bounded queue of chunks and
 * never waits; chunks go out when a run of the fabric ends and while the reader
 * takes them. What does not fit is counted, and said in the stream: by the next
 * packet of that interface (drop count and a comment), and by interface
 * statistics once the reader has caught up, and at the end.
 *
 * Capturing is also bounded in time: all captures of a process together take at
 * most a fiftieth of it and a sixteenth of what the process works, so that the
 * frame path is never slowed by more than a tenth. What they could not do in
 * that time is missed, and said, likewise.
 *
 * The reader's socket is a SEQPACKET one and a message is whole blocks. So the
 * stream is in order even when this process dies in the middle of it: the next
 * one goes on with a new section.
 */
#pragma once

#include "switch/core/bpf.h"
#include "switch/socket-port.h"

#define VBET_CAPTURE_CHUNK 32768                    /* bytes of a message, unless a single block is larger */
#define VBET_CAPTURE_QUEUE ((gsize)4 * 1024 * 1024) /* bytes that wait for a slow reader */

typedef struct {
  gboolean ends[2];           /* at which ends of the cable */
  char *name[2];              /* of their interfaces; owned */
  guint snaplen;              /* bytes of a frame that are kept */
  VbetBpfInstruction *filter; /* valid; owned; NULL: every frame */
  guint filter_size;
  gboolean resumed; /* an earlier process had begun it */
} VbetCaptureSettings;

/** vbet_capture_settings_clear: frees what @self holds, not @self. */
void vbet_capture_settings_clear (VbetCaptureSettings *self);

/* What the captures of a process share: the time that they may take, and what is to be sent later. */
typedef struct VbetCaptures VbetCaptures;
typedef struct VbetCapture VbetCapture;

/** vbet_captures_new: Returns: (transfer full): none. */
VbetCaptures *vbet_captures_new (void);
/** vbet_captures_free: every capture was freed before. */
void vbet_captures_free (VbetCaptures *self);
/** vbet_captures_deadline: Returns: when vbet_captures_run() is to be called (monotonic nanoseconds);
 * VBET_CABLE_NEVER: never. */
gint64 vbet_captures_deadline (const VbetCaptures *self);
/** vbet_captures_run: sends what has waited long enough for more to be sent with it, says what was missed. */
void vbet_captures_run (VbetCaptures *self, gint64 now);

/* Nobody reads any more; @capture is to be freed by the callee. */
typedef void (*VbetCaptureClosed) (VbetCapture *capture, gpointer user_data);

/**
 * vbet_capture_new:
 * @settings: copied
 * @fd: the reader's socket; taken, also on failure
 * @ret_error: (out): -errno on failure
 *
 * Returns: NULL when @cable is no name, no end is captured, or there are no resources.
 */
VbetCapture *vbet_capture_new (VbetIo *io, const char *cable, const VbetCaptureSettings *settings,
                               guint64 serial, int fd, VbetCaptureClosed closed, gpointer user_data,
                               int *ret_error);
/** vbet_capture_free: sends what the socket still takes, with the statistics, and closes it. */
void vbet_capture_free (VbetCapture *self);
/** vbet_capture_get_serial: Returns: what it was made with. */
guint64 vbet_capture_get_serial (const VbetCapture *self);
/** vbet_capture_event: the loop reports @events; may call closed(). */
void vbet_capture_event (VbetCapture *self, guint32 events);
