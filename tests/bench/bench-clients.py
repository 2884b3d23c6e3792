#!/usr/bin/env python3
# bench-clients.py - what 200 clients that misbehave in every way (those of test-rpc-hostile.py) cost another client, the
# engine's memory and the lab's frames.
#
# Figures to reach: each answer within 100 ms, 64 MiB, no ping lost. "Idle" is the same client without the others. On a
# machine that has other things to do an answer waits for a processor, which is told apart from what the engine itself does
# meanwhile. Ends with an error when that missed a figure.
import argparse
import importlib.util
import os
import pathlib
import statistics
import subprocess
import sys
import time

for variable, folder in (("VBET_TOP_SRCDIR", "."), ("VBET_TOP_BUILDDIR", "build")):
    os.environ.setdefault(variable, str(pathlib.Path(folder).resolve()))
TESTS = pathlib.Path(os.environ["VBET_TOP_SRCDIR"], "tests", "integration")
sys.path.insert(0, str(TESTS))
from vbetlab import Place, wait_until  # noqa: E402

ANSWER_MAX = 0.1
PINGS_PER_SECOND = 10


def load_hostile():
    specification = importlib.util.spec_from_file_location("hostile", TESTS / "test-rpc-hostile.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def processor_seconds(pid):
    """For which the engine ran, and for which it could have but waited for a processor."""
    ran, waited, _ = pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()
    return int(ran) / 1e9, int(waited) / 1e9


def answers(client, pid, interval, goes_on):
    """(seconds that a question took, for which the engine ran meanwhile, for which it waited), sorted."""
    found = []
    began = time.monotonic()
    while goes_on(time.monotonic() - began):
        ran, waited = processor_seconds(pid)
        asked = time.monotonic()
        assert "result" in client.call("lab.info")
        took = time.monotonic() - asked
        ran_then, waited_then = processor_seconds(pid)
        found.append((took, ran_then - ran, waited_then - waited))
        time.sleep(interval)
    return sorted(found)


def show(what, found):
    times = [took for took, _, _ in found]
    late = sum(seconds > ANSWER_MAX for seconds in times)
    print(f"{what}: {len(times)} answers, median {statistics.median(times) * 1e3:.1f} ms, "
          f"99 % below {times[len(times) * 99 // 100] * 1e3:.1f} ms, most {times[-1] * 1e3:.1f} ms, "
          f"{late} later than {ANSWER_MAX * 1e3:.0f} ms", flush=True)
    print(f"  of the slowest the engine ran {found[-1][1] * 1e3:.1f} ms and waited {found[-1][2] * 1e3:.1f} ms for a processor; "
          f"during any answer it ran {max(ran for _, ran, _ in found) * 1e3:.1f} ms at most", flush=True)


def lost_pings(place, lab, count):
    def result():
        text = place.exec(lab, "h2", "cat", "/tmp/ping.txt").stdout
        return text if "packet loss" in text else None

    text = wait_until(result, 60, "the ping ends")
    return count - int(text.split(" received")[0].split()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--interval", type=float, default=0.05,
                        help="seconds between an answer and the next question (default 0.05): who asks more often than all "
                             "the others let it waits for them, as they do for it")
    arguments = parser.parse_args()
    seconds, interval = arguments.seconds, arguments.interval
    hostile = load_hostile()
    with Place() as place:
        lab = place.run(place.write("pair.vbet", hostile.PAIR))
        path = place.runtime / lab / "rpc"
        pid = place.status(lab)["pid"]
        place.exec(lab, "h1", "sh", "-c", "dd if=/dev/urandom of=/tmp/file bs=1M count=8 2>/dev/null")
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
        client = hostile.Connection(path)
        idle = answers(client, pid, interval, lambda passed: passed < seconds / 2)
        show("idle", idle)
        pings = seconds * PINGS_PER_SECOND
        place.exec(lab, "h2", "sh", "-c",
                   f"ping -i {1 / PINGS_PER_SECOND} -W 5 -c {pings} 10.0.0.1 >/tmp/ping.txt 2>&1 &")
        used = processor_seconds(pid)[0]
        crowd = subprocess.Popen([sys.executable, hostile.__file__, "--crowd", str(path), str(seconds)])
        beside = answers(client, pid, interval, lambda _: crowd.poll() is None)
        used = processor_seconds(pid)[0] - used
        client.close()
        assert crowd.returncode == 0, crowd.returncode
        show(f"beside {hostile.CROWD} hostile clients", beside)
        most, now = hostile.memory_of(pid)
        lost = lost_pings(place, lab, pings)
        print(f"engine: {most / 2**20:.1f} MiB at most, {now / 2**20:.1f} MiB now, {used / seconds * 100:.0f} % of a processor; "
              f"{lost} of {pings} pings lost", flush=True)
        place.stop(lab)
    missed = max(ran for _, ran, _ in beside) > ANSWER_MAX
    sys.exit(1 if missed or most > hostile.MEMORY_MAX or lost > 0 else 0)


main()
