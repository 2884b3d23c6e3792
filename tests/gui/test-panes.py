# test-panes.py - program, calls, problems, history and the bar of steps, with pointer and keys.
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403
import vbetgui  # noqa: E402

HOME = pathlib.Path(os.environ["VBET_GUI_HOME"])
vbetgui.VBET = BUILD / "tests" / "gui" / "vbet-fake"
VBET = vbetgui.VBET

LAB = """# A lab.
r1 = attach(alloc(router, at=(100, 120)), alloc(NIC, ip=192.168.0.1/24), alloc(NIC))
r2 = attach(alloc(router, at=(400, 120)), alloc(NIC), alloc(NIC))
"""
BROKEN = LAB + "link(NIC(r1, 1), NIC(r2, 1)\nr3 = alloc(ruoter)\n"


def program(window):
    """The program's text, with the focus, the caret at its end."""
    view = window.find_now("Program", "text")
    if view is None:
        window.tab("Program")
        view = window.find("Program", "text")
    window.click(view)
    window.key("ctrl+End")
    return view


def place_of(window, needle, shift=0):
    """Where the first letter of @needle is on the screen."""
    view = window.find("Program", "text")

    def extents():
        text = Atspi.Text.get_text(view, 0, -1)
        at = text.find(needle)
        box = Atspi.Text.get_character_extents(view, at + shift, Atspi.CoordType.SCREEN) if at >= 0 else None
        return box if box and box.x >= 0 and box.y >= 0 else None  # a text that has no place yet is far outside

    box = wait_until(extents, 5, f"“{needle}” has a place")
    return box.x + box.width // 2, box.y + box.height // 2


def popups(window):
    """How many windows of the program are on the screen: its own, and what pops up."""
    result = subprocess.run(["xdotool", "search", "--all", "--onlyvisible", "--pid", str(window.process.pid), "--class", ""],
                            capture_output=True, text=True, check=False)
    return len(result.stdout.split())


def type_and_accept(window, text, result, shot=None):
    """Types, waits for the proposals, takes the first: the text then matches @result."""
    before = popups(window)
    window.type(text)
    wait_until(lambda: popups(window) > before, 5, f"proposals for {text}")
    if shot:
        screenshot(shot)
    window.key("Return")
    window.wait_text(result)
    window.key("Escape")  # what may come next is proposed at once
    wait_until(lambda: popups(window) == before, 5, "the proposals are gone")


def selected(window):
    names = []
    for child in children(window.find("Canvas")):
        if child.get_state_set().contains(Atspi.StateType.SELECTED):
            names.append(name_of(child))
    return sorted(names)


def test_type_a_link():
    with Window(lab_text("type.vbet", LAB)) as window:
        program(window)
        window.type("link(NIC(r1,2), NIC(r2,1))")
        wait_until(lambda: len(window.items()) == 3, 5, "the cable is on the canvas")
        window.key("Escape")
        assert window.text() == LAB + "link(NIC(r1,2), NIC(r2,1))", window.text()
        screenshot("panes-typed")


def test_completion():
    with Window(lab_text("complete.vbet", LAB)) as window:
        program(window)
        window.type("sw =")
        type_and_accept(window, " al", r"sw = alloc\($", "panes-completion-call")
        type_and_accept(window, "sw", r"sw = alloc\(switch$", "panes-completion-kind")
        type_and_accept(window, ", st", r"switch, stp=$", "panes-completion-key")
        type_and_accept(window, "y", r"stp=yes$")
        window.type(")\n")
        window.item("sw")
        assert window.text() == LAB + "sw = alloc(switch, stp=yes)\n", window.text()
        # on request, where nothing was typed
        before = popups(window)
        window.key("ctrl+space")
        wait_until(lambda: popups(window) > before, 5, "proposals")
        screenshot("panes-completion-all")
        window.key("Escape")
        window.type("link(sw, r1)\n")
        wait_until(lambda: len(window.items()) == 4, 5, "a cable")
        assert window.text().endswith("link(sw, r1)\n"), window.text()


def hover_fix(window):
    """Rests with the pointer on what is wrong until its mending is offered; returns the button."""
    for letter in (2, 3):
        xdotool("mousemove", *place_of(window, "ruoter", letter))
    button = window.find("Fix: .*router.*", "push button")
    wait_until(lambda: still(button), 5, "it has slid to its place")
    return button


