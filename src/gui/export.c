/* export.c - see export.h. */
#include "config.h"

#include "gui/export.h"

#include <glib/gi18n.h>

#include "base/error.h"

VbetView *
vbet_export_view (VbetSession *session, const VbetPalette *palette, guint show)
{
  g_autoptr (VbetDrawCache) cache = vbet_draw_cache_new ();
  VbetViewInput input = {
    .topology = vbet_session_get_topology (session),
    .positions = vbet_session_get_positions (session),
    .states = vbet_session_get_states (session),
    .alarmed = vbet_session_get_alarmed (session),
    .traffic = vbet_session_get_traffic (session),
    .roots = vbet_session_get_roots (session),
    .storms = vbet_session_get_storms (session),
    .zoom = 1,
    .show = show,
    .text_scale = palette->text_scale,
    .measure = vbet_draw_measure,
    .measure_data = cache,
  };
  return vbet_view_new (&input);
}

gboolean
vbet_export_session (VbetSession *session, const char *picture, VbetAppearance appearance, guint show,
                     double scale, GError **error)
{
  const VbetPalette *palette = vbet_palette_for (appearance);
  g_autofree char *lower = g_ascii_strdown (picture, -1);
  if (scale == 0)
    scale = g_str_has_suffix (lower, ".png") ? 2 : 1;
  if (!(scale >= 0.1 && scale <= 20)) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE, _ ("A scale is a number from 0.1 to 20"));
    return FALSE;
  }
  g_autoptr (VbetView) view = vbet_export_view (session, palette, show);
  return vbet_draw_to_file (view, palette, scale, picture, error);
}

gboolean
vbet_export_lab (const char *lab, const char *picture, VbetAppearance appearance, double scale,
                 GError **error)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  if (!g_file_get_contents (lab, &text, &size, error))
    return FALSE;
  g_autoptr (VbetSession) session = vbet_session_new ();
  vbet_session_load (session, text, size, lab);
  return vbet_export_session (session, picture, appearance, VBET_SHOW_ADDRESSES | VBET_SHOW_NICS, scale,
                              error);
}
