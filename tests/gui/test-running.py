# test-running.py - the window with a lab that runs, against a fake engine:
# states, calls, consoles, live edits, an engine that goes away.
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403
import vbetgui  # noqa: E402

HOME = pathlib.Path(os.environ["VBET_GUI_HOME"])
vbetgui.VBET = BUILD / "tests" / "gui" / "vbet-fake"

STATES = {"host1": "ready", "host2": "booting", "host3": "failed", "switch1": "ready"}


class Console:
    """A guest's console: answers every line, and says hello to those who connect."""

    def __init__(self, path):
        self.path = path
        self.typed = b""
        self.connections = 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.sendall(b"\x1b[32mhost1\x1b[0m:~# ")
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        while data := connection.recv(4096):
            self.typed += data
            connection.sendall(data.replace(b"\r", b"\r\nhost1 says hello\r\nhost1:~# "))

    def close(self):
        self.listener.close()
        self.path.unlink()


def script(*lines):
    path = HOME / "script"
    base = []
    for number, (device, state) in enumerate(STATES.items(), 1):
        call = {"number": number, "text": f"start({device})", "device": device, "state": "done", "time": number * 0.25,
                "duration": 0.041}
        if state == "failed":
            call.update(state="failed", error="its kernel panicked")
        base.append(f"notify lab.apply call {json.dumps(call)}")
    devices = [{"name": name, "state": state, "error": "its kernel panicked" if state == "failed" else ""}
               for name, state in STATES.items()]
    base.append(f"answer lab.status {json.dumps({'devices': devices})}")
    base.append(f"answer console.open {json.dumps({'socket': str(HOME / 'console')})}")
    labs = tempfile.mkdtemp(dir=HOME)  # an engine that a failed test left behind is not found by the next one
    path.write_text("\n".join([*base, *lines]) + "\n", encoding="utf-8")
    return {
        "VBET_TEST_ENGINE": str(BUILD / "tests" / "unit" / "fake-vbetd"),
        "VBET_FAKE_SCRIPT": str(path),
        "VBET_FAKE_LOG": str(HOME / "log"),
        "VBET_RUNTIME_DIR": labs,
    }


def requests():
    path = HOME / "log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def start(*lines):
    (HOME / "log").unlink(missing_ok=True)
    environment = script(*lines)
    window = Window(lab_copy("tests/seed/star.vbet"), environment=environment)
    window.item("host3")
    window.click(window.find("Run", "push button"))
    window.find("Stop", "push button")
    return window


def stop(window):
    window.click(window.find("Stop", "push button"))
    window.find("Run", "push button")


def test_states_and_calls():
    with start() as window:
        for device, state in STATES.items():
            wait_until(lambda: window.description(device).endswith(state), 5, f"{device} is {state}")
        window.find("running · 1 of 3 guests ready")
        window.tab("Calls")
        window.find("start\\(host1\\)")
        window.find("failed: its kernel panicked")
        screenshot("running")
        stop(window)
        wait_until(lambda: window.description("host1") == "host, off", 5, "all off")
        assert "lab.stop" in requests()
        window.key("ctrl+w")
        assert window.wait_end() == 0


def test_console():
    console = Console(HOME / "console")
    try:
        with start() as window:
            window.click(window.place("host1"), times=2)
            wait_until(lambda: console.connections == 1, 10, "the console is connected")
            terminal = window.find("Console of host1", "terminal")
            wait_until(lambda: "host1:~#" in Atspi.Text.get_text(terminal, 0, -1), 5, "its prompt")
            window.type("uname -a\n")
            wait_until(lambda: b"uname -a\r" in console.typed, 5, "what was typed arrives")
            wait_until(lambda: "says hello" in Atspi.Text.get_text(terminal, 0, -1), 5, "its answer is shown")
            # the shell's keys are the shell's: nothing is undone, saved or closed
            window.key("ctrl+z", "ctrl+s", "ctrl+w", "ctrl+a")
            wait_until(lambda: b"\x1a\x13\x17\x01" in console.typed, 5, "control characters")
            wait_until(lambda: '"rows"' in requests(), 5, "its size is told")
            screenshot("console")
            # a second double click shows the same one
            window.click(window.place("host1"), times=2)
            window.click(window.place("host2"), times=2)
            wait_until(lambda: console.connections == 2, 10, "one console more, not two")
            window.find(r"Consoles \(2\)", "page tab")
            window.key("ctrl+shift+w")
            window.gone("Console of host2", "terminal")
            window.find("Console of host1", "terminal")
            stop(window)
    finally:
        console.close()


