/* test-gui-view.c - the display list, hit tests, and drawing without a display. */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "gui/canvas/draw.h"
#include "gui/model/layout.h"
#include "gui/model/storm.h"
#include "unit/harness.h"

typedef struct {
  VbetTopology *topology;
  GArray *points;
  GHashTable *states;
  GHashTable *alarmed;
  GHashTable *selection;
  VbetOverlay overlay;
  VbetViewInput input;
} Fixture;

static void
setup (Fixture *self, const char *text)
{
  g_autoptr (VbetProgram) program = vbet_program_parse (text, strlen (text));
  memset (self, 0, sizeof *self);
  self->topology = vbet_topology_elaborate (program, "test", NULL);
  self->points = vbet_layout_compute (self->topology, NULL, FALSE);
  self->states = g_hash_table_new (g_str_hash, g_str_equal);
  self->alarmed = g_hash_table_new (g_str_hash, g_str_equal);
  self->selection = g_hash_table_new (g_str_hash, g_str_equal);
  self->input = (VbetViewInput){ .topology = self->topology,
                                 .positions = (const VbetPoint *)(void *)self->points->data,
                                 .states = self->states,
                                 .alarmed = self->alarmed,
                                 .selection = self->selection,
                                 .zoom = 1,
                                 .show = VBET_SHOW_ADDRESSES | VBET_SHOW_NICS,
                                 .overlay = &self->overlay };
}

static void
teardown (Fixture *self)
{
  vbet_topology_unref (self->topology);
  g_array_unref (self->points);
  g_hash_table_unref (self->states);
  g_hash_table_unref (self->alarmed);
  g_hash_table_unref (self->selection);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, teardown)

static const char two_routers[] = "r1 = attach(alloc(router, at=(100, 100)), alloc(NIC, ip=10.0.0.1/24))\n"
                                  "r2 = attach(alloc(router, at=(300, 100), label=\"exit\"), alloc(NIC))\n"
                                  "c = alloc(cable)\nplug(c, NIC(r1)) plug(c, NIC(r2))\n";

static void
test_list (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  g_hash_table_add (fixture.selection, (gpointer) "r2");
  g_hash_table_insert (fixture.states, (gpointer) "r1", GINT_TO_POINTER (VBET_STATE_READY));
  fixture.input.show |= VBET_SHOW_RUNNING;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (view);
  VBET_ASSERT_TEXT (text, "cable c (100,100)-(300,100) running\n"
                          "text name r1 \"r1\" (100,136)\n"
                          "text detail r1 \"eth0 10.0.0.1/24\" (100,154)\n"
                          "text name r2 \"r2\" (300,136) selected\n"
                          "text detail r2 \"exit\" (300,154)\n"
                          "text end c \"eth0\" (164,100)\n"
                          "text end c \"eth0\" (236,100)\n"
                          "device r1 router ready (100,100) running\n"
                          "device r2 router off (300,100) selected running\n");
}

static void
test_zoomed_out_leaves_out_small_text (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  fixture.input.zoom = 0.25;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (view);
  VBET_ASSERT_TEXT (text, "cable c (100,100)-(300,100)\n"
                          "device r1 router off (100,100)\n"
                          "device r2 router off (300,100)\n");
}

static void
test_overlay (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  g_hash_table_add (fixture.selection, (gpointer) "r1");
  fixture.overlay.moving = TRUE;
  fixture.overlay.move_by = (VbetPoint){ 10, 20 };
  fixture.overlay.wire_from = "r2";
  fixture.overlay.wire_to = (VbetPoint){ 50, 60 };
  fixture.overlay.ghost = VBET_KIND_HUB;
  fixture.overlay.ghost_at = (VbetPoint){ 5, 6 };
  fixture.overlay.band = TRUE;
  fixture.overlay.band_rect = (VbetRect){ 1, 2, 3, 4 };
  fixture.input.show = 0;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (view);
  VBET_ASSERT_TEXT (text, "cable c (110,120)-(300,100)\n"
                          "text name r1 \"r1\" (110,156) selected\n"
                          "text name r2 \"r2\" (300,136)\n"
                          "text detail r2 \"exit\" (300,154)\n"
                          "device r1 router off (110,120) selected\n"
                          "device r2 router off (300,100)\n"
                          "wire (300,100)-(50,60)\n"
                          "ghost hub (5,6)\n"
                          "band (1,2) 3x4\n");
}

