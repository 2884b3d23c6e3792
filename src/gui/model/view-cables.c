/* view-cables.c - cables of the view model: their curves, lamps, and the texts at them; see view.h.
 *
 * Texts at cables are placed last: each takes the first of a few places along
 * its cable where no tile and no other text is.
 */
#include "config.h"

#include "gui/model/view-private.h"

#include <string.h>

/* Cables of one pair of devices are this far apart at their middle. */
#define FAN_STEP 26.0
/* A lamp is this far outside of its device's tile. */
#define LAMP_DISTANCE 8.0
/* … or so much further, where the device's texts are in the way. */
#define LAMP_REACH 56.0
/* The texts at a cable keep this far from tiles, where its lamps are. */
#define LAMP_ROOM 16.0
/* Shorter cables have no room for names. */
#define NAMED_LENGTH 130.0
/* What goes through a cable below this many bits a second is not worth a colour. */
#define LOAD_LEAST 1000.0
/* So many settings of a cable stand in one line. */
#define BADGE_WORDS 3

/* --- curves ------------------------------------------------------------------------ */

static char *
pair_key (const VbetCable *cable)
{
  const char *a = cable->ends[0].device, *b = cable->ends[1].device;
  return strcmp (a, b) <= 0 ? g_strconcat (a, " ", b, NULL) : g_strconcat (b, " ", a, NULL);
}

static guint
count_up (GHashTable *table, const char *key)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (table, key));
  g_hash_table_insert (table, g_strdup (key), GUINT_TO_POINTER (count + 1));
  return count;
}

static gboolean
is_shown (VbetViewBuilder *self, const VbetCable *cable)
{
  GHashTable *only = self->input->only;
  if (only == NULL)
    return TRUE;
  for (guint end = 0; end < 2; end++)
    if (cable->ends[end].device != NULL && g_hash_table_contains (only, cable->ends[end].device))
      return TRUE;
  return FALSE;
}

static void
count_pairs (VbetViewBuilder *self)
{
  for (guint i = 0; i < self->input->topology->cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (self->input->topology->cables, i);
    if (cable->ends[0].device == NULL || cable->ends[1].device == NULL || !is_shown (self, cable))
      continue;
    g_autofree char *key = pair_key (cable);
    count_up (self->pair_size, key);
  }
}

/* Sets the curve of a cable between two devices: straight alone, fanned out beside others. */
static void
shape_cable (VbetViewBuilder *self, VbetItem *item, const VbetCable *cable)
{
  g_autofree char *key = pair_key (cable);
  guint size = GPOINTER_TO_UINT (g_hash_table_lookup (self->pair_size, key));
  double slot = count_up (self->pair_used, key) - (size - 1) / 2.0;
  VbetPoint from = item->a, to = item->b;
  double length = MAX (vbet_point_distance (from, to), 1);
  /* The same side for the same slot, whichever way round the cable is written. */
  double side = strcmp (cable->ends[0].device, cable->ends[1].device) <= 0 ? 1 : -1;
  double bulge = 2 * slot * FAN_STEP * side;
  item->control = (VbetPoint){ (from.x + to.x) / 2 - (to.y - from.y) / length * bulge,
                               (from.y + to.y) / 2 + (to.x - from.x) / length * bulge };
}

/* A cable with one end in a NIC hangs down from its device. */
static void
shape_loose (VbetItem *item, guint plugged, guint order)
{
  VbetPoint from = plugged == 0 ? item->a : item->b;
  double side = order % 2 == 0 ? -1 : 1, reach = 34 + 14 * (double)(order / 2 % 4);
  VbetPoint end = { from.x + side * reach, from.y - VBET_VIEW_TILE_HALF - 26 };
  if (plugged == 0)
    item->b = end;
  else
    item->a = end;
  item->control = (VbetPoint){ from.x + side * reach * 0.2, end.y };
  item->flags |= plugged == 0 ? VBET_ITEM_LOOSE_B : VBET_ITEM_LOOSE_A;
}

static VbetRect
curve_bounds (const VbetItem *item)
{
  VbetRect box = vbet_rect_spanned (item->a, item->b);
  for (guint i = 1; i < 8; i++) {
    VbetPoint point = vbet_item_point (item, i / 8.0);
    box = vbet_rect_union (box, (VbetRect){ point.x, point.y, 0, 0 });
  }
  return vbet_rect_grow (box, 3);
}

