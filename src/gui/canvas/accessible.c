/* accessible.c - see accessible.h.
 *
 * Children are made once a name and kept as long as the lab has something of
 * that name; they hold the name only and ask the canvas's view model for all
 * else, so that they are never out of date.
 */
#include "config.h"

#include "gui/canvas/accessible.h"

#include <glib/gi18n.h>

#include "gui/canvas/canvas-private.h"
#include "gui/tag.h"

/* --- a device or cable ----------------------------------------------------------- */

#define VBET_TYPE_ITEM_ACCESSIBLE (vbet_item_accessible_get_type ())
G_DECLARE_FINAL_TYPE (VbetItemAccessible, vbet_item_accessible, VBET, ITEM_ACCESSIBLE, AtkObject)

struct _VbetItemAccessible {
  AtkObject parent_instance;
  VbetCanvas *canvas; /* weak */
  char *name;
  GHashTable *nics; /* number → AtkObject, of those that were asked for */
  guint n_nics;     /* how many there were last */
};

static void item_component_init (AtkComponentIface *iface);
static void item_action_init (AtkActionIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VbetItemAccessible, vbet_item_accessible, ATK_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ATK_TYPE_COMPONENT, item_component_init)
                                   G_IMPLEMENT_INTERFACE (ATK_TYPE_ACTION, item_action_init))

static gboolean
is_object (const VbetItem *item)
{
  return item->kind == VBET_ITEM_DEVICE || item->kind == VBET_ITEM_CABLE || item->kind == VBET_ITEM_NOTE;
}

static const VbetItem *
item_of (VbetItemAccessible *self)
{
  return self->canvas != NULL ? vbet_view_find (vbet_canvas_get_view (self->canvas), self->name) : NULL;
}

static const char *
item_get_name (AtkObject *object)
{
  return VBET_ITEM_ACCESSIBLE (object)->name;
}

/* "router, ready", "cable from r1 to r2". */
static char *
describe (VbetItemAccessible *self)
{
  const VbetItem *item = item_of (self);
  if (item == NULL)
    return g_strdup ("");
  VbetSession *session = vbet_canvas_get_session (self->canvas);
  if (item->kind == VBET_ITEM_DEVICE) {
    g_autofree char *state
        = g_strdup_printf (g_hash_table_contains (vbet_session_get_roots (session), self->name)
                               ? _ ("%s, root of the spanning tree, %s")
                               : _ ("%s, %s"),
                           vbet_kind_name (item->device_kind), vbet_device_state_name (item->state));
    g_autofree char *wrong = _vbet_canvas_describe_alarms (self->canvas, self->name);
    return wrong != NULL ? g_strdup_printf ("%s\n%s", state, wrong) : g_steal_pointer (&state);
  }
  if (item->kind == VBET_ITEM_NOTE)
    return g_strdup_printf (item->flags & VBET_ITEM_FRAME ? _ ("frame: %s") : _ ("note: %s"), item->text);
  const VbetCable *cable = vbet_topology_cable (vbet_session_get_topology (session), self->name);
  const char *a = cable != NULL ? cable->ends[0].device : NULL,
             *b = cable != NULL ? cable->ends[1].device : NULL;
  g_autofree char *ends = g_strdup_printf (_ ("cable from %s to %s"), a != NULL ? a : _ ("nowhere"),
                                           b != NULL ? b : _ ("nowhere"));
  g_autofree char *live = _vbet_canvas_describe_cable (self->canvas, self->name);
  return live != NULL ? g_strdup_printf ("%s\n%s", ends, live) : g_steal_pointer (&ends);
}

static const char *
item_get_description (AtkObject *object)
{
  g_autofree char *text = describe (VBET_ITEM_ACCESSIBLE (object));
  vbet_tag_set_text (object, "vbet-description", text);
  return vbet_tag_text (object, "vbet-description");
}

static AtkObject *
item_get_parent (AtkObject *object)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (object);
  return self->canvas != NULL ? gtk_widget_get_accessible (GTK_WIDGET (self->canvas)) : NULL;
}

static int
item_get_index_in_parent (AtkObject *object)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (object);
  const VbetView *view = self->canvas != NULL ? vbet_canvas_get_view (self->canvas) : NULL;
  int index = 0;
  for (guint i = 0; view != NULL && i < view->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, i);
    if (!is_object (item))
      continue;
    if (g_strcmp0 (item->name, self->name) == 0)
      return index;
    index++;
  }
  return -1;
}

