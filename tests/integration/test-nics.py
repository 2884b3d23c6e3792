# test-nics.py - the NICs of real guests: virtio-net from boot, the vector driver for what comes later and where it is
# asked for; both on one cable; switched off and on, unplugged and plugged, over a reboot inside.
import os
import re

import vbetlab
from vbetlab import wait_until

PAIR = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
s = alloc(switch)
link(s, h1, h2)
"""


def driver(place, lab, node, nic="eth0"):
    device = place.exec(lab, node, "readlink", f"/sys/class/net/{nic}/device", check=False).stdout
    return re.sub(r"[-.\d]*$", "", device.strip().rsplit("/", 1)[-1])


def boot_of(place, lab):
    return place.exec(lab, "h1", "cat", "/proc/sys/kernel/random/boot_id", check=False).stdout


def pings(place, lab, node="h1", address="10.0.0.2"):
    return " 0% packet loss" in place.exec(lab, node, "ping", "-c1", "-W3", address, check=False).stdout


def transfers(place, lab, address="10.0.0.2"):
    """TCP both ways: what offload leaves undone, a receiver finds."""
    place.exec(lab, "h2", "sh", "-c", "iperf3 -s -D >/dev/null 2>&1")
    for way in ((), ("-R",)):
        text = place.exec(lab, "h1", "iperf3", "-c", address, "-n", "4M", *way).stdout
        assert "iperf Done" in text, text


def virtio_from_boot(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    assert driver(place, lab, "h1") == "virtio", driver(place, lab, "h1")
    assert pings(place, lab)
    transfers(place, lab)
    # A cable that is not perfect needs frames as they are on a wire: none may be longer, no checksum wrong.
    cable = place.status(lab)["cables"][0]["name"]
    place.ctl("call", lab, f"set({cable}, delay=1ms)")
    transfers(place, lab)
    place.exec(lab, "h1", "ip", "link", "set", "eth0", "down")
    assert not pings(place, lab, "h2", "10.0.0.1")
    place.exec(lab, "h1", "ip", "link", "set", "eth0", "up")
    wait_until(lambda: pings(place, lab), 10, "the NIC works again")
    boot = boot_of(place, lab)
    place.exec(lab, "h1", "reboot", check=False)
    wait_until(lambda: boot_of(place, lab) not in ("", boot), 30, "it has booted again")
    wait_until(lambda: pings(place, lab), 30, "the NIC works after a reboot inside")
    assert driver(place, lab, "h1") == "virtio"
    place.stop(lab)


def unplugged_and_plugged(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    cable = place.device(lab, "h1")["nics"][0]["cable"]
    place.ctl("call", lab, f"unplug({cable})")
    place.ctl("call", lab, "detach(NIC(h1, 1))")
    assert "eth0" not in place.exec(lab, "h1", "ip", "link").stdout
    place.ctl("call", lab, "attach(h1, alloc(NIC, ip=10.0.0.1/24)) link(s, h1)")
    assert driver(place, lab, "h1") == "uml-vector", driver(place, lab, "h1")
    wait_until(lambda: pings(place, lab), 10, "the new NIC works")
    transfers(place, lab)  # from one kind to the other
    place.stop(lab)


def replaced_behind_a_cable(place):
    """The far end is a guest, which has carrier only while somebody is at the other end."""
    text = PAIR.replace("s = alloc(switch)\nlink(s, h1, h2)", "c = link(NIC(h1, 1), NIC(h2, 1))")
    lab = place.run(place.write("pair.vbet", text))
    wait_until(lambda: pings(place, lab), 10, "both NICs work")
    place.ctl("call", lab, "detach(NIC(h1, 1)) attach(h1, alloc(NIC, ip=10.0.0.1/24)) plug(c, NIC(h1, 1))")
    wait_until(lambda: place.exec(lab, "h2", "cat", "/sys/class/net/eth0/carrier").stdout == "1\n", 5, "carrier")
    wait_until(lambda: pings(place, lab, "h2", "10.0.0.1"), 10, "the new NIC works")
    place.stop(lab)


def vector_where_asked(place):
    place.environment["VBET_NIC"] = "vector"
    lab = place.run(place.write("pair.vbet", PAIR))
    assert driver(place, lab, "h1") == "uml-vector", driver(place, lab, "h1")
    assert pings(place, lab)
    place.stop(lab)


BOND = '''
h%d = attach(alloc(host, boot="""
    modprobe bonding max_bonds=0
    ip link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast
    for n in eth0 eth1; do ip link set $n down; ip link set $n master bond0; done
    ip address add 10.0.0.%d/24 dev bond0
    ip link set bond0 up
  """), alloc(NIC), alloc(NIC))
'''
BOND_CABLES = '''
c1 = link(NIC(h1, 1), NIC(h2, 1))
c2 = link(NIC(h1, 2), NIC(h2, 2))
'''


def a_bond_by_lacp(place):
    lab = place.run(place.write("bond.vbet", BOND % (1, 1) + BOND % (2, 2) + BOND_CABLES))

    def bond(text, node="h1"):
        return text in place.exec(lab, node, "cat", "/proc/net/bonding/bond0", check=False).stdout

    wait_until(lambda: bond("Number of ports: 2") and bond("Number of ports: 2", "h2"), 30, "both ports are one link")
    assert bond("Speed: 10000 Mbps") and not bond("Speed: Unknown")
    wait_until(lambda: pings(place, lab), 10, "the bond works")
    place.ctl("call", lab, "set(c1, rate=1Gbit)")
    wait_until(lambda: bond("Speed: 1000 Mbps") and bond("Number of ports: 1"), 10, "ports of two speeds are two links")
    place.ctl("call", lab, "set(c1, rate=0bit)")
    wait_until(lambda: bond("Number of ports: 2") and bond("Number of ports: 2", "h2"), 10, "one link again")
    wait_until(lambda: pings(place, lab), 10, "the bond works with both")
    place.exec(lab, "h1", "sh", "-c", "ping -i 0.05 -c 100 -W 1 10.0.0.2 >/root/pings 2>&1 &")
    place.ctl("call", lab, "set(c1, up=no)")
    lost = wait_until(
        lambda: re.search(r"(\d+) packets transmitted, (\d+) received", place.exec(lab, "h1", "cat", "/root/pings").stdout),
        30,
        "the pings end",
    )
    print(f"LACP: {lost[0]} while one of two cables was cut")
    assert int(lost[1]) - int(lost[2]) <= 10, lost[0]  # half a second of them; none where nothing else runs
    place.stop(lab)


os.environ.pop("VBET_NIC", None)
vbetlab.main(
    virtio_from_boot, unplugged_and_plugged, replaced_behind_a_cable, vector_where_asked, a_bond_by_lacp
)
