# test-arrange.py - clipboard, arranging, finding and moving about on the canvas, with real pointer and keys.
import os
import subprocess
import sys

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


run([function for name, function in list(globals().items()) if name.startswith("test_")])
