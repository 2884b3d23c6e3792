/* guest-fixture.h - what tests of the launcher and of guests share: a place, fake kernels, a look at processes.
 *
 * When root runs a test it becomes the lab user first, as the engine does;
 * the launcher and the fake kernel are opened or copied before, since that
 * user may not be able to reach the build folder.
 */
#pragma once

#include <glib.h>

#define VBET_TEST_GONE_MS 2000 /* within this everything of a dead guest has gone */

typedef struct {
  char *dir;      /* 0755, the lab user's */
  char *node_dir; /* 0700 */
  char *disk;
  char *image;
  char *launcher; /* path by which it can be run */
  int launcher_fd;
  int library_fd; /* vbet-xstate.so; children inherit it */
} VbetGuestFixture;

/** vbet_guest_fixture_new: once a test program, at its start. */
VbetGuestFixture *vbet_guest_fixture_new (void);
void vbet_guest_fixture_free (VbetGuestFixture *self);
/** vbet_guest_fixture_kernel: Returns: (transfer full): path of a fake kernel that does as fake-kernel.c says of @behaviour. */
char *vbet_guest_fixture_kernel (VbetGuestFixture *self, const char *behaviour);

/** vbet_test_user_namespaces: whether this host gives an ordinary user a pid namespace. */
gboolean vbet_test_user_namespaces (VbetGuestFixture *self);

/** vbet_test_children: Returns: (transfer full) (element-type gint): process ids. */
GArray *vbet_test_children (gint pid);
/** vbet_test_descendants: @pid and all below it. */
GArray *vbet_test_descendants (gint pid);
/** vbet_test_watch: Returns: (transfer full) (element-type gint): a descriptor a process, readable once that has ended. */
GArray *vbet_test_watch (const GArray *pids);
/** vbet_test_all_gone: waits for all of @watched, at most VBET_TEST_GONE_MS, and closes them. Returns: how many are left. */
guint vbet_test_all_gone (GArray *watched);
