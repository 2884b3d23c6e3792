# test-measure.py - measuring a cable from the inspector and its menu: set against measured. Needs the guest image.
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")

LAB = """
h1 = attach(alloc(host, at=(120, 120)), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host, at=(320, 120)), alloc(NIC, ip=10.0.0.2/24))
c1 = link(NIC(h1, 1), NIC(h2, 1), delay=70ms/20ms, loss=5%/0%, rate=10Mbit)
"""
ENTRY = "menu item|push button|radio button|check box"


def start(environment=None):
    window = Window(lab_text("measured.vbet", LAB), environment=environment)
    window.item("c1")
    return window


def run_lab(window):
    window.click(window.find("Run", "push button"))
    for device in ("h1", "h2"):
        wait_until(lambda: window.description(device).endswith(", ready"), 60, f"{device} is ready")


def is_on(widget):
    return widget.get_state_set().contains(Atspi.StateType.SENSITIVE)


def stop(window):
    window.click(window.find("Stop", "push button"))
    window.find("Run", "push button", 30)


def test_from_the_inspector():
    """Off while nothing runs; progress; a table; an end in the middle; another setting makes it old; off again."""
    with start() as window:
        window.click(window.place("c1"))
        assert not is_on(window.reach("Measure", "push button"))
        run_lab(window)
        window.click(window.place("c1"))
        wait_until(lambda: is_on(window.reach("Measure", "push button")), 5, "it can be measured")
        window.click(window.reach("Measure", "push button"))
        window.reach("Stop Measuring", "push button")
        screenshot("measure-running")
        window.find("The cable does what is set.|What was measured is not what is set.", seconds=30)
        window.reach("Set against measured")
        window.reach(r"\d+ probes, .*")
        screenshot("measure-result")
        assert window.find_now("70 ms") is not None and window.find_now("20 ms") is not None
        # Other things are looked at meanwhile; the result is still there.
        window.click(window.place("h1"))
        window.gone("Set against measured")
        window.click(window.place("c1"))
        window.find("Set against measured")
        subprocess.run([VBETCTL, "call", "measured", "set(c1, delay=40ms)"], check=False, timeout=20)
        window.click(window.reach("Measure", "push button"))
        window.click(window.reach("Stop Measuring", "push button"))
        window.find("So far, the cable does what is set.|What was measured .*|The cable does .*|The settings .*", seconds=10)
        screenshot("measure-stopped")
        stop(window)
        window.click(window.place("c1"))
        wait_until(lambda: not is_on(window.reach("Measure", "push button")), 5, "nothing to measure")
        assert window.find_now("Set against measured") is None
        window.key("ctrl+w")


def test_from_the_menu():
    """Two clicks at once begin one measurement; unplugging in the middle is said in place."""
    with start() as window:
        window.click(window.place("c1"), button=3)
        window.find("Propert.*", ENTRY)
        assert window.find_now("Measure Cable") is None
        window.key("Escape")
        run_lab(window)
        window.click(window.place("c1"), button=3)
        window.click(window.find("Measure Cable", ENTRY))
        window.reach("Stop Measuring", "push button")
        screenshot("measure-menu")
        subprocess.run([VBETCTL, "call", "measured", "unplug(c1, NIC(h1, 1))"], check=True, timeout=20, stdout=subprocess.DEVNULL)
        window.find("The cable was not measured: it was unplugged meanwhile.*", seconds=20)
        screenshot("measure-unplugged")
        stop(window)
        window.key("ctrl+w")


run([function for name, function in list(globals().items()) if name.startswith("test_")])
