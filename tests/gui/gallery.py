# gallery.py - makes the pictures of doc/gallery.md from real labs: "make gallery". Needs the guest image.
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

CAMPUS = """# A small campus: two networks, a firewall between them, a slow line to the branch.
note("Campus", at=(40, 40), size=(430, 330), color=blue)
note("Branch", at=(660, 40), size=(300, 330), color=green)
note("DSL: 2 Mbit down, 1 Mbit up", at=(480, 330))

core = attach(alloc(switch, at=(250, 200)), alloc(NIC), alloc(NIC), alloc(NIC))
web = attach(alloc(host, at=(110, 120), icon=server, services=[web]), alloc(NIC, ip=10.1.0.10/24))
pc1 = attach(alloc(host, at=(110, 290)), alloc(NIC, ip=10.1.0.11/24))
gate = attach(alloc(firewall, at=(400, 200), rules=\"\"\"
    table inet filter {
      chain forward { type filter hook forward priority 0; policy accept; }
    }
  \"\"\"), alloc(NIC, ip=10.1.0.1/24), alloc(NIC, ip=10.9.0.1/30))
r1 = attach(alloc(router, at=(730, 200)), alloc(NIC, ip=10.9.0.2/30), alloc(NIC, ip=10.2.0.1/24))
pc2 = attach(alloc(host, at=(880, 120)), alloc(NIC, ip=10.2.0.11/24))
pc3 = attach(alloc(host, at=(880, 290), icon=laptop), alloc(NIC, ip=10.2.0.12/24))
edge = attach(alloc(hub, at=(800, 330)), alloc(NIC), alloc(NIC), alloc(NIC))
set(web, gateway=10.1.0.1)
set(pc1, gateway=10.1.0.1)
set(pc2, gateway=10.2.0.1)
set(pc3, gateway=10.2.0.1)
set(gate, gateway=10.9.0.2)
set(r1, gateway=10.9.0.1)

link(core, web, pc1, gate)
dsl = link(NIC(gate, 2), NIC(r1, 1), delay=15ms, rate=2Mbit/1Mbit)
link(edge, NIC(r1, 2), pc2, pc3)
"""


OFFICE = """# Three switches in a ring, two VLANs, a way out.
core = attach(alloc(switch, at=(420, 90), stp=yes, priority=4096), alloc(NIC), alloc(NIC), alloc(NIC, vlan=10))
left = attach(alloc(switch, at=(240, 300), stp=yes), alloc(NIC), alloc(NIC), alloc(NIC, vlan=10), alloc(NIC, vlan=20))
right = attach(alloc(switch, at=(600, 300), stp=yes), alloc(NIC), alloc(NIC), alloc(NIC, vlan=10))
set(NIC(core, 1), trunk=[10, 20])
set(NIC(core, 2), trunk=[10, 20])
set(NIC(left, 1), trunk=[10, 20])
set(NIC(left, 2), trunk=[10, 20])
set(NIC(right, 1), trunk=[10, 20])
set(NIC(right, 2), trunk=[10, 20])
uplink = link(NIC(core, 1), NIC(left, 1))
spare = link(NIC(left, 2), NIC(right, 1))
other = link(NIC(right, 2), NIC(core, 2))
pc1 = attach(alloc(host, at=(60, 240)), alloc(NIC, dhcp=yes))
pc2 = attach(alloc(host, at=(60, 400), autostart=no), alloc(NIC, ip=10.20.0.2/24))
web = attach(alloc(host, at=(780, 300), icon=server, services=[web]), alloc(NIC, dhcp=yes))
net = attach(alloc(gateway, at=(620, 90), forward=["tcp:8088:web:80", "tcp:2222:pc1:22"]), alloc(NIC))
line1 = link(pc1, NIC(left, 3))
line2 = link(pc2, NIC(left, 4))
line3 = link(web, NIC(right, 3))
line4 = link(net, NIC(core, 3))
"""


def ready(window, devices):
    for device in devices:
        wait_until(lambda: window.description(device).endswith(", ready"), 90, f"{device} is ready")


def console(window, device, command=None):
    window.click(window.place(device), times=2)
    terminal = window.find(f"Console of {device}", "terminal")
    wait_until(lambda: re.search(r"[#$] *$", Atspi.Text.get_text(terminal, 0, -1).rstrip("\n ") + " "), 30, "a prompt")
    window.click(terminal)
    if command:
        window.type(command + "\n")
    return terminal


