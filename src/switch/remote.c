/* remote.c - see remote.h. */
#include "config.h"

#include "switch/remote.h"

#include <errno.h>
#include <netinet/in.h>

#include "switch/core/cable.h"

#define ANSWER_GAP (VBET_FAR_HELLO_INTERVAL / 10) /* between two hellos, at least */

struct VbetRemotes {
  GPtrArray *remotes; /* of VbetRemote (borrowed) */
  gboolean known;     /* whose they are: @own */
  VbetFarIdentity own;
};

struct VbetRemote {
  VbetRemotes *owner;
  int fd;
  VbetRemoteSettings settings;
  char *device;
  guint8 header[VBET_VXLAN_HEADER];
  VbetFarEnd far_end; /* begins with the first run */
  gboolean begun;
  gboolean failed;   /* a datagram could not be delivered; not noted yet */
  VbetFarState told; /* to the engine */
  gint64 told_heard; /* likewise */
  gboolean told_clash;
  gint64 said_hello; /* nanoseconds */
  gint64 due;        /* when there is something to do, nanoseconds */
};

/* --- all of them -------------------------------------------------------------------- */

VbetRemotes *
vbet_remotes_new (void)
{
  VbetRemotes *self = g_new0 (VbetRemotes, 1);
  self->remotes = g_ptr_array_new ();
  return self;
}

void
vbet_remotes_free (VbetRemotes *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->remotes);
  g_free (self);
}

gint64
vbet_remotes_deadline (const VbetRemotes *self)
{
  gint64 first = VBET_CABLE_NEVER;
  for (guint i = 0; i < self->remotes->len; i++)
    first = MIN (first, ((const VbetRemote *)g_ptr_array_index (self->remotes, i))->due);
  return first;
}

static void
say_soon (VbetRemote *self)
{
  self->said_hello -= VBET_FAR_HELLO_INTERVAL; /* the next one is due */
  self->due = 0;
}

void
vbet_remotes_set_identity (VbetRemotes *self, const VbetFarIdentity *own)
{
  self->own = *own;
  self->known = TRUE;
  for (guint i = 0; i < self->remotes->len; i++)
    say_soon (g_ptr_array_index (self->remotes, i));
}

/* Whose @remote is; NULL: nobody has said. */
static const VbetFarIdentity *
own_identity (const VbetRemote *remote)
{
  return remote->owner->known ? &remote->owner->own : NULL;
}

/* --- hellos ---------------------------------------------------------------------------- */

static void
say_hello (VbetRemote *self, gint64 now)
{
  guint8 hello[VBET_FAR_HELLO_SIZE];
  vbet_far_hello_write (self->settings.carrier, own_identity (self), hello);
  struct iovec parts[2] = { { 0 }, { .iov_base = hello, .iov_len = sizeof hello } };
  struct msghdr message = { .msg_iov = parts + 1, .msg_iovlen = 1 };
  vbet_remote_address (self, &message, parts);
  /* The first try may only fetch the error of an earlier datagram. */
  for (guint i = 0; i < 2 && sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0; i++)
    vbet_remote_error (self, errno);
  self->said_hello = now;
}

static void
tell (VbetRemote *self, VbetFarState state, gboolean clash, gint64 now)
{
  VbetRemoteNews news = {
    .state = vbet_far_state_name (state),
    .carrier = vbet_far_state_has_carrier (state),
    .silence = self->far_end.heard >= 0 ? now - self->far_end.heard : -1,
    .clash = clash,
    .lab = self->far_end.known ? self->far_end.identity.lab : "",
  };
  self->told = state;
  self->told_clash = clash;
  self->told_heard = self->far_end.heard;
  if (self->settings.changed != NULL)
    self->settings.changed (self->device, self->settings.nic, self->settings.serial, &news,
                            self->settings.user_data);
}

