/* agent-private.h - the inside of a VbetAgent, shared by its files: agent.c (line, frames), agent-requests.c (commands,
 * files), agent-terminal.c (terminals). */
#pragma once

#include "base/agent-protocol.h"
#include "base/error.h"
#include "engine/guest/agent.h"

typedef struct _VbetAgentTerminal {
  VbetAgent *agent; /* not owned */
  guint16 channel;
  guint number;       /* that the caller knows it by */
  VbetAgentType kind; /* EXEC, PUT or GET */
  GTask *task; /* NULL once the caller has its answer: the channel stays taken until the guest ends the job */
  GByteArray *opening; /* the job's first frame, until it is sent */
  GBytes *contents;    /* (nullable): of a PUT, or standard input */
  gsize sent;
  gboolean closed; /* all of @contents is sent, with its end */
  guint window;
  VbetExecOutput output; /* (nullable) */
  gpointer output_data;
  GByteArray *collected[2]; /* [0] also the contents of a GET */
  gboolean cut;
  GCancellable *cancellable;
  gulong cancel_handler;

  /* A terminal: neither task nor contents, but */
  const VbetAgentTerminalEvents *events; /* (nullable): NULL once it was closed */
  gpointer events_data;
  gboolean terminal;
  GByteArray *typed; /* not yet sent */
  guint16 rows;
  guint16 columns;
  gsize untaken;      /* bytes of output that the caller has not taken */
  guint owed;         /* bytes of window not yet given back */
  GSource *end_timer; /* (nullable): for what does not end when it is hung up */
} Job;

struct _VbetAgent {
  GObject parent_instance;

  GMainContext *context;
  char *name;
  char *problem;
  int fd;
  gboolean greeted;
  guint32 features;
  GSource *input;
  GSource *output; /* (nullable): while the line is full */
  GByteArray *out;
  gsize out_start;
  GHashTable *jobs; /* channel → Job, under way in the guest */
  GQueue waiting;   /* of Job, not begun: the guest has VBET_AGENT_JOBS_MAX */
  guint16 last_channel;
  guint last_job;
  gsize unread;           /* bytes written that the guest has not acknowledged */
  gboolean console_asked; /* the guest is to be asked for room, or has been */
  VbetAgentDecoder decoder;
};

/** vbet_agent_pump: moves everything that may go towards the guest. */
void vbet_agent_pump (VbetAgent *self);
void vbet_agent_put_frame (VbetAgent *self, VbetAgentType type, guint16 channel, const void *payload,
                           gsize size);
/** vbet_agent_put_kill: asks the guest to end the job. */
void vbet_agent_put_kill (VbetAgent *self, guint16 channel, int signal);
/** vbet_agent_take_task: (transfer full) (nullable): the caller needs no answer any more. */
GTask *vbet_agent_take_task (Job *job);
void vbet_agent_fail_task (GTask *task, VbetErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);
void vbet_agent_job_free (gpointer job);

/* agent-terminal.c; for jobs that are terminals. */
/** vbet_agent_terminal_begin: what follows the opening frame. */
void vbet_agent_terminal_begin (VbetAgent *self, Job *job);
/** vbet_agent_terminal_put: Returns: whether there was something to type. */
gboolean vbet_agent_terminal_put (VbetAgent *self, Job *job);
void vbet_agent_terminal_output (VbetAgent *self, Job *job, const VbetAgentFrame *frame);
/** vbet_agent_terminal_ended: @why: (nullable): when it was not the program's own doing. */
void vbet_agent_terminal_ended (Job *job, const char *why);