static double
along_t (const VbetItem *item, guint end, double distance)
{
  VbetPoint from = end == 0 ? item->a : item->b;
  double length = vbet_point_distance (item->a, item->b) + 1;
  double step = CLAMP (4 / length, 1 / 256.0, 1 / 16.0);
  for (double t = step; t < 0.5; t += step) {
    VbetPoint point = vbet_item_point (item, end == 0 ? t : 1 - t);
    if (vbet_point_distance (from, point) >= distance)
      return end == 0 ? t : 1 - t;
  }
  return 0.5;
}

/* Where the cable leaves its device's tile, and a little further. */
static VbetPoint
lamp_place (const VbetItem *item, guint end)
{
  VbetPoint from = end == 0 ? item->a : item->b;
  VbetPoint aim = vbet_item_point (item, along_t (item, end, VBET_VIEW_TILE_HALF + LAMP_DISTANCE));
  double dx = aim.x - from.x, dy = aim.y - from.y, longest = MAX (MAX (fabs (dx), fabs (dy)), 1e-6);
  double distance = hypot (dx, dy) * VBET_VIEW_TILE_HALF / longest + LAMP_DISTANCE;
  return vbet_item_point (item, along_t (item, end, distance));
}

VbetPoint
vbet_item_lens (const VbetItem *item, guint end)
{
  return vbet_item_point (item, end == 0 ? 0.32 : 0.68);
}

static VbetRect
box_around (VbetPoint at, double half)
{
  return (VbetRect){ at.x - half, at.y - half, 2 * half, 2 * half };
}

/* A lamp stands clear of its device's name; then it, and the lenses, are in the way of other texts. */
static void
settle_lamps (VbetViewBuilder *self, VbetItem *item)
{
  double length = MAX (vbet_point_distance (item->a, item->b), 1), step = 4 / length;
  for (guint end = 0; end < 2; end++) {
    if (!_vbet_occupied_touches (self->taken, box_around (item->lamps[end], 7)))
      continue;
    VbetPoint from = end == 0 ? item->a : item->b;
    double distance = vbet_point_distance (from, item->lamps[end]);
    double last = MIN (distance + LAMP_REACH, 0.45 * length) / length;
    for (double t = distance / length + step; t < last; t += step) {
      VbetPoint at = vbet_item_point (item, end == 0 ? t : 1 - t);
      if (_vbet_occupied_touches (self->taken, box_around (at, 7)))
        continue;
      item->lamps[end] = at;
      break;
    }
  }
}

static gboolean
is_air (const VbetViewBuilder *self, const VbetCable *cable)
{
  guint kinds = 0;
  for (guint end = 0; end < 2; end++) {
    const char *name = cable->ends[end].device;
    const VbetDevice *device = name != NULL ? vbet_topology_device (self->input->topology, name) : NULL;
    kinds |= device != NULL ? (guint)device->kind : 0;
  }
  return kinds == (VBET_KIND_AP | VBET_KIND_HOST);
}

static void
add_cable (VbetViewBuilder *self, const VbetCable *cable, guint order)
{
  VbetPoint ends[2];
  gboolean plugged[2];
  if (!is_shown (self, cable))
    return;
  for (guint end = 0; end < 2; end++)
    plugged[end] = _vbet_view_position (self, cable->ends[end].device, &ends[end]);
  if (!plugged[0] && !plugged[1])
    return; /* it lies in the drawer: the text has it, the canvas has nowhere to show it */
  VbetItem *item = _vbet_view_add (self, VBET_ITEM_CABLE, cable->name);
  item->flags = _vbet_view_marks (self->input, cable->name);
  if (!vbet_attributes_boolean (cable->attributes, VBET_KIND_CABLE, "up"))
    item->flags |= VBET_ITEM_DOWN;
  if (is_air (self, cable))
    item->flags |= VBET_ITEM_AIR;
  item->a = plugged[0] ? ends[0] : ends[1];
  item->b = plugged[1] ? ends[1] : ends[0];
  if (plugged[0] && plugged[1])
    shape_cable (self, item, cable);
  else
    shape_loose (item, plugged[0] ? 0 : 1, order);
  for (guint end = 0; end < 2; end++)
    item->lamps[end] = lamp_place (item, end);
  item->bounds = curve_bounds (item);
  _vbet_view_read_traffic (self->input, item);
}

