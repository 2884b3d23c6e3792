#!/usr/bin/env python3
# bench-walls.py - what the walls around guests cost: 50 hosts to their prompts, and TCP from guest to guest, with all walls
# and without those that can be left out, in turns. Prints the ratio first; judges nothing.
import argparse
import json
import os
import pathlib
import statistics
import sys
import time

for variable, folder in (("VBET_TOP_SRCDIR", "."), ("VBET_TOP_BUILDDIR", "build")):
    os.environ.setdefault(variable, str(pathlib.Path(folder).resolve()))
sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
from vbetlab import Place, wait_until  # noqa: E402

WAYS = ("all walls", "fewer")
PAIR = """h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
link(alloc(switch), h1, h2)
"""


def star(count):
    text = "s = alloc(switch)\n"
    for number in range(1, count + 1):
        text += f"h{number} = attach(alloc(host), alloc(NIC, ip=10.0.{number // 250}.{number % 250 + 1}/16))\n"
    return text + "link(s, " + ", ".join(f"h{number}" for number in range(1, count + 1)) + ")\n"


def place_of(way, without):
    place = Place()
    place.__enter__()
    place.environment["VBET_GUEST_WITHOUT"] = without if way == "fewer" else ""
    return place


def start(way, without, text):
    """Seconds until every guest is ready, and what confined the first of them."""
    place = place_of(way, without)
    path = place.write("lab.vbet", text)
    began = time.monotonic()
    lab = place.run(path)
    wall = time.monotonic() - began
    layers = place.device(lab, "h1")["layers"]
    place.stop(lab)
    place.__exit__(None, None, None)
    return wall, layers


def tcp(way, without, seconds):
    """Gbit/s."""
    place = place_of(way, without)
    lab = place.run(place.write("lab.vbet", PAIR))
    place.exec(lab, "h1", "sh", "-c", "iperf3 -s -D >/dev/null 2>&1")
    wait_until(lambda: "5201" in place.exec(lab, "h1", "ss", "-ltn").stdout, 10, "iperf3 listens")
    result = json.loads(place.exec(lab, "h2", "iperf3", "-c", "10.0.0.1", "-t", str(seconds), "-J").stdout)
    place.stop(lab)
    place.__exit__(None, None, None)
    return result["end"]["sum_received"]["bits_per_second"] / 1e9


def show(what, unit, found):
    ratios = [one[0] / one[1] for one in found]
    print(f"{statistics.median(ratios):.3f} x ({min(ratios):.3f} … {max(ratios):.3f})  {what}: all walls / fewer; "
          f"{statistics.median(one[0] for one in found):.2f} and {statistics.median(one[1] for one in found):.2f} {unit}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--guests", type=int, default=50, help="hosts (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(default %(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="of TCP a round (default %(default)s)")
    parser.add_argument("--without", default="root,netns,calls,seccomp,landlock", help="walls to leave out (default %(default)s)")
    options = parser.parse_args()
    starts, rates = [], []
    for number in range(options.rounds):
        order = WAYS if number % 2 == 0 else WAYS[::-1]
        one = {way: start(way, options.without, star(options.guests)) for way in order}
        if number == 0:
            for way in WAYS:
                print(f"{way}: {' '.join(one[way][1])}")
        starts.append([one[way][0] for way in WAYS])
        two = {way: tcp(way, options.without, options.seconds) for way in order}
        rates.append([two[way] for way in WAYS])
    print(f"load average before the end: {os.getloadavg()[0]:.1f}")
    show(f"{options.guests} hosts to their prompts, as long", "s", starts)
    show("TCP from guest to guest", "Gbit/s", rates)


if __name__ == "__main__":
    main()
