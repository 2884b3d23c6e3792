# test-arrange.py - clipboard, arranging, finding and moving about on the canvas, with real pointer and keys.
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

STAR = """s = alloc(switch, at=(300, 200))
a = attach(alloc(host, at=(150, 80)), alloc(NIC, ip=10.0.0.1/24))
b = attach(alloc(host, at=(450, 80)), alloc(NIC, ip=10.0.0.2/24))
c = attach(alloc(host, at=(150, 320)), alloc(NIC, ip=10.0.0.3/24))
d = attach(alloc(host, at=(450, 320)), alloc(NIC, ip=10.0.0.4/24))
link(s, a, b, c, d)
"""


def selected(window):
    return sorted(name_of(child) for child in children(window.find("Canvas"))
                  if child.get_state_set().contains(Atspi.StateType.SELECTED))


def devices(window):
    return sorted(name for name in window.items() if not name.startswith("cable"))


def test_copy_and_paste():
    with Window(lab_text("star5.vbet", STAR)) as window:
        window.item("d")
        window.click(window.free_place(20, 20))
        window.key("ctrl+a", "ctrl+c")
        xdotool("mousemove", *window.free_place(900, 200))
        window.key("ctrl+v")
        wait_until(lambda: len(devices(window)) == 10, 5, "five more devices")
        text = window.text()
        assert text.startswith(STAR)
        added = text[len(STAR):]
        for number in range(5, 9):
            assert f"ip=10.0.0.{number}/24" in added, added
        assert added.count("link(") == 4 and "(s2, " in added, added
        assert selected(window) == ["a2", "b2", "c2", "d2", "s2"]
        screenshot("pasted")
        window.click(window.find("Canvas"))
        window.key("ctrl+z")
        wait_until(lambda: window.text() == STAR, 5, "one undo takes it all back")


def test_duplicate_and_cut():
    with Window(lab_text("dup.vbet", STAR)) as window:
        window.click(window.place("a"))
        window.key("ctrl+d")
        window.item("a2")
        assert selected(window) == ["a2"], selected(window)
        window.key("ctrl+d")
        window.item("a1")
        assert len([name for name in window.items() if name.startswith("cable")]) == 4  # a copy of one comes without
        window.key("ctrl+x")
        window.gone_item("a1")
        window.key("ctrl+v")
        window.item("a1")
        screenshot("duplicated")


def test_between_windows_and_text():
    with Window(lab_text("from.vbet", STAR)) as first:
        first.click(first.place("s"))
        first.key("ctrl+a", "ctrl+c")
        with Window() as second:
            second.click(second.free_place(300, 200))
            second.key("ctrl+v")
            second.item("d")
            assert second.text().count("link(") == 4
            # a text editor, in the form of the program pane: what is pasted is text there, and is the lab again
            second.click(second.find("Program", "text"))
            second.key("ctrl+a", "Delete")
            wait_until(lambda: second.items() == [], 5, "all text is gone")
            second.key("ctrl+v")
            second.item("d")
            second.key("ctrl+a", "ctrl+c", "Delete")
            wait_until(lambda: second.items() == [], 5, "all text is gone again")
            second.click(second.free_place(300, 200))
            second.key("ctrl+v")
            second.item("d")


def test_paste_refused():
    path = lab_text("refused.vbet", STAR + "# Dear students\n")
    with Window(path) as window:
        window.click(window.find("Program", "text"))
        window.key("ctrl+End", "Up", "shift+Down", "ctrl+c")
        window.click(window.free_place(20, 20))
        window.key("ctrl+v")
        window.find("Nothing was pasted: there is no device.*")
        screenshot("paste-refused")
        window.click(window.find("Program", "text"))
        window.key("ctrl+End")
        window.type("nonsense here")
        window.key("shift+Home", "ctrl+x")
        window.click(window.free_place(20, 20))
        window.key("ctrl+v")
        window.find("Nothing was pasted: .* is no lab. In its line 1: .*")
        assert window.text() == path.read_text(encoding="utf-8")


def menu(window, *path, at=None):
    """Opens a menu - of the window, or the context menu at a place - and chooses an item in its submenus."""
    if at is None:
        window.click(window.find("Menu", "toggle button"))
    else:
        window.click(at, button=3)
    for label in path:
        # What slides away has the same names as what slides in; the last one that is shown is meant.
        window.click(settled(lambda label=label: window.find(label)))
    return window


