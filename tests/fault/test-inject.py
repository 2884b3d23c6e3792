# test-inject.py - the engine's calls to the host fail, one at a time: the N-th open, write, fork, socket … of a lab's start,
# a live edit, a command in a guest and its stop. Whatever fails, each command ends in time and says why when it fails, the
# engine does not crash, nothing is left, and the lab starts again.
#
# All of them: VBET_INJECT_ALL=yes (half an hour). Else some that a seed chooses, which is printed; VBET_INJECT_SEED sets it,
# "--one KIND N" does a single one.
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
import vbetlab  # noqa: E402
from vbetlab import BUILD, VBETCTL  # noqa: E402

KINDS = ("open", "write", "spawn", "socket", "rename", "mkdir", "dup", "listen", "pty")
IN_CI = 24  # of them all
PATIENCE = 40  # seconds for a command that takes one
ONE = """
sw = attach(alloc(switch), alloc(NIC), alloc(NIC))
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
cable1 = alloc(cable)
plug(cable1, NIC(sw, 1)) plug(cable1, NIC(h1))
"""
TWO = ONE.replace("alloc(NIC, ip=10.0.0.1/24)", "alloc(NIC, ip=10.0.0.1/24), alloc(NIC, ip=10.0.1.1/24)") + """
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
cable2 = alloc(cable)
plug(cable2, NIC(sw, 2)) plug(cable2, NIC(h2))
"""
LIBRARY = BUILD / "tests/fault/inject.so"


class Injected:
    def __init__(self, place, kind, number):
        self.place = place
        folder = place.base / "hits"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        self.log = folder / f"{kind}-{number}"
        self.environment = dict(
            place.environment, LD_PRELOAD=str(LIBRARY), VBET_INJECT=f"vbetd {kind} {number} {self.log}"
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
        assert result.returncode == 0 or result.stderr.strip(), f"{arguments} failed without a word"
        return result.returncode == 0

    def hit(self):
        return self.log.exists()


def life(place, injected):
    """Start, edit, use and stop of a lab, as far as it gets."""
    one, two = place.write("lab.vbet", ONE), place.base / "two.vbet"
    two.write_text(TWO)
    if injected.ctl("run", "--detach", one):
        injected.ctl("apply", "lab", two)
        injected.ctl("apply", "lab", one)
        injected.ctl("apply", "lab", two)
        injected.ctl("exec", "lab", "h1", "--", "true")
        injected.ctl("console", "lab", "h1")
        assert injected.ctl("status", "lab"), "the engine is gone"
        if not injected.ctl("stop", "lab"):
            place.ctl("stop", "lab", check=False)


def once(place, kind, number):
    """Returns: whether there was such a call."""
    injected = Injected(place, kind, number)
    try:
        life(place, injected)
        place.assert_clean(6)
        if injected.hit():
            place.stop(place.run(place.write("lab.vbet", ONE)))  # and it starts again
            place.assert_clean(6)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        said = "\n  ".join(injected.said)
        raise AssertionError(f"{kind} {number}: {error}\n  {said}") from error
    return injected.hit()


def all_of_them(place):
    """Goes on after a failure, in a new place."""
    del place
    failures = 0
    for kind in KINDS:
        number = 1
        goes_on = True
        while goes_on:
            try:
                with vbetlab.Place() as fresh:
                    goes_on = once(fresh, kind, number)
            except AssertionError as error:
                print(f"not ok: {error}", flush=True)
                failures += 1
                goes_on = failures < 20
            number += 1
        print(f"  {kind}: {number - 2} calls", flush=True)
    assert failures == 0, failures


def some_of_them(place):
    seed = int(os.environ.get("VBET_INJECT_SEED", time.time_ns() % 100000))
    print(f"  VBET_INJECT_SEED={seed}", flush=True)
    chance = random.Random(seed)
    hits = 0
    for turn in range(IN_CI):
        kind = KINDS[turn % len(KINDS)]
        hits += once(place, kind, 1 + min(int(chance.expovariate(1 / 12)), 60))
    assert hits >= IN_CI // 4, f"only {hits} of {IN_CI} calls were made: the library does nothing"


if not LIBRARY.exists():
    vbetlab.lacking(f"{LIBRARY} is not built")
if sys.argv[1:2] == ["--one"]:
    kind, number = sys.argv[2], int(sys.argv[3])
    sys.argv[1:] = []

    def one(place):
        print("hit" if once(place, kind, number) else "there is no such call")

    vbetlab.main(one)
elif os.environ.get("VBET_INJECT_ALL") == "yes":
    vbetlab.main(all_of_them)
else:
    vbetlab.main(some_of_them)
