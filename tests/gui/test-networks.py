# test-networks.py - switches, gateways, TAP devices and impaired cables in the window: what the spanning tree blocks,
# storms, addresses learned, forwards, ready-made lines. Needs the guest image.
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")

RING = """
a = attach(alloc(switch, at=(200, 100), stp=yes, priority=4096), alloc(NIC), alloc(NIC), alloc(NIC, vlan=10))
b = attach(alloc(switch, at=(420, 100), stp=yes), alloc(NIC), alloc(NIC), alloc(NIC))
c = attach(alloc(switch, at=(310, 280), stp=yes), alloc(NIC), alloc(NIC))
ab = link(NIC(a,1), NIC(b,1))
bc = link(NIC(b,2), NIC(c,1))
ca = link(NIC(c,2), NIC(a,2))
h1 = attach(alloc(host, at=(60, 100)), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host, at=(560, 100), autostart=no), alloc(NIC, ip=10.0.0.2/24))
ah = link(NIC(a,3), h1)
bh = link(NIC(b,3), h2)
"""

LOOP = """
a = attach(alloc(switch, at=(200, 100)), alloc(NIC), alloc(NIC), alloc(NIC))
b = attach(alloc(switch, at=(420, 100)), alloc(NIC), alloc(NIC))
ab = link(NIC(a,1), NIC(b,1))
ba = link(NIC(a,2), NIC(b,2))
h1 = attach(alloc(host, at=(60, 100)), alloc(NIC, ip=10.0.0.1/24))
link(NIC(a,3), h1)
"""

OUTSIDE = """
net = attach(alloc(gateway, at=(300, 100), forward=["tcp:{port}:h1:80"]), alloc(NIC))
h1 = attach(alloc(host, at=(100, 100)), alloc(NIC, dhcp=yes))
sw = attach(alloc(switch, at=(200, 250)), alloc(NIC), alloc(NIC), alloc(NIC))
link(net, sw)
link(h1, sw)
t = attach(alloc(tap, at=(420, 250), device="vbnone9"), alloc(NIC))
link(t, sw)
"""

CABLE = """
h1 = attach(alloc(host, at=(100, 100)), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host, at=(400, 100)), alloc(NIC, ip=10.0.0.2/24))
c1 = link(NIC(h1, 1), NIC(h2, 1), queue=77)
"""

ENTRY = "menu item|push button|radio button|check box"


def select(window, name):
    window.click(window.place(name))
    window.find(rf"{name}|Name")


def start(window, devices):
    window.key("F5")
    for device in devices:
        wait_until(lambda: window.description(device).endswith(", ready"), 60, f"{device} is ready")


def stop(window):
    window.click(window.find("Stop", "push button"))
    window.find("Run", "push button", 30)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cells(window, table):
    """The texts of a table, row by row joined by spaces."""
    found = window.find_now(table, "(tree )?table")
    return " ".join(name_of(child) for child in children(found)) if found is not None else ""


def test_spanning_tree():
    with Window(lab_text("ring.vbet", RING)) as window:
        window.item("a")
        window.menu("View", ".*VLANs of Ports")
        start(window, ["h1"])
        wait_until(lambda: "root of the spanning tree" in window.description("a"), 20, "a is marked as the root")
        wait_until(lambda: "blocked by the spanning tree" in window.description("bc"), 20, "one end of bc is blocked")
        wait_until(lambda: "h2 is off" in window.description("bh"), 20, "the end at h2 says why it has no carrier")
        select(window, "b")
        window.click(window.find("Live", "radio button"))
        window.find("Spanning tree: the root is a, at a cost of 20000[^$]*", seconds=15)
        wait_until(lambda: "forwarding" in cells(window, "Ports"), 10, "the ports are listed")
        assert "c, port 1" in cells(window, "Ports") and "root port" in cells(window, "Ports")
        screenshot("networks-tree")
        # A slow line to the root: the tree takes the other way.
        select(window, "ab")
        entry = window.reach("Rate", "text")
        window.click(entry)
        window.key("ctrl+a")
        window.type("10Mbit\n")
        wait_until(lambda: "b, port 1: blocked" in window.description("ab"), 20, "the slow line is blocked")
        wait_until(lambda: "blocked" not in window.description("bc"), 20, "the other way is open")
        select(window, "a")
        window.click(window.find("Live", "radio button"))
        wait_until(lambda: "h1 eth0" in cells(window, "MAC table"), 20, "h1 is learned")
        screenshot("networks-macs")
        window.click(window.find("Filter addresses", "text"))
        window.type("nothing like it")
        wait_until(lambda: "h1 eth0" not in cells(window, "MAC table"), 5, "the filter leaves nothing")
        stop(window)


