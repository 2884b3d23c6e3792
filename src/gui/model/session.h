/* session.h - one lab that is open in a window: its document and all that follows from it.
 *
 * The session owns the document and, after each change of it, makes program,
 * findings, topology and positions anew. Selection and device states live
 * here too, so that canvas, panes and accessible objects agree. Gestures ask
 * the engine's gesture module for a text edit and apply it to the document:
 * they have no other effect. No widget, no file, no socket.
 */
#pragma once

#include <glib-object.h>

#include "engine/language/diagnostic.h"
#include "engine/model/gesture.h"
#include "engine/model/topology.h"
#include "gui/model/arrange.h"
#include "gui/model/document.h"
#include "gui/model/view.h"

#define VBET_TYPE_SESSION (vbet_session_get_type ())
G_DECLARE_FINAL_TYPE (VbetSession, vbet_session, VBET, SESSION, GObject)

/* Signals:
 *   "changed" (): program, findings, topology and positions are new
 *   "selection-changed" ()
 *   "states-changed" (): a device's state, or whether the lab runs
 *   "traffic-changed" (): what is measured of the cables
 */

/** vbet_session_new: Returns: (transfer full): with an empty lab. */
VbetSession *vbet_session_new (void);

/**
 * vbet_session_load:
 * @text: (array length=size): any bytes
 * @path: (nullable): absolute path of the file; NULL for a new lab
 *
 * Opens a lab. What is not understood of it shows up among the findings.
 */
void vbet_session_load (VbetSession *self, const char *text, gsize size, const char *path);

/** vbet_session_load_named: likewise a lab that has no file yet, but a name. */
void vbet_session_load_named (VbetSession *self, const char *text, gsize size, const char *name);

/** vbet_session_get_path: Returns: (nullable): absolute path of the file. */
const char *vbet_session_get_path (VbetSession *self);
/** vbet_session_set_path: after "save as". */
void vbet_session_set_path (VbetSession *self, const char *path);
/** vbet_session_get_name: Returns: the lab's name: that of the file without ".vbet"; "untitled" without a
 * file. */
const char *vbet_session_get_name (VbetSession *self);
/** vbet_session_is_text: whether the document is valid UTF-8; only then the program pane can edit it. */
gboolean vbet_session_is_text (VbetSession *self);

/** vbet_session_get_document: Returns: (transfer none): for the session's life. */
VbetDocument *vbet_session_get_document (VbetSession *self);
/** vbet_session_get_program, vbet_session_get_topology, vbet_session_get_diagnostics: Returns: (transfer none):
 * valid until the next "changed". */
const VbetProgram *vbet_session_get_program (VbetSession *self);
const VbetTopology *vbet_session_get_topology (VbetSession *self);
const VbetDiagnostics *vbet_session_get_diagnostics (VbetSession *self);
/** vbet_session_get_positions: Returns: (array): where each device of the topology stands. */
const VbetPoint *vbet_session_get_positions (VbetSession *self);
/** vbet_session_get_position: @device: of the topology. Returns: FALSE when there is none of that name. */
gboolean vbet_session_get_position (VbetSession *self, const char *device, VbetPoint *ret_point);

/* --- selection: names of devices, cables and notes --- */

/** vbet_session_get_selection: Returns: (transfer none): the set of names, until it changes. */
GHashTable *vbet_session_get_selection (VbetSession *self);
/** vbet_session_is_selected: whether @name is. */
gboolean vbet_session_is_selected (VbetSession *self, const char *name);
/** vbet_session_select: @add: besides what is selected, instead of in place of it. @name: (nullable):
 * nothing. */