def test_fix_by_click():
    with Window(lab_text("fix.vbet", BROKEN)) as window:
        program(window)
        window.key("ctrl+Home")
        button = hover_fix(window)
        screenshot("panes-squiggle")
        window.click(button)
        window.wait_text(r"r3 = alloc\(router\)")
        window.item("r3")
        # the other one by key
        window.click(place_of(window, "link(NIC", 6))
        window.key("ctrl+period")
        window.wait_text(r"NIC\(r2, 1\)\)")
        window.find("Problems", "page tab")


def test_shared_selection():
    with Window(lab_text("select.vbet", LAB + "link(r1, r2)\nset(r2, label=\"two\")\n")) as window:
        program(window)
        window.click(place_of(window, "r1 = "))
        wait_until(lambda: selected(window) == ["r1"], 5, "r1 is selected by its name")
        window.click(place_of(window, "192.168"))
        wait_until(lambda: selected(window) == ["r1"], 5, "its NIC is its")
        window.click(place_of(window, "link(", 1))
        wait_until(lambda: len(selected(window)) == 1 and selected(window) != ["r1"], 5, "the cable is selected")
        window.click(place_of(window, "label="))
        wait_until(lambda: selected(window) == ["r2"], 5, "r2 is selected by set()")
        # and back: the canvas marks the text, the caret stays
        view = window.find("Program", "text")
        caret = Atspi.Text.get_caret_offset(view)
        window.click(window.place("r1"))
        wait_until(lambda: selected(window) == ["r1"], 5, "r1 by its picture")
        offset = window.text().index("attach")

        def marked():
            return "bg-color" in Atspi.Text.get_attribute_run(view, offset, False)[0]

        wait_until(marked, 5, "its statement is marked")
        assert Atspi.Text.get_caret_offset(view) == caret
        screenshot("panes-selected")


def test_drawn_cable_is_shown():
    filler = "".join(f"# line {number}\n" for number in range(60))
    with Window(lab_text("drawn.vbet", filler + LAB)) as window:
        program(window)
        window.key("ctrl+Home")
        window.click(window.find("Cable", "toggle button"))
        window.drag(window.place("r1"), window.place("r2"))
        text = window.wait_text(r"link\(")
        view = window.find("Program", "text")
        screenshot("panes-drawn")

        def in_sight():
            outer = view.get_extents(Atspi.CoordType.SCREEN)
            box = Atspi.Text.get_character_extents(view, text.index("link("), Atspi.CoordType.SCREEN)
            return outer.y <= box.y <= min(outer.y + outer.height, SCREEN[1]) and box.height > 0 and box.y < 790

        wait_until(in_sight, 5, "the line is in sight")


def test_find_and_replace():
    with Window(lab_text("find.vbet", LAB)) as window:
        program(window)
        window.key("ctrl+f")
        window.find("Find in the program")
        window.type("router")
        window.find("1 of 2|2 of 2")
        screenshot("panes-find")
        window.key("Escape")
        window.key("ctrl+h")
        window.find("Replace by")
        window.type("router")
        window.click(window.find("Replace by"))
        window.type("firewall")
        window.click(window.find("Replace All", "push button"))
        window.wait_text(r"firewall.*\n.*firewall")
        screenshot("panes-replace")
        window.click(window.find("Close .Escape.", "push button"))
        window.key("ctrl+z")
        wait_until(lambda: window.text() == LAB, 5, "one undo takes it back")


def test_comment_and_format():
    text = LAB + "link(NIC(r1,2),NIC(r2,1))\n"
    with Window(lab_text("comment.vbet", text)) as window:
        program(window)
        window.key("Up", "ctrl+slash")
        window.wait_text(r"(?m)^# link")
        wait_until(lambda: len(window.items()) == 2, 5, "no cable")
        window.key("ctrl+slash")
        wait_until(lambda: window.text() == text, 5, "as before")
        window.key("ctrl+shift+f")
        window.wait_text(r"(?m)^link\(NIC\(r1, 2\), NIC\(r2, 1\)\)$")
        window.key("ctrl+z")
        wait_until(lambda: window.text() == text, 5, "one undo takes it back")


def test_font_zoom():
    with Window(lab_text("zoom.vbet", LAB)) as window:
        program(window)
        x, _ = place_of(window, "r2 = ", 8)
        gap = window.place("r2")[0] - window.place("r1")[0]
        window.key("ctrl+plus", "ctrl+plus", "ctrl+plus", "ctrl+plus")
        wait_until(lambda: place_of(window, "r2 = ", 8)[0] > x, 5, "larger letters")
        assert window.place("r2")[0] - window.place("r1")[0] == gap  # the canvas is as it was
        window.key("ctrl+0")
        wait_until(lambda: place_of(window, "r2 = ", 8)[0] == x, 5, "as before")


