# test-consoles.py - consoles of real guests in the window: tabs, tiles, windows of their own, typing into
# several, finding, zoom, devices that go off. Needs the guest image.
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"
HOSTS = ("host1", "host2", "host3")

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")


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
        window.key("ctrl+shift+g")  # it is remembered
        window.find("host3", "radio button")
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


def dialog(window, title):
    identifier = wait_until(lambda: window.other_window(title), 10, f"the window “{title}”")
    focus(window, identifier)
    return identifier


def other_frame(window, title):
    return wait_until(lambda: next((child for child in children(children_of(window)) if name_of(child) == title), None), 10,
                      f"“{title}” is accessible")


def guest_says(name, device, *command):
    return subprocess.run([VBETCTL, "exec", name, device, "--", *command], check=True, capture_output=True, text=True).stdout


def test_root_shell():
    with Window(lab("guishell.vbet")) as window:
        window.item("host1")
        run_lab(window)
        window.click(window.place("host1"), button=3)
        window.click(window.find("Open Root Shell"))
        shell = window.find("Root shell of host1", "terminal")
        wait_shown(shell, "host1:.*#")
        window.click(shell)
        window.type("tty; echo shell-$((80+8))\n")
        wait_shown(shell, r"/dev/pts/0(.|\n)*shell-88")
        # a second one beside the console
        window.key("ctrl+shift+r")
        window.find(r"host1 \(root shell 2\)", "radio button")
        second = window.find("Root shell of host1", "terminal")
        wait_shown(second, "host1:.*#")
        screenshot("consoles-shell")
        window.type("exit\n")
        window.gone(r"host1 \(root shell 2\)", "radio button")
        window.find(r"host1 \(root shell\)", "radio button")
        subprocess.run([VBETCTL, "call", "guishell", "stop(host1)"], check=True, capture_output=True)
        window.find("This shell of host1 has ended.")
        window.click(window.find("Close this", "push button"))
        window.gone("Root shell of host1", "terminal")
        end(window)


def test_copying():
    home = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "home"
    source = home / "notes one.bin"
    source.write_bytes(bytes(range(256)) * 4000)
    digest = hashlib.md5(source.read_bytes()).hexdigest()
    with Window(lab("guicopy.vbet")) as window:
        window.item("host1")
        run_lab(window)
        window.click(window.place("host1"), button=3)
        window.click(window.find("Copy Files In …"))
        title = "Copy Files into host1"
        dialog(window, title)
        frame = other_frame(window, title)
        window.click(wait_until(lambda: window._search(frame, "notes one.bin", None), 10, "the file is listed"), times=2)
        wait_until(lambda: window.other_window("Copy Files into host1") is None, 10, "the chooser is gone")
        focus(window, window.identifier)
        window.find("Copied to host1:/root/notes one.bin.", seconds=30)
        assert guest_says("guicopy", "host1", "ls", "/root") == "notes one.bin\n"
        window.click(window.place("host1"), button=3)
        window.click(window.find("Copy a File Out …"))
        window.find("Path of the file")
        screenshot("copy-out")
        window.key("ctrl+a")
        window.type("/root/notes one.bin\n")
        dialog(window, "Copy notes one.bin from host1")
        time.sleep(0.3)
        window.key("ctrl+a")
        window.type(str(home / "back.bin") + "\n")
        focus(window, window.identifier)
        window.find("Copied host1:/root/notes one.bin to .*back.bin.", seconds=30)
        assert guest_says("guicopy", "host1", "md5sum", "/root/notes one.bin").split()[0] == digest
        assert hashlib.md5((home / "back.bin").read_bytes()).hexdigest() == digest, (home / "back.bin").stat()
        # what is not there is said so
        window.click(window.place("host1"), button=3)
        window.click(window.find("Copy a File Out …"))
        window.find("Path of the file")
        window.key("ctrl+a")
        window.type("/root/none\n")
        dialog(window, "Copy none from host1")
        time.sleep(0.3)
        window.key("ctrl+a")
        window.type(str(home / "none.bin") + "\n")
        focus(window, window.identifier)
        window.find("Not copied: host1:/root/none: there is no such file")
        screenshot("copy-failed")
        assert not (home / "none.bin").exists()
        end(window)


def test_run_on_several():
    title = "Run a Command on Devices"
    with Window(lab("guirun.vbet")) as window:
        window.item("host1")
        run_lab(window)
        window.key("ctrl+shift+x")
        dialog(window, title)
        frame = other_frame(window, title)
        window.type("hostname; test $(hostname) != host2\n")
        results = wait_until(lambda: window._search(frame, "Results", "text"), 10, "the results")
        wait_until(lambda: re.search(r"host1: exit code 0\nhost1\n\nhost2: exit code 1\nhost2\n\nhost3: exit code 0\nhost3",
                                     Atspi.Text.get_text(results, 0, -1)), 20, "what each says")
        assert window._search(frame, "1 device failed", None)
        screenshot("run-on")
        window.click(window._search(frame, "Run on host1", "check box"))
        window.click(window._search(frame, "Command", "text"))
        window.key("ctrl+a")
        window.type("echo going; sleep 100\n")
        wait_until(lambda: Atspi.Text.get_text(results, 0, -1).count("going") == 2, 20, "output comes meanwhile")
        window.click(window._search(frame, "Stop", "push button"))
        wait_until(lambda: "running" not in Atspi.Text.get_text(results, 0, -1), 20, "it is stopped")
        window.key("Escape")
        wait_until(lambda: window.other_window(title) is None, 10, "the window is gone")
        focus(window, window.identifier)
        end(window)


run([function for name, function in list(globals().items()) if name.startswith("test_")])
