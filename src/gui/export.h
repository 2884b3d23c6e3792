/* export.h - a lab's picture: as a file, without a window. */
#pragma once

#include "gui/canvas/draw.h"
#include "gui/model/session.h"

/**
 * vbet_export_lab:
 * @lab: path of a lab's text
 * @picture: what it ends in says what is written: .png, .svg or .pdf
 * @scale: pixels (points in a PDF) a lab unit, 0.1 to 20; 0: 2 for PNG, 1 for the others
 *
 * Draws a lab. Needs no display.
 */
gboolean vbet_export_lab (const char *lab, const char *picture, VbetAppearance appearance, double scale,
                          GError **error);

/**
 * vbet_export_session:
 * @show: of VbetShow
 *
 * The same of a lab that is open, as vbet_export_lab().
 */
gboolean vbet_export_session (VbetSession *session, const char *picture, VbetAppearance appearance,
                              guint show, double scale, GError **error);

/** vbet_export_view: Returns: (transfer full): the view of an open lab as pictures show it; keeps nothing of
 * @session.
 */
VbetView *vbet_export_view (VbetSession *session, const VbetPalette *palette, guint show);
