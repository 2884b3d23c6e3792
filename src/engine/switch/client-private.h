/* client-private.h - the client's object, for switch/client.c (process) and switch/client-edit.c (lab). */
#pragma once

#include <json-glib/json-glib.h>

#include "engine/switch/channel.h"
#include "engine/switch/client.h"
#include "engine/switch/wanted.h"

#define SWITCH_CLIENT_DEATHS 5 /* within ten seconds, after which it is given up */

/* A command whose answer is waited for. */
typedef struct {
  char *what;             /* for "problem": "plug the cable c1"; NULL: silent */
  GTask *task;            /* of get_state; else NULL */
  VbetSwitchState *state; /* likewise */
  guint64 measure;        /* serial of the measurement that it begins; else 0 */
  WantedPort *reopen;     /* accepts the next connection once this one is taken; NULL otherwise */
  guint64 serial;         /* of this one, with @reopen */
  gboolean restarted;     /* this answer ends a restart */
} Waiting;

struct _VbetSwitchClient {
  GObject parent_instance;
  char *program;
  char *runtime_dir;

  GHashTable *bridges;      /* device → WantedBridge */
  GHashTable *ports;        /* WantedPort as its own key */
  GHashTable *cables;       /* name → WantedCable */
  GHashTable *captures;     /* serial → WantedCapture */
  GHashTable *measures;     /* serial → SwitchMeasure */
  WantedIdentity *identity; /* (nullable) */

  VbetSwitchChannel *channel;          /* NULL: no process */
  gboolean started;                    /* start() was called, and neither stop() nor failure since */
  GSource *retry;                      /* a restart is due */
  gint64 deaths[SWITCH_CLIENT_DEATHS]; /* µs, the latest ones */
  guint n_deaths;
  guint restarts;
  char **layers;

  GHashTable *waiting; /* id → Waiting */
  gint64 last_id;
  gint64 heard;    /* µs: when the process last said something, or the first answer began to be waited for */
  gint64 patience; /* µs */
  guint64 last_serial;
  GTask *stop; /* NULL: not stopping */
  GSource *stop_timeout;
};

/* Signal "port-state". */
void switch_client_port_state (VbetSwitchClient *self, const WantedPort *port, gboolean connected);
/* Tells a new process the whole wanted state. */
void switch_client_replay (VbetSwitchClient *self);
void switch_client_replay_captures (VbetSwitchClient *self);

/* switch/client-measure.c */
typedef struct SwitchMeasure SwitchMeasure;
/* What the notifications "measuring" and "measured" tell. */
void switch_client_measuring (VbetSwitchClient *self, JsonObject *object);
void switch_client_measured (VbetSwitchClient *self, JsonObject *object);
/* The switch refused it, for @reason. */
void switch_client_measure_failed (VbetSwitchClient *self, guint64 serial, const char *reason);
/* The process is gone. */
void switch_client_fail_measures (VbetSwitchClient *self);

/* Gives the process the connection of @port. */
void switch_client_tell_connect (VbetSwitchClient *self, WantedPort *port);

/* Members of a message; "" and 0 when they are missing. */
const char *switch_client_text (JsonObject *object, const char *name);
gint64 switch_client_number (JsonObject *object, const char *name);
/* Returns: the record of the next command, whose id is self->last_id. @what: (transfer full) (nullable) */
Waiting *switch_client_expect (VbetSwitchClient *self, char *what);
/* Sends a command. @text: (transfer full) */
void switch_client_tell (VbetSwitchClient *self, char *text, const int *fds, guint n_fds);
/* Returns: (nullable): the port. */
WantedPort *switch_client_lookup_port (VbetSwitchClient *self, const char *device, guint nic);
