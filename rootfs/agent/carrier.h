/* carrier.h - link state as the engine says it, for NICs whose driver knows no carrier. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CARRIER_NICS_MAX 256

/* What the engine said of NIC @index; a NIC it never said anything of is left alone. */
typedef struct {
  unsigned index;
  bool carrier;
} CarrierWish;

typedef struct {
  int watch;   /* rtnetlink, link changes; -1 where there is none */
  int request; /* rtnetlink, for changes */
  int count;
  CarrierWish wishes[CARRIER_NICS_MAX];
  bool states_asked;                   /* whether somebody wants to know @state */
  uint8_t state[CARRIER_NICS_MAX + 1]; /* by index: 0: not there, 1: set down, 2: set up */
} Carrier;

int carrier_open (Carrier *carrier);
/** carrier_set: Returns: 0, also when the NIC is not there yet (it is remembered), or -errno. */
int carrier_set (Carrier *carrier, unsigned index, bool state);
/** carrier_ask: fills in @state, and keeps it right from now on. */
void carrier_ask (Carrier *carrier);
/** carrier_watch: reads link changes and sets right what does not agree with the engine's word. */
void carrier_watch (Carrier *carrier);