static void
run (VbetRemote *self, gint64 now)
{
  if (!self->begun)
    vbet_far_end_init (&self->far_end, now);
  gboolean regular = !self->begun || now - self->said_hello >= VBET_FAR_HELLO_INTERVAL;
  self->begun = TRUE;
  if (self->failed)
    vbet_far_end_refused (&self->far_end, now);
  self->failed = FALSE;
  VbetFarState state = vbet_far_end_state (&self->far_end, now);
  gboolean changed = state != self->told;
  /* Who has just been heard first waits for an answer. */
  gboolean answers = changed && self->far_end.heard == now && now - self->said_hello >= ANSWER_GAP;
  if (regular || answers)
    say_hello (self, now);
  self->due = self->failed ? now : self->said_hello + VBET_FAR_HELLO_INTERVAL;
  /* Who is at the far end may change what it says of itself as often as it likes: told at most once a second. */
  gboolean clash = vbet_far_end_clashes (&self->far_end, own_identity (self), now);
  if (!regular)
    clash = clash && self->told_clash;
  if (changed || (regular && (self->far_end.heard != self->told_heard || clash != self->told_clash)))
    tell (self, state, clash, now);
}

void
vbet_remotes_run (VbetRemotes *self, gint64 now)
{
  for (guint i = 0; i < self->remotes->len; i++) {
    VbetRemote *remote = g_ptr_array_index (self->remotes, i);
    if (remote->due <= now)
      run (remote, now);
  }
}

/* --- one ---------------------------------------------------------------------------------- */

static gboolean
is_address (const struct sockaddr_storage *address, socklen_t size)
{
  return (address->ss_family == AF_INET && size == sizeof (struct sockaddr_in))
         || (address->ss_family == AF_INET6 && size == sizeof (struct sockaddr_in6));
}

VbetRemote *
vbet_remote_new (VbetRemotes *remotes, int fd, const VbetRemoteSettings *settings)
{
  if (settings->vni > VBET_VXLAN_VNI_MAX
      || (settings->vni >= 0 && !is_address (&settings->to, settings->to_size)))
    return NULL;
  VbetRemote *self = g_new0 (VbetRemote, 1);
  self->owner = remotes;
  self->fd = fd;
  self->settings = *settings;
  self->device = g_strdup (settings->device);
  self->told = VBET_FAR_TRYING;
  self->told_heard = -1;
  if (settings->vni >= 0)
    vbet_vxlan_write ((guint32)settings->vni, self->header);
  vbet_far_end_init (&self->far_end, 0);
  g_ptr_array_add (remotes->remotes, self);
  return self;
}

void
vbet_remote_free (VbetRemote *self)
{
  if (self == NULL)
    return;
  g_ptr_array_remove_fast (self->owner->remotes, self);
  g_free (self->device);
  g_free (self);
}

void
vbet_remote_set_carrier (VbetRemote *self, gboolean carrier)
{
  if (self->settings.carrier == carrier)
    return;
  self->settings.carrier = carrier;
  say_soon (self);
}

void
vbet_remote_error (VbetRemote *self, int error)
{
  if (error != ECONNREFUSED && error != EHOSTUNREACH && error != ENETUNREACH && error != ENETDOWN)
    return; /* a frame that is too long for the path, a full buffer: nothing about the far end */
  self->failed = TRUE;
  self->due = 0;
}

VbetRemoteTaken
vbet_remote_take (VbetRemote *self, VbetFrame *frame, gint64 now)
{
  if (self->settings.vni >= 0) {
    if (!vbet_vxlan_read (frame->data, frame->size, (guint32)self->settings.vni))
      return VBET_REMOTE_BAD;
    frame->data += VBET_VXLAN_HEADER;
    frame->size -= VBET_VXLAN_HEADER;
  }
  self->failed = FALSE; /* an error from before it came */
  gboolean hello = vbet_far_end_heard (&self->far_end, frame, now);
  if (vbet_far_end_state (&self->far_end, now) != self->told)
    self->due = 0;
  return hello || frame->size == 0 ? VBET_REMOTE_HELLO : VBET_REMOTE_FRAME;
}

void
vbet_remote_address (VbetRemote *self, struct msghdr *message, struct iovec parts[2])
{
  if (self->settings.vni < 0)
    return;
  parts[0] = (struct iovec){ .iov_base = self->header, .iov_len = sizeof self->header };
  message->msg_iov = parts;
  message->msg_iovlen = 2;
  message->msg_name = &self->settings.to;
  message->msg_namelen = self->settings.to_size;
}

void
vbet_remote_unaddress (struct msghdr *message, struct iovec parts[2])
{
  message->msg_iov = parts + 1;
  message->msg_iovlen = 1;
  message->msg_name = NULL;
  message->msg_namelen = 0;
}