void vbet_session_select (VbetSession *self, const char *name, gboolean add);
/** vbet_session_select_many: likewise all of @names, NULL-terminated. */
void vbet_session_select_many (VbetSession *self, const char *const *names, gboolean add);
/** vbet_session_toggle: selects @name, or no longer. */
void vbet_session_toggle (VbetSession *self, const char *name);
/** vbet_session_select_all: all devices, cables and notes. */
void vbet_session_select_all (VbetSession *self);
/** vbet_session_selected_devices: Returns: (transfer full): NULL-terminated, in order of the text. */
char **vbet_session_selected_devices (VbetSession *self);
/** vbet_session_selected_cables: Returns: (transfer full): likewise. */
char **vbet_session_selected_cables (VbetSession *self);
/* session-select.c */
/** vbet_session_select_kind: @kinds: mask of VbetKind; all devices of these. */
void vbet_session_select_kind (VbetSession *self, guint kinds);
/** vbet_session_select_connected: adds what is one cable away from the selected devices; with @all, whatever
 * can be reached. */
void vbet_session_select_connected (VbetSession *self, gboolean all);
/** vbet_session_select_invert: the devices that are not selected. */
void vbet_session_select_invert (VbetSession *self);

/* --- how the devices are --- */

/** vbet_session_set_running: whether an engine runs the lab; without one, nothing is known of devices. */
void vbet_session_set_running (VbetSession *self, gboolean running);
/** vbet_session_is_running: what was set last. */
gboolean vbet_session_is_running (VbetSession *self);
/** vbet_session_set_state: @reason: (nullable): why, for FAILED. */
void vbet_session_set_state (VbetSession *self, const char *device, VbetDeviceState state,
                             const char *reason);
/** vbet_session_get_state: Returns: what is known of @device; OFF when nothing is. */
VbetDeviceState vbet_session_get_state (VbetSession *self, const char *device);
/** vbet_session_get_reason: Returns: (nullable) (transfer none): why @device has failed. */
const char *vbet_session_get_reason (VbetSession *self, const char *device);
/** vbet_session_get_states: Returns: name → GINT_TO_POINTER of VbetDeviceState. */
GHashTable *vbet_session_get_states (VbetSession *self);

/* Something that is wrong with a device although it runs, as the engine says it. */
typedef struct {
  char *text;       /* one line */
  char *remedy;     /* (nullable): likewise */
  gint64 call;      /* number of the call that failed and can be tried again; 0: it is about none */
  gboolean restart; /* the device, restarted, may be well */
} VbetAlarm;

/** vbet_alarm_new: Returns: (transfer full): without @call and @restart. @remedy: (nullable). */
VbetAlarm *vbet_alarm_new (const char *text, const char *remedy);
/** vbet_alarm_free: @self: (nullable) */
void vbet_alarm_free (VbetAlarm *self);

/** vbet_session_set_alarms: @alarms: (nullable) (element-type VbetAlarm) (transfer full): all that is wrong with
 * @device, "" for the lab as a whole, now; emits "states-changed" when that is not what it was. */
void vbet_session_set_alarms (VbetSession *self, const char *device, GPtrArray *alarms);
/** vbet_session_get_alarms: Returns: (nullable) (transfer none) (element-type VbetAlarm): never empty. */
GPtrArray *vbet_session_get_alarms (VbetSession *self, const char *device);
/** vbet_session_get_alarmed: Returns: (transfer none): name → GPtrArray, of all that have some. */
GHashTable *vbet_session_get_alarmed (VbetSession *self);
/** vbet_session_count_problems: findings about the text, failed devices and alarms. */
guint vbet_session_count_problems (VbetSession *self);

/** vbet_session_set_needs_restart: @names: NULL-terminated: devices with changes that take effect at their
 * next start; emits "states-changed" when they are others than before. */
void vbet_session_set_needs_restart (VbetSession *self, const char *const *names);
/** vbet_session_get_needs_restart: whether an attribute of @device changed that its next start brings. */
gboolean vbet_session_get_needs_restart (VbetSession *self, const char *device);

/** vbet_session_set_traffic: @traffic: (nullable) (element-type utf8 VbetTraffic) (transfer full): of all
 * cables; NULL when the lab does not run. */
void vbet_session_set_traffic (VbetSession *self, GHashTable *traffic);
/** vbet_session_get_traffic: Returns: (nullable) (transfer none) (element-type utf8 VbetTraffic). */
GHashTable *vbet_session_get_traffic (VbetSession *self);