def steady_click(window, name):
    """Clicks an item once it no longer moves: the canvas may just get narrower."""
    seen = [None]

    def rests():
        before, seen[0] = seen[0], window.place(name)
        return before == seen[0]

    wait_until(rests, 5, f"{name} rests")
    window.click(window.place(name))


def history_row(window, name):
    """The cell of that name, in a table whose cells may have parts."""
    for cell in children(window.find("History", "table")):
        if name in (name_of(cell), *[name_of(part) for part in children(cell)]):
            return cell
    return None


def test_history():
    with Window(lab_text("history.vbet", LAB)) as window:
        window.item("r2")
        window.click(window.find("Host", "toggle button"))
        window.click(window.free_place(350, 300))
        window.item("host1")
        window.key("s")
        window.click(window.free_place(300, 40))
        window.item("switch1")
        window.key("Escape")
        steady_click(window, "r1")
        wait_until(lambda: selected(window) == ["r1"], 5, "r1 is selected")
        window.key("Delete")
        window.gone_item("r1")
        window.key("ctrl+s")
        window.tab("History")
        row = wait_until(lambda: history_row(window, "Add host host1"), 5, "a row for the host")
        wait_until(lambda: history_row(window, "Delete r1 (saved)"), 5, "the saved one is marked")
        screenshot("panes-history")
        window.click(row)
        window.gone_item("switch1")
        window.item("r1")
        xdotool("mousemove", *window.middle(history_row(window, "Add switch switch1")))
        screenshot("panes-history-back")
        window.click(history_row(window, "Delete r1 (saved)"))
        window.item("switch1")
        window.gone_item("r1")
        window.click(history_row(window, "As it was opened"))
        wait_until(lambda: sorted(window.items()) == ["r1", "r2"], 5, "as it was opened")


def test_dark():
    with Window(lab_text("dark.vbet", BROKEN), environment={"GTK_THEME": "Adwaita:dark"}) as window:
        program(window)
        window.click(place_of(window, "r1 = "))
        hover_fix(window)
        screenshot("panes-dark")


# --- with a lab that runs: a fake engine that says what its script tells ---

STEPS = LAB + """link(NIC(r1, 2), NIC(r2, 1))
step "First" {
  "The routers see each other, sooner or later."
  ping(r2, r1)
  exec(r1, "true")
}
step "Second" { exec(r2, "true") }
ping(r2, r1)
"""


def script(*lines):
    path = HOME / "script"
    labs = tempfile.mkdtemp(dir=HOME)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (HOME / "log").unlink(missing_ok=True)
    return {
        "VBET_TEST_ENGINE": str(BUILD / "tests" / "unit" / "fake-vbetd"),
        "VBET_FAKE_SCRIPT": str(path),
        "VBET_FAKE_LOG": str(HOME / "log"),
        "VBET_RUNTIME_DIR": labs,
    }


def requests():
    path = HOME / "log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def note(after, method, **params):
    return f"notify {after} {method} {json.dumps(params)}"


def step_script(*lines):
    passed = {"text": "ping(r2, r1)", "line": 7, "ok": True, "output": "", "duration": 1.5}
    failed = {"text": 'exec(r1, "true")', "line": 8, "ok": False, "output": "sh: true: not found\n",
              "error": "“true” on r1 ended with exit code 127", "duration": 0.02}
    return script(
        note("lab.step", "step", index=1, state="running", statement=1),
        note("lab.step", "step", index=1, state="running", result=passed),
        note("lab.step", "step", index=1, state="running", statement=2),
        *(lines or [
            note("lab.step", "step", index=1, state="running", result=failed),
            note("lab.step", "step", index=1, state="failed"),
            'answer lab.step {"index": 1, "title": "First", "ok": false, "results": []}',
        ]))


def run_lab(window):
    window.item("r2")
    window.click(window.find("Run", "push button"))
    window.find("Stop", "push button")


def test_steps_before_the_lab_runs():
    with Window(lab_text("steps.vbet", STEPS), environment=step_script()) as window:
        window.find("Step 1 of 2")
        window.find("The routers see each other, sooner or later.")
        screenshot("panes-steps-off")
        window.click(window.find("Step 2, to do: Second", "push button"))
        window.find("Step 2 of 2")
        window.click(window.find("Run the Lab", "push button"))
        window.find("Run Step", "push button")
        assert "lab.step " not in requests()


