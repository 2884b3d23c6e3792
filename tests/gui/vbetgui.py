# vbetgui.py - what the window's tests share: a display of their own, the
# window driven by real pointer and key events and found by accessible names,
# screenshots, waiting with deadlines.
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = pathlib.Path(os.environ["VBET_TOP_BUILDDIR"])
SOURCE = pathlib.Path(os.environ["VBET_TOP_SRCDIR"])
VBET = BUILD / "bin" / "vbet"
SHOTS = BUILD / "tests" / "gui" / "shots"
SCREEN = (1280, 800)
SKIP = 77


def lacking(why):
    """Ends the test for want of something that test.sh installs or builds: a failure where test.sh did, else a skip."""
    if os.environ.get("VBET_TESTS_SET_UP"):
        sys.exit(f"FAIL: {why}; test.sh should have seen to that")
    print(f"SKIP: {why}")
    sys.exit(SKIP)


# Deadlines are for a machine at rest; a loaded one gets this many times as long.
PATIENCE = 4


def wait_until(condition, seconds, what):
    """Polls condition() until it is true; fails after so many seconds (times PATIENCE)."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.03)


def find_python():
    """A Python that has GObject introspection; another than Debian's may come first in PATH."""
    check = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0:
            return python
    return None


@contextlib.contextmanager
def display(environment):
    """An X server on a display number that it finds free itself: several may be started at once."""
    reader, writer = os.pipe()
    screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"],
                              pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as stream:
            number = stream.readline().strip()
        if not number:
            sys.exit("Xvfb does not start")
        environment["DISPLAY"] = f":{number}"
        environment.pop("XAUTHORITY", None)
        yield
    finally:
        server.terminate()
        server.wait()