void
_vbet_view_add_cables (VbetViewBuilder *self)
{
  const GPtrArray *cables = self->input->topology->cables;
  const char *lifted = self->input->overlay != NULL ? self->input->overlay->lifted : NULL;
  count_pairs (self);
  for (guint i = 0; i < cables->len; i++) {
    const VbetCable *cable = g_ptr_array_index (cables, i);
    if (g_strcmp0 (cable->name, lifted) != 0)
      add_cable (self, cable, i);
  }
}

/* --- traffic ----------------------------------------------------------------------- */

static guint8
load_step (double bits)
{
  if (!(bits >= LOAD_LEAST))
    return 0;
  return (guint8)CLAMP (1 + lround (2 * (log10 (bits) - 3)), 1, VBET_LOAD_MAX);
}

const char *
vbet_carrier_reason (const char *name)
{
  static const char *const names[]
      = { "unplugged",    "off",         "booting",       "failed", "nic-down", "peer-off",
          "peer-booting", "peer-failed", "peer-nic-down", "down",   "down-here" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      return names[i];
  return NULL;
}

VbetPortState
vbet_port_state_from_name (const char *name)
{
  static const char *const names[] = { "", "discarding", "learning", "forwarding" };
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      return (VbetPortState)i;
  return VBET_PORT_PLAIN;
}

/* Sets the marks of a cable that follow from how the lab runs. */
static void
read_marks (const VbetViewInput *input, VbetItem *item, const VbetTraffic *traffic)
{
  const guint marks = VBET_ITEM_STORM | VBET_ITEM_CAPTURED_A | VBET_ITEM_CAPTURED_B | VBET_ITEM_BLOCKED_A
                      | VBET_ITEM_BLOCKED_B;
  const VbetCable *cable = vbet_topology_cable (input->topology, item->name);
  guint captured
      = input->captured != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (input->captured, item->name)) : 0;
  item->flags &= ~marks;
  item->flags |= (captured & 1 ? VBET_ITEM_CAPTURED_A : 0) | (captured & 2 ? VBET_ITEM_CAPTURED_B : 0);
  if (traffic == NULL || cable == NULL)
    return;
  if (traffic->port[0] == VBET_PORT_DISCARDING && traffic->carrier[0])
    item->flags |= VBET_ITEM_BLOCKED_A;
  if (traffic->port[1] == VBET_PORT_DISCARDING && traffic->carrier[1])
    item->flags |= VBET_ITEM_BLOCKED_B;
  if (input->storms != NULL && cable->ends[0].device != NULL && cable->ends[1].device != NULL
      && g_hash_table_contains (input->storms, cable->ends[0].device)
      && g_hash_table_contains (input->storms, cable->ends[1].device)
      && traffic->frames[0] + traffic->frames[1] > 0)
    item->flags |= VBET_ITEM_STORM;
}

void
_vbet_view_read_traffic (const VbetViewInput *input, VbetItem *item)
{
  gboolean running = (input->show & VBET_SHOW_RUNNING) != 0;
  const VbetTraffic *traffic
      = input->traffic != NULL && running ? g_hash_table_lookup (input->traffic, item->name) : NULL;
  read_marks (input, item, traffic);
  for (guint end = 0; end < 2; end++) {
    item->leds[end] = VBET_LED_NONE;
    item->load[end] = 0;
    if (traffic == NULL || item->flags & (end == 0 ? VBET_ITEM_LOOSE_A : VBET_ITEM_LOOSE_B))
      continue;
    gboolean flows = traffic->frames[0] + traffic->frames[1] > 0;
    item->leds[end] = !traffic->carrier[end] ? VBET_LED_DARK : flows ? VBET_LED_TRAFFIC : VBET_LED_CARRIER;
    if (input->show & VBET_SHOW_LOAD)
      item->load[end] = load_step (traffic->bits[end]);
  }
}