static void
test_hits (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  fixture.overlay.hover = "r1";
  fixture.overlay.handles = TRUE;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  const VbetItem *hit = vbet_view_hit (view, 110, 90);
  CU_ASSERT_PTR_NOT_NULL_FATAL (hit);
  CU_ASSERT_EQUAL (hit->kind, VBET_ITEM_DEVICE);
  VBET_ASSERT_TEXT (hit->name, "r1");
  hit = vbet_view_hit (view, 300, 145); /* its name */
  CU_ASSERT_PTR_NOT_NULL_FATAL (hit);
  CU_ASSERT_EQUAL (hit->kind, VBET_ITEM_DEVICE);
  VBET_ASSERT_TEXT (hit->name, "r2");
  hit = vbet_view_hit (view, 132, 100);
  CU_ASSERT_PTR_NOT_NULL_FATAL (hit);
  CU_ASSERT_EQUAL (hit->kind, VBET_ITEM_HANDLE);
  hit = vbet_view_hit (view, 200, 105);
  CU_ASSERT_PTR_NOT_NULL_FATAL (hit);
  CU_ASSERT_EQUAL (hit->kind, VBET_ITEM_CABLE);
  CU_ASSERT_PTR_NULL (vbet_view_hit (view, 200, 160));
  CU_ASSERT_PTR_NULL (vbet_view_hit (view, 110, 20));
}

/* Each NIC has its handle, a used one where its cable comes in, and no two cover each other. */
static void
test_nic_handles (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GString) text = g_string_new (two_routers);
  g_string_append (text, "s = attach(alloc(switch, at=(500, 500)), alloc(NIC)");
  for (guint i = 0; i < 23; i++)
    g_string_append (text, ", alloc(NIC)");
  g_string_append (text, ")\ng = alloc(gateway, at=(900, 900))\n");
  setup (&fixture, text->str);
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  const guint counts[] = { 2, 2, 25, 1 }; /* a gateway gets no second one */
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++) {
    const VbetDevice *device = g_ptr_array_index (fixture.topology->devices, i);
    g_autoptr (GArray) handles = vbet_view_nic_handles (view, device);
    CU_ASSERT_EQUAL_FATAL (handles->len, counts[i]);
    for (guint k = 0; k < handles->len; k++)
      for (guint j = 0; j < k; j++)
        CU_ASSERT_TRUE (vbet_point_distance (g_array_index (handles, VbetNicHandle, k).at,
                                             g_array_index (handles, VbetNicHandle, j).at)
                        >= 19);
  }
  g_autoptr (GArray) handles = vbet_view_nic_handles (view, g_ptr_array_index (fixture.topology->devices, 0));
  VbetNicHandle first = g_array_index (handles, VbetNicHandle, 0);
  CU_ASSERT_EQUAL (first.nic, 1);
  CU_ASSERT_EQUAL (first.kind, VBET_HANDLE_USED);
  CU_ASSERT_TRUE (first.at.x > 135 && fabs (first.at.y - 100) < 1);
  CU_ASSERT_EQUAL (g_array_index (handles, VbetNicHandle, 1).kind, VBET_HANDLE_NEW);
  /* a hovered cable can be taken at its ends, a selected frame at its edges */
  fixture.overlay.hover = "c";
  fixture.overlay.handles = TRUE;
  g_autoptr (VbetView) ends = vbet_view_new (&fixture.input);
  g_autofree char *list = vbet_view_to_text (ends);
  CU_ASSERT_PTR_NOT_NULL (strstr (list, "handle c end 0 (144,100)\nhandle c end 1 (256,100)\n"));
}

