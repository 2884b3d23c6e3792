/* doctor.h - what this host can and cannot do for labs, one check after the other.
 *
 * A check looks, never changes anything, and answers in a moment; one boots a
 * guest, which takes 10 s at most. It reports
 * through vbet_doctor_report(): "ok", "warn" (labs run, something is missing or
 * weaker) or "fail" (labs cannot run), one sentence, and for the latter two the
 * remedy.
 */
#pragma once

#include <glib.h>

typedef enum {
  VBET_DOCTOR_OK,
  VBET_DOCTOR_WARN,
  VBET_DOCTOR_FAIL,
} VbetDoctorState;

typedef struct {
  const char *id; /* stable, for --json; of the table */
  VbetDoctorState state;
  char *text;   /* owned */
  char *remedy; /* owned; "" for OK */
} VbetDoctorFinding;

/* All findings so far, and what several checks want to know. */
typedef struct {
  GPtrArray *findings; /* of VbetDoctorFinding */
  gboolean namespaces; /* guests get their own, hence memory folders of their own, too */
} VbetDoctor;

typedef struct {
  const char *id;
  void (*check) (VbetDoctor *doctor, const char *id);
} VbetDoctorCheck;

/** vbet_doctor_examine: Returns: (transfer full): what every check found. */
VbetDoctor *vbet_doctor_examine (void);
/** vbet_doctor_free: @self: (nullable) */
void vbet_doctor_free (VbetDoctor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetDoctor, vbet_doctor_free)

/** vbet_doctor_report: @remedy: what to do about it, "" for OK; @text is formatted. */
void vbet_doctor_report (VbetDoctor *self, const char *id, VbetDoctorState state, const char *remedy,
                         const char *format, ...) G_GNUC_PRINTF (5, 6);

/** vbet_doctor_state_name: Returns: "ok", "warn", "fail". */
const char *vbet_doctor_state_name (VbetDoctorState state);

/* --- the checks, by file ----------------------------------------------------- */

/* doctor-lab.c: what vBET itself needs to be there */
/** vbet_doctor_check_programs, vbet_doctor_check_kernel, vbet_doctor_check_image, vbet_doctor_check_image_tools,
 * vbet_doctor_check_optional: each reports one finding or more as @id. */
void vbet_doctor_check_programs (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_kernel (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_image (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_image_tools (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_optional (VbetDoctor *doctor, const char *id);

/* doctor-guest.c: whether a guest runs */
/** vbet_doctor_check_registers, vbet_doctor_check_guest: likewise. */
void vbet_doctor_check_registers (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_guest (VbetDoctor *doctor, const char *id);

/* doctor-kernel.c: what the host's kernel lets us do */
/** vbet_doctor_check_namespaces, vbet_doctor_check_ptrace, vbet_doctor_check_personality,
 * vbet_doctor_check_landlock, vbet_doctor_check_share, vbet_doctor_check_tun: likewise; what is tried is tried in a
 * child process. */
void vbet_doctor_check_namespaces (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_ptrace (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_personality (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_landlock (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_share (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_tun (VbetDoctor *doctor, const char *id);

/* doctor-space.c: folders, memory, limits */
/** vbet_doctor_check_shm, vbet_doctor_check_runtime, vbet_doctor_check_leftovers, vbet_doctor_check_disk,
 * vbet_doctor_check_memory, vbet_doctor_check_limits, vbet_doctor_check_cgroups: likewise. */
void vbet_doctor_check_shm (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_runtime (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_leftovers (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_disk (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_memory (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_limits (VbetDoctor *doctor, const char *id);
void vbet_doctor_check_cgroups (VbetDoctor *doctor, const char *id);

/* --- shared by them ------------------------------------------------------------ */

/**
 * vbet_doctor_try:
 * @probe: runs in a child process as the lab user; its result is the exit code, so 0 … 125
 *
 * Returns: what @probe returned; -1 when the child could not be made or died.
 */
int vbet_doctor_try (int (*probe) (void));
