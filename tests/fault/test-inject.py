# test-inject.py - calls of a lab's processes to the host fail, one at a time: the N-th open, write, fork, socket … of engine,
# switch, gateway, launcher, warden or command line, in a lab's start, a live edit, a command in a guest, a step, its stop, and
# when a file is saved. Whatever fails, each command ends in time and says why when it fails, the engine does not crash, nothing
# is left, and the lab starts again.
#
# All of them: VBET_INJECT_ALL=yes (an hour). Else some that a seed chooses; VBET_INJECT_SEED sets it ("random": any, which is printed),
# "--one PROGRAM KIND N" does a single one, "--program PROGRAM" all of that one's.
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
import vbetlab  # noqa: E402
from vbetlab import BUILD, VBETCTL, Process  # noqa: E402

ENGINE = ("open", "write", "spawn", "socket", "rename", "mkdir", "dup", "listen", "pty")
PROGRAMS = {
    "vbetd": ENGINE,
    "vbet-switch": ("map", "epoll", "send", "socket", "dup", "listen"),
    "vbet-nat": ("open", "socket", "send", "listen", "epoll", "map"),
    "vbet-guest": ("open", "write", "spawn", "socket", "mkdir", "dup", "map", "epoll", "send", "mount"),
    "vbet-warden": ("open", "mkdir", "rename", "dup"),
    "vbetctl": ("open", "write", "rename"),
}
LAST = {"vbet-switch": {"send": 40}, "vbet-nat": {"send": 12}}  # of calls without an end: as many are made as there is traffic
IN_CI = 24  # of them all
ONCE_WRONG = (("vbet-warden", "open", 1), ("vbet-switch", "epoll", 4), ("vbetd", "dup", 19))  # always tried
PATIENCE = 40  # seconds for a command that takes one
ONE = """
sw = attach(alloc(switch), alloc(NIC), alloc(NIC), alloc(NIC))
gw = alloc(gateway)
h1 = attach(alloc(host, gateway=10.0.2.2), alloc(NIC, ip=10.0.2.50/24))
cable1 = alloc(cable)
plug(cable1, NIC(sw, 1)) plug(cable1, NIC(h1))
link(gw, sw)
step "Say" { exec(h1, "ping -c 1 -W 2 10.0.2.2; ping -c 1 -W 1 192.0.2.1; true") set(cable1, delay=1ms) }
"""
TWO = ONE.replace("alloc(NIC, ip=10.0.2.50/24)", "alloc(NIC, ip=10.0.2.50/24), alloc(NIC, ip=10.0.1.1/24)") + """
h2 = attach(alloc(host), alloc(NIC, ip=10.0.2.51/24))
cable2 = alloc(cable)
plug(cable2, NIC(sw, 2)) plug(cable2, NIC(h2))
"""
LIBRARY = BUILD / "tests/fault/inject.so"


class Injected:
    def __init__(self, place, program, kind, number):
        self.place = place
        folder = place.base / "hits"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        self.page = folder / f"{program}-{kind}-{number}"
        self.page.write_bytes(b"\0")
        self.page.chmod(0o666)
        self.environment = dict(
            place.environment, LD_PRELOAD=str(LIBRARY), VBET_INJECT=f"{program} {kind} {number} {self.page}"
        )
        self.said = []

    def ctl(self, *arguments):
        began = time.monotonic()
        result = subprocess.run(
            [str(VBETCTL), *map(str, arguments)],
            env=self.environment, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL,
        )
        self.said.append(f"{arguments[0]}: {result.returncode}, {time.monotonic() - began:.1f} s: {result.stderr.strip()}")
        assert result.returncode >= 0, "vbetctl was killed"
        assert result.returncode == 0 or result.stderr.strip() or result.stdout.strip(), f"{arguments} failed without a word"
        return result.returncode == 0

    def hit(self):
        return self.page.read_bytes() != b"\0"


def life(place, injected):
    """Start, edit, use and stop of a lab, as far as it gets."""
    one, two = place.write("lab.vbet", ONE), place.base / "two.vbet"
    two.write_text(TWO)
    if injected.ctl("run", "--detach", one):
        place.remember("lab")
        injected.ctl("apply", "lab", two)
        injected.ctl("apply", "lab", one)
        injected.ctl("apply", "lab", two)
        injected.ctl("step", "lab", "1")
        injected.ctl("exec", "lab", "h1", "--", "true")
        injected.ctl("console", "lab", "h1")
        place.remember("lab")
        assert injected.ctl("status", "lab"), "the engine is gone"
        if not injected.ctl("stop", "lab"):
            place.ctl("stop", "lab", check=False)