static AtkStateSet *
item_ref_state_set (AtkObject *object)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (object);
  AtkStateSet *states = ATK_OBJECT_CLASS (vbet_item_accessible_parent_class)->ref_state_set (object);
  if (item_of (self) == NULL) {
    atk_state_set_add_state (states, ATK_STATE_DEFUNCT);
    return states;
  }
  const AtkStateType always[] = { ATK_STATE_ENABLED, ATK_STATE_SENSITIVE, ATK_STATE_VISIBLE,
                                  ATK_STATE_SHOWING, ATK_STATE_SELECTABLE };
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    atk_state_set_add_state (states, always[i]);
  if (vbet_session_is_selected (vbet_canvas_get_session (self->canvas), self->name))
    atk_state_set_add_state (states, ATK_STATE_SELECTED);
  return states;
}

static void
item_get_extents (AtkComponent *component, int *x, int *y, int *width, int *height, AtkCoordType type)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (component);
  const VbetItem *item = item_of (self);
  GdkRectangle box = { 0, 0, 0, 0 };
  int left = 0, top = 0;
  if (item != NULL) {
    box = vbet_canvas_to_pixels (self->canvas, item->bounds);
    atk_component_get_extents (ATK_COMPONENT (item_get_parent (ATK_OBJECT (self))), &left, &top, NULL, NULL,
                               type);
  }
  *x = left + box.x;
  *y = top + box.y;
  *width = box.width;
  *height = box.height;
}

static gboolean
item_grab_focus (AtkComponent *component)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (component);
  if (item_of (self) == NULL)
    return FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  vbet_session_select (vbet_canvas_get_session (self->canvas), self->name, FALSE);
  return TRUE;
}

static void
item_component_init (AtkComponentIface *iface)
{
  iface->get_extents = item_get_extents;
  iface->grab_focus = item_grab_focus;
}

enum { ACTION_SELECT, ACTION_OPEN, ACTION_DELETE, N_ACTIONS };

static int
item_get_n_actions (AtkAction *action)
{
  return N_ACTIONS;
}

static const char *
item_get_action_name (AtkAction *action, int index)
{
  static const char *const names[] = { N_ ("select"), N_ ("open"), N_ ("delete") };
  return index >= 0 && index < N_ACTIONS ? names[index] : NULL;
}

static gboolean
item_do_action (AtkAction *action, int index)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (action);
  if (item_of (self) == NULL)
    return FALSE;
  g_autoptr (VbetSession) session = g_object_ref (vbet_canvas_get_session (self->canvas));
  vbet_session_select (session, self->name, FALSE);
  if (index == ACTION_OPEN)
    vbet_canvas_activate_item (self->canvas, self->name);
  else if (index == ACTION_DELETE)
    return vbet_session_delete_selected (session, NULL);
  return index >= 0 && index < N_ACTIONS;
}

static void
item_action_init (AtkActionIface *iface)
{
  iface->get_n_actions = item_get_n_actions;
  iface->get_name = item_get_action_name;
  iface->do_action = item_do_action;
}

/* --- a NIC, child of its device ------------------------------------------------------ */

#define VBET_TYPE_NIC_ACCESSIBLE (vbet_nic_accessible_get_type ())
G_DECLARE_FINAL_TYPE (VbetNicAccessible, vbet_nic_accessible, VBET, NIC_ACCESSIBLE, AtkObject)

struct _VbetNicAccessible {
  AtkObject parent_instance;
  VbetItemAccessible *device; /* weak */
  guint number;               /* from 1 */
};

static void nic_component_init (AtkComponentIface *iface);
static void nic_action_init (AtkActionIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VbetNicAccessible, vbet_nic_accessible, ATK_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ATK_TYPE_COMPONENT, nic_component_init)
                                   G_IMPLEMENT_INTERFACE (ATK_TYPE_ACTION, nic_action_init))

static const VbetDevice *
device_of (VbetItemAccessible *self)
{
  if (self == NULL || self->canvas == NULL)
    return NULL;
  return vbet_topology_device (vbet_session_get_topology (vbet_canvas_get_session (self->canvas)),
                               self->name);
}

static const VbetNic *
nic_of (VbetNicAccessible *self)
{
  const VbetDevice *device = device_of (self->device);
  return device != NULL ? vbet_device_nic (device, self->number) : NULL;
}

static const char *
keep_text (AtkObject *object, const char *key, char *text)
{
  vbet_tag_set_text (object, key, text);
  g_free (text);
  return vbet_tag_text (object, key);
}

