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


# --- unsaved work ---


def kept():
    return sorted(pathlib.Path(os.environ["VBET_STATE_DIR"]).glob("autosave/*.autosave"))


def crash(window):
    window.process.kill()
    window.process.wait()


def change_and_crash(*arguments):
    """Adds a host to what is open and kills the window when that is kept. Returns the text as it was."""
    with Window(*arguments) as window:
        window.key("h")
        window.click(window.free_place(60, 60))
        wait_until(lambda: window.title().startswith("•"), 5, "changed")
        wait_until(lambda: len(kept()) == 1, 10, "it is kept")
        # The program pane may be a moment behind.
        wait_until(lambda: kept()[0].read_text(encoding="utf-8").endswith("\n\n" + window.text()), 10, "all of it")
        text = window.text()
        assert kept()[0].stat().st_mode & 0o777 == 0o600
        assert kept()[0].parent.stat().st_mode & 0o777 == 0o700
        crash(window)
    return text


def test_crash_of_a_lab_without_file():
    text = change_and_crash()
    with start() as window:
        window.find("Found again")
        screenshot("start-found")
        window.click(window.find("Restore untitled", "push button"))
        window.item("host1")
        assert window.text() == text
        assert window.title() == "• untitled – vBET"
        assert len(kept()) == 1, "it stays kept until it is saved"
        window.key("ctrl+w")
        window.click(window.find("Close without saving", "push button"))
        assert window.wait_end() == 0
    assert kept() == []


def test_crash_of_a_file():
    path = lab_copy("data/labs/star.vbet", "crashed.vbet")
    original = path.read_bytes()
    text = change_and_crash(path)
    with Window(path) as window:
        window.find(r"Unsaved changes of this lab were found \(Today.*")
        screenshot("recovery")
        assert window.text().encode() == original
        window.click(window.find("Restore", "push button"))
        wait_until(lambda: window.text() == text, 5, "the changes are back")
        window.item("host4")
        assert window.title().startswith("•")
        window.key("ctrl+z")  # one revision above what the file holds
        wait_until(lambda: window.text().encode() == original, 5, "undone")
        wait_until(lambda: kept() == [], 5, "nothing is unsaved")
        window.key("ctrl+shift+z", "ctrl+s")
        wait_until(lambda: path.read_text(encoding="utf-8") == text, 5, "saved")
        wait_until(lambda: kept() == [], 5, "nothing is unsaved")


def test_crash_offered_at_start_and_discarded():
    path = lab_copy("data/labs/star.vbet", "crashed.vbet")
    text = change_and_crash(path)
    with start() as window:
        window.click(window.find("Restore crashed", "push button"))
        window.item("host4")
        assert window.text() == text
        assert window.title() == "• crashed – vBET"
        crash(window)
    with Window(path) as window:
        window.click(window.find("Discard them", "push button"))
        wait_until(lambda: kept() == [], 5, "it is gone")
        assert window.find_now("host4") is None


def test_two_windows_keep_apart():
    with Window("--new") as first:
        first.key("h")
        first.click(first.free_place(60, 60))
        wait_until(lambda: len(kept()) == 1, 10, "it is kept")
        with start() as second:
            second.find("Star: One switch.*", "push button")
            time.sleep(0.5)
            assert second.find_now("Found again") is None, "somebody else's work is not offered"
        assert len(kept()) == 1
        first.process.terminate()
        first.process.wait()
    for file in kept():
        file.unlink()


def test_autosave_that_fails_is_told_once():
    state = HOME / "nostate"
    state.write_text("in the way", encoding="utf-8")
    with Window("--new", environment={"VBET_STATE_DIR": str(state)}) as window:
        window.key("h")
        window.click(window.free_place(60, 60))
        window.find(".*nostate must be a folder, but is a file.*")
        screenshot("autosave-fails")


# --- files ---


