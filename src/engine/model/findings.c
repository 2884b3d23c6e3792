/* findings.c - what each code of elaboration means. */
#include "config.h"

#include "engine/model/findings.h"

static const VbetFindingSpec specs[] = {
  { VBET_E_CALL, "No call has this name." },
  { VBET_E_KIND, "alloc() knows no such kind." },
  { VBET_E_KEY, "The object or call has no such key." },
  { VBET_E_NAME, "Nothing has this name." },
  { VBET_E_MISSING, "An argument is missing." },
  { VBET_E_TOO_MANY, "There are too many arguments." },
  { VBET_E_OBJECT, "The call needs something else here: a device, a NIC, a cable or a text." },
  { VBET_E_TYPE, "The value is of the wrong type for its key." },
  { VBET_E_RANGE, "The value is out of range." },
  { VBET_E_TWICE, "A key is given twice in one call, or a seed twice in one lab." },
  { VBET_E_CHOICE, "The value is none of those that the key allows." },
  { VBET_E_CONTENT, "The value is of the right type, but its content is malformed." },
  { VBET_E_TAKEN, "Two objects claim one name." },
  { VBET_E_BAD_NAME, "An object cannot have this name." },
  { VBET_E_NAMELESS, "What is on the right of '=' cannot be given a name, or has one already." },
  { VBET_E_STEP_ONLY, "The call may stand only inside a step." },
  { VBET_E_STATEMENT, "A statement does nothing, or may not stand where it stands." },
  { VBET_E_THIRD_END, "The cable has both ends plugged already." },
  { VBET_E_NIC_BUSY, "The NIC already has a cable." },
  { VBET_E_NIC_TAKEN, "The NIC already is in a device." },
  { VBET_E_SELF, "Both ends of a cable are in one NIC." },
  { VBET_E_NIC_NUMBER, "The device has no NIC of this number." },
  { VBET_E_NO_FREE_NIC, "The device has no free NIC left." },
  { VBET_E_LINK_MANY, "link() has more than two ends, and the first is no switch, hub or access point." },
  { VBET_E_REGEX, "The regular expression is malformed." },
  { VBET_E_PATH, "The path is not absolute, or has a \"..\" in it." },
  { VBET_E_FILE_TWICE, "Two files of one device have the same path." },
  { VBET_E_PREFIX, "An address lacks its prefix length, or has one where none belongs." },
  { VBET_E_ADDRESS, "A NIC, gateway or network cannot have this address." },
  { VBET_E_MAC, "A NIC cannot have this MAC." },
  { VBET_E_WRONG_DEVICE, "The call does not work on this kind of device." },
  { VBET_E_NO_ADDRESS, "The device to be reached has no address." },
  { VBET_E_NOT_PLUGGED, "The cable is not plugged there, or the NIC is in no device." },
  { VBET_E_LIMIT, "There are more NICs than a device or a lab can have." },
  { VBET_E_UNTITLED, "A step has no title." },
  { VBET_E_PORT_TAKEN, "Two remotes receive at one port, or one at the port it sends to." },
  { VBET_W_SAME_ADDRESS, "Two NICs on one link have the same address." },
  { VBET_W_OUTSIDE, "An address is outside the subnet of its link." },
  { VBET_W_NETWORK_ADDRESS, "The address is the network's own, or its broadcast address." },
  { VBET_W_SAME_MAC, "Two NICs have the same MAC." },
  { VBET_W_NO_EFFECT, "The attribute has no effect on this object." },
  { VBET_W_GATEWAY, "The gateway is in none of the device's subnets." },
  { VBET_W_LOOSE_NIC, "A NIC is put into no device." },
  { VBET_W_EMPTY_STEP, "A step does nothing and says nothing." },
  { VBET_W_FORWARD, "A forward leads to no address of the gateway's network." },
  { VBET_W_LEADS_NOWHERE, "A remote does not say where its far end is, or where it receives." },
  { VBET_W_MTU, "NICs on one link have different MTUs." },
  { VBET_W_NATIVE_VLAN, "The ports at both ends of a cable have untagged frames in different VLANs." },
  { VBET_W_TRUNK, "A port drops tagged frames that the other end of its cable sends." },
  { VBET_W_TWO_DHCP, "Two devices on one link give addresses by DHCP." },
  { VBET_W_OSPF, "Two routers on one link have OSPF settings with which they do not become neighbours, or do "
                 "not use the link." },
  { VBET_W_ROUTER_ID, "Two routers have the same OSPF router identifier." },
};

const VbetFindingSpec *
vbet_findings_specs (guint *ret_size)
{
  *ret_size = G_N_ELEMENTS (specs);
  return specs;
}
