#!/usr/bin/env python3
# bench-window.py - how long people wait for the window: start of the program, a line typed until it is on the
# canvas, a double click on a running device until its console can be used. Seen from outside, through the display
# and accessibility, polled every few milliseconds; a bare GTK window is started beside it in the same run.
import os
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "gui"))
import vbetgui  # noqa: E402
from vbetgui import *  # noqa: E402,F403

ROUNDS = 7
BARE = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
window = Gtk.Window(title="bare")
window.show_all()
Gtk.main()
"""


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.004)
    raise AssertionError("took too long")


def shown(process, title):
    result = subprocess.run(["xdotool", "search", "--all", "--onlyvisible", "--pid", str(process.pid), "--name", title],
                            capture_output=True, text=True, check=False)
    return result.stdout.strip() != ""


def duration(condition):
    began = time.monotonic()
    condition()
    return time.monotonic() - began


def start_of(command, title):
    began = time.monotonic()
    process = subprocess.Popen(command)
    until(lambda: shown(process, title))
    took = time.monotonic() - began
    process.terminate()
    process.wait()
    return took


def report(what, times):
    print(f"  {what:<58} median {statistics.median(times) * 1000:6.0f} ms   max {max(times) * 1000:6.0f} ms", flush=True)


def starts():
    lab = lab_copy("data/labs/ospf-flapping.vbet")
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(start_of([VBET, str(lab)], "vBET"))
        bare.append(start_of(["/usr/bin/python3", "-c", BARE], "bare"))
    report("start of the program with a lab, to its window", ours)
    report("start of a bare GTK window (python3-gi)", bare)
    print(f"  ratio {statistics.median(ours) / statistics.median(bare):.2f}")


def keystrokes():
    times, looking = [], []
    with Window() as window:
        window.click(window.find("Program", "text"))
        for number in range(1, ROUNDS + 1):
            window.type(f"x{number} = alloc(host)")
            window.key("Escape")
            until(lambda: f"x{number}" in window.items())
            name = f"y{number}"
            window.type(f"\n{name} = alloc(host")
            window.key("Escape")
            began = time.monotonic()
            window.key("parenright")
            until(lambda: name in window.items())
            times.append(time.monotonic() - began)
            looking.append(duration(lambda: name in window.items()))
            window.type("\n")
    report("last key of a line to its device on the canvas", times)
    report("  of which is looking, once", looking)


def consoles():
    lab = lab_text("wide.vbet", "".join(f"h{n} = attach(alloc(host), alloc(NIC, ip=10.0.0.{n}/24))\n"
                                        for n in range(1, ROUNDS + 1)))
    times, looking = [], []
    with Window(lab) as window:
        window.item("h1")
        window.key("F5")
        for number in range(1, ROUNDS + 1):
            until(lambda: window.description(f"h{number}").endswith(", ready"), 120)
        for number in range(1, ROUNDS + 1):
            x, y = window.place(f"h{number}")
            xdotool("mousemove", x, y)
            began = time.monotonic()
            xdotool("click", "1", "click", "1")

            def usable():
                terminal = window.find_now(f"Console of h{number}", "terminal")
                return terminal is not None and re.search(r"[#$] *$", Atspi.Text.get_text(terminal, 0, -1).rstrip("\n "))

            until(usable)
            times.append(time.monotonic() - began)
            looking.append(duration(usable))
        window.click(window.find("Stop", "push button"))
        window.find("Run", "push button", 30)
    report("double click on a running host to its prompt", times)
    report("  of which is looking, once", looking)


print("the window, seen from outside (through accessibility, which is slow itself)")
starts()
keystrokes()
images = subprocess.run([BUILD / "bin" / "vbetctl", "image", "list"], capture_output=True, text=True, check=False)
if images.returncode == 0 and "vbet-" in images.stdout:
    consoles()
else:
    print("  no guest image: consoles are not measured")
