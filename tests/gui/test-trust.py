# test-trust.py - a lab from elsewhere in the window, against a fake engine: what it uses of this computer is shown
# before its first run, once; it runs isolated by one click; what the user draws asks nothing.
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403
import vbetgui  # noqa: E402

HOME = pathlib.Path(os.environ["VBET_GUI_HOME"])
TRUST = pathlib.Path(os.environ["VBET_STATE_DIR"]) / "trust"
TITLE = "Lab from Elsewhere"
vbetgui.VBET = BUILD / "tests" / "gui" / "vbet-fake"

FORWARDS = ", ".join(f'"tcp:{port}:h1:80"' for port in range(8000, 8012))
LAB = f"""
h1 = attach(alloc(host, at=(200, 160), kernel="/home/stranger/Downloads/a rather long name of a folder/linux.uml"),
            alloc(NIC, ip=10.0.2.20/24))
gw = alloc(gateway, at=(400, 160), host=yes, forward=[{FORWARDS}])
out = alloc(tap, at=(400, 300))
link(h1, gw)
"""
HOSTS = """
h1 = attach(alloc(host, at=(200, 160)), alloc(NIC, ip=10.0.2.20/24))
"""


def fake():
    """Variables of a window with an engine that pretends, and of a user who trusts nobody."""
    (HOME / "script").write_text("answer lab.status {}\n", encoding="utf-8")
    (HOME / "log").unlink(missing_ok=True)
    return {
        "VBET_TEST_ENGINE": str(BUILD / "tests" / "unit" / "fake-vbetd"),
        "VBET_FAKE_SCRIPT": str(HOME / "script"),
        "VBET_FAKE_LOG": str(HOME / "log"),
        "VBET_RUNTIME_DIR": tempfile.mkdtemp(dir=HOME),
        "VBET_TRUST": "",
    }


def requests():
    path = HOME / "log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def lab(name, text):
    path = HOME / "home" / name
    path.write_text(text, encoding="utf-8")
    return path


class Dialog:
    """The question, found by its accessible name."""

    def __init__(self, window, run):
        self.window = window
        window.click(run)
        self.identifier = wait_until(lambda: window.other_window(TITLE), 10, "the question")
        xdotool("windowfocus", "--sync", self.identifier)
        self.frame = wait_until(self._frame, 10, "the question is accessible")

    def _frame(self):
        for application in children(Atspi.get_desktop(0)):
            with contextlib.suppress(GLib.Error):
                if application.get_process_id() == self.window.process.pid:
                    return next((frame for frame in children(application) if name_of(frame) == TITLE), None)
        return None

    def find(self, name, role=None):
        return wait_until(lambda: self.window._search(self.frame, name, role), 10, f"“{name}” is in the question")

    def sentences(self):
        listed = self.find("What the lab uses of this computer")
        return [name_of(label) for row in children(listed) for label in children(row)]

    def press(self, name):
        self.window.click(self.find(name, "push button"))
        self.gone()

    def gone(self):
        wait_until(lambda: self.window.other_window(TITLE) is None, 10, "the question is gone")
        xdotool("windowfocus", "--sync", self.window.identifier)


def stop(window):
    window.click(window.find("Stop", "push button"))
    window.find("Run", "push button")


def test_asked_and_isolated():
    with Window(lab("stranger.vbet", LAB), environment=fake()) as window:
        window.item("gw")
        assert window.other_window(TITLE) is None  # opening asks nothing
        dialog = Dialog(window, window.find("Run", "push button"))
        said = dialog.sentences()
        assert len(said) == 16, said
        assert 'h1 runs the kernel "/home/stranger/Downloads/' in said[0] and "TAP" in said[-1], said
        screenshot("trust")
        # Escape, and Enter on what has the focus at first, run nothing.
        window.key("Escape")
        dialog.gone()
        dialog = Dialog(window, window.find("Run", "push button"))
        window.key("Return")
        dialog.gone()
        assert requests() == "", requests()
        Dialog(window, window.find("Run", "push button")).press("Run Isolated")
        window.find(r"running, isolated · 0 of 1 guest ready")
        wait_until(lambda: "lab.apply" in requests(), 10, "it runs")
        assert requests().splitlines()[0].endswith(" isolated"), requests()
        # Texts go to it without a question; the lab is no more trusted than before.
        window.click(window.place("out"))
        window.key("Delete")
        wait_until(lambda: requests().count("lab.apply") == 2, 10, "the edit is applied")
        assert window.other_window(TITLE) is None
        screenshot("trust-isolated")
        stop(window)
        window.key("ctrl+z")
        dialog = Dialog(window, window.find("Run", "push button"))
        dialog.press("Cancel")
        assert not TRUST.exists()


def test_remembered():
    path = lab("again.vbet", LAB)
    for first in (True, False):
        with Window(path, environment=fake()) as window:
            window.item("gw")
            run = window.find("Run", "push button")
            if first:
                Dialog(window, run).press("Run")
            else:
                window.click(run)
            window.find("running · 0 of 1 guest ready")
            wait_until(lambda: "lab.apply" in requests(), 10, "it runs")
            assert window.other_window(TITLE) is None and " isolated" not in requests()
            wait_until(TRUST.exists, 10, "the answer is kept")
            stop(window)


def test_own_work():
    TRUST.unlink(missing_ok=True)
    path = lab("own.vbet", HOSTS)
    with Window(path, environment=fake()) as window:
        window.item("h1")
        # A gateway drawn here, before the lab runs and while it does.
        window.key("g")
        window.click(window.free_place(500, 150))
        window.item("gateway1")
        window.click(window.find("Run", "push button"))
        window.find("running · 0 of 1 guest ready")
        window.key("g")
        window.click(window.free_place(500, 250))
        window.item("gateway2")
        wait_until(lambda: requests().count("lab.apply") == 2, 10, "the edit is applied")
        assert window.other_window(TITLE) is None
        window.key("ctrl+s")
        wait_until(TRUST.exists, 10, "what was saved here is known")
        # Another program puts more into the file: that is not the user's.
        path.write_text(path.read_text() + 'far = alloc(remote, at=(200, 300), peer="192.0.2.7:7000", listen="7000")\n')
        wait_until(lambda: window.other_window(TITLE), 20, "the question")
        screenshot("trust-change")
        assert "192.0.2.7" not in requests()
        xdotool("windowfocus", "--sync", window.other_window(TITLE))
        window.key("Escape")
        wait_until(lambda: window.other_window(TITLE) is None, 10, "the question is gone")
        xdotool("windowfocus", "--sync", window.identifier)
        stop(window)
        assert "192.0.2.7" not in requests()


run([function for name, function in list(globals().items()) if name.startswith("test_")])
