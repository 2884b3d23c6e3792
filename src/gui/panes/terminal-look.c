/* terminal-look.c - see terminal-look.h. */
#include "config.h"

#include "gui/panes/terminal-look.h"

typedef struct {
  const char *ink;
  const char *paper;
  const char *mark; /* behind selected text */
  const char *palette[16];
} Scheme;

/* Contrast with the paper is at least 4.5 : 1 for all but the first and last of each eight, which are
 * grounds. */
static const Scheme schemes[2] = {
  { "#1f2429",
    "#ffffff",
    "#b9d7f9",
    { "#1f2429", "#c01c28", "#1a7431", "#8a5a00", "#1a5fb4", "#8a3aa8", "#0f6f7a", "#9aa3ab", "#5d666f",
      "#a51d2d", "#136b3a", "#7a5200", "#1c54a8", "#7a2f9a", "#0b6470", "#f6f5f4" } },
  { "#e6eaee",
    "#1b1f24",
    "#3d5a80",
    { "#22262b", "#ff6b6b", "#57c779", "#e9b44c", "#6cb0ff", "#d18ce4", "#4fc1c9", "#d7dce1", "#8a96a1",
      "#ff8f8f", "#7fe39b", "#ffd479", "#94c5ff", "#e0a2f0", "#7fe3ea", "#ffffff" } },
};

void
vbet_terminal_look_apply (VteTerminal *vte, gboolean dark)
{
  const Scheme *scheme = &schemes[dark ? 1 : 0];
  GdkRGBA ink, paper, mark, palette[16];
  gdk_rgba_parse (&ink, scheme->ink);
  gdk_rgba_parse (&paper, scheme->paper);
  gdk_rgba_parse (&mark, scheme->mark);
  for (guint i = 0; i < G_N_ELEMENTS (palette); i++)
    gdk_rgba_parse (&palette[i], scheme->palette[i]);
  vte_terminal_set_colors (vte, &ink, &paper, palette, G_N_ELEMENTS (palette));
  vte_terminal_set_color_highlight (vte, &mark);
  vte_terminal_set_color_highlight_foreground (vte, &ink);
}

gboolean
vbet_terminal_look_theme_is_dark (GtkWidget *widget)
{
  GdkRGBA paper;
  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "theme_base_color", &paper))
    return FALSE;
  return 0.299 * paper.red + 0.587 * paper.green + 0.114 * paper.blue < 0.5;
}
