/* inspector-private.h - what the inspector's files share: inspector.c (life, keeping up), inspector-form.c
 * (fields and NICs), inspector-head.c (name, power, the lab). */
#pragma once

#include "gui/panes/field.h"
#include "gui/panes/inspector.h"
#include "gui/panes/network.h"
#include "gui/panes/resources.h"

/* Fields about the same objects. */
typedef struct {
  VbetInspector *inspector;
  VbetObject *objects; /* names owned */
  guint size;
  GPtrArray *fields;    /* of VbetField, borrowed */
  GtkSizeGroup *labels; /* so that the editors stand in a column */
} VbetFormSection;

struct _VbetInspector {
  GtkBox parent_instance;
  VbetSession *session; /* owned */
  VbetRunner *runner;   /* owned */

  /* the head */
  GtkWidget *name;  /* entry: of one device */
  GtkWidget *title; /* label: of all else */
  GtkWidget *subtitle;
  GtkWidget *name_reason;
  GtkWidget *power;   /* box */
  GtkWidget *restart; /* bar: a change waits for a restart */
  GtkWidget *restart_button;
  char *renaming; /* (nullable): the device whose name is in @name */

  GtkWidget *switcher; /* between the stack's pages */
  GtkWidget *stack;    /* "settings", "live" */
  VbetResources *resources;
  VbetNetwork *network; /* of a switch, in "live" */
  VbetNetwork *outside; /* of a gateway or TAP device, in "settings" */
  GtkWidget *traffic;   /* (nullable): grid in the form of a cable */
  VbetMeasurements *measurements;
  GtkWidget *measured; /* (nullable): VbetMeasured in the form of a cable */
  GtkWidget *form;     /* what is made anew for each selection */
  GtkWidget *reason;   /* label: why a button did nothing */
  GPtrArray *sections; /* of VbetFormSection */
  char *wanted_focus;  /* (nullable): accessible name of what gets the keyboard when the form was made anew */
  char *shape;         /* what @form was made for */
  gboolean all_nics;   /* also where there are very many */
  GHashTable *open;    /* set of names of the expanders that are open */
  gboolean updating;
  gboolean rebuilding; /* what the form's parts do while they go is not the user's */
  guint idle;          /* source */
};

/* inspector-form.c */
void _vbet_inspector_section_free (VbetFormSection *section);
/** _vbet_inspector_fill: makes the form for what is selected. */
void _vbet_inspector_fill (VbetInspector *self, const VbetObject *objects, guint size);
/** _vbet_inspector_update_fields: shows what is written now in the fields there are. */
void _vbet_inspector_update_fields (VbetInspector *self);

/** _vbet_inspector_update_traffic: of the cable that is shown, if one is. */
void _vbet_inspector_update_traffic (VbetInspector *self, const VbetObject *objects, guint size);

/* inspector-cable.c */
/** _vbet_inspector_add_presets: a button with ready-made lines. */
void _vbet_inspector_add_presets (VbetInspector *self, const VbetCable *cable, GtkWidget *box);

/* inspector-outside.c */
/** _vbet_inspector_add_gateway: what it gives, and its forwarded ports as a table. */
void _vbet_inspector_add_gateway (VbetInspector *self, const VbetDevice *device, GtkWidget *box);

/* inspector-head.c */
void _vbet_inspector_make_head (VbetInspector *self);
void _vbet_inspector_update_head (VbetInspector *self, const VbetObject *objects, guint size);
/** _vbet_inspector_fill_lab: makes the form for no selection: what the lab has. */
void _vbet_inspector_fill_lab (VbetInspector *self);
/** _vbet_inspector_flush_name: as vbet_field_flush(), of the name. */
void _vbet_inspector_flush_name (VbetInspector *self);
/** _vbet_inspector_end_text: Returns: (transfer full): "r1 eth0", "switch1, port 2". */
char *_vbet_inspector_end_text (VbetInspector *self, const VbetCableEnd *end);

/* inspector.c */
void _vbet_inspector_fail (VbetInspector *self, const char *reason);
