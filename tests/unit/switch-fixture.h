/* switch-fixture.h - a real vbet-switch behind the engine's client, with sockets in the place of guests.
 *
 * Nothing sleeps: what must come is polled for until a deadline, and what must
 * not come is shown by something later that did.
 */
#pragma once

#include <errno.h>
#include <sys/types.h>

#include "base/error.h"
#include "engine/switch/client.h"
#include "unit/harness.h"

#define DEADLINE (20 * G_USEC_PER_SEC)

/* A client, its folder, what it said. */
typedef struct {
  char *dir;
  VbetSwitchClient *client;
  guint connects;
  guint closes;
  guint restarts;
  char *failed;
  char *problem;
  gboolean stopped;
  VbetSwitchState *state;
} SwitchFixture;

/* Runs the main loop until @condition holds; FALSE after the deadline. */
#define UNTIL(condition)                                                                                     \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 end_ = g_get_monotonic_time () + DEADLINE;                                                        \
    g_autoptr (GSource) wake_ = g_timeout_source_new (20);                                                   \
    g_source_set_callback (wake_, G_SOURCE_FUNC (sw_keep_going), NULL, NULL);                                \
    g_source_attach (wake_, NULL);                                                                           \
    gboolean held_ = FALSE;                                                                                  \
    while (!(held_ = (condition)) && g_get_monotonic_time () < end_)                                         \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    g_source_destroy (wake_);                                                                                \
    CU_ASSERT_TRUE_FATAL (held_);                                                                            \
  }                                                                                                          \
  G_STMT_END

void sw_setup_program (SwitchFixture *f, const char *program);
void sw_setup (SwitchFixture *f);
gboolean sw_keep_going (gpointer data);
void sw_teardown (SwitchFixture *f);
void sw_on_state (GObject *source, GAsyncResult *result, gpointer user_data);
const VbetSwitchState *sw_state (SwitchFixture *f);
char *sw_socket_path (SwitchFixture *f, const char *device);
/* Connects as a guest would, but lets the engine, which is in this very thread, run while it must wait. */
int sw_connect_path (const char *path, int type);
/* The guest's `ip link set up`. */
int sw_link_up (SwitchFixture *f, const char *device);
void sw_add_guest (SwitchFixture *f, const char *device);
void sw_plug (SwitchFixture *f, const char *cable, const char *a, guint nic_a, const char *b, guint nic_b);
/* Two guests "a" and "b", both up, with the cable "ab" between them. */
void sw_add_pair (SwitchFixture *f, const char *a, const char *b, int fds[2]);
void sw_fill_frame (guint8 *data, guint size, guint8 destination, guint8 source, guint32 marker);
/* Returns: 0, or errno of a socket that is full or closed. */
int sw_put (int fd, guint8 destination, guint8 source, guint32 marker, guint size);
/* Waits for a frame while the engine runs, too. Returns: its size, 0 at end-of-file, -errno; -EAGAIN after @ms. */
gssize sw_get_within (int fd, guint32 *ret_marker, gint64 ms);
/* Likewise, any message. */
gssize sw_receive (int fd, guint8 *data, gsize size);
gssize sw_get (int fd, guint32 *ret_marker);
/* One frame goes from @from to @to and arrives as the next one. */
void sw_assert_passes (int from, int to, guint32 marker);
