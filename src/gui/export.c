/* export.c - see export.h. */
#include "config.h"

#include "gui/export.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "gui/canvas/draw.h"
#include "gui/model/session.h"

gboolean
vbet_export_png (const char *lab, const char *picture, double scale, GError **error)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  if (!(scale >= 0.1 && scale <= 20)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, _ ("A scale is a number from 0.1 to 20"));
    return FALSE;
  }
  if (!g_file_get_contents (lab, &text, &size, error))
    return FALSE;
  g_autoptr (VbetSession) session = vbet_session_new ();
  vbet_session_load (session, text, size, lab);
  VbetViewInput input = {
    .topology = vbet_session_get_topology (session),
    .positions = vbet_session_get_positions (session),
    .zoom = 1,
    .show = VBET_SHOW_ADDRESSES | VBET_SHOW_NICS,
  };
  g_autoptr (VbetView) view = vbet_view_new (&input);
  return vbet_draw_to_png (view, vbet_palette_light (), scale, picture, error);
}
