/* service-private.h - what the files of the service share: requests, and tables of methods. */
#pragma once

#include <jsonrpc-glib.h>

#include "engine/service.h"

struct _VbetService {
  GObject parent_instance;
  VbetLab *lab;
  GSocketService *listener;
  JsonrpcServer *server;
  GHashTable *clients;  /* JsonrpcClient → itself */
  GHashTable *measures; /* of VbetRequest: measurements that run */
  GHashTable *streams;  /* name of a streamed command → GCancellable */
};

/* One request that waits for its answer. */
typedef struct {
  VbetService *service;
  JsonrpcClient *client;
  GVariant *id;
  GVariant *params; /* a{sv} */
  char *stream;     /* device.exec: (nullable) */
  GCancellable *cancellable;
  guint timeout; /* device.exec: source; 0 */
  gboolean timed_out;
} VbetRequest;

typedef struct {
  const char *name;
  void (*handle) (VbetRequest *request); /* answers or refuses, at once or later; never blocks */
} VbetMethod;

/* Each ends with a row of NULL. */
extern const VbetMethod _vbet_service_lab_methods[];
extern const VbetMethod _vbet_service_device_methods[];
extern const VbetMethod _vbet_service_cable_methods[];

/** _vbet_request_free: ends @request without an answer. */
void _vbet_request_free (VbetRequest *request);
/** _vbet_request_answer: with @result, consumed when floating; ends @request, as do the next two. */
void _vbet_request_answer (VbetRequest *request, GVariant *result);
void _vbet_request_answer_nothing (VbetRequest *request);
/** _vbet_request_refuse: @error: consumed */
void _vbet_request_refuse (VbetRequest *request, GError *error);
/** _vbet_request_text: Returns: (transfer full): a text parameter; NULL after having refused. */
char *_vbet_request_text (VbetRequest *request, const char *key);
/** _vbet_request_guest: Returns: the guest a request is about; NULL after having refused. */
VbetGuest *_vbet_request_guest (VbetRequest *request);
/** _vbet_request_on_lab_answer: a GAsyncReadyCallback of the lab's methods; @data: the request that it
 * answers */
void _vbet_request_on_lab_answer (GObject *source, GAsyncResult *result, gpointer data);
double _vbet_request_number (GVariant *params, const char *key, double fallback);
gboolean _vbet_request_flag (GVariant *params, const char *key, gboolean fallback);

/** _vbet_service_notify: tells all clients. @params: consumed when floating */
void _vbet_service_notify (VbetService *self, const char *method, GVariant *params);
/** _vbet_service_cancel_measures: nobody waits for the measurements of @client any more. */
void _vbet_service_cancel_measures (VbetService *self, JsonrpcClient *client);
