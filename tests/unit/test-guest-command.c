/* test-guest-command.c - the kernel's command line, and the paths it cannot take. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "engine/guest/command.h"
#include "unit/harness.h"

static const guint8 mac[6] = { 2, 0, 0, 0, 0, 0x2a };

static VbetGuestConfig *
make_config (void)
{
  VbetGuestConfig *self = vbet_guest_config_new ();
  self->name = g_strdup ("r1");
  self->node_dir = g_strdup ("/run/vbet/lab/r1");
  self->disk_path = g_strdup ("/state/r1.cow");
  self->kernel = g_strdup ("/bin/sh"); /* anything that can be executed */
  self->image = g_strdup ("/images/vbet-1.img");
  self->memory = 64 * 1024 * 1024;
  self->cpu = 3;
  g_ptr_array_add (self->nics, vbet_guest_nic_new (1, mac, 1500, "/run/vbet/lab/s/1"));
  g_ptr_array_add (self->nics, vbet_guest_nic_new (3, mac, 9000, "/run/vbet/lab/s/3"));
  return self;
}

static void
test_kernel_line (void)
{
  g_autoptr (VbetGuestConfig) config = make_config ();
  g_autoptr (VbetGuestPlaces) places = vbet_guest_places_new (config->node_dir);
  g_auto (GStrv) arguments = vbet_guest_kernel_arguments (config, places, 9);
  g_autofree char *line = g_strjoinv ("\n", arguments);
  VBET_ASSERT_TEXT (
      line,
      "/bin/sh\nmem=64M\numid=u\numl_dir=/run/vbet/lab/r1/uml\nmconsole=notify:/run/vbet/lab/r1/n\n"
      "initcall_blacklist=raid6_select_algo,init_btrfs_fs,init_jfs_fs,init_xfs_fs,init_zswap,slab_"
      "sysfs_init\nlpj=36253696\npty.legacy_count=0\nfb_tunnels=none\n"
      "bonding.max_bonds=0\ndummy.numdummies=0\nifb.numifbs=0\nvirtio_net.napi_tx=0\ncon=none\nssl=none\n"
      "con0=fd:0,fd:1\nssl0=fd:9\nquiet\nloglevel=1\nubd0=/state/r1.cow,/images/vbet-1.img\n"
      "ubd1rd=/run/vbet/lab/r1/config.tar\nroot=/dev/ubda\nrw\ninit=/sbin/vbet-init\n"
      "vec0:transport=bess,dst=/run/vbet/lab/s/1,mac=02:00:00:00:00:2a,mtu=1500,depth=32\n"
      "vec2:transport=bess,dst=/run/vbet/lab/s/3,mac=02:00:00:00:00:2a,mtu=9000,depth=32");
  config->memory = 40 * 1024 * 1024 + 512 * 1024;
  g_auto (GStrv) odd = vbet_guest_kernel_arguments (config, places, 9);
  VBET_ASSERT_TEXT (odd[1], "mem=41472K");
}

