# test-random-edits.py - a lab that is edited at random while it runs ends each time as a start from the same text would:
# addresses, routes, MTU, MAC and DHCP client of every NIC, the carrier of those with a cable, and what else is made of the
# text in every guest. Now and then a guest is off meanwhile.
#
# VBET_EDITS_SEED draws another lab and other edits, VBET_EDITS_COUNT makes another number of them; of one that fails, the
# text before, the one after and what differs are printed. By the thousand, on a model: tests/unit/test-plan-model.c.
import os
import random
import re

import vbetlab
from vbetlab import wait_until

SEED = int(os.environ.get("VBET_EDITS_SEED", "1"))
COUNT = int(os.environ.get("VBET_EDITS_COUNT", "12"))

NAMES = ("a", "b", "c", "d")
NICS = 2
KINDS = {"a": ("host",), "b": ("host", "firewall"), "c": ("router",), "d": ("switch", "host")}
GUESTS = ("host", "firewall", "router")
SERVICES = {"b": "[dns-server, dhcp-server]", "c": "ospf6"}  # they need a restart to change, so they stay
ADDRESSES = (
    None,
    "10.0.{nic}.{device}/24",
    "10.0.{nic}.1{device}/24",
    "[10.0.{nic}.2{device}/24, fd00:{nic}::{device}/64]",
    "fd00:{nic}::1{device}/64",
)
GATEWAYS = (None, "10.0.1.254", "10.0.2.254", "[10.0.1.253, fd00:2::ff]", "fd00:1::ff")
CONTENTS = (None, '"one"', '"two\\n", mode=0600')


class Lab:
    """What a text says, by its choices."""

    def __init__(self, rng):
        self.kind = {name: rng.choice(KINDS[name]) for name in NAMES}
        self.of = {(name, key): rng.choice(values) for name in NAMES for key, values in self.keys().items()}
        self.nic = {(name, nic, key): rng.choice(values) for name in NAMES for nic in range(1, NICS + 1)
                    for key, values in self.nic_keys(name, nic).items()}
        self.cables = {name: self.two_ends(rng) for name in ("x", "y")}
        self.settings = {name: rng.choice((None, "up=no", "delay=1ms")) for name in self.cables}

    @staticmethod
    def keys():
        return {
            "gateway": GATEWAYS,
            "dns": (None, "9.9.9.9", "[9.9.9.9, 2620:fe::fe]"),
            "rules": (None, '"table inet filter {}"'),
            "/root/a": CONTENTS,
            "/root/b": CONTENTS,
            "/etc/hosts": (None, None, '"10.9.9.9 nine\\n"'),
            "/etc/resolv.conf": (None, None, '"# mine\\n"'),
        }

    @staticmethod
    def nic_keys(name, nic):
        device = NAMES.index(name) + 1
        return {
            "there": (True, True, True, False) if nic > 1 else (True,),
            "ip": [address and address.format(nic=nic, device=device) for address in ADDRESSES],
            "mtu": (None, None, None, 1000, 1500, 9000),
            "mac": (None, None, f"02:00:00:00:{device:02}:{nic:02}"),
            "dhcp": (None, None, "no", "yes"),
        }

    @staticmethod
    def two_ends(rng):
        return rng.sample([(name, nic) for name in NAMES for nic in range(1, NICS + 1)], 2)

    def edit(self, rng):
        for _ in range(rng.randint(1, 5)):
            what = rng.choice(("kind", "of", "nic", "nic", "nic", "cable", "setting"))
            name = rng.choice(NAMES)
            if what == "kind":
                self.kind[name] = rng.choice(KINDS[name])
            elif what == "of":
                key, values = rng.choice(list(self.keys().items()))
                self.of[name, key] = rng.choice(values)
            elif what == "nic":
                nic = rng.randint(1, NICS)
                key, values = rng.choice(list(self.nic_keys(name, nic).items()))
                self.nic[name, nic, key] = rng.choice(values)
            elif what == "cable":
                self.cables[rng.choice(list(self.cables))] = self.two_ends(rng)
            else:
                self.settings[rng.choice(list(self.settings))] = rng.choice((None, "up=no", "delay=1ms"))

    def guests(self):
        return [name for name in NAMES if self.kind[name] in GUESTS]

    def nics(self, name):
        return [nic for nic in range(1, NICS + 1) if self.nic[name, nic, "there"]]

    def plugs(self):
        """The cables with those of their ends that can be plugged."""
        taken = set()
        for cable, ends in self.cables.items():
            good = []
            for name, nic in ends:
                # A device's NICs are numbered without holes.
                if nic <= len(self.nics(name)) and (name, nic) not in taken:
                    good.append((name, nic))
                    taken.add((name, nic))
            yield cable, good

    def cabled(self):
        return {end for _, ends in self.plugs() if len(ends) == 2 for end in ends}

    def dhcp(self, name):
        """Names of the NICs that ask for an address."""
        return [f"eth{nic - 1}" for nic in self.nics(name) if self.nic[name, nic, "dhcp"] == "yes"]

    def device_text(self, name):
        guest = self.kind[name] in GUESTS
        keys = ["gateway", "dns"] if guest else []
        keys += ["rules"] if self.kind[name] == "firewall" else []
        attributes = "".join(f", {key}={self.of[name, key]}" for key in keys if self.of[name, key])
        attributes += f", services={SERVICES[name]}" if guest and name in SERVICES else ""
        text = f"{name} = alloc({self.kind[name]}{attributes})\n"
        for nic in self.nics(name):
            keys = ("ip", "mtu", "mac", "dhcp") if guest else ()
            attributes = "".join(f", {key}={self.nic[name, nic, key]}" for key in keys if self.nic[name, nic, key])
            text += f"attach({name}, alloc(NIC{attributes}))\n"
        for key in self.keys():
            if guest and key.startswith("/") and self.of[name, key]:
                text += f'file({name}, "{key}", {self.of[name, key]})\n'
        return text

    def text(self):
        text = "".join(self.device_text(name) for name in NAMES)
        for cable, ends in self.plugs():
            setting = f", {self.settings[cable]}" if self.settings[cable] else ""
            text += f"{cable} = alloc(cable{setting})\n"
            text += "".join(f"plug({cable}, NIC({name}, {nic}))\n" for name, nic in ends)
        return text