def stop(window):
    window.click(window.find("Stop", "push button"))
    window.find("Run", "push button", 30)


def start_page():
    with Window(START):
        time.sleep(1)
        screenshot("gallery-start")


def ospf():
    with Window(lab_copy("data/labs/ospf-flapping.vbet")) as window:
        window.item("r1")
        window.key("F5")
        ready(window, ("r1", "r2"))
        for _ in range(2):
            window.click(window.place("r2"))
            window.key("F8")
            time.sleep(2)
            window.find("(Next|Next Step|Run Step|Run Again|Run.*)", "push button", 150)
            wait_until(lambda: window.find_now("Cancel", "push button") is None, 150, "the step is over")
        window.key("ctrl+shift+g")
        console(window, "r1", "clear; vtysh -c 'show ip ospf neighbor' | cut -c1-60")
        console(window, "r2", "clear; ip route")
        console(window, "r3", "clear; ip -br addr")
        time.sleep(2)
        screenshot("gallery-ospf")
        window.key("F11")
        time.sleep(2)
        screenshot("gallery-projector")
        window.key("F11")
        time.sleep(1)
        window.tab("History")
        time.sleep(0.5)
        window.tab("Calls")
        time.sleep(0.5)
        screenshot("gallery-calls")
        stop(window)


def campus():
    with Window(lab_text("campus.vbet", CAMPUS)) as window:
        window.item("web")
        window.key("F5")
        ready(window, ("web", "pc1", "gate", "r1", "pc2", "pc3"))
        console(window, "web", "iperf3 -s -D; clear")
        console(window, "pc2", "clear; iperf3 -c 10.1.0.10 -t 60 -R")
        time.sleep(6)
        window.click(window.place("dsl"))
        time.sleep(2)
        screenshot("gallery-cable")
        window.click(window.place("r1"))
        time.sleep(0.5)
        if window.find_now("Live", "(radio|toggle|push) button") or window.find_now("Live", "page tab"):
            window.click(window.find_now("Live", "(radio|toggle|push) button") or window.find_now("Live", "page tab"))
        time.sleep(4)
        screenshot("gallery-live")
        stop(window)


def office():
    with Window(lab_text("office.vbet", OFFICE)) as window:
        window.item("core")
        window.menu("View", ".*VLANs of Ports")
        window.key("F5")
        ready(window, ("pc1", "web"))
        wait_until(lambda: "blocked" in window.description("spare"), 30, "the ring is broken")
        wait_until(lambda: "blocked" not in window.description("line1") + window.description("line3"), 30, "hosts are in")
        console(window, "pc1", "clear; ping -c 60 -i 0.5 10.0.2.2")
        time.sleep(2)
        window.click(window.place("left"))
        window.click(window.find("Live", "radio button"))
        time.sleep(3)
        screenshot("gallery-tree")
        window.click(window.place("net"))
        time.sleep(2)
        window.reach("Add a Forward")
        screenshot("gallery-gateway")
        window.click(window.place("uplink"), button=3)
        window.click(window.find("Capture at core, port 1", "menu item|push button|radio button|check box"))
        window.click(window.find("List Packets", "menu item|push button|radio button|check box"))
        time.sleep(5)
        screenshot("gallery-packets")
        window.click(window.place("line3"))
        window.click(window.find("Make It a …"))
        window.click(window.find("Satellite: .*", "push button"))
        time.sleep(3)
        window.click(window.find("Make It a …"))
        time.sleep(1)
        screenshot("gallery-lines")
        window.key("Escape")
        stop(window)


def grown():
    path = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "home" / "grid.vbet"
    subprocess.run([BUILD / "bin" / "vbetctl", "new", "grid", "12x12", "-o", path], check=True)
    with Window(path) as window:
        time.sleep(1)
        window.click(window.free_place(20, 20))
        for _ in range(5):
            window.key("ctrl+plus")
        window.key("ctrl+f")
        window.type("r77")
        time.sleep(1.5)
        screenshot("gallery-large")


def dark():
    with Window(lab_copy("data/labs/firewall.vbet"), environment={"GTK_THEME": "Adwaita:dark"}) as window:
        time.sleep(1)
        window.click(window.place("fw1"))
        time.sleep(1)
        screenshot("gallery-dark")


run([start_page, ospf, campus, office, grown, dark])
