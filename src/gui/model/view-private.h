/* view-private.h - what the files of the view model share. */
#pragma once

#include "gui/model/view.h"

/* Sizes of text, in lab units. */
#define NAME_SIZE 13.0
#define HANDLE_RADIUS 10.0
#define NOTE_PADDING 10.0 /* between a note's edge and its text */

#define VBET_VIEW_TILE_HALF (VBET_VIEW_TILE / 2)
#define VBET_VIEW_LINE_HEIGHT 1.35
/* Below these zooms small text says nothing and costs much. */
#define VBET_VIEW_NAME_ZOOM 0.3
#define VBET_VIEW_DETAIL_ZOOM 0.6
#define VBET_VIEW_END_ZOOM 0.8

typedef struct VbetOccupied VbetOccupied;

/* What building the list needs at hand. */
typedef struct {
  const VbetViewInput *input;
  guint level;           /* how many of the zooms above are reached */
  GHashTable *index;     /* device name → position + 1 */
  GHashTable *pair_size; /* "a b" → number of cables between a and b */
  GHashTable *pair_used; /* "a b" → number of them already placed */
  VbetOccupied *taken;   /* where texts and tiles are already */
  VbetView *view;
} VbetViewBuilder;

/* --- view.c --- */

/* @name: (nullable): copied. */
VbetItem *_vbet_view_add (VbetViewBuilder *self, VbetItemKind kind, const char *name);
/* A text below @at (NAME, DETAIL) or around it (others); @size: (nullable): what _vbet_view_measure() said.
 */
VbetItem *_vbet_view_add_text (VbetViewBuilder *self, VbetTextStyle style, const char *name, const char *text,
                               VbetPoint at);
/* The size of a text, with the text scale in it: a rectangle around (0, 0). */
VbetRect _vbet_view_measure (const VbetViewInput *input, VbetTextStyle style, const char *text);
/* Where device @name is shown; NULL as name: FALSE. */
gboolean _vbet_view_position (VbetViewBuilder *self, const char *name, VbetPoint *ret);
/* Where what stands at @point is shown while a tool moves things. */
VbetPoint _vbet_view_displaced (const VbetViewInput *input, const char *name, VbetPoint point);
/* Selected, hovered, target, running and edited, as @input has it for @name. */
guint _vbet_view_marks (const VbetViewInput *input, const char *name);
void _vbet_view_free_item (gpointer item);

/* --- view-cables.c --- */

void _vbet_view_add_cables (VbetViewBuilder *self);
/* Once everything else has its place. */
void _vbet_view_add_cable_texts (VbetViewBuilder *self);
/* A number that is another when the roots are others. */
guint _vbet_view_roots_hash (const VbetViewInput *input);
/* Lamps, load and marks of a cable between two devices. */
void _vbet_view_read_traffic (const VbetViewInput *input, VbetItem *item);
/* Returns: (transfer full) (nullable): "→ 940 Mbit/s". */
char *_vbet_view_load_text (const VbetViewInput *input, const VbetItem *item);

/* --- view-index.c --- */

void _vbet_view_make_index (VbetView *self);
void _vbet_view_index_free (VbetViewIndex *index);

/* Rectangles that are taken. */
VbetOccupied *_vbet_occupied_new (void);
void _vbet_occupied_free (VbetOccupied *self);
void _vbet_occupied_add (VbetOccupied *self, VbetRect rect);
gboolean _vbet_occupied_touches (const VbetOccupied *self, VbetRect rect);
