# test-captures.py - the packets of a cable from its context menu: the list, Wireshark, a file. Needs the guest
# image; Wireshark is a script that keeps what it is given.
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")

LAB = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
c1 = link(NIC(h1, 1), NIC(h2, 1))
"""


def capture(window, end, way):
    window.click(window.place("c1"), button=3)
    window.click(window.find(f"Capture at {end.replace(':', ', ')}", "menu item|push button|radio button|check box"))
    screenshot("capture-menu")
    window.click(window.find(way, "menu item|push button|radio button|check box"))


def ping(lab, count=3):
    subprocess.run([VBETCTL, "exec", lab, "h1", "--", "ping", "-c", str(count), "-i", "0.2", "10.0.0.2"],
                   capture_output=True, check=True, timeout=60)


def starts_as_pcapng(path):
    return path.exists() and path.stat().st_size > 400 and path.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


def test_captures():
    place = pathlib.Path(tempfile.mkdtemp(prefix="vbgc-", dir="/tmp"))
    fake = place / "wireshark"
    fake.write_text(f'#!/bin/sh\necho "$@" > {place}/arguments\nexec cat > {place}/shark.pcapng\n')
    fake.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{place}:{path}"
    lab = place / "guicap.vbet"
    lab.write_text(LAB)
    try:
        with Window(lab) as window:
            window.item("c1")
            window.tab("Packets")
            window.find("Run the lab, then choose .*")
            window.click(window.place("c1"), button=3)
            window.find("Propert.*", "menu item|push button|radio button|check box")
            assert window.find_now("Capture at h1, eth0") is None  # nothing runs
            window.key("Escape")
            window.click(window.find("Run", "push button"))
            for device in ("h1", "h2"):
                wait_until(lambda: window.description(device).endswith(", ready"), 60, f"{device} is ready")
            capture(window, "h2:eth0", "List Packets")
            screenshot("capture-begun")
            ping("guicap")
            window.find(r"c1 at h2:eth0: \d+ packets.*", seconds=10)
            window.find("echo request, id .*, seq 3", seconds=10)
            screenshot("capture-list")
            window.click(window.find("Filter packets", "text"))
            window.type("reply")
            wait_until(lambda: window.find_now("echo request, id .*") is None, 5, "only replies are listed")
            window.click(window.find("Pause", "toggle button"))
            ping("guicap", 1)
            assert window.find_now("echo reply, id .*, seq 4") is None
            capture(window, "h1:eth0", "Open in Wireshark")
            capture(window, "h1:eth0", "Save to File…")
            dialog = wait_until(lambda: window.other_window("Save the packets"), 10, "the dialog to save")
            xdotool("windowfocus", "--sync", dialog)
            window.key("ctrl+a")
            window.type(f"{place}/saved.pcapng\n")
            window.find("The packets of c1 go to saved.pcapng.")
            ping("guicap")
            screenshot("capture-file")
            wait_until(lambda: starts_as_pcapng(place / "shark.pcapng"), 10, "Wireshark gets packets")
            assert (place / "arguments").read_text().split() == ["-k", "-i", "-"]
            window.click(window.find("Stop Capture", "push button"))
            window.click(window.find("Stop", "push button"))
            window.find("Run", "push button", 30)
            wait_until(lambda: starts_as_pcapng(place / "saved.pcapng"), 10, "the file is written")
            window.click(window.free_place(30, 30))
            window.key("ctrl+w")
            assert window.wait_end() == 0
    finally:
        os.environ["PATH"] = path


run([function for name, function in list(globals().items()) if name.startswith("test_")])