static void
test_notes (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, "h = alloc(host, at=(100, 100))\nnote(\"sticky\", at=(300, 20))\n"
                   "note(\"LAN\", at=(40, 40), size=(160, 130), color=blue)\n");
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (view);
  CU_ASSERT_TRUE (
      g_str_has_prefix (text, "note note#1 \"LAN\" (40,40) 160x130 frame\nnote note#0 \"sticky\" (300,20) "));
  VBET_ASSERT_TEXT (vbet_view_find (view, "note#1")->colour, "blue");
  /* a frame is hit at its border and title, not inside; a sticky note everywhere */
  CU_ASSERT_PTR_NULL (vbet_view_hit (view, 180, 150));
  VBET_ASSERT_TEXT (vbet_view_hit (view, 41, 150)->name, "note#1");
  VBET_ASSERT_TEXT (vbet_view_hit (view, 55, 50)->name, "note#1");
  VBET_ASSERT_TEXT (vbet_view_hit (view, 100, 100)->name, "h");
  VBET_ASSERT_TEXT (vbet_view_hit (view, 320, 40)->name, "note#0");
  /* what a rubber band and a frame hold */
  g_auto (GStrv) within = vbet_view_within (view, (VbetRect){ 30, 30, 200, 200 });
  CU_ASSERT_EQUAL (g_strv_length (within), 2);
  g_hash_table_add (fixture.selection, (gpointer) "note#1");
  g_autoptr (GHashTable) contents = vbet_view_contents (view, fixture.selection);
  CU_ASSERT_EQUAL (g_hash_table_size (contents), 2);
  CU_ASSERT_TRUE (g_hash_table_contains (contents, "h"));
  fixture.overlay.moving = TRUE;
  fixture.overlay.move_by = (VbetPoint){ 10, 0 };
  fixture.overlay.moved = contents;
  g_autoptr (VbetView) moved = vbet_view_new (&fixture.input);
  CU_ASSERT_EQUAL (vbet_view_find (moved, "h")->a.x, 110);
  CU_ASSERT_EQUAL (vbet_view_find (moved, "note#1")->bounds.x, 50);
  CU_ASSERT_EQUAL (vbet_view_find (moved, "note#0")->bounds.x, 300);
}

/* At 25 % a tile is 16 pixels; 24 still hit it. */
static void
test_targets_stay_large (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  fixture.input.zoom = 0.25;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  const VbetItem *hit = vbet_view_hit (view, 100 + 47, 100 + 47);
  CU_ASSERT_PTR_NOT_NULL_FATAL (hit);
  VBET_ASSERT_TEXT (hit->name, "r1");
}

static void
test_parallel_cables_fan_out (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture,
         "a = attach(alloc(router, at=(0, 0)), alloc(NIC), ...)\nb = attach(alloc(router, at=(300, 0)), "
         "alloc(NIC), ...)\nlink(a, b) link(b, a) link(a, b)\n");
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  double middles[3] = { 0 };
  guint n = 0;
  for (guint i = 0; i < view->items->len && n < 3; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, i);
    if (item->kind == VBET_ITEM_CABLE)
      middles[n++] = vbet_item_point (item, 0.5).y;
  }
  CU_ASSERT_EQUAL_FATAL (n, 3);
  CU_ASSERT_DOUBLE_EQUAL (middles[0], -26, 0.01);
  CU_ASSERT_DOUBLE_EQUAL (middles[1], 0, 0.01);
  CU_ASSERT_DOUBLE_EQUAL (middles[2], 26, 0.01);
}

static void
test_loose_cables (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture,
         "a = attach(alloc(host, at=(0, 0)), alloc(NIC))\nc1 = alloc(cable)\nc2 = alloc(cable, delay=10ms, "
         "loss=1%, up=no)\nplug(c2, NIC(a))\n");
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  CU_ASSERT_PTR_NULL (vbet_view_find (view, "c1"));
  const VbetItem *loose = vbet_view_find (view, "c2");
  CU_ASSERT_PTR_NOT_NULL_FATAL (loose);
  CU_ASSERT_EQUAL (loose->flags, VBET_ITEM_LOOSE_B | VBET_ITEM_DOWN);
  g_autofree char *text = vbet_view_to_text (view);
  CU_ASSERT_PTR_NOT_NULL (strstr (text, "text badge c2 \"10 ms "));
}

static void
test_band (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  g_auto (GStrv) both = vbet_view_within (view, (VbetRect){ 0, 0, 400, 200 });
  g_auto (GStrv) one = vbet_view_within (view, (VbetRect){ 200, 0, 400, 200 });
  CU_ASSERT_EQUAL (g_strv_length (both), 2);
  CU_ASSERT_EQUAL_FATAL (g_strv_length (one), 1);
  VBET_ASSERT_TEXT (one[0], "r2");
}

/* --- drawing -------------------------------------------------------------------------- */

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guchar *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);
  guint32 value = 0;
  memcpy (&value, row + 4 * x, sizeof value);
  return value & 0xffffff;
}

