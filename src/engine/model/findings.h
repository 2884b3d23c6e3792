/* findings.h - the codes of what elaboration can find wrong, in one place.
 *
 * A code never changes its meaning; a new finding gets a new code. E001 to
 * E039 and W001 to W009 belong to the syntax (language/). vbet-language(5)
 * lists them all, and a test compares it with the table below. Pure.
 */
#pragma once

#include <glib.h>

#define VBET_E_CALL "E040"
#define VBET_E_KIND "E041"
#define VBET_E_KEY "E042"
#define VBET_E_NAME "E043"
#define VBET_E_MISSING "E044"
#define VBET_E_TOO_MANY "E045"
#define VBET_E_OBJECT "E046"
#define VBET_E_TYPE "E047"
#define VBET_E_RANGE "E048"
#define VBET_E_TWICE "E049"
#define VBET_E_CHOICE "E050"
#define VBET_E_CONTENT "E051"
#define VBET_E_TAKEN "E052"
#define VBET_E_BAD_NAME "E053"
#define VBET_E_NAMELESS "E054"
#define VBET_E_STEP_ONLY "E055"
#define VBET_E_STATEMENT "E056"
#define VBET_E_THIRD_END "E057"
#define VBET_E_NIC_BUSY "E058"
#define VBET_E_NIC_TAKEN "E059"
#define VBET_E_SELF "E060"
#define VBET_E_NIC_NUMBER "E061"
#define VBET_E_NO_FREE_NIC "E062"
#define VBET_E_LINK_MANY "E063"
#define VBET_E_REGEX "E064"
#define VBET_E_PATH "E065"
#define VBET_E_FILE_TWICE "E066"
#define VBET_E_PREFIX "E067"
#define VBET_E_ADDRESS "E068"
#define VBET_E_MAC "E069"
#define VBET_E_WRONG_DEVICE "E070"
#define VBET_E_NO_ADDRESS "E071"
#define VBET_E_NOT_PLUGGED "E072"
#define VBET_E_LIMIT "E073"
#define VBET_E_UNTITLED "E074"
#define VBET_E_PORT_TAKEN "E075"

#define VBET_W_SAME_ADDRESS "W010"
#define VBET_W_OUTSIDE "W011"
#define VBET_W_NETWORK_ADDRESS "W012"
#define VBET_W_SAME_MAC "W013"
#define VBET_W_NO_EFFECT "W014"
#define VBET_W_GATEWAY "W015"
#define VBET_W_LOOSE_NIC "W016"
#define VBET_W_EMPTY_STEP "W017"
#define VBET_W_FORWARD "W018"
#define VBET_W_LEADS_NOWHERE "W019"
#define VBET_W_MTU "W020"
#define VBET_W_NATIVE_VLAN "W021"
#define VBET_W_TRUNK "W022"
#define VBET_W_TWO_DHCP "W023"
#define VBET_W_OSPF "W024"
#define VBET_W_ROUTER_ID "W025"

typedef struct {
  const char *code;
  const char *meaning; /* as vbet-language(5) says it */
} VbetFindingSpec;

/** vbet_findings_specs: @ret_size: (out): number of rows. Returns: (array length=ret_size): codes in rising
 * order. */
const VbetFindingSpec *vbet_findings_specs (guint *ret_size);
