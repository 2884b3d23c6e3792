#!/usr/bin/env python3
# bench-labs.py - how long labs take to start and what they cost: one guest to its prompt, twenty guests in a star, idle
# use, a program's start in a guest. Prints medians; judges nothing.
import os
import pathlib
import statistics
import subprocess
import sys
import time

for variable, folder in (("VBET_TOP_SRCDIR", "."), ("VBET_TOP_BUILDDIR", "build")):
    os.environ.setdefault(variable, str(pathlib.Path(folder).resolve()))
sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
from vbetlab import Place, descendants  # noqa: E402

ONE = "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"
ROUTER = """r1 = attach(alloc(router, routing=\"\"\"
  router ospf
   network 10.0.0.0/24 area 0
\"\"\"), alloc(NIC, ip=10.0.0.1/24))
"""
IDLE_SECONDS = 10
FORKS = 500


def star(count):
    hosts = [f"h{number}" for number in range(1, count + 1)]
    text = "s = alloc(switch)\n"
    for number, host in enumerate(hosts, 1):
        text += f"{host} = attach(alloc(host), alloc(NIC, ip=10.0.0.{number}/24))\n"
    return text + f"link(s, {', '.join(hosts)})\n"


def start_seconds(place, text):
    """Wall time of `vbetctl run --detach`, and the same of the slowest guest's own start."""
    path = place.write("lab.vbet", text)
    began = time.monotonic()
    lab = place.run(path)
    wall = time.monotonic() - began
    return lab, wall


def median_start(text, runs):
    walls = []
    for _ in range(runs):
        with Place() as place:
            lab, wall = start_seconds(place, text)
            walls.append(wall)
            place.stop(lab)
    return statistics.median(walls), min(walls), max(walls)


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


def idle(text):
    with Place() as place:
        lab, _ = start_seconds(place, text)
        status = place.status(lab)
        pids = [process.pid for process in descendants(status["pid"])]
        time.sleep(3)
        before = cpu_seconds(pids)
        time.sleep(IDLE_SECONDS)
        used = (cpu_seconds(pids) - before) / IDLE_SECONDS * 100
        memory = [device["memory"] / 2**20 for device in place.status(lab)["devices"] if device.get("memory")]
        place.stop(lab)
        return used, statistics.median(memory)


def fork_exec():
    """Milliseconds of a guest and of this host for a shell's fork, a program's exec and the wait for it."""
    loop = f"i=0; while [ $i -lt {FORKS} ]; do /bin/true; i=$((i + 1)); done"
    guest = f"read -r a b </proc/uptime; {loop}; read -r c d </proc/uptime; echo $a $c"
    with Place() as place:
        lab, _ = start_seconds(place, ONE)
        pairs = []
        for _ in range(3):
            began, ended = (float(word) for word in place.exec(lab, "h1", "sh", "-c", guest).stdout.split())
            before = time.monotonic()
            subprocess.run(["sh", "-c", loop], check=True)
            pairs.append(((ended - began) * 1000 / FORKS, (time.monotonic() - before) * 1000 / FORKS))
        place.stop(lab)
    return pairs


def main():
    print("Labs: vbetctl run --detach until it returns (every guest ready)")
    for name, text, runs in (("1 host", ONE, 7), ("1 router with OSPF", ROUTER, 5), ("20 hosts, one switch", star(20), 3)):
        middle, low, high = median_start(text, runs)
        print(f"  {name:24} median {middle:6.2f} s   ({low:.2f} … {high:.2f}, {runs} runs)")
    print(f"Idle labs: processor use over {IDLE_SECONDS} s of all the lab's processes, host memory (PSS) a guest")
    for name, text in (("1 host", ONE), ("1 router with OSPF", ROUTER), ("20 hosts, one switch", star(20))):
        used, memory = idle(text)
        print(f"  {name:24} {used:5.1f} % of one core   {memory:5.1f} MiB a guest")
    pairs = fork_exec()
    print(f"fork and exec of a program, {FORKS} in a row, three rounds")
    print(f"  {'in a guest':24} median {statistics.median(pair[0] for pair in pairs):6.2f} ms   ({min(pairs)[0]:.2f} … {max(pairs)[0]:.2f})")
    print(f"  {'on this host':24} median {statistics.median(pair[1] for pair in pairs):6.2f} ms")


if __name__ == "__main__":
    main()
