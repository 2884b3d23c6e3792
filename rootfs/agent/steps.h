/* steps.h - the programs that init runs one after the other at boot: firewall rules, routing, services, the
 * lab's script.
 *
 * A step writes to a terminal of its own whose every byte goes to the console,
 * so that init can tell the engine what went wrong. A step that takes longer
 * than BOOT_STEP_SECONDS goes on in the background, and so does one that leaves
 * programs behind.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "alarms.h"

#define BOOT_STEP_SECONDS 30
#define BOOT_STEPS_MAX 8

typedef struct {
  const char *kind; /* of its alarms; both are kept */
  const char *name; /* for people */
  const char *const *argv;
  bool speaks; /* says what fails itself, a line each that begins with "vbet: " */
} BootStep;

/* Steps that go on in the background. */
typedef struct {
  int count;
  struct {
    pid_t pid;
    const BootStep *step;
    char alarm[ALARM_PATH_MAX]; /* that it is still busy */
  } steps[BOOT_STEPS_MAX];
} LateSteps;

/** boot_step_run: runs @step until it ends or goes on in the background. @step is kept.
 * @obey: gets each signal of @signals (blocked) that comes meanwhile, but SIGCHLD */
void boot_step_run (const BootStep *step, LateSteps *late, const sigset_t *signals,
                    void (*obey) (int number));

/** boot_step_ended: child @pid, maybe a step of @late, has ended with wait(2) status @status. */
void boot_step_ended (LateSteps *late, pid_t pid, int status);
