# test-soak.py - a lab of twelve devices that is edited, undone, loaded, captured, switched on and off and killed at random, for
# a while: at each check every device is what its text says, and nothing has grown: memory, descriptors, processes, files.
#
# VBET_SOAK_SEED draws other actions, VBET_SOAK_SECONDS makes it longer; of one that fails, the seed and the actions since the
# last check are printed.
import collections
import contextlib
import copy
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
import vbetlab  # noqa: E402
from vbetlab import VBETCTL, descendants, wait_until  # noqa: E402

SEED = int(os.environ.get("VBET_SOAK_SEED", "1"))
SECONDS = float(os.environ.get("VBET_SOAK_SECONDS", "75"))
ACTIONS = 12  # between two checks
# Guest, its network, the relay that its cable leads to.
GUESTS = {
    "h1": ("host", 1, "s1"), "h2": ("host", 1, "s1"), "h3": ("host", 1, "s1"), "r1": ("router", 1, "s1"),
    "h4": ("host", 2, "s2"), "h5": ("host", 2, "s2"), "fw": ("firewall", 2, "s2"), "r2": ("router", 2, "s2"),
    "h6": ("host", 3, "hub1"),
}
RELAYS = {"s1": "switch", "s2": "switch", "hub1": "hub"}
QUALITIES = (None, None, "delay=1ms", "rate=20Mbit", "loss=0%", "up=no")
# What allocators keep, in bytes; what a switch has that was started anew, and the engine for it.
MAY_DIFFER = {"'s memory": 24 * 2**20, "descriptors": 4}


class Text:
    """What the lab's text says, by its choices."""

    def __init__(self):
        self.number = {name: number for number, name in enumerate(GUESTS, 1)}
        self.quality = dict.fromkeys(GUESTS)
        self.file = dict.fromkeys(GUESTS)
        self.stp = False

    def edit(self, rng):
        name = rng.choice(list(GUESTS))
        what = rng.randint(1, 10)
        if what <= 4:
            self.quality[name] = rng.choice(QUALITIES)
        elif what <= 7:
            self.number[name] = list(GUESTS).index(name) + 1 + rng.choice((0, 50, 100))
        elif what <= 9:
            self.file[name] = rng.choice((None, "one", "another"))
        else:
            self.stp = not self.stp

    def address(self, name):
        return f"10.{GUESTS[name][1]}.0.{self.number[name]}"

    def text(self):
        text = "".join(f"{name} = alloc({kind}{', stp=yes' if self.stp and kind == 'switch' else ''})\n" for name, kind in RELAYS.items())
        for name, (kind, _, relay) in GUESTS.items():
            text += f"{name} = attach(alloc({kind}), alloc(NIC, ip={self.address(name)}/24))\n"
            quality = f", {self.quality[name]}" if self.quality[name] else ""
            text += f"c_{name} = link({name}, {relay}{quality})\n"
            text += f'file({name}, "/root/deep/er/file", "{self.file[name]}")\n' if self.file[name] else ""
        return text

    def neighbour(self, name):
        """Another guest that @name can reach, or None."""
        if self.quality[name] == "up=no":
            return None
        relay = GUESTS[name][2]
        return next((other for other in GUESTS if other != name and GUESTS[other][2] == relay and self.quality[other] != "up=no"), None)


