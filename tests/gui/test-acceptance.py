# test-acceptance.py - the OSPF lab, built from an empty canvas by hand: pointer and keyboard only, no file opened,
# no text pasted. It runs, is typed on, a cable is cut and comes back by undo, and what was saved passes its checks.
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")

ROUTERS = {
    "router1": (
        ("192.168.0.1/24", "192.168.1.1/24"),
        "router ospf\n redistribute connected\n network 192.168.1.0/24 area 0",
    ),
    "router2": (
        ("192.168.1.2/24", "192.168.2.1/24"),
        # FRR 10 else takes another identifier when eth1 loses its carrier, and begins anew.
        "router ospf\n ospf router-id 192.168.2.1\n redistribute connected\n network 192.168.1.0/24 area 0\n"
        " network 192.168.2.0/24 area 0",
    ),
    "router3": (
        ("192.168.2.2/24", "192.168.0.1/24"),
        "router ospf\n redistribute connected metric 10\n network 192.168.2.0/24 area 0",
    ),
}
CHECK = 'expect(r2, "ip route show 192.168.0.0/24", "via 192.168.2.2", within=120s)'


def text_of(accessible):
    return Atspi.Text.get_text(accessible, 0, -1)


def replace(window, name, text):
    window.click(window.find(name, "text"))
    window.key("ctrl+a")
    window.type(text)


def place_routers(window):
    """One by the palette, two more with Shift held, all with real clicks."""
    window.click(window.find("Router", "(push|toggle|radio) button"))
    xdotool("keydown", "shift")
    for x in (160, 400, 640):
        window.click(window.free_place(x, 120))
    xdotool("keyup", "shift")
    window.key("Escape")
    for name in ROUTERS:
        window.item(name)


def fill_in(window, name, new_name):
    addresses, routing = ROUTERS[name]
    window.click(window.place(name))
    replace(window, "Name", new_name)
    window.key("Return")
    window.item(new_name)
    window.click(window.place(new_name))
    for index, address in enumerate(addresses):
        if window.find_now(f"eth{index} Addresses", "text") is None:
            window.click(window.find("Add a NIC", "push button"))
        replace(window, f"eth{index} Addresses", address)
        window.key("Return")
        window.wait_text(re.escape(address))
    replace(window, r"Routing.*", routing)
    window.click(window.place(new_name))


def nic_place(window, device, nic):
    """Where the handle of a NIC is while the pointer is over its device."""
    for child in children(window.item(device)):
        if name_of(child) == f"{device} {nic}":
            return window.middle(child)
    raise AssertionError(f"{device} has no accessible {nic}")


def cable(window, a, nic_a, b, nic_b):
    """From the handle of a NIC to that of another."""
    xdotool("mousemove", *window.place(a))
    time.sleep(0.2)
    window.drag(nic_place(window, a, nic_a), nic_place(window, b, nic_b))


def open_console(window, device):
    window.click(window.place(device), times=2)
    terminal = window.find(f"Console of {device}", "terminal")
    wait_until(lambda: re.search(r"[#$] *$", text_of(terminal).rstrip("\n ") + " "), 30, f"the prompt of {device}")
    return terminal


def say(window, device, command, answer, seconds=30):
    """Types a command on a console until its answer is there."""
    open_console(window, device)
    terminal = window.find(f"Console of {device}", "terminal")
    window.click(terminal)

    def answered():
        window.type(f"clear; {command}\n")
        with contextlib.suppress(AssertionError):
            wait_until(lambda: re.search(answer, text_of(terminal)), 1 / PATIENCE, answer)
            return True
        return False

    try:
        wait_until(answered, seconds, f"“{command}” on {device} says {answer}")
    except AssertionError:
        print(text_of(terminal))
        raise


def test_ospf_from_nothing():
    saved = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "home" / "byhand.vbet"
    with Window() as window:
        place_routers(window)
        for name, new_name in (("router1", "r1"), ("router2", "r2"), ("router3", "r3")):
            fill_in(window, name, new_name)
        cable(window, "r1", "eth1", "r2", "eth0")
        window.wait_text(r"link\(NIC\(r1, ?2\), ?NIC\(r2, ?1\)")
        cable(window, "r2", "eth1", "r3", "eth0")
        window.wait_text(r"link\(NIC\(r2, ?2\), ?NIC\(r3, ?1\)")
        second = next(name for name in window.items() if re.match("cable from r2 to r3", window.description(name)))
        # The check is written as text, below the rest.
        window.click(window.find("Program", "text"))
        window.key("ctrl+End")
        window.type("\n" + CHECK)
        window.key("Escape")
        window.wait_text(r"expect\(r2.*within=120s\)")
        screenshot("acceptance-built")

        window.key("F5")
        for device in ("r1", "r2", "r3"):
            wait_until(lambda: window.description(device).endswith(", ready"), 60, f"{device} is ready")
        for device, neighbour in (("r1", "192.168.2.1"), ("r3", "192.168.2.1")):
            say(window, device, "vtysh -c 'show ip ospf neighbor'", neighbour + ".*Full", 90)
        say(window, "r2", "ip route show 192.168.0.0/24", r"via 192\.168\.2\.2", 90)
        screenshot("acceptance-running")

        # The cheaper way is cut, with the key; and comes back, with another.
        window.click(window.place(second))
        window.key("Delete")
        window.gone_item(second)
        say(window, "r2", "ip route show 192.168.0.0/24", r"via 192\.168\.1\.1", 60)
        screenshot("acceptance-cut")
        window.click(window.place("r2"))
        window.key("ctrl+z")
        window.item(second)
        say(window, "r2", "ip route show 192.168.0.0/24", r"via 192\.168\.2\.2", 90)

        window.click(window.place("r2"))
        window.key("ctrl+s")
        dialog = wait_until(lambda: window.other_window("Save"), 10, "the dialog to save")
        xdotool("windowfocus", "--sync", dialog)
        window.key("ctrl+a")
        window.type(str(saved) + "\n")
        wait_until(saved.exists, 10, "the file is there")
        wait_until(lambda: "byhand" in window.title(), 10, "the window says so")
        xdotool("windowfocus", "--sync", window.identifier)
        window.click(window.find("Stop", "push button"))
        window.find("Run", "push button", 30)
        window.key("ctrl+w")
        assert window.wait_end() == 0
    print(saved.read_text())
    result = subprocess.run([VBETCTL, "test", saved], capture_output=True, text=True, check=False, timeout=280)
    assert result.returncode == 0, result.stdout + result.stderr


run([test_ospf_from_nothing])