static cairo_surface_t *
draw (const VbetView *view, const VbetPalette *palette)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 400, 200);
  cairo_t *cr = cairo_create (surface);
  VbetRect clip = { 0, 0, 400, 200 };
  vbet_draw_paper (cr, palette, clip, 1);
  vbet_draw_view (cr, view, palette, clip, NULL);
  CU_ASSERT_EQUAL (cairo_status (cr), CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static guint32
colour (VbetColour colour)
{
  return (guint32)lround (colour.red * 255) << 16 | (guint32)lround (colour.green * 255) << 8
         | (guint32)lround (colour.blue * 255);
}

/* The colour of the tile's edge tells the state, and the cable is where its curve is. */
static void
test_drawing (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  const VbetPalette *palette = vbet_palette_light ();
  fixture.input.show = VBET_SHOW_RUNNING;
  for (guint state = VBET_STATE_OFF; state <= VBET_STATE_FAILED; state++) {
    g_hash_table_insert (fixture.states, (gpointer) "r1", GINT_TO_POINTER (state));
    g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
    cairo_surface_t *surface = draw (view, palette);
    CU_ASSERT_EQUAL (pixel (surface, 100, 68), colour (palette->states[state]));
    CU_ASSERT_EQUAL (pixel (surface, 200, 100), colour (palette->cable));
    CU_ASSERT_EQUAL (pixel (surface, 210, 150), colour (palette->paper));
    cairo_surface_destroy (surface);
  }
}

/* WCAG 2: relative luminance. */
static double
luminance (VbetColour colour)
{
  double parts[] = { colour.red, colour.green, colour.blue };
  for (guint i = 0; i < 3; i++)
    parts[i] = parts[i] <= 0.03928 ? parts[i] / 12.92 : pow ((parts[i] + 0.055) / 1.055, 2.4);
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

static double
contrast (VbetColour a, VbetColour b)
{
  double x = luminance (a) + 0.05, y = luminance (b) + 0.05;
  return x > y ? x / y : y / x;
}

static void
test_contrast (void)
{
  const VbetPalette *palettes[] = { vbet_palette_light (), vbet_palette_dark (), vbet_palette_contrast (),
                                    vbet_palette_contrast_dark (), vbet_palette_projector () };
  for (guint i = 0; i < G_N_ELEMENTS (palettes); i++) {
    const VbetPalette *palette = palettes[i];
    CU_ASSERT_TRUE (contrast (palette->ink, palette->paper) >= 7);
    CU_ASSERT_TRUE (contrast (palette->faint, palette->paper) >= 4.5);
    CU_ASSERT_TRUE (contrast (palette->ink, palette->note) >= 4.5);
    CU_ASSERT_TRUE (contrast (palette->glyph, palette->tile) >= 4.5);
    CU_ASSERT_TRUE (contrast (palette->on_accent, palette->accent) >= 4.5);
    CU_ASSERT_TRUE (contrast (palette->cable, palette->paper) >= 3);
    CU_ASSERT_TRUE (contrast (palette->accent, palette->paper) >= 3);
    for (guint state = VBET_STATE_BOOTING; state <= VBET_STATE_FAILED; state++)
      CU_ASSERT_TRUE (contrast (palette->states[state], palette->tile) >= 3);
  }
}

/* Every kind and every picture has lines of its own, in each appearance. */
static void
test_icons (void)
{
  static const char *const tools[] = { "select", "cable", "note", "frame" };
  g_auto (GStrv) names = vbet_draw_icon_names ();
  CU_ASSERT_TRUE (g_strv_contains ((const char *const *)names, "router"));
  CU_ASSERT_TRUE (g_strv_contains ((const char *const *)names, "server"));
  guint n = g_strv_length (names);
  for (VbetAppearance appearance = VBET_APPEARANCE_LIGHT; appearance <= VBET_APPEARANCE_PROJECTOR;
       appearance++) {
    g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < n + G_N_ELEMENTS (tools); i++) {
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 48, 48);
      cairo_t *cr = cairo_create (surface);
      CU_ASSERT_TRUE (
          vbet_draw_icon (cr, vbet_palette_for (appearance), i < n ? names[i] : tools[i - n], 24, 24, 48));
      cairo_destroy (cr);
      cairo_surface_flush (surface);
      g_hash_table_add (
          seen, g_compute_checksum_for_data (G_CHECKSUM_SHA256, cairo_image_surface_get_data (surface),
                                             (gsize)cairo_image_surface_get_stride (surface) * 48));
      cairo_surface_destroy (surface);
    }
    CU_ASSERT_EQUAL (g_hash_table_size (seen), n + G_N_ELEMENTS (tools));
  }
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 8, 8);
  cairo_t *cr = cairo_create (surface);
  CU_ASSERT_FALSE (vbet_draw_icon (cr, vbet_palette_light (), "no-such", 4, 4, 8));
  CU_ASSERT_FALSE (vbet_draw_icon (cr, vbet_palette_light (), "../icons/host", 4, 4, 8));
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Each file is what its name says. */
static void
test_files (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  static const struct {
    const char *name, *start, *within;
  } files[]
      = { { "a.png", "\x89PNG", "IHDR" }, { "a.svg", "<?xml", "</svg>" }, { "a.PDF", "%PDF", "/Type" } };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("vbet-view-XXXXXX", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (folder, files[i].name, NULL), *data = NULL;
    gsize size = 0;
    CU_ASSERT_TRUE (vbet_draw_to_file (view, vbet_palette_light (), 1, path, &error));
    CU_ASSERT_PTR_NULL (error);
    CU_ASSERT_TRUE_FATAL (g_file_get_contents (path, &data, &size, NULL));
    CU_ASSERT_TRUE (g_str_has_prefix (data, files[i].start));
    CU_ASSERT_PTR_NOT_NULL (memmem (data, size, files[i].within, strlen (files[i].within)));
    g_unlink (path);
  }
  g_autofree char *other = g_build_filename (folder, "a.gif", NULL),
                  *nowhere = g_build_filename (folder, "no", "a.png", NULL);
  CU_ASSERT_FALSE (vbet_draw_to_file (view, vbet_palette_light (), 1, other, &error));
  g_clear_error (&error);
  CU_ASSERT_FALSE (vbet_draw_to_file (view, vbet_palette_light (), 1, nowhere, &error));
  g_clear_error (&error);
  CU_ASSERT_FALSE (vbet_draw_to_file (view, vbet_palette_light (), 1000, other, &error));
  g_clear_error (&error);
  g_rmdir (folder);
}