def test_step_fails():
    with Window(lab_text("steps.vbet", STEPS), environment=step_script()) as window:
        run_lab(window)
        window.click(window.find("Run Step", "push button"))
        window.find("Step 1, failed: First", "push button")
        window.find("passed: ping.r2, r1.")
        row = window.find("failed: exec.r1, \"true\".: .*exit code 127")
        window.find("sh: true: not found")
        window.find("Run Again", "push button")
        screenshot("panes-steps-failed")
        window.click(row)
        window.find("Program", "text")


def test_step_is_cancelled():
    ended = {"text": 'exec(r1, "true")', "line": 8, "ok": False, "output": "", "error": "Cancelled", "duration": 3}
    environment = step_script("hang lab.step", note("lab.step-cancel", "step", index=1, state="running", result=ended),
                              note("lab.step-cancel", "step", index=1, state="failed"))
    with Window(lab_text("steps.vbet", STEPS), environment=environment) as window:
        run_lab(window)
        window.key("F8")
        window.find("Step 1, running: First", "push button")
        window.find("running: exec.r1, \"true\".")
        screenshot("panes-steps-running")
        window.click(window.find("Cancel", "push button"))
        window.find("Step 1, failed: First", "push button")
        window.find("failed: exec.*: Cancelled")
        assert "lab.step-cancel" in requests()


def test_checks():
    results = [{"text": "ping(r2, r1)", "line": 12, "ok": False, "output": "100% packet loss", "duration": 60,
                "error": "r1 does not answer r2"}]
    environment = script(f"answer lab.checks {json.dumps({'ok': False, 'results': results})}")
    with Window(lab_text("steps.vbet", STEPS), environment=environment) as window:
        run_lab(window)
        window.click(window.find("Run 1 Check", "push button"))
        row = window.find("failed: ping.r2, r1.: r1 does not answer r2")
        screenshot("panes-checks")
        window.click(row)
        window.find("Program", "text")


def call_notes(count=3):
    notes = []
    for number in range(1, count + 1):
        bad = number == 2
        call = {"number": number, "text": f"start(r{number})", "device": f"r{number}", "verb": "start",
                "state": "failed" if bad else "done", "time": number * 0.25, "duration": 0.041}
        if bad:
            call["error"] = "there is no kernel"
        notes.append(note("lab.apply", "call", **call))
    return notes


def test_failed_call_and_retry():
    again = {"number": 4, "text": "start(r2)", "device": "r2", "verb": "start", "time": 9, "duration": 0.1}
    environment = script(*call_notes(), note("call.retry", "call", **again, state="running"),
                         note("call.retry", "call", **again, state="done"))
    with Window(lab_text("calls.vbet", LAB), environment=environment) as window:
        run_lab(window)
        window.tab("Calls")
        window.find("start.r1.")
        failed = window.find("failed: there is no kernel")
        window.click(window.find("Only failed", "check box"))
        window.gone("start.r1.")
        window.click(failed)
        wait_until(lambda: selected(window) == ["r2"], 5, "its device is selected")
        screenshot("panes-calls-failed")
        window.click(window.find("Retry", "push button"))
        wait_until(lambda: 'call.retry {"number":2}' in requests(), 5, "it is tried again")
        window.click(window.find("Only failed", "check box"))
        wait_until(lambda: window.find_now("start.r1."), 5, "all of them again")
        window.click(window.find("Filter calls"))
        window.type("r2 done")
        window.gone("start.r1.")
        window.find("start.r2.")
        screenshot("panes-calls-filter")


def test_retry_is_refused():
    environment = script(*call_notes(), "fail call.retry -32005 The lab has changed since")
    with Window(lab_text("calls.vbet", LAB), environment=environment) as window:
        run_lab(window)
        window.tab("Calls")
        window.click(window.find("failed: there is no kernel"))
        window.click(window.find("Retry", "push button"))
        window.find("The lab has changed since")


def test_problems():
    devices = [{"name": "r1", "state": "failed", "error": "its kernel panicked"}, {"name": "r2", "state": "ready"}]
    environment = script(f"answer lab.status {json.dumps({'devices': devices})}")
    warned = LAB + "link(NIC(r1, 1), NIC(r2, 1)\nlink(NIC(r1, 2), NIC(r2, 2))\n"
    with Window(lab_text("problems.vbet", warned), environment=environment) as window:
        run_lab(window)
        window.tab("Problems")
        failure = window.find("r1 failed: its kernel panicked")
        screenshot("panes-problems")
        window.click(failure)
        wait_until(lambda: selected(window) == ["r1"], 5, "r1 is selected")
        window.click(window.find("Start Again", "push button"))
        wait_until(lambda: 'device.start {"device":"r1"}' in requests(), 5, "r1 is started again")
        # a finding: its place in the text, and its object
        window.click(window.find("warning, line 4.*"))
        window.find("Program", "text")
        wait_until(lambda: selected(window) not in ([], ["r1"]), 5, "the cable is selected")
        window.tab("Problems")
        window.click(window.find("Fix: .*", "push button"))
        window.gone("warning, line 4.*")


