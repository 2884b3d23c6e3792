/* consent.h - may a lab use what it names of this computer? Asked once, before its first run. */
#pragma once

#include "cli/lab-file.h"

/* What the command line says of it. */
typedef struct {
  gboolean trust;    /* --trust */
  gboolean isolated; /* --isolated */
} VbetConsent;

/* The options, as rows of a command's table. */
#define VBET_CONSENT_TRUST(consent)                                                                          \
  {                                                                                                          \
    "trust", 0, 0, G_OPTION_ARG_NONE, &(consent).trust,                                                      \
        "Let the lab use what it names of this computer, and do not ask again", NULL                         \
  }
#define VBET_CONSENT_ISOLATED(consent)                                                                       \
  {                                                                                                          \
    "isolated", 0, 0, G_OPTION_ARG_NONE, &(consent).isolated,                                                \
        "Run the lab without anything of this computer that it names", NULL                                  \
  }

/**
 * vbet_consent_needed: Returns: whether somebody has to be asked about @file: it names something of this computer, did
 * not come with vBET, was not allowed before, and neither --trust nor $VBET_TRUST allows it.
 */
gboolean vbet_consent_needed (const VbetLabFile *file, const VbetConsent *consent);

/**
 * vbet_consent_ask:
 * @consent: (inout): isolated is set when that is the answer
 * @isolable: whether it can be
 *
 * Asks if it is needed and there is a terminal. A yes, and --trust, are remembered.
 *
 * Returns: FALSE when the lab may not run, which has been said, with the remedy.
 */
gboolean vbet_consent_ask (const VbetLabFile *file, VbetConsent *consent, gboolean isolable);