/* --- kept up to date --------------------------------------------------------------------- */

static void
count (VbetRect rect, gpointer data)
{
  (*(guint *)data)++;
}

/* What is brought up to date in place is as if it had been made anew. */
static void
test_updates (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  guint damaged = 0;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  g_hash_table_add (fixture.selection, (gpointer) "r2");
  g_hash_table_insert (fixture.states, (gpointer) "r1", GINT_TO_POINTER (VBET_STATE_READY));
  fixture.overlay.hover = "c";
  fixture.overlay.handles = TRUE;
  vbet_view_set_marks (view, &fixture.input, count, &damaged);
  vbet_view_set_tool (view, &fixture.input);
  CU_ASSERT_EQUAL (damaged, 4); /* r1, r2 and its name, c */
  g_autoptr (VbetView) anew = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (view), *expected = vbet_view_to_text (anew);
  VBET_ASSERT_TEXT (text, expected);
  damaged = 0;
  vbet_view_compare (view, anew, count, &damaged);
  CU_ASSERT_EQUAL (damaged, 0);
  /* r1 moves: it, its texts, its cable and the cable's texts, before and after */
  g_array_index (fixture.points, VbetPoint, 0).x += 50;
  g_autoptr (VbetView) moved = vbet_view_new (&fixture.input);
  vbet_view_compare (view, moved, count, &damaged);
  CU_ASSERT_EQUAL (damaged, 11);
}

/* A device with which something is wrong wears a triangle at its corner, while the lab runs; it is seen in each
 * appearance, and its name does not change. */