def test_storm():
    with Window(lab_text("loop.vbet", LOOP)) as window:
        window.item("a")
        start(window, ["h1"])
        window.find("Frames circle without end in a, b: .*", seconds=30)
        wait_until(lambda: "Frames circle here" in window.description("ab"), 10, "the cable says so, too")
        screenshot("networks-storm")
        window.click(window.find("Turn Spanning Tree On", "push button"))
        wait_until(lambda: "blocked" in window.description("ab") + window.description("ba"), 20, "the loop is broken")
        window.gone("Frames circle without end in a, b: .*", seconds=20)
        assert window.text().count("stp=yes") == 2
        window.key("ctrl+z")
        assert wait_until(lambda: "stp" not in window.text(), 10, "one undo takes all of it back")
        stop(window)


def test_gateway_and_tap():
    port = free_port()
    with Window(lab_text("outside.vbet", OUTSIDE.replace("{port}", str(port)))) as window:
        select(window, "net")
        window.reach("10.0.2.15 – 10.0.2.30")
        entry = window.reach("Port of this computer 1", "text")
        window.click(entry)
        window.key("ctrl+a")
        window.type("99999")
        window.find("A port is a number from 1 to 65535.")
        assert f"tcp:{port}:h1:80" in window.text()
        window.key("ctrl+a")
        window.type("18099\n")
        window.wait_text(r'"tcp:18099:h1:80"')
        window.click(window.reach("Add a Forward", "push button"))
        window.wait_text(r'"tcp:18099:h1:80", "tcp:18100:h1:80"')
        window.click(window.reach("Remove this forward", "push button"))
        window.wait_text(r'forward=\["tcp:18100:h1:80"\]|forward="tcp:18100:h1:80"')
        screenshot("networks-forwards")
        start(window, ["h1"])
        select(window, "net")
        window.reach("h1 eth0")
        window.reach("10.0.2.15")
        screenshot("networks-leases")
        # A TAP device that nobody made: what an administrator types is there to be copied.
        select(window, "t")
        window.find("Copy Command", "push button")
        assert window.find_now("Try Again", "push button") is not None
        screenshot("networks-tap")
        window.click(window.find("Try Again", "push button"))
        window.find("Copy Command", "push button")
        stop(window)


def test_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Window(lab_text("taken.vbet", OUTSIDE.replace("{port}", str(port)))) as window:
            window.item("net")
            start(window, ["h1"])
            select(window, "net")
            window.find(f".*{port}.*in use.*", seconds=15)
            screenshot("networks-taken")
            entry = window.reach("Port of this computer 1", "text")
            window.click(entry)
            window.key("ctrl+a")
            window.type(f"{free_port()}\n")
            window.gone(f".*{port}.*in use.*", seconds=15)
            stop(window)


def test_ready_made_lines():
    with Window(lab_text("cable.vbet", CABLE)) as window:
        select(window, "c1")
        window.click(window.find("Make It a …"))
        window.click(window.find("DSL: .*", "push button"))
        text = window.wait_text(r"rate=50Mbit/10Mbit")
        assert "delay=9ms" in text and "queue=200" in text, text
        screenshot("networks-line")
        window.key("ctrl+z")
        assert "rate" not in window.wait_text(r"queue=77")
        select(window, "c1")
        window.click(window.find("Make It a …"))
        window.click(window.find("Direction", "combo box"))
        window.key("Down", "Return")
        window.click(window.find("Satellite: .*", "push button"))
        window.wait_text(r"delay=300ms/0")
        window.key("ctrl+z")
        # Units as people type them.
        for name, typed, written in (("Delay", "20 ms", "delay=20ms"), ("Loss", "2 %", "loss=2%"), ("Rate", "5 Mbit", "rate=5Mbit")):
            select(window, "c1")
            window.click(window.reach(name, "text"))
            window.key("ctrl+a")
            window.type(typed + "\n")
            window.wait_text(written)


run([function for name, function in list(globals().items()) if name.startswith("test_")])
