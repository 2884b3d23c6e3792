/* start-page.h - what a window shows before it has a lab: labs that run, labs used lately, labs that came
 * with the program, shapes to make one of, an empty one. It only shows and tells; the window does. */
#pragma once

#include <gtk/gtk.h>

#include "engine/client.h"
#include "gui/lab-list.h"

#define VBET_TYPE_START_PAGE (vbet_start_page_get_type ())
G_DECLARE_FINAL_TYPE (VbetStartPage, vbet_start_page, VBET, START_PAGE, GtkBox)

/* Signals; each is a wish of the user:
 *   "open-file" (GFile *file)
 *   "open-text" (const char *name, const char *text, gboolean unsaved): a lab of its own that has no file
 *   "open-running" (const char *id)
 *   "forget" (GFile *file): take it off the recent ones
 *   "recover" (const char *id), "discard" (const char *id): unsaved work
 * The buttons for an empty lab and for opening a file trigger the actions win.new-here and win.open.
 */

/* Unsaved work of a window that ended badly. */
typedef struct {
  char *id;
  char *name;
  char *where; /* folder, or "" */
  char *when;  /* for people */
} VbetStartRecovery;

/** vbet_start_page_new: Returns: (transfer floating). */
GtkWidget *vbet_start_page_new (void);

/** vbet_start_page_set_running: @labs: (element-type VbetLabInfo). */
void vbet_start_page_set_running (VbetStartPage *self, GPtrArray *labs);
/** vbet_start_page_set_recent: @entries: (element-type VbetLabEntry). */
void vbet_start_page_set_recent (VbetStartPage *self, GPtrArray *entries);
/** vbet_start_page_set_shipped: @entries: (element-type VbetLabEntry). */
void vbet_start_page_set_shipped (VbetStartPage *self, GPtrArray *entries);
/** vbet_start_page_set_recoveries: @list: (element-type VbetStartRecovery). */
void vbet_start_page_set_recoveries (VbetStartPage *self, GPtrArray *list);
/** vbet_start_page_show_message: one sentence at the top: something that was asked for did not work.
 * @message: (nullable): none. */
void vbet_start_page_show_message (VbetStartPage *self, const char *message);
