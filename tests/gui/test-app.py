#!/usr/bin/env python3
# test-app.py - the application around the canvas: menus, shortcuts, preferences, projector mode, small windows.
import os
import pathlib
import re
import subprocess

from vbetgui import (Atspi, Window, children, lab_copy, name_of, run, screenshot, shown, wait_until, xdotool)

LAB = "data/labs/ospf-flapping.vbet"


def settings(folder):
    """Settings that stay, in a folder of the test's own; and themes that the settings may choose."""
    path = pathlib.Path(os.environ["VBET_GUI_HOME"]) / folder
    path.mkdir(exist_ok=True)
    return {"GSETTINGS_BACKEND": "keyfile", "XDG_CONFIG_HOME": str(path), "GTK_THEME": ""}


def keyfile(environment):
    path = pathlib.Path(environment["XDG_CONFIG_HOME"]) / "glib-2.0/settings/keyfile"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def anywhere(window, name, role=None):
    """A widget of any window of the program."""
    def search():
        for application in children(Atspi.get_desktop(0)):
            if application.get_process_id() == window.process.pid:
                for frame in children(application):
                    if shown(frame):
                        found = window._search(frame, name, role)
                        if found is not None:
                            return found
        return None

    return wait_until(search, 10, f"“{name}” is shown")


def dialog(window, title):
    """A second window; it gets the keys."""
    identifier = wait_until(lambda: window.other_window(title), 10, f"the window {title}")
    xdotool("windowfocus", "--sync", identifier)
    return identifier


def lightness():
    """Mean of the whole screen, from 0 to 1."""
    path = screenshot("app-lightness")
    return float(subprocess.run(["convert", str(path), "-colorspace", "Gray", "-format", "%[fx:mean]", "info:"], check=True,
                                capture_output=True, text=True).stdout)


def test_menu_by_keyboard():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        window.key("F10")
        window.find("File", "menu")
        window.key("v")  # View; its first entry is chosen
        window.find("Palette", "check menu item")
        screenshot("app-menu")
        window.key("p")
        window.gone("Palette", "filler|panel")
        window.key("F9")
        window.find("Host", "toggle button")


def test_menu_by_pointer():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        window.menu("Edit", "Select Devices", "All")
        wait_until(lambda: Atspi.StateType.SELECTED in window.item("r1").get_state_set().get_states(), 5, "selected")


def test_context_menus():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        window.click(window.place("r1"), button=3)
        window.find("Rename …")
        screenshot("app-menu-device")
        window.key("Escape")
        window.gone("Rename …")
        window.click(window.free_place(5, 5), button=3)
        window.find("Arrange")
        screenshot("app-menu-paper")


def test_shortcuts():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        window.key("F1")
        dialog(window, "Keyboard Shortcuts")
        anywhere(window, "New lab")
        screenshot("app-shortcuts")
        window.key("Escape")
        wait_until(lambda: window.other_window("Keyboard Shortcuts") is None, 10, "it closes")


def test_language():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        window.key("shift+F1")
        dialog(window, "The Language of Labs")
        page = anywhere(window, "The language of labs", "text")
        wait_until(lambda: len(Atspi.Text.get_text(page, 0, -1)) > 500, 10, "there is a text")
        assert "\b" not in Atspi.Text.get_text(page, 0, -1)
        screenshot("app-language")


def test_preferences_stay():
    environment = settings("kept")
    with Window(lab_copy(LAB), environment=environment) as window:
        window.item("r1")
        before = lightness()
        window.key("ctrl+comma")
        dialog(window, "Preferences")
        window.click(anywhere(window, "Names of NICs at the ends of cables", "check box"))
        wait_until(lambda: "show-nics=false" in keyfile(environment), 5, "the setting is kept")
        screenshot("app-preferences")
        anywhere(window, "Colours:", "combo box|label")
        xdotool("key", "alt+c", "Down", "Down", "Return")
        wait_until(lambda: "appearance='dark'" in keyfile(environment), 5, "dark is chosen")
        screenshot("app-preferences-dark")
        window.key("Escape")
        xdotool("windowfocus", "--sync", window.identifier)
        wait_until(lambda: lightness() < before - 0.3, 5, "it is dark")
        screenshot("app-dark")
        window.key("ctrl+q")
        assert window.wait_end() == 0
    with Window(lab_copy(LAB), environment=environment) as window:
        window.item("r1")
        wait_until(lambda: lightness() < before - 0.3, 5, "it is dark from the start")
        window.key("F10")
        window.key("v")
        entry = window.find("NIC Names", "check menu item")
        assert not entry.get_state_set().contains(Atspi.StateType.CHECKED)


def test_high_contrast():
    environment = settings("contrast")
    path = pathlib.Path(environment["XDG_CONFIG_HOME"]) / "glib-2.0/settings/keyfile"
    path.parent.mkdir(parents=True)
    path.write_text("[net/vbet/Vbet]\nappearance='high-contrast'\n", encoding="utf-8")
    with Window(lab_copy(LAB), environment=environment) as window:
        window.click(window.place("r1"))
        screenshot("app-high-contrast")


