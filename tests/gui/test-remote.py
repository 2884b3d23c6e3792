# test-remote.py - a cable to another lab in the window: placed by its key, filled in, refused, mended while it runs.
import hashlib
import os
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

images = subprocess.run([BUILD / "bin" / "vbetctl", "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")


def fill(window, name, text):
    entry = window.reach(name, "text")
    wait_until(lambda: still(entry), 5, "the inspector has its size")
    window.click(entry)
    window.key("ctrl+a")
    window.type(text)
    window.key("Return")


def udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def hello(name, says):
    """What a lab called @name would say once a second, but that it calls itself @says."""
    macs = hashlib.sha256(name.encode() + b"\0").digest()[:16]
    head = bytes.fromhex("0180c200000e 027642455400 88b5") + b"vBET\x01\x03"
    return (head + b"far-run!" + macs + bytes([len(says)]) + says.encode()).ljust(108, b"\0")


def say(peer, port, what, enough):
    while not enough.wait(0.5):
        peer.sendto(what, ("127.0.0.1", port))


def test_placed_and_filled_in():
    with Window(lab_text("remote.vbet", "h1 = attach(alloc(host, at=(200, 160)), alloc(NIC, ip=10.7.0.1/24))\n")) as window:
        window.item("h1")
        window.key("e")
        window.click(window.free_place(400, 100))
        window.item("remote1")
        # What is missing is a warning, and stays none.
        window.find(r"1 problem.*")
        fill(window, "Far end", "192.0.2.7:7000")
        window.wait_text(r'remote1 = alloc\(remote, at=\(.*\), peer="192.0.2.7:7000"\)')
        fill(window, "Receives at", "7000")
        window.wait_text(r'peer="192.0.2.7:7000", listen="7000"\)')
        fill(window, "VXLAN network", "42")
        window.wait_text(r'listen="7000", vni=42\)')
        window.gone(r"1 problem.*")
        screenshot("remote-inspector")
        fill(window, "Receives at", "far:7000")
        window.find("listen must be a port.*")
        screenshot("remote-wrong")


def test_runs_and_is_mended():
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    port, other = taken.getsockname()[1], udp_port()
    text = ("h1 = attach(alloc(host, at=(200, 160)), alloc(NIC, ip=10.7.0.1/24))\n"
            f'far = alloc(remote, at=(400, 160), peer="127.0.0.1:{other}", listen="{port}")\nlink(far, h1)\n')
    with taken, Window(lab_text("remoterun.vbet", text)) as window:
        window.item("far")
        window.click(window.find("Run", "push button"))
        wait_until(lambda: window.description("h1") == "host, ready", 60, "h1 is ready")
        wait_until(lambda: window.description("far").startswith("remote, failed"), 10, "the port is taken")
        window.click(window.place("far"))
        window.find(f".*{port}.*", "label")  # what is wrong, in the inspector
        window.find("Try Again", "push button")
        screenshot("remote-failed")
        taken.close()
        here = udp_port()
        fill(window, "Receives at", str(here))
        wait_until(lambda: window.description("far") == "remote, ready", 10, "another port is free")
        window.find("The far end refuses: no lab receives there, or there is no way to it.", seconds=15)
        screenshot("remote-ready")
        # Another lab of this name is there, which makes the MACs that this one makes.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", other))
            saying = threading.Event()
            said = threading.Thread(target=say, args=(peer, here, hello("remoterun", "left"), saying))
            said.start()
            window.find("The far end is there: the lab left.", seconds=15)
            wait_until(lambda: "makes the MAC addresses" in window.description("far"), 15, "both have the same MACs")
            screenshot("remote-same-macs")
            saying.set()
            said.join()
        wait_until(lambda: window.description("far") == "remote, ready", 15, "it has gone, and the problem with it")
        window.click(window.find("Stop", "push button"))
        window.find("Run", "push button", 30)


run([function for name, function in list(globals().items()) if name.startswith("test_")])