/** vbet_session_set_switches: @roots, @storms: NULL-terminated: switches that are roots of their spanning
 * trees; switches and hubs in which frames circle. Told with the next vbet_session_set_traffic(). */
void vbet_session_set_switches (VbetSession *self, const char *const *roots, const char *const *storms);
/** vbet_session_get_roots: Returns: (transfer none): set of names. */
GHashTable *vbet_session_get_roots (VbetSession *self);
/** vbet_session_get_storms: Returns: (transfer none): set of names. */
GHashTable *vbet_session_get_storms (VbetSession *self);
/** vbet_session_add_captured: the frames at @end (0, 1) of the cable are shown somewhere, or one less is;
 * emits "traffic-changed". */
void vbet_session_add_captured (VbetSession *self, const char *cable, guint end, gboolean captured);
/** vbet_session_get_captured: Returns: (transfer none): name of a cable → GINT of a mask of its ends. */
GHashTable *vbet_session_get_captured (VbetSession *self);

/* --- gestures; each is one revision; FALSE with @error when the text does not allow it --- */

/** vbet_session_add_device: @ret_name: (out) (transfer full) (optional); the device is selected. */
gboolean vbet_session_add_device (VbetSession *self, VbetKind kind, double x, double y, char **ret_name,
                                  GError **error);
/* In place of a NIC's number: one that the device is given for it. */
#define VBET_NIC_NEW G_MAXUINT
/**
 * vbet_session_plug: puts a new cable in.
 * @nic_a, @nic_b: from 1; 0: a free one, or one more when there is none; VBET_NIC_NEW
 */
gboolean vbet_session_plug (VbetSession *self, const char *device_a, guint nic_a, const char *device_b,
                            guint nic_b, GError **error);
/** vbet_session_add_cable: vbet_session_plug() with NICs of its choice. */
gboolean vbet_session_add_cable (VbetSession *self, const char *device_a, const char *device_b,
                                 GError **error);
/**
 * vbet_session_set_pool:
 * @pool: (nullable): an IPv4 network, "10.0.0.0/8": from now on what is plugged gets addresses out of it, in
 * the same revision; NULL: it gets none, as at first
 *
 * Returns: FALSE with @error when @pool is none; then nothing gets addresses.
 */
gboolean vbet_session_set_pool (VbetSession *self, const char *pool, GError **error);
/** vbet_session_replug: moves @end (0 or 1) of a cable elsewhere; @nic: as in vbet_session_plug(). */
gboolean vbet_session_replug (VbetSession *self, const char *cable, guint end, const char *device, guint nic,
                              GError **error);
/** vbet_session_set_cables_up: mends the selected cables, or cuts them. */
gboolean vbet_session_set_cables_up (VbetSession *self, gboolean up, GError **error);
/** vbet_session_move: writes down where devices and notes called @names (set) stand when moved, and where all
 * devices stand that never had a position. */
gboolean vbet_session_move (VbetSession *self, GHashTable *names, double dx, double dy, GError **error);
/** vbet_session_move_selected: vbet_session_move() of what is selected. */
gboolean vbet_session_move_selected (VbetSession *self, double dx, double dy, GError **error);
/** vbet_session_add_note: @place: with a size it is a frame. @ret_name: (out) (transfer full) (optional); the
 * note is selected. */
gboolean vbet_session_add_note (VbetSession *self, const char *text, VbetRect place, char **ret_name,
                                GError **error);
