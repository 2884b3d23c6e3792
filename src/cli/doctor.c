/* doctor.c - the list of checks and their findings; see doctor.h. */
#include "config.h"

#include "cli/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lab-user.h"

static const VbetDoctorCheck checks[] = {
  { "programs", vbet_doctor_check_programs },
  { "kernel", vbet_doctor_check_kernel },
  { "image", vbet_doctor_check_image },
  { "registers", vbet_doctor_check_registers },
  { "ptrace", vbet_doctor_check_ptrace },
  { "namespaces", vbet_doctor_check_namespaces },
  { "landlock", vbet_doctor_check_landlock },
  { "share", vbet_doctor_check_share },
  { "personality", vbet_doctor_check_personality },
  { "shm", vbet_doctor_check_shm },
  { "runtime", vbet_doctor_check_runtime },
  { "leftovers", vbet_doctor_check_leftovers },
  { "disk", vbet_doctor_check_disk },
  { "memory", vbet_doctor_check_memory },
  { "limits", vbet_doctor_check_limits },
  { "cgroups", vbet_doctor_check_cgroups },
  { "guest", vbet_doctor_check_guest },
  { "tun", vbet_doctor_check_tun },
  { "image-tools", vbet_doctor_check_image_tools },
  { "optional", vbet_doctor_check_optional },
};

static void
finding_free (VbetDoctorFinding *finding)
{
  g_free (finding->text);
  g_free (finding->remedy);
  g_free (finding);
}

VbetDoctor *
vbet_doctor_examine (void)
{
  VbetDoctor *self = g_new0 (VbetDoctor, 1);
  self->findings = g_ptr_array_new_with_free_func ((GDestroyNotify)finding_free);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    checks[i].check (self, checks[i].id);
  return self;
}

void
vbet_doctor_free (VbetDoctor *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->findings);
  g_free (self);
}

void
vbet_doctor_report (VbetDoctor *self, const char *id, VbetDoctorState state, const char *remedy,
                    const char *format, ...)
{
  va_list arguments;
  VbetDoctorFinding *finding = g_new0 (VbetDoctorFinding, 1);
  finding->id = id;
  finding->state = state;
  finding->remedy = g_strdup (remedy);
  va_start (arguments, format);
  finding->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (self->findings, finding);
}

const char *
vbet_doctor_state_name (VbetDoctorState state)
{
  static const char *const names[] = { "ok", "warn", "fail" };
  return names[state];
}

/* In the child: what guests are allowed is what matters, and they never run as root. */
static int
run_probe (int (*probe) (void))
{
  if (vbet_lab_user_become () != 0)
    return 126;
  prctl (PR_SET_DUMPABLE, 1);
  return probe ();
}

int
vbet_doctor_try (int (*probe) (void))
{
  int status;
  fflush (NULL);
  pid_t child = fork ();
  if (child < 0)
    return -1;
  if (child == 0)
    _exit (run_probe (probe) & 0x7f);
  while (waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return WIFEXITED (status) && WEXITSTATUS (status) <= 125 ? WEXITSTATUS (status) : -1;
}
