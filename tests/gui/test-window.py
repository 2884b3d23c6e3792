# test-window.py - the window with pointer and keys, without running labs.
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403


def test_empty():
    with Window() as window:
        assert window.items() == []
        assert window.title() == "untitled – vBET"
        screenshot("empty")
        window.key("ctrl+w")
        assert window.wait_end() == 0


def test_open():
    with Window(lab_copy("tests/seed/star.vbet")) as window:
        window.item("host3")
        assert sorted(window.items()) == ["cable1", "cable2", "cable3", "host1", "host2", "host3", "switch1"]
        assert window.description("host1") == "host, off"
        assert "cable from" in window.description("cable1")
        window.find(r"Problems \(1\)", "page tab")
        screenshot("star")
        window.tab("Problems")
        window.find("warning, line 4.*")
        screenshot("problems")


def test_move_undo_save():
    path = lab_copy("tests/seed/star.vbet")
    original = path.read_bytes()
    with Window(path) as window:
        x, y = window.place("host1")
        window.drag((x, y), (x - 80, y - 60))
        text = window.wait_text(r"host1 = .*at=\(")
        # The picture as it was seen is written down: all positions, not only the moved one.
        assert text.count("at=(") == 4, text
        nx, ny = window.place("host1")
        assert abs(nx - (x - 80)) <= 12 and abs(ny - (y - 60)) <= 12, ((x, y), (nx, ny))
        assert window.title().startswith("•")
        window.key("ctrl+z")
        wait_until(lambda: window.text().encode() == original, 5, "undo gives the original bytes")
        assert window.place("host1") == (x, y)
        assert not window.title().startswith("•")
        window.key("ctrl+y")
        window.wait_text(r"host1 = .*at=\(")
        window.key("ctrl+s")
        wait_until(lambda: not window.title().startswith("•"), 5, "saved")
        assert b"at=(" in path.read_bytes()
        screenshot("moved")


def test_escape_gives_up_a_drag():
    path = lab_copy("tests/seed/star.vbet")
    with Window(path) as window:
        x, y = window.place("host2")
        xdotool("mousemove", x, y)
        xdotool("mousedown", 1)
        xdotool("mousemove", x + 40, y - 30)
        xdotool("mousemove", x + 60, y - 50)
        window.key("Escape")
        xdotool("mouseup", 1)
        wait_until(lambda: window.place("host2") == (x, y), 5, "host2 is back")
        assert window.text().encode() == path.read_bytes()


def test_cable_and_delete():
    path = lab_copy("tests/seed/star.vbet")
    with Window(path) as window:
        window.item("host3")
        before = set(window.items())
        window.click(window.find("Cable", "toggle button"))
        window.drag(window.place("host1"), window.place("host2"))
        wait_until(lambda: len(set(window.items()) - before) == 1, 5, "a new cable")
        new = (set(window.items()) - before).pop()
        assert sorted(window.description(new).split()[2::2]) == ["host1", "host2"], window.description(new)
        window.key("Escape")
        screenshot("cabled")
        # a click on its middle selects it, Delete removes it
        window.click(window.place(new))
        window.key("Delete")
        wait_until(lambda: set(window.items()) == before, 5, "the cable is gone")
        window.key("ctrl+z")
        wait_until(lambda: new in window.items(), 5, "and back")
        # a device goes with its cables
        window.click(window.place("host3"))
        window.key("Delete")
        window.gone_item("host3")
        cables = [window.description(name) for name in window.items() if "cable" in name]
        assert len(cables) == 3 and not any("host3" in text for text in cables), cables


