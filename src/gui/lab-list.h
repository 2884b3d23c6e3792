/* lab-list.h - labs that the start page offers: those of the installation, and those that were used lately.
 * Files are read in a thread. */
#pragma once

#include <gtk/gtk.h>

typedef struct {
  GFile *file;
  char *name;  /* of the file, without ".vbet"; UTF-8 */
  char *text;  /* (nullable): NULL when it cannot be read */
  gint64 when; /* seconds since 1970 when it was used last; 0: unknown */
} VbetLabEntry;

/** vbet_lab_list_shipped_async: reads the labs that came with the program, simple ones first. */
void vbet_lab_list_shipped_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** vbet_lab_list_recent_async: reads the labs that were opened or saved lately, the latest first; also those
 * that are no longer there. */
void vbet_lab_list_recent_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** vbet_lab_list_finish: Returns: (transfer full) (nullable) (element-type VbetLabEntry): NULL when
 * cancelled. */
GPtrArray *vbet_lab_list_finish (GAsyncResult *result);

/** vbet_lab_list_remember: @path was opened or saved. */
void vbet_lab_list_remember (const char *path);
/** vbet_lab_list_forget: @file is no longer among the recent ones. */
void vbet_lab_list_forget (GFile *file);
