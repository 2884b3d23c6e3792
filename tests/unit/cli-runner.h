/* cli-runner.h - runs vbetctl as a process in a run-time folder of its own, with a fake engine at hand. */
#pragma once

#include <gio/gio.h>

#include "unit/fake-engine.h"
#include "unit/harness.h"

/* What a run of vbetctl gave. */
typedef struct {
  int status; /* exit code; -1 when it was killed by a signal or hung */
  char *out;
  char *err;
} VbetRun;

void vbet_run_free (VbetRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetRun, vbet_run_free)

/* A folder for one test. Labs of the user are never seen. */
typedef struct {
  char *dir;              /* owned; removed at the end */
  VbetFakeEngine *engine; /* (nullable): lab "lab", served while vbet_sandbox_run() waits */
  char *input;            /* (nullable): standard input of the next run, else /dev/null */
  void (*when_busy) (GSubprocess *process,
                     gpointer data); /* (nullable): called once when the request below came */
  const char *busy_request;          /* method that the fake engine must have been asked */
  gpointer busy_data;
} VbetSandbox;

VbetSandbox *vbet_sandbox_new (const char *script);
void vbet_sandbox_free (VbetSandbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetSandbox, vbet_sandbox_free)

/** vbet_sandbox_write: Returns: (transfer full): path of the file @name in the sandbox's folder, now with
 * @contents. */
char *vbet_sandbox_write (VbetSandbox *self, const char *name, const char *contents);
/** vbet_sandbox_read: Returns: (transfer full): what the file holds, "" if there is none. */
char *vbet_sandbox_read (VbetSandbox *self, const char *name);

/** vbet_sandbox_run: @arguments: NULL-terminated, without "vbetctl". Hangs for 30 s at most. */
VbetRun *vbet_sandbox_run (VbetSandbox *self, const char *const *arguments);
/** vbet_sandbox_run_program: likewise, @program instead; a program called "vbetctl" is first in its PATH. */
VbetRun *vbet_sandbox_run_program (VbetSandbox *self, const char *program, const char *const *arguments);
/** VBET_RUN: runs vbetctl with the arguments given. */
#define VBET_RUN(sandbox, ...) vbet_sandbox_run ((sandbox), (const char *const[]){ __VA_ARGS__, NULL })
