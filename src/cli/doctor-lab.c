/* doctor-lab.c - what vBET itself needs to be there; see doctor.h. */
#include "config.h"

#include "cli/doctor.h"

#include "base/paths.h"
#include "engine/guest/image.h"
#include "engine/guest/kernel-config.h"

/* --- our own programs -------------------------------------------------------------- */

void
vbet_doctor_check_programs (VbetDoctor *doctor, const char *id)
{
  static const char *const programs[] = { "vbetd", "vbet-switch", "vbet-guest", "vbet-nat" };
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++) {
    g_autofree char *path = vbet_paths_program (programs[i]);
    if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE)) {
      vbet_doctor_report (doctor, id, VBET_DOCTOR_FAIL, "build or install vBET again",
                          "The program %s is missing.", path);
      return;
    }
  }
  vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "vBET %s is complete.", PACKAGE_VERSION);
}

/* --- guest kernel ---------------------------------------------------------------------- */

void
vbet_doctor_check_kernel (VbetDoctor *doctor, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = vbet_kernel_find (NULL, &error);
  g_autofree char *release = path != NULL ? vbet_kernel_release (path, &error) : NULL;
  if (release == NULL)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_FAIL, "sudo apt-get install --reinstall user-mode-linux",
                        "%s.", error->message);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "The guest kernel is %s, Linux %s.", path, release);
}

/* --- image ------------------------------------------------------------------------------- */

void
vbet_doctor_check_image (VbetDoctor *doctor, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *image = vbet_image_find (NULL, &error);
  if (image == NULL || !vbet_image_check_version (image, &error)) {
    vbet_doctor_report (doctor, id, VBET_DOCTOR_FAIL, "vbetctl image build", "%s.", error->message);
    return;
  }
  g_autofree char *kernel = vbet_kernel_find (NULL, NULL);
  g_autofree char *warning = kernel != NULL ? vbet_image_check_kernel (image, kernel) : NULL;
  if (warning != NULL)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "vbetctl image build", "%s.", warning);
  else if (kernel != NULL && (vbet_kernel_features (kernel, image) & VBET_KERNEL_NFTABLES) == 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, "vbetctl kernel build",
                        "Firewalls cannot start: the guest kernel %s does not have nftables.", kernel);
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "The image is %s.", image);
}

/* --- programs of the host -------------------------------------------------------------------- */

/* Whether @program is found where ordinary users have no path to as well. */
static gboolean
has_program (const char *program)
{
  g_autofree char *found = g_find_program_in_path (program);
  g_autofree char *sbin = g_build_filename ("/usr/sbin", program, NULL);
  g_autofree char *old = g_build_filename ("/sbin", program, NULL);
  return found != NULL || g_file_test (sbin, G_FILE_TEST_IS_EXECUTABLE)
         || g_file_test (old, G_FILE_TEST_IS_EXECUTABLE);
}

void
vbet_doctor_check_image_tools (VbetDoctor *doctor, const char *id)
{
  static const struct {
    const char *program;
    const char *package;
  } tools[] = {
    { "apt-get", "apt" },       { "dpkg-deb", "dpkg" },  { "mke2fs", "e2fsprogs" },
    { "debugfs", "e2fsprogs" }, { "strip", "binutils" }, { "flock", "util-linux" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++) {
    if (has_program (tools[i].program))
      continue;
    g_autofree char *remedy = g_strdup_printf ("sudo apt-get install %s", tools[i].package);
    vbet_doctor_report (doctor, id, VBET_DOCTOR_WARN, remedy, "Images cannot be built: %s is missing.",
                        tools[i].program);
    return;
  }
  vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "Images can be built.");
}

void
vbet_doctor_check_optional (VbetDoctor *doctor, const char *id)
{
  static const struct {
    const char *program;
    const char *use;
  } programs[] = {
    { "wireshark", "shows captures live" },
    { "dot", "lays out large labs (package graphviz)" },
  };
  g_autoptr (GString) missing = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    if (!has_program (programs[i].program))
      g_string_append_printf (missing, "%s%s, which %s", missing->len > 0 ? "; " : "", programs[i].program,
                              programs[i].use);
  if (missing->len == 0)
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "",
                        "The optional programs are there: wireshark, graphviz.");
  else
    vbet_doctor_report (doctor, id, VBET_DOCTOR_OK, "", "Not installed, and not needed: %s.", missing->str);
}