def settled(find):
    """A widget once it no longer moves."""
    while True:
        widget = find()
        before = widget.get_extents(Atspi.CoordType.SCREEN)
        time.sleep(0.1)
        after = widget.get_extents(Atspi.CoordType.SCREEN)
        if (before.x, before.y) == (after.x, after.y):
            return widget


def test_align_and_distribute():
    with Window(lab_text("align.vbet", STAR)) as window:
        window.click(window.place("a"))
        for name in ("s", "d"):
            xdotool("keydown", "shift")
            window.click(window.place(name))
            xdotool("keyup", "shift")
        menu(window, "Arrange", "Align Left", at=window.place("s"))
        text = window.wait_text(r"d = attach\(alloc\(host, at=\(150, 320\)")
        assert "s = alloc(switch, at=(150, 200))" in text, text
        window.key("ctrl+z")
        wait_until(lambda: window.text() == STAR, 5, "one undo")
        menu(window, "Edit", "Arrange", "Distribute Vertically")
        wait_until(lambda: window.text() == STAR, 5, "they are so already")
        menu(window, "Edit", "Arrange", "Align Top")
        window.wait_text(r"d = attach\(alloc\(host, at=\(450, 80\)")
        screenshot("aligned")


def test_arrange_and_undo():
    with Window(lab_text("styles.vbet", STAR)) as window:
        window.item("d")
        window.click(window.free_place(20, 20))
        texts = []
        for style in ("Organic", "Layers", "Circle", "Grid"):
            menu(window, "Edit", "Arrange", style)
            wait_until(lambda: window.text() not in [STAR, *texts], 10, f"arranged as {style}")
            texts.append(window.text())
            time.sleep(0.3)  # for the picture only
            screenshot(f"arranged-{style.lower()}")
        for text in [*texts[:-1][::-1], STAR]:
            window.key("ctrl+z")
            wait_until(lambda text=text: window.text() == text, 5, "undone, one by one")


def test_select_ways():
    with Window(lab_text("select.vbet", STAR + "x = alloc(hub, at=(600, 200))\n")) as window:
        window.click(window.place("a"))
        window.key("ctrl+e")
        wait_until(lambda: "s" in selected(window), 5, "the neighbour")
        assert [name for name in selected(window) if not name.startswith("cable")] == ["a", "s"], selected(window)
        window.key("ctrl+e")
        wait_until(lambda: "d" in selected(window), 5, "and its neighbours")
        window.key("ctrl+shift+i")
        wait_until(lambda: selected(window) == ["x"], 5, "the others")
        menu(window, "Select Devices", "Hosts", at=window.free_place(20, 20))
        wait_until(lambda: selected(window) == ["a", "b", "c", "d"], 5, "all hosts")


def test_addresses():
    path = lab_text("wires.vbet", "s = alloc(switch, at=(300, 200))\nr = attach(alloc(router, at=(300, 60)), alloc(NIC))\n"
                    "a = attach(alloc(host, at=(120, 200)), alloc(NIC))\nb = attach(alloc(host, at=(480, 200)), alloc(NIC))\n")
    original = path.read_text(encoding="utf-8")
    with Window(path) as window:
        window.item("b")
        window.click(window.find("Cable", "toggle button"))
        window.drag(window.place("a"), window.place("s"))
        text = window.wait_text(r"a = .*ip=10\.0\.0\.10/24")
        assert "link(" in text
        window.drag(window.place("r"), window.place("s"))
        window.wait_text(r"r = .*ip=10\.0\.0\.1/24")
        window.wait_text(r"a = .*gateway=10\.0\.0\.1\b")
        screenshot("addresses")
        window.key("ctrl+z")
        wait_until(lambda: window.text() == text, 5, "cable, address and routes are one revision")
        window.key("ctrl+z")
        wait_until(lambda: window.text() == original, 5, "and so is the first")
        menu(window, "Edit", "Propose Addresses")
        time.sleep(0.3)
        if window.find_now("Propose Addresses") is not None:
            window.key("Escape")
        window.click(window.find("Cable", "toggle button"))
        window.drag(window.place("a"), window.place("s"))
        assert "ip=" not in window.wait_text(r"link\(")


