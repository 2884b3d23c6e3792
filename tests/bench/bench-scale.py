#!/usr/bin/env python3
# bench-scale.py - large labs: hosts at one switch, a grid of routers with OSPF.
#
# Prints how long they take to their prompts and until OSPF has found all
# routes, their memory, and what they use when idle; beside it, how long
# mininet takes for as many network namespaces. Judges nothing, but ends with
# an error when a ping is lost or the routers do not converge in time.
import argparse
import collections
import ctypes
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

for variable, folder in (("VBET_TOP_SRCDIR", "."), ("VBET_TOP_BUILDDIR", "build")):
    os.environ.setdefault(variable, str(pathlib.Path(folder).resolve()))
sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
from vbetlab import VBETCTL, Place, descendants  # noqa: E402

SYS_KCMP = 312  # x86-64
KCMP_VM = 1
# A guest's kernel is "linux" or Debian's "linux.uml"; its programs, where they run by seccomp, are called otherwise.
KERNELS = ("linux", "linux.uml", "uml-userspace")
KINDS = {**dict.fromkeys(KERNELS, "guests"), "vbet-guest": "launchers", "vbet-guest-init": "launchers", "vbet-switch": "switch"}
MININET = """
import sys, time
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo
began = time.monotonic()
net = Mininet(topo=SingleSwitchTopo(int(sys.argv[1])), switch=LinuxBridge, controller=None)
net.start()
print(time.monotonic() - began)
net.stop()
"""


def kind(process):
    return KINDS.get(process.name, "engine")


def load():
    return os.getloadavg()[0]


def proc(pid, name):
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


# --- figures ---------------------------------------------------------------


def processor_seconds(processes):
    """Processor time so far by kind, to the nanosecond, since idle guests use less than a tick."""
    used = collections.Counter()
    for process in processes:
        fields = proc(process.pid, "schedstat").split()
        used[kind(process)] += int(fields[0]) / 1e9 if fields else 0
    return used


def idle_use(processes, seconds):
    """Percent of one core by kind."""
    before = processor_seconds(processes)
    began = time.monotonic()
    time.sleep(seconds)
    wall = time.monotonic() - began
    after = processor_seconds(processes)
    return {name: (after[name] - before[name]) / wall * 100 for name in after}


class Memory:
    """Proportional set size by kind, each address space counted once; and of what it consists."""

    def __init__(self, processes):
        self.by_kind = collections.Counter()
        self.by_mapping = collections.Counter()
        libc = ctypes.CDLL(None, use_errno=True)
        seen = collections.defaultdict(list)  # by parent: only a kernel and its helpers share
        for process in processes:
            family = seen[process.parent] + seen[process.pid] + [process.parent]
            if any(libc.syscall(SYS_KCMP, process.pid, other, KCMP_VM, 0, 0) == 0 for other in family):
                seen[process.parent].append(process.pid)
                continue
            seen[process.parent].append(process.pid)
            self.add(process)

    def add(self, process):
        mapping = "other"
        for line in proc(process.pid, "smaps").splitlines():
            if line.startswith("Pss:"):
                size = int(line.split()[1]) * 1024
                self.by_kind[kind(process)] += size
                if kind(process) == "guests":
                    self.by_mapping[mapping] += size
            elif "-" in line.split(" ", 1)[0]:
                name = line.split(None, 5)[5:]
                mapping = self.mapping(name[0] if name else "")

    @staticmethod
    def mapping(name):
        if name.endswith("(deleted)"):
            return "the guest's memory"
        if "linux" in name:
            return "the kernel program"
        return "the kernel's own" if name in ("", "[heap]", "[stack]") else "other"


