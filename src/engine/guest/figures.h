/* figures.h - what a guest says of its own resources, read strictly: a guest is hostile. Pure. */
#pragma once

#include <glib.h>

#define VBET_FIGURES_NICS 64        /* that are read of one guest */
#define VBET_FIGURES_TEXT_MAX 65536 /* bytes of its answer that are read */

typedef struct {
  guint index; /* from 1 */
  guint64 rx_bytes;
  guint64 rx_packets;
  guint64 rx_dropped; /* with errors */
  guint64 tx_bytes;
  guint64 tx_packets;
  guint64 tx_dropped;
} VbetGuestNicFigures;

/* A figure that the guest did not tell is negative. */
typedef struct {
  gint64 memory_total; /* bytes */
  gint64 memory_free;
  gint64 memory_available;
  double uptime;    /* seconds */
  double clock;     /* seconds since 1970 */
  double load;      /* processes that want to run, over the last minute */
  gint64 disk_size; /* bytes, of / */
  gint64 disk_used;
  gint64 disk_available;
  guint n_nics;
  VbetGuestNicFigures nics[VBET_FIGURES_NICS];
} VbetGuestFigures;

/** vbet_guest_figures_command: Returns: what a guest's shell is to run; its output is for
 * vbet_guest_figures_read(). */
const char *vbet_guest_figures_command (void);

/** vbet_guest_figures_read: @text: (array length=size): any bytes. */
void vbet_guest_figures_read (VbetGuestFigures *self, const char *text, gsize size);