/* "940 Mbit/s": two digits, so that it does not flicker. */
static char *
rate_text (double bits)
{
  static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s" };
  guint unit = 0;
  while (bits >= 999.5 && unit + 1 < G_N_ELEMENTS (units)) {
    bits /= 1000;
    unit++;
  }
  if (bits >= 100)
    bits = round (bits / 10) * 10;
  return g_strdup_printf (bits < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", bits, units[unit]);
}

/* The arrow that points most like the cable does, seen from its end @from. */
static const char *
arrow (const VbetItem *item, guint from)
{
  double dx = (item->b.x - item->a.x) * (from == 0 ? 1 : -1),
         dy = (item->b.y - item->a.y) * (from == 0 ? 1 : -1);
  if (fabs (dx) >= fabs (dy))
    return dx >= 0 ? "→" : "←";
  return dy >= 0 ? "↓" : "↑";
}

char *
_vbet_view_load_text (const VbetViewInput *input, const VbetItem *item)
{
  const VbetTraffic *traffic
      = input->traffic != NULL ? g_hash_table_lookup (input->traffic, item->name) : NULL;
  GString *text = g_string_new (NULL);
  for (guint end = 0; end < 2 && traffic != NULL; end++) {
    if (item->load[end] == 0)
      continue;
    g_autofree char *rate = rate_text (traffic->bits[end]);
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? "\n" : "", arrow (item, end), rate);
  }
  return g_string_free (text, text->len == 0);
}

/* --- texts -------------------------------------------------------------------------- */

static gboolean
is_guest (VbetViewBuilder *self, const char *name)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name));
  const VbetDevice *device
      = number > 0 ? g_ptr_array_index (self->input->topology->devices, number - 1) : NULL;
  return device != NULL && (device->kind & VBET_KIND_GUEST) != 0;
}

static VbetRect
moved (VbetRect rect, VbetPoint to)
{
  return (VbetRect){ rect.x + to.x, rect.y + to.y, rect.width, rect.height };
}

/* Whether a text of @size has room at a point of the cable: on it, or @side times its reach beside it. @ret:
 * (out): its middle. */
static gboolean
has_room_beside (VbetViewBuilder *self, const VbetItem *item, double t, VbetRect size, double side,
                 VbetPoint *ret)
{
  VbetPoint at = vbet_item_point (item, t), before = vbet_item_point (item, MAX (t - 0.02, 0)),
            after = vbet_item_point (item, MIN (t + 0.02, 1));
  double length = MAX (vbet_point_distance (before, after), 1e-6);
  double nx = -(after.y - before.y) / length, ny = (after.x - before.x) / length;
  double reach = fabs (nx) * size.width / 2 + fabs (ny) * size.height / 2 + 3;
  *ret = (VbetPoint){ at.x + side * nx * reach, at.y + side * ny * reach };
  return !_vbet_occupied_touches (self->taken, moved (size, *ret));
}

/* Likewise on it or close beside it. */
static gboolean
has_room (VbetViewBuilder *self, const VbetItem *item, double t, VbetRect size, VbetPoint *ret)
{
  static const double sides[] = { 0, -1, 1 };
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (has_room_beside (self, item, t, size, sides[i], ret))
      return TRUE;
  return FALSE;
}

/* Where the name of the NIC at @end stands: near its device, clear of lamps and of what is there already. */
static gboolean
end_place (VbetViewBuilder *self, const VbetItem *item, guint end, const char *text, VbetPoint *ret)
{
  VbetRect size = vbet_rect_grow (_vbet_view_measure (self->input, VBET_TEXT_END, text), 1);
  VbetPoint from = end == 0 ? item->a : item->b;
  double longest = vbet_point_distance (item->a, item->b) / 2 + 10;
  VbetRect tile = vbet_rect_grow ((VbetRect){ from.x, from.y, 0, 0 }, VBET_VIEW_TILE_HALF + LAMP_ROOM);
  for (double distance = VBET_VIEW_TILE_HALF + LAMP_ROOM; distance < longest; distance += 4) {
    double t = along_t (item, end, distance);
    VbetPoint at = vbet_item_point (item, t);
    if (!vbet_rect_intersects (moved (size, at), tile) && has_room (self, item, t, size, ret))
      return TRUE;
  }
  return FALSE;
}

