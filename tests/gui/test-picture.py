# test-picture.py - exporting and printing from the window, and pictures without one.
import os
import sys
import time
import xml.dom.minidom

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

LAB = """a = attach(alloc(host, at=(100, 100)), alloc(NIC, ip=10.0.0.1/24))
b = attach(alloc(router, at=(400, 100)), alloc(NIC))
c1 = alloc(cable, delay=10ms/40ms, loss=1%)
plug(c1, NIC(a)) plug(c1, NIC(b))
"""


def home(name):
    return pathlib.Path(os.environ["VBET_GUI_HOME"]) / "home" / name


def is_picture(path):
    data = path.read_bytes()
    if path.suffix == ".png":
        return data.startswith(b"\x89PNG") and data.rstrip().endswith(b"IEND\xaeB`\x82")
    if path.suffix == ".pdf":
        # Newer versions of cairo pack the objects, the number of pages among them.
        pages = b"/Count 1\n" in data or b"/ObjStm" in data
        return data.startswith(b"%PDF") and data.rstrip().endswith(b"%%EOF") and pages
    return xml.dom.minidom.parseString(data).documentElement.tagName == "svg"


def dialog(window, title):
    """The dialog's window, with the keyboard's focus."""
    found = wait_until(lambda: window.other_window(title), 10, f"the dialog “{title}”")
    xdotool("windowfocus", "--sync", found)
    return found


def export_as(window, name):
    window.key("ctrl+shift+e")
    dialog(window, "Export a picture")
    time.sleep(0.3)
    window.key("ctrl+a")
    window.type(str(home(name)))
    window.key("Return")
    wait_until(lambda: window.other_window("Export a picture") is None, 10, "the dialog is closed")
    xdotool("windowfocus", "--sync", window.identifier)
    wait_until(lambda: home(name).exists() and is_picture(home(name)), 10, f"{name} is a picture")


def test_export():
    with Window(lab_text("picture.vbet", LAB)) as window:
        window.item("a")
        window.click(window.free_place(20, 20))
        for name in ("one.png", "two.svg", "three.pdf"):
            export_as(window, name)
        window.find(r"The picture is in .*three\.pdf\.")
        screenshot("exported")
        # Giving up leaves no trace.
        window.key("ctrl+shift+e")
        dialog(window, "Export a picture")
        screenshot("export-dialog")
        window.key("Escape")
        wait_until(lambda: window.other_window("Export a picture") is None, 10, "the dialog is closed")


def click_cancel(window):
    """The dialog may still be looking for printers: the key is pressed until it is heard."""
    def gone():
        found = window.other_window("Print")
        if found is not None:
            subprocess.run(["xdotool", "windowfocus", found, "key", "Escape"], check=False, capture_output=True)
            time.sleep(0.2)
        return window.other_window("Print") is None

    wait_until(gone, 10, "the dialog is closed")


def test_print():
    # Only to a file: what looks for printers in the network finds no system bus here.
    settings = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "gtk-3.0" / "settings.ini"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("[Settings]\ngtk-print-backends=file\n")
    # GTK's own dialog, looked at through accessibility while it closes, is not without criticals.
    with Window(lab_text("paper.vbet", LAB), environment={"G_DEBUG": ""}) as window:
        window.item("a")
        window.click(window.free_place(20, 20))
        window.key("ctrl+p")
        dialog(window, "Print")
        screenshot("print-dialog")
        click_cancel(window)
        assert window.process.poll() is None
    settings.unlink()


def test_without_display():
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
    lab = lab_text("export.vbet", LAB)
    for style in ("light", "dark", "contrast", "contrast-dark", "projector"):
        for suffix in ("png", "svg", "pdf"):
            picture = home(f"{style}.{suffix}")
            subprocess.run([VBET, "--export", picture, "--export-style", style, lab], env=environment, check=True)
            assert is_picture(picture), picture
    wrong = subprocess.run([VBET, "--export", home("a.gif"), lab], env=environment, check=False, capture_output=True, text=True)
    assert wrong.returncode == 1 and ".svg" in wrong.stderr and not home("a.gif").exists(), wrong
    wrong = subprocess.run([VBET, "--export", home("a.png"), "--export-style", "pink", lab], env=environment, check=False,
                           capture_output=True, text=True)
    assert wrong.returncode == 2 and "pink" in wrong.stderr, wrong


run([function for name, function in list(globals().items()) if name.startswith("test_")])