static void
test_alarmed (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  g_hash_table_add (fixture.alarmed, (gpointer) "r1");
  g_hash_table_insert (fixture.states, (gpointer) "r1", GINT_TO_POINTER (VBET_STATE_READY));
  g_autoptr (VbetView) off = vbet_view_new (&fixture.input);
  CU_ASSERT_FALSE (vbet_view_find (off, "r1")->flags & VBET_ITEM_ALARMED);
  fixture.input.show = VBET_SHOW_RUNNING;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  CU_ASSERT_TRUE (vbet_view_find (view, "r1")->flags & VBET_ITEM_ALARMED);
  CU_ASSERT_FALSE (vbet_view_find (view, "r2")->flags & VBET_ITEM_ALARMED);
  for (VbetAppearance appearance = VBET_APPEARANCE_LIGHT; appearance <= VBET_APPEARANCE_PROJECTOR;
       appearance++) {
    const VbetPalette *palette = vbet_palette_for (appearance);
    cairo_surface_t *surface = draw (view, palette);
    CU_ASSERT_EQUAL (pixel (surface, 70, 82), colour (palette->states[VBET_STATE_BOOTING]));
    CU_ASSERT_TRUE (vbet_colour_contrast (palette->states[VBET_STATE_BOOTING], palette->paper) >= 3);
    cairo_surface_destroy (surface);
  }
  /* It comes and goes in place. */
  guint damaged = 0;
  g_hash_table_remove_all (fixture.alarmed);
  vbet_view_set_marks (view, &fixture.input, count, &damaged);
  CU_ASSERT_EQUAL (damaged, 1);
  g_autoptr (VbetView) anew = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (view), *expected = vbet_view_to_text (anew);
  VBET_ASSERT_TEXT (text, expected);
}

static void
test_traffic (void)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, two_routers);
  VbetTraffic traffic = { .carrier = { TRUE, FALSE } };
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (table, (gpointer) "c", &traffic);
  fixture.input.show = VBET_SHOW_RUNNING | VBET_SHOW_LOAD;
  fixture.input.traffic = table;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  const VbetItem *cable = vbet_view_find (view, "c");
  CU_ASSERT_EQUAL (cable->leds[0], VBET_LED_CARRIER);
  CU_ASSERT_EQUAL (cable->leds[1], VBET_LED_DARK);
  traffic.frames[0] = 3;
  CU_ASSERT_TRUE (vbet_view_set_traffic (view, &fixture.input, NULL, NULL)); /* lamps only */
  CU_ASSERT_EQUAL (cable->leds[0], VBET_LED_TRAFFIC);
  traffic.bits[0] = 940e6;
  CU_ASSERT_FALSE (vbet_view_set_traffic (view, &fixture.input, NULL, NULL)); /* a text comes */
  g_autoptr (VbetView) loaded = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (loaded);
  CU_ASSERT_PTR_NOT_NULL (strstr (text, " 940 Mbit/s\""));
  CU_ASSERT_EQUAL (vbet_view_find (loaded, "c")->load[0], VBET_LOAD_MAX);
}

/* --- switches ---------------------------------------------------------------------- */

static const char ring_of_three[]
    = "a = attach(alloc(switch, at=(100, 100)), alloc(NIC), alloc(NIC, trunk=[10, 20]), alloc(NIC, "
      "vlan=10))\n"
      "b = attach(alloc(switch, at=(400, 100)), alloc(NIC), alloc(NIC))\n"
      "c = attach(alloc(switch, at=(250, 300)), alloc(NIC), alloc(NIC), alloc(NIC))\n"
      "d = attach(alloc(switch, at=(250, 500)), alloc(NIC))\n"
      "ab = link(NIC(a, 1), NIC(b, 1))\nbc = link(NIC(b, 2), NIC(c, 1))\nca = link(NIC(c, 2), NIC(a, 2))\n"
      "cd = link(NIC(c, 3), NIC(d, 1))\n";

static GHashTable *
set_of (const char *const *names)
{
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; names[i] != NULL; i++)
    g_hash_table_add (set, (gpointer)names[i]);
  return set;
}

static void
count_damage (VbetRect rect, gpointer data)
{
  (void)rect;
  (*(guint *)data)++;
}

