# test-guests.py - real guests from the window: run, states, consoles to type
# on, a cable that is cut and comes back by undo, stop. Needs the guest image.
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetgui import *  # noqa: E402,F403

VBETCTL = BUILD / "bin" / "vbetctl"

images = subprocess.run([VBETCTL, "image", "list"], capture_output=True, text=True, check=False)
if images.returncode != 0 or ".img" not in images.stdout + images.stderr and "vbet-" not in images.stdout:
    lacking("there is no guest image; build one with: vbetctl image build")


def run_lab(window, devices, seconds=60):
    window.click(window.find("Run", "push button"))
    for device in devices:
        wait_until(lambda: window.description(device).endswith(", ready"), seconds, f"{device} is ready")


def open_console(window, device):
    window.click(window.place(device), times=2)
    terminal = window.find(f"Console of {device}", "terminal")
    wait_until(lambda: re.search(r"[#$] *$", text_of(terminal).rstrip("\n ") + " "), 30, f"the prompt of {device}")
    return terminal


def text_of(terminal):
    return Atspi.Text.get_text(terminal, 0, -1)


def say(window, terminal, command, answer, seconds=30):
    window.type(command + "\n")
    try:
        wait_until(lambda: re.search(answer, text_of(terminal)), seconds, f"“{command}” says {answer}")
    except AssertionError:
        print(text_of(terminal))
        raise


def stop_lab(window):
    window.click(window.find("Stop", "push button"))
    window.find("Run", "push button", 30)


def nothing_left():
    labs = pathlib.Path(os.environ["VBET_RUNTIME_DIR"])
    left = [str(path) for path in labs.rglob("*")] if labs.exists() else []
    assert left == [], left


def test_live_figures():
    with Window(lab_copy("data/labs/star.vbet", "guilive.vbet")) as window:
        window.item("host1")
        run_lab(window, ("host1", "host2", "host3", "switch1"))
        window.find("3 of 3 nodes up")
        window.find(r"\d+ MiB of memory .*")
        window.click(window.place("host1"))
        window.click(window.find("Live", "radio button"))
        window.find("64 MiB")  # the file that is its memory
        window.find("CPU \\d+ %")
        screenshot("inspector-live")
        window.reach(r"[+-]\d\.\d\d s")
        window.reach("ptrace|seccomp")
        window.click(window.find("Settings", "radio button"))
        replaced = window.reach("Memory", "text")
        window.click(replaced)
        window.key("ctrl+a")
        window.type("80\n")
        window.find("Restart host1 now", "push button")
        screenshot("inspector-restart")
        cable = next(name for name in window.items() if "cable" in window.description(name)
                     and "host2" in window.description(name).split())
        window.click(window.place(cable))
        window.find("Rate now")
        screenshot("inspector-traffic")
        stop_lab(window)
    nothing_left()


def test_star():
    with Window(lab_copy("data/labs/star.vbet", "guistar.vbet")) as window:
        window.item("host1")
        began = time.monotonic()
        run_lab(window, ("host1", "host2", "host3", "switch1"))
        print(f"run to ready in the window: {time.monotonic() - began:.2f} s", flush=True)
        began = time.monotonic()
        terminal = open_console(window, "host1")
        print(f"double click to prompt: {time.monotonic() - began:.2f} s", flush=True)
        address = re.search(r"host2 = .*?ip=([0-9.]+)", window.text(), re.S).group(1)
        window.tab(r"Consoles")
        window.click(terminal)
        say(window, terminal, f"ping -c 2 -i 0.2 -W 1 {address}", " 0% packet loss")
        say(window, terminal, "echo rows=$(stty size)", r"rows=\d\d+ \d\d+")
        screenshot("real-star")
        # cut host2's cable while it runs, then undo
        cable = next(name for name in window.items() if "cable" in window.description(name)
                     and "host2" in window.description(name).split())
        window.click(window.place(cable))
        window.key("Delete")
        window.gone_item(cable)
        window.click(terminal)
        say(window, terminal, f"clear; ping -c 2 -i 0.2 -W 1 {address}", "100% packet loss")
        window.click(window.place("switch1"))
        window.key("ctrl+z")
        window.item(cable)
        window.click(terminal)
        say(window, terminal, f"clear; ping -c 20 -i 0.2 -W 1 {address} | tail -3 | tr 1 1; echo done", "done", 60)
        say(window, terminal, f"clear; ping -c 2 -i 0.2 -W 1 {address}", " 0% packet loss")
        window.tab("Calls")
        window.find("unplug.*")
        screenshot("real-calls")
        stop_lab(window)
        window.key("ctrl+w")
        assert window.wait_end() == 0
    nothing_left()


def test_window_goes_lab_stays():
    path = lab_copy("data/labs/star.vbet", "guistay.vbet")
    with Window(path) as window:
        window.item("host1")
        run_lab(window, ("host1", "host2", "host3"))
        window.key("ctrl+w")
        window.click(window.find("Keep it running", "push button"))
        assert window.wait_end() == 0
    with Window(path) as window:
        wait_until(lambda: window.description("host1") == "host, ready", 20, "the running lab is found")
        terminal = open_console(window, "host1")
        window.click(terminal)
        say(window, terminal, "cat /proc/uptime", r"\d+\.\d+ \d+\.\d+")
        window.key("ctrl+shift+w")
        stop_lab(window)
        window.key("ctrl+w")
        assert window.wait_end() == 0
    nothing_left()


