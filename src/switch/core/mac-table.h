/* mac-table.h - which port an address was last heard on; bounded, no allocation per entry.
 *
 * The table has a fixed number of slots in buckets of eight. An address can
 * only be in the bucket its hash names, so learning and looking up touch two
 * cache lines at most and never search or resize. When a bucket is full, a
 * forgotten (aged) entry goes first; else the victim is taken from the port
 * with the most entries in the whole table, the longest silent one. So a port
 * that floods made-up addresses pushes out its own and nobody else's, unless
 * everybody has as many.
 *
 * Time is a number the caller gives, in nanoseconds, never going back.
 */
#pragma once

#include <glib.h>

#define VBET_MAC_TABLE_PORTS 4096 /* ports are numbered below this */

typedef struct VbetMacTable VbetMacTable;

/**
 * vbet_mac_table_new:
 * @capacity: addresses; rounded up to a power of two, at least 8
 * @ageing: nanoseconds after which a silent address is forgotten; 0: nothing is ever remembered
 * @seed: makes bucket choice unpredictable to those who send frames
 */
VbetMacTable *vbet_mac_table_new (guint capacity, gint64 ageing, guint64 seed);
/** vbet_mac_table_free: @self: (nullable) */
void vbet_mac_table_free (VbetMacTable *self);

/** vbet_mac_table_set_ageing: @ageing: nanoseconds without being heard after which an address is forgotten. */
void vbet_mac_table_set_ageing (VbetMacTable *self, gint64 ageing);
/** vbet_mac_table_get_ageing: Returns: nanoseconds. */
gint64 vbet_mac_table_get_ageing (const VbetMacTable *self);

/** vbet_mac_table_learn: @mac was heard on @port; moves it there if it was elsewhere. @mac is no group
 * address. */
void vbet_mac_table_learn (VbetMacTable *self, guint64 mac, guint port, gint64 now);

/** vbet_mac_table_find: Returns: the port of @mac, or -1 when unknown or silent for the ageing time or
 * longer. */
gint vbet_mac_table_find (const VbetMacTable *self, guint64 mac, gint64 now);

/** vbet_mac_table_forget_port: drops every address of @port (unplugged, or gone). */
void vbet_mac_table_forget_port (VbetMacTable *self, guint port);

/** vbet_mac_table_get_evicted: Returns: how many addresses made room for others while still fresh. */
guint64 vbet_mac_table_get_evicted (const VbetMacTable *self);

/** vbet_mac_table_get_count: Returns: addresses in the table, also those silent for too long that still take
 * room. */
guint vbet_mac_table_get_count (const VbetMacTable *self);

/** vbet_mac_table_get_moved: Returns: how often an address was heard on another port than before. */
guint64 vbet_mac_table_get_moved (const VbetMacTable *self);

/** vbet_mac_table_get_capacity: Returns: how many addresses fit. */
guint vbet_mac_table_get_capacity (const VbetMacTable *self);

/** VbetMacTableVisit: @age: nanoseconds since @mac was last heard. */
typedef void (*VbetMacTableVisit) (guint64 mac, guint port, gint64 age, gpointer user_data);

/** vbet_mac_table_each: visits every address that is not forgotten, in no order. */
void vbet_mac_table_each (const VbetMacTable *self, gint64 now, VbetMacTableVisit visit, gpointer user_data);
