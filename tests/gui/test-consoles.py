# test-consoles.py - consoles of real guests in the window: tabs, tiles, windows of their own, typing into
# several, finding, zoom, devices that go off. Needs the guest image.
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"
HOSTS = ("host1", "host2", "host3")

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    skip("there is no guest image; build one with: vbetctl image build")


def text_of(terminal):
    return Atspi.Text.get_text(terminal, 0, -1)


def wait_shown(terminal, pattern, seconds=30):
    try:
        wait_until(lambda: re.search(pattern, text_of(terminal)), seconds, f"the terminal shows {pattern}")
    except AssertionError:
        print(text_of(terminal))
        raise


def console(window, device):
    terminal = window.find(f"Console of {device}", "terminal")
    wait_shown(terminal, rf"{device}:.*[#$]")
    return terminal


def run_lab(window, devices=HOSTS, seconds=60):
    window.click(window.find("Run", "push button"))
    for device in devices:
        wait_until(lambda: window.description(device).endswith(", ready"), seconds, f"{device} is ready")


def end(window):
    window.click(window.find("Stop", "push button"))
    window.find("Run", "push button", 30)
    window.click(window.free_place(30, 30))  # in a terminal Ctrl+W is the shell's
    window.key("ctrl+w")
    assert window.wait_end() == 0


def lab(name):
    return lab_copy("data/labs/star.vbet", name)


def focus(window, identifier):
    xdotool("windowfocus", "--sync", identifier)


def test_tabs_and_windows():
    with Window(lab("guitabs.vbet")) as window:
        window.item("host1")
        run_lab(window)
        window.tab("Consoles")
        window.click(window.find("Open All Consoles", "push button"))
        window.find(r"Consoles \(3\)", "page tab")
        console(window, "host3")
        screenshot("consoles-tabs")
        window.key("ctrl+Page_Up")
        second = console(window, "host2")
        window.key("ctrl+Tab")
        console(window, "host3")
        window.click(window.find("host2", "radio button"))
        window.type("echo here-$((20+2))\n")
        wait_shown(second, "here-22")
        # to a window of its own, type there, and back
        window.key("ctrl+shift+d")
        own = wait_until(lambda: window.other_window("host2 – console"), 10, "the window of host2")
        focus(window, own)
        window.type("echo there-$((30+3)); stty size\n")
        frame = wait_until(lambda: next((child for child in children(children_of(window)) if name_of(child) == "host2 – console"),
                                        None), 10, "the window is accessible")
        terminal = wait_until(lambda: window._search(frame, "Console of host2", "terminal"), 10, "its terminal")
        wait_shown(terminal, "there-33")
        screenshot("consoles-detached")
        window.key("ctrl+shift+d")
        wait_until(lambda: window.other_window("host2 – console") is None, 10, "the window is gone")
        focus(window, window.identifier)
        wait_shown(console(window, "host2"), "here-22(.|\n)*there-33")
        # closing such a window brings it back, too; several at once
        for device in ("host1", "host3"):
            window.click(window.find(device, "radio button"))
            window.key("ctrl+shift+d")
            wait_until(lambda: window.other_window(f"{device} – console"), 10, f"the window of {device}")
            focus(window, window.identifier)
        window.gone("host1", "radio button")
        for device in ("host1", "host3"):
            focus(window, window.other_window(f"{device} – console"))
            window.key("ctrl+shift+d")
            wait_until(lambda: window.other_window(f"{device} – console") is None, 10, f"{device} is back")
        focus(window, window.identifier)
        for device in HOSTS:
            window.find(device, "radio button")
        end(window)


def children_of(window):
    return window.frame.get_parent()


