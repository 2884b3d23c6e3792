#!/usr/bin/env python3
# bench-share.py - what guests that keep processors busy cost others: round trips between two idle guests, alone and beside
# guests in which programs burn what they get.
#
# Prints; judges nothing but lost pings.
import argparse
import os
import pathlib
import re
import statistics
import sys

for variable, folder in (("VBET_TOP_SRCDIR", "."), ("VBET_TOP_BUILDDIR", "build")):
    os.environ.setdefault(variable, str(pathlib.Path(folder).resolve()))
sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
from vbetlab import Place  # noqa: E402

PAIR = """
sw = alloc(switch)
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
link(sw, h1, h2)
"""


def lab(burners):
    return PAIR + "".join(f"b{number} = alloc(host)\n" for number in range(1, burners + 1))


def round_trips(place, name, count):
    """Milliseconds, sorted."""
    output = place.exec(name, "h1", "ping", "-i", "0.05", "-W", "5", "-c", str(count), "10.0.0.2").stdout
    times = sorted(float(found) for found in re.findall(r"time=([\d.]+) ms", output))
    assert len(times) == count, f"{count - len(times)} of {count} pings were lost"
    return times


def show(what, times):
    print(f"{what}: median {statistics.median(times):.2f} ms, 95 % below {times[len(times) * 95 // 100]:.2f} ms, "
          f"99 % below {times[len(times) * 99 // 100]:.2f} ms, most {times[-1]:.2f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--burners", type=int, default=2, help="guests that burn (default 2)")
    parser.add_argument("--programs", type=int, default=4, help="programs that burn in each (default 4)")
    parser.add_argument("--pings", type=int, default=200)
    arguments = parser.parse_args()
    with Place() as place:
        name = place.run(place.write("share.vbet", lab(arguments.burners)))
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
        show("alone", round_trips(place, name, arguments.pings))
        for number in range(1, arguments.burners + 1):
            place.exec(name, f"b{number}", "sh", "-c",
                       f"for i in $(seq {arguments.programs}); do yes >/dev/null & done")
        show(f"beside {arguments.burners} guests that burn", round_trips(place, name, arguments.pings))
        place.stop(name)


main()
