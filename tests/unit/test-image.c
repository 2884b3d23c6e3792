/* test-image.c - which image and kernel a guest gets, and what is said when there is none. */
#include "config.h"

#include <elf.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/kernels.h"
#include "base/paths.h"
#include "engine/guest/image.h"
#include "engine/guest/kernel-config.h"
#include "unit/harness.h"

static char *
make_folder (void)
{
  char *dir = g_dir_make_tmp ("vbet-test-image-XXXXXX", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (dir);
  g_setenv ("VBET_IMAGE_DIR", dir, TRUE);
  return dir;
}

static void
put (const char *dir, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  CU_ASSERT_TRUE_FATAL (g_file_set_contents (path, text, -1, NULL));
}

/* The sections of put_kernel(): a program's smallest head, its read-only data with the banner, names. */
typedef struct {
  Elf64_Ehdr header;
  Elf64_Phdr program;
  Elf64_Shdr sections[3];
  char names[24];
  char data[64];
} Elf;

/* An executable @name in @dir that is a kernel of the release @release with the configuration @lines. */
static char *
put_kernel (const char *dir, const char *name, const char *release, const char *lines)
{
  static const char names[] = "\0.rodata\0.shstrtab";
  Elf elf
      = { .header = { .e_type = ET_EXEC,
                      .e_machine = EM_X86_64,
                      .e_version = EV_CURRENT,
                      .e_phoff = offsetof (Elf, program),
                      .e_shoff = offsetof (Elf, sections),
                      .e_ehsize = sizeof (Elf64_Ehdr),
                      .e_phentsize = sizeof (Elf64_Phdr),
                      .e_phnum = 1,
                      .e_shentsize = sizeof (Elf64_Shdr),
                      .e_shnum = 3,
                      .e_shstrndx = 2 },
          .program = { .p_type = PT_LOAD, .p_vaddr = 0x60000000, .p_memsz = 4096 },
          .sections
          = { { .sh_type = SHT_NULL },
              { .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = offsetof (Elf, data), .sh_size = 64 },
              { .sh_name = 9, .sh_type = SHT_STRTAB, .sh_offset = offsetof (Elf, names), .sh_size = 24 } } };
  memcpy (elf.header.e_ident, ELFMAG, SELFMAG);
  elf.header.e_ident[EI_CLASS] = ELFCLASS64;
  elf.header.e_ident[EI_DATA] = ELFDATA2LSB;
  memcpy (elf.names, names, sizeof names);
  (void)g_snprintf (elf.data, sizeof elf.data, "Linux version %s (vbet)", release);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *)&elf, sizeof elf);
  g_byte_array_append (bytes, (const guint8 *)lines, (guint)strlen (lines));
  char *path = g_build_filename (dir, name, NULL);
  CU_ASSERT_TRUE_FATAL (g_file_set_contents (path, (const char *)bytes->data, (gssize)bytes->len, NULL));
  CU_ASSERT_EQUAL (g_chmod (path, 0755), 0);
  return path;
}

static void
expect_image (const char *name, const char *dir, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = g_build_filename (dir, file, NULL);
  g_autofree char *actual = vbet_image_find (name, &error);
  VBET_ASSERT_TEXT (actual != NULL ? actual : error->message, expected);
}

static void
expect_error (const char *name, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *actual = vbet_image_find (name, &error);
  CU_ASSERT_PTR_NULL (actual);
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  CU_ASSERT_TRUE (error->domain == VBET_ERROR);
  VBET_ASSERT_TEXT (error->message, message);
}

