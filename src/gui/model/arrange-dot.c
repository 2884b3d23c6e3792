/* arrange-dot.c - an arrangement as a graph for Graphviz, and what comes back; see arrange.h.
 *
 * Names of devices never go there: numbers say as much. What comes back is
 * read line by line, word by word; the least thing amiss and it counts for
 * nothing. The format is that of -Tplain, in inches, y upwards.
 */
#include "config.h"

#include "gui/model/arrange.h"

#include <string.h>

#define INCH 72.0
/* Farther than this from the middle, in lab units, nothing is drawn. */
#define FAR 1e6

char *
vbet_arrangement_to_dot (const VbetArrangement *self)
{
  GString *out = g_string_new (
      "graph {\ngraph [overlap=false, splines=false, nodesep=0.4, ranksep=0.7, sep=\"+12\"];\n"
      "node [shape=box, fixedsize=true, label=\"\"];\nedge [len=2.5];\n");
  for (guint i = 0; i < self->n; i++) {
    char width[G_ASCII_DTOSTR_BUF_SIZE], height[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd (width, sizeof width, "%.3f", self->boxes[i].width / INCH);
    g_ascii_formatd (height, sizeof height, "%.3f", self->boxes[i].height / INCH);
    g_string_append_printf (out, "n%u [width=%s, height=%s];\n", i, width, height);
  }
  for (guint i = 0; i < self->n_edges; i++)
    g_string_append_printf (out, "n%u -- n%u;\n", self->edges[2 * i], self->edges[2 * i + 1]);
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}

static gboolean
parse_coordinate (const char *word, double *ret)
{
  char *end = NULL;
  double value = g_ascii_strtod (word, &end);
  if (end == word || *end != '\0' || !isfinite (value) || fabs (value) > FAR / INCH)
    return FALSE;
  *ret = value * INCH;
  return TRUE;
}

/* "node n3 1.5 2.25 …" */
static gboolean
take_node (const VbetArrangement *self, const char *line, GArray *points, gboolean *seen)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 5);
  guint64 index = 0;
  VbetPoint point;
  if (g_strv_length (words) < 4 || words[1][0] != 'n'
      || !g_ascii_string_to_unsigned (words[1] + 1, 10, 0, self->n - 1, &index, NULL) || seen[index]
      || !parse_coordinate (words[2], &point.x) || !parse_coordinate (words[3], &point.y))
    return FALSE;
  seen[index] = TRUE;
  /* Its middle is that of the box; the device's is that of the tile. */
  const VbetRect *box = &self->boxes[index];
  point.x -= box->x + box->width / 2;
  point.y = -point.y - (box->y + box->height / 2);
  g_array_index (points, VbetPoint, index) = point;
  return TRUE;
}

GArray *
vbet_arrangement_from_plain (const VbetArrangement *self, const char *text, gsize size)
{
  if (self->n == 0 || size == 0 || memchr (text, '\0', size) != NULL)
    return NULL;
  g_autofree char *copy = g_strndup (text, size);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  g_autofree gboolean *seen = g_new0 (gboolean, self->n);
  g_autoptr (GArray) points = g_array_new (FALSE, TRUE, sizeof (VbetPoint));
  guint found = 0;
  g_array_set_size (points, self->n);
  if (lines[0] == NULL || !g_str_has_prefix (lines[0], "graph "))
    return NULL;
  for (guint i = 1; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "node ")) {
      if (!take_node (self, lines[i], points, seen))
        return NULL;
      found++;
    } else if (g_str_equal (lines[i], "stop")) {
      return found == self->n ? g_steal_pointer (&points) : NULL;
    } else if (!g_str_has_prefix (lines[i], "edge ")) {
      return NULL;
    }
  }
  return NULL;
}
