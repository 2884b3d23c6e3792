/* view.h - the view model: what the canvas shows, as a display list.
 *
 * vbet_view_new() is a pure function of the topology, where its devices stand,
 * how they are, what is selected, the zoom, and what a tool is in the middle
 * of. The result holds everything that is to be drawn, back to front, in lab
 * units, with no colour and no font in it: canvas/draw.h gives it those, for
 * the screen and for pictures alike. Hit tests and the accessible objects work
 * on the same list, so what is seen is what is hit and what is read out. Pure.
 *
 * What changes often is brought up to date in place: vbet_view_set_marks(),
 * vbet_view_set_tool() and vbet_view_set_traffic() leave a view as
 * vbet_view_new() would make it, and tell what of it looks different now.
 */
#pragma once

#include "engine/model/topology.h"
#include "gui/model/geometry.h"

/* The tile of a device is a square with this side around its position, in lab units. */
#define VBET_VIEW_TILE 64.0
/* About what a new note covers. */
#define VBET_VIEW_NOTE_WIDTH 120.0
#define VBET_VIEW_NOTE_HEIGHT 38.0

/* How a device is, as the engine names it in "device.state". */
typedef enum {
  VBET_STATE_OFF,
  VBET_STATE_BOOTING,
  VBET_STATE_READY,
  VBET_STATE_PAUSED,
  VBET_STATE_STOPPING,
  VBET_STATE_FAILED,
} VbetDeviceState;

/* A note has no name in the lab's text. Selection, view items and accessible objects call it "note#N", N its
 * position in the topology's notes from 0: no device or cable can be called so. */

/** vbet_note_name: Returns: (transfer full): what note number @index is called. */
char *vbet_note_name (guint index);
/** vbet_note_index: Returns: whether @name is one of a note. @ret_index: (out) (optional): its position. */
gboolean vbet_note_index (const char *name, guint *ret_index);

/** vbet_note_position: the upper left corner of note number @index. */
VbetPoint vbet_note_position (const VbetTopology *topology, guint index);

/** vbet_device_state_from_name: Returns: the state called @name; OFF for names it does not know. */
VbetDeviceState vbet_device_state_from_name (const char *name);
/** vbet_device_state_name: Returns: "off", "booting" … */
const char *vbet_device_state_name (VbetDeviceState state);

/* What the spanning tree of a switch makes of a port. */
typedef enum {
  VBET_PORT_PLAIN, /* no spanning tree, or nothing is known */
  VBET_PORT_DISCARDING,
  VBET_PORT_LEARNING,
  VBET_PORT_FORWARDING,
} VbetPortState;

/** vbet_carrier_reason: Returns: (nullable): @name as a static text, when it is a word of the engine's for
 * why there is no carrier. */
const char *vbet_carrier_reason (const char *name);
/** vbet_port_state_from_name: Returns: the state that the engine calls @name; PLAIN for others. */
VbetPortState vbet_port_state_from_name (const char *name);

/* What is measured of one cable while the lab runs. Direction 0 is from its first end to its second. */
typedef struct {
  gboolean carrier[2]; /* whether the NIC at that end has carrier */
  double bits[2];      /* a second, lately */
  double frames[2];    /* a second, lately */
  guint64 total_frames[2];
  guint64 total_bytes[2];
  guint64 dropped[2];
  VbetPortState port[2]; /* of the switch at that end */
  const char
      *why[2]; /* (nullable): static: why that end has no carrier, as lab.counters of vbetd(8) says it */
} VbetTraffic;

typedef enum {
  VBET_SHOW_ADDRESSES = 1 << 0,
  VBET_SHOW_NICS = 1 << 1,    /* NIC names at cable ends */
  VBET_SHOW_RUNNING = 1 << 2, /* the lab runs: "off" is a state worth showing */
  VBET_SHOW_LOAD = 1 << 3,    /* how much goes through each cable */
  VBET_SHOW_VLANS = 1 << 4,   /* at the ports of switches that have some */
} VbetShow;

#define VBET_VIEW_MAX_GUIDES 4

/* A line through things that stand in a row. */
typedef struct {
  VbetPoint a;
  VbetPoint b;
} VbetGuide;