static void
test_find (void)
{
  g_autofree char *dir = make_folder ();
  g_autofree char *link = g_build_filename (dir, "current", NULL);
  put (dir, "vbet-0123456789ab.img", "image");
  put (dir, "own", "image");
  CU_ASSERT_EQUAL (symlink ("vbet-0123456789ab.img", link), 0);
  expect_image (NULL, dir, "vbet-0123456789ab.img");
  expect_image ("vbet-0123456789ab", dir, "vbet-0123456789ab.img");
  expect_image ("vbet-0123456789ab.img", dir, "vbet-0123456789ab.img");
  expect_image ("own", dir, "own");
  g_autofree char *absolute = g_build_filename (dir, "own", NULL);
  expect_image (absolute, dir, "own");
  expect_error (
      "other",
      "There is no guest image “other”; see what there is with: vbetctl image list, or build it with: "
      "vbetctl image build --name other");
  expect_error ("a/b",
                "The guest image “a/b” is neither a name nor an absolute path; see: vbetctl image list");
  expect_error ("/nowhere/x", "Cannot read the guest image /nowhere/x: No such file or directory");
  vbet_paths_remove_tree (dir);
}

static void
test_none (void)
{
  g_autofree char *dir = make_folder ();
  g_autofree char *system = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = g_build_filename (dir, "current", NULL);
  /* A link whose image is gone counts as none. */
  CU_ASSERT_EQUAL (symlink ("vbet-gone.img", link), 0);
  system = vbet_image_find (NULL, &error);
  if (system == NULL) {
    VBET_ASSERT_TEXT (error->message, "No guest image found; build one with: vbetctl image build");
  } else {
    CU_ASSERT_FALSE (g_str_has_prefix (system, dir)); /* this machine has one for everybody */
  }
  vbet_paths_remove_tree (dir);
}

static void
test_release (void)
{
  g_autofree char *dir = make_folder ();
  g_autofree char *image = g_build_filename (dir, "vbet-0123456789ab.img", NULL);
  g_autofree char *kernel = g_build_filename (dir, "kernel", NULL);
  g_autofree char *bad = g_build_filename (dir, "bad", NULL);
  put (dir, "vbet-0123456789ab.img", "image");
  CU_ASSERT_PTR_NULL (vbet_image_release (image));
  put (dir, "vbet-0123456789ab.manifest", "vbet-image 1\nkernel 6.1.176\npackage bash 5\n");
  g_autofree char *release = vbet_image_release (image);
  VBET_ASSERT_TEXT (release, "6.1.176");
  g_free (put_kernel (dir, "kernel", "6.12.9", ""));
  /* It would leave a trace if it were run. */
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\ntouch %s/ran\necho 6.12.9\n", dir);
  g_autofree char *trace = g_build_filename (dir, "ran", NULL);
  put (dir, "bad", script);
  CU_ASSERT_EQUAL (g_chmod (bad, 0755), 0);
  g_autofree char *warning = vbet_image_check_kernel (image, kernel);
  g_autofree char *expected
      = g_strdup_printf ("The guest image holds modules for the kernel 6.1.176, but %s is 6.12.9; "
                         "build the image anew with: vbetctl image build",
                         kernel);
  VBET_ASSERT_TEXT (warning != NULL ? warning : "(none)", expected);
  CU_ASSERT_PTR_NULL (vbet_image_check_kernel (image, bad));
  put (dir, "vbet-0123456789ab.manifest", "vbet-image 1\nkernel 6.12.9\n");
  CU_ASSERT_PTR_NULL (vbet_image_check_kernel (image, kernel));
  g_autoptr (GError) error = NULL;
  CU_ASSERT_PTR_NULL (vbet_kernel_release (bad, &error));
  g_autofree char *message = g_strdup_printf ("%s is no user-mode Linux for this machine", bad);
  VBET_ASSERT_TEXT (error != NULL ? error->message : "", message);
  CU_ASSERT_FALSE (g_file_test (trace, G_FILE_TEST_EXISTS));
  /* Nobody writes into it: whoever opened it would wait. */
  g_autofree char *pipe = g_build_filename (dir, "pipe", NULL);
  CU_ASSERT_EQUAL (mkfifo (pipe, 0700), 0);
  CU_ASSERT_PTR_NULL (vbet_kernel_release (pipe, NULL));
  CU_ASSERT_PTR_NULL (vbet_kernel_release ("/dev/zero", NULL));
  vbet_paths_remove_tree (dir);
}

