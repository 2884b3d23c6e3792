/* service-private.h - what the files of the service share: requests, and tables of methods. */
#pragma once

#include "engine/room.h"
#include "engine/rpc-server.h"
#include "engine/service.h"

struct _VbetService {
  GObject parent_instance;
  VbetLab *lab;
  VbetRpcServer *server;
  GHashTable *requests; /* of VbetRequest: those that wait for their answer */
  GQueue costly;        /* of VbetRequest: those among them that wait for the one before to be done */
  struct _VbetRequest *busy_with; /* (nullable): that one */
  guint costly_source;            /* that begins the next; 0 */
  VbetRoom *held;                 /* what is kept for them */
  VbetPeer *stopper;              /* (nullable): who stopped the lab, until it has its answer */
  guint stop_timeout;             /* source; 0 */
};

/* What a guest has sent for one request, in base64 already. */
typedef struct {
  GByteArray *text;
  gsize size; /* bytes that it stands for */
  gint state; /* of g_base64_encode_step() */
  gint save;
} VbetCollected;

/* One request that waits for its answer. */
typedef struct _VbetRequest {
  VbetService *service;
  const struct _VbetMethod *method;
  VbetPeer *client;
  GVariant *id;
  GVariant *params;          /* a{sv}; empty once _vbet_request_release() was called */
  gsize held;                /* bytes of the service's room */
  GCancellable *cancellable; /* cancelled when the client is gone */
  gint64 began;              /* of a costly one: of vbet_rpc_server_clock() */

  /* device.exec, device.get: */
  VbetGuest *guest;            /* (nullable) */
  guint job;                   /* of @guest; 0 */
  char *stream;                /* (nullable): the client wants the output as it comes */
  VbetCollected *collected[2]; /* (nullable): else */
  gboolean truncated;
  gboolean paused; /* the job, until the client has read */
  gsize ahead;     /* bytes that it said all the same */
  guint timeout;   /* source; 0 */
  GError *failure; /* (nullable): why we have cancelled it */
} VbetRequest;

typedef enum {
  VBET_METHOD_LATER,   /* answered at once or later */
  VBET_METHOD_AT_ONCE, /* always at once: so it may also be asked for when no more can be under way */
  VBET_METHOD_COSTLY,  /* later, and takes the engine milliseconds: one at a time, whoever asks */
} VbetMethodKind;

typedef struct _VbetMethod {
  const char *name;
  void (*handle) (VbetRequest *request); /* answers or refuses; never blocks */
  VbetMethodKind kind;
} VbetMethod;

/* Each ends with a row of NULL. */
extern const VbetMethod _vbet_service_lab_methods[];
extern const VbetMethod _vbet_service_device_methods[];
extern const VbetMethod _vbet_service_cable_methods[];

/** _vbet_request_free: ends @request without an answer. */
void _vbet_request_free (VbetRequest *request);
/** _vbet_request_answer: with @result (transfer full, or floating); ends @request, as do the next two. */
void _vbet_request_answer (VbetRequest *request, GVariant *result);
void _vbet_request_answer_nothing (VbetRequest *request);
/** _vbet_request_refuse: @error: consumed */
void _vbet_request_refuse (VbetRequest *request, GError *error);
/** _vbet_request_hold: Returns: whether there is room for @size bytes more, which @request holds until it
 * ends. */
gboolean _vbet_request_hold (VbetRequest *request, gsize size);
/** _vbet_request_release: nobody needs the parameters any more, nor what they hold. */
void _vbet_request_release (VbetRequest *request);
/** _vbet_request_no_room: Returns: (transfer full): the error of a request for which there is no room. */
GError *_vbet_request_no_room (void);
/** _vbet_request_text: Returns: (transfer full): a text parameter; NULL after having refused. */
char *_vbet_request_text (VbetRequest *request, const char *key);
/** _vbet_request_guest: Returns: the guest a request is about; NULL after having refused. */
VbetGuest *_vbet_request_guest (VbetRequest *request);
/** _vbet_request_on_lab_answer: a GAsyncReadyCallback of the lab's methods; @data: the request that it
 * answers */
void _vbet_request_on_lab_answer (GObject *source, GAsyncResult *result, gpointer data);
double _vbet_request_number (GVariant *params, const char *key, double fallback);
gboolean _vbet_request_flag (GVariant *params, const char *key, gboolean fallback);

/** _vbet_service_notify: tells all clients. @params: (transfer full), or floating */
void _vbet_service_notify (VbetService *self, const char *method, GVariant *params);
/** _vbet_service_forget: @request ends: if it is costly, the next may begin. */
void _vbet_service_forget (VbetService *self, VbetRequest *request);
/** _vbet_service_finish_after: "finished" once @client has taken what waits for it. */
void _vbet_service_finish_after (VbetService *self, VbetPeer *client);

/* service-device.c */
void _vbet_collected_free (VbetCollected *self);
/** _vbet_service_client_reads: commands that were paused for @client go on when it has read enough. */
void _vbet_service_client_reads (VbetService *self, VbetPeer *client);
