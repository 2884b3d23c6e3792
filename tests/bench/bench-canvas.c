/* bench-canvas.c - what a frame of the canvas costs: panning, zooming, hovering, dragging, and after an edit.
 *
 * Real event handlers and the real drawing, in software, into an image of
 * 1280 by 800 pixels; the time is the processor time of this process. It
 * starts an X server of its own. With a name as argument it also writes what
 * was drawn last as NAME-DEVICES.png.
 */
#include "config.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <glib-unix.h>
#include <gtk/gtk.h>

#include "gui/canvas/canvas.h"

#define WIDTH 1280
#define HEIGHT 800
#define FRAMES 300
#define FRAME_MS (1000.0 / 60)

typedef struct {
  GtkWidget *canvas;
  VbetSession *session;
  cairo_surface_t *image;
  GArray *times; /* of double: milliseconds */
} Bench;

static double
cpu_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* One switch for 19 hosts, side by side: positions, addresses, cables. */
static char *
lab_text (guint devices)
{
  GString *text = g_string_new (NULL);
  guint columns = (guint)ceil (sqrt (devices));
  for (guint i = 0; i < devices; i++) {
    guint x = i % columns * 130, y = i / columns * 130;
    if (i % 20 == 0)
      g_string_append_printf (text, "s%u = attach(alloc(switch, at=(%u, %u))", i / 20, x, y);
    else
      g_string_append_printf (text, "h%u = attach(alloc(host, at=(%u, %u)), alloc(NIC, ip=10.%u.%u.%u/24))\n",
                              i, x, y, i / 20 / 250, i / 20 % 250, i % 20);
    for (guint k = 0; i % 20 == 0 && k < 20; k++)
      g_string_append (text, ", alloc(NIC)");
    if (i % 20 == 0)
      g_string_append (text, ")\n");
  }
  for (guint i = 0; i < devices; i++)
    if (i % 20 != 0)
      g_string_append_printf (text, "c%u = alloc(cable)\nplug(c%u, NIC(h%u, 1))\nplug(c%u, NIC(s%u, %u))\n",
                              i, i, i, i, i / 20, i % 20);
  return g_string_free (text, FALSE);
}

static void
draw (Bench *self)
{
  cairo_t *cr = cairo_create (self->image);
  gtk_widget_draw (self->canvas, cr);
  cairo_destroy (cr);
}

/* Draws until nothing is left for later frames. Returns: how many that were. */
static guint
settle (Bench *self)
{
  guint frames = 0;
  for (double last = 100; last > 4 && frames < 200; frames++) {
    double before = cpu_ms ();
    draw (self);
    last = cpu_ms () - before;
  }
  return frames;
}

static void
send (Bench *self, GdkEvent *event)
{
  event->any.window = g_object_ref (gtk_widget_get_window (self->canvas));
  event->any.send_event = TRUE;
  gdk_event_set_device (event,
                        gdk_seat_get_pointer (gdk_display_get_default_seat (gdk_display_get_default ())));
  gtk_widget_event (self->canvas, event);
  gdk_event_free (event);
}

static void
move (Bench *self, double x, double y)
{
  GdkEvent *event = gdk_event_new (GDK_MOTION_NOTIFY);
  event->motion.x = x;
  event->motion.y = y;
  send (self, event);
}

static void
button (Bench *self, GdkEventType type, double x, double y)
{
  GdkEvent *event = gdk_event_new (type);
  event->button.x = x;
  event->button.y = y;
  event->button.button = GDK_BUTTON_PRIMARY;
  send (self, event);
}

static void
wheel (Bench *self, double dx, double dy, guint state)
{
  GdkEvent *event = gdk_event_new (GDK_SCROLL);
  event->scroll.direction = GDK_SCROLL_SMOOTH;
  event->scroll.delta_x = dx;
  event->scroll.delta_y = dy;
  event->scroll.x = WIDTH / 2.0;
  event->scroll.y = HEIGHT / 2.0;
  event->scroll.state = state;
  send (self, event);
}

/* --- what is measured ------------------------------------------------------------------ */

static void
pan (Bench *self, guint i)
{
  wheel (self, i < FRAMES / 2 ? 0.25 : -0.25, i / 40 % 2 == 0 ? 0.15 : -0.15, 0);
}

static void
zoom (Bench *self, guint i)
{
  wheel (self, 0, i / 15 % 2 == 0 ? 0.25 : -0.25, GDK_CONTROL_MASK);
}

static void
hover (Bench *self, guint i)
{
  move (self, 20 + i * 4 % (WIDTH - 40), 20 + i * 3 % (HEIGHT - 40));
}

static void
drag (Bench *self, guint i)
{
  move (self, WIDTH / 2.0 + 200 * sin (i / 20.0), HEIGHT / 2.0 + 150 * cos (i / 17.0));
}

