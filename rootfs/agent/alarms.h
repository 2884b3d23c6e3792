/* alarms.h - what goes wrong in this guest without anybody having asked, for the engine to hear of.
 *
 * Each alarm is a file in ALARMS_DIR: its name is the key, its contents the kind
 * and a text, separated by a blank, in one line. Init, scripts and whoever else
 * write them; the agent tells the engine. The folder is in memory: a boot begins
 * without alarms. No memory of a process is needed for it, so any may raise one
 * and another clear it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "line.h"

#define ALARMS_DIR "/run/vbet/alarms"
#define ALARM_PATH_MAX (sizeof ALARMS_DIR + 1 + VBET_AGENT_ALARM_KEY_MAX)

/** alarms_prepare: makes the folder, once /run is there. */
void alarms_prepare (void);

/**
 * alarm_raise: under the next free key; more than VBET_AGENT_ALARMS_MAX are not kept.
 * @ret_path: (out) (nullable): ALARM_PATH_MAX bytes: the file, to be removed once all is well; "" when there
 * is none
 */
void alarm_raise (const char *kind, const char *text, char *ret_path);

/** alarms_end: clears those of @kind whose text has that @beginning. */
void alarms_end (const char *kind, const char *beginning);

/** console_say: "vbet: @text" on the console. */
void console_say (const char *text);
/** alarm_say: says it on the console, and raises an alarm. */
void alarm_say (const char *kind, const char *text);

/* The agent's side. */
typedef struct {
  int watch; /* inotify; -1 where there is none */
} Alarms;

/** alarms_begin: queues that those of before are over, and all that are raised; before the first HELLO. */
void alarms_begin (Alarms *alarms, Line *line);
/** alarms_watch: queues what has changed, as long as there is room; to be called when @watch can be read. */
void alarms_watch (Alarms *alarms, Line *line);
/** alarms_roomy: whether alarms_watch() could queue anything. */
bool alarms_roomy (const Line *line);