class Soak:
    def __init__(self, place):
        self.place = place
        self.rng = random.Random(SEED)
        self.now = Text()
        self.past = []
        self.done = []
        self.captures = []
        self.lab = place.run(place.write("soak.vbet", self.now.text()))

    # --- actions: any of them may fail, since others are under way ---

    def apply(self, text):
        self.now = text
        self.place.ctl("apply", "--no-wait", self.lab, self.place.write("soak.vbet", text.text()), check=False)

    def edit(self):
        self.past.append(copy.deepcopy(self.now))
        text = copy.deepcopy(self.now)
        for _ in range(self.rng.randint(1, 4)):
            text.edit(self.rng)
        self.apply(text)

    def undo(self):
        if self.past:
            self.apply(self.past.pop(self.rng.randrange(len(self.past))))

    def traffic(self):
        name = self.rng.choice(list(GUESTS))
        other = self.now.neighbour(name)
        if other is not None:
            self.place.exec(self.lab, name, "ping", "-q", "-f", "-w", "1", "-s", "1400", self.now.address(other), check=False)

    def capture(self):
        path = self.place.base / f"{len(self.done)}.pcapng"
        command = [str(VBETCTL), "capture", self.lab, f"c_{self.rng.choice(list(GUESTS))}", "-w", str(path)]
        # Where this test runs in a shell's background, SIGINT is ignored, and children would miss one that comes too early.
        self.captures.append(subprocess.Popen(command, env=self.place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)))
        if len(self.captures) > 3:
            self.end_capture()

    def end_capture(self):
        if self.captures:
            process = self.captures.pop(self.rng.randrange(len(self.captures)))
            process.send_signal(self.rng.choice((signal.SIGINT, signal.SIGKILL)))
            process.wait(60)

    def power(self):
        call = self.rng.choice(("stop", "start", "restart", "pause", "resume"))
        self.place.ctl("call", self.lab, f"{call}({self.rng.choice(list(GUESTS))})", check=False)

    def kill(self):
        engine = self.place.status(self.lab)["pid"]
        names = ("vbet-switch", "vbet-warden", "vbet-guest", "vbet-guest-init", "linux", "linux.uml")
        victims = [process for process in descendants(engine) if process.name in names]
        wanted = self.rng.choice(sorted({process.name for process in victims}))
        self.done[-1] += f" {wanted}"
        self.rng.choice([process for process in victims if process.name == wanted]).kill()

    def ask(self):
        for method in ("lab.info", "lab.status", "lab.calls"):
            self.place.rpc(self.lab, method)

    # --- checks ---

    def settle(self):
        """Everybody is on again, with the text as it is."""
        while self.captures:
            self.end_capture()
        for device in self.place.status(self.lab)["devices"]:
            if device["state"] == "paused":
                self.place.ctl("call", self.lab, f"resume({device['name']})", check=False)
        self.place.ctl("apply", self.lab, self.place.base / "soak.vbet", check=False)

        def on():
            devices = self.place.status(self.lab)["devices"]
            for device in devices:
                if device["state"] in ("off", "failed"):
                    self.place.ctl("call", self.lab, f"start({device['name']})", check=False)
            return all(device["state"] == "ready" for device in devices)

        wait_until(on, 60, "everybody is on")
        # A call that failed, since its guest was killed just then, is announced, and can be tried again.
        for alarm in self.place.status(self.lab)["alarms"]:
            if alarm["kind"] == "call":
                self.place.rpc(self.lab, alarm["method"], **alarm["params"])

    def reality(self, name):
        """What is wrong with @name, or None."""
        script = "ip -o -4 address show dev eth0; cat /root/deep/er/file 2>/dev/null"
        seen = self.place.exec(self.lab, name, "sh", "-c", script, check=False).stdout
        wanted = self.now.file[name] or ""
        if f" {self.now.address(name)}/24 " not in seen or seen.count("inet ") != 1:
            return f"{name}: not just {self.now.address(name)}: {seen}"
        if seen.splitlines()[1:] != ([wanted] if wanted else []):
            return f"{name}: not the file “{wanted}”: {seen}"
        other = self.now.neighbour(name)
        if other and self.place.exec(self.lab, name, "ping", "-c", "1", "-W", "1", self.now.address(other), check=False).returncode != 0:
            return f"{name} does not reach {other}"
        return None

    @staticmethod
    def descriptors(pid):
        """How many of each kind: "socket", "pipe", "anon_inode:[pidfd]", "/dev/…"."""
        kinds = collections.Counter()
        with os.scandir(f"/proc/{pid}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    kinds[re.sub(r"[:/]\[?[0-9]+\]?.*|/tmp/.*", "", os.readlink(entry.path))] += 1
        return kinds

    def figures(self):
        """Numbers that must not grow, by name."""
        status = self.place.status(self.lab)
        # Not those of programs in guests, which come and go.
        processes = [process for process in descendants(status["pid"]) if process.name != "uml-userspace"]
        found = {f"{name} processes": count for name, count in collections.Counter(process.name for process in processes).items()}
        found |= {"files": sum(1 for _ in self.place.runtime.rglob("*")),
                 "shared": len(self.place.shared_memory())}
        for name, pid in (("engine", status["pid"]), ("switch", status["switch"]["pid"])):
            for kind, count in self.descriptors(pid).items():
                found[f"{name}'s descriptors, {kind}"] = count
            found[f"{name}'s memory"] = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return found

    def check(self, first):
        self.settle()
        self.place.remember(self.lab)
        wrong = None

        def right():
            nonlocal wrong
            wrong = next(filter(None, map(self.reality, GUESTS)), None)
            return wrong is None

        try:
            wait_until(right, 60, "everybody is as the text says")
        except AssertionError:
            raise AssertionError(f"{wrong}; alarms: {self.place.status(self.lab)['alarms']}") from None
        cables = {cable["name"]: cable["up"] for cable in self.place.status(self.lab)["cables"]}
        for name in GUESTS:
            assert cables[f"c_{name}"] == (self.now.quality[name] != "up=no"), (name, cables)
        alarms = self.place.status(self.lab)["alarms"]
        assert not alarms, alarms
        if first is None:
            return self.figures()
        grown = None

        def flat():
            nonlocal grown
            grown = next((f"{key}: {first.get(key, 0)} at first, {value} now" for key, value in self.figures().items()
                          if value > first.get(key, 0) + next((more for part, more in MAY_DIFFER.items() if part in key), 0)), None)
            return grown is None

        try:
            wait_until(flat, 10, "nothing has grown")  # connections end a moment after their clients
        except AssertionError:
            raise AssertionError(grown) from None
        return first

    def run(self):
        actions = [self.edit] * 5 + [self.undo] * 2 + [self.traffic] * 3 + [self.capture, self.end_capture, self.power, self.power, self.kill, self.ask]
        first = self.check(None)
        end = time.monotonic() + SECONDS
        rounds = 0
        while time.monotonic() < end or rounds == 0:
            self.done = []
            for _ in range(ACTIONS):
                action = self.rng.choice(actions)
                self.done.append(action.__name__)
                action()
            first = self.check(first)
            rounds += 1
        memory = {key: f"{value / 2**20:.1f} MiB" for key, value in first.items() if "'s memory" in key}
        print(f"# seed {SEED}: {rounds} rounds of {ACTIONS} actions; {len(first)} figures are as at first; {memory}", flush=True)


def soak(place):
    test = Soak(place)
    try:
        test.run()
    except AssertionError as problem:
        raise AssertionError(f"VBET_SOAK_SEED={SEED}, after {', '.join(test.done)}: {problem}") from problem
    finally:
        for process in test.captures:
            process.kill()
            process.wait()
    place.stop(test.lab)


vbetlab.main(soak)