/* What a tool is in the middle of; zeroed: nothing. Names are borrowed. */
typedef struct {
  const char *hover; /* (nullable): what is under the pointer */
  gboolean
      handles; /* what is hovered offers handles: a device its NICs, a cable its ends, a frame its edges */
  const char *target;    /* (nullable): device that would be cabled; shows its NICs while a cable is drawn */
  guint target_nic;      /* the NIC of it that is meant; 0: the device */
  const char *wire_from; /* (nullable): device a cable is being drawn from … */
  gboolean wire_loose;   /* … or, without one, from @wire_at … */
  VbetPoint wire_at;
  VbetPoint wire_to;   /* … to here */
  const char *lifted;  /* (nullable): a cable with an end in the hand: only the wire is shown */
  const char *editing; /* (nullable): its text is being edited in place, and not shown */
  gboolean band;       /* a rubber band is open */
  VbetRect band_rect;
  VbetKind ghost;      /* 0, or the kind of device that would be placed (NOTE: a note) … */
  VbetPoint ghost_at;  /* … here */
  VbetRect ghost_rect; /* … or, of a frame, here */
  gboolean moving;     /* the selected devices and notes are shown displaced by */
  VbetPoint move_by;
  GHashTable *moved;     /* (nullable): set of names that are displaced, in place of the selected */
  gboolean resizing;     /* note @hover is shown as */
  gboolean moving_alone; /* without what frames hold */
  VbetRect resize_rect;
  VbetGuide guides[VBET_VIEW_MAX_GUIDES]; /* what the moved thing lines up with */
  guint n_guides;
} VbetOverlay;

typedef enum {
  VBET_TEXT_NAME,
  VBET_TEXT_DETAIL, /* addresses and other lines below the name */
  VBET_TEXT_END,    /* the NIC at a cable's end */
  VBET_TEXT_BADGE,  /* what a cable does to its frames */
  VBET_TEXT_LOAD,   /* what goes through a cable */
  VBET_TEXT_NOTE,   /* only for measuring: a note's text is in its item */
} VbetTextStyle;

/* Tells how large a text is when it is drawn, in lab units at text scale 1. */
typedef void (*VbetMeasure) (VbetTextStyle style, const char *text, double *ret_width, double *ret_height,
                             gpointer data);

typedef struct {
  const VbetTopology *topology;
  const VbetPoint *positions; /* one a device, in order */
  GHashTable *states;         /* (nullable): name → GINT of VbetDeviceState; missing: off */
  GHashTable *alarmed;        /* (nullable): names of devices with which something is wrong → anything */
  GHashTable *traffic;        /* (nullable): name of a cable → VbetTraffic; missing: nothing is known */
  GHashTable *roots;          /* (nullable): set of names of switches: roots of their spanning trees */
  GHashTable *storms;         /* (nullable): set of names of switches and hubs in which frames circle */
  GHashTable *captured; /* (nullable): name of a cable → GINT of a mask of its ends: their frames are shown */
  GHashTable *selection;      /* (nullable): set of names of devices, cables and notes */
  double zoom;                /* 1.0 = 100 % */
  guint show;                 /* of VbetShow */
  const VbetOverlay *overlay; /* (nullable) */
  double text_scale;          /* of all texts; 0: 1 */
  VbetMeasure measure;        /* (nullable): NULL: estimates */
  gpointer measure_data;
  GHashTable *only; /* (nullable): set of names of devices: nothing but them and their cables is shown */
} VbetViewInput;

typedef enum {
  VBET_ITEM_NOTE,   /* @text in @bounds, in @colour; with VBET_ITEM_FRAME a frame around devices */
  VBET_ITEM_CABLE,  /* a quadratic curve @a, @control, @b */
  VBET_ITEM_WIRE,   /* a cable that is being drawn: @a to @b */
  VBET_ITEM_DEVICE, /* a tile around @a */
  VBET_ITEM_TEXT,   /* @text, lines centred below @a (@style NAME, DETAIL) or around it (others) */
  VBET_ITEM_HANDLE, /* a grip around @a: @handle, @number */
  VBET_ITEM_GHOST,  /* a device, note or frame (@flags) that would be placed in @bounds */
  VBET_ITEM_BAND,   /* a rubber band: @bounds */
  VBET_ITEM_GUIDE,  /* a line from @a to @b through things that stand in a row */
} VbetItemKind;