def user_stores():
    """Variables that say where this user's images and kernels are, whatever becomes of XDG_DATA_HOME."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    base = "/var/lib/vbet" if os.geteuid() == 0 else os.path.join(data, "vbet")
    stores = {"VBET_IMAGE_DIR": "images", "VBET_KERNEL_DIR": "kernels"}
    return {variable: os.environ.get(variable) or os.path.join(base, name) for variable, name in stores.items()}


def enter_display():
    """Starts this script again inside an X server, a session bus and folders of its own."""
    if "VBET_GUI_HOME" in os.environ:
        return
    python = find_python()
    if python is None:
        lacking("Debian's python3-gi and gir1.2-atspi-2.0 are needed")
    for program in ("Xvfb", "xdotool", "dbus-run-session", "import"):
        if shutil.which(program) is None:
            lacking(f"{program} is needed (packages xvfb, xdotool, dbus, imagemagick)")
    home = tempfile.mkdtemp(prefix="vg")
    environment = {key: value for key, value in os.environ.items() if key not in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
    for name, folder in (
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_RUNTIME_DIR", "run"),
        ("VBET_RUNTIME_DIR", "labs"),
        ("VBET_STATE_DIR", "state"),
    ):
        environment[name] = os.path.join(home, folder)
    for folder in ("home", "config", "cache", "data", "run"):
        os.mkdir(os.path.join(home, folder), 0o700)
    os.chmod(home, 0o755)
    environment["VBET_GUI_HOME"] = home
    environment["GSETTINGS_BACKEND"] = "memory"  # what one test hides is there in the next, by hand, too
    # Image and kernel are the user's: they lie where XDG_DATA_HOME was before.
    environment.update(user_stores())
    environment["VBET_TRUST"] = "yes"
    environment["GDK_BACKEND"] = "x11"
    environment["GTK_THEME"] = "Adwaita"
    environment["GTK_OVERLAY_SCROLLING"] = "0"
    environment["NO_AT_BRIDGE"] = "0"
    # GTK and fontconfig keep what they allocated once; leaks of our own are looked for in the unit tests.
    environment["ASAN_OPTIONS"] = "detect_leaks=0"
    try:
        with display(environment):
            code = subprocess.run(["dbus-run-session", "--", python, *sys.argv], env=environment, check=False).returncode
    finally:
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(code)


enter_display()

import gi  # noqa: E402

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


def xdotool(*arguments):
    return subprocess.run(["xdotool", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def screenshot(name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)
    return path


def children(accessible):
    with contextlib.suppress(GLib.Error):
        for index in range(accessible.get_child_count()):
            with contextlib.suppress(GLib.Error):
                child = accessible.get_child_at_index(index)
                if child is not None:
                    yield child


def name_of(accessible):
    try:
        return accessible.get_name() or ""
    except GLib.Error:
        return ""


def shown(accessible):
    try:
        return accessible.get_state_set().contains(Atspi.StateType.SHOWING)
    except GLib.Error:
        return False


START = object()


def role_of(accessible):
    """Its role, by the name that at-spi2-core has had for it until 2.53."""
    role = accessible.get_role_name()
    return "push button" if role == "button" else role


def still(accessible):
    """Whether a widget stays where it is for a moment, on the screen."""
    places = []
    for _ in range(3):
        box = accessible.get_extents(Atspi.CoordType.SCREEN)
        places.append((box.x, box.y))
        time.sleep(0.1)
    return len(set(places)) == 1 and places[0][1] > 0


class Window:
    """One running vbet: with the files that are named, with an empty lab that is chosen on the start page, or, as
    Window(START), with the start page."""

    def __init__(self, *arguments, environment=None, canvas="Canvas"):
        self.process = subprocess.Popen([VBET, *map(str, arguments if arguments != (START,) else ())], env={**os.environ, **(environment or {})})
        self.identifier = wait_until(self._find_window, 20, "the window is there")
        xdotool("windowmove", self.identifier, 0, 0, "windowsize", self.identifier, *SCREEN)
        xdotool("windowfocus", "--sync", self.identifier)
        self.frame = wait_until(self._find_frame, 20, "the window is accessible")
        wait_until(self._has_size, 20, "the window has its size")
        if not arguments:
            self.click(self.find("Empty lab", "push button"))
        if arguments != (START,):
            self.find(canvas)

    def _has_size(self):
        box = self.frame.get_extents(Atspi.CoordType.SCREEN)
        return (box.width, box.height) == SCREEN

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            with contextlib.suppress(Exception):
                screenshot("failed")
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)

    def _find_window(self):
        assert self.process.poll() is None, f"vbet ended with {self.process.returncode}"
        result = subprocess.run(
            ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(self.process.pid), "--name", "vBET"],
            capture_output=True, text=True, check=False)
        return result.stdout.split()[0] if result.stdout.split() else None

    def other_window(self, title):
        """A dialog of the same program, by its title."""
        result = subprocess.run(
            ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(self.process.pid), "--name", title],
            capture_output=True, text=True, check=False)
        return result.stdout.split()[0] if result.stdout.split() else None

    def _find_frame(self):
        for application in children(Atspi.get_desktop(0)):
            with contextlib.suppress(GLib.Error):
                if application.get_process_id() == self.process.pid:
                    for frame in children(application):
                        return frame
        return None

    # --- finding ---

    def _search(self, accessible, name, role, depth=0):
        if depth > 24:
            return None
        for child in children(accessible):
            with contextlib.suppress(GLib.Error):
                matches = re.fullmatch(name, name_of(child)) and (role is None or re.fullmatch(role, role_of(child)))
                if matches and shown(child):
                    return child
            if name_of(accessible) != "Canvas":
                found = self._search(child, name, role, depth + 1)
                if found is not None:
                    return found
        return None

    def find_now(self, name, role=None):
        assert self.process.poll() is None, f"vbet ended with {self.process.returncode}"
        return self._search(self.frame, name, role)

    def find(self, name, role=None, seconds=10):
        """The shown widget whose accessible name matches the regular expression."""
        return wait_until(lambda: self.find_now(name, role), seconds, f"“{name}” is shown")

    def reach(self, name, role=None, inside="Inspector", seconds=20):
        """The widget of that name, scrolled into sight by the wheel as a hand does it; again and again, since what is
        shown may come from a guest that is slow, and may then stand above the place that is in sight."""
        deadline = time.monotonic() + seconds
        while self.find_now(name, role) is None:
            assert time.monotonic() < deadline, f"not within {seconds} s: “{name}” is reached in {inside}"
            box = self.find(inside).get_extents(Atspi.CoordType.SCREEN)
            xdotool("mousemove", box.x + box.width - 6, box.y + box.height // 2)
            for button in [4] * 30 + [None] + [5] * 60:
                if button is not None:
                    xdotool("click", button)
                # On the way up it may be hidden again by the next click; at the top it stays.
                if button != 4 and self.find_now(name, role) is not None:
                    if button == 5:
                        xdotool("click", 5)  # not only its edge
                    break
        return self.find(name, role)

    def gone(self, name, role=None, seconds=10):
        wait_until(lambda: self.find_now(name, role) is None, seconds, f"“{name}” is gone")

    def items(self):
        """Names of the devices and cables on the canvas."""
        return [name_of(child) for child in children(self.find("Canvas"))]

    def item(self, name, seconds=10):
        def search():
            return next((child for child in children(self.find("Canvas")) if name_of(child) == name), None)

        return wait_until(search, seconds, f"{name} is on the canvas")

    def gone_item(self, name, seconds=10):
        wait_until(lambda: name not in self.items(), seconds, f"{name} is gone from the canvas")

    def description(self, name):
        return self.item(name).get_description()

    def middle(self, accessible):
        box = accessible.get_extents(Atspi.CoordType.SCREEN)
        return box.x + box.width // 2, box.y + box.height // 2

    def place(self, name):
        return self.middle(self.item(name))

    def free_place(self, dx=0, dy=0):
        """A place on the canvas, given from its upper left corner."""
        box = self.find("Canvas").get_extents(Atspi.CoordType.SCREEN)
        return box.x + dx, box.y + dy

    # --- acting ---

    def click(self, where, button=1, times=1):
        x, y = self.middle(where) if isinstance(where, Atspi.Accessible) else where
        xdotool("mousemove", x, y)
        time.sleep(0.05)
        for _ in range(times):
            xdotool("click", button)

    def drag(self, start, end):
        """Real pointer events, with steps in between as a hand makes them."""
        xdotool("mousemove", *start)
        time.sleep(0.05)
        xdotool("mousedown", 1)
        for step in range(1, 9):
            x = start[0] + (end[0] - start[0]) * step // 8
            y = start[1] + (end[1] - start[1]) * step // 8
            xdotool("mousemove", x, y)
            time.sleep(0.02)
        time.sleep(0.05)
        xdotool("mouseup", 1)

    def menu(self, *path):
        """Chooses an entry of the menu, such as menu("View", "Palette")."""
        self.click(self.find("Menu", "toggle button"))
        for name in path:
            self.click(self.find(name, r"menu( item)?|check menu item"))

    def key(self, *keys):
        xdotool("key", *keys)

    def type(self, text):
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if line:
                xdotool("type", "--delay", "2", line)
            if number < len(lines) - 1:
                xdotool("key", "Return")

    def tab(self, name):
        self.click(self.find(rf"{name}( \(\d+\))?", "page tab"))

    # --- what is written ---

    def text(self):
        """The text of the program pane."""
        pane = self.find_now("Program", "text")
        if pane is None:
            self.tab("Program")
            pane = self.find("Program", "text")
        return Atspi.Text.get_text(pane, 0, -1)

    def wait_text(self, pattern, seconds=10):
        try:
            wait_until(lambda: re.search(pattern, self.text()), seconds, f"the text matches {pattern}")
        except AssertionError:
            print(f"--- the text is:\n{self.text()}\n---")
            raise
        return self.text()

    def title(self):
        return xdotool("getwindowname", self.identifier).strip()

    def wait_end(self, seconds=10):
        try:
            return self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise AssertionError("the window did not close") from error


def lab_copy(relative, name=None):
    """A copy of a lab that a test may change."""
    source = SOURCE / relative
    target = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "home" / (name or source.name)
    shutil.copy(source, target)
    return target


def lab_text(name, text):
    target = pathlib.Path(os.environ["VBET_GUI_HOME"]) / "home" / name
    target.write_text(text, encoding="utf-8")
    return target


def run(tests):
    """Runs all tests, or those named on the command line; a hang ends in an error, not in a wait."""
    failed = 0
    chosen = sys.argv[1:]
    unknown = set(chosen) - {test.__name__ for test in tests}
    if unknown:
        sys.exit(f"There is no scenario {', '.join(sorted(unknown))} here")
    for test in tests:
        if chosen and test.__name__ not in chosen:
            continue
        signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(AssertionError("took longer than 300 s")))
        signal.alarm(300)
        try:
            test()
            print(f"ok - {test.__name__}", flush=True)
        except Exception:  # noqa: BLE001
            failed += 1
            traceback.print_exc()
            shot = SHOTS / "failed.png"
            if shot.exists():
                shot.rename(SHOTS / f"failed-{test.__name__}.png")
            print(f"not ok - {test.__name__}", flush=True)
        finally:
            signal.alarm(0)
    sys.exit(1 if failed else 0)
