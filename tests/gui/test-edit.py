# test-edit.py - hands on the canvas: placing, cabling, moving, notes and frames, names, menus, with real events.
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

THREE = """h1 = attach(alloc(host, at=(100, 100)), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host, at=(400, 100)), alloc(NIC), alloc(NIC))
r1 = attach(alloc(router, at=(250, 260)), alloc(NIC), alloc(NIC))
link(NIC(h1, 1), NIC(h2, 1))
"""


def lab(name, text=THREE):
    return lab_text(f"{name}.vbet", text)


def position(window, name):
    found = re.search(rf"(?m)^{name} = .*?at=\((-?[\d.]+), (-?[\d.]+)\)", window.text())
    return (float(found[1]), float(found[2])) if found else None


def nic(window, device, number):
    """The accessible object of a NIC, child of its device."""
    return next(child for child in children(window.item(device)) if name_of(child) == f"{device} eth{number}")


def selected(window, name):
    return window.item(name).get_state_set().contains(Atspi.StateType.SELECTED)


def undone(window, path):
    """Undo takes exactly one step back to what was loaded."""
    window.key("ctrl+z")
    wait_until(lambda: window.text() == path.read_text(), 5, "one undo takes all of it back")


def hover(window, name):
    x, y = window.place(name)
    xdotool("mousemove", x - 3, y)
    xdotool("mousemove", x, y)
    time.sleep(0.1)


