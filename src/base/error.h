/* error.h - the one GError domain of vBET's GLib code.
 *
 * Data-path code (src/switch) returns 0 or -errno instead; everything that
 * talks GLib reports through this domain, with a message that is one sentence
 * and names the remedy.
 */
#pragma once

#include <glib.h>

#define VBET_ERROR (vbet_error_quark ())

typedef enum {
  VBET_ERROR_FAILED,    /* anything without a more precise code */
  VBET_ERROR_USAGE,     /* wrong arguments from a user */
  VBET_ERROR_LANGUAGE,  /* the lab text has errors */
  VBET_ERROR_NOT_FOUND, /* no such device, cable, lab, image … */
  VBET_ERROR_EXISTS,    /* the lab already runs, the name is taken … */
  VBET_ERROR_STATE,     /* not possible in the present state (device off, NIC busy …) */
  VBET_ERROR_HOST,      /* the host lacks something: kernel, image, memory, disk, rights */
  VBET_ERROR_PROTOCOL,  /* a peer sent garbage or went away */
  VBET_ERROR_TIMEOUT,   /* a peer or guest did not answer in time */
  VBET_ERROR_CANCELLED,
} VbetErrorCode;

/** vbet_error_quark: the domain VBET_ERROR. */
GQuark vbet_error_quark (void);