static void
expect_features (const char *dir, const char *image, const char *lines, VbetKernelFeatures expected)
{
  g_autofree char *kernel = put_kernel (dir, "probed", "6.1.176", lines);
  CU_ASSERT_EQUAL (vbet_kernel_features (kernel, image), expected);
}

static void
test_features (void)
{
  g_autofree char *dir = make_folder ();
  g_autofree char *image = g_build_filename (dir, "vbet-0123456789ab.img", NULL);
  g_autofree char *other = g_build_filename (dir, "vbet-ba9876543210.img", NULL);
  put (dir, "vbet-0123456789ab.img", "image");
  put (dir, "vbet-0123456789ab.manifest", "vbet-image 2\nkernel 6.1.170\nkernel 6.1.176\n");
  put (dir, "vbet-ba9876543210.img", "image");
  put (dir, "vbet-ba9876543210.manifest", "vbet-image 2\n");
  /* Built in, a module that the image has, one that it has not, and what Debian's kernel has: other families only. */
  expect_features (dir, other, "CONFIG_NF_TABLES=y\nCONFIG_NF_TABLES_INET=y\n", VBET_KERNEL_NFTABLES);
  expect_features (dir, image, "CONFIG_NF_TABLES=m\nCONFIG_NF_TABLES_INET=y\n", VBET_KERNEL_NFTABLES);
  expect_features (dir, other, "CONFIG_NF_TABLES=m\nCONFIG_NF_TABLES_INET=y\n", 0);
  expect_features (dir, image,
                   "CONFIG_NF_TABLES=m\n# CONFIG_NF_TABLES_INET is not set\nCONFIG_NF_TABLES_BRIDGE=m\n", 0);
  expect_features (dir, image, "", 0);
  expect_features (dir, image, "virtio_uml.device\nvirtio_net\n", VBET_KERNEL_VIRTIO);
  CU_ASSERT_EQUAL (vbet_kernel_features ("/nonexistent", image), 0);
  g_autofree char *none = put_kernel (dir, "none", "7.3.4", "# CONFIG_MODULES is not set\n");
  g_autofree char *some = put_kernel (dir, "some", "7.3.4", "CONFIG_MODULES=y\n");
  CU_ASSERT_FALSE (vbet_kernel_takes_modules (none));
  CU_ASSERT_TRUE (vbet_kernel_takes_modules (some));
  CU_ASSERT_TRUE (vbet_kernel_takes_modules ("/nonexistent"));
  /* What loads no modules lacks none. */
  CU_ASSERT_PTR_NULL (vbet_image_check_kernel (other, none));
  CU_ASSERT_PTR_NULL (vbet_image_check_kernel (image, none));
  g_autofree char *warning = vbet_image_check_kernel (other, some);
  g_autofree char *expected = g_strdup_printf (
      "The guest image holds no kernel modules, but %s (7.3.4) has what guests need in modules; build "
      "the image anew with: vbetctl image build",
      some);
  VBET_ASSERT_TEXT (warning != NULL ? warning : "(none)", expected);
  vbet_paths_remove_tree (dir);
}

static void
test_version (void)
{
  g_autofree char *dir = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autofree char *image = g_build_filename (dir, "vbet-0123456789ab.img", NULL);
  put (dir, "vbet-0123456789ab.img", "image");
  CU_ASSERT_TRUE (vbet_image_check_version (image, NULL)); /* somebody's own */
  put (dir, "vbet-0123456789ab.manifest", "vbet-image 2\n");
  CU_ASSERT_TRUE (vbet_image_check_version (image, NULL));
  put (dir, "vbet-0123456789ab.manifest", "vbet-image 1\n");
  CU_ASSERT_FALSE (vbet_image_check_version (image, &error));
  g_autofree char *message = g_strdup_printf (
      "The guest image %s was built by another version of vBET; build it anew with: vbetctl image build",
      image);
  VBET_ASSERT_TEXT (error != NULL ? error->message : "", message);
  vbet_paths_remove_tree (dir);
}

