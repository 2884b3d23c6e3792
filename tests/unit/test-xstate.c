/* test-xstate.c - padding of register states: by made-up sizes, and vbet-xstate.so on this machine's own. */
#include "config.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "base/xstate.h"
#include "unit/harness.h"

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

#define SHORT 2696
#define LARGE 11008
#define XSTATE_BV 512
#define HEADER_END 576

/* A machine with AMX: features 17 and 18 lie beyond what kernels keep. */
static VbetXstateLayout
amx (void)
{
  VbetXstateLayout layout = { .size = LARGE };
  layout.features[2] = (VbetXstateFeature){ 576, 256 };
  layout.features[5] = (VbetXstateFeature){ 1088, 64 };
  layout.features[6] = (VbetXstateFeature){ 1152, 512 };
  layout.features[7] = (VbetXstateFeature){ 1664, 1024 };
  layout.features[17] = (VbetXstateFeature){ 2752, 64 };
  layout.features[18] = (VbetXstateFeature){ 2816, 8192 };
  return layout;
}

static guint64
word_at (const guint8 *area, gsize offset)
{
  guint64 word;
  memcpy (&word, area + offset, sizeof word);
  return word;
}

static void
fill (guint8 *area, gsize size, guint64 present)
{
  memset (area, 0x5a, size);
  memcpy (area + XSTATE_BV, &present, sizeof present);
}

static void
test_pad (void)
{
  const VbetXstateLayout layout = amx ();
  static guint8 given[SHORT];
  static guint8 whole[VBET_XSTATE_SIZE_MAX];
  fill (given, sizeof given, 0x600e7);
  memset (whole, 0xff, sizeof whole);
  CU_ASSERT_EQUAL (vbet_xstate_pad (&layout, given, sizeof given, whole, sizeof whole), LARGE);
  CU_ASSERT_EQUAL (word_at (whole, XSTATE_BV), 0xe7);
  CU_ASSERT_EQUAL (memcmp (whole, given, XSTATE_BV), 0);
  CU_ASSERT_EQUAL (memcmp (whole + XSTATE_BV + 8, given + XSTATE_BV + 8, SHORT - XSTATE_BV - 8), 0);
  for (gsize i = SHORT; i < LARGE; i++)
    CU_ASSERT_EQUAL_FATAL (whole[i], 0);
  CU_ASSERT_EQUAL (whole[LARGE], 0xff);                  /* not a byte more */
  CU_ASSERT_EQUAL (word_at (given, XSTATE_BV), 0x600e7); /* the kernel's own stays as it is */
}