static void
edit (Bench *self, guint i)
{
  vbet_session_move_selected (self->session, i % 2 == 0 ? 10 : -10, 0, NULL);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void
measure (Bench *self, const char *name, void (*act) (Bench *, guint), guint frames)
{
  guint late = 0;
  g_array_set_size (self->times, 0);
  for (guint i = 0; i < frames; i++) {
    double before = cpu_ms ();
    act (self, i);
    draw (self);
    double time = cpu_ms () - before;
    g_array_append_val (self->times, time);
    late += time > FRAME_MS ? 1 : 0;
  }
  g_array_sort (self->times, compare);
  g_print ("  %-14s median %6.2f ms   99 %% %6.2f ms   over 1/60 s: %u of %u\n", name,
           g_array_index (self->times, double, frames / 2),
           g_array_index (self->times, double, frames * 99 / 100), late, frames);
}

static void
run (Bench *self, guint devices, const char *picture)
{
  g_autofree char *text = lab_text (devices);
  VbetCanvas *canvas = VBET_CANVAS (self->canvas);
  double before = cpu_ms ();
  vbet_session_load (self->session, text, strlen (text), NULL);
  double loaded = cpu_ms ();
  vbet_canvas_fit (canvas);
  draw (self);
  double first = cpu_ms ();
  g_print ("%u devices, %u cables: read in %.1f ms, first frame %.1f ms, whole after %u frames\n", devices,
           vbet_session_get_topology (self->session)->cables->len, loaded - before, first - loaded,
           settle (self));
  measure (self, "hover, all", hover, FRAMES);
  if (picture != NULL) {
    g_autofree char *path = g_strdup_printf ("%s-%u.png", picture, devices);
    settle (self);
    cairo_surface_write_to_png (self->image, path);
  }
  measure (self, "pan, all", pan, FRAMES);
  measure (self, "zoom", zoom, FRAMES);
  vbet_canvas_set_zoom (canvas, 1);
  settle (self);
  measure (self, "pan, 100 %", pan, FRAMES);
  measure (self, "hover, 100 %", hover, FRAMES);
  vbet_session_select (self->session, "s1", FALSE);
  vbet_canvas_fit (canvas);
  settle (self);
  const VbetItem *item = vbet_view_find (vbet_canvas_get_view (canvas), "s1");
  GdkRectangle at = vbet_canvas_to_pixels (canvas, item->bounds);
  button (self, GDK_BUTTON_PRESS, at.x + at.width / 2.0, at.y + at.height / 2.0);
  measure (self, "drag a switch", drag, FRAMES);
  button (self, GDK_BUTTON_RELEASE, WIDTH / 2.0, HEIGHT / 2.0);
  settle (self);
  measure (self, "edit to frame", edit, 30);
}

static pid_t
start_display (void)
{
  int ends[2] = { -1, -1 };
  char number[16] = "";
  g_autoptr (GError) error = NULL;
  if (!g_unix_open_pipe (ends, 0, &error))
    g_error ("%s", error->message);
  g_autofree char *fd = g_strdup_printf ("%d", ends[1]);
  const char *argv[]
      = { "Xvfb", "-displayfd", fd, "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset", NULL };
  GPid pid = 0;
  if (!g_spawn_async_with_pipes_and_fds (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                                         NULL, NULL, -1, -1, -1, &ends[1], &ends[1], 1, &pid, NULL, NULL,
                                         NULL, NULL))
    return 0;
  close (ends[1]);
  gssize size = read (ends[0], number, sizeof number - 1);
  close (ends[0]);
  if (size <= 0)
    return 0;
  g_autofree char *display = g_strconcat (":", g_strstrip (number), NULL);
  g_setenv ("DISPLAY", display, TRUE);
  return pid;
}

int
main (int argc, char **argv)
{
  const guint sizes[] = { 100, 1000 };
  g_setenv ("GDK_BACKEND", "x11", TRUE);
  g_setenv ("GTK_THEME", "Adwaita", TRUE);
  g_setenv ("NO_AT_BRIDGE", "1", TRUE);
  pid_t server = start_display ();
  if (server == 0 || !gtk_init_check (NULL, NULL)) {
    g_print ("canvas: left out: there is no Xvfb\n");
    return 0;
  }
  g_print ("canvas: processor time a frame (event, view, drawing in software), %d x %d pixels\n", WIDTH,
           HEIGHT);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    Bench self = { .session = vbet_session_new (), .times = g_array_new (FALSE, FALSE, sizeof (double)) };
    GtkWidget *window = gtk_offscreen_window_new ();
    gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
    self.canvas = vbet_canvas_new (self.session);
    gtk_widget_set_size_request (self.canvas, WIDTH, HEIGHT);
    self.image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    gtk_container_add (GTK_CONTAINER (window), self.canvas);
    gtk_widget_show_all (window);
    while (gtk_events_pending ())
      gtk_main_iteration ();
    run (&self, sizes[i], argc > 1 ? argv[1] : NULL);
    gtk_widget_destroy (window);
    cairo_surface_destroy (self.image);
    g_array_unref (self.times);
    g_object_unref (self.session);
  }
  kill (server, SIGTERM);
  return 0;
}
