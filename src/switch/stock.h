/* stock.h - a stock guest's control connection to a bridge, from accept to the guest's end.
 *
 * The engine accepts connections on a bridge's control socket and passes them
 * on. Here the request is read, the data socket made, and the reply sent, all
 * at once, because the guest's kernel stands still until it has the reply.
 *
 * The order is chosen so that this process may die at any point: the request is
 * only peeked at; the data socket is given to the engine ("joined") before the
 * reply is sent; and only then the request is taken out of the connection. A
 * successor that gets the connection back finds either the request still there,
 * and answers it (with the data socket it got back, if there is one), or none,
 * and has nothing to do.
 */
#pragma once

#include <glib.h>

#include "switch/socket-port.h"

typedef struct VbetStock VbetStock;

typedef struct {
  /* The guest has a port now; @data_fd: its data socket, borrowed. */
  void (*joined) (const char *bridge, guint64 serial, int data_fd, gpointer user_data);
  /* The guest left or never spoke the protocol; @stock is to be freed by the callee. */
  void (*left) (VbetStock *stock, gpointer user_data);
} VbetStockCallbacks;

/**
 * vbet_stock_new:
 * @control_fd: the connection; taken, also on failure
 * @data_fd: -1, or the data socket from before a restart; taken, also on failure
 *
 * Returns: NULL with @ret_error (-errno) when there is no such bridge or no resources.
 */
VbetStock *vbet_stock_new (VbetIo *io, const char *bridge, guint64 serial, int control_fd, int data_fd,
                           const VbetStockCallbacks *callbacks, gpointer user_data, int *ret_error);
/** vbet_stock_free: removes the port and closes the connection. */
void vbet_stock_free (VbetStock *self);

/** vbet_stock_get_bridge: Returns: (transfer none): the switch that it is on. */
const char *vbet_stock_get_bridge (const VbetStock *self);
/** vbet_stock_get_serial: Returns: what it was made with. */
guint64 vbet_stock_get_serial (const VbetStock *self);

/** vbet_stock_event: the loop reports @events; may call left(). */
void vbet_stock_event (VbetStock *self, guint32 events);