/** vbet_session_set_note_text: @note: by its name. Returns: FALSE with @error; nothing changed then. */
gboolean vbet_session_set_note_text (VbetSession *self, const char *note, const char *text, GError **error);
/** vbet_session_resize_note: makes it a frame that covers @place. */
gboolean vbet_session_resize_note (VbetSession *self, const char *note, VbetRect place, GError **error);
/** vbet_session_set_note_colour: of the selected notes. @colour: (nullable): as the language writes it. */
gboolean vbet_session_set_note_colour (VbetSession *self, const char *colour, GError **error);
/** vbet_session_get_note: Returns: (nullable) (transfer none): the note called @name ("note#N"). */
const VbetNote *vbet_session_get_note (VbetSession *self, const char *name);
/** vbet_session_delete_selected: devices with their cables, cables, notes: one revision. */
gboolean vbet_session_delete_selected (VbetSession *self, GError **error);
/** vbet_session_rename: Returns: FALSE with @error; nothing changed then. */
gboolean vbet_session_rename (VbetSession *self, const char *device, const char *new_name, GError **error);
/** vbet_session_can_rename: whether vbet_session_rename() would; @error says why not. */
gboolean vbet_session_can_rename (VbetSession *self, const char *device, const char *new_name,
                                  GError **error);
/** vbet_session_arrange: places all devices anew. */
gboolean vbet_session_arrange (VbetSession *self, GError **error);
/** vbet_session_place_devices: @names: (array length=n): each goes to its one of @points; one revision
 * @label. */
gboolean vbet_session_place_devices (VbetSession *self, const char *const *names, const VbetPoint *points,
                                     guint n, const char *label, GError **error);
/** vbet_session_align: the selected devices. */
gboolean vbet_session_align (VbetSession *self, VbetAlign how, GError **error);
/** vbet_session_distribute: the selected devices, at equal distances. */
gboolean vbet_session_distribute (VbetSession *self, gboolean vertically, GError **error);
/** vbet_session_arrangement: Returns: (transfer full) (nullable): the selected devices, if they are two or
 * more, else all; NULL when there is nothing to arrange. */
VbetArrangement *vbet_session_arrangement (VbetSession *self);
/** vbet_session_arrange_to: @points: (array): one a device of @arrangement, which is of this topology. */
gboolean vbet_session_arrange_to (VbetSession *self, const VbetArrangement *arrangement,
                                  const VbetPoint *points, GError **error);
/** vbet_session_copy: Returns: (transfer full) (nullable): a lab text of the selected devices and notes and
 * the cables among the devices, with positions; NULL with @error. */
char *vbet_session_copy (VbetSession *self, GError **error);
/**
 * vbet_session_paste:
 * @text: (array length=size): any bytes; a lab text, or it is refused
 * @at: (nullable): where the middle goes; NULL: where it came from, or beside it
 *
 * What is pasted gets names, addresses and MACs that are free, a place that is free, and is selected.
 */
gboolean vbet_session_paste (VbetSession *self, const char *text, gsize size, const VbetPoint *at,
                             GError **error);
/** vbet_session_duplicate: copies and pastes what is selected, beside it. */
gboolean vbet_session_duplicate (VbetSession *self, GError **error);
/** vbet_session_cut: copies what is selected and deletes it. @ret_text: (out) (transfer full): the copy. */
gboolean vbet_session_cut (VbetSession *self, char **ret_text, GError **error);

/** vbet_session_set_attribute: @objects: (array length=size); @value: as the language writes it; NULL: the
 * default. */
gboolean vbet_session_set_attribute (VbetSession *self, const VbetObject *objects, guint size,
                                     const char *key, const char *value, GError **error);
/** vbet_session_set_attributes: likewise several of one object, as one revision @label. @keys, @values: (array length=n);
 * a value of NULL: the default. */
gboolean vbet_session_set_attributes (VbetSession *self, const VbetObject *object, const char *const *keys,
                                      const char *const *values, guint n, const char *label, GError **error);
/** vbet_session_add_nic: Returns: FALSE with @error; nothing changed then. */
gboolean vbet_session_add_nic (VbetSession *self, const char *device, GError **error);
/** vbet_session_remove_nic: @nic: from 1; its cable goes, too. */
gboolean vbet_session_remove_nic (VbetSession *self, const char *device, guint nic, GError **error);
/** vbet_session_fix: applies the fix of finding number @index, if it has one. */
void vbet_session_fix (VbetSession *self, guint index);