/* What a handle is of. */
typedef enum {
  VBET_HANDLE_FREE, /* a NIC without a cable; @number: the NIC */
  VBET_HANDLE_USED, /* a NIC with one; @number: the NIC */
  VBET_HANDLE_NEW,  /* a NIC that the device would be given; @number: 0 */
  VBET_HANDLE_END,  /* of a cable; @number: 0 or 1 */
  VBET_HANDLE_SIZE, /* of a frame; @number: 0 to 7, clockwise from the upper left corner */
} VbetHandleKind;

typedef enum {
  VBET_ITEM_SELECTED = 1 << 0,
  VBET_ITEM_HOVERED = 1 << 1,
  VBET_ITEM_TARGET = 1 << 2,
  VBET_ITEM_DOWN = 1 << 3,    /* a cable with up=no */
  VBET_ITEM_LOOSE_A = 1 << 4, /* this end of the cable is in no NIC */
  VBET_ITEM_LOOSE_B = 1 << 5,
  VBET_ITEM_RUNNING = 1 << 6,     /* of a lab that runs */
  VBET_ITEM_FRAME = 1 << 7,       /* a note with a size */
  VBET_ITEM_EDITING = 1 << 8,     /* its text is being edited in place */
  VBET_ITEM_AWAY = 1 << 9,        /* lifted, or on its way: it is shown above the rest meanwhile */
  VBET_ITEM_STORM = 1 << 10,      /* a cable in which frames circle */
  VBET_ITEM_CAPTURED_A = 1 << 11, /* a cable whose frames are captured at this end */
  VBET_ITEM_CAPTURED_B = 1 << 12,
  VBET_ITEM_BLOCKED_A = 1 << 13, /* a cable of which the spanning tree blocks this end */
  VBET_ITEM_BLOCKED_B = 1 << 14,
  VBET_ITEM_AIR = 1 << 16,     /* a cable that stands for the air between an access point and a host */
  VBET_ITEM_ALARMED = 1 << 15, /* a device of a running lab with which something is wrong */
} VbetItemFlags;

/* What the lamp at the end of a cable shows. */
typedef enum {
  VBET_LED_NONE,    /* the lab does not run, or nothing is known */
  VBET_LED_DARK,    /* no carrier */
  VBET_LED_CARRIER, /* steady */
  VBET_LED_TRAFFIC, /* blinks */
} VbetLed;

/* Steps of the load of a cable: two a power of ten from 1 kbit/s to 1 Gbit/s. */
#define VBET_LOAD_MAX 12

typedef struct {
  VbetItemKind kind;
  guint flags;           /* of VbetItemFlags */
  char *name;            /* (nullable): device, cable or note it stands for */
  VbetKind device_kind;  /* DEVICE, GHOST */
  VbetDeviceState state; /* DEVICE */
  VbetTextStyle style;   /* TEXT */
  char *text;            /* (nullable) */
  char *icon;            /* DEVICE (nullable): name of a picture in place of the one of its kind */
  char *colour;          /* DEVICE, NOTE (nullable): as color= says it */
  VbetHandleKind handle; /* HANDLE */
  guint number;          /* HANDLE */
  VbetPoint a;
  VbetPoint control;
  VbetPoint b;
  VbetPoint title;    /* NOTE: width and height of its text */
  VbetPoint lamps[2]; /* CABLE: where the lamps at its ends are */
  VbetLed leds[2];    /* CABLE */
  guint8 load[2];     /* CABLE: 0 for nothing, to VBET_LOAD_MAX; direction 0 is from @a to @b */
  VbetRect bounds;    /* of all it covers */
} VbetItem;

/* Where the items are, so that those near a place are found without looking at all. */
typedef struct VbetViewIndex VbetViewIndex;

typedef struct {
  GPtrArray *items;    /* of VbetItem, back to front: what the lab is */
  GPtrArray *tool;     /* of VbetItem, above them, back to front: what a tool is in the middle of */
  GHashTable *objects; /* name → VbetItem of a device, cable or note */
  double zoom;
  double text_scale;
  guint level;          /* private: how much of the texts is in it */
  guint roots;          /* private: hash of the set of roots */
  GStringChunk *texts;  /* private: owns what @items point to */
  VbetViewIndex *index; /* private */
} VbetView;