def death(place, injected):
    """The engine is killed: the warden is on its own."""
    if injected.ctl("run", "--detach", place.write("lab.vbet", ONE)):
        place.remember("lab")
        Process(place.status("lab")["pid"]).kill()


def save(place, injected):
    """A file is the old one or the new one, whatever fails, and there is nothing beside it."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=place.base))
    path = folder / "lab.vbet"
    path.write_text(ONE.replace(" = ", "="))
    before = path.read_text()
    done = injected.ctl("fmt", "--in-place", path)
    after = path.read_text()
    assert (after != before and after.count("cable1") == before.count("cable1")) if done else after == before, after
    new = folder / "new.vbet"
    done = injected.ctl("new", "star", "3", "--output", new)
    assert new.exists() == done, "half a file is left"
    assert not done or injected.ctl("check", new)
    assert {entry.name for entry in folder.iterdir()} <= {"lab.vbet", "new.vbet"}, list(folder.iterdir())


def once(place, program, kind, number):
    """Returns: whether there was such a call."""
    injected = Injected(place, program, kind, number)
    try:
        {"vbetctl": save, "vbet-warden": death}.get(program, life)(place, injected)
        place.assert_clean(6)
        if injected.hit() and program != "vbetctl":
            place.stop(place.run(place.write("lab.vbet", ONE)))  # and it starts again
            place.assert_clean(6)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        said = "\n  ".join(injected.said)
        raise AssertionError(f"{program} {kind} {number}: {error}\n  {said}") from error
    return injected.hit()


def all_of_them(place, programs=PROGRAMS):
    """Goes on after a failure, in a new place."""
    del place
    failures = 0
    for program, kind in ((program, kind) for program in programs for kind in PROGRAMS[program]):
        number = 1
        goes_on = True
        while goes_on and number <= LAST.get(program, {}).get(kind, 1000):
            try:
                with vbetlab.Place() as fresh:
                    goes_on = once(fresh, program, kind, number)
            except AssertionError as error:
                print(f"not ok: {error}", flush=True)
                failures += 1
                goes_on = failures < 20
            number += 1
        print(f"  {program} {kind}: {number - 2} calls", flush=True)
    assert failures == 0, failures


def some_of_them(place):
    seed = os.environ.get("VBET_INJECT_SEED", "11")
    seed = time.time_ns() % 100000 if seed == "random" else int(seed)
    print(f"  VBET_INJECT_SEED={seed}", flush=True)
    chance = random.Random(seed)
    others = [(program, kind) for program in PROGRAMS if program != "vbetd" for kind in PROGRAMS[program]]
    chance.shuffle(others)
    hits = 0
    for program, kind, number in ONCE_WRONG:
        once(place, program, kind, number)
    for turn in range(IN_CI):
        if turn % 2 == 0:
            what, mean = ("vbetd", ENGINE[turn // 2 % len(ENGINE)]), 12
        else:
            what, mean = others[turn // 2 % len(others)], 3
        hits += once(place, *what, 1 + min(int(chance.expovariate(1 / mean)), 60))
    assert hits >= IN_CI // 4, f"only {hits} of {IN_CI} calls were made: the library does nothing"


if not LIBRARY.exists():
    vbetlab.lacking(f"{LIBRARY} is not built")
if sys.argv[1:2] == ["--one"]:
    program, kind, number = sys.argv[2], sys.argv[3], int(sys.argv[4])
    sys.argv[1:] = []

    def one(place):
        print("hit" if once(place, program, kind, number) else "there is no such call")

    vbetlab.main(one)
elif sys.argv[1:2] == ["--program"]:
    wanted = sys.argv[2:]
    sys.argv[1:] = []

    def of_one(place):
        all_of_them(place, wanted)

    vbetlab.main(of_one)
elif os.environ.get("VBET_INJECT_ALL") == "yes":
    vbetlab.main(all_of_them)
else:
    vbetlab.main(some_of_them)