static const char *
nic_get_name (AtkObject *object)
{
  VbetNicAccessible *self = VBET_NIC_ACCESSIBLE (object);
  if (self->device == NULL)
    return "";
  return keep_text (object, "vbet-name", g_strdup_printf ("%s eth%u", self->device->name, self->number - 1));
}

static const char *
nic_get_description (AtkObject *object)
{
  VbetNicAccessible *self = VBET_NIC_ACCESSIBLE (object);
  if (nic_of (self) == NULL)
    return "";
  return keep_text (object, "vbet-description",
                    _vbet_canvas_describe_nic (self->device->canvas, self->device->name, self->number));
}

static AtkObject *
nic_get_parent (AtkObject *object)
{
  VbetNicAccessible *self = VBET_NIC_ACCESSIBLE (object);
  return self->device != NULL ? ATK_OBJECT (self->device) : NULL;
}

static int
nic_get_index_in_parent (AtkObject *object)
{
  VbetNicAccessible *self = VBET_NIC_ACCESSIBLE (object);
  const VbetDevice *device = device_of (self->device);
  for (guint i = 0; device != NULL && i < device->nics->len; i++)
    if (((VbetNic *)g_ptr_array_index (device->nics, i))->index == self->number)
      return (int)i;
  return -1;
}

static AtkStateSet *
nic_ref_state_set (AtkObject *object)
{
  AtkStateSet *states = ATK_OBJECT_CLASS (vbet_nic_accessible_parent_class)->ref_state_set (object);
  const AtkStateType always[]
      = { ATK_STATE_ENABLED, ATK_STATE_SENSITIVE, ATK_STATE_VISIBLE, ATK_STATE_SHOWING };
  const VbetNic *nic = nic_of (VBET_NIC_ACCESSIBLE (object));
  if (nic == NULL) {
    atk_state_set_add_state (states, ATK_STATE_DEFUNCT);
    return states;
  }
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    atk_state_set_add_state (states, always[i]);
  if (nic->cable != NULL)
    atk_state_set_add_state (states, ATK_STATE_CHECKED); /* it is taken */
  return states;
}

/* Where its handle is, or would be. */
static void
nic_get_extents (AtkComponent *component, int *x, int *y, int *width, int *height, AtkCoordType type)
{
  VbetNicAccessible *self = VBET_NIC_ACCESSIBLE (component);
  const VbetDevice *device = nic_of (self) != NULL ? device_of (self->device) : NULL;
  GdkRectangle box = { 0, 0, 0, 0 };
  int left = 0, top = 0;
  if (device != NULL) {
    VbetCanvas *canvas = self->device->canvas;
    g_autoptr (GArray) handles = vbet_view_nic_handles (vbet_canvas_get_view (canvas), device);
    for (guint i = 0; i < handles->len; i++) {
      const VbetNicHandle *handle = &g_array_index (handles, VbetNicHandle, i);
      if (handle->nic == self->number)
        box = vbet_canvas_to_pixels (canvas, (VbetRect){ handle->at.x - 8, handle->at.y - 8, 16, 16 });
    }
    atk_component_get_extents (ATK_COMPONENT (gtk_widget_get_accessible (GTK_WIDGET (canvas))), &left, &top,
                               NULL, NULL, type);
  }
  *x = left + box.x;
  *y = top + box.y;
  *width = box.width;
  *height = box.height;
}

static void
nic_component_init (AtkComponentIface *iface)
{
  iface->get_extents = nic_get_extents;
}

static int
nic_get_n_actions (AtkAction *action)
{
  return 1;
}

static const char *
nic_get_action_name (AtkAction *action, int index)
{
  return index == 0 ? "select" : NULL;
}

/* Its cable when there is one, else its device. */
static gboolean
nic_do_action (AtkAction *action, int index)
{
  VbetNicAccessible *self = VBET_NIC_ACCESSIBLE (action);
  const VbetNic *nic = nic_of (self);
  if (nic == NULL || index != 0)
    return FALSE;
  vbet_session_select (vbet_canvas_get_session (self->device->canvas),
                       nic->cable != NULL ? nic->cable : self->device->name, FALSE);
  return TRUE;
}

static void
nic_action_init (AtkActionIface *iface)
{
  iface->get_n_actions = nic_get_n_actions;
  iface->get_name = nic_get_action_name;
  iface->do_action = nic_do_action;
}

static void
vbet_nic_accessible_finalize (GObject *object)
{
  g_clear_weak_pointer (&VBET_NIC_ACCESSIBLE (object)->device);
  G_OBJECT_CLASS (vbet_nic_accessible_parent_class)->finalize (object);
}