def resident_files(status):
    """Bytes of the guests' memory files: what the guests ever touched and have not given back."""
    sizes = {}
    for process in descendants(status["pid"]):
        if process.name not in KERNELS:
            continue
        with os.scandir(f"/proc/{process.pid}/fd") as entries:
            for entry in entries:
                try:
                    found = os.stat(entry.path)
                except OSError:
                    continue
                if found.st_nlink == 0 and found.st_size > 2**20:
                    sizes[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(sizes.values())


# --- labs ------------------------------------------------------------------


class Lab:
    """A generated lab that runs; the place ends it."""

    def __init__(self, place, shape, size):
        path = place.base / f"{shape}.vbet"
        place.ctl("new", shape, size, "-o", path)
        self.place = place
        self.load = load()
        began = time.monotonic()
        result = subprocess.Popen(
            [str(VBETCTL), "run", "--detach", str(path)],
            env=place.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.began = began
        self.first = None
        said = []
        for line in result.stderr:
            if self.first is None and ": ready" in line:
                self.first = time.monotonic() - began
            said.append(line)
        self.id = result.stdout.read().strip()
        if result.wait(timeout=10) != 0:
            raise AssertionError(f"vbetctl run failed: {''.join(said)[-2000:]}")
        self.prompts = time.monotonic() - began
        place.remember(self.id)
        self.status = place.status(self.id)
        self.guests = [device["name"] for device in self.status["devices"] if device["kind"] in ("host", "router")]
        bad = [device["name"] for device in self.status["devices"] if device["state"] != "ready"]
        if bad:
            raise AssertionError(f"not ready: {', '.join(bad)}")

    def exec(self, node, *command):
        return self.place.exec(self.id, node, *command, check=False).stdout

    def ping(self, source, target, seconds):
        result = self.place.exec(
            self.id, source, "ping", "-c", "1", "-w", str(seconds), target, check=False
        )
        if result.returncode != 0:
            raise AssertionError(f"{source} does not reach {target}: {result.stdout}{result.stderr}")

    def figures(self, seconds):
        """Prints memory and idle use."""
        count = len(self.guests)
        processes = descendants(self.status["pid"])
        memory = Memory(processes)
        total = sum(memory.by_kind.values())
        each = {device["name"]: device["memory"] / 2**20 for device in self.status_now() if device.get("memory")}
        print(f"  memory (PSS)      {total / 2**20:8.0f} MiB in all, {total / 2**20 / count:.1f} a guest;"
              f" of its own processes: median {statistics.median(each.values()):.1f},"
              f" most {max(each.values()):.1f} ({max(each, key=each.get)})")
        print("    " + ", ".join(f"{name} {size / 2**20:.1f}" for name, size in memory.by_kind.most_common()))
        print("    of a guest: " + ", ".join(f"{name} {size / 2**20 / count:.1f}"
                                            for name, size in memory.by_mapping.most_common())
              + f"; its memory file holds {resident_files(self.status) / 2**20 / count:.1f}")
        use = idle_use(processes, seconds)
        print(f"  idle over {seconds:3.0f} s   {sum(use.values()):8.2f} % of one core ("
              + ", ".join(f"{name} {value:.2f}" for name, value in sorted(use.items(), key=lambda pair: -pair[1])) + ")")

    def status_now(self):
        return self.place.status(self.id)["devices"]

    def stop(self):
        self.place.remember(self.id)
        began = time.monotonic()
        self.place.ctl("stop", self.id)
        print(f"  stop              {time.monotonic() - began:8.2f} s")

    def headline(self, what):
        print(f"{what} (load {self.load:.1f} before)")
        print(f"  first prompt      {self.first:8.2f} s")
        print(f"  all {len(self.guests):3} prompts   {self.prompts:8.2f} s", flush=True)


def star(count, seconds):
    with Place() as place:
        lab = Lab(place, "star", str(count))
        lab.headline(f"{count} hosts at one switch")
        time.sleep(10)  # router solicitations and multicast reports of the start
        lab.figures(seconds)
        began = time.monotonic()
        for guest in lab.guests[1:]:
            lab.ping(guest, lab.guests[0], 10)
        print(f"  pings             all {count - 1} hosts reach {lab.guests[0]} ({time.monotonic() - began:.1f} s)")
        lab.stop()


# --- the grid --------------------------------------------------------------


def networks_known(lab, router):
    """Networks in the routing table of @router, without the loopback's."""
    rows = [line.split() for line in lab.exec(router, "cat", "/proc/net/route").splitlines()[1:]]
    return len({(row[1], row[7]) for row in rows if len(row) > 7})


def converge(lab, networks, limit):
    """Asks one after the other, and nobody twice who knows all: asking costs time of the same processors."""
    late = list(reversed(lab.guests))
    while late:
        if networks_known(lab, late[0]) >= networks:
            late.pop(0)
            continue
        if time.monotonic() - lab.began > limit:
            known = {router: networks_known(lab, router) for router in late}
            raise AssertionError(f"not converged after {limit} s; of {networks} networks know: {known}")
        time.sleep(0.5)
    return time.monotonic() - lab.began


def adjacencies(lab):
    """Neighbours of all routers that are fully adjacent, and all neighbours."""
    full = seen = 0
    for router in lab.guests:
        neighbours = json.loads(lab.exec(router, "vtysh", "-c", "show ip ospf neighbor json"))["neighbors"]
        for entry in (entry for entries in neighbours.values() for entry in entries):
            seen += 1
            full += entry.get("nbrState", entry.get("state", "")).startswith("Full")
    return full, seen


def grid(columns, rows, seconds, limit):
    cables = columns * (rows - 1) + rows * (columns - 1)
    with Place() as place:
        lab = Lab(place, "grid", f"{columns}x{rows}")
        lab.headline(f"{columns * rows} routers with OSPF in a grid of {columns} by {rows}, {cables} networks")
        took = converge(lab, cables, limit)
        print(f"  converged         {took:8.2f} s, {took - lab.prompts:.2f} after the last prompt: every router knows all"
              f" {cables} networks", flush=True)
        time.sleep(10)
        lab.figures(seconds)
        full, seen = adjacencies(lab)
        print(f"  adjacencies       {full} of {seen} full, {2 * cables} wanted")
        if full != 2 * cables:
            raise AssertionError("not all neighbours are fully adjacent")
        corners = [lab.guests[0], lab.guests[columns - 1], lab.guests[-columns], lab.guests[-1]]
        for source in corners:
            for target in corners:
                if source != target:
                    lab.ping(source, target, 10)
        print("  pings             all four corners reach each other")
        lab.stop()


# --- the peer --------------------------------------------------------------


def namespaces(count):
    """The same by hand: namespaces with a shell each, veth pairs, a bridge."""
    prefix = f"vbs{os.getpid() % 10000}"
    names = [f"{prefix}x{number}" for number in range(1, count + 1)]
    shells = []
    ip = ["ip"]
    began = time.monotonic()
    try:
        subprocess.run([*ip, "link", "add", prefix, "up", "type", "bridge"], check=True)
        for number, name in enumerate(names, 1):
            subprocess.run([*ip, "netns", "add", name], check=True)
            subprocess.run([*ip, "link", "add", name, "master", prefix, "up", "type", "veth",
                            "peer", "name", "eth0", "netns", name], check=True)
            shells.append(subprocess.Popen([*ip, "netns", "exec", name, "sh"], stdin=subprocess.PIPE))
            shells[-1].stdin.write(f"ip address add 10.9.0.{number}/16 dev eth0; ip link set eth0 up\n".encode())
            shells[-1].stdin.flush()
        for shell in shells:
            shell.stdin.write(b"exit\n")
            shell.stdin.close()
        for shell in shells:
            shell.wait(timeout=60)
        return time.monotonic() - began
    finally:
        for shell in shells:
            shell.kill()
        for name in names:
            subprocess.run([*ip, "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)
        subprocess.run([*ip, "link", "delete", prefix], stderr=subprocess.DEVNULL, check=False)


def mininet(count):
    """Seconds from Mininet() to started; None: it is not there."""
    python = shutil.which("python3", path="/usr/bin")
    if shutil.which("mn") is None or shutil.which("brctl") is None or python is None:
        return None
    result = subprocess.run([python, "-c", MININET, str(count)], capture_output=True, text=True, timeout=120, check=False)
    lines = result.stdout.strip().splitlines()
    if result.returncode != 0 or not lines:
        print(f"  mininet failed: {result.stderr.strip()[-300:]}")
        return None
    return float(lines[-1])


def start_only(count):
    with Place() as place:
        lab = Lab(place, "star", str(count))
        place.stop(lab.id)
        return lab.prompts


def peer(count, rounds):
    """Starts of @count hosts at a switch, in turns with namespaces."""
    if os.getuid() != 0:
        print("Peers need root: left out")
        return
    took = collections.defaultdict(list)
    print(f"{count} hosts at one switch against {count} network namespaces at one bridge (load {load():.1f} before)")
    for _ in range(rounds):
        took["vBET"].append(start_only(count))
        took["namespaces by a script"].append(namespaces(count))
        with_mininet = mininet(count)
        if with_mininet is not None:
            took["mininet"].append(with_mininet)
    own = statistics.median(took["vBET"])
    for name, seconds in took.items():
        middle = statistics.median(seconds)
        print(f"  {name:24} median {middle:6.2f} s ({min(seconds):.2f} … {max(seconds):.2f}, {rounds} rounds)"
              + (f"; vBET takes {own / middle:.2f} x that" if name != "vBET" else ""))


def main():
    parser = argparse.ArgumentParser(description="Large labs: hosts at one switch, a grid of routers with OSPF.")
    parser.add_argument("--guests", type=int, default=100, help="hosts of the star; 0: no star (default %(default)s)")
    parser.add_argument("--columns", type=int, default=10, help="of the grid; 0: no grid (default %(default)s)")
    parser.add_argument("--rows", type=int, default=5, help="(default %(default)s)")
    parser.add_argument("--peer", type=int, default=50, help="hosts to start against mininet; 0: none (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of the peers (default %(default)s)")
    parser.add_argument("--idle", type=float, default=30, help="seconds (default %(default)s)")
    parser.add_argument("--limit", type=float, default=180, help="seconds for OSPF (default %(default)s)")
    options = parser.parse_args()
    try:
        if options.guests > 0:
            star(options.guests, options.idle)
        if options.columns > 0:
            grid(options.columns, options.rows, options.idle, options.limit)
        if options.peer > 0:
            peer(options.peer, options.rounds)
    except (AssertionError, subprocess.TimeoutExpired) as problem:
        print(f"bench-scale: {problem}")
        sys.exit(1)


if __name__ == "__main__":
    main()
