/* notices.h - messages in place: info bars above the canvas, never a dialog.
 *
 * Each notice has an identifier; a new one of the same identifier takes the
 * place of the old. Buttons are actions of the window.
 */
#pragma once

#include <gtk/gtk.h>

#define VBET_TYPE_NOTICES (vbet_notices_get_type ())
G_DECLARE_FINAL_TYPE (VbetNotices, vbet_notices, VBET, NOTICES, GtkBox)

/* A button: what stands on it, and the detailed name of the action it triggers. */
typedef struct {
  const char *label;
  const char *action;
} VbetNoticeButton;

/** vbet_notices_new: Returns: (transfer floating): without notices. */
GtkWidget *vbet_notices_new (void);
/** vbet_notices_show: @buttons: (nullable): ends with a NULL label; each also closes the notice. */
void vbet_notices_show (VbetNotices *self, const char *id, GtkMessageType type, const char *text,
                        const VbetNoticeButton *buttons);
/** vbet_notices_hide: that of @id, if it is shown. */
void vbet_notices_hide (VbetNotices *self, const char *id);
/** vbet_notices_clear: hides all. */
void vbet_notices_clear (VbetNotices *self);