static void
vbet_nic_accessible_class_init (VbetNicAccessibleClass *klass)
{
  AtkObjectClass *atk_class = ATK_OBJECT_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = vbet_nic_accessible_finalize;
  atk_class->get_name = nic_get_name;
  atk_class->get_description = nic_get_description;
  atk_class->get_parent = nic_get_parent;
  atk_class->get_index_in_parent = nic_get_index_in_parent;
  atk_class->ref_state_set = nic_ref_state_set;
}

static void
vbet_nic_accessible_init (VbetNicAccessible *self)
{
}

static int
item_get_n_children (AtkObject *object)
{
  const VbetDevice *device = device_of (VBET_ITEM_ACCESSIBLE (object));
  return device != NULL ? (int)device->nics->len : 0;
}

static AtkObject *
item_nic (VbetItemAccessible *self, guint number)
{
  AtkObject *child = g_hash_table_lookup (self->nics, GUINT_TO_POINTER (number));
  if (child == NULL) {
    VbetNicAccessible *nic = g_object_new (VBET_TYPE_NIC_ACCESSIBLE, NULL);
    g_set_weak_pointer (&nic->device, self);
    nic->number = number;
    child = ATK_OBJECT (nic);
    atk_object_set_role (child, ATK_ROLE_CHECK_BOX);
    g_hash_table_insert (self->nics, GUINT_TO_POINTER (number), child);
  }
  return child;
}

static AtkObject *
item_ref_child (AtkObject *object, int index)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (object);
  const VbetDevice *device = device_of (self);
  if (device == NULL || index < 0 || index >= (int)device->nics->len)
    return NULL;
  return g_object_ref (item_nic (self, ((VbetNic *)g_ptr_array_index (device->nics, (guint)index))->index));
}

/* Tells that NICs came or went. */
static void
item_update_nics (VbetItemAccessible *self)
{
  const VbetDevice *device = device_of (self);
  guint n = device != NULL ? device->nics->len : 0;
  for (; self->n_nics < n; self->n_nics++) {
    const VbetNic *nic = g_ptr_array_index (device->nics, self->n_nics);
    g_signal_emit_by_name (self, "children-changed::add", self->n_nics, item_nic (self, nic->index), NULL);
  }
  for (; self->n_nics > n; self->n_nics--)
    g_signal_emit_by_name (self, "children-changed::remove", self->n_nics - 1, NULL, NULL);
}

static void
vbet_item_accessible_finalize (GObject *object)
{
  VbetItemAccessible *self = VBET_ITEM_ACCESSIBLE (object);
  g_clear_weak_pointer (&self->canvas);
  g_hash_table_unref (self->nics);
  g_free (self->name);
  G_OBJECT_CLASS (vbet_item_accessible_parent_class)->finalize (object);
}

static void
vbet_item_accessible_class_init (VbetItemAccessibleClass *klass)
{
  AtkObjectClass *atk_class = ATK_OBJECT_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = vbet_item_accessible_finalize;
  atk_class->get_name = item_get_name;
  atk_class->get_description = item_get_description;
  atk_class->get_parent = item_get_parent;
  atk_class->get_index_in_parent = item_get_index_in_parent;
  atk_class->ref_state_set = item_ref_state_set;
  atk_class->get_n_children = item_get_n_children;
  atk_class->ref_child = item_ref_child;
}

static void
vbet_item_accessible_init (VbetItemAccessible *self)
{
  self->nics = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
}

static AtkObject *
item_accessible_new (VbetCanvas *canvas, const VbetItem *item)
{
  VbetItemAccessible *self = g_object_new (VBET_TYPE_ITEM_ACCESSIBLE, NULL);
  g_set_weak_pointer (&self->canvas, canvas);
  self->name = g_strdup (item->name);
  const VbetDevice *device = item->kind == VBET_ITEM_DEVICE ? device_of (self) : NULL;
  self->n_nics = device != NULL ? device->nics->len : 0;
  atk_object_set_role (ATK_OBJECT (self), item->kind == VBET_ITEM_DEVICE ? ATK_ROLE_ICON
                                          : item->kind == VBET_ITEM_NOTE ? ATK_ROLE_SECTION
                                                                         : ATK_ROLE_IMAGE);
  return ATK_OBJECT (self);
}

/* --- the canvas -------------------------------------------------------------------- */

struct _VbetCanvasAccessible {
  GtkWidgetAccessible parent_instance;
  GHashTable *children; /* name → AtkObject, of what there is now */
};