def test_projector():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        window.find("Host", "toggle button")
        window.key("F11")
        window.gone("Host", "toggle button")
        window.find("Leave", "push button")
        screenshot("app-projector")
        window.key("F11")
        window.find("Host", "toggle button")
        window.gone("Leave", "push button")
        window.key("F11")
        window.gone("Host", "toggle button")
        window.key("Escape")
        window.find("Host", "toggle button")


def test_panes():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        window.find("Program", "text")
        window.key("shift+F9")
        window.gone("Program", "text")
        window.key("F9")
        window.gone("Host", "toggle button")
        screenshot("app-bare")
        window.key("shift+F9")
        window.find("Program", "text")


def test_areas():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")

        def focused(name, role=None):
            return window.find(name, role).get_state_set().contains(Atspi.StateType.FOCUSED)

        window.key("F6")
        wait_until(lambda: focused("Program", "text"), 5, "F6 goes to the pane below")
        window.key("shift+F6")
        wait_until(lambda: focused("Canvas"), 5, "and back")
        window.key("shift+F6")
        wait_until(lambda: focused("Select"), 5, "and to the palette")


def right(window, name, role):
    box = window.find(name, role).get_extents(Atspi.CoordType.SCREEN)
    return box.x + box.width


def test_small():
    with Window(lab_copy(LAB)) as window:
        window.item("r1")
        xdotool("windowsize", window.identifier, 800, 600)
        wait_until(lambda: window.frame.get_extents(Atspi.CoordType.SCREEN).width == 800, 5, "800 wide")
        wait_until(lambda: window.frame.get_extents(Atspi.CoordType.SCREEN).height == 600, 5, "600 high")
        for name, role in (("Run", "push button"), ("Menu", "toggle button"), ("Save", "push button"), ("Hub", "toggle button")):
            wait_until(lambda n=name, r=role: right(window, n, r) <= 800, 5, f"{name} is inside")
            box = window.find(name, role).get_extents(Atspi.CoordType.SCREEN)
            assert box.x >= 0 and box.y + box.height <= 600, f"{name} is outside"
        screenshot("app-small")


def test_size_is_kept():
    environment = settings("size")
    with Window(lab_copy(LAB), environment=environment) as window:
        window.item("r1")
        xdotool("windowsize", window.identifier, 900, 650)
        wait_until(lambda: window.frame.get_extents(Atspi.CoordType.SCREEN).width == 900, 5, "900 wide")
        window.key("ctrl+w")
        assert window.wait_end() == 0
    size = re.search(r"window-size=\((\d+), (\d+)\)", keyfile(environment))
    assert size and 860 <= int(size[1]) <= 900 and 560 <= int(size[2]) <= 650, keyfile(environment)


def locale_of(language):
    """Environment of a locale that this host need not have. By C.UTF-8 newer C libraries translate nothing."""
    folder = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "locales"
    name = f"{language}_{language.upper()}"
    folder.mkdir(exist_ok=True)
    subprocess.run(["localedef", "-i", name, "-f", "UTF-8", folder / f"{name}.UTF-8"], check=True, capture_output=True)
    return {"LANGUAGE": language, "LC_ALL": f"{name}.UTF-8", "LOCPATH": str(folder)}


def speaks(language, names):
    """The window in a language: its controls have their names, and none is too narrow for them."""
    environment = locale_of(language)
    with Window(lab_copy(LAB), environment=environment, canvas=names["canvas"]) as window:
        for name in names["buttons"]:
            window.find(name, "(push|toggle) button")
        window.click(window.find(names["menu"], "toggle button"))
        window.click(window.find(names["view"], "menu"))
        window.find(names["projector"], "check menu item")
        screenshot(f"app-{language}")
        window.key("Escape", "Escape", "Escape")
        window.key("ctrl+comma")
        dialog(window, names["preferences"])
        screenshot(f"app-{language}-preferences")
        window.key("Escape")
        xdotool("windowfocus", "--sync", window.identifier)
        # No window manager keeps it from being smaller than it may be: first what gives way goes.
        xdotool("windowsize", window.identifier, 960, 600)
        window.gone(names["zoom"], "push button")
        xdotool("windowsize", window.identifier, 800, 600)
        wait_until(lambda: window.frame.get_extents(Atspi.CoordType.SCREEN).width == 800, 5, "it fits into 800 pixels")
        assert right(window, names["menu"], "toggle button") <= 800
        screenshot(f"app-{language}-small")


def test_german():
    speaks("de", {"canvas": "Zeichenfläche", "buttons": ("Öffnen", "Speichern", "Ausführen", "Auswählen", "Kabel"), "menu": "Menü", "zoom": "Vergrößern",
                  "view": "Ansicht", "projector": "Projektormodus", "preferences": "Einstellungen"})


def test_french():
    speaks("fr", {"canvas": "Toile", "buttons": ("Ouvrir", "Enregistrer", "Lancer", "Sélectionner", "Câble"), "menu": "Menu", "zoom": "Zoom avant",
                  "view": "Affichage", "projector": "Mode projecteur", "preferences": "Préférences"})


run([function for name, function in list(globals().items()) if name.startswith("test_")])
