/* doctor-space.c - folders, memory, limits; see doctor.h. */
#include "config.h"

#include "cli/doctor.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/leftovers.h"
#include "base/paths.h"
#include "cli/output.h"
#include "engine/host/cgroup.h"

#define MIB (1024.0 * 1024.0)
#define SHM_LOW (256 * MIB)    /* bytes free for guests' memory: some guests of the default size */
#define MEMORY_LOW (512 * MIB) /* bytes */
#define DISK_FAIL (64 * MIB)   /* bytes */
#define DISK_LOW (1024 * MIB)  /* bytes: an image is built in about this much */
#define FILES_LOW 4096         /* descriptors: a lab of some hundred NICs */
#define PROCESSES_LOW 2048
#define LONGEST_ID 32 /* bytes of a lab's identifier */
#define LONGEST_NAME                                                                                         \
  24 /* bytes of the longest socket's name below a lab's folder, with a short device name */

/* Bytes an ordinary user may still write below @path; negative when it cannot be asked. */
static double
free_bytes (const char *path)
{
  struct statvfs status;
  if (statvfs (path, &status) != 0)
    return -1;
  return (double)status.f_bavail * (double)status.f_frsize;
}

void
vbet_doctor_check_shm (VbetDoctor *doctor, const char *id)
{
  struct statvfs status;
  /* With namespaces each guest mounts memory of its own; without, this is where it must be. */
  VbetDoctorState unusable = doctor->namespaces ? VBET_DOCTOR_WARN : VBET_DOCTOR_FAIL;
  if (statvfs ("/dev/shm", &status) != 0) {
    vbet_doctor_report (doctor, id, unusable, "sudo mount -t tmpfs -o mode=1777 tmpfs /dev/shm",
                        "/dev/shm is missing (%s); guests keep their memory there.", g_strerror (errno));
    return;
  }
  double left = (double)status.f_bavail * (double)status.f_frsize;
  double size = (double)status.f_blocks * (double)status.f_frsize;
  g_autofree char *left_text = vbet_format_bytes ((gint64)left);
  g_autofree char *size_text = vbet_format_bytes ((gint64)size);
  if ((status.f_flag & ST_NOEXEC) != 0)
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_WARN, "sudo mount -o remount,exec /dev/shm",
        "/dev/shm is mounted noexec; guests that share memory with the host cannot run from it.");
  else if (left < SHM_LOW)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "sudo mount -o remount,size=50% /dev/shm, or remove what fills it",
                        "/dev/shm has only %sB of %sB left for the memory of guests.", left_text, size_text);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "/dev/shm has %sB of %sB left and allows execution.",
                        left_text, size_text);
}

/* The nearest folder at or above @path that exists. */
static char *
existing_parent (const char *path)
{
  char *folder = g_strdup (path);
  while (!g_file_test (folder, G_FILE_TEST_IS_DIR) && strcmp (folder, "/") != 0) {
    char *parent = g_path_get_dirname (folder);
    g_free (folder);
    folder = parent;
  }
  return folder;
}

void
vbet_doctor_check_runtime (VbetDoctor *doctor, const char *id)
{
  g_autofree char *folder = vbet_paths_runtime_dir ();
  g_autofree char *parent = existing_parent (folder);
  g_autoptr (GError) error = NULL;
  gsize longest = strlen (folder) + 1 + LONGEST_ID + 1 + LONGEST_NAME;
  gboolean trusted = vbet_paths_check_runtime (NULL, &error);
  if (g_error_matches (error, VBET_ERROR, VBET_ERROR_NOT_FOUND))
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "ask who made it; labs use a folder with a random name instead",
                        "The run-time folder %s is not ours.", folder);
  else if (!trusted)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_FAIL, "or set XDG_RUNTIME_DIR to a folder of yours", "%s.",
                        error->message);
  else if (access (parent, W_OK | X_OK) != 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_FAIL, "set XDG_RUNTIME_DIR to a folder of yours",
                        "The run-time folder %s cannot be made: %s is not writable.", folder, parent);
  else if (longest > VBET_SOCKET_PATH_MAX)
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_WARN, "set XDG_RUNTIME_DIR to a shorter path, or use short --id",
        "The run-time folder %s is so long that socket paths of long lab names do not fit (%d bytes).",
        folder, VBET_SOCKET_PATH_MAX);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "The run-time folder is %s.", folder);
}

