# test-guests-paste.py - a running star of five is copied and pasted; the copies boot, the others never notice.
# Needs the guest image.
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")

STAR = "s = alloc(switch, at=(300, 200))\n" + "".join(
    f"h{n} = attach(alloc(host, at=({x}, {y})), alloc(NIC, ip=10.0.0.{n}/24))\n"
    for n, (x, y) in enumerate(((150, 80), (450, 80), (150, 320), (450, 320)), 1)) + "link(s, h1, h2, h3, h4)\n"
HOSTS = ("h1", "h2", "h3", "h4")
COPIES = ("h5", "h6", "h7", "h8")


def execute(device, command):
    return subprocess.run([VBETCTL, "exec", "guipaste", device, "--", "sh", "-c", command], capture_output=True, text=True,
                          check=True).stdout


def uptime(device):
    return float(execute(device, "cat /proc/uptime").split()[0])


def test_paste_while_it_runs():
    path = lab_text("guipaste.vbet", STAR)
    with Window(path) as window:
        window.item("h4")
        window.click(window.find("Run", "push button"))
        for host in HOSTS:
            wait_until(lambda host=host: window.description(host).endswith(", ready"), 60, f"{host} is ready")
        identity = {host: execute(host, "cat /proc/sys/kernel/random/boot_id") for host in HOSTS}
        before = {host: uptime(host) for host in HOSTS}
        window.click(window.free_place(20, 20))
        window.key("ctrl+a", "ctrl+c", "ctrl+v")
        for host in COPIES:
            wait_until(lambda host=host: window.description(host).endswith(", ready"), 60, f"{host} is ready")
        text = window.text()
        assert text.startswith(STAR) and "s2 = " in text, text
        screenshot("real-pasted")
        # the copies are a network of their own, with addresses of their own
        assert " 0% packet loss" in execute("h5", "ping -c 3 -i 0.2 -W 2 10.0.0.8")
        assert "100% packet loss" in subprocess.run(
            [VBETCTL, "exec", "guipaste", "h5", "--", "ping", "-c", "1", "-W", "1", "10.0.0.1"],
            capture_output=True, text=True, check=False).stdout
        # and the others went on
        assert {host: execute(host, "cat /proc/sys/kernel/random/boot_id") for host in HOSTS} == identity
        during = {host: uptime(host) for host in HOSTS}
        assert all(during[host] > before[host] for host in HOSTS), (before, during)
        window.click(window.free_place(20, 20))
        window.key("ctrl+z")
        wait_until(lambda: window.text() == STAR, 10, "one undo takes the copies away")
        wait_until(lambda: set(COPIES).isdisjoint(window.items()), 30, "they are gone from the canvas")
        assert {host: execute(host, "cat /proc/sys/kernel/random/boot_id") for host in HOSTS} == identity
        after = {host: uptime(host) for host in HOSTS}
        assert all(after[host] > during[host] for host in HOSTS), (during, after)
        gone = subprocess.run([VBETCTL, "exec", "guipaste", "h5", "--", "true"], capture_output=True, check=False)
        assert gone.returncode != 0
        assert " 0% packet loss" in execute("h1", "ping -c 3 -i 0.2 -W 2 10.0.0.4")
        window.click(window.find("Stop", "push button"))
        window.find("Run", "push button", 30)
        window.key("ctrl+w")
        window.wait_end()
    labs = pathlib.Path(os.environ["VBET_RUNTIME_DIR"])
    left = [str(entry) for entry in labs.rglob("*")] if labs.exists() else []
    assert left == [], left


run([function for name, function in list(globals().items()) if name.startswith("test_")])