static void
test_launcher_line (void)
{
  g_autoptr (VbetGuestConfig) config = make_config ();
  g_autoptr (VbetGuestPlaces) places = vbet_guest_places_new (config->node_dir);
  const char *const extra[] = { "--without=pidns", NULL };
  g_auto (GStrv) arguments = vbet_guest_launcher_arguments (config, places, 9, extra);
  const char *const *list = (const char *const *)arguments;
  CU_ASSERT_TRUE (g_strv_contains (list, "--name=r1"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--cpu=3"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--memory=67108864"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--read=/images/vbet-1.img"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--write=/state/r1.cow"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--own=/run/vbet/lab/r1/uml"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--reach=/run/vbet/lab/r1/m"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--reach=/run/vbet/lab/r1/n"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--reach=/run/vbet/lab/r1/p"));
  /* Only the kernel's own corner of the folder, not the whole of it. */
  CU_ASSERT_FALSE (g_strv_contains (list, "--write=/run/vbet/lab/r1"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--without=pidns"));
  CU_ASSERT_TRUE (g_strv_contains (list, "--"));
  config->cpu = -1;
  g_auto (GStrv) unpinned = vbet_guest_launcher_arguments (config, places, 9, NULL);
  for (guint i = 0; unpinned[i] != NULL; i++)
    CU_ASSERT_FALSE (g_str_has_prefix (unpinned[i], "--cpu"));
}

/* Expects the configuration to be refused with a sentence that has @part; NULL: to be accepted. */
static void
expect (const VbetGuestConfig *config, const char *part)
{
  g_autoptr (VbetGuestPlaces) places = vbet_guest_places_new (config->node_dir);
  g_autoptr (GError) error = NULL;
  gboolean good = vbet_guest_check_config (config, places, &error);
  CU_ASSERT_EQUAL (good, part == NULL);
  const char *found = part != NULL && error != NULL ? strstr (error->message, part) : NULL;
  CU_ASSERT_TRUE (part == NULL || found != NULL);
  if (part != NULL && found == NULL)
    g_printerr ("\nwanted \"%s\", got \"%s\"\n", part, error != NULL ? error->message : "no error");
}

static void
replace (char **text, const char *with)
{
  g_free (*text);
  *text = g_strdup (with);
}

static void
test_paths (void)
{
  static const char *const bad[]
      = { "/a,b", "/a=b", "/a:b", "/a b", "/a\"b", "/a\\b", "/a\nb", "relative", "" };
  g_autoptr (VbetGuestConfig) config = make_config ();
  expect (config, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    replace (&config->disk_path, bad[i]);
    expect (config, "r1 cannot start: the path of its disk");
  }
  replace (&config->disk_path, "/state/r\xc3\xa4.cow");
  expect (config, NULL);
  replace (&config->image, "/im,ages/x");
  expect (config, "image");
  replace (&config->image, "/images/x");
  VbetGuestNic *nic = g_ptr_array_index (config->nics, 0);
  replace (&nic->socket_path, "/s=1");
  expect (config, "NIC's socket");
}

static void
test_lengths (void)
{
  g_autoptr (VbetGuestConfig) config = make_config ();
  /* "/uml/u/mconsole" is 15 bytes, and a socket's path has 107. */
  g_autofree char *longest = g_strnfill (107 - 15, 'n');
  longest[0] = '/';
  replace (&config->node_dir, longest);
  expect (config, NULL);
  g_autofree char *longer = g_strconcat (longest, "n", NULL);
  replace (&config->node_dir, longer);
  expect (config, "longer than 107 bytes");
  replace (&config->node_dir, "/n");
  VbetGuestNic *nic = g_ptr_array_index (config->nics, 0);
  g_autofree char *socket = g_strnfill (108, 's');
  socket[0] = '/';
  replace (&nic->socket_path, socket);
  expect (config, "longer than 107 bytes");
}

static void
test_nics (void)
{
  g_autoptr (VbetGuestConfig) config = make_config ();
  VbetGuestNic *nic = g_ptr_array_index (config->nics, 1);
  nic->index = 1;
  expect (config, "two NICs with the number 1");
  nic->index = 0;
  expect (config, "NIC number 0");
  nic->index = 2;
  nic->mtu = 575;
  expect (config, "mtu=575");
  nic->mtu = 65535;
  expect (config, "mtu=65535");
  nic->mtu = 1500;
  for (guint i = 3; i <= 60; i++)
    g_ptr_array_add (config->nics, vbet_guest_nic_new (i, mac, 1500, "/run/vbet/lab/s/some-longer-name"));
  expect (config, "too many NICs");
}

static void
test_kernel_missing (void)
{
  g_autoptr (VbetGuestConfig) config = make_config ();
  replace (&config->kernel, "/nonexistent/linux.uml");
  expect (config, "There is no guest kernel at /nonexistent/linux.uml; install the package user-mode-linux");
}

static CU_TestInfo command_tests[] = {
  { "the kernel's arguments", test_kernel_line },
  { "the launcher's options", test_launcher_line },
  { "paths with separators", test_paths },
  { "paths that are too long", test_lengths },
  { "NICs", test_nics },
  { "no kernel", test_kernel_missing },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "guest-command", NULL, NULL, NULL, NULL, command_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