def test_find():
    hosts = "".join(f"h{n} = attach(alloc(host, at=({n * 220}, {n % 5 * 160})), alloc(NIC, ip=192.168.{n % 3}.{n + 1}/24))\n"
                    for n in range(40))
    with Window(lab_text("many.vbet", hosts)) as window:
        window.item("h39")
        window.click(window.free_place(20, 20))
        window.key("ctrl+0")
        window.key("ctrl+f")
        window.find("Find device")
        window.type("192.168.2.")
        window.find("1 of 13")
        assert selected(window) == ["h2"], selected(window)
        window.key("Return")
        window.find("2 of 13")
        window.key("Down", "shift+Return", "Up", "Up")
        window.find("13 of 13")
        wait_until(lambda: selected(window) == ["h38"], 5, "the last one is selected")
        # what is found is in sight, after a smooth way
        canvas = window.find("Canvas").get_extents(Atspi.CoordType.SCREEN)
        wait_until(lambda: canvas.x < window.place("h38")[0] < canvas.x + canvas.width, 5, "it is in sight")
        time.sleep(0.4)  # for the picture only
        screenshot("find")
        # typed letter by letter, the way to the first hit is given up for the last
        window.key("ctrl+a")
        window.type("h3")
        window.type("3")
        window.find("1 of 1")
        wait_until(lambda: selected(window) == ["h33"], 5, "h33 is selected")
        wait_until(lambda: canvas.x < window.place("h33")[0] < canvas.x + canvas.width, 5, "h33 is in sight")
        time.sleep(0.6)  # a glide to somewhere else would be over by now
        assert canvas.x < window.place("h33")[0] < canvas.x + canvas.width
        window.key("ctrl+a")
        window.type("38")
        wait_until(lambda: selected(window) == ["h38"], 5, "h38 is selected again")
        window.key("ctrl+a")
        window.type("nowhere")
        window.find("Nothing found")
        screenshot("find-nothing")
        window.key("Escape")
        window.gone("Find device")
        window.key("Delete")  # the canvas has the focus again, and the last that was found is still selected
        window.gone_item("h38")
        window.click(window.find("Program", "text"))
        window.key("ctrl+Home")


def test_minimap():
    hosts = "".join(f"h{n} = attach(alloc(host, at=({n % 14 * 200}, {n // 14 * 110})), alloc(NIC))\n" for n in range(112))
    links = "s = alloc(switch, at=(1300, 440))\nlink(s" + "".join(f", h{n}" for n in range(112)) + ")\n"
    for theme in ("Adwaita", "Adwaita:dark"):
        with Window(lab_text("map.vbet", hosts + links), environment={"GTK_THEME": theme}) as window:
            window.item("h111")
            assert window.find_now("Map of the lab") is None
            window.key("ctrl+0")
            small = window.find("Map of the lab")
            box = small.get_extents(Atspi.CoordType.SCREEN)
            time.sleep(0.2)
            window.click((box.x + box.width - 12, box.y + box.height - 12))
            canvas = window.find("Canvas").get_extents(Atspi.CoordType.SCREEN)
            wait_until(lambda: window.place("h111")[0] < canvas.x + canvas.width, 5, "the lower right is in sight")
            screenshot("map-" + theme.replace(":", "-"))
            window.drag((box.x + box.width - 12, box.y + box.height - 12), (box.x + 10, box.y + 12))
            wait_until(lambda: window.place("h0")[0] > canvas.x and window.place("h0")[1] > canvas.y, 5, "the upper left is")
            window.key("ctrl+shift+m")
            window.gone("Map of the lab")
            window.key("ctrl+shift+m")
            window.find("Map of the lab")
            window.key("ctrl+9")
            window.gone("Map of the lab")
            window.key("ctrl+apostrophe")  # without the grid
            window.click(window.place("h5"))
            window.key("ctrl+8")
            wait_until(lambda: window.item("h5").get_extents(Atspi.CoordType.SCREEN).width > 90, 5, "zoomed to what is selected")
            window.key("ctrl+apostrophe")


run([function for name, function in list(globals().items()) if name.startswith("test_")])