static void
test_tree (void)
{
  static const char *const root[] = { "b", NULL };
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, ring_of_three);
  fixture.input.show |= VBET_SHOW_RUNNING | VBET_SHOW_VLANS;
  VbetTraffic traffic = { .carrier = { TRUE, TRUE } };
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) roots = set_of (root);
  g_autoptr (GHashTable) captured = g_hash_table_new (g_str_hash, g_str_equal);
  guint damages = 0;
  g_hash_table_insert (table, (gpointer) "ca", &traffic);
  fixture.input.traffic = table;
  g_autoptr (VbetView) view = vbet_view_new (&fixture.input);
  CU_ASSERT_EQUAL (vbet_view_find (view, "ca")->flags & VBET_ITEM_BLOCKED_B, 0);
  traffic.port[1] = VBET_PORT_DISCARDING;
  CU_ASSERT_TRUE (vbet_view_set_traffic (view, &fixture.input, count_damage, &damages));
  CU_ASSERT_EQUAL (damages, 1);
  CU_ASSERT_EQUAL (vbet_view_find (view, "ca")->flags & (VBET_ITEM_BLOCKED_A | VBET_ITEM_BLOCKED_B),
                   VBET_ITEM_BLOCKED_B);
  traffic.carrier[1] = FALSE; /* a port without carrier is not blocked by the tree */
  CU_ASSERT_TRUE (vbet_view_set_traffic (view, &fixture.input, NULL, NULL));
  CU_ASSERT_EQUAL (vbet_view_find (view, "ca")->flags & VBET_ITEM_BLOCKED_B, 0);
  fixture.input.roots = roots;
  CU_ASSERT_FALSE (vbet_view_set_traffic (view, &fixture.input, NULL, NULL)); /* a text comes */
  g_hash_table_insert (captured, (gpointer) "ab", GUINT_TO_POINTER (1));
  fixture.input.captured = captured;
  g_autoptr (VbetView) next = vbet_view_new (&fixture.input);
  g_autofree char *text = vbet_view_to_text (next);
  CU_ASSERT_PTR_NOT_NULL (strstr (text, "badge b \"root\""));
  CU_ASSERT_PTR_NOT_NULL (strstr (text, "end ca \"T 10,20\""));
  CU_ASSERT_PTR_NOT_NULL (strstr (text, "end ab \"VLAN 1\""));
  CU_ASSERT_PTR_NULL (strstr (text, "end bc")); /* neither of its switches has VLANs */
  CU_ASSERT_EQUAL (vbet_view_find (next, "ab")->flags & (VBET_ITEM_CAPTURED_A | VBET_ITEM_CAPTURED_B),
                   VBET_ITEM_CAPTURED_A);
}

static void
check_ring (const char *lab, const char *const *storms, const char *expected)
{
  g_auto (Fixture) fixture = { 0 };
  setup (&fixture, lab);
  g_autoptr (GHashTable) set = set_of (storms);
  g_autoptr (GPtrArray) ring = vbet_storm_ring (fixture.topology, set);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < ring->len; i++)
    g_string_append_printf (text, "%s ", ((VbetDevice *)g_ptr_array_index (ring, i))->name);
  VBET_ASSERT_TEXT (text->str, expected);
}

static void
test_storm (void)
{
  static const char *const all[] = { "a", "b", "c", "d", NULL }, *const some[] = { "a", "b", NULL },
                           *const none[] = { NULL }, *const alone[] = { "s", NULL };
  check_ring (ring_of_three, all, "a b c "); /* it pours into d, which is not the cause */
  check_ring (ring_of_three, some, "");
  check_ring (ring_of_three, none, "");
  g_autofree char *cut = g_strconcat (ring_of_three, "set(bc, up=no)\n", NULL);
  check_ring (cut, all, "");
  check_ring ("s = attach(alloc(switch), alloc(NIC), alloc(NIC))\nlink(NIC(s, 1), NIC(s, 2))\n", alone, "s ");
}

static CU_TestInfo view_tests[] = {
  { "every NIC has a handle", test_nic_handles },
  { "notes and frames", test_notes },
  { "the display list", test_list },
  { "zoomed out, small text is left out", test_zoomed_out_leaves_out_small_text },
  { "what a tool is in the middle of", test_overlay },
  { "what is hit", test_hits },
  { "targets stay large at small zooms", test_targets_stay_large },
  { "parallel cables fan out", test_parallel_cables_fan_out },
  { "cables with a loose end", test_loose_cables },
  { "what a rubber band catches", test_band },
  { "brought up to date in place", test_updates },
  { "lamps and load", test_traffic },
  { "spanning tree, VLANs, lenses", test_tree },
  { "a storm and its ring", test_storm },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo draw_tests[] = {
  { "states and cables are drawn", test_drawing },
  { "something is wrong", test_alarmed },
  { "colours have contrast", test_contrast },
  { "every picture is one of its own, in all colours", test_icons },
  { "pictures are written", test_files },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "view", NULL, NULL, NULL, NULL, view_tests },
  { "draw", NULL, NULL, NULL, NULL, draw_tests },
  CU_SUITE_INFO_NULL,
};

/* fontconfig keeps its patterns until the process ends; no code of ours is in those stacks. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
