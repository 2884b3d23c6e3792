/* autosave.h - unsaved work, kept outside of the lab's file, and found again after a crash.
 *
 * Each document with unsaved changes has two files in a private folder:
 * ID.autosave with its text and where it came from, and ID.lock, which its
 * process holds locked (flock) as long as it lives. What nobody holds was
 * left by a process that ended badly: it can be claimed, by one process only.
 * Functions that touch files may be called in any thread; none needs GTK.
 */
#pragma once

#include <gio/gio.h>

/* What is kept of a document. */
typedef struct {
  char *id;    /* names its files */
  char *name;  /* of the lab */
  char *path;  /* (nullable): of its file */
  char *etag;  /* (nullable): of that file as it was read */
  gint64 when; /* seconds since 1970: last change */
  GBytes *text;
} VbetUnsaved;

/** vbet_unsaved_new: Returns: (transfer full). @path, @etag: (nullable). The texts are copied, of @text a reference
 * is kept. */
VbetUnsaved *vbet_unsaved_new (const char *name, const char *path, const char *etag, GBytes *text);
/** vbet_unsaved_free: @self: (nullable) */
void vbet_unsaved_free (VbetUnsaved *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetUnsaved, vbet_unsaved_free)

/** vbet_unsaved_to_bytes: Returns: (transfer full): as it is written into the file. */
GBytes *vbet_unsaved_to_bytes (const VbetUnsaved *self);
/** vbet_unsaved_parse: Returns: (transfer full) (nullable): what @bytes hold; NULL when that is damaged or
 * cut. */
VbetUnsaved *vbet_unsaved_parse (const char *id, GBytes *bytes);

/** vbet_autosave_folder: Returns: (transfer full): where this user's unsaved work is. */
char *vbet_autosave_folder (void);

/**
 * vbet_autosave_list:
 *
 * Blocks: for a thread. Also removes what is older than a month, and remains of writing.
 *
 * Returns: (transfer full) (element-type VbetUnsaved): unsaved work in @folder that no living process holds,
 * the latest first.
 */
GPtrArray *vbet_autosave_list (const char *folder);

/* The unsaved work of one document of this process. */
#define VBET_TYPE_AUTOSAVE (vbet_autosave_get_type ())
G_DECLARE_FINAL_TYPE (VbetAutosave, vbet_autosave, VBET, AUTOSAVE, GObject)

/** vbet_autosave_new: makes no file yet. */
VbetAutosave *vbet_autosave_new (const char *folder);

/** vbet_autosave_claim: takes over what was left under @id. Returns: (transfer full) (nullable): NULL when
 * another process was faster, or it is gone. */
VbetAutosave *vbet_autosave_claim (const char *folder, const char *id);

/**
 * vbet_autosave_store:
 * @unsaved: its id is not used
 *
 * Replaces what is kept, all of it or nothing; the file is 0600. Blocks: for a thread. Does nothing after
 * vbet_autosave_remove().
 */
gboolean vbet_autosave_store (VbetAutosave *self, const VbetUnsaved *unsaved, GError **error);

/** vbet_autosave_remove: nothing is kept any more, whatever is being written at this moment. */
void vbet_autosave_remove (VbetAutosave *self);
