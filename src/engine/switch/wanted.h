/* wanted.h - what the engine wants the switch to be: records kept by the client, and the commands that say so.
 *
 * Only for switch/client.c. Descriptors in these records are the kept ones:
 * they stay open when the switch process ends and are given to the next.
 */
#pragma once

#include <gio/gio.h>

#include "engine/host/listener.h"
#include "engine/switch/client.h"

/* A stock guest's control connection. */
typedef struct {
  guint64 serial;
  int control_fd;
  int data_fd; /* -1: has not asked for a port yet */
} WantedStock;

typedef struct {
  VbetSwitchClient *client;
  char *device;
  char *relay;
  VbetSwitchBridgeSettings settings;
  VbetListener *listener; /* NULL: no control socket */
  GQueue stocks;          /* of WantedStock, oldest first */
} WantedBridge;

typedef struct {
  VbetSwitchClient *client;
  char *device;
  guint nic;
  char *cable;                     /* in this endpoint; NULL: none */
  char *bridge;                    /* NULL: a guest's port, with the rest */
  VbetSwitchPortSettings settings; /* of a bridge's port */
  guint mtu;
  VbetListener *listener;       /* NULL: of a gateway, TAP or remote, which the engine connects itself */
  VbetListener *vhost_listener; /* NULL: no vhost-user */
  guint8 mac[6];                /* for vhost-user, as the next but one */
  gboolean no_carrier;          /* for vhost-user and UDP */
  guint speed;                  /* for vhost-user: Mbit/s */
  gboolean vhost;               /* the connection is one */
  gboolean given;               /* a process got it */
  gboolean was_vhost;           /* the latest connection was one; it may have ended */
  gboolean udp;                 /* the connection is a UDP socket, with the next three */
  gint64 vni;                   /* -1: no VXLAN */
  char *to;                     /* (nullable): with VXLAN: a socket address in base64 */
  VbetSwitchFarEnd far_end;
  char *far_lab;   /* (nullable): of @far_end */
  GPtrArray *kept; /* of WantedMessage: what the guest's kernel said by it, in order; NULL: nothing */
  guint64 serial;  /* of the connection */
  guint tries;     /* how often the switch could not take the connection */
  guint retry;     /* source that gives it once more; 0 */
  int fd;          /* -1: nobody connected */
} WantedPort;

#define WANTED_MESSAGE_FDS 8
#define WANTED_MESSAGES_MAX 64 /* a port; a guest's kernel needs about 15 */

/* A vhost-user message with its descriptors. */
typedef struct {
  guint64 key; /* of two with the same, the later one counts */
  char *text;  /* base64 */
  int fds[WANTED_MESSAGE_FDS];
  guint n_fds;
} WantedMessage;

typedef struct {
  char *name;
  char *device[2];
  guint nic[2];
  VbetCableSettings settings;
} WantedCable;

/* Somebody reads the frames of a cable. */
typedef struct {
  guint64 serial;
  char *cable;
  char *names[2]; /* of the interfaces, by end; "": this end is not captured */
  guint snaplen;  /* bytes */
  GArray *filter; /* (nullable) of guint32: code, jt, jf, k of each instruction */
  int fd;         /* the reader's connection */
  gboolean begun; /* a process had it */
} WantedCapture;

/* Whose the lab is. */
typedef struct {
  VbetSwitchIdentity is;
  char *lab; /* of @is */
} WantedIdentity;

/** wanted_identity_new: Returns: (transfer full): a copy. */
WantedIdentity *wanted_identity_new (const VbetSwitchIdentity *identity);
/** wanted_identity_free: @self: (nullable) */
void wanted_identity_free (WantedIdentity *self);
/** wanted_capture_free, wanted_stock_free, wanted_bridge_free, wanted_port_free, wanted_cable_free: @data: one of
 * these; closes the descriptors that it keeps. */
void wanted_capture_free (gpointer data);
void wanted_stock_free (gpointer data);
void wanted_bridge_free (gpointer data);
void wanted_port_free (gpointer data);
void wanted_cable_free (gpointer data);

/** wanted_bridge_find_stock: Returns: (nullable) (transfer none). */
WantedStock *wanted_bridge_find_stock (WantedBridge *self, guint64 serial);
/** wanted_bridge_evict: takes out, for freeing, the oldest of @limit stock guests that never asked for a port. */
WantedStock *wanted_bridge_evict (WantedBridge *self, guint limit);

/** wanted_port_keep: @fds: (array length=n_fds): those that are kept become -1. */
void wanted_port_keep (WantedPort *self, const char *text, int *fds, guint n_fds);
/** wanted_port_disconnect: closes the connection and all that came by it. */
void wanted_port_disconnect (WantedPort *self);
/** wanted_port_set_accepting: whether its listening sockets, if any, take connections now. */
void wanted_port_set_accepting (WantedPort *self, gboolean accepting);

/** wanted_port_hash, wanted_port_equal: of a hash table of WantedPort that are their own keys. */
guint wanted_port_hash (gconstpointer key);
gboolean wanted_port_equal (gconstpointer a, gconstpointer b);

/* --- commands: JSON text, (transfer full); see src/switch/control.h ------------------ */

/** wanted_identity_text, wanted_bridge_add_text, wanted_bridge_set_text, wanted_stock_text, wanted_port_add_text,
 * wanted_port_set_text, wanted_port_connect_text, wanted_port_replay_text, wanted_port_link_text,
 * wanted_port_remove_text, wanted_cable_add_text, wanted_cable_set_text, wanted_capture_add_text,
 * wanted_capture_remove_text, wanted_measure_text, wanted_measure_cancel_text: @id: of the command, by which it is
 * answered; 0: it is not. @duration: nanoseconds. */
char *wanted_identity_text (const WantedIdentity *self, gint64 id);
char *wanted_bridge_add_text (const WantedBridge *self, gint64 id);
char *wanted_bridge_set_text (const WantedBridge *self, gint64 id);
char *wanted_stock_text (const WantedBridge *bridge, const char *op, guint64 serial, gint64 id);
char *wanted_port_add_text (const WantedPort *self, gint64 id);
char *wanted_port_set_text (const WantedPort *self, gint64 id);
char *wanted_port_connect_text (const WantedPort *self, gint64 id);
char *wanted_port_replay_text (const WantedPort *self, const WantedMessage *message, gint64 id);
char *wanted_port_link_text (const WantedPort *self, gint64 id);
char *wanted_port_remove_text (const WantedPort *self, gint64 id);
char *wanted_cable_add_text (const WantedCable *self, gint64 id);
char *wanted_cable_set_text (const WantedCable *self, gint64 id);
char *wanted_capture_add_text (const WantedCapture *self, gint64 id);
char *wanted_capture_remove_text (guint64 serial, gint64 id);
char *wanted_measure_text (const char *cable, guint64 serial, guint count, double duration, gint64 id);
char *wanted_measure_cancel_text (guint64 serial, gint64 id);
/** wanted_plain_text: {"id","op"} and, unless @key is NULL, one string. */
char *wanted_plain_text (const char *op, const char *key, const char *value, gint64 id);