static void
test_kernel (void)
{
  g_autofree char *dir = make_folder ();
  g_unsetenv ("VBET_KERNEL"); /* the tester may have chosen one for labs */
  g_autofree char *kernel = g_build_filename (dir, "my-kernel", NULL);
  g_autoptr (GError) error = NULL;
  put (dir, "my-kernel", "#!/bin/sh\n");
  CU_ASSERT_PTR_NULL (vbet_kernel_find (kernel, &error));
  g_autofree char *message = g_strdup_printf (
      "There is no kernel “%s”: it must be the absolute path of an executable file, a name that "
      "“vbetctl kernel list” shows, or “stock”",
      kernel);
  VBET_ASSERT_TEXT (error != NULL ? error->message : "", message);
  CU_ASSERT_EQUAL (g_chmod (kernel, 0755), 0);
  g_autofree char *found = vbet_kernel_find (kernel, NULL);
  VBET_ASSERT_TEXT (found != NULL ? found : "(none)", kernel);
  /* A name is that of a lab kernel, never a program in PATH. */
  g_autofree char *old = g_strdup (g_getenv ("PATH"));
  g_setenv ("PATH", dir, TRUE);
  CU_ASSERT_PTR_NULL (vbet_kernel_find ("my-kernel", NULL));
  put (dir, "linux.uml", "#!/bin/sh\n");
  g_autofree char *stock = g_build_filename (dir, "linux.uml", NULL);
  CU_ASSERT_EQUAL (g_chmod (stock, 0755), 0);
  g_autofree char *usual = vbet_kernel_find ("stock", NULL);
  VBET_ASSERT_TEXT (usual != NULL ? usual : "(none)", stock);
  g_setenv ("VBET_KERNEL", "stock", TRUE);
  g_autofree char *by_variable = vbet_kernel_find (NULL, NULL);
  VBET_ASSERT_TEXT (by_variable != NULL ? by_variable : "(none)", stock);
  g_unsetenv ("VBET_KERNEL");
  g_setenv ("PATH", old, TRUE);
  vbet_paths_remove_tree (dir);
}