/* Where a text in the middle of a cable stands. */
static VbetPoint
middle_place (VbetViewBuilder *self, const VbetItem *item, VbetTextStyle style, const char *text)
{
  static const double places[] = { 0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74 };
  static const double sides[] = { 0, -1, 1, -1.5, 1.5, -2, 2, -3, 3 };
  VbetRect size = vbet_rect_grow (_vbet_view_measure (self->input, style, text), 4);
  VbetPoint place = { 0, 0 };
  /* The cross of a cut cable is in its middle. */
  for (guint k = 0; k < G_N_ELEMENTS (sides); k++) /* as near to the cable as there is room */
    for (guint i = item->flags & VBET_ITEM_DOWN ? 3 : 0; i < G_N_ELEMENTS (places); i++)
      if (has_room_beside (self, item, places[i], size, sides[k], &place))
        return place;
  return vbet_item_point (item, 0.5);
}

/* "20ms" as people write it: "20 ms"; of both directions "10/40 ms". */
static char *
spaced (const VbetValue *value)
{
  if (value->type == VBET_VALUE_PAIR) {
    g_autofree char *ab = spaced (value->as.pair.ab), *ba = spaced (value->as.pair.ba);
    char *unit_ab = strchr (ab, ' '), *unit_ba = strchr (ba, ' ');
    if (unit_ab != NULL && unit_ba != NULL && g_str_equal (unit_ab, unit_ba))
      *unit_ab = '\0';
    return g_strdup_printf ("%s/%s", ab, ba);
  }
  g_autofree char *text = vbet_value_to_text (value);
  gsize digits = strspn (text, "0123456789.");
  const char *unit = text + digits;
  return g_strdup_printf ("%.*s%s%s%s", (int)digits, text, *unit != '\0' ? " " : "", unit,
                          value->type == VBET_VALUE_RATE ? "/s" : "");
}

static gboolean
is_nothing (const VbetCable *cable, const char *key)
{
  return vbet_attributes_number (cable->attributes, VBET_KIND_CABLE, key, 0) <= 0
         && vbet_attributes_number (cable->attributes, VBET_KIND_CABLE, key, 1) <= 0;
}

/* What the cable does to its frames: "10 ms · 1 %". */
static char *
impairment (const VbetCable *cable)
{
  GString *text = g_string_new (NULL);
  guint n = 0;
  for (guint i = 0; i < VBET_IMPAIRMENTS_SIZE; i++) {
    const VbetImpairment *row = &vbet_impairments[i];
    const VbetValue *value = row->words != NULL ? vbet_attributes_get (cable->attributes, row->key) : NULL;
    if (value == NULL || is_nothing (cable, row->key))
      continue;
    g_autofree char *written = spaced (value);
    const char *between = n == 0 ? "" : n % BADGE_WORDS == 0 ? "\n" : " · ";
    g_string_append_printf (text, "%s%s%s", between, row->words, written);
    n++;
  }
  return g_string_free (text, text->len == 0);
}

static void
add_middle_text (VbetViewBuilder *self, VbetTextStyle style, const VbetItem *line, char *text)
{
  g_autofree char *owned = text;
  if (text != NULL)
    _vbet_view_add_text (self, style, line->name, text, middle_place (self, line, style, text));
}

/* Whether the switch keeps VLANs apart. */
static gboolean
separates (const VbetDevice *device)
{
  if (device->kind != VBET_KIND_SWITCH)
    return FALSE;
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, i);
    if (vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "vlan") != 0
        || vbet_attributes_get (nic->attributes, "trunk") != NULL)
      return TRUE;
  }
  return vbet_attributes_get (device->attributes, "vlans") != NULL;
}

/* "VLAN 10" of an access port, "T 10,20" of a trunk, both where it has both. Returns: (transfer full)
 * (nullable) */