def test_killed_window_is_found_again():
    path = lab_copy("data/labs/star.vbet", "guikill.vbet")
    with Window(path) as window:
        window.item("host1")
        run_lab(window, ("host1", "host2", "host3"))
        window.process.kill()
        window.process.wait()
    with Window(path) as window:
        wait_until(lambda: window.description("host3") == "host, ready", 20, "the running lab is found")
        stop_lab(window)
    nothing_left()


def test_killed_engine_can_run_again():
    with Window(lab_copy("data/labs/star.vbet", "guilost.vbet")) as window:
        window.item("host1")
        run_lab(window, ("host1", "host2", "host3"))
        open_console(window, "host1")
        listed = subprocess.run([VBETCTL, "ps"], capture_output=True, text=True, check=True).stdout
        os.kill(int(re.search(r"guilost .*s +(\d+) ", listed).group(1)), signal.SIGKILL)
        window.find("The lab's engine .vbetd. went away.*")
        wait_until(lambda: window.description("host1") == "host, off", 5, "all is off")
        wait_until(lambda: "console is closed" in text_of(window.find("Console of host1", "terminal")), 5, "the console says so")
        screenshot("real-lost")
        window.click(window.find("Run again", "push button"))
        wait_until(lambda: window.description("host1") == "host, ready", 60, "it runs again")
        terminal = window.find("Console of host1", "terminal")
        wait_until(lambda: re.search(r"host1:.*[#$]", text_of(terminal)), 30, "the console is connected again")
        stop_lab(window)
    nothing_left()


def test_ospf():
    with Window(lab_copy("data/labs/ospf-flapping.vbet")) as window:
        window.item("r1")
        run_lab(window, ("r1", "r2"))
        assert window.description("r3") == "router, off"
        window.menu("Consoles", "Side by Side")
        for router in ("r1", "r2"):
            open_console(window, router)
        window.click(window.place("r3"), times=2)
        window.find("r3 is off.")
        window.click(window.find("Start it", "push button"))
        wait_until(lambda: window.description("r3").endswith("ready"), 30, "r3 is ready")
        third = open_console(window, "r3")
        window.click(third)
        say(window, third, "ip -br a", "192.168.2.2/24")
        second = window.find("Console of r2", "terminal")
        window.click(second)
        for _ in range(60):
            window.type("clear; ip route show 192.168.0.0/24\n")
            time.sleep(1)
            if "via 192.168.2.2" in text_of(second):
                break
        assert "via 192.168.2.2" in text_of(second)
        first = window.find("Console of r1", "terminal")
        window.click(first)
        say(window, first, "vtysh -c 'show ip ospf neighbor'", "192.168.1.2|Full")
        window.click(second)
        screenshot("real-ospf")
        stop_lab(window)
        window.click(window.free_place(30, 30))  # in a terminal Ctrl+W is the shell's
        window.key("ctrl+w")
        assert window.wait_end() == 0
    nothing_left()


WRONG = """h1 = attach(alloc(host, at=(120, 120), boot="echo starting; ls /nowhere"), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host, at=(320, 120), gateway=10.9.9.9), alloc(NIC, ip=10.0.0.2/24))
fine = attach(alloc(host, at=(520, 120)), alloc(NIC, ip=10.0.0.3/24))
s = alloc(switch, at=(320, 260))
link(s, h1, h2, fine)
"""


def test_what_goes_wrong_at_boot():
    with Window(lab_text("guiwrong.vbet", WRONG)) as window:
        window.item("h1")
        window.click(window.find("Run", "push button"))
        for device in ("h1", "h2", "fine"):
            wait_until(lambda: ", ready" in window.description(device), 60, f"{device} is ready")
        wait_until(lambda: "boot script: exit status 1, after: ls: " in window.description("h1"), 5, "what is wrong with h1")
        wait_until(lambda: "default route via 10.9.9.9" in window.description("h2"), 5, "what is wrong with h2")
        assert window.description("fine") == "host, ready"
        window.tab("Problems")
        row = window.find("warning, h1: boot script: .*")
        screenshot("real-alarms")
        window.click(row)
        terminal = window.find("Console of h1", "terminal")
        wait_until(lambda: "vbet: boot script: exit status 1" in text_of(terminal), 10, "the console shows it")
        screenshot("real-alarms-console")
        # what is mended while the lab runs is no problem any more
        count = name_of(window.find(r"Problems \(\d+\)", "page tab"))
        window.tab("Program")
        window.wait_text("gateway=10.9.9.9")
        window.click(window.place("h2"))
        assert "problem" in window.description("h2")
        call = subprocess.run([VBETCTL, "call", "guiwrong", "set(h2, gateway=10.0.0.3)"], capture_output=True, text=True,
                              check=False)
        assert call.returncode == 0, call.stderr
        wait_until(lambda: window.description("h2") == "host, ready", 10, "h2 is well")
        assert name_of(window.find(r"Problems.*", "page tab")) != count
        stop_lab(window)
        wait_until(lambda: window.description("h1") == "host, off", 10, "h1 is off")
    nothing_left()


run([function for name, function in list(globals().items()) if name.startswith("test_")])