def test_consoles_side_by_side():
    console = Console(HOME / "console")
    try:
        with start() as window:
            for device in ("host1", "host2", "host3"):
                window.click(window.place(device), times=2)
                window.find(f"Console of {device}", "terminal")
            window.menu("Consoles", "Side by Side")
            for device in ("host1", "host2", "host3"):
                window.find(f"Console of {device}", "terminal")
            screenshot("tiled")
            stop(window)
    finally:
        console.close()


def test_live_edit_and_undo():
    with start() as window:
        window.click(window.find("Cable", "toggle button"))
        window.click(window.place("host1"))
        window.click(window.place("host2"))
        wait_until(lambda: requests().count("lab.apply") == 2, 10, "the edit is applied")
        window.key("ctrl+z")
        wait_until(lambda: requests().count("lab.apply") == 3, 10, "so is the undo")
        texts = [json.loads(line.split(" ", 1)[1])["text"] for line in requests().splitlines()
                 if line.startswith("lab.apply ")]
        assert texts[0] == texts[2] != texts[1]
        stop(window)


def test_no_console_while_off():
    with Window(lab_copy("tests/seed/star.vbet"), environment=script()) as window:
        window.click(window.place("host2"), times=2)
        window.find("The console of host2 opens when the lab runs.")
        window.click(window.place("switch1"), times=2)
        window.find("switch1 is a switch: it has no console.")
        screenshot("no-console")


def test_menu_and_lost_engine():
    with start("die device.restart") as window:
        window.click(window.place("host1"), button=3)
        window.find("Pause")
        screenshot("menu")
        window.click(window.find("Restart"))
        window.find("The lab's engine .vbetd. went away.*")
        wait_until(lambda: window.description("host1") == "host, off", 5, "the canvas shows it off")
        screenshot("lost")


def test_start_fails():
    environment = script("fail lab.apply -32006 There is no guest kernel; install the package user-mode-linux")
    with Window(lab_copy("tests/seed/star.vbet"), environment=environment) as window:
        window.item("host1")
        window.click(window.find("Run", "push button"))
        window.find("There is no guest kernel; install the package user-mode-linux")
        window.find("Run", "push button")
        screenshot("start-fails")


def test_close_keeps_it_running_and_finds_it_again():
    environment = script()
    path = lab_copy("tests/seed/star.vbet")
    with Window(path, environment=environment) as window:
        window.item("host3")
        window.click(window.find("Run", "push button"))
        window.find("Stop", "push button")
        window.key("ctrl+w")
        window.find("The lab is running.*")
        screenshot("close-running")
        window.click(window.find("Keep it running", "push button"))
        assert window.wait_end() == 0
    assert "lab.stop" not in requests()
    with Window(path, environment=environment) as window:
        # The fake engine has no path to tell: it is taken for that of another file, beside which this one can run.
        window.item("host3")
        wait_until(lambda: "lab.info" in requests(), 10, "the window has looked who runs under its name")
        window.find("Run", "push button")
    subprocess.run([BUILD / "bin" / "vbetctl", "stop", "star"], env={**os.environ, **environment}, check=True)


run([function for name, function in list(globals().items()) if name.startswith("test_")])