def test_broadcast():
    with Window(lab("guicast.vbet")) as window:
        window.item("host1")
        run_lab(window)
        window.key("ctrl+shift+t")
        console(window, "host3")
        window.key("ctrl+shift+g")
        terminals = {device: console(window, device) for device in HOSTS}
        screenshot("consoles-tiled-3")
        window.click(terminals["host1"])
        window.key("ctrl+shift+b")
        window.click(window.find("Type into host2", "check box"))
        screenshot("consoles-broadcast")
        window.type("echo all-$((40+4))\n")
        for device in ("host1", "host3"):
            wait_shown(terminals[device], "all-44")
        # one that is not chosen types for itself alone
        window.click(terminals["host2"])
        window.type("echo alone-$((50+5))\n")
        wait_shown(terminals["host2"], "alone-55")
        for device in ("host1", "host3"):
            assert "alone" not in text_of(terminals[device])
        assert "all-44" not in text_of(terminals["host2"])
        # twice Escape ends it
        window.click(terminals["host1"])
        window.key("Escape", "Escape")
        window.gone("Type into host1", "check box")
        window.type("echo own-$((60+6))\n")
        wait_shown(terminals["host1"], "own-66")
        assert "own-66" not in text_of(terminals["host3"])
        end(window)


def test_find_and_zoom():
    with Window(lab("guifind.vbet")) as window:
        window.item("host1")
        run_lab(window)
        window.click(window.place("host1"), times=2)
        terminal = console(window, "host1")
        window.type("seq 1 300; echo The Needle; seq 301 400\n")
        wait_shown(terminal, "400")
        assert "Needle" not in text_of(terminal).split("echo The Needle")[-1]
        window.key("ctrl+shift+f")
        window.find("Find text")
        window.type("the needle")
        wait_shown(terminal, "300\nThe Needle", 10)  # only what is in view is accessible
        assert window.find_now("Not found") is None
        screenshot("consoles-find")
        window.click(window.find("Match case", "check box"))
        window.find("Not found")
        window.key("Escape")
        window.gone("Find text")
        # a larger font, remembered
        before = size(window, terminal)
        window.key("ctrl+shift+plus")
        window.key("ctrl+shift+plus")
        window.key("ctrl+shift+plus")
        wait_until(lambda: size(window, terminal) < before, 10, "larger letters, fewer of them")
        window.click(terminal)
        zoomed = size(window, terminal)
        window.key("ctrl+shift+w")
        window.gone("Console of host1", "terminal")
        window.click(window.place("host2"), times=2)
        assert size(window, console(window, "host2")) == zoomed
        window.key("ctrl+shift+0")
        wait_until(lambda: size(window, console(window, "host2")) == before, 10, "normal again")
        end(window)


def size(window, terminal):
    """Columns, as the guest knows them."""
    window.type("clear; stty size | tr ' ' x\n")
    wait_until(lambda: re.search(r"^\d+x\d+$", text_of(terminal), re.M), 20, "the size")
    return int(re.search(r"^\d+x(\d+)$", text_of(terminal), re.M).group(1))


def test_off_and_on():
    with Window(lab("guioff.vbet")) as window:
        window.item("host1")
        run_lab(window)
        window.click(window.place("host1"), times=2)
        console(window, "host1")
        subprocess.run([VBETCTL, "call", "guioff", "stop(host1)"], check=True, capture_output=True)
        window.find("host1 is off.")
        screenshot("consoles-off")
        window.click(window.find("Start it", "push button"))
        window.gone("host1 is off.")
        wait_until(lambda: window.description("host1").endswith("ready"), 30, "host1 is ready")
        window.click(window.find("Console of host1", "terminal"))
        window.type("echo back-$((70+7))\n")
        wait_shown(window.find("Console of host1", "terminal"), "back-77")
        window.click(window.find("Stop", "push button"))
        window.find("Run", "push button", 30)
        window.find("The lab is not running.")
        window.click(window.find("Run the lab", "push button"))
        wait_until(lambda: window.description("host1").endswith("ready"), 60, "it runs again")
        window.gone("The lab is not running.")
        end(window)


run([function for name, function in list(globals().items()) if name.startswith("test_")])