/* A store with two lab kernels; the second is current. */
static void
test_store (void)
{
  g_autofree char *dir = g_dir_make_tmp ("vbet-test-kernels-XXXXXX", NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (dir);
  g_unsetenv ("VBET_KERNEL");
  g_setenv ("VBET_KERNEL_DIR", dir, TRUE);
  static const char *const names[] = { "vbet-aaaaaaaaaaaa", "vbet-bbbbbbbbbbbb" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *folder = g_build_filename (dir, names[i], NULL);
    CU_ASSERT_EQUAL (g_mkdir (folder, 0755), 0);
    put (folder, "linux", "0123456789");
    put (folder, "manifest",
         "vbet-kernel 1\nrelease 7.3.4-vbet\nsize 10\nsource linux-source-7.3 7.3.4-1 "
         "0123456789012345678901234567890123456789012345678901234567890123\ncompiler gcc 12\noption "
         "CONFIG_A=y\n"
         "option CONFIG_B=y\n");
  }
  g_autofree char *link = g_build_filename (dir, "current", NULL);
  g_autofree char *first = g_build_filename (dir, names[0], "linux", NULL);
  g_autofree char *second = g_build_filename (dir, names[1], "linux", NULL);
  g_autofree char *second_dir = g_build_filename (dir, names[1], NULL);
  CU_ASSERT_EQUAL (symlink (names[1], link), 0);
  g_autofree char *found = vbet_kernel_find (NULL, NULL);
  VBET_ASSERT_TEXT (found != NULL ? found : "(none)", second);
  g_autofree char *named = vbet_kernel_find (names[0], NULL);
  VBET_ASSERT_TEXT (named != NULL ? named : "(none)", first);
  g_autoptr (GPtrArray) kernels = vbet_kernels_list ();
  CU_ASSERT_TRUE_FATAL (kernels->len >= 2); /* this machine may have some for everybody */
  const VbetKernelInfo *info = g_ptr_array_index (kernels, 1);
  VBET_ASSERT_TEXT (info->name, names[1]);
  VBET_ASSERT_TEXT (info->release, "7.3.4-vbet");
  VBET_ASSERT_TEXT (info->source, "linux-source-7.3 7.3.4-1");
  CU_ASSERT_EQUAL (info->options, 2);
  CU_ASSERT_TRUE (info->current);
  CU_ASSERT_FALSE (((const VbetKernelInfo *)g_ptr_array_index (kernels, 0))->current);
  /* What is built in goes to the guest's modprobe. */
  g_autofree char *release = NULL;
  CU_ASSERT_PTR_NULL (vbet_kernels_builtin (second, &release));
  put (second_dir, "modules.builtin", "kernel/drivers/net/dummy.ko\n");
  g_autoptr (GBytes) builtin = vbet_kernels_builtin (second, &release);
  CU_ASSERT_PTR_NOT_NULL_FATAL (builtin);
  VBET_ASSERT_TEXT (release, "7.3.4-vbet");
  /* A build that was cut short is said, not used. */
  put (second_dir, "linux", "01234");
  g_autoptr (GError) error = NULL;
  CU_ASSERT_PTR_NULL (vbet_kernel_find (NULL, &error));
  CU_ASSERT_PTR_NOT_NULL_FATAL (error);
  g_autofree char *message = g_strdup_printf (
      "The lab kernel %s is damaged: 5 bytes instead of 10; build it anew with: vbetctl kernel build",
      second);
  VBET_ASSERT_TEXT (error->message, message);
  g_unsetenv ("VBET_KERNEL_DIR");
  vbet_paths_remove_tree (dir);
}

/* A kernel that was cut short, or is for another machine, is found before anything starts. */
static void
test_kernel_file (void)
{
  static const struct {
    gsize kept; /* bytes of a good file; 0: all */
    gsize at;   /* a byte that is changed; 0: none */
    const char *fault;
  } rows[] = {
    { 0, 0, NULL },
    { 20, 0, "is cut short" },
    { 4000, 0, "is cut short" },
    { 0, 18, "is for another kind of machine" }, /* e_machine */
    { 0, 4, "is for another kind of machine" },  /* its class */
  };
  g_autofree char *dir = make_folder ();
  g_autofree char *path = g_build_filename (dir, "kernel", NULL);
  g_autofree char *good = NULL;
  gsize size = 0;
  CU_ASSERT_TRUE_FATAL (g_file_get_contents ("/proc/self/exe", &good, &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = g_memdup2 (good, size);
    text[rows[i].at] = rows[i].at > 0 ? 1 : text[rows[i].at];
    CU_ASSERT_TRUE (g_file_set_contents (path, text, (gssize)(rows[i].kept > 0 ? rows[i].kept : size), NULL));
    CU_ASSERT_EQUAL (vbet_kernel_check_file (path, &error), rows[i].fault == NULL);
    g_autofree char *expected = g_strdup_printf (
        "The guest kernel %s %s; build one with: vbetctl kernel build, or name another by kernel=", path,
        rows[i].fault != NULL ? rows[i].fault : "");
    if (rows[i].fault != NULL)
      VBET_ASSERT_TEXT (error != NULL ? error->message : "(none)", expected);
  }
  put (dir, "kernel", "#!/bin/sh\n");
  CU_ASSERT_FALSE (vbet_kernel_check_file (path, NULL));
  vbet_paths_remove_tree (dir);
}

static CU_TestInfo image_tests[] = {
  { "a kernel's file", test_kernel_file },
  { "by name, by path, current", test_find },
  { "no image", test_none },
  { "modules for another kernel", test_release },
  { "lab kernels", test_store },
  { "what a kernel was built with", test_features },
  { "an image of another version", test_version },
  { "kernel", test_kernel },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "image", NULL, NULL, NULL, NULL, image_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