def test_changed_on_disk():
    path = lab_copy("data/labs/star.vbet", "shared.vbet")
    original = path.read_text(encoding="utf-8")
    with Window(path) as window:
        window.item("host1")
        path.write_text(original + "extra = alloc(host, at=(100, 300))\n", encoding="utf-8")
        window.item("extra")  # nothing was changed here: it is read again …
        window.find("“shared” was read again from its file.*")
        assert not window.title().startswith("•")
        window.click(window.place("host1"))
        window.key("ctrl+z")  # … which can be undone
        window.gone_item("extra")
        assert window.title().startswith("•")
        path.write_text(original + "other = alloc(host, at=(100, 300))\n", encoding="utf-8")
        window.find("The file of “shared” was changed by another program.*")
        screenshot("changed-on-disk")
        window.click(window.find("Keep mine", "push button"))
        window.key("ctrl+s")
        wait_until(lambda: path.read_text(encoding="utf-8") == original, 5, "mine is kept")
        window.click(window.place("host1"))
        window.key("Down")
        wait_until(lambda: window.title().startswith("•"), 5, "changed here")
        path.write_text(original + "third = alloc(host, at=(100, 300))\n", encoding="utf-8")
        window.click(window.find("Reload it", "push button"))
        window.item("third")
        path.unlink()
        window.find("The lab's file was deleted or moved.*")
        window.key("ctrl+s")
        wait_until(path.exists, 5, "written again")


def test_what_cannot_be_opened():
    folder = HOME / "home" / "folder.vbet"
    folder.mkdir(exist_ok=True)
    large = HOME / "home" / "large.vbet"
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    binary = HOME / "home" / "binary.vbet"
    binary.write_bytes(b"\x7fELF\0\0\1\2" * 100)
    pipe = HOME / "home" / "pipe.vbet"
    os.mkfifo(pipe)
    for path, why in ((folder, "it is a folder"), (large, "it is too large.*"), (binary, "it is no text.*"),
                      (pipe, "it is no regular file")):
        with Window(path) as window:
            window.find(f"Cannot open .*: {why}")
            window.key("h")  # the window works all the same
            window.click(window.free_place(60, 60))
            window.item("host1")
    large.unlink()


def test_read_only():
    path = lab_copy("data/labs/star.vbet", "locked.vbet")
    path.chmod(0o444)
    if os.access(path, os.W_OK):
        print("# root may write everything: not tested")
        return
    with Window(path) as window:
        window.find("“locked” is read-only.*")
        screenshot("read-only")


def test_several_files():
    star, ospf = lab_copy("data/labs/star.vbet"), lab_copy("data/labs/ospf-flapping.vbet")
    process = subprocess.Popen([vbetgui.VBET, star, ospf, star])

    def titles():
        found = subprocess.run(["xdotool", "search", "--all", "--onlyvisible", "--pid", str(process.pid), "--name", " – vBET$"],
                               capture_output=True, text=True, check=False).stdout.split()
        return sorted(xdotool("getwindowname", identifier).strip() for identifier in found)

    try:
        wait_until(lambda: titles() == ["ospf-flapping – vBET", "star – vBET"], 20, "a window for each, none twice")
    finally:
        process.terminate()
        process.wait()


def test_full_disk():
    small = HOME / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", small], capture_output=True, check=False).returncode:
        print("# a small file system cannot be mounted: not tested")
        return
    try:
        path = small / "full.vbet"
        original = (SOURCE / "data/labs/star.vbet").read_bytes()
        path.write_bytes(original)
        with Window(path) as window:
            window.item("host1")
            with (small / "ballast").open("wb") as ballast:
                try:
                    ballast.write(b"x" * 100000)
                    ballast.flush()
                except OSError:
                    pass
            window.click(window.place("host1"))
            window.key("Down")
            wait_until(lambda: window.title().startswith("•"), 5, "changed")
            window.key("ctrl+s")
            window.find("Cannot save .*full.vbet.*")
            window.find("Save as …", "push button")
            screenshot("full-disk")
            assert path.read_bytes() == original, "the old file is whole"
    finally:
        subprocess.run(["umount", small], check=True)


run([function for name, function in list(globals().items()) if name.startswith("test_")])
