/* alarms.c - alarms of a guest as files, and the agent's watch over them; see alarms.h. */
#define _GNU_SOURCE
#include "alarms.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common.h"

#define FRAME_MAX                                                                                            \
  (VBET_AGENT_HEADER + VBET_AGENT_ALARM_KEY_MAX + VBET_AGENT_ALARM_KIND_MAX + VBET_AGENT_ALARM_TEXT_MAX + 2)
#define FILE_MAX (VBET_AGENT_ALARM_KIND_MAX + VBET_AGENT_ALARM_TEXT_MAX + 2)

void
alarms_prepare (void)
{
  mkdir ("/run/vbet", 0755);
  mkdir (ALARMS_DIR, 0755);
}

void
alarm_raise (const char *kind, const char *text, char *ret_path)
{
  char path[ALARM_PATH_MAX];
  char contents[FILE_MAX + 1];
  if (ret_path != NULL)
    ret_path[0] = '\0';
  snprintf (contents, sizeof contents, "%s %s\n", kind, text);
  for (int number = 0; number < VBET_AGENT_ALARMS_MAX; number++) {
    snprintf (path, sizeof path, ALARMS_DIR "/%02d", number);
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST)
      continue;
    if (fd < 0)
      return;
    write_all (fd, contents, strlen (contents));
    close (fd);
    if (ret_path != NULL)
      strcpy (ret_path, path);
    return;
  }
}

void
alarms_end (const char *kind, const char *beginning)
{
  char start[FILE_MAX + 1];
  char path[ALARM_PATH_MAX];
  DIR *dir = opendir (ALARMS_DIR);
  if (dir == NULL)
    return;
  snprintf (start, sizeof start, "%s %s", kind, beginning);
  for (struct dirent *entry = readdir (dir); entry != NULL; entry = readdir (dir)) {
    if (entry->d_name[0] == '.'
        || (size_t)snprintf (path, sizeof path, ALARMS_DIR "/%s", entry->d_name) >= sizeof path)
      continue;
    char *contents = file_read (path, FILE_MAX, NULL);
    if (contents != NULL && strncmp (contents, start, strlen (start)) == 0)
      unlink (path);
    free (contents);
  }
  closedir (dir);
}

void
console_say (const char *text)
{
  char line[VBET_AGENT_ALARM_TEXT_MAX + 32];
  int count = snprintf (line, sizeof line, "vbet: %s\n", text);
  int fd = open (CONSOLE, O_WRONLY | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return;
  write_all (fd, line, (size_t)count < sizeof line ? (size_t)count : sizeof line - 1);
  close (fd);
}

void
alarm_say (const char *kind, const char *text)
{
  console_say (text);
  alarm_raise (kind, text, NULL);
}

/* --- the agent ------------------------------------------------------------------- */

static void
send_alarm (Line *line, const char *key, const char *kind, const char *text)
{
  uint8_t frame[FRAME_MAX];
  size_t size = vbet_agent_encode_alarm (frame, sizeof frame, key, kind, text);
  if (size > 0)
    line_send (line, VBET_AGENT_ALARM, 0, frame + VBET_AGENT_HEADER, size - VBET_AGENT_HEADER);
}

/* Tells the alarm called @key as it is now: raised, or cleared when there is no such file. */
static void
tell (Line *line, const char *key)
{
  char path[ALARM_PATH_MAX];
  if (key[0] == '.' || (size_t)snprintf (path, sizeof path, ALARMS_DIR "/%s", key) >= sizeof path)
    return;
  char *contents = file_read (path, FILE_MAX, NULL);
  if (contents == NULL && errno == ENOENT) {
    send_alarm (line, key, NULL, NULL);
    return;
  }
  char *text = contents != NULL ? strchr (contents, ' ') : NULL;
  if (text != NULL) {
    *text++ = '\0';
    text[strcspn (text, "\n")] = '\0';
    send_alarm (line, key, contents, text);
  }
  free (contents);
}

static void
tell_all (Line *line)
{
  struct dirent **entries = NULL;
  int count = scandir (ALARMS_DIR, &entries, NULL, alphasort);
  send_alarm (line, NULL, NULL, NULL);
  for (int i = 0; i < count; i++) {
    if (i < 2 * VBET_AGENT_ALARMS_MAX && alarms_roomy (line))
      tell (line, entries[i]->d_name);
    free (entries[i]);
  }
  free (entries);
}

void
alarms_begin (Alarms *alarms, Line *line)
{
  alarms->watch = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (alarms->watch >= 0
      && inotify_add_watch (alarms->watch, ALARMS_DIR, IN_CLOSE_WRITE | IN_MOVE | IN_DELETE | IN_ONLYDIR)
             < 0) {
    close (alarms->watch);
    alarms->watch = -1;
  }
  tell_all (line);
}

bool
alarms_roomy (const Line *line)
{
  return line_room (line) >= LINE_RESERVE;
}

void
alarms_watch (Alarms *alarms, Line *line)
{
  /* Room for one event with the longest name a file can have, and for many with usual ones. */
  char events[sizeof (struct inotify_event) + NAME_MAX + 1]
      __attribute__ ((aligned (__alignof__(struct inotify_event))));
  while (alarms_roomy (line)) {
    ssize_t size = read (alarms->watch, events, sizeof events);
    if (size <= 0)
      return;
    for (ssize_t at = 0; at < size;) {
      const struct inotify_event *event = (const struct inotify_event *)(events + at);
      at += (ssize_t)(sizeof *event + event->len);
      if ((event->mask & IN_Q_OVERFLOW) != 0)
        tell_all (line);
      else if (event->len > 0)
        tell (line, event->name);
    }
  }
}