/* A lab that is just ending or starting looks the same for a moment. */
void
vbet_doctor_check_leftovers (VbetDoctor *doctor, const char *id)
{
  g_autoptr (GPtrArray) list = vbet_leftovers_list ();
  if (list->len == 0) {
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "Nothing is left over from labs that died.");
    return;
  }
  g_autoptr (GString) paths = g_string_new (NULL);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (paths, " %s", (const char *)list->pdata[i]);
  g_autofree char *remedy
      = g_strdup_printf ("start any lab, which removes them, or run: rm -r%s", paths->str);
  vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, remedy, "Labs that died left %u folder%s behind:%s.",
                      list->len, list->len == 1 ? "" : "s", paths->str);
}

void
vbet_doctor_check_disk (VbetDoctor *doctor, const char *id)
{
  g_autofree char *folder = vbet_paths_state_dir ();
  g_autofree char *parent = existing_parent (folder);
  double left = free_bytes (parent);
  g_autofree char *text = vbet_format_bytes ((gint64)MAX (left, 0));
  if (left < 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "check the path",
                        "The free space at %s cannot be asked for.", parent);
  else if (left < DISK_FAIL)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_FAIL,
                        "make room there, or set XDG_STATE_HOME to another disk",
                        "Only %sB are free at %s, where the disks of guests are kept.", text, folder);
  else if (left < DISK_LOW)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN,
                        "make room there, or set XDG_STATE_HOME to another disk",
                        "Only %sB are free at %s; large labs and building an image need more.", text, folder);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "%sB are free at %s for the disks of guests.", text,
                        folder);
}

/* Bytes the host can still give, or -1. */
static double
available_memory (void)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return -1;
  const char *line = strstr (text, "MemAvailable:");
  return line != NULL ? g_ascii_strtod (line + strlen ("MemAvailable:"), NULL) * 1024 : -1;
}

void
vbet_doctor_check_memory (VbetDoctor *doctor, const char *id)
{
  double left = available_memory ();
  g_autofree char *text = vbet_format_bytes ((gint64)MAX (left, 0));
  guint processors = (guint)g_get_num_processors ();
  if (left >= 0 && left < MEMORY_LOW)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "end other programs; an idle guest needs 10 to 40 MiB",
                        "Only %sB of memory are available.", text);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "%sB of memory are available, and %u processor%s.",
                        text, processors, processors == 1 ? "" : "s");
}

void
vbet_doctor_check_limits (VbetDoctor *doctor, const char *id)
{
  struct rlimit files;
  struct rlimit processes;
  if (getrlimit (RLIMIT_NOFILE, &files) != 0 || getrlimit (RLIMIT_NPROC, &processes) != 0)
    return;
  if (files.rlim_max < FILES_LOW)
    vbet_doctor_report (
        doctor, id, VBET_DOCTOR_WARN, "raise the limit: “nofile” in /etc/security/limits.conf",
        "A process may open only %lu files; large labs need more.", (unsigned long)files.rlim_max);
  else if (processes.rlim_max < PROCESSES_LOW)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "raise the limit: “nproc” in /etc/security/limits.conf",
                        "A user may have only %lu processes; large labs need more.",
                        (unsigned long)processes.rlim_max);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "The limits of open files and processes allow large labs.");
}

/* In a process of its own, which is all that goes into the groups. */
static int
probe_cgroups (void)
{
  g_autoptr (VbetCgroup) groups = vbet_cgroup_enter ("doctor");
  return groups != NULL ? (int)vbet_cgroup_get_controllers (groups) : 0;
}

void
vbet_doctor_check_cgroups (VbetDoctor *doctor, const char *id)
{
  static const struct {
    VbetCgroupControllers controller;
    const char *what;
  } parts[] = {
    { VBET_CGROUP_MEMORY, "memory" },
    { VBET_CGROUP_PROCESSES, "processes" },
    { VBET_CGROUP_PROCESSOR, "share of the processors" },
  };
  int controllers = vbet_doctor_try (probe_cgroups);
  g_autoptr (GString) list = g_string_new (NULL);
  for (gsize i = 0; controllers > 0 && i < G_N_ELEMENTS (parts); i++)
    if (((guint)controllers & parts[i].controller) != 0)
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", parts[i].what);
  if (list->len > 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "Each guest gets a control group, for its %s.",
                        list->str);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "Guests get no control groups here: those take a desktop session that the user's "
                        "systemd runs. The limits of "
                        "their processes hold.");
}