# Of what a start from the text makes: not what the kernel adds by and by (addresses of the link, their routes), nor how
# a NIC without carrier and its addresses are marked. A firewall has the rules of its text only.
STATE = r"""
ip -o address show scope global | sed 's/ *valid_lft.*//; s/^[0-9]*: //; s/ tentative//; s/ *\\*$//' | sort
{ ip -4 route show; ip -6 route show | grep -v '^fe80:\|^ff00:'; } | sed 's/ linkdown//; s/ dead//; s/ *$//' | sort
for nic in /sys/class/net/eth*; do echo "$nic $(cat $nic/address) $(cat $nic/mtu)"; done
for file in /root/a /root/b /etc/hosts /etc/resolv.conf /etc/dnsmasq.conf /etc/frr/frr.conf /etc/nftables.conf; do
  [ -e $file ] && stat -c "%n %a" $file && cat $file && echo
done
nft list ruleset 2>/dev/null
hostname
pidof dnsmasq >/dev/null && echo dnsmasq runs
pidof ospf6d >/dev/null && echo ospf6d runs
for one in /proc/[0-9]*; do
  { tr '\0' ' ' <$one/cmdline && echo; } 2>/dev/null | sed -n 's/^udhcpc -f -i \([^ ]*\) .*/DHCP client of \1/p'
done | sort
"""


def is_leased(line, text, name):
    """Whether @line depends on what a DHCP server gave, and when."""
    nics = text.dhcp(name)
    if re.match("(nameserver|search) ", line):
        return bool(nics) and not text.of[name, "dns"]
    return any(re.match(rf"{nic} +inet ", line) or (f" dev {nic}" in line and ":" not in line) for nic in nics)


def state(place, lab, text):
    """Everything that can be compared, by guest."""
    found = {}
    for name in text.guests():
        seen = place.exec(lab, name, "sh", "-c", STATE, check=False).stdout.splitlines(keepends=True)
        found[name] = "".join(line for line in seen if not is_leased(line, text, name))
        flags = place.exec(lab, name, "ip", "-o", "link", check=False).stdout.splitlines()
        # One that has lost its cable has no carrier; one that never had any has it (src/engine/lab/cables.c).
        for device, nic in sorted(text.cabled()):
            if device == name:
                line = next((line for line in flags if f" eth{nic - 1}:" in line), "no such NIC")
                found[name] += f"eth{nic - 1} {'no carrier' if 'NO-CARRIER' in line else 'carrier'}\n"
    return found


def differences(one, other):
    lines = []
    for name in sorted(set(one) | set(other)):
        before, after = one.get(name, "").splitlines(), other.get(name, "").splitlines()
        lines += [f"{name}: edited has “{line}”" for line in before if line not in after]
        lines += [f"{name}: started has “{line}”" for line in after if line not in before]
    return "\n".join(lines)


def fresh_state(place, text):
    """Of a lab of the same name, started from @text."""
    lab = place.run(place.write("fresh/lab.vbet", text.text()))
    found = state(place, lab, text)
    place.stop(lab)
    return found


def edit(place, lab, text, rng):
    """One edit of @text and of the lab. Returns whether the lab is as if it had been started from the new one."""
    before = text.text()
    off = rng.choice(text.guests() + [None] * 4)
    if off is not None:
        place.ctl("call", lab, f"stop({off})")
    text.edit(rng)
    applied = place.ctl("apply", lab, place.write("lab.vbet", text.text()), check=False)
    if off is not None and off in text.guests():
        place.ctl("call", lab, f"start({off})")
    place.remember(lab)
    wanted = fresh_state(place, text)
    try:
        wait_until(lambda: state(place, lab, text) == wanted, 10, "the same state")
    except AssertionError:
        print(f"--- before, with {off} off\n{before}--- after\n{text.text()}--- calls\n{applied.stdout}{applied.stderr}"
              f"--- differences\n{differences(state(place, lab, text), wanted)}", flush=True)
        return False
    return True


def edits(place):
    (place.base / "fresh").mkdir()
    rng = random.Random(SEED)
    text = Lab(rng)
    lab = place.run(place.write("lab.vbet", text.text()))
    failed = 0
    for _ in range(COUNT):
        if edit(place, lab, text, rng):
            continue
        failed += 1
        place.stop(lab)  # the next one begins with a lab that is as its text says
        lab = place.run(place.base / "lab.vbet")
    place.stop(lab)
    assert failed == 0, f"{failed} of {COUNT} edits with VBET_EDITS_SEED={SEED}"


vbetlab.main(edits)
