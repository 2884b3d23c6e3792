/* guest-fixture.c - see guest-fixture.h. */
#include "config.h"

#include "unit/guest-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CUnit/CUnit.h>
#include <glib/gstdio.h>

#include "base/lab-user.h"
#include "base/paths.h"

static char *
build_path (const char *relative)
{
  const char *top = g_getenv ("VBET_TOP_BUILDDIR");
  return g_build_filename (top != NULL ? top : VBET_BUILDDIR, relative, NULL);
}

static void
give_root_up (void)
{
  int result = vbet_lab_user_become ();
  if (result != 0)
    g_error ("cannot give root up: %s", g_strerror (-result));
}

VbetGuestFixture *
vbet_guest_fixture_new (void)
{
  VbetGuestFixture *self = g_new0 (VbetGuestFixture, 1);
  g_autofree char *launcher = build_path ("bin/vbet-guest");
  g_autofree char *kernel = build_path ("tests/unit/fake-kernel");
  g_autofree char *contents = NULL;
  gsize size;
  g_autofree char *library = build_path ("bin/vbet-xstate.so");
  self->library_fd = open (library, O_RDONLY);
  self->launcher_fd = open (launcher, O_RDONLY | O_CLOEXEC);
  if (self->launcher_fd < 0)
    g_error ("%s is missing", launcher);
  gboolean with_kernel = g_file_get_contents (kernel, &contents, &size, NULL); /* only tests of it need it */
  self->launcher = g_strdup_printf ("/proc/self/fd/%d", self->launcher_fd);
  give_root_up ();
  self->dir = g_dir_make_tmp ("vbet-guest-XXXXXX", NULL);
  self->node_dir = g_build_filename (self->dir, "node", NULL);
  self->disk = g_build_filename (self->dir, "disk.cow", NULL);
  self->image = g_build_filename (self->dir, "image", NULL);
  g_autofree char *copy = g_build_filename (self->dir, "fake-kernel", NULL);
  if (g_chmod (self->dir, 0755) != 0 || g_mkdir (self->node_dir, 0700) != 0
      || !g_file_set_contents (self->image, "image", -1, NULL)
      || (with_kernel
          && !g_file_set_contents_full (copy, contents, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0755, NULL)))
    g_error ("cannot make %s: %s", self->dir, g_strerror (errno));
  return self;
}

void
vbet_guest_fixture_free (VbetGuestFixture *self)
{
  (void)vbet_paths_remove_tree (self->dir);
  close (self->launcher_fd);
  if (self->library_fd >= 0)
    close (self->library_fd);
  g_free (self->dir);
  g_free (self->node_dir);
  g_free (self->disk);
  g_free (self->image);
  g_free (self->launcher);
  g_free (self);
}

char *
vbet_guest_fixture_kernel (VbetGuestFixture *self, const char *behaviour)
{
  char *path = g_build_filename (self->dir, behaviour, NULL);
  if (symlink ("fake-kernel", path) != 0)
    g_assert_cmpint (errno, ==, EEXIST);
  return path;
}

gboolean
vbet_test_user_namespaces (VbetGuestFixture *self)
{
  char *argv[] = { self->launcher, (char *)"--probe", NULL };
  g_autofree char *out = NULL;
  return g_spawn_sync (NULL, argv, NULL, G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, &out, NULL, NULL, NULL)
         && strstr (out, "pidns") != NULL;
}

GArray *
vbet_test_children (gint pid)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (gint));
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", pid, pid);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return found;
  g_auto (GStrv) words = g_strsplit (g_strstrip (text), " ", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    gint child = atoi (words[i]);
    if (child > 0)
      g_array_append_val (found, child);
  }
  return found;
}

GArray *
vbet_test_descendants (gint pid)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (gint));
  g_array_append_val (found, pid);
  for (guint i = 0; i < found->len; i++) {
    g_autoptr (GArray) children = vbet_test_children (g_array_index (found, gint, i));
    g_array_append_vals (found, children->data, children->len);
  }
  return found;
}

GArray *
vbet_test_watch (const GArray *pids)
{
  GArray *watched = g_array_new (FALSE, FALSE, sizeof (gint));
  for (guint i = 0; i < pids->len; i++) {
    gint fd = (gint)syscall (SYS_pidfd_open, g_array_index (pids, gint, i), 0);
    if (fd >= 0)
      g_array_append_val (watched, fd);
  }
  return watched;
}

guint
vbet_test_all_gone (GArray *watched)
{
  gint64 deadline = g_get_monotonic_time () + VBET_TEST_GONE_MS * 1000;
  guint left = 0;
  for (guint i = 0; i < watched->len; i++) {
    gint64 rest = (deadline - g_get_monotonic_time ()) / 1000;
    struct pollfd polled = { .fd = g_array_index (watched, gint, i), .events = POLLIN };
    if (poll (&polled, 1, (int)MAX (rest, 0)) != 1)
      left++;
    close (polled.fd);
  }
  g_array_set_size (watched, 0);
  return left;
}