def press(start, *way):
    """Presses at start and goes that way; the button stays down."""
    xdotool("mousemove", *start)
    time.sleep(0.05)
    xdotool("mousedown", 1)
    before = start
    for place in way:
        for step in range(1, 6):
            xdotool("mousemove", before[0] + (place[0] - before[0]) * step // 5, before[1] + (place[1] - before[1]) * step // 5)
            time.sleep(0.02)
        before = place
    time.sleep(0.05)


def test_palette():
    with Window() as window:
        for number, name in enumerate(("Host", "Router", "Firewall", "Switch", "Hub", "AP", "Gateway", "TAP", "Remote")):
            button = window.find(name, "toggle button")
            box = button.get_extents(Atspi.CoordType.SCREEN)
            assert box.y + box.height < 560, f"{name} is in sight"
            window.drag(window.middle(button), window.free_place(100 + 66 * number, 80))
            window.item(f"{name.lower()}1")
        screenshot("edit-palette")
        assert re.search(r"gateway1 = alloc\(gateway, at=", window.text())
        # it lands where it was dropped
        x, y = window.place("tap1")
        px, py = window.free_place(100 + 66 * 7, 80)
        assert abs(x - px) <= 12 and abs(y - py) <= 12, ((x, y), (px, py))


def test_keys_place():
    with Window() as window:
        for number, (key, name) in enumerate(
                (("h", "host1"), ("r", "router1"), ("f", "firewall1"), ("s", "switch1"), ("u", "hub1"), ("a", "ap1"),
                 ("g", "gateway1"), ("t", "tap1"), ("e", "remote1"))):
            window.key(key)
            window.click(window.free_place(60 + 66 * number, 160))
            window.item(name)
        assert window.find("Select", "toggle button").get_state_set().contains(Atspi.StateType.CHECKED), "back to Select"
        window.key("c")
        wait_until(lambda: window.find("Cable", "toggle button").get_state_set().contains(Atspi.StateType.CHECKED), 5, "cable")
        window.key("v")
        wait_until(lambda: window.find("Select", "toggle button").get_state_set().contains(Atspi.StateType.CHECKED), 5, "select")


def test_shift_goes_on_placing():
    with Window() as window:
        window.key("h")
        xdotool("keydown", "shift")
        window.click(window.free_place(150, 120))
        window.item("host1")
        window.click(window.free_place(300, 120))
        window.item("host2")
        xdotool("keyup", "shift")
        window.click(window.free_place(450, 120))
        window.item("host3")
        window.click(window.free_place(600, 260))
        assert len(window.items()) == 3, window.items()
        # likewise after a drag from the palette
        press(window.middle(window.find("Switch", "toggle button")), window.free_place(200, 60), window.free_place(150, 250))
        xdotool("keydown", "shift")
        time.sleep(0.1)
        xdotool("mouseup", 1)
        window.item("switch1")
        xdotool("keyup", "shift")
        window.click(window.free_place(300, 250))
        window.item("switch2")
        window.click(window.free_place(450, 250))
        assert len(window.items()) == 5, window.items()


def test_cable_from_a_nic():
    path = lab("nic")
    with Window(path) as window:
        hover(window, "r1")
        screenshot("edit-handles")
        # from the second NIC of r1 to the second of h2, both named
        start = window.middle(nic(window, "r1", 1))
        xdotool("mousemove", *start)
        press(start, window.place("h2"))
        screenshot("edit-wire")
        end = window.middle(nic(window, "h2", 1))
        press_end(end)
        text = window.wait_text(r"link\(NIC\(r1, 2\), NIC\(h2, 2\)")
        assert text.count("link(") == 2
        assert "r1 eth1" in [name_of(child) for child in children(window.item("r1"))]
        description = nic(window, "r1", 1).get_description()
        assert "eth1 of h2" in description, description
        undone(window, path)


def press_end(place):
    xdotool("mousemove", *place)
    time.sleep(0.1)
    xdotool("mousemove", place[0] + 1, place[1])
    time.sleep(0.1)
    xdotool("mouseup", 1)


def test_cable_from_a_new_nic():
    text = "h1 = attach(alloc(host, at=(100, 100)), alloc(NIC))\ns1 = alloc(switch, at=(400, 100))\n"
    with Window(lab("new-nic", text)) as window:
        x, y = window.place("h1")
        left = window.middle(nic(window, "h1", 0))[0] - x
        hover(window, "h1")
        # the NIC that there is, is to the right; the new one opposite
        assert left > 20
        press((x - left, y), window.place("s1"))
        xdotool("mouseup", 1)
        changed = window.wait_text(r"link\(")
        assert changed.count("alloc(NIC") == 2 and re.search(r"NIC\(h1, 2\)", changed), changed


def test_escape_gives_a_cable_up():
    path = lab("give-up")
    with Window(path) as window:
        window.key("c")
        window.click(window.place("r1"))
        xdotool("mousemove", *window.place("h1"))
        screenshot("edit-click-cable")
        window.key("Escape")
        window.click(window.place("h1"))
        window.key("Escape")
        # nor on empty paper
        x, y = window.place("r1")
        press((x, y), (x + 140, y + 20))
        xdotool("mouseup", 1)
        window.key("Escape")
        assert window.text() == path.read_text()


def test_several_cables_and_the_tool_stays():
    with Window(lab("several")) as window:
        before = set(window.items())
        window.key("c")
        for _ in range(2):
            window.click(window.place("h1"))
            window.click(window.place("h2"))
        wait_until(lambda: len(set(window.items()) - before) == 2, 5, "two more cables")
        window.key("Escape")
        a, b = sorted(set(window.items()) - before)
        assert window.place(a) != window.place(b), "they fan out"
        screenshot("edit-fan")


def test_replug():
    path = lab("replug")
    with Window(path) as window:
        cable = next(name for name in window.items() if "cable" in name)
        (x1, y1), (x2, _) = window.place("h1"), window.place("h2")
        # the end at h2 goes to a NIC of r1
        xdotool("mousemove", (x1 + x2) // 2, y1)
        time.sleep(0.1)
        scale = (x2 - x1) / 300
        end = (round(x2 - 44 * scale), y1)
        xdotool("mousemove", *end)
        screenshot("edit-ends")
        press(end, window.place("r1"))
        screenshot("edit-replug")
        xdotool("mouseup", 1)
        wait_until(lambda: "r1" in window.description(cable), 5, "it is plugged into r1")
        assert "h1" in window.description(cable)
        undone(window, path)
        # dropped on nothing, it stays what it was
        xdotool("mousemove", (x1 + x2) // 2, y1)
        time.sleep(0.1)
        xdotool("mousemove", *end)
        press(end, (end[0], end[1] + 160))
        xdotool("mouseup", 1)
        time.sleep(0.2)
        assert window.text() == path.read_text()
        # by the handle of its NIC
        hover(window, "h2")
        press(window.middle(nic(window, "h2", 0)), window.place("r1"))
        xdotool("mouseup", 1)
        wait_until(lambda: "r1" in window.description(cable), 5, "it is plugged into r1")


def test_select_and_toggle():
    with Window(lab("select")) as window:
        window.click(window.place("h1"))
        wait_until(lambda: selected(window, "h1"), 5, "selected")
        xdotool("keydown", "shift")
        window.click(window.place("h2"))
        xdotool("keyup", "shift")
        wait_until(lambda: selected(window, "h1") and selected(window, "h2"), 5, "both")
        xdotool("keydown", "ctrl")
        window.click(window.place("h1"))
        xdotool("keyup", "ctrl")
        wait_until(lambda: not selected(window, "h1") and selected(window, "h2"), 5, "toggled")
        window.key("Escape")
        wait_until(lambda: not selected(window, "h2"), 5, "Escape clears")
        window.key("Tab")
        wait_until(lambda: selected(window, "h1"), 5, "Tab")
        window.key("Tab")
        wait_until(lambda: selected(window, "h2"), 5, "Tab again")
        window.key("shift+Tab")
        wait_until(lambda: selected(window, "h1"), 5, "and back")
        window.key("ctrl+a")
        wait_until(lambda: all(selected(window, name) for name in ("h1", "h2", "r1")), 5, "all")
        # a rubber band with Shift adds
        window.key("Escape")
        window.click(window.place("r1"))
        (x, y) = window.place("h1")
        xdotool("keydown", "shift")
        window.drag((x - 60, y - 50), (x + 60, y + 60))
        xdotool("keyup", "shift")
        wait_until(lambda: selected(window, "h1") and selected(window, "r1"), 5, "added")
        assert not selected(window, "h2")


def test_guides_and_alt():
    path = lab("guides")
    with Window(path) as window:
        x, y = window.place("r1")
        hx, _ = window.place("h1")
        press((x, y), (hx + 30, y), (hx + 3, y))
        screenshot("edit-guides")
        xdotool("mouseup", 1)
        wait_until(lambda: (position(window, "r1") or (0,))[0] == 100, 5, f"in line with h1: {window.text()}")
        undone(window, path)
        x, y = window.place("r1")
        press((x, y), (x - 30, y + 9))
        xdotool("keydown", "alt")
        xdotool("mousemove", x - 33, y + 12)
        xdotool("mousemove", x - 33, y + 13)
        time.sleep(0.1)
        xdotool("mouseup", 1)
        xdotool("keyup", "alt")
        wait_until(lambda: position(window, "r1") not in (None, (250, 260)), 5, "moved")
        found = position(window, "r1")
        assert found[0] % 10 != 0 or found[1] % 10 != 0, f"free with Alt: {found}"


def test_arrow_keys():
    path = lab("arrows")
    with Window(path) as window:
        window.click(window.place("r1"))
        # two keys that are held, one step to undo
        xdotool("keydown", "Right", "keydown", "Down", "keyup", "Right", "keyup", "Down")
        wait_until(lambda: position(window, "r1") == (260, 270), 5, "both at once")
        undone(window, path)
        window.key("shift+Down")
        wait_until(lambda: position(window, "r1") == (250, 261), 5, "one unit with Shift")
        window.key("Left")
        wait_until(lambda: position(window, "r1") == (240, 261), 5, "ten without")


def test_note():
    path = lab("note")
    with Window(path) as window:
        window.key("n")
        window.click(window.free_place(300, 300))
        view = window.find("Text of the note", "text")
        screenshot("edit-note-new")
        window.type("two\nlines")
        window.key("ctrl+Return")
        window.gone("Text of the note")
        window.wait_text(r'note\("two\\nlines", at=\(')
        assert window.description("note#0") == "note: two\nlines", window.description("note#0")
        screenshot("edit-note")
        # again, and given up
        window.click(window.place("note#0"), times=2)
        view = window.find("Text of the note", "text")
        assert Atspi.Text.get_text(view, 0, -1) == "two\nlines"
        window.type("other")
        window.key("Escape")
        window.gone("Text of the note")
        assert "other" not in window.text()
        # a click elsewhere writes it down
        window.click(window.place("note#0"))
        window.key("F2")
        window.find("Text of the note", "text")
        window.type("hello")
        window.click(window.free_place(20, 20))
        window.wait_text(r'note\("hello"')
        # moved, deleted, each one step
        before = window.text()
        x, y = window.place("note#0")
        window.drag((x, y), (x + 100, y - 40))
        wait_until(lambda: window.text() != before, 5, "moved")
        window.key("ctrl+z")
        wait_until(lambda: window.text() == before, 5, "and back")
        window.click(window.place("note#0"))
        window.key("Delete")
        window.gone_item("note#0")
        window.key("ctrl+z")
        window.item("note#0")


def test_frame():
    path = lab("frame")
    with Window(path) as window:
        (x1, y1), (x2, y2) = window.place("h1"), window.place("h2")
        window.key("m")
        window.drag((x1 - 70, y1 - 70), (x1 + 90, y1 + 100))
        window.find("Text of the note", "text")
        window.type("LAN 1")
        window.key("ctrl+Return")
        text = window.wait_text(r'note\("LAN 1", at=\(.*\), size=\(')
        screenshot("edit-frame")
        assert window.description("note#0") == "frame: LAN 1"
        size = tuple(map(float, re.search(r"size=\(([\d.]+), ([\d.]+)\)", text).groups()))
        # inside it, a rubber band works
        window.key("Escape")
        window.drag((x1 - 55, y1 - 40), (x1 + 60, y1 + 80))
        wait_until(lambda: selected(window, "h1") and not selected(window, "note#0"), 5, "a band in the frame")
        # its title takes it, and what is in it comes along
        window.key("Escape")
        before = window.text()
        at = position(window, "h1")
        box = window.item("note#0").get_extents(Atspi.CoordType.SCREEN)
        window.drag((box.x + 20, box.y + 12), (box.x + 20, box.y + 12 + 90))
        wait_until(lambda: position(window, "h1") != at, 5, "h1 moved with its frame")
        assert position(window, "h2") == (400, 100)
        window.key("ctrl+z")
        wait_until(lambda: window.text() == before, 5, "one undo")
        # only the frame with Alt
        press((box.x + 20, box.y + 12), (box.x + 20, box.y + 60))
        xdotool("keydown", "alt")
        xdotool("mousemove", box.x + 20, box.y + 64)
        time.sleep(0.1)
        xdotool("mouseup", 1)
        xdotool("keyup", "alt")
        wait_until(lambda: window.text() != before, 5, "the frame moved")
        assert position(window, "h1") == at
        window.key("ctrl+z")
        wait_until(lambda: window.text() == before, 5, "one undo")
        # resized by a corner
        window.drag((box.x + box.width - 1, box.y + box.height - 1), (box.x + box.width + 60, box.y + box.height + 40))
        wait_until(lambda: window.text() != before, 5, "resized")
        screenshot("edit-resized")
        wide = tuple(map(float, re.search(r"size=\(([\d.]+), ([\d.]+)\)", window.text()).groups()))
        assert wide[0] > size[0] and wide[1] > size[1], (size, wide)
        assert position(window, "h1") == at
        window.key("ctrl+z")
        wait_until(lambda: window.text() == before, 5, "one undo")
        # with everything else, deleted and back in one step
        window.key("ctrl+a", "Delete")
        wait_until(lambda: window.items() == [], 5, "all gone")
        window.key("ctrl+z")
        wait_until(lambda: window.text() == before, 5, "all back")


def test_rename_in_place():
    path = lab("rename")
    with Window(path) as window:
        window.click(window.place("h1"))
        window.key("F2")
        entry = window.find("New name")
        screenshot("edit-rename")
        window.key("ctrl+a")
        window.type("h2")
        window.find("the name h2 is taken already.*", "label")
        screenshot("edit-rename-taken")
        window.key("Return")
        assert window.text() == path.read_text(), "what is not possible is not written"
        window.key("ctrl+a")
        window.type("server")
        window.gone("the name h2 is taken already.*", "label")
        window.key("Return")
        window.gone("New name")
        window.item("server")
        window.wait_text(r"link\(NIC\(server, 1\)")
        undone(window, path)
        window.click(window.place("h2"))
        window.key("F2")
        window.find("New name")
        window.type("other")
        window.key("Escape")
        window.gone("New name")
        assert window.text() == path.read_text()
        assert entry is not None


def menu_item(window, label):
    return window.find(label, "push button")


def test_menus():
    path = lab("menus", THREE + 'note("here", at=(80, 250))\n')
    with Window(path) as window:
        cable = next(name for name in window.items() if "cable" in name)
        window.click(window.place(cable), button=3)
        window.click(menu_item(window, "Cut Cable"))
        window.wait_text("up=no")
        screenshot("edit-cut")
        window.click(window.place(cable), button=3)
        screenshot("edit-cable-menu")
        window.click(menu_item(window, "Mend Cable"))
        wait_until(lambda: window.text() == path.read_text(), 5, "as it was")
        window.click(window.place(cable), button=3)
        window.click(menu_item(window, "Select Both Ends"))
        wait_until(lambda: selected(window, "h1") and selected(window, "h2"), 5, "its ends")
        window.click(window.place("note#0"), button=3)
        screenshot("edit-note-menu")
        window.click(menu_item(window, "Delete"))
        window.gone_item("note#0")
        window.click(window.free_place(30, 30), button=3)
        screenshot("edit-paper-menu")
        window.find("New Here")
        window.key("Escape")


def test_menu_key():
    with Window(lab("menu-key")) as window:
        window.click(window.place("h1"))
        window.key("shift+F10")
        window.click(menu_item(window, "Rename …"))
        window.find("New name")
        window.key("Escape")


def test_new_here():
    with Window() as window:
        window.click(window.free_place(200, 150), button=3)
        window.click(menu_item(window, "New Here"))
        window.click(menu_item(window, "Router"))
        window.item("router1")
        x, y = window.place("router1")
        px, py = window.free_place(200, 150)
        assert abs(x - px) <= 12 and abs(y - py) <= 12, ((x, y), (px, py))


def test_small_window():
    with Window() as window:
        xdotool("windowsize", window.identifier, 900, 520)
        wait_until(lambda: window.frame.get_extents(Atspi.CoordType.SCREEN).height <= 560, 5, "small")
        screenshot("edit-small")
        window.key("m")
        window.click(window.free_place(60, 60))
        window.find("Text of the note", "text")
        window.key("Escape")
        # what one gives up is the text, not the frame
        window.item("note#0")


def test_accessible_nics():
    with Window(lab("nics")) as window:
        names = [name_of(child) for child in children(window.item("h2"))]
        assert names == ["h2 eth0", "h2 eth1"], names
        description = nic(window, "h1", 0).get_description()
        assert description.startswith("10.0.0.1/24") and "eth0 of h2" in description, description
        x, y = window.middle(nic(window, "h1", 0))
        hx, hy = window.place("h1")
        assert 25 < abs(x - hx) + abs(y - hy) < 90, "near its device"
        # a NIC more is a child more
        window.key("c")
        window.click(window.place("h1"))
        window.click(window.place("r1"))
        wait_until(lambda: len(list(children(window.item("h1")))) == 2, 5, "a second NIC")


run([function for name, function in list(globals().items()) if name.startswith("test_")])
