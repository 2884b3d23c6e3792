/* trust.h - the labs of which this user has said that they may use this computer.
 *
 * A lab from elsewhere can name files, ports and networks of the host. Before
 * it runs for the first time its user is asked; the answer is kept in one file
 * of the state folder (0600): an entry is the lab's file and a digest of what
 * it named. Another path, or more that is named, is another lab. The file is
 * replaced as a whole; of two programs that write it at once one is asked
 * again. All of these read or write files: in the window, in a thread.
 */
#pragma once

#include <glib.h>

/* How many entries are kept; the oldest go. */
#define VBET_TRUST_MAX 2000

/** vbet_trust_is_shipped: whether @path is one of the labs that came with vBET. */
gboolean vbet_trust_is_shipped (const char *path);

/**
 * vbet_trust_knows:
 * @path: of the lab
 * @digest: see vbet_reach_digest()
 *
 * Returns: whether the user said yes to just that, or the lab is a shipped one.
 */
gboolean vbet_trust_knows (const char *path, const char *digest);

/** vbet_trust_remember: from now on vbet_trust_knows() of these is TRUE; FALSE with @error when it cannot be
 * kept. */
gboolean vbet_trust_remember (const char *path, const char *digest, GError **error);