/* A feature that is cut in two is not there; one that ends where the state ends is. */
static void
test_cut (void)
{
  const VbetXstateLayout layout = amx ();
  static guint8 given[LARGE];
  static guint8 whole[LARGE];
  static const struct {
    gsize size;
    guint64 left;
  } cases[] = { { 2816, 0x200e7 }, { 2808, 0xe7 }, { 2688, 0xe7 },     { 2680, 0x67 },
                { 832, 0x7 },      { 824, 0x3 },   { HEADER_END, 0x3 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    fill (given, sizeof given, 0x600e7);
    CU_ASSERT_EQUAL (vbet_xstate_pad (&layout, given, cases[i].size, whole, sizeof whole), LARGE);
    CU_ASSERT_EQUAL (word_at (whole, XSTATE_BV), cases[i].left);
  }
}

static void
test_left_alone (void)
{
  VbetXstateLayout layout = amx ();
  static guint8 given[2 * LARGE];
  static guint8 whole[LARGE];
  static const gsize sizes[] = { LARGE, LARGE + 8, 2 * LARGE, HEADER_END - 8, 0, SHORT + 4, SHORT - 1 };
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    CU_ASSERT_EQUAL (vbet_xstate_pad (&layout, given, sizes[i], whole, sizeof whole), 0);
  CU_ASSERT_EQUAL (vbet_xstate_pad (&layout, given, SHORT, whole, LARGE - 1), 0);
  layout.size = 0; /* no XSAVE */
  CU_ASSERT_EQUAL (vbet_xstate_pad (&layout, given, SHORT, whole, sizeof whole), 0);
}

static void
test_need (void)
{
  VbetXstateLayout layout = amx ();
  CU_ASSERT_TRUE (vbet_xstate_needs_padding (&layout));
  layout.size = SHORT;
  CU_ASSERT_FALSE (vbet_xstate_needs_padding (&layout));
  layout.size = 0;
  CU_ASSERT_FALSE (vbet_xstate_needs_padding (&layout));
}

/* --- the library itself, on the state that this machine has ----------------------------------- */

typedef long (*Ptrace) (int request, ...);

static Ptrace
load (void **ret_handle)
{
  const char *top = g_getenv ("VBET_TOP_BUILDDIR");
  g_autofree char *path = g_build_filename (top != NULL ? top : VBET_BUILDDIR, "bin", "vbet-xstate.so", NULL);
  *ret_handle = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (*ret_handle);
  return (Ptrace)dlsym (*ret_handle, "ptrace");
}

/* A stopped child that we trace; -1 where that is forbidden. */
static pid_t
traced_child (void)
{
  int status = 0;
  pid_t child = fork ();
  if (child == 0) {
    if (syscall (SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL) != 0)
      _exit (1);
    (void)raise (SIGSTOP);
    _exit (0);
  }
  CU_ASSERT_EQUAL_FATAL (waitpid (child, &status, 0), child);
  return WIFSTOPPED (status) ? child : -1;
}

static void
test_library (void)
{
  static guint8 state[VBET_XSTATE_SIZE_MAX];
  static guint8 after[VBET_XSTATE_SIZE_MAX];
  void *handle = NULL;
  Ptrace padded = load (&handle);
  VbetXstateLayout layout;
  vbet_xstate_layout_read (&layout);
  pid_t child = traced_child ();
  CU_ASSERT_PTR_NOT_NULL_FATAL ((void *)padded);
  if (child < 0 || layout.size <= 832) {
    (void)g_printerr ("(no ptrace or no large state here: the library was only loaded) ");
    dlclose (handle);
    return;
  }
  struct iovec iov = { .iov_base = state, .iov_len = sizeof state };
  CU_ASSERT_EQUAL (padded (PTRACE_GETREGSET, child, (void *)NT_X86_XSTATE, &iov), 0);
  CU_ASSERT_EQUAL (iov.iov_len, layout.size); /* what CPUID says is what the host's kernel takes */
  /* As a kernel does that knows of no more than AVX: what comes after is cut off. */
  state[160] ^= 0xff; /* a byte of XMM0 */
  state[XSTATE_BV] |= 2;
  iov.iov_len = 832;
  errno = 0;
  CU_ASSERT_EQUAL (syscall (SYS_ptrace, PTRACE_SETREGSET, child, (void *)NT_X86_XSTATE, &iov), -1);
  CU_ASSERT_TRUE (errno == EFAULT || errno == EINVAL);
  iov.iov_len = 832;
  CU_ASSERT_EQUAL (padded (PTRACE_SETREGSET, child, (void *)NT_X86_XSTATE, &iov), 0);
  CU_ASSERT_EQUAL (iov.iov_len, 832);
  struct iovec again = { .iov_base = after, .iov_len = sizeof after };
  CU_ASSERT_EQUAL (padded (PTRACE_GETREGSET, child, (void *)NT_X86_XSTATE, &again), 0);
  CU_ASSERT_EQUAL (memcmp (after + 160, state + 160, 256), 0); /* all XMM registers */
  CU_ASSERT_EQUAL (word_at (after, XSTATE_BV) & ~UINT64_C (7), 0);
  /* Reading a word: the value is the result, and -1 may be one. */
  errno = 7;
  long word = padded (PTRACE_PEEKUSER, child, NULL, NULL);
  CU_ASSERT_EQUAL (errno, 0);
  errno = 0;
  CU_ASSERT_EQUAL (ptrace (PTRACE_PEEKUSER, child, NULL, NULL), word);
  CU_ASSERT_EQUAL (padded (PTRACE_PEEKDATA, child, (void *)8, NULL), -1);
  CU_ASSERT_EQUAL (errno, EIO);
  CU_ASSERT_EQUAL (padded (PTRACE_SETREGSET, child, (void *)NT_X86_XSTATE, NULL), -1);
  CU_ASSERT_EQUAL (padded (PTRACE_CONT, child, NULL, (void *)SIGKILL), 0);
  CU_ASSERT_EQUAL (waitpid (child, NULL, 0), child);
  CU_ASSERT_EQUAL (padded (PTRACE_CONT, child, NULL, NULL), -1);
  CU_ASSERT_EQUAL (errno, ESRCH);
  dlclose (handle);
}

static CU_TestInfo tests[] = {
  { "padding", test_pad },
  { "features that are cut", test_cut },
  { "what is left alone", test_left_alone },
  { "who needs it", test_need },
  { "the library", test_library },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "xstate", NULL, NULL, NULL, NULL, tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
