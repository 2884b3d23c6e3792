# test-start.py - the start page, files and what happens to them, and unsaved work after a crash.
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403
import vbetgui  # noqa: E402

HOME = pathlib.Path(os.environ["VBET_GUI_HOME"])


def start(**arguments):
    return Window(vbetgui.START, **arguments)


def test_first_run():
    with start() as window:
        assert window.title() == "vBET"
        window.find("Star: One switch, three hosts.*", "push button")
        assert window.find_now("Canvas") is None, "no canvas yet"
        assert window.find_now("Firewall", "toggle button") is None, "no palette yet"
        assert window.find_now("Recent labs") is None
        screenshot("start-first")
        window.key("Return")  # the focus is on the empty lab
        window.find("Canvas")
        assert window.items() == [] and window.title() == "untitled – vBET"
        window.find("Firewall", "toggle button")


def test_shipped_lab_is_a_copy():
    shipped = (SOURCE / "data/labs/star.vbet").read_bytes()
    with start() as window:
        window.click(window.find("Star: One switch.*", "push button"))
        window.item("host3")
        assert window.title() == "star – vBET"
        window.click(window.place("host1"))
        window.key("Down")
        wait_until(lambda: window.title().startswith("•"), 5, "changed")
        window.key("ctrl+s")  # nothing to save to: it asks
        dialog = wait_until(lambda: window.other_window("Save the lab"), 10, "a file chooser")
        xdotool("windowfocus", "--sync", dialog)
        window.key("ctrl+a")
        window.type(f"{HOME}/home/mine.vbet\n")
        wait_until(lambda: window.title() == "mine – vBET", 10, "saved under its name")
    assert (SOURCE / "data/labs/star.vbet").read_bytes() == shipped


def test_generator():
    with start() as window:
        window.click(window.find("Ring: .*", "push button"))
        window.find("5 devices, 5 cables")
        window.find("Preview")
        screenshot("start-generator")
        window.key("ctrl+a")
        window.type("7")
        window.find("7 devices, 7 cables")
        window.click(window.find("Hosts at each router", "spin button"))
        window.key("ctrl+a")
        window.type("400\t")  # more than there may be
        window.find("154 devices, .*")
        screenshot("start-generator-large")
        window.key("Escape")
        window.click(window.find("Ring: .*", "push button"))
        window.find("5 devices, 5 cables")
        window.click(window.find("Create the lab", "push button"))
        window.item("r5")
        assert len([name for name in window.items() if re.fullmatch(r"r\d", name)]) == 5
        assert len(window.items()) == 10
        assert window.title() == "• ring-5 – vBET"
        assert "Problems (" not in (name_of(window.find(r"Problems.*", "page tab"))), "no findings"
        screenshot("start-ring")


def test_generator_says_what_is_too_much():
    with start() as window:
        window.click(window.find("Grid: .*", "push button"))
        window.find("9 devices, 12 cables")
        window.key("ctrl+a")
        window.type("400\t")
        window.key("ctrl+a")
        window.type("400")
        window.find("This lab would have more than 1000 devices.*")
        screenshot("start-generator-error")
        button = window.find("Create the lab", "push button")
        assert not button.get_state_set().contains(Atspi.StateType.SENSITIVE)


def test_recent():
    path = lab_copy("data/labs/ospf-flapping.vbet", "course.vbet")
    gone = lab_copy("data/labs/star.vbet", "gone.vbet")
    for file in (gone, path):
        with Window(file) as window:
            wait_until(lambda: window.items() != [], 10, "opened")
            window.key("ctrl+w")
            window.wait_end()
    gone.unlink()
    with start() as window:
        window.find("course: ~, Today.*", "push button")
        missing = window.find("gone: ~, No longer there", "push button")
        assert not missing.get_state_set().contains(Atspi.StateType.SENSITIVE)
        screenshot("start-recent")
        window.click(window.find("Remove gone from the list", "push button"))
        window.gone("gone: ~.*", "push button")
        window.click(window.find("course: ~, Today.*", "push button"))
        window.item("r3")
        assert window.title() == "course – vBET"


def test_small_and_dark():
    with start(environment={"GTK_THEME": "Adwaita:dark"}) as window:
        window.find("Star: One switch.*", "push button")
        screenshot("start-dark")
        xdotool("windowsize", window.identifier, 800, 600)
        wait_until(lambda: window.frame.get_extents(Atspi.CoordType.SCREEN).width == 800, 10, "800 wide")
        screenshot("start-800")
        for _ in range(20):  # the page follows the focus
            window.key("Tab")
            focus = window.find_now("Tree: .*", "push button")
            if focus.get_state_set().contains(Atspi.StateType.FOCUSED):
                break
        screenshot("start-800-focus")
        window.key("Return")
        window.find("7 devices, 6 cables")
        screenshot("start-800-generator")


def test_new_option():
    with Window("--new") as window:
        assert window.items() == []
        window.key("ctrl+shift+n")
        wait_until(lambda: window.other_window("^vBET$"), 10, "a second window with a start page")


run([function for name, function in list(globals().items()) if name.startswith("test_")])