def test_cable_from_handle():
    with Window(lab_copy("tests/seed/ospf.vbet")) as window:
        window.item("r3")
        before = set(window.items())
        start, end = window.place("r3"), window.place("r1")
        xdotool("mousemove", *start)
        box = window.item("r3").get_extents(Atspi.CoordType.SCREEN)
        xdotool("mousemove", box.x + box.width // 2, box.y + 2)
        screenshot("handles")
        window.drag((box.x + box.width // 2, box.y), end)
        wait_until(lambda: len(set(window.items()) - before) == 1, 5, "a new cable")
        new = (set(window.items()) - before).pop()
        assert sorted(window.description(new).split()[2::2]) == ["r1", "r3"]


def test_build_from_nothing():
    with Window() as window:
        palette = window.find("Firewall", "toggle button")
        window.drag(window.middle(palette), window.free_place(250, 120))
        window.item("firewall1")
        window.click(window.find("Host", "toggle button"))
        xdotool("mousemove", *window.free_place(440, 200))
        window.click(window.free_place(450, 220))
        window.item("host1")
        window.key("s")  # the key of the switch, then a click
        window.click(window.free_place(650, 120))
        window.item("switch1")
        window.click(window.find("Cable", "toggle button"))
        window.click(window.place("host1"))
        window.click(window.place("switch1"))
        wait_until(lambda: len(window.items()) == 4, 5, "a cable by two clicks")
        window.key("Escape")
        window.drag(window.free_place(200, 60), window.free_place(720, 300))  # a rubber band
        wait_until(lambda: Atspi.StateType.SELECTED in window.item("switch1").get_state_set().get_states(), 5, "selected")
        screenshot("built")
        window.key("Delete")
        wait_until(lambda: window.items() == [], 5, "all gone")
        window.key("ctrl+z")
        wait_until(lambda: len(window.items()) == 4, 5, "all back")


def test_typing():
    path = lab_copy("tests/seed/ospf.vbet")
    with Window(path) as window:
        window.item("r3")
        window.click(window.find("Program", "text"))
        window.key("ctrl+End")
        window.type("lan = alloc(switch)\nlink(lan, r1, r3)\n")
        window.item("lan")
        wait_until(lambda: len([name for name in window.items() if "cable" in name or "link" in name]) >= 4
                   or len(window.items()) == 8, 5, "the typed cables are there")
        screenshot("typed")
        text = window.text()
        assert text.endswith("link(lan, r1, r3)\n"), text
        for _ in range(12):
            window.key("ctrl+z")
        wait_until(lambda: window.text().encode() == path.read_bytes(), 5, "typing is undone")
        assert "lan" not in window.items()


def test_broken_file():
    path = lab_text("broken.vbet", "h1 = attach(alloc(host), alloc(NIC)\nh2 = alloc(hots)\nlink(h1, nowhere)\n")
    with Window(path) as window:
        window.item("h1")  # what can be understood is shown
        window.find(r"Problems \(\d+\)", "page tab")
        screenshot("broken")
        window.tab("Problems")
        window.find("error, line 2.*")
        screenshot("broken-problems")
        window.click(window.find("Fix: .*", "push button"))
        wait_until(lambda: window.title().startswith("•"), 5, "a fix was applied")
        window.click(window.find("Run", "push button"))
        window.find("The lab's text has errors.*")
        screenshot("broken-run")


def test_not_text():
    path = lab_text("latin.vbet", "")
    path.write_bytes(b"h1 = alloc(host) # caf\xe9\n")
    with Window(path) as window:
        window.item("h1")
        window.find("This file is not UTF-8.*")
        assert path.read_bytes() == b"h1 = alloc(host) # caf\xe9\n"


def test_close_asks():
    path = lab_copy("tests/seed/ospf.vbet")
    original = path.read_bytes()
    with Window(path) as window:
        window.click(window.place("r2"))
        window.key("Down", "ctrl+w")
        window.find("“ospf” has changes that are not saved.")
        screenshot("close")
        window.click(window.find("Close without saving", "push button"))
        assert window.wait_end() == 0
    assert path.read_bytes() == original


def test_save_refuses_what_changed():
    path = lab_copy("tests/seed/ospf.vbet")
    with Window(path) as window:
        window.click(window.place("r2"))
        window.key("Down")
        wait_until(lambda: window.title().startswith("•"), 5, "changed")
        path.write_text("# somebody else's\n", encoding="utf-8")
        window.key("ctrl+s")
        window.find(".*was changed by somebody else.*")
        screenshot("changed")
        assert path.read_text(encoding="utf-8") == "# somebody else's\n"
        window.click(window.find("Overwrite it", "push button"))
        wait_until(lambda: "at=(" in path.read_text(encoding="utf-8"), 5, "overwritten")


def test_missing_file():
    with Window("/nonexistent/lab.vbet") as window:
        window.find("Cannot open .*")
        screenshot("missing")


def test_rename():
    with Window(lab_copy("tests/seed/ospf.vbet")) as window:
        window.click(window.place("r2"))
        window.key("F2")
        window.find("New name")
        window.key("ctrl+a")
        window.type("core\n")
        window.item("core")
        window.wait_text(r"(?m)^core = attach")
        assert "r2" not in window.items()


def test_zoom():
    with Window(lab_copy("tests/seed/ospf.vbet")) as window:
        x, y = window.place("r2")
        xdotool("mousemove", x, y)
        xdotool("keydown", "ctrl", "click", 4, "click", 4, "click", 4, "keyup", "ctrl")
        wait_until(lambda: window.place("r3")[0] - window.place("r1")[0] > 400, 5, "zoomed in")
        nx, ny = window.place("r2")
        assert abs(nx - x) <= 2 and abs(ny - y) <= 2, "the point under the pointer stays"
        screenshot("zoomed")
        window.key("ctrl+9")
        wait_until(lambda: window.place("r3")[0] - window.place("r1")[0] < 400, 5, "fits again")


def test_pan():
    with Window(lab_copy("tests/seed/ospf.vbet")) as window:
        x, y = window.place("r1")
        start = window.free_place(200, 300)
        xdotool("mousemove", *start, "mousedown", 2)
        for step in range(1, 6):
            xdotool("mousemove", start[0] + 12 * step, start[1] - 6 * step)
        xdotool("mouseup", 2)
        wait_until(lambda: window.place("r1") == (x + 60, y - 30), 5, "panned by the middle button")
        xdotool("mousemove", *window.free_place(200, 300), "click", 5)
        wait_until(lambda: window.place("r1")[1] < y - 30, 5, "panned by the wheel")


def test_save_as_and_open():
    folder = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "home"
    with Window() as window:
        window.key("h")
        window.click(window.free_place(300, 200))
        window.item("host1")
        window.key("ctrl+s")  # nothing to save to yet: it asks
        dialog = wait_until(lambda: window.other_window("Save the lab"), 10, "a file chooser")
        xdotool("windowfocus", "--sync", dialog)
        window.key("ctrl+a")
        window.type(f"{folder}/made.vbet\n")
        wait_until(lambda: window.title() == "made – vBET", 10, "saved under its name")
        assert "host1 = " in (folder / "made.vbet").read_text(encoding="utf-8")
        xdotool("windowfocus", "--sync", window.identifier)
        window.key("ctrl+o")
        dialog = wait_until(lambda: window.other_window("Open a lab"), 10, "a file chooser")
        xdotool("windowfocus", "--sync", dialog)
        window.key("Escape")
        wait_until(lambda: window.other_window("Open a lab") is None, 10, "no file chooser")


def test_dark():
    with Window(lab_copy("data/labs/ospf-flapping.vbet"), environment={"GTK_THEME": "Adwaita:dark"}) as window:
        window.item("r3")
        window.click(window.place("r2"))
        screenshot("dark")


def test_export_without_display():
    picture = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "star.png"
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
    subprocess.run([VBET, "--export", picture, SOURCE / "tests/seed/star.vbet"], env=environment, check=True)
    assert picture.read_bytes().startswith(b"\x89PNG")
    missing = subprocess.run([VBET, "--export", picture, "/nonexistent.vbet"], env=environment, check=False,
                             capture_output=True, text=True)
    assert missing.returncode == 1 and "nonexistent" in missing.stderr, missing
    assert subprocess.run([VBET, "--export", picture], env=environment, check=False, capture_output=True).returncode == 2


run([function for name, function in list(globals().items()) if name.startswith("test_")])