/** vbet_view_new: Returns: (transfer full): the display list; keeps nothing of @input. */
VbetView *vbet_view_new (const VbetViewInput *input);
/** vbet_view_free: @self: (nullable) */
void vbet_view_free (VbetView *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetView, vbet_view_free)

/* Called for each part of a view that looks different now, in lab units. */
typedef void (*VbetDamage) (VbetRect rect, gpointer data);

/** vbet_view_set_marks: takes selection, states, whether the lab runs, and what is hovered or aimed at from
 * @input, which is else the one that @self was made from. @damage: (nullable). */
void vbet_view_set_marks (VbetView *self, const VbetViewInput *input, VbetDamage damage, gpointer data);
/** vbet_view_set_tool: takes what a tool is in the middle of from @input; a move is not shown. */
void vbet_view_set_tool (VbetView *self, const VbetViewInput *input);
/** vbet_view_set_traffic: takes lamps and load from @input. Returns: FALSE when that is not enough because
 * texts come or go: make a new view. */
gboolean vbet_view_set_traffic (VbetView *self, const VbetViewInput *input, VbetDamage damage, gpointer data);
/** vbet_view_set_away: marks the devices in @names (a set; nullable: none) and their cables as on their way.
 */
void vbet_view_set_away (VbetView *self, const VbetViewInput *input, GHashTable *names, VbetDamage damage,
                         gpointer data);
/** vbet_view_set_zoom: Returns: FALSE when other texts are to be shown at that zoom: make a new view. */
gboolean vbet_view_set_zoom (VbetView *self, double zoom);
/** vbet_view_compare: calls @damage for all that is in one of the two views only. */
void vbet_view_compare (const VbetView *before, const VbetView *after, VbetDamage damage, gpointer data);

/** vbet_item_extent: what drawing it can touch: its bounds, outlines and badges. */
VbetRect vbet_item_extent (const VbetItem *self);
/** vbet_view_near: the numbers of the items whose extent touches @rect, rising.
 * @ret_numbers: (out caller-allocates) (element-type guint): emptied first. */
void vbet_view_near (const VbetView *self, VbetRect rect, GArray *ret_numbers);
/** vbet_view_limits: what all extents together cover. */
VbetRect vbet_view_limits (const VbetView *self);

/** vbet_view_bounds: what all of it covers; an empty rectangle around (0, 0) when there is nothing. */
VbetRect vbet_view_bounds (const VbetView *self);

/**
 * vbet_view_hit:
 * @x, @y: in lab units
 *
 * Targets are at least 24 pixels wide at any zoom.
 *
 * Returns: (nullable): the topmost handle, device, cable or note there; of a frame only its border and title
 * count.
 */
const VbetItem *vbet_view_hit (const VbetView *self, double x, double y);

/** vbet_view_find: Returns: (nullable): the device, cable or note called @name. */
const VbetItem *vbet_view_find (const VbetView *self, const char *name);

/** vbet_view_within: Returns: (transfer full): NULL-terminated names of the devices whose middle is in @band,
 * and of the notes that are all in it. */
char **vbet_view_within (const VbetView *self, VbetRect band);

/** vbet_view_contents: Returns: (transfer full): set of @names and of all that the frames among them hold. */
GHashTable *vbet_view_contents (const VbetView *self, GHashTable *names);

/* Where a device offers a NIC. */
typedef struct {
  guint nic; /* from 1; 0: a new one */
  VbetHandleKind kind;
  VbetPoint at;
} VbetNicHandle;

/** vbet_view_nic_handles: Returns: (transfer full) (element-type VbetNicHandle): around @device's tile: used
 * NICs where their cables come in, the others where there is room. */
GArray *vbet_view_nic_handles (const VbetView *self, const VbetDevice *device);

/** vbet_view_to_text: Returns: (transfer full): one line an item, for tests: "device r1 router off (120,200)
 * selected". */
char *vbet_view_to_text (const VbetView *self);

/** vbet_item_lens: where on a CABLE the lens of captures at @end stands. */
VbetPoint vbet_item_lens (const VbetItem *self, guint end);

/** vbet_item_point: the point of a CABLE's curve at @t, 0 to 1. */
VbetPoint vbet_item_point (const VbetItem *self, double t);