G_DEFINE_FINAL_TYPE (VbetCanvasAccessible, vbet_canvas_accessible, GTK_TYPE_WIDGET_ACCESSIBLE)

static const VbetView *
view_of (VbetCanvasAccessible *self)
{
  GtkWidget *widget = gtk_accessible_get_widget (GTK_ACCESSIBLE (self));
  return widget != NULL ? vbet_canvas_get_view (VBET_CANVAS (widget)) : NULL;
}

/* Item number @index of those that are objects; NULL beyond the last. @ret_count: (out): how many there are
 * before it. */
static const VbetItem *
object_item (const VbetView *view, int index, int *ret_count)
{
  int count = 0;
  for (guint i = 0; view != NULL && i < view->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, i);
    if (!is_object (item))
      continue;
    if (count == index)
      return item;
    count++;
  }
  *ret_count = count;
  return NULL;
}

static AtkObject *
child_for (VbetCanvasAccessible *self, const VbetItem *item)
{
  AtkObject *child = g_hash_table_lookup (self->children, item->name);
  if (child == NULL) {
    child = item_accessible_new (VBET_CANVAS (gtk_accessible_get_widget (GTK_ACCESSIBLE (self))), item);
    g_hash_table_insert (self->children, g_strdup (item->name), child);
  }
  return child;
}

static int
canvas_get_n_children (AtkObject *object)
{
  int count = 0;
  object_item (view_of (VBET_CANVAS_ACCESSIBLE (object)), G_MAXINT, &count);
  return count;
}

static AtkObject *
canvas_ref_child (AtkObject *object, int index)
{
  VbetCanvasAccessible *self = VBET_CANVAS_ACCESSIBLE (object);
  int count = 0;
  const VbetItem *item = index >= 0 ? object_item (view_of (self), index, &count) : NULL;
  return item != NULL ? g_object_ref (child_for (self, item)) : NULL;
}

/* Tells which children came and went. */
static void
on_lab_changed (VbetCanvasAccessible *self)
{
  GtkWidget *widget = gtk_accessible_get_widget (GTK_ACCESSIBLE (self));
  if (widget == NULL)
    return;
  const VbetView *view = vbet_canvas_get_view (VBET_CANVAS (widget));
  GHashTableIter iter;
  gpointer name = NULL, child = NULL;
  g_hash_table_iter_init (&iter, self->children);
  while (g_hash_table_iter_next (&iter, &name, &child)) {
    if (vbet_view_find (view, name) != NULL)
      continue;
    g_autoptr (AtkObject) gone = g_object_ref (child);
    g_hash_table_iter_remove (&iter);
    atk_object_notify_state_change (gone, ATK_STATE_DEFUNCT, TRUE);
    g_signal_emit_by_name (self, "children-changed::remove", 0, gone, NULL);
  }
  int index = 0;
  for (guint i = 0; i < view->items->len; i++) {
    const VbetItem *item = g_ptr_array_index (view->items, i);
    if (!is_object (item))
      continue;
    AtkObject *known = g_hash_table_lookup (self->children, item->name);
    if (known == NULL)
      g_signal_emit_by_name (self, "children-changed::add", index, child_for (self, item), NULL);
    else if (item->kind == VBET_ITEM_DEVICE)
      item_update_nics (VBET_ITEM_ACCESSIBLE (known));
    index++;
  }
}

static void
vbet_canvas_accessible_initialize (AtkObject *object, gpointer data)
{
  ATK_OBJECT_CLASS (vbet_canvas_accessible_parent_class)->initialize (object, data);
  atk_object_set_role (object, ATK_ROLE_LAYERED_PANE);
  atk_object_set_name (object, _ ("Canvas"));
  g_signal_connect_object (vbet_canvas_get_session (VBET_CANVAS (data)), "changed",
                           G_CALLBACK (on_lab_changed), object, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
vbet_canvas_accessible_finalize (GObject *object)
{
  g_hash_table_unref (VBET_CANVAS_ACCESSIBLE (object)->children);
  G_OBJECT_CLASS (vbet_canvas_accessible_parent_class)->finalize (object);
}

static void
vbet_canvas_accessible_class_init (VbetCanvasAccessibleClass *klass)
{
  AtkObjectClass *atk_class = ATK_OBJECT_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = vbet_canvas_accessible_finalize;
  atk_class->initialize = vbet_canvas_accessible_initialize;
  atk_class->get_n_children = canvas_get_n_children;
  atk_class->ref_child = canvas_ref_child;
}

static void
vbet_canvas_accessible_init (VbetCanvasAccessible *self)
{
  self->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}