static char *
vlan_text (const VbetDevice *device, const VbetNic *nic)
{
  if (nic == NULL || !separates (device))
    return NULL;
  gint64 access = (gint64)vbet_attributes_integer (nic->attributes, VBET_KIND_NIC, "vlan");
  g_autoptr (GPtrArray) trunk = vbet_attributes_list (nic->attributes, "trunk");
  GString *text = g_string_new (NULL);
  if (access != 0 || trunk->len == 0)
    g_string_append_printf (text, "VLAN %d", access != 0 ? (int)access : 1);
  if (trunk->len > 0)
    g_string_append (text, text->len > 0 ? " · T " : "T ");
  for (guint i = 0; i < MIN (trunk->len, 4); i++) {
    g_autofree char *number = vbet_value_to_text (g_ptr_array_index (trunk, i));
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", number);
  }
  if (trunk->len > 4)
    g_string_append (text, "…");
  return g_string_free (text, FALSE);
}

static const VbetDevice *
device_called (VbetViewBuilder *self, const char *name)
{
  guint number = name != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name)) : 0;
  return number > 0 ? g_ptr_array_index (self->input->topology->devices, number - 1) : NULL;
}

static void
add_vlan_texts (VbetViewBuilder *self, const VbetCable *cable, const VbetItem *line)
{
  for (guint end = 0; end < 2; end++) {
    const VbetDevice *device = device_called (self, cable->ends[end].device);
    g_autofree char *text
        = device != NULL ? vlan_text (device, vbet_device_nic (device, cable->ends[end].nic)) : NULL;
    VbetPoint place;
    if (text != NULL && end_place (self, line, end, text, &place))
      _vbet_view_add_text (self, VBET_TEXT_END, cable->name, text, place);
  }
}

static void
add_end_texts (VbetViewBuilder *self, const VbetCable *cable, const VbetItem *line)
{
  if (vbet_point_distance (line->a, line->b) < NAMED_LENGTH)
    return; /* no room between the two devices */
  for (guint end = 0; end < 2; end++) {
    if (cable->ends[end].device == NULL || cable->ends[end].nic == 0
        || !is_guest (self, cable->ends[end].device))
      continue;
    char text[24];
    g_snprintf (text, sizeof text, "eth%u", cable->ends[end].nic - 1);
    VbetPoint place;
    if (end_place (self, line, end, text, &place))
      _vbet_view_add_text (self, VBET_TEXT_END, cable->name, text, place);
  }
}

static void
add_texts (VbetViewBuilder *self, const VbetCable *cable, const VbetItem *line, gboolean ends)
{
  if (ends) {
    if (self->level >= 2 && self->input->show & VBET_SHOW_VLANS)
      add_vlan_texts (self, cable, line);
    if (self->level >= 3 && self->input->show & VBET_SHOW_NICS)
      add_end_texts (self, cable, line);
    return;
  }
  if (cable->attributes->len > 0)
    add_middle_text (self, VBET_TEXT_BADGE, line, impairment (cable));
  if (self->level >= 3 && line->load[0] + line->load[1] > 0)
    add_middle_text (self, VBET_TEXT_LOAD, line, _vbet_view_load_text (self->input, line));
}

/* The names of NICs first: they have to be at an end, the others only at the cable. */
void
_vbet_view_add_cable_texts (VbetViewBuilder *self)
{
  guint n = self->view->items->len;
  for (guint i = 0; i < n && self->level >= 1; i++) {
    VbetItem *item = g_ptr_array_index (self->view->items, i);
    if (item->kind == VBET_ITEM_CABLE)
      settle_lamps (self, item);
  }
  for (guint i = 0; i < n && self->level >= 2; i++) {
    const VbetItem *item = g_ptr_array_index (self->view->items, i);
    for (guint end = 0; end < 2 && item->kind == VBET_ITEM_CABLE; end++)
      if (item->flags & (end == 0 ? VBET_ITEM_CAPTURED_A : VBET_ITEM_CAPTURED_B))
        _vbet_occupied_add (self->taken, box_around (vbet_item_lens (item, end), 11));
  }
  for (guint pass = 0; pass < 2 && self->level >= 2; pass++)
    for (guint i = 0; i < n; i++) {
      const VbetItem *item = g_ptr_array_index (self->view->items, i);
      const VbetCable *cable
          = item->kind == VBET_ITEM_CABLE ? vbet_topology_cable (self->input->topology, item->name) : NULL;
      if (cable != NULL)
        add_texts (self, cable, item, pass == 0);
    }
}