def alarm(device, text, remedy):
    return {"device": device, "kind": "x", "text": text, "remedy": remedy, "since": 1.5}


def alarm_script():
    text = "boot script: exit status 3, after: ls: /nowhere: No such file or directory"
    one = alarm("r1", text, "Mend boot= and restart the device")
    two = alarm("r2", "default route via 10.9.9.9: Network is unreachable", "Mend gateway=")
    devices = [{"name": "r1", "state": "ready"}, {"name": "r2", "state": "ready"}]
    return text, script(f"answer lab.status {json.dumps({'devices': devices, 'alarms': [one, two]})}",
                        note("console.open", "device.alarms", device="r2", alarms=[]))


def test_alarms():
    text, environment = alarm_script()
    warned = LAB + "link(NIC(r1, 1), NIC(r2, 1)\nlink(NIC(r1, 2), NIC(r2, 2))\n"
    with Window(lab_text("alarms.vbet", warned), environment=environment) as window:
        run_lab(window)
        window.find(r"Problems \(3\)", "page tab")
        button = window.find("3 problems", "push button")
        wait_until(lambda: window.description("r1") == f"router, ready\n1 problem:\n{text}", 5, "r1 says what is wrong")
        window.click(button)
        row = window.find(f"warning, r1: {text}")
        screenshot("panes-alarms")
        window.click(row)
        wait_until(lambda: selected(window) == ["r1"], 5, "r1 is selected")
        wait_until(lambda: 'console.open {"device":"r1"}' in requests(), 5, "its console is opened")
        # the engine says that r2 is well again
        window.find(r"Problems \(2\)", "page tab")
        wait_until(lambda: window.description("r2") == "router, ready", 5, "r2 is well")
        window.click(window.find("Stop", "push button"))
        window.find(r"Problems \(1\)", "page tab")
        assert "problem" not in window.description("r1")


def test_alarms_are_mended():
    call = alarm("r2", "file(r2, \"/etc/x/y\", \"text\"): r2: Not a directory", "Mend what it says and try the call again")
    call.update(method="call.retry", params={"number": 12}, command="vbetctl call --again lab 12")
    disk = alarm("r1", "disk: no room", "Restart the device")
    disk.update(method="device.restart", params={"device": "r1"}, command="vbetctl call lab 'restart(r1)'")
    later = alarm("r2", "a method of later versions", "Wait")
    later.update(method="device.mend", params={})
    devices = [{"name": "r1", "state": "ready"}, {"name": "r2", "state": "ready"}]
    environment = script(f"answer lab.status {json.dumps({'devices': devices, 'alarms': [call, disk, later]})}",
                         note("call.retry", "device.alarms", device="r2", alarms=[later]))
    with Window(lab_text("mended.vbet", LAB), environment=environment) as window:
        run_lab(window)
        window.click(window.find("3 problems", "push button"))
        again = window.find("Try Again", "push button")
        screenshot("panes-alarms-mended")
        window.click(window.find("Restart", "push button"))
        wait_until(lambda: 'device.restart {"device":"r1"}' in requests(), 5, "r1 is restarted")
        window.click(again)
        wait_until(lambda: 'call.retry {"number":12}' in requests(), 5, "the call is tried again")
        window.gone("Try Again")
        window.find("warning, r2: a method of later versions")


def test_alarms_in_other_colours():
    for name in ("dark", "high-contrast"):
        _, environment = alarm_script()
        config = pathlib.Path(tempfile.mkdtemp(dir=HOME))
        path = config / "glib-2.0/settings/keyfile"
        path.parent.mkdir(parents=True)
        path.write_text(f"[net/vbet/Vbet]\nappearance='{name}'\n", encoding="utf-8")
        environment.update(GSETTINGS_BACKEND="keyfile", XDG_CONFIG_HOME=str(config), GTK_THEME="")
        with Window(lab_text("alarms.vbet", LAB), environment=environment) as window:
            run_lab(window)
            window.click(window.find("2 problems", "push button"))
            wait_until(lambda: "problem" in window.description("r1"), 5, "r1 says what is wrong")
            screenshot(f"panes-alarms-{name}")


run([function for name, function in list(globals().items()) if name.startswith("test_")])
